"""Words about errors that nothing here knows."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases, article
from ..words import word
from .common import CHECK

UNKNOWN: dict[str, Entry] = {
    "error_not_keras": Entry(
        "environment",
        "This {error_word} is not of Keras: {where_from}.",
        ("{error_colon}{plain_sentence}.", "{code_words}", "Neither Keras nor TensorFlow had a part in it."),
        (),
    ),
    "error_unknown": Entry(
        "model",
        "Keras raised {an_error} that kerasguard does not know{at_layer}.",
        ("{plain_sentence}.", "{raised_at}"),
        (
            Fix("look at the data", when="called", code=CHECK.code),
            Fix("look at the model, layer by layer", when="called", code="check_model({model})"),
        ),
    ),
    "error_unknown_text": Entry(
        "environment",
        "kerasguard does not know this error, nor whether it is of Keras.",
        ("{plain_sentence}.",),
        (Fix("give the error itself, the model and the data", code=Both("explain_error(ERROR, {model}, {x})", "explain_error(ERROR, model = {model}, x = {x})")),),
    ),
}  # fmt: skip


@word
def at_layer(facts: dict[str, Any], phrases: Phrases) -> str:
    return f' at layer "{facts["layer"]}" ({facts["cls"]})' if facts["layer"] else ""


@word
def raised_at(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line of the user's that led to it."""
    if not facts.get("own"):
        return ""
    code = str(facts["code"])
    return f"Raised at {facts['file']}, line {facts['line']}" + (f": {code[:80]}" if code else ".")


@word
def an_error(facts: dict[str, Any], phrases: Phrases) -> str:
    return "an error" if facts["error"] == "Error" else article(facts["error"])


@word
def error_word(facts: dict[str, Any], phrases: Phrases) -> str:
    return "error" if facts["error"] == "Error" else str(facts["error"])


@word
def where_from(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["own"]:
        return f"{facts['file']}, line {facts['line']}"
    return "R code raised it" if phrases.is_r else "other code raised it"
