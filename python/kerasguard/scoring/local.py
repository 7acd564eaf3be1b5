"""Scores files here, one after the other: the next rows are read and the last ones written while the model runs."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any

from ..engine import state_of
from ..report import Diagnosis, Part, Refused, Report
from .batch import Scorer
from .output import OutputFile, OutputFolder
from .source import Dataset, InputFile, place_facts

AHEAD = 1  # batches that wait for the model, and that wait to be written
MOST_SETTLING = 8  # files that wait for the disk
Progress = Callable[[int, "int | None"], Any]


@dataclass(frozen=True)
class Rows:
    """Rows of a file from row `first` on, and their cells as they stand there; no batch: it ended there."""

    file: InputFile
    first: int
    batch: Any = None
    cells: Any = None


def run_local(
    scorer: Scorer, dataset: Dataset, output: OutputFolder, batch_rows: int, progress: Progress | None = None
) -> None:
    """Score every file that is not done yet, in batches of `batch_rows` rows.

    Args:
        scorer: Scores a batch.
        dataset: The files.
        output: The folder, claimed.
        batch_rows: Rows that are read, scored and written at once.
        progress: Told of rows done and rows in all, None while unknown.

    Raises:
        Refused: If rows can't be read, predicted or written. Files that are done stay so.
    """
    rows_done, missing_before = sum(done.rows for done in output.done.values()), 0
    with _Ahead(_read(scorer, dataset, output.todo, batch_rows)) as ahead, _Behind(output) as behind:
        for rows in ahead:
            if rows.batch is None:
                behind.do(behind.commit, rows.first, scorer.rows_missing - missing_before)
                missing_before = scorer.rows_missing
                continue
            scored = _with_cells(scorer(rows.batch, Part(rows.file.path, rows.first)), rows)
            behind.do(behind.write, rows.file, scored, _widths(scorer, rows, scored))
            rows_done += scored.num_rows
            if progress is not None:
                progress(rows_done, dataset.rows)
        behind.wait()


class _Ahead:
    """What an iterator gives, drawn in a thread of its own before it is asked for."""

    def __init__(self, source: Iterator[Rows]) -> None:
        self._source, self._pool = source, ThreadPoolExecutor(1, "kerasguard-read")
        self._waiting: deque[Future[Rows | None]] = deque()

    def __enter__(self) -> Iterator[Rows]:
        return self._draw()

    def _draw(self) -> Iterator[Rows]:
        for _ in range(AHEAD):
            self._submit()
        while (rows := self._waiting.popleft().result()) is not None:
            self._submit()
            yield rows

    def _submit(self) -> None:
        self._waiting.append(self._pool.submit(next, self._source, None))

    def __exit__(self, *_: Any) -> None:
        self._pool.shutdown(cancel_futures=True)


class _Behind:
    """Writes files in a thread of its own and syncs them in another. After an error nothing more is written."""

    def __init__(self, output: OutputFolder) -> None:
        self._output, self._pool = output, ThreadPoolExecutor(1, "kerasguard-write")
        self._disk = ThreadPoolExecutor(1, "kerasguard-disk")
        self._waiting: deque[Future[None]] = deque()
        self._settling: deque[Future[None]] = deque()
        self._file: OutputFile | None = None
        self._failed = False

    def __enter__(self) -> _Behind:
        return self

    def do(self, step: Callable[..., None], *args: Any) -> None:
        """Have a step done after those before it, and raise what one of these did."""
        self.wait(AHEAD)
        self._waiting.append(self._pool.submit(self._step, step, *args))

    def wait(self, most: int = 0) -> None:
        """Wait until at most so many steps are left to do."""
        while len(self._waiting) > most:
            self._waiting.popleft().result()
        while self._settling and (not most or len(self._settling) > MOST_SETTLING or self._settling[0].done()):
            self._settling.popleft().result()

    def _step(self, step: Callable[..., None], *args: Any) -> None:
        if not self._failed:
            try:
                step(*args)
            except BaseException:
                self._failed = True
                raise

    def write(self, file: InputFile, batch: Any, widths: dict[str, int]) -> None:
        """Add rows to the file, which begins with its first ones."""
        if self._file is None:
            self._file = self._output.write(file, batch.schema, widths)
        self._file.write(batch)

    def commit(self, rows: int, rows_missing: int) -> None:
        """The file has all its rows."""
        assert self._file is not None
        file, self._file = self._file, None
        file.close()
        self._settling.append(self._disk.submit(file.settle, rows, rows_missing))

    def __exit__(self, *_: Any) -> None:
        with suppress(BaseException):  # what is raised already is told; files that are whole are put in place
            self.wait()
        self._pool.shutdown()
        self._disk.shutdown()
        if self._file is not None:
            self._file.discard()


def _read(scorer: Scorer, dataset: Dataset, files: list[InputFile], batch_rows: int) -> Iterator[Rows]:
    """All rows of all files, with an end of each."""
    import pyarrow as pa

    columns = scorer.needed(dataset.schema)
    for file in files:
        rows = 0
        try:
            for first, batch, cells in dataset.batches(file, columns, batch_rows):
                yield Rows(file, first, batch, cells)
                rows = first + batch.num_rows
        except (OSError, EOFError, pa.ArrowException) as error:
            text = f"its rows can't be read from row {rows} on ({str(error).splitlines()[0].rstrip('.: ')})"
            facts = place_facts([(file, text)], dataset.files)
            raise Refused(Report(scorer.call, (Diagnosis("score_file", scorer.call.x, facts),))) from error
        if not rows:
            nothing = _no_rows(dataset, file, columns)
            yield Rows(file, 0, nothing, nothing)
        if has_changed(file):
            facts = {"path": file.path, "rows": rows}
            raise Refused(Report(scorer.call, (Diagnosis("score_changing", "input_path", facts),)))
        yield Rows(file, rows)


def _no_rows(dataset: Dataset, file: InputFile, columns: list[str]) -> Any:
    """A batch for a file without rows, whose results have a schema, too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = pq.read_schema(file.path) if file.kind == "parquet" else dataset.schema
    fields = [own.field(name) if name in own.names else dataset.schema.field(name) for name in columns]
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in fields], schema=pa.schema(fields, own.metadata))


def _with_cells(scored: Any, rows: Rows) -> Any:
    """With the original columns as they stand in the file, whatever the model was given of them."""
    if rows.file.kind != "csv":
        return scored
    for i, name in enumerate(scored.schema.names):
        if name in rows.cells.schema.names:  # none of the answer's: that was refused
            scored = scored.set_column(i, name, rows.cells.column(name))
    return scored


def has_changed(file: InputFile) -> bool:
    """Whether it is not the one any more that was looked at before."""
    try:
        now = os.stat(file.path)
    except OSError:
        return True
    return (now.st_size, now.st_mtime_ns) != (file.size, file.mtime_ns)


def _widths(scorer: Scorer, rows: Rows, scored: Any) -> dict[str, int]:
    """Numbers per cell of the columns of lists, for a csv. One that is null in all rows has those of its output."""
    if rows.file.kind != "csv" or rows.first:
        return {}
    widths: dict[str, int] = {}
    added = scored.schema.names[len(scorer.kept(rows.batch.schema)) :]
    shapes = [output.shape[1:] for output in state_of(scorer.opened()).signature.outputs]
    for i, name in enumerate(added):
        cells = scored.column(name).drop_null()
        if hasattr(cells, "flatten"):
            count = len(cells)
            while hasattr(cells, "flatten"):
                cells = cells.flatten()
            widths[name] = len(cells) // count if count else prod(size or 1 for size in shapes[i])
    return widths
