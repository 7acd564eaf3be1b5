"""Make keras2.zip: files that Keras 2 itself wrote, and what it predicted from them. Needs tf_keras.

Without tf_keras, but with TensorFlow 2.12, make keras2_12.zip: what that version wrote otherwise.

Each model is there as NAME.h5 and NAME.keras, with NAME.npz holding its inputs x0, x1 .. and outputs y0, y1 ..
"""

from __future__ import annotations

import os
import pathlib
import tempfile
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

try:
    import tf_keras as keras
except ImportError:
    keras = tf.keras

L = keras.layers
HERE = pathlib.Path(__file__).parent


def compiled():
    model = keras.Sequential([L.Dense(3, "relu", input_shape=(5,)), L.Dropout(0.2), L.Dense(1)])
    optimizer = keras.optimizers.legacy.Adam(learning_rate=0.01, decay=1e-3)
    model.compile(optimizer, "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    model.fit(np.zeros((4, 5)), np.zeros((4, 1)), verbose=0)
    return model


def recurrent():
    shared = {"return_sequences": True, "recurrent_activation": "hard_sigmoid"}
    return keras.Sequential([
        L.Masking(input_shape=(6, 3)), L.LSTM(3, **shared), L.Bidirectional(L.GRU(2, return_sequences=True)),
        L.TimeDistributed(L.Dense(2)), L.GRU(2, reset_after=False), L.Dense(1, "hard_sigmoid"),
    ])  # fmt: skip


def conv():
    return keras.Sequential([
        L.Conv2D(3, 3, padding="same", input_shape=(8, 8, 2)), L.BatchNormalization(), L.LeakyReLU(0.1),
        L.SeparableConv2D(3, 3), L.DepthwiseConv2D(2, use_bias=False), L.Conv2DTranspose(2, 3, strides=2), L.ReLU(6.0),
        L.SpatialDropout2D(0.2), L.RandomFlip(), L.GlobalAveragePooling2D(), L.Dense(2, "softmax"),
    ])  # fmt: skip


def seq2seq():
    source, target = keras.Input((4, 3)), keras.Input((5, 2))
    _, *states = L.LSTM(3, return_state=True)(source)
    steps = L.LSTM(3, return_sequences=True)(target, initial_state=states)
    return keras.Model([source, target], L.Dense(2, "softmax")(steps))


def nested():
    x = keras.Input((5,))
    functional = keras.Model(x, L.Dense(3, "tanh")(L.BatchNormalization()(x)))
    sequential = keras.Sequential([L.Dense(3, input_shape=(5,)), L.Dense(3)])
    sequential.layers[0].trainable = False
    a, b = keras.Input((5,)), keras.Input((5,))
    parts = [functional(a), functional(b), sequential(a), sequential(b)]
    return keras.Model([a, b], [L.Dense(1, name="z")(L.Concatenate()(parts)), L.Subtract(name="y")(parts[:2])])


def attention():
    x = keras.Input((4, 4))
    h = L.Attention()([x, x])
    h = L.LayerNormalization()(L.MultiHeadAttention(2, 2)(h, x))
    h = L.Dense(2, dtype=keras.mixed_precision.Policy("mixed_float16"))(L.GlobalAveragePooling1D()(h))
    return keras.Model(x, L.Dense(1, dtype="float32")(h))


def ids():
    return keras.Sequential([L.Embedding(9, 3, mask_zero=True, input_length=6), L.LSTM(2), L.Dense(1, "sigmoid")])


def operations():
    x = keras.Input((5,))
    h = L.ThresholdedReLU(0.2)(L.Dense(3)(x))
    return keras.Model(x, tf.nn.relu(h) * 2.0 + h[:, :3])


def wrapped():
    cells = L.RNN([L.LSTMCell(2), L.GRUCell(2)], return_sequences=True)
    layers = [L.Bidirectional(L.LSTM(2, return_sequences=True), input_shape=(4, 3)), L.TimeDistributed(L.Dense(2))]
    return keras.Sequential([*layers, cells, L.Bidirectional(L.GRU(2))])


def transfer():
    x = keras.Input((6, 6, 2), name="picture")
    h = L.BatchNormalization(name="conv1/bn")(L.Conv2D(2, 3, name="conv1/conv")(x))
    base = keras.Model(x, h, name="base")
    base.trainable = False
    return keras.Sequential([base, L.GlobalAveragePooling2D(), L.Dense(1, name="head")])


def scheduled():
    model = keras.Sequential([L.Dense(3, "softmax", input_shape=(5,))])
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    scaled = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.Adam(rate), initial_scale=8.0)
    model.compile(scaled, "kullback_leibler_divergence", metrics=["MAE", "accuracy"])
    return model


def judged():
    model = keras.Sequential([L.Dense(1, input_shape=(5,))])
    model.compile(keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10)), "logcosh")
    return model


def bins():
    return keras.Sequential([L.Dense(3, input_shape=(5,)), L.Discretization(bin_boundaries=[-0.5, 0.0, 0.5])])


def twice():
    x = keras.Input((5,))
    inner = keras.Model(x, L.Dense(5)(x))
    y = keras.Input((5,))
    return keras.Model(y, inner(inner(y)))


def always():
    x = keras.Input((5,))
    return keras.Model(x, L.BatchNormalization()(x, training=True))


def randomized(model):
    """Weights that leave no part of the model without effect."""
    generator = np.random.default_rng(0)
    new = []
    for variable, value in zip(model.weights, model.get_weights(), strict=True):
        low, high = (0.5, 2.0) if "variance" in variable.name else (-0.8, 0.8)
        new.append(generator.uniform(low, high, value.shape))
    model.set_weights(new)
    return model


def write(make, folder):
    keras.backend.clear_session()
    model = make()
    name = make.__name__
    generator = np.random.default_rng(1)
    if name == "ids":
        inputs = [generator.integers(0, 9, (5, 6))]
        model(inputs[0])
    else:
        inputs = [generator.normal(size=(5, *t.shape[1:])).astype("float32") * 2 for t in model.inputs]
    randomized(model)
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {f"y{i}": y for i, y in enumerate(outputs)}
    np.savez(folder / f"{name}.npz", **arrays)
    model.save(folder / f"{name}.h5")
    model.save(folder / f"{name}.keras")
    if name == "nested":
        model.save(folder / "nested_folder", save_format="tf")
        (folder / "nested_folder" / "keras_metadata.pb").unlink()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        is_12 = keras is tf.keras
        makes = (compiled, recurrent, conv, seq2seq, nested, attention, ids, operations)
        for make in (wrapped, transfer, scheduled, judged, bins, twice, always) if is_12 else makes:
            write(make, folder)
        with zipfile.ZipFile(HERE / ("keras2_12.zip" if is_12 else "keras2.zip"), "w", zipfile.ZIP_LZMA) as out:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    out.write(path, path.relative_to(folder))


if __name__ == "__main__":
    main()
