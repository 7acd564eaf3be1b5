"""Scores on Spark: the same function of a batch of rows in its workers, and Spark's own commit of the results."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import kerasguard

from ..guarding.calls import guard_with_report
from ..messages import keras_sentence
from ..report import Diagnosis, Finding, Part, Refused, Report
from ..spark_worker import Order, Said, Told, Work, as_function
from .batch import Scorer
from .local import Progress, has_changed
from .preflight import FIRST_ROWS
from .session import is_connect, send_core, sent, spark_session
from .slices import make_slices
from .source import Dataset
from .spark_folder import SparkFolder
from .spark_types import spark_schema, storable_schema

EVERY = 0.2  # seconds between two looks at what workers tell
SAID = "number bigint, said binary"  # a row of each partition, of the attempt that counts


def run_spark(
    scorer: Scorer, dataset: Dataset, output: SparkFolder, batch_rows: int, progress: Progress | None = None
) -> None:
    """Score all files on Spark, which write all results or none.

    Args:
        scorer: Scores a batch.
        dataset: The files, at paths that workers reach, too.
        output: The folder, claimed.
        batch_rows: Rows that are read and scored at once.
        progress: Told of rows done and rows in all when all are done.

    Raises:
        Refused: If there is no Spark, or rows can't be read, predicted or written: the folder is as it was.
    """
    with output.restored(), spark_session(scorer.call) as session:
        if is_connect(session):
            raise _refused(scorer, "spark_connect", "engine")
        schema = answer_schema(scorer, dataset)
        slices = make_slices(dataset, session.sparkContext.defaultParallelism)
        spark_schema(scorer, schema)  # who reads the results on Spark has to know all types
        staging = str(output.make_staging())
        order = Order(scorer, schema, dataset, slices, batch_rows, folder=os.getcwd(), staging=staging)
        work = make_work(session, order)
        work.tell = session.sparkContext.accumulator({}, Told())
        frame = session.range(0, len(slices), 1, len(slices)).mapInArrow(as_function(work), SAID)
        with watched(scorer, session.sparkContext, work.tell):
            said = {number: pickle.loads(each) for number, each in frame.collect()}
        _check_refusal(scorer, said)
        if sum(each.rows for each in said.values()) != dataset.rows:
            sentence = f"Of {dataset.rows} rows it tells of another number."
            raise _refused(scorer, "spark_failed", "engine", sentence=sentence)
        changed = next((file.path for file in dataset.files if has_changed(file)), None)
        if changed is not None:
            raise _refused(scorer, "score_changing", "input_path", path=changed, rows=dataset.rows)
        _keep(scorer, [finding for number in sorted(said) for finding in said[number].findings])
        output.commit(said, dataset.rows)
    if progress is not None:
        progress(dataset.rows, dataset.rows)


def answer_schema(scorer: Scorer, dataset: Dataset) -> Any:
    """Arrow's schema of the results, by the first rows; what they say is told once."""
    for file in dataset.files if dataset.rows else ():
        for first, rows, _ in dataset.batches(file, scorer.needed(dataset.schema), FIRST_ROWS):
            if rows.num_rows:
                return answer_of(scorer, rows, Part(file.path, first), dataset.schema)
    return answer_of(scorer, empty(scorer, dataset.schema), Part(), dataset.schema)


def empty(scorer: Scorer, schema: Any) -> Any:
    """No rows of the columns that have to be read."""
    import pyarrow as pa

    fields = [schema.field(name) for name in scorer.needed(schema)]
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in fields], schema=pa.schema(fields))


def answer_of(scorer: Scorer, rows: Any, part: Part, schema: Any) -> Any:
    """Kept columns of `schema`, then those that a trial with some rows gives. The scorer learns their types."""
    import pyarrow as pa

    trial = replace(scorer, findings=[], rows=0, rows_missing=0, types=None)
    scored = trial(rows, part)
    _keep(scorer, trial.findings)
    scorer.types = trial.types
    kept = [schema.field(name) for name in scorer.kept(schema)]
    return pa.schema([*kept, *(scored.schema.field(name) for name in trial.types or ())])


def _keep(scorer: Scorer, findings: list[Finding]) -> None:
    """Findings that are new, once each."""
    for finding in findings:
        if finding.code not in {known.code for known in scorer.findings}:
            scorer.findings.append(finding)


def make_work(session: Any, order: Order) -> Work:
    """What workers run: with the model as bytes, which each of them loads once.

    Raises:
        Refused: If the model can't be sent.
    """
    model = pickle.dumps(_as_bytes(order.scorer))
    scorer = replace(order.scorer, model=None, findings=[], rows=0, rows_missing=0)
    content = pickle.dumps(replace(order, scorer=scorer, schema=storable_schema(order.schema)))
    send_core(session)
    digest = hashlib.sha256(model).hexdigest()
    return Work(content, sent(session, model, digest), digest, kerasguard.__version__, _environment())


def _as_bytes(scorer: Scorer) -> Any:
    guarded, report = guard_with_report(replace(scorer.call), scorer.model)
    problems: tuple[Finding, ...] = report.problems
    problems += tuple(
        Diagnosis("spark_code", "model", note.facts) for note in report.notes if note.code == "guard_code"
    )
    if problems:
        raise Refused(Report(scorer.call, problems))
    return guarded


def _environment() -> dict[str, str]:
    """Variables of this process on which numbers depend."""
    names = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS", "TF_USE_LEGACY_KERAS")
    return {"TF_CPP_MIN_LOG_LEVEL": "3", **{name: os.environ[name] for name in names if name in os.environ}}


@contextmanager
def watched(scorer: Scorer, context: Any, tell: Any) -> Iterator[None]:
    """End the job when a worker refuses rows, as if they had been refused here, whatever else is still at work."""
    tag, ended = f"kerasguard-{uuid.uuid4()}", threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY):
            if _refusal(tell.value) is not None:
                context.cancelJobsWithTag(tag)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    context.addJobTag(tag)
    watcher.start()
    error = None
    try:
        yield
    except Exception as raised:  # of Spark, Java, or whatever runs there
        error = raised
    finally:
        ended.set()
        watcher.join()
        context.removeJobTag(tag)
    _check_refusal(scorer, tell.value)
    if error is not None:
        raise _refused(scorer, "spark_failed", "engine", sentence=_sentence(error)) from error


def _refused(scorer: Scorer, code: str, arg: str, **facts: Any) -> Refused:
    return Refused(Report(scorer.call, (Diagnosis(code, arg, facts),)))


def _check_refusal(scorer: Scorer, said: Mapping[int, Said]) -> None:
    report = _refusal(said)
    if report is not None:
        raise Refused(Report(scorer.call, report.findings)) from None


def _refusal(told: Mapping[int, Said]) -> Report | None:
    """What the first of the partitions refused, of those that told."""
    said = dict(told)
    return next((said[number].refused for number in sorted(said) if said[number].refused is not None), None)


def _sentence(error: Exception) -> str:
    """What went wrong, of all that Spark says: the last line of a traceback, else the first line."""
    text = str(error)
    found = re.findall(r"^(?:Caused by: )?([\w.]*(?:Error|Exception)\b: .+)$", text, re.MULTILINE)
    line = found[-1] if found else next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    return keras_sentence(RuntimeError(line.strip()[:300])).rstrip(".") + "."
