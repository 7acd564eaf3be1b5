"""Words about data that a model can't take."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
from ..words import word
from .common import CHECK, READ

DATA: dict[str, Entry] = {
    "error_input_shape": Entry(
        "shape",
        "The model must get {want:shape} per sample, not {seen:shape}.",
        ("The data have other axes or sizes than the model declares.",),
        (READ, CHECK),
    ),
    "error_input_rank": Entry(
        "shape",
        "The model must get {wanted} axes, samples first; each sample here is {seen:shape}.",
        (),
        (READ, CHECK),
    ),
    "error_inputs": Entry(
        "structure",
        "The model must get {wanted:inputs}, not {came}.",
        (),
        (Fix("one array per input, in their order", code=Both("safe_predict({model}, [X1, X2])", "safe_predict({model}, list(X1, X2))")),),
    ),
    "error_ids": Entry(
        "dtype",
        "Token id {value} must be from 0 to {last_id}: the Embedding has {count} rows.",
        ("An id is a row number, counted from zero.",),
        (
            Fix("rows for all ids; then train again", when="above", code=Both("keras.layers.Embedding({size}, DIMENSIONS)",
                "layer_embedding(input_dim = {size}, output_dim = DIMENSIONS)")),
            CHECK,
        ),
    ),
    "error_rows": Entry(
        "label",
        "{rows_head}",
        ("{rows_detail}",),
        (
            READ,
            Fix("one array of all samples", when="is_list", unless="mended", code=Both("{x} = np.stack({x})", '{x} <- aperm(simplify2array({x}), c(length(dim({x}[[1]])) + 1, seq_along(dim({x}[[1]]))))')),
            Fix("see both", unless="is_list", code=Both("np.shape({x}), np.shape({y})", "dim({x}); dim({y}); length({y})")),
        ),
    ),
    "error_kind": Entry(
        "structure",
        "{kind_head}",
        ("{kind_detail}",),
        (
            READ,
            Fix("a list of samples as one array", when="is_list", unless="mended", code=Both("{role} = np.asarray({role})", "{role} <- do.call(rbind, as.list({role}))")),
            Fix("let the guard read it", unless="is_list", code=CHECK.code),
        ),
    ),
    "error_values": Entry(
        "dtype",
        "The {values_role} hold {values_words}, which Keras can't make numbers of.",
        ("Text, dates, missing values and rows of unequal length all end up like this.",),
        (READ, Fix("see which columns", unless="mended", code=CHECK.code)),
    ),
    "error_no_data": Entry(
        "structure", Both("The model was called on None.", "The model was called on NULL."), (),
        (Fix("", code="safe_predict({model}, DATA)"),),
    ),
    "error_no_rows": Entry(
        "structure", "{method}() got no samples: the data are empty.", (),
        (Fix("see their size", code=Both("np.shape({x})", "dim({x})")),),
    ),
    "error_form": Entry(
        "shape",
        "Keras can't take `{arg}` in this form; the guard can.",
        ("{told}",),
        (READ,),
    ),
    "error_input_missing": Entry(
        "structure",
        "The model must get data for its input {name:quoted}.",
        ("Its inputs are found by name.",),
        (Fix("see all inputs and their names", code=Both("[tensor.name for tensor in {model}.inputs]", "lapply({model}$inputs, function(tensor) tensor$name)")),),
    ),
    "error_ragged": Entry(
        "shape",
        "Rows of unequal length can't be put together as one array.",
        ("Every sample must have the same sizes.",),
        (Fix("fill up with zeros in front, if training did", code=Both('keras.utils.pad_sequences(ROWS, dtype="float32")',
             'reticulate::import("keras")$utils$pad_sequences(ROWS, dtype = "float32")')),),
    ),
    "layer_inputs": Entry(
        "model",
        "{layer_words} must get {wanted:inputs}, not {came}.",
        ("It is one layer of a model, not the model itself.",),
        (Fix("join them before it", when="many", code=Both("keras.layers.Concatenate()([FIRST, SECOND])", "layer_concatenate(list(FIRST, SECOND))")),),
    ),
}  # fmt: skip


@word
def last_id(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["count"] - 1)


@word
def rows_head(facts: dict[str, Any], phrases: Phrases) -> str:
    x = f"`{phrases.call.x}`"
    if facts["is_list"]:
        return f"{x} is a list of {facts['inputs']} arrays: Keras takes them for {facts['inputs']} inputs."
    if facts["within"] and not facts["differ"]:
        return f"All arrays of {x} must have equally many samples."
    other = {"y": f"`{phrases.call.y}`", "sample_weight": "`sample_weight`"}.get(facts["other"], f"`{phrases.call.y}`")
    known = f", not {facts['rows']} and {facts['targets']}" if facts["differ"] else ""
    return f"{x} and {other} must have equally many samples{known}."


@word
def rows_detail(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_list"]:
        return "A list holds one array per input of a model; samples go along the first axis of one array."
    return "Samples are counted along the first axis of each. The validation data may be meant too."


@word
def kind_head(facts: dict[str, Any], phrases: Phrases) -> str:
    role = {"x": phrases.call.x, "y": phrases.call.y}.get(facts["role"], facts["role"])
    if facts.get("beside"):
        return f"`{phrases.call.x}` is an array, but what is handed over beside it is none."
    return f"Keras can't take {of_cls(facts, phrases)} as `{role}`: it takes arrays and datasets."


@word
def kind_detail(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"Look at `{phrases.call.y}` and the weights: a list is none." if facts.get("beside") else ""


def of_cls(facts: dict[str, Any], phrases: Phrases) -> str:
    name = str(facts["cls"]).rpartition(".")[2]
    words = {"str": "text", "list": "a list", "dict": "a named list" if phrases.is_r else "a dict"}
    return words.get(name, f"an object of class {name}")


@word
def values_role(facts: dict[str, Any], phrases: Phrases) -> str:
    return "targets" if phrases.arg == phrases.call.y else "data"


@word
def values_words(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["text"]:
        return "text"
    return "things that are no numbers" if phrases.is_r else f"Python objects ({facts['type']})"
