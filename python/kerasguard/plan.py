"""Signature + what came + options -> Plan. Pure: looks at kinds and sizes, touches no array."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from .blueprints import Blueprint, InputSeen
from .encoding import Encoding, of_user, read_columns, report_encoding, view
from .observe import Observed
from .options import Options, check_options
from .report import Diagnosis, Finding, Notice, Repair
from .rules import batch, elements, flat, missing, model, rank, sizes, structure
from .rules.far import Training, known_values
from .rules.structure import Leaf
from .signature import ModelSignature, TensorSpec
from .steps import Stack, Step, moves_samples

# Asked in this order; the first that finds something has the answer.
SHAPE_RULES = (
    rank.check_known_axes,
    rank.check_unit_axes,
    rank.check_samples_last,
    flat.check_flat,
    flat.check_flatten,
    sizes.check_axes_order,
    sizes.check_windows,
    sizes.check_sizes,
    sizes.check_rank,
)


Path = tuple[int | str, ...]


@dataclass(frozen=True)
class InputPlan:
    """What to do with one object so that it fits one input.

    `path`: where the object is in what the user gave (see `object_at`). `narrow`: the first layer's own smaller float
    type. `encoding`: the object is first made a table of numbers, which all else is said of.
    `training`: what is known of the values there.
    """

    spec: TensorSpec
    path: Path
    steps: tuple[Step, ...]
    dtype: str
    narrow: str | None = None
    encoding: Encoding | None = None
    training: Training | None = field(default=None, compare=False, repr=False)

    def leaf(self, observed: Observed) -> Leaf:
        """The view of `observed`, the object itself, that value rules take."""
        return Leaf(self.spec, observed, observed.shape, self.steps)


@dataclass(frozen=True)
class Plan:
    """`inputs` is empty when there are problems; `structure` as in the signature.

    `batches`: how many batches to stop after (Keras' `steps`).
    """

    inputs: tuple[InputPlan, ...]
    structure: Any
    batch_size: Any
    batches: int | None
    findings: tuple[Finding, ...]

    @property
    def keeps_rows(self) -> bool:
        """Whether every row of the user's object is one sample, so that its row names are those of the answer."""
        steps = [step for item in self.inputs for step in item.steps]
        return bool(self.inputs) and not any(isinstance(step, Stack) or moves_samples(step) for step in steps)

    @property
    def is_reusable(self) -> bool:
        """Whether the plan is right for any other data of the same kind, whatever its number of rows."""
        steps = [step for item in self.inputs for step in item.steps]
        moved = any(isinstance(step, Stack) or moves_samples(step) for step in steps)
        # what is told once is the model's, not the data's
        told = [f for f in self.findings if f.level != "report" and not (isinstance(f, Notice) and f.once)]
        return bool(self.inputs) and not moved and not told


def make_plan(
    signature: ModelSignature, observed: Observed, options: Options, blueprint: Blueprint | None = None
) -> Plan:
    """Decide what happens to every input, or why nothing can."""
    findings: list[Finding] = [*check_options(options), *model.check_built(signature)]
    if findings:
        return Plan((), None, None, None, tuple(findings))
    leaves: list[tuple[Leaf, Encoding | None, InputSeen | None]] = []
    for item in structure.assign(signature, observed):
        if not isinstance(item, Leaf):
            findings.append(item)
            continue
        seen = blueprint.inputs[signature.inputs.index(item.spec)] if blueprint else None
        found, encoding = read_columns(item, seen, bool(observed.kind.keys), blueprint is not None and blueprint.stale)
        findings += found
        if any(isinstance(finding, Diagnosis) for finding in found):
            continue
        item = with_columns(item, found)
        leaves.append((replace(item, alone=len(signature.inputs) == 1), encoding, seen))
    inputs: list[InputPlan] = []
    placed: list[Leaf] = []
    for given, encoding, seen in leaves:
        leaf = given if encoding is None else view(given, encoding)
        own = given if encoding is None else of_user(given, encoding)
        dtype = target_dtype(leaf)
        unusable = list(elements.check_elements(own, options))
        findings += unusable
        findings += missing.check_known_missing(own, dtype, options)
        found, step, shape = check_shape(elements.without_columns(leaf, unusable), options)
        findings += found
        findings += report_encoding(leaf.observed.arg, encoding) if encoding else elements.report_cast(leaf, dtype)
        steps = leaf.steps if step is None else (*leaf.steps, step)
        path = path_to(given.observed, observed)
        inputs.append(InputPlan(leaf.spec, path, steps, dtype, leaf.spec.narrow, encoding, known_values(seen)))
        placed.append(replace(leaf, shape=shape))
    findings = merge(findings)
    if not is_stopped(findings):
        findings += structure.check_rows(placed, observed.arg)
    rows = placed[0].rows if placed else 0
    if not is_stopped(findings):
        findings += batch.check_batch(signature, rows, observed.arg, options)
        findings += missing.check_rows_apart(signature, options)
    findings += model.check_outputs(signature)
    if options.repairs == "refuse":
        findings += refuse_repairs(findings)
    if is_stopped(findings):
        return Plan((), None, None, None, tuple(findings))
    size = signature.stateful_batch if signature.stateful_batch is not None else options.batch_size
    batches = None if options.steps is None else int(options.steps)
    size = size if size is None or size == "auto" else int(size)
    return Plan(tuple(inputs), signature.structure, size, batches, tuple(findings))


def with_columns(leaf: Leaf, found: list[Finding]) -> Leaf:
    """The view of a table once its columns are chosen."""
    step = next((finding.step for finding in found if isinstance(finding, Repair)), None)
    if step is None:
        return leaf
    return replace(leaf, steps=(*leaf.steps, step), shape=(leaf.shape[0], len(step.indices)))


def path_to(target: Observed, observed: Observed, path: Path = ()) -> Path:
    """The place of an object among what the user gave: child numbers, or "table" for what a dict of columns makes."""
    if target is observed or (target.children and target.children is observed.children):
        return path
    if target is observed.table:
        return (*path, "table")
    if observed.table is not None and observed.table.children is not observed.children:
        with suppress(LookupError):
            return path_to(target, observed.table, (*path, "table"))
    for i, child in enumerate(observed.children):
        with suppress(LookupError):
            return path_to(target, child, (*path, i))
    raise LookupError(target.arg)


def object_at(path: Path, observed: Observed) -> Observed:
    """The object at a place."""
    for step in path:
        found = observed.table if isinstance(step, str) else observed.children[step]
        assert found is not None
        observed = found
    return observed


def check_shape(leaf: Leaf, options: Options) -> tuple[list[Finding], Step | None, tuple[int, ...]]:
    """Findings on the shape, the step that mends it, and the shape after it."""
    if rank.fits(leaf.shape, leaf.spec) and leaf.observed.kind.axes is None:
        return [], None, leaf.shape
    for rule in SHAPE_RULES:
        found = list(rule(leaf, options))
        if found:
            step = found[0].step if isinstance(found[0], Repair) else None
            return found, step, rank.after(leaf.shape, step)
    return [], None, leaf.shape


def target_dtype(leaf: Leaf) -> str:
    """The number type the input gets: float32 where none is declared, but ids for a model that looks them up."""
    kind, dtype = leaf.observed.kind, leaf.spec.dtype
    if dtype is not None:
        return dtype
    names = {column.dtype for column in kind.columns} or {child.dtype for child in kind.children} or {kind.dtype}
    if kind.elements == "text":
        return "string"
    whole = len(names) == 1 and next(iter(names)) in ("int8", "int16", "int32", "int64", "uint8", "bool")
    return names.pop() if whole and "ids" in leaf.spec.takes else "float32"


def merge(findings: list[Finding]) -> list[Finding]:
    """The same finding on several inputs that share one object is one finding."""
    unique: list[Finding] = []
    for finding in findings:
        if finding not in unique:
            unique.append(finding)
    return unique


def refuse_repairs(findings: list[Finding]) -> list[Finding]:
    """`repairs = "refuse"`: whatever would be moved, dropped or added stops the call."""
    repairs = [f for f in findings if isinstance(f, Repair) and f.level in ("message", "warning")]
    return [Diagnosis("repair_refused", repair.arg, {"repair": repair}) for repair in repairs]


def is_stopped(findings: list[Finding]) -> bool:
    """Whether one of the findings is a problem."""
    return any(isinstance(finding, Diagnosis) for finding in findings)
