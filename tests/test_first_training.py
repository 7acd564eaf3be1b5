"""Models that declare no input shape get that of the data they are first trained on, as with Keras' own fit()."""

from __future__ import annotations

import random

import keras
import kerasguard as kg
import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.filterwarnings("ignore::kerasguard.RepairNotice")
L = keras.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
SERIES = RNG.normal(size=(60, 5, 2))
IDS = RNG.integers(0, 10, (60, 4))
Y = RNG.integers(0, 3, 60)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.drop, self.out = L.Dense(4), L.Dropout(0.5), L.Dense(3, "softmax")

    def call(self, x, training=False):
        return self.out(self.drop(self.hidden(x), training=training))


def chain(*makers):
    return lambda: keras.Sequential([*(make() for make in makers), L.Dense(3, "softmax")])


def adapted():
    layer = L.Normalization()
    layer.adapt(X)
    return layer


def fresh(make):
    keras.utils.set_random_seed(1)
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy")
    keras.utils.set_random_seed(2)
    return model


MODELS = {
    "dense": (chain(lambda: L.Dense(5, "relu"), lambda: L.Dropout(0.5)), X),
    "normalized": (chain(adapted), X),
    "series": (chain(lambda: L.LSTM(4)), SERIES),
    "pictures": (chain(lambda: L.Conv2D(2, 3), L.Flatten), RNG.normal(size=(60, 6, 5, 1))),
    "ids": (chain(lambda: L.Embedding(10, 4), L.Flatten), IDS),
    "subclassed": (Subclassed, X),
    "table": (chain(lambda: L.Dense(5)), pd.DataFrame(X, columns=list("abcd"))),
}


@pytest.mark.parametrize("case", MODELS)
def test_the_numbers_are_those_of_fit(case):
    make, x = MODELS[case]
    plain, guarded = fresh(make), fresh(make)
    expected = plain.fit(np.asarray(x), Y, epochs=2, verbose=0).history
    assert kg.safe_fit(guarded, x, Y, epochs=2, verbose=0).history == expected
    for ours, theirs in zip(guarded.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(kg.safe_predict(guarded, x), plain.predict(np.asarray(x), verbose=0))
    with pytest.raises(kg.KerasGuardError):
        kg.safe_predict(guarded, np.asarray(x)[:, :1])


REFUSED = {
    "missing": (np.where(X > 1, np.nan, X), Y, "missing_values"),
    "rows": (X, Y[:50], "label_rows"),
    "turned": (X.T, Y, "label_rows"),
    "dates": (pd.DataFrame({"a": pd.date_range("2020", periods=60), "b": 1.0}), Y, "column_date"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_builds_nothing(case):
    x, y, code = REFUSED[case]
    model = fresh(chain(lambda: L.Dense(5)))
    with pytest.raises(kg.KerasGuardError) as refused:
        kg.safe_fit(model, x, y)
    assert refused.value.code == code
    assert not model.built
    kg.safe_fit(model, X, Y, verbose=0)  # and the right data are taken afterwards


@pytest.mark.parametrize("maker", [lambda: L.LSTM(2), lambda: L.Conv2D(2, 3)])
def test_layers_that_do_not_fit_the_data_are_told_before_any_is_built(maker):
    model = fresh(chain(maker))
    with pytest.raises(kg.KerasGuardError) as refused:
        kg.safe_fit(model, X, Y)
    assert refused.value.code.startswith("layer_")
    assert not model.built
    assert not any(layer.built for layer in model.layers)


def test_random_numbers_stay_those_of_fit():
    model = fresh(chain(lambda: L.Dense(5)))
    kg.safe_fit(model, X, Y, verbose=0)
    ours = random.random()
    fresh(chain(lambda: L.Dense(5))).fit(X, Y, verbose=0)
    assert ours == random.random()


def test_explaining_builds_nothing():
    model = fresh(chain(lambda: L.Dense(5)))
    kg.explain_error(ValueError("Shapes (None, 1) and (None, 10) are incompatible"), model=model, x=X, y=Y)
    assert not model.built


@pytest.mark.parametrize("run", [kg.safe_evaluate, lambda model, x, y: kg.safe_predict(model, x)])
def test_only_training_builds(run):
    model = fresh(chain(lambda: L.Dense(5)))
    with pytest.raises(kg.KerasGuardError) as refused:
        run(model, X, Y)
    assert refused.value.code == "model_unbuilt"
    assert not model.built
