"""What is handed over in a model's place: the line that gives the model, run as printed."""

from __future__ import annotations

import pathlib

import keras
import kerasguard as kg
import models
import numpy as np
import pytest
from needs import tf

X = np.linspace(-1, 1, 20, dtype="float32").reshape(4, 5)


class Wrapper:
    """Any class around a model."""

    def __init__(self, net):
        self.net = net
        self.itself = self

    @property
    def never(self):
        raise AssertionError("nothing is called")


class Nested:
    """A model two objects down."""

    def __init__(self, net):
        self.parts = {"text": "a", "inner": [None, Wrapper(net)]}


def refusal(held, call=kg.safe_predict, *more):
    with pytest.raises(kg.InputStructureError) as caught:
        call(held, X, *more)
    assert caught.value.code == "structure_model"
    return str(caught.value)


def line_of(text):
    code = text.split("Fix: ")[1].split("\n")
    return "\n".join(line.removeprefix("       ").split("  # ")[0] for line in code)


def fixed(held, x=X):
    """The names that the printed lines leave."""
    names = {"model": held, "x": x, "safe_load_model": kg.safe_load_model}
    exec(line_of(refusal(held)), names)
    return names


@pytest.mark.parametrize(
    "hold",
    [
        lambda net: {"net": net, "scaler": 1},
        lambda net: {"it's": net},
        lambda net: [1, net],
        lambda net: (net, net),
        Wrapper,
        Nested,
        lambda net: lambda: net,
    ],
)
def test_the_one_model_inside_is_found(hold):
    net = models.dense()
    assert fixed(hold(net))["model"] is net


def test_several_models_are_counted():
    nets = [models.dense(), models.dense()]
    assert "2 Keras models" in refusal(nets)
    assert fixed(nets)["model"] is nets[0]


def test_a_history_knows_its_model():
    net = models.dense()
    net.compile(loss="mse")
    assert fixed(net.fit(X, np.ones(4), verbose=0))["model"] is net


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_file_by_name_and_as_bytes(ending, tmp_path, monkeypatch, recwarn):
    monkeypatch.chdir(tmp_path)
    net = models.dense()
    net.save(f"net{ending}")
    want = net.predict(X, verbose=0)
    for held in (f"net{ending}", pathlib.Path(f"net{ending}"), pathlib.Path(f"net{ending}").read_bytes()):
        np.testing.assert_array_equal(kg.safe_predict(fixed(held)["model"], X), want)


def test_a_saved_model_that_tensorflow_loaded(tmp_path):
    net = models.dense()
    net.export(tmp_path / "folder", verbose=False)
    assert 'safe_load_model("FOLDER")' in refusal(tf.saved_model.load(tmp_path / "folder"))


@pytest.mark.parametrize("held", [None, 3, "model", {"a": 1}, [X], b"abcdef", object()])
def test_what_holds_no_model_is_only_refused(held):
    assert line_of(refusal(held)) == 'model = safe_load_model("FILE.keras")'


@pytest.mark.filterwarnings("ignore::UserWarning")  # of TensorFlow Lite, that it moves elsewhere
def test_models_of_other_libraries_are_named():
    converter = tf.lite.TFLiteConverter.from_keras_model(models.dense())
    assert "TensorFlow Lite" in refusal(tf.lite.Interpreter(model_content=converter.convert()))


def build(X, y):
    """A model for a wrapper of scikit-learn."""
    net = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    net.compile(loss="mse")
    return net


def test_wrappers_and_pipelines_of_scikit_learn():
    pytest.importorskip("sklearn")
    from keras.wrappers import SKLearnRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    wrapper = SKLearnRegressor(build, fit_kwargs={"verbose": 0}).fit(X, np.ones(4))
    assert fixed(wrapper)["model"] is wrapper.model_
    pipe = make_pipeline(StandardScaler(), SKLearnRegressor(build, fit_kwargs={"verbose": 0})).fit(X, np.ones(4))
    here = fixed(pipe)
    np.testing.assert_allclose(
        kg.safe_predict(here["model"], here["prepared"])[:, 0], pipe.predict(X).ravel(), rtol=1e-6
    )
    assert "scikit-learn" in refusal(StandardScaler().fit(X))


@pytest.mark.parametrize("function", [kg.validate_and_coerce, kg.learn_blueprint])
def test_every_function_says_so(function):
    assert line_of(refusal({"net": models.dense()}, function)) == "model = model['net']"


def test_functions_without_data_say_so_too(tmp_path):
    held = {"net": models.dense()}
    for call in (kg.blueprint, lambda net: kg.safe_save_model(net, tmp_path / "a.keras")):
        with pytest.raises(kg.InputStructureError, match=r"model = model\['net'\]"):
            call(held)
    assert kg.check_model(held).codes == ("structure_model",)


def test_a_table_without_rows_tells_columns_and_levels():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"size": [1.0, 2.0], "kind": pd.Categorical(["u", "v"]), "age": [3.0, 4.0]})
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    with pytest.warns(kg.KerasGuardWarning, match="order of training"):
        kg.learn_blueprint(net, table.iloc[:0], pd.Series(pd.Categorical([], categories=["a", "b", "c"])))
    seen = kg.blueprint(net)
    assert seen.rows == 0
    assert [(column.name, column.levels, column.min) for column in seen.inputs[0].columns] == [
        ("size", None, None),
        ("kind", ("u", "v"), None),
        ("age", None, None),
    ]
    assert seen.outputs[0].classes == ("a", "b", "c")
    with pytest.warns(kg.RepairNotice):
        got = kg.safe_predict(net, table[["kind", "age", "size"]])
    want = net.predict(np.array([[1, 1, 0, 3], [2, 0, 1, 4]], "float32"), verbose=0)
    np.testing.assert_array_equal(got, want)
