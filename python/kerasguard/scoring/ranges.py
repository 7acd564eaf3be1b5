"""Null counts and ranges that are known of files, judged by the very rules that their rows will meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..job import look
from ..report import Diagnosis, Finding, Part
from .batch import Scorer, placed
from .footers import Known, is_nested, join_ranges, read_groups
from .source import Dataset, place_facts

BATCH_ROWS = 65536


def check_values(scorer: Scorer, dataset: Dataset, known: Sequence[Known], rows: Any) -> list[Finding]:
    """Refuse missing values that are counted, and lowest and highest values that the model can't take.

    Args:
        scorer: Whose rules they meet.
        dataset: Where to look at the rows themselves, so that a refusal is never more than what stands there.
        known: Of every file what there is to know.
        rows: Some rows that can be predicted: the rules get them with extremes in place of their values.
    """
    there = set(rows.schema.names)
    usual = {name: _usual(rows.column(name)) for name in scorer.taken(dataset.schema) if name in there}
    rules = _Rules(scorer, usual, dataset.schema)
    if rules.problems({}):
        return []
    return [*_check_missing(rules, known), *_check_ranges(rules, dataset, known)]


def _usual(column: Any) -> Any:
    """A value of a column, in Python's types; None where all are missing."""
    present = column.drop_null()
    try:
        return present[0].as_py() if len(present) else None
    except (OverflowError, ValueError):  # a date that Python does not have
        return None


class _Rules:
    """What the rules say of a few rows that are made up."""

    def __init__(self, scorer: Scorer, usual: Mapping[str, Any], schema: Any) -> None:
        self.scorer, self.usual, self.schema = scorer, usual, schema

    def problems(self, cells: Mapping[str, Sequence[Any]], schema: Any = None) -> list[Diagnosis]:
        """What speaks against rows with these values of some columns, and usual ones of the others."""
        import pyarrow as pa

        schema = schema or self.schema
        count = max(map(len, cells.values()), default=1)
        arrays, fields = [], []
        for name, value in self.usual.items():
            field = schema.field(name)
            try:
                array = pa.array(list(cells.get(name, [value] * count)), field.type)
            except (pa.ArrowException, TypeError, ValueError, OverflowError):  # a statistic of another type
                array = pa.array([value] * count, field.type)
            arrays.append(array)
            fields.append(field)
        return self.of_rows(pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields)), Part())

    def of_rows(self, batch: Any, part: Part) -> list[Diagnosis]:
        """What speaks against rows, with their places in a file."""
        job = self.scorer.job(batch, part)
        if job.report.ok:
            look(job)
        return [placed(problem, part) for problem in job.report.problems]  # type: ignore[misc]

    def extremes(self, ranges: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
        """Two rows: the lowest values, and the highest; of lists all elements."""
        cells = {}
        for name, (low, high) in ranges.items():
            value = self.usual.get(name)
            if name not in self.usual or isinstance(value, dict):
                continue
            is_list = is_nested(self.schema.field(name).type)
            cells[name] = [_filled(value, low), _filled(value, high)] if is_list else [low, high]
        return cells


def _filled(value: Any, number: Any) -> Any:
    return [_filled(each, number) for each in value] if isinstance(value, list) else number


def _check_missing(rules: _Rules, known: Sequence[Known]) -> list[Finding]:
    columns = dict.fromkeys(name for each in known for name in each.nulls)
    refused = {
        name
        for name in columns
        if any(problem.code.startswith("missing") for problem in rules.problems({name: [rules.usual.get(name), None]}))
    }
    places = []
    for each in known:
        counts = [f"{count} in {name}" for name, count in each.nulls.items() if name in refused]
        if counts:
            more = f" and {len(counts) - 5} columns more" if len(counts) > 5 else ""
            places.append((each.file, ", ".join(counts[:5]) + more))
    return [Diagnosis("score_missing", rules.scorer.call.x, place_facts(places, known))] if places else []


def _check_ranges(rules: _Rules, dataset: Dataset, known: Sequence[Known]) -> list[Finding]:
    if not rules.problems(rules.extremes(join_ranges(known))):
        return []
    suspects: dict[str, list[Known]] = {}
    for each in known:
        for problem in rules.problems(rules.extremes(each.ranges), each.schema):
            suspects.setdefault(problem.code, []).append(each)
    found: list[Finding] = []
    for code, files in suspects.items():
        located = next((problem for each in files for problem in _located(rules, dataset, each, code)), None)
        if located is not None:
            part = replace(located.facts["part"], others=len(files) - 1)
            found.append(replace(located, facts={**located.facts, "part": part}))
    return found


def _located(rules: _Rules, dataset: Dataset, known: Known, code: str) -> Iterator[Diagnosis]:
    """What stands in the rows of a file, those row groups looked at whose extremes are no right values."""
    names, first = list(rules.usual), 0
    is_parquet = known.file.kind == "parquet"
    groups = list(read_groups(known.file, names)) if is_parquet else [(known.rows, known.ranges)]
    for i, (count, ranges) in enumerate(groups):
        if any(problem.code == code for problem in rules.problems(rules.extremes(ranges), known.schema)):
            place = first
            for batch in dataset.read(known.file, names, BATCH_ROWS, [i] if is_parquet else None):
                problems = rules.of_rows(batch, Part(known.file.path, place))
                yield from (problem for problem in problems if problem.code == code)
                place += batch.num_rows
        first += count
