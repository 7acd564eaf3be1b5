"""Data in batches: the numbers are those of predict(), problems name the batch, nothing is drawn without need."""

from __future__ import annotations

import itertools
import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pytest
from needs import tf
from surface import PUBLIC

Dataset = tf.data.Dataset
L = keras.layers


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def slices(x, size=4, **options):
    return Dataset.from_tensor_slices(x).batch(size, **options)


def with_nan(row, *shape):
    x = numbers(*shape)
    x[row, 0] = np.nan
    return x


def same_bits(a, b):
    a, b = keras.tree.flatten(a), keras.tree.flatten(b)
    return all(np.array_equal(p, q) and p.dtype == q.dtype for p, q in zip(a, b, strict=True))


@keras.saving.register_keras_serializable("kerasguard_tests")
class OwnPredict(keras.Sequential):
    def predict(self, x, **kwargs):
        return super().predict(x, **kwargs) + 1


def normalized():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), L.BatchNormalization(), L.Dense(3), L.Dense(1)])
    model.layers[0].set_weights([np.full(5, 2.0), np.full(5, 0.5), np.full(5, 0.1), np.full(5, 3.0)])
    return model


MODELS = {
    "dense": (models.dense, (5,)),
    "lstm": (models.lstm, (5, 3)),
    "conv": (models.conv, (8, 6, 1)),
    "normalized": (normalized, (5,)),
    "two outputs": (models.two_outputs, (5,)),
    "named outputs": (lambda: models.two_outputs(dict), (5,)),
    "subclassed": (lambda: models.subclassed((3, 4)), (4,)),
}


@pytest.mark.parametrize("size", [1, 32, 33])
@pytest.mark.parametrize("name", MODELS)
def test_the_numbers_are_predicts_own(name, size):
    make, shape = MODELS[name]
    model, data = make(), slices((numbers(70, *shape), np.zeros(70)), size)
    guarded = kg.safe_predict(model, data)
    assert same_bits(guarded, model.predict(data, verbose=0))
    assert same_bits(guarded, kg.safe_predict(model, data))


@pytest.mark.parametrize("kind", ["tuple", "dict"])
def test_several_inputs(kind):
    main, aux = numbers(10, 3), numbers(10, 2)
    inputs = (main, aux) if kind == "tuple" else {"aux": aux, "main": main}
    model, in_order = (
        models.two(),
        slices(((main, aux), np.zeros(10))),
    )  # Keras before 3.9 takes dicts in order of names
    guarded = kg.safe_predict(model, slices((inputs, np.zeros(10))))
    assert same_bits(guarded, model.predict(in_order, verbose=0))


def test_ids_and_text():
    model, x = models.integer(), np.random.default_rng(0).integers(0, 50, (10, 2))
    assert same_bits(kg.safe_predict(model, slices(x)), model.predict(slices(x), verbose=0))
    model, x = models.text(), np.array([["good film"], ["bad"], ["film"]])
    assert same_bits(kg.safe_predict(model, slices(x, 2)), model.predict(slices(x, 2), verbose=0))


def test_models_that_predict_alone_can_run():
    x = numbers(10, 5)
    model = OwnPredict([keras.Input((5,)), L.Dense(1)])
    assert same_bits(kg.safe_predict(model, slices(x)), model.predict(slices(x), verbose=0))
    model = models.dense()
    model.compile(run_eagerly=True)
    assert same_bits(kg.safe_predict(model, slices(x)), model.predict(slices(x), verbose=0))
    model.compile(steps_per_execution=2)
    assert same_bits(kg.safe_predict(model, slices(x)), model.predict(slices(x), verbose=0))


def test_a_stateful_model_goes_on_from_batch_to_batch():
    x = numbers(9, 5, 3)
    guarded = kg.safe_predict(models.stateful(), slices(x, 3))
    assert same_bits(guarded, models.stateful().predict(slices(x, 3), verbose=0))
    assert not np.array_equal(guarded[:3], models.stateful().predict(slices(x[3:], 3), verbose=0)[:3])


@pytest.mark.parametrize("rows", [7, 12])
def test_a_stateful_model_has_one_batch_size(rows):
    with pytest.raises(kg.ShapeError, match="must have 3 samples, not") as caught:
        kg.safe_predict(models.stateful(), slices(numbers(rows, 5, 3), 6 if rows == 12 else 3))
    assert caught.value.code == "stream_stateful"


def test_answers_of_unlike_sizes_are_ragged_as_in_predict():
    model = keras.Sequential([keras.Input((None, 3)), L.LSTM(2, return_sequences=True)])

    def make():
        yield from ((numbers(2, steps, 3),) for steps in (4, 6))

    if keras.backend.backend() != "tensorflow":
        with pytest.raises(ValueError, match="must match exactly"):
            model.predict(make(), steps=2, verbose=0)
        with pytest.raises(kg.KerasGuardError, match="must match exactly"):
            kg.safe_predict(model, make())
        return
    expected = model.predict(make(), steps=2, verbose=0)
    guarded = kg.safe_predict(model, make())
    assert guarded.to_list() == expected.to_list()


# ---- other kinds of streams


class Batches(keras.utils.PyDataset):
    def __init__(self, x, as_list=False, **kwargs):
        super().__init__(**kwargs)
        self.x, self.as_list, self.told = x, as_list, []

    @property
    def num_batches(self):
        return -(-len(self.x) // 4)

    def __getitem__(self, i):
        part = self.x[4 * i : 4 * i + 4]
        return [part, np.zeros(len(part))] if self.as_list else (part, np.zeros(len(part)))

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("as_list", [False, True])
def test_a_pydataset_with_workers_keeps_its_order(workers, as_list):
    model, x = models.dense(), numbers(30, 5)
    data = Batches(x, as_list, workers=workers, max_queue_size=2)
    expected = model.predict(Batches(x), verbose=0)
    assert same_bits(kg.safe_predict(model, data), expected)
    assert data.told == ["begin", "end"]


def test_an_image_data_generator_like_iterator():
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    model, x = models.conv(), numbers(10, 8, 6, 1)
    data = ImageDataGenerator().flow(x, batch_size=4, shuffle=False)
    assert np.array_equal(kg.safe_predict(model, data), model.predict(x, batch_size=4, verbose=0))
    with pytest.warns(kg.KerasGuardWarning, match="shuffled"):
        kg.safe_predict(model, ImageDataGenerator().flow(x, batch_size=4, shuffle=True))


@pytest.mark.parametrize("form", ["alone", "one", "pair", "weights", "list of one", "nested lists", "frame"])
def test_a_generator_may_give_batches_in_any_form(form):
    pd = pytest.importorskip("pandas")
    model, x = models.dense(), numbers(11, 5)
    put = {
        "alone": lambda a: a,
        "one": lambda a: (a,),
        "pair": lambda a: (a, np.zeros(len(a))),
        "weights": lambda a: (a, None, np.ones(len(a))),
        "list of one": lambda a: [a],
        "nested lists": lambda a: a.tolist(),
        "frame": lambda a: pd.DataFrame(a),
    }[form]
    answer = kg.safe_predict(model, (put(x[i : i + 4]) for i in (0, 4, 8)))
    assert np.array_equal(answer, model.predict(x, batch_size=4, verbose=0))


def test_iterators_of_all_kinds():
    model, x = models.dense(), numbers(8, 5)
    expected = model.predict(x, batch_size=4, verbose=0)
    assert np.array_equal(kg.safe_predict(model, iter([x[:4], x[4:]])), expected)
    assert np.array_equal(kg.safe_predict(model, map(np.asarray, (x[:4], x[4:]))), expected)
    assert np.array_equal(kg.safe_predict(model, iter(slices(x))), expected)
    assert np.array_equal(kg.safe_predict(model, slices(x).as_numpy_iterator()), expected)


def test_sparse_tensors_are_filled():
    model, x = models.dense(), np.where(numbers(8, 5) > 0, numbers(8, 5), 0)
    data = slices(tf.sparse.from_dense(x))
    assert np.array_equal(kg.safe_predict(model, data), model.predict(x, batch_size=4, verbose=0))


def test_a_torch_data_loader():
    torch = pytest.importorskip("torch")
    from torch.utils.data import DataLoader, TensorDataset

    model, x = models.dense(), numbers(10, 5)
    data = TensorDataset(torch.tensor(x), torch.zeros(10))
    expected = model.predict(x, batch_size=4, verbose=0)
    assert np.array_equal(kg.safe_predict(model, DataLoader(data, 4)), expected)
    with pytest.warns(kg.KerasGuardWarning, match="shuffled"):
        kg.safe_predict(model, DataLoader(data, 4, shuffle=True))


def test_an_open_file_is_no_stream(tmp_path):
    (tmp_path / "x.csv").write_text("1,2\n")
    with (tmp_path / "x.csv").open() as file, pytest.raises(kg.InputStructureError) as caught:
        kg.safe_predict(models.dense(), file)
    assert caught.value.code == "structure_kind"


# ---- refusals


def code_of(model, x, **options):
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.safe_predict(model, x, **options)
    return caught.value.code


def test_a_problem_names_its_batch_and_leaves_no_answer():
    model, x = models.dense(), with_nan(9, 12, 5)
    seen = []
    watch = keras.callbacks.LambdaCallback()
    watch.on_predict_batch_end = lambda batch, logs: seen.append(batch)
    with pytest.raises(kg.MissingValueError, match=r"At \[1, 0\](.|\n)*In batch 2 of `x`") as caught:
        kg.safe_predict(model, slices(x), callbacks=[watch])
    assert seen == [0, 1]
    assert caught.value.report.problems[0].facts["batch"].index == 2
    good = numbers(12, 5)
    assert np.array_equal(model.predict(slices(good), verbose=0), models.dense().predict(slices(good), verbose=0))


def test_a_problem_far_behind_is_found():
    x = with_nan(997, 1000, 5)
    with pytest.raises(kg.MissingValueError, match=r"At \[1, 0\](.|\n)*In batch 249 of"):
        kg.safe_predict(models.dense(), slices(x))


def test_a_warning_of_values_names_its_batch():
    x = numbers(400, 5).astype("float64")
    x[200:203, 0] = [2**24, 2**24 + 1, 2**24 + 2]
    with pytest.warns(kg.KerasGuardWarning, match="In batch 50 of `x`"):
        answer = kg.safe_predict(models.dense(), slices(x))
    assert len(answer) == 400


def test_the_spec_is_checked_before_anything_is_drawn():
    drawn = []

    def make():
        drawn.append(1)
        yield np.zeros((2, 6), "float32")

    def dataset(*spec):
        return Dataset.from_generator(make, output_signature=tf.TensorSpec(*spec))

    assert code_of(models.dense(), dataset((None, 6), "float32")) == "shape_features"
    assert code_of(models.dense(), dataset((2, 4), "float32")) == "shape_features_few"
    assert code_of(models.dense(), dataset((None, 5), "string")) == "dtype_text"
    assert code_of(models.lstm(), dataset((None, 7, 3), "float32")) == "shape_steps"
    assert code_of(models.two(), dataset((None, 5), "float32")) == "structure_one_for_many"
    assert not drawn
    # what the spec leaves open the first batch tells
    assert code_of(models.dense(), dataset((None, None), "float32")) == "shape_features"
    assert drawn


def test_shape_messages_of_a_batch_have_its_own_sizes():
    with pytest.raises(kg.ShapeError, match=r"(not a series of|time steps|ways)") as caught:
        kg.safe_predict(models.lstm(5, 1), slices(numbers(40, 1), 20))
    assert "1009" not in str(caught.value)


def test_single_samples_are_batched():
    model, x = models.dense(), numbers(40, 5)
    with pytest.warns(kg.RepairNotice, match="batches of 32"):
        answer = kg.safe_predict(model, Dataset.from_tensor_slices((x, np.zeros(40))))
    assert np.array_equal(answer, model.predict(x, verbose=0))
    with pytest.warns(kg.RepairNotice, match="batches of 8"):
        answer = kg.safe_predict(model, Dataset.from_tensor_slices(x), batch_size=8)
    assert np.array_equal(answer, model.predict(x, batch_size=8, verbose=0))
    assert code_of(model, Dataset.from_tensor_slices(x), repairs="refuse") == "repair_refused"


def test_series_or_samples_is_not_guessed():
    data = Dataset.from_tensor_slices(numbers(4, 10, 3))
    assert code_of(models.lstm(None), data) == "shape_two_readings"


def test_inputs_that_keras_would_take_for_targets():
    assert code_of(models.two(), slices((numbers(8, 3), numbers(8, 2)))) == "stream_inputs"
    assert code_of(models.dense(), slices((numbers(8, 5),) * 4)) == "stream_item"
    assert code_of(models.dense(), iter([()])) == "stream_item"


def test_an_endless_stream_needs_steps():
    model, x = models.dense(), numbers(8, 5)
    for data in (slices(x).repeat(), itertools.cycle([x[:4], x[4:]])):
        assert code_of(model, data) == "stream_endless"
    expected = model.predict(slices(x).repeat(), steps=3, verbose=0)
    assert np.array_equal(kg.safe_predict(model, slices(x).repeat(), steps=3), expected)
    endless = itertools.cycle([x[:4], x[4:]])
    assert len(kg.safe_predict(model, endless, steps=3)) == 12
    assert np.array_equal(next(endless), x[4:])  # no batch more than that was drawn


def test_fewer_batches_than_steps():
    with pytest.warns(kg.KerasGuardWarning, match="has 2 batches, not the 5 of `steps`"):
        assert len(kg.safe_predict(models.dense(), slices(numbers(8, 5)), steps=5)) == 8


def test_a_batch_size_beside_a_stream_is_told():
    model, x = models.dense(), numbers(8, 5)
    with pytest.warns(kg.RepairNotice, match="was not used"):
        answer = kg.safe_predict(model, slices(x), batch_size=3)
    assert np.array_equal(answer, model.predict(slices(x), batch_size=3, verbose=0))


def test_no_batches():
    assert kg.safe_predict(models.dense(), slices(numbers(8, 5)).take(0)).shape == (0, 1)
    used = iter([numbers(8, 5)])
    kg.safe_predict(models.dense(), used)
    assert code_of(models.dense(), used) == "stream_empty"
    assert code_of(models.dense(), Batches(numbers(0, 5))) == "stream_empty"


def test_a_generators_own_error_comes_through():
    class Broken(Exception):
        pass

    def make():
        yield numbers(4, 5)
        raise Broken("disk")

    with pytest.raises(Broken, match="disk"):
        kg.safe_predict(models.dense(), make())


def test_an_unbuilt_model_is_refused_before_a_batch_is_drawn():
    data = iter([numbers(4, 5)])
    assert code_of(keras.Sequential([L.Dense(1)]), data) == "model_unbuilt"
    assert len(list(data)) == 1


def test_a_generator_of_anything_else():
    assert code_of(models.dense(), (letter for letter in "ab")) == "dtype_text"
    assert code_of(models.dense(), iter([{1, 2}])) == "structure_kind"
    assert code_of(models.dense(), iter([None])) == "structure_null"


def test_ragged_batches():
    ragged = tf.ragged.constant([[[1.0, 2, 3]], [[1.0, 2, 3], [4, 5, 6]]], inner_shape=(3,))
    assert code_of(models.lstm(None), slices(ragged)) == "stream_ragged"
    assert code_of(models.lstm(None), iter([ragged])) == "stream_ragged"


def test_windows_that_were_not_put_together():
    assert code_of(models.dense(), Dataset.range(10).window(5)) == "structure_kind"


def fix_of(text):
    return text[text.index("Fix: ") + 5 :].split("  # ")[0].strip()


def test_the_fixes_that_are_known_at_the_end_run():
    model, x = models.dense(), slices(numbers(8, 5))
    with pytest.warns(kg.KerasGuardWarning) as told:
        kg.safe_predict(model, x, steps=5)
    assert len(eval(fix_of(str(told[0].message)), {**PUBLIC, "model": model, "x": x})) == 8
    with pytest.raises(kg.InputStructureError) as caught:
        kg.safe_predict(model, iter([]))
    assert len(eval(fix_of(str(caught.value)), {**PUBLIC, "model": model, "NEW_DATA": x})) == 8


def test_a_used_up_generator_has_to_be_made_anew_for_the_fix():
    model, x = models.lstm(), numbers(8, 15)
    with pytest.raises(kg.ShapeError) as caught:
        kg.safe_predict(models.dense(14), iter([x[:4], x[4:]]))
    names = {**PUBLIC, "model": models.dense(14), "NEW_GENERATOR": iter([x[:4], x[4:]])}
    exec(fix_of(str(caught.value)).replace("COLUMNS", "list(range(14))"), names)
    assert [answer.shape for answer in names["answers"]] == [(4, 1), (4, 1)]
    with pytest.warns(kg.KerasGuardWarning) as told:  # an option helps all batches at once
        kg.safe_predict(model, iter([x[:4], x[4:]]))
    told = [w for w in told if isinstance(w.message, kg.KerasGuardWarning)]
    assert len(told) == 1
    assert fix_of(str(told[0].message)) == 'safe_predict(model, NEW_GENERATOR, order="F")'


# ---- order


SHUFFLED = {
    "shuffle": lambda d: d.shuffle(8).batch(4),
    "early": lambda d: d.shuffle(8).map(lambda x: x).batch(4).prefetch(1),
    "cached": lambda d: d.shuffle(8).batch(4).cache(),
    "zipped": lambda d: Dataset.zip((d.shuffle(8), d)).batch(4),
    "concatenated": lambda d: d.concatenate(d.shuffle(8)).batch(4),
    "map": lambda d: d.map(lambda x: x, num_parallel_calls=2, deterministic=False).batch(4),
    "interleave": lambda d: d.interleave(
        Dataset.from_tensors, num_parallel_calls=2, cycle_length=2, deterministic=False
    ).batch(4),
    "inside": lambda d: d.batch(4).flat_map(lambda x: Dataset.from_tensor_slices(x).shuffle(4)).batch(4),
    "sampled": lambda d: Dataset.sample_from_datasets([d, d]).batch(4),
}
ORDERED = {
    "map": lambda d: d.map(lambda x: x, num_parallel_calls=2).batch(4),
    "interleave": lambda d: d.interleave(Dataset.from_tensors, num_parallel_calls=2, cycle_length=2).batch(4),
    "much": lambda d: d.take(6).skip(1).concatenate(d).batch(4).cache().repeat(2).prefetch(2),
    "zipped": lambda d: Dataset.zip((d, Dataset.random(seed=1).take(8))).batch(4),
    "a buffer of one": lambda d: d.shuffle(1).batch(4),
    "filtered": lambda d: d.filter(lambda x: x[0] < 9).batch(4).enumerate().map(lambda i, x: x),
}


@pytest.mark.parametrize("name", SHUFFLED)
def test_a_shuffled_dataset_is_told_at_every_call(name):
    model, data = models.dense(), SHUFFLED[name](Dataset.from_tensor_slices(numbers(8, 5)))
    for _ in range(2):
        with pytest.warns(kg.KerasGuardWarning, match="shuffled"):
            kg.safe_predict(model, data)


def test_options_without_determinism_matter_for_parallel_steps_only():
    options = tf.data.Options()
    options.deterministic = False
    data = Dataset.from_tensor_slices(numbers(8, 5))
    kg.safe_predict(models.dense(), data.batch(4).with_options(options))
    with pytest.warns(kg.KerasGuardWarning, match="deterministic=False"):
        kg.safe_predict(models.dense(), data.map(lambda x: x, num_parallel_calls=2).batch(4).with_options(options))


@pytest.mark.parametrize("name", ORDERED)
def test_no_false_alarm(name):
    data = ORDERED[name](Dataset.from_tensor_slices(numbers(8, 5)))
    kg.safe_predict(models.dense(), data)  # warnings are errors here


@pytest.mark.parametrize("shuffle", [True, False])
def test_pictures_from_a_folder(tmp_path, shuffle):
    pytest.importorskip("PIL")
    for kind in "ab":
        (tmp_path / kind).mkdir()
        for i in range(3):
            keras.utils.save_img(tmp_path / kind / f"{i}.png", numbers(8, 6, 1, seed=i) + 5)
    data = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(8, 6), color_mode="grayscale", shuffle=shuffle, verbose=False
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        kg.safe_predict(models.conv(), data)
    assert [w.message.code for w in told if hasattr(w.message, "code")] == ["stream_shuffled"] * shuffle


# ---- dry runs and model-ready batches


def test_check_input_does_not_use_up_a_generator():
    data = iter([with_nan(0, 4, 5)])
    report = kg.check_input(models.dense(), data)
    assert report.ok
    assert report.codes == ("stream_unread",)
    assert len(list(data)) == 1


def test_check_input_looks_at_all_batches_that_it_can_read_again():
    model, x = models.dense(), with_nan(9, 12, 5)
    for data in (slices(x), Batches(x)):
        report = kg.check_input(model, data)
        assert report.codes == ("missing_values",)
        assert report.problems[0].facts["batch"].index == 2
    assert kg.check_input(model, slices(numbers(8, 5))).ok
    assert kg.check_input(model, slices(x).shuffle(2)).codes == ("stream_shuffled", "stream_unread")
    assert kg.check_input(model, slices(x).repeat()).codes == ("stream_endless",)


def test_validate_and_coerce_gives_batches_that_keras_takes():
    model, x = models.dense(), numbers(10, 5).astype("float64")
    ready = list(kg.validate_and_coerce(model, slices((x, np.arange(10)))))
    assert [len(item) for item in ready] == [2, 2, 2]
    assert all(item[0].dtype == np.float32 for item in ready)
    assert np.array_equal(np.concatenate([np.asarray(y) for _, y in ready]), np.arange(10))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras: "Your input ran out of data"
        answer = model.predict(kg.validate_and_coerce(model, slices(x)), verbose=0)
    assert np.array_equal(answer, model.predict(slices(x), verbose=0))


def test_validate_and_coerce_raises_where_the_problem_is():
    ready = kg.validate_and_coerce(models.dense(), slices(with_nan(9, 12, 5)))
    assert len([next(ready), next(ready)]) == 2
    with pytest.raises(kg.MissingValueError, match="In batch 2"):
        next(ready)


def test_several_inputs_from_validate_and_coerce():
    model, x = models.two(), (numbers(8, 3), numbers(8, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = model.predict(kg.validate_and_coerce(model, slices((x, np.zeros(8)))), verbose=0)
    assert np.array_equal(answer, model.predict(slices((x, np.zeros(8))), verbose=0))


# ---- callbacks and progress


class Watch(keras.callbacks.Callback):
    def __init__(self, stop=None):
        super().__init__()
        self.told, self.stop = [], stop

    def on_predict_begin(self, logs=None):
        self.told.append("begin")

    def on_predict_batch_begin(self, batch, logs=None):
        self.told.append(("from", batch))

    def on_predict_batch_end(self, batch, logs=None):
        self.told.append(("to", batch, np.asarray(logs["outputs"]).shape))
        if batch == self.stop:
            self.model.stop_predicting = True

    def on_predict_end(self, logs=None):
        self.told.append("end")


@pytest.mark.parametrize("stop", [None, 1])
def test_callbacks_are_told_what_keras_tells(stop):
    model, data = models.dense(), slices(numbers(10, 5))
    ours, theirs = Watch(stop), Watch(stop)
    guarded = kg.safe_predict(model, data, callbacks=[ours])
    expected = model.predict(data, callbacks=[theirs], verbose=0)
    assert ours.told == theirs.told
    assert same_bits(guarded, expected)


@pytest.mark.parametrize("known", [True, False])
def test_progress(capsys, known):
    x = numbers(8, 5)
    kg.safe_predict(models.dense(), slices(x) if known else iter([x[:4], x[4:]]), verbose=1)
    assert "2/2" in capsys.readouterr().out


def test_rows_with_missing_values_come_back_missing():
    x = numbers(50, 5)
    x[[3, 20, 49], 1] = np.nan
    model = models.dense()
    dataset = tf.data.Dataset.from_tensor_slices(x.astype("float32")).batch(8)
    found = kg.safe_predict(model, dataset, missing="na_rows", verbose=0)
    assert np.flatnonzero(np.isnan(found[:, 0])).tolist() == [3, 20, 49]
    complete = np.setdiff1d(np.arange(50), [3, 20, 49])
    np.testing.assert_allclose(found[complete], model.predict(x[complete].astype("float32"), verbose=0), rtol=1e-5)
