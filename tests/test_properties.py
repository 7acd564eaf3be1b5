"""Whatever comes: a refusal, or exactly the declared rank and dtype with every value kept and in the right place."""

from __future__ import annotations

import functools
import warnings
from itertools import product

import keras
import kerasguard as kg
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

L = keras.layers
SPECS = [(3,), (1,), (4, 2), (2, 2), (None, 3), (3, 1), (4, 3, 1), (3, 4, 3), ()]
NUMBERS = [0.0, 1.0, -2.0, 3.5, 7.0, 255.0, 1e-3, 123456.0, -1e6]


@functools.cache
def model(spec, dtype):
    return keras.Sequential([keras.Input(spec, dtype=dtype), L.Identity()])


def columns_of(x):
    return {f"c{j}": x[:, j] for j in range(x.shape[1])}


def is_table(x):
    return x.ndim == 2 and x.shape[1] > 0


# every kind holds the same numbers, with None, NaN, NA or null where `x` has NaN
KINDS = {
    "array": lambda x: x,
    "float32": lambda x: x.astype("float32"),
    "fortran": np.asfortranarray,
    "big endian": lambda x: x.astype(">f8"),
    "strided": lambda x: np.repeat(x, 2, axis=0)[::2],
    "objects": lambda x: np.where(np.isnan(x), None, x.astype(object)),
    "masked": np.ma.masked_invalid,
    "list": lambda x: np.where(np.isnan(x), None, x.astype(object)).tolist(),
    "tensor": lambda x: keras.ops.convert_to_tensor(x.astype("float32")),
    "frame": lambda x: pd.DataFrame(columns_of(x)),
    "nullable": lambda x: pd.DataFrame(columns_of(x)).convert_dtypes(),
    "arrow": lambda x: pd.DataFrame(columns_of(x)).convert_dtypes(dtype_backend="pyarrow"),
    "dict": columns_of,
    "polars": lambda x: pl.DataFrame(columns_of(x)),
    "pyarrow": lambda x: pa.table(columns_of(x)),
    "csr": sp.csr_matrix,
    "csc": sp.csc_array,
    "records": lambda x: pd.DataFrame(columns_of(x)).to_dict("records"),
}
TABLES = {"frame", "nullable", "arrow", "dict", "polars", "pyarrow", "csr", "csc", "records"}


@st.composite
def calls(draw):
    spec = draw(st.sampled_from(SPECS))
    sizes = [draw(st.sampled_from([2, 3, 5])) if size is None else size for size in spec]
    shape = [draw(st.integers(0, 6)), *sizes]
    change = draw(st.sampled_from(["none", "none", "none", "axis", "size", "order", "flat", "one"]))
    if change == "axis":
        shape.insert(draw(st.integers(0, len(shape))), 1)
    elif change == "size" and len(shape) > 1:
        shape[draw(st.integers(1, len(shape) - 1))] += 1
    elif change == "order":
        shape = list(draw(st.permutations(shape)))
    elif change == "flat":
        shape = [shape[0], int(np.prod(shape[1:]))]
    elif change == "one":
        shape = shape[1:]
    values = draw(st.lists(st.sampled_from([*NUMBERS, np.nan]), min_size=2, max_size=6))
    # as many holes as 1 in 20, so that most data is whole
    x = np.array([values[k % len(values)] + k if k % 19 else values[0] for k in range(int(np.prod(shape)))], float)
    if not draw(st.booleans()):
        x = np.nan_to_num(x, nan=4.0)
    if draw(st.booleans()):
        x = np.trunc(x)
    return spec, x.reshape(shape), draw(st.sampled_from(["float32", "int32"])), draw(st.sampled_from(sorted(KINDS)))


def in_the_right_place(ready, x, codes):
    """Whether `ready` holds the values of `x` in the order that the codes tell of: the slow, obvious reading."""
    wanted = np.moveaxis(x, -1, 0) if "shape_samples_last" in codes else x
    flat = [wanted[place] for place in product(*map(range, wanted.shape))]
    return np.array_equal(np.asarray(flat, ready.dtype), [ready[place] for place in product(*map(range, ready.shape))])


QUIET = settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))


@QUIET
@given(calls())
def test_refused_or_every_value_in_its_place(call):
    spec, x, dtype, kind = call
    if kind in TABLES and not is_table(x):
        return
    given = KINDS[kind](x)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        ready = refused = None
        try:
            ready = kg.validate_and_coerce(model(spec, dtype), given)
        except kg.KerasGuardError as error:
            refused = error
        if refused:
            right = x.ndim == 1 + len(spec) and all(w in (None, g) for g, w in zip(x.shape[1:], spec, strict=True))
            whole = not np.isnan(x).any() and (dtype == "float32" or (x == np.trunc(x)).all())
            # a table of no rows has no types; a square one in a dict could be lists of samples
            assert not (right and whole and x.size), refused
            return
    codes = {w.message.code for w in told if isinstance(w.message, kg.KerasGuardWarning)}
    assert not np.isnan(x).any()
    assert str(ready.dtype) == dtype
    assert ready.flags.c_contiguous
    assert ready.ndim == 1 + len(spec)
    assert all(want in (None, got) for got, want in zip(ready.shape[1:], spec, strict=True))
    assert in_the_right_place(ready, x, codes), codes
    if x.shape == ready.shape and x.size:
        assert codes <= {"structure_table", "structure_stacked", "shape_samples_last"}


@QUIET
@given(calls())
def test_rows_with_missing_values_are_missing_and_the_others_as_without_them(call):
    spec, x, _, kind = call
    is_right = x.ndim == 1 + len(spec) and all(w in (None, g) for g, w in zip(x.shape[1:], spec, strict=True))
    if (kind in TABLES and not is_table(x)) or not is_right or not x.size or not spec:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = kg.safe_predict(model(spec, "float32"), KINDS[kind](x), missing="na_rows", verbose=0)
    for mine, row in zip(found, x, strict=True):
        wanted = np.full(row.shape, np.nan) if np.isnan(row).any() else row.astype("float32")
        np.testing.assert_array_equal(mine, wanted)
