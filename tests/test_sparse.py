"""Sparse matrices: the same numbers as their dense twins, made dense a few rows at a time."""

from __future__ import annotations

import tracemalloc

import kerasguard as kg
import models
import numpy as np
import pytest
import scipy.sparse as sp
from kerasguard.observe.sparse import SparseRows
from test_predict import plain

FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]


def random_sparse(rows, columns, density=0.3, seed=0):
    return sp.random(rows, columns, density=density, format="csr", random_state=seed)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csr_array])
def test_every_format_is_its_dense_twin(format, make):
    x = make(random_sparse(70, 5)).asformat(format)
    before = x.copy()
    model = models.dense()
    np.testing.assert_array_equal(kg.safe_predict(model, x), plain(model, x.toarray()))
    np.testing.assert_array_equal(kg.validate_and_coerce(model, x), x.toarray().astype("float32"))
    assert (x != before).nnz == 0


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int64", "uint16", "bool"])
def test_every_number_type(dtype):
    x = sp.csc_matrix((random_sparse(9, 5).toarray() * 9).astype(dtype))
    np.testing.assert_array_equal(kg.safe_predict(models.dense(), x), plain(models.dense(), x.toarray()))


def test_places_that_stand_twice_are_added_up_and_the_users_matrix_is_kept():
    x = sp.coo_matrix(([1.0, 2.0, 4.0], ([0, 0, 1], [1, 1, 4])), shape=(3, 5))
    y = sp.csr_matrix((np.array([1.0, 2.0]), np.array([3, 3]), np.array([0, 2])), shape=(1, 5))
    for matrix in (x, y):
        stored = matrix.nnz
        np.testing.assert_array_equal(kg.validate_and_coerce(models.dense(), matrix), matrix.toarray())
        assert matrix.nnz == stored


def test_flat_columns_and_empty_ones():
    x = random_sparse(8, 15)
    ready = kg.validate_and_coerce(models.lstm(), x, order="F")
    np.testing.assert_array_equal(ready, x.toarray().reshape(8, 3, 5).transpose(0, 2, 1).astype("float32"))
    assert kg.safe_predict(models.dense(), sp.csr_matrix((0, 5))).shape == (0, 1)
    assert kg.safe_predict(models.dense(), sp.csr_matrix((4, 5))).shape == (4, 1)


def test_faults_are_found_at_their_places():
    x = random_sparse(3000, 700, 0.02).tolil()
    x[2900, 650] = np.nan
    x[5, 3] = 1e39
    report = kg.check_input(models.dense(700), x.tocsc())
    assert report.codes == ("dtype_cast", "missing_values", "dtype_too_large")
    with pytest.raises(kg.MissingValueError, match=r"\[2900, 650\]") as caught:
        kg.safe_predict(models.dense(700), x.tocsc())
    assert "1e+39" in str(caught.value)
    with pytest.raises(kg.ShapeError):
        kg.safe_predict(models.dense(), x)


def test_rows_are_taken_in_any_way():
    x = random_sparse(40, 6)
    rows = SparseRows(x.indptr, x.indices, x.data, x.shape)
    dense = x.toarray()
    for taken in (slice(0, 40), slice(3, 9), slice(7, 7), np.array([5, 1, 39]), np.array([], dtype=int)):
        np.testing.assert_array_equal(rows[taken], dense[taken])
    np.testing.assert_array_equal(rows.part(10, 20)[:], dense[10:20])


def test_the_whole_is_never_made_dense():
    x = random_sparse(20_000, 2000, 0.0005)  # 160 MB as float32
    x.data[-1] = np.nan
    model = models.dense(2000)
    kg.safe_predict(model, x[:64])
    tracemalloc.start()
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, x)
    kg.safe_predict(model, x[:-200])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 2**20


def test_what_only_whole_columns_tell():
    x = sp.lil_matrix((3_000_000, 2))
    x[0, 1], x[2_999_999, 1], x[5, 0] = 16777216.0, 16777217.0, 16777217.0
    with pytest.warns(kg.KerasGuardWarning, match="16777216 and 16777217"):
        kg.safe_predict(models.dense(2), x.tocsr(), batch_size="auto", verbose=0)
    y = sp.csr_matrix(np.array([[5e-324, 5e-324], [1.0, 0.0], [0.0, 1e-320]]))
    with pytest.raises(kg.DTypeError) as caught:
        kg.safe_predict(models.dense(2), y)
    assert caught.value.report.problems[0].facts["cells"].first == ((0, 1), (2, 1))
    y = sp.csr_matrix(y.toarray() + np.array([[0, 0], [0, 2.0], [0, 0]]))
    kg.safe_predict(models.dense(2), y)  # as of the same numbers in a dense matrix: a column has other values too
