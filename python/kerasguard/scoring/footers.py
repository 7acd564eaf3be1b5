"""What is known of a file before its rows are read: of Parquet by its footer, of csv by one look at the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .source import InputFile, parquet_file

# by the first bytes of a file
FOREIGN = {
    b"ARROW1": "Arrow (Feather)", b"FEA1": "Feather", b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip or Excel", b"ORC": "ORC",
    b"Obj\x01": "Avro", b"\x89HDF": "HDF5", b"<!DO": "HTML", b"<htm": "HTML", b"{": "JSON", b"\x93NUMPY": "npy",
}  # fmt: skip


Ranges = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Known:
    """One file. `nulls`: how many by column; `ranges`: the lowest and the highest value by column, of lists in them.

    What a file does not tell is absent.
    """

    file: InputFile
    schema: Any
    rows: int
    nulls: Mapping[str, int] = field(default_factory=dict)
    ranges: Ranges = field(default_factory=dict)


class Unreadable(Exception):
    """A file is not what its name says: `why`, in words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def schema_of(file: InputFile) -> Any:
    """The columns of a Parquet file, those of its folders among them.

    Raises:
        Unreadable: If it is no whole Parquet file.
    """
    return with_keys(_opened(file)[0], file)


def with_keys(schema: Any, file: InputFile) -> Any:
    """The columns of a file with those of its folders, which stand for columns of these names in it."""
    import pyarrow as pa

    for name, value in file.keys:
        place = schema.get_field_index(name)
        if place >= 0:
            schema = schema.set(place, pa.field(name, value.type))
        elif name not in schema.names:
            schema = schema.append(pa.field(name, value.type))
    return schema


def read_footer(file: InputFile, columns: Sequence[str]) -> Known:
    """What the footer of a Parquet file says of `columns`.

    Raises:
        Unreadable: If it is no whole Parquet file.
    """
    schema, metadata = _opened(file)
    nulls, groups = {name: metadata.num_rows for name, value in file.keys if not value.is_valid}, []
    for _, counts, ranges in _groups(metadata, schema, columns):
        groups.append(ranges)
        for name, count in counts.items():
            nulls[name] = nulls.get(name, 0) + count
    ranges = _joined(groups) | {name: (value.as_py(),) * 2 for name, value in file.keys if value.is_valid}
    return Known(file, with_keys(schema, file), metadata.num_rows, nulls, ranges)


def read_groups(file: InputFile, columns: Sequence[str]) -> Iterator[tuple[int, Ranges]]:
    """The number of rows of each row group, and the ranges of `columns` in it."""
    schema, metadata = _opened(file)
    for rows, _, ranges in _groups(metadata, schema, columns):
        yield rows, ranges


def _groups(metadata: Any, schema: Any, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, int], Ranges]]:
    """Of each row group the rows, nulls and ranges; a list that is null is none of its elements, and not counted."""
    leaves = [(column, place) for column, place in _leaves(schema) if column.name in columns]
    places = {column.name: place for column, place in leaves}
    nested = {column.name for column, _ in leaves if is_nested(column.type)}
    empty = {column.name for column, _ in leaves if str(column.type) == "null"}
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        nulls: dict[str, int] = {}
        ranges: dict[str, tuple[Any, Any]] = {}
        for name, place in places.items():
            if name in empty:
                nulls[name] = group.num_rows
            statistics = group.column(place).statistics
            if statistics is None:
                continue
            if statistics.null_count and name not in nested:
                nulls[name] = statistics.null_count
            with suppress(OverflowError, ValueError):  # dates that Python does not have
                if statistics.has_min_max and not isinstance(statistics.min, (str, bytes)):
                    ranges[name] = statistics.min, statistics.max
        yield group.num_rows, nulls, ranges


def _joined(parts: Sequence[Ranges]) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for ranges in parts:
        for name, (low, high) in ranges.items():
            before = found.get(name, (low, high))
            found[name] = min(before[0], low), max(before[1], high)
    return found


def join_ranges(known: Sequence[Known]) -> dict[str, tuple[Any, Any]]:
    """The ranges of all files together."""
    return _joined([each.ranges for each in known])


def _leaves(schema: Any) -> Iterator[tuple[Any, int]]:
    """The columns of one leaf each, lists of numbers among them, with the place of the leaf."""
    place = 0
    for column in schema:
        count = _count(column.type)
        if count == 1:
            yield column, place
        place += count


def _count(dtype: Any) -> int:
    from pyarrow import types

    if types.is_struct(dtype):
        return sum(_count(dtype.field(i).type) for i in range(dtype.num_fields))
    if types.is_map(dtype):
        return _count(dtype.key_type) + _count(dtype.item_type)
    if isinstance(dtype, _extension()):
        return _count(dtype.storage_type)
    return _count(dtype.value_type) if is_nested(dtype) else 1


def is_nested(dtype: Any) -> bool:
    """Whether a cell holds a list, or several things."""
    from pyarrow import types

    return bool(types.is_nested(dtype) or isinstance(dtype, _extension()))


def is_list(dtype: Any) -> bool:
    """Whether a cell holds values of one type, in an order."""
    from pyarrow import types

    return bool(types.is_list(dtype) or types.is_large_list(dtype) or types.is_fixed_size_list(dtype))


def _extension() -> Any:
    import pyarrow as pa

    return pa.BaseExtensionType


def _opened(file: InputFile) -> tuple[Any, Any]:
    """Arrow's schema of a file, and its footer."""
    import pyarrow as pa

    try:
        with parquet_file(file.path) as opened:
            return opened.schema_arrow, opened.metadata
    except UnicodeEncodeError:
        raise Unreadable("its name is no UTF-8, which Arrow needs") from None
    except PermissionError:
        raise Unreadable("it may not be read by you (file permissions)") from None
    except (OSError, pa.ArrowException) as error:
        raise Unreadable(_why(file.path, error)) from error


def _why(path: str, error: Exception) -> str:
    """What is wrong with a file that is no Parquet, by its first and last bytes."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(8)
            size = stream.seek(0, 2)
            stream.seek(max(size - 4, 0))
            tail = stream.read(4)
    except OSError as failed:
        return failed.strerror or str(failed)
    if not size:
        return "it is empty (0 bytes)"
    if b"PARE" in (head[:4], tail):
        return "it is encrypted"
    if head[:4] == b"PAR1" and tail != b"PAR1":
        return f"its end is cut off (at {size} bytes)"
    if head[:4] != b"PAR1":
        kind = next((name for mark, name in FOREIGN.items() if head.startswith(mark)), "")
        return f"it is no Parquet but {kind}" if kind else "it is no Parquet (its first bytes are others)"
    return f"its footer can't be read ({str(error).splitlines()[0].rstrip('.')})"
