"""Arguments -> command -> what is printed, and the exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any

from .parser import Parser, make_parser

RIGHT, REFUSED, INTERRUPTED, CLOSED_PIPE = 0, 1, 130, 141  # the last two as shells count signals 2 and 13
TRACEBACK = "KERASGUARD_TRACEBACK"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: The words after `kerasguard`; None: those that this process was started with.

    Returns:
        The exit code: 0 where the answer is right, 1 where it is refused, 2 for wrong usage, 130 after Ctrl-C and 141
        where whoever read the output went away.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow reads it once, when it is imported
    try:
        code = _main(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return CLOSED_PIPE
    except OSError as error:  # a full disk
        _forget_output()
        print(f"kerasguard: error: Can't write to standard output: {error.strerror}.", file=sys.stderr)
        return REFUSED
    return code


def _forget_output() -> None:
    """Python flushes once more when it ends, which must not fail again."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _main(words: list[str]) -> int:
    parser = make_parser()
    try:
        given = parser.parse_args(words)
    except SystemExit as error:  # of --help and --version as well
        return _usage(parser, words, int(error.code or 0))
    from .tell import show, show_unexpected

    try:
        with warnings.catch_warnings():
            if not sys.warnoptions:  # those of libraries; ours are findings
                warnings.simplefilter("ignore")
            with redirect_stdout(sys.stderr):  # what a layer or a progress bar prints is no answer
                outcome = given.run(given)
    except Exception as error:  # whatever nobody thought of
        if isinstance(error, BrokenPipeError):
            raise
        if os.environ.get(TRACEBACK, "0") not in ("", "0"):
            traceback.print_exc()
        show_unexpected(error, given, TRACEBACK)
        return REFUSED
    show(outcome, given)
    return RIGHT if outcome.ok else REFUSED


def _usage(parser: Parser, words: list[str], code: int) -> int:
    if code and "--json" in words:
        import json

        problem: dict[str, Any] = {"code": "usage", "family": "usage", "level": "refusal", "message": Parser.told}
        print(json.dumps({"ok": False, "problems": [problem], "notes": []}))
    return code
