"""What runs in Spark's workers, which import this file before it is known what else they have."""

from __future__ import annotations

import gc
import os
import pickle
import socket
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .report import Call, Diagnosis, Finding, Part, Refused, Report

MOST_ROWS, MOST_BYTES = 65536, 64 * 2**20  # of batches that are put together: the model takes many rows at once
MOST_MODELS = 4  # that a worker keeps
OWN_CODE = ("load_lambda", "load_code", "load_custom")

_models: dict[str, Any] = {}  # of this process, by digest: workers live longer than a job


@dataclass
class Order:
    """What a worker needs to know, sent as one pickle.

    `scorer`: without its model. `schema`: Arrow's, of the results. `dataset`: files to read here, where the
    partitions hold but the numbers of such `slices`, in batches of `batch_rows`; results are written to files in
    `staging`. `names`: of the columns, where they come without. `folder`: that relative paths of files begin in.
    """

    scorer: Any
    schema: Any
    dataset: Any = None
    slices: Sequence[Any] = ()
    batch_rows: int = 65536
    names: Sequence[str] = ()
    folder: str = ""
    staging: str = ""


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

    `order`: a pickled `Order`. `model`: a pickled guard, or a broadcast or file of it; `digest`: of it. `version`: of
    the kerasguard it is from. `environment`: variables to set where they are not. `tell`: an accumulator for refusals,
    by partition: there a refusal ends the partition in peace. Without it a refusal is an error, which Spark takes for a
    mishap: it tries again, four times.
    """

    order: bytes
    model: Any
    digest: str
    version: str
    environment: dict[str, str] = field(default_factory=dict)
    tell: Any = None

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The rows with their predictions; of files a row that tells of them.

        Raises:
            KerasGuardError: With the words of what speaks against it.
        """
        if self.tell is not None:
            for number in [number for batch in batches for number in batch.column(0).to_pylist()]:
                yield _as_row(number, self._written(number))
            return
        try:
            order, scorer = self._opened()
            from .scoring.spark_types import fitted

            for batch in gathered(batches):
                yield fitted(scorer(batch.rename_columns(list(order.names)), Part()), order.schema)
        except Exception as error:
            report = getattr(error, "report", None)
            if not isinstance(report, Report):
                raise
            raise _as_error(report) from None

    def _written(self, number: int) -> Said:
        """What there is to tell of a slice of the files, whose results are in a file then."""
        try:
            order, scorer = self._opened()
            name = write_part(order, scorer, number)
        except Exception as error:
            report = getattr(error, "report", None)
            if not isinstance(report, Report):
                raise
            said = Said(refused=report)
            self.tell.add({number: said})
            return said
        return Said(name, scorer.rows, scorer.rows_missing, tuple(scorer.findings))

    def _opened(self) -> tuple[Order, Any]:
        """The order, and a scorer of its own."""
        model = _models.pop(self.digest, None)
        if model is None:
            self._prepare()
        try:
            order = pickle.loads(self.order)
            if model is None:
                model = self._open(order)
        except ImportError as error:
            facts = {**_where(), "package": error.name or "keras", "sentence": str(error)}
            raise Refused(_report("environment_spark_worker", facts)) from None
        while len(_models) >= MOST_MODELS:
            _models.pop(next(iter(_models)))
        _models[self.digest] = model  # the last one that was used
        return order, replace(order.scorer, model=model)

    def _prepare(self) -> None:
        import kerasguard

        from .guarding.process import settle

        if kerasguard.__version__ != self.version:
            facts = {**_where(), "core": self.version, "core_loaded": kerasguard.__version__}
            raise Refused(_report("environment_spark_core", facts))
        settle()  # Spark forks its workers from a process that does nothing else
        for name, value in self.environment.items():
            os.environ.setdefault(name, value)

    def _open(self, order: Order) -> Any:
        import keras  # noqa: F401

        if not gc.get_freeze_count():
            gc.freeze()  # Spark collects garbage after each part: .2 to .4 s where it goes through all of TensorFlow
        guarded = pickle.loads(getattr(self.model, "value", self.model))
        model, findings = guarded.open(order.scorer.call)
        if model is None:
            codes = [Diagnosis("spark_code", "model", f.facts) if f.code in OWN_CODE else f for f in findings]
            raise Refused(Report(order.scorer.call, tuple(codes)))
        return model  # the bytes are not needed any more


def _where() -> dict[str, Any]:
    return {"python_path": sys.executable, "host": socket.gethostname()}


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


def write_part(order: Order, scorer: Any, number: int) -> str:
    """Score a slice of the files into one of results, under a name that no other attempt has."""
    from .scoring.spark_types import fitted
    from .scoring.writers import ParquetWriter

    name, pieces = f"part-{number:05d}-{uuid.uuid4()}.parquet", order.slices[number]
    like = _there(order, pieces[0]) if pieces else None
    path, writer = Path(order.staging, name), None
    try:
        with _writing(order, scorer, path):
            writer = ParquetWriter(like, path, order.schema)
        for part, batch in _read(order, scorer, pieces):
            scored = fitted(scorer(batch, part), order.schema)
            with _writing(order, scorer, path):
                writer.write(scored)
    finally:
        if writer is not None:
            with _writing(order, scorer, path):
                writer.close()
    return name


@contextmanager
def _writing(order: Order, scorer: Any, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        output = str(path.parents[1])
        if not path.parent.is_dir():  # which the driver has made
            found = Diagnosis("spark_folder", "output_path", {"output": output, "rows": order.dataset.rows, "found": 0})
        else:
            reason = os.strerror(error.errno) if error.errno else str(error)
            found = Diagnosis("score_write", "output_path", {"path": output, "reason": reason, "files_done": 0})
        raise Refused(Report(scorer.call, (found,))) from None


def _there(order: Order, piece: Any) -> Any:
    """The file of a piece, as it is opened here."""
    file = order.dataset.files[piece.file]
    return replace(file, path=os.path.join(order.folder, file.path))


def _read(order: Order, scorer: Any, pieces: Iterable[Any]) -> Iterator[tuple[Part, Any]]:
    import pyarrow as pa

    columns = scorer.needed(order.dataset.schema)
    for piece in pieces:
        file, first = order.dataset.files[piece.file], piece.first
        try:
            for batch in order.dataset.read(_there(order, piece), columns, order.batch_rows, piece.groups):
                yield Part(file.path, first), batch
                first += batch.num_rows
        except (OSError, EOFError, pa.ArrowException, UnicodeError) as error:
            facts = {"places": ((file.path, str(error).split("\n")[0]),), "of": len(order.dataset.files)}
            raise Refused(Report(scorer.call, (Diagnosis("score_file", scorer.call.x, facts),))) from None


@dataclass(frozen=True)
class Said:
    """What a partition tells: its file, its rows, those without a prediction, findings; and why it ended early."""

    name: str = ""
    rows: int = 0
    rows_missing: int = 0
    findings: tuple[Finding, ...] = ()
    refused: Report | None = None


def _as_row(number: int, said: Said) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"number": pa.array([number], pa.int64()), "said": [pickle.dumps(said)]})


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
