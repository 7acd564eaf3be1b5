"""Whatever comes is refused, or gets exactly the declared rank and type with every value in its place."""

from __future__ import annotations

from math import prod

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from kerasguard.apply import apply_plan
from kerasguard.measure import measure_floats, measure_integers
from kerasguard.observe import observe
from kerasguard.options import Options
from kerasguard.plan import make_plan
from kerasguard.rules.values import check_values
from test_rules import signature

sizes = st.integers(1, 5)
declared = st.lists(st.one_of(sizes, st.none()), min_size=1, max_size=3).map(tuple)
kinds = st.sampled_from(["<f8", ">f8", "<f4", "<f2", "<i8", ">i4", "<u2", "?", "O"])


@st.composite
def arrays(draw):
    """Arrays of every type and memory layout, values that every type holds and float32 keeps apart."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=5))
    x = np.arange(prod(shape)).reshape(shape).astype(draw(kinds))
    x = np.asfortranarray(x) if draw(st.booleans()) else x
    return x[::-1] if draw(st.booleans()) else x


def counted_off(x, tail, order):
    """Flat columns filled into `tail` one value at a time."""
    rows = x.reshape(1, -1) if x.ndim == 1 else x
    result = np.empty((len(rows), *tail))
    for r, row in enumerate(rows):
        for k, value in enumerate(row):
            result[(r, *np.unravel_index(k, tail, order=order))] = value
    return result


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(declared, arrays(), st.sampled_from([None, "C", "F"]), st.sampled_from(["float32", "int32"]))
def test_refused_or_every_value_in_its_place(shape, x, order, dtype):
    sig = signature(*shape, dtype=dtype)
    plan = make_plan(sig, observe(x), Options(order))
    if not plan.inputs:
        assert any(finding.level == "refusal" for finding in plan.findings)
        return
    ready, measured = apply_plan(plan.inputs[0], observe(x))
    assert not list(check_values(plan.inputs[0].leaf(observe(x)), measured, Options()))
    spec = sig.inputs[0]
    assert str(ready.dtype) == dtype
    assert ready.flags.c_contiguous
    assert ready.ndim == len(spec.shape)
    assert all(want in (None, got) for got, want in zip(ready.shape[1:], spec.shape[1:], strict=True))
    codes = {finding.code for finding in plan.findings} - {"dtype_cast"}
    if codes == {"shape_flat"}:
        want = counted_off(x, ready.shape[1:], order or "C")
    elif codes == {"shape_samples_last"}:
        want = np.moveaxis(x, -1, 0)
    elif codes == {"shape_flatten"}:
        want = np.array([sample.ravel(order=order) for sample in x])
    else:  # as it came, but for axes of 1
        assert codes <= {"shape_unit_axis", "shape_one_sample"}
        want = x.reshape(ready.shape)
    np.testing.assert_array_equal(ready, want.astype(float))


@settings(max_examples=200, deadline=None)
@given(hnp.arrays("f8", (4, 3), elements=st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=False)))
def test_floats_are_kept_within_float32_rounding_or_refused(x):
    plan = make_plan(signature(3), observe(x), Options())
    ready, measured = apply_plan(plan.inputs[0], observe(x))
    refusals = {
        f.code for f in check_values(plan.inputs[0].leaf(observe(x)), measured, Options()) if f.level == "refusal"
    }
    with np.errstate(over="ignore"):
        want = x.astype("float32")
    expected = {
        "missing_values": np.isnan(x).any(),
        "infinite_values": np.isinf(x).any(),
        "dtype_too_large": (np.isinf(want) & ~np.isinf(x)).any(),
    }
    assert refusals == {code for code, found in expected.items() if found}
    if not refusals:
        np.testing.assert_array_equal(ready, want)


def test_places_are_those_of_the_users_object():
    x = np.zeros((3, 6))
    x[1, 4] = np.nan
    plan = make_plan(signature(2, 3), observe(x), Options())
    _, measured = apply_plan(plan.inputs[0], observe(x))
    assert measured.missing.first == ((1, 4),)
    table = pd.DataFrame({"a": [1.0, np.inf], "b": [1, 2]})
    _, measured = apply_plan(make_plan(signature(2), observe(table), Options()).inputs[0], observe(table))
    assert (measured.infinite.first, measured.infinite.names) == (((1, 0),), ("a", "b"))


@pytest.mark.parametrize(
    ("x", "merged"),
    [
        ([[16777216.0], [16777217.0]], True),
        ([[16777217.0], [16777217.0]], False),  # the same number twice is no loss
        ([[16777217.0], [1.0]], False),  # rounded, but told apart
        ([[16777216.0, 16777217.0]], False),  # of different columns
        ([[1.6e9], [1.6e9 + 60]], True),
        ([[2.0**30 + 0.1], [2.0**30 + 0.2]], False),  # no whole numbers: noise of measurement
        ([[1e9], [2e9]], False),
    ],
)
def test_numbers_that_float32_merges(x, merged):
    x = np.array(x)
    assert (measure_floats(x, x.astype("float32")).merged is not None) == merged


@pytest.mark.parametrize(
    ("x", "lost"),
    [
        (np.array([[1], [2]]).view("f8"), True),
        (np.array([[0], [2]]).view("f8"), True),
        (np.array([[0.0], [0.0]]), False),
        (np.array([[0.5], [5e-324]]), False),  # underflow among usual numbers
        (np.array([[1e-300], [1e-200]]), False),
    ],
)
def test_lost_64_bit_integers(x, lost):
    assert (measure_floats(x, x.astype("float32")).subnormal is not None) == lost


@pytest.mark.parametrize(
    ("x", "dtype", "fault"),
    [
        ([1.0, 2.0], "int32", None),
        ([1.0, 2.5], "int32", "fractions"),
        ([3e9], "int32", "outside"),
        ([2.0**63], "int64", "outside"),
        ([-1.0], "uint8", "outside"),
        ([0.0, 1.0], "bool", None),
        ([2.0], "bool", "outside"),
        ([np.nan], "int32", "missing"),
        ([np.inf], "int64", "infinite"),
    ],
)
def test_integer_inputs(x, dtype, fault):
    measured = measure_integers(np.array(x), dtype)
    found = [f for f in ("missing", "infinite", "fractions", "outside") if getattr(measured, f) is not None]
    assert found == ([fault] if fault else [])
