"""The same words for a command: files in place of variables, options in place of arguments."""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..report import Call, Shell
from .entry import Fix
from .phrases import MOST, Phrases, quoted
from .tables import library
from .words import word

ARGUMENTS = "batch_rows|batch_size|columns|engine|keep|missing|novel_levels|order|repairs|resume|threshold|type"
NAMED = re.compile(rf"`({ARGUMENTS})(?:=\"?([\w.]+)\"?)?`")
PLACES = {"`input_path`": "IN", "`output_path`": "OUT"}
FLAGS = {"True": True, "False": False}
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]+")
LIBRARIES = {"np": "numpy", "pd": "pandas", "keras": "keras", "tf": "tensorflow"}
STDIN = "-"
CALLED = {"safe_predict": "predict", "score_dataset": "score"}


def named(call: Call) -> Call:
    """The call with model and data as sentences name them: by their files."""
    if call.shell is None:
        return call
    model = file_name(call.shell.arguments[0])
    return replace(call, model=model, x=_data_name(call.shell), model_name=model)


def named_arg(arg: str, call: Call) -> str:
    """What a finding is about, as sentences name it; `x["main"]` is a part of the file."""
    if call.shell is None:
        return arg
    if arg == call.x or arg.startswith(f"{call.x}["):
        return _data_name(call.shell) + arg.removeprefix(call.x)
    return file_name(call.shell.arguments[0]) if arg == call.model else arg


def _data_name(shell: Shell) -> str:
    return file_name(shell.arguments[1]) if len(shell.arguments) > 1 else "data"


def file_name(path: str) -> str:
    """The name of a file without its folders."""
    return "stdin" if path == STDIN else os.path.basename(os.path.normpath(path)) or path


def in_words(text: str) -> str:
    """A sentence with the options as they are typed."""
    for name, place in PLACES.items():
        text = text.replace(name, place)
    return NAMED.sub(lambda found: f"`{' '.join(_option(found[1], FLAGS.get(found[2], found[2] or True)))}`", text)


def command(shell: Shell, arguments: Mapping[int, str] | None = None, **options: Any) -> str:
    """The command that was typed, with other arguments (by their places) and options; None takes an option away.

    What mends a prediction is a prediction: as in Python, a dry run gives way to it.
    """
    given = [(arguments or {}).get(i, argument) for i, argument in enumerate(shell.arguments)]
    words = ["kerasguard", "predict" if shell.command == "check" else shell.command, *given]
    for name, value in {**shell.options, **options}.items():
        words += _option(name, value)
    from_stdin = " < DATA" if STDIN in given[1:2] else ""
    return " ".join(shlex.quote(item) for item in words) + from_stdin


def check_of(shell: Shell, path: str) -> str:
    """A dry run on a file."""
    options = {name: shell.options[name] for name in ("safe_mode", "columns") if name in shell.options}
    words = ["kerasguard", "check", shell.arguments[0], path]
    return shlex.join([*words, *(word for name, value in options.items() for word in _option(name, value))])


def _option(name: str, value: Any) -> list[str]:
    flag = "--" + name.replace("_", "-")
    if value is None:
        return []
    if isinstance(value, bool):
        return [flag if value else flag.replace("--", "--no-", 1)]
    if isinstance(value, (list, tuple)):
        return [item for one in value for item in (flag, str(one))]
    return [flag, str(value)]


def fixes(found: Sequence[tuple[Fix, str, str]], phrases: Phrases, facts: Any) -> list[tuple[str, str]]:
    """What each fix does and its lines: commands where an option mends it, else Python with the lines that read.

    `found`: each with what it does and its lines in Python.
    """
    shell = phrases.call.shell
    assert shell is not None
    commands = [(lead, code, *_as_command(fix, code, phrases, facts, shell)) for fix, lead, code in found]
    if any(made and is_option for _, _, made, is_option in commands):
        kept = [(lead, made) for lead, _, made, _ in commands if made]
        return [(lead if i else lead.removeprefix("or "), made) for i, (lead, made) in enumerate(kept)]
    if shell.command == "score":  # lines that mend one file leave the others
        names = (phrases.call.x, phrases.arg)
        commands = [item for item in commands if item[2] or not any(name in item[0] + item[1] for name in names)]
        other = ("if the model takes other columns, in this order", "", command(shell, columns="COLUMNS"), True)
        commands = commands or [other]
    lead_in = _lead_in([code for _, code, made, _ in commands if not made], phrases)
    lines = []
    for lead, code, made, _ in commands:
        if not made:
            code, lead_in = lead_in + _kept(code, phrases, shell), ""
        lines.append((lead, made or code))
    return lines


def _as_command(fix: Fix, code: str, phrases: Phrases, facts: Any, shell: Shell) -> tuple[str, bool]:
    """The fix as a command ("" where it is none), and whether an option of ours makes it."""
    if not _is_python(code):  # pip install
        return code, False
    loads = re.fullmatch(r"model = safe_load_model\((.*)\)", code)
    if loads is not None:
        path, options = _arguments(loads[1])
        if path and set(options) <= {"safe_mode"}:
            return command(shell, {0: path[0]}, **options), True
    added = phrases.fill(fix.shell, facts)
    if added:
        is_option = added.startswith("--")
        kept = {"columns": None} if added.startswith("--columns") else {}
        return f"{command(shell, **kept)} {added}" if is_option else added, True
    if fix.args is not None:
        text = fix.args if isinstance(fix.args, str) else fix.args.py
        return command(shell, **_arguments(phrases.fill(text, facts))[1]), True
    if fix.code == "{call}":
        strict = {"repairs": None} if shell.options.get("repairs") == "refuse" else {}
        return command(shell, **strict, **({phrases.arg: None} if phrases.arg in ARGUMENTS.split("|") else {})), True
    called = re.fullmatch(rf"({'|'.join(CALLED)})\({phrases.call.model}, (.*)\)", code)
    if called is not None and shell.command == "score":
        plain, options = _arguments(called[2])
        typed = shell.options if called[1] == "score_dataset" else _of_both(shell.options)
        return command(Shell(CALLED[called[1]], (shell.arguments[0], *plain), {**typed, **options})), True
    data = phrases.fill(fix.data if isinstance(fix.data, str) else fix.data.py, facts) if fix.data else ""
    if PLACEHOLDER.fullmatch(data):
        return command(shell, {1: data + _suffix(shell)}), False
    return "", False


def _of_both(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `score` that `predict` has as well."""
    return {name: value for name, value in options.items() if name not in ("engine", "batch_rows", "resume")}


def _suffix(shell: Shell) -> str:
    return "".join(os.path.splitext(shell.arguments[1])[1:]) if shell.arguments[1] != STDIN else ".csv"


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _arguments(text: str) -> tuple[list[Any], dict[str, Any]]:
    """The values of a call's arguments; placeholders as they stand."""
    call = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    plain = [_literal(item) for item in call.args]
    return plain, {item.arg or "": _literal(item.value) for item in call.keywords}


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _lead_in(codes: list[str], phrases: Phrases) -> str:
    """The lines before the first ones in Python that give them what the command had."""
    call, shell = phrases.call, phrases.call.shell
    assert shell is not None
    whole = "\n".join(codes)
    if call.function == "safe_load_model" or not re.search(rf"\b({call.model}|{call.x})\b", whole):
        return ""
    from .. import __all__ as public

    names = {name for name in public if re.search(rf"\b{name}\(", whole)} | {"safe_load_model"}
    if _changes(whole):
        names.add("safe_save_model")
    reads = f"{call.x} = {shell.reads}\n" if shell.reads and re.search(rf"\b{call.x}\b", whole) else ""
    imports = [
        f"import {full}{f' as {short}' if short != full else ''}\n"
        for short, full in LIBRARIES.items()
        if re.search(rf"\b{short}\.", reads + whole)
    ]
    unsafe = ", safe_mode=False" if shell.options.get("safe_mode") is False else ""
    loads = f"{call.model} = safe_load_model({quoted(shell.arguments[0])}{unsafe})\n"
    return f"{''.join(imports)}from kerasguard import {', '.join(sorted(names))}\n{loads}{reads}"


def _changes(code: str) -> bool:
    return bool(re.search(r"\blearn_blueprint\(|\.compile\(", code))


def _kept(code: str, phrases: Phrases, shell: Shell) -> str:
    """What is learned must be in the file when the command is run again."""
    if not _changes(code):
        return code
    return f"{code}\nsafe_save_model({phrases.call.model}, {quoted(shell.arguments[0])}, overwrite=True)"


@word
def take_by_name(facts: dict[str, Any], phrases: Phrases) -> str:
    """The option that takes columns; arrays have none."""
    return "--columns COLUMNS" if library(facts) is not None and facts["given"].names else ""


@word
def input_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    """The options that say which columns are whose."""
    if library(facts) is None or any(name.startswith("input ") for name in facts["inputs"]):
        return ""
    return " ".join(f"--columns {shlex.quote(f'{name}=COLUMNS')}" for name in facts["inputs"])


@word
def other_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    """The option that takes all columns but those that are dropped."""
    names = facts["given"].names or ()
    if library(facts) is None or not names or not facts["by_name"]:
        return ""
    kept = [name for name in names if name not in facts["dropped"]]
    return f"--columns {shlex.quote(in_list(kept)) if len(kept) <= 4 * MOST else 'COLUMNS'}"


def in_list(names: Sequence[str]) -> str:
    """Names as `--columns` takes them: those that hold commas in quotes, as in csv."""
    return ",".join('"' + name.replace('"', '""') + '"' if set(name) & set(',"\n') else name for name in names)
