"""Files that would run code, leave their folder or fill the memory: refused, with nothing done."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import pathlib
import pickle
import subprocess
import sys
import zipfile

import h5py
import keras
import kerasguard as kg
import numpy as np
import pytest
from kerasguard.loading.code import find_wants
from kerasguard.loading.look import Look, look
from kerasguard.loading.optimizer import of_any_backend
from needs import Absent, tf
from test_loading import load, refused

pytestmark = pytest.mark.filterwarnings("ignore")
DENSE = [keras.Input((5,)), keras.layers.Dense(1)]


def saved(path, *layers):
    model = keras.Sequential([keras.Input((5,)), *(layers or [keras.layers.Dense(1)])])
    model.save(path)
    return path


def with_config(path, change, **members):
    """The same .keras file with its config changed and members added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    change(config)
    parts |= {"config.json": json.dumps(config).encode(), **members}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def first_layer(change):
    return lambda config: config["config"]["layers"][1].update(change)


class Marks:
    """A pickle of it makes a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_a_lambda_layer_makes_no_file(tmp_path):
    mark = tmp_path / "mark"
    scope = {}
    exec(f"def act(t):\n    open({str(mark)!r}, 'w').close()\n    return t\nact = lambda t, act=act: act(t)", scope)
    code = keras.layers.Lambda(scope["act"], output_shape=(5,))
    for name in ("m.keras", "m.h5"):
        saved(tmp_path / name, code)
        mark.unlink(missing_ok=True)
        refused(tmp_path / name, "load_lambda")
        refused(tmp_path / name, "load_lambda", compile=False)
        assert not mark.exists()


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"class_name": "system", "module": "os", "config": {"command": "true"}}, "load_custom", "os.system"),
        ({"class_name": "get_file", "module": "keras.utils", "config": {}}, "load_custom", "get_file"),
        ({"class_name": "Mine", "module": "package.layers", "registered_name": "package>Mine"}, "load_custom", "Mine"),
        ({"class_name": "TFSMLayer", "config": {"filepath": "/elsewhere"}}, "load_code", "/elsewhere"),
        ({"class_name": "TorchModuleWrapper", "config": {"module": "x"}}, "load_code", "pickled"),
        ({"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}, "load_code", "/etc/passwd"),
        ({"config": {"units": 1, "activation": {"class_name": "__lambda__", "config": {"value": 1}}}},
         "load_lambda", "Lambda"),
        ({"config": {"units": 1, "activation": {"class_name": "function", "config": "call", "module": "subprocess"}}},
         "load_custom", "subprocess.call"),
        ({"config": {"units": 1, "activation": {"class_name": "function", "config": "mine", "module": "builtins"}}},
         "load_custom", "mine"),
    ],
)  # fmt: skip
def test_a_config_chooses_no_code(tmp_path, change, code, words):
    path = with_config(saved(tmp_path / "m.keras"), first_layer(change))
    assert words in refused(path, code)


def test_what_a_compile_state_names_is_left_out(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(DENSE)
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    bad = {"class_name": "function", "config": "system", "module": "os", "registered_name": "system"}
    path = with_config(tmp_path / "m.keras", lambda config: config["compile_config"].update(loss=bad))
    back = load(path, ["load_uncompiled"])
    np.testing.assert_array_equal(back.get_weights()[0], model.get_weights()[0])


class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2


def test_classes_of_the_user_are_his(tmp_path):
    path = saved(tmp_path / "m.keras", Doubled())
    text = refused(path, "load_custom")
    assert "Doubled" in text
    x = np.ones((2, 5), "float32")
    model = load(path, custom_objects={"Doubled": Doubled})
    np.testing.assert_array_equal(model.predict(x, verbose=0), x * 2)
    saved(tmp_path / "m.h5", Doubled())
    refused(tmp_path / "m.h5", "load_custom")
    assert load(tmp_path / "m.h5", custom_objects={"Doubled": Doubled}).layers


def test_configs_of_keras_itself_name_nothing_else():
    x = keras.Input((8, 8, 3))
    h = keras.layers.Conv2D(2, 3, activation="gelu", kernel_regularizer=keras.regularizers.L2(0.1))(x)
    h = keras.ops.mean(keras.layers.BatchNormalization()(h) * 2.0, axis=(1, 2))
    h = keras.layers.Dense(2, activation=keras.activations.relu, kernel_constraint="max_norm", dtype="mixed_float16")(h)
    model = keras.Model(x, keras.layers.TimeDistributed(keras.layers.Dense(1))(keras.layers.RepeatVector(2)(h)))
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    model.compile(keras.optimizers.SGD(schedule), keras.losses.Huber(), metrics=["mae", keras.metrics.AUC()])
    assert find_wants(of_any_backend(keras.saving.serialize_keras_object(model))[1], {}) == []
    text = keras.layers.TextVectorization(vocabulary=["a", "b"])
    assert find_wants(keras.saving.serialize_keras_object(text), {}) == []


def test_operations_of_tensorflow_in_keras_2_files():
    def wants(function):
        return [w.name for w in find_wants({"class_name": "TFOpLambda", "config": {"function": function}}, {})]

    for function in ("math.multiply", "__operators__.getitem", "nn.relu", "concat", "cast", "compat.v1.transpose"):
        assert wants(function) == []
    for function in ("io.write_file", "py_function", "raw_ops.ReadFile", "compat.v1.py_func", "data.Dataset"):
        assert wants(function) == [f"tf.{function}".replace("compat.v1.", "")]


def test_pickles_are_not_read(tmp_path):
    mark = tmp_path / "mark"
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(Marks(str(mark))))
    refused(tmp_path / "m.pkl", "load_pickle")
    array = io.BytesIO()
    np.savez(array, weights=np.array([Marks(str(mark))], dtype=object))
    path = with_config(saved(tmp_path / "m.keras"), lambda c: None, **{"model.weights.npz": array.getvalue()})
    assert "model.weights.npz" in refused(path, "load_pickle")
    assert not mark.exists()


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "C:\\out.txt", "assets\\..\\..\\out.txt"])
def test_members_that_leave_the_folder(tmp_path, name):
    path = with_config(saved(tmp_path / "m.keras"), lambda c: None, **{name: b"x"})
    assert "outside" in refused(path, "load_archive")


def test_zips_that_grow(tmp_path):
    path = with_config(saved(tmp_path / "m.keras"), lambda c: None, **{"assets/zeros": bytes(80 * 2**20)})
    assert path.stat().st_size < 2**20
    assert "unpacks" in refused(path, "load_archive")


def test_hdf5_that_reaches_out_or_grows(tmp_path):
    for change, words in (
        (lambda f: f.__setitem__("model_weights/out", h5py.ExternalLink("/etc/passwd", "/x")), "/etc/passwd"),
        (lambda f: f.create_dataset("raw", (4,), "u1", external=[("/etc/passwd", 0, 4)]), "/etc/passwd"),
        (lambda f: f.create_dataset("big", (2**34,), "f4", chunks=(1024,)), "unpacks"),
    ):
        path = saved(tmp_path / "m.h5")
        with h5py.File(path, "r+") as h5:
            change(h5)
        assert words in refused(path, "load_archive")
        weights = io.BytesIO(path.read_bytes()).getvalue()
        inside = with_config(saved(tmp_path / "m.keras"), lambda c: None, **{"model.weights.h5": weights})
        assert words in refused(inside, "load_archive")


def test_damaged_files(tmp_path):
    whole = saved(tmp_path / "m.h5").read_bytes()
    for size in (6, 100, 3000, len(whole) - 10):
        (tmp_path / "cut.h5").write_bytes(whole[:size])
        assert refused(tmp_path / "cut.h5", "load_cut")
    zipped = saved(tmp_path / "m.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(zipped[:-100])
    refused(tmp_path / "cut.keras", "load_cut")
    with zipfile.ZipFile(tmp_path / "text.keras", "w") as archive:
        archive.writestr("config.json", "{no json")
    refused(tmp_path / "text.keras", "load_broken")
    with zipfile.ZipFile(tmp_path / "deep.keras", "w") as archive:
        archive.writestr("config.json", "[" * 200_000)
    refused(tmp_path / "deep.keras", "load_broken")


def gz(content):
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("m.h5", b"<!DOCTYPE html><html>", "load_format", "a web page"),
        ("m.keras", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "load_lfs", "git"),
        ("m.h5", b"layer,units\n1,2\n", "load_format", "plain text"),
        ("m.json", b'{"class_name": "Sequential"}', "load_json", "model_from_json"),
        ("m.rds", gz(b"X\n\x00\x00\x00\x03"), "load_rds", "saveRDS"),
        ("m.RData", gz(b"RDX3\nX\n"), "load_rds", "saveRDS"),
        ("m.tflite", b"\x1c\x00\x00\x00TFL3", "load_format", "TensorFlow Lite"),
        ("m.tar.gz", gz(b"model/"), "load_format", "compressed archive"),
        ("m.onnx", b"\x08\x07\x12", "load_format", "ONNX"),
        ("m.ckpt.index", b"\x00\x00\x06\x08", "load_weights_only", "load_weights"),
        ("m.keras", b"\x00\xff\xfe\x00", "load_format", "other"),
        ("m.h5", b"", "load_empty", "empty"),
    ],
)
def test_files_of_other_formats_are_known_by_their_bytes(tmp_path, name, content, code, words):
    (tmp_path / name).write_bytes(content)
    assert words in refused(tmp_path / name, code)


def test_other_zips(tmp_path):
    for member, words in (("archive/data.pkl", "PyTorch"), ("m/saved_model.pb", "unpack"), ("m.h5", "unpack")):
        with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
            archive.writestr(member, b"x")
        assert words in refused(tmp_path / "m.zip", "load_format")


def test_weights_without_a_model(tmp_path):
    model = keras.Sequential(DENSE)
    model.save_weights(tmp_path / "m.weights.h5")
    text = refused(tmp_path / "m.weights.h5", "load_weights_only")
    exec(text.split("Fix: ")[1].split("  #")[0], {"model": model})
    with h5py.File(tmp_path / "old.h5", "w") as h5:
        h5.attrs["layer_names"] = [b"dense"]
    refused(tmp_path / "old.h5", "load_weights_only")
    with h5py.File(tmp_path / "data.h5", "w") as h5:
        h5["x"] = np.zeros(3)
    assert "without a Keras model" in refused(tmp_path / "data.h5", "load_format")
    tf.train.Checkpoint(v=tf.Variable(1.0)).save(str(tmp_path / "ckpt" / "m"))
    refused(tmp_path / "ckpt", "load_weights_only")
    refused(tmp_path / "ckpt" / "m-1", "load_weights_only")


def test_folders_and_missing_files_name_what_is_there(tmp_path):
    saved(tmp_path / "right.keras")
    for wrong in ("rihgt.keras", "right.h5"):
        text = refused(tmp_path / wrong, "load_missing")
        assert "right.keras" in text
        scope = {"safe_load_model": kg.safe_load_model}
        exec(text.split("Fix: ")[1].split("  #")[0], scope)
        assert scope["model"].layers
    assert "right.keras" in refused(tmp_path, "load_folder")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "load_folder")


def test_the_line_that_allows_it_runs(tmp_path):
    saved(tmp_path / "m.keras", keras.layers.Lambda(lambda t: t * 2.0, output_shape=(5,)))
    text = refused(tmp_path / "m.keras", "load_lambda")
    scope = {"safe_load_model": kg.safe_load_model}
    exec(text.split("Fix: ")[1].split("  #")[0], scope)
    np.testing.assert_array_equal(scope["model"].predict(np.ones((2, 5)), verbose=0), np.full((2, 5), 2.0))


def test_what_the_bytes_show_is_found_before_tensorflow_is_loaded(tmp_path):
    (tmp_path / "page.h5").write_text("<html>")
    (tmp_path / "cut.keras").write_bytes(b"PK\x03\x04")
    (tmp_path / "cut.h5").write_bytes(saved(tmp_path / "m.h5").read_bytes()[:3000])
    saved(tmp_path / "lambda.keras", keras.layers.Lambda(lambda t: t, output_shape=(5,)))
    with_config(saved(tmp_path / "out.keras"), lambda c: None, **{"../out": b"x"})
    keras.Sequential(DENSE).save_weights(tmp_path / "m.weights.h5")
    names = ["page.h5", "cut.keras", "cut.h5", "out.keras", "lambda.keras", "m.weights.h5", "none.h5"]
    code = f"""
import sys, pathlib, kerasguard as kg
for name in {names}:
    try:
        kg.safe_load_model(pathlib.Path({str(tmp_path)!r}) / name)
    except kg.ModelLoadError as error:
        assert error.code
    else:
        raise SystemExit(name)
    assert not {{"tensorflow", "keras"}} & set(sys.modules), name
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_hdf5_may_begin_later(tmp_path):
    saved(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as source, h5py.File(tmp_path / "u.h5", "w", userblock_size=512) as target:
        for key, value in source.attrs.items():
            target.attrs[key] = value
        for key in source:
            source.copy(key, target)
    assert look(tmp_path / "u.h5") == Look("hdf5", pathlib.Path(tmp_path / "u.h5"))
    assert load(tmp_path / "u.h5").layers


def function(name, module):
    return {"class_name": "function", "config": name, "module": module, "registered_name": name}


@pytest.mark.parametrize(
    ("name", "module"),
    [("load_model", "keras.models"), ("clone_model", "keras.models"), ("deserialize", "keras.layers"),
     ("get", "keras.activations"), ("set_global_policy", "keras.mixed_precision"), ("Model", "keras")],
)  # fmt: skip
def test_no_function_of_keras_that_models_do_not_name(tmp_path, name, module):
    bad = first_layer({"config": {"units": 1, "activation": function(name, module)}})
    assert name in refused(with_config(saved(tmp_path / "m.keras"), bad), "load_custom")
    bad = first_layer({"class_name": name.lower(), "module": module, "config": {}, "registered_name": None})
    refused(with_config(saved(tmp_path / "n.keras"), bad), "load_custom")


def test_feature_spaces_are_keras_own(tmp_path):
    space = keras.utils.FeatureSpace({"a": "float_normalized", "b": "string_categorical"}, crosses=[], crossing_dim=8)
    space.adapt(tf.data.Dataset.from_tensor_slices({"a": [1.0, 2.0], "b": ["x", "y"]}))
    space.save(tmp_path / "space.keras")
    assert load(tmp_path / "space.keras")
    model = keras.Model(space.get_inputs(), keras.layers.Dense(1)(space.get_encoded_features()))
    model.save(tmp_path / "m.keras")
    assert load(tmp_path / "m.keras").layers


def raw_config(path, text):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["config.json"].decode().replace('"units": 1', f'"units": {text}')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (parts | {"config.json": text.encode()}).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "text", ["9" * 5000, "[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900, "[" + "[]," * 600_000 + "[]]"],
    ids=["digits", "lists", "dicts", "many"],
)  # fmt: skip
def test_configs_built_to_break_the_reader(tmp_path, text):
    assert "config.json" in refused(raw_config(saved(tmp_path / "m.keras"), text), "load_broken")
    path = saved(tmp_path / "m.h5")
    with h5py.File(path, "r+") as h5:
        h5.attrs["training_config"] = '{"loss": ' + text[:60_000] + "}"
    refused(path, "load_broken")


def test_layers_larger_than_the_file_take_no_memory(tmp_path):
    build = keras.Variable.__init__
    large = {"config": {"units": 10**12, "name": "d"}, "build_config": {"input_shape": [None, 5]}}
    path = with_config(saved(tmp_path / "m.keras"), first_layer(large))
    assert "weights" in refused(path, "load_archive")
    path = saved(tmp_path / "m.h5")
    with h5py.File(path, "r+") as h5:
        h5.attrs["model_config"] = h5.attrs["model_config"].replace('"units": 1,', '"units": 300000000,')
    assert "weights" in refused(path, "load_archive")
    for metric, sizes in (("AUC", {"num_thresholds": 10**9}), ("MeanIoU", {"num_classes": 30_000})):
        state = {"optimizer": "adam", "loss": "mse", "metrics": [
            {"module": "keras.metrics", "class_name": metric, "config": sizes, "registered_name": None}]}  # fmt: skip
        change = lambda config, state=state: config.update(compile_config=state)  # noqa: E731
        refused(with_config(saved(tmp_path / "m.keras"), change), "load_archive")
    assert keras.Variable.__init__ is build
    assert load(saved(tmp_path / "right.keras", keras.layers.Dense(4000), keras.layers.Dense(4000)))


def test_names_in_a_file_can_not_write_the_message(tmp_path):
    for name in ("X\n  Fix: run_this()", "\ud800X", "\x1b[31mX", "x` = system('id'), `y"):
        change = first_layer({"class_name": name, "registered_name": None})
        text = refused(with_config(saved(tmp_path / "m.keras"), change), "load_custom")
        text.encode("utf-8")
        assert "\x1b" not in text
        assert text.count("\n") == 2
        assert "`" not in text.split("Fix:")[1]


def test_odd_parts_are_refused_without_a_raw_error(tmp_path):
    for change in ({"registered_name": ["a"]}, {"class_name": ["Dense"]}, {"module": ["os"]}, {"config": [1]}):
        with pytest.raises(kg.ModelLoadError):
            kg.safe_load_model(with_config(saved(tmp_path / "m.keras"), first_layer(change)))
    refused(with_config(saved(tmp_path / "m.keras"), lambda c: None, **{"x.npy": b"\x93NUMPY\x01\x00"}), "load_broken")
    with zipfile.ZipFile(saved(tmp_path / "m.keras")) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "lzma.keras", "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(tmp_path / "lzma.keras", "load_archive")
    (tmp_path / "folder" / "saved_model.pb").mkdir(parents=True)
    refused(tmp_path / "folder", "load_tensorflow" if isinstance(tf, Absent) else "load_broken")


def test_damaged_bytes_anywhere_are_no_raw_error(tmp_path):
    random = np.random.default_rng(0)
    for name in ("m.keras", "m.h5"):
        whole = saved(tmp_path / name).read_bytes()
        for _ in range(60):
            damaged = bytearray(whole)
            for place in random.integers(0, min(len(whole), 9000), 4):
                damaged[place] = random.integers(0, 256)
            (tmp_path / name).write_bytes(bytes(damaged))
            with contextlib.suppress(kg.ModelLoadError):
                kg.safe_load_model(tmp_path / name)


def test_the_line_that_has_a_class_imported_runs(tmp_path, monkeypatch):
    (tmp_path / "their_layers.py").write_text(
        "import pathlib, keras\npathlib.Path(__file__).with_name('mark').touch()\n"
        "class Theirs(keras.layers.Layer):\n    def call(self, x):\n        return x * 2\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    change = first_layer({"class_name": "Theirs", "module": "their_layers", "registered_name": "theirs>Theirs",
                          "config": {"name": "t"}, "build_config": None})  # fmt: skip
    text = refused(with_config(saved(tmp_path / "m.keras"), change), "load_custom")
    assert not (tmp_path / "mark").exists()
    with zipfile.ZipFile(saved(tmp_path / "w.keras", keras.layers.ReLU())) as archive:
        weights = archive.read("model.weights.h5")
    with_config(tmp_path / "m.keras", lambda c: None, **{"model.weights.h5": weights})
    scope = {"safe_load_model": kg.safe_load_model}
    line = next(line for line in text.split("\n") if "safe_mode=False" in line)
    exec(line.replace("Fix:", "").split("  #")[0].strip(), scope)
    assert (tmp_path / "mark").exists()
    np.testing.assert_array_equal(scope["model"].predict(np.ones((2, 5)), verbose=0), np.full((2, 5), 2.0))
