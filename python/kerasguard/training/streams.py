"""Training on data that comes in batches: each is checked and made ready as Keras draws it, in Keras' own way.

A tf.data set stays one, a PyDataset stays one, a generator stays one: order, seeds and numbers are plain Keras'.
What is told of a training as a whole (sorted rows, targets among the inputs, values never scaled) is not looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from ..blueprints import OutputSeen
from ..engine import Outcome, flatten, keep_variables
from ..job import Job, add, convert
from ..observe import Observed, observe
from ..observe.streams import ANY_ROWS, dense, is_ragged, with_r_missing
from ..report import Batch, Diagnosis, Finding
from ..rules.labels import class_count
from ..rules.streams import check_passes
from ..rules.targets import TargetLeaf, are_codes, check_shape
from ..rules.weights import check_class_weight
from ..streams import batch_job, placed
from ..targets import TargetSpec
from .elements import in_structure, observe_targets, parts_of, tuples, wants_targets
from .targets import Target, assign, make_targets
from .weights import make_sample_weight, read_class_weight
from .wrapping import wrapped

Levels = list[OutputSeen | None]


class Stopped(Exception):
    """A batch has a problem, which is among the findings of its check. It may come out of another process."""

    def __init__(self, key: int, findings: list[Finding]) -> None:
        super().__init__("a batch was refused")
        self.key, self.findings = key, findings

    def __reduce__(self) -> Any:
        return _arrived, (self.key, self.findings)


def _arrived(key: int, findings: list[Finding]) -> Stopped:
    check = CHECKS.get(key)
    if check is not None:
        add(check.findings, findings)
    return Stopped(key, findings)


@dataclass(eq=False)
class BatchCheck:
    """Checks the batches of one stream as they pass.

    `levels`: the classes of each output, shared by all streams of a call; the first batch that declares them decides.
    `from_zero`: the outputs whose labels were seen to start at 0 (or -1).
    `weighs`: whether class_weight makes the weights, so that no batch may bring its own.
    `error`: what ended the pass from outside: an error of the user's own code, or Ctrl-C.
    """

    job: Job
    specs: tuple[TargetSpec, ...]
    levels: Levels
    base: int | None
    weighs: bool = False
    findings: list[Finding] = field(default_factory=list)
    error: BaseException | None = None
    from_zero: set[str] = field(default_factory=set)
    lock: Any = field(default_factory=Lock)

    def __call__(self, index: int, item: Any) -> tuple[Any, ...]:
        """A batch as Keras takes it: inputs, targets and weights."""
        try:
            return self._checked(index, item)
        except BaseException as error:
            if not isinstance(error, Stopped):
                self.error = error
            raise

    def stop(self, problem: Diagnosis) -> None:
        """End the pass for something that no batch shows."""
        self.findings.append(problem)
        raise Stopped(id(self), [problem])

    def _checked(self, index: int, item: Any) -> tuple[Any, ...]:
        stream, arg = self.job.observed.stream, self.job.observed.arg
        assert stream is not None
        item = self._as_tuple(item)
        x, y, weight = parts_of(item)
        batch = batch_job(self.job, stream, item, x)
        inputs = convert(batch)
        rows = None if inputs is None else int(flatten(inputs)[0].shape[0])
        found = list(batch.findings)
        targets, seen = self._targets(y, rows, found)
        weights = None if weight is None else self._weights(weight, targets, rows, found)
        where = Batch(index, stream.source, stream.length, True, isinstance(x, tuple), is_ragged(x), arg)
        with self.lock:
            known = {(finding.code, finding.arg) for finding in (*self.job.findings, *self.findings)}
            new = [placed(self.job, f, where) for f in found if (f.code, f.arg) not in known]
            self.findings += new
        if any(isinstance(finding, Diagnosis) for finding in found):
            raise Stopped(id(self), new)
        given = (inputs,) if seen is None else (inputs, in_structure(seen, [t.array for t in targets], self.specs))
        return tuples(given if weights is None else (*given, weights))

    def _as_tuple(self, item: Any) -> Any:
        """A list is taken for (x, y), as Keras does, where there must be a y."""
        is_list = isinstance(item, list) and (self.job.call.language == "r" or wants_targets(self.specs))
        return tuple(item) if is_list and 1 < len(item) <= 3 else item

    def _targets(self, y: Any, rows: int | None, found: list[Finding]) -> tuple[list[Target], Observed | None]:
        if y is None:
            if wants_targets(self.specs):
                found.append(no_targets(self.job))
            return [], None
        seen = self._observe(y, self.job.call.y)
        known = tuple(level or OutputSeen(s.output.path) for level, s in zip(self.levels, self.specs, strict=True))
        # a batch tells too little for the doubts that are about training only
        targets, new = make_targets(self.specs, seen, rows, self.job.observed.arg, known, self.base, trains=False)
        found += self._fixed(targets, self._started(targets, new))
        return targets, seen

    def _started(self, targets: list[Target], found: list[Finding]) -> list[Finding]:
        """Labels that start at 1 in a batch do not where another one has a 0."""
        for target in targets:
            output, kind = target.spec.name, target.spec.kind
            if target.array is not None and kind in ("sparse", "binary", "hinge") and (target.array <= 0).any():
                self.from_zero.add(output)
            if output in self.from_zero:
                code, lowest = ("label_outside" if kind == "sparse" else "label_range"), (-1 if kind == "hinge" else 0)
                found = [
                    Diagnosis(code, f.arg, {**f.facts, "lowest": lowest})
                    if f.code == "label_one_based" and f.facts["output"] == output else f
                    for f in found
                ]  # fmt: skip
        return found

    def _fixed(self, targets: list[Target], found: list[Finding]) -> list[Finding]:
        """Have all batches use the same codes: classes that are only those of one batch are refused."""
        for target in targets:
            place = self.specs.index(target.spec)
            if target.labels is None or self.levels[place] is not None or target.observed is None:
                continue
            if not target.labels.declared:
                own = ("label_mapping", "label_levels")
                kept = [f for f in found if f.arg != target.observed.arg or f.code not in own]
                if len(kept) < len(found):
                    source = self.job.observed.stream.source if self.job.observed.stream else ""
                    facts = {"levels": tuple(map(str, target.labels.levels)), "is_dataset": source == "dataset"}
                    found = [*kept, Diagnosis("stream_labels", target.observed.arg, facts)]
            elif target.classes:
                self.levels[place] = OutputSeen(target.spec.output.path, target.classes)
        return found

    def _weights(self, weight: Any, targets: list[Target], rows: int | None, found: list[Finding]) -> Any:
        if self.weighs:
            found.append(Diagnosis("stream_class_weight", self.job.observed.arg))
            return None
        if not targets:
            return None
        new, weights = make_sample_weight(self._observe(weight, "sample_weight"), targets, rows)
        found += new
        return weights

    def _observe(self, part: Any, arg: str) -> Observed:
        if self.job.call.language == "r":
            part = with_r_missing(part)
        return observe(dense(part), arg)


CHECKS: WeakValueDictionary[int, BatchCheck] = WeakValueDictionary()


def no_targets(job: Job) -> Diagnosis:
    """What to say of batches without targets."""
    assert job.state is not None
    signature, stream = job.state.signature, job.observed.stream
    shapes = {spec.shape[1:] for spec in (*signature.inputs, *signature.outputs)}
    is_same = len(signature.inputs) == len(signature.outputs) == len(shapes) == 1
    is_dataset = stream is not None and stream.source == "dataset"
    return Diagnosis("stream_no_targets", job.observed.arg, {"autoencodes": is_same and is_dataset})


def open_stream(
    job: Job, specs: tuple[TargetSpec, ...], beside: tuple[Observed, Observed], steps: Mapping[str, Any],
    levels: Levels, base: int | None, weighs: bool = False,
) -> tuple[BatchCheck, Any, list[Finding]]:  # fmt: skip
    """The check of a stream, what Keras gets in its place (None where there are problems), and what was found.

    Args:
        job: Of the stream; started.
        specs: The model's outputs and their losses.
        beside: y and weights that were given beside it.
        steps: `steps`: after how many batches a pass ends, None for all; `passes`: how many there are; `split`.
        levels: See `BatchCheck`.
        base: The number of the first class, where the user said it.
        weighs: Whether class_weight is given.
    """
    check = BatchCheck(job, specs, levels, base, weighs)
    CHECKS[id(check)] = check
    found: list[Finding] = list(job.findings)
    if job.report.problems:
        return check, None, found
    y, weight = (part.kind.kind != "null" for part in beside)
    found += check_passes(job.observed, steps, y, weight)
    stream = job.observed.stream
    if stream is not None and stream.spec is not None and not any(f.code == "stream_y" for f in found):
        found += check_spec(check)
    if any(isinstance(finding, Diagnosis) for finding in found):
        return check, None, found
    return check, wrapped(check), found


def check_spec(check: BatchCheck) -> list[Finding]:
    """What a dataset says of its targets and weights, before one is drawn."""
    job, specs = check.job, check.specs
    stream = job.observed.stream
    assert stream is not None
    x, y, weight = parts_of(stream.spec)
    where = Batch(None, stream.source, stream.length, True, isinstance(x, tuple), is_ragged(x), job.observed.arg)
    found: list[Finding] = []
    if weight is not None and check.weighs:
        found.append(Diagnosis("stream_class_weight", job.observed.arg))
    if y is None:
        return [*found, *([no_targets(job)] if wants_targets(specs) else [])]
    described = observe_targets(y, job.call.y)
    for item in () if described is None else assign(specs, described):
        if isinstance(item, Diagnosis):
            found.append(placed(job, item, where))
            continue
        spec, part = item
        if part is None or ANY_ROWS in part.shape[1:]:  # a size that only the batches tell
            continue
        has_levels = part.kind.elements == "text"
        if part.kind.kind != "array":
            found.append(placed(job, Diagnosis("label_outputs", part.arg, {
                "expected": 1, "received": len(part.children), "inputs": (spec.name,), "given": part.given,
            }), where))  # fmt: skip
            continue
        is_coded = are_codes(spec, part.shape, check.base)
        leaf = TargetLeaf(spec, part, part.shape, None, job.observed.arg, has_levels or is_coded)
        found += [placed(job, f, where) for f in check_shape(leaf)[0] if isinstance(f, Diagnosis)]
        if has_levels and check.levels[specs.index(spec)] is None and class_count(leaf) is not None:
            facts = {"levels": (), "is_dataset": True}
            found.append(placed(job, Diagnosis("stream_labels", part.arg, facts), where))
    return found


def make_stream_class_weight(
    given: Any, job: Job, specs: tuple[TargetSpec, ...], levels: Levels
) -> tuple[list[Finding], dict[int, float] | None]:
    """Findings, and a dict from class to weight: those that the outputs tell apart, as no labels are known yet."""
    weight, stream = read_class_weight(given), job.observed.stream
    if weight is None or stream is None:
        return [], None
    count = class_count(TargetLeaf(specs[0], job.observed, (), None))
    classes = list(range(count or 0))
    if specs[0].kind == "hinge" and count:
        classes = [-1, 1]
    if count is None and weight.keys is not None:
        classes = [int(key) for key in weight.keys if isinstance(key, (int, float)) and key >= 0]
    if stream.source in ("iterator", "loader") or (stream.source == "dataset" and min(classes, default=0) < 0):
        return [Diagnosis("class_weight_stream", "class_weight", {"stream": job.observed.arg})], None
    seen = levels[0].classes if levels and levels[0] else None
    found, weights = check_class_weight(weight, classes, None if seen is None else tuple(map(str, seen)), len(specs))
    # Keras looks every class up in what it is given of a dataset
    return found, {code: weights.get(code, 1.0) for code in map(int, classes)} if weights else None


def run_checked(
    model: Any, checks: list[BatchCheck], run: Callable[[bool], Outcome], trains: bool
) -> tuple[Outcome, list[Finding]]:
    """Train or evaluate, and put the model back as it was when a batch was refused.

    Args:
        model: The model.
        checks: Of all the streams of the call.
        run: What calls Keras, told whether it may hand the data over a second time.
        trains: Whether the model learns.
    """
    put_back = keep_variables(model, trains)
    outcome = run(all(c.job.observed.stream is not None and c.job.observed.stream.is_repeatable for c in checks))
    found = [finding for check in checks for finding in check.findings]
    if any(isinstance(finding, Diagnosis) for finding in found):
        put_back()
        return replace(outcome, value=None, error=None, healed=False), found
    own = next((check.error for check in checks if check.error is not None), None)
    if outcome.error is not None and own is not None:  # what comes out of Keras is a text about it
        raise own from None
    return outcome, found
