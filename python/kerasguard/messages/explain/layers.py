"""Words about layers that get another shape than they take."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
from ..words import word
from .common import CHECK, LOOK, READ

LAYERS: dict[str, Entry] = {
    "layer_channels": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("The channels axis is missing: 1 channel for gray pictures, 3 for colour.",),
        (
            Fix("for gray pictures", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),
            Fix("and the pictures too", code=Both("{x} = np.expand_dims({x}, -1)", "{x} <- array({x}, c(dim({x}), 1))")),
            Fix("for colour", code=Both("keras.Input({colour:sizes})", "keras_model_sequential(input_shape = {colour:sizes})")),
        ),
    ),
    "layer_one_sample": Entry(
        "shape",
        "{layer_words} must get ({all_words}), not {whole:shape}.",
        ("Is that one picture? Then the samples axis is missing.",),
        (Fix("if so", code=Both("{x} = np.expand_dims({x}, 0)", "{x} <- array({x}, c(1, dim({x})))")),),
    ),
    "layer_steps": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("It reads a series: how long it is, and how many features each step has.",),
        (
            Fix("after another recurrent layer: in that one", when="unsure",
                code=Both("keras.layers.LSTM(UNITS, return_sequences=True)", "layer_lstm(units = UNITS, return_sequences = TRUE)")),
            Fix("for {first} steps of one feature", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),
            Fix("for {first} features per step", code=Both("keras.Input((STEPS, {first}))", "keras_model_sequential(input_shape = c(STEPS, {first}))")),
        ),
    ),
    "layer_samples": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("Does the input shape count the samples ({first})? Keras adds that axis itself.",),
        (Fix("if so", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),),
    ),
    "layer_sequences": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ('Layer "{before}" ({before_cls}) before it gives its last step only.',),
        (Fix('in "{before}"', code=Both("keras.layers.{before_cls}(UNITS, return_sequences=True)",
             "layer_{before_r}(units = UNITS, return_sequences = TRUE)")),),
    ),
    "layer_axes": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("{before_words}",),
        (
            Fix("the shape of one sample", when="fed", code=Both("keras.Input((SIZES))", "keras_model_sequential(input_shape = c(SIZES))")),
            Fix('behind the last layer that takes pictures or steps, not before', when="flattened_first",
                code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("as a layer before it", when="may_reshape",
                code=Both("keras.layers.Reshape((SIZES))", "layer_reshape(target_shape = c(SIZES))")),
        ),
    ),
    "layer_rank": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {came_words}.",
        ("Shapes are per sample: Keras adds the samples axis itself.",),
        (LOOK,),
    ),
    "layer_features": Entry(
        "shape",
        "{layer_words} must get {wanted:features} per sample, not {came}.",
        ("It was built for {wanted}; the data have another number on their last axis.",),
        (READ, CHECK),
    ),
    "layer_window": Entry(
        "model",
        "{layer_words}: its window{window_words} is larger than its input{seen_words}.",
        ("Each convolution and pooling makes the {window_what} smaller; here nothing is left of it.",),
        (
            Fix("keep the size", when="convolves",
                code=Both('keras.layers.Conv{space}D(FILTERS, KERNEL, padding="same")', 'layer_conv_{space}d(filters = FILTERS, kernel_size = KERNEL, padding = "same")')),
            Fix("or leave this layer out; a smaller window", when="pools",
                code=Both('keras.layers.{pool_cls}(2, padding="same")', 'layer_{pool_r}(pool_size = 2, padding = "same")')),
        ),
    ),
    "layer_merge": Entry(
        "model",
        "{layer_words} can't put {shapes_words} together.",
        ("{merge_why}",),
        (
            Fix("make one like the other", when="last", code=Both("keras.layers.Dense({units})", "layer_dense(units = {units})")),
            Fix("flatten both", when="ranks", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("cut the longer one", when="series", code=Both("keras.layers.Cropping1D((0, {crop}))", "layer_cropping_1d(cropping = c(0, {crop}))")),
            Fix("make both equally large", when="pictures", code=Both("keras.layers.Resizing({resized})", "layer_resizing({resized})")),
        ),
    ),
    "layer_reshape": Entry(
        "model",
        'Reshape layer "{layer}" can\'t make {want:shape} of {seen:shape}.',
        ("{want:shape} holds {needs} numbers per sample, {seen:shape} has {has}.",),
        (
            Fix('in "{before}" before it', when="dense", code=Both("keras.layers.Dense({needs})", "layer_dense(units = {needs})")),
            Fix("sizes that make {has}", unless="dense", code=Both("keras.layers.Reshape((SIZES))", "layer_reshape(target_shape = c(SIZES))")),
        ),
    ),
    "layer_undefined": Entry(
        "model",
        "{layer_words} must know how many features it gets.",
        ("Its input has an open size, but its weights need a number.",),
        (
            Fix("in place of Flatten, for pictures of any size", when="flattened",
                code=Both("keras.layers.GlobalAveragePooling2D()", "layer_global_average_pooling_2d()")),
            Fix("or, for series of any length", when="flattened",
                code=Both("keras.layers.GlobalAveragePooling1D()", "layer_global_average_pooling_1d()")),
            Fix("say the sizes", when="open", code=Both("keras.Input((FEATURES,))", "keras_model_sequential(input_shape = c(FEATURES))")),
        ),
    ),
    "layer_stateful": Entry(
        "model",
        "{layer_words} is stateful: it must know the batch size.",
        ("It keeps a state per sample of the batch from one call to the next.",),
        (
            Fix("", when="shaped", code=Both("keras.Input(batch_shape=(BATCH, {inner}))", "keras_model_sequential(input_batch_shape = c(BATCH, {inner}))")),
            Fix("", when="unshaped", code=Both("keras.Input(batch_shape=(BATCH, STEPS, FEATURES))",
                "keras_model_sequential(input_batch_shape = c(BATCH, STEPS, FEATURES))")),
        ),
    ),
    "layer_reshape_values": Entry(
        "shape",
        "A batch has {has} numbers, which don't fill the shape that was asked for.",
        ("That one takes {needs}, or a multiple of it.",),
        (LOOK,),
    ),
}  # fmt: skip


@word
def layer_words(facts: dict[str, Any], phrases: Phrases) -> str:
    """`Conv2D "conv2d"`, as far as it is known."""
    if not facts["layer"] and not facts.get("cls"):
        return "A layer"
    if not facts["layer"]:
        return f"A {facts['cls']} layer"
    return f'{facts.get("cls") or "Layer"} "{facts["layer"]}"'


@word
def axes_words(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["axes"] is None:
        wanted = facts["wanted"]
        return f"{wanted} {'axis' if wanted == 1 else 'axes'} per sample" if wanted else "another number of axes"
    return f"({', '.join(facts['axes'])})"


@word
def all_words(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(facts["all_axes"])


@word
def came_words(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"{facts['came']} {'axis' if facts['came'] == 1 else 'axes'}"


@word
def before_words(facts: dict[str, Any], phrases: Phrases) -> str:
    """What the layer got its input from."""
    if facts["before"] and facts["later"]:
        return f'It gets the output of layer "{facts["before"]}" ({facts["before_cls"]}).'
    return "Shapes are per sample: Keras adds the samples axis itself."


@word
def shapes_words(facts: dict[str, Any], phrases: Phrases) -> str:
    shown = [phrases.series(shape, "shape") for shape in facts["shapes"][:4]]
    return " and ".join(shown) if shown else "shapes that differ"


@word
def merge_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["cls"] == "Concatenate":
        return "All axes but the one that is joined must be equal."
    if facts["cls"] == "Dot":
        return "The axes that are multiplied must be equally long."
    return "It puts values of the same place together: all shapes must be equal."


@word
def window_words(facts: dict[str, Any], phrases: Phrases) -> str:
    return f" {phrases.series(facts['window'], 'shape')}" if facts["window"] else ""


@word
def seen_words(facts: dict[str, Any], phrases: Phrases) -> str:
    return f" {phrases.series(facts['seen'], 'shape')}" if facts.get("seen") else ""


@word
def unsure(facts: dict[str, Any], phrases: Phrases) -> bool:
    return False


@word
def before_r(facts: dict[str, Any], phrases: Phrases) -> str:
    """keras3's name for a recurrent layer."""
    return {"SimpleRNN": "simple_rnn"}.get(facts["before_cls"], facts["before_cls"].lower())


@word
def inner(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(("NA" if phrases.is_r else "None") if size is None else str(size) for size in facts["sizes"])


@word
def window_what(facts: dict[str, Any], phrases: Phrases) -> str:
    return "series" if facts["space"] == 1 else "picture"


@word
def pool_cls(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["cls"]) or "MaxPooling2D"


@word
def pool_r(facts: dict[str, Any], phrases: Phrases) -> str:
    """keras3's name of a pooling layer."""
    kind = "average" if "Average" in facts["cls"] else "max"
    return f"{kind}_pooling_{facts['space']}d"


@word
def resized(facts: dict[str, Any], phrases: Phrases) -> str:
    height, width = facts["sizes"]
    return f"height = {height}, width = {width}" if phrases.is_r else f"{height}, {width}"


@word
def flattened_first(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts.get("later")) and facts.get("before_cls") == "Flatten"


@word
def may_reshape(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts.get("later")) and facts.get("before_cls") != "Flatten"
