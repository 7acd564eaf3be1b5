"""What runs in Spark's workers, which import this file before it is known what else they have."""

from __future__ import annotations

import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .report import Call, Diagnosis, Finding, Part, Report

MOST_ROWS, MOST_BYTES = 65536, 64 * 2**20  # of batches that are put together: the model takes many rows at once
MOST_MODELS = 2  # that a worker keeps

_orders: dict[str, Any] = {}  # of this process, by digest: workers live longer than a part of the data


@dataclass
class Order:
    """What a worker needs to know, sent as one pickle.

    `scorer`: with its model as bytes. `schema`: Arrow's, of the results. `dataset`: files to read here, where the
    partitions hold but the numbers of such `slices`, in batches of `batch_rows`.
    """

    scorer: Any
    schema: Any
    dataset: Any = None
    slices: Sequence[Any] = ()
    batch_rows: int = 65536


@dataclass
class Work:
    """Scores the batches of one partition: what mapInArrow runs.

    `order`: a pickled `Order`, or a broadcast of that; `digest`: of it. `version`: of the kerasguard that sent it.
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
        order = self._opened()
        from .scoring.batch import Refused
        from .scoring.spark_types import fitted

        scorer, report = replace(order.scorer, findings=[], rows=0, rows_missing=0), None
        try:
            for part, batch in _read(order, scorer, batches):
                yield fitted(scorer(batch, part), order.schema)
        except Refused as refused:
            report = refused.report
            if self.tell is None:
                raise self._error(report) from None
        if self.tell is not None:
            from pyspark import TaskContext

            number = TaskContext.get().partitionId()
            self.tell.add({number: Said(scorer.rows, scorer.rows_missing, tuple(scorer.findings), report)})

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

        from .guarding.process import is_at_home

        where = {"python_path": sys.executable, "host": socket.gethostname()}
        if kerasguard.__version__ != self.version:
            facts = {**where, "core": self.version, "core_loaded": kerasguard.__version__}
            raise self._failure("environment_spark_core", facts)
        is_at_home()  # Spark forks its workers from a process that does nothing else
        for name, value in self.environment.items():
            os.environ.setdefault(name, value)
        try:
            import keras  # noqa: F401

            order = pickle.loads(getattr(self.order, "value", self.order))
        except ImportError as error:
            facts = {**where, "package": error.name or "keras", "sentence": str(error)}
            raise self._failure("environment_spark_worker", facts) from None
        scorer = order.scorer
        model, findings = scorer.model.open(scorer.call)
        if model is None:
            raise self._error(Report(scorer.call, tuple(findings)))
        scorer.model = model  # its bytes are not needed any more
        return order

    def _failure(self, code: str, facts: dict[str, Any]) -> Exception:
        return self._error(Report(Call("score_frame"), (Diagnosis(code, "environment", facts),)))

    def _error(self, report: Report) -> Exception:
        from .errors import FAMILY_ERRORS, KerasGuardError
        from .messages import family_of, render_problems

        text = render_problems(report)
        code = report.problems[0].code
        return FAMILY_ERRORS.get(family_of(code), KerasGuardError)(text, report, code)


def as_function(work: Work) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What mapInArrow takes: it looks for the arguments of a function."""

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        return work(batches)

    return score


def _read(order: Order, scorer: Any, batches: Iterable[Any]) -> Iterator[tuple[Part, Any]]:
    if order.dataset is None:
        yield from ((Part(), batch) for batch in gathered(batches))
        return
    columns = scorer.needed(order.dataset.schema)
    for number in [number for batch in batches for number in batch.column(0).to_pylist()]:
        for piece in order.slices[number]:
            file, first = order.dataset.files[piece.file], piece.first
            for batch in order.dataset.read(file, columns, order.batch_rows, piece.groups):
                yield Part(file.path, first), batch
                first += batch.num_rows


@dataclass(frozen=True)
class Said:
    """What a partition tells: its rows, those without a prediction, findings, and why it ended before its last row."""

    rows: int
    rows_missing: int
    findings: tuple[Finding, ...]
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
