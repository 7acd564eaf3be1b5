"""Words about names and arguments that Keras does not have, and functions that R does not."""

from __future__ import annotations

import difflib
from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
from ..words import word

NAMES: dict[str, Entry] = {
    "error_r_method": Entry(
        "structure", "R knows no {name}() for a Keras model here: the package keras3 is not loaded.",
        ("A model from reticulate has Python's methods; R's {name}() for it comes with keras3.",),
        (
            Fix("Python's method", code=Both("{model}.{name}({x})", "{model}${name}({x})")),
            Fix("or the guard's, which needs no other package", when="guarded_name",
                code=Both("{guarded_name}({model}, {x})", "{guarded_name}({model}, {x}{with_y})")),
            Fix("or load it first", code="library(keras3)"),
        ),
    ),
    "error_r_function": Entry(
        "environment", "R knows no {name}() here: package {package} is not loaded.",
        ("It comes with that package.",),
        (Fix("", code="library({package})"),),
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
            Fix("", when="function", code=Both("{new}", "keras3::{new}")),
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
}  # fmt: skip


@word
def plural(facts: dict[str, Any], phrases: Phrases) -> str:
    what = str(facts["what"]).lower()
    return f"{what}es" if what.endswith("s") else f"{what}s"


@word
def guarded_name(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"safe_{facts['name']}" if facts["name"] in ("predict", "fit", "evaluate") else ""


@word
def with_y(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts["name"] == "predict" else f", {phrases.call.y}"


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
    return f"{phrases.call.model}${owner}" if owner[0].islower() else f'reticulate::import("keras")$layers${owner}'
