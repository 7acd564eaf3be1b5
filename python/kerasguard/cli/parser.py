"""The words of the command line, with their help. Nothing else is imported here: help must not wait for TensorFlow."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from .. import __version__

FORMATS = ("csv", "tsv", "parquet", "feather", "npy", "npz")
ABOUT = """\
Guard every prediction of a Keras model: the right answer, or a refusal that says what mends it."""
CODES = """\
Results are on standard output, everything else is on standard error.
Exit codes: 0 right, 1 refused, 2 wrong usage.
KERASGUARD_TRACEBACK=1 shows where a fault of kerasguard itself is."""
DATA = """\
DATA: .csv or .tsv (.gz and the like, too), .parquet, .feather or .arrow, .npy,
.npz (one array per input, by its name), or - for standard input."""
EXAMPLES = {
    "": """\
  kerasguard check model.keras data.csv
  kerasguard predict model.keras data.csv -o predictions.csv
  kerasguard predict --help""",
    "predict": """\
  kerasguard predict model.keras data.csv
  kerasguard predict model.keras data.csv --type prob --keep id -o predictions.csv
  kerasguard predict model.keras data.csv --missing na_rows | head -n 5
  gzip -cd data.csv.gz | kerasguard predict model.keras - --columns a,b,c > predictions.csv
  kerasguard predict two_inputs.keras data.csv --columns main=a,b --columns aux=c
  kerasguard predict model.keras data.csv --json | jq '.predictions[0]'""",
    "check": """\
  kerasguard check model.keras data.csv
  kerasguard check model.keras data.csv && kerasguard predict model.keras data.csv -o out.csv
  kerasguard check model.keras data.csv --json | jq -r '.problems[].code'""",
    "score": """\
  kerasguard score model.keras data.parquet scored --columns a,b,c
  kerasguard score model.keras 'parts/*.parquet' scored_parts --columns a,b,c --missing na_rows""",
    "explain": """\
  kerasguard explain train.log
  python train.py 2>&1 | kerasguard explain -""",
    "model": """\
  kerasguard model model.keras
  kerasguard model model.keras --json | jq '.inputs[].shape'""",
    "blueprint": """\
  kerasguard blueprint model.keras
  kerasguard blueprint model.keras --json | jq -r '.blueprint.inputs[0].columns[].name'""",
    "env": """\
  kerasguard env
  kerasguard env --json | jq -r '.rows[] | [.name, .version] | @tsv'""",
}


class Parser(argparse.ArgumentParser):
    """One that remembers what was wrong, for --json."""

    told = ""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        Parser.told = message
        super().error(message)


def make_parser() -> Parser:
    """All commands with their options. What was not given is None."""
    parser = _parser(Parser, "", prog="kerasguard", description=ABOUT, more=CODES)
    parser.add_argument("--version", action="version", version=f"kerasguard {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    _predict(commands)
    _check(commands)
    _score(commands)
    explain = _command(commands, "explain", "what an error of Keras comes of, and the line that mends it")
    explain.add_argument("log", metavar="LOGFILE", help="a log, a traceback or one line of it; - for standard input")
    for name, about in (
        ("model", "what a model expects and gives, what is known of its training, and its faults"),
        ("blueprint", "what training saw: columns, ranges, levels, classes"),
    ):
        _add_model(_command(commands, name, about))
    env = _command(commands, "env", "versions, which Python, and known bad combinations")
    env.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="for the imports of libraries (120)")
    return parser


def _parser(make: Any, name: str, more: str = "", **how: Any) -> Any:
    epilog = f"examples:\n{EXAMPLES[name]}\n" + (f"\n{more}\n" if more else "")
    return make(
        **how, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip


def _command(commands: Any, name: str, about: str, more: str = "") -> Any:
    parser = _parser(
        lambda **how: commands.add_parser(name, **how), name, more, help=about, description=_sentence(about)
    )

    def run(given: argparse.Namespace) -> Any:
        from . import commands as all_commands

        return getattr(all_commands, f"run_{name}")(given)

    parser.add_argument("--json", action="store_const", const=True, help="one JSON object, of problems and notes too")
    parser.set_defaults(run=run, command=name)
    return parser


def _sentence(about: str) -> str:
    return about[0].upper() + about[1:] + "."


def _add_model(parser: Any) -> None:
    parser.add_argument("model", metavar="MODEL", help="a .keras or .h5 file of Keras 2 or 3, or a SavedModel folder")
    parser.add_argument(
        "--safe-mode", action=argparse.BooleanOptionalAction,
        help="whether to refuse code that the model holds or names; run it only if you trust who made it (refuse)",
    )  # fmt: skip


def _predict(commands: Any) -> None:
    parser = _command(commands, "predict", "predict, or say why not", DATA)
    _add_model(parser)
    parser.add_argument("data", metavar="DATA", help="the data, see below")
    parser.add_argument(
        "-o", "--output", metavar="OUT",
        help="where to write, as its suffix says: .csv .tsv .parquet .feather .npy .npz (standard output, csv)",
    )  # fmt: skip
    _add_type(parser)
    _add_reading(parser)
    _add_form(parser)
    parser.add_argument(
        "--repairs",
        choices=("tell", "quiet", "refuse"),
        help="tell of what is moved, dropped or added, be quiet, or refuse it (tell)",
    )
    parser.add_argument("--batch-size", type=_batch_size, metavar="N", help="as Keras' (32), or auto: larger, faster")
    keep = parser.add_mutually_exclusive_group()
    keep.add_argument("--keep", metavar="A,B", action="append", help="columns of DATA to put before the predictions")
    keep.add_argument("--keep-all", action="store_const", const=True, help="all columns of DATA")


def _check(commands: Any) -> None:
    parser = _command(commands, "check", "a dry run: all that predict would repair, tell or refuse", DATA)
    _add_model(parser)
    parser.add_argument("data", metavar="DATA", help="the data, see below")
    _add_reading(parser)
    _add_form(parser)


def _score(commands: Any) -> None:
    parser = _command(
        commands, "score", "predict files of any size, folders and globs of Parquet or csv, to be resumed"
    )
    _add_model(parser)
    parser.add_argument("input", metavar="IN", help="a file, a folder, or a quoted glob")
    parser.add_argument("output_folder", metavar="OUT", help="a folder; a call that was cut short goes on where it was")
    _add_type(parser)
    _add_columns(parser)
    _add_form(parser, missing=("refuse", "na_rows"))
    parser.add_argument(
        "--repairs",
        choices=("tell", "quiet", "refuse"),
        help="tell of what is moved, dropped or added, be quiet, or refuse it (tell)",
    )
    parser.add_argument("--keep", metavar="A,B", action="append", help="columns of IN to keep (all)")
    parser.add_argument("--engine", choices=("local", "spark"), help="what runs it (local)")
    parser.add_argument("--batch-rows", type=_count, metavar="N", help="rows read at once (65536)")
    parser.add_argument(
        "--resume", action=argparse.BooleanOptionalAction, help="whether to go on with what is in OUT (go on)"
    )


def _add_type(parser: Any) -> None:
    parser.add_argument("--type", choices=("raw", "class", "prob"), help="numbers, classes or probabilities (raw)")
    parser.add_argument("--threshold", type=float, metavar="P", help="of two classes the second from here on (0.5)")


def _add_columns(parser: Any) -> None:
    parser.add_argument(
        "--columns", metavar="A,B", action="append",
        help="the columns that the model takes, in its order; of several inputs INPUT=A,B for each",
    )  # fmt: skip


def _add_form(parser: Any, missing: tuple[str, ...] = ("refuse", "na_rows", "pass")) -> None:
    parser.add_argument(
        "--missing",
        choices=missing,
        help="missing values: na_rows leaves their predictions empty, pass is for models that know NaN (refuse)",
    )
    parser.add_argument("--order", choices=("C", "F"), help="how flat columns fill several axes")
    parser.add_argument(
        "--novel-levels", choices=("refuse", "missing"), help="labels that training did not have (refuse)"
    )


def _add_reading(parser: Any) -> None:
    _add_columns(parser)
    parser.add_argument("--format", choices=FORMATS, help="of DATA, where its name does not tell (stdin: csv)")
    csv = parser.add_argument_group("how csv is written")
    csv.add_argument("--sep", metavar="CHARACTER", type=_character, help="between columns (a comma, of .tsv a tab)")
    csv.add_argument("--decimal", metavar="CHARACTER", type=_character, help="in numbers (a point)")
    csv.add_argument("--encoding", metavar="NAME", help="of text (utf-8)")
    csv.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first line has the names of the columns"
    )


def _character(text: str) -> str:
    text = {"\\t": "\t", "tab": "\t"}.get(text, text)
    if len(text) != 1:
        raise argparse.ArgumentTypeError(f"one character, not {text!r}")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not {text!r}")
    return int(text)


def _batch_size(text: str) -> int | str:
    return text if text == "auto" else _count(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"a number of seconds, not {text!r}")
    return seconds
