"""Words about the files of a command."""

from __future__ import annotations

import sys
from shlex import quote
from typing import Any

from .entry import Entry, Fix
from .phrases import Phrases, quoted
from .shell import command, in_list
from .words import word

CLI: dict[str, Entry] = {
    "cli_data_missing": Entry(
        "file",
        "Can't find the file {path:quoted}.",
        ("The working directory is {directory}.",),
        (Fix("the nearest name there", when="near", code="{with_near_file}"),
         Fix("with its whole path", unless="near", code="{with_path}"),),
    ),
    "cli_swapped": Entry(
        "structure",
        "MODEL must come first, then DATA.",
        (),
        (Fix(code="{turned_command}"),),
    ),
    "cli_data_folder": Entry(
        "file",
        "{path:quoted} must be a file, not a folder.",
        (),
        (Fix("all files in it, one by one", when="can_score", code="{scored}"),
         Fix("a file in it", unless="can_score", code="{with_path}"),),
    ),
    "cli_data_format": Entry(
        "file",
        "Can't tell from its name what `{x}` holds.",
        ("Known are .csv, .tsv, .parquet, .feather, .arrow, .npy and .npz.",),
        (Fix("write it in a format that is no R session's", when="is_rds", code="{from_r}"),
         Fix("say what it is, if it is one of these", unless="is_rds", shell="--format csv"),),
    ),
    "cli_data_empty": Entry(
        "file",
        "`{x}` must have data; it is empty.",
        (),
        (Fix("with another file", code="{with_path}"),),
    ),
    "cli_data_read": Entry(
        "file",
        "Can't read `{x}` as {format}.",
        ("{sentence}.",),
        (Fix("if it is of another format, as it is written", code="{in_format}"),),
    ),
    "cli_data_encoding": Entry(
        "file",
        "Can't read `{x}` as text in {encoding}.",
        ("{sentence}.",),
        (Fix("if it is Latin-1, as older Windows files are", shell="--encoding latin1"),),
    ),
    "cli_data_pickle": Entry(
        "file",
        "Refused `{x}`: it holds pickled Python objects.",
        ("To unpickle is to run whatever the file says; arrays of numbers need no pickles.",),
        (Fix("where it was made, as numbers", code='import numpy as np\nnp.save("NUMBERS.npy", np.asarray(DATA, dtype=float))'),),
    ),
    "cli_library": Entry(
        "environment",
        "`{what}` needs the Python package {name}, which is not installed.",
        (),
        (Fix("install it", code="{pip_line}"),),
    ),
    "cli_separator": Entry(
        "file",
        "`{x}` must have its columns apart by {was}; is it another character?",
        ("Its first line has none, but {sep:quoted}.",),
        (Fix("if that stands between them", shell="--sep {sep_typed}"),),
    ),
    "cli_header": Entry(
        "file",
        "The first line of `{x}` has only numbers: are they names or data?",
        ("It begins with {first}.",),
        (Fix("if it has data, and the file no names", shell="--no-header"),
         Fix("if they are the names of the columns", shell="--header"),),
    ),
    "cli_row_names": Entry(
        "column",
        "The first column of `{x}` has no name: it was taken for row names, and left out.",
        ("R's write.csv() and pandas' to_csv() write such a column.",),
    ),
    "cli_columns": Entry(
        "column",
        "`{x}` must have the column {name:name} that `--{option}` asks for.",
        ("It has {received:names}.",),
        (Fix("if {near:name} is meant", when="near", code="{with_near_column}"),
         Fix("with a column that it has", unless="near", code="{with_column}"),),
    ),
    "cli_columns_array": Entry(
        "column",
        "`{x}` must be a table for `--{option}`: an array has no names.",
        (),
        (Fix("without it", code="{without_option}"),),
    ),
    "cli_columns_form": Entry(
        "column",
        "`--columns` must name an input every time, or never.",
        ("Of several inputs each has its own: --columns INPUT=A,B.",),
        (Fix("of one input, all in one list", code="{columns_joined}"),),
    ),
    "cli_output_suffix": Entry(
        "file",
        "Can't tell from {path:quoted} in which format to write.",
        ("Known are .csv, .tsv, .parquet, .feather, .arrow, .npy and .npz.",),
        (Fix("as csv", code="{with_output}"),),
    ),
    "cli_output_folder": Entry(
        "file",
        "Can't write into {folder:quoted}: there is no such folder.",
        (),
        (Fix("make it first", code="mkdir -p {folder_typed}\n{same_command}"),),
    ),
    "cli_output_is_folder": Entry(
        "file",
        "`--output` must be a file; {path:quoted} is a folder.",
        (),
        (Fix("a file in it", code="{with_output}"),),
    ),
    "cli_output_is_input": Entry(
        "file",
        "`--output` must be another file than the {what}: {path:quoted} is both.",
        (),
        (Fix("beside it", code="{with_output}"),),
    ),
    "cli_output_write": Entry(
        "file",
        "Can't write {path:quoted}.",
        ("{sentence}. What was there before is as it was.",),
        (Fix("elsewhere, if the disk is full or not yours", code="{with_output}"),),
    ),
    "cli_output_array": Entry(
        "file",
        "`{path}` must be a table: {why_table}.",
        (),
        (Fix("as csv", code="{with_output}"),),
    ),
    "cli_output_arrays": Entry(
        "file",
        "`{path}` holds one array; the model has {count:outputs}.",
        (),
        (Fix("one array for each", code="{with_output}"),),
    ),
    "cli_keep_rows": Entry(
        "column",
        "`--{option}` needs one prediction per row: {rows:rows} gave {predictions:predictions}.",
        ("Several rows were read as one sample, or one as several.",),
        (Fix("the predictions alone", code="{without_option}"),),
    ),
    "cli_keep_twice": Entry(
        "column",
        "`{x}` has a column {name:name} already, as the predictions are called.",
        (),
        (Fix("the predictions alone", code="{without_option}"),),
    ),
}  # fmt: skip


def _changed(phrases: Phrases, arguments: dict[int, str] | None = None, **options: Any) -> str:
    assert phrases.call.shell is not None
    return command(phrases.call.shell, arguments, **options)


def _place(phrases: Phrases) -> int:
    """Where the file stands among the arguments: behind the model, if there is one."""
    assert phrases.call.shell is not None
    return min(1, len(phrases.call.shell.arguments) - 1)


@word
def with_near_file(facts: dict[str, Any], phrases: Phrases) -> str:
    return _changed(phrases, {_place(phrases): facts["near"]})


@word
def with_path(facts: dict[str, Any], phrases: Phrases) -> str:
    return _changed(phrases, {_place(phrases): "PATH"})


@word
def turned_command(facts: dict[str, Any], phrases: Phrases) -> str:
    assert phrases.call.shell is not None
    model, data = phrases.call.shell.arguments
    return _changed(phrases, {0: data, 1: model})


@word
def in_format(facts: dict[str, Any], phrases: Phrases) -> str:
    return _changed(phrases, format="FORMAT")


@word
def can_score(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.call.shell is not None and phrases.call.shell.command == "predict"


@word
def scored(facts: dict[str, Any], phrases: Phrases) -> str:
    assert phrases.call.shell is not None
    model, data = map(quote, phrases.call.shell.arguments[:2])
    return f"kerasguard score {model} {data} OUT --columns COLUMNS"


@word
def from_r(facts: dict[str, Any], phrases: Phrases) -> str:
    path = str(facts["path"])
    csv = f"{path.rsplit('.', 1)[0]}.csv"
    code = f"write.csv(readRDS({quoted(path)}), {quoted(csv)}, row.names = FALSE)"
    return f"Rscript -e {quote(code)}\n{_changed(phrases, {1: csv})}"


@word
def pip_line(facts: dict[str, Any], phrases: Phrases) -> str:
    return f'"{sys.executable}" -m pip install {facts["name"]}'


@word
def sep_typed(facts: dict[str, Any], phrases: Phrases) -> str:
    return quote({"\t": "tab"}.get(facts["sep"], facts["sep"]))


@word
def folder_typed(facts: dict[str, Any], phrases: Phrases) -> str:
    return quote(facts["folder"])


@word
def same_command(facts: dict[str, Any], phrases: Phrases) -> str:
    return _changed(phrases)


@word
def with_near_column(facts: dict[str, Any], phrases: Phrases) -> str:
    return _renamed(facts, phrases, str(facts["near"]))


@word
def with_column(facts: dict[str, Any], phrases: Phrases) -> str:
    return _renamed(facts, phrases, "COLUMN")


def _renamed(facts: dict[str, Any], phrases: Phrases, name: str) -> str:
    """The command with another name in the place of one."""
    assert phrases.call.shell is not None
    option = str(facts["option"])
    wrong = [in_list(facts["names"]), in_list([name if old == facts["name"] else old for old in facts["names"]])]
    given = [text.replace(wrong[0], wrong[1]) for text in phrases.call.shell.options[option]]
    changed: dict[str, Any] = {option: given}
    return _changed(phrases, **changed)


@word
def without_option(facts: dict[str, Any], phrases: Phrases) -> str:
    changed: dict[str, Any] = {str(facts["option"]).replace("-", "_"): None}
    return _changed(phrases, **changed)


@word
def columns_joined(facts: dict[str, Any], phrases: Phrases) -> str:
    return _changed(phrases, columns="A,B,C")


@word
def with_output(facts: dict[str, Any], phrases: Phrases) -> str:
    return _changed(phrases, output=facts["instead"])


@word
def why_table(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["why"])
