"""Error -> explanation: the checks run anew, then the live error and its frames, its text last."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from ..errors import KerasGuardError
from ..guarding import live
from ..messages import family_of
from ..observe import observe
from ..report import Call, Diagnosis, Finding, Repair, Report
from .anew import Observe, check_anew
from .explanation import Explanation, KnownFrom
from .failed import unlearned
from .families import find_family, find_unknown
from .raised import Raised, read_exception, read_text

# the guard can read what Keras can't
MENDED = ("error_generator", "error_input_shape", "error_input_rank", "error_values", "error_kind", "error_rows",
          "layer_features", "error_structure")  # fmt: skip
# what is wrong with the data, or may be: the checks of model and data know better than the text
OF_DATA = (
    "error_input", "error_rows", "error_target", "error_label", "error_outputs", "error_ids", "error_kind",
    "error_values", "error_batch", "error_unknown", "error_spoiled", "error_uncompiled", "error_unbuilt",
    "error_nan", "error_metric", "error_no_", "error_ragged", "error_weights", "error_generator", "error_one_number",
    "error_structure", "layer_features", "layer_channels", "layer_steps", "layer_samples", "layer_axes", "layer_rank",
    "layer_one_sample", "layer_window", "layer_reshape", "layer_inputs",
)  # fmt: skip
# how calls meant for Keras 2 fail in Keras 3
OF_OLD_CALLS = ("error_positional", "error_argument", "error_removed", "error_attribute", "error_unknown")
LOST = "loss: nan"  # what a history is read as
# these say where it was themselves
PLACED = ("error_own_code", "error_not_keras", "error_variable", "error_unknown")


def explain_error(error: BaseException | str, model: Any = None, x: Any = None, y: Any = None) -> Explanation:
    """Tell what an error of Keras or TensorFlow comes of, and the line that mends it.

    Args:
        error: The exception, or its text: one line, or a whole traceback or log. Or the history of a training whose
            loss became NaN.
        model: The model that failed, if it is not known from the exception itself, as for a text.
        x: The data that it was called on. With model and data given, or found in the exception, they are checked
            anew: the text of an error often names something else than its cause.
        y: The targets, if it was trained or evaluated.

    Returns:
        An `Explanation`, which prints as a message of what is wrong, what was expected and what came, and how to mend
        it. `.code` is stable. Of an error that is not known it holds Keras' own sentence and where to look.
    """
    return explain(error, Call("explain_error"), model, x, y)


@contextmanager
def explaining() -> Iterator[None]:
    """Explain every error that leaves the block, on stderr; the error itself goes on as it is.

    Refusals of kerasguard explain themselves: of them nothing is printed.
    """
    try:
        yield
    except Exception as error:
        with suppress(Exception):  # whatever happens here, the user's error is the one to see
            if not isinstance(error, KerasGuardError) and not getattr(error, "kerasguard_told", False):
                error.kerasguard_told = True  # type: ignore[attr-defined]  # a block around this one
                print(explain_error(error), file=sys.stderr)
        raise


def explain(
    error: Any,
    call: Call,
    model: Any = None,
    x: Any = None,
    y: Any = None,
    see: Observe = observe,
    foreign: bool = False,
    session: Mapping[str, Any] | None = None,
) -> Explanation:
    """As `explain_error`, in the words of `call`.

    `see`: how data that the exception holds is described. `foreign`: no Python code raised the error of this text.
    `session`: what is known of R's.
    """
    model = live(model, call)[0]
    if isinstance(error, KerasGuardError) and error.report is not None and error.report.problems:
        return Explanation(type(error).__name__, "", error.report, "checks", is_own=True)
    raised = _read(error)
    if foreign and find_family(raised) is None:
        raised = replace(raised, is_live=True, is_keras=False)
    found = find_family(raised) or find_unknown(raised)
    found = unlearned(found, raised.call.model if raised.call is not None and model is None else model)
    if session and found.code.startswith("error_r_"):
        found = replace(found, facts={**found.facts, **session})
    if raised.call is not None and model is None and x is None:
        names = raised.call.names
        call.model = names.get("model", call.model)
        call.x, call.y = names.get("x", call.x), names.get("y", call.y)
    if session and (old := _old_package(found, raised, str(session.get("r_keras") or ""))) is not None:
        found = old
    place = None if found.code in PLACED else raised.own
    is_history = isinstance(getattr(error, "history", None), dict) or error == LOST
    known_from: KnownFrom = "error" if raised.is_live or is_history else "text"
    known_from = "checks" if found.code == "model_not_learned" else known_from
    said = Explanation(raised.error, raised.sentence, Report(call, (found,)), known_from, place=place)
    said = replace(said, wants_data=found.code.startswith(OF_DATA))
    if found.code.startswith(OF_DATA):
        report = _anew(raised, call, model, x, y, see, found.code)
        problems = _causes(found, report) if report is not None else ()
        if report is not None and problems:
            problems = (found, *problems) if _leads(found, problems) else problems
            is_sure = not found.code.startswith("error_unknown")
            return replace(said, report=Report(report.call, problems), known_from="checks", is_sure=is_sure)
        if report is not None and report.ok:
            found = _mended(found, report, call)
            is_read = found.code == "error_form" or found.facts.get("mended")
            said = said if raised.is_live or is_read else replace(said, known_from="checked")
            found = replace(found, facts={**found.facts, "checked": True})
    call.function = "explain_error"
    return replace(said, report=Report(call, (found,)))


def _read(error: Any) -> Raised:
    history = getattr(error, "history", None)
    if isinstance(history, dict):  # of a training whose loss became NaN, without an error
        values = [value for name in history for value in history[name] if isinstance(value, float)]
        lost = not all(map(math.isfinite, values))
        return read_text(LOST if lost else "the history holds no NaN")
    return read_exception(error) if isinstance(error, BaseException) else read_text(str(error))


def _causes(found: Diagnosis, report: Report) -> tuple[Finding, ...]:
    """What was found anew and can be the cause; nothing, where the error itself tells more."""
    problems = tuple(problem for problem in report.problems if _is_cause(problem, found))
    # pictures at the end of a model are no series, and the targets are as the user meant them
    if problems and found.code == "error_target_flatten" and len(found.facts["output"]) > 2 and problems[0].arg == "y":
        return ()
    return problems


def _old_package(found: Diagnosis, raised: Raised, version: str) -> Diagnosis | None:
    """R's keras before keras3 calls Keras 3 as if it were Keras 2: errors of how it is called come of that."""
    keras = sys.modules.get("keras")
    running = str(getattr(keras, "__version__", ""))
    is_between = version[:2] in ("1.", "2.") and running[:2] == "3." and "tf_keras" not in sys.modules
    if not (is_between and raised.is_keras and raised.is_live and found.code in OF_OLD_CALLS):
        return None
    return Diagnosis("environment_r_keras", "x", {"r_keras": version, "keras": running, "packages": "tf_keras"})


def _leads(found: Diagnosis, problems: tuple[Finding, ...]) -> bool:
    """Targets that Keras can't take in: it never saw their values, so that what is wrong with these comes second."""
    is_list = found.code == "error_kind" and found.arg == "y" and bool(found.facts["is_list"])
    is_form = [family_of(problem.code) == "structure" or problem.code == "label_kind" for problem in problems]
    return is_list and not any(is_form) and all(problem.arg == "y" for problem in problems)


def _is_cause(problem: Diagnosis, found: Diagnosis) -> bool:
    """Keras builds a model when it is called first: that it is not built yet fails nowhere else."""
    return problem.code != "model_unbuilt" or found.code == "error_unbuilt"


def _mended(found: Diagnosis, report: Report, call: Call) -> Diagnosis:
    """The data are right for the guard, which can read what Keras can't."""
    facts = {"mended": True, "function_of": call.function, "has_targets": call.has_targets}
    # of a warning there are two readings: which of them is meant, it is not for this place to say
    repairs = [note for note in report.notes if isinstance(note, Repair) and note.level == "message"]
    if repairs and found.code.startswith(("layer_", "error_input", "error_rows", "error_unknown")):
        return Diagnosis("error_form", repairs[0].arg, {**facts, "repair": repairs[0]})
    if found.facts.get("other") == "sample_weight":  # which the checks did not see
        return found
    return replace(found, facts={**found.facts, **facts}) if found.code in MENDED else found


def _anew(raised: Raised, call: Call, model: Any, x: Any, y: Any, see: Observe, code: str) -> Report | None:
    """With what the user gave, else with what the frames hold."""
    method = raised.call.method if raised.call is not None else ""
    given: Mapping[str, Any] = {"x": x, "y": y}
    if raised.call is not None and x is None and (model is None or model is raised.call.model):
        model, given = raised.call.model, raised.call.arguments
    # training on NaN is no error of Keras
    missing = "refuse" if code in ("error_values", "error_nan", "error_kind") else "pass"
    return check_anew(model, given, call, method, see, missing)
