"""Factors, categories and text of a table become the numbers that training had."""

from __future__ import annotations

import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from kerasguard.blueprints import blueprint_of
from kerasguard.engine import state_of
from needs import tf
from test_predict import plain, quiet

L = keras.layers
COLORS = ("blue", "green", "red")
TRAINING = pd.DataFrame({
    "age": [31.0, 45.0, 28.0, 60.0],
    "color": pd.Categorical(["red", "blue", "green", "red"]),
    "visits": [1.0, 2.0, 3.0, 4.0],
})  # fmt: skip


def taught(model=None, training=TRAINING, **options):
    model = model or models.dense(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kg.learn_blueprint(model, training, **({"label_base": 0} | options))
    return model


def new(color=("green", "red", "blue")):
    """Four rows, the last of the first's color: a dict of three would be square, and told so."""
    return {"age": [20.0, 30.0, 40.0, 50.0], "color": [*color, color[0]], "visits": [5.0, 6.0, 7.0, 8.0]}


def coded(table, base=0):
    codes = [COLORS.index(color) + base for color in table["color"]]
    return np.column_stack([table["age"], codes, table["visits"]]).astype("f4")


KINDS = {
    "pandas category": lambda t: pd.DataFrame(t).astype({"color": "category"}),
    "other order": lambda t: pd.DataFrame(
        {**t, "color": pd.Categorical(t["color"], ["red", "white", "green", "blue"])}
    ),
    "pandas str": pd.DataFrame,
    "pandas object": lambda t: pd.DataFrame(t).astype({"color": object}),
    "arrow string": lambda t: pd.DataFrame(t).astype({"color": "string[pyarrow]"}),
    "polars": pl.DataFrame,
    "polars Categorical": lambda t: pl.DataFrame(t).with_columns(pl.col("color").cast(pl.Categorical)),
    "polars Enum": lambda t: pl.DataFrame(t).with_columns(pl.col("color").cast(pl.Enum(["red", "green", "blue"]))),
    "pyarrow": pa.table,
    "pyarrow dictionary": lambda t: pa.table({**t, "color": pa.array(t["color"]).dictionary_encode()}),
    "dict": lambda t: {name: np.array(values) for name, values in t.items()},
    "records": lambda t: pd.DataFrame(t).to_dict("records"),
}


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_those_of_training(kind, base):
    model, x = taught(label_base=base), KINDS[kind](new())
    np.testing.assert_array_equal(quiet(model, x), plain(model, coded(new(), base)))
    ready = kg.validate_and_coerce(model, x)
    np.testing.assert_array_equal(ready, coded(new(), base))
    assert ready.dtype == "float32"


@pytest.mark.parametrize("kind", KINDS)
def test_training_of_any_kind_teaches_the_same(kind):
    model = taught(training=KINDS[kind]({**new(), "color": ["red", "blue", "green", "red"]}))
    seen = blueprint_of(model).inputs[0].columns[1]
    assert set(map(str, seen.levels)) - {"white"} == set(COLORS)
    assert (seen.name, seen.encoding, seen.base) == ("color", "codes", 0)
    expected = [list(map(str, seen.levels)).index(color) for color in new()["color"]]
    np.testing.assert_array_equal(kg.validate_and_coerce(model, pd.DataFrame(new()))[:, 1], expected)


def test_columns_are_chosen_and_ordered_by_name():
    model = taught()
    table = pd.DataFrame(new()).assign(id=["a", "b", "c", "d"])[["id", "visits", "color", "age"]]
    with pytest.warns(kg.RepairNotice, match="order of training"):
        out = kg.safe_predict(model, table)
    np.testing.assert_array_equal(out, plain(model, coded(new())))
    with pytest.raises(kg.ColumnNotFoundError, match="'color' is missing"):
        kg.safe_predict(model, table.drop(columns="color"))


@pytest.mark.parametrize("drop_first", [False, True])
def test_columns_of_0_and_1(drop_first):
    model = models.dense(5 - drop_first)
    with pytest.warns(kg.KerasGuardWarning, match="in its place"):
        kg.learn_blueprint(model, TRAINING)
    dummies = pd.get_dummies(TRAINING, drop_first=drop_first, dtype=float)
    in_place = dummies[["age", *(c for c in dummies if c.startswith("color_")), "visits"]]
    expected = plain(model, in_place.to_numpy("float32"))
    np.testing.assert_array_equal(quiet(model, TRAINING), expected)
    few = TRAINING.iloc[:2].astype({"color": str})  # blue and red only
    np.testing.assert_array_equal(quiet(model, few), plain(model, in_place.to_numpy("float32")[:2]))
    for made in (in_place, in_place.to_numpy(), in_place.astype(bool)):
        np.testing.assert_array_equal(quiet(model, made), plain(model, np.asarray(made, "float32")))
    with pytest.warns(kg.RepairNotice, match="order of training"):
        np.testing.assert_array_equal(kg.safe_predict(model, dummies), expected)


def test_categories_that_stand_last_are_read_without_a_word():
    model = models.dense(5)
    table = TRAINING[["age", "visits", "color"]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kg.learn_blueprint(model, table)
    expected = plain(model, pd.get_dummies(table, dtype="float32").to_numpy())
    np.testing.assert_array_equal(quiet(model, table), expected)


def test_several_readings_are_refused_with_each():
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.learn_blueprint(models.dense(3), TRAINING)
    assert caught.value.code == "column_readings"
    assert "label_base=0" in str(caught.value)
    assert "label_base=1" in str(caught.value)
    model = models.dense(6)  # neither codes nor columns
    with pytest.raises(kg.DTypeError, match="categorical"):
        kg.learn_blueprint(model, TRAINING, label_base=0)
    two = TRAINING.assign(color=pd.Categorical(["u", "v", "u", "v"]))  # dummies of two levels are the codes from 0
    with pytest.raises(kg.KerasGuardError, match="label_base=1"):
        kg.learn_blueprint(models.dense(3), two)
    digits = TRAINING.assign(color=["1.5", "2", "3", "4"])  # may have been read as numbers
    with pytest.raises(kg.DTypeError, match="text"):
        kg.learn_blueprint(models.dense(3), digits)
    for wrong in (2, "0", True):
        with pytest.raises(kg.KerasGuardError, match="must be None, 0 or 1"):
            kg.learn_blueprint(models.dense(3), TRAINING, label_base=wrong)


def test_a_refused_reading_leaves_the_old_blueprint():
    model = taught()
    with pytest.raises(kg.KerasGuardError):
        kg.learn_blueprint(model, TRAINING)
    np.testing.assert_array_equal(quiet(model, pd.DataFrame(new())), plain(model, coded(new())))


@pytest.mark.parametrize("kind", KINDS)
def test_novel_levels_are_refused_or_missing(kind):
    if kind in ("other order", "polars Enum"):
        kind = "pandas category"  # those declare their levels
    model, x = taught(), KINDS[kind](new(("green", "Blue", "blue")))
    with pytest.raises(kg.ColumnNotFoundError, match="column 'color'") as caught:
        kg.safe_predict(model, x)
    assert caught.value.code == "column_novel_levels"
    assert 'if "blue" is meant' in str(caught.value)
    assert kg.check_input(model, x).codes.count("column_novel_levels") == 1
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, x, novel_levels="missing")
    out = kg.safe_predict(model, x, novel_levels="missing", missing="na_rows")
    assert np.isnan(out[:, 0]).tolist() == [False, True, False, False]
    kept = coded({name: [values[i] for i in (0, 2, 3)] for name, values in new(("green", "", "blue")).items()})
    np.testing.assert_array_equal(out[[0, 2, 3]], plain(model, kept))
    passed = kg.validate_and_coerce(model, x, novel_levels="missing", missing="pass")
    assert np.isnan(passed).sum() == 1
    assert np.isnan(passed[1, 1])


@pytest.mark.parametrize("how", [3, 5, 4])
def test_missing_labels_are_missing_values(how):
    model = taught(models.dense(how))
    x = pd.DataFrame(new(("green", None, "blue")))
    with pytest.raises(kg.MissingValueError, match="row 1, column 'color'"):
        kg.safe_predict(model, x)
    out = kg.safe_predict(model, x, missing="na_rows")
    assert np.isnan(out[:, 0]).tolist() == [False, True, False, False]
    assert np.isnan(kg.validate_and_coerce(model, x, missing="pass")[1, 1:-1]).all()
    none = pd.DataFrame(new((None, None, None)))
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, none)


def test_numbers_in_place_of_labels_have_two_readings():
    model = taught(label_base=1)
    for x in (pd.DataFrame(new((0, 1, 2))), new((1.0, 2.0, 3.0)), pl.DataFrame(new((1, 2, 3)))):
        with pytest.raises(kg.KerasGuardError) as caught:
            kg.safe_predict(model, x)
        assert caught.value.code == "column_codes"
    # no names: by position, as everything without
    np.testing.assert_array_equal(quiet(model, coded(new(), 1)), plain(model, coded(new(), 1)))


def test_levels_are_compared_as_text():
    training = TRAINING.assign(color=pd.Categorical([10, 20, 30, 10]))
    model = taught(training=training)
    ready = kg.validate_and_coerce(model, pd.DataFrame(new(("30", "10", "20"))))
    assert ready[:, 1].tolist() == [2, 0, 1, 2]
    declared = TRAINING.assign(color=pd.Categorical(["b", "a", "b", "a"], ["c", "b", "a"]))
    assert kg.validate_and_coerce(taught(training=declared), pd.DataFrame(new("abc")))[:, 1].tolist() == [2, 1, 0, 2]


def test_places_are_those_of_the_users_table():
    model = taught(models.dense(5))
    table = pd.DataFrame(new()).assign(id=1)[["id", "visits", "color", "age"]]
    table.loc[2, "visits"] = np.inf
    with pytest.raises(kg.MissingValueError, match="row 2, column 'visits'") as caught:
        kg.safe_predict(model, table)
    assert caught.value.report.problems[0].facts["cells"].first == ((2, 1),)
    dated = table.assign(age=pd.date_range("2024-01-01", periods=4))
    with pytest.raises(kg.DTypeError, match="'age' is a date"):
        kg.safe_predict(model, dated)
    with pytest.raises(kg.DTypeError, match="'visits' is text"):
        kg.safe_predict(model, table.assign(visits=["u", "v", "w", "u"]))


def by_embedding(ids=3, dtype="float32"):
    keras.utils.set_random_seed(1)
    age, color = keras.Input((1,), name="age"), keras.Input((1,), name="color", dtype=dtype)
    joined = L.Concatenate()([age, L.Flatten()(L.Embedding(ids, 2)(color))])
    return keras.Model([age, color], L.Dense(1)(joined))


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_a_column_of_its_own_input(dtype):
    model = by_embedding(dtype=dtype)
    kg.learn_blueprint(model, TRAINING[["age", "color"]])  # 3 ids leave no room for codes from 1
    with pytest.raises(kg.KerasGuardError, match="label_base"):
        kg.learn_blueprint(by_embedding(4), TRAINING[["age", "color"]])
    x = pd.DataFrame(new())[["age", "color"]]
    expected = plain(model, [x[["age"]].to_numpy("float32"), np.array([[1], [2], [0], [1]], dtype)])
    np.testing.assert_array_equal(quiet(model, x), expected)
    np.testing.assert_array_equal(quiet(model, {"age": x["age"], "color": x["color"].astype("category")}), expected)
    np.testing.assert_array_equal(quiet(model, {"age": x["age"], "color": x["color"].to_numpy()}), expected)
    with pytest.raises(kg.ColumnNotFoundError, match="levels"):
        kg.safe_predict(model, {"age": x["age"], "color": np.array(["mauve", "red", "red", "red"])})
    with pytest.raises(kg.ColumnNotFoundError, match="labels"):
        kg.safe_predict(model, {"age": x["age"], "color": np.array([1, 2, 0, 1])})


def test_a_vector_is_one_column():
    labels = pd.Series(["u", "v", "w"], dtype="category")
    model = models.dense(3)
    kg.learn_blueprint(model, labels)
    np.testing.assert_array_equal(quiet(model, np.array(["w", "u"])), plain(model, np.eye(3, dtype="f4")[[2, 0]]))


def test_plans_are_kept_per_kind_and_not_per_values():
    model = taught()
    quiet(model, pd.DataFrame(new()))
    plans = dict(state_of(model)._plans)
    quiet(model, pd.DataFrame(new(("red", "red", "red"))))
    assert state_of(model)._plans == plans


def test_the_users_table_stays_as_it_was():
    x = pd.DataFrame(new())
    before = x.copy()
    quiet(taught(), x)
    pd.testing.assert_frame_equal(x, before)


def test_streams_of_tables():
    model = taught()
    table = pd.DataFrame(new())
    expected = plain(model, coded(new()))
    parts = [table.iloc[:2], table.iloc[2:]]
    np.testing.assert_allclose(quiet(model, iter(parts)), expected, rtol=1e-6)
    dataset = tf.data.Dataset.from_tensor_slices({k: np.array(v) for k, v in new().items()}).batch(2)
    np.testing.assert_allclose(quiet(model, dataset), expected, rtol=1e-6)
    with pytest.raises(kg.ColumnNotFoundError, match="levels"):
        kg.safe_predict(model, iter([parts[0], parts[1].assign(color="mauve")]))


def test_random_tables_equal_the_codes_of_pandas():
    rng = np.random.default_rng(0)
    for _ in range(40):
        names = [f"c{i}" for i in range(rng.integers(1, 5))]
        has_levels = rng.random(len(names)) < 0.6
        if not has_levels.any():
            continue
        pool = {name: [f"l{j}" for j in rng.permutation(rng.integers(2, 6))] for name in names}
        training, x = (
            pd.DataFrame({
                name: rng.choice(pool[name], n) if labels else rng.normal(size=n)
                for name, labels in zip(names, has_levels, strict=True)
            })
            for n in (60, 9)
        )  # fmt: skip
        base = int(rng.integers(2))
        model = taught(models.dense(len(names)), training, label_base=base)
        expected = np.column_stack([
            pd.Categorical(x[name], sorted(set(training[name]))).codes + base if labels else x[name]
            for name, labels in zip(names, has_levels, strict=True)
        ])  # fmt: skip
        shuffled = x[list(rng.permutation(names))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.testing.assert_array_equal(kg.validate_and_coerce(model, shuffled), expected.astype("f4"))
