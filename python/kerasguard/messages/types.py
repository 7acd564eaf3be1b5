"""Words about answers as classes and probabilities."""

from __future__ import annotations

from typing import Any

from .entry import Both, Entry, Fix
from .phrases import Phrases, number
from .words import word

LEARN = "learn_blueprint({model}, TRAINING_X, TRAINING_Y)"
RAW = Fix("for the numbers themselves", args=Both('type="raw"', 'type = "raw"'))

TYPES: dict[str, Entry] = {
    "option_threshold": Entry(
        "structure",
        "`threshold` must be a number from 0 to 1, not {value}.",
        (),
        (Fix(args=Both('type="class", threshold=0.5', 'type = "class", threshold = 0.5')),),
    ),
    "option_threshold_unused": Entry(
        "structure",
        "`threshold` must be left out: it decides between the two classes of one unit.",
        ("{why_unused}",),
        (Fix("for classes", when="threshold",
             args=Both('type="class", threshold={threshold}', 'type = "class", threshold = {threshold}')),
         Fix("without it", args=Both('type="{type}"', 'type = "{type}"'))),
    ),
    "type_unlearned": Entry(
        "label",
        "The classes of {the_output} must be learned before they can be named.",
        (Both('`type="{type}"` takes their names and order from the labels of training, which were not seen.',
              '`type = "{type}"` takes their names and order from the labels of training, which were not seen.'),),
        (Fix("from labels of every class, then ask again", code=LEARN),),
    ),
    "type_numbers": Entry(
        "label",
        '`type` must be "raw" or "prob" for an output of numbers, not "class".',
        ("{The_output} was trained on numbers: it has no classes.",),
        (Fix("a table, the classes of other outputs as probabilities", when="several",
             args=Both('type="prob"', 'type = "prob"')),
         RAW),
    ),
    "type_classes": Entry(
        "label",
        "The blueprint must have {want:classes} for {the_output}, not {got}.",
        ("{The_output} has {units:units}; the classes learned are {classes:names}.",),
        (Fix("from labels of every class, then ask again", code=LEARN),),
    ),
    "type_scores": Entry(
        "label",
        "The numbers of {the_output} can be probabilities or logits: say which.",
        ("Neither its last activation ({activation_name}) nor the loss tells.",),
        (Fix("if they are probabilities", code="{as_probabilities}"),
         Fix("if they are logits", code="{as_logits}"),
         Fix("or tell the model once, then ask again", when="alone",
             code=Both("{model}.compile({same_optimizer}loss=keras.losses.{loss}(from_logits=True))",
                       'keras <- reticulate::import("keras")\n'
                       "{model}$compile({same_optimizer}loss = keras$losses${loss}(from_logits = TRUE))"))),
    ),
    "type_margin": Entry(
        "label",
        '`type` must be "class" or "raw" with the loss {loss}, not "prob".',
        ("Its sign tells the class; it is no probability.",),
        (Fix(args=Both('type="class"', 'type = "class"')),),
    ),
    "type_rank": Entry(
        "label",
        '`type` must be "raw" for {answers_of}, not "{type}".',
        ("A table has one row per sample.",),
        (RAW,),
    ),
    "type_values": Entry(
        "label",
        "{The_output} must give probabilities, not {found_values}.",
        ("Its last activation or its loss says that they are; the numbers do not.",),
        (RAW,),
    ),
}  # fmt: skip


@word
def the_output(facts: dict[str, Any], phrases: Phrases) -> str:
    return f'output "{facts["output"]}"' if facts["output"] else "the output"


@word
def The_output(facts: dict[str, Any], phrases: Phrases) -> str:
    text = the_output(facts, phrases)
    return text[0].upper() + text[1:]


@word
def why_unused(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["type"] == "class":
        return "No output of this model is one: the most probable class is taken."
    is_ = " = " if phrases.is_r else "="
    return f'With `type{is_}"{facts["type"]}"` nothing is decided.'


@word
def activation_name(facts: dict[str, Any], phrases: Phrases) -> str:
    return facts["activation"] or "not to be seen"


@word
def as_probabilities(facts: dict[str, Any], phrases: Phrases) -> str:
    return _raw(phrases) + (" >= 0.5" if facts["type"] == "class" else "")


@word
def as_logits(facts: dict[str, Any], phrases: Phrases) -> str:
    raw, link = _raw(phrases), facts["link"]
    if facts["type"] == "class":  # of one unit
        return f"{raw} >= 0"
    if not phrases.is_r:
        return f"keras.ops.{link}({raw})"
    return f"plogis({raw})" if link == "sigmoid" else f"raw <- {raw}\nexp(raw) / rowSums(exp(raw))"


def _raw(phrases: Phrases) -> str:
    names = phrases.names_of_call()
    return f"{names['function']}({names['model']}, {names['x']})"


@word
def same_optimizer(facts: dict[str, Any], phrases: Phrases) -> str:
    if not facts["compiled"]:
        return ""
    model = phrases.call.model
    return f"optimizer = {model}$optimizer, " if phrases.is_r else f"optimizer={model}.optimizer, "


@word
def answers_of(facts: dict[str, Any], phrases: Phrases) -> str:
    rank = facts["rank"]
    if facts.get("text"):
        return "answers that are text"
    return "answers of unlike lengths" if rank is None else f"an output of {rank} {'axis' if rank == 1 else 'axes'}"


@word
def found_values(facts: dict[str, Any], phrases: Phrases) -> str:
    if "sum" in facts:
        return f"rows that sum to {number(round(facts['sum'], 4))}"
    return f"numbers from {number(facts['low'])} to {number(facts['high'])}"
