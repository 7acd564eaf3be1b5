"""One function from a batch of rows to the same rows with predictions: what every engine runs.

Arrow's batch -> the model's columns -> the path of every prediction -> columns of the answer beside the original ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..engine import Run, state_of
from ..guarding.guarded import live
from ..job import Job, predict, start
from ..observe import observe
from ..options import Options
from ..report import Call, Cells, Diagnosis, Finding, Part, Refused, Report
from .columns import Columns, model_columns, select
from .predictions import as_columns

Rows = Any  # a pyarrow.RecordBatch


@dataclass
class Scorer:
    """Scores batches of one schema, and gathers what there is to tell.

    `columns`: those that the model takes, by input where there are several; None: those of training, else all.
    `keep`: the original columns to keep, None: all but `folders`, which stand in the names of folders, there as here.
    `types`: of the columns of the answer by name, which one batch gives and all others get.
    """

    model: Any
    call: Call
    options: Options
    columns: Columns = None
    keep: tuple[str, ...] | None = None
    folders: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    rows_missing: int = 0
    types: dict[str, Any] | None = None

    def __call__(self, batch: Rows, part: Part) -> Rows:
        """The batch with its predictions: its columns, or those of `keep`, then those of the answer.

        Raises:
            Refused: If it can't be predicted, or not by this model.
        """
        import pyarrow as pa

        job = self.job(batch, part)
        value = predict(job, Run(steady=True)) if job.report.ok else None
        if job.report.ok:
            columns, problem = as_columns(job, value, batch.num_rows, self.types)
            if problem is not None:
                job.findings.append(problem)
            taken = [] if problem else [name for name in columns if name in self.kept(batch.schema)]
            if taken:
                job.findings.append(Diagnosis("score_taken", job.call.x, {"columns": tuple(taken)}))
        self._take(job, part)
        self.rows += batch.num_rows
        self.rows_missing += 0 if job.keep is None else batch.num_rows - len(job.keep)
        if self.types is None:
            self.types = {name: column.type for name, column in columns.items()}
        kept = self.kept(batch.schema)
        arrays = [*(batch.column(name) for name in kept), *columns.values()]
        fields = [batch.schema.field(name) for name in kept]
        fields += [pa.field(name, column.type) for name, column in columns.items()]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, batch.schema.metadata))

    def kept(self, schema: Any) -> list[str]:
        """The original columns that stay."""
        return [
            name
            for name in schema.names
            if name in (self.keep or ()) or (self.keep is None and name not in self.folders)
        ]

    def taken(self, schema: Any) -> list[str]:
        """The columns that the model takes, of those in `schema`."""
        columns = model_columns(self.opened(), self.columns, schema)
        names = [name for part in columns.values() for name in part] if isinstance(columns, Mapping) else columns
        return list(dict.fromkeys(names))

    def needed(self, schema: Any) -> list[str]:
        """The columns that have to be read."""
        wanted = {*self.taken(schema), *self.kept(schema)}
        return [name for name in schema.names if name in wanted]

    def opened(self) -> Any:
        """The model, which of a guard is the one in it."""
        model, found = live(self.model, self.call)
        if model is None:
            raise Refused(Report(self.call, tuple(found)))
        return model

    def job(self, batch: Rows, part: Part) -> Job:
        """The batch on its way to a prediction, which is not made yet."""
        model = self.opened()
        columns = model_columns(model, self.columns, batch.schema)
        call = replace(self.call, x=file_name(part.path) or self.call.x)
        return start(
            call, model, observe(select(batch, columns, state_of(model).signature.inputs), call.x), self.options
        )

    def _take(self, job: Job, part: Part) -> None:
        """What was found, with its place; what was found before is not told again."""
        known = {finding.code for finding in self.findings}
        found = _in_language([placed(finding, part) for finding in job.findings], job.call.language)
        if job.report.problems:
            raise Refused(Report(job.call, tuple(found)))
        self.findings += [f for f in found if f.code not in known and f.level != "report"]


def file_name(path: str) -> str:
    """What a file is called, without its folder."""
    return path.replace("\\", "/").rpartition("/")[2]


def placed(finding: Finding, part: Part) -> Finding:
    """A finding with the part of the data set that it is about, its rows counted from the beginning of the file."""
    facts = {name: _further(fact, part.first or 0) for name, fact in finding.facts.items()}
    return replace(finding, facts={**facts, "part": part})


def _in_language(found: list[Finding], language: str) -> list[Finding]:
    """Findings about an input of several, as the user's language writes a part of a whole."""
    if language != "r":
        return found
    return [replace(each, arg=re.sub(r"\['([^']*)'\]$", r"$\1", each.arg)) for each in found]


def _further(fact: Any, first: int) -> Any:
    if not isinstance(fact, Cells):
        return fact
    return Cells(fact.count, tuple((place[0] + first, *place[1:]) for place in fact.first), fact.names)
