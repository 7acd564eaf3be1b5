"""The main job: right inputs give predict()'s own bits, whatever they come as; the model is left as it was."""

from __future__ import annotations

import ast
import decimal
import io
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.engine.state import state_of
from scenarios import numbers


def quiet(model, x, **options):
    """safe_predict where nothing may be told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", kg.KerasGuardWarning)
        return kg.safe_predict(model, x, verbose=0, **options)


def plain(model, x, **options):
    return model.predict(x, verbose=0, **options)


BASE = numbers(37, 5)
TABLE = pd.DataFrame(BASE, columns=list("abcde"))
WHOLE = np.arange(10).reshape(2, 5)

RIGHT = {
    "double": lambda: BASE,
    "float32": lambda: BASE.astype("float32"),
    "float16": lambda: BASE.astype("float16"),
    "longdouble": lambda: BASE.astype("longdouble"),
    "fortran": lambda: np.asfortranarray(BASE),
    "strided": lambda: np.repeat(BASE, 2, axis=0)[::2],
    "reversed": lambda: BASE[::-1, ::-1],
    "read only": lambda: np.frombuffer(BASE.tobytes()).reshape(37, 5),
    "big endian": lambda: BASE.astype(">f8"),
    "integers": lambda: WHOLE,
    "big endian integers": lambda: WHOLE.astype(">i4"),
    "small integers": lambda: WHOLE.astype("int8"),
    "unsigned": lambda: WHOLE.astype("uint64"),
    "logical": lambda: WHOLE > 4,
    "objects": lambda: BASE.astype(object),
    "mixed objects": lambda: np.array([[1, 2.5, True, np.float32(4), decimal.Decimal("5.5")]], dtype=object),
    "nested list": lambda: BASE.tolist(),
    "tuple": lambda: tuple(map(tuple, BASE.tolist())),
    "list of rows": lambda: [[1, 2.5, True, 4, 5]],
    "list of one": lambda: [BASE],
    "unmasked": lambda: np.ma.masked_invalid(BASE),
    "frame": lambda: TABLE,
    "frame of columns": lambda: pd.DataFrame({c: TABLE[c].to_numpy() for c in TABLE}),
    "frame of types": lambda: TABLE.assign(a=np.arange(37), b=np.arange(37) > 4, c=TABLE["c"].astype("float32")),
    "nullable frame": lambda: TABLE.assign(a=np.arange(37), b=np.arange(37) > 4).convert_dtypes(),
    "arrow frame": lambda: TABLE.convert_dtypes(dtype_backend="pyarrow"),
    "frame of objects": lambda: TABLE.astype(object),
    "frame with names twice": lambda: pd.DataFrame(BASE, columns=list("aabbc")),
    "frame with other index": lambda: TABLE.set_index(np.arange(37)[::-1]),
    "multi-index columns": lambda: pd.DataFrame(BASE, columns=pd.MultiIndex.from_product([["u"], list("abcde")])),
    "dict of columns": lambda: {name: TABLE[name].to_numpy() for name in TABLE},
    "record": lambda: {"a": 1, "b": 2.5, "c": 3, "d": True, "e": 5},
    "structured": lambda: np.genfromtxt(io.StringIO("1,2,3,4,5\n6,7,8,9,10"), delimiter=",", dtype="f8,f8,f4,i4,i8"),
    "one row": lambda: BASE[:1],
    "tensor": lambda: keras.ops.convert_to_tensor(BASE.astype("float32")),
}


def by_hand(x):
    if isinstance(x, dict):
        x = pd.DataFrame(x, index=range(np.size(next(iter(x.values())))))
    if isinstance(x, list) and isinstance(x[0], np.ndarray):
        x = x[0]
    if isinstance(x, np.ndarray) and x.dtype.names:
        return np.array([list(row) for row in x.tolist()]).astype("float32")
    return np.asarray([[float(cell) for cell in row] for row in np.asarray(x).tolist()]).astype("float32")


@pytest.mark.parametrize("name", RIGHT)
def test_right_inputs_give_predicts_bits_without_a_word(name):
    model, x = models.dense(), RIGHT[name]()
    np.testing.assert_array_equal(quiet(model, x), plain(model, by_hand(x)))


@pytest.mark.parametrize(
    ("make", "shape"), [(models.lstm, (5, 3)), (models.conv, (8, 6, 1)), (lambda: models.lstm(None), (9, 3))]
)
@pytest.mark.parametrize("rows", [1, 2, 33])
def test_arrays_of_every_rank(make, shape, rows):
    model, x = make(), numbers(rows, *shape)
    np.testing.assert_array_equal(quiet(model, np.asfortranarray(x)), plain(model, x.astype("float32")))


def told(model, x, code, category=kg.RepairNotice, **options):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        value = kg.safe_predict(model, x, verbose=0, **options)
    ours = [w for w in seen if issubclass(w.category, kg.KerasGuardWarning)]
    assert [(w.message.code, w.category) for w in ours] == [(code, category)]
    assert all(w.filename == __file__ for w in ours)
    return value


def test_repairs_are_told_and_right():
    model = models.lstm()
    x = numbers(10, 5, 3)
    want = plain(model, x.astype("float32"))
    np.testing.assert_array_equal(told(model, x.reshape(10, 15), "shape_flat", kg.KerasGuardWarning), want)
    np.testing.assert_array_equal(told(model, np.moveaxis(x, 0, -1), "shape_samples_last"), want)
    np.testing.assert_array_equal(told(model, list(x), "structure_stacked"), want)
    np.testing.assert_array_equal(told(model, x[3], "shape_one_sample"), plain(model, x[3:4].astype("float32")))
    flat_f = np.stack([sample.reshape(15, order="F") for sample in x])
    np.testing.assert_array_equal(quiet(model, flat_f, order="F"), want)


def test_pictures_flat_by_columns():
    model, x = models.conv(), numbers(3, 8, 6, 1)
    flat = np.stack([picture.reshape(48, order="F") for picture in x])
    np.testing.assert_array_equal(quiet(model, flat, order="F"), plain(model, x.astype("float32")))


def test_flatten_follows_order():
    model, x = models.dense(12), numbers(5, 4, 3)
    rows = x.reshape(5, 12).astype("float32")
    columns = np.stack([sample.reshape(12, order="F") for sample in x]).astype("float32")
    np.testing.assert_array_equal(quiet(model, x, order="C"), plain(model, rows))
    np.testing.assert_array_equal(quiet(model, x, order="F"), plain(model, columns))


def test_several_inputs():
    model = models.two()
    main, aux = numbers(4, 3), numbers(4, 2)
    want = plain(model, [main.astype("float32"), aux.astype("float32")])
    for x in ([main, aux], (main, aux), {"aux": aux, "main": main}, [main.tolist(), pd.DataFrame(aux)]):
        np.testing.assert_array_equal(quiet(model, x), want)
    by_name = models.two(structure=dict)
    np.testing.assert_array_equal(
        quiet(by_name, {"main": main, "aux": aux}),
        plain(by_name, {"main": main.astype("float32"), "aux": aux.astype("float32")}),
    )


@pytest.mark.parametrize(
    ("record", "place"),
    [
        ({"a": 1.0, "b": None}, "row 0, column 'b'"),
        ([{"a": 1, "b": 2}, {"a": None, "b": 3}], "row 1, column 'a'"),
        ([{"a": 1, "b": 2}, {"b": 3}], "row 1, column 'a'"),
    ],
)
def test_a_record_without_a_value_is_refused_by_its_place(record, place):
    with pytest.raises(kg.MissingValueError, match=place):
        kg.safe_predict(models.dense(2), record)
    assert np.isnan(kg.safe_predict(models.dense(2), record, missing="na_rows")).sum() == 1


def test_none_for_an_input_is_no_missing_value():
    with pytest.raises(kg.InputStructureError, match=r"`x\['aux'\]` must be data"):
        kg.safe_predict(models.two(), {"main": numbers(1, 3), "aux": None})


def test_columns_go_to_inputs_by_name():
    model = models.scalars(("age", "income", "visits"))
    table = pd.DataFrame({"visits": [3, 1], "id": [7, 8], "age": [0.25, 0.5], "income": [1.5, 2.5]})
    parts = [table[[name]].to_numpy("float32") for name in ("age", "income", "visits")]
    np.testing.assert_array_equal(told(model, table, "structure_columns"), plain(model, parts))


@pytest.mark.parametrize("structure", [list, dict])
def test_several_outputs(structure):
    model = models.two_outputs(structure)
    got, want = quiet(model, BASE), plain(model, BASE.astype("float32"))
    assert type(got) is type(want)
    keys = want.keys() if structure is dict else range(2)
    for key in keys:
        np.testing.assert_array_equal(got[key], want[key])


@pytest.mark.parametrize("structure", [list, dict])
def test_no_rows_give_no_predictions(structure):
    assert quiet(models.dense(units=3), np.ones((0, 5))).shape == (0, 3)
    assert quiet(models.lstm(None), np.ones((0, 9, 3))).shape == (0, 1)
    assert quiet(models.dense(), TABLE.iloc[:0]).shape == (0, 1)
    empty = quiet(models.two_outputs(structure), np.ones((0, 5)))
    shapes = [v.shape for v in (empty.values() if structure is dict else empty)]
    assert sorted(shapes) == [(0, 1), (0, 2)]
    assert empty_dtype(empty) == "float32"


def empty_dtype(value):
    first = next(iter(value.values())) if isinstance(value, dict) else value[0]
    return str(first.dtype)


def test_free_steps_without_rows_keep_their_axis():
    sequence = keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(2, return_sequences=True)])
    assert quiet(sequence, np.ones((0, 9, 3))).shape == (0, 9, 2)


def test_integer_inputs_get_every_digit():
    lookup = keras.Sequential(
        [keras.Input((1,), dtype="int64"), keras.layers.IntegerLookup(vocabulary=[16777216, 16777217, 2**53 + 1])]
    )
    assert quiet(lookup, np.array([[16777217.0], [16777216.0]])).ravel().tolist() == [2, 1]
    assert quiet(lookup, [[2**53 + 1]]).ravel().tolist() == [3]
    model = models.integer()
    np.testing.assert_array_equal(quiet(model, [[1.0, 2.0]]), plain(model, np.array([[1, 2]])))


def test_text_comes_in_every_form():
    model = models.text()
    want = plain(models.text(), np.array(["good film", "bad"], dtype=object))
    forms = [
        ["good film", "bad"],
        np.array(["good film", "bad"]),
        np.array([["good film"], ["bad"]], dtype=object),
        np.array([b"good film", b"bad"]),
        pd.Series(["good film", "bad"]),
        pd.DataFrame({"review": ["good film", "bad"]}),
    ]
    for x in forms:
        np.testing.assert_array_equal(quiet(model, x), want)
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, np.array(["good", None], dtype=object))


def test_a_subclassed_model_takes_other_steps_and_its_own_types():
    model = models.subclassed((2, 5, 3), keras.layers.LSTM(2))
    x = numbers(4, 9, 3)
    np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("float32")))
    ids = models.subclassed((2, 3), keras.layers.Embedding(10, 2))
    np.testing.assert_array_equal(quiet(ids, np.array([[1, 2, 3]])), plain(ids, np.array([[1, 2, 3]])))


def test_mixed_precision_keeps_what_fits():
    model, x = models.half(), np.array([[31.0, 52000.0], [45.0, 65000.0]])
    np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("float32")))


def test_stateful_models_get_whole_batches():
    model, x = models.stateful(), numbers(6, 5, 3)
    want = plain(models.stateful(), x.astype("float32"), batch_size=3)
    np.testing.assert_array_equal(told(model, x, "batch_stateful"), want)
    fresh = models.stateful()
    np.testing.assert_array_equal(quiet(fresh, x, batch_size=3), want)
    codes = (({}, 7), ({"batch_size": 2}, 6))
    for options, rows in codes:
        with pytest.raises(kg.ShapeError):
            kg.safe_predict(model, numbers(rows, 5, 3), **options)


@pytest.mark.on_tensorflow
def test_a_model_spoiled_by_plain_calls_is_healed_and_told():
    model, x = models.pooled(6, 5, 1), numbers(4, 6, 5, 1).astype("float32")
    want = plain(models.pooled(6, 5, 1), x)
    plain(model, x[..., 0])  # without the channel axis: Keras runs it, and can't run the right call afterwards
    with pytest.raises(ValueError, match="unknown rank"):
        plain(model, x)
    np.testing.assert_array_equal(quiet(model, x), want)  # the compiled pass is a graph of its own
    callbacks = [keras.callbacks.Callback()]  # with these the guard goes through predict()
    np.testing.assert_array_equal(told(model, x, "model_healed", callbacks=callbacks), want)
    np.testing.assert_array_equal(plain(model, x), want)


def test_refusals_leave_the_model_as_it_was():
    model = models.lstm()
    weights = [w.copy() for w in model.get_weights()]
    for wrong in (numbers(10, 6), numbers(10, 7, 3), numbers(5, 3, 3), None, [numbers(2, 3), numbers(4, 3)]):
        with pytest.raises(kg.KerasGuardError):
            kg.safe_predict(model, wrong)
    assert model.predict_function is None
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_used_model_is_checked_like_a_fresh_one():
    model = models.pooled()
    plain(model, numbers(2, 6, 5, 3).astype("float32"))
    plain(model, numbers(2, 9, 9, 3).astype("float32"))
    with pytest.raises(kg.ShapeError) as caught:
        kg.safe_predict(model, numbers(4, 9, 9, 3))
    assert caught.value.code == "shape_picture"


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX does not fail on it")
def test_keras_own_failure_is_a_guarded_error():
    model = models.subclassed((2, 2), keras.layers.Embedding(50, 3))  # what it does with ids is not to be seen
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, [[1, 99]], verbose=0)
    assert caught.value.code == "model_failed"
    assert any(text in str(caught.value) for text in ("indices", "index out of range"))


@pytest.mark.parametrize("wrong", [None, print, object(), {1, 2}, slice(3), np, type, np.ndarray, float])
def test_anything_that_is_no_data_is_refused(wrong):
    with pytest.raises(kg.InputStructureError):
        kg.safe_predict(models.dense(), wrong)
    with pytest.raises(kg.InputStructureError):
        kg.safe_predict(wrong, BASE)
    with pytest.raises(kg.KerasGuardError):
        kg.safe_predict(models.two(), [BASE[:, :3], wrong])


@pytest.mark.parametrize("empty", [[], {}, (), [[]], [[], []], "", b"", pd.DataFrame(), [None], [[None]], {"a": []}])
def test_empty_things_are_refused_or_empty(empty):
    with pytest.raises(kg.KerasGuardError):
        kg.safe_predict(models.dense(), empty)


def test_once_per_model_and_every_time():
    model, x = models.dense(activation="softmax"), BASE
    told(model, x, "model_softmax_one_unit", kg.KerasGuardWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras has its own
        warnings.simplefilter("error", kg.KerasGuardWarning)
        kg.safe_predict(model, x, verbose=0)
    told(models.dense(activation="softmax"), x, "model_softmax_one_unit", kg.KerasGuardWarning)
    sequence = models.lstm()
    for _ in range(2):
        told(sequence, numbers(2, 15), "shape_flat", kg.KerasGuardWarning)


def test_repairs_quiet_and_refuse():
    model = models.dense()
    quiet(model, BASE[0], repairs="quiet")
    quiet(model, TABLE, repairs="refuse")
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, BASE[0], repairs="refuse")
    assert caught.value.code == "repair_refused"
    told(models.lstm(), numbers(2, 15), "shape_flat", kg.KerasGuardWarning, repairs="quiet")


def test_keras_own_arguments_pass_through():
    model, seen = models.dense(), []
    callback = keras.callbacks.LambdaCallback(on_predict_batch_end=lambda batch, logs: seen.append(batch))
    got = quiet(model, BASE, batch_size=10, callbacks=[callback])
    np.testing.assert_array_equal(got, plain(model, BASE.astype("float32"), batch_size=10))
    assert seen == [0, 1, 2, 3]
    assert quiet(model, BASE, batch_size=10.0, steps=2).shape == (20, 1)


def test_validate_and_coerce_gives_what_predict_takes():
    model = models.lstm()
    with pytest.warns(kg.KerasGuardWarning):
        ready = kg.validate_and_coerce(model, numbers(10, 15))
    assert (ready.shape, str(ready.dtype), ready.flags.c_contiguous) == ((10, 5, 3), "float32", True)
    assert set(kg.validate_and_coerce(models.two(structure=dict), {"main": numbers(2, 3), "aux": numbers(2, 2)})) == {
        "main",
        "aux",
    }


def test_the_users_array_is_never_changed():
    x = BASE.copy()
    ready = kg.validate_and_coerce(models.dense(), x)
    ready[:] = 0
    np.testing.assert_array_equal(x, BASE)
    same = BASE.astype("float32")
    kg.validate_and_coerce(models.dense(), same)[:] = 0
    np.testing.assert_array_equal(same, BASE.astype("float32"))


def test_check_input_never_raises_on_data():
    report = kg.check_input(models.dense(), numbers(10, 6))
    assert not report.ok
    assert [problem.code for problem in report.problems] == ["shape_features"]
    assert kg.check_input(models.dense(), BASE).codes == ("dtype_cast",)
    assert not kg.check_input(models.dense(), None).ok
    assert not kg.check_input(None, BASE).ok


def test_what_is_no_number_for_any_type_is_refused():
    loop = []
    loop.append(loop)
    for wrong in (loop, [[10**400, 1, 2, 3, 4]], keras.Input((5,)), [["a", 1, 2, 3, 4]]):
        with pytest.raises(kg.KerasGuardError):
            kg.safe_predict(models.dense(), wrong)
        assert not kg.check_input(models.dense(), wrong).ok
    for options in ({"order": np.array(["C"])}, {"order": ["C", "F"]}, {"repairs": None}, {"steps": -1}):
        with pytest.raises(kg.KerasGuardError):
            kg.safe_predict(models.dense(), BASE, **options)


def test_integers_keep_every_digit_beside_doubles():
    ids = keras.Sequential(
        [keras.Input((2,), dtype="int64"), keras.layers.IntegerLookup(vocabulary=[2**53, 2**53 + 1])]
    )
    forms = [
        pd.DataFrame({"id": [2**53 + 1], "n": [0.0]}),
        pd.DataFrame({"id": pd.array([2**53 + 1], "Int64"), "n": [0.0]}),
        np.array([[np.int64(2**53 + 1), 0]], dtype=object),
        {"id": 2**53 + 1, "n": 0.0},
    ]
    for x in forms:
        assert quiet(ids, x).ravel().tolist() == [2, 0]


def test_missing_values_in_unused_columns_do_not_matter():
    model = models.scalars(("u", "v"))
    columns = {"u": [1.0, 2.0], "v": [3.0, 4.0]}
    for w in (pd.array([1, None], "Int64"), ["a", None], [1.0, np.nan]):
        told(model, pd.DataFrame({**columns, "w": w}), "structure_columns")
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(model, pd.DataFrame({**columns, "v": pd.array([1, None], "Int64")}))


def test_missing_values_in_lists_of_samples_are_seen():
    masked = np.ma.array([1.0, 2, 999, 4, 5], mask=[0, 0, 1, 0, 0])
    for x in ([masked], [masked, masked], [[1, None, 3, 4, 5]], {"a": [1, None]}):
        with pytest.raises(kg.KerasGuardError):
            kg.safe_predict(models.dense(), x)


def test_nested_inputs_in_the_models_own_structure():
    model = models.nested()
    q, r, s = numbers(2, 3), numbers(2, 2), numbers(2, 1)
    want = plain(model, {"left": {"q": q.astype("f4"), "r": r.astype("f4")}, "right": s.astype("f4")})
    np.testing.assert_array_equal(quiet(model, {"left": {"q": q, "r": r}, "right": s}), want)
    np.testing.assert_array_equal(quiet(model, {"q": q, "r": r, "right": s}), want)
    a, b, c = (keras.Input((n,)) for n in (3, 2, 1))
    listed = keras.Model([[a, b], c], keras.layers.Concatenate()([a, b, c]))
    np.testing.assert_array_equal(quiet(listed, [[q, r], s]), np.hstack([q, r, s]).astype("f4"))


def test_many_inputs_as_a_nested_list():
    inputs = [keras.Input((1,)) for _ in range(70)]
    model = keras.Model(inputs, keras.layers.Add()(inputs))
    assert quiet(model, [[1.0], [2.0]] * 35).tolist() == [[105.0]]


def test_a_dict_of_columns_may_have_the_inputs_own_name():
    inputs = keras.Input((3,), name="x")
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    table = {"x": [1.0, 2.0], "y": [3.0, 4.0], "z": [5.0, 6.0]}
    np.testing.assert_array_equal(quiet(model, table), plain(model, np.array([[1, 3, 5], [2, 4, 6]], "float32")))


def test_plain_calls_work_after_the_guard():
    from needs import tf

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot"),
            layers.Dense(1),
        ]
    )
    words = tf.constant([["a"], ["b"]])
    want = plain(model, words)
    np.testing.assert_array_equal(quiet(model, ["a", "b"]), want)
    np.testing.assert_array_equal(plain(model, words), want)


def test_texts_of_every_encoding_and_of_no_rows():
    model = models.text()
    assert quiet(model, np.array([b"\xff", b"good"], dtype=object)).shape == (2, 1)
    assert quiet(model, ["\ud800", "good"]).shape == (2, 1)
    for empty in (np.array([], dtype="U3"), np.empty((0, 1), dtype=object), pd.Series([], dtype="str")):
        assert quiet(model, empty).shape == (0, 1)


def test_types_with_few_values_refuse_in_words():
    flags = keras.Sequential([keras.Input((2,), dtype="bool"), keras.layers.Flatten()])
    assert quiet(flags, [[0, 1]]).tolist() == [[False, True]]
    brain = keras.Sequential([keras.Input((2,), dtype="bfloat16"), keras.layers.Flatten()])
    for model, x in ((flags, [[0, 2]]), (brain, [[1.0, 1e39]])):
        with pytest.raises(kg.DTypeError):
            kg.safe_predict(model, x)


def test_models_that_look_ids_up_keep_their_freedom():
    ids = models.subclassed(
        (2, 7), keras.Sequential([keras.layers.Embedding(10, 2), keras.layers.GlobalAveragePooling1D()])
    )
    assert quiet(ids, np.ones((3, 9), int)).shape == (3, 2)
    words = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(80000, 2, dtype="mixed_float16")])
    assert quiet(words, [[1, 70000, 3]]).shape == (1, 3, 2)


def test_a_layer_that_takes_no_integers_gets_floats():
    model = models.subclassed((2, 6, 1), keras.layers.Conv1D(1, 2))
    x = np.arange(12).reshape(2, 6, 1)
    np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("float32")))
    with pytest.raises(kg.DTypeError):
        kg.safe_predict(models.subclassed(), ["a", "b"])


def test_sequences_of_other_kinds():
    import array
    import collections
    import fractions

    model = models.dense()
    for x in (range(5), collections.deque(range(5)), array.array("d", range(5)), [fractions.Fraction(1, 3)] * 5):
        told(model, x, "shape_one_sample")


def test_r_integers_that_float32_merges():
    told(models.dense(1), np.array([[16777216], [16777217]], "int32"), "dtype_merged", kg.KerasGuardWarning)


def test_a_list_of_one_is_read_as_its_element():
    with pytest.raises(kg.ShapeError):
        kg.safe_predict(models.lstm(None), [numbers(10, 3)])
    told(models.lstm(), [numbers(5, 3)], "shape_one_sample")


def test_channels_first():
    model = keras.Sequential([keras.Input((3, 8, 6)), keras.layers.Flatten(data_format="channels_first")])
    with pytest.raises(kg.ShapeError) as caught:
        kg.safe_predict(model, numbers(2, 8, 6, 3))
    assert caught.value.code == "shape_axes_order"


def test_softmax_is_seen_wherever_it_stands():
    layers = keras.layers
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(1, "softmax")])
    for last in ([layers.Dense(1), layers.Softmax()], [inner], [layers.Dense(1), layers.Activation("softmax")]):
        told(keras.Sequential([keras.Input((5,)), *last]), BASE, "model_softmax_one_unit", kg.KerasGuardWarning)
    quiet(keras.Sequential([keras.Input((5,)), layers.Dense(2, "softmax")]), BASE)


def test_many_threads_at_once():
    model, x = models.dense(), BASE
    want, got = plain(model, x.astype("float32")), []
    threads = [threading.Thread(target=lambda: got.append(quiet(model, x))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    for value in got:
        np.testing.assert_array_equal(value, want)


def test_importing_stays_light():
    code = "import sys, kerasguard; print([m for m in ('tensorflow', 'keras', 'pandas') if m in sys.modules])"
    code += "; print('numpy' in sys.modules, 'kerasguard.api' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\nFalse False\n"


def test_names_are_there_in_any_order_of_imports():
    code = "import kerasguard.blueprints, kerasguard as kg\nfrom kerasguard import *\n"
    code += (
        "print(callable(kg.blueprint), kg.blueprint is blueprint, set(kg.__all__) <= set(dir(kg)), hasattr(kg, 'no'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True True False\n"


def test_type_checkers_see_the_public_names():
    block = next(part for part in ast.parse(Path(kg.__file__).read_text()).body if isinstance(part, ast.If))
    seen = {name.name: part.module for part in block.body for name in part.names}
    assert seen == {name: home for home, names in kg._NAMES.items() for name in names}


def test_public_names():
    assert set(kg.__all__) == {
        "ColumnNotFoundError", "DTypeError", "EnvironmentCheckError", "EnvironmentReport", "Explanation", "InputStructureError", "ModelCheck",
        "KerasGuardError", "KerasGuardWarning", "LabelError", "MissingValueError", "ModelLoadError", "RepairNotice", "Report", "ShapeError",
        "blueprint", "check_environment", "check_input", "check_model", "explain_error", "explaining", "learn_blueprint", "safe_evaluate",
        "Scored", "score_dataset", "score_frame",
        "guard", "Guarded", "unguard", "safe_fit", "safe_load_model", "safe_predict", "safe_save_model", "validate_and_coerce",
    }  # fmt: skip
    assert all(getattr(kg, name).__doc__ for name in kg.__all__)
    with pytest.raises(kg.ShapeError) as caught:
        kg.safe_predict(models.dense(), numbers(10, 6))
    assert isinstance(caught.value, ValueError)
    assert caught.value.report.problems


def test_a_stateful_model_is_asked_at_every_call():
    model = models.stateful(3)
    assert quiet(model, numbers(6, 5, 3), batch_size=3).shape == (6, 1)
    with pytest.raises(kg.KerasGuardError) as caught:  # once silently 6 predictions of 4 samples
        kg.safe_predict(model, numbers(4, 5, 3), batch_size=3)
    assert caught.value.code == "batch_stateful_rows"


def test_one_kind_of_request_is_planned_once():
    model = models.dense()
    record = {name: 1.0 for name in "abcde"}
    requests = [record, {name: [1] for name in "abcde"}, pd.DataFrame([record]), [[1, 2, 3, 4, 5]]]
    for request in requests:
        quiet(model, request)
    plans = state_of(model)._plans
    known = set(plans)
    for request in requests:
        quiet(model, request)
    assert set(plans) == known
    assert len(known) == len(requests)
    with pytest.raises(kg.MissingValueError, match="row 0, column 'c'"):
        kg.safe_predict(model, {**record, "c": None})
    for rows in (4, 5, 6):  # 5 rows of 5 columns could be read in two ways, whatever came before
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            kg.safe_predict(model, {name: np.ones(rows) for name in "abcde"}, verbose=0)
        told = [w for w in seen if isinstance(w.message, kg.KerasGuardWarning)]
        assert [str(w.message).split()[0] for w in told] == ["`x`"] * (rows == 5)
    with pytest.raises(kg.InputStructureError):
        kg.safe_predict(model, {name: np.ones(4 + (name == "a")) for name in "abcde"})


def test_two_inputs_with_unequal_rows_after_equal_ones():
    model = models.two()
    quiet(model, [numbers(4, 3), numbers(4, 2)])
    with pytest.raises(kg.InputStructureError) as caught:
        kg.safe_predict(model, [numbers(4, 3), numbers(5, 2)])
    assert caught.value.code == "structure_rows"
