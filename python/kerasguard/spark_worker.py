"""What runs in Spark's workers, which import this file before it is known what else they have."""

from __future__ import annotations

import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .report import Call, Diagnosis, Finding, Part, Refused, Report

MOST_ROWS, MOST_BYTES = 65536, 64 * 2**20  # of batches that are put together: the model takes many rows at once
MOST_MODELS = 2  # that a worker keeps
OWN_CODE = ("load_lambda", "load_code", "load_custom")

_orders: dict[str, Any] = {}  # of this process, by digest: workers live longer than a part of the data


@dataclass
class Order:
    """What a worker needs to know, sent as one pickle.

    `scorer`: with its model as bytes. `schema`: Arrow's, of the results. `dataset`: files to read here, where the
    partitions hold but the numbers of such `slices`, in batches of `batch_rows`. `names`: of the columns, where they
    come without. `folder`: that relative paths of files begin in.
    """

    scorer: Any
    schema: Any
    dataset: Any = None
    slices: Sequence[Any] = ()
    batch_rows: int = 65536
    names: Sequence[str] = ()
    folder: str = ""


@dataclass(frozen=True)
class SentFile:
    """Bytes that came as a file of a session."""

    name: str

    @property
    def value(self) -> bytes:
        """As of a broadcast."""
        from pyspark import SparkFiles

        with open(SparkFiles.get(self.name), "rb") as file:
            return file.read()


@dataclass
class Work:
    """Scores the batches of one partition: what mapInArrow runs.

    `order`: a pickled `Order`, or a broadcast or file of it; `digest`: of it. `version`: of the kerasguard it is from.
    `environment`: variables to set where they are not. `tell`: an accumulator for what there is to tell, by partition:
    a refusal is told so, too, and ends the partition. Without it a refusal is an error, which Spark takes for a mishap:
    it tries again, four times.
    """

    order: Any
    digest: str
    version: str
    environment: dict[str, str] = field(default_factory=dict)
    tell: Any = None

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The rows with their predictions.

        Raises:
            KerasGuardError: With the words of what speaks against it.
        """
        scorer, report = None, None
        try:
            order = self._opened()
            from .scoring.spark_types import fitted

            scorer = replace(order.scorer, findings=[], rows=0, rows_missing=0)
            for part, batch in _read(order, scorer, batches):
                yield fitted(scorer(batch, part), order.schema)
        except Exception as error:
            report = getattr(error, "report", None)
            if not isinstance(report, Report):
                raise
            if self.tell is None:
                raise _as_error(report) from None
        if self.tell is not None:
            from pyspark import TaskContext

            said = Said(refused=report)
            if scorer is not None:
                said = Said(scorer.rows, scorer.rows_missing, tuple(scorer.findings), report)
            self.tell.add({TaskContext.get().partitionId(): said})

    def _opened(self) -> Order:
        found = _orders.get(self.digest)
        if found is None:
            found = self._open()
            while len(_orders) >= MOST_MODELS:
                _orders.pop(next(iter(_orders)))
            _orders[self.digest] = found
        return found

    def _open(self) -> Order:
        import kerasguard

        from .guarding.process import settle

        where = {"python_path": sys.executable, "host": socket.gethostname()}
        if kerasguard.__version__ != self.version:
            facts = {**where, "core": self.version, "core_loaded": kerasguard.__version__}
            raise Refused(_report("environment_spark_core", facts))
        settle()  # Spark forks its workers from a process that does nothing else
        for name, value in self.environment.items():
            os.environ.setdefault(name, value)
        try:
            import keras  # noqa: F401

            order = pickle.loads(getattr(self.order, "value", self.order))
        except ImportError as error:
            facts = {**where, "package": error.name or "keras", "sentence": str(error)}
            raise Refused(_report("environment_spark_worker", facts)) from None
        scorer = order.scorer
        model, findings = scorer.model.open(scorer.call)
        if model is None:
            codes = [Diagnosis("spark_code", "model", f.facts) if f.code in OWN_CODE else f for f in findings]
            raise Refused(Report(scorer.call, tuple(codes)))
        scorer.model = model  # its bytes are not needed any more
        return order


def _report(code: str, facts: dict[str, Any]) -> Report:
    return Report(Call("score_frame"), (Diagnosis(code, "environment", facts),))


def _as_error(report: Report) -> Exception:
    from .errors import FAMILY_ERRORS, KerasGuardError
    from .messages import family_of, render_problems

    code = report.problems[0].code
    return FAMILY_ERRORS.get(family_of(code), KerasGuardError)(render_problems(report), report, code)


def as_function(work: Work) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What mapInArrow takes: it looks for the arguments of a function."""

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        return work(batches)

    return score


def _read(order: Order, scorer: Any, batches: Iterable[Any]) -> Iterator[tuple[Part, Any]]:
    if order.dataset is None:
        yield from ((Part(), batch.rename_columns(list(order.names))) for batch in gathered(batches))
        return
    import pyarrow as pa

    columns = scorer.needed(order.dataset.schema)
    for number in [number for batch in batches for number in batch.column(0).to_pylist()]:
        for piece in order.slices[number]:
            file, first = order.dataset.files[piece.file], piece.first
            there = replace(file, path=os.path.join(order.folder, file.path))
            try:
                for batch in order.dataset.read(there, columns, order.batch_rows, piece.groups):
                    yield Part(file.path, first), batch
                    first += batch.num_rows
            except (OSError, EOFError, pa.ArrowException, UnicodeError) as error:
                facts = {"places": ((file.path, str(error).split("\n")[0]),), "of": len(order.dataset.files)}
                raise Refused(Report(scorer.call, (Diagnosis("score_file", scorer.call.x, facts),))) from None


@dataclass(frozen=True)
class Said:
    """What a partition tells: its rows, those without a prediction, findings, and why it ended before its last row."""

    rows: int = 0
    rows_missing: int = 0
    findings: tuple[Finding, ...] = ()
    refused: Report | None = None


class Told:
    """How an accumulator joins what partitions tell: a partition that runs again tells it again."""

    def zero(self, value: Any) -> dict[int, Said]:
        """Nothing."""
        return {}

    def addInPlace(self, one: dict[int, Said], other: dict[int, Said]) -> dict[int, Said]:
        """Both; what others look at stays as it is."""
        return {**one, **other}


def gathered(batches: Iterable[Any]) -> Iterator[Any]:
    """The same rows in larger batches: Spark's are small, and the model would compute each in a batch of its own."""
    held: list[Any] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        held.append(batch)
        if sum(part.num_rows for part in held) >= MOST_ROWS or sum(part.nbytes for part in held) >= MOST_BYTES:
            yield from _joined(held)
            held = []
    yield from _joined(held)


def _joined(batches: list[Any]) -> list[Any]:
    import pyarrow as pa

    return batches if len(batches) < 2 else pa.Table.from_batches(batches).combine_chunks().to_batches()
