"""Small seeded Keras models that the tests share. Each call makes a fresh one."""

from __future__ import annotations

import keras

L = keras.layers


def seeded(make):
    def fresh(*args, **kwargs):
        keras.utils.set_random_seed(1)
        return make(*args, **kwargs)

    return fresh


@seeded
def dense(features=5, units=1, activation=None):
    return keras.Sequential([keras.Input((features,)), L.Dense(4, "tanh"), L.Dense(units, activation)])


@seeded
def lstm(steps=5, features=3):
    return keras.Sequential([keras.Input((steps, features)), L.LSTM(4), L.Dense(1)])


@seeded
def conv(height=8, width=6, channels=1):
    return keras.Sequential([keras.Input((height, width, channels)), L.Conv2D(2, 3), L.Flatten(), L.Dense(2)])


@seeded
def pooled(height=6, width=5, channels=3):
    """Runs on pictures of any size, as fully convolutional models do."""
    return keras.Sequential(
        [keras.Input((height, width, channels)), L.Conv2D(2, 3), L.GlobalAveragePooling2D(), L.Dense(1)]
    )


@seeded
def two(widths=(3, 2), names=("main", "aux"), structure=list):
    inputs = [keras.Input((width,), name=name) for width, name in zip(widths, names, strict=True)]
    output = L.Dense(1)(L.Concatenate()(inputs))
    return keras.Model(dict(zip(names, inputs, strict=True)) if structure is dict else inputs, output)


@seeded
def nested():
    q, r, s = keras.Input((3,), name="q"), keras.Input((2,), name="r"), keras.Input((1,), name="right")
    return keras.Model({"left": {"q": q, "r": r}, "right": s}, L.Dense(1)(L.Concatenate()([q, r, s])))


@seeded
def scalars(names=("age", "income")):
    return two([1] * len(names), names)


@seeded
def two_outputs(structure=list):
    inputs = keras.Input((5,))
    mean, spread = L.Dense(1, name="mean")(inputs), L.Dense(2, name="spread")(inputs)
    return keras.Model(inputs, {"mean": mean, "spread": spread} if structure is dict else [mean, spread])


@seeded
def integer(dtype="int64"):
    return keras.Sequential([keras.Input((2,), dtype=dtype), L.Embedding(50, 3), L.Flatten(), L.Dense(1)])


@seeded
def text():
    return keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            L.TextVectorization(output_sequence_length=4, vocabulary=["good", "bad", "film"]),
            L.Embedding(8, 2),
            L.GlobalAveragePooling1D(),
            L.Dense(1),
        ]
    )


@seeded
def half():
    return keras.Sequential([keras.Input((2,)), L.Dense(1, dtype="mixed_float16")])


@seeded
def stateful(batch=3):
    return keras.Sequential([keras.Input(batch_shape=(batch, 5, 3)), L.LSTM(2, stateful=True), L.Dense(1)])


@keras.saving.register_keras_serializable("kerasguard_tests")
class Subclassed(keras.Model):
    """Declares no input; its shape is what its first call showed."""

    def __init__(self, layer=None, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer or L.Dense(2)

    def call(self, x):
        return self.layer(x)


@seeded
def subclassed(shape=(3, 4), layer=None):
    import numpy as np

    model = Subclassed(layer)
    model(np.zeros(shape, "float32"))
    return model


@seeded
def scaled(layer=None, shape=(2,)):
    """A scaling layer first."""
    return keras.Sequential([keras.Input(shape), layer or L.Normalization(name="scaling"), L.Flatten(), L.Dense(1)])


@seeded
def adapted(mean=(20.0, 150.0), variance=(36.0, 4700.0)):
    return scaled(L.Normalization(mean=list(mean), variance=list(variance)))


@seeded
def moving(mean=0.5, variance=0.08, shape=(8, 6, 1)):
    """As after training on pictures within 0..1."""
    import numpy as np

    layer = L.BatchNormalization()
    model = scaled(layer, shape)
    one = np.ones(shape[-1])
    layer.set_weights([one, 0 * one, mean * one, variance * one])
    return model


def weights_set():
    """A copy of an adapted model by its weights alone, which tells a Normalization layer nothing."""
    import numpy as np

    model = scaled()
    model.layers[0].set_weights([np.array([20.0, 150.0]), np.array([36.0, 4700.0]), np.array(0)])
    return model
