"""Situations of training and evaluating: targets, losses and weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import models
import numpy as np
import pandas as pd
from kerasguard.blueprints import Blueprint, InputSeen, OutputSeen, keep_blueprint
from scenarios import Scenario, frame, numbers, table, with_cell

L = keras.layers
SPARSE, CATEGORICAL, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"
ROWS = 30
LABELS = np.arange(ROWS) % 3
TARGETS = {"TARGETS": "np.arange(30.0)", "TARGETS_OF_X": "np.arange(30.0)"}
CLASSES = {"LABELS": "np.arange(30) % 3", "CLASSES": "3"}


def x() -> np.ndarray:
    return numbers(ROWS, 5)


def ones(model: Callable[[], Any], loss: Any) -> Callable[[], Any]:
    """A maker of this model, compiled."""

    def make() -> Any:
        made = model()
        made.compile("adam", loss)
        return made

    return make


def classes(units: int = 3, loss: Any = SPARSE, activation: str | None = "softmax") -> Callable[[], Any]:
    return ones(lambda: models.dense(5, units, activation), loss)


def score(units: int = 1, loss: Any = "mse", activation: str | None = None) -> Callable[[], Any]:
    return ones(lambda: models.dense(5, units, activation), loss)


def yes_no(loss: Any = BINARY) -> Callable[[], Any]:
    return score(1, loss, "sigmoid")


def steps(units: int = 1, loss: str = "mse", activation: str | None = None) -> Callable[[], Any]:
    return ones(lambda: keras.Sequential(
        [keras.Input((5, 3)), L.LSTM(4, return_sequences=True), L.Dense(units, activation)]), loss)  # fmt: skip


def coder() -> Any:
    return keras.Sequential([keras.Input((8, 6, 1)), L.Conv2D(1, 3, padding="same")])


def trained(*levels: str) -> Any:
    model = classes(len(levels))()
    keep_blueprint(model, Blueprint((InputSeen(()),), (OutputSeen((), levels, form="codes"),)))
    return model


def of_colours() -> Any:
    model = score(3)()
    seen = OutputSeen((), names=("r", "g", "b"))
    keep_blueprint(model, Blueprint((InputSeen(()),), (seen,)))
    return model


def y_with(value: float, *place: int) -> np.ndarray:
    y = np.arange(float(ROWS))
    y[place] = value
    return y


def fit(code: str, model: Callable[[], Any], y: Any, x: Callable[[], Any] = x, **kwargs: Any) -> Scenario:
    options = {"function": "safe_fit", **kwargs}
    return Scenario(code, model, x, y=y if callable(y) else lambda: y, **options)


def one_hot(k: int, labels: np.ndarray = LABELS) -> np.ndarray:
    return np.eye(k)[labels]


SERIES = numbers(ROWS, 5, 3)
MANY = np.where(np.arange(60) % 3, 1, 2)
CATEGORIES = pd.Series(pd.Categorical(["low", "mid", "high"] * 10, categories=["low", "mid", "high"]))

OF_TARGETS = [
    # rows, structure, kind
    fit("label_rows", score(), np.arange(25.0), fill=TARGETS),
    fit("label_rows", score(), np.arange(25.0), fill=TARGETS, function="safe_evaluate", name="evaluate"),
    fit("label_rows", score(), np.arange(30.0), given={"validation_data": (numbers(6, 5), np.arange(5.0))},
        fill={"TARGETS_OF_X": "np.arange(6.0)"}, name="validation"),
    fit("label_none", score(), None, fill=TARGETS),
    fit("label_none", score(), np.arange(30.0), given={"validation_data": (numbers(6, 5), None)},
        fill={"TARGETS": "np.arange(6.0)"}, name="validation"),
    fit("label_kind", score(), lambda: {1, 2}, fill=TARGETS),
    fit("label_kind", score(2), lambda: pd.DataFrame({"a": range(30), "when": pd.date_range("2024", periods=30)}),
        fill={"TARGETS": "np.ones((30, 2))"}, name="date"),
    fit("label_outputs", ones(models.two_outputs, "mse"), np.arange(30.0),
        fill={"DATA_1": "np.ones((30, 1))", "DATA_2": "np.ones((30, 2))"}),
    fit("label_names", ones(models.two_outputs, {"mean": "mse", "spread": "mse"}),
        lambda: {"mean": np.ones(30), "spraed": np.ones((30, 2))}, name="near"),
    fit("label_names", ones(models.two_outputs, {"mean": "mse", "spread": "mse"}), lambda: {"mean": np.ones(30)},
        fill={"TARGETS": "np.ones((30, 2))"}, name="absent"),
    # shape
    fit("label_columns", score(3), np.arange(30.0), fill={"TARGETS": "np.ones((30, 3))"}),
    fit("label_columns", score(), numbers(30, 4), fill={"COLUMN": "0"}, name="wide"),
    fit("label_columns", score(), lambda: pd.DataFrame(numbers(30, 4), columns=list("abcd")), fill={"COLUMN": "0"},
        name="frame"),
    fit("label_columns", score(3), numbers(30, 4), fill={"TARGETS": "np.ones((30, 3))"}, name="other"),
    fit("label_columns", yes_no(), one_hot(2, np.arange(30) % 2), fill={"COLUMN": "1"}, name="one-hot of two"),
    fit("label_onehot_extra", classes(3, CATEGORICAL), one_hot(4, LABELS + 1)),
    fit("label_onehot_sparse", classes(), one_hot(3)),
    fit("label_onehot_sparse", classes(), lambda: pd.DataFrame(one_hot(3), columns=list("abc")), name="frame"),
    fit("label_onehot_sparse", steps(4, SPARSE, "softmax"), one_hot(4, np.ones((30, 5), int)), lambda: SERIES,
        name="steps"),
    fit("label_sparse_onehot", classes(3, CATEGORICAL), LABELS),
    fit("label_sparse_onehot", classes(3, CATEGORICAL), lambda: pd.DataFrame({"label": LABELS}), name="frame"),
    fit("label_sparse_onehot", steps(4, CATEGORICAL, "softmax"), np.ones((30, 5), int), lambda: SERIES, name="steps",
        fill={"ONE_HOT": "np.ones((30, 5, 4))"}),
    fit("label_sequence", steps(), np.arange(30.0), lambda: SERIES, fill={"ALL_TARGETS": "np.ones((30, 5))", "UNITS": "4"}),
    fit("label_sequence", ones(coder, "mse"), numbers(30, 1), lambda: numbers(30, 8, 6, 1), name="pictures",
        fill={"ALL_TARGETS": "np.ones((30, 8, 6, 1))"}),
    fit("label_single", ones(models.lstm, "mse"), numbers(30, 5, 1), lambda: SERIES, fill={"UNITS": "4"}),
    fit("label_sizes", ones(coder, "mse"), numbers(30, 8, 5, 1), lambda: numbers(30, 8, 6, 1),
        fill={"TARGETS": "np.ones((30, 8, 6, 1))"}),
    fit("label_transposed", score(2), numbers(2, 30)),
    fit("label_transposed", score(), numbers(1, 30), name="row"),
    fit("repair_refused", score(), numbers(1, 30), options={"repairs": "refuse"}, name="target"),
    # missing
    fit("label_missing", score(), y_with(np.nan, 3)),
    fit("label_missing", score(2), np.where(numbers(30, 2) > 1.5, np.nan, 1), name="matrix"),
    fit("label_missing", score(2), lambda: pd.DataFrame({"a": y_with(np.nan, 3), "b": range(30)}), name="frame"),
    fit("label_missing", score(), lambda: pd.Series(y_with(np.nan, 3)), x=lambda: frame_of_rows(), name="frames"),
    fit("label_missing", classes(), lambda: pd.Series(CATEGORIES.where(CATEGORIES.index != 4)), name="factor"),
    fit("label_missing", steps(), np.where(numbers(30, 5) > 2, np.nan, 1), lambda: SERIES, name="steps",
        fill={"TARGETS": "np.ones((30, 5))"}),
    fit("label_missing", score(), np.arange(30.0), given={"validation_data": (numbers(30, 5), y_with(np.nan, 2))},
        fill={"TARGETS": "np.arange(30.0)"}, name="validation"),
    fit("label_infinite", score(), y_with(np.inf, 3), fill=TARGETS),
    # labels
    fit("label_not_numbers", score(), CATEGORIES),
    fit("label_not_numbers", score(), lambda: pd.Series([str(i) for i in range(30)]), name="text"),
    fit("label_levels", classes(4), CATEGORIES, fill={"LEVELS": "['low', 'mid', 'high', 'top']"}, name="few"),
    fit("label_levels", classes(2), CATEGORIES, name="many"),
    fit("label_levels", yes_no(), CATEGORIES, name="binary"),
    fit("label_mapping", classes(), CATEGORIES),
    fit("label_mapping", yes_no(), lambda: pd.Series(["no", "yes"] * 15), name="text"),
    fit("repair_refused", classes(), CATEGORIES, options={"repairs": "refuse"}, name="levels"),
    fit("label_one_hot", classes(3, CATEGORICAL), LABELS + 1, options={"label_base": 1}),
    fit("label_fractions", classes(3, CATEGORICAL), lambda: LABELS + 0.4, options={"label_base": 0}, name="one-hot"),
    fit("label_novel", lambda: trained("low", "mid", "high"), lambda: pd.Series(["low", "hgih", "mid"] * 10),
        fill={"LABELS": "['low'] * 30"}),
    fit("label_one_based", classes(), LABELS + 1),
    fit("label_one_based", yes_no(), np.arange(30) % 2 + 1, name="binary"),
    fit("label_outside", classes(), np.arange(30) % 5, fill=CLASSES),
    fit("label_outside", classes(), LABELS - 1, fill=CLASSES, name="negative"),
    fit("label_outside", classes(), LABELS, options={"label_base": 1}, fill={"LABELS": "np.arange(30) % 3 + 1"},
        name="base"),
    fit("option_base", classes(), LABELS, options={"label_base": 2}, name="label_base"),
    fit("label_one_unit", score(1, SPARSE, "softmax"), LABELS % 2, fill=CLASSES),
    fit("label_one_unit", score(1, CATEGORICAL, "softmax"), LABELS % 2, fill=CLASSES, name="one-hot"),
    fit("label_fractions", classes(), lambda: LABELS + 0.4, name="labels"),
    fit("label_rounded", classes(), lambda: np.where(LABELS == 2, 1.9999999999, LABELS)),
    fit("label_unused_first", classes(4), LABELS + 1),
    fit("label_unused_first", classes(4, CATEGORICAL), one_hot(4, LABELS + 1), name="column"),
    fit("label_range", yes_no(), lambda: numbers(30), fill={"LABELS": "np.arange(30) % 2"}),
    fit("label_range", classes(3, CATEGORICAL), lambda: one_hot(3) * 3 - 1, fill={"LABELS": "np.eye(3)[np.arange(30) % 3]"},
        name="one-hot"),
    fit("label_range", score(1, "hinge", "tanh"), lambda: LABELS * 2, fill={"LABELS": "np.arange(30) % 2"}, name="hinge"),
    fit("label_signs", yes_no(), np.arange(30) % 2 * 2 - 1),
    fit("label_negative", score(1, "poisson", "exponential"), lambda: numbers(30), fill={"TARGETS": "np.arange(30)"}),
    fit("label_logits", classes(3, SPARSE, None), LABELS),
    fit("label_logits", score(1, BINARY), LABELS % 2, name="binary"),
    fit("label_probabilities", classes(3, keras.losses.SparseCategoricalCrossentropy(from_logits=True)), LABELS),
    # the training
    fit("model_uncompiled", models.dense, np.arange(30.0)),
    fit("model_uncompiled", models.dense, np.arange(30.0), function="safe_evaluate", name="evaluate"),
    fit("option_count", score(), np.arange(30.0), given={"epochs": 2.5}, name="epochs"),
    fit("option_value", score(), np.arange(30.0), given={"shuffle": "no"}, name="shuffle"),
    fit("option_split", score(), np.arange(30.0), given={"validation_split": 1.5}, name="share"),
    fit("option_split", score(), np.arange(30.0), given={"validation_split": 0.99}, name="no rows"),
    fit("training_empty", score(), np.zeros(0), lambda: np.zeros((0, 5)), fill={"ROWS": "np.ones((30, 5))", **TARGETS}),
    fit("callbacks_kind", score(), np.arange(30.0), given={"callbacks": [{"class": "function"}]}),
    fit("validation_kind", score(), np.arange(30.0), given={"validation_data": {"class": "list"}},
        fill={"VALIDATION_X": "np.ones((4, 5))", "VALIDATION_Y": "np.ones(4)"}),
    fit("label_order", of_colours, pd.DataFrame(numbers(ROWS, 3), columns=list("bgr"))),
    fit("split_sorted", classes(), np.sort(LABELS), given={"validation_split": 0.3}),
    fit("split_sorted", classes(), np.repeat([2, 0, 1], 10), given={"validation_split": 0.3}, name="blocks"),
    fit("split_sorted", classes(), lambda: CATEGORIES.sort_values(ignore_index=True), lambda: frame_of_rows(),
        given={"validation_split": 0.3}, name="frames"),
    fit("label_among_inputs", score(), lambda: x()[:, 2]),
    fit("label_among_inputs", score(), lambda: frame_of_rows()["c"], lambda: frame_of_rows(), name="frame"),
    fit("scale_missing", score(), np.arange(30.0), lambda: x() * 5000),
    fit("scale_missing", score(), np.arange(30.0), lambda: frame_of_rows() * 5000, name="frame"),
    fit("scale_missing", ones(models.conv, "mse"), numbers(30, 2), name="pixels",
        x=lambda: np.floor(np.abs(np.tanh(numbers(30, 8, 6, 1))) * 100 + 155)),
    # weights
    fit("class_weight_outputs", ones(models.two_outputs, "mse"), lambda: [np.ones(30), np.ones((30, 2))],
        given={"class_weight": {0: 1.0, 1: 2.0}}, fill={"WEIGHTS_1": "np.ones(30)", "WEIGHTS_2": "np.ones(30)"}),
    fit("class_weight_keys", classes(), LABELS, given={"class_weight": [1.0, 2.0, 3.0]}),
    fit("class_weight_keys", classes(), LABELS, given={"class_weight": [1.0, 2.0]}, fill={"WEIGHT": "1.0"}, name="few"),
    fit("class_weight_values", classes(), LABELS, given={"class_weight": {0: "a", 1: 2.0, 2: 3.0}}, fill={"WEIGHT": "1.0"}),
    fit("class_weight_unknown", classes(), LABELS, given={"class_weight": {1: 1.0, 2: 2.0, 3: 3.0}}, fill={"WEIGHT": "1.0"}),
    fit("class_weight_unknown", classes(), CATEGORIES, given={"class_weight": {"low": 1.0, "middle": 2.0}},
        fill={"WEIGHT": "1.0"}, name="levels"),
    fit("class_weight_twice", classes(), LABELS, given={"class_weight": {0: 1.0, "0": 2.0}}, fill={"WEIGHT": "1.0"}),
    fit("class_weight_read", classes(), CATEGORIES, given={"class_weight": {"low": 1.0, "high": 2.0}}),
    fit("class_weight_both", classes(), LABELS, given={"class_weight": {0: 1.0}, "sample_weight": np.ones(30)},
        fill={"WEIGHTS": "np.ones(30)"}),
    fit("sample_weight_rows", classes(), LABELS, given={"sample_weight": np.ones(3)}, fill={"WEIGHTS": "np.ones(30)"}),
    fit("sample_weight_shape", classes(), LABELS, given={"sample_weight": np.ones((30, 4))}, fill={"WEIGHTS": "np.ones(30)"}),
    fit("sample_weight_kind", classes(), LABELS, given={"sample_weight": ["a"] * 30}, fill={"WEIGHTS": "np.ones(30)"}),
    fit("sample_weight_values", classes(), LABELS, given={"sample_weight": y_with(np.nan, 2)}, fill={"WEIGHTS": "np.ones(30)"}),
    # what is said of x carries y along
    fit("missing_values", score(), np.arange(3.0), lambda: with_cell(np.nan, 1, 2), name="fit"),
    fit("missing_values", score(), lambda: pd.Series(np.arange(3.0)), lambda: frame(b=[1.0, np.nan, 3.0]), name="fit frame"),
    fit("missing_values", score(), np.arange(3.0), lambda: table(b=[1, None, 3]), name="fit polars"),
    fit("missing_values", score(), np.arange(3.0), lambda: table(b=[1, None, 3]).to_arrow(), name="fit pyarrow"),
    fit("missing_values", ones(models.lstm, "mse"), np.arange(2.0), name="fit sequence",
        x=lambda: np.where(np.arange(30).reshape(2, 5, 3) == 7, np.nan, 1.0), fill={"FILLED": "np.nan_to_num(new_data)"}),
    fit("missing_values", score(), np.arange(30.0), name="validation",
        given={"validation_data": (with_cell(np.nan, 1, 2), np.arange(3.0))}, fill={"FILLED": "np.ones((3, 5))"}),
    fit("missing_masked", score(), np.arange(3.0), lambda: np.ma.masked_less(with_cell(-9999.0, 1, 2), -9000), name="fit"),
    fit("infinite_values", score(), np.arange(3.0), lambda: with_cell(np.inf, 1, 2), name="fit"),
    fit("infinite_values", score(), np.arange(3.0), lambda: frame(b=[1.0, np.inf, 3.0]), name="fit frame"),
    fit("shape_features", score(), np.arange(30.0), lambda: numbers(30, 6), fill={"COLUMNS": "[0, 1, 2, 3, 4]"}, name="fit"),
    fit("shape_features", score(), np.arange(30.0), name="validation", fill={"COLUMNS": "[0, 1, 2, 3, 4]"},
        given={"validation_data": (numbers(6, 6), np.arange(6.0))}),
    fit("shape_windows", ones(models.lstm, "mse"), np.arange(20.0), lambda: numbers(20, 3), name="fit"),
    fit("shape_steps", ones(models.lstm, "mse"), np.arange(10.0), lambda: numbers(10, 7, 3), name="fit"),
    fit("shape_flat", ones(models.lstm, "mse"), np.arange(10.0), lambda: numbers(10, 15), name="fit"),
    fit("structure_rows", ones(models.two, "mse"), np.arange(4.0), lambda: [numbers(4, 3), numbers(5, 2)],
        fill={"SAME_ROWS": "[new_data[0], new_data[1][:4]]"}, name="fit"),
    fit("option_value", score(), np.arange(30.0), options={"missing": "na_rows"}, name="fit"),
]  # fmt: skip


def frame_of_rows() -> pd.DataFrame:
    return pd.DataFrame(x(), columns=list("abcde"))
