"""csv files: how they are written, what their columns hold, and their rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BLOCK_BYTES = 2**23
HEAD_BYTES = 2**16
# what stands for a missing value: Arrow's own list for numbers, with that of pandas
MISSING = ("", "NA", "NaN", "nan", "N/A", "n/a", "NULL", "null", "None", "#N/A", "#N/A N/A", "#NA", "<NA>",
           "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN")  # fmt: skip
MARKS = {b"\xef\xbb\xbf": "utf8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Dialect:
    """`names`: the columns, where the first line names them; R leaves out that of the row names (`""`)."""

    names: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf8"
    decimal: str = "."


@dataclass
class Seen:
    """What the cells of a column are: "nothing" but missing values, "int", "double", "comma" (doubles), "bool", "text".

    `wrong`: the first row that is no number though those above are, and what stands there.
    """

    kind: str = "nothing"
    nulls: int = 0
    low: float | None = None
    high: float | None = None
    wrong: tuple[int, str] | None = None


@dataclass
class Scan:
    """A whole file, looked at once."""

    dialect: Dialect
    rows: int = 0
    columns: dict[str, Seen] = field(default_factory=dict)


def read_dialect(path: str) -> Dialect:
    """How a file is written, by its first lines.

    Raises:
        UnicodeDecodeError: If it is no UTF-8 and does not begin with a mark that tells its encoding.
    """
    with _open(path) as stream:
        head = stream.read(HEAD_BYTES)
    encoding = next((name for mark, name in MARKS.items() if head.startswith(mark)), "utf8")
    text = head.decode("utf-8-sig" if encoding == "utf8" else encoding, "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count) if any(map(first.count, ",;\t|")) else ","
    lines = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    header = next(iter(line for line in lines if line), [])
    body = next(iter(line for line in lines if line), [])
    if len(body) == len(header) + 1 and len(header) > 0:  # R's write.table()
        header = ["", *header]
    return Dialect(tuple(header), delimiter, encoding)


def _open(path: str) -> Any:
    """The bytes of a file, compressed or not."""
    import pyarrow as pa

    return pa.input_stream(path, compression="gzip" if path.lower().endswith(".gz") else None)


def csv_batches(
    path: str, dialect: Dialect, columns: Sequence[str], types: Mapping[str, Any], texts: Sequence[str], batch_rows: int
) -> Iterator[Any]:
    """Rows of a csv file, read as `types`; what stands for a missing value is one in numbers and in `texts`."""
    present = [name for name in columns if name in dialect.names]
    for batch in _stream(path, dialect, {name: types[name] for name in present}):
        batch = _without_missing(batch, texts)
        for first in range(0, batch.num_rows, batch_rows):
            yield batch.slice(first, batch_rows)


def _stream(path: str, dialect: Dialect, types: Mapping[str, Any]) -> Iterator[Any]:
    from pyarrow import csv as arrow_csv

    reading = arrow_csv.ReadOptions(
        use_threads=False,  # else the line of a fault is not told
        block_size=BLOCK_BYTES, skip_rows=1, column_names=list(dialect.names), encoding=dialect.encoding,
    )  # fmt: skip
    parsing = arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True)
    converting = arrow_csv.ConvertOptions(
        column_types=dict(types), include_columns=list(types), null_values=list(MISSING),
        decimal_point=dialect.decimal, strings_can_be_null=False,
    )  # fmt: skip
    with _open(path) as stream, arrow_csv.open_csv(stream, reading, parsing, converting) as batches:
        yield from batches


def _without_missing(batch: Any, texts: Sequence[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in texts:
        place = batch.schema.get_field_index(name)
        if place >= 0 and pa.types.is_string(batch.schema.field(place).type):
            column = batch.column(place)
            absent = pc.is_in(column, pa.array(MISSING))
            batch = batch.set_column(place, name, pc.if_else(absent, pa.scalar(None, pa.string()), column))
    return batch


def scan(path: str, dialect: Dialect, columns: Sequence[str], texts: Sequence[str]) -> Scan:
    """Look at all cells of `columns`: what they are, and what is missing. Those of `texts` are text."""
    import pyarrow as pa

    present = [name for name in dialect.names if name in columns]
    found = Scan(dialect, columns={name: Seen("text" if name in texts else "nothing") for name in present})
    for batch in _stream(path, dialect, dict.fromkeys(dialect.names, pa.string())):
        for name in present:
            _see(found.columns[name], batch.column(batch.schema.names.index(name)), found.rows)
        found.rows += batch.num_rows
    if any(seen.kind == "comma" for seen in found.columns.values()):
        found.dialect = replace(dialect, decimal=",")
    return found


def _see(seen: Seen, cells: Any, first: int) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    absent = pc.is_in(pc.utf8_trim_whitespace(cells), pa.array(MISSING))
    seen.nulls += pc.sum(absent).as_py() or 0
    if seen.kind == "text":
        return
    present = pc.utf8_trim_whitespace(pc.filter(cells, pc.invert(absent)))
    if not len(present):
        return
    for kind in _LADDER[seen.kind]:
        values = _as(present, kind)
        if values is not None:
            seen.kind = kind
            if kind != "bool":
                _measure(seen, values)
            return
    if seen.kind != "nothing":
        seen.wrong = _first_wrong(cells, absent, seen.kind, first)
    else:
        began = next((kind for kind in ("double", "comma") if _as(present.slice(0, 1), kind) is not None), None)
        seen.wrong = None if began is None else _first_wrong(cells, absent, began, first)
    seen.kind = "text"


_LADDER = {
    "nothing": ("int", "double", "comma", "bool"), "int": ("int", "double", "comma"), "double": ("double",),
    "comma": ("comma",), "bool": ("bool",),
}  # fmt: skip


def _as(cells: Any, kind: str) -> Any:
    """The cells as numbers of a kind; None where one is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == "comma":
        if pc.any(pc.match_substring(cells, ".")).as_py():
            return None
        cells = pc.replace_substring(cells, ",", ".", max_replacements=1)
    if kind == "int" and pc.any(pc.match_substring_regex(cells, "[xX]")).as_py():  # 0x10 is no number
        return None
    try:
        return pc.cast(cells, {"int": pa.int64(), "bool": pa.bool_()}.get(kind, pa.float64()))
    except pa.ArrowInvalid:
        return None


def _measure(seen: Seen, values: Any) -> None:
    import pyarrow.compute as pc

    found = pc.min_max(values).as_py()
    seen.low = found["min"] if seen.low is None else min(seen.low, found["min"])
    seen.high = found["max"] if seen.high is None else max(seen.high, found["max"])


def _first_wrong(cells: Any, absent: Any, kind: str, first: int) -> tuple[int, str]:
    kind = "double" if kind == "int" else kind
    for i, (cell, is_absent) in enumerate(zip(cells, absent, strict=True)):
        if not is_absent.as_py() and _as(_one(cell), kind) is None:
            return first + i, str(cell)
    return first, ""


def _one(cell: Any) -> Any:
    import pyarrow as pa

    return pa.array([cell.as_py().strip()])


def line_of(path: str, dialect: Dialect, row: int) -> int:
    """The line of a file, counted from 1, in which a row ends."""
    with _open(path) as stream:
        import io

        text = io.TextIOWrapper(stream, "utf-8-sig" if dialect.encoding == "utf8" else dialect.encoding, newline="")
        lines = csv.reader(text, delimiter=dialect.delimiter)
        rows = (line for line in lines if line)
        for _ in range(row + 2):
            next(rows, None)
        return lines.line_num


def is_headless(names: Sequence[str]) -> bool:
    """Whether the first line holds numbers; whole ones from 0 or 1 on are names that data frames give."""
    numbers = [_number(name) for name in names if name]
    if not numbers or None in numbers:
        return False
    return numbers not in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def why(error: Exception) -> str:
    """What Arrow says of a csv file, in words."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    ragged = re.search(r"(?:Row #(\d+): )?Expected (\d+) columns, got (\d+)", text)
    if ragged:
        line, expected, received = ragged.groups()
        place = f"line {line}" if line else "a line"
        return f"{place} has {received} fields, and the first line names {expected} columns"
    if isinstance(error, UnicodeError) or "UTF8" in text:
        row = re.search(r"Row #(\d+)", text)
        return f"its text is not UTF-8{f' (line {row.group(1)})' if row else ''}"
    if "straddling" in text:
        return "a quote is opened in it and never closed"
    return text
