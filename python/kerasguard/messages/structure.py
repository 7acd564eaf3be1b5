"""Words about which object goes to which input."""

from __future__ import annotations

from typing import Any

from .entry import Both, Entry, Fix
from .phrases import Phrases
from .words import word

STRUCTURE: dict[str, Entry] = {
    "structure_null": Entry(
        "structure",
        Both("`{arg}` must be data for the model, not None.", "`{arg}` must be data for the model, not NULL."),
        (Both("Nothing was assigned to it, or a function returned nothing.",
              "Nothing was assigned to it, or a `$name` does not exist."),),
        (Fix("hand over the data", data="DATA"),),
    ),
    "structure_kind": Entry(
        "structure",
        "`{arg}` must be an array, a data frame or a list of them.",
        ("It is {given}.",),
        (Fix("hand over numbers", data=Both("np.asarray(DATA)",
                                            "as.matrix(DATA)")),),
    ),
    "structure_convert": Entry(
        "structure",
        "`{arg}` must be made an array or a table first.",
        ("It is {given}.",),
        (Fix(data="{conversion}"),),
    ),
    "structure_symbolic": Entry(
        "structure",
        "`{arg}` must be data: a symbolic tensor has a shape and no values.",
        ("It is {given}, a place in a graph of layers.",),
        (Fix("hand over the data that go there", data="DATA"),),
    ),
    "structure_model": Entry(
        "structure",
        "`model` must be a Keras model, not {cls}.",
        ("{held_why}",),
        (Fix("{held_lead}", code="{held_code}"),),
    ),
    "structure_recipe": Entry(
        "structure", "`{x}` must be a recipe after prep(): it was not trained yet.", (),
        (Fix("train it on the training data", code="{x} <- recipes::prep({x}, training = TRAINING)"),),
    ),
    "structure_swapped": Entry(
        "structure",
        "`model` must come first, then the data.",
        ("The model was given as `x` and the data as `model`.",),
        (Fix(code="{turned_call}"),),
    ),
    "structure_count": Entry(
        "structure",
        "`{arg}` must be one array for the model's one input, not {received:arrays}.",
        ("Keras would use the first array and ignore the rest.",),
        (Fix("if the first is the input", data=Both("{arg}[FIRST]", "{arg}[[1]]")),),
    ),
    "structure_count_many": Entry(
        "structure",
        "`{arg}` must have {expected:inputs}, not {received}.",
        ("The inputs are {inputs:names}.",),
        (Fix("name every input", data="{named_inputs}", shell="{input_columns}"),),
    ),
    "structure_one_for_many": Entry(
        "structure",
        "`{arg}` must be one array per input: the model has {expected:inputs}.",
        ("The inputs are {inputs:names}; `{arg}` is {given}.",),
        (Fix("name every input", data="{named_inputs}", shell="{input_columns}"),),
    ),
    "structure_unnamed": Entry(
        "structure",
        "`{arg}` must name its arrays: the model's inputs have names, no order.",
        ("The inputs are {inputs:names}.",),
        (Fix("name every input", data="{named_inputs}", shell="{input_columns}"),),
    ),
    "structure_names": Entry(
        "structure",
        "`{arg}` must have an array for input {missing:names}.",
        ("The inputs are {inputs:names}; `{arg}` has {received:names}.",),
        (
            Fix("if {near:name} is meant", when="near",
                code=Both('{first_place} = {arg}.pop({near:quoted})\n{call}', "{first_place} <- {near_place}\n{call}")),
            Fix("add it", unless="near",
                code=Both("{first_place} = DATA\n{call}", "{first_place} <- DATA\n{call}")),
        ),
    ),
    "structure_twice": Entry(
        "structure",
        "`{arg}` must have each input once; {columns:names} stands twice.",
        (),
        (Fix("keep the first", data=Both("{arg}", "{arg}[!duplicated(names({arg}))]")),),
    ),
    "structure_partly_named": Entry(
        "structure",
        "`{arg}` must name all of its arrays or none of them.",
        ("The inputs are {inputs:names}; only {received:names} has a name.",),
        (Fix("name every input", data="{named_inputs}", shell="{input_columns}"),),
    ),
    "structure_order": Entry(
        "structure",
        "`{arg}` must have its arrays in the order {inputs:names}.",
        ("As they stand they do not fit; in another order they would. Names leave no doubt.",),
        (Fix("name every input", data="{named_inputs}", shell="{input_columns}"),),
    ),
    "structure_rows": Entry(
        "structure",
        "`{arg}` must have the same number of samples for every input.",
        ("{counts_text}.",),
        (Fix("take the same rows everywhere", data="SAME_ROWS"),),
    ),
    "structure_lengths": Entry(
        "structure",
        "`{arg}` must have columns of one length.",
        ("{counts_text}.",),
        (Fix("take the same rows everywhere", data="SAME_ROWS"),),
    ),
    "structure_ragged": Entry(
        "structure",
        "`{arg}` must hold samples of one length, not {lengths}.",
        (
            Both("The model expects {spec}. Which side was padded in training decides: Keras' pad_sequences pads in front.",
                 "The model expects {spec}. Which side was padded in training decides: pad_sequences() pads in front."),
        ),
        (
            Fix("pad in front with 0, if training did and the model masks it", unless="expected",
                data=Both('keras.utils.pad_sequences({arg}{listed}, dtype="float32")',
                          'reticulate::import("keras")$utils$pad_sequences({arg}{listed}, dtype = "float32")')),
            Fix("pad or cut in front to {expected}, if training did", when="expected",
                data=Both('keras.utils.pad_sequences({arg}{listed}, maxlen={expected}, dtype="float32")',
                          'reticulate::import("keras")$utils$pad_sequences({arg}{listed}, maxlen = {expected}L, dtype = "float32")')),
        ),
    ),
    "structure_stacked": Entry(
        "structure",
        "`{arg}`, a list of {count:equal samples}, was stacked: {dims} with the samples first.",
    ),
    "structure_table": Entry(
        "structure",
        "`{arg}` was read as a table: {columns:names} are its columns, not its samples.",
    ),
    "structure_unlike": Entry(
        "structure",
        "`{arg}` must be nested as the model's {expected} inputs are.",
        ("Their places: {paths:names}.",),
        (Fix("in that structure", data="NESTED"),),
    ),
    "structure_extra": Entry(
        "structure",
        "{extra:names} in `{arg}` is no input of the model and was left out.",
        ("Matched by name: {inputs:names}.",),
    ),
    "structure_columns": Entry(
        "structure",
        "The columns of `{arg}` went to the inputs by name: {inputs:names}.",
        ("{left_out}",),
    ),
    "repair_refused": Entry(
        "structure",
        Both('`{arg}` would have to be changed, and `repairs="refuse"`.', '`{arg}` would have to be changed, and `repairs = "refuse"`.'),
        ("{told}",),
        (Fix("allow it", code="{call}"),),
    ),
    "option_value": Entry(
        "structure",
        "`{arg}` must be {choices_text}, not {value}.",
        ("{left_to_option}",),
        (Fix("for the session", when="left_to_option", code="options(kerasguard.{arg} = {first_choice})"),
         Fix("for this call", when="left_to_option", args="{arg} = {first_choice}"),
         Fix(unless="left_to_option", args=Both("{arg}={first_choice}", "{arg} = {first_choice}")),),
    ),
    "option_count": Entry(
        "structure",
        "`{arg}` must be a whole number from 1 on, not {value}.",
        ("{left_to_option}",),
        (Fix("for the session", when="left_to_option", code="options(kerasguard.{arg} = {usual_count})"),
         Fix("for this call", when="left_to_option", args="{arg} = {usual_count}"),
         Fix(unless="left_to_option", args=Both("{arg}={usual_count}", "{arg} = {usual_count}")),),
    ),
}  # fmt: skip


@word
def listed(facts: dict[str, Any], phrases: Phrases) -> str:
    """A ragged tensor as a list, which padding takes."""
    return f"{'$' if phrases.is_r else '.'}to_list()" if facts.get("is_tensor") else ""


@word
def left_to_option(facts: dict[str, Any], phrases: Phrases) -> str:
    """Where the value came from, if the call itself did not give it."""
    return (
        f"It is what the option `kerasguard.{phrases.arg}` holds."
        if phrases.arg in phrases.call.left_to_options
        else ""
    )
