"""The cause of an error found anew: texts of errors depend on earlier calls, what is wrong with the data does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..job import look, start
from ..observe import Observed, observe
from ..options import Options
from ..report import Call, Report
from ..signature import is_model
from ..training import Parts, prepare

FUNCTIONS = {
    "fit": "safe_fit",
    "train_on_batch": "safe_fit",
    "evaluate": "safe_evaluate",
    "test_on_batch": "safe_evaluate",
}
# of fit() and evaluate(); callbacks are the user's own code
PASSED = ("batch_size", "epochs", "validation_split", "steps_per_epoch", "steps", "validation_steps", "initial_epoch")
Observe = Callable[[Any, str], Observed]


def check_anew(
    model: Any, given: Mapping[str, Any], call: Call, method: str = "", see: Observe = observe, missing: str = "pass"
) -> Report | None:
    """What the checks of prediction, or of training where targets are there, say of model and data.

    No batch of a stream is drawn: what makes them is the user's own code.

    Args:
        given: `x`, and what else was handed over, by the names of Keras' arguments.
        missing: As in `safe_predict`.

    Returns:
        The report; None where nothing can be told.
    """
    x, y = given.get("x"), given.get("y")
    if not is_model(model) or x is None:
        return None
    call.function = FUNCTIONS.get(method, "safe_fit" if y is not None else "safe_predict")
    try:
        return _report(model, see(x, call.x), see(y, call.y), given, call, see, missing)
    except Exception:  # objects of any kind come here; what can't be checked is explained by its error
        return None


def _report(
    model: Any, x: Observed, y: Observed, given: Mapping[str, Any], call: Call, see: Observe, missing: str
) -> Report | None:
    steps = given.get("steps") if not call.trains else None
    options = Options(missing=missing, predicts=False, steps=steps)
    if not call.trains:
        job = start(call, model, x, options)
        if x.stream is None:
            look(job)
        return job.report
    if x.stream is None and y.kind.kind == "null":
        return None
    weight = see(given.get("sample_weight"), "sample_weight")
    parts = Parts(x, y, weight, given.get("class_weight"), _validation(given.get("validation_data"), see, call))
    arguments = {name: given[name] for name in PASSED if given.get(name) is not None}
    return prepare(call, model, parts, arguments, options, builds=False).report


def _validation(data: Any, see: Observe, call: Call) -> tuple[Observed, Observed, Observed] | None:
    if data is None:
        return None
    parts = data if isinstance(data, (tuple, list)) else (data,)
    places = [f"validation_data[[{i + 1}]]" if call.language == "r" else f"validation_data[{i}]" for i in range(3)]
    x, y, weight = (see(part, place) for part, place in zip((*parts, None, None), places, strict=False))
    return x, y, weight
