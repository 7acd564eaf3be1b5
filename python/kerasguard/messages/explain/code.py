"""Words about the user's own code, which Keras runs or which calls it with what it can't use."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
from ..words import word
from .data import of_cls

CODE: dict[str, Entry] = {
    "error_variable": Entry(
        "model",
        "A layer or model of your own makes a variable at every call.",
        ("Keras runs call() many times: variables are made once, in build() or __init__().{place_words}",),
        (Fix("in its build()", code=Both("self.w = self.add_weight(shape=SHAPE)", "self$w <- self$add_weight(shape = SHAPE)")),),
    ),
    "error_whole_number": Entry(
        "model",
        "Keras needs a whole number where it got one with a decimal point.",
        (Both("{error}: {plain_sentence}.", "In R a plain 2 is a double; 2L is a whole number."),),
        (Fix("round it", code=Both("int(NUMBER)", "as.integer(NUMBER)")),),
    ),
    "error_graph": Entry(
        "model", "The model's outputs don't come from the inputs that it was given.", (
            "Every output must be made, layer by layer, of the very objects that are handed over as inputs.",),
        (Fix("one Input, used and handed over", code=Both("inputs = keras.Input((FEATURES,))\nkeras.Model(inputs, keras.layers.Dense(1)(inputs))",
             "inputs <- keras_input(shape = c(FEATURES))\nkeras_model(inputs, layer_dense(inputs, units = 1))")),),
    ),
    "error_shape_number": Entry(
        "model", Both("An input shape must be a tuple of sizes, not the number {size}.", "An input shape must be a list of sizes, not the number {size}."),
        ("It is the shape of one sample.",),
        (Fix("", code=Both("keras.Input(({size},))", "keras_model_sequential(input_shape = c({size}))")),),
    ),
    "error_symbolic": Entry(
        "model",
        "A symbolic tensor has no numbers yet: only Keras can work on it.",
        ("{symbolic_why}",),
        (
            Fix("in place of `if`", when="is_test", code=Both("keras.ops.where(TENSOR > 0, VALUE, OTHER)", 'reticulate::import("keras")$ops$where(TENSOR > 0, VALUE, OTHER)')),
            Fix("Keras' own operation in place of numpy's, TensorFlow's or R's", when="is_other", code=Both("keras.ops.sin(TENSOR)", 'reticulate::import("keras")$ops$sin(TENSOR)')),
        ),
    ),
    "error_own_code": Entry(
        "model",
        "Your own code, which Keras ran, failed: {own_place}.",
        ("{error_colon}{plain_sentence}.", "{code_words}"),
        (
            Fix("run it line by line, to see its values", when="step", code=Both(
                "{model}.run_eagerly = True\n{model}.make_{step}_function(force=True)",
                "{model}$run_eagerly <- TRUE\n{model}$make_{step}_function(force = TRUE)")),
        ),
    ),
    "error_units": Entry(
        "model", "`{name}` must be a whole number above zero, not {value}.",
        ("Text and lists are none.",),
        (Fix("", code=Both("int(NUMBER)", "as.integer(NUMBER)")),),
    ),
    "error_dtypes": Entry(
        "dtype",
        "Two number types meet in one operation: {wanted} and {came}.",
        ("TensorFlow never turns one into the other by itself.",),
        (Fix("", code=Both('keras.ops.cast(TENSOR, "{wanted}")', 'reticulate::import("keras")$ops$cast(TENSOR, "{wanted}")')),),
    ),
    "error_positional": Entry(
        "model",
        "A layer was called on {positional_cls}: it takes tensors.",
        ("Other arguments of a layer must be named.",),
        (Fix("for an array of numbers", code=Both("keras.ops.convert_to_tensor(NUMBERS)", 'reticulate::import("keras")$ops$convert_to_tensor(NUMBERS)')),),
    ),
}  # fmt: skip


@word
def own_place(facts: dict[str, Any], phrases: Phrases) -> str:
    """Where the user's own code is: a line, a function of R, or the name of a loss."""
    if facts["file"]:
        file = facts["file"] if len(facts["file"]) <= 30 else facts["file"][:27] + "..."
        return f"{file}, line {facts['line']}"
    return "an R function" if facts["is_r"] else f"loss or metric `{facts['name']}`"


@word
def code_words(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line itself."""
    code = facts.get("code") or ""
    return f"That line: {code if len(code) <= 100 else code[:97] + '...'}" if code else ""


@word
def place_words(facts: dict[str, Any], phrases: Phrases) -> str:
    return f" Here: {facts['file']}, line {facts['line']}." if facts["has_file"] else ""


@word
def symbolic_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_model"]:
        return "While a model is put together its tensors are placeholders for shapes."
    return "Keras compiles losses, metrics and layers: they run on placeholders first, then on numbers."


@word
def positional_cls(facts: dict[str, Any], phrases: Phrases) -> str:
    words = {
        "int": "a number",
        "float": "a number",
        "bool": "TRUE or FALSE" if phrases.is_r else "a bool",
        "numpy.ndarray": "an array of numbers",
    }
    return words.get(str(facts["cls"])) or of_cls(facts, phrases)
