"""Words for what is handed over in a model's place, by what it is: why it is none, and the line that gives one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..entry import Both, Text
from ..phrases import Phrases
from ..words import word


@dataclass(frozen=True)
class Held:
    """`why` it is no model, and the line `code` that gives one; `lead`: what that does, or when it is right."""

    why: Text
    lead: Text
    code: Text


FILE = Both('model = safe_load_model("FILE.keras")', 'model <- safe_load_model("FILE.keras")')
TAKEN = "It holds {count:Keras models}{rest_is_yours}."

HELD = {
    "": Held("", "load it from its file", FILE),
    "null": Held(
        Both("Nothing was assigned to it, or a function returned nothing.",
             "Nothing was assigned to it, or a `$name` does not exist."),
        "load it from its file", FILE,
    ),
    "path": Held("It is the name of a file.", "load it", Both("model = safe_load_model({path:quoted})", "model <- safe_load_model({path:quoted})")),
    "saved_model": Held(
        "TensorFlow loaded it as a graph, which does not tell what goes in and out.", "load it with",
        Both('model = safe_load_model("FOLDER")', 'model <- safe_load_model("FOLDER")'),
    ),
    "bytes": Held(
        Both("These bytes are a model's file.", "{place_of} holds a model's file as bytes.{caret_too}"), "write them to a file, and load it",
        Both('with open("MODEL{ending}", "wb") as file:\n    file.write({model}{at})\nmodel = safe_load_model("MODEL{ending}")',
             'path <- tempfile(fileext = "{ending}")\nwriteBin({model}{at}, path)\nmodel <- safe_load_model(path)'),
    ),
    "history": Held("fit() trains the model itself, and returns how that went.", "the model that fit() was called on", Both(
        "model = TRAINED_MODEL", "model <- TRAINED_MODEL")),
    "history_of": Held("fit() trains the model itself, and returns how that went.", "the trained model", Both("model = {model}{at}", "model <- {model}{at}")),
    "function": Held("It is {a_function}; the model is what comes of calling it.", "if it gives the trained model", Both("model = {model}()", "model <- {model}()")),
    "inside": Held(TAKEN, "{lead_inside}", Both("{steps_before}model = {model}{at}", "model <- {model}{at}")),
    "several": Held(TAKEN, "take one of them", Both("model = {model}{at}", "model <- {model}{at}")),
    "library": Held("It is an object of {library}, and what is guarded here are models of Keras.", "the Keras model, if it was made from one", FILE),
    "bundle": Held("It is packed for saving.", "unpack it", "{model} <- bundle::unbundle({model})"),
    "vetiver": Held("It is a deployment, and its model is packed inside.", "unpack it", "model <- bundle::unbundle({model}$model)"),
    "last_fit": Held("It is the result of a last fit, with the fitted workflow inside.", "take that out", "model <- hardhat::extract_workflow({model})"),
    "tuned": Held("It is the result of tuning, and none of its models was kept.", "fit the best one anew, and hand that over", "WORKFLOW <- tune::fit_best({model})"),
    "untrained": Held("It was never fitted.", "fit it first, and hand that over", "FIT <- generics::fit({model}, {formula}data = TRAINING)"),
    "other_engine": Held("It was fitted with another engine than Keras.", "which one", "hardhat::extract_spec_parsnip({model})$engine"),
    "parsnip": Held("{engine_why}", "{engine_lead}", "model <- hardhat::extract_fit_engine({model}){x_prepared}"),
    "workflow": Held("{engine_why}", "{engine_lead}", "model <- hardhat::extract_fit_engine({model}){x_forged}"),
}  # fmt: skip


def _held(name: str, facts: dict[str, Any], phrases: Phrases) -> str:
    text = getattr(HELD[facts.get("held", "")], name)
    if isinstance(text, Both):
        text = text.of(phrases.call.language)
    return phrases.fill(text, facts)


@word
def held_why(facts: dict[str, Any], phrases: Phrases) -> str:
    return _held("why", facts, phrases)


@word
def held_lead(facts: dict[str, Any], phrases: Phrases) -> str:
    return _held("lead", facts, phrases)


@word
def held_code(facts: dict[str, Any], phrases: Phrases) -> str:
    return _held("code", facts, phrases)


WHY_NOT = {
    "": "Its Keras model is inside, and takes data as the preprocessing leaves them.",
    "post": "It changes the model's numbers afterwards: `predict()` does that, `{function}()` can't.",
    "engine": "Its engine prepares the data in a way of its own, which is not known here.",
}
TAKES_DATA = ("safe_predict", "validate_and_coerce", "check_input", "learn_blueprint", "safe_fit", "safe_evaluate")


@word
def engine_why(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.fill(WHY_NOT[facts.get("why_not", "")], facts)


@word
def engine_lead(facts: dict[str, Any], phrases: Phrases) -> str:
    return (
        "its Keras model, and data as that was trained on"
        if engine_takes_data(phrases)
        else "its Keras model alone, without what prepares the data"
    )


@word
def x_prepared(facts: dict[str, Any], phrases: Phrases) -> str:
    return (
        phrases.fill("\nprepared <- parsnip::prepare_data({model}, {x})", facts) if engine_takes_data(phrases) else ""
    )


@word
def x_forged(facts: dict[str, Any], phrases: Phrases) -> str:
    code = "\nprepared <- hardhat::forge({x}, hardhat::extract_mold({model})$blueprint)$predictors"
    return phrases.fill(code, facts) if engine_takes_data(phrases) else ""


def engine_takes_data(phrases: Phrases) -> bool:
    return phrases.call.function in TAKES_DATA


@word
def rest_is_yours(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts.get("plain") else "; what it does to the data before is then up to you"


@word
def steps_before(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.fill("prepared = {model}[:-1].transform({x})", facts) + "\n" if facts.get("steps") else ""


@word
def place_of(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"`{phrases.call.model}{facts['at']}`"


@word
def caret_too(facts: dict[str, Any], phrases: Phrases) -> str:
    """caret scales data before its model sees them, where it was told to."""
    return (
        phrases.fill(" If `preProcess` was set, `{x}` must be `predict({model}$preProcess, {x})`.", facts)
        if facts.get("caret")
        else ""
    )


@word
def a_function(facts: dict[str, Any], phrases: Phrases) -> str:
    return "a class" if facts.get("cls") == "type" else "a function"


@word
def formula(facts: dict[str, Any], phrases: Phrases) -> str:
    return "FORMULA, " if facts.get("takes_formula") else ""


@word
def holder(facts: dict[str, Any], phrases: Phrases) -> str:
    return "a workflow" if facts["taken"] == "workflow" else "a fit of parsnip"


@word
def prepares(facts: dict[str, Any], phrases: Phrases) -> str:
    return "the workflow prepares it" if facts["taken"] == "workflow" else "parsnip prepares it"


@word
def lead_inside(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts.get("plain") else "for data in the form that this model was trained on"
