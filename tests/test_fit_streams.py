"""safe_fit and safe_evaluate on data in batches: plain Keras' own history; a problem names its batch and changes nothing."""

from __future__ import annotations

import itertools
import random
import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

Dataset = tf.data.Dataset
L = keras.layers
ROWS = 22  # the last batch is a short one


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def compiled(model, loss="mse", metrics=("mae",), **options):
    model.compile("adam", loss=loss, metrics=list(metrics) if metrics else None, **options)
    return model


def dense():
    return compiled(models.dense())


def lstm():
    return compiled(models.lstm())


def two_outputs():
    return compiled(models.two_outputs(), metrics=None)


def classes(units=3, loss="sparse_categorical_crossentropy"):
    return compiled(models.dense(5, units, "softmax" if units > 1 else "sigmoid"), loss, ("accuracy",))


DATA = {
    "dense": (dense, (numbers(ROWS, 5), numbers(ROWS, 1))),
    "lstm": (lstm, (numbers(ROWS, 5, 3), numbers(ROWS, 1))),
    "weights": (dense, (numbers(ROWS, 5), numbers(ROWS, 1), numbers(ROWS) ** 2)),
    "two outputs": (two_outputs, (numbers(ROWS, 5), (numbers(ROWS, 1), numbers(ROWS, 2)))),
    "classes": (classes, (numbers(ROWS, 5), np.arange(ROWS) % 3)),
    "two inputs": (lambda: compiled(models.two()), ((numbers(ROWS, 3), numbers(ROWS, 2)), numbers(ROWS, 1))),
}


def part(data, rows):
    return tuple(part(item, rows) for item in data) if isinstance(data, tuple) else data[rows]


class Batches(keras.utils.PyDataset):
    def __init__(self, data, size=4, **options):
        super().__init__(**options)
        self.data, self.size, self.told = data, size, []

    def __len__(self):
        return -(-ROWS // self.size)

    def __getitem__(self, i):
        return part(self.data, slice(i * self.size, (i + 1) * self.size))

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


def dataset(data, size=4):
    return Dataset.from_tensor_slices(data).batch(size)


def shuffled(data):
    return Dataset.from_tensor_slices(data).shuffle(ROWS, seed=3, reshuffle_each_iteration=True).batch(4).prefetch(2)


def generator(data):
    for i in itertools.cycle(range(5)):
        yield part(data, slice(4 * i, 4 * i + 4))


STREAMS = {
    "dataset": (dataset, {}),
    "shuffled": (shuffled, {}),
    "shuffled without a seed": (lambda data: Dataset.from_tensor_slices(data).shuffle(ROWS).batch(4), {}),
    "repeated": (lambda data: shuffled(data).repeat(), {"steps_per_epoch": 4}),
    "whole batches": (lambda data: Dataset.from_tensor_slices(data).batch(4, drop_remainder=True), {}),
    "of unknown length": (lambda data: shuffled(data).filter(lambda *_: True), {}),
    "PyDataset": (Batches, {}),
    "PyDataset in order": (Batches, {"shuffle": False}),
    "PyDataset with workers": (lambda data: Batches(data, workers=2), {"shuffle": False}),
    "generator": (generator, {"steps_per_epoch": 5}),
}


def plain(make, stream, **options):
    """What Keras does by itself: history and weights."""
    model = make()
    random.seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of shuffle=True, which is the default
        history = model.fit(stream(), verbose=0, **{n: v() if callable(v) else v for n, v in options.items()})
    return history.history, model.get_weights()


def guarded(make, stream, **options):
    model = make()
    random.seed(5)
    options = {n: v() if callable(v) else v for n, v in options.items()}
    history = kg.safe_fit(model, stream(), verbose=0, **options)
    return history.history, model.get_weights()


def same(a, b):
    assert a[0] == b[0]
    assert all(np.array_equal(p, q) for p, q in zip(a[1], b[1], strict=True))


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # the end of an unknown length is found this way
@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize("name", DATA)
def test_history_and_weights_are_plain_keras_own(name, kind):
    make, data = DATA[name]
    stream, options = STREAMS[kind]
    same(plain(make, lambda: stream(data), epochs=3, **options), guarded(make, lambda: stream(data), epochs=3, **options))
