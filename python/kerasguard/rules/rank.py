"""Do the axes fit, and which of them may be added or moved because one reading is left?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

from ..report import Axes, Diagnosis, Finding, Repair
from ..signature import TensorSpec
from ..steps import Reshape, Step, Transpose
from .step_names import read_layout

if TYPE_CHECKING:
    from .structure import Leaf

Shape = tuple[int, ...]


def fits(shape: Shape, spec: TensorSpec) -> bool:
    """Whether `shape` is what the input declares. Axes only seen at a first call bind their last axis alone."""
    if len(shape) != len(spec.shape):
        return False
    pairs = list(zip(shape, spec.shape, strict=True))[1:]
    if not spec.firm:
        pairs = pairs[-1:]
    return all(want is None or got == want for got, want in pairs)


def unit_shapes(shape: Shape, spec: TensorSpec) -> Iterator[Shape]:
    """Every declared shape that differs from `shape` in axes of length 1 only: the numbers keep their order.

    The samples axis stays the samples axis where it can; tables never turn rows into columns.
    """
    rank = len(spec.shape)
    core = tuple(size for size in shape if size != 1)
    found = []
    for places in combinations(range(rank), len(core)) if len(core) <= rank else ():
        candidate = [1] * rank
        for place, size in zip(places, core, strict=True):
            candidate[place] = size
        if tuple(candidate) not in found and fits(tuple(candidate), spec):
            found.append(tuple(candidate))
    if len(shape) >= 2 and (rank == 2 or len(shape) >= rank):
        kept = [candidate for candidate in found if candidate[0] == shape[0]]
        # one picture with a channel axis, for a model without: the trailing 1 may become the samples axis
        turned = [c for c in found if rank > 2 and shape[-1] == 1 and c == (1, *shape[:-1])]
        found = kept or turned
    yield from found


def check_known_axes(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """An object whose class says what its axes are: put into the model's order."""
    axes = leaf.observed.kind.axes
    if axes is None or set(axes) != set(leaf.spec.axes):
        return
    step = Transpose(tuple(axes.index(name) for name in leaf.spec.axes))
    shape = after(leaf.shape, step)
    if fits(shape, leaf.spec):
        facts = {
            "result": Axes(leaf.spec.axes, shape),
            "given": given(leaf),
            "step": step,
            "cls": given(leaf).cls,
        }
        yield Repair("shape_known_axes", leaf.observed.arg, "message", {**facts, "axes": axes}, step)


def check_unit_axes(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """Add the samples axis or an axis of 1, or move an axis of 1, where one reading is left."""
    shapes = list(unit_shapes(leaf.shape, leaf.spec))
    seen = [shape for shape in shapes if shape[1:] == leaf.spec.shape[1:]]
    if not leaf.spec.firm and len(seen) == 1:  # the sizes of the first call decide, though they do not bind
        shapes = seen
    moved = samples_last(leaf)
    if len(shapes) == 1 and moved and leaf.shape[-1] != 1:
        yield ambiguous(
            leaf, [Reshape(shapes[0][1:], samples=shapes[0][0]), moved], [shapes[0], after(leaf.shape, moved)]
        )
        return
    if len(shapes) > 1:
        yield ambiguous(leaf, [Reshape(shape[1:], samples=shape[0]) for shape in shapes], shapes)
    elif shapes:
        shape = shapes[0]
        if leaf.names and leaf.spec.axes[1:] == ("time steps", "features") and shape[2:] == (1,):
            layout = read_layout(leaf.names, shape[1], 1)
            if layout is not None and layout.direction == "backward" and shape[1] > 1:
                yield Diagnosis("shape_flat_backward", leaf.observed.arg, {**expected(leaf), "order": layout.order})
                return
        rows = leaf.shape[0] if leaf.shape else 1
        step = Reshape(shape[1:], samples=None if shape[0] == rows and leaf.shape else shape[0])
        facts = {"result": Axes(leaf.spec.axes, shape), "given": given(leaf), "step": step, "sizes": shape}
        # one text or one number a sample comes as a vector to every user of several inputs
        usual = leaf.spec.dtype == "string" or (not leaf.alone and leaf.spec.shape == (None, 1))
        code = "shape_one_sample" if (shape[0] == 1 and rows != 1) or not leaf.shape else "shape_unit_axis"
        yield Repair(code, leaf.observed.arg, "report" if usual and rows == shape[0] else "message", facts, step)


def check_samples_last(leaf: Leaf, options: Any) -> Iterator[Finding]:
    """Arrays stacked the R way, samples on the last axis: moved in front where sizes leave no other order."""
    step = samples_last(leaf)
    if step and fitting_orders(leaf) == [step.axes]:
        facts = {"result": Axes(leaf.spec.axes, after(leaf.shape, step)), "given": given(leaf), "step": step}
        yield Repair("shape_samples_last", leaf.observed.arg, "message", facts, step)


def samples_last(leaf: Leaf) -> Transpose | None:
    """The move of the last axis to the front, if the data fits after it. Tables are left alone."""
    rank = len(leaf.shape)
    step = Transpose((rank - 1, *range(rank - 1)))
    return step if rank == len(leaf.spec.shape) and rank > 2 and fits(after(leaf.shape, step), leaf.spec) else None


def after(shape: Shape, step: Any) -> Shape:
    """The shape once `step` is done."""
    if isinstance(step, Transpose):
        return tuple(shape[i] for i in step.axes)
    if isinstance(step, Reshape):
        return (shape[0] if step.samples is None else step.samples, *step.tail)
    return shape


def fitting_orders(leaf: Leaf) -> list[tuple[int, ...]]:
    """All orders of the axes under which the data fits, those first that leave the samples where they are.

    Data with one axis less than the model is one sample.
    """
    rank, missing = len(leaf.shape), len(leaf.spec.shape) - len(leaf.shape)
    if missing not in (0, 1) or rank > 5:
        return []
    lead = (1,) * missing
    return [p for p in permutations(range(rank)) if fits((*lead, *(leaf.shape[i] for i in p)), leaf.spec)]


def ambiguous(leaf: Leaf, steps: list[Step], shapes: list[Shape]) -> Diagnosis:
    """Several readings: two are shown as code."""
    readings = tuple((Axes(leaf.spec.axes, shape), step) for shape, step in zip(shapes, steps, strict=True))
    facts = {**expected(leaf), "readings": readings[:2], "count_of_readings": len(readings)}
    return Diagnosis("shape_two_readings", leaf.observed.arg, facts)


def expected(leaf: Leaf) -> dict[str, Any]:
    """The facts that every message about a shape needs."""
    return {"expected": Axes(leaf.spec.axes, leaf.spec.shape), "given": given(leaf)}


def given(leaf: Leaf) -> Any:
    """The user's object as it came."""
    return leaf.observed.given
