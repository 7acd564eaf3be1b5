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
import tensorflow as tf
from keras import losses

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
            loss = tf.reduce_mean((tf.reduce_sum(self(x), -1) - tf.reduce_sum(y, -1)) ** 2)
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
    Right("sparse tensor", classes, SPARSE, tf.constant(LABELS), LABELS),
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
    Right("binary", yes_no, BINARY, BITS, metrics=["accuracy", keras.metrics.AUC]),
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
]  # fmt: skip


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_right_targets_train_as_keras_does(case):
    def make():
        metrics = [m() if isinstance(m, type) else m for m in case.metrics or ()]
        return compiled(case.model(), case.loss, **({"metrics": metrics} if metrics else {}))

    assert_equal_training(make, X if case.x is None else case.x, case.y, case.plain, **case.options)
