"""Nested lists, tuples and dicts of arrays, in Keras' order: dict keys sorted."""

from __future__ import annotations

from typing import Any


def flatten(node: Any) -> list[Any]:
    """The leaves."""
    if isinstance(node, dict):
        return [leaf for key in sorted(node) for leaf in flatten(node[key])]
    if isinstance(node, (list, tuple)):
        return [leaf for item in node for leaf in flatten(item)]
    return [node]


def pack(node: Any) -> Any:
    """The same structure with the leaves' places among all leaves: what `fill` takes."""
    counter = iter(range(len(flatten(node))))

    def place(item: Any) -> Any:
        if isinstance(item, dict):
            places = {key: place(item[key]) for key in sorted(item)}
            return type(item)((key, places[key]) for key in item)  # an OrderedDict stays one
        if isinstance(item, (list, tuple)):
            return type(item)(place(value) for value in item)
        return next(counter)

    return place(node)


def fill(structure: Any, leaves: Any) -> Any:
    """The structure with leaves in the places."""
    if isinstance(structure, dict):
        return type(structure)((key, fill(value, leaves)) for key, value in structure.items())
    if isinstance(structure, (list, tuple)):
        return type(structure)(fill(value, leaves) for value in structure)
    return leaves[structure]
