"""A call on data that comes in batches: each batch goes the whole path as it passes, the answers are joined.

Every batch of the stream is one batch of the model, so the numbers are those of predict(). Nothing is answered when
a batch has a problem.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from . import job as jobs  # which hands streams over to this module
from .engine import Run, fill
from .engine.forward import DEFAULT_BATCH, TILE_BYTES
from .joining import behind, joined
from .observe import Kind, Observed, observe
from .observe.streams import ANY_ROWS, Stream, dense, is_ragged, observe_spec, stream_of, with_r_missing
from .options import check_options
from .plan import refuse_repairs
from .report import Axes, Batch, Diagnosis, Finding, Given, Notice, Repair, Report
from .rules import model as model_rules
from .rules import streams as rules
from .steps import Reshape, chosen_columns

if TYPE_CHECKING:
    from .job import Job

MOST_TOGETHER = 64  # batches that run in one call of the engine
NUMBERS: dict[str, Any] = {"type": "raw", "threshold": 0.5}  # classes are made of all batches together
MOST_CODES = 5  # kinds of problems that a dry run looks for


def start_stream(job: Job) -> None:
    """What is to be said before a batch is drawn: of the options, the model, the stream and what it tells of itself."""
    assert job.state is not None
    job.findings += [*check_options(job.options), *model_rules.check_built(job.state.signature)]
    if job.report.problems:
        return
    stream, arg = _stream(job), job.observed.arg
    if not job.call.trains:  # what it needs to be trained on is another question
        job.findings += rules.check_stream(job.observed, job.options, job.call.function == "validate_and_coerce")
    found = _check_spec(job, stream) if stream.spec is not None else []
    if job.options.repairs == "refuse":
        found += refuse_repairs(found)
    job.findings += found
    unbatched = any(finding.code == "stream_unbatched" for finding in found)
    if unbatched and job.report.ok:
        data = job.observed.data.batch(_size(job))
        job.observed = replace(job.observed, data=data, stream=stream_of(data))
    if job.options.batch_size not in (None, "auto") and not unbatched:
        facts = {"batch_size": job.options.batch_size, "is_dataset": stream.source == "dataset"}
        job.findings.append(Notice("stream_batch_size", arg, "message", facts))


def run_stream(job: Job, how: Run) -> Any:
    """Batches -> prediction; None where one of them has a problem."""
    if job.report.problems:
        return None
    steps, length = _steps(job), _stream(job).length
    total = length if steps is None else min(steps, length or steps)
    callbacks = _callbacks(job.model, how.callbacks, total)
    values: list[Any] = []
    count = 0
    # a callback wants each answer as soon as it is there
    for group in _groups(_batches(job), 1 if callbacks is not None else MOST_TOGETHER):
        if callbacks is not None:
            callbacks.on_predict_batch_begin(count)
        found = _run_group(job, group)
        if found is None:
            return None
        values += found
        count += len(group)
        if how.progress is not None:
            how.progress(count, total)
        if callbacks is not None:
            callbacks.on_predict_batch_end(count - 1, {"outputs": found[-1]})
            if job.model.stop_predicting:
                break
    else:
        _stream(job).end()
        if steps is not None and 0 < count < steps:
            facts = {"count": count, "steps": steps}
            job.findings.append(Notice("stream_short", job.observed.arg, "warning", facts))
    if how.progress is not None and values and total != count:
        how.progress(count, count)
    if callbacks is not None:
        callbacks.on_predict_end()
    return _joined(job, values) if values else _empty(job)


def _joined(job: Job, values: list[Any]) -> Any:
    try:
        return joined(values)
    except ValueError as error:  # unlike sizes, which make one answer on TensorFlow only
        from .explain.failed import failure

        job.findings.append(failure(job.model, error))
        return None


Passing = tuple[Batch, tuple[Any, ...], "Job"]


def _groups(batches: Iterator[Passing], most: int) -> Iterator[list[Passing]]:
    """Batches of one size and one plan, up to `most` or some MiB at once: the engine loops over those in its graph."""
    group: list[Passing] = []
    for passing in batches:
        if group and (len(group) >= most or not _is_like(group[0][2], passing[2]) or _bytes(group) > TILE_BYTES):
            yield group
            group = []
        group.append(passing)
        if len(group) >= most or not passing[2].ok:
            yield group
            group = []
    if group:
        yield group


def _bytes(group: list[Passing]) -> int:
    return len(group) * sum(seen.data.nbytes for _, seen in group[0][2].objects())


def _is_like(first: Job, other: Job) -> bool:
    """Whether two batches can be put one behind the other: reusable plans are shared, and move no samples."""
    if first.plan is None or first.plan is not other.plan or first.state is None or not first.ok:
        return False
    if first.keep is not None or other.keep is not None:
        return False  # each leaves out samples of its own
    if any("table" in item.path or item.encoding is not None for item in first.plan.inputs):
        return False  # records are put together batch by batch
    if first.state.compiled(first.model, tuple(item.dtype for item in first.plan.inputs)) is None:
        return False  # it may keep a state, and must not be asked twice
    pairs = zip(first.objects(), other.objects(), strict=True)
    return all(a.kind.kind == "array" and type(a.data) is np.ndarray and a.shape == b.shape for (_, a), (_, b) in pairs)


def _run_group(job: Job, group: list[Passing]) -> list[Any] | None:
    """The answers to some batches, of several as one; None where one of them has a problem."""
    if len(group) > 1:
        whole = _merged([batch for _, _, batch in group])
        known = {(finding.code, finding.arg) for finding in (*job.findings, *whole.findings)}
        value = jobs.run(whole, Run())
        # what is found anew has to be found again, in its own batch
        if value is not None and all((finding.code, finding.arg) in known for finding in whole.findings):
            _take(job, group[0][2], group[0][0])
            return [value]
    values = []
    for where, _, batch in group:
        values.append(jobs.run(batch, Run(one_batch=True)))
        _take(job, batch, where)
        if batch.report.problems:
            return None
    return values


def _merged(batches: list[Job]) -> Job:
    first = batches[0]
    assert first.plan is not None
    rows = first.objects()[0][1].rows
    plan = replace(first.plan, batch_size=rows)
    seen = behind([batch.observed for batch in batches])
    return replace(first, observed=seen, plan=plan, findings=list(first.findings))


def convert_stream(job: Job) -> Iterator[tuple[Any, Report]] | None:
    """Batches -> tuples as Keras takes them: inputs, then targets and weights as they came; each with its report."""
    return _ready(job) if job.report.ok else None


def _ready(job: Job) -> Iterator[tuple[Any, Report]]:
    for where, rest, batch in _batches(job):
        inputs = jobs.convert(batch)
        found = _take(job, batch, where)
        # Keras hands generators on to tf.data, which stacks lists
        yield (tuple(inputs) if isinstance(inputs, list) else inputs, *rest), Report(job.call, tuple(found))
    _stream(job).end()


def look_stream(job: Job) -> None:
    """A dry run: all batches are looked at, where that leaves the stream as it is."""
    stream = _stream(job)
    if job.report.problems:
        return
    if not stream.is_repeatable or stream.shuffled or stream.length is None:
        facts = {"is_used": not stream.is_repeatable}
        job.findings.append(Notice("stream_unread", job.observed.arg, "report", facts))
        return
    for where, _, batch in _batches(job):
        jobs.convert(batch)
        _take(job, batch, where)
        if len({problem.code for problem in job.report.problems}) >= MOST_CODES:
            return


def _stream(job: Job) -> Stream:
    assert job.observed.stream is not None
    return job.observed.stream


def _steps(job: Job) -> int | None:
    return None if job.options.steps is None else int(job.options.steps)


def _size(job: Job) -> int:
    size = job.state.signature.stateful_batch if job.state else None
    given = job.options.batch_size
    return size or (DEFAULT_BATCH if given in (None, "auto") else int(given))


def _batches(job: Job) -> Iterator[Passing]:
    """Each batch as a job of its own, with what came beside the inputs."""
    stream = _stream(job)
    first: tuple[str, ...] | None = None
    for index, item in enumerate(islice(stream.draw(), _steps(job))):
        item = _item(job, stream, item)
        is_pair = isinstance(item, tuple) and bool(item)
        x, rest = (item[0], item[1:]) if is_pair else (item, ())
        where = Batch(index, stream.source, stream.length, is_pair, isinstance(x, tuple), is_ragged(x))
        batch = batch_job(job, stream, item, x)
        names = batch.observed.kind.names if batch.observed.stream is None else None
        first = first or names
        if first and names and names != first and sorted(names) == sorted(first) and not _goes_by_name(batch):
            facts = {"columns": first, "given": batch.observed.given, "stacked": False}
            batch.findings.append(Diagnosis("column_orders", batch.observed.arg, facts))
            batch.plan = None
        yield where, rest, batch


def _goes_by_name(batch: Job) -> bool:
    """Whether the columns of a batch are chosen by their names, whatever their order."""
    inputs = batch.plan.inputs if batch.plan else ()
    return any(item.encoding is not None or chosen_columns(item.steps) is not None for item in inputs)


def _item(job: Job, stream: Stream, item: Any) -> Any:
    """Lists are tuples to Keras, and all that R can make; of a Python generator Keras takes tuples only."""
    is_tuple = isinstance(item, list) and (stream.source != "iterator" or job.call.language == "r")
    return tuple(item) if is_tuple else item


def batch_job(job: Job, stream: Stream, item: Any, x: Any) -> Job:
    """A job of its own for the inputs `x` of one `item`."""
    assert job.state is not None
    signature = job.state.signature
    options = replace(job.options, batch_size=signature.stateful_batch, steps=None, **NUMBERS)
    arg = job.observed.arg
    problem = next(rules.check_item(item, arg, signature), None)
    if problem is None and is_ragged(x):
        problem = _ragged(job)
    if problem is not None:
        return jobs.Job(job.call, options, job.model, job.observed, job.state, findings=[problem])
    if job.call.language == "r":
        x = with_r_missing(x)
    observed = observe(dense(x), arg)
    if observed.stream is not None:  # a stream of streams: windows that were not put together
        observed = replace(observed, kind=Kind("other"), stream=None)
    batch = jobs.start(job.call, job.model, observed, options, job.state, known=job.known)
    if signature.stateful_batch is not None:
        _check_stateful(batch, signature)
    return batch


def _check_stateful(batch: Job, signature: Any) -> None:
    told = next((f.facts["rows"] for f in batch.findings if f.code == "batch_stateful_rows"), None)
    rows = [told] if told is not None else [seen.rows for item, seen in batch.objects() if not item.steps]
    problem = next((f for count in rows for f in rules.check_rows(count, batch.observed.arg, signature)), None)
    if problem is not None:
        batch.findings = [problem]
        batch.plan = None


def _check_spec(job: Job, stream: Stream) -> list[Finding]:
    """Refuse at once what no batch can mend; see when a dataset gives single samples."""
    assert job.state is not None
    spec, arg = stream.spec, job.observed.arg
    is_pair = isinstance(spec, tuple) and bool(spec)
    x = spec[0] if is_pair else spec
    where = Batch(None, stream.source, stream.length, is_pair, isinstance(x, tuple), is_ragged(x), arg)
    found: list[Finding] = list(rules.check_item(spec, arg, job.state.signature))
    if not found and is_ragged(x):
        found.append(_ragged(job))
    observed = observe_spec(x, arg) if not found else None
    if observed is None:
        return [placed(job, finding, where) for finding in found]
    batch = jobs.start(
        job.call, job.model, observed,
        replace(job.options, batch_size=None, steps=None, missing="refuse", **NUMBERS), has_values=False,
        known=job.known,
    )  # fmt: skip
    if batch.report.problems:
        # what depends on the number of rows is left to the batches, which have one
        return [placed(job, f, where) for f in batch.report.problems if str(ANY_ROWS) not in repr(f)]
    steps = [item.steps for item in batch.plan.inputs] if batch.plan else []
    if all(any(isinstance(step, Reshape) and step.samples == 1 for step in each) for each in steps):
        return [Repair("stream_unbatched", arg, "message", {"size": _size(job)})]
    return []


def _ragged(job: Job) -> Diagnosis:
    assert job.state is not None
    inputs = job.state.signature.inputs
    spec = inputs[0]
    expected = None if None in spec.shape[1:] else (*spec.shape[1:], None)[0]
    facts = {"several": len(inputs) > 1, "expected": expected, "spec": Axes(spec.axes, spec.shape)}
    return Diagnosis("stream_ragged", job.observed.arg, facts)


def _take(job: Job, batch: Job, where: Batch) -> list[Finding]:
    """Findings of a batch, with its place, among those of the call; what was found before is not told again."""
    known = {(finding.code, finding.arg) for finding in job.findings}
    new = [placed(job, f, where) for f in batch.findings if (f.code, f.arg) not in known]
    job.findings += new
    return new


def placed(job: Job, finding: Finding, where: Batch) -> Finding:
    """A finding with the batch that it is about."""
    facts = {name: _in_r(fact) if job.call.language == "r" else fact for name, fact in finding.facts.items()}
    return replace(finding, facts={**facts, "batch": where})


R_TYPES = {"float64": "double", "float32": "double", "float16": "double", "object": "character", "string": "character",
           "bool": "logical"}  # fmt: skip


def _in_r(fact: Any) -> Any:
    """A Python object in the words that R has for such a one."""
    if not isinstance(fact, Given) or not fact.sizes:
        return fact
    if not fact.type:
        return replace(fact, cls="list")
    type = R_TYPES.get(fact.type, "integer" if "int" in fact.type else fact.type)
    return replace(fact, type=type, cls={1: "vector", 2: "matrix"}.get(len(fact.sizes), "array"))


def _callbacks(model: Any, given: Any, total: int | None) -> Any:
    """Keras' own list of callbacks, told that predicting begins; None where there are none."""
    if not given:
        return None
    package = "tf_keras" if type(model).predict.__module__.startswith("tf_keras.") else "keras"
    kind = importlib.import_module(f"{package}.callbacks").CallbackList
    callbacks = given
    if not isinstance(given, kind):
        callbacks = kind(given, add_progbar=False, verbose=0, epochs=1, steps=total, model=model)
    model.stop_predicting = False
    callbacks.on_predict_begin()
    return callbacks


def _empty(job: Job) -> Any:
    """No batches: no rows, where the stream says what they would have been; else there is nothing to answer."""
    if _stream(job).spec is None:
        facts = {"is_used": not _stream(job).is_repeatable}
        job.findings.append(Diagnosis("stream_empty", job.observed.arg, facts))
        return None
    assert job.state is not None
    signature = job.state.signature
    arrays = [
        np.zeros((0, *(size or 1 for size in spec.shape[1:])), "O" if spec.dtype == "string" else spec.dtype or "f4")
        for spec in signature.inputs
    ]
    seen: Observed = observe(fill(signature.structure, arrays), job.observed.arg)
    return jobs.run(
        jobs.start(job.call, job.model, seen, replace(job.options, batch_size=None, steps=None, **NUMBERS)), Run()
    )
