"""R's values and what R alone knows of them -> `Observed`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..messages import element
from ..observe import observe
from ..observe import observed as make
from ..observe.observed import Column, Elements, Observed
from ..report import Cells, Given

# R's typeof, or the class that says what the numbers mean
ELEMENTS: dict[str, Elements] = {
    "double": "number", "integer": "number", "raw": "number", "integer64": "number", "logical": "boolean",
    "character": "text", "factor": "category", "date": "date", "difftime": "duration", "complex": "complex",
    "list": "list",
}  # fmt: skip
DTYPES = {"integer": "int32", "integer64": "int64", "logical": "bool", "character": "str", "raw": "int32"}
# classes whose axes are known: imager's pictures are x, y, z (frames), colour
KNOWN_AXES = {"cimg": ("width", "height", "samples", "channels")}


def observe_r(value: Any, about: dict[str, Any], arg: str) -> Observed:
    """Describe an R object.

    Args:
        value: Its numbers: an array, a list of such, or None where R has nothing to hand over.
        about: R's description: `type`, `class`, `dim`, `names` (of columns, or of a list), `na`, `items`.
        arg: How the user calls it.
    """
    kind = about["type"]
    if kind == "null":
        return make.null(arg, Given("", "NULL", ()))
    if kind == "python":
        return observe(value, arg)
    if kind == "other":
        return make.other(value, arg, Given("", about["class"], ()))
    if kind == "frame":
        return _frame(value, about, arg)
    if kind == "items":
        return _items(value, about, arg)
    return _array(value, about, arg)


def _array(value: Any, about: dict[str, Any], arg: str) -> Observed:
    kind, sizes = about["type"], tuple(about["dim"])
    names = tuple(about["names"]) if about.get("names") else None
    data = _values(value, kind) if value is not None else np.broadcast_to(np.float64(0), sizes)
    given = Given("" if kind in ("factor", "date", "difftime", "list") else kind, about["class"], sizes, names)
    return make.array(
        data, arg, elements=ELEMENTS.get(kind, "other"), dtype=DTYPES.get(kind, "float64"), given=given,
        cells=_cells(about.get("na"), names), names=names, axes=KNOWN_AXES.get(about["class"]),
    )  # fmt: skip


def _values(value: Any, kind: str) -> Any:
    """An integer64 is a 64-bit integer in the bits of a double."""
    return np.asarray(value).view("int64") if kind == "integer64" and value is not None else value


def _cells(found: Any, names: tuple[str, ...] | None) -> Cells | None:
    if not found:
        return None
    places = [tuple(int(i) for i in place) for place in zip(*found["places"], strict=True)]
    return Cells(int(found["count"]), tuple(places), names)


def _frame(value: Any, about: dict[str, Any], arg: str) -> Observed:
    rows, items = int(about["dim"][0]), about["items"]
    names = tuple(about["names"])
    columns = tuple(
        Column(name, ELEMENTS.get(item["type"], "other") if len(item["dim"]) == 1 else "list", item["class"])
        for name, item in zip(names, items, strict=True)
    )
    holes = {j: (int(item["na"]["count"]), item["na"]["places"][0]) for j, item in enumerate(items) if item.get("na")}
    value = [_values(item, column["type"]) for item, column in zip(value, items, strict=True)]
    return make.frame(value, arg, columns, rows, Given("", "data frame", (rows, len(names)), names), holes)


def _items(value: Any, about: dict[str, Any], arg: str) -> Observed:
    names = tuple(about["names"]) if about.get("names") else ()
    places = [element(arg, name, "r") for name in names] or [f"{arg}[[{i + 1}]]" for i in range(len(about["items"]))]
    children = tuple(
        observe_r(item, described, place) for item, described, place in zip(value, about["items"], places, strict=True)
    )
    given = Given("", "list", (len(children),), names)
    if children and not any(names) and all(child.kind.kind == "array" and child.shape == (1,) for child in children):
        return _vector(children, arg, given)
    return make.container(arg, children, given, names)


def _vector(children: tuple[Observed, ...], arg: str, given: Given) -> Observed:
    """list(1, 2, 3), which parsed JSON gives: a vector, or one number for each of several inputs."""
    kinds = {child.kind.elements for child in children}
    elements = kinds.pop() if len(kinds) == 1 else "number" if kinds <= make.USABLE else "mixed"
    holes = make.gather_cells([(1, [(i,)]) for i, child in enumerate(children) if child.cells])
    seen = make.array(
        np.concatenate([np.asarray(child.data) for child in children]), arg, elements=elements,
        dtype=children[0].kind.dtype, given=given, cells=holes,
    )  # fmt: skip
    return replace(seen, children=children)
