"""The three models of DESIGN's table, and their data as R and numpy users have it: float64."""

from __future__ import annotations

import keras
import numpy as np

L = keras.layers


def make(name: str) -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = {
        "dense": [keras.Input((20,)), L.Dense(64, "relu"), L.Dense(64, "relu"), L.Dense(1)],
        "lstm": [keras.Input((5, 3)), L.LSTM(32), L.Dense(1)],
        "conv": [
            keras.Input((28, 28, 1)),
            L.Conv2D(8, 3, activation="relu"),
            L.MaxPooling2D(),
            L.Flatten(),
            L.Dense(10, "softmax"),
        ],
    }
    return keras.Sequential(layers[name])


def data(model: keras.Model, rows: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(rows, *model.input_shape[1:]))
