"""Files of results as their inputs are: Parquet with the same compression, or csv."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from .footers import is_list
from .source import InputFile

# What other tools note of a schema, which has more columns now
OF_SCHEMA = (b"org.apache.spark.sql.parquet.row.metadata", b"huggingface", b"parquet.avro.schema", b"avro.schema")
PLAIN_ENOUGH = 0.9  # of the bytes of plain values: what a dictionary has to save


class Writer(Protocol):
    """Takes batches of rows."""

    def write(self, batch: Any) -> None:
        """Add rows."""

    def close(self) -> None:
        """End the file."""


def make_writer(file: InputFile, path: Path, schema: Any, widths: dict[str, int] | None = None) -> Writer:
    """What writes results of `file` to `path`. `widths`: numbers per cell of columns that a csv has no cells for."""
    if file.kind == "csv":
        return CsvWriter(file, path, schema, widths or {})
    return ParquetWriter(file, path, schema)


class ParquetWriter:
    """A row group per batch, compressed as the input is, with what its metadata says that is still true."""

    def __init__(self, file: InputFile | None, path: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        self._schema = schema.with_metadata(still_true(schema))
        is_parquet = file is not None and file.kind == "parquet"
        how = _as_in(pq.read_metadata(file.path), schema) if file is not None and is_parquet else {}
        self._file = pq.ParquetWriter(path, self._schema, **how)

    def write(self, batch: Any) -> None:
        """Add a row group."""
        if batch.num_rows:
            self._file.write_batch(batch.replace_schema_metadata(self._schema.metadata))

    def close(self) -> None:
        """Write the footer."""
        self._file.close()


def _as_in(metadata: Any, schema: Any) -> dict[str, Any]:
    """The compression of the input, and dictionaries where they save space there."""
    codec, small = "snappy", set()
    for group in range(min(metadata.num_row_groups, 1)):
        columns = [metadata.row_group(group).column(i) for i in range(metadata.num_columns)]
        codec = columns[0].compression.lower() if columns else codec
        small = {column.path_in_schema for column in columns if _saves(column)}
    codec = {"uncompressed": "none", "lz4_raw": "lz4"}.get(codec, codec)
    there = set(schema.names)  # of a list `name.list.element`
    return {"compression": codec, "use_dictionary": [p for p in small if p in there or p.split(".")[0] in there]}


def _saves(column: Any) -> bool:
    """Whether a dictionary is worth its time: numbers that hardly repeat are larger with one."""
    width = {"DOUBLE": 8, "INT64": 8, "FLOAT": 4, "INT32": 4}.get(column.physical_type)
    if not any("DICTIONARY" in encoding for encoding in column.encodings):
        return False
    return width is None or column.total_uncompressed_size < PLAIN_ENOUGH * width * column.num_values


def still_true(schema: Any) -> dict[bytes, bytes] | None:
    """The input's metadata without what is said of columns that are no longer there, or of all columns."""
    metadata = {key: value for key, value in (schema.metadata or {}).items() if key not in OF_SCHEMA}
    if b"pandas" in metadata:
        known, names = json.loads(metadata[b"pandas"]), set(schema.names)
        known["columns"] = [c for c in known.get("columns", []) if c.get("field_name", c.get("name")) in names]
        known["index_columns"] = [
            index for index in known.get("index_columns", []) if isinstance(index, dict) or index in names
        ]
        metadata[b"pandas"] = json.dumps(known).encode()
    return metadata or None


class CsvWriter:
    """Cells of one number: a column of lists becomes `.pred_1`, `.pred_2` ... in C order. Quotes only where needed."""

    def __init__(self, file: InputFile, path: Path, schema: Any, widths: dict[str, int]) -> None:
        import pyarrow as pa

        self._widths = widths
        fields = [part for field in schema for part in _flat_fields(field, widths)]
        assert file.dialect is not None
        self._decimal, self._delimiter = file.dialect.decimal, file.dialect.delimiter
        self._sink = pa.output_stream(str(path), compression="gzip" if file.name.lower().endswith(".gz") else None)
        self._lines([pa.array([name]) for name, _ in fields], '""')

    def write(self, batch: Any) -> None:
        """Add lines."""
        if not batch.num_rows:
            return
        arrays: list[Any] = []
        for name in batch.schema.names:
            column = batch.column(name)
            arrays += _flat(column, self._widths[name]) if is_list(column.type) else [column]
        is_seen = len(arrays) > 1 and not self._delimiter.isspace()  # a line with nothing in it is no line
        self._lines([self._as_text(array) for array in arrays], "" if is_seen else '""')

    def _as_text(self, array: Any) -> Any:
        """Numbers are written as others in the file: with a comma."""
        import pyarrow as pa
        import pyarrow.compute as pc

        text = array.cast(pa.string())
        has_point = pa.types.is_floating(array.type) and self._decimal != "."
        return pc.replace_substring(text, ".", self._decimal) if has_point else text

    def _lines(self, columns: list[Any], nothing: str) -> None:
        """Write a line per element of the columns; `nothing`: what stands for an empty cell."""
        import pyarrow as pa
        import pyarrow.compute as pc

        cells = []
        for column in columns:
            cell = self._quoted(column) if self._may_need_quotes(column) else column
            cell = cell.fill_null("") if cell.null_count else cell
            cells.append(pc.if_else(pc.equal(cell, ""), nothing, cell) if nothing else cell)
        delimiter = pa.scalar(self._delimiter, pa.large_string())
        lines = pc.binary_join_element_wise(*(cell.cast(pa.large_string()) for cell in cells), delimiter)
        whole = pa.LargeListArray.from_arrays(pa.array([0, len(lines)], pa.int64()), lines)
        self._sink.write(pc.binary_join(whole, pa.scalar("\n", pa.large_string()))[0].as_buffer())
        self._sink.write(b"\n")

    def _may_need_quotes(self, column: Any) -> bool:
        """Whether anything that does stands in its memory: a hundredth of the time of a look at every cell."""
        text = bytes(column.buffers()[2] or b"")
        return any(mark in text for mark in (b'"', b"\r", b"\n", self._delimiter.encode()))

    def _quoted(self, column: Any) -> Any:
        import pyarrow.compute as pc

        quoted = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
        needed = pc.match_substring_regex(column, f'["\r\n{re.escape(self._delimiter)}]')
        return pc.if_else(needed, quoted, column)

    def close(self) -> None:
        """Write what is left."""
        self._sink.close()


def _flat_fields(field: Any, widths: dict[str, int]) -> list[tuple[str, Any]]:
    if not is_list(field.type):
        return [(field.name, field.type)]
    value = field.type
    while is_list(value):
        value = value.value_type
    return [(f"{field.name}_{i + 1}", value) for i in range(widths[field.name])]


def _flat(column: Any, width: int) -> list[Any]:
    """Columns of a column of lists, null where the list is."""
    import pyarrow as pa

    valid = column.is_valid().to_numpy(zero_copy_only=False)
    values = column.drop_null()
    while is_list(values.type):
        values = values.flatten()
    table = values.to_numpy(zero_copy_only=False).reshape(-1, width)
    places = pa.array(np.cumsum(valid) - 1, mask=~valid)
    return [pa.array(np.ascontiguousarray(table[:, i])).take(places) for i in range(width)]
