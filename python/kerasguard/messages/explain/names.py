"""Words about names and arguments that Keras does not have, and functions that R does not."""

from __future__ import annotations

import difflib
from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases, article, count, quoted
from ..verbs import verb_of
from ..words import word

NAMES: dict[str, Entry] = {
    "error_r_method": Entry(
        "structure", "{r_method_head}",
        ("{r_method_why}",),
        (
            Fix("Python's method", when="is_model_class", code=Both("{model}.{name}({x})", "{model}${name}({x}{with_y})")),
            Fix("or the guard's, which needs no other package", when="guarded_call",
                code="{guarded_call}"),
            Fix("or load it first", when="is_installed", code="library(keras3)"),
            Fix("a model with that layer", unless="is_model_class", code=Both("keras.Sequential([LAYER])", "keras_model_sequential(layers = list(LAYER))")),
        ),
    ),
    "error_r_function": Entry(
        "environment", "{r_function_head}",
        ("{r_function_why}",),
        (
            Fix("", when="is_installed", code="library({package})"),
            Fix("", when="guarded_call", code="{guarded_call}"),
            Fix("Python's own", when="python_verb", code="{python_verb}"),
            Fix("install it; then library({package})", when="is_lacking", code=Both('install.packages("{package}")', 'install.packages("{package}")')),
        ),
    ),
    "error_name": Entry(
        "model", "Keras knows no {what} of the name {name:quoted}.", ("{near_words}",),
        (Fix("see all names", code=Both("dir(keras.{plural})", 'names(reticulate::import("keras")${plural})')),),
    ),
    "error_removed": Entry(
        "environment",
        "`{old}` is of an older version.",
        ("Keras 3 and TensorFlow 2 don't have it any more: it is now `{new}`.",),
        (
            Fix("for one unit per class", when="classes", code=Both("np.argmax({model}.predict({x}), axis=-1)", "max.col({model}$predict({x})) - 1")),
            Fix("for one sigmoid unit", when="classes", code=Both("({model}.predict({x}) > 0.5).astype(int)", "ifelse({model}$predict({x}) > 0.5, 1, 0)")),
            Fix("", when="plain", code=Both("{model}.{method}({x}{method_y})", "{model}${method}({x}{method_y})")),
            Fix("which reads files of every age", when="loads", code=Both("model = safe_load_model({loads:quoted})", "model <- safe_load_model({loads:quoted})")),
            Fix("in place of it", when="saves", code=Both('safe_save_model({model}, "FILE.keras")', 'safe_save_model({model}, "FILE.keras")')),
            Fix("", when="weighs", code=Both('{model}.{weighs}_weights("FILE.weights.h5")', '{model}${weighs}_weights("FILE.weights.h5")')),
            Fix("", when="function", code="{new}"),
            Fix("", when="is_one", code=Both("import tensorflow as tf\n{new}", 'reticulate::import("tensorflow")${new_r}')),
            Fix("", when="is_class", code=Both("import keras\n{new}()", 'reticulate::import("keras")${new_r}()')),
            Fix("", when="is_place", code=Both("import {new}", 'reticulate::import("{new}")')),
        ),
    ),
    "error_argument": Entry(
        "model",
        "{owner_words} takes no argument `{name}`.",
        ("{argument_why}",),
        (Fix("", when="is_known", code=Both("{owner_call}({new}=VALUE)", "{owner_r}({new} = VALUE)")),),
    ),
    "error_layer_name": Entry(
        "model",
        "{layer_name_head}",
        ("{layer_name_why}",),
        (
            Fix("", when="near", code=Both("{model}.get_layer({near:quoted})", "{model}$get_layer({near:quoted})")),
            Fix("see all of them", unless="near", code=Both("[layer.name for layer in {model}.layers]", "sapply({model}$layers, function(layer) layer$name)")),
        ),
    ),
    "error_attribute": Entry(
        "model",
        "{attribute_head}",
        ("{attribute_why}",),
        (
            Fix("", when="attribute_near", code="{attribute_near}"),
            Fix("see all names", when="attribute_all", code=Both("dir({attribute_all})", "names({attribute_all})")),
        ),
    ),
}  # fmt: skip


@word
def plural(facts: dict[str, Any], phrases: Phrases) -> str:
    what = str(facts["what"]).lower()
    return f"{what}es" if what.endswith("s") else f"{what}s"


@word
def guarded_call(facts: dict[str, Any], phrases: Phrases) -> str:
    name, call = str(facts["name"]), phrases.call
    if name not in ("predict", "fit", "evaluate") or not is_model_class(facts, phrases) or _state(facts) == "loaded":
        return ""
    return f"safe_{name}({call.model}, {call.x}{with_y(facts, phrases)})"


@word
def with_y(facts: dict[str, Any], phrases: Phrases) -> str:
    return f", {phrases.call.y}" if facts["name"] in ("fit", "evaluate") else ""


@word
def near_words(facts: dict[str, Any], phrases: Phrases) -> str:
    known = {
        "loss": ("mse", "mae", "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "huber", "hinge",
                 "poisson", "mean_squared_error", "mean_absolute_error"),
        "optimizer": ("adam", "adamw", "adamax", "adagrad", "adadelta", "nadam", "sgd", "rmsprop", "ftrl", "lion"),
        "metric": ("accuracy", "mse", "mae", "auc", "precision", "recall", "mean_absolute_error", "mean_squared_error"),
        "activation": ("relu", "sigmoid", "softmax", "tanh", "linear", "elu", "selu", "gelu", "softplus", "swish", "leaky_relu"),
    }.get(str(facts["what"]).lower(), ())  # fmt: skip
    found = difflib.get_close_matches(str(facts["name"]).lower(), known, 1)
    if str(facts["name"]).isdigit():
        return "Arguments without a name are taken in their order: name this one."
    return f'Is "{found[0]}" meant?' if found else "A name of your own must be registered, or be given as an object."


@word
def method_y(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts["method"] == "predict" else f", {phrases.call.y}"


@word
def new_r(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["new"]).removeprefix("tf.").removeprefix("keras.").replace(".", "$")


@word
def owner_words(facts: dict[str, Any], phrases: Phrases) -> str:
    owner = str(facts["owner"])
    return (f"{owner}()" if owner[0].islower() else owner) if owner else "An optimizer"


@word
def argument_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_old"]:
        return f"Older versions had it: now it is `{facts['new']}`."
    return f"Is `{facts['new']}` meant?" if facts["new"] else "Its own list of arguments tells which there are."


@word
def owner_call(facts: dict[str, Any], phrases: Phrases) -> str:
    """How the user calls it."""
    owner = str(facts["owner"])
    if not owner:
        return "keras.optimizers.Adam"
    return f"{phrases.call.model}.{owner}" if owner[0].islower() else f"keras.layers.{owner}"


@word
def owner_r(facts: dict[str, Any], phrases: Phrases) -> str:
    owner = str(facts["owner"])
    if not owner:
        return "optimizer_adam"
    if "_" in owner:
        return owner
    return f"{phrases.call.model}${owner}" if owner[0].islower() else verb_of(owner)


def _state(facts: dict[str, Any]) -> str:
    """Whether keras3 is "loaded" in R, "installed" or "lacking"."""
    return str(facts.get("keras3") or "installed")


@word
def is_installed(facts: dict[str, Any], phrases: Phrases) -> bool:
    return _state(facts) == "installed" or facts.get("package") == "magrittr"


@word
def is_lacking(facts: dict[str, Any], phrases: Phrases) -> bool:
    return _state(facts) == "lacking" and facts.get("package") == "keras3"


@word
def python_verb(facts: dict[str, Any], phrases: Phrases) -> str:
    """The layer itself, where only reticulate is there: put into its words with all other code."""
    is_verb = str(facts["name"]).startswith(("layer_", "optimizer_", "callback_"))
    return f"{facts['name']}(ARGUMENT = VALUE)" if is_verb and is_lacking(facts, phrases) else ""


@word
def is_model_class(facts: dict[str, Any], phrases: Phrases) -> bool:
    """Whether R named a model, as far as it did."""
    return ".layers." not in str(facts.get("cls") or "")


@word
def r_method_head(facts: dict[str, Any], phrases: Phrases) -> str:
    if not is_model_class(facts, phrases):
        return f"{facts['name']}() must get a model, not a layer ({str(facts['cls']).rpartition('.')[2]})."
    here = {"loaded": "keras3 has none", "lacking": "the package keras3 is not installed"}
    return f"R knows no {facts['name']}() for a Keras model here: {here.get(_state(facts), 'the package keras3 is not loaded')}."


@word
def r_method_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if not is_model_class(facts, phrases):
        return "A layer is a part of a model."
    comes = f"; R's {facts['name']}() for it comes with keras3" if _state(facts) != "loaded" else ""
    return f"A model from reticulate has Python's methods{comes}."


@word
def r_function_head(facts: dict[str, Any], phrases: Phrases) -> str:
    name, package = facts["name"], facts["package"]
    if _state(facts) == "loaded" and package == "keras3":
        return f"R knows no {name}(): the package keras3 has none of that name."
    how = "installed" if is_lacking(facts, phrases) else "loaded"
    return f"R knows no {name}() here: package {package} is not {how}."


@word
def r_function_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if _state(facts) == "loaded" and facts["package"] == "keras3":
        return f"Is `{facts['near']}()` meant?" if facts.get("near") else ""
    return "It comes with that package."


@word
def layer_name_head(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["by_name"]:
        return f"The model has no layer {quoted(facts['name'])}."
    number = facts["index"] + phrases.is_r
    return f"The model has {count(facts['count'], 'layers')}: there is no number {number}."


@word
def layer_name_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["by_name"]:
        return f"Its layers: {phrases.series(facts['names'], 'names')}."
    if phrases.is_r:
        last = f"The last one is {phrases.call.model}$layers[[{facts['count']}]]."
        return f"Python counts from 0: its index {facts['index']} is number {facts['index'] + 1} in R. {last}"
    return f"They are counted from 0. The last one is {phrases.call.model}.layers[{facts['count'] - 1}]."


@word
def attribute_head(facts: dict[str, Any], phrases: Phrases) -> str:
    owner = facts["owner"].replace(".", "$") if phrases.is_r else facts["owner"]
    thing = article(facts["cls"]) if not owner else ""
    return f"{f'`{owner}`' if owner else thing[0].upper() + thing[1:]} has no `{facts['name']}`."


@word
def attribute_why(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"Is `{facts['near']}` meant?" if facts["near"] else ""


def _module(owner: str, phrases: Phrases) -> str:
    root, *rest = owner.split(".")
    return "$".join((f'reticulate::import("{root}")', *rest)) if phrases.is_r else owner


@word
def attribute_near(facts: dict[str, Any], phrases: Phrases) -> str:
    if not facts["near"] or not facts["owner"]:
        return ""
    return f"{_module(facts['owner'], phrases)}{'$' if phrases.is_r else '.'}{facts['near']}"


@word
def attribute_all(facts: dict[str, Any], phrases: Phrases) -> str:
    return _module(facts["owner"], phrases) if facts["owner"] and not facts["near"] else ""
