"""Static faults of models, the picture of their shapes, and data walked through them."""

from __future__ import annotations

import re

import keras
import kerasguard as kg
import models
import numpy as np
import pytest
from kerasguard.messages import render
from kerasguard.messages.faults import FAULTS
from kerasguard.messages.picture import table_lines
from kerasguard.report import Call

L = keras.layers
ones = np.ones


def sequential(*layers):
    return keras.Sequential(list(layers))


def compiled(model, loss, optimizer="sgd", **given):
    model.compile(optimizer, loss, **given)
    return model


def two_outputs(loss, metrics):
    x = keras.Input((5,))
    model = keras.Model(x, {"a": L.Dense(1, name="a")(x), "b": L.Dense(3, name="b")(x)})
    return compiled(model, loss, metrics=metrics)


def pictures(*last, shape=(8, 8, 1), padding="valid"):
    return sequential(keras.Input(shape), L.Conv2D(2, 3, padding=padding), *last)


def broken():
    model = models.dense()
    model.layers[0].set_weights([np.full((5, 4), np.nan), ones(4)])
    return model


def attention(scores, *behind):
    came = keras.Input((10, 4))
    steps = L.LSTM(3, return_sequences=True)(came)
    shares = scores(steps)
    for layer in behind:
        shares = layer(shares)
    return keras.Model(came, L.Dense(1)(L.Flatten()(L.Dot(axes=1)([shares, steps]))))


def pictures_of(*layers):
    return sequential(keras.Input((8, 8, 1)), *layers, L.Flatten(), L.Dense(1))


def frozen(model):
    for layer in model.layers:
        layer.trainable = False
    return model


class Joined(L.Layer):
    """Dense behind code that no layer shows."""

    def __init__(self):
        super().__init__()
        self.dense = L.Dense(2)

    def build(self, shape):
        self.dense.build((None, shape[-1]))

    def call(self, x):
        return self.dense(keras.ops.mean(x, axis=1))


def critic():
    model = compiled(models.dense(activation="sigmoid"), "binary_crossentropy")
    model.trainable = False
    return model


def attention_shares():
    came = keras.Input((10, 4))
    return keras.Model(came, L.Softmax(axis=1)(L.Dense(1)(came)))


FAULTY = {
    "softmax on one unit": ("model_softmax_one_unit", lambda: models.dense(activation="softmax"), 1),
    "no flatten": ("model_flatten", lambda: pictures(L.Dense(10, "softmax")), 1),
    "never adapted": ("model_not_adapted", models.scaled, 0),
    # on torch the layer's mean is a view of the weight, and so set with it
    **({} if keras.backend.backend() == "torch" else {
        "weights set, not adapted": ("model_not_adapted", models.weights_set, 0)}),
    "never built": ("model_unbuilt", lambda: sequential(L.Dense(1)), None),
    "never called": ("model_unbuilt", lambda: models.Subclassed(), None),
    "stateful": ("layer_stateful", lambda: sequential(L.LSTM(2, stateful=True), L.Dense(1)), 0),
    "counts samples": ("model_counts_samples", lambda: sequential(keras.Input((100, 20)), L.Dense(10)), 0),
    "NaN weights": ("model_weights_nan", broken, 0),
    "logits": ("label_logits", lambda: compiled(models.dense(units=3), "categorical_crossentropy"), 1),
    "probabilities": ("label_probabilities", lambda: compiled(
        models.dense(units=3, activation="softmax"), keras.losses.CategoricalCrossentropy(from_logits=True)), 1),
    "softmax inside": ("model_softmax_one_unit", lambda: attention(L.Dense(1, "softmax")), 1),
    "no flatten, other layers behind": ("model_flatten", lambda: pictures(
        L.MaxPooling2D(), L.Dense(10), L.Dropout(0.5), L.Activation("softmax")), 4),
    "no flatten behind a model": ("model_flatten", lambda: sequential(
        keras.Input((8, 8, 1)), pictures(L.MaxPooling2D()), L.Dense(2, "softmax")), 1),
    "no flatten of steps": ("model_flatten", lambda: compiled(sequential(
        keras.Input((30, 3)), L.Conv1D(4, 3), L.MaxPooling1D(), L.Dense(1, "sigmoid")), "binary_crossentropy"), 2),
    "no flatten, steps cut off": ("model_flatten", lambda: compiled(sequential(
        keras.Input((33, 1)), L.Conv1D(4, 11), L.Dropout(0.4), L.Dense(8), L.Dense(2, "softmax")),
        "categorical_crossentropy"), 3),
    "counts pictures": ("model_counts_samples", lambda: pictures(L.Flatten(), L.Dense(2), shape=(600, 28, 28)), 0),
    "channels first": ("model_channels_first", lambda: pictures(L.Flatten(), L.Dense(2), shape=(3, 16, 16)), 0),
    "never learned words": ("model_not_learned", lambda: sequential(
        keras.Input((1,), dtype="string"), L.TextVectorization(output_sequence_length=4), L.Embedding(9, 2)), 0),
    "never learned values": ("model_not_learned", lambda: sequential(
        keras.Input((1,), dtype="int64"), L.IntegerLookup(), L.Embedding(9, 2)), 0),
    "never learned bins": ("model_not_learned", lambda: sequential(
        keras.Input((1,)), L.Discretization(num_bins=4), L.Embedding(9, 2)), 0),
    "more words than ids": ("model_ids", lambda: sequential(
        keras.Input((1,), dtype="string"), L.TextVectorization(vocabulary=["a", "b", "c"]), L.Embedding(4, 2)), 1),
    "more bins than ids": ("model_ids", lambda: sequential(
        keras.Input((1,), dtype="string"), L.Hashing(9), L.Flatten(), L.CategoryEncoding(4), L.Dense(1)), 2),
    "scaled twice": ("model_scaled_twice", lambda: pictures_of(
        L.Rescaling(1 / 255), sequential(keras.Input((8, 8, 1)), L.Rescaling(1 / 255), L.Conv2D(2, 3))), 1),
    "softmax twice": ("model_activation_twice", lambda: sequential(models.dense(units=3, activation="softmax"), L.Softmax()), 1),
    "softmax of sigmoid": ("model_activation_twice", lambda: sequential(
        keras.Input((5,)), L.Dense(3, "sigmoid"), L.Activation("softmax")), 1),
    "norm of probabilities": ("model_norm_last", lambda: compiled(sequential(
        keras.Input((5,)), L.Dense(3, "softmax"), L.BatchNormalization()), "categorical_crossentropy"), 1),
    "dropout of answers": ("model_dropout_last", lambda: compiled(sequential(
        keras.Input((5,)), L.Dense(3, "softmax"), L.Dropout(0.5)), "categorical_crossentropy"), 1),
    "recurrent layers stacked": ("layer_sequences", lambda: sequential(L.LSTM(4), L.LSTM(4)), 1),
    "flat pictures": ("layer_axes", lambda: sequential(L.Flatten(), L.Conv2D(4, 3)), 1),
    "an input ignored": ("model_input_unused", lambda: keras.Model(
        [first := keras.Input((3,), name="a"), keras.Input((2,), name="b")], L.Dense(1)(first)), None),
    "frozen": ("model_frozen", lambda: compiled(frozen(models.dense()), "mse"), None),
    "metric of no output": ("model_compiled_names", lambda: two_outputs({"a": "mse", "b": "mse"}, {"z": ["mae"]}), None),
    "metrics of one output": ("model_compiled_names", lambda: two_outputs("mse", ["mae"]), None),
    "accuracy of numbers": ("model_accuracy", lambda: compiled(models.dense(), "mse", metrics=["accuracy"]), 1),
    "no learning rate": ("model_learning_rate", lambda: compiled(models.dense(), "mse", keras.optimizers.Adam(0.0)), None),
    "huge learning rate": ("model_learning_rate", lambda: compiled(models.dense(), "mse", keras.optimizers.SGD(100.0)), None),
    "relu for logits": ("label_bounded_logits", lambda: compiled(
        models.dense(units=3, activation="relu"), keras.losses.SparseCategoricalCrossentropy(from_logits=True)), 1),
    "relu for probabilities": ("label_logits", lambda: compiled(
        models.dense(units=3, activation="relu"), "categorical_crossentropy"), 1),
    "sigmoid between classes": ("label_independent", lambda: compiled(
        models.dense(units=3, activation="sigmoid"), "sparse_categorical_crossentropy"), 1),
    "softmax of many labels": ("label_shares", lambda: compiled(
        models.dense(units=3, activation="softmax"), "binary_crossentropy"), 1),
    "hinge of chances": ("label_hinge", lambda: compiled(models.dense(activation="sigmoid"), "hinge"), 1),
    "negative counts": ("label_below_zero", lambda: compiled(models.dense(), "poisson"), 1),
    "classes of one unit": ("model_loss_one_unit", lambda: compiled(
        models.dense(activation="sigmoid"), "sparse_categorical_crossentropy"), 1),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_found(name):
    code, make, place = FAULTY[name]
    found = kg.check_model(make())
    assert code in found.codes
    assert not found.ok
    if place is not None:
        assert found.rows[place].fault
        assert [row.fault for row in found.rows].count("") == len(found.rows) - 1
    text = str(found)
    assert "fault" in text.split("\n")[0]
    assert all("Fix:" in str(kg.Report(found.report.call, (item,))) for item in found.findings)


SOUND = {
    "dense": models.dense, "lstm": models.lstm, "conv": models.conv, "pooled": models.pooled, "two": models.two,
    "named": lambda: models.two(structure=dict), "nested": models.nested, "integer": models.integer, "text": models.text,
    "stateful": models.stateful, "subclassed": models.subclassed, "adapted": models.adapted, "moving": models.moving,
    "two outputs": models.two_outputs, "half": models.half,
    "a class per pixel": lambda: pictures(L.Dense(3, "softmax"), padding="same"),
    "a class per step": lambda: sequential(keras.Input((30, 3)), L.LSTM(4, return_sequences=True), L.Dense(2, "softmax")),
    "per step": lambda: sequential(keras.Input((5, 3)), L.Dense(4), L.Dense(2)),
    "conv1d forecasts": lambda: compiled(sequential(keras.Input((30, 3)), L.Conv1D(4, 3), L.Dense(1)), "mse"),
    "conv1d of words": lambda: compiled(sequential(keras.Input((30, 3)), L.Conv1D(4, 3, padding="same"), L.Dense(2, "softmax")),
        "categorical_crossentropy"),
    "conv1d per step": lambda: sequential(keras.Input((30, 3)), L.Conv1D(4, 3), L.Dense(2)),
    "attention": lambda: attention(L.Dense(1), L.Softmax(axis=1)),
    "attention shares": attention_shares,
    "points": lambda: sequential(keras.Input((1024, 3)), L.Dense(8, "relu"), L.Dense(4, "softmax")),
    "windows": lambda: sequential(keras.Input((24, 19)), L.Dense(8, "relu"), L.Dense(1)),
    "pixels alone": lambda: sequential(keras.Input((28, 28, 1)), L.Dense(4), L.Dense(1, "sigmoid")),
    "objects in parts of a picture": lambda: compiled(
        pictures(L.MaxPooling2D(), L.Dense(6)), lambda y, p: keras.ops.mean(p)),
    "segments": lambda: compiled(pictures(
        L.MaxPooling2D(), L.UpSampling2D(), L.Dense(3, "softmax")), "categorical_crossentropy"),
    "speech": lambda: compiled(sequential(keras.Input((30, 3)), L.Conv1D(4, 3), L.MaxPooling1D(),
        L.LSTM(4, return_sequences=True), L.Dense(5, "softmax")), "categorical_crossentropy"),
    "two units, two classes": lambda: compiled(models.dense(units=2, activation="softmax"), "binary_crossentropy"),
    "many labels": lambda: compiled(models.dense(units=3, activation="sigmoid"), "binary_crossentropy", metrics=["accuracy"]),
    "counts": lambda: compiled(models.dense(activation="exponential"), "poisson"),
    "hinge": lambda: compiled(models.dense(), "hinge", metrics=["accuracy"]),
    "shares as numbers": lambda: compiled(models.dense(units=3, activation="softmax"), "mse", metrics=["accuracy"]),
    "scheduled": lambda: compiled(models.dense(), "mse", keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.0, 9))),
    "adadelta": lambda: compiled(models.dense(), "mse", keras.optimizers.Adadelta(1.0)),
    "joins by its own code": lambda: models.subclassed((2, 150, 4), Joined()),
    "scaled already": lambda: pictures_of(L.Rescaling(1 / 255), L.Normalization(), L.Conv2D(2, 3)),
    "augmented": lambda: pictures_of(L.Rescaling(1 / 255), L.RandomFlip(), L.Conv2D(2, 3)),
    "embeds its words": lambda: sequential(
        keras.Input((1,), dtype="string"), L.TextVectorization(vocabulary=["a", "b"]), L.Embedding(4, 2)),
    "applications": lambda: keras.applications.EfficientNetB0(weights=None, input_shape=(32, 32, 3), classes=3),
    "logits said so": lambda: compiled(
        models.dense(units=3), keras.losses.CategoricalCrossentropy(from_logits=True)),
    "regression": lambda: compiled(models.dense(), "mse"),
    "metrics by name": lambda: two_outputs({"a": "mse", "b": "mse"}, {"b": ["mae"]}),
    "metrics in a list": lambda: two_outputs(["mse", "mse"], ["mae", "mse"]),
    "metrics of each": lambda: two_outputs({"a": "mse"}, [["mae"], ["mse", "mae"]]),
    "binary": lambda: compiled(models.dense(activation="sigmoid"), "binary_crossentropy"),
    "classes": lambda: compiled(models.dense(units=3, activation="softmax"), "sparse_categorical_crossentropy"),
    "model in model": lambda: sequential(keras.Input((5,)), sequential(keras.Input((5,)), L.Dense(3)), L.Dense(1)),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_model_has_no_faults(name):
    found = kg.check_model(SOUND[name]())
    assert found.ok
    assert set(found.codes) <= {"model_not_compiled"}
    assert found.rows


FILL = {"UNITS": "3", "STEPS": "4", "FEATURES": "5", "HEIGHT": "8", "WIDTH": "8", "CHANNELS": "1", "LOSS": "'mse'", "METRIC": "'mae'", "WEIGHT": "1.0", "SIZES": "2, 3",
        "INPUT_1": "keras.Input((2,))", "INPUT_2": "keras.Input((2,))", "BATCH": "2"}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_the_fixes_run(name):
    model = FAULTY[name][1]()
    for found in kg.check_model(model).findings:
        for line in _text(found).split("Fix: ")[1:]:
            code = "\n".join(part.strip().split("  # ")[0] for part in line.split("\n"))
            for placeholder, value in FILL.items():
                code = re.sub(rf"\b{placeholder}\b", value, code)
            if "TRAINING_X" not in code and found.code != "model_unbuilt":
                exec(code, {"keras": keras, "np": np, "model": model, "x": ones((2, 3, 16, 16))})


def _text(found):
    return "\n".join(render(found, Call("check_model")).lines)


def test_every_fault_is_tried():
    assert set(FAULTS) - {code for code, _, _ in FAULTY.values()} == {"model_layer_unused", "model_half_output"}


def test_a_frozen_critic_is_no_fault():
    found = kg.check_model(critic())
    assert found.ok
    assert "model_frozen" in found.codes


def test_sixteen_bits_are_told_only():
    model = sequential(keras.Input((4,)), L.Dense(3, "softmax", dtype="mixed_float16"))
    found = kg.check_model(compiled(model, "categorical_crossentropy"))
    assert found.ok
    assert found.codes == ("model_half_output",)


@pytest.mark.filterwarnings("ignore:`build")
def test_a_layer_that_no_call_used():
    class Forgetful(models.Subclassed):
        def __init__(self):
            super().__init__()
            self.other = L.Dense(3)

    model = Forgetful()
    model(ones((2, 4), "float32"))
    found = kg.check_model(model)
    assert found.ok
    assert "model_layer_unused" in found.codes
    assert [row.fault for row in found.rows] == ["", "never called?"]


def test_data_shaped_as_the_input_is_are_samples():
    model = sequential(keras.Input((10, 5)), L.Dense(3), L.Dense(1))
    assert kg.check_model(model).ok
    assert "model_counts_samples" in kg.check_model(model, ones((10, 5))).codes
    assert kg.check_model(model, ones((7, 10, 5))).ok


def test_the_picture_tells_who_feeds_whom():
    base = sequential(keras.Input((3,)), L.Dense(4, name="shared"))
    one, two = keras.Input((3,), name="one"), keras.Input((3,), name="two")
    model = keras.Model([one, two], L.Dense(1)(L.Concatenate(name="join")([base(one), base(two)])))
    found = kg.check_model(model)
    assert [row.after for row in found.rows] == [("one",), ("two",), (0, 1), (2,)]
    assert found.lines[4].split()[:5] == ["3", "join", "(Concatenate)", "1,", "2"]
    walked = kg.check_model(model, [ones((2, 3)), ones((2, 4))])
    assert [bool(row.fault) for row in walked.rows] == [False, True, False, False]
    assert walked.rows[1].gives is None


def test_the_picture_is_80_columns_wide_and_not_endless():
    deep = sequential(keras.Input((9,)), *(L.Dense(9, name=f"{'a_long_name_' * 9}{i}") for i in range(200)))
    for model in (deep, keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3)), attention(L.Dense(1))):
        rows = kg.check_model(model).rows
        lines = table_lines(rows)
        assert max(map(len, lines)) <= 80
        assert len(lines) <= 30
        assert "\n".join(lines).isascii()
    assert len(kg.check_model(deep).rows) == 200
    assert "176 more: 176 Dense" in str(kg.check_model(deep))
    deep.layers[99].set_weights([np.full((9, 9), np.nan), ones(9)])
    assert sum("<- NaN weights" in line for line in kg.check_model(deep).lines) == 1


def test_the_picture_shows_what_goes_in_and_out():
    rows = kg.check_model(models.conv()).rows
    assert [row.cls for row in rows] == ["Conv2D", "Flatten", "Dense"]
    assert [row.takes for row in rows] == [((None, 8, 6, 1),), ((None, 6, 4, 2),), ((None, 48),)]
    assert [row.gives for row in rows] == [((None, 6, 4, 2),), ((None, 48),), ((None, 2),)]
    assert [row.weights for row in rows] == [20, 0, 98]


def test_the_picture_of_a_graph_has_all_tensors():
    rows = kg.check_model(models.two()).rows
    assert rows[0].takes == ((None, 3), (None, 2))
    assert rows[0].gives == ((None, 5),)


WALKS = {
    "channels": (models.conv, ones((4, 8, 6, 3)), "shape_channels", 0),
    "size": (models.conv, ones((4, 9, 6, 1)), "shape_picture", 2),
    "features of steps": (models.lstm, ones((4, 5, 4)), "shape_features", 0),
    "features": (models.dense, ones((4, 6)), "shape_features", 0),
    "axes": (models.pooled, ones((2, 9, 9)), None, 0),
    "nested model": (SOUND["model in model"], ones((2, 6)), "shape_features", 0),
    "second input": (models.two, [ones((4, 3)), ones((4, 4))], "shape_features", 1),
}


@pytest.mark.parametrize("used", [False, True])
@pytest.mark.parametrize("name", WALKS)
def test_data_are_walked_until_the_fault(name, used):
    make, x, code, place = WALKS[name]
    model = make()
    if used:
        right = [ones((3, *spec.shape[1:])) for spec in model.inputs]
        model.predict(right if len(right) > 1 else right[0], verbose=0)
    found = kg.check_model(model, x)
    assert not found.ok
    assert any(found_code.startswith("shape_") for found_code in found.codes)
    assert code is None or code in found.codes or code in ("shape_channels", "shape_picture")
    assert found.rows[place].fault
    assert found.rows[place].gives is None
    assert all(row.gives is not None for row in found.rows[:place])
    assert all(row.takes is None for row in found.rows[place + 1 :])


def test_right_data_are_walked_to_the_end():
    found = kg.check_model(models.conv(), ones((4, 8, 6, 1), "float32"))
    assert found.ok
    assert found.rows[-1].gives == ((4, 2),)
    assert kg.check_model(models.two(structure=dict), {"main": ones((4, 3)), "aux": ones((4, 2))}).rows[-1].gives == (
        (4, 1),
    )


def test_repaired_data_are_walked_as_the_model_gets_them():
    found = kg.check_model(models.conv(), ones((4, 8, 6)))
    assert found.rows[0].takes == ((4, 8, 6, 1),)
    assert found.ok


def test_a_model_never_built_is_walked_and_stays_unbuilt():
    model = sequential(L.Conv2D(2, 3), L.Flatten(), L.Dense(1))
    found = kg.check_model(model, ones((5, 28, 28)))
    assert found.codes == ("model_unbuilt", "layer_channels")
    assert found.rows[0].fault
    assert [row.gives for row in kg.check_model(model, ones((5, 28, 28, 1))).rows] == [
        ((5, 26, 26, 2),), ((5, 1352),), ((5, 1),)]  # fmt: skip
    assert not model.built
    assert not any(layer.built for layer in model.layers)


def test_checking_changes_no_model():
    model = models.two()
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    kg.check_model(model)
    kg.check_model(model, [ones((4, 3)), ones((4, 4))])
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes


def test_no_model():
    found = kg.check_model("model.keras")
    assert found.codes == ("structure_model",)
    assert not found.ok


def test_for_notebooks():
    html = kg.check_model(models.dense(activation="softmax"))._repr_html_()
    assert html.count("<tr") == 3
    assert "always 1" in html
    assert "&lt;-" in html


def test_what_the_data_tell_of_a_layer_is_told_once():
    model = keras.Sequential([L.LSTM(4, stateful=True), L.Dense(1)])
    found = kg.check_model(model, ones((4, 5, 3)))
    assert found.codes == ("model_unbuilt", "layer_stateful")
    assert "batch_shape=(BATCH, 5, 3)" in str(found)
    with pytest.raises(kg.KerasGuardError, match=r"batch_shape=\(BATCH, STEPS, FEATURES\)"):
        kg.safe_predict(model, ones((4, 5, 3)))


def test_a_model_never_built_is_told_the_same_by_all():
    model = keras.Sequential([L.Conv2D(2, 3), L.Dense(1)])
    line = "keras.Input((HEIGHT, WIDTH, CHANNELS))"
    assert line in str(kg.check_model(model))
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, ones((2, 8, 8, 1)))
    assert line in str(caught.value)
