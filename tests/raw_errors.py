"""Raw errors of the installed Keras, each made by the mistake that users make: id -> (code, what raises it)."""

from __future__ import annotations

import importlib

import keras
import models
import numpy as np
from needs import tf

L = keras.layers
ones = np.ones


def sequential(*layers):
    return keras.Sequential(list(layers))


def compiled(units=1, activation=None, loss="mse", features=5):
    keras.utils.set_random_seed(1)
    model = sequential(keras.Input((features,)), L.Dense(units, activation))
    model.compile("sgd", loss)
    return model


def fit(model, x, y, **more):
    model.fit(x, y, verbose=0, **more)


def predict(model, x):
    model.predict(x, verbose=0)


def used(model, x, y=None):
    """As after a good call: texts of errors are others then."""
    predict(model, x) if y is None else fit(model, x, y)
    return model


def spoiled():
    model = compiled(10, features=20)
    model.compile("adam", "mse")
    x = ones((8, 20), "float32")
    try:
        fit(model, x, ones((8, 20)))
    except ValueError:
        fit(model, x, ones((8, 10)))


def relaxed():
    model = models.conv()
    predict(model, ones((3, 8, 6)))
    predict(model, ones((3, 8, 6, 1)))


def evaluated_twice():
    model = compiled()
    model.evaluate(ones((4, 5)), ones(4), verbose=0)
    model.evaluate(ones((4, 5)), ones((4, 1)), verbose=0)


class MakesVariables(keras.Model):
    def call(self, x):
        return x * tf.Variable(1.0)


class Multiplies(L.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(4, 2))

    def call(self, x):
        return tf.matmul(x, self.w)


class Reshapes(L.Layer):
    def call(self, x):
        return keras.ops.reshape(x, (-1, 7))


class Wants(L.Layer):
    def __init__(self, k):
        super().__init__()
        self.k = k


class Asks(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        return logs["val_loss"]


def refusing_loss(target, output):
    raise ValueError("no good")


def numpy_loss(target, output):
    return np.mean((target - output) ** 2)


def product_loss(target, output):
    return tf.reduce_mean(tf.matmul(target, output))


def testing_loss(target, output):
    return output if target > output else target


def named():
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    return keras.Model([a, b], L.Concatenate()([a, b]))


def two_outputs():
    x = keras.Input((5,))
    model = keras.Model(x, [L.Dense(1)(x), L.Dense(2)(x)])
    model.compile("sgd", ["mse", "mse"])
    return model


def names_of_outputs(**compiled_with):
    x = keras.Input((5,))
    model = keras.Model(x, {"a": L.Dense(1, name="a")(x), "b": L.Dense(3, name="b")(x)})
    model.compile("adam", **compiled_with)
    return model


def steps_out():
    model = sequential(keras.Input((None, 3)), L.LSTM(3, return_sequences=True))
    model.compile("adam", "categorical_crossentropy")
    return model


def another_optimizer():
    optimizer = keras.optimizers.Adam()
    for features in (5, 3):
        model = sequential(keras.Input((features,)), L.Dense(1))
        model.compile(optimizer, "mse")
        fit(model, ones((4, features)), ones((4, 1)))


def dataset(x, batch=2):
    data = tf.data.Dataset.from_tensor_slices((x, ones(len(x))))
    return data.batch(batch) if batch else data


def maps_by_name(x, y):
    return x["price"], y


def with_metric(metric, units):
    model = compiled(units, "softmax", "sparse_categorical_crossentropy")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=[metric])
    return model


def fixed_batch():
    model = sequential(keras.Input(batch_shape=(4, 5, 3)), L.LSTM(2, stateful=True), L.Dense(1))
    model.compile("sgd", "mse")
    return model


def class_without_config(folder):
    sequential(keras.Input((5,)), Wants(3)).save(folder / "wants.keras")
    keras.models.load_model(folder / "wants.keras", custom_objects={"Wants": Wants})


def own_loss_file(folder):
    compiled(loss=refusing_loss).save(folder / "loss.keras")
    keras.models.load_model(folder / "loss.keras")


def cut_file(folder):
    compiled().save(folder / "cut.keras")
    whole = (folder / "cut.keras").read_bytes()
    (folder / "cut.keras").write_bytes(whole[: len(whole) // 2])
    keras.models.load_model(folder / "cut.keras")


class Faulty(L.Layer):
    def call(self, x):
        return {"a": x}["b"]


def old_file(folder):
    model = compiled()
    model.save(folder / "old.h5")
    keras.models.load_model(folder / "old.h5")


def no_model_file(folder):
    (folder / "text.h5").write_text("hello")
    keras.models.load_model(folder / "text.h5")


def lambda_file(folder):
    sequential(keras.Input((5,)), L.Lambda(lambda x: x * 2)).save(folder / "lambda.keras")
    keras.models.load_model(folder / "lambda.keras")


# while a model is built
BUILD = {
    "conv without channels": ("layer_channels", lambda: sequential(keras.Input((28, 28)), L.Conv2D(4, 3))),
    "conv without channels, functional": ("layer_channels", lambda: L.Conv2D(4, 3)(keras.Input((28, 28)))),
    "pooling without channels": ("layer_channels", lambda: sequential(keras.Input((28, 28)), L.MaxPooling2D())),
    "conv1d on features": ("layer_steps", lambda: sequential(keras.Input((20,)), L.Conv1D(4, 3))),
    "lstm on features": ("layer_steps", lambda: sequential(keras.Input((20,)), L.LSTM(4))),
    "conv counts samples": ("layer_samples", lambda: sequential(keras.Input((100, 28, 28, 1)), L.Conv2D(4, 3))),
    "lstm counts samples": ("layer_samples", lambda: sequential(keras.Input((100, 5, 3)), L.LSTM(4))),
    "lstm on lstm": ("layer_sequences", lambda: sequential(keras.Input((5, 3)), L.LSTM(4), L.LSTM(2))),
    "gru on gru, functional": ("layer_sequences", lambda: L.GRU(2)(L.GRU(2)(keras.Input((5, 3))))),
    "lstm on embedded pictures": (
        "layer_axes", lambda: sequential(keras.Input((5, 3)), L.Embedding(9, 4), L.LSTM(2))),
    "time distributed on features": ("layer_axes", lambda: L.TimeDistributed(L.Dense(2))(keras.Input((5,)))),
    "conv larger than picture": ("layer_window", lambda: sequential(keras.Input((4, 4, 1)), L.Conv2D(2, 7))),
    "pooled to nothing": (
        "layer_window", lambda: sequential(keras.Input((4, 4, 1)), L.Conv2D(2, 3), L.MaxPooling2D(3))),
    "add unequal": ("layer_merge", lambda: L.Add()([keras.Input((3,)), keras.Input((4,))])),
    "concatenate unequal": ("layer_merge", lambda: L.Concatenate()([keras.Input((3, 2)), keras.Input((4, 2))])),
    "concatenate other ranks": ("layer_merge", lambda: L.Concatenate()([keras.Input((3, 2)), keras.Input((4,))])),
    "reshape unequal": ("layer_reshape", lambda: sequential(keras.Input((20,)), L.Reshape((3, 7)))),
    "reshape after dense": (
        "layer_reshape", lambda: sequential(keras.Input((5,)), L.Dense(100), L.Reshape((8, 8, 2)))),
    "open features": ("layer_undefined", lambda: sequential(keras.Input((None,)), L.Dense(2))),
    "flattened open picture": (
        "layer_undefined", lambda: sequential(keras.Input((None, None, 3)), L.Conv2D(2, 3), L.Flatten(), L.Dense(2))),
    "stateful without batch": ("layer_stateful", lambda: sequential(keras.Input((5, 3)), L.LSTM(2, stateful=True))),
    "misspelt activation": ("error_name", lambda: L.Dense(2, "rleu")),
    "misspelt optimizer": ("error_name", lambda: compiled().compile("adamm", "mse")),
    "units with a decimal point": ("error_whole_number", lambda: L.Dense(2.5)),
    "a whole number as a double": ("error_whole_number", lambda: L.Dense(2.0)),
    "rows of a table as a double": ("error_whole_number", lambda: L.Embedding(1000.0, 2)),
    "a window as a double": ("error_whole_number", lambda: L.MaxPooling2D(2.0)),
    "layers as tensors": ("error_tensors", lambda: keras.Model(L.Dense(2), L.Dense(1))),
    "layers one by one": ("error_layers", lambda: keras.Sequential(L.Dense(2), L.Dense(1))),
    "text among layers": ("error_layers", lambda: keras.Sequential([L.Dense(2), "relu"])),
    "one tensor to join": ("layer_one_tensor", lambda: L.Concatenate()(keras.Input((3,)))),
    "one tensor to add": ("layer_one_tensor", lambda: L.Add()(keras.Input((3,)))),
    "a model as a tensor": ("error_positional", lambda: L.Dense(2)(models.dense())),
    "metrics as text": ("error_metrics_list", lambda: models.dense().compile(loss="mse", metrics="mae")),
    "one-hot labels from 1": ("error_categories", lambda: keras.utils.to_categorical([1, 2, 3], 3)),
    "one-hot labels of text": ("error_categories", lambda: keras.utils.to_categorical(["a", "b"])),
    "no such layer": ("error_layer_name", lambda: models.dense().get_layer("zzz")),
    "no such layer's number": ("error_layer_name", lambda: models.dense().get_layer(index=5)),
    "misspelt layer": ("error_attribute", lambda: L.dense(2)),
    "misspelt method": ("error_attribute", lambda: models.dense().summery()),
    "shape as a number": ("error_shape_number", lambda: keras.Input(shape=5)),
    "numpy on a symbol": ("error_symbolic", lambda: np.sin(keras.Input((5,)))),
    "tensorflow on a symbol": ("error_symbolic", lambda: tf.sin(keras.Input((5,)))),
    "unet, one pixel more": (
        "layer_merge", lambda: L.Concatenate()([keras.Input((33, 33, 2)), keras.Input((32, 32, 2))])),
    "conv1d longer than series": ("layer_window", lambda: sequential(keras.Input((3, 1)), L.Conv1D(2, 5))),
    "time distributed conv": (
        "layer_axes", lambda: sequential(keras.Input((28, 28)), L.TimeDistributed(L.Conv1D(2, 3)))),
    "two tensors for one layer": ("layer_inputs", lambda: L.Dense(2)([keras.Input((3,)), keras.Input((3,))])),
    "a number as input": ("error_positional", lambda: L.Dense(2)(keras.Input((3,)), 5)),
    "units as text": ("error_units", lambda: L.Dense("3")),
    "misspelt argument": ("error_argument", lambda: L.Dense(2, kernel_initialiser="zeros")),
    "learning rate of old": ("error_argument", lambda: keras.optimizers.Adam(lr=0.1)),
    "never called": ("error_unbuilt", lambda: sequential(L.Dense(2)).count_params()),
    "test on a symbol": ("error_symbolic", lambda: bool(keras.Input((3,)) > 0)),
    "dense, both ways": ("error_wrapped", lambda: L.Bidirectional(L.Dense(3))),
    "class of an optimizer": ("error_class", lambda: compiled().compile(keras.optimizers.Adam, "mse")),
    "class of a layer": ("error_class", lambda: sequential(L.Dense)),
    "output in a sequence": ("error_layer", lambda: sequential(keras.Input((3,)), L.Dense(3)(keras.Input((3,))))),
    "attention to nothing": ("error_missing_part", lambda: L.MultiHeadAttention(2, 4)(keras.Input((4, 8)))),
    "units of numpy": ("error_units", lambda: L.Dense(np.int64(3))),
    "heads": ("error_units", lambda: L.MultiHeadAttention(num_heads=0, key_dim=3)),
    "optimizer of old": ("error_removed", lambda: keras.optimizers.legacy.Adam()),
    "model in a model": ("layer_model", lambda: models.dense()(keras.Input((6,)))),
    "depth or channels": ("layer_axes", lambda: L.Conv3D(4, 3)(keras.Input((28, 28, 3)))),
    "categories from one": ("error_categories", lambda: keras.utils.to_categorical([1, 2, 3], num_classes=3)),
    "categories of text": ("error_categories", lambda: keras.utils.to_categorical(["a", "b"])),
    "own layer, product": ("error_own_code", lambda: sequential(keras.Input((5,)), Multiplies())),
    "another input": ("error_graph", lambda: keras.Model(keras.Input((5,)), L.Dense(1)(keras.Input((5,))))),
}  # fmt: skip

labels = np.array([1, 2, 3, 10])
# at a call; what the frames hold is checked anew
CALL = {
    "features": ("shape_features", lambda: predict(models.dense(), ones((10, 6)))),
    "features, used": ("shape_features", lambda: predict(used(models.dense(), ones((3, 5))), ones((10, 6)))),
    "features, on batch": ("shape_features", lambda: models.dense().predict_on_batch(ones((10, 6)))),
    "features, called": ("shape_features", lambda: models.dense()(ones((10, 6)))),
    "features of steps, used": (
        "shape_features", lambda: predict(used(models.lstm(), ones((3, 5, 3))), ones((10, 5, 4)))),
    "flat steps": ("error_input_shape", lambda: predict(models.lstm(), ones((10, 15)))),
    "flat steps, used": (
        "error_unknown_rank", lambda: predict(used(models.lstm(), ones((3, 5, 3))), ones((10, 15)))),
    "one of two inputs": ("structure_one_for_many", lambda: predict(models.two(), ones((4, 3)))),
    "units": ("label_columns", lambda: fit(compiled(10), ones((4, 5)), ones((4, 20)))),
    "units, used": (
        "label_columns", lambda: fit(used(compiled(10), ones((4, 5)), ones((4, 10))), ones((4, 5)), ones((4, 20)))),
    "labels for one-hot": ("label_sparse_onehot", lambda: fit(
        compiled(10, "softmax", "categorical_crossentropy"), ones((4, 5)), np.array([0, 3, 2, 9]))),
    "one-hot for labels": ("label_onehot_sparse", lambda: fit(
        compiled(10, "softmax", "sparse_categorical_crossentropy"), ones((4, 5)), np.eye(10)[:4])),
    "labels from one": ("label_one_based", lambda: fit(
        compiled(10, "softmax", "sparse_categorical_crossentropy"), ones((4, 5)), labels)),
    "missing flatten": ("error_target_flatten", lambda: fit(
        flat_missing("categorical_crossentropy"), ones((4, 8, 8, 1)), np.eye(10)[:4])),
    "missing flatten, labels": ("error_target_flatten", lambda: fit(
        flat_missing("sparse_categorical_crossentropy"), ones((4, 8, 8, 1)), np.arange(4))),
    "cardinality": ("label_rows", lambda: fit(compiled(), ones((4, 5)), ones((5, 1)))),
    "cardinality, used": (
        "label_rows", lambda: fit(used(compiled(), ones((4, 5)), ones((4, 1))), ones((4, 5)), ones((5, 1)))),
    "no targets": ("error_no_targets", lambda: compiled().fit(ones((4, 5)), verbose=0)),
    "not compiled": ("model_uncompiled", lambda: fit(models.dense(), ones((4, 5)), ones((4, 1)))),
    "objects with a gap": (
        "missing_values", lambda: predict(models.dense(), np.array([[1, None, 3, 4, 5]], dtype=object))),
    "text": ("dtype_text", lambda: predict(models.dense(), np.array([["a"] * 5]))),
    "text labels": ("error_values", lambda: fit(
        compiled(2, "softmax", "sparse_categorical_crossentropy"), ones((4, 5)), np.array(["a", "b", "a", "b"]))),
    "a set": ("structure_kind", lambda: predict(models.dense(), {1, 2, 3})),
    "nested lists": ("error_kind", lambda: predict(models.dense(), [[1.0, 2, 3, 4, 5]])),
    "None": ("error_no_data", lambda: predict(models.dense(), None)),
    "no rows": ("error_no_rows", lambda: predict(models.dense(), ones((0, 5)))),
    "token beyond": ("ids_outside", lambda: predict(models.integer(), np.array([[1, 99]]))),
    "stateful batch": ("batch_stateful_rows", lambda: predict(models.stateful(), ones((5, 5, 3)))),
    "batch size with a decimal point": (
        "error_whole_number", lambda: fit(compiled(), ones((4, 5)), ones((4, 1)), batch_size=2.0)),
    "spoiled": ("error_spoiled", spoiled),
    "relaxed": ("error_unknown_rank", relaxed),
    "evaluated twice": ("error_unknown_rank", evaluated_twice),
    "makes variables": ("error_variable", lambda: predict(MakesVariables(), ones((2, 3)))),
    "own layer": ("error_own_code", lambda: Faulty()(keras.Input((3,)))),
    "out of memory": ("error_memory", lambda: tf.zeros((10**6, 10**6, 100))),
    "out of memory, numpy": ("error_memory", lambda: np.zeros((10**7, 10**7))),
    "NaN": ("error_nan", lambda: tf.debugging.check_numerics(tf.constant([np.nan]), "loss")),
    "misspelt loss": ("error_name", lambda: fit(compiled(loss="msee"), ones((4, 5)), ones((4, 1)))),
    "weights of another model": ("error_unknown", lambda: models.dense().set_weights([ones((3, 1))])),
    "an argument of old": ("error_argument", lambda: L.LSTM(2, time_major=True)),
    "one image": ("error_form", lambda: predict(models.conv(), ones((8, 6, 1)))),
    "one sample": ("error_form", lambda: predict(models.dense(), ones(5))),
    "list of samples": (
        "error_form", lambda: compiled_lstm().fit([ones((5, 3)) for _ in range(4)], ones(4), verbose=0)),
    "list of targets": ("error_kind", lambda: fit(compiled(), ones((4, 5)), [1, 2, 3, 4])),
    "weights for fewer": ("sample_weight_rows", lambda: fit(
        compiled(), ones((4, 5)), ones((4, 1)), sample_weight=ones(3))),
    "validation features": ("shape_features", lambda: fit(
        compiled(), ones((4, 5)), ones((4, 1)), validation_data=(ones((4, 6)), ones((4, 1))))),
    "validation rows": ("label_rows", lambda: fit(
        compiled(), ones((4, 5)), ones((4, 1)), validation_data=(ones((4, 5)), ones((3, 1))))),
    "class of a callback": ("error_class", lambda: fit(
        compiled(), ones((4, 5)), ones((4, 1)), callbacks=[keras.callbacks.EarlyStopping])),
    "weights in columns": ("sample_weight_shape", lambda: fit(
        compiled(), ones((4, 5)), ones((4, 1)), sample_weight=ones((4, 2)))),
    "generator of lists": ("error_generator", lambda: compiled().fit(
        (batch for batch in [[ones((4, 5)), ones((4, 1))]]), steps_per_epoch=1, verbose=0)),
    "generator of numbers": ("error_one_number", lambda: compiled().fit(
        (batch for batch in [(ones((4, 5)), 1.0)]), steps_per_epoch=1, verbose=0)),
    "words that nothing knows": ("model_not_learned", lambda: predict(
        sequential(keras.Input((1,), dtype="string"), L.TextVectorization()), tf.constant([["a b"]]))),
    "dataset features": ("shape_features", lambda: compiled().fit(dataset(ones((4, 6))), verbose=0)),
    "dataset without batches": ("error_form", lambda: compiled().fit(dataset(ones((4, 5)), 0), verbose=0)),
    "dataset and y": ("stream_y", lambda: compiled().fit(dataset(ones((4, 5))), ones(4), verbose=0)),
    "dataset, own map": ("error_own_code", lambda: dataset(ones((4, 5))).map(maps_by_name)),
    "missing input": ("structure_names", lambda: predict(named(), {"a": ones((4, 3))})),
    "one of two targets": ("label_outputs", lambda: fit(two_outputs(), ones((4, 5)), ones((4, 1)))),
    "metric on labels": ("error_metric", lambda: fit(
        with_metric(keras.metrics.AUC(), 2), ones((4, 5)), np.array([0, 1, 1, 0]))),
    "fixed batch, fit": ("error_batch", lambda: fit(fixed_batch(), ones((8, 5, 3)), ones((8, 1)))),
    "loss of no output": ("error_compiled_names", lambda: fit(
        names_of_outputs(loss={"a": "mse", "z": "mse"}), ones((4, 5)), {"a": ones((4, 1)), "b": ones((4, 3))})),
    "metrics of one output": ("error_compiled_names", lambda: fit(
        names_of_outputs(loss="mse", metrics=["mae"]), ones((4, 5)), {"a": ones((4, 1)), "b": ones((4, 3))})),
    "steps of targets": ("error_target_shape", lambda: fit(
        steps_out(), ones((2, 5, 3)), ones((2, 4, 3)))),
    "optimizer of another": ("error_optimizer", another_optimizer),
    "no gradients": ("error_gradients", lambda: keras.optimizers.SGD().apply_gradients([(None, tf.Variable(1.0))])),
    "never adapted": ("error_adapted", lambda: L.TextVectorization()(np.array(["a b"]))),
    "two number types": ("error_dtypes", lambda: tf.matmul(tf.ones((2, 3)), tf.ones((3, 2), tf.float64))),
    "own loss": ("error_own_code", lambda: fit(compiled(loss=refusing_loss), ones((4, 5)), ones((4, 1)))),
    "own loss, product": ("error_own_code", lambda: fit(compiled(loss=product_loss), ones((4, 5)), ones((4, 1)))),
    "own loss, numpy": ("error_symbolic", lambda: fit(compiled(loss=numpy_loss), ones((4, 5)), ones((4, 1)))),
    "own loss, test": ("error_symbolic", lambda: fit(compiled(loss=testing_loss), ones((4, 5)), ones((4, 1)))),
    "own callback": ("error_own_code", lambda: fit(compiled(), ones((4, 5)), ones((4, 1)), callbacks=[Asks()])),
    "own layer, reshape": (
        "error_own_code", lambda: predict(sequential(keras.Input((5,)), Reshapes()), ones((4, 5)))),
    "method of old": ("error_removed", lambda: compiled().predict_classes(ones((4, 5)))),
    "module of old": ("error_removed", lambda: importlib.import_module("keras.layers.core")),
    "class of old": ("error_removed", lambda: keras.preprocessing.text.Tokenizer()),
    "TensorFlow 1": ("error_removed", lambda: tf.Session()),
    "epochs of old": ("error_argument", lambda: compiled().fit(ones((4, 5)), ones((4, 1)), nb_epoch=3)),
    "callbacks as text": ("error_callback", lambda: fit(compiled(), ones((4, 5)), ones((4, 1)), callbacks=["stop"])),
    "no loss": ("error_uncompiled", lambda: without_loss()),
    "rows of unequal length": ("error_ragged", lambda: np.array([[1, 2, 3], [1, 2]], dtype="float32")),
    "not Keras'": ("error_not_keras", lambda: {}["a"]),
    "not Keras' either": ("error_not_keras", lambda: int("a")),
}  # fmt: skip


def compiled_lstm():
    model = sequential(keras.Input((5, 3)), L.LSTM(4), L.Dense(1))
    model.compile("sgd", "mse")
    return model


def without_loss():
    model = models.dense()
    model.compile("sgd")
    fit(model, ones((4, 5)), ones((4, 1)))


def flat_missing(loss):
    model = sequential(keras.Input((8, 8, 1)), L.Conv2D(2, 3), L.Dense(10, "softmax"))
    model.compile("sgd", loss)
    return model


LOAD = {
    "mse of Keras 2": ("error_load", old_file),
    "text as h5": ("error_load", no_model_file),
    "lambda": ("error_load", lambda_file),
    "missing": ("error_load", lambda folder: keras.models.load_model(folder / "none.keras")),
    "class without its arguments": ("error_load", class_without_config),
    "own loss in a file": ("error_load", own_loss_file),
    "cut off": ("error_load", cut_file),
    "ending": ("error_load", lambda folder: compiled().save(folder / "model")),
    "a folder": ("error_load", lambda folder: keras.models.load_model(folder)),
}

# as users posted them: older versions, other languages around them, logs
TEXTS = {
    "InvalidArgumentError: Graph execution error:\n\nDetected at node compile_loss/mse/mul defined at (most recent call "
    "last):\nIncompatible shapes: [6,2] vs. [6]\n\t [[{{node compile_loss/mse/mul}}]]": "error_weights",
    "Error: ERROR: The requested version of Python ('/usr/bin/python3') cannot be used, as another version of Python "
    "('/home/u/.virtualenvs/r-reticulate/bin/python') has already been initialized.": "error_python_other",
    "ImportError: /usr/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by "
    "/home/u/lib/python3.10/site-packages/tensorflow/libtensorflow_framework.so.2)": "error_library",
    "ImportError: DLL load failed while importing _pywrap_tensorflow_internal: The specified module could not be "
    "found.": "error_library",
    "ValueError: The structure of `inputs` doesn't match the expected structure. Expected: keras_tensor_22 Received: "
    "{'Sepal.Length': 'Tensor(shape=(None,))'}": "error_structure",
    "ValueError: Input 0 of layer conv2d is incompatible with the layer: : expected min_ndim=4, found ndim=3. "
    "Full shape received: [32, 300, 300]": "layer_channels",
    "ValueError: Input 0 of layer conv2d is incompatible with the layer: : expected min_ndim=4, found ndim=3. "
    "Full shape received: [416, 416, 3]": "layer_one_sample",
    "ValueError: Input 0 of layer conv1 is incompatible with the layer: : expected min_ndim=4, found ndim=3. "
    "Full shape received: [32, 64, 3]": "layer_axes",
    "ValueError: Input 0 is incompatible with layer conv2d_1: expected ndim=4, found ndim=3": "layer_rank",
    "ValueError: Input 0 is incompatible with layer flatten_3: expected min_ndim=3, found ndim=2": "layer_rank",
    "Error in py_call_impl(callable, call_args$unnamed, call_args$named) : \n  ValueError: Input 0 with name 'None' of "
    "layer 'lstm' is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received: (None, 20)\n"
    "Run `reticulate::py_last_error()` for details.": "layer_steps",
    "ValueError: Error when checking input: expected dense_1_input to have shape (5,) but got array with shape (6,)":
        "error_input_shape",
    "ValueError: Error when checking input: expected lstm_1_input to have 3 dimensions, but got array with shape "
    "(10, 15)": "error_input_rank",
    "ValueError: Error when checking target: expected dense_2 to have shape (10,) but got array with shape (1,)":
        "error_target_shape",
    "ValueError: Shapes (None, 1) and (None, 10) are incompatible": "error_target_shape",
    "InvalidArgumentError: logits and labels must have the same first dimension, got logits shape [32,10] and labels "
    "shape [320]\n\t [[node loss/SparseSoftmaxCrossEntropyWithLogits]]": "error_target_rows",
    "ValueError: Failed to convert a NumPy array to a Tensor (Unsupported object type float).": "error_values",
    "ValueError: could not convert string to float: 'male'": "error_values",
    "ValueError: Unknown layer: layers": "error_load",
    "TypeError: Error when deserializing class 'InputLayer' using config={'batch_shape': [None, 28]}": "error_load",
    "ValueError: Unrecognized keyword arguments: ['batch_shape']": "error_load",
    "ValueError: Unable to load weights saved in HDF5 format into a subclassed Model": "error_load",
    "RuntimeError: You must compile your model before training/testing.": "error_uncompiled",
    "ValueError: This model has not yet been built. Build the model first by calling `build()`": "error_unbuilt",
    "ValueError: Data cardinality is ambiguous:\n  x sizes: 100\n  y sizes: 80\nMake sure all arrays contain the same "
    "number of samples.": "error_rows",
    "InvalidArgumentError: indices[0,2] = 9 is not in [0, 5)": "error_ids",
    "InvalidArgumentError: Received a label value of 10 which is outside the valid range of [0, 10)":
        "error_label_range",
    "ResourceExhaustedError: OOM when allocating tensor with shape[256,64,224,224] and type float on "
    "/job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc": "error_memory",
    "2024-01-01 10:00:00.0: I external/local_tsl/tsl/cuda/cudart_stub.cc:31] Could not find cuda drivers on your "
    "machine, GPU will not be used.": "error_gpu",
    "10/10 - 0s - loss: nan - accuracy: 0.1": "error_nan",
    "Error in UseMethod(\"predict\") : no applicable method for 'predict' applied to an object of class "
    "\"c('keras.src.models.sequential.Sequential')\"": "error_r_method",
    "Matrix size-incompatible: In[0]: [10,6], In[1]: [5,4]\n [[{{node sequential_1/dense_1/Tanh}}]]": "layer_features",
    "If an RNN is stateful, the batch size ... \n- Expected batch size: 3\n- Received batch size: 5": "error_batch",
    "The model expects 2 input(s), but it received 1 input tensors.": "error_inputs",
    "Could not find cuda drivers on your machine, GPU will not be used.\nTraceback (most recent call last):\n  File "
    "\"a.py\", line 3, in <module>\n    f()\nValueError: some new sentence of a Keras layer": "error_unknown",
    "Epoch 3/9 loss: nan\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nValueError: Data "
    "cardinality is ambiguous:\n  x sizes: 10\n  y sizes: 9": "error_rows",
    "WARNING:tensorflow:5 out of the last 5 calls to <function f> triggered tf.function retracing.": "error_noise",
    "#> Error in py_call_impl(callable, call_args$unnamed, call_args$named) : \n#>   ValueError: Input 0 with name 'None' "
    "of layer 'dense_1' is\n#> incompatible with the layer: expected axis -1 of input shape to\n#> have value 5, but "
    "received input with shape (32, 6)": "layer_features",
    "ModuleNotFoundError: No module named 'tensorflow'": "error_not_found",
    "Error: Python module keras was not found.": "error_not_found",
    "Error: Python module tensorflow.keras was not found.": "error_not_found",
    "Unable to access object (object is from previous session and is now invalid)": "error_pointer",
    "Error in layer_dense(., units = 3) : could not find function \"layer_dense\"": "error_r_function",
    "Error in x %>% f : could not find function \"%>%\"": "error_r_function",
    "Error in load_model_hdf5(\"a.h5\") : could not find function \"load_model_hdf5\"": "error_removed",
    "Error in predict_classes(m, x) : could not find function \"predict_classes\"": "error_removed",
    "Error in optimizer_adam(lr = 0.1) : unused argument (lr = 0.1)": "error_argument",
    "Error in f(lr = 0.1) : unused argument (lr = 0.1)": "error_unknown_text",
    "ValueError: setting an array element with a sequence.": "error_ragged",
    "ValueError: bad marshal data (unknown type code)": "error_load",
    "ValueError: Missing data for input \"b\". You passed a data dictionary with keys ['a'].": "error_input_missing",
    "ValueError: y_true and y_pred have different structures.": "error_outputs",
    "InvalidArgumentError: Input to reshape is a tensor with 30 values, but the requested shape requires a multiple of 7"
    "\n\t [[{{node sequential/reshape/Reshape}}]]": "layer_reshape_values",
    "TypeError: Input 'y' of 'Mul' Op has type float32 that does not match type float64 of argument 'x'.": "error_dtypes",
    "KeyError: 'price'": "error_unknown_text",
    "the cat sat on the mat": "error_unknown_text",
    "ValueError: some new sentence of a Keras layer": "error_unknown",
}  # fmt: skip
