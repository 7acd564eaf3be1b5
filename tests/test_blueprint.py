"""What learning remembers, whether it still holds, and how it travels in files."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
import warnings
import zipfile
from dataclasses import replace

import h5py
import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from kerasguard import learning
from kerasguard.blueprint_json import MEMBER, NewerSchemaError, UnreadableError, from_json, to_json
from kerasguard.blueprints import ATTRIBUTE, ColumnSeen, InputSeen, OutputSeen, blueprint_of
from kerasguard.blueprints import Blueprint as Seen
from kerasguard.learning import inputs
from kerasguard.messages import CATALOGUE, render
from kerasguard.messages.blueprint import blueprint_text
from kerasguard.report import Call, Notice
from kerasguard.weights import Marks, weights_digest
from scenarios import numbers
from surface import PUBLIC
from test_predict import plain, quiet

L = keras.layers
NAMES = ["age", "income", "visits"]


def table(rows=20, names=NAMES, seed=0):
    random = np.random.default_rng(seed)
    return pd.DataFrame({name: random.normal(10 * j, j + 1, rows) for j, name in enumerate(names)})


def classifier(units=3, activation="softmax", loss=None, features=4):
    model = keras.Sequential([keras.Input((features,)), L.Dense(4, "tanh"), L.Dense(units, activation)])
    if loss:
        model.compile("sgd", loss)
    return model


def learned(model, x, y=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kg.RepairNotice)
        return kg.learn_blueprint(model, x, y)


def columns(model, x):
    return learned(model, x).inputs[0].columns


# Ranges


def assert_ranges(found, values):
    """`values`: (n, features) with NaN."""
    assert len(found) == values.shape[1]
    for column, part in zip(found, values.T, strict=True):
        known = part[np.isfinite(part)]
        want = (known.min(), known.max(), known.mean(), known.std(ddof=1))
        assert (column.min, column.max, column.mean, column.sd) == pytest.approx(want, rel=1e-12)
        assert column.missing == np.isnan(part).sum()


def test_ranges_are_those_of_the_columns():
    x = numbers(50, 3) * [1, 100, 1e6] + [0, 5, 1e9]
    x[3, 1] = np.nan
    want = x.copy()
    for data in (x, np.asfortranarray(x), pd.DataFrame(x, columns=NAMES), pl.DataFrame(x, schema=NAMES),
                 x.tolist(), pd.DataFrame(x).astype("Float64")):  # fmt: skip
        assert_ranges(columns(models.dense(3), data), want)
    sparse = np.where(np.abs(x) < 1, 0, x)
    sparse[3, 1] = 0
    assert_ranges(columns(models.dense(3), scipy.sparse.csr_matrix(sparse)), sparse)


def test_chunks_give_what_the_whole_gives(monkeypatch):
    x = numbers(1000, 3) + 1e6
    whole = columns(models.dense(3), x)
    for chunk in (1, 7, 400):
        monkeypatch.setattr(inputs, "CHUNK", chunk)
        for data in (x, pd.DataFrame(x), scipy.sparse.csr_matrix(x)):
            for a, b in zip(columns(models.dense(3), data), whole, strict=True):
                assert (a.min, a.max, a.mean, a.sd) == pytest.approx((b.min, b.max, b.mean, b.sd), rel=1e-9)


def test_features_of_sequences_and_channels_of_pictures():
    x = numbers(6, 5, 3)
    assert_ranges(columns(models.lstm(), x), x.reshape(-1, 3))
    assert_ranges(columns(models.lstm(), list(x)), x.reshape(-1, 3))
    pictures = numbers(4, 6, 5, 3)
    assert_ranges(columns(models.pooled(), pictures), pictures.reshape(-1, 3))
    first = keras.Sequential(
        [keras.Input((3, 6, 5)), L.Conv2D(2, 3, data_format="channels_first"), L.Flatten(), L.Dense(1)]
    )
    assert_ranges(columns(first, np.moveaxis(pictures, -1, 1)), pictures.reshape(-1, 3))
    grey = numbers(4, 8, 6)
    assert_ranges(columns(models.conv(), grey), grey.reshape(-1, 1))
    assert_ranges(columns(models.conv(), grey[0]), grey[0].reshape(-1, 1))
    vector = numbers(9)
    assert_ranges(columns(models.dense(1), vector), vector.reshape(-1, 1))


def test_flat_columns_keep_their_own_ranges():
    names = [f"t{step}_f{k}" for step in range(1, 6) for k in range(1, 4)]
    x = table(10, names)
    found = columns(models.lstm(), x)
    assert [column.name for column in found] == names
    assert_ranges(found, x.to_numpy())


def test_ids_and_text_have_no_ranges():
    found = columns(models.integer(), pd.DataFrame({"word": [1, 2], "place": [3, 4]}))
    assert found == (ColumnSeen("word"), ColumnSeen("place"))
    assert columns(models.text(), pd.DataFrame({"review": ["good", "bad"]})) == (ColumnSeen("review", "text"),)


def test_types_missing_and_what_is_not_finite():
    x = pd.DataFrame({"flag": [True, False, True], "none": [np.nan] * 3, "one": [np.nan, 4.0, np.nan]})
    flag, none, one = columns(models.dense(3), x)
    assert (flag.type, flag.min, flag.max, flag.mean) == ("boolean", 0, 1, pytest.approx(2 / 3))
    assert none == ColumnSeen("none", missing=3)
    assert one == ColumnSeen("one", min=4, max=4, mean=4, missing=2)
    huge = columns(models.dense(1), np.array([[1e308], [-1e308], [1e308]]))[0]
    assert (huge.min, huge.max, huge.sd) == (-1e308, 1e308, None)
    masked = np.ma.masked_less(np.array([[-9], [1], [3]]), 0)
    assert columns(models.dense(1), masked)[0] == ColumnSeen(
        None, min=1, max=3, mean=2, sd=pytest.approx(2**0.5), missing=1
    )


def test_more_features_than_are_kept_apart():
    x = numbers(3, 5000)
    found = columns(models.dense(5000), x)
    assert [(c.name, c.min, c.max) for c in found] == [(None, x.min(), x.max())]
    named = columns(models.dense(5000), pd.DataFrame(x, columns=[f"c{j}" for j in range(5000)]))
    assert len(named) == 5000
    assert named[7] == ColumnSeen("c7")


def test_rows_are_counted():
    assert learned(models.lstm(), numbers(5, 3)).rows == 1
    assert learned(models.lstm(), [numbers(5, 3)] * 4).rows == 4
    assert learned(models.dense(3), table(7)).rows == 7


# Targets

LEVELS = np.repeat(["setosa", "versicolor", "virginica"], 4)
CODES = np.repeat([0, 1, 2], 4)
ONE_HOT = np.eye(3)[CODES]
HOT_NAMES = ("setosa", "versicolor", "virginica")


@pytest.mark.parametrize(("loss", "y", "classes", "form"), [
    ("sparse_categorical_crossentropy", pd.Categorical(LEVELS), HOT_NAMES, "codes"),
    ("sparse_categorical_crossentropy", LEVELS, HOT_NAMES, "codes"),
    ("sparse_categorical_crossentropy", pl.Series(LEVELS.tolist()), HOT_NAMES, "codes"),
    ("sparse_categorical_crossentropy", pd.DataFrame({"species": LEVELS}), HOT_NAMES, "codes"),
    ("sparse_categorical_crossentropy", CODES, (0, 1, 2), "codes"),
    ("sparse_categorical_crossentropy", CODES.reshape(-1, 1).astype(float), (0, 1, 2), "codes"),
    ("sparse_categorical_crossentropy", CODES.tolist(), (0, 1, 2), "codes"),
    ("sparse_categorical_crossentropy", CODES + 1, None, None),
    ("sparse_categorical_crossentropy", CODES * 0.4, None, None),
    ("categorical_crossentropy", ONE_HOT, (0, 1, 2), "one-hot"),
    ("categorical_crossentropy", pd.DataFrame(ONE_HOT, columns=HOT_NAMES), HOT_NAMES, "one-hot"),
    ("categorical_crossentropy", pd.DataFrame(ONE_HOT, columns=[1, 2, 3]), (1, 2, 3), "one-hot"),
    ("categorical_crossentropy", pd.DataFrame(ONE_HOT, columns=["V1", "V2", "V3"]), (0, 1, 2), "one-hot"),
    ("categorical_crossentropy", pd.get_dummies(pd.Series(LEVELS)), HOT_NAMES, "one-hot"),
    ("categorical_crossentropy", pd.Categorical(LEVELS), HOT_NAMES, "one-hot"),
    ("binary_crossentropy", ONE_HOT, (0, 1, 2), "one-hot"),
    ("mse", ONE_HOT, (0, 1, 2), "one-hot"),
    (None, pd.Categorical(LEVELS), HOT_NAMES, "codes"),
    (None, CODES, (0, 1, 2), "codes"),
    (None, ONE_HOT, (0, 1, 2), "one-hot"),
    ("categorical_crossentropy", {name: ONE_HOT[:, j] for j, name in enumerate(HOT_NAMES)}, HOT_NAMES, "one-hot"),
    ("sparse_categorical_crossentropy", pd.Categorical(["a", "b"] * 6), None, None),
])  # fmt: skip
def test_classes_of_several_units(loss, y, classes, form):
    output = learned(classifier(3, loss=loss), numbers(12, 4), y).outputs[0]
    assert (output.classes, output.form) == (classes, form)


@pytest.mark.parametrize(("loss", "y", "classes", "form"), [
    ("binary_crossentropy", pd.Categorical(["yes", "no"] * 6, ["yes", "no"]), ("yes", "no"), "binary"),
    ("binary_crossentropy", ["no", "yes"] * 6, ("no", "yes"), "binary"),
    ("binary_crossentropy", np.array([0, 1] * 6), (0, 1), "binary"),
    ("binary_crossentropy", np.array([0.0, 1.0] * 6), (0, 1), "binary"),
    ("binary_crossentropy", np.array([False, True] * 6), (False, True), "binary"),
    ("binary_crossentropy", np.array([1, 2] * 6), None, None),
    ("binary_crossentropy", np.array([0.2, 0.7] * 6), None, None),
    ("hinge", np.array([-1, 1] * 6), (-1, 1), "binary"),
    ("mse", np.array([0, 1] * 6), (0, 1), "binary"),
    ("mse", np.array([0.2, 0.7] * 6), None, None),
    (None, np.array([0, 1] * 6), (0, 1), "binary"),
    (None, ["no", "yes"] * 6, ("no", "yes"), "binary"),
])  # fmt: skip
def test_classes_of_one_unit(loss, y, classes, form):
    output = learned(classifier(1, "sigmoid", loss), numbers(12, 4), y).outputs[0]
    assert (output.classes, output.form) == (classes, form)


def test_order_of_levels_ignored_labels_and_what_are_no_classes():
    size = pd.Categorical(["S", "L", "M"] * 4, ["S", "M", "L"], ordered=True)
    output = learned(classifier(loss="sparse_categorical_crossentropy"), numbers(12, 4), size).outputs[0]
    assert (output.classes, output.ordered) == (("S", "M", "L"), True)
    ignoring = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    y = np.array([0, 1, 2, 255] * 3)
    assert learned(classifier(loss=ignoring), numbers(12, 4), y).outputs[0].classes == (0, 1, 2)
    several = pd.DataFrame({"cat": [0, 1] * 6, "dog": [1, 1] * 6})
    for model in (
        classifier(2, "sigmoid", "binary_crossentropy"),
        classifier(2, "sigmoid"),
        classifier(2, None, "mse"),
    ):
        output = learned(model, numbers(12, 4), several).outputs[0]
        assert (output.classes, output.names) == (None, ("cat", "dog"))
    logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert learned(classifier(3, None, logits), numbers(12, 4), LEVELS).outputs[0].classes == HOT_NAMES
    assert learned(classifier(3, None), numbers(12, 4), LEVELS).outputs[0].classes == HOT_NAMES
    assert learned(classifier(), numbers(12, 4)).outputs[0].classes is None


def test_targets_of_several_outputs():
    model = models.two_outputs()
    for y in ([numbers(4), pd.DataFrame(numbers(4, 2), columns=["lo", "hi"])],
              {"spread": pd.DataFrame(numbers(4, 2), columns=["lo", "hi"]), "mean": numbers(4)}):  # fmt: skip
        assert [o.names for o in learned(model, numbers(4, 5), y).outputs] == [None, ("lo", "hi")]


def test_inputs_and_outputs_without_names_are_counted_as_the_language_does():
    seen = Seen(tuple(InputSeen((i, "a")) for i in range(2)), (OutputSeen(()), OutputSeen(())))
    for language, first in (("python", 0), ("r", 1)):
        titles = [line.split(":")[0] for line in blueprint_text(seen, language).splitlines()[1:]]
        assert titles == [f"Input {first}/a", f"Input {first + 1}/a", f"Output {first}", f"Output {first + 1}"]


def test_targets_of_other_samples_are_refused_and_change_nothing():
    model = models.dense(3)
    before = learned(model, table())
    for y in (numbers(19), numbers(21, 1), [numbers(19, 1)]):
        with pytest.raises(kg.LabelError, match="must have 20 rows, as `x` has, not") as caught:
            kg.learn_blueprint(model, table(seed=1), y)
        assert caught.value.code == "label_rows"
        assert kg.blueprint(model) == before


# Two trainings


def test_merge_is_what_one_look_at_all_gives():
    a, b = table(30), table(50, seed=1) * 3
    a.loc[:4, "age"] = np.nan
    both = learning.merge(learned(models.dense(3), a), learned(models.dense(3), b))
    assert both.rows == 80
    assert_ranges(both.inputs[0].columns, pd.concat([a, b]).to_numpy())
    assert [c.name for c in both.inputs[0].columns] == NAMES
    other = learned(models.dense(3), b[NAMES[::-1]])
    assert learning.merge(learned(models.dense(3), a), other) == other


def test_merge_keeps_the_levels_that_codes_stand_for():
    model = classifier(loss="sparse_categorical_crossentropy")
    named, coded = learned(model, numbers(12, 4), LEVELS), learned(model, numbers(12, 4), CODES)
    assert learning.merge(named, coded).outputs[0].classes == HOT_NAMES
    assert learning.merge(coded, named).outputs[0].classes == HOT_NAMES


# Is it still of these weights?


def ready(loss="mse"):
    model = models.dense(3)
    model.compile("sgd", loss)
    learned(model, table())
    return model


def custom_loop(model):
    from needs import tf

    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(table().to_numpy("float32")) ** 2)
    variables = model.trainable_variables
    for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
        variable.assign_sub(0.1 * gradient)


def one_kernel(model):
    kernel, bias = model.layers[0].get_weights()
    model.layers[0].set_weights([kernel * 1.5, bias])


def loaded_weights(model, folder):
    twin = keras.models.clone_model(model)
    twin.save_weights(folder / "other.weights.h5")
    model.load_weights(folder / "other.weights.h5")


X, Y = table().to_numpy("float32"), numbers(20, 1)
TRAINED = {
    "fit": lambda m, _: m.fit(X, Y, verbose=0),
    "train_on_batch": lambda m, _: m.train_on_batch(X, Y),
    "set_weights": lambda m, _: m.set_weights([w + 1 for w in m.get_weights()]),
    "one kernel": lambda m, _: one_kernel(m),
    "load_weights": loaded_weights,
    "custom loop": lambda m, _: custom_loop(m),
}
UNCHANGED = {
    "predict": lambda m, _: m.predict(X, verbose=0),
    "safe_predict": lambda m, _: kg.safe_predict(m, table()),
    "evaluate": lambda m, _: m.evaluate(X, Y, verbose=0),
    "compile": lambda m, _: m.compile("adam", "mae"),
    "save": lambda m, folder: m.save(folder / "m.keras"),
    "call": lambda m, _: m(X, training=False),
    "same weights": lambda m, _: m.set_weights(m.get_weights()),
    "a rate of nothing": lambda m, _: (m.compile(keras.optimizers.SGD(0.0), "mse"), m.fit(X, Y, verbose=0)),
}


@pytest.mark.parametrize("how", TRAINED)
def test_training_makes_it_stale(how, tmp_path):
    model = ready()
    quiet(model, table())
    TRAINED[how](model, tmp_path)
    assert kg.blueprint(model).stale
    with pytest.warns(kg.KerasGuardWarning, match="other weights") as told:
        out = kg.safe_predict(model, table())
    assert [w.message.code for w in told if isinstance(w.message, kg.KerasGuardWarning)] == ["blueprint_stale"]
    np.testing.assert_array_equal(out, plain(model, X))
    quiet(model, table())  # told once
    for x in (table()[NAMES[::-1]], table().assign(id=1), table().drop(columns="age")):
        with pytest.raises(kg.ColumnNotFoundError) as caught:
            kg.safe_predict(model, x)
        assert caught.value.code == "column_stale"
    assert learned(model, table()[NAMES[::-1]]).stale is False
    quiet(model, table()[NAMES[::-1]])
    with pytest.warns(kg.RepairNotice, match="order of training"):
        kg.safe_predict(model, table())


@pytest.mark.parametrize("how", UNCHANGED)
def test_what_trains_nothing_leaves_it_as_it_is(how, tmp_path):
    model = ready()
    UNCHANGED[how](model, tmp_path)
    assert not kg.blueprint(model).stale
    quiet(model, table())


def test_weights_that_come_back_are_those_of_the_blueprint():
    model = ready()
    weights = model.get_weights()
    model.fit(X, Y, verbose=0)
    assert kg.blueprint(model).stale
    with pytest.warns(kg.KerasGuardWarning):
        kg.safe_predict(model, table())
    model.set_weights(weights)
    assert not kg.blueprint(model).stale
    with pytest.warns(kg.RepairNotice, match="order of training"):
        kg.safe_predict(model, table()[NAMES[::-1]])
    model.fit(X, Y, verbose=0)
    learned(model, table())
    model.fit(X, Y, verbose=0)
    with pytest.warns(kg.KerasGuardWarning, match="other weights"):  # another one: told again
        kg.safe_predict(model, table())


def test_states_of_layers_and_generators_are_no_weights():
    model = models.stateful()
    learned(model, numbers(3, 5, 3))
    model.predict(numbers(3, 5, 3), verbose=0)
    assert not kg.blueprint(model).stale
    model = keras.Sequential([keras.Input((3,)), L.Dropout(0.5), L.Dense(1)])
    learned(model, table())
    model(X, training=True)
    assert not kg.blueprint(model).stale


def test_large_weights_are_looked_at_too():
    model = keras.Sequential([keras.Input((300,)), L.Dense(400), L.Dense(1)])
    learned(model, numbers(5, 300))
    assert not kg.blueprint(model).stale
    one_kernel(model)
    assert kg.blueprint(model).stale
    frozen = keras.Sequential([keras.Input((3,))] + [L.Dense(4) for _ in range(30)])
    frozen.trainable = False
    learned(frozen, table())
    kernel, bias = frozen.layers[17].get_weights()
    frozen.layers[17].set_weights([kernel + 1e-6, bias])
    assert kg.blueprint(frozen).stale


def test_one_digest_for_equal_weights_only():
    model = models.dense(3)
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    assert weights_digest(twin) == weights_digest(model)
    twin.layers[0].set_weights([twin.layers[0].get_weights()[0], numbers(4)])
    assert weights_digest(twin) != weights_digest(model)
    narrow = keras.Sequential([keras.Input((2,)), L.Dense(3)])
    wide = keras.Sequential([keras.Input((3,)), L.Dense(2)])
    for one in (narrow, wide):
        one.set_weights([np.zeros(w.shape) for w in one.get_weights()])
    assert weights_digest(narrow) != weights_digest(wide)


def test_marks_read_one_by_one_say_the_same(monkeypatch):
    from kerasguard import weights

    monkeypatch.setattr(weights, "_reader", lambda: None)  # as on a GPU
    model = keras.Sequential([keras.Input((300,)), L.Dense(400), L.Dense(1)])
    marks = Marks(model)
    assert marks.hold(model)
    one_kernel(model)
    assert not marks.hold(model)


def test_a_check_costs_little():
    import timeit

    model = ready()
    blueprint_of(model)
    best = min(timeit.repeat(lambda: blueprint_of(model), number=200, repeat=9)) / 200
    assert best < 200e-6  # 15 to 35 microseconds where nothing else runs


def test_copies_have_their_own():
    model = ready()
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), keras.models.clone_model(model)):
        assert kg.blueprint(again) is None
        assert kg.safe_predict(again, table()).shape == (20, 1)
    assert not kg.blueprint(model).stale
    assert pickle.loads(pickle.dumps(kg.blueprint(model))) == kg.blueprint(model)


def test_batches_of_a_stream_know_it_too():
    model = ready()
    with pytest.warns(kg.RepairNotice):
        kg.safe_predict(model, iter([table()[NAMES[::-1]]]))
    model.fit(X, Y, verbose=0)
    with pytest.raises(kg.ColumnNotFoundError) as caught:
        kg.safe_predict(model, iter([table()[NAMES[::-1]]]))
    assert caught.value.code == "column_stale"


def test_many_columns_do_not_make_a_long_message():
    names = [f"a_rather_long_name_of_a_column_{j}" for j in range(200)]
    model = models.dense(200)
    learned(model, table(5, names))
    model.set_weights([w + 1 for w in model.get_weights()])
    x = table(5, names)[names[::-1]]
    with pytest.raises(kg.ColumnNotFoundError) as caught:
        kg.safe_predict(model, x)
    assert len(str(caught.value)) < 1000
    code = str(caught.value).split("Fix: ")[1].split("  #")[0]
    with pytest.warns(kg.KerasGuardWarning, match="other weights"):
        assert eval(code, {**PUBLIC, "model": model, "x": x}).shape == (5, 1)


# JSON

WHOLE = Seen(
    (
        InputSeen(("a", 0), (ColumnSeen("x", min=-1.5, max=2.0, mean=0.1, sd=0.30000000000000004, missing=2),
                             ColumnSeen("f", "category", ("no", "yes"), "codes", 1)), {"center": (1.0, None)}),
        InputSeen((), (ColumnSeen(None, "boolean", min=0, max=1), ColumnSeen("gr\u00fc\udce9n\n", "text"))),
    ),
    (OutputSeen((0,), (1, 2.5, "a", True), True, "codes"), OutputSeen(("p",), names=("lo", "hi"))),
    rows=12, weights="a1" * 32, versions={"keras": "3.15.1"},
)  # fmt: skip


def test_json_gives_back_everything():
    text = to_json(WHOLE)
    assert from_json(text) == WHOLE
    assert from_json(text).weights == WHOLE.weights
    assert from_json(text).versions == WHOLE.versions
    known = json.loads(text)
    assert (known["schema"], known["kerasguard"]) == (1, kg.__version__)
    assert known["inputs"][0]["path"] == ["a", 0]
    assert known["inputs"][0]["columns"][0]["missing"] == 2
    known["later"] = known["inputs"][0]["later"] = known["inputs"][0]["columns"][0]["later"] = {"a": [1]}
    assert from_json(json.dumps(known)) == WHOLE


def test_no_nan_in_json():
    odd = InputSeen(
        (), (ColumnSeen("x", min=float("nan"), max=float("nan"), sd=float("inf")),), {"scale": (float("inf"),)}
    )
    text = to_json(Seen((odd,), (OutputSeen((), (float("inf"), 1.0)),), weights="0" * 64))
    assert "NaN" not in text
    assert "Infinity" not in text
    assert from_json(text).inputs[0].columns[0] == ColumnSeen("x")


def changed(*place, to):
    known = json.loads(to_json(WHOLE))
    at = known
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = to
    return json.dumps(known)


BROKEN = {
    "empty": "",
    "cut": to_json(WHOLE)[:-30],
    "bytes": b"\xff\xfe\x00",
    "list": "[]",
    "number": "1",
    "deep": "[" * 100_000,
    "digits": '{"schema": ' + "9" * 10_000 + "}",
    "NaN": changed("inputs", 0, "columns", 0, "min", to=float("nan")),
    "infinite": changed("inputs", 0, "columns", 0, "max", to=7).replace(": 7,", ": 1e999,"),
    "no schema": changed("schema", to=None),
    "old schema": changed("schema", to=0),
    "true schema": changed("schema", to=True),
    "inputs": changed("inputs", to={}),
    "no columns": changed("inputs", 0, "columns", to=None),
    "column": changed("inputs", 0, "columns", 0, to="x"),
    "name": changed("inputs", 0, "columns", 0, "name", to=3),
    "type": changed("inputs", 0, "columns", 0, "type", to="date"),
    "type of a type": changed("inputs", 0, "columns", 0, "type", to=["number"]),
    "range": changed("inputs", 0, "columns", 0, "min", to=3),
    "half a range": changed("inputs", 0, "columns", 0, "min", to=None),
    "text as number": changed("inputs", 0, "columns", 0, "mean", to="0.1"),
    "sd": changed("inputs", 0, "columns", 0, "sd", to=-1),
    "missing": changed("inputs", 0, "columns", 0, "missing", to=-1),
    "levels": changed("inputs", 0, "columns", 1, "levels", to=["a", "a"]),
    "level": changed("inputs", 0, "columns", 1, "levels", to=["a", {}]),
    "no levels": changed("inputs", 0, "columns", 1, "levels", to=None),
    "encoding": changed("inputs", 0, "columns", 1, "encoding", to="hash"),
    "scaled": changed("inputs", 0, "scaled", to={"center": [1]}),
    "path": changed("inputs", 0, "path", to=[1.5]),
    "classes": changed("outputs", 0, "classes", to=[]),
    "form": changed("outputs", 0, "form", to="soft"),
    "ordered": changed("outputs", 0, "ordered", to=1),
    "names": changed("outputs", 1, "names", to="lo"),
    "weights": changed("weights", to="abc"),
    "no weights": changed("weights", to=None),
    "versions": changed("versions", to=[1]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_json_is_not_read(what):
    with pytest.raises(UnreadableError):
        from_json(BROKEN[what])


def test_long_and_newer_json_is_not_read(monkeypatch):
    with pytest.raises(NewerSchemaError):
        from_json(changed("schema", to=2))
    monkeypatch.setattr("kerasguard.blueprint_json.MOST_BYTES", 100)
    with pytest.raises(UnreadableError):
        from_json(to_json(WHOLE))


# Files


def saved(model, path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", kg.KerasGuardWarning)
        kg.safe_save_model(model, path, **options)
    return path


def loaded(path, *codes):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        model = kg.safe_load_model(path)
    told = [w.message for w in seen if issubclass(w.category, kg.KerasGuardWarning) and w.message.code != "load_names"]
    assert [message.code for message in told] == list(codes)
    for message in told:
        assert "Fix: learn_blueprint(" in str(message)
        assert len(str(message)) < 1000
    return model


def taught(loss="sparse_categorical_crossentropy", features=4):
    model = classifier(loss=loss, features=features)
    learned(model, table(12, list("abcdefgh"[:features])), LEVELS)
    return model


@pytest.mark.filterwarnings("ignore:You are saving")
@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.hdf5"])
def test_files_carry_it(name, tmp_path):
    model = taught()
    path = saved(model, tmp_path / name)
    again = loaded(path)
    assert kg.blueprint(again) == kg.blueprint(model)
    assert kg.blueprint(again).weights == kg.blueprint(model).weights
    assert kg.blueprint(again).versions["keras"] == keras.__version__
    x = table(3, list("dcba"))
    with pytest.warns(kg.RepairNotice, match="order of training"):
        out = kg.safe_predict(again, x)
    np.testing.assert_array_equal(out, plain(model, x[list("abcd")].to_numpy("float32")))
    np.testing.assert_array_equal(
        keras.models.load_model(path).predict(numbers(2, 4), verbose=0), plain(model, numbers(2, 4))
    )
    assert os.listdir(tmp_path) == [name]
    saved(again, path)  # replaces it
    assert kg.blueprint(loaded(path)) == kg.blueprint(model)
    again.save(path)
    assert kg.blueprint(loaded(path)) is None


@pytest.mark.filterwarnings("ignore:You are saving")
@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_a_model_without_one_and_a_wide_one(name, tmp_path):
    model = models.dense(3)
    assert kg.blueprint(loaded(saved(model, str(tmp_path / name)))) is None
    names = [f"column_{j}_of_very_many" for j in range(4000)]
    wide = models.dense(4000)
    learned(wide, pd.DataFrame(numbers(2, 4000), columns=names))
    assert len(to_json(kg.blueprint(wide))) > 2**19  # HDF5 keeps short attributes in 64 KiB
    assert kg.blueprint(loaded(saved(wide, tmp_path / f"wide{name}"))) == kg.blueprint(wide)


def test_a_stale_one_is_not_saved(tmp_path):
    model = taught()
    model.set_weights([w + 1 for w in model.get_weights()])
    with pytest.warns(kg.KerasGuardWarning, match="without its blueprint"):
        kg.safe_save_model(model, tmp_path / "m.keras")
    assert kg.blueprint(loaded(tmp_path / "m.keras")) is None


def with_text(path, text):
    """The file with another text in the place of the blueprint."""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as old:
            parts = {name: old.read(name) for name in old.namelist() if name != MEMBER}
        with zipfile.ZipFile(path, "w") as new:
            for name, data in parts.items():
                new.writestr(name, data)
            if text is not None:
                new.writestr(MEMBER, text)
    else:
        with h5py.File(path, "a") as file:
            file.attrs["kerasguard_blueprint"] = text
    return path


@pytest.mark.filterwarnings("ignore:You are saving")
@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_a_file_with_another_one_loads_without_and_says_so(name, tmp_path):
    model = taught()
    path, own = saved(model, tmp_path / name), to_json(kg.blueprint(model))
    known = json.loads(own)
    other = to_json(learned(classifier(), numbers(12, 4)))
    assert kg.blueprint(loaded(with_text(path, own))) is not None
    cases = [
        (own[:200], "load_blueprint_broken"),
        (own.replace('"number"', '"__import__"'), "load_blueprint_broken"),
        (json.dumps(known | {"schema": 2, "kerasguard": "9.0"}), "load_blueprint_newer"),
        (json.dumps(known | {"inputs": known["inputs"] * 2}), "load_blueprint_other"),
        (
            json.dumps(known | {"inputs": [{"path": ["x"], "columns": known["inputs"][0]["columns"]}]}),
            "load_blueprint_other",
        ),
        (to_json(kg.blueprint(taught(features=5))), "load_blueprint_other"),
        (json.dumps(known | {"outputs": known["outputs"] * 2}), "load_blueprint_other"),
        (json.dumps(known | {"outputs": [known["outputs"][0] | {"classes": ["a", "b"]}]}), "load_blueprint_other"),
        (other, "load_blueprint_weights"),
    ]
    for text, code in cases:
        again = loaded(with_text(path, text), code)
        assert kg.blueprint(again) is None
        quiet(again, table(3, list("dcba")))
    if name == "m.h5":
        with h5py.File(path, "a") as file:
            file.attrs["kerasguard_blueprint"] = np.arange(3)
        loaded(path, "load_blueprint_broken")


def test_a_damaged_member_and_a_bomb(tmp_path):
    model = taught()
    path = saved(model, tmp_path / "m.keras")
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(MEMBER)
    start = info.header_offset + 30 + len(MEMBER) + 20
    path.write_bytes(whole[:start] + bytes(40) + whole[start + 40 :])
    with pytest.raises(kg.ModelLoadError):  # Keras itself unpacks all that is in a file
        kg.safe_load_model(path)
    path.write_bytes(whole)
    with_text(path, None)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER, b" " * (2**26 + 5))
    with pytest.raises(kg.ModelLoadError, match="built to do harm"):
        kg.safe_load_model(path)


def refused(code, model, path, **options):
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_save_model(model, path, **options)
    text = str(caught.value)
    assert caught.value.code == code
    assert "Fix: " in text
    assert len(text) < 1000
    assert len(text.splitlines()[0]) <= 120  # paths of pytest are long
    return text


def fixes(text):
    found = []
    for line in text.splitlines():
        if line.startswith("  Fix: "):
            found.append(line.removeprefix("  Fix: ").split("  # ")[0])
        elif line.startswith("       "):
            found[-1] += "\n" + line.strip()
    return found


def test_paths_that_are_none_and_the_lines_that_mend_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "OTHER_FOLDER").mkdir()
    model = taught()
    texts = [
        refused("save_path", model, 3),
        refused("save_path", model, ""),
        refused("save_suffix", model, "m.rds"),
        refused("save_suffix", model, "m.weights.h5"),
        refused("save_suffix", model, "v1.5"),
        refused("save_into_folder", model, "models"),
        refused("save_no_folder", model, "modles/m.keras"),
        refused("save_no_folder", model, "deep/er/m.keras"),
    ]
    saved(model, "there.keras")
    texts.append(refused("save_exists", model, "there.keras", overwrite=False))
    assert "models/m.keras" in texts[6]
    for text in texts:
        for code in fixes(text):
            exec(code, {"safe_save_model": kg.safe_save_model, "model": model})
    saved(model, "new.keras", overwrite=False)
    with pytest.raises(kg.InputStructureError):
        kg.safe_save_model("model", "m.keras")
    with pytest.raises(kg.InputStructureError):
        kg.blueprint("model")


class Failing(keras.layers.Layer):
    """Its weights can't be written."""

    error: BaseException = OSError(28, "No space left on device")

    def call(self, x):
        return x

    def save_own_variables(self, store):
        raise self.error


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.filterwarnings("ignore")
def test_what_goes_wrong_leaves_the_old_file(name, tmp_path, monkeypatch):
    model, path = taught(), tmp_path / name
    saved(model, path)
    before = path.read_bytes()
    failing = keras.Sequential([keras.Input((3,)), Failing()])
    if name == "m.keras":
        text = refused("save_failed", failing, path)
        assert "No space left" in text
        assert "as it was" in text
        refused("save_failed", failing, tmp_path / "new.keras")
    for error in (KeyboardInterrupt(), OSError(28, "No space left on device")):
        monkeypatch.setattr("kerasguard.loading.save.write_blueprint", lambda *given, e=error: raise_(e))
        with pytest.raises((KeyboardInterrupt, kg.ModelLoadError)):
            kg.safe_save_model(model, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [name]


def raise_(error):
    raise error


def test_links_and_rights_stay(tmp_path):
    model = taught()
    real = saved(model, tmp_path / "real.keras")
    real.chmod(0o640)
    (tmp_path / "link.keras").symlink_to(real)
    saved(models.dense(3), tmp_path / "link.keras")
    assert (tmp_path / "link.keras").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert kg.safe_load_model(real).input_shape == (None, 3)


def test_another_process_predicts_by_name(tmp_path):
    model = taught()
    saved(model, tmp_path / "m.keras")
    x = table(5, list("abcd"))
    x[list("cadb")].to_csv(tmp_path / "x.csv", index=False)
    code = (
        "import sys, warnings, kerasguard as kg, pandas as pd, numpy as np\n"
        "warnings.simplefilter('ignore')\n"
        "m = kg.safe_load_model(sys.argv[1] + '/m.keras')\n"
        "print(kg.blueprint(m).outputs[0].classes)\n"
        "np.save(sys.argv[1] + '/out.npy', kg.safe_predict(m, pd.read_csv(sys.argv[1] + '/x.csv'), verbose=0))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert str(HOT_NAMES) in done.stdout
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), plain(model, x.to_numpy("float32")))


# Words


@pytest.mark.parametrize("language", ["python", "r"])
@pytest.mark.parametrize("code", [code for code in CATALOGUE if code.startswith(("load_blueprint", "save_"))])
def test_the_form_of_words_about_files(code, language):
    facts = {"path": "m.keras", "near": "n.keras", "why": "it is no JSON, or was cut off", "version": "9.0", "schema": 2,
             "known": 1, "part": "inputs", "cls": "a list", "suffix": ".rds", "folder": "f", "directory": "/d",
             "error": "OSError", "sentence": "No space left", "was_there": True}  # fmt: skip
    message = render(Notice(code, "path", "warning", facts), Call("safe_save_model", language, x="path"))
    assert len(message.lines[0]) <= 80
    assert any(line.startswith("Fix:") for line in message.lines)
    assert "None" not in message.text


def test_it_prints_as_a_table():
    text = repr(learned(classifier(loss="sparse_categorical_crossentropy"), table(12, list("abcd")), LEVELS))
    assert text.splitlines()[0] == "Blueprint learned from 12 samples: of the weights that the model has"
    assert '"setosa", "versicolor", "virginica" as codes from 0' in text
    assert max(map(len, text.splitlines())) < 100
    model = ready()
    model.fit(X, Y, verbose=0)
    assert "other weights" in repr(kg.blueprint(model))
    many = repr(learned(models.dense(300), table(4, [f"c{j}" for j in range(300)])))
    assert "and 280 more" in many
    assert len(many.splitlines()) < 30
    assert "[0]" in repr(learned(models.dense(2), numbers(3, 2)))
    assert kg.blueprint(models.dense()) is None


def test_html_is_escaped():
    name = "<script>alert('x')</script>"
    model = classifier(2, loss="sparse_categorical_crossentropy", features=1)
    page = learned(model, pd.DataFrame({name: [1.0, 2.0]}), ["<b>", "&"])._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page
    assert page.count("<td>") == page.count("</td>")
    line = learned(models.dense(1), pd.DataFrame({"a\nb\x1b[31m": [1.0, 2.0]}))
    assert "\x1b" not in repr(line)
    assert "a b" in repr(line)


def test_it_is_kept_beside_the_model_and_nothing_else():
    model = ready()
    assert ATTRIBUTE in model.__dict__
    assert replace(kg.blueprint(model), stale=True) != kg.blueprint(model)  # plans depend on it


def test_a_file_that_does_not_give_the_model_back_is_told(tmp_path):
    inner = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5)])
    twice = keras.Sequential([keras.Input((5,)), inner, inner, keras.layers.Dense(1)])
    with pytest.warns(kg.KerasGuardWarning) as told:
        kg.safe_save_model(twice, tmp_path / "m.keras")
    assert [note.message.code for note in told] == ["save_differs"]
    x = np.ones((3, 5))
    assert not np.allclose(
        keras.models.load_model(tmp_path / "m.keras").predict(x, verbose=0), twice.predict(x, verbose=0)
    )
    keras.utils.set_random_seed(5)
    once = keras.Sequential([keras.Input((5,)), keras.layers.GaussianNoise(0.1), keras.layers.Dense(1)])
    kg.safe_save_model(once, tmp_path / "m.keras")  # without a word
    keras.utils.set_random_seed(5)
    drawn = np.random.random()
    keras.utils.set_random_seed(5)
    kg.safe_save_model(once, tmp_path / "m.keras")
    assert np.random.random() == drawn
