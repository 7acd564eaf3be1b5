"""Words about targets that fit neither the output nor the loss."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..faults import NAMES
from ..phrases import Phrases, quoted
from ..words import word

TARGETS: dict[str, Entry] = {
    "error_target_flatten": Entry(
        "label",
        "The model gives {output:shape} per sample, the targets have {target:shape}.",
        ("The last layer still has the axes of pictures or steps: is a Flatten layer missing?",),
        (
            Fix("before the last Dense, after convolutions", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("or see each layer's shape", code="check_model({model})"),
        ),
    ),
    "error_target_shape": Entry(
        "label",
        "The targets have {target:shape} per sample, the model gives {output:shape}.",
        ("{loss_words} compares them number by number or class by class.",),
        (
            Fix("for targets that are class numbers", when="to_sparse",
                code=Both('{model}.compile(optimizer="adam", loss="sparse_categorical_crossentropy")',
                          '{model}$compile(optimizer = "adam", loss = "sparse_categorical_crossentropy")')),
            Fix("for one-hot targets", when="to_categories",
                code=Both('{model}.compile(optimizer="adam", loss="categorical_crossentropy")',
                          '{model}$compile(optimizer = "adam", loss = "categorical_crossentropy")')),
            Fix("one unit per column of the targets", when="to_units",
                code=Both("keras.layers.Dense({columns})", "layer_dense(units = {columns})")),
            Fix("where they part: the sizes before the last differ", when="to_sizes", code="check_model({model}, {x})"),
        ),
    ),
    "error_target_rows": Entry(
        "label",
        "The loss got {rows} rows of outputs, but {labels} labels.",
        ("{rows_why}",),
        (
            Fix("for one-hot targets", when="one_hot", code=Both('{model}.compile(optimizer="adam", loss="categorical_crossentropy")',
                '{model}$compile(optimizer = "adam", loss = "categorical_crossentropy")')),
            Fix("before the last Dense, after convolutions", when="flat", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("look at both", when="other", code=Both("explain_error(ERROR, {model}, {x}, {y})", "explain_error(ERROR, model = {model}, x = {x}, y = {y})")),
        ),
    ),
    "error_label_range": Entry(
        "label",
        "Label {value} must be from 0 to {highest}: the model has {units:units}.",
        ("Keras counts classes from zero.",),
        (
            Fix("if they count from 1", when="is_next", code=Both("{y} = {y} - 1", "{y} <- {y} - 1")),
            Fix("if there are that many classes", when="above", code=Both('keras.layers.Dense({size}, activation="softmax")',
                'layer_dense(units = {size}, activation = "softmax")')),
            Fix("leave these rows out", when="below", code=Both("keep = {y} >= 0", "keep <- {y} >= 0")),
        ),
    ),
    "error_no_targets": Entry(
        "label", "{no_targets_head}", (),
        (Fix("every batch as", when="is_stream", code=Both("yield X_BATCH, Y_BATCH", "list(X_BATCH, Y_BATCH)")),
         Fix("", unless="is_stream", code="safe_{method}({model}, {x}, TARGETS)"),),
    ),
    "error_outputs": Entry(
        "label",
        "The targets must be as many as the outputs of the model.",
        ("A model of several outputs gets a list of targets, or one by name for each.",),
        (Fix("see its outputs", code="check_model({model})"),),
    ),
    "error_metric": Entry(
        "label",
        "A metric can't compare these targets with the model's output.",
        ("Precision, Recall and AUC take one number per unit; accuracy takes class numbers too.",),
        (Fix("for class numbers", code=Both('{model}.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])',
             '{model}$compile(optimizer = "adam", loss = "sparse_categorical_crossentropy", metrics = list("accuracy"))')),),
    ),
    "error_weights": Entry(
        "label",
        "The weights of the samples don't fit the values of the loss.",
        ("There is one weight per sample; per time step only where the model answers per step.",),
        (Fix("see what they are", code=Both("np.shape(WEIGHTS)", "dim(WEIGHTS)")),),
    ),
    "error_categories": Entry(
        "label",
        "{categories_head}",
        ("Keras counts classes from zero.",),
        (
            Fix("if they count from 1", when="is_next", code=Both("keras.utils.to_categorical(LABELS - 1, {count})", "to_categorical(LABELS - 1, num_classes = {count})")),
            Fix("if there are that many classes", when="above", code=Both("keras.utils.to_categorical(LABELS, {size})", "to_categorical(LABELS, num_classes = {size})")),
            Fix("their numbers", when="is_text", code=Both("np.unique(LABELS, return_inverse=True)[1]", "as.integer(factor(LABELS)) - 1")),
        ),
    ),
    "error_compiled_names": NAMES,
}  # fmt: skip


@word
def loss_words(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"Loss {facts['loss']}" if facts["loss"] else "The loss"


@word
def rows_why(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["one_hot"]:
        return f"{facts['labels']} = {facts['rows']} x {facts['units']}: the targets are one-hot, the loss wants class numbers."
    if facts["flat"]:
        return "The output has more axes than one row per sample: is a Flatten layer missing?"
    return "The loss compares them row by row."


@word
def categories_head(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_text"]:
        return f"to_categorical() needs numbers, not text ({quoted(facts['value'])})."
    return f"Label {facts['value']} must be from 0 to {facts['highest']}: to_categorical() was told of {facts['count']} classes."


@word
def names_of_outputs(facts: dict[str, Any], phrases: Phrases) -> str:
    outputs, given = (", ".join(f'"{name}"' for name in facts[key][:4]) for key in ("outputs", "given"))
    parts = [f"Outputs: {outputs}." if outputs else "", f"Given for {given}." if given else ""]
    return " ".join(part for part in parts if part)


@word
def compiled_part(facts: dict[str, Any], phrases: Phrases) -> str:
    """What is compiled for one output, as code."""
    first = facts["outputs"][0] if facts["outputs"] else "OUTPUT"
    value = "LOSS" if facts["what"] == "loss" else "WEIGHT" if facts["what"] == "loss_weights" else "METRIC"
    names = facts["outputs"] if facts["what"] == "loss" and facts["outputs"] else (first,)
    is_r, plain = phrases.is_r, "" if facts["what"] == "loss" else "loss = LOSS, " if phrases.is_r else "loss=LOSS, "
    if is_r:
        return f"{plain}{facts['what']} = list({', '.join(f'{name} = {value}' for name in names[:3])})"
    inside = ", ".join(f'"{name}": {value}' for name in names[:3])
    return f"{plain}{facts['what']}={{{inside}}}"


@word
def no_targets_head(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts.get("is_stream"):
        return f"{facts['method']}() needs targets: the batches of `{phrases.call.x}` hold none."
    return f"{facts['method']}() needs targets: `{phrases.call.y}` was not given."
