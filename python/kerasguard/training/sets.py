"""One set of data, for training or for validation: inputs, targets and weights, as Keras gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..blueprints import Blueprint, OutputSeen
from ..engine import flatten
from ..job import Job, add, convert, start
from ..observe import Observed
from ..options import Options
from ..plan import refuse_repairs
from ..report import Finding
from ..rules.training import check_share, check_some
from ..targets import TargetSpec
from .doubts import check_doubts
from .learned import learned
from .parts import Parts, Training
from .streams import Levels, make_stream_class_weight, open_stream
from .targets import Target, make_targets
from .weights import make_class_weight, make_sample_weight

Specs = tuple[TargetSpec, ...]


def arrays(
    training: Training, specs: Specs, parts: Parts, arguments: Mapping[str, Any], options: Options,
    before: Blueprint | None,
) -> dict[str, Any]:  # fmt: skip
    """What Keras gets of data that is there as a whole."""
    job, known = training.job, before.outputs or None if before is not None else None
    inputs, targets, weights = _make_set(training, job, specs, parts.x, parts.y, parts.sample_weight, options, known)
    training.targets = targets
    ready = {"x": inputs, "y": _filled(parts.y, targets), "sample_weight": weights}
    if training.trains:
        if not training.report.problems:
            training.blueprint = learned(training, before)
            training.levels = levels_of(specs, training.blueprint.outputs if training.blueprint else known)
        classes = training.blueprint.outputs[0].classes if training.blueprint else None
        found, ready["class_weight"] = make_class_weight(parts.class_weight, targets, parts.sample_weight, classes)
        training.findings += _strict(found, options)
        split = 0.0 if parts.validation else float(arguments.get("validation_split") or 0)
        training.findings += check_share(split, _rows(inputs))
        training.findings += check_doubts(job, targets, inputs, split)
    return ready


def batches(
    training: Training, specs: Specs, parts: Parts, arguments: Mapping[str, Any], options: Options,
    before: Blueprint | None,
) -> dict[str, Any]:  # fmt: skip
    """What Keras gets of a stream, with the arguments that are about its order."""
    job = training.job
    epochs = range(int(arguments.get("initial_epoch") or 0), int(arguments.get("epochs") or 1))
    steps = {
        "steps": arguments.get("steps_per_epoch" if training.trains else "steps"), "passes": len(epochs),
        "split": 0 if parts.validation is not None else arguments.get("validation_split"),
    }  # fmt: skip
    check, data, found = open_stream(
        job, specs, (parts.y, parts.sample_weight), steps, training.levels, _base(options),
        parts.class_weight is not None,
    )  # fmt: skip
    training.checks.append(check)
    add(training.findings, found)
    stream = job.observed.stream
    ordered = stream is not None and (stream.source != "sequence" or stream.length is None)
    ready = {"x": data}
    if training.trains:
        training.blueprint = before  # by which every batch is checked
        found, ready["class_weight"] = make_stream_class_weight(parts.class_weight, job, specs, training.levels)
        training.findings += found
        if ordered:  # of a stream with an order of its own Keras says that it does not shuffle it
            ready["shuffle"] = False
    return ready


def validation(
    training: Training, specs: Specs, parts: tuple[Observed, Observed, Observed], arguments: Mapping[str, Any],
    options: Options,
) -> Any:  # fmt: skip
    """The tuple, or the batches, that Keras validates with."""
    x, y, weight = parts
    if x.stream is not None:
        x = replace(x, arg="validation_data")  # the whole of it
    known = training.blueprint
    job = start(replace(training.call), training.model, x, options, known=known)
    if x.stream is not None:
        epochs = range(int(arguments.get("initial_epoch") or 0), int(arguments.get("epochs") or 1))
        steps = {"steps": arguments.get("validation_steps"), "passes": len(epochs)}
        check, data, found = open_stream(job, specs, (y, weight), steps, training.levels, _base(options))
        training.checks.append(check)
        add(training.findings, found)
        return data
    outputs = known.outputs if known is not None else None
    inputs, targets, weights = _make_set(training, job, specs, x, y, weight, options, outputs)
    ready = (inputs, _filled(y, targets))
    return ready if weights is None else (*ready, weights)


def _make_set(
    training: Training, job: Job, specs: Specs, x: Observed, y: Observed, weight: Observed,
    options: Options, seen: tuple[OutputSeen, ...] | None,
) -> tuple[Any, list[Target], Any]:  # fmt: skip
    """The inputs, targets and sample weights of one set of data."""
    inputs = convert(job)
    rows = _rows(inputs)
    targets, found = make_targets(
        specs, y, rows, x.arg, seen, _base(options),
        training.trains and job.call is training.call,
    )  # fmt: skip
    add(training.findings, [*job.findings, *_strict(found, options)])
    add(training.findings, check_some(rows, x.arg))
    training.is_other_rank |= any(target.is_other_rank for target in targets)
    found, weights = make_sample_weight(weight, targets, rows)
    add(training.findings, found)
    if isinstance(weights, dict) and y.kind.kind not in ("dict", "frame"):  # Keras wants them as the targets come
        weights = [weights.get(target.spec.name) for target in targets]
    elif isinstance(weights, list) and y.kind.kind in ("dict", "frame"):
        weights = {target.spec.name: weight for target, weight in zip(targets, weights, strict=False)}
    return inputs, targets, weights


def _filled(observed: Observed, targets: list[Target]) -> Any:
    """The targets in the structure that the user gave: a dict by name, a list, or one array."""
    arrays = [target.array for target in targets]
    if observed.kind.kind == "null" or not targets:
        return None
    if len(targets) == 1 and not (targets[0].spec.is_free and observed.children):
        return arrays[0]
    if observed.kind.kind in ("dict", "frame"):
        return {target.spec.name: array for target, array in zip(targets, arrays, strict=True)}
    return arrays


def _rows(inputs: Any) -> int | None:
    """How many samples the model gets."""
    return None if inputs is None else int(flatten(inputs)[0].shape[0])


def _strict(found: list[Finding], options: Options) -> list[Finding]:
    """With `repairs = "refuse"` targets are not repaired either; the plan has seen to the inputs."""
    return [*found, *refuse_repairs(found)] if options.repairs == "refuse" else found


def _base(options: Options) -> int | None:
    return None if options.label_base is None else int(options.label_base)


def with_batches(options: Options, parts: Parts, arguments: Mapping[str, Any]) -> Options:
    """A stream has batches of its own; `batch_size` may be that of validation data in arrays."""
    is_used = parts.validation is not None and parts.validation[0].stream is None
    if parts.x.stream is None or is_used:
        return options
    return replace(options, batch_size=arguments.get("batch_size"))


def levels_of(specs: tuple[TargetSpec, ...], seen: tuple[OutputSeen, ...] | None) -> Levels:
    """What training saw of each output, None where it has no classes."""
    known = seen if seen is not None and len(seen) == len(specs) else [None] * len(specs)
    return [level if level is not None and level.classes is not None else None for level in known]
