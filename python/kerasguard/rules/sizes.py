"""The axes cannot be made to fit: which mistake is it?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..report import Axes, Diagnosis
from ..steps import Transpose
from .rank import ambiguous, expected, fitting_orders
from .structure import Leaf


def check_axes_order(leaf: Leaf, options: Any) -> Iterator[Diagnosis]:
    """Refuse axes in another order; every order that fits is shown."""
    orders = fitting_orders(leaf) if len(leaf.spec.shape) > 2 else []
    lead = (1,) * (len(leaf.spec.shape) - len(leaf.shape))
    if len(orders) == 1:
        shape = (*lead, *(leaf.shape[i] for i in orders[0]))
        facts = {**expected(leaf), "result": Axes(leaf.spec.axes, shape), "step": Transpose(orders[0])}
        yield Diagnosis("shape_axes_order", leaf.observed.arg, facts)
    elif orders:
        shapes = [(*lead, *(leaf.shape[i] for i in order)) for order in orders]
        yield ambiguous(leaf, [Transpose(order) for order in orders], shapes)


def check_windows(leaf: Leaf, options: Any) -> Iterator[Diagnosis]:
    """Refuse a series where windows of it are expected."""
    if leaf.spec.axes[1:] != ("time steps", "features") or len(leaf.shape) > 2 or not leaf.shape:
        return
    steps, features = leaf.spec.shape[1:]
    length, width = leaf.shape[0], leaf.shape[1] if len(leaf.shape) == 2 else 1
    if steps is None or features not in (None, width) or (leaf.shape[0] == 1 and len(leaf.shape) == 2):
        return
    facts = {
        **expected(leaf),
        "steps": steps,
        "length": length,
        "width": width,
        "windows": length - steps + 1,
    }
    yield Diagnosis("shape_windows" if length > steps else "shape_series_short", leaf.observed.arg, facts)


def check_sizes(leaf: Leaf, options: Any) -> Iterator[Diagnosis]:
    """Refuse what has the right number of axes and another length on one of them."""
    if len(leaf.shape) != len(leaf.spec.shape):
        return
    wrong = [
        i for i, (got, want) in enumerate(zip(leaf.shape, leaf.spec.shape, strict=True)) if want not in (None, got)
    ]
    wrong = [i for i in wrong if i > 0]
    if not wrong:
        return
    axis = wrong[-1]
    name, want, got = leaf.spec.axes[axis], leaf.spec.shape[axis], leaf.shape[axis]
    facts = {**expected(leaf), "want": want, "got": got, "axis": axis, "rank": len(leaf.shape)}
    facts["names"] = leaf.observed.kind.names
    sizes = [i for i in wrong if leaf.spec.axes[i] in ("height", "width", "depth")]
    if name == "channels" or (sizes and "channels" in {leaf.spec.axes[i] for i in wrong}):
        axis = leaf.spec.axes.index("channels")
        facts |= {"want": leaf.spec.shape[axis], "got": leaf.shape[axis]}
        yield Diagnosis("shape_channels", leaf.observed.arg, facts)
    elif sizes:
        inner = [i for i, n in enumerate(leaf.spec.axes) if n in ("height", "width", "depth")]
        facts |= {
            "want_size": tuple(leaf.spec.shape[i] for i in inner),
            "got_size": tuple(leaf.shape[i] for i in inner),
        }
        yield Diagnosis("shape_picture", leaf.observed.arg, facts)
    elif name == "features":
        yield from _features(leaf, facts, wrong)
    elif name == "time steps" and want is not None:
        yield Diagnosis("shape_steps" if want < got else "shape_steps_few", leaf.observed.arg, facts)
    else:
        yield Diagnosis("shape_axis", leaf.observed.arg, {**facts, "name": name})


def _features(leaf: Leaf, facts: dict[str, Any], wrong: list[int]) -> Iterator[Diagnosis]:
    want, got = facts["want"], facts["got"]
    is_table = leaf.observed.kind.kind == "frame" or leaf.observed.kind.names is not None
    if len(leaf.shape) == 2 and leaf.shape[0] == want and not is_table:
        yield Diagnosis("shape_transposed", leaf.observed.arg, facts)
    else:
        yield Diagnosis("shape_features" if got > want else "shape_features_few", leaf.observed.arg, facts)


def check_rank(leaf: Leaf, options: Any) -> Iterator[Diagnosis]:
    """Refuse another number of axes."""
    if len(leaf.shape) == len(leaf.spec.shape):
        return
    facts = expected(leaf) | {
        "want": len(leaf.spec.shape),
        "got": len(leaf.shape),
        "tail": leaf.spec.shape[1:],
    }
    if len(leaf.shape) == 1 and len(leaf.spec.shape) == 2:
        facts |= {"want": leaf.spec.shape[1], "got": leaf.shape[0]}
        yield Diagnosis("shape_vector", leaf.observed.arg, facts)
    else:
        yield Diagnosis("shape_rank", leaf.observed.arg, facts)
