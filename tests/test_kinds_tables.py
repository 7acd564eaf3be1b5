"""Every kind of table: right, with predict()'s own bits and without a word, or refused with the column named."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import fractions
import subprocess
import sys
import types
from typing import Any

import keras
import kerasguard as kg
import models
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest

NUMBERS = np.arange(15.0).reshape(3, 5) + 0.5
WHOLE = np.arange(15).reshape(3, 5)
NAMES = list("abcde")
COLUMNS = {name: NUMBERS[:, j] for j, name in enumerate(NAMES)}
WHOLE_COLUMNS = {name: WHOLE[:, j] for j, name in enumerate(NAMES)}
FLAGS = np.column_stack([NUMBERS[:, 0], [1, 0, 1], NUMBERS[:, 2:]])
BOOLS = [True, False, True]

H, HW = pd.DataFrame(COLUMNS), pd.DataFrame(WHOLE_COLUMNS)
P, PW = pl.DataFrame(COLUMNS), pl.DataFrame(WHOLE_COLUMNS)
A, AW = pa.table(COLUMNS), pa.table(WHOLE_COLUMNS)
Point = collections.namedtuple("Point", NAMES)


@dataclasses.dataclass
class Record:
    a: float
    b: float
    c: float
    d: float
    e: float


class Capsule:
    """A table of a library unknown to us: it only speaks Arrow."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


def all_as(table: pa.Table, kind: pa.DataType) -> pa.Table:
    return table.cast(pa.schema([(name, kind) for name in table.column_names]))


def with_b(values: Any, base: Any = P) -> Any:
    """The table with another column `b`."""
    if isinstance(base, pd.DataFrame):
        return base.assign(b=values)
    return base.with_columns(pl.Series("b", values))


RIGHT = {
    "polars": (lambda: P, NUMBERS),
    "polars integers": (lambda: PW, WHOLE),
    "polars types": (lambda: P.with_columns(pl.col("a").cast(pl.Float32), pl.col("b").cast(pl.Float32)), NUMBERS),
    "polars flags": (lambda: with_b(BOOLS), FLAGS),
    "polars decimals": (lambda: P.cast(pl.Decimal(10, 2)), NUMBERS),
    "polars 128 bits": (lambda: PW.cast(pl.Int128), WHOLE),
    "polars objects": (lambda: with_b(pl.Series(list(NUMBERS[:, 1]), dtype=pl.Object)), NUMBERS),
    "polars chunks": (lambda: pl.concat([P[:1], P[1:]], rechunk=False), NUMBERS),
    "polars reversed": (lambda: P[::-1], NUMBERS[::-1]),
    "polars no rows": (lambda: P[:0], NUMBERS[:0]),
    "polars vectors": (lambda: pl.Series(NUMBERS, dtype=pl.Array(pl.Float64, 5)), NUMBERS),
    "list of one polars": (lambda: [P], NUMBERS),
    "dict of polars columns": (lambda: {name: P[name] for name in NAMES}, NUMBERS),
    "polars rows": (lambda: P.rows(), NUMBERS),
    "polars named rows": (lambda: P.rows(named=True), NUMBERS),
    "pyarrow": (lambda: A, NUMBERS),
    "pyarrow integers": (lambda: AW, WHOLE),
    "pyarrow batch": (lambda: A.to_batches()[0], NUMBERS),
    "pyarrow chunks": (lambda: pa.concat_tables([A[:1], A[1:]]), NUMBERS),
    "pyarrow slice": (lambda: A[1:], NUMBERS[1:]),
    "pyarrow names twice": (lambda: pa.table(list(NUMBERS.T), names=list("aabbc")), NUMBERS),
    "pyarrow decimals": (lambda: all_as(A, pa.decimal128(10, 2)), NUMBERS),
    "pyarrow halves": (lambda: all_as(A, pa.float16()), NUMBERS),
    "pyarrow flags": (lambda: A.set_column(1, "b", pa.array(BOOLS)), FLAGS),
    "pyarrow runs": (
        lambda: A.set_column(1, "b", pa.RunEndEncodedArray.from_arrays([1, 2, 3], NUMBERS[:, 1])),
        NUMBERS,
    ),
    "pyarrow no rows": (lambda: A[:0], NUMBERS[:0]),
    "pyarrow vectors": (lambda: pa.FixedSizeListArray.from_arrays(NUMBERS.ravel(), 5), NUMBERS),
    "arrow capsule": (lambda: Capsule(A), NUMBERS),
    "narwhals": (lambda: nw.from_native(P), NUMBERS),
    "narwhals of pandas": (lambda: nw.from_native(H), NUMBERS),
    "blocks": (lambda: pd.DataFrame(NUMBERS), NUMBERS),
    "columnar": (lambda: pd.DataFrame({name: values.copy() for name, values in COLUMNS.items()}), NUMBERS),
    "Int64": (lambda: HW.astype("Int64"), WHOLE),
    "UInt64": (lambda: HW.astype("UInt64"), WHOLE),
    "Float32": (lambda: H.astype("Float32"), NUMBERS),
    "boolean": (lambda: with_b(pd.array(BOOLS, "boolean"), H), FLAGS),
    "int64[pyarrow]": (lambda: HW.astype("int64[pyarrow]"), WHOLE),
    "double[pyarrow]": (lambda: H.astype("double[pyarrow]"), NUMBERS),
    "bool[pyarrow]": (lambda: with_b(pd.array(BOOLS, "bool[pyarrow]"), H), FLAGS),
    "decimal[pyarrow]": (lambda: H.astype(pd.ArrowDtype(pa.decimal128(10, 2))), NUMBERS),
    "sparse columns": (lambda: H.astype(pd.SparseDtype("float")), NUMBERS),
    "sparse integers": (lambda: HW.astype(pd.SparseDtype("int", 0)), WHOLE),
    "sparse flags": (lambda: (HW > 4).astype(pd.SparseDtype(bool, False)), WHOLE > 4),
    "names twice": (lambda: pd.DataFrame(NUMBERS, columns=list("aabbc")), NUMBERS),
    "names of levels": (
        lambda: pd.DataFrame(NUMBERS, columns=pd.MultiIndex.from_product([["u"], NAMES])),
        NUMBERS,
    ),
    "names of types": (lambda: pd.DataFrame(NUMBERS, columns=[1, "a", None, 2.5, ("x",)]), NUMBERS),
    "objects": (lambda: H.astype(object), NUMBERS),
    "decimals": (lambda: H.apply(lambda column: column.map(decimal.Decimal)), NUMBERS),
    "fractions": (lambda: H.apply(lambda column: column.map(fractions.Fraction)), NUMBERS),
    "no rows": (lambda: H[:0], NUMBERS[:0]),
    "no rows of objects": (lambda: H[:0].astype(object), NUMBERS[:0]),
    "rows in other orders": (lambda: [H.iloc[0], H.iloc[1][::-1], H.iloc[2]], NUMBERS),
    "itertuples": (lambda: list(H.itertuples(index=False)), NUMBERS),
    "records": (lambda: H.to_dict("records"), NUMBERS),
    "records in other orders": (
        lambda: [dict(reversed(r.items())) if i else r for i, r in enumerate(H.to_dict("records"))],
        NUMBERS,
    ),
    "one record": (lambda: H.to_dict("records")[:1], NUMBERS[:1]),
    "dict of lists": (lambda: H.to_dict("list"), NUMBERS),
    "dict of series": (lambda: H.to_dict("series"), NUMBERS),
    "dict of numbers": (lambda: dict(zip(NAMES, NUMBERS[0], strict=True)), NUMBERS[:1]),
    "dict with numbers for keys": (lambda: dict(enumerate(NUMBERS.T.tolist())), NUMBERS),
    "ordered dict": (lambda: collections.OrderedDict(COLUMNS), NUMBERS),
    "mapping proxy": (lambda: types.MappingProxyType(COLUMNS), NUMBERS),
    "user dict": (lambda: collections.UserDict(COLUMNS), NUMBERS),
    "named tuples": (lambda: [Point(*row) for row in NUMBERS], NUMBERS),
    "dataclass": (lambda: Record(*NUMBERS[0]), NUMBERS[:1]),
    "dataclasses": (lambda: [Record(*row) for row in NUMBERS], NUMBERS),
    "records of lists": (lambda: [{"all": row.tolist()} for row in NUMBERS], NUMBERS),
}
# what would stand in column `b` -> the code, for every library that has it
DAY, MOMENT = dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)
REFUSED = {
    "polars null": (lambda: with_b([1, None, 3]), "missing_values"),
    "polars null flag": (lambda: with_b([True, None, False]), "missing_values"),
    "polars null decimal": (lambda: with_b(pl.Series([1, None, 3]).cast(pl.Decimal(9, 0))), "missing_values"),
    "polars nothing but nulls": (lambda: with_b([None] * 3), "missing_values"),
    "polars NaN": (lambda: with_b([1.0, float("nan"), 3.0]), "missing_values"),
    "polars infinite": (lambda: with_b([1.0, float("inf"), 3.0]), "infinite_values"),
    "polars too large": (lambda: with_b([1.0, 1e39, 3.0]), "dtype_too_large"),
    "polars text": (lambda: with_b(["1", "2", "3"]), "column_text"),
    "polars binary": (lambda: with_b([b"a", b"b", b"c"]), "column_text"),
    "polars categories": (lambda: with_b(pl.Series(["u", "v", "u"], dtype=pl.Categorical)), "column_category"),
    "polars enum": (lambda: with_b(pl.Series(["u", "v", "u"], dtype=pl.Enum(["u", "v"]))), "column_category"),
    "polars dates": (lambda: with_b([DAY] * 3), "column_date"),
    "polars moments": (lambda: with_b([MOMENT] * 3), "column_date"),
    "polars times": (lambda: with_b([dt.time(1)] * 3), "column_date"),
    "polars durations": (lambda: with_b([dt.timedelta(1)] * 3), "column_duration"),
    "polars lists": (lambda: with_b([[1], [2], [3]]), "column_list"),
    "polars structs": (lambda: with_b([{"u": 1}] * 3), "column_list"),
    "nullable integers": (lambda: with_b(pd.array([1, None, 3], "Int64"), H), "missing_values"),
    "nullable flags": (lambda: with_b(pd.array([True, None, False], "boolean"), H), "missing_values"),
    "arrow integers": (lambda: with_b(pd.array([1, None, 3], "int64[pyarrow]"), H), "missing_values"),
    "arrow doubles": (lambda: with_b(pd.array([1.5, None, 3], "double[pyarrow]"), H), "missing_values"),
    "objects with None": (lambda: with_b(pd.Series([1, None, 3], dtype=object), H), "missing_values"),
    "objects with NA": (lambda: with_b(pd.Series([1, pd.NA, 3], dtype=object), H), "missing_values"),
    "objects with text": (lambda: with_b(pd.Series([1, "2", 3], dtype=object), H), "column_mixed"),
    "digits": (lambda: with_b(pd.Series(["1", "2", "3"], dtype=object), H), "column_text"),
    "string": (lambda: with_b(pd.array(["1", "2", "3"], "string"), H), "column_text"),
    "string[pyarrow]": (lambda: with_b(pd.array(["1", None, "3"], "string[pyarrow]"), H), "column_text"),
    "decimals that are no number": (
        lambda: with_b([decimal.Decimal(1), None, decimal.Decimal("NaN")], H),
        "missing_values",
    ),
    "sparse with holes": (lambda: H.where(H["b"] > 2).astype(pd.SparseDtype("float")), "missing_values"),
    "categories": (lambda: with_b(pd.Categorical(["u", "v", "u"]), H), "column_category"),
    "numeric categories": (lambda: with_b(pd.Categorical([1, 2, 3]), H), "column_category"),
    "arrow dictionary": (
        lambda: with_b(pd.array(["u", "v", "u"], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))), H),
        "column_category",
    ),
    "moments": (lambda: with_b(pd.date_range("2024", periods=3, tz="UTC"), H), "column_date"),
    "arrow dates": (lambda: with_b(pd.array([DAY] * 3, pd.ArrowDtype(pa.date32())), H), "column_date"),
    "python dates": (lambda: with_b([DAY] * 3, H), "column_date"),
    "periods": (lambda: with_b(pd.period_range("2024", periods=3), H), "column_date"),
    "timedeltas": (lambda: with_b(pd.timedelta_range("1D", periods=3), H), "column_duration"),
    "intervals": (lambda: with_b(pd.interval_range(0, 3), H), "column_other"),
    "complex": (lambda: with_b([1j, 2, 3], H), "column_complex"),
    "lists": (lambda: with_b([[1], [2], [3]], H), "column_list"),
    "record without b": (
        lambda: [{k: v for k, v in r.items() if i != 1 or k != "b"} for i, r in enumerate(H.to_dict("records"))],
        "missing_values",
    ),
    "records with text": (lambda: with_b(["u", "v", "u"], H).to_dict("records"), "column_text"),
    "records with dates": (lambda: [{**r, "b": DAY} for r in H.to_dict("records")], "column_date"),
}
ELSEWHERE = {
    "polars lazy": (lambda: P.lazy(), "structure_convert"),
    "narwhals lazy": (lambda: nw.from_native(P.lazy()), "structure_convert"),
    "pyarrow dataset": (lambda: pyarrow.dataset.dataset(A), "structure_convert"),
    "pyarrow reader": (lambda: A.to_reader(), "structure_convert"),
    "polars expression": (lambda: pl.col("a"), "structure_kind"),
    "pyarrow schema": (lambda: A.schema, "structure_kind"),
    "pyarrow scalar": (lambda: pa.scalar(1.5), "structure_kind"),
    "polars without columns": (lambda: pl.DataFrame(), "shape_features_few"),
    "pyarrow without columns": (lambda: pa.table({}), "shape_features_few"),
    "rows without columns": (lambda: pd.DataFrame(index=range(3)), "shape_features_few"),
    "polars list column": (lambda: pl.Series(NUMBERS.tolist()), "dtype_list"),
    "pandas list column": (lambda: pd.Series(NUMBERS.tolist()), "dtype_list"),
    "polars null in a column": (lambda: pl.Series([1, None, 3, 4, 5]), "missing_values"),
    "pyarrow null in a column": (lambda: pa.array([1, None, 3, 4, 5]), "missing_values"),
    "array with NA": (lambda: pd.array([1, None, 3, 4, 5], "Int64"), "missing_values"),
    "categorical": (lambda: pd.Categorical([1, 2, 3, 4, 5]), "dtype_category"),
    "categorical index": (lambda: pd.CategoricalIndex([1, 2, 3, 4, 5]), "dtype_category"),
    "itertuples with index": (lambda: list(H.itertuples()), "shape_features"),
    "dict of dicts": (lambda: H.to_dict(), "structure_count"),
    "columns of other lengths": (lambda: {"a": [1, 2], "b": [1, 2, 3]}, "structure_lengths"),
    "records without a common name": (lambda: [{"a": 1}, {"b": 2}], "structure_kind"),
}


@pytest.fixture(scope="module")
def model():
    return models.dense()


@pytest.mark.parametrize("name", RIGHT)
def test_right_tables_give_predicts_bits_without_a_word(model, name):
    make, want = RIGHT[name]
    x, want = make(), np.asarray(want, "float32")
    ready = kg.validate_and_coerce(model, x)
    assert (ready.dtype, ready.flags.c_contiguous) == (np.float32, True)
    np.testing.assert_array_equal(ready, want)
    expected = model.predict(want, verbose=0) if len(want) else np.empty((0, 1))
    np.testing.assert_array_equal(kg.safe_predict(model, x, verbose=0), expected)


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_column_is_refused_by_name(model, name):
    make, code = REFUSED[name]
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, make(), verbose=0)
    assert caught.value.code == code
    assert "'b'" in str(caught.value)


@pytest.mark.parametrize("name", [name for name in REFUSED if name.startswith("polars")])
def test_pyarrow_is_refused_as_polars_is(model, name):
    make, code = REFUSED[name]
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, make().to_arrow(), verbose=0)
    assert caught.value.code == code
    assert "'b'" in str(caught.value)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_no_table_of_numbers_is_refused(model, name):
    make, code = ELSEWHERE[name]
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, make(), verbose=0)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "make",
    [
        lambda: pl.Series([1.5, 2.5]),
        lambda: pa.array([1.5, 2.5]),
        lambda: pa.chunked_array([[1.5], [2.5]]),
        lambda: Capsule(pa.chunked_array([[1.5], [2.5]])),
        lambda: pd.Series([1.5, 2.5], dtype="double[pyarrow]"),
        lambda: pd.Index([1.5, 2.5]),
        lambda: pd.array([1.5, 2.5], "Float64"),
        lambda: pd.arrays.SparseArray([1.5, 2.5]),
    ],
)
def test_single_columns_are_vectors(make):
    with pytest.warns(kg.RepairNotice):
        ready = kg.validate_and_coerce(models.dense(1), make())
    np.testing.assert_array_equal(ready, [[1.5], [2.5]])


@pytest.mark.parametrize(("column", "first"), [([None, 1, None], [0, 2]), ([1, 2, None], [2])])
@pytest.mark.parametrize("kind", [lambda t: t, lambda t: t.to_arrow(), lambda t: t.to_arrow().to_batches()[0]])
def test_nulls_are_counted_with_their_rows(column, first, kind):
    report = kg.check_input(models.dense(), kind(with_b(column)))
    cells = report.problems[0].facts["cells"]
    assert (cells.count, [place for place, _ in cells.first]) == (len(first), first)
    assert {j for _, j in cells.first} == {1}


def test_integers_keep_every_digit():
    ids = keras.Sequential(
        [keras.Input((2,), dtype="int64"), keras.layers.IntegerLookup(vocabulary=[2**53, 2**53 + 1])]
    )
    columns = {"id": [2**53 + 1], "n": [0.0]}
    table = pl.DataFrame(columns)
    forms = [
        table,
        table.to_arrow(),
        [{"id": 2**53 + 1, "n": 0.0}],
        pd.DataFrame(columns).astype({"id": "int64[pyarrow]"}),
    ]
    forms += [table.with_columns(pl.col("id").cast(kind)) for kind in (pl.UInt64, pl.Int128, pl.Decimal(20, 0))]
    for x in forms:
        assert kg.safe_predict(ids, x, verbose=0).ravel().tolist() == [2, 0]


def test_text_goes_to_a_text_model():
    model = models.text()
    want = model.predict(keras.ops.convert_to_tensor([["good"], ["bad"]]), verbose=0)
    texts = ["good", "bad"]
    for x in (
        pl.DataFrame({"review": texts}),
        pa.table({"review": texts}),
        pl.Series(texts),
        pa.array(texts),
        pl.Series([b"good", b"bad"]),
        [{"review": text} for text in texts],
    ):
        np.testing.assert_array_equal(kg.safe_predict(model, x, verbose=0, repairs="quiet"), want)
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, pl.Series(["good", None]), verbose=0)


def test_columns_go_to_inputs_by_name():
    model = models.scalars()
    want = model.predict([np.array([[3.0], [4.0]]), np.array([[1.0], [2.0]])], verbose=0)
    table = pl.DataFrame({"income": [1, 2], "age": [3, 4]})
    for x in (table, table.to_arrow(), table.rows(named=True), Capsule(table)):
        with pytest.warns(kg.RepairNotice):
            np.testing.assert_array_equal(kg.safe_predict(model, x, verbose=0), want)


def test_records_of_arrays_are_one_array_per_input():
    @dataclasses.dataclass
    class Inputs:
        main: Any
        aux: Any

    model, main, aux = models.two(), NUMBERS[:, :3], NUMBERS[:, 3:]
    want = model.predict([main, aux], verbose=0)
    records = [{"main": m.tolist(), "aux": a.tolist()} for m, a in zip(main, aux, strict=True)]
    swapped = [{"aux": record["aux"], "main": record["main"]} for record in records]
    for x in (
        records,
        swapped,
        Inputs(main, aux),
        {"main": pl.DataFrame(main), "aux": pa.table(list(aux.T), ["u", "v"])},
    ):
        np.testing.assert_array_equal(kg.safe_predict(model, x, verbose=0), want)
    sample = {"left": {"q": [1, 2, 3], "r": [4, 5]}, "right": [6]}
    ready = kg.validate_and_coerce(models.nested(), [sample, sample])
    np.testing.assert_array_equal(ready["left"]["r"], [[4, 5], [4, 5]])
    np.testing.assert_array_equal(ready["right"], [[6], [6]])


def test_pydantic_models_are_records(model):
    pydantic = pytest.importorskip("pydantic")
    cls = pydantic.create_model("Row", **{name: (float, ...) for name in NAMES})
    x = [cls(**record) for record in H.to_dict("records")]
    np.testing.assert_array_equal(kg.validate_and_coerce(model, x), NUMBERS.astype("float32"))


def test_libraries_of_tables_are_imported_only_for_their_objects():
    code = """
import sys, kerasguard
from kerasguard.observe import observe
observe([[1.0, 2.0]]), observe({"a": [1.0]}), observe(3), observe([{"a": 1}])
print([m for m in ("narwhals", "polars", "pyarrow", "torch", "jax", "tensorflow", "xarray") if m in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
