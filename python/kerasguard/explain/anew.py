"""The cause of an error found anew: texts of errors depend on earlier calls, what is wrong with the data does not."""

from __future__ import annotations

from collections.abc import Callable
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
Observe = Callable[[Any, str], Observed]


def check_anew(
    model: Any, x: Any, y: Any, call: Call, method: str = "", see: Observe = observe, missing: str = "pass"
) -> Report | None:
    """What the checks of prediction, or of training where targets are there, say of model and data.

    Returns:
        The report; None where nothing can be told. `missing`: as in `safe_predict`.
    """
    if not is_model(model) or x is None:
        return None
    has_targets = y is not None
    call.function = FUNCTIONS.get(method, "safe_fit" if has_targets else "safe_predict")
    if call.trains and not has_targets:
        return None
    try:
        return _report(model, see(x, call.x), see(y, call.y), call, missing)
    except Exception:  # objects of any kind come here; what can't be checked is explained by its error
        return None


def _report(model: Any, x: Observed, y: Observed, call: Call, missing: str) -> Report:
    if call.trains and x.stream is None:
        options = Options(missing=missing, predicts=False)
        return prepare(call, model, Parts(x, y, observe(None, "sample_weight")), {}, options).report
    job = start(call, model, x, Options(missing=missing, predicts=False))
    look(job)
    return job.report
