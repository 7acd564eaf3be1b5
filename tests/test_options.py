"""Options and arguments beside the data: what they can be, and how a refusal shows what came."""

from __future__ import annotations

import keras
import kerasguard as kg
import models
import numpy as np
import pytest
from kerasguard.messages import render
from kerasguard.options import Foreign, Options, check_options
from kerasguard.report import Call
from scenarios import numbers

SHOWN = [
    ({"order": "X"}, 'not "X".', 'not "X".'),
    ({"order": 3}, "not 3.", "not 3."),
    ({"missing": True}, "not True.", "not TRUE."),
    ({"missing": None}, "not None.", "not NULL."),
    ({"repairs": Foreign("NA")}, "not NA.", "not NA."),
    ({"type": ["raw", "class"]}, "not 2 values.", "not 2 values."),
    ({"label_base": "1"}, 'not "1".', 'not "1".'),
    ({"label_base": 2}, "not 2.", "not 2."),
    ({"batch_size": "32"}, 'not "32".', 'not "32".'),
    ({"batch_size": 1.5}, "not 1.5.", "not 1.5."),
    ({"steps": float("inf")}, "not inf.", "not Inf."),
    ({"steps": np.float32("nan")}, "not nan.", "not NaN."),
    ({"threshold": "0.5"}, 'not "0.5".', 'not "0.5".'),
]


@pytest.mark.parametrize(("options", "python", "r"), SHOWN, ids=str)
def test_texts_are_shown_in_quotes_and_numbers_without(options, python, r):
    (found,) = check_options(Options(**{"type": "class"} | options))
    for language, ending in (("python", python), ("r", r)):
        assert render(found, Call("safe_predict", language)).lines[0].endswith(ending)


def trained(**arguments):
    model = models.dense()
    model.compile("adam", "mse")
    kg.safe_fit(model, numbers(20, 5), numbers(20), verbose=0, **arguments)


@pytest.mark.parametrize(("arguments", "ending"), [
    ({"epochs": "3"}, 'not "3".'), ({"validation_split": "0.2"}, 'not "0.2".'), ({"initial_epoch": -1}, "not -1."),
])  # fmt: skip
def test_arguments_of_fit_are_shown_so_too(arguments, ending):
    with pytest.raises(kg.KerasGuardError) as caught:
        trained(**arguments)
    assert str(caught.value).splitlines()[0].endswith(ending)


@pytest.mark.parametrize("shuffle", ["no", "yes", None, 2, float("nan"), Foreign("NA"), Foreign("batch"), [True]])
def test_what_neither_shuffles_nor_not_is_refused(shuffle):
    with pytest.raises(kg.KerasGuardError, match='`shuffle` must be True, False or "batch", not') as caught:
        trained(shuffle=shuffle)
    assert caught.value.code == "option_value"


@pytest.mark.parametrize("shuffle", [True, False, "batch", 1, 0, np.True_])
def test_shuffling_is_as_keras_does_it(shuffle):
    x, y, losses = numbers(20, 5), numbers(20), []
    for call in (kg.safe_fit, lambda model, *data, **options: model.fit(*data, **options)):
        model = models.dense()
        model.compile("sgd", "mse")
        keras.utils.set_random_seed(2)
        losses.append(call(model, x, y, shuffle=shuffle, batch_size=4, epochs=2, verbose=0).history["loss"])
    assert losses[0] == losses[1]
