from __future__ import annotations

import json
import re
import warnings
import zipfile

import keras
import kerasguard as kg
import models
import numpy as np
import pytest
from kerasguard.messages import CATALOGUE, render
from kerasguard.report import Call, Diagnosis, Repair
from needs import Absent, tf

X = np.random.default_rng(0).normal(size=(4, 5))


def load(path, codes=(), **options):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        model = kg.safe_load_model(path, **options)
    ours = [w.message.code for w in seen if issubclass(w.category, kg.KerasGuardWarning)]
    assert ours == list(codes)
    return model


def saved(tmp_path, name, loss="mse", metrics=("mae",)):
    model = models.dense()
    if loss:
        model.compile("adam", loss, metrics=list(metrics))
        model.fit(X, X[:, :1], verbose=0)
    model.save(tmp_path / name)
    return model, tmp_path / name


@pytest.mark.filterwarnings("ignore")
def test_files_come_back_with_their_predictions(tmp_path):
    for name, codes in (("m.keras", ()), ("m.h5", ("load_names",))):
        model, path = saved(tmp_path, name)
        back = load(path, codes)
        np.testing.assert_array_equal(back.predict(X, verbose=0), model.predict(X, verbose=0))
        assert back.loss is not None
        assert back.evaluate(X, X[:, :1], verbose=0) == pytest.approx(model.evaluate(X, X[:, :1], verbose=0))


@pytest.mark.filterwarnings("ignore")
def test_never_compiled_or_not_to_be_compiled(tmp_path):
    _, path = saved(tmp_path, "plain.h5", loss=None)
    load(str(path))
    _, path = saved(tmp_path, "compiled.h5")
    assert load(path, compile=False).loss is None


@pytest.mark.filterwarnings("ignore")
def test_a_compile_state_that_is_lost_is_told(tmp_path):
    def own_loss(y, p):
        return keras.ops.mean((y - p) ** 2)

    model, path = saved(tmp_path, "own.h5", loss=own_loss, metrics=())
    back = load(path, ["load_uncompiled"])
    np.testing.assert_array_equal(back.predict(X, verbose=0), model.predict(X, verbose=0))
    assert load(path, custom_objects={"own_loss": own_loss}).loss is not None


def refused(path, code, **options):
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_load_model(path, **options)
    assert caught.value.code == code
    assert "Fix:" in str(caught.value)
    assert len(str(caught.value)) < 1000
    return str(caught.value)


def test_what_is_no_model_file(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"")
    (tmp_path / "text.h5").write_text("layer,units\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "right.keras").write_bytes(b"PK\x03\x04 cut off")
    refused(tmp_path / "model.keras", "load_empty")
    refused(tmp_path / "folder", "load_folder")
    refused(tmp_path / "text.h5", "load_format")
    refused(tmp_path / "right.keras", "load_cut")
    assert "model.keras" in refused(tmp_path / "mdoel.keras", "load_missing")
    refused(tmp_path / "nowhere" / "m.keras", "load_missing")
    refused(None, "load_path")


@pytest.mark.filterwarnings("ignore")
def test_code_in_a_file_does_not_run(tmp_path):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Lambda(lambda t: t * 2.0)])
    for name in ("lambda.keras", "lambda.h5"):
        model.save(tmp_path / name)
        refused(tmp_path / name, "load_lambda")
        back = kg.safe_load_model(tmp_path / name, safe_mode=False)
        np.testing.assert_allclose(back.predict(X, verbose=0), X * 2, rtol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file(tmp_path):
    _, path = saved(tmp_path, "m.keras")
    whole = path.read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.keras", "load_cut")
    _, path = saved(tmp_path, "m.h5")
    (tmp_path / "cut.h5").write_bytes(path.read_bytes()[:3000])
    refused(tmp_path / "cut.h5", "load_cut")


def test_addresses(tmp_path):
    text = refused("https://example.org/models/m.h5?raw=true", "load_url")
    assert "https://example.org/models/m.h5?raw=true" in text
    assert '"m.h5"' in text
    _, path = saved(tmp_path, "two words ü.keras")
    load(path.as_uri())


FACTS = {
    "path": "/data/model.h5", "file": "model.h5", "format": ".h5 of Keras 2.15.0", "near": "/data/m.h5", "cls": "list",
    "directory": "/data", "sentence": "Keras said so", "what": "HDF5", "size": 100, "name": "Mine", "reason": "is large",
    "wants": "os.system", "foreign": "os", "why": "it has none", "error": "TypeError", "names": "mse",
    "changes": "LSTM time_major", "endpoint": "serve", "prefix": "/data/model", "layers": "'code'", "member": "a.npz", "flag": "compile", "value": 3,
    "part": "inputs", "model_name": "net", "version": "9.0.0", "schema": 2, "known": 1, "installed": "3.15.1", "ending": ".h5",
    "release": "2.21", "does": "trained or evaluated",
}  # fmt: skip


@pytest.mark.parametrize("language", ["python", "r"])
@pytest.mark.parametrize("code", sorted(code for code in CATALOGUE if code.startswith("load_")))
def test_the_form_of_words_about_files(code, language):
    entry = CATALOGUE[code]
    is_refusal = bool(entry.fixes)
    finding = Diagnosis(code, "path", FACTS) if is_refusal else Repair(code, "path", "message", FACTS)
    message = render(finding, Call("safe_load_model", language, "model", "path"))
    assert len(message.lines[0]) <= 90
    assert len(message.text) < 1000
    assert any(line.startswith("Fix:") for line in message.lines) == is_refusal
    if language == "r":
        assert not re.search(r"\bNone\b|\bFalse\b|\bTrue\b|ndarray|np\.", message.text)


def test_a_web_address_is_no_file():
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_load_model("https://example.com/models/net.h5?raw=true")
    assert caught.value.code == "load_url"
    assert '"net.h5"' in str(caught.value)


def test_custom_objects_without_names_are_refused(tmp_path):
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_load_model(tmp_path / "m.h5", custom_objects="Own")
    assert caught.value.code == "load_objects"


def test_a_file_of_that_name_elsewhere_is_named(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.h5").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    for path in ("net.h5", "C:\\Users\\me\\net.h5", "other/net.h5"):
        with pytest.raises(kg.ModelLoadError) as caught:
            kg.safe_load_model(path)
        assert "models" in str(caught.value)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_class_of_a_package_is_given_by_its_own_name(tmp_path, ending):
    @keras.saving.register_keras_serializable(package="theirs")
    class Doubled(keras.layers.Layer):
        def call(self, x):
            return x * 2

    def own_loss(a, b):
        return keras.ops.mean((a - b) ** 2)

    model = keras.Sequential([keras.Input((3,)), Doubled(), keras.layers.Dense(1)])
    model.compile("adam", own_loss)
    path = tmp_path / f"m.{ending}"
    model.save(path)
    keras.saving.get_custom_objects().pop("theirs>Doubled")
    assert 'custom_objects={"Doubled": CLASS}' in refused(path, "load_custom")
    with pytest.warns(kg.RepairNotice, match="names own_loss"):
        loaded = kg.safe_load_model(path, custom_objects={"Doubled": Doubled})
    np.testing.assert_array_equal(loaded.predict(np.ones((2, 3))), model.predict(np.ones((2, 3))))


@pytest.mark.parametrize("value", ["False", None, 2, "no"])
def test_flags_are_true_or_false(tmp_path, value):
    models.dense().save(tmp_path / "m.keras")
    for flag in ("safe_mode", "compile"):
        with pytest.raises(kg.ModelLoadError, match=f"`{flag}` must be True or False"):
            kg.safe_load_model(tmp_path / "m.keras", **{flag: value})


def test_hidden_folders_are_no_near_names(tmp_path):
    (tmp_path / ".keras").mkdir()
    assert '.keras"' not in refused(tmp_path / "x.keras", "load_missing").split("Fix:")[1]


@pytest.mark.filterwarnings("ignore")
def test_the_optimizer_of_keras_on_torch(tmp_path):
    model, path = saved(tmp_path, "own.keras")
    other = tmp_path / "other.keras"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":  # as Keras on torch writes it
                config = json.loads(content)
                module = "keras.src.backend.torch.optimizers.torch_adam"
                config["compile_config"]["optimizer"] |= {"module": module, "registered_name": "Adam"}
                content = json.dumps(config).encode()
            new.writestr(name, content)
    back = load(other)
    np.testing.assert_array_equal(back.predict(X, verbose=0), model.predict(X, verbose=0))
    assert int(back.optimizer.iterations) == 1
    for mine, theirs in zip(back.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(mine), np.asarray(theirs))


@pytest.mark.skipif(not isinstance(tf, Absent), reason="TensorFlow is installed")
def test_a_folder_of_tensorflow_without_it(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "saved_model.pb").write_bytes(b"\x08\x01")
    assert "pip install tensorflow" in refused(tmp_path / "m", "load_tensorflow")
