"""The Python colleague: trains the models of the well-known trouble reports and saves them.

python demo/train_models.py FOLDER
"""

from __future__ import annotations

import pathlib
import sys
import warnings

import keras
import numpy as np

L = keras.layers


def main(folder: pathlib.Path) -> None:
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)

    # Five inputs, an .h5 file with the loss "mse": Keras 3's load_model() fails on it.
    x = rng.normal(size=(200, 5)).astype("float32")
    y = x @ np.array([1.0, -2.0, 0.5, 0.0, 3.0], "float32")
    dense = keras.Sequential([keras.Input((5,)), L.Dense(10, "relu"), L.Dense(1)])
    fit_and_save(dense, x, y, "mse", folder / "dense.h5")

    # The same with every type spelled out, as the reports on doubles have it.
    types = dict(dtype="float32")
    single = keras.Sequential([keras.Input((5,), **types), L.Dense(10, "relu", **types), L.Dense(1, **types)])
    fit_and_save(single, x, y, "mse", folder / "float32.keras")

    # Five time steps of three features.
    series = rng.normal(size=(200, 5, 3)).astype("float32")
    lstm = keras.Sequential([keras.Input((5, 3)), L.LSTM(8), L.Dense(1)])
    fit_and_save(lstm, series, series[:, -1, 0], "mse", folder / "lstm.keras")

    # Grey pictures of 28 x 28: is the bright half at the top, or on the left?
    label = rng.integers(0, 2, size=200)
    pictures = rng.uniform(0, 0.2, size=(200, 28, 28, 1)).astype("float32")
    pictures[label == 0, :14] += 0.8
    pictures[label == 1, :, :14] += 0.8
    conv = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(4, 3, activation="relu"),
            L.MaxPooling2D(4),
            L.Flatten(),
            L.Dense(2, "softmax"),
        ]
    )
    fit_and_save(conv, pictures, label, "sparse_categorical_crossentropy", folder / "conv.keras")


def fit_and_save(model: keras.Model, x: np.ndarray, y: np.ndarray, loss: str, path: pathlib.Path) -> None:
    model.compile("adam", loss)
    history = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls .h5 legacy, which is the point here
        model.save(path)
    print(f"{path.name:14} loss {history[0]:.3f} -> {history[-1]:.3f}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
