"""type = "class" and "prob": classes of training, thresholds, logits, and what is refused."""

from __future__ import annotations

import warnings

import keras
import kerasguard as kg
import ml_dtypes
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard import answers, restore
from kerasguard.activations import activation_behind
from kerasguard.blueprints import Blueprint, InputSeen, OutputSeen, keep_blueprint
from kerasguard.signature import make_signature
from needs import tf
from scenarios import numbers, sorter, steps_sorter, with_two_outputs

L = keras.layers
ABC = ("a", "b", "c")
X = numbers(40, 5)
YES = ("no", "yes")


def taught(model, *outputs):
    keep_blueprint(model, Blueprint((InputSeen(()),) * max(len(getattr(model, "inputs", ())), 1), outputs))
    return model


def seen(*classes, form="codes", **more):
    return OutputSeen((), classes or None, form=form, **more)


def raw(model, x=X, **options):
    return model.predict(np.asarray(x, "float32"), verbose=0, **options)


def refused(code, model, x=X, **options):
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, x, **options)
    assert caught.value.code == code
    return caught.value


def loss(name, **options):
    return getattr(keras.losses, name)(**options)


def same(found, expected):
    assert isinstance(found, pd.Categorical)
    assert list(found) == list(expected)


# what comes back


def test_several_units_give_the_greatest_as_a_category():
    model = sorter()
    found = kg.safe_predict(model, X, type="class")
    same(found, np.array(ABC)[raw(model).argmax(axis=1)])
    assert list(found.categories) == list(ABC)
    assert not found.ordered
    assert len(set(found)) > 1


def test_classes_keep_their_type_and_order():
    ordered = kg.safe_predict(taught(models.dense(units=3, activation="softmax"), seen("low", "mid", "high", ordered=True)), X, type="class")  # fmt: skip
    assert ordered.ordered
    assert list(ordered.categories) == ["low", "mid", "high"]
    for classes in ((3, 5, 8), (1.5, 2.5, 3.5)):
        found = kg.safe_predict(sorter(classes=classes), X, type="class")
        assert list(found.categories) == list(classes)
    found = kg.safe_predict(sorter(1, "sigmoid", (False, True)), X, type="class")
    assert found.categories.dtype == bool


def test_probabilities_are_the_numbers_of_the_model_as_doubles():
    model = sorter()
    found = kg.safe_predict(model, X, type="prob")
    assert list(found) == [".pred_a", ".pred_b", ".pred_c"]
    assert set(found.dtypes) == {np.dtype("float64")}
    np.testing.assert_array_equal(found.to_numpy(), raw(model))


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, np.float32(0.6), 1, 1.0])
def test_one_unit_is_the_second_class_from_the_threshold_on(threshold):
    model = sorter(1, "sigmoid", YES)
    found = kg.safe_predict(model, X, type="class", threshold=threshold)
    same(found, np.where(raw(model)[:, 0].astype(float) >= float(threshold), "yes", "no"))
    table = kg.safe_predict(model, X, type="prob")
    assert list(table) == [".pred_no", ".pred_yes"]
    np.testing.assert_array_equal(table[".pred_yes"], raw(model)[:, 0])
    np.testing.assert_array_equal(table.sum(axis=1), 1)


def test_a_probability_at_the_threshold_is_the_second_class_and_of_equal_ones_the_first():
    zero = keras.Sequential([keras.Input((5,)), L.Dense(1, "sigmoid", kernel_initializer="zeros")])
    same(kg.safe_predict(taught(zero, seen(*YES, form="binary")), X[:2], type="class"), ["yes", "yes"])
    zeros = keras.Sequential([keras.Input((5,)), L.Dense(3, "softmax", kernel_initializer="zeros")])
    same(kg.safe_predict(taught(zeros, seen(*ABC)), X[:2], type="class"), ["a", "a"])


def test_numbers_are_pred():
    model = sorter(1, None, (), loss="mse")
    assert list(kg.safe_predict(model, X, type="prob")) == [".pred"]
    np.testing.assert_array_equal(kg.safe_predict(model, X, type="prob").to_numpy(), raw(model))
    two = taught(models.dense(units=2), seen(names=("width", "height")))
    assert list(kg.safe_predict(two, X, type="prob")) == [".pred_width", ".pred_height"]
    assert list(kg.safe_predict(taught(models.dense(units=2), seen()), X, type="prob")) == [".pred_1", ".pred_2"]


def test_numbers_need_no_names_where_the_loss_is_one_of_numbers():
    model = models.dense(units=2)
    refused("type_unlearned", model, type="prob")
    model.compile(loss="mae")
    assert list(kg.safe_predict(model, X, type="prob")) == [".pred_1", ".pred_2"]
    refused("type_numbers", model, type="class")


def test_labels_of_each_of_several_columns():
    model = taught(models.dense(units=3, activation="sigmoid"), seen(names=("cat", "dog", "owl")))
    assert list(kg.safe_predict(model, X, type="prob")) == [".pred_cat", ".pred_dog", ".pred_owl"]
    one_of_them = taught(models.dense(units=3, activation="sigmoid"), seen(*ABC, form="one-hot"))
    np.testing.assert_array_equal(kg.safe_predict(one_of_them, X, type="prob").to_numpy(), raw(one_of_them))
    same(kg.safe_predict(one_of_them, X, type="class"), np.array(ABC)[raw(one_of_them).argmax(axis=1)])


# rows


def test_the_index_of_pandas_is_kept_where_rows_are_samples():
    model, index = sorter(), pd.Index([f"r{i}" for i in range(40)])
    assert kg.safe_predict(model, pd.DataFrame(X, index=index), type="prob").index.equals(index)
    assert kg.safe_predict(model, X, type="prob").index.equals(pd.RangeIndex(40))
    single = taught(models.dense(1, 3, "softmax"), seen(*ABC))
    series = pd.Series([1.0, 2.0, 3.0], index=[7, 9, 7])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kg.RepairNotice)
        assert list(kg.safe_predict(single, series, type="prob").index) == [7, 9, 7]
        one = kg.safe_predict(model, pd.Series(X[0], index=list("vwxyz")), type="prob")
    assert list(one.index) == [0]
    numeric = taught(models.two(), seen())
    frames = [pd.DataFrame(numbers(3, 3), index=list("xyz")), pd.DataFrame(numbers(3, 2), index=list("xyz"))]
    assert list(kg.safe_predict(numeric, frames, type="prob").index) == list("xyz")
    frames[1].index = list("xyw")
    assert list(kg.safe_predict(numeric, frames, type="prob").index) == [0, 1, 2]


@pytest.mark.parametrize("model", [sorter, lambda: sorter(1, "sigmoid", YES)], ids=["three", "binary"])
def test_no_rows_and_one_row(model):
    net = model()
    found = kg.safe_predict(net, np.zeros((0, 5)), type="class")
    assert len(found) == 0
    assert list(found.categories) == (list(ABC) if net.output_shape[-1] == 3 else list(YES))
    assert kg.safe_predict(net, np.zeros((0, 5)), type="prob").shape == (0, len(found.categories))
    assert len(kg.safe_predict(net, X[:1], type="class")) == 1
    assert kg.safe_predict(net, X[:1], type="prob").shape == (1, len(found.categories))


@pytest.mark.parametrize("model", [sorter, lambda: sorter(1, "sigmoid", YES)], ids=["three", "binary"])
def test_left_out_rows_are_missing_and_the_others_as_they_are(model):
    net, holes = model(), X.copy()
    holes[[2, 7], 1] = np.nan
    found = kg.safe_predict(net, holes, type="class", missing="na_rows")
    whole = kg.safe_predict(net, X, type="class")
    assert list(np.flatnonzero(pd.isna(found))) == [2, 7]
    assert [v for i, v in enumerate(found) if i not in (2, 7)] == [v for i, v in enumerate(whole) if i not in (2, 7)]
    table = kg.safe_predict(net, holes, type="prob", missing="na_rows")
    assert table.isna().all(axis=1).to_list() == [i in (2, 7) for i in range(40)]


def test_an_answer_of_nan_is_no_class():
    layers = [L.Dense(3), L.Lambda(lambda t: keras.ops.sqrt(t)), L.Activation("softmax")]
    model = taught(keras.Sequential([keras.Input((5,)), *layers]), seen(*ABC))
    unknown = np.isnan(raw(model)).any(axis=1)
    assert unknown.any()
    found = kg.safe_predict(model, X, type="class")
    np.testing.assert_array_equal(pd.isna(found), unknown)
    one = taught(keras.Sequential([keras.Input((1,)), L.Lambda(lambda t: keras.ops.sqrt(t)), L.Activation("sigmoid")]), seen(*YES))  # fmt: skip
    same(kg.safe_predict(one, np.array([[-1.0], [4.0]]), type="class").dropna(), ["yes"])
    table = kg.safe_predict(one, np.array([[-1.0], [4.0]]), type="prob")
    assert table.isna().all(axis=1).to_list() == [True, False]


def test_streams_batches_and_callbacks():
    model = sorter()
    expected = list(kg.safe_predict(model, X, type="class"))
    batches = [X[i : i + 7].astype("float32") for i in range(0, 40, 7)]
    streams = [tf.data.Dataset.from_tensor_slices(X).batch(7), iter(batches), ((b, np.zeros(len(b))) for b in batches)]
    for stream in streams:
        same(kg.safe_predict(model, stream, type="class"), expected)
    table = kg.safe_predict(model, tf.data.Dataset.from_tensor_slices(X).batch(7), type="prob")
    np.testing.assert_allclose(table.to_numpy(), raw(model), atol=1e-6)
    empty = tf.data.Dataset.from_tensor_slices(X[:0]).batch(7)
    assert list(kg.safe_predict(model, empty, type="class").categories) == list(ABC)
    for options in (
        {"batch_size": 3},
        {"batch_size": "auto"},
        {"steps": 2},
        {"callbacks": [keras.callbacks.Callback()]},
    ):
        found = kg.safe_predict(model, X, type="class", **options)
        same(found, expected[: len(found)])
    refused("type_unlearned", models.dense(units=3, activation="softmax"), iter(batches), type="class")


# what the numbers are


def logit_models():
    softmax, sigmoid = tf.nn.softmax, tf.nn.sigmoid
    return {
        "sparse": (3, "SparseCategoricalCrossentropy", softmax),
        "categories": (3, "CategoricalCrossentropy", softmax),
        "focal": (3, "CategoricalFocalCrossentropy", softmax),
        "each": (3, "BinaryCrossentropy", sigmoid),
        "binary": (1, "BinaryCrossentropy", sigmoid),
        "binary focal": (1, "BinaryFocalCrossentropy", sigmoid),
    }


@pytest.mark.parametrize("name", logit_models())
def test_logits_are_recognised_by_the_compiled_loss(name):
    units, loss_name, link = logit_models()[name]
    classes = ABC if units == 3 else YES
    model = sorter(units, None, classes, loss=loss(loss_name, from_logits=True))
    expected = link(tf.cast(raw(model), "float64")).numpy()
    table = kg.safe_predict(model, X, type="prob").to_numpy()
    np.testing.assert_allclose(table[:, -units:], expected, rtol=1e-12)
    labels = expected.argmax(axis=1) if units == 3 else (expected[:, 0] >= 0.5).astype(int)
    same(kg.safe_predict(model, X, type="class"), np.array(classes)[labels])
    assert len(set(labels)) > 1


def test_a_threshold_of_logits_is_one_of_probabilities():
    model = sorter(1, None, YES, loss=loss("BinaryCrossentropy", from_logits=True))
    found = kg.safe_predict(model, X, type="class", threshold=0.6)
    same(found, np.where(tf.nn.sigmoid(raw(model)[:, 0].astype(float)) >= 0.6, "yes", "no"))


def test_great_logits_overflow_nowhere():
    model = taught(keras.Sequential([keras.Input((3,)), L.Rescaling(1.0)]), seen(*ABC))
    model.compile(loss=loss("SparseCategoricalCrossentropy", from_logits=True))
    x = np.array([[1e30, -1e30, 0.0], [-1e30, -1e30, -1e30], [800.0, 799.0, 0.0]])
    table = kg.safe_predict(model, x, type="prob").to_numpy()
    np.testing.assert_allclose(table[:2], [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(table.sum(axis=1), 1)
    one = taught(keras.Sequential([keras.Input((1,)), L.Rescaling(1.0)]), seen(*YES))
    one.compile(loss=loss("BinaryCrossentropy", from_logits=True))
    table = kg.safe_predict(one, np.array([[1e30], [-1e30], [-40.0]]), type="prob")
    np.testing.assert_allclose(table[".pred_yes"], [1, 0, np.exp(-40)])


def test_a_loss_of_logits_behind_a_softmax_is_not_taken_at_its_word():
    model = sorter(3, "softmax", loss=loss("SparseCategoricalCrossentropy", from_logits=True))
    np.testing.assert_array_equal(kg.safe_predict(model, X, type="prob").to_numpy(), raw(model))


def test_the_greatest_number_tells_the_class_whatever_the_reading():
    for options in ({}, {"loss": "mse"}, {"loss": "categorical_hinge"}, {"loss": "sparse_categorical_crossentropy"}):
        model = sorter(3, None, **options)
        same(kg.safe_predict(model, X, type="class"), np.array(ABC)[raw(model).argmax(axis=1)])
        refused("type_margin" if "hinge" in str(options) else "type_scores", model, type="prob")


@pytest.mark.parametrize("options", [{}, {"loss": "mse"}, {"loss": "binary_crossentropy"}], ids=str)
def test_one_unit_of_unknown_numbers_is_refused(options):
    for kind in ("class", "prob"):
        error = refused("type_scores", sorter(1, None, YES, **options), type=kind)
        assert "logits" in str(error)
        assert "probabilities" in str(error)
    assert isinstance(error, kg.LabelError)


def test_told_of_logits_the_guard_goes_on():
    model = sorter(3, None, loss="mse")
    code = next(line for line in str(refused("type_scores", model, type="prob")).splitlines() if "compile" in line)
    exec(code.replace("Fix:", "").strip(), {"model": model, "keras": keras})
    np.testing.assert_allclose(kg.safe_predict(model, X, type="prob").sum(axis=1), 1)


@pytest.mark.parametrize("activation", ["tanh", None])
@pytest.mark.parametrize("name", ["hinge", "squared_hinge"])
def test_of_a_hinge_loss_the_sign_tells(activation, name):
    model = sorter(1, activation, YES, loss=name)
    same(kg.safe_predict(model, X, type="class"), np.where(raw(model)[:, 0] > 0, "yes", "no"))
    refused("type_margin", model, type="prob")
    refused("option_threshold_unused", model, type="class", threshold=0.3)
    same(kg.safe_predict(model, X, type="class", threshold=0.5), kg.safe_predict(model, X, type="class"))


def endings():
    return {
        "layer": [L.Dense(3), L.Activation("softmax")],
        "softmax": [L.Dense(3), L.Softmax()],
        "activation is a layer": [L.Dense(3, activation=L.Softmax())],
        "nested": [keras.Sequential([L.Dense(4), keras.Sequential([L.Dense(3, "softmax")])])],
        "dropout": [L.Dense(3, "softmax"), L.Dropout(0.5)],
        "named": [L.Dense(3), L.Activation("softmax", dtype="float32")],
        "log": [L.Dense(3, "log_softmax")],
        "reshaped": [L.Dense(3, "softmax"), L.Reshape((1, 3)), L.Flatten()],
    }


@pytest.mark.parametrize("ending", endings())
def test_a_softmax_is_recognised_wherever_it_stands(ending):
    model = taught(keras.Sequential([keras.Input((5,)), *endings()[ending]]), seen(*ABC))
    table = kg.safe_predict(model, X, type="prob").to_numpy()
    expected = np.exp(raw(model)) if ending == "log" else raw(model)
    np.testing.assert_allclose(table, expected, rtol=1e-5)
    np.testing.assert_allclose(table.sum(axis=1), 1, rtol=1e-5)


def test_functional_endings_are_recognised():
    inputs = keras.Input((5,))
    inner = keras.Model(inputs, L.Dense(3, "softmax")(inputs))
    two = keras.Model(inputs, [L.Dense(2)(inputs), L.Dense(3, "softmax")(inputs)])
    ends = {
        "softmax": [inner(inputs), keras.ops.softmax(L.Dense(3)(inputs)), two(inputs)[1]],
        "sigmoid": [keras.ops.sigmoid(L.Dense(1)(inputs)), L.Flatten()(L.Activation("sigmoid")(L.Dense(1)(inputs)))],
        "linear": [two(inputs)[0], L.Dense(3)(L.Dense(3, "softmax")(inputs))],
        None: [L.Rescaling(2.0)(L.Dense(3, "softmax")(inputs)), L.Average()([inner(inputs), inner(inputs)])],
    }
    for name, tensors in ends.items():
        for tensor in tensors:
            assert activation_behind(tensor) == name
            assert make_signature(keras.Model(inputs, tensor)).outputs[0].activation == name
    steps = keras.Input((4, 5))
    assert activation_behind(L.TimeDistributed(L.Dense(2, "softmax"))(steps)) == "softmax"
    # shares of one axis that then lie on several
    assert activation_behind(L.Flatten()(L.Dense(2, "softmax")(steps))) is None


def test_numbers_of_ones_own_last_layer_are_read_as_the_loss_says_and_looked_at():
    def ending(scale):
        layers = [L.Dense(3, "softmax"), L.Rescaling(scale)]
        model = taught(keras.Sequential([keras.Input((5,)), *layers]), seen(*ABC))
        model.compile(loss="sparse_categorical_crossentropy")
        return model

    right = ending(1.0)
    np.testing.assert_array_equal(kg.safe_predict(right, X, type="prob").to_numpy(), raw(right))
    for scale in (0.5, -1.0, 2.0):
        error = refused("type_values", ending(scale), type="prob")
        assert len(str(error).splitlines()[0]) <= 80
    assert kg.safe_predict(ending(0.5), X, type="raw").shape == (40, 3)  # what its fix line does
    over_samples = taught(keras.Sequential([keras.Input((5,)), L.Dense(3), L.Softmax(axis=0)]), seen(*ABC))
    for kind in ("class", "prob"):
        refused("type_values", over_samples, type=kind)


def test_half_precision_answers():
    half = keras.Sequential([keras.Input((5,)), L.Dense(7, "softmax", dtype="float16")])
    table = kg.safe_predict(taught(half, seen(*"abcdefg")), X, type="prob")
    np.testing.assert_array_equal(table.to_numpy(), raw(half).astype("float64"))
    brain = keras.Sequential([keras.Input((5,)), L.Dense(7, "softmax", dtype="bfloat16")])
    assert raw(brain).dtype == ml_dtypes.bfloat16
    found = kg.safe_predict(taught(brain, seen(*"abcdefg")), X, type="class")
    same(found, np.array(list("abcdefg"))[raw(brain).astype(float).argmax(axis=1)])
    assert kg.safe_predict(brain, X, type="prob").shape == (40, 7)


# several outputs, sequences, models that declare nothing


def test_several_outputs_by_their_own_kind():
    model = with_two_outputs("softmax", ("cat", "dog"))
    found = kg.safe_predict(model, X, type="prob")
    assert {name: list(table) for name, table in found.items()} == {
        "kind": [".pred_cat", ".pred_dog"],
        "size": [".pred"],
    }
    np.testing.assert_array_equal(found["size"].to_numpy(), raw(model)["size"])
    refused("type_numbers", model, type="class")
    inputs = keras.Input((5,))
    both = keras.Model(inputs, [L.Dense(3, "softmax")(inputs), L.Dense(1, "sigmoid")(inputs)])
    taught(both, seen(*ABC), seen(*YES, form="binary"))
    first, second = kg.safe_predict(both, X, type="class", threshold=0.7)
    same(first, np.array(ABC)[raw(both)[0].argmax(axis=1)])
    same(second, np.where(raw(both)[1][:, 0] >= 0.7, "yes", "no"))
    taught(both, seen(*ABC))
    refused("type_unlearned", both, type="class")


def test_sequences_give_an_array_of_labels():
    model = steps_sorter()
    x = numbers(6, 4, 2)
    found = kg.safe_predict(model, x, type="class")
    np.testing.assert_array_equal(found, np.array(ABC, dtype=object)[raw(model, x).argmax(axis=-1)])
    assert found.dtype == object
    assert found.shape == (6, 4)
    refused("type_rank", model, x, type="prob")
    x[2, 1, 0] = np.nan
    found = kg.safe_predict(model, x, type="class", missing="na_rows")
    assert [v is None for v in found[:, 0]] == [i == 2 for i in range(6)]
    binary = taught(keras.Sequential([keras.Input((4, 2)), L.Dense(1, "sigmoid")]), seen(*YES, form="binary"))
    found = kg.safe_predict(binary, numbers(6, 4, 2), type="class", threshold=0.6)
    np.testing.assert_array_equal(found == "yes", raw(binary, numbers(6, 4, 2))[..., 0] >= 0.6)


def test_an_output_without_an_axis_of_units():
    layers = [L.Dense(1, "sigmoid"), L.Reshape(())]
    model = taught(keras.Sequential([keras.Input((5,)), *layers]), seen(*YES, form="binary"))
    assert raw(model).shape == (40,)
    same(kg.safe_predict(model, X, type="class"), np.where(raw(model) >= 0.5, "yes", "no"))
    assert kg.safe_predict(model, X, type="prob").shape == (40, 2)


def test_a_subclassed_model_is_read_by_its_loss():
    model = taught(models.subclassed((3, 5), L.Dense(3, "softmax")), seen(*ABC))
    same(kg.safe_predict(model, X, type="class"), np.array(ABC)[raw(model).argmax(axis=1)])
    refused("type_scores", model, type="prob")
    model.compile(loss="sparse_categorical_crossentropy")
    np.testing.assert_array_equal(kg.safe_predict(model, X, type="prob").to_numpy(), raw(model))
    taught(model, seen("a", "b"))
    refused("type_classes", model, type="class")
    binary = taught(models.subclassed((3, 5), L.Dense(1)), seen(*YES, form="binary"))
    binary.compile(loss=loss("BinaryCrossentropy", from_logits=True))
    same(kg.safe_predict(binary, X, type="class", threshold=0.7), np.where(raw(binary)[:, 0] >= np.log(7 / 3), "yes", "no"))  # fmt: skip


# refusals


def counting(model):
    """How often the model ran."""
    calls = []

    class Count(keras.callbacks.Callback):
        def on_predict_batch_begin(self, batch, logs=None):
            calls.append(batch)

    return calls, {"callbacks": [Count()]}


@pytest.mark.parametrize(
    ("code", "model", "options"),
    [
        ("type_unlearned", lambda: models.dense(units=3, activation="softmax"), {"type": "class"}),
        ("type_unlearned", lambda: models.dense(units=3, activation="softmax"), {"type": "prob"}),
        ("type_unlearned", lambda: models.dense(activation="sigmoid"), {"type": "prob"}),
        ("type_unlearned", lambda: sorter(classes=()), {"type": "class"}),
        ("type_unlearned", lambda: sorter(classes=()), {"type": "prob"}),
        ("type_unlearned", lambda: taught(models.dense(units=3, activation="softmax")), {"type": "class"}),
        ("type_numbers", lambda: sorter(1, None, ()), {"type": "class"}),
        ("type_classes", lambda: sorter(4), {"type": "class"}),
        ("type_classes", lambda: sorter(2), {"type": "prob"}),
        ("type_classes", lambda: sorter(1, "sigmoid"), {"type": "class"}),
        ("model_softmax_one_unit", lambda: sorter(1, "softmax", YES), {"type": "class"}),
        ("type_scores", lambda: sorter(1, None, YES), {"type": "class"}),
        ("option_threshold_unused", sorter, {"type": "class", "threshold": 0.3}),
        ("option_threshold_unused", lambda: sorter(1, "sigmoid", YES), {"threshold": 0.3}),
        ("option_threshold_unused", lambda: sorter(1, "sigmoid", YES), {"type": "prob", "threshold": 0.3}),
        ("option_value", sorter, {"type": "response"}),
        ("option_value", sorter, {"type": None}),
        ("option_value", sorter, {"type": ["class"]}),
    ],
)
def test_refused_before_the_model_runs(code, model, options):
    net = model()
    calls, watch = counting(net)
    refused(code, net, **options, **watch)
    assert calls == []
    kg.safe_predict(net, X, **watch) if code != "model_softmax_one_unit" else calls.append(0)
    assert calls


@pytest.mark.parametrize("value", [-0.1, 1.5, 50, np.nan, "0.5", True, False, [0.5], np.array([0.2, 0.3]), 1j])
def test_a_threshold_is_a_probability(value):
    model = sorter(1, "sigmoid", YES)
    refused("option_threshold", model, type="class", threshold=value)
    refused("option_threshold", sorter(), type="raw", threshold=value)


def test_check_input_and_problems_of_x_come_first():
    assert kg.check_input(sorter(4), X).ok
    refused("shape_features_few", sorter(4), X[:, :3], type="class")
    refused("model_unbuilt", keras.Sequential([L.Dense(3)]), type="class")


def test_a_new_loss_or_blueprint_counts_at_once():
    model = sorter(1, None, YES)
    refused("type_scores", model, type="class")
    model.compile(loss=loss("BinaryCrossentropy", from_logits=True))
    before = kg.safe_predict(model, X, type="class")
    taught(model, seen("yes", "no", form="binary"))
    after = kg.safe_predict(model, X, type="class")
    assert [{"yes": "no", "no": "yes"}[v] for v in before] == list(after)
    model.compile(loss="hinge")
    refused("type_margin", model, type="prob")


def test_raw_is_untouched():
    model = sorter()
    np.testing.assert_array_equal(kg.safe_predict(model, X, type="raw"), raw(model))
    assert type(kg.safe_predict(model, X)) is np.ndarray


def test_names_of_levels_in_either_language():
    assert restore.level_names((True, 1, 2.0, 2.5, "x"), "r") == ["TRUE", "1", "2", "2.5", "x"]
    assert restore.level_names((True, 1, 2.0, "x"), "python") == ["True", "1", "2.0", "x"]
    columns = answers.Columns(np.zeros((1, 1)), ())
    assert restore.column_names(columns, "r") == [".pred"]
