"""Targets, losses and weights: right ones train exactly as Keras' own fit(), wrong ones change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from keras import losses
from needs import tf

L = keras.layers
ROWS = 24
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 5)).astype("float32")
LABELS = np.arange(ROWS) % 3
BITS = np.arange(ROWS) % 2
SERIES = RNG.normal(size=(ROWS, 5, 3)).astype("float32")
PICTURES = RNG.normal(size=(ROWS, 8, 6, 1)).astype("float32")
NUMBERS = RNG.normal(size=ROWS).astype("float32")


def one_hot(labels: np.ndarray, k: int = 3) -> np.ndarray:
    return np.eye(k, dtype="float32")[labels]


def classes(units: int = 3, activation: str | None = "softmax") -> Any:
    return models.dense(5, units, activation)


def yes_no() -> Any:
    return models.dense(5, 1, "sigmoid")


@models.seeded
def steps(units: int = 1, activation: str | None = None) -> Any:
    return keras.Sequential([keras.Input((5, 3)), L.LSTM(4, return_sequences=True), L.Dense(units, activation)])


@models.seeded
def segments(units: int = 3) -> Any:
    activation = "softmax" if units > 1 else "sigmoid"
    return keras.Sequential([keras.Input((8, 6, 1)), L.Conv2D(units, 3, padding="same", activation=activation)])


@models.seeded
def coder() -> Any:
    return keras.Sequential([keras.Input((8, 6, 1)), L.Conv2D(2, 3, padding="same", activation="relu"),
                             L.Conv2D(1, 3, padding="same")])  # fmt: skip


class OwnStep(keras.Model):
    """Has its own training step: what its targets must be, only it knows."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = L.Dense(3)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = (tf.reduce_mean(self(x)) - tf.reduce_mean(tf.cast(y, "float32"))) ** 2
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables, strict=True))
        return {"loss": loss}

    def test_step(self, data):
        return {"loss": tf.reduce_mean(self(data[0])) + tf.reduce_mean(data[1])}


@models.seeded
def own_step() -> Any:
    model = OwnStep()
    model(X)
    return model


class OwnLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean((keras.ops.cast(y_true, "float32")[..., :1] - y_pred) ** 2, axis=-1)


def own_function(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(keras.ops.cast(y_true, "float32")[:, :1] - y_pred), axis=-1)


def compiled(model: Any, loss: Any, **kwargs: Any) -> Any:
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss, **kwargs)
    return model


def weights_of(model: Any) -> list[np.ndarray]:
    return [np.copy(w) for w in model.get_weights()]


def assert_equal_training(make: Callable[[], Any], x: Any, y: Any, plain: Any = None, **kwargs: Any) -> None:
    """The same history and weights as Keras' fit() with `plain` (y itself where it is not given)."""
    plain, kwargs = y if plain is None else plain, {"epochs": 2, "batch_size": 8, "verbose": 0} | kwargs
    theirs, ours = make(), make()
    keras.utils.set_random_seed(3)
    expected = theirs.fit(x, plain, **kwargs)
    keras.utils.set_random_seed(3)
    history = kg.safe_fit(ours, x, y, **kwargs)
    assert history.history == expected.history
    assert history.epoch == expected.epoch
    assert history.params == expected.params
    for a, b in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert kg.safe_evaluate(ours, x, y, verbose=0, return_dict=True) == theirs.evaluate(
        x, plain, verbose=0, return_dict=True
    )


@dataclass(frozen=True)
class Right:
    """`plain`: what Keras' own fit() is given, where that is not `y`."""

    name: str
    model: Callable[[], Any]
    loss: Any
    y: Any
    plain: Any = None
    x: Any = None
    metrics: Any = None
    options: dict[str, Any] = field(default_factory=dict)


SPARSE, CATEGORICAL, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"
MANY = (RNG.random((ROWS, 3)) < 0.4).astype("float32")
SOFT = RNG.dirichlet(np.ones(3), ROWS).astype("float32")
IGNORED = np.where(LABELS == 2, -1, LABELS)
SEGMENTS = RNG.integers(0, 3, (ROWS, 8, 6))
STEPS = RNG.integers(0, 3, (ROWS, 5))

RIGHT = [
    # sparse
    Right("sparse ints", classes, SPARSE, LABELS, metrics=["accuracy"]),
    Right("sparse column", classes, SPARSE, LABELS[:, None], metrics=["accuracy"]),
    Right("sparse floats", classes, SPARSE, LABELS.astype("float32"), metrics=["accuracy"]),
    Right("sparse float64", classes, losses.SparseCategoricalCrossentropy(), LABELS.astype("float64")),
    Right("sparse uint8", classes, SPARSE, LABELS.astype("uint8")),
    Right("sparse float16", classes, SPARSE, LABELS.astype("float16"), LABELS),
    Right("sparse list", classes, SPARSE, LABELS.tolist(), LABELS),
    Right("sparse series", classes, SPARSE, pd.Series(LABELS), LABELS),
    Right("sparse nullable", classes, SPARSE, pd.Series(LABELS, dtype="Int64"), LABELS),
    Right("sparse frame", classes, SPARSE, pd.DataFrame({"label": LABELS}), LABELS),
    Right("sparse polars", classes, SPARSE, pl.Series("label", LABELS), LABELS),
    Right("sparse polars frame", classes, SPARSE, pl.DataFrame({"label": LABELS}), LABELS),
    Right("sparse pyarrow", classes, SPARSE, pa.array(LABELS), LABELS),
    Right("sparse chunked", classes, SPARSE, pa.chunked_array([LABELS[:5], LABELS[5:]]), LABELS),
    Right("sparse pyarrow table", classes, SPARSE, pa.table({"label": LABELS}), LABELS),
    Right("sparse tensor", classes, SPARSE, lambda: tf.constant(LABELS), LABELS),
    Right("sparse objects", classes, SPARSE, LABELS.astype(object), LABELS),
    Right("sparse two classes", lambda: classes(2), SPARSE, BITS),
    Right("sparse bool", lambda: classes(2), SPARSE, BITS.astype(bool), BITS),
    Right("sparse logits", lambda: classes(3, None), losses.SparseCategoricalCrossentropy(from_logits=True), LABELS),
    Right("sparse subset", classes, SPARSE, np.zeros(ROWS, int)),
    Right("sparse few of the classes", lambda: classes(9), SPARSE, LABELS),
    Right("ignore_class", classes, losses.SparseCategoricalCrossentropy(ignore_class=-1), IGNORED),
    Right("ignore_class 255", classes, losses.SparseCategoricalCrossentropy(ignore_class=255),
          np.where(LABELS == 2, 255, LABELS).astype("uint8")),
    Right("segmentation", segments, SPARSE, SEGMENTS, x=PICTURES),
    Right("segmentation with an axis", segments, SPARSE, SEGMENTS[..., None], x=PICTURES),
    Right("segmentation one-hot", segments, CATEGORICAL, one_hot(SEGMENTS), x=PICTURES),
    Right("segmentation yes no", lambda: segments(1), BINARY, (SEGMENTS[..., None] > 1).astype("uint8"), x=PICTURES),
    Right("tags of steps", lambda: steps(3, "softmax"), SPARSE, STEPS, x=SERIES),
    Right("tags of steps with an axis", lambda: steps(3, "softmax"), SPARSE, STEPS[..., None], x=SERIES),
    # categories
    Right("one-hot", classes, CATEGORICAL, one_hot(LABELS), metrics=["accuracy"]),
    Right("one-hot ints", classes, CATEGORICAL, one_hot(LABELS).astype("int64")),
    Right("one-hot bools", classes, CATEGORICAL, one_hot(LABELS).astype(bool), one_hot(LABELS)),
    Right("one-hot frame", classes, CATEGORICAL, pd.get_dummies(pd.Series(list("abc") * 8)), one_hot(LABELS)),
    Right("one-hot polars", classes, CATEGORICAL, pl.DataFrame(one_hot(LABELS)), one_hot(LABELS)),
    Right("soft labels", classes, CATEGORICAL, SOFT),
    Right("smoothing", classes, losses.CategoricalCrossentropy(label_smoothing=0.1), one_hot(LABELS)),
    Right("focal", classes, "categorical_focal_crossentropy", one_hot(LABELS)),
    Right("categorical hinge", lambda: classes(3, None), "categorical_hinge", one_hot(LABELS)),
    Right("one-hot of two", lambda: classes(2), CATEGORICAL, one_hot(BITS, 2)),
    Right("one-hot of two, binary loss", lambda: classes(2), BINARY, one_hot(BITS, 2)),
    # binary
    Right("binary", yes_no, BINARY, BITS, metrics=["accuracy"]),
    Right("binary column", yes_no, BINARY, BITS[:, None]),
    Right("binary floats", yes_no, BINARY, BITS.astype("float64")),
    Right("binary bools", yes_no, BINARY, BITS.astype(bool), BITS),
    Right("binary nullable bools", yes_no, BINARY, pd.Series(BITS, dtype="boolean"), BITS),
    Right("binary list of bools", yes_no, BINARY, BITS.astype(bool).tolist(), BITS),
    Right("binary soft", yes_no, BINARY, np.linspace(0, 1, ROWS)),
    Right("binary one class", yes_no, BINARY, np.ones(ROWS)),
    Right("binary logits", lambda: models.dense(5, 1), losses.BinaryCrossentropy(from_logits=True), BITS),
    Right("binary focal", yes_no, "binary_focal_crossentropy", BITS),
    Right("multi-label", lambda: classes(3, "sigmoid"), BINARY, MANY, metrics=["accuracy"]),
    Right("multi-label frame", lambda: classes(3, "sigmoid"), BINARY,
          pd.DataFrame(MANY.astype(int), columns=list("abc")), MANY),
    Right("hinge", lambda: models.dense(5, 1, "tanh"), "hinge", BITS * 2 - 1),
    Right("hinge of 0 and 1", lambda: models.dense(5, 1, "tanh"), "squared_hinge", BITS),
    # numbers
    Right("mse", models.dense, "mse", NUMBERS, metrics=["mae"]),
    Right("mse column", models.dense, "mse", NUMBERS[:, None], metrics=["mae"]),
    Right("mse float64", models.dense, "mse", NUMBERS.astype("float64") * 1000),
    Right("mse float16", models.dense, "mse", NUMBERS.astype("float16"), NUMBERS.astype("float16").astype("float32")),
    Right("mse ints", models.dense, "mse", LABELS * 100),
    Right("mse list", models.dense, "mse", NUMBERS.tolist(), NUMBERS),
    Right("mse series with an index", models.dense, "mse", pd.Series(NUMBERS, index=range(100, 100 + ROWS)), NUMBERS),
    Right("mse of two", lambda: models.dense(5, 2), "mse", RNG.normal(size=(ROWS, 2))),
    Right("mse frame of two", lambda: models.dense(5, 2), "mse", pd.DataFrame({"a": NUMBERS, "b": LABELS}),
          np.c_[NUMBERS, LABELS]),
    Right("mae", models.dense, "mae", NUMBERS),
    Right("mape", models.dense, "mape", NUMBERS + 10),
    Right("msle", models.dense, "msle", np.abs(NUMBERS)),
    Right("huber", models.dense, losses.Huber(2.0), NUMBERS),
    Right("log_cosh", models.dense, "log_cosh", NUMBERS),
    Right("poisson", lambda: models.dense(5, 1, "exponential"), "poisson", LABELS),
    Right("kl", classes, "kl_divergence", SOFT),
    Right("cosine", lambda: models.dense(5, 3), "cosine_similarity", RNG.normal(size=(ROWS, 3))),
    Right("mse of labels as scores", lambda: classes(3), "mse", one_hot(LABELS)),
    Right("sequence", steps, "mse", RNG.normal(size=(ROWS, 5, 1)), x=SERIES),
    Right("sequence without the last axis", steps, "mse", SERIES[..., 0], SERIES[..., :1], x=SERIES),
    Right("autoencoder", coder, "mse", PICTURES, x=PICTURES),
    Right("lstm", models.lstm, "mse", NUMBERS, x=SERIES),
    Right("conv", models.conv, "mse", RNG.normal(size=(ROWS, 2)), x=PICTURES),
    # what only the user knows
    Right("own function", models.dense, own_function, np.c_[NUMBERS, 7 * NUMBERS]),
    Right("own class", models.dense, OwnLoss(), np.c_[LABELS, LABELS]),
    Right("own step", own_step, None, np.c_[NUMBERS, NUMBERS]),
    Right("own step, any shape", own_step, None, RNG.normal(size=(ROWS, 2, 3))),
    Right("subclassed", lambda: models.subclassed((2, 5)), "mse", RNG.normal(size=(ROWS, 2))),
]  # fmt: skip


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_right_targets_train_as_keras_does(case):
    if keras.backend.backend() == "torch" and case.name in ("segmentation", "segmentation with an axis"):
        pytest.skip("plain fit() fails: grad_input must be contiguous")

    def make():
        return compiled(case.model(), case.loss, metrics=case.metrics)

    y = case.y() if case.name == "sparse tensor" else case.y
    assert_equal_training(make, X if case.x is None else case.x, y, case.plain, **case.options)


WEIGHTS = np.linspace(0.5, 2, ROWS)
CALLS = {
    "split": {"validation_split": 0.25},
    "validation": {"validation_data": (X[:7], LABELS[:7])},
    "validation with weights": {"validation_data": (X[:7], LABELS[:7], WEIGHTS[:7])},
    "class weight": {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
    "partial class weight": {"class_weight": {1: 2}},
    "sample weight": {"sample_weight": WEIGHTS},
    "sample weight column": {"sample_weight": WEIGHTS[:, None]},
    "sample weight with split": {"sample_weight": WEIGHTS, "validation_split": 0.25},
    "in order": {"shuffle": False},
    "steps": {"steps_per_epoch": 2},
    "initial epoch": {"initial_epoch": 1, "epochs": 3},
    "validation every other": {"validation_split": 0.25, "validation_freq": 2, "epochs": 4},
    "validation batches": {"validation_split": 0.25, "validation_batch_size": 2, "validation_steps": 2},
    "whole doubles": {"batch_size": 8.0, "epochs": 2.0},
    "early": {"callbacks": "early", "epochs": 6, "validation_split": 0.25},
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("name", CALLS)
def test_right_calls_train_as_keras_does(name):
    kwargs = CALLS[name]

    def fit(function, model, **more):
        given = {"epochs": 2, "batch_size": 8, "verbose": 0} | kwargs | more
        if kwargs.get("callbacks"):
            given["callbacks"] = [keras.callbacks.EarlyStopping(patience=1, monitor="val_loss")]
        keras.utils.set_random_seed(3)
        return function(X, LABELS, **given).history

    theirs, ours = (compiled(classes(), SPARSE, metrics=["accuracy"], weighted_metrics=["accuracy"]) for _ in range(2))
    whole = {"batch_size": 8, "epochs": 2} if name == "whole doubles" else {}
    assert fit(lambda *a, **k: kg.safe_fit(ours, *a, **k), ours) == fit(theirs.fit, theirs, **whole)
    for a, b in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_per_step():
    assert_equal_training(lambda: compiled(steps(), "mse"), SERIES, SERIES[..., :1],
                          sample_weight=RNG.random((ROWS, 5)))  # fmt: skip


PAIR = [NUMBERS, np.c_[NUMBERS, LABELS].astype("float32")]
TWO = {
    "list": ("mse", PAIR),
    "losses in a list": (["mse", "mae"], PAIR),
    "losses by name": ({"mean": "mse", "spread": "mae"}, {"mean": PAIR[0], "spread": PAIR[1]}),
    "no loss for one": ({"mean": "mse", "spread": None}, {"mean": PAIR[0], "spread": PAIR[1]}),
    "none for one": (["mse", None], [PAIR[0], None]),
}


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
@pytest.mark.parametrize("structure", [list, dict])
@pytest.mark.parametrize("name", TWO)
def test_two_outputs(name, structure):
    loss, y = TWO[name]
    if structure is dict and isinstance(loss, list):
        pytest.skip("Keras takes a dict of losses for a dict of outputs")
    if structure is dict and isinstance(y, list):
        y = {"mean": y[0], "spread": y[1]}
    assert_equal_training(lambda: compiled(models.two_outputs(structure), loss), X, y)


def test_two_outputs_with_weights():
    weights = [WEIGHTS, WEIGHTS[::-1]]
    assert_equal_training(lambda: compiled(models.two_outputs(), "mse"), X, PAIR, sample_weight=weights)


def test_labels_are_coded_as_the_loss_wants():
    text = pd.Categorical.from_codes(LABELS, ["low", "mid", "high"])
    yes = pd.Series(np.where(BITS == 1, "yes", "no"))
    for model, loss, y, plain in (
        (classes, SPARSE, text, LABELS),
        (classes, CATEGORICAL, pd.Series(text), one_hot(LABELS)),
        (classes, SPARSE, pa.DictionaryArray.from_arrays(LABELS, ["low", "mid", "high"]), LABELS),
        (classes, SPARSE, pl.Series(list(text), dtype=pl.Enum(["low", "mid", "high"])), LABELS),
        (yes_no, BINARY, yes, BITS),
        (yes_no, BINARY, yes.to_list(), BITS),
    ):
        ours, theirs = (compiled(model(), loss) for _ in range(2))
        with pytest.warns(kg.RepairNotice, match="read as classes") as record:
            history = kg.safe_fit(ours, X, y, verbose=0, shuffle=False)
        assert [w.message.code for w in record if hasattr(w.message, "code")] == ["label_mapping"]
        assert history.history == theirs.fit(X, plain, verbose=0, shuffle=False).history


def test_label_base_counts_from_one():
    for model, loss, labels in ((classes, SPARSE, LABELS), (yes_no, BINARY, BITS)):
        ours, theirs = (compiled(model(), loss) for _ in range(2))
        history = kg.safe_fit(ours, X, labels + 1, label_base=1, verbose=0, shuffle=False)
        assert history.history == theirs.fit(X, labels, verbose=0, shuffle=False).history


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize(("make", "loss", "x", "labels"), [
    (classes, CATEGORICAL, X, LABELS), (classes, CATEGORICAL, X, pd.DataFrame({"y": LABELS * 1.0})),
    (lambda: classes(3, "sigmoid"), BINARY, X, LABELS[:, None]),
    (lambda: steps(3, "softmax"), CATEGORICAL, SERIES, np.tile(LABELS[:, None], 5)),
])  # fmt: skip
def test_numbers_of_classes_are_made_one_hot_where_their_first_is_told(make, loss, x, labels, base):
    ours, theirs = (compiled(make(), loss) for _ in range(2))
    with pytest.warns(kg.RepairNotice, match="made one-hot") as record:
        history = kg.safe_fit(ours, x, labels + base, label_base=base, verbose=0, shuffle=False)
    assert [w.message.code for w in record if hasattr(w.message, "code")] == ["label_one_hot"]
    plain = one_hot(np.asarray(labels, int).reshape(np.shape(labels)[: x.ndim - 1] if x.ndim > 2 else -1))
    assert history.history == theirs.fit(x, plain, verbose=0, shuffle=False).history
    assert kg.blueprint(ours).outputs[0].classes == tuple(range(base, base + 3))
    with pytest.warns(kg.RepairNotice, match="made one-hot"):
        found = kg.safe_evaluate(ours, x, labels + base, label_base=base, verbose=0)
    assert found == theirs.evaluate(x, plain, verbose=0)


def test_one_hot_rows_stay_where_the_first_label_is_told():
    ours, theirs = (compiled(classes(), CATEGORICAL) for _ in range(2))
    history = kg.safe_fit(ours, X, one_hot(LABELS), label_base=1, verbose=0, shuffle=False)
    assert history.history == theirs.fit(X, one_hot(LABELS), verbose=0, shuffle=False).history


def test_names_of_class_weights():
    text = pd.Series(pd.Categorical.from_codes(LABELS, ["low", "mid", "high"]))
    for y, weight in ((text, {"low": 1.0, "high": 3.0}), (LABELS, {"0": 1.0, "2": 3.0})):
        ours, theirs = (compiled(classes(), SPARSE) for _ in range(2))
        with pytest.warns(kg.RepairNotice):
            history = kg.safe_fit(ours, X, y, class_weight=weight, verbose=0, shuffle=False)
        plain = theirs.fit(X, LABELS, class_weight={0: 1.0, 2: 3.0}, verbose=0, shuffle=False)
        assert history.history == plain.history


WRONG = [
    (classes, SPARSE, LABELS + 1, "label_one_based", {}),
    (classes, SPARSE, LABELS + 1, "label_outside", {"label_base": 0}),
    (classes, SPARSE, LABELS * 2, "label_outside", {}),
    (classes, SPARSE, LABELS - 1, "label_outside", {}),
    (classes, SPARSE, LABELS, "label_outside", {"label_base": 1}),
    (classes, SPARSE, LABELS, "option_base", {"label_base": "one"}),
    (classes, SPARSE, LABELS + 0.3, "label_fractions", {}),
    (classes, SPARSE, one_hot(LABELS), "label_onehot_sparse", {}),
    (classes, SPARSE, np.where(LABELS == 2, np.nan, LABELS), "label_missing", {}),
    (classes, SPARSE, [None, *LABELS[1:]], "label_missing", {}),
    (classes, SPARSE, pd.Series(LABELS, dtype="Int64").where(LABELS > 0), "label_missing", {}),
    (classes, SPARSE, pl.Series([None, *LABELS[1:].tolist()]), "label_missing", {}),
    (classes, SPARSE, LABELS[:20], "label_rows", {}),
    (classes, SPARSE, LABELS[None, :20], "label_rows", {}),
    (classes, SPARSE, None, "label_none", {}),
    (classes, SPARSE, pd.date_range("2024-01-01", periods=ROWS), "label_kind", {}),
    (classes, SPARSE, ["a", "b"] * 12, "label_levels", {}),
    (classes, SPARSE, ["a", "b", "c", "d"] * 6, "label_levels", {}),
    (classes, CATEGORICAL, LABELS, "label_sparse_onehot", {}),
    (classes, CATEGORICAL, LABELS[:, None], "label_sparse_onehot", {}),
    (classes, CATEGORICAL, LABELS, "label_outside", {"label_base": 1}),
    (classes, CATEGORICAL, LABELS + 0.5, "label_fractions", {"label_base": 0}),
    (classes, CATEGORICAL, np.where(LABELS == 2, np.nan, LABELS), "label_missing", {"label_base": 0}),
    (classes, CATEGORICAL, LABELS + 1, "repair_refused", {"label_base": 1, "repairs": "refuse"}),
    (classes, CATEGORICAL, one_hot(LABELS + 1, 4), "label_onehot_extra", {}),
    (classes, CATEGORICAL, one_hot(LABELS) * 5, "label_range", {}),
    (yes_no, BINARY, BITS + 1, "label_one_based", {}),
    (yes_no, BINARY, BITS * 2 - 1, "label_signs", {}),
    (yes_no, BINARY, NUMBERS, "label_range", {}),
    (yes_no, BINARY, one_hot(BITS, 2), "label_columns", {}),
    (yes_no, BINARY, ["a", "b", "c"] * 8, "label_levels", {}),
    (yes_no, SPARSE, BITS, "label_one_unit", {}),
    (lambda: models.dense(5, 1, "tanh"), "hinge", BITS + 1, "label_one_based", {}),
    (lambda: models.dense(5, 1, "tanh"), "hinge", LABELS * 3, "label_range", {}),
    (lambda: models.dense(5, 3), "mse", NUMBERS, "label_columns", {}),
    (lambda: models.dense(5, 3), "mse", NUMBERS[:, None], "label_columns", {}),
    (models.dense, "mse", np.c_[NUMBERS, NUMBERS], "label_columns", {}),
    (models.dense, "mse", np.where(LABELS == 1, np.inf, 1), "label_infinite", {}),
    (models.dense, "mse", NUMBERS.astype("float64") * 1e300, "label_infinite", {}),
    (models.dense, "mse", list("abc") * 8, "label_not_numbers", {}),
    (models.dense, "poisson", NUMBERS, "label_negative", {}),
    (models.dense, own_function, NUMBERS[:20], "label_rows", {}),
    (models.dense, own_function, np.where(LABELS == 1, np.nan, 1), "label_missing", {}),
    (own_step, None, np.ones((20, 2)), "label_rows", {}),
    (models.two_outputs, "mse", NUMBERS, "label_outputs", {}),
    (models.two_outputs, "mse", PAIR[:1], "label_outputs", {}),
    (models.two_outputs, "mse", {"mean": NUMBERS, "spreed": PAIR[1]}, "label_names", {}),
    (lambda: models.subclassed((2, 5)), "mse", NUMBERS, "label_columns", {}),
    (lambda: models.subclassed((2, 5)), SPARSE, LABELS % 2 + 1, "label_one_based", {}),
    (models.dense, "mse", np.ones((1, ROWS)), "repair_refused", {"repairs": "refuse"}),
    (classes, SPARSE, list("abc") * 8, "repair_refused", {"repairs": "refuse"}),
    (classes, SPARSE, LABELS, "option_count", {"epochs": 1.5}),
    (classes, SPARSE, LABELS, "label_rows", {"validation_data": (X[:5], LABELS[:4])}),
    (classes, SPARSE, LABELS, "label_one_based", {"validation_data": (X[:5], LABELS[:5] + 1)}),
    (classes, SPARSE, LABELS, "shape_features_few", {"validation_data": (X[:6, :4], LABELS[:6])}),
    (classes, SPARSE, LABELS, "label_none", {"validation_data": (X[:5],)}),
    (classes, SPARSE, LABELS, "sample_weight_rows", {"sample_weight": WEIGHTS[:3]}),
    (classes, SPARSE, LABELS, "sample_weight_shape", {"sample_weight": np.ones((ROWS, 3))}),
    (classes, SPARSE, LABELS, "sample_weight_kind", {"sample_weight": list("ab") * 12}),
    (classes, SPARSE, LABELS, "sample_weight_values", {"sample_weight": np.full(ROWS, np.nan)}),
    (classes, SPARSE, LABELS, "class_weight_keys", {"class_weight": [1, 2, 3]}),
    (classes, SPARSE, LABELS, "class_weight_unknown", {"class_weight": {1: 1, 2: 1, 3: 1}}),
    (classes, SPARSE, LABELS, "class_weight_unknown", {"class_weight": {"a": 1}}),
    (classes, SPARSE, LABELS, "class_weight_values", {"class_weight": {0: None}}),
    (classes, SPARSE, LABELS, "class_weight_both", {"class_weight": {0: 1}, "sample_weight": WEIGHTS}),
    (models.two_outputs, "mse", PAIR, "class_weight_outputs", {"class_weight": {0: 1}}),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[3])
def test_wrong_targets_change_nothing(case):
    make, loss, y, code, kwargs = case
    model = compiled(make(), loss)
    before = weights_of(model)
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_fit(model, X, y, verbose=0, **kwargs)
    assert caught.value.code == code
    assert len(str(caught.value)) < 1000
    assert int(model.optimizer.iterations) == 0
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("y", [np.full((2, ROWS), 0.5), np.full((1, ROWS), 0.5)])
def test_turned_targets_are_turned_back(y):
    ours, theirs = (compiled(models.dense(5, len(y)), "mse") for _ in range(2))
    with pytest.warns(kg.RepairNotice, match="was transposed"):
        history = kg.safe_fit(ours, X, y, verbose=0, shuffle=False)
    assert history.history == theirs.fit(X, y.T, verbose=0, shuffle=False).history


def test_almost_whole_labels_are_rounded():
    ours, theirs = (compiled(classes(), SPARSE) for _ in range(2))
    with pytest.warns(kg.KerasGuardWarning, match="was rounded"):
        history = kg.safe_fit(ours, X, LABELS - 1e-12 * (LABELS > 0), verbose=0, shuffle=False)
    assert history.history == theirs.fit(X, LABELS, verbose=0, shuffle=False).history
