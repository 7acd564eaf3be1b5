"""All that can be said of a data set before any row is predicted: refused now, not after hours."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from ..blueprints import blueprint_of
from ..engine import state_of
from ..options import check_options
from ..report import Diagnosis, Finding, Part, Report
from ..rules.held import not_a_model
from ..rules.model import check_built
from ..signature import is_model
from . import csv_files
from .batch import Refused, Scorer
from .files import find_files
from .footers import Known, Unreadable, read_footer, schema_of, with_keys
from .ranges import check_values
from .source import Dataset, InputFile, place_facts

MOST_THREADS = 8  # footers are small and far apart
FIRST_ROWS = 32


def open_dataset(scorer: Scorer, input_path: Any) -> Dataset:
    """The files at a path, after everything that footers and first rows tell was checked.

    Args:
        scorer: What will score the batches; it learns which columns stand in the names of folders.
        input_path: A file, a folder or a glob.

    Raises:
        Refused: With all that was found, of all files.
    """
    refuse(scorer, [*check_options(scorer.options), *check_model(scorer)])
    files, found = find_files(input_path)
    refuse(scorer, found)
    scorer.findings += found
    known, types, found = _look(scorer, files)
    scorer.folders = tuple(name for name, _ in files[0].keys)
    schema = _schema(known) if known else None
    found += check_names(scorer, schema) if known else []
    found += _check_schemas(scorer, known, types)
    refuse(scorer, found)
    texts = _texts(scorer, schema) if files[0].kind == "csv" else ()
    dataset = Dataset(tuple(each.file for each in known), schema, sum(k.rows for k in known), texts)
    sample = _first_rows(scorer, dataset, known)
    if sample is not None:
        refuse(scorer, [*_dry_run(scorer, *sample, known), *check_values(scorer, dataset, known, sample[0])])
    return dataset


def refuse(scorer: Scorer, found: Iterable[Finding]) -> None:
    """Stop where there are problems."""
    problems = tuple(finding for finding in found if isinstance(finding, Diagnosis))
    if problems:
        raise Refused(Report(scorer.call, problems))


def check_model(scorer: Scorer) -> list[Finding]:
    """Refuse what is no model, one that was not built, and one whose rows depend on those before."""
    model = scorer.opened()
    if not is_model(model):
        return [not_a_model(model, scorer.call)]
    signature = state_of(model).signature
    scorer.call.model_name = signature.name
    if signature.stateful_batch is not None:
        return [Diagnosis("score_stateful", "model", {})]
    return list(check_built(signature))


# What the files are


def _look(scorer: Scorer, files: Sequence[InputFile]) -> tuple[list[Known], dict[str, Any], list[Finding]]:
    """Every file that can be read, what the others are, and of csv files the types of columns."""
    read = _look_at_csv if files[0].kind == "csv" else _look_at_parquet
    return read(scorer, files)


def _look_at_parquet(scorer: Scorer, files: Sequence[InputFile]) -> tuple[list[Known], dict[str, Any], list[Finding]]:
    taken: list[str] = []
    for file in files:  # the first that can be read tells which columns matter
        try:
            taken = scorer.taken(schema_of(file))
            break
        except Unreadable:
            continue
    known, found = _each(scorer, files, lambda file: read_footer(file, taken))
    return known, {}, found


def _each(scorer: Scorer, files: Sequence[InputFile], look: Callable[[InputFile], Any]) -> tuple[list[Any], list[Any]]:
    """Something done with every file at once; what can't be read is told together."""

    def tried(file: InputFile) -> Any:
        try:
            return look(file)
        except Unreadable as problem:
            return problem

    with ThreadPoolExecutor(min(MOST_THREADS, len(files))) as pool:
        results = list(pool.map(tried, files))
    wrong: dict[str, list[tuple[InputFile, str]]] = {}
    for file, result in zip(files, results, strict=True):
        if isinstance(result, Unreadable):
            wrong.setdefault(result.code, []).append((file, result.why))
    found = [Diagnosis(code, scorer.call.x, place_facts(places, files)) for code, places in wrong.items()]
    return [result for result in results if not isinstance(result, Unreadable)], found


def _look_at_csv(scorer: Scorer, files: Sequence[InputFile]) -> tuple[list[Known], dict[str, Any], list[Finding]]:
    import pyarrow as pa

    dialects, found = _each(scorer, files, lambda file: (file, read_dialect(file)))
    if not dialects:
        return [], {}, found
    first = with_keys(pa.schema([(name, pa.string()) for name in dialects[0][1].names]), dialects[0][0])
    taken, texts = scorer.taken(first), _texts(scorer, first)
    opened = [replace(file, dialect=dialect) for file, dialect in dialects]
    scans, more = _each(scorer, opened, lambda file: (file, _scan(file, taken, texts)))
    found += more
    types = {name: _type([scan.columns[name] for _, scan in scans if name in scan.columns]) for name in taken}
    found += _check_cells(scorer, scans, types)
    return [_known(file, scan, types) for file, scan in scans], {}, found


def read_dialect(file: InputFile) -> csv_files.Dialect:
    """How a csv file is written.

    Raises:
        Unreadable: If it has no columns.
    """
    try:
        dialect = csv_files.read_dialect(file.path)
    except (OSError, EOFError) as error:
        raise Unreadable(csv_files.why(error)) from error
    if not dialect.names:
        raise Unreadable("it is empty: not even a line with the names of columns")
    if csv_files.is_headless(dialect.names):
        raise Unreadable("its first line holds numbers, not the names of columns")
    return dialect


def _scan(file: InputFile, taken: Sequence[str], texts: Sequence[str]) -> csv_files.Scan:
    import pyarrow as pa

    assert file.dialect is not None
    try:
        return csv_files.scan(file.path, file.dialect, taken, texts)
    except (OSError, EOFError, pa.ArrowException, UnicodeError) as error:
        raise Unreadable(csv_files.why(error)) from error


def _type(columns: Sequence[csv_files.Seen]) -> Any:
    """The type that a column of csv files has in all of them."""
    import pyarrow as pa

    kinds = {seen.kind for seen in columns} - {"nothing"}
    if kinds <= {"int", "double", "comma"}:
        return pa.int64() if kinds == {"int"} else pa.float64()
    return pa.bool_() if kinds == {"bool"} else pa.string()


def _check_cells(scorer: Scorer, scans: Sequence[Any], types: dict[str, Any]) -> list[Finding]:
    """Refuse the first cell of a file that is no number where those above it are."""
    places = []
    for file, scan in scans:
        for name, seen in scan.columns.items():
            if seen.wrong is not None:
                row, cell = seen.wrong
                line = csv_files.line_of(file.path, file.dialect, row)
                places.append((file, f"line {line}, column {name}: {cell[:40]!r}"))
    return [Diagnosis("score_cell", scorer.call.x, place_facts(places, scans))] if places else []


def _known(file: InputFile, scan: csv_files.Scan, types: dict[str, Any]) -> Known:
    import pyarrow as pa

    assert file.dialect is not None
    fields = [(name, types.get(name, pa.string())) for name in file.dialect.names]
    nulls = {name: seen.nulls for name, seen in scan.columns.items() if seen.nulls}
    ranges = {name: (seen.low, seen.high) for name, seen in scan.columns.items() if seen.low is not None}
    schema = with_keys(pa.schema(fields), file)
    return Known(replace(file, dialect=scan.dialect), schema, scan.rows, nulls, ranges)


def _texts(scorer: Scorer, schema: Any) -> tuple[str, ...]:
    """The columns of csv files that the model takes as text."""
    model = scorer.opened()
    if any(spec.dtype == "string" or "text" in spec.takes for spec in state_of(model).signature.inputs):
        return tuple(scorer.taken(schema))
    blueprint = blueprint_of(model)
    seen = [column for part in blueprint.inputs for column in part.columns] if blueprint else []
    levels = {column.name: column.levels for column in seen if column.levels}
    texts = {name for name, known in levels.items() if all(isinstance(level, str) for level in known)}
    return tuple(name for name in scorer.taken(schema) if name in texts)


# Whether they are of one kind


def kind_of_type(dtype: Any) -> str:
    """What columns of like types have in common: numbers of any width, text of any encoding."""
    from pyarrow import types

    if types.is_dictionary(dtype):
        return kind_of_type(dtype.value_type)
    if types.is_list(dtype) or types.is_large_list(dtype) or types.is_fixed_size_list(dtype):
        return f"list of {kind_of_type(dtype.value_type)}"
    if types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype) or types.is_boolean(dtype):
        return "number"
    if any(test(dtype) for test in (types.is_string, types.is_large_string, types.is_string_view)):
        return "text"
    if types.is_timestamp(dtype) or types.is_date(dtype):
        return "date"
    return str(dtype)


def _check_schemas(scorer: Scorer, known: Sequence[Known], types: dict[str, Any]) -> list[Finding]:
    """Refuse files without a column that is needed, or with one of another kind than the first file has."""
    if not known:
        return []
    found: list[Finding] = []
    twice = [(k.file, _listed(d)) for k in known if (d := _doubled(k.schema.names))]
    if twice:
        return [Diagnosis("score_column_twice", scorer.call.x, place_facts(twice, known))]
    first = known[0].schema
    needed = list(dict.fromkeys([*scorer.taken(first), *(scorer.keep or ())]))
    taken = set(needed)
    absent, unlike = [], []
    for each in known[1:]:
        missing = [name for name in needed if name in first.names and name not in each.schema.names]
        extra = [name for name in scorer.taken(each.schema) if name not in taken and not missing]
        if missing or extra:
            absent.append((each.file, f"{'without' if missing else 'also has'} {_listed(missing or extra)}"))
        for name in needed:
            if name in first.names and name in each.schema.names:
                mine, theirs = each.schema.field(name).type, first.field(name).type
                kinds = {kind_of_type(mine), kind_of_type(theirs)}
                if len(kinds) > 1 and "null" not in kinds:
                    unlike.append((each.file, f"column {name} is {mine}, not {theirs}"))
    if absent:
        found.append(Diagnosis("score_columns_differ", scorer.call.x, _of_first(absent, known)))
    if unlike:
        found.append(Diagnosis("score_types_differ", scorer.call.x, _of_first(unlike, known)))
    return found


def _of_first(places: list[tuple[InputFile, str]], known: Sequence[Known]) -> dict[str, Any]:
    return {**place_facts(places, known), "first": known[0].file.name}


def _doubled(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _schema(known: Sequence[Known]) -> Any:
    """The columns of all files, each of the type that holds them all, or that of the first file."""
    import pyarrow as pa

    fields: dict[str, Any] = {}
    for schema in dict.fromkeys(each.schema.remove_metadata() for each in known):
        for column in schema:
            fields[column.name] = _wider(fields.get(column.name, column), column)
    return pa.schema(list(fields.values()), known[0].schema.metadata)


def _wider(one: Any, other: Any) -> Any:
    import pyarrow as pa

    if one.type == other.type:
        return one
    try:
        both = pa.unify_schemas([pa.schema([one]), pa.schema([other])], promote_options="permissive")
        return both.field(0)
    except pa.ArrowException:
        return one


def check_names(scorer: Scorer, schema: Any) -> list[Finding]:
    """Refuse columns that were asked for and are in no file."""
    import difflib

    asked = {"columns": [], "keep": list(scorer.keep or ())}
    if scorer.columns is not None:
        asked["columns"] = scorer.taken(schema)
    found: list[Finding] = []
    for arg, names in asked.items():
        absent = tuple(name for name in names if name not in schema.names)
        if absent:
            near = difflib.get_close_matches(absent[0], schema.names, 1)
            facts = {"absent": absent, "near": tuple(near), "known": tuple(schema.names)}
            found.append(Diagnosis("score_column_absent", arg, facts))
    return found


# What the first rows say


def _first_rows(scorer: Scorer, dataset: Dataset, known: Sequence[Known]) -> tuple[Any, InputFile] | None:
    file = next((each.file for each in known if each.rows), None)
    if file is None:
        return None
    batches = dataset.batches(file, scorer.needed(dataset.schema), FIRST_ROWS)
    rows = next(batch for _, batch in batches if batch.num_rows)
    return rows, file


def _dry_run(scorer: Scorer, rows: Any, file: InputFile, known: Sequence[Known]) -> list[Finding]:
    """Score the first rows: shapes and types, options of the answer, columns that are there already."""
    trial = copy.copy(scorer)
    trial.findings, trial.rows, trial.rows_missing = [], 0, 0
    try:
        scored = trial(rows, Part(file.path, 0))
    except Refused as refused:
        return list(refused.report.problems)
    kept = set(scorer.kept(rows.schema))
    answers = {name for name in scored.schema.names if name not in kept}
    taken = [(k.file, both) for k in known if (both := answers & set(scorer.kept(k.schema)))]
    if not taken:
        return []
    part = Part(taken[0][0].path, others=len(taken) - 1)
    return [Diagnosis("score_taken", scorer.call.x, {"columns": tuple(sorted(taken[0][1])), "part": part})]
