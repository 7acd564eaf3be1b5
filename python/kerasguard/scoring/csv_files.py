"""csv files: how they are written, and their rows.

Columns that the model does not take stay the text that they are. What stands for a missing value is the same in all.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BLOCK_BYTES = 2**21  # a line that is longer can't be read; with more, Arrow holds ever more of them
HEAD_BYTES = 2**17
MOST_HEAD_BYTES = 2**26
FIRST_LINES = 4
TAIL_BYTES = 2**12
# pandas' list, which Arrow has too but for the last two
MISSING = ("", "NA", "NaN", "nan", "N/A", "n/a", "NULL", "null", "#N/A", "#N/A N/A", "#NA", "-NaN", "-nan", "-1.#IND",
           "-1.#QNAN", "1.#IND", "1.#QNAN", "None", "<NA>")  # fmt: skip
MARKS = {b"\xef\xbb\xbf": "utf8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Dialect:
    """`names`: of all columns, `""` for R's row names. `skip`: the lines before the rows, if `has_rows`.

    `block`: how many bytes are read at once.
    """

    names: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf8"
    decimal: str = "."
    skip: int = 1
    has_rows: bool = True
    block: int = BLOCK_BYTES

    @property
    def codec(self) -> str:
        """Python's name of the encoding."""
        return "utf-8-sig" if self.encoding == "utf8" else self.encoding


def read_dialect(path: str) -> Dialect:
    """How a file is written, by its first lines. No names: it has none."""
    with opened(path) as stream:
        head = part = stream.read(HEAD_BYTES)
        while part and head.count(b"\n") < FIRST_LINES and len(head) < MOST_HEAD_BYTES:  # thousands of columns
            head += (part := stream.read(HEAD_BYTES))
    encoding = next((name for mark, name in MARKS.items() if head.startswith(mark)), "utf8")
    text = head.decode(Dialect((), encoding=encoding).codec, "replace")
    told = re.match(r"sep=(.)\r?\n", text)  # Excel's
    skip = 1 if told else 0
    lines = text.splitlines(keepends=True)[skip:]
    first = re.sub(r'"[^"]*"', "", next((line for line in lines if line.strip()), ""))
    delimiter = told.group(1) if told else _delimiter(first, path)
    records = csv.reader(lines, delimiter=delimiter)
    header = next((record for record in records if record), [])
    skip += records.line_num
    body = next((record for record in records if record), [])
    if header and len(body) == len(header) + 1:  # as R's write.table() has row names, or a delimiter too many
        header = [*header, ""] if _ends_open(lines, delimiter) else ["", *header]
    header = _apart(header)
    block = max(BLOCK_BYTES, 8 * max(map(len, lines), default=0))
    return Dialect(tuple(header), delimiter, encoding, skip=skip, has_rows=bool(body), block=block)


def _ends_open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether all rows end with a delimiter, and begin with no name of theirs in quotes."""
    rows = [line for line in lines if line.strip()][1:-1] or lines[-1:]  # the last one may be cut off
    return all(row.rstrip("\r\n").endswith(delimiter) and not row.startswith('"') for row in rows)


def _apart(names: list[str]) -> list[str]:
    """Columns without a name, of which spreadsheets have many, by as many blanks as tell them apart."""
    blanks = 0
    for i, name in enumerate(names):
        if not name.strip():
            names[i] = " " * blanks
            blanks += 1
    return names


def _delimiter(outside: str, path: str) -> str:
    """What parts names, by all of the first line that is not in quotes: R's write.table() has spaces."""
    if outside.strip("\r\n") and not outside.strip():
        return outside[0]
    return max("\t;,|" if ".tsv" in path.lower() else ",;\t|", key=outside.count)


def is_headless(names: Sequence[str]) -> bool:
    """Whether the first line holds numbers; whole ones from 0 or 1 on are names that data frames give."""
    try:
        numbers = [float(name.replace(",", ".")) for name in names if name]
    except ValueError:
        return False
    return bool(numbers) and numbers not in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))


def opened(path: str) -> Any:
    """The bytes of a file, compressed or not."""
    import pyarrow as pa

    return pa.input_stream(path, compression="gzip" if path.lower().endswith(".gz") else None)


def csv_batches(
    path: str,
    dialect: Dialect,
    columns: Sequence[str],
    types: Mapping[str, Any],
    texts: Mapping[str, Sequence[str]],
    batch_rows: int,
) -> Iterator[tuple[Any, Any]]:
    """Rows of a csv file as the text that they are, and the same read as `types`.

    What stands for a missing value is one in numbers; in the columns of `texts` what is said there.
    """
    there = set(dialect.names)
    for cells in stream_of(path, dialect, {name: "string" for name in columns if name in there}):
        for first in range(0, cells.num_rows, batch_rows):
            part = cells.slice(first, batch_rows)
            yield part, _read_as(part, types, texts, dialect.decimal)


def _read_as(cells: Any, types: Mapping[str, Any], texts: Mapping[str, Sequence[str]], decimal: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = []
    for name in cells.schema.names:
        column, dtype = cells.column(name), types[name]
        is_text = pa.types.is_string(dtype)
        if not is_text:
            column = pc.ascii_trim_whitespace(column)
        if not is_text or name in texts:
            absent = pc.is_in(column, pa.array(texts.get(name, MISSING), pa.string()))
            column = pc.if_else(absent, pa.scalar(None, pa.string()), column)
        if pa.types.is_floating(dtype) and decimal != ".":
            column = pc.replace_substring(column, decimal, ".", max_replacements=1)
        arrays.append(column.cast(dtype))
    return pa.RecordBatch.from_arrays(arrays, names=cells.schema.names)


def stream_of(path: str, dialect: Dialect, types: Mapping[str, Any]) -> Iterator[Any]:
    """Batches of the columns of `types`."""
    from pyarrow import csv as arrow_csv

    if not dialect.has_rows:
        return
    reading = arrow_csv.ReadOptions(
        block_size=dialect.block, skip_rows=dialect.skip, column_names=list(dialect.names), encoding=dialect.encoding
    )
    parsing = arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True)
    converting = arrow_csv.ConvertOptions(
        column_types=dict(types), include_columns=list(types), null_values=list(MISSING),
        decimal_point=dialect.decimal, strings_can_be_null=False,
    )  # fmt: skip
    with opened(path) as stream, arrow_csv.open_csv(stream, reading, parsing, converting) as batches:
        yield from batches


# What is wrong with a file, looked for once it is known that something is


def line_of(path: str, dialect: Dialect, row: int) -> int:
    """The line of a file, counted from 1, in which a row ends."""
    with opened(path) as stream:
        records = _records(stream, dialect)
        rows = (record for record in records if record)
        for _ in range(row + 1):
            next(rows, None)
        return dialect.skip + int(records.line_num)


def _records(stream: Any, dialect: Dialect) -> Any:
    text = io.TextIOWrapper(stream, dialect.codec, "replace", newline="")
    for _ in range(dialect.skip):
        text.readline()
    return csv.reader(text, delimiter=dialect.delimiter)


def why(path: str, dialect: Dialect, error: Exception) -> str:
    """What Arrow says of a csv file, in words and with the line."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "Expected" in text and "columns, got" in text:
        return _ragged(path, dialect) or text
    if isinstance(error, UnicodeError) or "UTF8" in text:
        return _not_utf8(path)
    if "straddling" in text:
        return f"a line is longer than {dialect.block >> 20} MiB, or a quote is never closed"
    return (getattr(error, "strerror", None) or text).rstrip(".")


OPEN_QUOTE = "a quote is opened in it and never closed"


def _ragged(path: str, dialect: Dialect) -> str:
    expected = len(dialect.names)
    with opened(path) as stream:
        records = _records(stream, dialect)
        for record in records:
            if record and len(record) != expected:
                if is_open(path, record[-1]):
                    return OPEN_QUOTE
                cells = f"{len(record)} {'cell' if len(record) == 1 else 'cells'}"
                return f"line {dialect.skip + records.line_num} has {cells}, not {expected} as there are columns"
    return ""


def _not_utf8(path: str) -> str:
    with opened(path) as stream:
        for number, line in enumerate(io.BufferedReader(stream), 1):
            try:
                line.decode()
            except UnicodeError:
                return f"its text is not UTF-8 (line {number})"
    return "its text is not UTF-8"


def is_open(path: str, cell: str) -> bool:
    """Whether the quote before a cell is never closed: the file ends as the cell does, and quotes are odd in number."""
    if "\n" not in cell:
        return False
    end = cell.replace('"', '""').encode()[-TAIL_BYTES:]
    tail, quotes = b"", 0
    with opened(path) as stream:
        while part := stream.read(BLOCK_BYTES):
            tail, quotes = (tail + part)[-TAIL_BYTES:], quotes + part.count(b'"')
    return quotes % 2 == 1 and tail.endswith(end)
