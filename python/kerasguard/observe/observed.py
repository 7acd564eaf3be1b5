"""What came, in one form for every kind of object. Reading never changes or copies the user's data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..report import MAX_CELLS, Cells, Given

if TYPE_CHECKING:
    from .streams import Stream

# What the elements are. "missing": nothing but NA / None; "mixed": an object array of unlike things;
# "labelled": codes with value labels (R's haven); "unreadable": text in no known encoding.
Elements = Literal[
    "number",
    "boolean",
    "text",
    "category",
    "date",
    "duration",
    "complex",
    "list",
    "missing",
    "mixed",
    "labelled",
    "unreadable",
    "other",
]
USABLE: frozenset[str] = frozenset({"number", "boolean", "missing"})


@dataclass(frozen=True)
class Column:
    """One column of a frame. `by_name`: code can take it by its name, which is text and stands there once."""

    name: str
    elements: Elements
    dtype: str
    by_name: bool = True


@dataclass(frozen=True)
class Kind:
    """Everything that decides the plan, but for the number of rows. Hashable.

    `kind`: "array", "frame", "list" or "dict" of further objects, "stream" of batches, "null", "other" (nothing
    usable), "convertible" (its values are a call away, which `dtype` spells out) or "symbolic" (a tensor without
    values).
    `tail`: the sizes after the first axis. `columns`: of a frame. `keys`: of a dict. `names`: column names.
    `axes`: what the axes are, where the class of the object tells.
    """

    kind: Literal["array", "frame", "list", "dict", "stream", "null", "other", "convertible", "symbolic"]
    elements: Elements = "other"
    dtype: str = ""
    rank: int = 0
    tail: tuple[int, ...] = ()
    names: tuple[str, ...] | None = None
    columns: tuple[Column, ...] = ()
    keys: tuple[str, ...] = ()
    axes: tuple[str, ...] | None = None
    children: tuple[Kind, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Of a table made of the user's: the place that each column has there (None: it is no table), and its names."""

    places: tuple[int | None, ...]
    names: tuple[str, ...] | None

    def of(self, cells: Cells) -> Cells:
        """The same cells in the user's object."""
        first = tuple((i,) if self.places[j] is None else (i, self.places[j]) for i, j in cells.first)
        return Cells(cells.count, first, self.names)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Observed:
    """The user's object `data` beside its `kind`.

    `cells`: missing values known before any conversion; a table has them by column in `holes`, each a count and the
    first rows. `table`: what a dict of columns stands for, or a frame some of whose columns are matrices. `scaled`: the
    `center` and `scale` that R's scale() took off, one number per column, None for those it did not touch. `stream`:
    how to get at the batches, of data that comes in some. `origin`: of an encoded table, whose columns the user's are.
    """

    arg: str
    kind: Kind
    shape: tuple[int, ...]
    data: Any
    given: Given
    cells: Cells | None = None
    children: tuple[Observed, ...] = ()
    table: Observed | None = None
    holes: Mapping[int, tuple[int, Sequence[int]]] | None = None
    scaled: Mapping[str, Sequence[float | None]] | None = None
    stream: Stream | None = None
    origin: Origin | None = None

    def missing_in(self, columns: Iterable[int] | None) -> Cells | None:
        """The missing values known, of a table those in the columns that are used."""
        if not self.holes:
            return self.cells
        used = self.holes if columns is None else [j for j in columns if j in self.holes]
        found = [(self.holes[j][0], [(i, j) for i in self.holes[j][1]]) for j in used]
        return gather_cells(found, self.kind.names)

    @property
    def has_missing(self) -> bool:
        """Whether a value is known to be missing here or in what this consists of."""
        parts = self.children if self.table is None else (*self.children, self.table)
        return bool(self.cells or self.holes) or any(part.has_missing for part in parts)

    @property
    def key(self) -> Any:
        """All that decides a plan: the kind, and what the parts' numbers of rows say of each other."""
        table = self.table
        if not self.children and table is None:
            return self.kind
        is_square = table is not None and len(table.shape) == 2 and table.shape[0] == table.shape[1]
        are_equal = len({child.rows for child in self.children}) == 1
        inner = tuple(child.key for child in self.children if child.children)
        return self.kind, None if table is None else table.key, is_square, are_equal, inner

    @property
    def rows(self) -> int:
        """Length of the first axis; a scalar is one row."""
        return self.shape[0] if self.shape else 1


def array(data: Any, arg: str, *, elements: Elements, dtype: str, given: Given, cells: Cells | None = None,
          names: tuple[str, ...] | None = None, axes: tuple[str, ...] | None = None,
          shape: tuple[int, ...] | None = None) -> Observed:  # fmt: skip
    """An array-like leaf; `shape` is told where `data` has no `.shape`."""
    if shape is None:
        shape = data.shape if type(data.shape) is tuple else tuple(int(size) for size in data.shape)
    kind = _array_kind(elements, dtype, len(shape), shape[1:], names, axes)
    return Observed(arg, kind, shape, data, given, cells)


@lru_cache(maxsize=1024)  # a service meets few kinds, and each of them at every call
def _array_kind(elements: Elements, dtype: str, rank: int, tail: tuple[int, ...], names: Any, axes: Any) -> Kind:
    return Kind("array", elements, dtype, rank, tail, names, axes=axes)


def frame(data: Any, arg: str, columns: tuple[Column, ...], rows: int, given: Given,
          holes: Mapping[int, tuple[int, Sequence[int]]] | None = None) -> Observed:  # fmt: skip
    """A table; `data` is a pandas data frame or a list of 1-d arrays or other libraries' columns."""
    names = tuple(column.name for column in columns)
    kind = Kind("frame", _common(columns), "", 2, (len(columns),), names, columns)
    return Observed(arg, kind, (rows, len(columns)), data, given, holes=holes)


def _common(columns: tuple[Column, ...]) -> Elements:
    found = {column.elements for column in columns}
    if found <= {"boolean"} and found:
        return "boolean"
    return "number" if found <= USABLE else "text" if found == {"text"} else "mixed"


def container(arg: str, children: tuple[Observed, ...], given: Given, keys: tuple[str, ...] = ()) -> Observed:
    """A list or, with keys, a dict of further objects."""
    kinds = tuple(child.kind for child in children)
    kind = Kind("dict" if keys else "list", keys=keys, children=kinds)
    parts = [_nothing(child) if child.kind.kind == "null" else child for child in children]
    made = keys and "" not in keys and _is_table(parts)
    as_table = table(arg, parts, keys, given) if made else None
    return Observed(arg, kind, (len(children),), None, given, None, children, as_table)


def _is_table(children: Sequence[Observed]) -> bool:
    """Whether these are numbers or vectors of one length."""
    flat = all(child.kind.kind == "array" and child.kind.rank <= 1 for child in children)
    return flat and len({child.rows for child in children}) == 1


def table(arg: str, children: Sequence[Observed], names: tuple[str, ...], given: Given) -> Observed:
    """The table that vectors of one length with names make."""
    columns = tuple(
        Column(name, child.kind.elements, child.kind.dtype) for name, child in zip(names, children, strict=True)
    )
    holes = {
        j: (child.cells.count, [(place or (0,))[0] for place in child.cells.first])
        for j, child in enumerate(children)
        if child.cells
    }
    return frame([child.data for child in children], arg, columns, children[0].rows, given, holes)


def _nothing(child: Observed) -> Observed:
    """A missing number: what null is in a record of numbers that came as JSON."""
    data = np.array(np.nan)
    return array(data, child.arg, elements="missing", dtype="object", given=child.given, cells=Cells(1, ((),)))


def gather_cells(
    found: Sequence[tuple[int, Sequence[tuple[int, ...]]]], names: tuple[str, ...] | None = None
) -> Cells | None:
    """The places of several parts, each a count and some places, as one."""
    if not found:
        return None
    first = sorted(place for _, places in found for place in places)[:MAX_CELLS]
    return Cells(sum(count for count, _ in found), tuple(first), names)


def null(arg: str, given: Given) -> Observed:
    """None or NULL."""
    return Observed(arg, Kind("null"), (), None, given)


def convertible(data: Any, arg: str, given: Given, how: str) -> Observed:
    """What holds no values itself, but a line of code makes values of it: `how`, with `{}` for the object."""
    return Observed(arg, Kind("convertible", dtype=how), (), data, given)


def symbolic(data: Any, arg: str, given: Given) -> Observed:
    """A tensor of a graph, which has a shape and no values."""
    return Observed(arg, Kind("symbolic"), (), data, given)


def other(data: Any, arg: str, given: Given) -> Observed:
    """Something no rule can use: a function, a module, a set."""
    return Observed(arg, Kind("other"), (), data, given)
