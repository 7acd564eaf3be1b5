"""Words about targets that fit neither the output nor the loss."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
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
        "label", "{method}() needs targets: `{y}` was not given.", (),
        (Fix("", code="safe_fit({model}, {x}, TARGETS)"),),
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
