"""Files of results as one table: columns that only some files have, and those whose types differ, among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..scoring.csv_files import opened, read_dialect
from ..scoring.footers import schema_of
from ..scoring.source import InputFile, parquet_file


class Results:
    """What is in some files. `names`: their columns, predictions last; `rows`: how many there are."""

    def __init__(self, files: Sequence[InputFile]) -> None:
        self._files, self._is_csv = files, files[0].kind == "csv"
        # of csv only the cells tell the types
        self._tables = [_csv_table(file, {}) for file in files] if self._is_csv else []
        schemas = [table.schema for table in self._tables] or [schema_of(file) for file in files]
        keys = list(dict.fromkeys(name for file in files for name, _ in file.keys))
        names = [name for schema in schemas for name in schema.names if name not in keys]
        # what only a later file has still stands before the predictions
        self.names = sorted(dict.fromkeys([*names, *keys]), key=lambda name: name.startswith(".pred"))
        self.types = {name: _agreed([s.field(name) for s in schemas if name in s.names]) for name in self.names}
        self.rows = sum(table.num_rows for table in self._tables) if self._is_csv else sum(map(_rows_of, files))
        texts = {name: dtype for name, dtype in self.types.items() if str(dtype) == "string"}
        if self._is_csv and any(_others(schema, texts) for schema in schemas):  # as it stands there: 1.0 is no 1
            self._tables = [_csv_table(file, texts) for file in files]

    def table(self, names: Sequence[str]) -> Any:
        """Some of the columns, all rows."""
        import pyarrow as pa

        schema = pa.schema([(name, self.types[name]) for name in names])
        tables = self._tables or [_parquet_table(file, names) for file in self._files]
        return pa.concat_tables([_as(table, schema) for table in tables])


def _csv_table(file: InputFile, types: Mapping[str, Any]) -> Any:
    from pyarrow import csv

    dialect = read_dialect(file.path)
    if not dialect.has_rows:
        import pyarrow as pa

        return _with_keys(pa.table({name: pa.nulls(0) for name in dialect.names}), file)
    reading = csv.ReadOptions(
        block_size=dialect.block, skip_rows=dialect.skip, column_names=dialect.names, encoding=dialect.encoding
    )
    parsing = csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True)
    tables = []
    for decimal in (".", ",") if dialect.delimiter == ";" else ".":
        converting = csv.ConvertOptions(
            column_types=types, null_values=["", "NA"], strings_can_be_null=True, decimal_point=decimal
        )
        with opened(file.path) as stream:
            tables.append(csv.read_csv(stream, reading, parsing, converting))
    return _with_keys(min(tables, key=_count_texts), file)


def _count_texts(table: Any) -> int:
    return [str(dtype) for dtype in table.schema.types].count("string")


def _others(schema: Any, texts: Mapping[str, Any]) -> bool:
    """Whether something else than text is in one of these columns."""
    return any(str(field.type) not in ("string", "null") for field in schema if field.name in texts)


def _parquet_table(file: InputFile, names: Sequence[str]) -> Any:
    with parquet_file(file.path) as parquet:
        there = set(parquet.schema_arrow.names)
        present = [name for name in names if name in there]
        # without any column the rows would be lost
        table = parquet.read(columns=present or parquet.schema_arrow.names[:1])
        return _with_keys(table, file)


def _rows_of(file: InputFile) -> int:
    with parquet_file(file.path) as parquet:
        return int(parquet.metadata.num_rows)


def _with_keys(table: Any, file: InputFile) -> Any:
    import pyarrow as pa

    for name, value in file.keys:
        table = table.append_column(name, pa.repeat(value, table.num_rows))
    return table


def _agreed(fields: Sequence[Any]) -> Any:
    """The type that holds what all have; text where none does."""
    import pyarrow as pa

    types = list(dict.fromkeys(field.type for field in fields))
    try:
        return (
            pa.unify_schemas([pa.schema([("", dtype)]) for dtype in types], promote_options="permissive").field(0).type
        )
    except pa.ArrowException:
        return pa.string()


def _as(table: Any, schema: Any) -> Any:
    """The columns of `schema` in its types, those that are not there missing."""
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name in table.schema.names:
            columns.append(table.column(field.name).cast(field.type, safe=False))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    return pa.table(columns, schema=schema)
