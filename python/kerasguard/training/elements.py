"""The parts of a batch, and how what is made of them is put together."""

from __future__ import annotations

from typing import Any

from ..observe import Observed
from ..observe.streams import ANY_ROWS, observe_spec
from ..targets import TargetSpec


def parts_of(item: Any) -> tuple[Any, Any, Any]:
    """x, y and weights of a batch, or of what is said of one; None for what it does not have."""
    parts = item if isinstance(item, tuple) and item else (item,)
    return (*parts, None, None)[:3]


def wants_targets(specs: tuple[TargetSpec, ...]) -> bool:
    """Whether a loss compares an output with something."""
    return any(spec.kind not in ("none", "custom") for spec in specs)


def tuples(node: Any) -> Any:
    """The same structure with tuples for lists, which tf.data would stack."""
    if isinstance(node, dict):
        return type(node)((key, tuples(value)) for key, value in node.items())
    return tuple(map(tuples, node)) if isinstance(node, (list, tuple)) else node


def in_structure(observed: Observed, values: list[Any], specs: tuple[TargetSpec, ...]) -> Any:
    """What belongs to the outputs as the targets came: one, a dict by name, or one after the other."""
    if len(specs) == 1:
        return values[0] if values else None
    if observed.kind.kind in ("dict", "frame"):
        return {spec.name: value for spec, value in zip(specs, values, strict=True) if value is not None}
    return values


def observe_targets(spec: Any, arg: str) -> Observed | None:
    """The targets as a dataset describes them; sizes that it leaves free are `ANY_ROWS`."""
    return observe_spec(_without_free_sizes(spec), arg)


def _without_free_sizes(spec: Any) -> Any:
    if isinstance(spec, dict):
        return {key: _without_free_sizes(value) for key, value in spec.items()}
    if isinstance(spec, (list, tuple)):
        return tuple(map(_without_free_sizes, spec))
    if type(spec).__name__ not in ("TensorSpec", "SparseTensorSpec"):
        return spec
    sizes = (None, None) if spec.shape.rank is None else tuple(spec.shape)
    return type(spec)((*sizes[:1], *(ANY_ROWS if size is None else size for size in sizes[1:])), spec.dtype)
