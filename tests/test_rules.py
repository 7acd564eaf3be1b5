"""The shape rules as a table: declared input, what came, what becomes of it. No model is built."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from kerasguard.observe import observe
from kerasguard.options import Options
from kerasguard.plan import make_plan
from kerasguard.rules.rank import after
from kerasguard.rules.step_names import Layout, read_layout
from kerasguard.signature import ModelSignature, TensorSpec, axes_of


def signature(*shape, dtype="float32", firm=True):
    full = (None, *shape)
    spec = TensorSpec((), "input", full, dtype, axes_of(full), firm)
    return ModelSignature("m", (spec,), (), 0, None, "inputs")


def outcome(shape, came, order=None):
    """The code and the shape after the repair, or the code of the refusal, or "" and the shape as it came."""
    plan = make_plan(signature(*shape), observe(np.ones(came)), Options(order))
    codes = [finding.code for finding in plan.findings if finding.code != "dtype_cast"]
    if not plan.inputs:
        return codes[0]
    result = came
    for step in plan.inputs[0].steps:
        result = after(result, step)
    return (codes[0] if codes else "", result)


@pytest.mark.parametrize(
    ("shape", "came", "expected"),
    [
        # as declared
        ((5,), (10, 5), ("", (10, 5))),
        ((5, 3), (10, 5, 3), ("", (10, 5, 3))),
        ((None, 3), (10, 7, 3), ("", (10, 7, 3))),
        ((None,), (10, 4), ("", (10, 4))),
        ((), (10,), ("", (10,))),
        # an axis of 1 is missing or stands elsewhere
        ((5,), (5,), ("shape_one_sample", (1, 5))),
        ((1,), (10,), ("shape_unit_axis", (10, 1))),
        ((1,), (1,), ("shape_unit_axis", (1, 1))),
        ((1,), (), ("shape_one_sample", (1, 1))),
        ((5, 3), (5, 3), ("shape_one_sample", (1, 5, 3))),
        ((6, 1), (6, 1), ("shape_one_sample", (1, 6, 1))),
        ((6, 1), (10, 6), ("shape_unit_axis", (10, 6, 1))),
        ((1, 6), (10, 6), ("shape_unit_axis", (10, 1, 6))),
        ((6, 1), (10, 1, 6), ("shape_unit_axis", (10, 6, 1))),
        ((12,), (5, 12, 1), ("shape_unit_axis", (5, 12))),
        ((8, 8, 1), (8, 8, 1), ("shape_one_sample", (1, 8, 8, 1))),
        ((8, 8, 1), (8, 8), ("shape_one_sample", (1, 8, 8, 1))),
        ((8, 6, 1), (4, 8, 6), ("shape_unit_axis", (4, 8, 6, 1))),
        ((8, 6), (8, 6, 1), ("shape_one_sample", (1, 8, 6))),
        ((None, 1), (10, 7), ("shape_unit_axis", (10, 7, 1))),
        # two readings
        ((None, 3), (10, 3), "shape_two_readings"),
        ((None, 1), (10,), "shape_two_readings"),
        ((None, 1), (10, 1), "shape_two_readings"),
        ((5, 3), (5, 3, 3), "shape_two_readings"),
        ((28, 28), (28, 28, 9), "shape_two_readings"),
        ((8, 8, 1), (8, 8, 1, 8), "shape_two_readings"),
        # a table is never turned, rows and columns are no axes of 1 to move
        ((1,), (1, 10), "shape_transposed"),
        ((10,), (10, 1), "shape_transposed"),
        ((5,), (5, 10), "shape_transposed"),
        ((10,), (10, 1, 1), "shape_rank"),
        # samples on the last axis
        ((5, 3), (5, 3, 7), ("shape_samples_last", (7, 5, 3))),
        ((8, 6, 3), (8, 6, 3, 11), ("shape_samples_last", (11, 8, 6, 3))),
        # flat columns
        ((5, 3), (10, 15), ("shape_flat", (10, 5, 3))),
        ((5, 3), (15,), ("shape_flat", (1, 5, 3))),
        ((8, 6, 1), (10, 48), ("shape_flat", (10, 8, 6, 1))),
        ((12,), (5, 4, 3), "shape_flatten_order"),
        ((None, 3), (10, 15), "shape_rank"),
        # axes in another order, other sizes
        ((5, 3), (6, 3, 5), "shape_axes_order"),
        ((6, 5, 3), (4, 3, 6, 5), "shape_axes_order"),
        ((6, 5, 3), (4, 5, 6, 3), "shape_axes_order"),
        ((5, 3), (10, 7, 3), "shape_steps"),
        ((5, 3), (10, 4, 3), "shape_steps_few"),
        ((5, 3), (10, 5, 4), "shape_features"),
        ((5, 3), (10, 5, 2), "shape_features_few"),
        ((8, 6, 1), (4, 9, 6, 1), "shape_picture"),
        ((8, 6, 1), (4, 8, 6, 3), "shape_channels"),
        ((8, 6, 1), (4, 9, 7, 3), "shape_channels"),
        ((6, 6, 3), (6, 6, 1, 3), "shape_two_readings"),
        # series instead of windows
        ((5, 1), (20, 1), "shape_windows"),
        ((12, 1), (144,), "shape_windows"),
        ((5, 3), (100, 3), "shape_windows"),
        ((5, 3), (4, 3), "shape_series_short"),
        # another number of axes
        ((5,), (10,), "shape_vector"),
        ((5,), (2, 3, 4), "shape_rank"),
        ((28, 28, 1), (100, 700), "shape_rank"),
    ],
)
def test_shapes(shape, came, expected):
    assert outcome(shape, came) == expected


def test_order_is_the_users_word():
    assert outcome((5, 3), (10, 15), "F") == ("shape_flat", (10, 5, 3))
    assert outcome((12,), (5, 4, 3), "C") == ("shape_flatten", (5, 12))
    assert outcome((None, 3), (10, 15), "C") == ("shape_flat", (10, 5, 3))
    assert {f.level for f in make_plan(signature(5, 3), observe(np.ones((10, 15))), Options("C")).findings} == {
        "report"
    }


def test_axes_seen_only_at_a_first_call_do_not_bind():
    plan = make_plan(signature(5, 3, firm=False), observe(np.ones((10, 9, 3))), Options())
    assert plan.inputs
    assert {f.level for f in plan.findings} <= {"report"}
    assert not make_plan(signature(5, 3, firm=False), observe(np.ones((10, 5, 4))), Options()).inputs


@pytest.mark.parametrize(
    ("names", "steps", "features", "expected"),
    [
        ("t1_f1 t1_f2 t2_f1 t2_f2 t3_f1 t3_f2", 3, 2, Layout("C", "forward")),
        ("t1_f1 t2_f1 t1_f2 t2_f2", 2, 2, Layout("F", "forward")),
        ("temp.1 wind.1 temp.2 wind.2 temp.3 wind.3", 3, 2, Layout("C", "forward")),
        ("temp.0 temp.1 temp.2 wind.0 wind.1 wind.2", 3, 2, Layout("F", "forward")),
        ("x1_mon x2_mon x1_tue x2_tue", 2, 2, Layout("F", "either")),
        ("a_t-1 b_t-1 a_t-2 b_t-2", 2, 2, Layout("C", "lags")),
        ("a_t-2 b_t-2 a_t-1 b_t-1", 2, 2, Layout("C", "lags")),
        ("v1(t-1) v2(t-1) v1(t-2) v2(t-2)", 2, 2, Layout("C", "lags")),
        ("prev1 prev2 w_prev1 w_prev2", 2, 2, Layout("F", "lags")),
        ("temp_t2 wind_t2 temp_t1 wind_t1", 2, 2, Layout("C", "backward")),
        ("temp_lag1 temp_lag2 wind_lag1 wind_lag2", 2, 2, Layout("F", "lags")),
        ("temp_lag2 wind_lag2 temp_lag1 wind_lag1", 2, 2, Layout("C", "lags")),
        ("V1 V2 V3 V4", 2, 2, None),
        ("x1_1 x1_2 x2_1 x2_2", 2, 2, None),  # which of the two counts the steps?
        ("a b c d", 2, 2, None),
        ("temp.1 wind.2 temp.2 wind.1", 2, 2, None),
        ("temp.1 temp.3 wind.1 wind.3", 2, 2, None),
        ("pm25_t1 no2_t1 pm25_t2 no2_t2", 2, 2, Layout("C", "forward")),
    ],
)
def test_names_of_flat_columns(names, steps, features, expected):
    assert read_layout(tuple(names.split()), steps, features) == expected


def test_numbers_of_pixels_tell_no_order():
    table = pd.DataFrame(np.ones((2, 48)), columns=[f"V{i}" for i in range(1, 49)])
    plan = make_plan(signature(8, 6, 1), observe(table), Options())
    assert [(f.code, f.level) for f in plan.findings if f.level != "report"] == [("shape_flat", "warning")]


def test_names_decide_the_order():
    table = pd.DataFrame(np.ones((4, 4)), columns=["temp_t1", "temp_t2", "wind_t1", "wind_t2"])
    plan = make_plan(signature(2, 2), observe(table), Options())
    assert "shape_flat_by_name" in [f.code for f in plan.findings]
    assert plan.inputs[0].steps[0].order == "F"


def test_a_plan_touches_no_array():
    class Untouchable(np.ndarray):
        def astype(self, *args, **kwargs):
            raise AssertionError

        reshape = transpose = __getitem__ = astype

    x = np.ones((10, 15)).view(Untouchable)
    assert make_plan(signature(5, 3), observe(x), Options()).inputs
