"""One call of fit() or evaluate() on its way, without raising: x and y checked, made ready, then Keras' own method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..blueprint import Blueprint, OutputSeen, blueprint_of, keep_blueprint
from ..engine import Outcome, evaluate, flatten, renew, train
from ..job import Job, add, convert, seen, start
from ..learning import merge, outputs_seen
from ..messages import keras_sentence
from ..observe import Observed
from ..options import Options, is_whole
from ..plan import refuse_repairs
from ..report import Call, Diagnosis, Finding, Repair, Report
from ..rules.labels import class_count
from ..rules.targets import TargetLeaf
from ..rules.training import check_compiled, check_losses
from ..targets import TargetSpec, target_specs
from .doubts import check_doubts
from .streams import BatchCheck, Levels, make_stream_class_weight, open_stream, run_checked
from .targets import Target, make_targets
from .weights import make_class_weight, make_sample_weight

COUNTS = ("batch_size", "epochs", "steps_per_epoch", "validation_steps", "validation_batch_size", "steps")


@dataclass
class Parts:
    """What was handed over. `validation`: x, y and weights, None where there are none; `class_weight` as it came."""

    x: Observed
    y: Observed
    sample_weight: Observed
    class_weight: Any = None
    validation: tuple[Observed, Observed, Observed] | None = None


@dataclass
class Training:
    """`arguments`: what Keras gets, ready; None where there are problems. `blueprint`: what training saw.

    `checks`: of the streams among them, and `levels`: the classes of each output that their labels have.
    `is_other_rank`: some targets have other axes than what was given, so that Keras' steps are traced for others.
    """

    call: Call
    model: Any
    job: Job
    targets: list[Target] = field(default_factory=list)
    arguments: dict[str, Any] | None = None
    is_other_rank: bool = False
    findings: list[Finding] = field(default_factory=list)
    checks: list[BatchCheck] = field(default_factory=list)
    levels: Levels = field(default_factory=list)
    blueprint: Blueprint | None = None

    @property
    def report(self) -> Report:
        """All findings so far."""
        return Report(self.call, tuple(self.findings))

    @property
    def has_batches(self) -> bool:
        """Whether data comes in batches, which are checked while Keras runs."""
        return bool(self.checks)

    @property
    def trains(self) -> bool:
        """Whether the model learns."""
        return self.call.function == "safe_fit"


def prepare(call: Call, model: Any, parts: Parts, arguments: Mapping[str, Any], options: Options) -> Training:
    """Check everything before Keras sees anything."""
    call.has_targets = parts.y.kind.kind != "null"
    call.has_validation = parts.validation is not None
    call.ranks = (_rank(parts.x), _rank(parts.y))
    call.classes = (parts.x.given.cls, parts.y.given.cls)
    is_stream = parts.x.stream is not None
    job = start(call, model, parts.x, _with_batches(options, parts, arguments))
    training = Training(call, model, job)
    specs = target_specs(model, job.state.signature) if job.state is not None else ()
    training.findings += check_compiled(model) if job.state is not None else ()
    training.findings += _check_arguments(arguments)
    if not (job.ok or is_stream) or not specs or training.report.problems:
        add(training.findings, job.findings)
        return training
    before = _before(training)
    known = before.outputs or None if before is not None else None
    targets: list[Target] = []
    inputs = None
    training.levels = _levels(specs, known)
    if is_stream:
        ready: dict[str, Any] = _open(training, job, specs, parts, arguments, options)
    else:
        inputs, targets, weights = _make_set(
            training, job, specs, parts.x, parts.y, parts.sample_weight, options, known
        )
        ready = {"x": inputs, "y": _filled(job, parts.y, targets), "sample_weight": weights}
    training.targets = targets
    if training.trains and is_stream:
        training.blueprint = before  # by which every batch is checked
    elif training.trains and not training.report.problems:
        training.blueprint = _learned(training, before, options)
        training.levels = _levels(specs, training.blueprint.outputs if training.blueprint else known)
    if parts.validation is not None and not training.report.problems:
        # the codes of its labels and categories are those of the training data
        ready["validation_data"] = _make_validation(training, specs, parts.validation, options, arguments)
    if training.trains and is_stream:
        found, ready["class_weight"] = make_stream_class_weight(parts.class_weight, job, specs, training.levels)
        training.findings += found
    elif training.trains:
        found, ready["class_weight"] = make_class_weight(parts.class_weight, targets, parts.sample_weight)
        training.findings += _strict(found, options)
        split = float(arguments.get("validation_split") or 0)
        training.findings += check_doubts(job, targets, inputs, 0.0 if parts.validation else split)
    training.findings += check_losses(specs)
    if not training.report.problems:
        training.arguments = {**_counted(arguments), **ready}
    return training


def _rank(observed: Observed) -> int | None:
    """Of one array or table; None where it is several."""
    return observed.kind.rank if observed.kind.kind in ("array", "frame") else None


def _check_arguments(arguments: Mapping[str, Any]) -> list[Finding]:
    """Counts that are whole; R tells by a dict what it can't hand over as callbacks or validation data."""
    found: list[Finding] = []
    callbacks = arguments.get("callbacks")
    strange = [item for item in callbacks if isinstance(item, dict)] if isinstance(callbacks, list) else []
    if strange:
        found.append(Diagnosis("callbacks_kind", "callbacks", {"cls": strange[0]["class"]}))
    if isinstance(validation := arguments.get("validation_data"), dict):
        found.append(Diagnosis("validation_kind", "validation_data", {"cls": validation["class"]}))
    for name in COUNTS:
        value = arguments.get(name)
        if value is not None and not (is_whole(value) and value >= 1):
            found.append(
                Diagnosis("option_count", name, {"value": value if isinstance(value, (int, float)) else str(value)})
            )
    return found


def _counted(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with whole numbers as integers: R has doubles."""
    whole = (*COUNTS, "initial_epoch", "validation_freq", "verbose")
    return {
        name: int(value) if name in whole and isinstance(value, float) and is_whole(value) else value
        for name, value in arguments.items()
    }


def _make_set(
    training: Training, job: Job, specs: tuple[TargetSpec, ...], x: Observed, y: Observed, weight: Observed,
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
    training.is_other_rank |= any(target.is_other_rank for target in targets)
    found, weights = make_sample_weight(weight, targets, rows)
    add(training.findings, found)
    return inputs, targets, weights


def _base(options: Options) -> int | None:
    return None if options.label_base is None else int(options.label_base)


def _with_batches(options: Options, parts: Parts, arguments: Mapping[str, Any]) -> Options:
    """A stream has batches of its own; `batch_size` may be that of validation data in arrays."""
    is_used = parts.validation is not None and parts.validation[0].stream is None
    if parts.x.stream is None or is_used:
        return options
    return replace(options, batch_size=arguments.get("batch_size"))


def _levels(specs: tuple[TargetSpec, ...], seen: tuple[OutputSeen, ...] | None) -> Levels:
    known = seen if seen is not None and len(seen) == len(specs) else [None] * len(specs)
    return [level if level is not None and level.classes is not None else None for level in known]


def _open(
    training: Training, job: Job, specs: tuple[TargetSpec, ...], parts: Parts, arguments: Mapping[str, Any],
    options: Options,
) -> dict[str, Any]:  # fmt: skip
    """What Keras gets of a stream, with the arguments that are about its order."""
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
    # of a stream with an order of its own Keras says that it does not shuffle it
    return {"x": data, **({"shuffle": False} if training.trains and ordered else {})}


def _strict(found: list[Finding], options: Options) -> list[Finding]:
    """With `repairs = "refuse"` targets are not repaired either; the plan has seen to the inputs."""
    return [*found, *refuse_repairs(found)] if options.repairs == "refuse" else found


def _rows(inputs: Any) -> int | None:
    """How many samples the model gets."""
    return None if inputs is None else int(flatten(inputs)[0].shape[0])


def _before(training: Training) -> Blueprint | None:
    """What earlier training saw; nothing where the model was trained since by others."""
    blueprint = blueprint_of(training.model)
    return None if blueprint is None or (blueprint.stale and training.trains) else blueprint


def _learned(training: Training, before: Blueprint | None, options: Options) -> Blueprint | None:
    """What this training sees, together with what earlier training saw."""
    outputs = outputs_seen([(target.spec, target.observed) for target in training.targets])
    outputs = tuple(_output(*pair, options) for pair in zip(training.targets, outputs, strict=True))
    found = seen(training.job, outputs)
    return merge(before, found) if before is not None and found is not None else found


def _output(target: Target, found: OutputSeen, options: Options) -> OutputSeen:
    """With the classes that were decided on, in the user's own numbers."""
    if target.classes is not None:
        is_one = target.spec.units == 1
        form: Any = "binary" if is_one else "codes" if target.spec.kind == "sparse" else "one-hot"
        return replace(found, classes=target.classes, form=form, names=None)
    base = int(options.label_base or 0)
    if base and target.observed is not None and (count := class_count(TargetLeaf(target.spec, target.observed, (), 0))):
        form = "binary" if target.spec.units == 1 else "codes"
        return replace(found, classes=tuple(range(base, base + count)), form=form, names=None)
    return found


def _filled(job: Job, observed: Observed, targets: list[Target]) -> Any:
    """The targets in the structure that the user gave: a dict by name, a list, or one array."""
    arrays = [target.array for target in targets]
    if observed.kind.kind == "null" or not targets:
        return None
    if len(targets) == 1 and not (targets[0].spec.is_free and observed.children):
        return arrays[0]
    if observed.kind.kind in ("dict", "frame"):
        return {target.spec.name: array for target, array in zip(targets, arrays, strict=True)}
    return arrays


def _make_validation(
    training: Training, specs: tuple[TargetSpec, ...], parts: tuple[Observed, Observed, Observed], options: Options,
    arguments: Mapping[str, Any],
) -> Any:  # fmt: skip
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
    ready = (inputs, _filled(job, y, targets))
    return ready if weights is None else (*ready, weights)


def run(training: Training) -> Any:
    """Train or evaluate: what Keras gives, or None where it failed, which is found then."""
    assert training.job.state is not None
    assert training.arguments is not None
    method, state, arguments = train if training.trains else evaluate, training.job.state, training.arguments

    def call(retry: bool = True) -> Outcome:
        return method(training.model, state, arguments, training.is_other_rank, retry)

    try:
        if training.checks:
            outcome, found = run_checked(training.model, training.checks, call, training.trains)
            add(training.findings, found)
        else:
            outcome = call()
    except KeyboardInterrupt:
        _remember(training)  # what was trained so far was trained on this
        raise
    if outcome.healed:
        training.findings.append(Repair("model_healed", "model", "message"))
    finish(training, outcome.error, renewed=True)
    return outcome.value


def finish(training: Training, error: Any, renewed: bool = False) -> None:
    """After Keras' own method: what it failed of, or what training saw is remembered.

    `error`: what it raised, or its text. `renewed`: the model's steps were seen to.
    """
    if error is not None:
        if not renewed:
            renew(training.model)
        is_raised = isinstance(error, BaseException)
        facts = {
            "error": type(error).__name__ if is_raised else "Error",
            "sentence": keras_sentence(error if is_raised else RuntimeError(error)),
        }
        training.findings.append(Diagnosis("model_failed", "model", facts))
    elif not training.report.problems:
        _remember(training)


def _remember(training: Training) -> None:
    if training.blueprint is not None and training.job.state is not None:
        training.job.state.told.discard("blueprint_stale")
        keep_blueprint(training.model, training.blueprint)
