"""Columns by name, once training data was shown to `learn_blueprint`."""

from __future__ import annotations

import copy

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scenarios import numbers
from test_predict import plain, quiet

NAMES = ["age", "income", "visits"]


def taught(model=None, columns=NAMES):
    model = model or models.dense(len(columns))
    kg.learn_blueprint(model, pd.DataFrame(numbers(5, len(columns)), columns=columns))
    return model


def frame(columns, rows=5):
    """Every column's numbers follow from its name, wherever it stands."""
    values = {name: np.random.default_rng(sum(map(ord, name))).normal(size=rows) for name in columns}
    return pd.DataFrame(values)


KINDS = {
    "pandas": lambda table: table,
    "columnar": lambda table: table.astype("Float64"),
    "mixed": lambda table: table.astype({table.columns[0]: "float32"}),
    "dict": lambda table: {name: table[name].to_numpy() for name in table},
    "structured": lambda table: table.to_records(index=False),
    "polars": lambda table: pl.DataFrame(table.to_dict("list")),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", [["visits", "age", "income"], ["id", "income", "visits", "age"], ["x", *NAMES]])
def test_columns_are_taken_by_name(kind, columns):
    model = taught()
    x = KINDS[kind](frame(columns))
    with pytest.warns(kg.RepairNotice, match="training"):
        out = kg.safe_predict(model, x)
    np.testing.assert_array_equal(out, plain(model, frame(columns)[NAMES].to_numpy("float32")))


def test_the_same_order_and_no_names_say_nothing():
    model = taught()
    for x in (frame(NAMES), frame(NAMES).to_numpy(), pd.DataFrame(numbers(3, 3)), frame(NAMES).rename(
        columns=dict(zip(NAMES, ["V1", "V2", "V3"], strict=True)))):  # fmt: skip
        quiet(model, x)
    assert "column_order" not in kg.check_input(model, frame(NAMES)).codes


def test_a_missing_column_is_refused_with_the_nearest_name():
    with pytest.raises(kg.ColumnNotFoundError, match="'income' is missing") as caught:
        kg.safe_predict(taught(), frame(["age", "Income", "visits"]))
    assert 'x = x.rename(columns={"Income": "income"})' in str(caught.value)
    with pytest.raises(kg.ColumnNotFoundError, match="stands twice"):
        kg.safe_predict(taught(), pd.concat([frame(NAMES), frame(["age"])], axis=1))


def test_faults_and_dtypes_are_those_of_the_chosen_columns():
    table = frame(["id", "visits", "age", "income"]).astype({"id": str})
    table.loc[2, "income"] = np.nan
    with pytest.raises(kg.MissingValueError, match="row 2, column 'income'"):
        kg.safe_predict(taught(), table)
    table.loc[2, "income"] = 1.0
    with pytest.warns(kg.RepairNotice):
        kg.safe_predict(taught(), table)  # text that training did not have is left out
    with pytest.raises(kg.DTypeError, match="'age'"):
        kg.safe_predict(taught(), table.astype({"age": str}))
    with pytest.raises(kg.ColumnNotFoundError):
        kg.safe_predict(taught(), table[["id", "visits", "age"]])


def test_flat_columns_of_a_sequence():
    names = [f"t{step}_f{k}" for step in range(1, 6) for k in range(1, 4)]
    model = models.lstm()
    with pytest.warns(kg.RepairNotice):
        taught(model, names)
    x = frame(names, 3)
    with pytest.warns(kg.RepairNotice):
        out = kg.safe_predict(model, x[names[::-1]])
    np.testing.assert_array_equal(out, plain(model, x.to_numpy("float32").reshape(3, 5, 3)))


def test_several_inputs_and_bad_training_data():
    model = models.two()
    training = {"main": frame(["a", "b", "c"]), "aux": frame(["d", "e"])}
    blueprint = kg.learn_blueprint(model, training)
    assert [seen.names for seen in blueprint.inputs] == [("a", "b", "c"), ("d", "e")]
    with pytest.warns(kg.RepairNotice):
        out = kg.safe_predict(model, {"main": frame(["c", "a", "b"]), "aux": frame(["d", "e"])})
    arrays = [training[name].to_numpy("float32") for name in ("main", "aux")]
    np.testing.assert_array_equal(out, plain(model, arrays))
    with pytest.raises(kg.ShapeError):
        kg.learn_blueprint(model, {"main": frame(["a", "b"]), "aux": frame(["d", "e"])})
    with pytest.warns(kg.RepairNotice, match="training"):  # what failed to be learned changed nothing
        kg.safe_predict(model, {"main": frame(["c", "a", "b"]), "aux": frame(["d", "e"])})


def test_learning_anew_replaces_and_a_copy_keeps_its_own():
    model = taught()
    kg.learn_blueprint(model, frame(["visits", "age", "income"]))
    quiet(model, frame(["visits", "age", "income"]))
    twin = copy.copy(model)
    kg.learn_blueprint(twin, frame(NAMES))
    quiet(model, frame(["visits", "age", "income"]))


def test_a_model_with_a_blueprint_is_saved_and_predicts_as_before(tmp_path):
    model = taught()
    model.save(tmp_path / "model.keras")
    loaded = kg.safe_load_model(tmp_path / "model.keras")
    quiet(loaded, frame(["visits", "age", "income"]))


def test_names_elsewhere_than_on_columns_are_not_passed_over():
    model, table = taught(), frame(["visits", "age", "income"])
    wrong_order = [
        table.iloc[0],
        [row for _, row in table.iterrows()],
        [table.iloc[[0]], table.iloc[[1]]],
    ]
    for x in wrong_order:
        with pytest.raises(kg.ColumnNotFoundError, match="order of training"):
            kg.safe_predict(model, x)
    for x in ([table.iloc[[0]], table[NAMES].iloc[[1]]], iter([table, table[NAMES]])):
        with pytest.raises(kg.ColumnNotFoundError, match="one order"):
            kg.safe_predict(models.dense(3), x)


def test_names_that_look_made_up_are_names_where_training_had_them():
    names = ["V1", "V2", "V3"]
    model = taught(columns=names)
    table = frame(names)
    with pytest.warns(kg.RepairNotice, match="order of training"):
        out = kg.safe_predict(model, table[["V3", "V1", "V2"]])
    np.testing.assert_array_equal(out, plain(model, table.to_numpy("float32")))
    with pytest.raises(kg.ColumnNotFoundError, match="'V2' is missing"):
        kg.safe_predict(model, table.rename(columns={"V2": "V4"}))
    quiet(model, table.rename(columns={"V1": "X1", "V2": "X2", "V3": "X3"}))
    quiet(model, frame(NAMES))  # training had no names worth the word


def test_nothing_to_learn_is_told_and_changes_nothing():
    model = taught()
    with pytest.warns(kg.KerasGuardWarning, match="nothing to remember"):
        assert kg.learn_blueprint(model, iter([numbers(3, 3)])) is None
    with pytest.warns(kg.RepairNotice):
        kg.safe_predict(model, frame(["visits", "age", "income"]))


def test_a_list_that_names_other_inputs_than_its_places():
    model = models.two()
    main, aux = numbers(1, 3), numbers(1, 2)
    with pytest.raises(kg.InputStructureError):
        kg.safe_predict(model, [{"aux": aux}, {"main": main}])
    records = [{"main": [1, 2, 3], "aux": [4, 5]}, {"main": [6, 7, 8], "aux": [9, 0]}]
    want = plain(model, [np.array([[1, 2, 3], [6, 7, 8]], "float32"), np.array([[4, 5], [9, 0]], "float32")])
    np.testing.assert_array_equal(kg.safe_predict(model, records), want)


def test_a_column_with_the_name_of_the_input_is_a_column():
    inputs = keras.Input((3,), name="age")
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    kg.learn_blueprint(model, frame(NAMES))
    columns = {name: [1.0, 2.0, 3.0] for name in ["visits", "income", "age", "id"]}
    with pytest.warns(kg.RepairNotice, match="order of training"):
        assert kg.safe_predict(model, columns).shape == (3, 1)
    array = numbers(4, 3)
    np.testing.assert_array_equal(quiet(model, {"age": array}), plain(model, array.astype("float32")))


def test_columns_that_go_to_inputs_by_name_need_no_more():
    model = models.scalars()
    table = pd.DataFrame({"age": [1.0, 2.0], "income": [3.0, 4.0]})
    assert kg.learn_blueprint(model, table) is not None
    quiet(model, table)


def test_labels_of_samples_are_no_columns():
    model = models.dense(1)
    series = pd.Series([1.0, 2.0, 3.0], index=["ann", "bob", "cy"])
    with pytest.warns(kg.RepairNotice):  # of the axis
        blueprint = kg.learn_blueprint(model, series)
    assert blueprint.inputs[0].names is None
    quiet(model, pd.DataFrame({"age": [3.0, 2.0]}))
