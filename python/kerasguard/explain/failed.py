"""What a model failed of that the guard itself ran: the checks of its data found nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..messages import keras_sentence
from ..report import Diagnosis
from ..signature import is_model
from .families import find_family
from .raised import Raised, read_exception, read_text

# the checks of the data, which passed, know these better; a file was not loaded here
CHECKED = ("error_kind", "error_form", "error_rows", "error_no_", "error_load", "error_unbuilt", "error_spoiled")


def failure(model: Any, error: BaseException | str) -> Diagnosis:
    """The refusal, with the cause where it is known."""
    raised = read_exception(error) if isinstance(error, BaseException) else read_text(error)
    plain = error if isinstance(error, BaseException) else RuntimeError(error)
    facts: dict[str, Any] = {"error": raised.error, "sentence": keras_sentence(plain)}
    found = _cause(model, raised)
    if found is not None:
        facts["failed_of"] = replace(found, facts={**found.facts, "failed": True})
    return Diagnosis("model_failed", "model", facts)


def _cause(model: Any, raised: Raised) -> Diagnosis | None:
    found = find_family(replace(raised, is_keras=True))
    return None if found is None or found.code.startswith(CHECKED) else unlearned(found, model)


def unlearned(found: Diagnosis, model: Any) -> Diagnosis:
    """Of a layer that was never adapted: the model tells which one it is."""
    from ..model_check.check import check_unlearned

    is_known = found.code == "error_adapted" and is_model(model)
    return next(check_unlearned(model), found) if is_known else found
