"""Signature + what came + options -> Plan. Pure: looks at kinds and sizes, touches no array."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .observe import Observed
from .options import Options, check_options
from .report import Diagnosis, Finding, Repair
from .rules import batch, elements, flat, missing, model, rank, sizes, structure
from .rules.structure import Leaf
from .signature import ModelSignature, TensorSpec
from .steps import Step

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


@dataclass(frozen=True)
class InputPlan:
    """What to do with one object so that it fits one input; `narrow`: the first layer's own smaller float type."""

    spec: TensorSpec
    observed: Observed
    steps: tuple[Step, ...]
    dtype: str
    narrow: str | None = None

    @property
    def leaf(self) -> Leaf:
        """The view of it that value rules take."""
        return Leaf(self.spec, self.observed, self.observed.shape, self.steps)


@dataclass(frozen=True)
class Plan:
    """`inputs` is empty when there are problems; `structure` as in the signature.

    `rows` counts samples, `batches` how many batches to stop after (Keras' `steps`).
    """

    inputs: tuple[InputPlan, ...]
    structure: Any
    rows: int
    batch_size: int | None
    batches: int | None
    findings: tuple[Finding, ...]


def make_plan(signature: ModelSignature, observed: Observed, options: Options) -> Plan:
    """Decide what happens to every input, or why nothing can."""
    findings: list[Finding] = [*check_options(options), *model.check_built(signature)]
    if findings:
        return Plan((), None, 0, None, None, tuple(findings))
    leaves: list[Leaf] = []
    for item in structure.assign(signature, observed):
        if isinstance(item, Leaf):
            leaves.append(replace(item, alone=len(signature.inputs) == 1))
        else:
            findings.append(item)
    inputs: list[InputPlan] = []
    placed: list[Leaf] = []
    for leaf in leaves:
        unusable = list(elements.check_elements(leaf, options))
        findings += unusable
        findings += missing.check_known_missing(leaf, options)
        found, step, shape = check_shape(elements.without_columns(leaf, unusable), options)
        findings += found
        findings += elements.report_cast(leaf, target_dtype(leaf))
        steps = leaf.steps if step is None else (*leaf.steps, step)
        inputs.append(InputPlan(leaf.spec, leaf.observed, steps, target_dtype(leaf), leaf.spec.narrow))
        placed.append(replace(leaf, shape=shape))
    findings = merge(findings)
    if not _stopped(findings):
        findings += structure.check_rows(placed, observed.arg)
    rows = placed[0].rows if placed else 0
    if not _stopped(findings):
        findings += batch.check_batch(signature, rows, observed.arg, options)
    if options.repairs == "refuse":
        findings += refuse_repairs(findings)
    if _stopped(findings):
        return Plan((), None, rows, None, None, tuple(findings))
    size = options.batch_size if options.batch_size is not None else signature.stateful_batch
    batches = None if options.steps is None else int(options.steps)
    size = None if size is None else int(size)
    return Plan(tuple(inputs), signature.structure, rows, size, batches, tuple(findings))


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


def _stopped(findings: list[Finding]) -> bool:
    return any(isinstance(finding, Diagnosis) for finding in findings)
