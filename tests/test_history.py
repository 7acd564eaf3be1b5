"""What was done to a model before does not change what the guard answers, and the guard spoils no model."""

from __future__ import annotations

import contextlib
import functools
import re
import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from needs import tf
from scenarios import numbers
from test_predict import plain

L = keras.layers


MODELS = {
    "dense": (models.dense, lambda rows: numbers(rows, 5)),
    "lstm": (models.lstm, lambda rows: numbers(rows, 5, 3)),
    "free lstm": (lambda: models.lstm(None), lambda rows: numbers(rows, 4, 3)),
    "conv": (models.conv, lambda rows: numbers(rows, 8, 6, 1)),
    "two": (models.two, lambda rows: [numbers(rows, 3), numbers(rows, 2)]),
    "two outputs": (lambda: models.two_outputs(dict), lambda rows: numbers(rows, 5)),
    "subclassed": (models.subclassed, lambda rows: numbers(rows, 4)),
    "ids": (models.integer, lambda rows: np.arange(rows * 2).reshape(rows, 2) % 7),
    "text": (models.text, lambda rows: tf.constant([["good film"], ["bad"]] * (rows // 2))),
}


def first_of(x):
    return x[0] if isinstance(x, list) and isinstance(x[0], np.ndarray) else x


def misuse(model, x):
    """What users try: other ranks, other sizes, other types, a frame, nothing at all."""
    data = np.asarray(first_of(x))
    tries = [data[..., None], data[:1], data.reshape(-1), data.T, data.astype(object), None, [data, data], "text"]
    if data.dtype.kind == "f":
        tries += [np.pad(data, [(0, 0)] * (data.ndim - 1) + [(0, 1)]), data.astype("float64")]
        tries += [pd.DataFrame(data.reshape(len(data), -1)).astype({0: str})]
    for bad in tries:
        with contextlib.suppress(Exception):
            model.predict(bad, verbose=0)


def shorter(model, x):
    with contextlib.suppress(Exception):
        model.predict(first_of(x)[:1], verbose=0)


def train(model, x):
    weights = model.get_weights()
    model.compile("sgd", "mse")
    out = plain(model, x)
    with contextlib.suppress(Exception):  # a label that does not fit: users' fits fail as well
        model.fit(x, keras.tree.map_structure(np.zeros_like, out), epochs=1, verbose=0)
    model.set_weights(weights)


def failed_fit(model, x):
    model.compile("adam", "mse")
    with contextlib.suppress(Exception):
        model.fit(x, np.zeros((3, 2, 7)), epochs=1, verbose=0)


PASTS = {
    "predict": lambda model, x: plain(model, x),
    "one row": shorter,
    "misuse": misuse,
    "training": train,
    "failed fit": failed_fit,
    "called": lambda model, x: model(keras.tree.map_structure(keras.ops.convert_to_tensor, x))
    if not isinstance(first_of(x), list) else None,
    "guarded misuse": lambda model, x: [guarded(model, bad) for bad in (None, first_of(x), np.ones((2, 9)), [[1, None]])],
    "another size": lambda model, x: guarded(model, x, batch_size=3),
    "auto": lambda model, x: guarded(model, x, batch_size="auto"),
}  # fmt: skip


def guarded(model, x, **options):
    """The answer, or the code of the refusal and its words without the model's name."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            value = kg.safe_predict(model, x, verbose=0, **options)
        except kg.KerasGuardError as error:
            return error.code, re.sub(r"'\w+'", "", str(error))
    return value, [w.message.code for w in told if isinstance(w.message, kg.KerasGuardWarning)]


def same(one, other):
    if isinstance(one, str):
        return one == other
    return all(map(np.array_equal, keras.tree.flatten(one), keras.tree.flatten(other)))


def requests(make_x):
    """Right and wrong calls."""
    x = make_x(4)
    data = np.asarray(first_of(x))
    yield x
    yield make_x(34)
    yield first_of(x) if first_of(x) is not x else [data, data]
    yield None
    if data.dtype.kind == "f":
        yield data[..., :-1]
        yield np.where(np.arange(data.size).reshape(data.shape) == 3, np.nan, data)
        yield data[0]


ONCE = {"model_changed", "model_healed", "model_softmax_one_unit"}


@functools.cache
def expectations(kind):
    """What a fresh model answers to each request."""
    make_model, make_x = MODELS[kind]
    return [guarded(make_model(), request) for request in requests(make_x)]


@pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore:.*:RuntimeWarning")
@pytest.mark.parametrize("past", PASTS)
@pytest.mark.parametrize("kind", MODELS)
def test_history_never_matters(kind, past):
    make_model, make_x = MODELS[kind]
    used = make_model()
    PASTS[past](used, make_x(6))
    for request, (expected, told) in zip(requests(make_x), expectations(kind), strict=True):
        found, told_now = guarded(used, request)
        assert same(expected, found)
        if isinstance(found, str):
            assert told == told_now
        else:
            assert set(told_now) - ONCE == set(told) - ONCE
    if kind != "text" and past not in ("misuse", "one row"):  # the guard leaves plain predict() at work
        x = make_x(4)
        assert same(plain(used, x), expectations(kind)[0][0])


def test_a_model_that_plain_calls_spoiled_is_healed():
    model = models.conv()
    with contextlib.suppress(Exception):
        model.predict(numbers(3, 8, 6), verbose=0)  # without the channels axis: runs, and binds the graph
    with pytest.raises(ValueError, match=r"rank|shape"):
        model.predict(numbers(3, 8, 6, 1), verbose=0)
    x = numbers(3, 8, 6, 1)
    np.testing.assert_array_equal(kg.safe_predict(model, x), plain(models.conv(), x))


def test_new_weights_are_used_at_once():
    model, x = models.dense(), numbers(40, 5)
    before = kg.safe_predict(model, x)
    model.compile("sgd", "mse")
    model.fit(x, np.ones(40), epochs=1, verbose=0)
    after = kg.safe_predict(model, x)
    assert not np.array_equal(before, after)
    np.testing.assert_array_equal(after, plain(model, x))
