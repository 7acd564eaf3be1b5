"""Static faults of models, the picture of their shapes, and data walked through them."""

from __future__ import annotations

import keras
import kerasguard as kg
import models
import numpy as np
import pytest

L = keras.layers
ones = np.ones


def sequential(*layers):
    return keras.Sequential(list(layers))


def compiled(model, loss):
    model.compile("sgd", loss)
    return model


def pictures(*last, shape=(8, 8, 1), padding="valid"):
    return sequential(keras.Input(shape), L.Conv2D(2, 3, padding=padding), *last)


def broken():
    model = models.dense()
    model.layers[0].set_weights([np.full((5, 4), np.nan), ones(4)])
    return model


FAULTY = {
    "softmax on one unit": ("model_softmax_one_unit", lambda: models.dense(activation="softmax"), 1),
    "no flatten": ("model_flatten", lambda: pictures(L.Dense(10, "softmax")), 1),
    "never adapted": ("model_not_adapted", models.scaled, 0),
    "weights set, not adapted": ("model_not_adapted", models.weights_set, 0),
    "never built": ("model_unbuilt", lambda: sequential(L.Dense(1)), None),
    "never called": ("model_unbuilt", lambda: models.Subclassed(), None),
    "stateful": ("layer_stateful", lambda: sequential(L.LSTM(2, stateful=True), L.Dense(1)), 0),
    "counts samples": ("model_counts_samples", lambda: sequential(keras.Input((100, 20)), L.Dense(10)), 0),
    "NaN weights": ("model_weights_nan", broken, 0),
    "logits": ("label_logits", lambda: compiled(models.dense(units=3), "categorical_crossentropy"), 1),
    "probabilities": ("label_probabilities", lambda: compiled(
        models.dense(units=3, activation="softmax"), keras.losses.CategoricalCrossentropy(from_logits=True)), 1),
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
    "conv1d per step": lambda: sequential(keras.Input((30, 3)), L.Conv1D(4, 3), L.Dense(2)),
    "logits said so": lambda: compiled(
        models.dense(units=3), keras.losses.CategoricalCrossentropy(from_logits=True)),
    "regression": lambda: compiled(models.dense(), "mse"),
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
