"""A look at every file of a data set: at the footers of Parquet, at the cells of csv."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

from ..blueprints import blueprint_of
from ..report import Diagnosis, Finding
from . import csv_files
from .batch import Scorer
from .columns import model_columns, text_columns
from .csv_cells import Scan, agreed_type, scan, types_of
from .footers import Known, Unreadable, read_footer, schema_of, with_keys
from .source import InputFile, place_facts

T = TypeVar("T")
MOST_THREADS = 8  # files may be far away
MOST_SCANS = 2  # of csv, each of which Arrow does with threads of its own


def look_at(scorer: Scorer, files: Sequence[InputFile]) -> tuple[list[Known], list[Finding]]:
    """What is known of every file that can be read, and what is wrong with the others."""
    return _look_at_csv(scorer, files) if files[0].kind == "csv" else _look_at_parquet(scorer, files)


def _look_at_parquet(scorer: Scorer, files: Sequence[InputFile]) -> tuple[list[Known], list[Finding]]:
    taken: list[str] = []
    for file in files:  # the first that can be read tells which columns matter
        try:
            taken = scorer.taken(schema_of(file))
            break
        except Unreadable:
            continue
    return _each(scorer, files, lambda file: read_footer(file, taken))


def _each(
    scorer: Scorer, files: Sequence[InputFile], look: Callable[[InputFile], T], threads: int = MOST_THREADS
) -> tuple[list[T], list[Finding]]:
    """What comes of every file, and which can't be read."""

    def tried(file: InputFile) -> T | Unreadable:
        try:
            return look(file)
        except Unreadable as problem:
            return problem

    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(tried, files))
    good = [result for result in results if not isinstance(result, Unreadable)]
    wrong = [(file, each.why) for file, each in zip(files, results, strict=True) if isinstance(each, Unreadable)]
    return good, [Diagnosis("score_file", scorer.call.x, place_facts(wrong, files))] if wrong else []


def _look_at_csv(scorer: Scorer, files: Sequence[InputFile]) -> tuple[list[Known], list[Finding]]:
    import pyarrow as pa

    readable, found = _each(scorer, files, _with_dialect)
    if found:
        return [], found
    first = readable[0]
    assert first.dialect is not None
    schema = with_keys(pa.schema([(name, pa.string()) for name in first.dialect.names]), first)
    taken, texts = scorer.taken(schema), texts_of(scorer, schema)
    scans, found = _each(scorer, readable, lambda file: (file, _scanned(file, taken, texts)), MOST_SCANS)
    types = {name: agreed_type([each.columns[name] for _, each in scans if name in each.columns]) for name in taken}
    known = [_known(file, each, types) for file, each in scans]
    return known, [*found, *_check_cells(scorer, scans)]


def _with_dialect(file: InputFile) -> InputFile:
    try:
        dialect = csv_files.read_dialect(file.path)
    except (OSError, EOFError) as error:
        raise Unreadable(csv_files.why(file.path, csv_files.Dialect(()), error)) from error
    if not dialect.names:
        raise Unreadable("it is empty, without a line of names")
    if csv_files.is_headless(dialect.names):
        raise Unreadable("its first line has numbers, not the names of columns")
    return replace(file, dialect=dialect)


def _scanned(file: InputFile, taken: Sequence[str], texts: Mapping[str, Sequence[str]]) -> Scan:
    import pyarrow as pa

    assert file.dialect is not None
    names = file.dialect.names
    if len(set(names)) < len(names):  # told of the names
        return Scan(file.dialect)
    try:
        return scan(file.path, file.dialect, taken, texts)
    except (OSError, EOFError, pa.ArrowException, ValueError) as error:
        raise Unreadable(csv_files.why(file.path, file.dialect, error)) from error


def _known(file: InputFile, found: Scan, types: dict[str, Any]) -> Known:
    import pyarrow as pa

    schema = with_keys(pa.schema(list(zip(found.dialect.names, types_of(found, types), strict=True))), file)
    nulls = {name: seen.nulls for name, seen in found.columns.items() if seen.nulls}
    ranges = {name: (seen.low, seen.high) for name, seen in found.columns.items() if seen.low is not None}
    return Known(replace(file, dialect=found.dialect), schema, found.rows, nulls, ranges)


def _check_cells(scorer: Scorer, scans: Sequence[tuple[InputFile, Scan]]) -> list[Finding]:
    """Refuse the first cell of a file that is no number where those above it are."""
    places = []
    for file, found in scans:
        for name, seen in found.columns.items():
            if seen.wrong is not None:
                row, cell = seen.wrong
                line = csv_files.line_of(file.path, found.dialect, row)
                places.append((file, f'"{cell[:40]}" in column {name}, line {line}'))
    return [Diagnosis("score_cell", scorer.call.x, place_facts(places, scans))] if places else []


def texts_of(scorer: Scorer, schema: Any) -> dict[str, tuple[str, ...]]:
    """The columns of csv files that the model takes as text, with what stands for a missing value there.

    What training saw as a level is one: "NA" may be Namibia.
    """
    model = scorer.opened()
    texts = text_columns(model, model_columns(model, scorer.columns, schema), ())
    blueprint = blueprint_of(model)
    seen = [column for part in blueprint.inputs for column in part.columns] if blueprint else []
    levels = {column.name: column.levels or () for column in seen}
    return {
        name: tuple(mark for mark in csv_files.MISSING if mark not in levels.get(name, ()))
        for name in scorer.taken(schema)
        if name in texts
    }
