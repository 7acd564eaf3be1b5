"""Expected and given shapes side by side, and values that come from an option of the session."""

from __future__ import annotations

from typing import Any

import models
import numpy as np
import pytest
from kerasguard.job import start
from kerasguard.messages import render
from kerasguard.messages.picture import shape_note
from kerasguard.observe import observe
from kerasguard.options import Options
from kerasguard.report import Call, Diagnosis
from kerasguard.rules.arguments import check_verbose
from kerasguard.shapes import Compared, compare_shapes


def compared(model: Any, x: Any) -> list[Compared]:
    return compare_shapes(start(Call("check_input"), model, observe(x, "x"), Options()))


@pytest.mark.parametrize(
    ("shape", "state", "read"),
    [
        ((10, 5), "fits", (10, 5)),
        ((5,), "repaired", (1, 5)),
        ((10, 6), "differs", None),
        ((2, 3, 4, 6), "differs", None),
    ],
)
def test_one_input(shape: tuple[int, ...], state: str, read: Any) -> None:
    (found,) = compared(models.dense(), np.zeros(shape))
    assert (found.state, found.given, found.read) == (state, shape, read)
    assert found.expected == (None, 5)
    assert found.axes == ("samples", "features")


def test_flat_columns() -> None:
    (found,) = compared(models.lstm(), np.zeros((4, 15)))
    assert (found.state, found.given, found.read) == ("repaired", (4, 15), (4, 5, 3))


def test_a_list_of_samples() -> None:
    (found,) = compared(models.lstm(), [np.zeros((5, 3)) for _ in range(4)])
    assert found.read == (4, 5, 3)


def test_nothing_came() -> None:
    (found,) = compared(models.dense(), None)
    assert (found.state, found.given, found.given_axes, found.instead) == ("nothing", None, (), ())


@pytest.mark.parametrize(
    ("shape", "axes", "instead", "note"),
    [
        ((10, 6), ("samples", "features"), (None, 5), None),
        ((10, 5), ("samples", "features"), (None, None), None),
        ((5,), ("axis 1",), (None,), None),
        ((2, 3, 4, 6), ("axis 1", "axis 2", "axis 3", "axis 4"), (None,) * 4, "4 axes, not 2"),
    ],
)
def test_axes_that_came(shape: tuple[int, ...], axes: Any, instead: Any, note: str | None) -> None:
    (found,) = compared(models.dense(), np.zeros(shape))
    assert (found.given_axes, found.instead, shape_note(found)) == (axes, instead, note)


def test_no_model() -> None:
    assert compared("model", np.zeros((2, 5))) == []


def test_an_option_is_named_where_the_call_left_it_out() -> None:
    diagnosis = Diagnosis("option_value", "order", {"value": '"X"', "choices": (None, "C", "F"), "first": "C"})
    call = Call("safe_predict", "r")
    assert "option `kerasguard" not in render(diagnosis, call).text
    call.left_to_options = ("order",)
    text = render(diagnosis, call).text
    assert "It is what the option `kerasguard.order` holds." in text
    assert 'options(kerasguard.order = "C")' in text
    assert 'order = "C")' in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("value", "is_refused"), [("auto", False), (0, False), (True, False), (2.0, False), ("loud", True), (3, True)]
)
def test_progress(value: Any, is_refused: bool) -> None:
    assert bool(list(check_verbose(value))) == is_refused
