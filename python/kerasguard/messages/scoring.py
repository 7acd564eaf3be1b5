"""Words about data sets that are scored in parts, and lines of code for them."""

from __future__ import annotations

import json
from dataclasses import replace

from ..report import Call, Part
from .entry import Both, Entry, Fix
from .shell import check_of

SCORING: dict[str, Entry] = {
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

WHERE = Both("In {path}; rows are counted from 0 in this file.", "In {path}.")
WHERE_IN_FRAME = "In one part of the data; rows are counted within it."
BY_COLUMNS = ("structure", "shape", "column", "dtype")  # families of what another choice of columns can mend
OTHER_COLUMNS = Fix(
    "if the model takes other columns, in this order", args=Both("columns=COLUMNS", "columns = COLUMNS")
)
READERS = {"csv": "read_csv", "parquet": "read_parquet"}


def in_part(part: Part, call: Call) -> str:
    """Which part of a data set a finding is about."""
    where = WHERE.of("r" if call.shell else call.language)  # a command counts from 1, too
    return where.format(path=json.dumps(part.path, ensure_ascii=False)) if part.path else WHERE_IN_FRAME


def of_parts(fixes: list[Fix], family: str, is_refused: bool) -> list[Fix]:
    """The lines that help a whole data set: options; code would mend one part of it only."""
    found = [fix for fix in fixes if fix.args and not fix.data]
    if is_refused and family in BY_COLUMNS and not found:
        found.append(OTHER_COLUMNS)
    if found and isinstance(found[0].lead, str):  # of what it was the alternative to is not shown
        found[0] = replace(found[0], lead=found[0].lead.removeprefix("or "))
    return found


def look_closer(part: Part, call: Call) -> list[tuple[str, str]]:
    """A dry run on the file alone, which shows all that there is."""
    if not part.path:
        return []
    if call.shell is not None:
        return [("i", "All that is found in this file:"), (" ", "  " + check_of(call.shell, part.path))]
    reader, path = READERS[kind_of(part.path)], json.dumps(part.path, ensure_ascii=False)
    if call.language == "r":
        code = f'check_input({call.model}, reticulate::import("pandas")${reader}({path}))'
        return [("i", "All that is found in this file:"), (" ", code)]
    return [("i", f"All of it: check_input({call.model}, pd.{reader}({path}))")]


def kind_of(path: str) -> str:
    """The kind of a file by its name."""
    return "csv" if path.lower().removesuffix(".gz").endswith((".csv", ".tsv")) else "parquet"
