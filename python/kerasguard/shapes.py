"""Expected and given shapes side by side, for pictures: what the rules decided, axis by axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .job import Job
from .observe import Observed
from .plan import InputPlan, check_shape, object_at
from .rules import structure
from .rules.rank import after
from .rules.structure import Leaf
from .signature import TensorSpec
from .steps import Columns, Stack, Step

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Compared:
    """One input, or an object that is for none (`expected` is None).

    `axes`, `expected`: their names and sizes, None where any size will do. `given`: the sizes that came, None where
    nothing came for this input. `read`: the sizes that they were given, None where there is no reading.
    """

    name: str
    arg: str
    axes: tuple[str, ...]
    expected: tuple[int | None, ...] | None
    given: Shape | None
    read: Shape | None

    @property
    def state(self) -> Literal["fits", "repaired", "differs", "nothing", "unexpected"]:
        """What is to be said of it as a whole."""
        if self.expected is None:
            return "unexpected"
        if self.given is None:
            return "nothing"
        if self.read is None:
            return "differs"
        return "fits" if self.read == self.given else "repaired"

    @property
    def has_rank(self) -> bool:
        """Whether as many axes came as are expected, so that each has its name."""
        return self.expected is not None and self.given is not None and len(self.given) == len(self.expected)

    @property
    def given_axes(self) -> tuple[str, ...]:
        """What the axes that came are called."""
        return self.axes if self.has_rank else tuple(f"axis {i + 1}" for i in range(len(self.given or ())))

    @property
    def instead(self) -> tuple[int | None, ...]:
        """For each axis that came, the size that it should have; None where it has it, or has no counterpart."""
        if not self.has_rank:
            return (None,) * len(self.given or ())
        pairs = zip(self.expected or (), self.given or (), strict=True)
        return tuple(None if expected == given else expected for expected, given in pairs)


def compare_shapes(job: Job) -> list[Compared]:
    """Every input of the model with what came for it; nothing of data in batches, whose shapes come as they pass."""
    if job.state is None or job.observed.stream is not None:
        return []
    specs = job.state.signature.inputs
    if job.ok and job.plan is not None:
        return [_planned(item, object_at(item.path, job.observed)) for item in job.plan.inputs]
    assigned = structure.assign(job.state.signature, job.observed)
    leaves = {id(found.spec): found for found in assigned if isinstance(found, Leaf)}
    leaves = leaves or {id(spec): Leaf(spec, part, part.shape) for spec, part in _likely(specs, job.observed)}
    compared = [_refused(spec, leaves.get(id(spec)), job) for spec in specs]
    return [*compared, *_without_input([leaf.observed for leaf in leaves.values()], job.observed)]


def _planned(item: InputPlan, observed: Observed) -> Compared:
    return _compared(item.spec, observed, _given(observed, item.steps), _read(observed, item.steps))


def _refused(spec: TensorSpec, leaf: Leaf | None, job: Job) -> Compared:
    if leaf is None:
        return Compared(spec.name, "", spec.axes, spec.shape, None, None)
    given = _given(leaf.observed, leaf.steps)
    found, _, shape = check_shape(leaf, job.options)
    is_refused = any(finding.level == "refusal" for finding in found)
    return _compared(spec, leaf.observed, given, None if is_refused else shape)


def _compared(spec: TensorSpec, observed: Observed, given: Shape, read: Shape | None) -> Compared:
    return Compared(spec.name, observed.arg, spec.axes, spec.shape, given, read)


def _given(observed: Observed, steps: tuple[Step, ...]) -> Shape:
    if any(isinstance(step, Stack) for step in steps) and observed.children:
        return (len(observed.children), *observed.children[0].shape)
    return observed.shape


def _read(observed: Observed, steps: tuple[Step, ...]) -> Shape:
    shape = _given(observed, steps)
    for step in steps:
        shape = (shape[0], len(step.indices)) if isinstance(step, Columns) else after(shape, step)
    return shape


def _likely(specs: tuple[TensorSpec, ...], observed: Observed) -> Iterator[tuple[TensorSpec, Observed]]:
    """What was meant for which input, where the objects can't be given to inputs: by names, else in their order."""
    parts = observed.children or ((observed,) if observed.shape else ())
    named = dict(zip(observed.kind.keys, parts, strict=False))
    for i, spec in enumerate(specs):
        part = named.get(spec.name) if named and len(specs) > 1 else next(iter(parts[i : i + 1]), None)
        if part is not None and part.shape:
            yield spec, part


def _without_input(taken: list[Observed], observed: Observed) -> Iterator[Compared]:
    """The arrays and tables of a list that no input takes."""
    known = {id(part) for part in taken}
    if known & {id(observed), id(observed.table)}:
        return
    for part in observed.children:
        if part.shape and id(part) not in known:
            yield Compared("", part.arg, (), None, part.shape, None)
