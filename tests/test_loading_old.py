"""Files that Keras 2 itself wrote (tests/files/make.py), with what it predicted from them."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import zipfile

import h5py
import keras
import kerasguard as kg
import numpy as np
import pytest
from kerasguard.loading.keras2 import Mending
from kerasguard.loading.keras2_training import mend_training
from test_loading import load, refused

FILES = pathlib.Path(__file__).parent / "files" / "keras2.zip"
HAS_TF_KERAS = importlib.util.find_spec("tf_keras") is not None
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras2")
    with zipfile.ZipFile(FILES) as archive:
        archive.extractall(folder)
    return folder


def truth(files, name):
    arrays = np.load(files / f"{name}.npz")
    return [[arrays[key] for key in sorted(arrays) if key[0] == letter] for letter in "xy"]


def assert_predicts(model, files, name):
    inputs, outputs = truth(files, name)
    for predict in (model.predict, lambda x, **_: kg.safe_predict(model, x, repairs="quiet")):
        result = predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        result = result if isinstance(result, list) else [result]
        for a, b in zip(result, outputs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize("name", ["recurrent", "conv", "seq2seq", "nested", "attention", "ids"])
def test_a_file_of_keras_2_predicts_what_keras_2_predicted(files, name, ending):
    model = load(files / f"{name}.{ending}", ["load_mended"])
    assert isinstance(model, keras.Model)
    assert_predicts(model, files, name)


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_the_compile_state_of_keras_2_comes_along(files, ending):
    model = load(files / f"compiled.{ending}", ["load_names" if ending == "h5" else "load_mended", "load_optimizer"])
    assert_predicts(model, files, "compiled")
    assert model.loss == "mse" or model.loss.__name__ == "mean_squared_error"
    schedule = model.optimizer._learning_rate
    assert float(schedule(1000)) == pytest.approx(0.01 / 2)  # rate / (1 + decay * step)
    model.fit(np.ones((4, 5)), np.ones((4, 1)), verbose=0)


@pytest.mark.parametrize("steps", [0, 3])
def test_an_optimizer_that_made_no_step_has_nothing_to_lose(files, tmp_path, steps):
    with zipfile.ZipFile(files / "compiled.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    weights = tmp_path / "w.h5"
    weights.write_bytes(parts["model.weights.h5"])
    with h5py.File(weights, "r+") as h5:
        h5["optimizer/vars/0"] = steps
    parts["model.weights.h5"] = weights.read_bytes()
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    load(tmp_path / "m.keras", ["load_mended", "load_optimizer"] if steps else ["load_mended"])


def test_the_state_of_an_optimizer_comes_out_of_h5(tmp_path):
    """Keras 3.15 builds it for no variables, and can't go on training."""
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("adam", keras.losses.MeanSquaredError())
    x = np.random.default_rng(0).normal(size=(8, 5))
    model.fit(x, x[:, 0], verbose=0, shuffle=False, epochs=3)
    model.save(tmp_path / "m.h5")
    back = load(tmp_path / "m.h5")
    for net in (model, back):
        net.fit(x, x[:, 0], verbose=0, shuffle=False)
    np.testing.assert_allclose(back.get_weights()[0], model.get_weights()[0], rtol=1e-6)


def test_not_to_be_compiled(files):
    assert load(files / "compiled.h5", compile=False).loss is None


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_operations_of_tensorflow_become_those_of_keras(files, ending):
    with pytest.warns(kg.RepairNotice, match=r"tf\.__operators__\.getitem"):
        model = kg.safe_load_model(files / f"operations.{ending}")
    assert isinstance(model, keras.Model)
    assert_predicts(model, files, "operations")


def functional(*layers):
    """A functional config of Keras 2: an input of 5 columns and these operations."""
    entry = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 5], "dtype": "float32", "name": "x"}}
    nodes = [{**entry, "name": "x", "inbound_nodes": []}]
    for i, (function, node) in enumerate(layers):
        config = {"name": f"op{i}", "trainable": True, "dtype": "float32", "function": function}
        nodes.append({"class_name": "TFOpLambda", "config": config, "name": f"op{i}", "inbound_nodes": [node]})
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [[nodes[-1]["name"], 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "m", "trainable": True, "layers": nodes, **ends}}


@pytest.mark.parametrize(
    ("function", "node", "compute"),
    [
        ("math.subtract", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0], "name": None}], lambda x: 1 - x),
        ("math.truediv", ["x", 0, 0, {"y": [1.0, 2.0, 3.0, 4.0, 5.0], "name": None}], lambda x: x / np.arange(1, 6)),
        ("concat", [["x", 0, 0, {"axis": -1}], ["x", 0, 0, {"axis": -1}]], lambda x: np.hstack([x, x])),
        ("math.reduce_mean", ["x", 0, 0, {"axis": 1, "keepdims": True}], lambda x: x.mean(1, keepdims=True)),
        (
            "__operators__.getitem",
            ["x", 0, 0, {"slice_spec": [{"class_name": "__ellipsis__"}, {"start": None, "stop": None, "step": -1}]}],
            lambda x: x[..., ::-1],
        ),
        ("clip_by_value", ["x", 0, 0, {"clip_value_min": -0.5, "clip_value_max": 1}], lambda x: np.clip(x, -0.5, 1)),
        ("nn.leaky_relu", ["x", 0, 0, {}], lambda x: np.where(x > 0, x, 0.2 * x)),
    ],
)
def test_an_operation_computes_what_tensorflow_computed(function, node, compute):
    mending = Mending(is_old=True)
    config = mending.model(functional((function, node)))
    assert not mending.blocked
    model = keras.Model.from_config(config["config"])
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    np.testing.assert_allclose(model.predict(x, verbose=0), compute(x), rtol=1e-5)


@pytest.mark.parametrize(
    ("function", "keywords"),
    [
        ("math.argmax", {"axis": -1}),
        ("nn.softmax", {"axis": -1, "from_the_future": 1}),
        ("cast", {"dtype": "int32"}),
        ("compat.v1.transpose", {"perm": [1, 0], "conjugate": True}),
        ("reshape", {"shape": [["x", 0, 0], 5]}),
    ],
)
def test_an_operation_that_is_not_sure_to_compute_the_same_is_not_taken(function, keywords):
    mending = Mending(is_old=True)
    mending.model(functional((function, ["x", 0, 0, keywords])))
    assert function in mending.blocked


def test_operations_on_whole_numbers_are_not_taken():
    config = functional(("math.truediv", ["x", 0, 0, {"y": 2, "name": None}]))
    config["config"]["layers"][0]["config"]["dtype"] = "int32"
    mending = Mending(is_old=True)
    mending.model(config)
    assert "math.truediv" in mending.blocked


def test_a_mended_model_can_be_saved_and_read_again(files, tmp_path):
    model = load(files / "recurrent.h5", ["load_mended"])
    model.save(tmp_path / "again.keras")
    assert_predicts(load(tmp_path / "again.keras"), files, "recurrent")


def test_the_file_itself_is_left_alone(files):
    before = (files / "conv.h5").read_bytes()
    load(files / "conv.h5", ["load_mended"])
    assert (files / "conv.h5").read_bytes() == before


def test_the_name_of_a_file_does_not_tell_its_format(files, tmp_path):
    for ending, other in (("h5", "keras"), ("keras", "h5"), ("h5", "model")):
        path = tmp_path / f"from_{ending}.{other}"
        path.write_bytes((files / f"conv.{ending}").read_bytes())
        assert_predicts(load(path, ["load_mended"]), files, "conv")


def test_an_unpacked_keras_file(files, tmp_path):
    with zipfile.ZipFile(files / "conv.keras") as archive:
        archive.extractall(tmp_path / "folder")
    assert_predicts(load(tmp_path / "folder", ["load_mended"]), files, "conv")
    (tmp_path / "folder" / "model.weights.h5").unlink()
    refused(tmp_path / "folder", "load_broken")


def rewritten(tmp_path, model, change, version="2.2.4"):
    """A file of a Keras 3 model with its config put into the words of an older version."""
    path = tmp_path / "old.h5"
    model.save(path)
    with h5py.File(path, "r+") as h5:
        config = json.loads(h5.attrs["model_config"])
        change(config)
        h5.attrs["model_config"] = json.dumps(config)
        h5.attrs["keras_version"] = version
    return path


def test_sequential_models_before_keras_2_3(tmp_path):
    """A list of layers, the first of which holds the shape; initializers by class name; policies as objects."""
    model = keras.Sequential([keras.Input((8, 8, 2)), keras.layers.Conv2D(3, 3), keras.layers.BatchNormalization()])
    x = np.random.default_rng(0).normal(size=(3, 8, 8, 2)).astype("float32")

    def change(config):
        layers = config["config"]["layers"][1:]
        layers[0]["config"]["batch_input_shape"] = [None, 8, 8, 2]
        uniform = {"scale": 1.0, "mode": "fan_avg", "distribution": "normal", "seed": None}
        layers[0]["config"]["kernel_initializer"] = {"class_name": "VarianceScaling", "config": uniform}
        layers[0]["config"]["dtype"] = {"class_name": "Policy", "config": {"name": "float32", "loss_scale": None}}
        layers[1]["config"] |= {"axis": [3], "renorm": False, "fused": True, "virtual_batch_size": None}
        config["config"] = layers

    back = load(rewritten(tmp_path, model, change), ["load_mended"])
    assert back.input_shape == (None, 8, 8, 2)
    np.testing.assert_array_equal(back.predict(x, verbose=0), model.predict(x, verbose=0))


def test_hard_sigmoid_of_keras_3_stays_its_own(tmp_path):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, "hard_sigmoid")])
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        np.testing.assert_array_equal(load(tmp_path / name).predict(x, verbose=0), model.predict(x, verbose=0))
    back = load(rewritten(tmp_path, model, lambda config: None), ["load_mended"])
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(back.predict(x, verbose=0), np.clip(0.2 * (x @ kernel + bias) + 0.5, 0, 1), rtol=1e-5)


def test_settings_of_a_newer_keras_that_are_switched_off(tmp_path):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4)])
    settings = {"from_the_future": None, "another": False}
    path = rewritten(tmp_path, model, lambda c: c["config"]["layers"][1]["config"].update(settings), "3.99.0")
    back = load(path, ["load_mended"])
    np.testing.assert_array_equal(back.get_weights()[0], model.get_weights()[0])
    on = {"from_the_future": True}
    path = rewritten(tmp_path, model, lambda c: c["config"]["layers"][1]["config"].update(on), "3.99.0")
    text = refused(path, "load_newer")
    assert all(word in text for word in ("from_the_future", "3.99.0", keras.__version__))


def test_what_would_change_a_prediction_is_not_left_out(tmp_path):
    model = keras.Sequential([keras.Input((6, 3)), keras.layers.LSTM(2, return_sequences=True)])
    path = rewritten(tmp_path, model, lambda c: c["config"]["layers"][1]["config"].update(time_major=True))
    # the rest of the file is in Keras 3's words, which tf_keras can't read either
    text = refused(path, "load_failed" if HAS_TF_KERAS else "load_old")
    assert HAS_TF_KERAS or "time_major" in text


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        ("DepthwiseConv2D", {"groups": 1}, {}),
        ("DepthwiseConv2D", {"groups": 2}, {"groups": 2}),
        ("Conv2D", {"groups": 2}, {"groups": 2}),
        ("LSTM", {"time_major": False}, {}),
        ("GRU", {"units": 2}, {"units": 2, "reset_after": False}),
        ("GRU", {"reset_after": True}, {"reset_after": True}),
        ("BatchNormalization", {"axis": [1]}, {"axis": 1}),
        ("BatchNormalization", {"renorm": True}, {"renorm": True}),
        ("Dense", {"dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}}}, {"dtype": "mixed_float16"}),
        ("ReLU", {"max_value": {"type": "ndarray", "value": 6.0}}, {"max_value": 6.0}),
    ],
)
def test_rules_for_settings_of_keras_2(layer, before, after):
    mended = Mending(is_old=True).model({"class_name": layer, "config": dict(before)})
    assert mended["config"] == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"lr": 0.5}, 0.5),
        ({"lr": 0.5, "decay": 0.0}, 0.5),
        ({"learning_rate": 0.5, "decay": 0.25}, "InverseTimeDecay"),
    ],
)
def test_optimizers_of_keras_2(before, after):
    node = {"optimizer_config": {"class_name": "Adam", "config": {**before, "is_legacy_optimizer": True}}}
    config = mend_training(node)["optimizer_config"]["config"]
    rate = config["learning_rate"]
    assert (rate["class_name"] if isinstance(rate, dict) else rate) == after
    assert set(config) == {"learning_rate"}


def test_the_test_files_are_small():
    assert FILES.stat().st_size < 100_000


# what TensorFlow 2.12 wrote otherwise than later ones


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras2_12")
    with zipfile.ZipFile(FILES.with_name("keras2_12.zip")) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("wrapped", "LSTM within another layer"),
        ("transfer", "names with a slash"),
        ("bins", "Discretization dtype"),
        ("twice", "calls of Functional"),
    ],
)
def test_a_file_of_tensorflow_2_12_predicts_what_it_predicted(older, name, told, ending):
    with pytest.warns(kg.RepairNotice, match=told):
        model = kg.safe_load_model(older / f"{name}.{ending}")
    assert isinstance(model, keras.Model)
    assert_predicts(model, older, name)


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize("name", ["scheduled", "judged"])
def test_old_names_of_losses_schedules_and_scaled_optimizers_train_on(older, name, ending):
    model = kg.safe_load_model(older / f"{name}.{ending}")
    assert_predicts(model, older, name)
    assert model.compiled
    units = model.output_shape[-1]
    model.fit(np.ones((4, 5)), np.full((4, units), 1 / units), verbose=0)
    if name == "scheduled":
        assert type(model.optimizer).__name__ == "LossScaleOptimizer"
        assert float(model.optimizer.initial_scale) == 8.0
        assert model.optimizer.inner_optimizer._learning_rate.decay_rate == 0.9


@pytest.mark.parametrize("ending", ["h5", "keras"])
def test_calls_that_keras_3_would_overrule_are_not_taken(older, ending):
    if not HAS_TF_KERAS:
        assert "training=True" in refused(older / f"always.{ending}", "load_old")


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_layers_of_cudnn(tmp_path, name):
    """Its kernels lie transposed, and its bias has two halves: cuDNN's manual, cudnnRNNMode_t."""
    gates = {"LSTM": 4, "GRU": 3}[name]
    model = keras.Sequential([keras.Input((4, 3)), getattr(keras.layers, name)(2, name="cell"), keras.layers.Dense(1)])
    x = np.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32")
    truth = model.predict(x, verbose=0)

    def change(config):
        layer = config["config"]["layers"][1]
        layer["class_name"] = f"CuDNN{name}"
        layer["config"] = {"name": "cell", "units": 2, "trainable": True}

    path = rewritten(tmp_path, model, change)
    with h5py.File(path, "r+") as h5:
        group = h5["model_weights/cell"]
        kernel, recurrent, bias = group.attrs["weight_names"]
        for key, turn in ((kernel, lambda k: k.reshape(k.T.shape, order="F").T), (recurrent, np.transpose)):
            parts = [turn(part) for part in np.hsplit(np.asarray(group[key]), gates)]
            shape = group[key].shape
            del group[key]
            group[key] = np.hstack([part.reshape(shape[0], 2) for part in parts])
        half = np.asarray(group[bias])
        del group[bias]
        group[bias] = np.concatenate([half, np.zeros_like(half)]) if name == "LSTM" else half.reshape(-1)
    np.testing.assert_allclose(load(path, ["load_mended"]).predict(x, verbose=0), truth, rtol=1e-5)


def test_kernels_of_theano(tmp_path):
    model = keras.Sequential([keras.Input((6, 6, 2)), keras.layers.Conv2D(3, 3, name="conv"), keras.layers.Flatten()])
    x = np.random.default_rng(0).normal(size=(3, 6, 6, 2)).astype("float32")
    truth = model.predict(x, verbose=0)
    path = rewritten(tmp_path, model, lambda config: None)
    with h5py.File(path, "r+") as h5:
        h5.attrs["backend"] = "theano"
        group = h5["model_weights/conv"]
        key = group.attrs["weight_names"][0]
        group[key][...] = np.asarray(group[key])[::-1, ::-1]
    np.testing.assert_allclose(load(path, ["load_mended"]).predict(x, verbose=0), truth, rtol=1e-5)


def test_a_config_of_another_form_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4)])

    def change(config):
        config["config"]["layers"][1] |= {"class_name": "ThresholdedReLU", "config": None}

    refused(rewritten(tmp_path, model, change), "load_broken")


def test_a_file_of_keras_1_is_named(tmp_path):
    path = tmp_path / "m.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]).save(path)
    with h5py.File(path, "a") as h5:
        layer = {"output_dim": 1, "init": "glorot_uniform", "input_dim": 4, "bias": True, "name": "dense_1"}
        h5.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": [
            {"class_name": "Dense", "config": layer | {"batch_input_shape": [None, 4], "activation": "linear"}},
        ]})  # fmt: skip
        h5.attrs["keras_version"] = "1.2.2"
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_load_model(path)
    assert caught.value.code == "load_keras_1"
