"""Words about the model itself."""

from __future__ import annotations

from typing import Any

from .entry import Both, Entry, Fix
from .phrases import Phrases
from .words import word

MODEL: dict[str, Entry] = {
    "model_unbuilt": Entry(
        "model",
        'Model "{model_name}" must be built {before_what}.',
        ("It has no weights and no declared input shape{would_invent}",),
        (
            Fix("start it with its input shape, then train it", when="sequential",
                code=Both("{model} = keras.Sequential([keras.Input({sample_slots}), *{model}.layers])",
                          '{model} <- keras_model_sequential(layers = append(list(keras_input({sample_slots})), {model}$layers))')),
            Fix("train it first", when="must_fit",
                code=Both("{model}.fit(X, Y)", "{model}$fit(X, Y)")),
            Fix(Both("its input shape; None: any number of samples", "its input shape; NULL: any number of samples"), when="must_build",
                code=Both("{model}.build({build_slots})", "{model}$build({build_slots})")),
        ),
    ),
    "model_taken": Entry(
        "model", "`{model}` is {holder}: its Keras model answers, on `{x}` as {prepares}.",
    ),
    "model_softmax_one_unit": Entry(
        "model",
        'Layer "{layer}" is a softmax over 1 unit: {always_1}.',
        ("A softmax shares 1 among its units, so a single unit always gets all of it.",),
        (Fix("build it with sigmoid (or two units) and train again", unless="inside",
             code=Both('keras.layers.Dense(1, activation="sigmoid")', 'layer_dense(units = 1, activation = "sigmoid")')),
         Fix(Both("to share 1 among the time steps, after a Dense(1) without activation",
                  "to share 1 among the time steps, after a layer_dense(units = 1) without activation"), when="inside",
             code=Both("keras.layers.Softmax(axis=1)", "layer_activation_softmax(axis = 1)")),),
    ),
    "model_weights_nan": Entry(
        "model",
        'Layer "{layer}" has weights that are NaN or infinite: no prediction is right.',
        ("Training ran away: missing values, unscaled data or a too large learning rate.",),
        (Fix("build it anew; train on checked data, in smaller steps", code=Both(
            "{model} = keras.models.clone_model({model})", '{model} <- reticulate::import("keras")$models$clone_model({model})')),),
    ),
    "model_loss_one_unit": Entry(
        "model",
        'Loss {loss} compares classes, and layer "{layer}" has 1 unit.',
        ("Between one class there is nothing to tell: such a model learns nothing.",),
        (Fix("for two classes, with a sigmoid unit", code=Both('{model}.compile(optimizer="adam", loss="binary_crossentropy")',
             '{model}$compile(optimizer = "adam", loss = "binary_crossentropy")')),),
    ),
    "model_not_compiled": Entry(
        "model", 'Model "{model_name}" is not compiled: it can predict, but not be trained.', (),
        (Fix("for numbers", code=Both('{model}.compile(optimizer="adam", loss="mse")', '{model}$compile(optimizer = "adam", loss = "mse")')),),
    ),
    "model_changed": Entry(
        "model",
        'Model "{model_name}" was changed after it first predicted; this is the changed model.',
        (Both("Plain predict() still runs the old one until model.compile() or make_predict_function(force=True).",
              "Plain predict() still runs the old one until the model is compiled anew."),),
    ),
    "model_healed": Entry(
        "model",
        'Model "{model_name}" could no longer {do_it} after an earlier call; it was mended.',
        ("Its weights were not touched.",),
    ),
    "model_failed": Entry(
        "model",
        'Model "{model_name}" failed although `{x}` has the form that it declares.',
        ("{failed_words}",),
        (Fix("look at it, layer by layer", unless="failed_of", code=Both("check_model({model})", "check_model({model})")),),
    ),
}  # fmt: skip


@word
def before_what(facts: dict[str, Any], phrases: Phrases) -> str:
    return "before its data can be checked" if phrases.call.trains else "and trained before it can predict"


@word
def would_invent(facts: dict[str, Any], phrases: Phrases) -> str:
    return ": data of any width would do." if phrases.call.trains else "; predict() would invent random weights."


@word
def must_build(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(phrases.call.trains and not facts.get("sequential"))


@word
def must_fit(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not (phrases.call.trains or facts.get("sequential"))


@word
def build_slots(facts: dict[str, Any], phrases: Phrases) -> str:
    """The shape of a batch, as code."""
    return "list(NULL, FEATURES)" if phrases.is_r else "(None, FEATURES)"
