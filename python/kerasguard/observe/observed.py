"""What came, in one form for every kind of object. Reading never changes or copies the user's data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from ..report import Cells, Given

# What the elements are. "missing": nothing but NA / None; "mixed": an object array of unlike things.
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
    "other",
]
USABLE: frozenset[str] = frozenset({"number", "boolean", "missing"})


@dataclass(frozen=True)
class Column:
    """One column of a frame."""

    name: str
    elements: Elements
    dtype: str


@dataclass(frozen=True)
class Kind:
    """Everything that decides the plan, but for the number of rows. Hashable.

    `kind`: "array", "frame", "list" or "dict" of further objects, "null", or "other" (nothing usable).
    `tail`: the sizes after the first axis. `columns`: of a frame. `keys`: of a dict. `names`: column names.
    `axes`: what the axes are, where the class of the object tells.
    """

    kind: Literal["array", "frame", "list", "dict", "null", "other"]
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
class Observed:
    """The user's object `data` beside its `kind`; `cells` are missing values known before any conversion."""

    arg: str
    kind: Kind
    shape: tuple[int, ...]
    data: Any
    given: Given
    cells: Cells | None = None
    children: tuple[Observed, ...] = ()

    @property
    def rows(self) -> int:
        """Length of the first axis; a scalar is one row."""
        return self.shape[0] if self.shape else 1

    def named(self, arg: str) -> Observed:
        """The same object under another name."""
        return replace(self, arg=arg)


def array(data: Any, arg: str, *, elements: Elements, dtype: str, given: Given, cells: Cells | None = None,
          names: tuple[str, ...] | None = None, axes: tuple[str, ...] | None = None) -> Observed:  # fmt: skip
    """An array-like leaf with `.shape`."""
    shape = tuple(int(size) for size in data.shape)
    kind = Kind("array", elements, dtype, len(shape), shape[1:], names, axes=axes)
    return Observed(arg, kind, shape, data, given, cells)


def frame(data: Any, arg: str, columns: tuple[Column, ...], rows: int, given: Given,
          cells: Cells | None = None) -> Observed:  # fmt: skip
    """A table; `data` is a pandas data frame or a list of 1-d arrays, one per column."""
    names = tuple(column.name for column in columns)
    kind = Kind("frame", _common(columns), "", 2, (len(columns),), names, columns)
    return Observed(arg, kind, (rows, len(columns)), data, given, cells)


def _common(columns: tuple[Column, ...]) -> Elements:
    found = {column.elements for column in columns}
    if found <= {"boolean"} and found:
        return "boolean"
    return "number" if found <= USABLE else "text" if found == {"text"} else "mixed"


def container(arg: str, children: tuple[Observed, ...], given: Given, keys: tuple[str, ...] = (),
              data: Any = None) -> Observed:  # fmt: skip
    """A list or, with keys, a dict of further objects."""
    kinds = tuple(child.kind for child in children)
    kind = Kind("dict" if keys else "list", keys=keys, children=kinds)
    return Observed(arg, kind, (len(children),), data, given, None, children)


def null(arg: str, given: Given) -> Observed:
    """None or NULL."""
    return Observed(arg, Kind("null"), (), None, given)


def other(data: Any, arg: str, given: Given) -> Observed:
    """Something no rule can use: a function, a module, a set."""
    return Observed(arg, Kind("other"), (), data, given)
