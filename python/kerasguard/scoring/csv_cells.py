"""What the cells of csv files are: one look at all of them, as no footer tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .csv_files import MISSING, OPEN_QUOTE, Dialect, is_open, stream_of

# what a column can still turn out to be
NEXT = {
    "nothing": ("int", "whole", "double", "comma", "bool"), "int": ("int", "whole", "double", "comma"),
    "whole": ("whole", "double", "comma"), "double": ("double",), "comma": ("comma",), "bool": ("bool",),
}  # fmt: skip
NUMBERS = {"int", "whole", "double", "comma"}
COMMA_FILES = ";"  # R's write.csv2(), and spreadsheets where the comma is the decimal mark


@dataclass
class Seen:
    """What the cells of a column are: "nothing" but missing values, "int", "bool", "text"; doubles are "whole" (1e5),
    "double" or "comma", by their decimal marks.

    `commas`: whether doubles may have a decimal comma. `wrong`: the first row that is no number though those above it
    are, and what stands there.
    """

    kind: str = "nothing"
    commas: bool = False
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


def scan(path: str, dialect: Dialect, columns: Sequence[str], texts: Mapping[str, Sequence[str]]) -> Scan:
    """Look at all cells of `columns`: what they are, and what is missing. Those of `texts` are text.

    Raises:
        ValueError: If a quote is never closed, so that what follows it would be one cell.
    """
    import pyarrow as pa

    there = set(dialect.names)
    columns = [name for name in columns if name in there]
    commas = dialect.delimiter == COMMA_FILES
    found = Scan(dialect, columns={name: Seen("text" if name in texts else "nothing", commas) for name in columns})
    last = ""
    for batch in stream_of(path, dialect, dict.fromkeys(dialect.names, pa.string())):
        for name in columns:
            _see(found.columns[name], batch.column(name), found.rows, texts.get(name, MISSING))
        found.rows += batch.num_rows
        last = batch.column(batch.num_columns - 1)[-1].as_py() if batch.num_rows else last
    if is_open(path, last):
        raise ValueError(OPEN_QUOTE)
    if any(seen.kind == "comma" for seen in found.columns.values()):
        found.dialect = replace(dialect, decimal=",")
        for seen in found.columns.values():  # 1.5 among 1,5
            seen.kind = "text" if seen.kind == "double" else seen.kind
    return found


def _see(seen: Seen, cells: Any, first: int, marks: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if seen.kind == "text":
        seen.nulls += pc.sum(pc.is_in(cells, pa.array(marks, pa.string()))).as_py() or 0
        return
    cells = pc.ascii_trim_whitespace(cells)
    absent = pc.is_in(cells, pa.array(MISSING))
    missing = pc.sum(absent).as_py() or 0
    seen.nulls += missing
    present = pc.filter(cells, pc.invert(absent)) if missing else cells
    if not len(present):
        return
    for kind in NEXT[seen.kind]:
        values = as_kind(present, kind) if kind != "comma" or seen.commas else None
        if values is not None:
            seen.kind = kind
            _measure(seen, values)
            return
    began = seen.kind if seen.kind != "nothing" else kind_of(present[0], seen.commas)
    if began is not None:
        seen.wrong = _first_wrong(cells, absent, "double" if began in ("int", "whole") else began, first)
    seen.kind = "text"


def kind_of(cell: Any, commas: bool) -> str | None:
    """What one cell is; None for text."""
    import pyarrow as pa

    kinds = [kind for kind in NEXT["nothing"] if kind != "comma" or commas]
    return next((kind for kind in kinds if as_kind(pa.array([cell.as_py()]), kind) is not None), None)


def as_kind(cells: Any, kind: str) -> Any:
    """The cells as numbers of a kind; None where one is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind in ("comma", "whole") and pc.any(pc.match_substring(cells, ".")).as_py():
        return None
    if kind == "comma":
        cells = pc.replace_substring(cells, ",", ".", max_replacements=1)
    try:
        values = pc.cast(cells, {"int": pa.int64(), "bool": pa.bool_()}.get(kind, pa.float64()))
    except pa.ArrowInvalid:
        return None
    # 0x10 is no number, and what Arrow takes for a flag beside "true" and "false" is one
    strange = {"int": "[xX]", "bool": "^[01]$"}.get(kind)
    return None if strange and pc.any(pc.match_substring_regex(cells, strange)).as_py() else values


def _measure(seen: Seen, values: Any) -> None:
    import pyarrow.compute as pc

    found = pc.min_max(values).as_py()
    seen.low = found["min"] if seen.low is None else min(seen.low, found["min"])
    seen.high = found["max"] if seen.high is None else max(seen.high, found["max"])


def _first_wrong(cells: Any, absent: Any, kind: str, first: int) -> tuple[int, str]:
    """The first cell that is no number, looked for by halves."""
    low, high = 0, len(cells)
    while high - low > 1:
        middle = (low + high) // 2
        part = cells.slice(low, middle - low)
        present = _present(part, absent, low)
        low, high = (middle, high) if not len(present) or as_kind(present, kind) is not None else (low, middle)
    return first + low, str(cells[low])


def _present(part: Any, absent: Any, start: int) -> Any:
    import pyarrow.compute as pc

    return pc.filter(part, pc.invert(absent.slice(start, len(part))))


def agreed_type(columns: Sequence[Seen]) -> Any:
    """The type that a column has in all files: text where it is in one."""
    import pyarrow as pa

    kinds = {seen.kind for seen in columns} - {"nothing"}
    if kinds <= NUMBERS:
        return pa.int64() if kinds == {"int"} else pa.float64()
    return pa.bool_() if kinds == {"bool"} else pa.string()


def types_of(scan: Scan, agreed: Mapping[str, Any]) -> list[Any]:
    """The types of a file's columns: those agreed on, but its own where text in another file stands against them."""
    import pyarrow as pa

    types = []
    for name in scan.dialect.names:
        dtype, seen = agreed.get(name, pa.string()), scan.columns.get(name)
        types.append(agreed_type([seen]) if seen is not None and pa.types.is_string(dtype) else dtype)
    return types
