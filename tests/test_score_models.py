"""Models of all kinds over data sets of files: every output, and a digest that tells one model from another."""

from __future__ import annotations

import os
import subprocess
import sys

import keras
import kerasguard as kg
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kerasguard.scoring import score_dataset
from kerasguard.scoring.identity import model_digest

L = keras.layers


def filled(model, value=0.5):
    model.set_weights([np.full_like(weights, value) for weights in model.get_weights()])
    return model


def scored(folder, table, model, **options):
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "in.parquet", row_group_size=7)
    score_dataset(model, folder / "in.parquet", folder / "out", verbose=0, **options)
    return pq.read_table(folder / "out" / "in.parquet")


def test_outputs_of_one_layer_have_a_column_each(tmp_path):
    x = np.random.default_rng(0).normal(size=(20, 2, 3)).astype("float32")
    shared = keras.Sequential([keras.Input((3,)), L.Dense(1)], name="twin")
    inputs = [keras.Input((3,), name=name) for name in ("left", "right")]
    model = keras.Model(inputs, [shared(each) for each in inputs])
    table = pa.table({"left": x[:, 0].tolist(), "right": x[:, 1].tolist()})
    result = scored(tmp_path, table, model)
    expected = model.predict([x[:, 0], x[:, 1]], verbose=0)
    for name, values in zip((".pred_twin", ".pred_twin_1"), expected, strict=True):
        np.testing.assert_allclose(result[name].to_numpy(), values[:, 0], rtol=1e-5)


class Nested(keras.Model):
    def __init__(self):
        super().__init__()
        self.layer = L.Dense(1)

    def call(self, x):
        y = self.layer(x)
        return {"q": [2 * y, 3 * y], "p": y}


def test_outputs_of_a_subclass_are_named_by_their_places(tmp_path):
    model = Nested()
    model(np.zeros((1, 2), "float32"))
    result = scored(tmp_path, pa.table({"a": [1.0, 2.0], "b": [3.0, 4.0]}), model)
    p = result[".pred_p"].to_numpy()
    np.testing.assert_allclose(p, model.predict(np.array([[1.0, 3], [2, 4]]), verbose=0)["p"][:, 0], rtol=1e-5)
    np.testing.assert_allclose(result[".pred_q_1"].to_numpy(), 2 * p, rtol=1e-5)
    np.testing.assert_allclose(result[".pred_q_2"].to_numpy(), 3 * p, rtol=1e-5)


def test_nulls_in_lists_are_missing_values(tmp_path):
    model = keras.Sequential([keras.Input((4, 2)), L.LSTM(3), L.Dense(1)])
    series = np.random.default_rng(0).normal(size=(6, 4, 2))
    cells = series.tolist()
    cells[1], cells[2][3], cells[3][0][1] = None, None, None
    result = scored(tmp_path, pa.table({"s": cells}), model, missing="na_rows")[".pred"].to_pylist()
    assert result[1:4] == [None] * 3
    expected = model.predict(series[[0, 4, 5]], verbose=0)[:, 0]
    np.testing.assert_allclose([result[i] for i in (0, 4, 5)], expected, rtol=1e-5)


def test_whole_numbers_beyond_doubles_stay_so_beside_null_lists(tmp_path):
    by_seven = L.Lambda(lambda x: keras.ops.cast(keras.ops.mod(x, 7), "float32"))
    model = keras.Sequential([keras.Input((1,), dtype="int64"), by_seven])
    ids = [2**53 + i for i in range(9)]
    result = scored(tmp_path, pa.table({"u": [None, *([i] for i in ids)]}), model, missing="na_rows")
    assert result[".pred"].to_pylist() == [None, *(i % 7 for i in ids)]


def test_categories_of_text_are_text_for_a_model_of_text(tmp_path):
    words = L.TextVectorization(output_sequence_length=3)
    words.adapt(["good bad"])
    model = keras.Sequential([keras.Input((1,), dtype="string"), words, L.Embedding(5, 1), L.Flatten(), L.Dense(1)])
    text = ["good", "bad", "good bad"]
    categories = pa.array(text).dictionary_encode()
    plain = scored(tmp_path / "plain", pa.table({"t": text}), model)
    assert scored(tmp_path / "categories", pa.table({"t": categories}), model)[".pred"].equals(plain[".pred"])


def test_whole_numbers_are_so_from_the_first_batch_on(tmp_path):
    model = keras.Sequential([keras.Input((2,)), L.Lambda(lambda x: keras.ops.argmax(x, -1))])
    table = pa.table({"a": [None, 1.0, 5.0], "b": [1.0, 2.0, 3.0]})
    result = scored(tmp_path, table, model, missing="na_rows", batch_rows=1)
    assert result[".pred"].to_pylist() == [None, 1, 0]
    assert pa.types.is_integer(result.schema.field(".pred").type)


# What results belong to


class ByName(keras.Model):
    def __init__(self, activation):
        super().__init__()
        self.layer, self.activation = L.Dense(2), activation

    def call(self, x):
        return keras.activations.get(self.activation)(self.layer(x))


def by_name(activation):
    model = ByName(activation)
    model(np.zeros((1, 3), "float32"))
    return filled(model)


def inner(activation):
    model = by_name("linear")
    model.layer.activation = keras.activations.get(activation)
    return model


def own_layer(sign):
    namespace = {"L": L}
    exec(f"class Own(L.Layer):\n    def call(self, x):\n        return {sign}x", namespace)
    return filled(keras.Sequential([keras.Input((3,)), namespace["Own"](), L.Dense(1)]))


def times(factor):
    return filled(keras.Sequential([keras.Input((3,)), L.Lambda(lambda x: x * factor), L.Dense(1)]))


def named(names):
    layers = [L.Dense(3, activation=name, name=name) for name in names]
    return filled(keras.Sequential([keras.Input((3,)), *layers]))


def two_outputs(names):
    inputs = keras.Input((3,))
    return filled(keras.Model(inputs, [L.Dense(1, name=name)(inputs) for name in names]))


def told(texts):
    words = L.TextVectorization(output_mode="tf_idf")
    words.adapt(texts)
    return keras.Sequential([keras.Input((1,), dtype="string"), words])


class Table(L.Layer):
    def __init__(self, table, **named):
        super().__init__(**named)
        self.table = table

    def call(self, x):
        return x + self.table[1]

    def get_config(self):
        return {**super().get_config(), "table": self.table, "thing": object()}


def with_table(value):
    return filled(keras.Sequential([keras.Input((3,)), Table(np.full(5000, value)), L.Dense(1)]))


DIFFERENT = [
    (by_name, "relu", "tanh"),
    (inner, "relu", "tanh"),
    (own_layer, "", "-"),
    (times, 2, 3),
    (named, ("relu", "tanh"), ("tanh", "relu")),
    (two_outputs, ("a", "b"), ("b", "a")),
    (told, ["a b", "a"], ["a b", "a", "a", "a"]),
    (with_table, 1.0, 2.0),
]


@pytest.mark.parametrize(("make", "one", "other"), DIFFERENT, ids=[make.__name__ for make, *_ in DIFFERENT])
def test_a_digest_is_that_of_what_a_model_computes(make, one, other):
    assert model_digest(make(one)) == model_digest(make(one)) != model_digest(make(other))


def digests():
    return [model_digest(make(one)) for make, one, _ in DIFFERENT]


def test_digests_are_the_same_in_every_session():
    found = []
    for seed in ("1", "2"):
        code = "import test_score_models as t; print(t.digests())"
        env = {**os.environ, "PYTHONHASHSEED": seed}
        here = os.path.dirname(__file__)
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=here, env=env, capture_output=True, text=True, check=True
        )
        found.append(run.stdout)
    assert found[0] == found[1]


def test_a_model_that_was_changed_has_a_folder_of_its_own(tmp_path):
    model = keras.Sequential([keras.Input((2,)), L.Dense(1, activation="tanh")])
    scored(tmp_path, pa.table({"a": [1.0], "b": [2.0]}), model)
    model.layers[0].activation = keras.activations.relu
    with pytest.raises(kg.KerasGuardError) as refused:
        score_dataset(model, tmp_path / "in.parquet", tmp_path / "out", verbose=0)
    assert refused.value.code == "score_output_other"
