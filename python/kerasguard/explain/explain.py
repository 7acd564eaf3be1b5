"""Error -> explanation: the checks run anew, then the live error and its frames, its text last."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ..errors import KerasGuardError
from ..observe import observe
from ..report import Call, Diagnosis, Report
from .anew import Observe, check_anew
from .explanation import Explanation
from .families import find_family, find_unknown
from .raised import Raised, read_exception, read_text

# the guard can read what Keras can't
MENDED = ("error_input_shape", "error_input_rank", "error_values", "error_kind", "layer_features")
# of the machine or the model, whatever the data is like
WHATEVER_DATA = ("error_memory", "error_not_keras", "error_own_code", "error_gpu")


def explain_error(error: BaseException | str, model: Any = None, x: Any = None, y: Any = None) -> Explanation:
    """Tell what an error of Keras or TensorFlow comes of, and the line that mends it.

    Args:
        error: The exception, or its text: one line, or a whole traceback or log.
        model: The model that failed, if it is not known from the exception itself, as for a text.
        x: The data that it was called on. With model and data given, or found in the exception, they are checked
            anew: the text of an error often names something else than its cause.
        y: The targets, if it was trained or evaluated.

    Returns:
        An `Explanation`, which prints as a message: what is wrong, what was expected and what came, and how to mend
        it. `.code` is stable. Of an error that is not known it holds Keras' own sentence and where to look.
    """
    return explain(error, Call("explain_error"), model, x, y)


@contextmanager
def explaining() -> Iterator[None]:
    """Explain every error that leaves the block, on stderr; the error itself goes on as it is."""
    try:
        yield
    except Exception as error:
        print(explain_error(error), file=sys.stderr)
        raise


def explain(
    error: BaseException | str,
    call: Call,
    model: Any = None,
    x: Any = None,
    y: Any = None,
    see: Observe = observe,
    foreign: bool = False,
) -> Explanation:
    """As `explain_error`, in the words of `call`.

    `see`: how data that the exception holds is described. `foreign`: no Python code raised the error of this text.
    """
    if isinstance(error, KerasGuardError) and error.report is not None and error.report.problems:
        return Explanation(type(error).__name__, str(error).split("\n")[0], error.report, "checks")
    raised = read_exception(error) if isinstance(error, BaseException) else read_text(str(error))
    known = find_family(raised)
    if known is None and foreign and not raised.is_keras:
        raised = replace(raised, is_live=True, is_keras=False)
        known = find_family(raised)
    found = known or find_unknown(raised)
    if found.code not in WHATEVER_DATA:
        report = _anew(raised, call, model, x, y, see, found.code)
        if report is not None and report.problems and not _knows_better(found, report):
            return Explanation(raised.error, raised.sentence, report, "checks")
        if report is not None and report.ok and found.code in MENDED:
            found = replace(found, facts={**found.facts, "mended": True, "function_of": call.function})
    call.function = "explain_error"
    return Explanation(raised.error, raised.sentence, Report(call, (found,)), "error" if raised.is_live else "text")


def _knows_better(found: Diagnosis, report: Report) -> bool:
    """Pictures at the end of a model are no series, and the targets are as the user meant them."""
    return found.code == "error_target_flatten" and len(found.facts["output"]) > 2 and report.problems[0].arg == "y"


def _anew(raised: Raised, call: Call, model: Any, x: Any, y: Any, see: Observe, code: str) -> Report | None:
    """With what the user gave, else with what the frames hold."""
    method = raised.call.method if raised.call is not None else ""
    if raised.call is not None and x is None and (model is None or model is raised.call.model):
        model, (x, y) = raised.call.model, (raised.call.arguments["x"], raised.call.arguments["y"])
        names = raised.call.names
        call.model = names.get("model", call.model)
        call.x, call.y = names.get("x", call.x), names.get("y", call.y)
    # training on NaN is no error of Keras
    missing = "refuse" if code in ("error_values", "error_nan", "error_kind") else "pass"
    return check_anew(model, x, y, call, method, see, missing)
