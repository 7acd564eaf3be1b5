"""What earlier versions of Keras 3 wrote or computed otherwise than the installed one."""

from __future__ import annotations

import json
import zipfile

import h5py
import keras
import kerasguard as kg
import numpy as np
import pytest
from test_loading import load

L = keras.layers
pytestmark = pytest.mark.filterwarnings("ignore")


def picture(rows=3):
    return np.random.default_rng(0).normal(size=(rows, 7, 9, 3)).astype("float32")


def as_written(tmp_path, model, version, change, ending="keras"):
    """The file that an earlier version would have written of a model."""
    path = tmp_path / f"model.{ending}"
    model.save(path)
    if ending == "h5":
        with h5py.File(path, "r+") as h5:
            config = json.loads(h5.attrs["model_config"])
            change(config["config"]["layers"])
            h5.attrs["model_config"], h5.attrs["keras_version"] = json.dumps(config), version
        return path
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    change(config["config"]["layers"])
    parts["config.json"] = json.dumps(config).encode()
    parts["metadata.json"] = json.dumps({"keras_version": version, "date_saved": ""}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_output_padding_is_found_again_by_the_shapes(tmp_path, kind):
    layers = [L.Conv2DTranspose(2, 2, strides=2, padding="same", output_padding=1), L.Conv2D(2, 3)]
    if kind == "sequential":
        model = keras.Sequential([keras.Input((7, 9, 3)), *layers])
    else:
        x = keras.Input((7, 9, 3))
        model = keras.Model(x, layers[1](layers[0](x)))

    def change(layers):
        del layers[1]["config"]["output_padding"]

    back = load(as_written(tmp_path, model, "3.6.0", change), ["load_mended"])
    assert back.layers[-2].output_padding == (1, 1)
    np.testing.assert_array_equal(back.predict(picture(), verbose=0), model.predict(picture(), verbose=0))


def test_a_transposed_convolution_without_padding_stays_as_it_is(tmp_path):
    layers = [L.Conv2DTranspose(2, 3, strides=2, padding="same"), L.Conv2D(2, 3)]
    model = keras.Sequential([keras.Input((7, 9, 3)), *layers])
    back = load(as_written(tmp_path, model, "3.6.0", lambda layers: layers[1]["config"].pop("output_padding")))
    np.testing.assert_array_equal(back.predict(picture(), verbose=0), model.predict(picture(), verbose=0))


@pytest.mark.parametrize("layer", [L.LayerNormalization, L.Softmax, L.UnitNormalization])
def test_several_axes_in_h5(tmp_path, layer):
    """Keras itself takes the first of them for the only one."""
    x = keras.Input((7, 9, 3))
    model = keras.Model(x, layer(axis=[1, 2])(x))
    model.save(tmp_path / "m.h5")
    back = load(tmp_path / "m.h5", ["load_mended"])
    np.testing.assert_array_equal(back.predict(picture(), verbose=0), model.predict(picture(), verbose=0))


def test_axes_in_the_order_of_the_file(tmp_path):
    x = keras.Input((7, 9, 3))
    model = keras.Model(x, L.LayerNormalization(axis=[-1, 2])(x))  # weights of 3 x 9
    weights = [np.random.default_rng(0).normal(size=w.shape) for w in model.get_weights()]
    model.set_weights(weights)

    def change(layers):
        layers[1]["config"]["axis"] = [-1, -2]

    back = load(as_written(tmp_path, model, "3.0.5", change), ["load_mended"])
    np.testing.assert_array_equal(back.predict(picture(), verbose=0), model.predict(picture(), verbose=0))


def test_operations_in_h5(tmp_path):
    x = keras.Input((5,))
    model = keras.Model(x, L.Dense(2)(((x + 1.0) / 2.0)[:, :3]))
    model.save(tmp_path / "m.h5")
    data = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    back = load(tmp_path / "m.h5", ["load_mended"])
    np.testing.assert_array_equal(back.predict(data, verbose=0), model.predict(data, verbose=0))


@pytest.mark.parametrize(
    ("layers", "version", "is_told"),
    [
        ([L.Discretization(bin_boundaries=[0.5], dtype="int64")], "3.6.0", True),
        ([L.Discretization(bin_boundaries=[0.5], dtype="int64")], "3.13.0", False),
        ([L.Discretization(bin_boundaries=[0.5], output_mode="multi_hot")], "3.6.0", False),
        ([L.Dense(2)], "3.0.5", False),
    ],
)
def test_what_is_computed_otherwise_now_is_told(tmp_path, layers, version, is_told):
    model = keras.Sequential([keras.Input((5,)), *layers])
    path = as_written(tmp_path, model, version, lambda layers: None)
    load(path, ["load_unlike"] if is_told else [])
    if is_told:
        with pytest.warns(kg.KerasGuardWarning, match=r"keras==3\.6\.\*"):
            kg.safe_load_model(path)
