"""Scores on Spark: the same function of a batch of rows in its workers, and Spark's own commit of the results."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import kerasguard

from ..guarding.calls import guard_with_report
from ..messages import keras_sentence
from ..report import Diagnosis, Finding, Part, Report
from ..spark_worker import Order, Told, Work, as_function, merged, report_in
from .batch import Refused, Scorer
from .session import is_connect, send_core, spark_session
from .slices import make_slices
from .source import Dataset
from .spark_folder import SparkFolder
from .spark_types import spark_schema, storable_schema


FIRST_ROWS = 32
Progress = Callable[[int, "int | None"], Any]


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
        schema = answer_schema(scorer, dataset)
        slices = make_slices(dataset, _parallelism(session))
        work = make_work(session, Order(scorer, schema, dataset, slices, batch_rows), sends_report=True)
        frame = session.range(0, len(slices), 1, len(slices)).mapInArrow(as_function(work), spark_schema(scorer, schema))
        with failures(scorer):
            frame.write.mode("append").parquet(output.staging)
        told = {} if work.tell is None else work.tell.value
        scorer.findings += merged(scorer.findings, told)
        output.commit(told)
    if progress is not None:
        progress(dataset.rows, dataset.rows)


def _parallelism(session: Any) -> int:
    return 8 if is_connect(session) else int(session.sparkContext.defaultParallelism)


def answer_schema(scorer: Scorer, dataset: Dataset) -> Any:
    """Arrow's schema of the results, by the first rows; what they say is told once."""
    file = next((file for file in dataset.files), None)
    assert file is not None
    for file in dataset.files:
        for first, rows in dataset.batches(file, scorer.needed(dataset.schema), FIRST_ROWS):
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

    trial = replace(scorer, findings=[], rows=0, rows_missing=0, _fields=None)
    scored = trial(rows, part)
    known = {finding.code for finding in scorer.findings}
    scorer.findings += [finding for finding in trial.findings if finding.code not in known]
    scorer._fields = trial._fields
    kept = [schema.field(name) for name in scorer.kept(schema)]
    return pa.schema([*kept, *(scored.schema.field(name) for name in trial._fields)])


def make_work(session: Any, order: Order, sends_report: bool) -> Work:
    """What workers run: with the model as bytes, which each of them loads once.

    Raises:
        Refused: If the model can't be sent.
    """
    scorer = replace(order.scorer, model=_as_bytes(order.scorer), findings=[], rows=0, rows_missing=0)
    sent = pickle.dumps(replace(order, scorer=scorer, schema=storable_schema(order.schema)))
    send_core(session)
    work = Work(sent, hashlib.sha256(sent).hexdigest(), kerasguard.__version__, _environment(), None, sends_report)
    if not is_connect(session):
        context = session.sparkContext
        work.order = context.broadcast(sent)
        work.tell = context.accumulator({}, Told()) if sends_report else None
    return work


def _as_bytes(scorer: Scorer) -> Any:
    guarded, report = guard_with_report(replace(scorer.call), scorer.model)
    problems: tuple[Finding, ...] = report.problems
    problems += tuple(Diagnosis("spark_code", "model", note.facts) for note in report.notes if note.code == "guard_code")
    if problems:
        raise Refused(Report(scorer.call, problems))
    return guarded


def _environment() -> dict[str, str]:
    """Variables of this process on which numbers depend."""
    names = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS", "TF_USE_LEGACY_KERAS")
    return {"TF_CPP_MIN_LOG_LEVEL": "3", **{name: os.environ[name] for name in names if name in os.environ}}


@contextmanager
def failures(scorer: Scorer) -> Iterator[None]:
    """What workers refuse, as if it had been refused here."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:  # of Spark, Java, or whatever runs there
        report = report_in(str(error))
        if report is None:
            facts = {"sentence": _sentence(error)}
            report = Report(scorer.call, (Diagnosis("spark_failed", "engine", facts),))
        else:
            report = Report(scorer.call, report.findings)
        raise Refused(report) from None


def _sentence(error: Exception) -> str:
    """What went wrong, of all that Spark says: the last line of a traceback, else the first line."""
    text = str(error)
    found = re.findall(r"^(?:Caused by: )?([\w.]*(?:Error|Exception)\b: .+)$", text, re.MULTILINE)
    line = found[-1] if found else next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    return keras_sentence(RuntimeError(line.strip()[:300])).rstrip(".") + "."
