"""One call of fit() or evaluate() on its way, without raising: x and y checked, made ready, then Keras' own method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..blueprints import held
from ..engine import Outcome, evaluate, renew, train
from ..guarding import live
from ..job import Job, add, start
from ..observe import Observed
from ..options import Options, is_whole
from ..report import Call, Diagnosis, Repair
from ..rules.arguments import COUNTS, check_arguments
from ..rules.training import check_compiled, check_history, check_losses
from ..targets import target_specs
from . import sets
from .first import build
from .learned import remember, seen_before
from .parts import Parts, Training
from .streams import run_checked


def prepare(
    call: Call, model: Any, parts: Parts, arguments: Mapping[str, Any], options: Options, builds: bool = True
) -> Training:
    """Check everything before Keras sees anything. `builds`: a model without an input shape gets that of `x`."""
    call.has_targets = parts.y.kind.kind != "null"
    call.has_validation = parts.validation is not None
    call.ranks = (_rank(parts.x), _rank(parts.y))
    call.classes = (parts.x.given.cls, parts.y.given.cls)
    model, opened = live(model, call)
    if any(isinstance(finding, Diagnosis) for finding in opened):
        return Training(call, model, Job(call, options, model, parts.x), findings=opened)
    options_of_x = sets.with_batches(options, parts, arguments)
    unfit = build(call, model, parts, options_of_x) if builds else ()
    job = start(call, model, parts.x, options_of_x)
    training = Training(call, model, job, findings=opened)
    if unfit:  # what stands against building it is the reason, not that it is not built
        training.findings += unfit
        return training
    specs = target_specs(model, job.state.signature) if job.state is not None else ()
    training.findings += check_compiled(model) if job.state is not None else ()
    training.findings += check_arguments(arguments)
    is_stream = parts.x.stream is not None
    if not (job.ok or is_stream) or not specs or training.report.problems:
        add(training.findings, job.findings)
        return training
    before = seen_before(training)
    training.levels = sets.levels_of(specs, before.outputs if before is not None else None)
    make = sets.batches if is_stream else sets.arrays
    ready = make(training, specs, parts, arguments, options, before)
    if parts.validation is not None and not training.report.problems:
        # the codes of its labels and categories are those of the training data
        ready["validation_data"] = sets.validation(training, specs, parts.validation, arguments, options)
    training.findings += check_losses(specs)
    if not training.report.problems:
        training.arguments = {**_counted(arguments), **ready}
    return training


def _rank(observed: Observed) -> int | None:
    """Of one array or table; None where it is several."""
    return observed.kind.rank if observed.kind.kind in ("array", "frame") else None


def _counted(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with whole numbers as integers, 0 and 1 as flags: R has doubles."""
    whole = (*COUNTS, "initial_epoch", "validation_freq", "verbose")
    counted = {
        name: int(value) if name in whole and isinstance(value, float) and is_whole(value) else value
        for name, value in arguments.items()
    }
    if "shuffle" in counted and counted["shuffle"] != "batch":
        counted["shuffle"] = bool(counted["shuffle"])
    return counted


def run(training: Training) -> Any:
    """Train or evaluate: what Keras gives, or None where it failed, which is found then."""
    assert training.job.state is not None
    assert training.arguments is not None
    method, state, arguments = train if training.trains else evaluate, training.job.state, training.arguments

    def call(retry: bool = True) -> Outcome:
        return method(training.model, state, arguments, training.is_other_rank, retry)

    try:
        with held(training.model, training.blueprint):
            if training.checks:
                outcome, found = run_checked(training.model, training.checks, call, training.trains)
                add(training.findings, found)
            else:
                outcome = call()
    except BaseException:  # Ctrl-C, or what a callback of the user's own raises
        remember(training)  # what was trained so far was trained on this
        raise
    if outcome.healed:
        training.findings.append(Repair("model_healed", "model", "message"))
    if training.trains and outcome.error is None:
        training.findings += check_history(outcome.value)
    finish(training, outcome.error, renewed=True)
    return outcome.value


def finish(training: Training, error: Any, renewed: bool = False) -> None:
    """After Keras' own method: what it failed of, or what training saw is remembered.

    `error`: what it raised, or its text. `renewed`: the model's steps were seen to.
    """
    if error is not None:
        if not renewed:
            renew(training.model)
        from ..explain.failed import failure  # which explains by the checks of this package

        training.findings.append(failure(training.model, error))
    elif not training.report.problems:
        remember(training)
