"""One situation per code: what raises it, and what its placeholders stand for when its fix is run."""

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
from kerasguard.blueprints import Blueprint, ColumnSeen, InputSeen, OutputSeen, keep_blueprint
from needs import tf


@dataclass(frozen=True)
class Scenario:
    """`fill`: code for each placeholder. `y`: the targets, of functions that take some; `given`: what else they get."""

    code: str
    model: Callable[[], Any]
    x: Callable[[], Any]
    options: dict[str, Any] = field(default_factory=dict)
    fill: dict[str, str] = field(default_factory=dict)
    function: str = "safe_predict"
    name: str = ""
    y: Callable[[], Any] | None = None
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.code}-{self.name}" if self.name else self.code


def taught(model: Any, *names: str) -> Any:
    kg.learn_blueprint(model, pd.DataFrame(np.ones((2, len(names))), columns=list(names)))
    return model


def sorter(units: int = 3, activation: Any = "softmax", classes: Any = ("a", "b", "c"), **compiled_with: Any) -> Any:
    """A model whose blueprint knows classes; () stands for numbers."""
    model = models.dense(units=units, activation=activation)
    if compiled_with:
        model.compile(**compiled_with)
    seen = OutputSeen((), classes or None, form="binary" if units == 1 else "codes")
    keep_blueprint(model, Blueprint((InputSeen(()),), (seen,)))
    return model


def steps_sorter() -> Any:
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.Dense(3, "softmax")])
    keep_blueprint(model, Blueprint((InputSeen(()),), (OutputSeen((), ("a", "b", "c"), form="codes"),)))
    return model


def with_two_outputs(activation: Any, classes: Any) -> Any:
    """Classes and numbers."""
    keras.utils.set_random_seed(1)
    inputs, dense = keras.Input((5,)), keras.layers.Dense
    model = keras.Model(inputs, {"kind": dense(2, activation)(inputs), "size": dense(1)(inputs)})
    model.compile(loss={"kind": "categorical_crossentropy", "size": "mse"})
    outputs = (OutputSeen(("kind",), classes, form="one-hot"), OutputSeen(("size",)))
    keep_blueprint(model, Blueprint((InputSeen(()),), outputs))
    return model


LEARNED = {"TRAINING_X": "np.ones((3, 5))", "TRAINING_Y": '["a", "b", "c"]'}


def levels(model: Any = None, **options: Any) -> Any:
    """A model that learned `b` as codes or columns."""
    model = model or models.dense()
    kg.learn_blueprint(model, frame(b=pd.Categorical(["low", "mid", "high"], ["low", "mid", "high"])), **options)
    return model


def seen(model: Any, *ranges: tuple[float, float, float, float], names: Any = None) -> Any:
    """A model whose blueprint has these lows, highs, means and sds."""
    names = names or [None] * len(ranges)
    columns = tuple(
        ColumnSeen(name, min=low, max=high, mean=mean, sd=sd)
        for name, (low, high, mean, sd) in zip(names, ranges, strict=True)
    )
    keep_blueprint(model, Blueprint((InputSeen(("x",), columns),), rows=1000))
    return model


def levels_0() -> Any:
    return levels(label_base=0)


def one_column() -> Any:
    model = models.dense(1)
    kg.learn_blueprint(model, pd.Series(["u", "v"], dtype="category"), label_base=0)
    return model


def numbered() -> Any:
    model = models.dense()
    kg.learn_blueprint(model, frame(b=pd.Categorical(["1", "2", "3"])), label_base=1)
    return model


def standard(table: pd.DataFrame) -> pd.DataFrame:
    return (table - table.mean()) / table.std(ddof=0)


CARS = {"mpg": [20.0 + i % 7 for i in range(20)], "hp": [110.0 + 9 * (i % 11) for i in range(20)]}


def trained_on(model: Any) -> Any:
    """As after a plain fit."""
    model.set_weights([2 * values for values in model.get_weights()])
    return model


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


def with_cell(value: Any, *place: int) -> np.ndarray:
    x = numbers(3, 5)
    x[place] = value
    return x


def frame(**columns: Any) -> pd.DataFrame:
    base = {name: [1.0, 2.0, 3.0] for name in ("a", "b", "c", "d", "e")}
    return pd.DataFrame({**base, **columns})


def slices(*arrays: Any, size: int = 2) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0]).batch(size)


def ragged() -> tf.data.Dataset:
    return slices(tf.ragged.constant([[[1.0, 2, 3]], [[1.0, 2, 3], [4, 5, 6]]], inner_shape=(3,)))


class Batches(keras.utils.PyDataset):
    """Two batches of a list each, the second with a missing value."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, i: int) -> Any:
        return [with_cell(np.nan if i else 1.0, 1, 2), np.zeros(3)]


def frame_of(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def days(n: int) -> pd.DatetimeIndex:
    return pd.date_range("2024-01-01", periods=n)


def table(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame({**frame().to_dict("list"), **columns})


def compiled(model: Any) -> Any:
    model.compile(loss="mse")
    return model


FIVE = {"COLUMNS": "[0, 1, 2, 3, 4]", "ALL_COLUMNS": "np.ones((2, 5))"}
CODES = {"CODES_OF_TRAINING": "[0.0, 1.0, 0.0]", "FEATURE_OF_TRAINING": "[0.0, 1.0, 2.0]"}

SCENARIOS = [
    # structure
    Scenario("structure_null", models.dense, lambda: None, fill={"DATA": "np.ones((2, 5))"}),
    Scenario("structure_kind", models.dense, lambda: {1, 2}, fill={"DATA": "np.ones((2, 5))"}),
    Scenario("structure_model", lambda: "model", lambda: numbers(2, 5)),
    Scenario("structure_swapped", lambda: numbers(2, 5), models.dense),
    Scenario("structure_count", models.dense, lambda: [numbers(4, 5), numbers(4, 5)], fill={"FIRST": "0"}),
    Scenario("structure_count_many", models.two, lambda: [numbers(4, 3)] * 3,
             fill={"DATA_1": "np.ones((2, 3))", "DATA_2": "np.ones((2, 2))"}),
    Scenario("structure_one_for_many", models.two, lambda: numbers(4, 5),
             fill={"DATA_1": "np.ones((2, 3))", "DATA_2": "np.ones((2, 2))"}),
    Scenario("structure_unnamed", lambda: models.two(structure=dict), lambda: [numbers(4, 3), numbers(4, 2)],
             fill={"DATA_1": "np.ones((2, 2))", "DATA_2": "np.ones((2, 3))"}),
    Scenario("structure_names", models.two, lambda: {"main": numbers(4, 3), "au": numbers(4, 2)}, name="near"),
    Scenario("structure_names", models.two, lambda: {"main": numbers(4, 3)}, name="absent",
             fill={"DATA": "np.ones((4, 2))"}),
    Scenario("structure_partly_named", models.two, lambda: {"main": numbers(4, 3), "": numbers(4, 2)},
             fill={"DATA_1": "np.ones((2, 3))", "DATA_2": "np.ones((2, 2))"}),
    Scenario("structure_order", models.two, lambda: [numbers(4, 2), numbers(4, 3)]),
    Scenario("structure_rows", models.two, lambda: [numbers(4, 3), numbers(5, 2)],
             fill={"SAME_ROWS": "[new_data[0][:4], new_data[1][:4]]"}),
    Scenario("structure_ragged", models.dense, lambda: [[1.0, 2.0, 3.0], [4.0, 5.0]]),
    Scenario("structure_ragged", lambda: models.lstm(None), lambda: [numbers(4, 3), numbers(2, 3)], name="free"),
    Scenario("structure_stacked", models.lstm, lambda: [numbers(5, 3), numbers(5, 3)]),
    Scenario("structure_extra", models.two, lambda: {"main": numbers(4, 3), "id": numbers(4), "aux": numbers(4, 2)}),
    Scenario("structure_columns", models.scalars, lambda: pd.DataFrame({"id": [1, 2], "income": [3, 4], "age": [5, 6]})),
    Scenario("repair_refused", models.dense, lambda: numbers(5), {"repairs": "refuse"}),
    Scenario("option_value", models.dense, lambda: numbers(2, 5), {"order": "X"}, name="order"),
    Scenario("option_value", models.dense, lambda: numbers(2, 5), {"repairs": "silent"}, name="repairs"),
    Scenario("option_value", models.dense, lambda: numbers(2, 5), {"missing": "omit"}, name="missing"),
    Scenario("option_value", models.dense, lambda: numbers(2, 5), {"missing": "na_rows", "predicts": False},
             function="validate_and_coerce", name="no answer"),
    Scenario("option_count", models.dense, lambda: numbers(2, 5), {"batch_size": 2.5}, name="batch_size"),
    Scenario("option_count", models.dense, lambda: numbers(2, 5), {"steps": "all"}, name="steps"),
    Scenario("structure_lengths", lambda: models.dense(2), lambda: {"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]},
             fill={"SAME_ROWS": "np.ones((2, 2))"}),
    Scenario("structure_convert", models.dense, lambda: table().lazy()),
    Scenario("structure_convert", models.dense, lambda: tf.sparse.from_dense(np.eye(5)), name="sparse"),
    Scenario("structure_symbolic", models.dense, lambda: keras.Input((5,)), fill={"DATA": "np.ones((2, 5))"}),
    # shape
    Scenario("shape_features", models.dense, lambda: numbers(10, 6), fill=FIVE),
    Scenario("shape_features", models.dense, lambda: frame(f=[1.0, 2.0, 3.0]), fill=FIVE, name="frame"),
    Scenario("shape_features", models.dense, lambda: [[1, 2, 3, 4, 5, 6]], fill=FIVE, name="list"),
    Scenario("shape_features", models.lstm, lambda: numbers(10, 5, 4), name="sequence", fill={"COLUMNS": "[0, 1, 2]"}),
    Scenario("shape_features_few", models.dense, lambda: numbers(10, 4), fill=FIVE),
    Scenario("shape_transposed", models.dense, lambda: numbers(5, 9), fill=FIVE),
    Scenario("shape_vector", models.dense, lambda: numbers(10), fill={"COLUMNS": ":5"}),
    Scenario("shape_unit_axis", models.conv, lambda: numbers(3, 8, 6)),
    Scenario("shape_one_sample", models.dense, lambda: numbers(5)),
    Scenario("shape_one_sample", models.conv, lambda: numbers(8, 6), name="picture"),
    Scenario("shape_samples_last", models.lstm, lambda: numbers(5, 3, 7)),
    Scenario("shape_two_readings", lambda: models.lstm(None), lambda: numbers(10, 3)),
    Scenario("shape_two_readings", models.lstm, lambda: numbers(5, 3, 3), name="orders"),
    Scenario("shape_flat", models.lstm, lambda: numbers(10, 15)),
    Scenario("shape_flat", models.lstm, lambda: numbers(15), name="one"),
    Scenario("shape_flat", models.conv, lambda: numbers(10, 48), name="pictures"),
    Scenario("shape_flat_by_name", lambda: models.lstm(2, 2),
             lambda: pd.DataFrame(numbers(4, 4), columns=["temp_t1", "temp_t2", "wind_t1", "wind_t2"])),
    Scenario("shape_flat_lags", lambda: models.lstm(2, 2),
             lambda: pd.DataFrame(numbers(4, 4), columns=["t_lag1", "t_lag2", "w_lag1", "w_lag2"]),
             fill={"COLUMNS": "['t_lag2', 'w_lag2', 't_lag1', 'w_lag1']"}),
    Scenario("shape_flat_either", lambda: models.lstm(2, 2),
             lambda: pd.DataFrame(numbers(4, 4), columns=["x1_mon", "x2_mon", "x1_tue", "x2_tue"])),
    Scenario("shape_flat_backward", lambda: models.lstm(2, 2),
             lambda: pd.DataFrame(numbers(4, 4), columns=["temp_t2", "wind_t2", "temp_t1", "wind_t1"]),
             fill={"COLUMNS": "['temp_t1', 'wind_t1', 'temp_t2', 'wind_t2']"}),
    Scenario("shape_flatten", lambda: models.dense(12), lambda: numbers(5, 4, 3), {"order": "C"}, function="check_input"),
    Scenario("shape_flatten_order", lambda: models.dense(12), lambda: numbers(5, 4, 3)),
    Scenario("shape_axes_order", models.pooled, lambda: numbers(4, 3, 6, 5)),
    Scenario("shape_axes_order", models.lstm, lambda: numbers(3, 5), name="one"),
    Scenario("shape_two_readings", lambda: models.pooled(None, None), lambda: numbers(3, 64, 60, 4), name="many"),
    Scenario("shape_windows", lambda: models.lstm(5, 1), lambda: numbers(20, 1)),
    Scenario("shape_windows", models.lstm, lambda: numbers(20, 3), name="features"),
    Scenario("shape_series_short", models.lstm, lambda: numbers(4, 3), fill={"LAST_OBSERVATIONS": "np.ones((5, 3))"}),
    Scenario("shape_steps", models.lstm, lambda: numbers(10, 7, 3)),
    Scenario("shape_steps_few", models.lstm, lambda: numbers(10, 4, 3), fill={"WINDOWS": "np.ones((4, 5, 3))"}),
    Scenario("shape_picture", models.pooled, lambda: numbers(4, 9, 9, 3)),
    Scenario("shape_channels", models.conv, lambda: numbers(4, 8, 6, 3), name="colour"),
    Scenario("shape_channels", models.pooled, lambda: numbers(4, 6, 5, 1), name="grey"),
    Scenario("shape_channels", models.pooled, lambda: numbers(4, 6, 5, 4), name="alpha"),
    Scenario("shape_channels", models.pooled, lambda: numbers(4, 6, 5, 2), name="other",
             fill={"PICTURES": "np.ones((4, 6, 5, 3))"}),
    Scenario("shape_axis", lambda: models.subclassed((2, 3, 4, 5, 6, 7)), lambda: numbers(2, 3, 4, 5, 6, 8),
             fill={"DATA": "np.ones((2, 3, 4, 5, 6, 7))"}),
    Scenario("shape_rank", models.dense, lambda: numbers(2, 5, 2), fill={"DATA": "np.ones((2, 5))"}, name="higher"),
    Scenario("shape_rank", models.pooled, lambda: numbers(90, 7), fill={"DATA": "np.ones((2, 6, 5, 3))"}, name="lower"),
    Scenario("batch_stateful_rows", models.stateful, lambda: numbers(7, 5, 3)),
    Scenario("batch_stateful_size", models.stateful, lambda: numbers(6, 5, 3), {"batch_size": 2}),
    Scenario("batch_stateful", models.stateful, lambda: numbers(6, 5, 3)),
    # values
    Scenario("missing_values", models.dense, lambda: with_cell(np.nan, 1, 2)),
    Scenario("missing_values", models.dense, lambda: frame(b=pd.array([1, None, 3], "Int64")), name="frame"),
    Scenario("missing_values", models.lstm, lambda: np.where(np.arange(30).reshape(2, 5, 3) == 7, np.nan, 1.0),
             name="sequence", fill={"FILLED": "np.nan_to_num(new_data)"}),
    Scenario("missing_rows", models.dense, lambda: with_cell(np.nan, 1, 2), {"missing": "na_rows"}),
    Scenario("missing_rows_mix", models.stateful, lambda: numbers(3, 5, 3), {"missing": "na_rows"}),
    Scenario("missing_masked", models.lstm, lambda: np.ma.masked_less(numbers(2, 5, 3), -1), name="sequence",
             fill={"FILLED": "np.ones((2, 5, 3))"}),
    Scenario("missing_masked", models.dense, lambda: np.ma.masked_less(with_cell(-9999.0, 1, 2), -9000)),
    Scenario("infinite_values", models.dense, lambda: with_cell(np.inf, 1, 2)),
    Scenario("dtype_text", models.dense, lambda: np.array([["1", "2", "3", "4", "5"]]), fill={"ENCODED": "np.ones((1, 5))"}),
    Scenario("dtype_category", lambda: models.dense(1), lambda: pd.Series(["u", "v"], dtype="category"),
             fill={"CODES_OF_TRAINING": "np.ones((2, 1))"}),
    Scenario("dtype_date", lambda: models.dense(1), lambda: days(3).to_numpy(), fill={"FEATURES": "np.ones((2, 1))"}),
    Scenario("dtype_duration", lambda: models.dense(1), lambda: np.array([[3600], [7200]], "timedelta64[s]")),
    Scenario("dtype_complex", models.dense, lambda: numbers(2, 5) + 1j),
    Scenario("dtype_list", models.dense, lambda: np.array([[[1], [2, 3], [4], [5], [6]]], dtype=object),
             fill={"LIST": "list(np.ones((2, 5)))"}),
    Scenario("dtype_mixed", models.dense, lambda: np.array([[1.0, 2.0, "a", 4.0, 5.0]], dtype=object),
             fill={"NUMBERS": "np.ones((2, 5))"}),
    Scenario("dtype_other", models.dense, lambda: np.array([[b"a"] * 5], dtype="V1"), fill={"NUMBERS": "np.ones((2, 5))"}),
    Scenario("dtype_not_text", models.text, lambda: np.array([1, 2])),
    Scenario("dtype_too_large", models.dense, lambda: with_cell(1e39, 1, 2), fill={"SCALE": "1e39"}),
    Scenario("dtype_too_large", models.half, lambda: np.array([[31.0, 52000.0], [45.0, 70000.0]]), name="half",
             fill={"SCALE": "1000"}),
    Scenario("dtype_outside", lambda: models.integer("int32"), lambda: np.array([[1.0, 3e9]]),
             fill={"IDS": "np.array([[1, 2]])"}),
    Scenario("dtype_fractions", models.integer, lambda: np.array([[1.0, 2.5]])),
    Scenario("dtype_subnormal", lambda: models.dense(1), lambda: np.array([[1], [2], [3]]).view("float64")),
    Scenario("dtype_merged", models.dense, lambda: frame(b=[1.6e9, 1.6e9 + 10, 1.6e9 + 20]), fill={"START": "1.6e9"},
             name="frame"),
    Scenario("dtype_cast", models.dense, lambda: np.ones((2, 5), int), function="check_input"),
    Scenario("column_by_position", models.dense, lambda: frame(), function="check_input"),
    Scenario("dtype_merged", models.dense, lambda: np.arange(10.0).reshape(2, 5) + 1.6e9, fill={"START": "1.6e9"}),
    Scenario("dtype_merged", lambda: models.dense(1), lambda: np.array([[16777216.0], [16777217.0]]), name="ids",
             fill={"START": "16777216"}),
    Scenario("column_text", models.dense, lambda: frame(b=["x", "y", "x"]), fill=CODES),
    Scenario("column_text", models.dense, lambda: frame(id=["x", "y", "x"]), fill=CODES, name="extra"),
    Scenario("column_category", models.dense, lambda: frame(b=pd.Categorical(["x", "y", "x"])), fill=CODES),
    Scenario("column_date", models.dense, lambda: frame(b=days(3)), fill=CODES),
    Scenario("column_duration", models.dense, lambda: frame(b=days(3) - days(3)[0])),
    Scenario("column_complex", models.dense, lambda: frame(z=[1j, 2j, 3j])),
    Scenario("column_list", models.dense, lambda: frame(z=[[1], [2], [3]])),
    Scenario("column_text", models.dense, lambda: pd.DataFrame([[1.0, "u", 2.0, 3.0, 4.0]]), fill={"CODES_OF_TRAINING": "[1.0]"}, name="numbered"),
    Scenario("column_text", models.dense, lambda: frame(id=["x", "y", "x"], when=days(3)), name="two"),
    Scenario("column_category", models.dense, lambda: pd.DataFrame(
        {("a", i): pd.Categorical(["u", "v"]) if i == 5 else [1.0, 2.0] for i in range(6)}), name="levels"),
    Scenario("structure_table", lambda: models.dense(2), lambda: {"s1": [1.0, 2.0], "s2": [3.0, 4.0]}),
    Scenario("structure_unlike", models.nested, lambda: [numbers(2, 3), numbers(2, 2)],
             fill={"NESTED": '{"left": {"q": np.ones((2, 3)), "r": np.ones((2, 2))}, "right": np.ones((2, 1))}'}),
    Scenario("missing_values", models.dense, lambda: [[1, 2, 3, 4, None]], name="list", fill={"FILLED": "np.ones((1, 5))"}),
    Scenario("shape_steps", models.lstm, lambda: numbers(10, 7, 3).tolist(), name="list"),
    Scenario("column_mixed", models.dense, lambda: frame(b=[1.0, "a", 2.0]), fill=CODES),
    Scenario("column_other", models.dense, lambda: frame(b=pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3])), fill=CODES),
    Scenario("column_not_text", models.text, lambda: pd.DataFrame({"review": [1, 2]})),
    Scenario("column_missing", models.scalars, lambda: pd.DataFrame({"income": [3, 4], "aeg": [5, 6]}), name="near"),
    Scenario("column_missing", models.scalars, lambda: pd.DataFrame({"income": [3, 4]}), name="absent",
             fill={"COLUMN": "[1, 2]"}),
    Scenario("column_absent", lambda: taught(models.dense(3), "age", "income", "visits"),
             lambda: pd.DataFrame(numbers(2, 3), columns=["age", "incom", "visits"]), name="near"),
    Scenario("column_absent", lambda: taught(models.dense(3), "age", "income", "visits"),
             lambda: pd.DataFrame(numbers(2, 2), columns=["age", "visits"]), name="absent", fill={"COLUMN": "[1.0, 2.0]"}),
    Scenario("column_order", lambda: taught(models.dense(3), "age", "income", "visits"),
             lambda: pd.DataFrame(numbers(2, 4), columns=["id", "visits", "age", "income"])),
    Scenario("blueprint_nothing", models.dense, lambda: iter([numbers(2, 5)]), function="learn_blueprint",
             fill={"NAMED_DATA": "pd.DataFrame(np.ones((2, 5)), columns=list('abcde'))"}),
    Scenario("blueprint_stale", lambda: trained_on(taught(models.dense(3), "age", "income", "visits")),
             lambda: pd.DataFrame(numbers(2, 3), columns=["age", "income", "visits"]), fill={"TRAINING_X": "np.ones((2, 3))"}),
    Scenario("column_stale", lambda: trained_on(taught(models.dense(3), "age", "income", "visits")),
             lambda: pd.DataFrame(numbers(2, 4), columns=["id", "visits", "age", "income"]),
             fill={"TRAINING_X": "np.ones((2, 3))"}),
    Scenario("column_stale", lambda: trained_on(taught(models.dense(3), "age", "income", "visits")),
             lambda: pd.DataFrame(numbers(2, 3), columns=["age", "incom", "visits"]), name="absent",
             fill={"TRAINING_X": "np.ones((2, 3))"}),
    Scenario("label_rows", models.dense, lambda: numbers(111, 5), function="learn_blueprint", y=lambda: numbers(153, 1),
             fill={"TARGETS_OF_X": "np.ones((111, 1))"}),
    Scenario("column_orders", lambda: models.dense(3),
             lambda: [frame_of(a=[1.0], b=[2.0], c=[3.0]), frame_of(c=[3.0], a=[1.0], b=[2.0])]),
    Scenario("column_other_order", lambda: taught(models.dense(3), "age", "income", "visits"),
             lambda: [pd.DataFrame(numbers(1, 3), columns=["visits", "age", "income"])] * 2),
    Scenario("column_extra", lambda: taught(models.dense(3), "age", "income", "visits"),
             lambda: pd.DataFrame(numbers(2, 4), columns=["id", "age", "income", "visits"])),
    Scenario("column_twice", models.scalars,
             lambda: pd.DataFrame([[1, 2, 3]], columns=["income", "age", "age"])),
    # tables of other libraries have their own words
    Scenario("missing_values", models.dense, lambda: table(b=[1, None, 3]), name="polars"),
    Scenario("missing_values", models.dense, lambda: table(b=[1, None, 3]).to_arrow(), name="pyarrow"),
    Scenario("missing_values", models.dense, lambda: [*frame().to_dict("records"), {"a": 1, "b": 2}], name="records"),
    Scenario("infinite_values", models.dense, lambda: table(b=[1.0, np.inf, 3.0]), name="polars"),
    Scenario("infinite_values", models.dense, lambda: table(b=[1.0, np.inf, 3.0]).to_arrow(), name="pyarrow"),
    Scenario("dtype_too_large", models.dense, lambda: table(b=[1.0, 1e39, 3.0]), fill={"SCALE": "1e39"}, name="polars"),
    Scenario("dtype_too_large", models.dense, lambda: table(b=[1.0, 1e39, 3.0]).to_arrow(), fill={"SCALE": "1e39"},
             name="pyarrow"),
    Scenario("dtype_merged", models.dense, lambda: table(b=[1.6e9, 1.6e9 + 10, 1.6e9 + 20]), fill={"START": "1.6e9"},
             name="polars"),
    Scenario("column_category", models.dense, lambda: table(b=pl.Series(["x", "y", "x"], dtype=pl.Categorical)),
             fill=CODES, name="polars"),
    Scenario("column_text", models.dense, lambda: table(b=["x", "y", "x"]).to_arrow(), fill=CODES, name="pyarrow"),
    Scenario("column_text", models.dense, lambda: table(id=["x", "y", "x"]), name="polars"),
    Scenario("column_text", models.dense, lambda: table(id=["x", "y", "x"]).to_arrow(), name="pyarrow extra"),
    Scenario("column_duration", models.dense, lambda: table(b=days(3) - days(3)[0]), name="polars"),
    Scenario("column_date", models.dense, lambda: table(b=days(3)), fill=CODES, name="polars"),
    Scenario("column_not_text", models.text, lambda: pl.DataFrame({"review": [1, 2]}), name="polars"),
    Scenario("column_missing", models.scalars, lambda: pl.DataFrame({"income": [3, 4], "aeg": [5, 6]}), name="polars"),
    Scenario("column_missing", models.scalars, lambda: pa.table({"income": [3, 4]}), fill={"COLUMN": "[1, 2]"},
             name="pyarrow"),
    Scenario("column_twice", models.scalars, lambda: pa.table([[1], [2], [3]], names=["income", "age", "age"]),
             name="pyarrow"),
    Scenario("shape_features", models.dense, lambda: table(f=[1.0, 2.0, 3.0]), fill=FIVE, name="polars"),
    Scenario("shape_features", models.dense, lambda: table(f=[1.0, 2.0, 3.0]).to_arrow(), fill=FIVE, name="pyarrow"),
    # ids and scales
    Scenario("ids_outside", models.integer, lambda: np.array([[1, 50], [2, 7]]), name="from_1"),
    Scenario("ids_outside", models.integer, lambda: frame_of(word=[1, 2], place=[-1, 3]), name="frame",
             fill={"IDS": "np.ones((2, 2))"}),
    Scenario("ids_outside", models.integer, lambda: [[0, 50]], name="list", fill={"IDS": "np.ones((2, 2))"}),
    Scenario("ids_fractions", lambda: models.integer("float32"), lambda: np.array([[1.0, 2.5], [3.0, 4.0]])),
    Scenario("scale_pixels", lambda: models.scaled(keras.layers.Rescaling(1 / 255), (6, 5, 3)),
             lambda: np.abs(np.tanh(numbers(2, 6, 5, 3)))),
    Scenario("scale_pixels", lambda: models.scaled(keras.layers.Rescaling(1 / 127.5, -1), (6, 5, 3)),
             lambda: np.tanh(numbers(2, 6, 5, 3)), name="signed"),
    Scenario("scale_pixels", lambda: models.moving(120, 3600), lambda: np.abs(np.tanh(numbers(2, 8, 6, 1))),
             name="learned"),
    Scenario("scale_twice", models.adapted, lambda: numbers(32, 2), fill={"UNSCALED": "np.array([[20.0, 140.0]])"}),
    Scenario("scale_far", models.moving, lambda: np.floor(np.abs(np.tanh(numbers(4, 8, 6, 1))) * 255), name="pixels"),
    Scenario("scale_far", models.adapted, lambda: frame_of(mpg=[20.0, 30.0], hp=[1.1e6, 2e6]),
             fill={"PREPARED": "np.array([[20.0, 140.0]])"}),
    # levels of training
    Scenario("column_readings", models.dense, lambda: frame(b=pd.Categorical(["x", "y", "z"])),
             function="learn_blueprint"),
    Scenario("column_readings", lambda: models.dense(6), lambda: frame(
        b=pd.Categorical(["x", "y", "z"]), f=pd.Categorical(["u", "u", "u"])), function="learn_blueprint", name="columns"),
    Scenario("column_layout", lambda: models.dense(7), lambda: frame(b=pd.Categorical(["x", "y", "z"])),
             function="learn_blueprint", fill={"ENCODED_AS_IN_TRAINING": "np.ones((2, 7))"}),
    Scenario("column_encoded", levels_0, lambda: frame(b=["low", "high", "low"]), function="check_input"),
    Scenario("column_novel_levels", levels_0, lambda: frame(b=["low", "Hihg", "mid"])),
    Scenario("column_novel_levels", levels_0, lambda: frame(b=["low", "zero", "none"]), name="far"),
    Scenario("column_novel_levels", levels_0, lambda: table(b=["low", "Hihg", "mid"]), name="polars"),
    Scenario("column_novel_levels", one_column, lambda: pd.Series(["u", "w"]), name="vector"),
    Scenario("column_novel_levels", levels_0, lambda: frame(b=["low", "zero", "none"]),
             {"predicts": False}, function="validate_and_coerce", name="no answer"),
    Scenario("missing_novel", levels_0, lambda: frame(b=["low", "zero", "none"]), {"novel_levels": "missing"}),
    Scenario("missing_novel", levels_0, lambda: frame(b=["low", "zero", "none"]),
             {"novel_levels": "missing", "predicts": False}, function="validate_and_coerce", name="no answer"),
    Scenario("column_codes", levels_0, lambda: frame(b=[1, 2, 1])),
    Scenario("column_codes", levels_0, lambda: table(b=[1, 2, 1]), name="polars"),
    Scenario("column_codes", lambda: numbered(), lambda: frame(b=[1, 2, 1]), name="labels"),
    Scenario("option_base", models.dense, lambda: frame(b=pd.Categorical(["x", "y", "z"])), {"label_base": 2},
             function="learn_blueprint"),
    # the values of training
    Scenario("values_far", lambda: seen(models.dense(2), (10.0, 34.0, 20.0, 6.0), (52.0, 335.0, 147.0, 69.0),
                                        names=("mpg", "hp")),
             lambda: pd.DataFrame(CARS) * 1000, fill={"PREPARED": "np.ones((2, 2))"}),
    Scenario("values_far", lambda: seen(models.dense(2), (-1.6, 2.3, 0.0, 1.0), (-1.4, 2.7, 0.0, 1.0),
                                        names=("mpg", "hp")),
             lambda: pd.DataFrame(CARS), fill={"MEAN": "20.0", "SD": "6.0"}, name="unscaled"),
    Scenario("values_far", lambda: seen(models.dense(2), (10.0, 34.0, 20.0, 6.0), (52.0, 335.0, 147.0, 69.0),
                                        names=("mpg", "hp")),
             lambda: standard(pd.DataFrame(CARS)), fill={"UNSCALED": "np.ones((2, 2))"}, name="scaled"),
    Scenario("values_far", lambda: seen(models.dense(1), (7.0, 14.0, 10.5, 1.0), names=("income",)),
             lambda: pd.DataFrame({"income": np.exp(np.linspace(8, 13, 30))}), name="unlogged"),
    Scenario("values_far", lambda: seen(models.dense(1), (1100.0, 1.2e6, 36000.0, 40000.0), names=("income",)),
             lambda: pd.DataFrame({"income": np.linspace(8, 13, 30)}), fill={"UNLOGGED": "np.ones((2, 1))"}, name="logged"),
    Scenario("values_far", lambda: seen(models.conv(), (0.0, 1.0, 0.1, 0.3)),
             lambda: np.floor(255 * np.abs(np.tanh(numbers(4, 8, 6, 1)))), name="undivided"),
    Scenario("values_far", lambda: seen(models.conv(), (-1.0, 1.0, -0.8, 0.3)),
             lambda: np.floor(255 * np.abs(np.tanh(numbers(4, 8, 6, 1)))), name="undivided signed"),
    Scenario("values_far", lambda: seen(models.conv(), (0.0, 255.0, 90.0, 80.0)),
             lambda: np.abs(np.tanh(numbers(4, 8, 6, 1))), name="divided"),
    Scenario("model_not_adapted", models.scaled, lambda: np.array([[31.0, 52000.0], [45.0, 38000.0]]),
             fill={"TRAINING_X": "np.array([[31.0, 52000.0]])"}),
    Scenario("model_not_adapted", models.weights_set, lambda: np.array([[31.0, 180.0]]), name="weights"),
    # the model
    Scenario("model_unbuilt", lambda: keras.Sequential([keras.layers.Dense(1)]), lambda: numbers(2, 5),
             fill={"FEATURES": "5"}),
    Scenario("model_unbuilt", lambda: compiled(models.Subclassed()), lambda: numbers(2, 5), name="subclassed",
             fill={"X": "np.ones((2, 5))", "Y": "np.ones((2, 2))"}),
    Scenario("model_softmax_one_unit", lambda: models.dense(activation="softmax"), lambda: numbers(2, 5)),
    # data in batches
    Scenario("stream_shuffled", models.dense, lambda: slices(numbers(4, 5), np.zeros(4)).shuffle(2),
             fill={"UNSHUFFLED": "np.ones((2, 5))"}),
    Scenario("stream_shuffled", models.dense, lambda: slices(numbers(4, 5)).map(
        lambda x: x, num_parallel_calls=2, deterministic=False), name="free", fill={"UNSHUFFLED": "np.ones((2, 5))"}),
    Scenario("stream_endless", models.dense, lambda: slices(numbers(4, 5)).repeat(), fill={"BATCHES": "3"}),
    Scenario("stream_batch_size", models.dense, lambda: slices(numbers(4, 5)), {"batch_size": 4}),
    Scenario("stream_unbatched", models.dense, lambda: tf.data.Dataset.from_tensor_slices(numbers(4, 5))),
    Scenario("stream_item", models.dense, lambda: slices(*[numbers(4, 5)] * 4)),
    Scenario("stream_inputs", models.two, lambda: slices(numbers(4, 3), numbers(4, 2))),
    Scenario("stream_ragged", lambda: models.lstm(None), ragged, name="free"),
    Scenario("stream_ragged", models.lstm, ragged, name="fixed"),
    Scenario("stream_ragged", models.two, lambda: tf.data.Dataset.zip(((ragged(), ragged()),)), name="several",
             fill={"FILLED": "[np.ones((2, 3)), np.ones((2, 2))]"}),
    Scenario("stream_stateful", models.stateful, lambda: slices(numbers(7, 5, 3), size=3),
             fill={"BATCHES_OF_3": "np.ones((6, 5, 3))"}),
    Scenario("stream_unread", models.dense, lambda: iter([numbers(4, 5)]), function="check_input"),
    Scenario("stream_unread", models.dense, lambda: slices(numbers(4, 5)).filter(lambda x: True), function="check_input",
             name="length"),
    Scenario("shape_features", models.dense, lambda: slices(numbers(10, 6)), fill={"COLUMNS": "[0, 1, 2, 3, 4]"},
             name="batches"),
    Scenario("missing_values", models.dense, lambda: slices(with_cell(np.nan, 1, 2), np.zeros(3)), name="batch"),
    Scenario("missing_values", models.dense, Batches, name="sequence"),
    Scenario("structure_names", models.two, lambda: slices({"main": numbers(4, 3), "au": numbers(4, 2)}),
             name="batches"),
    Scenario("shape_flatten_order", lambda: models.dense(12), lambda: slices(numbers(4, 4, 3)), name="batches"),
    # classes and probabilities
    Scenario("option_threshold", lambda: sorter(1, "sigmoid", ("no", "yes")), lambda: numbers(2, 5),
             {"type": "class", "threshold": 50}),
    Scenario("option_threshold_unused", lambda: sorter(1, "sigmoid", ("no", "yes")), lambda: numbers(2, 5),
             {"threshold": 0.3}, name="raw"),
    Scenario("option_threshold_unused", sorter, lambda: numbers(2, 5), {"type": "class", "threshold": 0.3}),
    Scenario("type_unlearned", lambda: models.dense(units=3, activation="softmax"), lambda: numbers(2, 5),
             {"type": "class"}, fill=LEARNED),
    Scenario("type_unlearned", lambda: with_two_outputs("softmax", None), lambda: numbers(2, 5), {"type": "prob"},
             name="one of two", fill=LEARNED),
    Scenario("type_numbers", lambda: sorter(1, None, (), loss="mse"), lambda: numbers(2, 5), {"type": "class"}),
    Scenario("type_numbers", lambda: with_two_outputs("softmax", ("a", "b")), lambda: numbers(2, 5),
             {"type": "class"}, name="one of two"),
    Scenario("type_classes", lambda: sorter(4), lambda: numbers(2, 5), {"type": "class"}, fill=LEARNED),
    Scenario("model_softmax_one_unit", lambda: sorter(1, "softmax", ("no", "yes")), lambda: numbers(2, 5),
             {"type": "class"}, name="class"),
    Scenario("type_scores", lambda: sorter(3, None, loss="mse"), lambda: numbers(2, 5), {"type": "prob"}),
    Scenario("type_scores", lambda: sorter(1, None, ("no", "yes")), lambda: numbers(2, 5), {"type": "class"},
             name="one unit"),
    Scenario("type_margin", lambda: sorter(1, "tanh", ("no", "yes"), loss="hinge"), lambda: numbers(2, 5),
             {"type": "prob"}),
    Scenario("type_rank", steps_sorter, lambda: numbers(2, 4, 2), {"type": "prob"}),
]  # fmt: skip
