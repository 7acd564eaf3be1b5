"""Missing values: refused with their places, their rows left out, or passed on as NaN."""

from __future__ import annotations

import decimal
import fractions
import warnings

import keras
import kerasguard as kg
import ml_dtypes
import models
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from scenarios import numbers
from test_predict import plain

L = keras.layers


def with_holes(*shape, share=0.1):
    x = numbers(*shape)
    x[np.random.default_rng(1).random(shape) < share] = np.nan
    return x


def want(model, x):
    """Row by row: the prediction of the complete rows, NaN elsewhere."""
    complete = ~np.isnan(x.reshape(len(x), -1)).any(axis=1)
    result = np.full((len(x), *model.output_shape[1:]), np.nan)
    if complete.any():
        result[complete] = plain(model, x[complete].astype("float32"))
    return result


KINDS = {
    "array": lambda x: x,
    "fortran": np.asfortranarray,
    "frame": lambda x: pd.DataFrame(x, columns=list("abcde")),
    "columnar": lambda x: pd.DataFrame({c: pd.Series(x[:, j], dtype="Float64") for j, c in enumerate("abcde")}),
    "arrow": lambda x: pd.DataFrame(x, columns=list("abcde")).convert_dtypes(dtype_backend="pyarrow"),
    "objects": lambda x: np.where(np.isnan(x), None, x.astype(object)),
    "masked": np.ma.masked_invalid,
    "list": lambda x: np.where(np.isnan(x), None, x.astype(object)).tolist(),
    "dict": lambda x: {c: x[:, j] for j, c in enumerate("abcde")},
    "csr": sp.csr_matrix,
    "csc": sp.csc_array,
    "rows": lambda x: [row for row in x],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 7, 3000])
def test_rows_with_missing_values_come_back_missing(kind, rows):
    if kind == "rows" and rows > 7:
        pytest.skip("a list of arrays is for a few samples")
    x, model = with_holes(rows, 5, share=0.3 if rows > 1 else 1.0), models.dense()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kg.RepairNotice)  # a list of samples is stacked
        out = kg.safe_predict(model, KINDS[kind](x), missing="na_rows")
    np.testing.assert_array_equal(out, want(model, x))


def test_without_missing_values_na_rows_changes_nothing():
    x, model = numbers(40, 5), models.dense()
    out = kg.safe_predict(model, x, missing="na_rows")
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, plain(model, x))


def test_moved_axes_and_several_inputs():
    x = with_holes(6, 5, 3, share=0.02)
    model = models.lstm()
    for given in (x, [sample for sample in x]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", kg.RepairNotice)
            np.testing.assert_array_equal(kg.safe_predict(model, given, missing="na_rows"), want(model, x))
    flat = kg.safe_predict(model, x.reshape(6, 15), missing="na_rows", order="C")
    np.testing.assert_array_equal(flat, want(model, x))
    with pytest.warns(kg.RepairNotice):
        last = kg.safe_predict(model, np.moveaxis(x, 0, -1), missing="na_rows")
    np.testing.assert_array_equal(last, want(model, x))

    main, aux = numbers(4, 3), numbers(4, 2)
    main[1, 1], aux[3, 0] = np.nan, np.nan
    both = kg.safe_predict(models.two(), [main, aux], missing="na_rows")
    rest = plain(models.two(), [main[[0, 2]], aux[[0, 2]]])
    assert np.isnan(both[[1, 3]]).all()
    np.testing.assert_array_equal(both[[0, 2]], rest)


def test_several_outputs_and_whole_number_outputs():
    x = with_holes(9, 5, share=0.1)
    out = kg.safe_predict(models.two_outputs(dict), x, missing="na_rows")
    reference = plain(models.two_outputs(dict), x[~np.isnan(x).any(axis=1)].astype("float32"))
    for name, part in out.items():
        np.testing.assert_array_equal(part[~np.isnan(x).any(axis=1)], reference[name])
        assert np.isnan(part[np.isnan(x).any(axis=1)]).all()
    inputs = keras.Input((5,))
    classes = keras.Model(inputs, keras.ops.argmax(inputs, axis=-1))
    np.testing.assert_array_equal(kg.safe_predict(classes, [[1, 2, 9, 0, 0], [1, None, 2, 3, 4]], missing="na_rows"),
                                  [2, np.nan])  # fmt: skip


def test_ids_stay_exact_beside_missing_ones():
    inputs = keras.Input((3,), dtype="int64")
    model = keras.Model(inputs, inputs % 1000)
    for kind in ("Int64", "int64[pyarrow]"):
        x = pd.DataFrame({c: pd.array([2**60 + 1, None, 3], dtype=kind) for c in "abc"})
        out = kg.safe_predict(model, x, missing="na_rows")
        np.testing.assert_array_equal(out, [[(2**60 + 1) % 1000] * 3, [np.nan] * 3, [3] * 3])


def test_other_faults_of_kept_rows_are_still_seen_and_those_of_left_out_rows_are_not():
    x = numbers(5, 5)
    x[1, 1], x[3, 2] = np.nan, np.inf
    with pytest.raises(kg.MissingValueError, match=r"\[3, 2\]") as caught:
        kg.safe_predict(models.dense(), x, missing="na_rows")
    assert caught.value.code == "infinite_values"
    x[3, 2], x[1, 0] = 0, np.inf
    assert np.isfinite(kg.safe_predict(models.dense(), x, missing="na_rows")).sum() == 4


def test_text_rows():
    model = models.text()
    texts = np.array(["a b", None, "b"], dtype=object)
    out = kg.safe_predict(model, texts, missing="na_rows")
    assert np.isnan(out[1]).all()
    np.testing.assert_array_equal(out[[0, 2]], kg.safe_predict(models.text(), ["a b", "b"]))


def test_pass_gives_nan_to_the_model():
    inputs = keras.Input((5,))
    model = keras.Model(inputs, keras.ops.nan_to_num(inputs, nan=-7.0))
    x = with_holes(200, 5)
    expected = np.where(np.isnan(x), -7, x).astype("float32")
    for kind in ("array", "frame", "columnar", "arrow", "objects", "masked", "list", "dict", "csr"):
        np.testing.assert_array_equal(kg.safe_predict(model, KINDS[kind](x), missing="pass"), expected, err_msg=kind)
    ready = kg.validate_and_coerce(model, x, missing="pass")
    np.testing.assert_array_equal(ready, x.astype("float32"))
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, np.where(np.isnan(x), np.inf, x), missing="pass")
    with pytest.raises(kg.DTypeError):
        kg.safe_predict(model, np.where(np.isnan(x), np.nan, x * 1e39), missing="pass")


def test_whole_numbers_have_no_nan_to_pass():
    model = models.integer()
    x = np.zeros((2, model.input_shape[1]))
    x[1, 0] = np.nan
    for data in (x, np.ma.masked_invalid(x), pd.DataFrame(x)):
        with pytest.raises(kg.MissingValueError):
            kg.safe_predict(model, data, missing="pass")


def test_answers_that_are_no_rows_are_refused():
    class Summed(keras.layers.Layer):
        def call(self, x):
            return keras.ops.sum(x, axis=0, keepdims=True)

    model = keras.Sequential([keras.Input((3,)), Summed()])
    with pytest.raises(kg.MissingValueError) as caught:
        kg.safe_predict(model, [[1, 2, 3], [1, None, 3], [3, 4, 5]], missing="na_rows")
    assert caught.value.code == "missing_rows_mix"


def test_a_report_counts_the_rows():
    report = kg.check_input(models.dense(), with_holes(50, 5), missing="na_rows")
    assert report.ok
    assert "missing_rows" in report.codes


BIG = 2**53


@pytest.mark.parametrize(
    "make",
    [
        lambda: pl.DataFrame({"id": [BIG, BIG + 1, None]}),
        lambda: pl.DataFrame({"id": [BIG, BIG + 1, None]}).to_arrow(),
        lambda: [[BIG], [BIG + 1], [None]],
        lambda: np.array([[decimal.Decimal(BIG)], [fractions.Fraction(BIG + 1)], [None]], object),
        lambda: {"id": [BIG, BIG + 1, None]},
        lambda: [{"id": BIG}, {"id": BIG + 1}, {"id": None}],
    ],
)
def test_every_digit_is_kept_beside_a_missing_value(make):
    inputs = keras.Input((1,), dtype="int64")
    model = keras.Model(inputs, inputs - BIG)
    np.testing.assert_array_equal(kg.safe_predict(model, make(), missing="na_rows"), [[0], [1], [np.nan]])


def test_masked_text_and_small_floats():
    text = keras.Input((1,), dtype="string")
    model = keras.Model(text, L.StringLookup(vocabulary=["a", "b"])(text))
    x = np.ma.array([["a"], ["b"]], mask=[[0], [1]])
    np.testing.assert_array_equal(kg.safe_predict(model, x, missing="na_rows"), [[1], [np.nan]])
    small = np.array([[1, np.nan, 2]], ml_dtypes.bfloat16)
    inputs = keras.Input((3,))
    np.testing.assert_array_equal(
        kg.safe_predict(keras.Model(inputs, inputs * 2), small, missing="pass"), [[2, np.nan, 4]]
    )
    whole = keras.Input((2,), dtype="int32")
    with pytest.raises(kg.DTypeError) as caught:
        kg.safe_predict(keras.Model(whole, whole * 2), np.array([[1.5, 2]], ml_dtypes.bfloat16))
    assert caught.value.code == "dtype_fractions"
