"""Words about data sets that are scored in parts, and lines of code for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..options import Foreign
from ..report import Call, Part
from .entry import Both, Entry, Fix
from .phrases import MOST, quoted
from .shell import check_of

OTHER_COLUMNS = Fix(
    "if the model takes other columns, in this order", args=Both("columns={other_columns}", "columns = {other_columns}")
)
MENDED = Fix("once it is mended", code="{call}")
MOVE = Fix("or without it", when="is_several", code=Both("import os; os.rename({first_path:quoted}, \"ELSEWHERE\")",
                                   "file.rename({first_path:quoted}, \"ELSEWHERE\")"),
           shell="mv {first_path:quoted} ELSEWHERE")  # fmt: skip
OTHER_PATH = Fix(code='{function}({model}, "IN_FOLDER", {output:quoted})')

SCORING: dict[str, Entry] = {
    "score_absent": Entry(
        "structure",
        "Can't find the files: there is nothing at `input_path`.",
        ("There is no {path:quoted}.", "{where_names_are}"),
        (Fix("a path that is there", when="near", code="{function}({model}, {near:quoted}, {output:quoted})"),
         Fix("all files of a folder", when="are_names", code=OTHER_PATH.code),
         Fix(unless="has_hint", code="{function}({model}, {placeholder}, {output:quoted})")),
    ),
    "score_no_files": Entry(
        "structure",
        "Can't find Parquet or csv files at `input_path`.",
        ("{path:quoted} {holds_others}.", "{which_are_left_out}"),
        (Fix("as csv", when="is_rds", code=Both("", 'write.csv(readRDS({path:quoted}), "DATA.csv", row.names = FALSE)\n'
                                                    '{function}({model}, "DATA.csv", {output:quoted})')),
         replace(OTHER_PATH, unless="is_rds")),
    ),
    "score_mixed": Entry(
        "structure",
        "`input_path` must have files of one kind, not Parquet and csv.",
        ("It has {parquet:quoted} and {csv:quoted}.",),
        (Fix("only one kind", code="{function}({model}, {pattern:quoted}, {output:quoted})"),),
    ),
    "score_address": Entry(
        "structure",
        "`input_path` must be on this machine, not {scheme}://.",
        (),
        (Fix("as a frame of Spark's", unless="is_web",
             code=Both("score_frame({model}, SPARK.read.parquet({address:quoted}))",
                       "score_frame({model}, sparklyr::spark_read_parquet(CONNECTION, path = {address:quoted}))")),
         Fix("after a download", code="{function}({model}, \"IN_FOLDER\", {output:quoted})")),
    ),
    "score_table": Entry(
        "structure",
        "`input_path` must be plain files, not a table of {name}.",
        ("Its log tells which of the files in {path:quoted} count: read one by one, rows could come twice.",),
        (Fix("as a frame of Spark's",
             code=Both("score_frame({model}, SPARK.read.format({spark_format:quoted}).load({path:quoted}))",
                       "score_frame({model}, sparklyr::spark_read_source(CONNECTION, path = {path:quoted}, "
                       "source = {spark_format:quoted}))")),),
    ),
    "score_left_out": Entry(
        "structure",
        "Left out of the data set: {others:names}.",
        ("Data are in .parquet, .parq, .pq, .csv and .tsv, the last two also with .gz.",),
    ),
    "score_file": Entry(
        "structure",
        "Can't read {count_places} of {of:files}.",
        ("{places_text}.",),
        (MENDED, MOVE),
    ),
    "score_cell": Entry(
        "dtype",
        "A column of numbers must have a number in every line.",
        ("{places_text}.",),
        (MENDED, OTHER_COLUMNS),
    ),
    "score_column_twice": Entry(
        "column",
        "Every column of a file must have a name of its own.",
        ("{places_text}.",),
        (MENDED, MOVE),
    ),
    "score_columns_differ": Entry(
        "column",
        "All files must have the columns that are needed.",
        ("{places_text}.", "The first file is {first:quoted}."),
        (OTHER_COLUMNS, MOVE),
    ),
    "score_types_differ": Entry(
        "dtype",
        "A column must be of one kind in all files.",
        ("{places_text}.", "The first file is {first:quoted}."),
        (OTHER_COLUMNS, MOVE),
    ),
    "score_missing": Entry(
        "missing",
        "The columns that the model takes must have no missing values.",
        ("Missing: {places_text}.",),
        (Fix(Both("null for their rows", "NA for their rows"), args=Both("missing=\"na_rows\"", "missing = \"na_rows\"")),),
    ),
    "score_stateful": Entry(
        "model",
        "Can't score a data set with a stateful model.",
        ("The state of model \"{model_name}\" runs through all rows: parts know nothing of it.",),
        (Fix("all rows in one call", code="safe_predict({model}, DATA)"),),
    ),
    "score_column_absent": Entry(
        "column",
        "`{arg}` must be columns of the data; {count_absent} not there.",
        ("Not there: {absent:names}.", "{near_name}", "It has {known:names}."),
        (Fix("the names apart", when="apart", args=Both("{arg}={apart_code}", "{arg} = {apart_code}")),
         Fix(unless="apart", args=Both("{arg}=COLUMNS", "{arg} = COLUMNS"))),
    ),
    "score_inputs": Entry(
        "column",
        "`columns` must be {by_input}.",
        ("The model takes {inputs:names}; `columns` has {given_names}.",),
        (Fix(args=Both("columns={other_columns}", "columns = {other_columns}")),),
    ),
    "score_taken": Entry(
        "column",
        "Can't add {columns:names} to `{arg}`: it has such a column.",
        (),
        (Fix("without it", args=Both("keep=COLUMNS", "keep = COLUMNS")),),
    ),
    "score_rows": Entry(
        "model",
        "Model \"{model_name}\" must give one answer per row of a data set.",
        ("For {rows:rows} of `{arg}` it gave an array of sizes {sizes}.",),
    ),
}  # fmt: skip

WHERE = Both("In {path}{others}; rows are counted from 0 in this file.", "In {path}{others}.")
WHERE_IN_FRAME = "In one part of the data; rows are counted within it."
SET_COLUMN = Fix(
    "as in training",
    code=Both('{arg} = {arg}.withColumn({column:quoted}, VALUES)\n{call}',
              '{arg} <- {arg}$withColumn({column:quoted}, VALUES)\n{call}'),
)  # fmt: skip
BY_COLUMNS = ("structure", "shape", "column", "dtype")  # families of what another choice of columns can mend
READERS = {"csv": "read_csv", "parquet": "read_parquet"}


def in_part(part: Part, call: Call) -> str:
    """Which part of a data set a finding is about."""
    if not part.path:
        return WHERE_IN_FRAME
    others = f" and {part.others} more {'file' if part.others == 1 else 'files'}" if part.others else ""
    path = quoted(part.path)
    has_first = part.first is None or call.shell is not None  # a command counts from 1, as R does
    return (WHERE.r if has_first else WHERE.of(call.language)).format(path=path, others=others)


def of_parts(fixes: list[Fix], family: str, is_refused: bool) -> list[Fix]:
    """The lines that help a whole data set: options, and what is done to the model."""
    found = [
        fix
        for fix in fixes
        if not fix.data and (fix.args or not any(what in str(fix.code) for what in ("{function}", "_column}")))
    ]
    if is_refused and family in BY_COLUMNS and not any(fix.args for fix in found):
        found.append(OTHER_COLUMNS)
    if found and isinstance(found[0].lead, str):  # of what it was the alternative to is not shown
        found[0] = replace(found[0], lead=found[0].lead.removeprefix("or "))
    return found


def helps_part(part: Part, lead: str, code: str, call: Call) -> bool:
    """Whether a line helps: what mends one file leaves the others, and frames of Spark have ways of their own."""
    if part.path:
        return call.x not in _without_paths(lead + code, call)
    name = rf"(?<![\w.]){re.escape(call.x)}(?![\w=])"
    return not any(re.search(name, line) and f"{call.function}(" not in line for line in code.split("\n"))


def _without_paths(code: str, call: Call) -> str:
    """Code without the paths of all of the data: one file may be all of it."""
    for path in call.paths or ():
        code = code.replace(quoted(path), "")
    return code


def look_closer(part: Part, call: Call) -> list[tuple[str, str]]:
    """A dry run on the file alone, which shows all that there is."""
    if not part.path:
        return []
    if call.shell is not None:
        return [("i", "All that is found in this file:"), (" ", "  " + check_of(call.shell, part.path))]
    reader, path = READERS[kind_of(part.path)], quoted(part.path)
    columns = (call.given or {}).get("columns")
    names = [columns] if isinstance(columns, str) else columns
    some = isinstance(names, (list, tuple)) and f"[{literal(names, 'columns', call.language)}]"
    if call.language == "r":
        data = f'reticulate::import("pandas")${reader}({path})'
        if reader == "read_csv":
            data = f"{_r_reader(part.path)}({path}, check.names = FALSE)"
        code = f"check_input({call.model}, {data}{some or ''})"
        return [("i", "All that is found in this file:"), (" ", code)]
    return [("i", f"All of it: check_input({call.model}, pd.{reader}({path}){some or ''})")]


def _r_reader(path: str) -> str:
    return "read.delim" if path.lower().removesuffix(".gz").endswith(".tsv") else "read.csv"


def as_asked(code: str, call: Call) -> str:
    """A call of a data set with all that was asked for: columns that were left out would be another question."""
    function = call.function
    if function == "score_frame" and f"{function}(" not in code:  # by way of files
        function = "score_dataset"
    head, found, rest = code.partition(f"{function}(")
    if not found or not call.given:
        return code
    arguments, end, after = rest.rpartition(")")
    sign = " = " if call.language == "r" else "="
    more = [
        f", {name}{sign}{literal(value, name, call.language)}"
        for name, value in call.given.items()
        if f" {name}{sign}" not in arguments
    ]
    return "".join((head, found, arguments, *more, end, after))


def literal(value: Any, name: str, language: str) -> str:
    """A value as code; a placeholder of that name for many columns."""
    is_r = language == "r"
    if isinstance(value, Foreign):  # code itself
        return str(value)
    if isinstance(value, bool):
        return str(value).upper() if is_r else str(value)
    if isinstance(value, Mapping):
        items = [(str(key), literal(names, name, language)) for key, names in value.items()]
        if is_r:
            names = (key if re.fullmatch(r"[A-Za-z][\w.]*", key) else f"`{key}`" for key, _ in items)
            return f"list({', '.join(f'{key} = {each}' for key, (_, each) in zip(names, items, strict=True))})"
        return f"{{{', '.join(f'{quoted(key)}: {names}' for key, names in items)}}}"
    if isinstance(value, (tuple, list)):
        if len(value) > MOST:
            return name.upper()
        texts = ", ".join(map(quoted, value))
        return f"c({texts})" if is_r else f"[{texts}]"
    return quoted(value) if isinstance(value, str) else str(value)


def kind_of(path: str) -> str:
    """The kind of a file by its name."""
    return "csv" if path.lower().removesuffix(".gz").endswith((".csv", ".tsv")) else "parquet"
