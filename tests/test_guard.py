"""guard(): a snapshot predicts as the model did, wherever it goes and whatever becomes of the model."""

from __future__ import annotations

import copy
import gc
import io
import json
import os
import pickle
import subprocess
import sys
import textwrap
import time
import warnings
import zipfile
from pathlib import Path

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.guarding import Guarded
from kerasguard.guarding.calls import guard_with_report, unguard_with_report
from kerasguard.messages import render
from kerasguard.report import Call
from needs import tf
from surface import PUBLIC

SNAPSHOTS = Path(__file__).parent / "snapshots"
X = np.random.default_rng(1).normal(size=(6, 5)).astype("float32")


@keras.saving.register_keras_serializable("test_guard")
class Known(keras.layers.Layer):
    def call(self, x):
        return x * 2.0


class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2.0


class Unsaved(keras.layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


def with_layer(layer):
    return keras.Sequential([keras.Input((5,)), layer, keras.layers.Dense(2)])


def by_lambda():
    return with_layer(keras.layers.Lambda(lambda x: x * 2.0, output_shape=(5,)))


def sent(guarded):
    """As another process would have it."""
    return pickle.loads(pickle.dumps(guarded))


def said(function, *args, **kwargs):
    """What a call gives, and the codes that it tells."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        value = function(*args, **kwargs)
    return value, [one.message.code for one in told if isinstance(one.message, kg.KerasGuardWarning)]


def change_weights(model):
    model.set_weights([values + 1 for values in model.get_weights()])


@pytest.mark.parametrize("make", [models.dense, models.lstm, models.conv, models.two, models.two_outputs, models.half])
def test_a_copy_predicts_the_same(make):
    model = make()
    x = [np.random.default_rng(2).normal(size=(4, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
    x = x[0] if len(x) == 1 else x
    want = model.predict(x, verbose=0)
    guarded = kg.guard(model)
    for one in (guarded, sent(guarded), copy.deepcopy(guarded)):
        assert one.is_live == (one is guarded)
        found = one.predict(x)
        for a, b in zip(found, want, strict=True) if isinstance(want, list) else [(found, want)]:
            np.testing.assert_array_equal(a, b)


def test_the_same_model_gives_the_same_bytes():
    model = models.dense()
    model.compile("adam", "mse")
    first = kg.guard(model)
    time.sleep(2.1)  # zip archives tell seconds in twos
    assert kg.guard(model).data == first.data
    assert kg.guard(first) is first
    change_weights(model)
    assert kg.guard(model).data != first.data


def test_a_layer_used_twice_is_told_by_no_place_in_memory():
    shared = keras.layers.Dense(3, kernel_initializer=(init := keras.initializers.GlorotUniform(seed=1)))
    x = keras.Input((3,))
    model = keras.Model(x, keras.layers.Dense(2, kernel_initializer=init)(shared(shared(x))))
    guarded = kg.guard(model)
    with zipfile.ZipFile(io.BytesIO(guarded.data)) as archive:
        config = archive.read("config.json").decode()
        assert "date_saved" not in json.loads(archive.read("metadata.json"))
    assert str(id(init)) not in config
    ones = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(sent(guarded).predict(ones), model.predict(ones, verbose=0))


def test_a_trained_model_leaves_the_snapshot_as_it_is():
    model = models.dense()
    model.compile("adam", "mse")
    guarded = kg.guard(model)
    want = model.predict(X, verbose=0)
    for call in (lambda: model.predict(X, verbose=0), lambda: model.evaluate(X, np.ones(len(X)), verbose=0)):
        call()
        assert kg.unguard(guarded) is model
    model.compile("adam", "mse")  # as it was
    assert kg.unguard(guarded) is model
    model.fit(X, np.ones(len(X)), verbose=0)
    assert not np.array_equal(model.predict(X, verbose=0), want)
    value, codes = said(guarded.predict, X)
    np.testing.assert_array_equal(value, want)
    assert codes == ["guard_trained"]
    value, codes = said(guarded.predict, X)
    np.testing.assert_array_equal(value, want)
    assert codes == []
    # and so of the model that was loaded of it
    change_weights(kg.unguard(guarded))
    value, codes = said(guarded.predict, X)
    np.testing.assert_array_equal(value, want)
    assert codes == ["guard_trained"]


def test_other_changes_of_the_model_are_seen():
    def activation(model):
        model.layers[-1].activation = keras.activations.tanh

    def blueprint(model):
        kg.learn_blueprint(model, pd.DataFrame(X, columns=list("edcba")))

    def loss(model):
        model.compile("adam", "mae")

    for change in (activation, blueprint, loss, change_weights):
        model = models.dense()
        model.compile("adam", "mse")
        kg.learn_blueprint(model, pd.DataFrame(X, columns=list("abcde")))
        guarded = kg.guard(model)
        want = guarded.predict(X)
        change(model)
        value, codes = said(guarded.predict, pd.DataFrame(X, columns=list("abcde")))
        np.testing.assert_array_equal(value, want)
        assert codes == ["guard_trained"], change.__name__


def test_a_vocabulary_belongs_to_the_snapshot():
    layer = keras.layers.TextVectorization(output_sequence_length=3, vocabulary=["good", "bad"])
    model = keras.Sequential(
        [keras.Input((1,), dtype="string"), layer, keras.layers.Embedding(4, 2), keras.layers.Flatten()]
    )
    guarded, texts = kg.guard(model), np.array(["good film", "bad"])
    want = guarded.predict(texts)
    layer.set_vocabulary(["bad", "good"])
    value, codes = said(guarded.predict, texts)
    np.testing.assert_array_equal(value, want)
    assert codes == ["guard_trained"]
    np.testing.assert_array_equal(sent(guarded).predict(texts), want)


def test_the_model_is_not_kept_alive():
    model = models.dense()
    guarded, want = kg.guard(model), model.predict(X, verbose=0)
    assert guarded.is_live
    del model
    gc.collect()
    assert not guarded.is_live
    value, codes = said(guarded.predict, X)
    np.testing.assert_array_equal(value, want)
    assert codes == []


def test_the_blueprint_comes_along():
    model = models.dense(units=3, activation="softmax")
    model.compile("adam", "sparse_categorical_crossentropy")
    x = pd.DataFrame(X, columns=list("abcde"))
    kg.learn_blueprint(model, x, pd.Categorical(list("uvwuvw")))
    guarded = sent(kg.guard(model))
    assert kg.blueprint(guarded) == kg.blueprint(model)
    assert not guarded.is_live
    found, codes = said(guarded.predict, x[list("edcba")], type="class")
    assert list(found) == list(kg.safe_predict(model, x, type="class"))
    assert codes == ["column_order"]
    for word in ("(samples, 5)", '"a"', '"w"', kg.__version__, keras.__version__):
        assert word in repr(guarded)


def test_every_function_takes_a_guard(tmp_path):
    model = models.dense()
    model.compile("adam", "mse")
    guarded = sent(kg.guard(model))
    np.testing.assert_array_equal(kg.safe_predict(guarded, X), model.predict(X, verbose=0))
    np.testing.assert_array_equal(kg.validate_and_coerce(guarded, X.astype(float)), X)
    assert kg.check_input(guarded, X).ok
    assert kg.check_model(guarded).ok
    y = np.ones(len(X))
    assert kg.safe_evaluate(guarded, X, y, verbose=0) == pytest.approx(model.evaluate(X, y, verbose=0))
    kg.safe_save_model(guarded, tmp_path / "m.keras")
    np.testing.assert_array_equal(kg.safe_load_model(tmp_path / "m.keras").predict(X, verbose=0), guarded.predict(X))
    with pytest.raises(kg.ShapeError, match=r"safe_predict\(guarded, "):
        kg.safe_predict(guarded, X[:, :4])
    for call in (lambda: kg.safe_fit(guarded, X, y), lambda: kg.learn_blueprint(guarded, X)):
        with pytest.raises(kg.KerasGuardError) as refused:
            call()
        assert refused.value.code == "guard_fit"


def test_the_fix_of_a_training_runs():
    model = models.dense()
    model.compile("adam", "mse")
    guarded = kg.guard(model)
    with pytest.raises(kg.KerasGuardError) as refused:
        kg.safe_fit(guarded, X, np.ones(len(X)))
    names = {**PUBLIC, "guarded": guarded, "x": X, "y": np.ones(len(X))}
    exec(code_of(refused.value), names)
    assert isinstance(names["guarded"], Guarded)
    assert names["guarded"].data != guarded.data


def code_of(error):
    text = str(error).split("Fix: ", 1)[1]
    return "\n".join(line.strip() for line in text.split("Fix: ")[0].splitlines())


def test_code_is_never_run_unasked():
    for model, may in (
        (by_lambda(), {"safe_mode": False}),
        (with_layer(Doubled()), {"custom_objects": {"Doubled": Doubled}}),
    ):
        guarded, codes = said(kg.guard, model)
        assert codes == ["guard_code"]
        want = guarded.predict(X)  # by the model itself
        other = sent(guarded)
        with pytest.raises(kg.ModelLoadError, match="unguard\\(guarded, "):
            other.predict(X)
        kg.unguard(other, **may)
        np.testing.assert_array_equal(other.predict(X), want)
        with pytest.raises(kg.ModelLoadError):  # what was allowed is not sent along
            sent(other).predict(X)


def test_registered_classes_are_known():
    guarded, codes = said(kg.guard, with_layer(Known()))
    assert codes == []
    np.testing.assert_array_equal(sent(guarded).predict(X), guarded.predict(X))


def test_what_keras_cannot_save_is_guarded_by_what_it_computes(tmp_path):
    model = with_layer(Unsaved(lambda x: x * 3.0))
    with pytest.raises(kg.KerasGuardError) as refused:
        kg.guard(model)
    assert refused.value.code == "guard_failed"
    names = {**PUBLIC, "model": model}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code_of(refused.value).replace("FOLDER", str(tmp_path / "m")), names)
    np.testing.assert_allclose(sent(names["guarded"]).predict(X), model.predict(X, verbose=0), rtol=1e-6)


def test_a_savedmodel_is_guarded_whole(tmp_path):
    model = models.dense()
    model.export(str(tmp_path / "m"), verbose=False)
    served, _ = said(kg.safe_load_model, tmp_path / "m")
    kg.learn_blueprint(served, pd.DataFrame(X, columns=list("abcde")))
    guarded = kg.guard(served)
    other = sent(guarded)
    np.testing.assert_array_equal(other.predict(X), served.predict(X))
    assert kg.blueprint(other).inputs[0].names == tuple("abcde")
    again = sent(kg.guard(kg.unguard(other)))
    np.testing.assert_array_equal(again.predict(X), served.predict(X))


def test_a_stale_blueprint_stays_behind():
    model = models.dense()
    kg.learn_blueprint(model, pd.DataFrame(X, columns=list("abcde")))
    change_weights(model)
    guarded, codes = said(kg.guard, model)
    assert codes == ["guard_stale"]
    assert guarded.blueprint is None
    assert sent(guarded).predict(X).shape == (6, 1)


@pytest.mark.parametrize("data", [b"", b"no model", "cut", "text", "outside"])
def test_bytes_that_are_no_model_are_refused(data, tmp_path):
    good = kg.guard(models.dense())
    if data == "cut":
        data = good.data[:-500]
    elif data == "text":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("config.json", "{}")
        data = out.getvalue()
    elif data == "outside":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("saved_model.pb", b"x")
            archive.writestr(f"../{tmp_path.name}.txt", b"x")
        data = out.getvalue()
    with pytest.raises(kg.ModelLoadError) as refused:
        Guarded(data, good.about).predict(X)
    assert "model.keras" not in str(refused.value)
    assert "/tmp" not in str(refused.value)


def test_no_models_are_refused():
    with pytest.raises(kg.InputStructureError):
        kg.guard("model.keras")
    with pytest.raises(kg.InputStructureError):
        kg.unguard("model.keras")
    with pytest.raises(kg.KerasGuardError) as refused:
        kg.guard(keras.Sequential([keras.layers.Dense(1)]))
    assert refused.value.code == "model_unbuilt"
    model = models.dense()
    assert kg.unguard(model) is model


IN_CHILD = """
    import os, sys
    import numpy as np, kerasguard as kg, keras
    guarded = kg.guard(keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)]))
    if os.fork() == 0:
        code = "none"
        try:
            guarded.predict(np.ones((2, 5)))
        except kg.KerasGuardError as error:
            code = error.code
        print(code, flush=True)
        os._exit(0)
    os.wait()
"""
BEFORE = """
    import os, pickle, sys
    import numpy as np, kerasguard as kg
    kg.Guarded
    if os.fork() == 0:
        guarded = pickle.load(open(sys.argv[1], "rb"))
        print(guarded.predict(np.ones((2, 5))).shape, flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork() here")
@pytest.mark.parametrize(("script", "want"), [(IN_CHILD, "model_forked"), (BEFORE, "(2, 1)")])
def test_a_fork_does_not_wait_forever(script, want, tmp_path):
    if keras.backend.backend() == "torch":
        pytest.skip("torch goes on in a fork")
    file = tmp_path / "guarded.pickle"
    file.write_bytes(pickle.dumps(kg.guard(models.dense())))
    command = [sys.executable, "-c", textwrap.dedent(script), str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    assert want in ran.stdout


def findings():
    """All that is said of guards, each from its situation."""
    model = models.dense()
    guarded, _ = guard_with_report(Call("guard", model="net"), model)
    change_weights(model)
    yield from unguard_with_report(Call("unguard", "r", "guarded"), guarded, None, True)[1].findings
    for function in ("safe_fit", "learn_blueprint"):
        yield from unguard_with_report(Call(function, "r", "guarded"), guarded, None, True)[1].findings
    broken = Guarded(b"", guarded.about)
    yield from unguard_with_report(Call("unguard", "r", "guarded"), broken, None, True)[1].findings
    stale = models.dense()
    kg.learn_blueprint(stale, pd.DataFrame(X))
    change_weights(stale)
    for one in (stale, by_lambda(), with_layer(Doubled()), with_layer(Unsaved(abs)), twice(), with_layer(Strict())):
        yield from guard_with_report(Call("guard", model="net"), one)[1].findings
    for one in (by_lambda(), with_layer(Doubled())):
        unknown = sent(guard_with_report(Call("guard"), one)[0])
        yield from unguard_with_report(Call("unguard", "r", "guarded"), unknown, None, True)[1].findings


@pytest.mark.parametrize("language", ["python", "r"])
def test_words_are_as_agreed(language):
    call = Call("guard", language, model="guarded", model_name="NAME")
    current = "\n".join(f"## {found.code}\n{render(found, call).text}\n" for found in findings())
    file = SNAPSHOTS / f"guard_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(current)
    assert current == file.read_text()


@keras.saving.register_keras_serializable("test_guard")
class Forgetful(keras.layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return super().get_config()  # not the factor


class Strict(keras.layers.Layer):
    def __init__(self):  # takes nothing of what Keras writes
        super().__init__()

    def call(self, x):
        return x * 2.0


def twice():
    inner = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5)])
    return keras.Sequential([keras.Input((5,)), inner, inner, keras.layers.Dense(1)])


def with_broken_word():
    lookup = keras.layers.StringLookup(output_mode="one_hot")
    lookup.adapt(np.array(["a", "b\nc"]))
    words = keras.Input((1,), dtype="string")
    return keras.Model(words, keras.layers.Dense(1)(lookup(words)))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (twice, "guard_differs"),  # Keras' own load_model() forgets the second one, without a word
        (lambda: with_layer(Forgetful(3.0)), "guard_differs"),
        (lambda: with_layer(Strict()), "guard_lost"),
        (with_broken_word, "guard_lost"),
    ],
)
def test_what_would_come_back_as_another_model_is_refused_at_once(make, code, tmp_path):
    model = make()
    with pytest.raises(kg.KerasGuardError) as refused:
        kg.guard(model)
    assert refused.value.code == code
    model.export(tmp_path / "FOLDER", verbose=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kg.RepairNotice)
        guarded = kg.guard(kg.safe_load_model(tmp_path / "FOLDER"))
        x = np.array([["a"], ["b\nc"]], dtype=object) if make is with_broken_word else X
        want = model.predict(tf.constant(x) if x is not X else x, verbose=0)
        np.testing.assert_allclose(sent(guarded).predict(x), want, rtol=1e-5, atol=1e-6)


def test_a_trial_leaves_random_numbers_alone():
    def next_weights(guards):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2), keras.layers.Dropout(0.5)])
        if guards:
            sent(kg.guard(model)).predict(X)
        return keras.Sequential([keras.Input((5,)), keras.layers.Dense(2)]).get_weights()[0]

    np.testing.assert_array_equal(next_weights(True), next_weights(False))


def test_rows_of_an_embedding_that_are_trained_in_place_are_seen():
    ids = np.array([[10001, 20003, 333], [1, 2, 49999]])
    model = keras.Sequential([
        keras.Input((3,), dtype="int32"), keras.layers.Embedding(50000, 16), keras.layers.Flatten(),
        keras.layers.Dense(2, trainable=False),
    ])  # fmt: skip
    model.compile(keras.optimizers.SGD(0.5), "mse")
    model.train_on_batch(ids, np.ones((2, 2)))
    guarded = kg.guard(model)
    want = guarded.predict(ids)
    model.train_on_batch(ids, np.ones((2, 2)))
    found, codes = said(guarded.predict, ids)
    assert codes == ["guard_trained"]
    np.testing.assert_array_equal(found, want)
    assert not np.array_equal(model.predict(ids, verbose=0), want)
