"""One call on its way, without raising: observe -> signature -> plan -> apply + measure -> run, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import streams
from .answers import Answer, as_given, make_classes, make_columns, read_answers
from .apply import apply_plan, are_complete, measure
from .blueprints import Blueprint, InputSeen, OutputSeen, blueprint_of, keep_blueprint
from .encoding import encode
from .engine import TILE_BYTES, ModelState, Run, fill, flatten, forward, pack, state_of
from .guarding import live
from .learned_levels import learn_levels
from .learning import inputs_seen, outputs_seen, samples_of, targets_for, versions
from .observe import Observed
from .options import Options, check_options
from .plan import InputPlan, Plan, is_stopped, make_plan, object_at
from .report import Call, Diagnosis, Finding, Notice, Repair, Report
from .restore import are_samples, with_missing_rows
from .rules.answers import check_answers
from .rules.held import not_a_model
from .rules.levels import check_novel
from .rules.targets import check_rows
from .rules.values import check_values
from .signature import is_model
from .targets import target_specs
from .tiles import Tiles
from .watch import judge, judge_ids

MOST_PARTS = 64  # a list of more objects is planned anew: hardly two are of one kind, and keeping it would cost


@dataclass
class Job:
    """One call on its way: what came, what is known of the model, and what was found so far.

    `answers`: how the outputs are read, for classes and probabilities.
    `known`: of a stream that is trained on, what training saw before it began.
    `keep`: when others are left out, the numbers of the samples without missing values, of `rows` in all.
    """

    call: Call
    options: Options
    model: Any
    observed: Observed
    state: ModelState | None = None
    plan: Plan | None = None
    keep: np.ndarray | None = None
    rows: int = 0
    answers: tuple[Answer, ...] = ()
    known: Blueprint | None = None
    findings: list[Finding] = field(default_factory=list)
    _encoded: dict[int, Observed] = field(default_factory=dict, init=False)

    @property
    def report(self) -> Report:
        """All findings so far."""
        return Report(self.call, tuple(self.findings))

    @property
    def ok(self) -> bool:
        """Whether the data can be predicted, as far as is known."""
        return self.plan is not None and bool(self.plan.inputs)

    def objects(self) -> list[tuple[InputPlan, Observed]]:
        """Every input's plan with its data, encoded where the plan says so."""
        inputs = self.plan.inputs if self.plan else ()
        return [(item, self._object(i, item)) for i, item in enumerate(inputs)]

    def _object(self, i: int, item: InputPlan) -> Observed:
        if item.encoding is None:
            return object_at(item.path, self.observed)
        if i not in self._encoded:  # once per call
            self._encoded[i], novel = encode(object_at(item.path, self.observed), item.encoding)
            for found in novel:
                known = tuple(map(str, found.seen.levels or ()))
                leaf, name = item.leaf(self._encoded[i]), found.seen.name
                add(self.findings, check_novel(leaf, item.dtype, name, found.labels, known, found.cells, self.options))
        return self._encoded[i]


def start(
    call: Call,
    model: Any,
    observed: Observed,
    options: Options,
    state: ModelState | None = None,
    has_values: bool = True,
    known: Blueprint | None = None,
) -> Job:
    """Observed data -> signature -> plan, remembered per kind of data.

    `state`: of the model, if that was looked at. `has_values`: not, where only the spec of a stream is known. `known`:
    what training saw, where that is not what the model remembers.
    """
    model, opened = live(model, call)
    job = Job(call, options, model, observed, findings=opened)
    if not job.report.ok:
        return job
    wrong = _check_model(model, observed, call) if state is None else None
    if wrong:
        job.findings.append(wrong)
        return job
    job.state = state = state or state_of(model)
    call.model_name = state.signature.name
    if observed.stream is not None:
        job.known = known or (_known(job) if call.trains else None)
        streams.start_stream(job)
        ask(job)
        return job
    blueprint = known or blueprint_of(model)
    if call.function == "safe_fit" and blueprint is not None and blueprint.stale:
        blueprint = None  # the model was trained since, on columns in an order that nobody saw
    # what is learned anew does not depend on what was learned before
    if call.function == "learn_blueprint" or (call.function == "safe_fit" and blueprint is None):
        blueprint, found = learn_levels(state.signature, observed, call, options)
        job.findings += found
        if is_stopped(found):
            return job

    def plan() -> Plan:
        return make_plan(state.signature, observed, options, blueprint)

    is_one_of_a_kind = len(observed.children) > MOST_PARTS or state.signature.stateful_batch is not None
    # a report shows the facts of findings, which are those of the data at hand
    if is_one_of_a_kind or observed.has_missing or call.function == "check_input" or any(check_options(options)):
        job.plan = plan()
    else:
        job.plan = state.plan_for((observed.key, options, observed.arg, blueprint), plan)
    told = {finding.code for finding in job.findings}
    job.findings += [f for f in job.plan.findings if f.code != "column_encoded" or f.code not in told]
    if has_values and any(item.encoding is not None for item in job.plan.inputs):
        job.objects()
        if not job.report.ok:
            job.plan = None
            return job
    if options.missing == "na_rows" and job.ok:
        complete = are_complete(job.objects())
        if not complete.all():
            job.keep, job.rows = np.flatnonzero(complete), len(complete)
            facts = {"count": job.rows - len(job.keep), "rows": job.rows}
            job.findings.append(Notice("missing_rows", observed.arg, "report", facts))
    if blueprint is not None and blueprint.stale:
        job.findings.append(Notice("blueprint_stale", "model", "warning", {}, once=True))
    if state.is_stale:
        job.findings.append(Notice("model_changed", "model", "message", {}, once=True))
    ask(job)
    return job


def ask(job: Job) -> None:
    """Whether the outputs can be given as the type that was asked for, as far as is known before the model runs."""
    if job.options.type == "raw" or not job.report.ok or job.state is None:
        return
    job.answers = read_answers(job.model, job.state.signature, _classes_known(job, job.state))
    problems = list(check_answers(job.answers, job.options))
    job.findings += problems
    if problems:
        job.plan = None


def _classes_known(job: Job, state: ModelState) -> Blueprint | None:
    """What is known of the outputs: by the model, else by the fit around it, of which the model is told nothing."""
    blueprint = blueprint_of(job.model)
    if job.call.levels is None or (blueprint is not None and any(seen.classes for seen in blueprint.outputs)):
        return blueprint
    return Blueprint((), outputs_seen(targets_for(target_specs(job.model, state.signature), job.call.levels)))


def _known(job: Job) -> Blueprint:
    """What training saw, held for all batches: the weights it belongs to change, and a batch alone shows no levels."""
    assert job.state is not None
    blueprint = blueprint_of(job.model)
    if blueprint is not None and not (blueprint.stale and job.call.function == "safe_fit"):
        return blueprint
    return Blueprint(tuple(InputSeen(spec.path) for spec in job.state.signature.inputs))


def learn(job: Job, y: Observed | None = None, session: Mapping[str, str] | None = None) -> Blueprint | None:
    """Remember what training data tells; nothing where there are problems. `session`: versions outside of Python."""
    objects = job.objects()
    if objects and y is not None:
        job.findings += check_rows(y, samples_of(*objects[0]), job.observed.arg)
    if not job.report.ok or job.state is None:
        return None
    found = seen(job, outputs_seen(targets_for(target_specs(job.model, job.state.signature), y)), session)
    if found is None:
        job.findings.append(Notice("blueprint_nothing", job.observed.arg, "warning", {"given": job.observed.given}))
        return None
    job.state.told.discard("blueprint_stale")  # of this one nothing was told yet
    return keep_blueprint(job.model, found)


def seen(job: Job, outputs: tuple[OutputSeen, ...], session: Mapping[str, str] | None = None) -> Blueprint | None:
    """What the data tells, for a blueprint; None where that is nothing."""
    objects = job.objects()
    inputs = inputs_seen(objects)
    known = any(column.name or column.min is not None for seen in inputs for column in seen.columns)
    if not inputs or not (known or any(seen.classes or seen.names for seen in outputs)):
        return None
    return Blueprint(inputs, outputs, samples_of(*objects[0]), versions=versions(session))


def look_closer(job: Job) -> list[Finding]:
    """Measure all values and judge them: what a tile's lowest and highest value could not tell."""
    found: list[Finding] = []
    for item, observed in job.objects():
        array = None
        if any(use.kind == "ids" for use in item.spec.uses):
            array, measured = apply_plan(item, observed, job.keep)
        else:
            measured = measure(item, observed, job.keep)
        values = list(check_values(item.leaf(observed), measured, job.options))
        add(found, values)
        if not is_stopped(values):
            found += judge_ids(item, observed, array, job.keep)
    return found


def convert(job: Job) -> Any:
    """Data -> model-ready arrays in the model's structure, as a whole; None where there are problems.

    Of a stream a generator of batches, which are checked as they pass.
    """
    if job.observed.stream is not None:
        return streams.convert_stream(job)
    arrays = []
    for item, observed in job.objects():
        array, measured = apply_plan(item, observed, job.keep)
        arrays.append(array)
        values = list(check_values(item.leaf(observed), measured, job.options))
        values += [] if is_stopped(values) else judge(item, observed, array, job.keep)
        add(job.findings, values)
    return fill(job.plan.structure, arrays) if job.plan and arrays and job.report.ok else None


def run(job: Job, how: Run) -> Any:
    """Data -> prediction, tile by tile or batch by batch; None where there are problems."""
    if job.observed.stream is not None:
        return streams.run_stream(job, how)
    if not job.ok or job.state is None or job.plan is None:
        return None
    tiles = [Tiles(item, observed, job.keep) for item, observed in job.objects()]
    outcome = forward(job.model, job.state, job.plan, tiles, lambda: look_closer(job), how)
    add(job.findings, outcome.found)
    add_notes(job, tiles)
    if outcome.error is not None:
        from .explain.failed import failure  # which explains by the checks of this module

        job.findings.append(failure(job.model, outcome.error))
    if outcome.healed:
        job.findings.append(Repair("model_healed", "model", "message"))
    if job.keep is None or outcome.value is None:
        return outcome.value
    if not are_samples(outcome.value, len(job.keep)):
        job.findings.append(Diagnosis("missing_rows_mix", "missing", {"why": "output"}))
        return None
    return with_missing_rows(outcome.value, job.keep, job.rows)


def predict(job: Job, how: Run) -> Any:
    """Data -> prediction of the type that was asked for: `Classes` or `Columns` in place of arrays."""
    value = run(job, how)
    if value is None or job.options.type == "raw":
        return value
    parts = flatten(value)
    answers = [as_given(answer, part) for answer, part in zip(job.answers, parts, strict=True)]
    job.findings += check_answers(answers, job.options)
    if not job.report.ok:
        return None
    found = [_answer(answer, part, job.options, len(parts) > 1) for answer, part in zip(answers, parts, strict=True)]
    job.findings += [item for item in found if isinstance(item, Diagnosis)]
    return fill(pack(value), found) if job.report.ok else None


def _answer(answer: Answer, part: Any, options: Options, several: bool) -> Any:
    facts = {"output": answer.target.name if several else "", "type": options.type}
    if not isinstance(part, np.ndarray) or part.ndim == 0 or part.dtype.kind in "OSU":
        rank = part.ndim if isinstance(part, np.ndarray) else None
        return Diagnosis("type_rank", "type", facts | {"rank": rank, "text": bool(rank)})
    found = make_classes(answer, part, options.threshold) if options.type == "class" else make_columns(answer, part)
    return replace(found, facts={**facts, **found.facts}) if isinstance(found, Diagnosis) else found


def look(job: Job) -> None:
    """Measure all values, for a dry run: what `run` does but for the model."""
    if job.observed.stream is not None:
        streams.look_stream(job)
        return
    tiles = [Tiles(item, observed, job.keep) for item, observed in job.objects()]
    for tile in tiles:
        size = max(TILE_BYTES // max(tile.row_bytes, 1), 1)
        for start in range(0, tile.rows, size):
            with np.errstate(over="ignore", invalid="ignore"):  # of casts, which the tiles themselves notice
                tile.tile(start, min(start + size, tile.rows))
    if any(tile.suspicious for tile in tiles):
        add(job.findings, look_closer(job))
    add_notes(job, tiles)


def add(findings: list[Finding], found: Iterable[Finding]) -> None:
    """What was not found before: several inputs can share one object."""
    findings += [finding for finding in found if finding not in findings]


def add_notes(job: Job, tiles: list[Tiles]) -> None:
    """What the scaling layers at the inputs say about the values that passed."""
    for (item, observed), tile in zip(job.objects(), tiles, strict=True):
        if tile.watch is not None and job.report.ok:
            add(job.findings, tile.watch.notes(item, observed))


def _check_model(model: Any, observed: Observed, call: Call) -> Diagnosis | None:
    if is_model(model):
        return None
    if is_model(observed.data):
        return Diagnosis("structure_swapped", observed.arg)
    return not_a_model(model, call)


def worth_telling(report: Report, options: Options, state: ModelState | None) -> list[Finding]:
    """The notes a user should hear of: no mere reports, no repairs when quiet, things of the model only once."""
    notes = []
    for note in report.notes:
        if note.level == "report" or (options.repairs == "quiet" and note.level == "message"):
            continue
        if isinstance(note, Notice) and note.once and state is not None:
            if note.code in state.told:
                continue
            state.told.add(note.code)
        notes.append(note)
    return notes
