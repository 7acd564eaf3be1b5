"""R's values and what R alone knows of them -> `Observed`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..messages import element
from ..observe import observe
from ..observe import observed as make
from ..observe.arrays import put_together
from ..observe.labels import Factor
from ..observe.observed import Column, Elements, Observed
from ..observe.sparse import SparseRows, read_rows
from ..observe.streams import with_r_missing
from ..options import Foreign
from ..report import Cells, Given

# R's typeof, or the class that says what the numbers mean
ELEMENTS: dict[str, Elements] = {
    "double": "number", "integer": "number", "raw": "number", "integer64": "number", "logical": "boolean",
    "character": "text", "factor": "category", "date": "date", "difftime": "duration", "complex": "complex",
    "list": "list", "labelled": "labelled", "bytes": "unreadable",
}  # fmt: skip
DTYPES = {"integer": "int32", "integer64": "int64", "logical": "bool", "character": "str", "raw": "int32"}
# classes whose axes are known: imager's pictures are x, y, z (frames), colour
KNOWN_AXES = {"cimg": ("width", "height", "samples", "channels")}


def as_given(options: dict[str, Any]) -> dict[str, Any]:
    """Options as R gave them, those that only R can hold as what R shows of them."""
    return {
        name: Foreign(value["shown"]) if isinstance(value, dict) and "shown" in value else value
        for name, value in options.items()
    }


def observe_r(value: Any, about: dict[str, Any], arg: str) -> Observed:
    """Describe an R object.

    Args:
        value: Its numbers: an array, a list of such, or None where R has nothing to hand over.
        about: R's description: `type`, `class`, `dim`, `names` (of columns, or of a list), `na`, `items`, `scaled`.
        arg: How the user calls it.
    """
    kind = about["type"]
    if kind == "null":
        return make.null(arg, Given("", "NULL", ()))
    if kind == "python":
        return observe(with_r_missing(value), arg)
    if kind == "other":
        return make.other(value, arg, Given("", about["class"], ()))
    if kind == "frame":
        return _frame(value, about, arg)
    if kind == "items":
        return _items(value, about, arg)
    if kind == "sparse":
        return _sparse(value, about, arg)
    return _array(value, about, arg)


def _array(value: Any, about: dict[str, Any], arg: str) -> Observed:
    kind, sizes = about["type"], _sizes(about)
    names = _names(about)
    data = _values(value, about) if value is not None else np.broadcast_to(np.float64(0), sizes)
    given = Given(kind if kind in DTYPES or kind in ("double", "complex") else "", about["class"], sizes, names)
    seen = make.array(
        data, arg, elements=ELEMENTS.get(kind, "other"), dtype=DTYPES.get(kind, "float64"), given=given,
        cells=_cells(about.get("na"), names), names=names, axes=KNOWN_AXES.get(about["class"]),
    )  # fmt: skip
    scaled = about.get("scaled")
    return _with_scaled(seen, [(scaled, sizes[1])]) if scaled and len(sizes) == 2 else seen


def _sizes(about: dict[str, Any]) -> tuple[int, ...]:
    """R's dim; a single number comes as such, and as a double where it is very long."""
    sizes = about["dim"]
    return tuple(int(size) for size in (sizes if isinstance(sizes, list) else [sizes]))


def _names(about: dict[str, Any]) -> tuple[str, ...] | None:
    return tuple(about["names"]) if about.get("names") else None


def _with_scaled(seen: Observed, parts: list[tuple[Any, int]]) -> Observed:
    """With what scale() took off, from parts of so many columns each; None for columns that were not scaled."""
    if not any(scaled for scaled, _ in parts):
        return seen
    found: dict[str, list[Any]] = {"center": [], "scale": []}
    for scaled, width in parts:
        for key, values in found.items():
            part = (scaled or {}).get(key) or []
            # t() keeps the attributes, though they are no longer those of the columns
            values += [float(v) for v in part] if len(part) == width else [None] * width
    return replace(seen, scaled=found)


def _sparse(value: Any, about: dict[str, Any], arg: str) -> Observed:
    """R's row-compressed matrix: `p` where each row starts, `j` the columns, `x` the values."""
    sizes, names = _sizes(about), _names(about)
    starts, columns = (np.asarray(value[key], dtype="int64") for key in ("p", "j"))
    given = Given(about["of"], about["class"], sizes, names)
    rows = SparseRows(starts, columns, np.asarray(value["x"]), (sizes[0], sizes[1]))
    seen = read_rows(rows, arg, given, names)
    cells = _cells(about.get("na"), names)
    return replace(seen, cells=cells) if cells else seen


def _values(value: Any, about: dict[str, Any]) -> Any:
    """The values; an integer64 is one in the bits of a double, and NA of whole numbers is the least of them."""
    kind, found = about["type"], about.get("na")
    if kind == "factor":
        return Factor(np.asarray(value), tuple(about["levels"]), bool(about["ordered"]))
    values = np.asarray(value).view("int64") if kind == "integer64" and value is not None else value
    if not found:
        return values
    if "all" in found:
        texts = np.array(values, dtype=object)
        texts[np.unravel_index(np.asarray(found["all"]), texts.shape, order="F")] = None
        return texts
    whole = np.asarray(values)
    return np.ma.array(whole, mask=whole == np.iinfo(whole.dtype).min) if whole.dtype.kind == "i" else values


def _cells(found: Any, names: tuple[str, ...] | None) -> Cells | None:
    if not found:
        return None
    places = [tuple(int(i) for i in place) for place in zip(*found["places"], strict=True)]
    return Cells(int(found["count"]), tuple(places), names)


def _frame(value: Any, about: dict[str, Any], arg: str) -> Observed:
    """A data frame; columns that are matrices or frames are spread out where that makes the table fit."""
    rows, items = int(about["dim"][0]), about["items"]
    plain = [_single(pair) for pair in zip(value, items, strict=True)]
    seen = _table(list(zip(about["names"], *zip(*plain, strict=True), strict=True)) if plain else [], rows, arg)
    if about["class"] == "data.table":  # whose brackets take rows: for the code of a fix
        seen = replace(seen, given=replace(seen.given, type="data.table"))
    if all(item["type"] != "frame" for _, item in plain):
        return seen
    table = _table(list(_spread(about["names"], plain)), rows, arg)
    # the plan depends on the table as well
    return replace(seen, kind=replace(seen.kind, children=(table.kind,)), table=table)


def _single(pair: tuple[Any, dict[str, Any]]) -> tuple[Any, dict[str, Any]]:
    """The vector in a matrix or frame of one column, as scale() leaves it."""
    value, item = pair
    if item["type"] == "frame" and len(item["items"]) == 1:
        scaled = item.get("scaled")
        value, item = _single((value[0], item["items"][0]))
        return value, item | {"scaled": scaled} if scaled else item
    return pair


def _spread(names: Sequence[str], pairs: Sequence[tuple[Any, dict[str, Any]]]) -> Iterator[tuple[str, Any, Any]]:
    """All columns one by one, named as as.matrix() does."""
    for name, (value, item) in zip(names, pairs, strict=True):
        if item["type"] != "frame":
            yield name, value, item
            continue
        scaled = item.get("scaled") or {}
        parts = [_single(pair) for pair in zip(value, item["items"], strict=True)]
        for j, (inner, part, about) in enumerate(_spread(item["names"], parts)):
            own = {key: [values[j]] for key, values in scaled.items() if len(values) == len(parts)}
            yield f"{name}.{inner}", part, about | {"scaled": own} if own else about


def _column_type(item: dict[str, Any]) -> tuple[Elements, str]:
    kind = item["type"]
    if kind == "frame" or len(_sizes(item)) > 1:  # several values in a cell
        return "list", item["class"]
    dtype = "float64" if kind == "double" else DTYPES.get(kind, item["class"])
    return ELEMENTS.get(kind, "other"), dtype


def _table(columns: Sequence[tuple[str, Any, dict[str, Any]]], rows: int, arg: str) -> Observed:
    names = tuple(name for name, _, _ in columns)
    items = [item for _, _, item in columns]
    counts = Counter(names)
    described = tuple(
        Column(name, *_column_type(item), by_name=bool(name) and counts[name] == 1)
        for name, item in zip(names, items, strict=True)
    )
    holes = {j: (int(item["na"]["count"]), item["na"]["places"][0]) for j, item in enumerate(items) if item.get("na")}
    data = [_values(value, item) for _, value, item in columns]
    seen = make.frame(data, arg, described, rows, Given("", "data frame", (rows, len(names)), names), holes)
    return _with_scaled(seen, [(item.get("scaled"), 1) for item in items])


def _items(value: Any, about: dict[str, Any], arg: str) -> Observed:
    names = _names(about) or ()
    places = [
        element(arg, names[i], "r") if names and names[i] else f"{arg}[[{i + 1}]]" for i in range(len(about["items"]))
    ]
    children = tuple(
        observe_r(item, described, place) for item, described, place in zip(value, about["items"], places, strict=True)
    )
    given = Given("", "list", (len(children),), names)
    if children and not any(names):
        joined = _vector(children, arg, given) or _records(children, arg) or _pictures(children, arg)
        if joined is not None:
            return joined
        table = _records_of_arrays(children, arg)
        if table is not None:
            return replace(make.container(arg, children, given, names), table=table)
    return make.container(arg, children, given, names)


def _vector(children: tuple[Observed, ...], arg: str, given: Given) -> Observed | None:
    """list(1, 2, 3), which parsed JSON gives: a vector, or one number for each of several inputs."""
    if not all(child.kind.kind == "array" and child.shape == (1,) for child in children):
        return None
    kinds = {child.kind.elements for child in children if not child.cells} or {"missing"}
    elements = kinds.pop() if len(kinds) == 1 else "number" if kinds <= make.USABLE else "mixed"
    holes = make.gather_cells([(1, [(i,)]) for i, child in enumerate(children) if child.cells])
    parts = [np.asanyarray(child.data) for child in children]
    if elements == "text":  # NA alone is logical
        parts = [np.array([None]) if child.cells else part for child, part in zip(children, parts, strict=True)]
    seen = make.array(
        put_together("concatenate", parts), arg, elements=elements,
        dtype=children[0].kind.dtype, given=given, cells=holes,
    )  # fmt: skip
    return replace(seen, children=children)


def _records(children: tuple[Observed, ...], arg: str) -> Observed | None:
    """list(list(a = 1, b = 2), ...), as parsed JSON gives rows of a table: that table, its columns by name."""
    tables = [child.table for child in children]
    first = tables[0]
    if first is None or len(set(first.kind.names or ())) < first.shape[1]:
        return None
    names = first.kind.names or ()
    if any(t is None or t.shape != (1, len(names)) or set(t.kind.names or ()) != set(names) for t in tables):
        return None
    rows = [t for t in tables if t is not None]
    places = [[(row.kind.names or ()).index(name) for name in names] for row in rows]
    columns, holes = [], {}
    for j, name in enumerate(names):
        cells = [row.kind.columns[place[j]] for row, place in zip(rows, places, strict=True)]
        kinds = {cell.elements for cell in cells}
        elements = kinds.pop() if len(kinds) == 1 else "number" if kinds <= make.USABLE else "mixed"
        types = {cell.dtype for cell in cells}
        columns.append(Column(name, elements, types.pop() if len(types) == 1 else "float64"))
        missing = [i for i, (row, place) in enumerate(zip(rows, places, strict=True)) if place[j] in (row.holes or {})]
        if missing:
            holes[j] = (len(missing), missing[: make.MAX_CELLS])
    data = [
        put_together("concatenate", [np.ravel(row.data[place[j]]) for row, place in zip(rows, places, strict=True)])
        for j in range(len(names))
    ]
    given = Given("", "list", (len(rows), len(names)), names)
    return make.frame(data, arg, tuple(columns), len(rows), given, holes)


def _records_of_arrays(children: tuple[Observed, ...], arg: str) -> Observed | None:
    """list(list(a = 1:3, b = 4:5), ...): one array per input, samples first, where all have the same names."""
    keys = children[0].kind.keys
    if not keys or "" in keys or any(sorted(child.kind.keys) != sorted(keys) for child in children):
        return None
    parts = []
    for key in keys:
        same = tuple(child.children[child.kind.keys.index(key)] for child in children)
        given = Given("", "list", (len(same),), ())
        place = element(arg, key, "r")
        parts.append(_vector(same, place, given) or make.container(place, same, given))
    return make.container(arg, tuple(parts), Given("", "list", (len(parts),), keys), keys)


def _pictures(children: tuple[Observed, ...], arg: str) -> Observed | None:
    """Pictures of one class and size whose axes are known: the same as one object that holds them all."""
    axes = children[0].kind.axes
    if axes is None or len({(child.kind, child.shape) for child in children}) > 1:
        return None
    data = put_together("concatenate", [child.data for child in children], axis=axes.index("samples"))
    given = replace(children[0].given, type="list of", sizes=data.shape)
    kind = children[0].kind
    seen = make.array(
        data, arg, elements=kind.elements, dtype=kind.dtype, given=given, names=kind.names, axes=axes,
        cells=_cells_of_pictures(children, axes.index("samples")),
    )  # fmt: skip
    return replace(seen, children=children)


def _cells_of_pictures(children: tuple[Observed, ...], axis: int) -> Cells | None:
    found = []
    for i, child in enumerate(children):
        if child.cells:
            moved = [(*p[:axis], p[axis] + i * child.shape[axis], *p[axis + 1 :]) for p in child.cells.first]
            found.append((child.cells.count, moved))
    return make.gather_cells(found)
