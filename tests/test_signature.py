from __future__ import annotations

import keras
import models
import numpy as np
import pytest
from kerasguard.signature import is_model, make_signature

L = keras.layers


def test_sequential_functional_subclassed():
    assert make_signature(models.dense()).inputs[0].shape == (None, 5)
    two = make_signature(models.two())
    assert [(s.name, s.shape) for s in two.inputs] == [("main", (None, 3)), ("aux", (None, 2))]
    assert two.structure == [0, 1]
    by_name = make_signature(models.two(structure=dict))
    assert [s.name for s in by_name.inputs] == ["aux", "main"]
    assert by_name.structure == {"aux": 0, "main": 1}
    sub = make_signature(models.subclassed())
    assert (sub.source, sub.inputs[0].shape, sub.inputs[0].dtype) == ("build config", (None, 4), None)


def test_nested_models_and_shared_layers():
    inputs = keras.Input((5,), name="x")
    model = keras.Model(inputs, models.dense()(inputs))
    assert make_signature(model).inputs[0].shape == (None, 5)
    assert make_signature(keras.Sequential([keras.Input((5,)), models.dense()])).inputs[0].shape == (None, 5)


def test_a_model_that_was_never_built():
    assert make_signature(keras.Sequential([L.Dense(1)])).source == "none"
    assert make_signature(models.Subclassed()).source == "none"
    late = keras.Sequential([L.Dense(1)])
    late.build((None, 7))
    assert make_signature(late).inputs[0].shape == (None, 7)


def test_axes_have_the_fields_names():
    assert make_signature(models.lstm()).inputs[0].axes == ("samples", "time steps", "features")
    assert make_signature(models.conv()).inputs[0].axes == ("samples", "height", "width", "channels")
    first = keras.Sequential([keras.Input((3, 8, 8)), L.Conv2D(2, 3, data_format="channels_first")])
    assert make_signature(first).inputs[0].axes == ("samples", "channels", "height", "width")


def test_only_stateful_layers_bind_the_batch():
    assert make_signature(models.stateful()).stateful_batch == 3
    assert make_signature(keras.Sequential([keras.Input(batch_shape=(4, 5)), L.Dense(1)])).stateful_batch is None


def test_reading_runs_and_changes_nothing():
    model = models.dense()
    make_signature(model)
    assert model.predict_function is None
    assert model.built


@pytest.mark.parametrize("thing", [None, 3, "model", np, L.Dense(1), keras.Model, object(), {"predict": 1}])
def test_what_is_no_model(thing):
    assert not is_model(thing)
