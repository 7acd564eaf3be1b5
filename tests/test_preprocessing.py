"""Models that look words up, scale, cut into bins or mask: right data of every kind goes in without a word."""

from __future__ import annotations

import keras
import kerasguard as kg
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from needs import tf
from scenarios import numbers
from test_predict import plain, quiet

L = keras.layers
TEXTS = ["good film", "bad film", "bad bad good"]
COLOURS = ["red", "blue", "green", "red"]
IDS = np.array([[1, 2, 3], [4, 0, 9]])


def sequential(*layers):
    return keras.Sequential(list(layers))


def vectorized(shape=(1,)):
    layer = L.TextVectorization(output_sequence_length=4)
    layer.adapt(TEXTS)
    return sequential(keras.Input(shape, dtype="string"), layer, L.Embedding(9, 2, mask_zero=True), L.LSTM(2))


def bag_of_words():
    layer = L.TextVectorization(output_mode="tf_idf")
    layer.adapt(TEXTS)
    return sequential(keras.Input((1,), dtype="string"), layer, L.Dense(1))


def looked_up(mode="one_hot"):
    return sequential(
        keras.Input((1,), dtype="string"), L.StringLookup(vocabulary=["red", "blue"], output_mode=mode), L.Dense(2)
    )


def whole_looked_up():
    return sequential(
        keras.Input((2,), dtype="int64"), L.IntegerLookup(vocabulary=[11, 12, 13], output_mode="multi_hot"), L.Dense(1)
    )


def hashed():
    return sequential(keras.Input((1,), dtype="string"), L.Hashing(5), L.Embedding(5, 2), L.Flatten(), L.Dense(1))


def binned():
    layer = L.Discretization(num_bins=4)
    layer.adapt(numbers(200, 1))
    return sequential(keras.Input((1,)), layer, L.CategoryEncoding(4, output_mode="one_hot"), L.Dense(1))


def normalized(features=3, shift=5.0):
    layer = L.Normalization()
    layer.adapt(numbers(500, features) * 3 + shift)
    return sequential(keras.Input((features,)), layer, L.Dense(1))


def encoded(mode="multi_hot"):
    return sequential(keras.Input((3,), dtype="int32"), L.CategoryEncoding(10, output_mode=mode), L.Dense(1))


def embedded(dtype=None, mask=False):
    return sequential(keras.Input((None,), dtype=dtype), L.Embedding(10, 3, mask_zero=mask), L.LSTM(2), L.Dense(1))


def masked():
    return sequential(keras.Input((None, 2)), L.Masking(mask_value=-1.0), L.GRU(3), L.Dense(1))


def rescaled(dtype="uint8"):
    return sequential(
        keras.Input((6, 5, 3), dtype=dtype), L.Rescaling(1 / 255), L.Conv2D(2, 3), L.Flatten(), L.Dense(1)
    )


def mixed_inputs():
    """Text, a category, ids and numbers: what a table of customers gives."""
    keras.utils.set_random_seed(1)
    colour = keras.Input((1,), dtype="string", name="colour")
    city = keras.Input((1,), dtype="int64", name="city")
    age = keras.Input((1,), name="age")
    parts = [
        L.StringLookup(vocabulary=["red", "blue"], output_mode="one_hot")(colour),
        L.Flatten()(L.Embedding(10, 2)(city)),
        L.Normalization(mean=[40.0], variance=[100.0])(age),
    ]
    joined = L.Concatenate()(parts)
    return keras.Model(
        {"colour": colour, "city": city, "age": age}, {"price": L.Dense(1)(joined), "buys": L.Dense(1)(joined)}
    )


def precise(policy):
    keras.config.set_dtype_policy(policy)
    try:
        return sequential(keras.Input((5,)), L.Dense(4, "relu"), L.Dense(1))
    finally:
        keras.config.set_dtype_policy("float32")


def words(*texts):
    return tf.constant([[text] for text in texts])


PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3))
SERIES = np.array([[[1.0, 2.0], [3.0, 4.0], [-1.0, -1.0]], [[5.0, 6.0], [-1.0, -1.0], [-1.0, -1.0]]])
TABLE = {"colour": ["red", "green"], "city": [3, 9], "age": [31.5, 52.0]}
MIXED = {"colour": words("red", "green"), "city": np.array([[3], [9]]), "age": np.array([[31.5], [52.0]], "float32")}

# model, what users give, and what Keras takes
CONTROLS = {
    "text list": (vectorized, TEXTS, words(*TEXTS)),
    "text array": (vectorized, np.array(TEXTS), words(*TEXTS)),
    "text column": (vectorized, np.array(TEXTS)[:, None], words(*TEXTS)),
    "text objects": (vectorized, np.array(TEXTS, dtype=object), words(*TEXTS)),
    "text series": (vectorized, pd.Series(TEXTS), words(*TEXTS)),
    "text string dtype": (vectorized, pd.Series(TEXTS, dtype="string"), words(*TEXTS)),
    "text frame": (vectorized, pd.DataFrame({"review": TEXTS}), words(*TEXTS)),
    "text polars": (vectorized, pl.DataFrame({"review": TEXTS}), words(*TEXTS)),
    "text tensor": (vectorized, tf.constant(TEXTS), words(*TEXTS)),
    "bytes": (vectorized, [text.encode() for text in TEXTS], words(*TEXTS)),
    "one text": (vectorized, ["good film"], words("good film")),
    "unknown words and nothing": (vectorized, ["Zebra!", ""], words("Zebra!", "")),
    "other alphabets": (vectorized, ["gutes Fräulein", "好电影"], words("gutes Fräulein", "好电影")),
    "scalar texts": (lambda: vectorized(()), TEXTS, tf.constant(TEXTS)),
    "bag of words": (bag_of_words, TEXTS, words(*TEXTS)),
    "categories as text": (looked_up, COLOURS, words(*COLOURS)),
    "whole numbers looked up": (whole_looked_up, [[11, 12], [99, 13]], np.array([[11, 12], [99, 13]])),
    "whole doubles looked up": (whole_looked_up, [[11.0, 12.0]], np.array([[11, 12]])),
    "hashed": (hashed, COLOURS, words(*COLOURS)),
    "bins": (binned, numbers(9, 1), numbers(9, 1).astype("float32")),
    "bins far out": (binned, [[-50.0], [50.0]], np.array([[-50], [50]], "float32")),
    "normalization": (normalized, numbers(40, 3) * 3 + 5, (numbers(40, 3) * 3 + 5).astype("float32")),
    "normalization one row": (normalized, [[4, 9, 1]], np.array([[4, 9, 1]], "float32")),
    "multi hot": (encoded, IDS, IDS.astype("int32")),
    "counts": (lambda: encoded("count"), IDS.astype(float), IDS.astype("int32")),
    "ids": (embedded, IDS, IDS.astype("float32")),
    "ids of int32": (lambda: embedded("int32"), IDS, IDS.astype("int32")),
    "ids as doubles": (lambda: embedded("int32"), IDS.astype(float), IDS.astype("int32")),
    "padded ids": (lambda: embedded(mask=True), [[1, 2, 0, 0], [3, 0, 0, 0]], np.array([[1, 2, 0, 0], [3, 0, 0, 0]])),
    "smallest and largest id": (embedded, [[0, 9]], np.array([[0, 9]])),
    "ids frame": (embedded, pd.DataFrame(IDS), IDS),
    "ids sparse": (embedded, sp.csr_matrix(IDS), IDS),
    "free steps": (masked, SERIES, SERIES.astype("float32")),
    "more free steps": (masked, SERIES[:, [0, 1, 1, 2, 2]], SERIES[:, [0, 1, 1, 2, 2]].astype("float32")),
    "pixels": (rescaled, PIXELS, PIXELS.astype("uint8")),
    "pixels uint8": (rescaled, PIXELS.astype("uint8"), PIXELS.astype("uint8")),
    "pixels as floats": (lambda: rescaled("float32"), PIXELS.astype(float), PIXELS.astype("float32")),
    "dark pixels": (lambda: rescaled("float32"), PIXELS // 200, (PIXELS // 200).astype("float32")),
    "black": (lambda: rescaled("float32"), PIXELS * 0, (PIXELS * 0).astype("float32")),
    "table of columns": (mixed_inputs, TABLE, MIXED),
    "table as frame": (mixed_inputs, pd.DataFrame(TABLE)[["age", "city", "colour"]], MIXED),
    "record": (mixed_inputs, {"colour": "red", "city": 3, "age": 31}, {
        "colour": words("red"), "city": np.array([[3]]), "age": np.array([[31.0]], "float32")}),
    "mixed precision": (lambda: precise("mixed_float16"), numbers(9, 5), numbers(9, 5).astype("float32")),
    "bfloat16": (lambda: precise("mixed_bfloat16"), numbers(9, 5), numbers(9, 5).astype("float32")),
    "float64": (lambda: precise("float64"), numbers(9, 5), numbers(9, 5)),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTROLS)
def test_right_data_is_predicted_without_a_word(name):
    make_model, x, ready = CONTROLS[name]
    keras.utils.set_random_seed(1)
    model = make_model()
    keras.utils.set_random_seed(1)
    reference = plain(make_model(), ready)
    found = quiet(model, x)
    for mine, theirs in zip(keras.tree.flatten(found), keras.tree.flatten(reference), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert kg.check_input(model, x).ok
    # validate_and_coerce gives what predict() takes as it is
    same = plain(model, kg.validate_and_coerce(model, x))
    for mine, theirs in zip(keras.tree.flatten(same), keras.tree.flatten(reference), strict=True):
        np.testing.assert_array_equal(mine, theirs)


REFUSED = {
    "numbers for words": (vectorized, [1, 2], "dtype_not_text"),
    "a missing word": (vectorized, ["good", None], "missing_values"),
    "words for numbers": (normalized, [["a", "b", "c"]], "dtype_text"),
    "fractions as ids": (embedded, [[1.5, 2.0]], "ids_fractions"),
    "negative id": (embedded, [[-1, 2]], "ids_outside"),
    "id of the vocabulary's size": (embedded, [[1, 10]], "ids_outside"),
    "category beyond": (encoded, [[1, 2, 10]], "ids_outside"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_data_is_refused(name):
    make_model, x, code = REFUSED[name]
    report = kg.check_input(make_model(), x)
    assert report.problems[0].code == code
    with pytest.raises(kg.KerasGuardError):
        kg.safe_predict(make_model(), x)
