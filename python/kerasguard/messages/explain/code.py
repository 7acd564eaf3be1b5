"""Words about the user's own code, which Keras runs or which calls it with what it can't use."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases, article, quoted
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
        "{whole_head}",
        (Both("", "Python gets a plain 10 of R as 10.0, with a decimal point; 10L is a whole number."),),
        (
            Fix(Both("", "{whole_lead}"), when="whole_code", code="{whole_code}"),
            Fix("round it", when="is_broken", code=Both("int({value})", "as.integer({value})")),
            Fix(Both("", "write 2L for 2, and so on; or"), when="is_open", code=Both("int(NUMBER)", "as.integer(NUMBER)")),
        ),
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
        ("{units_why}",),
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
        ("{positional_why}",),
        (Fix("its output", when="is_model", code=Both("tensor = MODEL.outputs[0]", "tensor <- MODEL$outputs[[1]]")),
         Fix("for an array of numbers", when="is_array", code=Both("keras.ops.convert_to_tensor(NUMBERS)", 'reticulate::import("keras")$ops$convert_to_tensor(NUMBERS)')),),
    ),
    "error_class": Entry(
        "model",
        "{a_class} must be made before it is used: the parentheses are missing.",
        (),
        (Fix("", code=Both("{made}", "{made_r}")),),
    ),
    "error_layer": Entry(
        "model",
        "A Sequential model must get layers, not what a layer gives.",
        ("It calls them one after the other itself.",),
        (Fix("", code=Both("keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(UNITS)])",
             "keras_model_sequential(input_shape = FEATURES) |> layer_dense(units = UNITS)")),),
    ),
    "error_wrapped": Entry(
        "model",
        "Bidirectional must get a recurrent layer, not {name}.",
        ("It runs a layer over the steps from both ends.",),
        (Fix("", code=Both("keras.layers.Bidirectional(keras.layers.LSTM(UNITS))", "layer_bidirectional(layer = layer_lstm(units = UNITS))")),),
    ),
    "error_missing_part": Entry(
        "model",
        "{layer_words} must get its argument `{name}` too.",
        ("{missing_part}",),
        (Fix("each place attends to the others", when="is_attention",
             code=Both("keras.layers.MultiHeadAttention(2, 16)(TENSOR, TENSOR)", "layer_multi_head_attention(list(TENSOR, TENSOR), num_heads = 2, key_dim = 16)")),),
    ),
    "error_tensors": Entry(
        "model",
        "The {role} of a model must be tensors, not {handed_words}.",
        (Both("A tensor comes from keras.Input(), and from calling a layer on one.",
              "A tensor comes from the input, and from calling a layer on one."),),
        (
            Fix("those of that model", when="is_model", code=Both("MODEL.{role}", "MODEL${role}")),
            Fix("", unless="is_model", code=Both("inputs = keras.Input((FEATURES,))\nkeras.Model(inputs, keras.layers.Dense(1)(inputs))",
                 "inputs <- keras_input(shape = c(FEATURES))\nkeras_model(inputs, layer_dense(inputs, units = 1))")),
        ),
    ),
    "error_layers": Entry(
        "model",
        "{layers_head}",
        (),
        (
            Fix("", when="value", code=Both('keras.layers.Activation("{value}")', 'layer_activation(activation = "{value}")')),
            Fix("", unless="value", code=Both("keras.Sequential([LAYER_1, LAYER_2])", "keras_model_sequential(layers = list(LAYER_1, LAYER_2))")),
        ),
    ),
    "error_metrics_list": Entry(
        "model",
        "`metrics` must be a list, not the text {value:quoted}.",
        (),
        (Fix("", code=Both('{model}.compile(optimizer="adam", loss=LOSS, metrics=[{value:quoted}])',
             '{model}$compile(optimizer = "adam", loss = LOSS, metrics = list({value:quoted}))')),),
    ),
    "error_callback": Entry(
        "model",
        "`callbacks` must hold callbacks, not {callback_words}.",
        (),
        (Fix("", code=Both("callbacks = [keras.callbacks.EarlyStopping(patience=3)]", "callbacks <- list(callback_early_stopping(patience = 3))")),),
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
    if facts.get("is_model") or facts.get("is_layer"):
        return f"a {'model' if facts['is_model'] else 'layer'} ({facts['of']})"
    words = {
        "int": "a number",
        "float": "a number",
        "bool": "TRUE or FALSE" if phrases.is_r else "a bool",
        "numpy.ndarray": "an array of numbers",
    }
    return words.get(str(facts["cls"])) or of_cls(facts, phrases)


@word
def units_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if not str(facts["value"]).isdigit() or int(facts["value"]) < 1:
        return "Text and lists are none."
    return "It came as text, or as an array." if phrases.is_r else "It came as text, or as a number of numpy's."


@word
def a_class(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"`{facts['name']}`" if facts["name"] else "A callback"


@word
def made(facts: dict[str, Any], phrases: Phrases) -> str:
    name = facts["name"] or "CALLBACK"
    place = f"keras.{facts['place']}." if facts["place"] and facts["name"] else ""
    return f"{place}{name}({'ARGUMENTS' if facts['is_layer'] else ''})"


@word
def made_r(facts: dict[str, Any], phrases: Phrases) -> str:
    name = facts["name"] or "CALLBACK"
    place = f'reticulate::import("keras")${facts["place"]}$' if facts["place"] and facts["name"] else ""
    return f"{place}{name}({'ARGUMENTS' if facts['is_layer'] else ''})"


@word
def missing_part(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts.get("is_attention"):
        return "It compares two series: `query` and `value`."
    return "A layer with several inputs takes each as an argument of its own."


@word
def whole_head(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["name"]:
        came = f", not {facts['value']}" if facts["value"] else ""
        return f"`{facts['name']}` must be a whole number{came}."
    return "Keras needs a whole number where it got one with a decimal point."


@word
def whole_code(facts: dict[str, Any], phrases: Phrases) -> str:
    if not facts["is_whole"]:
        return ""
    value = f"{facts['number']}L" if phrases.is_r else str(facts["number"])
    sign = " = " if phrases.is_r else "="
    return f"{facts['name']}{sign}{value}" if facts["name"] else value


@word
def whole_lead(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts["name"] else "with an L, as all sizes"


@word
def is_open(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not (facts["is_whole"] or facts["is_broken"])


@word
def handed_words(facts: dict[str, Any], phrases: Phrases) -> str:
    cls = facts["cls"]
    return (
        "other objects" if not cls else f"a model ({cls})" if facts["is_model"] else article(f"object of class {cls}")
    )


@word
def layers_head(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["role"]:
        return f"`{facts['role']}` got a layer ({facts['cls']}): the layers of a model go into one list."
    text = f"the text {quoted(facts['value'])}" if facts["value"] else "what was put into it"
    return f"A Sequential is made of layers; {text} is none."


@word
def callback_words(facts: dict[str, Any], phrases: Phrases) -> str:
    words = {
        "str": "text",
        "NoneType": "NULL" if phrases.is_r else "None",
        "function": "a function",
    }
    return words.get(str(facts["cls"])) or of_cls(facts, phrases)


@word
def positional_why(facts: dict[str, Any], phrases: Phrases) -> str:
    return (
        "Other arguments of a layer must be named." if facts["is_array"] else "A tensor comes from calling that on one."
    )
