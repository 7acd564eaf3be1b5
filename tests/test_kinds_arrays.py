"""Every kind of array, tensor, buffer and nested list: right, with every value in its place, or refused."""

from __future__ import annotations

import array
import collections
import ctypes
import decimal
import fractions
from typing import Any

import keras
import kerasguard as kg
import ml_dtypes
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.observe import observe
from needs import tf

NUMBERS = np.arange(15.0).reshape(3, 5) + 0.5
WHOLE = np.arange(15).reshape(3, 5)
NAMES = list("abcde")
ONES = np.ones((3, 5))
FIELDS = np.array([tuple(row) for row in NUMBERS], dtype=[(name, "f8") for name in NAMES])


class Interface:
    """Known to numpy by `__array_interface__` alone, as pictures of PIL are."""

    def __init__(self, data: np.ndarray) -> None:
        self.data, self.__array_interface__ = data, data.__array_interface__


class Exchange:
    """Known by `__dlpack__` alone."""

    def __init__(self, data: np.ndarray) -> None:
        self.data = data

    def __dlpack__(self, **options: Any) -> Any:
        return self.data.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.data.__dlpack_device__()


class Array:
    """Known by `__array__` alone."""

    def __init__(self, data: np.ndarray) -> None:
        self.data = data

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self.data


class NoArray(Array):
    shape = (3, 5)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise RuntimeError("not here")


class Subclass(np.ndarray):
    pass


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def on_disk(tmp_path):
    x = np.memmap(tmp_path / "x.bin", dtype="f8", mode="w+", shape=(3, 5))
    x[:] = NUMBERS
    return x


def objects(value, base=NUMBERS):
    """An object array with another thing at [1, 2]."""
    x = base.astype(object)
    x[1, 2] = value
    return x


def with_value(value):
    x = NUMBERS.copy()
    x[1, 2] = value
    return x


def cells(*values):
    """An object array of whole things."""
    x = np.empty(len(values), dtype=object)
    x[:] = values
    return x


def brain(x):
    return x.astype(ml_dtypes.bfloat16)


RIGHT = {
    "C": (lambda: NUMBERS, NUMBERS),
    "F": (lambda: np.asfortranarray(NUMBERS), NUMBERS),
    "strided": (lambda: np.repeat(NUMBERS, 2, axis=0)[::2], NUMBERS),
    "reversed": (lambda: NUMBERS[::-1, ::-1], NUMBERS[::-1, ::-1]),
    "transposed": (lambda: NUMBERS.T.copy().T, NUMBERS),
    "broadcast": (lambda: np.broadcast_to(NUMBERS[:1], (4, 5)), np.repeat(NUMBERS[:1], 4, axis=0)),
    "broadcast number": (lambda: np.broadcast_to(np.float64(2), (4, 5)), np.full((4, 5), 2.0)),
    ">f8": (lambda: NUMBERS.astype(">f8"), NUMBERS),
    ">f4": (lambda: NUMBERS.astype(">f4"), NUMBERS),
    ">i2": (lambda: WHOLE.astype(">i2"), WHOLE),
    "read only": (lambda: read_only(NUMBERS), NUMBERS),
    "float16": (lambda: NUMBERS.astype("f2"), NUMBERS),
    "longdouble": (lambda: NUMBERS.astype("longdouble"), NUMBERS),
    "bool": (lambda: WHOLE > 4, WHOLE > 4),
    "uint64": (lambda: np.full((1, 5), 2**63, "u8"), np.full((1, 5), 2.0**63)),
    "no mask": (lambda: np.ma.array(NUMBERS), NUMBERS),
    "empty mask": (lambda: np.ma.array(NUMBERS, mask=np.zeros((3, 5), bool)), NUMBERS),
    "matrix": (lambda: NUMBERS.view(np.matrix), NUMBERS),
    "subclass": (lambda: NUMBERS.view(Subclass), NUMBERS),
    "structured": (lambda: FIELDS, NUMBERS),
    "recarray": (lambda: FIELDS.view(np.recarray), NUMBERS),
    "masked fields without mask": (lambda: np.ma.array(FIELDS), NUMBERS),
    "one structured record": (lambda: FIELDS[0], NUMBERS[:1]),
    "objects": (lambda: NUMBERS.astype(object), NUMBERS),
    "object decimal": (lambda: objects(decimal.Decimal("7.5")), NUMBERS),
    "object fraction": (lambda: objects(fractions.Fraction(15, 2)), NUMBERS),
    "no rows": (lambda: np.empty((0, 5)), NUMBERS[:0]),
    "bfloat16": (lambda: brain(ONES), ONES),
    "float8": (lambda: ONES.astype(ml_dtypes.float8_e4m3fn), ONES),
    "int4": (lambda: ONES.astype(ml_dtypes.int4), ONES),
    "tensor": (lambda: tf.constant(NUMBERS), NUMBERS),
    "tensor of flags": (lambda: tf.constant(WHOLE > 4), WHOLE > 4),
    "tensor of integers": (lambda: tf.constant(WHOLE), WHOLE),
    "bfloat16 tensor": (lambda: tf.cast(ONES, tf.bfloat16), ONES),
    "tf variable": (lambda: tf.Variable(NUMBERS), NUMBERS),
    "keras variable": (lambda: keras.Variable(NUMBERS), NUMBERS),
    "ragged tensor of equal rows": (lambda: tf.ragged.constant(NUMBERS.tolist()), NUMBERS),
    "array interface": (lambda: Interface(NUMBERS), NUMBERS),
    "dlpack": (lambda: Exchange(NUMBERS.copy()), NUMBERS),
    "array method": (lambda: Array(NUMBERS), NUMBERS),
    "memoryview": (lambda: memoryview(NUMBERS), NUMBERS),
    "nested tuples": (lambda: tuple(map(tuple, NUMBERS.tolist())), NUMBERS),
    "deque of lists": (lambda: collections.deque(NUMBERS.tolist()), NUMBERS),
    "user list": (lambda: collections.UserList(NUMBERS.tolist()), NUMBERS),
    "list of decimals": (lambda: [[decimal.Decimal(1)] * 5] * 3, ONES),
}
STACKED = {
    "arrays": lambda: list(NUMBERS),
    "tuple of arrays": lambda: tuple(NUMBERS),
    "unlike samples": lambda: [NUMBERS[0].tolist(), tuple(NUMBERS[1]), NUMBERS[2]],
    "series": lambda: [pd.Series(row) for row in NUMBERS],
    "tensors": lambda: [tf.constant(row) for row in NUMBERS],
    "array methods": lambda: [Array(row) for row in NUMBERS],
    "array.array": lambda: [array.array("d", row) for row in NUMBERS],
}
ONE_SAMPLE = {
    "range": lambda: range(5),
    "array.array": lambda: array.array("i", range(5)),
    "deque": lambda: collections.deque(range(5)),
    "memoryview of bytes": lambda: memoryview(bytes(range(5))),
    "ctypes": lambda: (ctypes.c_double * 5)(*range(5)),
    "named tuple": lambda: collections.namedtuple("Point", NAMES)(*range(5)),
}
REFUSED = {
    "masked": (lambda: np.ma.masked_equal(NUMBERS, 7.5), "missing_masked"),
    "hard mask": (lambda: np.ma.array(NUMBERS, mask=NUMBERS == 7.5, hard_mask=True), "missing_masked"),
    "masked integers": (lambda: np.ma.masked_equal(WHOLE, 7), "missing_masked"),
    "masked objects": (lambda: np.ma.array(NUMBERS.astype(object), mask=NUMBERS == 7.5), "missing_masked"),
    "None": (lambda: objects(None), "missing_values"),
    "NaN": (lambda: with_value(np.nan), "missing_values"),
    "NaN tensor": (lambda: tf.constant(with_value(np.nan)), "missing_values"),
    "longdouble NaN": (lambda: with_value(np.nan).astype("longdouble"), "missing_values"),
    "infinite": (lambda: with_value(np.inf), "infinite_values"),
    "too large": (lambda: with_value(1e39), "dtype_too_large"),
    "None in a list": (lambda: objects(None).tolist(), "missing_values"),
    "NA in a list": (lambda: objects(pd.NA).tolist(), "missing_values"),
}
ELSEWHERE = {
    "masked field": (
        lambda: np.ma.array(FIELDS, mask=[(0,) * 5, (0, 1, 0, 0, 0), (0,) * 5]),
        "missing_masked",
    ),
    "nested fields": (lambda: np.zeros(3, [("a", [("u", "f8"), ("v", "f8")]), ("b", "f8")]), "column_other"),
    "fields of vectors": (lambda: np.zeros(3, [("a", "f8", (2,)), ("b", "f8")]), "column_list"),
    "fields of text": (lambda: np.zeros(3, [("a", "f8"), ("b", "U3")]), "column_text"),
    "fields with None": (lambda: np.array([(1.0, None)], [("a", "f8"), ("b", object)]), "missing_values"),
    "object text": (lambda: objects("3"), "dtype_mixed"),
    "object arrays and a gap": (lambda: cells(np.arange(5.0), None, np.arange(5.0)), "dtype_list"),
    "object arrays of other lengths": (lambda: cells(np.arange(3), np.arange(4)), "structure_ragged"),
    "complex": (lambda: NUMBERS + 0j, "dtype_complex"),
    "dates": (lambda: np.full((3, 5), np.datetime64("2024")), "dtype_date"),
    "no date": (lambda: np.full((3, 5), np.datetime64("NaT", "D")), "dtype_date"),
    "no duration": (lambda: np.full((3, 5), np.timedelta64("NaT", "s")), "dtype_duration"),
    "text": (lambda: NUMBERS.astype(str), "dtype_text"),
    "bytes": (lambda: NUMBERS.astype("S"), "dtype_text"),
    "text tensor": (lambda: tf.constant([["a"] * 5]), "dtype_text"),
    "list of digits": (lambda: [["1"] * 5], "dtype_text"),
    "raw": (lambda: np.zeros((3, 5), "V4"), "dtype_other"),
    "beyond every double": (lambda: np.full((1, 5), np.longdouble(10) ** 400), "dtype_too_large"),
    "number": (lambda: np.array(1.5), "shape_rank"),
    "None alone": (lambda: np.array(None), "missing_values"),
    "32 axes": (lambda: np.ones((1,) * 32), "shape_rank"),
    "no values": (lambda: np.empty(0), "shape_vector"),
    "no columns": (lambda: np.empty((3, 0)), "shape_features_few"),
    "ragged tensor": (lambda: tf.ragged.constant([[1.0, 2.0], [3.0]]), "structure_ragged"),
    "ragged lists": (lambda: [[1, 2], [3]], "structure_ragged"),
    "deeper lists": (lambda: [[1, [2]], [3, 4]], "structure_kind"),
    "sparse tensor": (lambda: tf.sparse.from_dense(NUMBERS), "structure_convert"),
    "symbolic": (lambda: keras.Input((5,)), "structure_symbolic"),
    "symbolic in a list": (lambda: [keras.Input((5,)), keras.Input((5,))], "structure_symbolic"),
    "spec": (lambda: tf.TensorSpec((3, 5)), "structure_kind"),
    "no array after all": (lambda: NoArray(NUMBERS), "structure_kind"),
    "bytes object": (lambda: b"abcde", "dtype_text"),
    "bytearray": (lambda: bytearray(5), "structure_kind"),
    "set": (lambda: {1, 2}, "structure_kind"),
    "sets": (lambda: [{1}, {2}], "structure_kind"),
    "map": (lambda: map(float, range(5)), "shape_rank"),
    "dict values": (lambda: {"a": 1}.values(), "structure_kind"),
    "zip": (lambda: zip([1], [2], strict=True), "shape_rank"),
}


@pytest.fixture(scope="module")
def model():
    return models.dense()


def check(model, x, want):
    want = np.asarray(want, "float32")
    ready = kg.validate_and_coerce(model, x)
    assert (type(ready), ready.dtype, ready.flags.c_contiguous) == (np.ndarray, np.float32, True)
    np.testing.assert_array_equal(ready, want)
    expected = model.predict(want, verbose=0) if len(want) else np.empty((0, 1))
    np.testing.assert_array_equal(kg.safe_predict(model, x, verbose=0), expected)


@pytest.mark.parametrize("name", RIGHT)
def test_right_arrays_give_predicts_bits_without_a_word(model, name):
    make, want = RIGHT[name]
    check(model, make(), want)


def test_an_array_on_disk(model, tmp_path):
    check(model, on_disk(tmp_path), NUMBERS)


@pytest.mark.parametrize("name", STACKED)
@pytest.mark.filterwarnings("ignore::kerasguard.RepairNotice")
def test_lists_of_samples_are_stacked(model, name):
    assert "structure_stacked" in kg.check_input(model, STACKED[name]()).codes
    check(model, STACKED[name](), NUMBERS)


@pytest.mark.parametrize("name", ONE_SAMPLE)
@pytest.mark.filterwarnings("ignore::kerasguard.RepairNotice")
def test_one_sample(model, name):
    assert "shape_one_sample" in kg.check_input(model, ONE_SAMPLE[name]()).codes
    check(model, ONE_SAMPLE[name](), [range(5)])


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_value_is_refused_at_its_place(model, name):
    make, code = REFUSED[name]
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, make(), verbose=0)
    assert caught.value.code == code
    facts = caught.value.report.problems[0].facts
    assert (facts["cells"].count, facts["cells"].first) == (1, ((1, 2),))


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_no_array_of_numbers_is_refused(model, name):
    make, code = ELSEWHERE[name]
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, make(), verbose=0)
    assert caught.value.code == code


def test_the_masked_field_is_named(model):
    x = np.ma.array(FIELDS, mask=[(0,) * 5, (0, 1, 0, 0, 0), (0,) * 5])
    assert "row 1, column 'b'" in str(kg.check_input(model, x))


def test_records_in_two_axes_have_their_fields_last():
    x = np.stack([FIELDS[[0, 1, 2, 0]], FIELDS[[2, 1, 0, 0]]])
    want = np.stack([NUMBERS[[0, 1, 2, 0]], NUMBERS[[2, 1, 0, 0]]])
    check(models.lstm(4, 5), x, want)
    masked = np.ma.array(x)
    masked["b"][1, 2] = np.ma.masked
    report = kg.check_input(models.lstm(4, 5), masked)
    assert report.problems[0].facts["cells"].first == ((1, 2, 1),)


def test_a_matrix_may_get_more_axes():
    with pytest.warns(kg.KerasGuardWarning):
        ready = kg.validate_and_coerce(models.lstm(), np.arange(15.0).reshape(1, 15).view(np.matrix))
    np.testing.assert_array_equal(ready, np.arange(15.0).reshape(1, 5, 3))


def test_integers_that_float32_merges_are_told(model):
    with pytest.warns(kg.KerasGuardWarning):
        kg.safe_predict(model, np.array([[2**60] * 5, [2**60 + 1] * 5], "u8"), verbose=0)


def test_ragged_steps():
    equal = tf.RaggedTensor.from_row_lengths(tf.ones((10, 3)), [5, 5])
    check(models.lstm(), equal, np.ones((2, 5, 3)))
    unequal = tf.RaggedTensor.from_row_lengths(tf.ones((9, 3)), [5, 4])
    for x in (unequal, unequal.to_list()):
        with pytest.raises(kg.InputStructureError) as caught:
            kg.safe_predict(models.lstm(None), x, verbose=0)
        assert caught.value.code == "structure_ragged"
        assert "pad_sequences" in str(caught.value)


def test_tensors_inside_a_graph_are_symbolic(model):
    codes = []
    graph = tf.function(lambda x: codes.append(kg.check_input(model, x).codes) or x, autograph=False)
    graph(tf.ones((3, 5)))
    assert codes == [("structure_symbolic",)]


def test_torch(model):
    torch = pytest.importorskip("torch")
    x = torch.tensor(NUMBERS)
    for kind in (x, x.float(), x.half(), x.clone().requires_grad_(True), torch.nn.Parameter(x), x.T.clone().T):
        check(model, kind, NUMBERS)
    for dtype in (torch.bfloat16, torch.float8_e4m3fn, torch.int8, torch.bool):
        check(model, torch.ones(3, 5).to(dtype), ONES)
    refused = {"structure_convert": x.to_sparse(), "structure_kind": torch.empty(3, 5, device="meta")}
    for code, wrong in refused.items():
        assert kg.check_input(model, wrong).codes == (code,)


def test_jax(model):
    jnp = pytest.importorskip("jax.numpy")
    check(model, jnp.asarray(NUMBERS, "float32"), NUMBERS)
    check(model, jnp.ones((3, 5), jnp.bfloat16), ONES)


def test_xarray(model):
    xarray = pytest.importorskip("xarray")
    x = xarray.DataArray(NUMBERS, dims=("row", "column"))
    check(model, x, NUMBERS)
    check(model, xarray.Dataset({name: ("row", NUMBERS[:, j]) for j, name in enumerate(NAMES)}), NUMBERS)
    assert kg.check_input(model, x.where(x != 7.5)).problems[0].code == "missing_values"


def _of_lists(*rows):
    data = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        data[i] = row
    return data


def test_an_array_of_lists_is_a_list_of_samples():
    """numpy makes one of series of unlike lengths; of equal ones users do by hand."""
    assert observe(_of_lists([1, 2], [1, 2, 3])).kind.kind == observe([[1, 2], [1, 2, 3]]).kind.kind
    equal = _of_lists([1.0, 2.0], [3.0, 4.0])
    assert observe(equal).shape == (2, 2)
    arrays = _of_lists(*NUMBERS)
    model = models.dense()
    with pytest.warns(kg.RepairNotice, match="was stacked"):
        np.testing.assert_array_equal(kg.safe_predict(model, arrays), kg.safe_predict(model, NUMBERS))
    assert observe(_of_lists(None, [1, 2])).shape == (2,)


def test_the_line_that_pads_a_ragged_tensor_runs():
    from needs import tf

    model = keras.Sequential([keras.Input((None, 1)), keras.layers.LSTM(2)])
    x = tf.ragged.constant([[[1.0]], [[1.0], [2.0]]], ragged_rank=1)
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, x)
    line = str(caught.value).split("Fix: ")[1].split("  # ")[0]
    names = {"keras": keras, "model": model, "x": x, "safe_predict": kg.safe_predict}
    assert eval(line, names).shape == (2, 2)
