"""All that can be said of a data set before any row is predicted: refused now, not after hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..engine import state_of
from ..options import check_options
from ..report import Diagnosis, Finding, Part, Refused, Report
from ..rules.held import not_a_model
from ..rules.model import check_built
from ..signature import is_model
from .batch import Scorer, file_name
from .files import find_files
from .footers import Known
from .looks import look_at, texts_of
from .ranges import check_values
from .schemas import check_alike, check_names, check_twice, unified
from .source import Dataset, InputFile, place_facts

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
    scorer.folders = tuple(name for name, _ in files[0].keys)
    known, found = look_at(scorer, files)
    unlike = check_twice(scorer, known)
    schema = unified(known) if known and not unlike else None
    if schema is None:
        refuse(scorer, [*found, *unlike])
    unlike = [*check_names(scorer, schema), *check_alike(scorer, known)]
    texts = texts_of(scorer, schema) if files[0].kind == "csv" else {}
    dataset = Dataset(tuple(each.file for each in known), schema, sum(each.rows for each in known), texts)
    if not unlike and all(finding.code == "score_file" for finding in found):
        unlike = _check_rows(scorer, dataset, known)
    refuse(scorer, [*found, *unlike])
    return dataset


def refuse(scorer: Scorer, found: Iterable[Finding]) -> None:
    """Stop where there are problems. What is said of the rows of one file is said of it by its name."""
    problems = [finding for finding in found if isinstance(finding, Diagnosis)]
    if not problems:
        return
    call, files = scorer.call, {name for problem in problems if (name := _file_of(problem))}
    if len(files) == 1:
        call = replace(call, x=next(iter(files)))
    else:
        problems = [replace(p, arg=p.arg.replace(_file_of(p) or call.x, call.x, 1)) for p in problems]
    raise Refused(Report(call, tuple(problems)))


def _file_of(problem: Diagnosis) -> str:
    """The name of the file that a problem is about; "" for all of them."""
    part = problem.facts.get("part")
    return file_name(part.path) if isinstance(part, Part) else ""


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


def _check_rows(scorer: Scorer, dataset: Dataset, known: Sequence[Known]) -> list[Finding]:
    """Refuse what the first rows tell, and null counts and ranges."""
    import pyarrow as pa

    file = next((each.file for each in known if each.rows), None)
    if file is None:
        return []
    try:
        rows = next(dataset.read(file, scorer.needed(dataset.schema), FIRST_ROWS))
        return [*_dry_run(scorer, rows, file, known), *check_values(scorer, dataset, known, _complete(scorer, rows))]
    except (OSError, EOFError, pa.ArrowException, UnicodeError) as error:
        text = f"its rows can't be read ({str(error).splitlines()[0].rstrip('.')})"
        return [Diagnosis("score_file", scorer.call.x, place_facts([(file, text)], known))]


def _dry_run(scorer: Scorer, rows: Any, file: InputFile, known: Sequence[Known]) -> list[Finding]:
    """Score the first rows: shapes and types, options of the answer, columns that are there already."""
    trial = replace(scorer, findings=[], rows=0, rows_missing=0, keep=())
    try:
        scored = trial(_complete(scorer, rows), Part(file.path, 0))
    except Refused:
        try:  # with all rows, whose numbers are those of the file
            scored = trial(rows, Part(file.path, 0))
        except Refused as refused:
            return list(refused.report.problems)
    if not trial.rows_missing:  # rows without a prediction do not tell what whole numbers are
        scorer.types = trial.types
    answers = set(scored.schema.names)
    taken = [(each.file, both) for each in known if (both := answers & set(scorer.kept(each.schema)))]
    if not taken:
        return []
    part = Part(taken[0][0].path, others=len(taken) - 1)
    return [Diagnosis("score_taken", file_name(part.path), {"columns": tuple(sorted(taken[0][1])), "part": part})]


def _complete(scorer: Scorer, rows: Any) -> Any:
    """Rows without nulls, if there are any: nulls are told of all files together."""
    import pyarrow.compute as pc

    complete = None
    for name in scorer.taken(rows.schema):
        valid = pc.is_valid(rows.column(name))
        complete = valid if complete is None else pc.and_(complete, valid)
    if complete is None or not pc.any(complete).as_py():
        return rows
    return rows.select(scorer.taken(rows.schema)).filter(complete)  # not all types of Arrow can be filtered
