"""The one function of a batch of rows: the numbers depend on the model and the row, and on nothing else."""

from __future__ import annotations

import itertools

import keras
import kerasguard as kg
import models
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kerasguard.options import Options
from kerasguard.report import Call, Part
from kerasguard.scoring.batch import Refused, Scorer

L = keras.layers
PART = Part("in/part-0.parquet", 0)
MODELS = {
    "dense": (models.dense, (5,)),
    "wide": (lambda: keras.Sequential([keras.Input((300,)), L.Dense(400, "relu"), L.Dense(3, "softmax")]), (300,)),
    "lstm": (models.lstm, (5, 3)),
    "conv": (models.conv, (8, 6, 1)),
    "left to predict()": (
        lambda: keras.Sequential([keras.Input((4, 3)), L.GaussianNoise(1.0), L.Reshape((4, 3, 1)), L.ConvLSTM1D(2, 1), L.Flatten()]),
        (4, 3),
    ),
}  # fmt: skip


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def columns(x, prefix="f"):
    return {f"{prefix}{i}": x[:, i] for i in range(x.shape[1])}


def batch_of(**columns):
    return pa.RecordBatch.from_pydict(columns)


def scorer(model, columns=None, keep=None, **options):
    return Scorer(model, Call("score_dataset", paths=("in", "out")), Options(**options), columns, keep)


def refused(score, batch, part=PART):
    with pytest.raises(Refused) as caught:
        score(batch, part)
    return caught.value.report


@pytest.mark.parametrize("name", MODELS)
def test_numbers_do_not_depend_on_where_a_batch_ends(name):
    make, shape = MODELS[name]
    keras.utils.set_random_seed(3)
    model = make()
    x = numbers(600, *shape)
    batch = batch_of(x=x.tolist())
    whole = scorer(model)(batch, PART).column(".pred")

    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(st.lists(st.integers(0, 600), max_size=4))
    def every_split(cuts):
        score, bounds = scorer(model), [0, *sorted(cuts), 600]
        parts = [score(batch.slice(a, b - a), PART).column(".pred") for a, b in itertools.pairwise(bounds)]
        assert pa.chunked_array(parts).combine_chunks().equals(whole)

    every_split()
    expected = model.predict(x, verbose=0)
    assert np.allclose(np.array(whole.to_pylist()).reshape(expected.shape), expected, rtol=1e-5, atol=1e-6)


def test_the_answer_is_beside_the_original_columns():
    x = numbers(7, 5)
    batch = batch_of(id=list("abcdefg"), **columns(x)).replace_schema_metadata({"made": "by hand"})
    model = models.dense()
    scored = scorer(model, tuple(columns(x)))(batch, PART)
    assert scored.schema.names == [*batch.schema.names, ".pred"]
    assert scored.schema.metadata == {b"made": b"by hand"}
    assert scored.select(batch.schema.names).equals(batch)
    assert scored.column(".pred").type == pa.float32()
    assert np.array_equal(scored.column(".pred").to_numpy(), kg.safe_predict(model, x)[:, 0])
    assert scorer(model, tuple(columns(x)), ("f1", "id"))(batch, PART).schema.names == ["id", "f1", ".pred"]


def test_several_units_are_a_list_and_several_outputs_a_column_each():
    x = numbers(9, 5)
    units = scorer(models.dense(units=3))(batch_of(**columns(x)), PART).column(".pred")
    assert units.type == pa.list_(pa.float32())
    assert np.array_equal(np.array(units.to_pylist(), "float32"), models.dense(units=3).predict(x, verbose=0))
    model = models.two_outputs()
    width = model.inputs[0].shape[1]
    scored = scorer(model)(batch_of(**columns(numbers(4, width))), PART)
    assert scored.schema.names[width:] == [f".pred_{name}" for name in model.output_names]


def test_axes_of_an_answer_are_lists_in_lists():
    model = keras.Sequential([keras.Input((4, 3)), L.LSTM(2, return_sequences=True)])
    x = numbers(5, 4, 3)
    scored = scorer(model)(batch_of(series=x.tolist()), PART).column(".pred")
    assert scored.type == pa.list_(pa.list_(pa.float32()))
    assert np.allclose(np.array(scored.to_pylist()), model.predict(x, verbose=0), rtol=1e-5)


def known_classes(labels=("no", "yes", "perhaps")):
    model = models.dense(units=len(labels), activation="softmax")
    x = numbers(12, 5)
    import pandas as pd

    kg.learn_blueprint(model, pd.DataFrame(columns(x)), pd.Categorical(np.resize(labels, 12), categories=labels))
    return model, x


def test_classes_and_probabilities_have_tidymodels_names():
    model, x = known_classes()
    batch = batch_of(id=range(12), **columns(x))  # training saw no id
    classes = scorer(model, type="class")(batch, PART)
    assert classes.schema.names[-1] == ".pred_class"
    assert classes.column(".pred_class").to_pylist() == list(kg.safe_predict(model, x, type="class"))
    shares = scorer(model, type="prob")(batch, PART)
    assert shares.schema.names[-3:] == [".pred_no", ".pred_yes", ".pred_perhaps"]
    assert np.array_equal(
        np.column_stack([shares.column(name) for name in shares.schema.names[-3:]]),
        kg.safe_predict(model, x, type="prob").to_numpy(),
    )


@pytest.mark.parametrize("type_", ["raw", "class", "prob"])
def test_rows_that_are_left_out_are_null_and_the_others_as_they_were(type_):
    model, x = known_classes()
    whole = scorer(model, type=type_)(batch_of(**columns(x)), PART)
    holes = x.copy()
    holes[[2, 7], [0, 4]] = np.nan
    score = scorer(model, type=type_, missing="na_rows")
    for table in (
        columns(holes),
        {name: [None if np.isnan(v) else v for v in column] for name, column in columns(holes).items()},
    ):
        scored = score(batch_of(**table), PART)
        for name in whole.schema.names[5:]:
            expected = whole.column(name).to_pylist()
            expected[2] = expected[7] = None
            assert scored.column(name).to_pylist() == expected
            assert scored.column(name).type == whole.column(name).type
    assert (score.rows, score.rows_missing) == (24, 4)
    alone = scorer(model, type=type_, missing="na_rows")(batch_of(**columns(holes)).slice(2, 1), PART)  # none is left
    assert alone.column(-1).to_pylist() == [None]
    assert alone.schema.types[5:] == whole.schema.types[5:]


def test_whole_numbers_stay_whole_where_rows_are_left_out():
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.ops.cast(keras.ops.argmax(inputs, axis=-1), "int32"))
    scored = scorer(model, missing="na_rows")(batch_of(a=[1.0, None, 3.0], b=[2.0, 1.0, 1.0]), PART)
    assert scored.column(".pred").to_pylist() == [1, None, 0]
    assert scored.column(".pred").type == pa.int32()


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.large_list(pa.float64()), pa.list_(pa.float32(), 15)])
def test_a_column_of_lists_is_an_array(kind):
    x = numbers(6, 15).astype("float32")
    model = models.lstm()
    batch = pa.RecordBatch.from_arrays([pa.array(x.tolist(), kind)], ["window"])
    flat = scorer(model, order="C")(batch, PART).column(".pred").to_numpy()
    assert np.array_equal(flat, kg.safe_predict(model, x.reshape(6, 5, 3))[:, 0])
    sliced = scorer(model, order="C")(batch.slice(2, 3), PART).column(".pred").to_numpy()
    assert np.array_equal(sliced, flat[2:5])


def test_a_null_list_is_a_missing_row():
    x = numbers(4, 5).tolist()
    batch = batch_of(v=[x[0], None, x[2], x[3]])
    assert refused(scorer(models.dense()), batch).problems[0].code == "missing_values"
    scored = scorer(models.dense(), missing="na_rows")(batch, PART).column(".pred")
    assert [value is None for value in scored.to_pylist()] == [False, True, False, False]


def test_lists_of_unlike_lengths_are_refused():
    assert not refused(scorer(models.dense()), batch_of(v=[[1.0] * 5, [1.0] * 4])).ok


def test_inputs_take_the_columns_of_their_names():
    model = models.scalars()
    a, b = numbers(5, 1), numbers(5, 1)
    expected = model.predict([a, b], verbose=0)[:, 0]
    for table in ({"age": a[:, 0], "income": b[:, 0]}, {"income": b[:, 0], "id": range(5), "age": a[:, 0]}):
        assert np.allclose(scorer(model)(batch_of(**table), PART).column(".pred"), expected, rtol=1e-6)


def test_inputs_take_the_columns_they_are_given():
    model = models.two()
    main, aux = numbers(5, 3), numbers(5, 2)
    expected = model.predict([main, aux], verbose=0)[:, 0]
    table = batch_of(**columns(aux, "b"), **columns(main, "a"))
    chosen = {"main": ("a0", "a1", "a2"), "aux": ("b0", "b1")}
    assert np.allclose(scorer(model, chosen)(table, PART).column(".pred"), expected, rtol=1e-6)
    lists = batch_of(aux=aux.tolist(), main=main.tolist())
    assert np.allclose(scorer(model)(lists, PART).column(".pred"), expected, rtol=1e-6)


def test_columns_of_training_are_taken_in_their_order():
    model, x = known_classes()
    table = columns(x)
    expected = scorer(model)(batch_of(**table), PART).column(".pred")
    turned = batch_of(id=range(12), **dict(reversed(table.items())))
    assert scorer(model)(turned, PART).column(".pred").equals(expected)


def test_a_refusal_names_the_row_of_the_file_and_the_option():
    x = numbers(10, 5)
    x[4, 2] = np.nan
    report = refused(scorer(models.dense()), batch_of(**columns(x)), Part("in/part-3.parquet", 1000))
    text = str(report)
    assert "`part-3.parquet` must have no missing values" in text
    assert "row 1004, column 'f2'" in text
    assert 'In "in/part-3.parquet"' in text
    assert 'score_dataset(model, "in", "out", missing="na_rows")' in text


def test_other_columns_are_what_mends_a_wrong_number_of_them():
    report = refused(scorer(models.dense()), batch_of(id=range(3), **columns(numbers(3, 5))))
    assert 'score_dataset(model, "in", "out", columns=COLUMNS)' in str(report)


def test_a_column_of_that_name_is_not_overwritten():
    batch = batch_of(**columns(numbers(3, 5)), **{".pred": [1, 2, 3]})
    names = tuple(columns(numbers(1, 5)))
    assert refused(scorer(models.dense(), names), batch).codes[-1] == "score_taken"
    assert scorer(models.dense(), names, ("f0",))(batch, PART).schema.names == ["f0", ".pred"]


def test_what_is_told_of_one_batch_is_not_told_again():
    model = keras.Sequential([keras.Input((5, 3)), L.LSTM(2)])
    score = scorer(model)
    for name in ("in/a.parquet", "in/b.parquet"):
        score(batch_of(**columns(numbers(3, 15))), Part(name, 0))
    assert [finding.code for finding in score.findings] == ["shape_flat"]


def test_an_answer_that_is_not_by_rows_is_refused():
    inputs = keras.Input((5,))
    model = keras.Model(inputs, keras.ops.sum(inputs, axis=0))
    assert refused(scorer(model), batch_of(**columns(numbers(3, 5)))).codes[-1] == "score_rows"


def test_no_rows_give_no_rows_of_the_same_schema():
    x = numbers(3, 5)
    for model in (models.dense(), models.dense(units=2), models.conv()):
        full = batch_of(**columns(x)) if model.inputs[0].shape[1:] == (5,) else batch_of(v=numbers(3, 8, 6, 1).tolist())
        scored = scorer(model)(full, PART)
        assert scorer(model)(full.slice(0, 0), PART).schema.equals(scored.schema)
