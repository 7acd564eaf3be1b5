"""A data set of Parquet or csv files: which files it is made of, and their rows a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .csv_files import Dialect, csv_batches

BATCH_BYTES = 2**26  # rows of long lists come fewer at a time
BUFFER_BYTES = 2**17


@dataclass(frozen=True)
class InputFile:
    """One file. `path`: as the user would open it; `name`: the relative path of what is made of it.

    `keys`: the columns that stand in the names of its folders (`year=2024`), with their Arrow scalars. `dialect`: of a
    csv file.
    """

    path: str
    name: str
    kind: str
    size: int
    mtime_ns: int
    keys: tuple[tuple[str, Any], ...] = ()
    dialect: Dialect | None = None


def place_facts(places: Sequence[tuple[InputFile, str]], files: Sequence[Any]) -> dict[str, Any]:
    """The facts of a finding about some of the files, with what there is to say of each."""
    return {
        "places": tuple((file.name, why) for file, why in places),
        "paths": tuple(file.path for file, _ in places),
        "of": len(files),
        "is_several": len(files) > 1,
    }


@dataclass(frozen=True)
class Dataset:
    """All files, sorted by name, the columns of all of them with the types that they share, and how many rows.

    `texts`: of csv files the columns that the model takes as text, with what stands for missing values there.
    """

    files: tuple[InputFile, ...]
    schema: Any
    rows: int
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def batches(self, file: InputFile, columns: Sequence[str], batch_rows: int) -> Iterator[tuple[int, Any, Any]]:
        """The rows of a file in their order, at most `batch_rows` at a time: the number of the first, rows, cells.

        Cells are the columns as they stand in the file: of csv text, which as numbers would lose zeros and digits.

        Args:
            file: One of `files`.
            columns: The names of those to read; what the file does not have is left out.
            batch_rows: At least 1.

        Raises:
            OSError: If the file can't be read any further, or as `pyarrow.ArrowException`, or `EOFError`.
        """
        first = 0
        for cells, batch in self._read(file, columns, batch_rows):
            yield first, batch, cells
            first += batch.num_rows

    def read(
        self, file: InputFile, columns: Sequence[str], batch_rows: int, row_groups: Sequence[int] | None = None
    ) -> Iterator[Any]:
        """The batches alone; of Parquet files also those of some row groups."""
        return (batch for _, batch in self._read(file, columns, batch_rows, row_groups))

    def _read(
        self, file: InputFile, columns: Sequence[str], batch_rows: int, row_groups: Sequence[int] | None = None
    ) -> Iterator[tuple[Any, Any]]:
        if file.kind == "parquet":
            for batch in _parquet_batches(file.path, columns, batch_rows, row_groups):
                yield (_with_keys(batch, file, columns),) * 2
            return
        assert file.dialect is not None
        types = {field.name: field.type for field in self.schema}
        for both in csv_batches(file.path, file.dialect, columns, types, self.texts, batch_rows):
            cells, batch = (_with_keys(each, file, columns) for each in both)
            yield cells, batch


def parquet_file(path: str) -> Any:
    """An open Parquet file, for reading pages as they are needed.

    Else whole row groups would be held: 910 MB of 1M rows of 100 doubles, in place of 150. The old timestamps of Spark
    and Hive are microseconds: in nanoseconds 9999-12-31 would be another day.
    """
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER_BYTES, coerce_int96_timestamp_unit="us")


def _parquet_batches(
    path: str, columns: Sequence[str], batch_rows: int, row_groups: Sequence[int] | None
) -> Iterator[Any]:
    with parquet_file(path) as file:
        there = set(file.schema_arrow.names)  # made anew each time it is asked for
        present = [name for name in columns if name in there]
        groups = range(file.num_row_groups) if row_groups is None else row_groups
        rows = min(batch_rows, _rows_at_a_time(file.metadata, groups))
        for batch in file.iter_batches(rows, row_groups=list(groups), columns=present):
            yield batch.select(present)  # the reader takes `a.b` for a part of `a`


def _rows_at_a_time(metadata: Any, groups: Sequence[int]) -> int:
    """As many as fit into `BATCH_BYTES`, where cells are lists or long text."""
    lists = [i for i in range(metadata.num_columns) if metadata.schema.column(i).max_repetition_level]
    widest = 1.0
    for group in map(metadata.row_group, groups):
        values = sum(group.column(i).num_values for i in lists)
        widest = max(widest, max(group.total_byte_size, 8 * values) / max(group.num_rows, 1))
    return max(int(BATCH_BYTES / widest), 1)


def _with_keys(batch: Any, file: InputFile, columns: Sequence[str]) -> Any:
    """The batch and the columns of its folders, in the order of `columns`."""
    import pyarrow as pa

    keys = {name: pa.repeat(value, batch.num_rows) for name, value in file.keys if name in columns}
    if not keys:
        return batch
    there = {*keys, *batch.schema.names}
    names = [name for name in columns if name in there]
    arrays = [keys[name] if name in keys else batch.column(name) for name in names]
    fields = [
        pa.field(name, array.type) if name in keys else batch.schema.field(name)
        for name, array in zip(names, arrays, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, batch.schema.metadata))
