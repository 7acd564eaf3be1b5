"""Files of results as their inputs are: Parquet with the same compression, or csv."""

from __future__ import annotations

import json
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
    """Cells of one number: a column of lists becomes `.pred_1`, `.pred_2` ... in C order."""

    def __init__(self, file: InputFile, path: Path, schema: Any, widths: dict[str, int]) -> None:
        import pyarrow as pa
        from pyarrow import csv

        self._widths = widths
        fields: list[Any] = []
        for field in schema:
            fields += [pa.field(name, dtype) for name, dtype in _flat_fields(field, widths)]
        assert file.dialect is not None
        self._decimal = file.dialect.decimal
        fields = [pa.field(f.name, pa.string()) if self._in_text(f.type) else f for f in fields]
        self._schema = pa.schema(fields)
        self._sink = pa.output_stream(str(path), compression="gzip" if file.name.lower().endswith(".gz") else None)
        options = csv.WriteOptions(delimiter=file.dialect.delimiter)
        self._file = csv.CSVWriter(self._sink, self._schema, write_options=options)

    def write(self, batch: Any) -> None:
        """Add lines."""
        import pyarrow as pa

        arrays: list[Any] = []
        for name in batch.schema.names:
            column = batch.column(name)
            arrays += _flat(column, self._widths[name]) if is_list(column.type) else [column]
        arrays = [self._as_text(array) if self._in_text(array.type) else array for array in arrays]
        self._file.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def _in_text(self, dtype: Any) -> bool:
        """Whether its numbers are written as others in the file: with a comma."""
        from pyarrow import types

        return self._decimal != "." and bool(types.is_floating(dtype))

    def _as_text(self, array: Any) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        return pc.replace_substring(pc.cast(array, pa.string()), ".", self._decimal)

    def close(self) -> None:
        """Write what is left."""
        try:
            self._file.close()
        finally:
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
