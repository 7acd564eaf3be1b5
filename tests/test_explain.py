"""Raw errors of the installed Keras are explained, on fresh and on used models; texts of older ones too."""

from __future__ import annotations

import os
import pathlib
import re
import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.explain import explain
from kerasguard.messages import CATALOGUE, render
from kerasguard.observe import observe
from kerasguard.r_border.look import _see as as_r_sees
from kerasguard.report import Call
from needs import tf
from raw_errors import BUILD, CALL, LOAD, TEXTS, compiled
from surface import PUBLIC

OF_SESSION = {**BUILD, **CALL}
SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
OWN = ("error_", "layer_")
# checks of model and data find these; an error of the same family has its code in a text alone
IN_TEXT = {
    "shape_features": {"layer_features", "error_input_shape"}, "structure_one_for_many": {"error_inputs"},
    "label_columns": {"error_target_shape"}, "label_sparse_onehot": {"error_target_shape"},
    "label_onehot_sparse": {"error_target_shape"}, "label_one_based": {"error_label_range"},
    "label_rows": {"error_rows"}, "model_uncompiled": {"error_uncompiled"}, "missing_values": {"error_values"},
    "dtype_text": {"error_values"}, "structure_kind": {"error_kind"}, "ids_outside": {"error_ids"},
    "batch_stateful_rows": {"error_batch"}, "layer_sequences": {"layer_steps"},
    "layer_axes": {"layer_samples", "error_unknown", "layer_steps"}, "error_argument": {"error_load"},
    "error_form": {"layer_window", "error_input_shape", "error_rows"}, "sample_weight_rows": {"error_rows"},
    "stream_y": {"error_unknown_text"}, "structure_names": {"error_input_missing"}, "label_outputs": {"error_outputs"},
    "error_categories": {"error_unknown", "error_unknown_text"}, "error_missing_part": {"error_unknown", "error_unknown_text"},
    "sample_weight_shape": {"error_weights"}, "model_not_learned": {"error_adapted"}, "layer_model": {"error_input_shape"},
    "error_attribute": {"error_unknown_text"},
    "error_not_keras": {"error_unknown_text"}, "error_no_targets": {"error_unknown_text"},
    "error_batch": {"error_unknown", "error_unknown_text"}, "error_no_data": {"error_unknown_text"}, "error_unknown": {"error_load"}, "error_own_code": {"error_unknown", "error_unknown_text"},
}  # fmt: skip


def raised_by(make, *args):
    """The live error, from a call in a file as users have it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as caught:  # noqa: PT011  any of Keras
            make(*args)
    return caught.value


ALL = {**OF_SESSION, **LOAD}


class Raised(dict):
    """Errors by their names. What is an error only since some later Keras is skipped, by its name, on an older one."""

    def __missing__(self, name):
        pytest.skip(f"Keras {keras.__version__} raises nothing here: {name}")


AGREED = (3, 15)  # the Keras whose errors are all known; on it each has to be raised


def is_agreed():
    return tuple(map(int, keras.__version__.split(".")[:2])) >= AGREED


# Errors of an older Keras may come in words that are not known: then in Keras' own, or as the missing name they speak of.
BEFORE = set() if is_agreed() else {"error_unknown", "error_unknown_text", "error_attribute"}


@pytest.fixture(scope="module")
def raised(tmp_path_factory):
    """All of them, made once."""
    folder = tmp_path_factory.mktemp("files")
    found = Raised()
    for name, (_, make) in ALL.items():
        try:
            found[name] = raised_by(make, *((folder,) if name in LOAD else ()))
        except pytest.fail.Exception:
            if is_agreed():
                raise
    return found


@pytest.mark.parametrize("name", ALL)
def test_a_raw_error_is_explained(raised, name):
    found = kg.explain_error(raised[name])
    assert found.code in {ALL[name][0]} | BEFORE
    assert found.known_from == ("error" if found.code.startswith(OWN) else "checks")


@pytest.mark.parametrize("name", ALL)
def test_its_text_alone_tells_the_family(raised, name):
    error = raised[name]
    code = kg.explain_error(f"{type(error).__name__}: {error}").code
    assert code in {ALL[name][0]} | IN_TEXT.get(ALL[name][0], set()) | BEFORE


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:40])
def test_texts_as_users_post_them(text):
    found = kg.explain_error(text)
    assert (found.code, found.known_from) == (TEXTS[text], "text")


@pytest.mark.parametrize("language", ["python", "r"])
def test_words_are_as_agreed(raised, language):
    if not is_agreed():
        pytest.skip("the words are agreed for a later Keras")
    see = observe if language == "python" else as_r_sees
    parts = [explain(error, Call("explain_error", language), see=see) for error in [*raised.values(), *TEXTS]]
    shown = "\n".join(
        f"## {name}\n{part}\n" for name, part in zip([*raised, *(t[:60] for t in TEXTS)], parts, strict=True)
    )
    # names that Keras counts up, paths, and where they let Keras' own words be cut, are not ours
    shown = re.sub(r"Keras said: .*", "Keras said: ...", shown)
    shown = re.sub(r"\b(dense|keras_tensor|input_layer)_\d+", r"\1", shown)
    shown = re.sub(r"_\d+\b(?=[\"'`])|/[\w/.-]*(?=/[\w.]+[. ])|line \d+|filepath=\S+", "", shown)
    shown = re.sub(r"(\w+Error: .{40}).*", r"\1 ...", shown)
    file = SNAPSHOTS / f"explain_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(shown)
    assert shown == file.read_text()


@pytest.mark.parametrize("language", ["python", "r"])
def test_the_form_of_an_explanation(raised, language):
    for error in [*raised.values(), *TEXTS]:
        found = explain(error, Call("explain_error", language), see=observe if language == "python" else as_r_sees)
        text = str(found)
        assert len(text) < 1000, text
        head = found.lines[0]
        name = re.search(r'"(\w+)"', head)
        assert len(head) <= 80 + (max(len(name.group(1)) - 8, 0) if name else 0), head
        own = "\n".join(line for line in found.lines if not line.strip().startswith(("Keras said", "In your own code")))
        assert not re.search(r"please|sorry|\bNone\b.*R", own)
        if (
            language == "r"
            and found.code.startswith(OWN)
            and not found.code.startswith(("error_load", "error_unknown", "error_not_keras", "error_own"))
        ):
            assert not re.search(r"\bNone\b|ndarray|np\.", own), own


def test_every_code_of_an_error_is_met(raised):
    if not is_agreed():
        pytest.skip("the words are agreed for a later Keras")
    met = {kg.explain_error(error).code for error in [*raised.values(), *TEXTS]}
    assert {code for code in CATALOGUE if code.startswith(OWN)} <= met


FILL = {
    "UNITS": "3", "STEPS": "4", "FEATURES": "5", "SIZES": "2, 3", "FILTERS": "2", "KERNEL": "3", "BATCH": "2", "DIMENSIONS": "2",
    "SHAPE": "(2,)", "NUMBER": "2.0", "TENSOR": "keras.Input((2,))", "LOSS": "'mse'", "TARGETS": "y", "DATA": "x", "ERROR": "'ValueError: a'",
    "ROWS": "[[1.0], [1.0, 2.0]]", "NUMBERS": "x", "VALUE": "1.0", "OTHER": "0.0", "FIRST": "keras.Input((2,))", "SECOND": "keras.Input((2,))",
    "ARGUMENTS": "3", "METRIC": "'mae'", "WEIGHT": "1.0", "OUTPUT": "'dense'", "INPUTS": "x", "LABELS": "np.array([1, 2])", "TEXTS": "['a', 'b']", "WEIGHTS": "y", "CALLBACK": "dict",
    "X1": "x[:, :3]", "X2": "x[:, 3:]",
    "LAYER_1": "keras.Input((2,))", "LAYER_2": "keras.layers.Dense(1)", "MODEL": "model",
}  # fmt: skip


def test_the_fixes_run(raised, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for error in [*raised.values(), *TEXTS]:
        found = kg.explain_error(error)
        problem = found.report.problems[0]
        # files and classes are the user's own; one line is R's
        if not found.code.startswith(OWN) or found.code in (
            "error_load",
            "error_r_method",
            "error_r_function",
            "error_removed",
            "error_argument",
            "error_adapted",
            "error_form",
            "error_generator",
            "error_variable",
            "error_inputs",
        ):
            continue
        for line in "\n".join(render(problem, Call("explain_error")).lines).split("Fix: ")[1:]:
            code = "\n".join(part.strip().split("  # ")[0] for part in line.split("\n"))
            for placeholder, value in sorted(FILL.items(), key=lambda item: -len(item[0])):
                code = re.sub(rf"(['\"]?)\b{placeholder}\b\1", value, code)
            names = {
                "keras": keras,
                "np": np,
                "pd": pd,
                "model": compiled(),
                "x": np.ones((4, 5)),
                "y": np.ones((4, 1)),
                **PUBLIC,
            }
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(code, names)


def test_names_are_those_of_the_user(raised):
    model, new_data = models.dense(), np.ones((10, 6))
    error = raised_by(lambda: model.predict(new_data, verbose=0))
    # a closure's names are in its frame
    assert "safe_predict(model, new_data[" in str(kg.explain_error(error))


def test_model_and_data_that_are_given_decide():
    model, x = compiled(), np.ones((4, 5))
    found = kg.explain_error("ValueError: some text", model=model, x=x, y=np.ones((5, 1)))
    assert (found.code, found.known_from) == ("label_rows", "checks")
    assert (
        kg.explain_error("OOM when allocating tensor with shape[9,9]", model=model, x=np.ones((4, 6))).code
        == "error_memory"
    )


def test_right_data_leave_the_error_itself():
    found = kg.explain_error(
        "ValueError: Unrecognized data type: x=[1] (of type <class 'list'>)", compiled(), [[1.0] * 5]
    )
    assert found.code == "error_kind"
    assert "safe_predict(model, x)  # the guard reads them" in str(found)


def test_a_failed_model_says_what_it_failed_of():
    """The guard's refusal holds what explain_error would say, and what check_model says of the model."""
    words = keras.Sequential([keras.Input((1,), dtype="string"), keras.layers.TextVectorization(name="words")])
    with pytest.raises(kg.KerasGuardError, match=r'"words".*must be adapted') as caught:
        kg.safe_predict(words, np.array([["a b"]]))
    assert caught.value.code == "model_failed"
    assert kg.check_model(words).codes[0] == "model_not_learned"
    other, model = compiled(), compiled(3)
    other.fit(np.ones((4, 5)), np.ones((4, 1)), verbose=0)
    model.compile(other.optimizer, "mse")
    with pytest.raises(kg.KerasGuardError, match="The optimizer belongs to another model"):
        kg.safe_fit(model, np.ones((4, 5)), np.ones((4, 3)), verbose=0)


def test_data_that_were_checked_and_fit_are_not_asked_for():
    model, x, y = compiled(), np.ones((6, 5)), np.ones((6, 1))
    error = raised_by(lambda: model.fit(x, y, sample_weight=np.ones(5), verbose=0))
    found = kg.explain_error(str(error), model, x, y)
    assert (found.code, found.known_from) == ("error_rows", "checked")
    assert "np.shape(sample_weight)" in str(found)
    assert "safe_fit" not in str(found)
    assert kg.explain_error("it is odd", model, x, y).known_from == "checked"


def test_an_endless_stream_with_steps_is_no_cause():
    data = tf.data.Dataset.from_tensors(np.ones((2, 6))).repeat()
    found = kg.explain_error(raised_by(lambda: compiled().predict(data, steps=2, verbose=0)))
    assert "stream_endless" not in found.codes


def test_what_lacks_an_attribute_tells_whose_error_it_is():
    assert kg.explain_error(raised_by(lambda: keras.Input((2,)).numpy())).code == "error_symbolic"
    assert kg.explain_error(raised_by(lambda: compiled().nothing)).code == "error_attribute"
    assert kg.explain_error(raised_by(lambda: "a".nothing)).code == "error_not_keras"


def test_explaining_says_it_once(capsys):
    with pytest.raises(ValueError, match="incompatible"), kg.explaining(), kg.explaining():
        compiled().predict(np.ones((4, 6)), verbose=0)
    assert capsys.readouterr().err.count("5 features per sample") == 1
    with pytest.raises(kg.ShapeError), kg.explaining():
        kg.safe_predict(compiled(), np.ones((4, 6)))
    assert capsys.readouterr().err == ""


def test_errors_of_the_guard_are_their_own_explanation():
    error = raised_by(lambda: kg.safe_predict(models.dense(), np.ones((10, 6))))
    found = kg.explain_error(error)
    assert found.codes == ("shape_features",)
    assert str(error) in str(found)


def test_explaining_tells_and_hands_the_error_on(capsys):
    with pytest.raises(ValueError, match="min_ndim=4"), kg.explaining():
        keras.Sequential([keras.Input((28, 28)), keras.layers.Conv2D(2, 3)])
    assert "(height, width, channels), not (28, 28)" in capsys.readouterr().err
    with kg.explaining():
        pass
    assert capsys.readouterr().err == ""


def test_a_history_of_nan_is_explained():
    model = compiled()
    history = model.fit(np.full((4, 5), 1e30), np.ones((4, 1)), epochs=3, verbose=0)
    assert kg.explain_error(history).code == "error_nan"
    sound = compiled().fit(np.ones((4, 5)), np.ones((4, 1)), verbose=0)
    assert kg.explain_error(sound).code == "error_unknown_text"


def test_the_line_of_the_users_own_code_is_shown(raised):
    for name, line in {"own loss": 'raise ValueError("no good")', "own callback": 'return logs["val_loss"]'}.items():
        text = str(kg.explain_error(raised[name]))
        assert "raw_errors.py, line" in text
        assert line in text
    # of compiled code TensorFlow keeps the name only
    assert "`product_loss`" in str(kg.explain_error(raised["own loss, product"]))


def test_the_data_that_failed_are_named(raised):
    assert kg.explain_error(raised["validation features"]).lines[0].startswith("`validation_data[0]` must have 5")
    assert kg.explain_error(raised["list of targets"]).lines[0].startswith("Keras can't take a list as `y`")
    assert "batch_size=4" in str(kg.explain_error(raised["fixed batch, fit"]))


def test_no_batch_of_a_stream_is_drawn_anew():
    drawn = []

    def batches():
        for _ in range(3):
            drawn.append(1)
            yield np.ones((2, 6)), np.ones((2, 1))

    model = compiled()
    error = raised_by(lambda: model.fit(batches(), verbose=0))
    before = len(drawn)
    kg.explain_error(error)
    data = batches()
    kg.explain_error("ValueError: a sentence of Keras", model=model, x=data)
    assert len(drawn) == before
    next(data)


def test_what_the_error_does_not_name_is_told_as_doubtful():
    found = kg.explain_error("ValueError: a new sentence of a Keras layer", model=compiled(), x=np.ones((4, 6)))
    assert not found.is_sure
    assert "whether the error comes of this" in str(found)
    known = kg.explain_error("ValueError: Invalid dtype: object", model=compiled(), x=np.ones((4, 6)))
    assert known.is_sure


def test_a_model_that_keras_was_building_is_no_cause():
    class Own(keras.Model):
        def call(self, x):
            return {}["a"]

    assert kg.explain_error(raised_by(lambda: Own().predict(np.ones((2, 3)), verbose=0))).code == "error_own_code"


def test_an_error_of_explaining_hides_no_error():
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    with pytest.raises(Odd), kg.explaining():
        raise Odd
    with pytest.raises(KeyboardInterrupt), kg.explaining():
        raise KeyboardInterrupt


def test_explaining_changes_no_model():
    model = models.dense()
    before = [w.copy() for w in model.get_weights()]
    error = raised_by(lambda: model.predict(np.ones((10, 6)), verbose=0))
    kg.explain_error(error)
    kg.explain_error(error, model=model, x=np.ones((10, 6)), y=np.ones(10))
    assert not model.compiled
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_noise_is_stripped_of_unknown_errors(raised):
    text = str(
        kg.explain_error(
            "ValueError: Exception encountered when calling Odd.call().\n\n\x1b[1mA new sentence of a layer.\x1b[0m"
            "\n\nArguments received by Odd.call():\n  • x=1"
        )
    )
    assert "A new sentence of a layer." in text
    assert "Arguments" not in text
    assert "\x1b" not in text
