"""Words about what a model shows before it runs."""

from __future__ import annotations

from typing import Any

from ..report import Diagnosis, Finding
from .entry import Both, Entry, Fix
from .phrases import Phrases, count
from .words import word

# What the picture of a model says beside the layer that a finding names.
SHORT = {
    "model_softmax_one_unit": "always 1",
    "model_flatten": "Flatten missing?",
    "model_not_adapted": "never adapted",
    "model_not_learned": "never adapted",
    "model_weights_nan": "NaN weights",
    "model_loss_one_unit": "one unit",
    "model_counts_samples": "counts samples?",
    "model_channels_first": "channels first?",
    "model_activation_twice": "twice",
    "model_norm_last": "after probabilities",
    "model_dropout_last": "drops answers",
    "model_scaled_twice": "scales again",
    "model_ids": "too few rows",
    "model_layer_unused": "never called?",
    "model_accuracy": "no classes",
    "model_half_output": "16 bits",
    "layer_stateful": "no batch size",
    "label_logits": "no probabilities",
    "label_probabilities": "probabilities",
    "label_bounded_logits": "no logits",
    "label_independent": "not shares of 1",
    "label_shares": "shares of 1",
    "label_hinge": "never below 0",
    "label_below_zero": "can be below 0",
}


def short(finding: Finding) -> str:
    """What the picture says of a finding, in a few words."""
    facts = finding.facts
    if finding.code in SHORT:
        text = SHORT[finding.code]
    elif finding.code == "layer_features":
        text = f"takes {count(facts['wanted'], 'channels' if len(facts.get('seen') or ()) > 2 else 'features')}"
    elif facts.get("axes"):
        text = f"takes ({', '.join(facts['axes'])})"
    elif isinstance(finding, Diagnosis):
        text = f"takes {facts['wanted']} axes per sample" if facts.get("wanted") else "can't take that"
    else:
        text = "here"
    return f"{text} (in {facts['layer']})" if len(facts.get("route") or ()) > 1 else text


def _compile(loss: str) -> Both:
    return Both(
        f'{{model}}.compile(optimizer="adam", loss="{loss}")', f'{{model}}$compile(optimizer = "adam", loss = "{loss}")'
    )


def _dense(activation: str, units: str = "{units}") -> Both:
    return Both(
        f'keras.layers.Dense({units}, activation="{activation}")',
        f'layer_dense(units = {units}, activation = "{activation}")',
    )


LEAVE_OUT = (
    Fix('leave "{layer}" out; then compile again', when="plain", code=Both(
        '{model} = keras.Model({model}.inputs, {model}.get_layer("{before}").output)',
        'keras <- reticulate::import("keras")\n{model} <- keras$Model({model}$inputs, {model}$get_layer("{before}")$output)')),
    Fix('build it with "{before}" as the last layer, and nothing behind it', unless="plain",
        code=Both("keras.layers.Dense(UNITS, activation=\"{first}\")", "layer_dense(units = UNITS, activation = \"{first}\")")),
)  # fmt: skip

FAULTS: dict[str, Entry] = {
    "model_flatten": Entry(
        "model",
        'Layer "{layer}" gives {output:shape} per sample: is Flatten missing before it?',
        ("Dense works on the last axis alone: it answers once for every {each_place}.",),
        (
            Fix("after \"{after}\"", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("or the mean over the {whole_thing}", code=Both("keras.layers.GlobalAveragePooling{rank}D()", "layer_global_average_pooling_{rank}d()")),
        ),
    ),
    "model_counts_samples": Entry(
        "model",
        "Input shape {seen:shape}: {why_samples}. Does it count samples?",
        ("The input shape is that of one sample; Keras adds the samples axis itself.",),
        (
            Fix("if so", unless="squares", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),
            Fix("if they are time steps, before the first Dense layer", when="unused", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("if so, grey pictures have one channel", when="squares", code=Both("keras.Input({with_channel:sizes})", "keras_model_sequential(input_shape = {with_channel:sizes})")),
        ),
    ),
    "model_channels_first": Entry(
        "model",
        'Layer "{layer}" gets pictures of {seen:shape}: do their channels come first?',
        ("With the default data_format the last axis counts channels: this is a picture {seen_as_picture}.",),
        (
            Fix("", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),
            Fix("and turn the data", code=Both("{x} = np.moveaxis({x}, 1, -1)", "{x} <- aperm({x}, c(1, 3, 4, 2))")),
        ),
    ),
    "model_activation_twice": Entry(
        "model",
        'Layer "{layer}" applies {activation} after the {first} of "{before}".',
        ("Applied twice, it brings the classes close to each other: training stalls.",),
        LEAVE_OUT,
    ),
    "model_norm_last": Entry(
        "model",
        'Layer "{layer}" ({cls}) rescales the probabilities of "{before}".',
        ("What comes out are no probabilities any more: they can be negative or above 1.",),
        LEAVE_OUT,
    ),
    "model_dropout_last": Entry(
        "model",
        'Layer "{layer}" ({cls}) is the last one: training drops the answers themselves.',
        ("Dropout belongs between layers; behind the output it only spoils the loss.",),
        LEAVE_OUT,
    ),
    "model_scaled_twice": Entry(
        "model",
        'Layer "{layer}" scales pixels that "{before}" has scaled already.',
        ("All pictures reach the model as almost black. Many keras.applications models scale inside.",),
        (Fix("drop one of them, or undo the first", code=Both("keras.layers.Rescaling(255.0)", "layer_rescaling(scale = 255)")),),
    ),
    "model_ids": Entry(
        "model",
        'Layer "{layer}" ({cls}) knows {size} ids; "{before}" ({before_cls}) gives {ids}.',
        ("Ids run from 0 to {ids} - 1; those that it doesn't know are an error, or zeros.",),
        (
            Fix("build it larger, then train again", when="embeds", code=Both("keras.layers.Embedding({ids}, UNITS)", "layer_embedding(input_dim = {ids}, output_dim = UNITS)")),
            Fix("build it larger, then train again", unless="embeds", code=Both("keras.layers.CategoryEncoding({ids})", "layer_category_encoding(num_tokens = {ids})")),
        ),
    ),
    "model_input_unused": Entry(
        "model",
        'Input "{input}" reaches no output: the model ignores what it gets.',
        (),
        (Fix("join it to the others", code=Both("keras.layers.Concatenate()([INPUT_1, INPUT_2])", "layer_concatenate(list(INPUT_1, INPUT_2))")),),
    ),
    "model_layer_unused": Entry(
        "model",
        'Layer "{layer}" was never called: does call() of the model leave it out?',
        ("It has no weights, so it takes no part in training.",),
    ),
    "model_not_learned": Entry(
        "model",
        'Layer "{layer}" ({cls}) must be adapted before the model can run.',
        ("{what_learned}",),
        (Fix("once, before training", code=Both("{layer_code}.adapt(TRAINING_X)", "{layer_code}$adapt(TRAINING_X)")),),
    ),
    "model_accuracy": Entry(
        "model",
        'Metric "accuracy" counts classes; layer "{layer}" gives numbers (loss {loss}).',
        ("It counts how often a prediction equals the target exactly: near 0 however good the model is.",),
        (
            Fix("for numbers", code=Both('{model}.compile(optimizer="adam", loss="mse", metrics=["mae"])',
                '{model}$compile(optimizer = "adam", loss = "mse", metrics = list("mae"))')),
            Fix("or as the last layer, for two classes", code=_dense("sigmoid", "1")),
        ),
    ),
    "model_half_output": Entry(
        "model",
        'Layer "{layer}" gives {activation} probabilities in 16 bits.',
        ("Below 6e-8 they are 0. Keras recommends 32 bits for the output under mixed precision.",),
        (Fix("as the last layer", code=Both('keras.layers.Dense({units}, activation="{activation}", dtype="float32")',
             'layer_dense(units = {units}, activation = "{activation}", dtype = "float32")')),),
    ),
    "model_learning_rate": Entry(
        "model",
        "Learning rate {rate} of {optimizer}: {what_rate}.",
        (),
        (Fix("a usual one", code=Both("{model}.optimizer.learning_rate = 0.001", "{model}$optimizer$learning_rate <- 0.001")),),
    ),
    "model_frozen": Entry(
        "model",
        "All layers are frozen (trainable = {not_trainable}): training would change nothing.",
        (),
        (
            Fix("for the last layer; then compile again", unless="whole", code=Both(
                '{model}.layers[-1].trainable = True\n{model}.compile(optimizer="adam", loss=LOSS)',
                'last <- tail({model}$layers, 1)[[1]]\nlast$trainable <- TRUE\n{model}$compile(optimizer = "adam", loss = LOSS)')),
            Fix("for all layers; then compile again", when="whole", code=Both(
                '{model}.trainable = True\n{model}.compile(optimizer="adam", loss=LOSS)',
                '{model}$trainable <- TRUE\n{model}$compile(optimizer = "adam", loss = LOSS)')),
        ),
    ),
    "label_bounded_logits": Entry(
        "model",
        'Loss {loss} takes logits; layer "{layer}" ({activation}) can\'t give all of them.',
        ("Logits are any numbers, below and above 0: that is what a layer without activation gives.",),
        (Fix("build it without activation and train again", code=Both("keras.layers.Dense({units})", "layer_dense(units = {units})")),),
    ),
    "label_independent": Entry(
        "model",
        'Loss {loss} takes shares of 1; layer "{layer}" gives {units} separate chances.',
        ("With {activation} each class is judged alone. The loss assumes that exactly one class is right.",),
        (
            Fix("as the last layer, if exactly one class is right", code=_dense("softmax")),
            Fix("or, if several can be right at once", code=_compile("binary_crossentropy")),
        ),
    ),
    "label_shares": Entry(
        "model",
        'Loss {loss} judges each class alone; layer "{layer}" gives softmax shares of 1.',
        ("Several classes can't be right at once, and a metric \"accuracy\" looks far too high.",),
        (
            Fix("if exactly one class is right", code=_compile("categorical_crossentropy")),
            Fix("or as the last layer, if several can be right at once", code=_dense("sigmoid")),
        ),
    ),
    "label_hinge": Entry(
        "model",
        'Loss {loss} takes scores around 0; layer "{layer}" ({activation}) is never below 0.',
        ("The targets are -1 and 1: nothing can be told to be -1.",),
        (
            Fix("as the last layer; then train again", code=_dense("tanh")),
            Fix("or, for targets 0 and 1 with sigmoid", code=_compile("binary_crossentropy")),
        ),
    ),
    "label_below_zero": Entry(
        "model",
        'Loss {loss} takes no negative numbers; layer "{layer}" ({activation}) gives some.',
        ("It takes their logarithm: the loss becomes NaN, or says nothing.",),
        (Fix("as the last layer; then train again", code=_dense("{wanted}")),),
    ),
}  # fmt: skip


@word
def always_1(facts: dict[str, Any], phrases: Phrases) -> str:
    return "it gives exactly 1, whatever comes" if facts.get("inside") else "every prediction is exactly 1"


SLOTS = {"time steps": "STEPS"}


@word
def sample_slots(facts: dict[str, Any], phrases: Phrases) -> str:
    """The shape of one sample, as code: with names for the sizes that only the user knows."""
    axes = facts.get("axes") or ("features",)
    inside = ", ".join(SLOTS.get(axis, axis.upper()) for axis in axes)
    return f"list({inside})" if phrases.is_r else f"({inside}{',' if len(axes) == 1 else ''})"


@word
def each_place(facts: dict[str, Any], phrases: Phrases) -> str:
    return "time step" if facts.get("steps") else "place of the picture"


@word
def whole_thing(facts: dict[str, Any], phrases: Phrases) -> str:
    return "steps" if facts.get("steps") else "picture"


@word
def why_samples(facts: dict[str, Any], phrases: Phrases) -> str:
    return "no layer uses its first axis" if facts["unused"] else "pictures have channels last"


@word
def with_channel(facts: dict[str, Any], phrases: Phrases) -> tuple[int, ...]:
    return (*facts["fixed"], 1)


@word
def seen_as_picture(facts: dict[str, Any], phrases: Phrases) -> str:
    height, width, channels = facts["seen"]
    return f"{height} high, {width} wide, with {channels} channels"


@word
def what_learned(facts: dict[str, Any], phrases: Phrases) -> str:
    return (
        "It learns its bins from data." if facts["bins"] else "It learns its words or values from data, and knows none."
    )


@word
def what_rate(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["zero"]:
        return "no weight is ever changed"
    return "it leads away from the solution" if facts["rate"] < 0 else "each step throws away what was learned"


@word
def not_trainable(facts: dict[str, Any], phrases: Phrases) -> str:
    return "FALSE" if phrases.is_r else "False"


@word
def no_probabilities(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts.get("raw"):
        return "Its outputs can be any numbers (logits): the loss says little, and training may not learn."
    return "Its outputs are neither probabilities nor logits: the loss says little, and training may not learn."
