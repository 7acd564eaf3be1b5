"""Several trainings of one model: names, classes and codes of the first hold for all that come later."""

from __future__ import annotations

import keras
import kerasguard as kg
import numpy as np
import pandas as pd
import pytest

pytestmark = [
    pytest.mark.filterwarnings("ignore::kerasguard.RepairNotice"),
    pytest.mark.filterwarnings("ignore:Class 0 never occurs"),
]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
TABLE = pd.DataFrame(X, columns=list("abcd"))
SHUFFLED = TABLE[list("dcba")]
CODES = RNG.integers(0, 3, 60)
NAMES = np.array(["lo", "mid", "hi"])[CODES]
SPARSE = "sparse_categorical_crossentropy"


def made(units=3, activation="softmax", loss=SPARSE):
    keras.utils.set_random_seed(1)
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((4,)), dense(5, activation="relu"), dense(units, activation=activation)])
    model.compile("adam", loss)
    return model


def fitted(*pairs, model=None, **options):
    model = model or made()
    for x, y in pairs:
        kg.safe_fit(model, x, y, verbose=0, **options)
    return model


@pytest.mark.parametrize("second", [SHUFFLED, TABLE.assign(z=1.0), X], ids=["order", "extra", "no names"])
def test_names_of_columns_stay(second):
    model = fitted((TABLE, CODES), (second, CODES))
    assert kg.blueprint(model).inputs[0].names == tuple("abcd")
    np.testing.assert_array_equal(kg.safe_predict(model, SHUFFLED), model.predict(X, verbose=0))


def test_classes_stay_where_codes_come_later():
    model = fitted((TABLE, NAMES), (X, np.unique(NAMES, return_inverse=True)[1]))
    assert kg.blueprint(model).outputs[0].classes == ("hi", "lo", "mid")


def test_columns_of_targets_go_by_name():
    y = pd.DataFrame((X[:, :3] > 0) * 1, columns=list("rgb"))
    other = y[["b", "r", "g"]]
    model, twin = (made(activation="sigmoid", loss="binary_crossentropy") for _ in range(2))
    ours = kg.safe_fit(model, X, y, validation_data=(X, other), verbose=0, shuffle=False).history
    assert ours == twin.fit(X, y.to_numpy(), validation_data=(X, y.to_numpy()), verbose=0, shuffle=False).history
    assert kg.safe_evaluate(model, X, other, verbose=0) == kg.safe_evaluate(model, X, y, verbose=0)
    assert kg.blueprint(fitted((X, other), model=model)).outputs[0].names == tuple("rgb")


def test_numbers_are_names_of_classes_where_training_had_other_numbers():
    y, few = CODES + 1, CODES < 2
    model = fitted((X, y), label_base=1)
    assert kg.blueprint(model).outputs[0].classes == (1, 2, 3)
    want = model.evaluate(X[few], CODES[few], verbose=0)
    assert kg.safe_evaluate(model, X[few], y[few], verbose=0) == want
    with pytest.raises(kg.LabelError, match="New: '0'"):
        kg.safe_fit(model, X, CODES, verbose=0)


def test_flags_are_names_of_classes():
    y = pd.Categorical(CODES > 0, categories=[True, False])
    model = fitted((X, y), model=made(1, "sigmoid", "binary_crossentropy"))
    assert kg.safe_evaluate(model, X, CODES > 0, verbose=0) == kg.safe_evaluate(model, X, y, verbose=0)


@pytest.mark.parametrize(("y", "base"), [(pd.Categorical(CODES + 1), None), (CODES + 1, 1)])
def test_weights_of_classes_go_by_their_names(y, base):
    ours = kg.safe_fit(made(), X, y, verbose=0, class_weight={1: 1.0, 2: 5.0}, label_base=base).history
    assert ours == made().fit(X, CODES, verbose=0, class_weight={0: 1.0, 1: 5.0}).history


def test_weights_of_classes_of_one_hot_columns():
    y = pd.get_dummies(NAMES)
    model = made(loss="categorical_crossentropy")
    ours = kg.safe_fit(model, X, y, verbose=0, class_weight={"lo": 1, "mid": 2, "hi": 3}).history
    twin = made(loss="categorical_crossentropy")
    weights = {0: 3.0, 1: 1.0, 2: 2.0}
    assert ours == twin.fit(X, y.to_numpy("float32"), verbose=0, class_weight=weights).history


def test_levels_that_read_alike_keep_their_own_codes():
    y = pd.Categorical([[1, "1", 2][i] for i in CODES], categories=[1, "1", 2])
    assert kg.safe_fit(made(), X, y, verbose=0).history == made().fit(X, y.codes, verbose=0).history


class Predicts(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        found = kg.safe_predict(self.model, SHUFFLED)
        np.testing.assert_array_equal(found, self.model.predict(X, verbose=0))


def test_a_callback_predicts_by_the_names_of_the_training_under_way():
    model = made()
    for _ in range(2):
        kg.safe_fit(model, TABLE, CODES, verbose=0, epochs=2, callbacks=[Predicts()])
    assert not kg.blueprint(model).stale


class Ends(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyError("of the user's own")


def test_an_error_of_a_callback_comes_through_and_what_was_trained_on_is_known():
    model = made()
    with pytest.raises(KeyError, match="of the user's own"):
        kg.safe_fit(model, TABLE, CODES, verbose=0, callbacks=[Ends()])
    assert kg.blueprint(model).inputs[0].names == tuple("abcd")


def test_classes_of_a_hinge_loss():
    model = fitted((X, np.where(CODES > 0, 1, -1)), model=made(1, "linear", "hinge"))
    found = kg.safe_predict(model, X, type="class")
    assert list(found) == np.where(model.predict(X, verbose=0)[:, 0] > 0, 1, -1).tolist()


def test_intervals_as_classes_are_saved_as_text(tmp_path):
    model = fitted((X, pd.cut(X[:, 0], 3)))
    kg.safe_save_model(model, tmp_path / "cut.keras")
    loaded = kg.safe_load_model(tmp_path / "cut.keras")
    assert list(kg.safe_predict(loaded, X, type="class")) == list(kg.safe_predict(model, X, type="class"))


def test_sample_weights_by_name_beside_targets_in_a_list():
    inputs = keras.Input((4,))
    outputs = [keras.layers.Dense(1, name=name)(inputs) for name in ("a", "b")]
    models = [keras.Model(inputs, outputs) for _ in range(2)]
    for model in models:
        model.compile("sgd", ["mse", "mse"])
    weight = np.arange(60.0)
    ours = kg.safe_evaluate(models[0], X, [X[:, 0], X[:, 1]], sample_weight={"b": weight, "a": weight + 1}, verbose=0)
    plain = models[1].evaluate(X, [X[:, 0], X[:, 1]], sample_weight=[weight + 1, weight], verbose=0)
    np.testing.assert_allclose(ours, plain, rtol=1e-6)


def test_no_epochs_are_none():
    assert kg.safe_fit(made(), X, CODES, epochs=0, verbose=0).history == {}


def test_unused_levels_of_part_of_the_data_are_no_classes():
    y = pd.Categorical(NAMES, ["lo", "mid", "hi", "never"])
    model = fitted((X, y))
    assert kg.blueprint(model).outputs[0].classes == ("lo", "mid", "hi")
    assert model.get_weights()[0].tolist() == fitted((X, CODES)).get_weights()[0].tolist()


def test_columns_of_one_name_are_read_by_position():
    table = TABLE.set_axis(["a", "a", "b", "c"], axis=1)
    model = fitted((table, CODES))
    assert kg.blueprint(model).inputs[0].names is None
    np.testing.assert_array_equal(kg.safe_predict(model, table), model.predict(X, verbose=0))


def test_labels_that_are_almost_whole_are_rounded_before_they_are_judged():
    with pytest.warns(kg.KerasGuardWarning, match="was rounded"):
        ours = kg.safe_fit(made(), X, CODES + 1e-9, verbose=0).history
    assert ours == made().fit(X, CODES, verbose=0).history
