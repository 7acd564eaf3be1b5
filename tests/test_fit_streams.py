"""safe_fit and safe_evaluate on data in batches: plain Keras' own history; a problem names its batch and changes nothing."""

from __future__ import annotations

import itertools
import random
import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from needs import tf
from surface import PUBLIC

Dataset = tf.data.Dataset
L = keras.layers
ROWS = 22  # the last batch is a short one


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def compiled(model, loss="mse", metrics=("mae",), **options):
    model.compile("adam", loss=loss, metrics=list(metrics) if metrics else None, **options)
    return model


def dense():
    return compiled(models.dense())


def lstm():
    return compiled(models.lstm())


def two_outputs():
    return compiled(models.two_outputs(), metrics=None)


def classes(units=3, loss="sparse_categorical_crossentropy"):
    return compiled(models.dense(5, units, "softmax" if units > 1 else "sigmoid"), loss, ("accuracy",))


DATA = {
    "dense": (dense, (numbers(ROWS, 5), numbers(ROWS, 1))),
    "lstm": (lstm, (numbers(ROWS, 5, 3), numbers(ROWS, 1))),
    "weights": (dense, (numbers(ROWS, 5), numbers(ROWS, 1), numbers(ROWS) ** 2)),
    "two outputs": (two_outputs, (numbers(ROWS, 5), (numbers(ROWS, 1), numbers(ROWS, 2)))),
    "classes": (classes, (numbers(ROWS, 5), np.arange(ROWS) % 3)),
    "two inputs": (lambda: compiled(models.two()), ((numbers(ROWS, 3), numbers(ROWS, 2)), numbers(ROWS, 1))),
}


def part(data, rows):
    return tuple(part(item, rows) for item in data) if isinstance(data, tuple) else data[rows]


class Batches(keras.utils.PyDataset):
    def __init__(self, data, size=4, **options):
        super().__init__(**options)
        self.data, self.size, self.told = data, size, []

    def __len__(self):
        return -(-ROWS // self.size)

    def __getitem__(self, i):
        return part(self.data, slice(i * self.size, (i + 1) * self.size))

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


def dataset(data, size=4):
    return Dataset.from_tensor_slices(data).batch(size)


def shuffled(data):
    return Dataset.from_tensor_slices(data).shuffle(ROWS, seed=3, reshuffle_each_iteration=True).batch(4).prefetch(2)


def generator(data):
    for i in itertools.cycle(range(5)):
        yield part(data, slice(4 * i, 4 * i + 4))


STREAMS = {
    "dataset": (dataset, {}),
    "shuffled": (shuffled, {}),
    "shuffled without a seed": (lambda data: Dataset.from_tensor_slices(data).shuffle(ROWS).batch(4), {}),
    "repeated": (lambda data: shuffled(data).repeat(), {"steps_per_epoch": 4}),
    "whole batches": (lambda data: Dataset.from_tensor_slices(data).batch(4, drop_remainder=True), {}),
    "of unknown length": (lambda data: shuffled(data).filter(lambda *_: True), {}),
    "PyDataset": (Batches, {}),
    "PyDataset in order": (Batches, {"shuffle": False}),
    "PyDataset with workers": (lambda data: Batches(data, workers=2), {"shuffle": False}),
    "generator": (generator, {"steps_per_epoch": 5}),
}


def plain(make, stream, **options):
    """What Keras does by itself: history and weights."""
    model = make()
    random.seed(5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of shuffle=True, which is the default
        history = model.fit(stream(), verbose=0, **{n: v() if callable(v) else v for n, v in options.items()})
    return history.history, model.get_weights()


def guarded(make, stream, **options):
    model = make()
    random.seed(5)
    options = {n: v() if callable(v) else v for n, v in options.items()}
    history = kg.safe_fit(model, stream(), verbose=0, **options)
    return history.history, model.get_weights()


def same(a, b):
    assert a[0] == b[0]
    assert all(np.array_equal(p, q) for p, q in zip(a[1], b[1], strict=True))


EVERY = [("dense", kind) for kind in STREAMS] + [
    (name, kind) for name in DATA if name != "dense" for kind in ("shuffled", "PyDataset with workers", "generator")
]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # the end of an unknown length is found this way
@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_history_and_weights_are_plain_keras_own(name, kind):
    make, data = DATA[name]
    stream, options = STREAMS[kind]
    same(
        plain(make, lambda: stream(data), epochs=2, **options), guarded(make, lambda: stream(data), epochs=2, **options)
    )


@pytest.mark.parametrize(
    ("kind", "steps"), [("shuffled", None), ("PyDataset with workers", None), ("repeated", 3), ("generator", 5)]
)
def test_validation_data_in_batches(kind, steps):
    data = DATA["dense"][1]
    options = {"validation_data": lambda: STREAMS[kind][0](data), "validation_steps": steps}
    # how far Keras reads a generator ahead at the end of an epoch differs from run to run
    options["epochs"] = 1 if kind == "generator" else 2
    for train in (lambda: dataset(data), None):
        if train is None:  # arrays to train on
            options |= {"y": data[1]}
        same(*(run(dense, train or (lambda: data[0]), **options) for run in (plain, guarded)))


def test_arrays_validate_what_a_stream_trains():
    data = DATA["classes"][1]
    options = {"validation_data": data, "batch_size": 4}
    same(*(run(classes, lambda: dataset(data), **options) for run in (plain, guarded)))


@pytest.mark.parametrize("kind", ["dataset", "PyDataset", "generator"])
def test_evaluate(kind):
    data, steps = DATA["weights"][1], 5 if kind == "generator" else None
    model, stream = dense(), STREAMS[kind][0]
    expected = model.evaluate(stream(data), steps=steps, verbose=0, return_dict=True)
    assert kg.safe_evaluate(model, stream(data), steps=steps, verbose=0, return_dict=True) == expected


@pytest.mark.parametrize("kind", ["dataset", "PyDataset"])
def test_class_weight(kind):
    data, stream = DATA["classes"][1], STREAMS[kind][0]
    weights = {0: 1.0, 1: 2.0, 2: 0.5}
    same(*(run(classes, lambda: stream(data), class_weight=weights) for run in (plain, guarded)))
    same(  # some classes only; Keras itself fails with a dataset then
        plain(classes, lambda: stream(data), class_weight={0: 1.0, 1: 3.0, 2: 1.0}),
        guarded(classes, lambda: stream(data), class_weight={1: 3}),
    )


def test_a_pydataset_is_told_of_epochs():
    batches, own = Batches(DATA["dense"][1]), Batches(DATA["dense"][1])
    dense().fit(own, epochs=2, verbose=0)
    kg.safe_fit(dense(), batches, epochs=2, verbose=0)
    assert batches.told == own.told


def test_iterators_of_all_kinds_and_lists_as_items():
    data = DATA["dense"][1]
    expected = plain(dense, lambda: generator(data), steps_per_epoch=5)
    same(
        expected,
        guarded(dense, lambda: iter([part(data, slice(4 * i, 4 * i + 4)) for i in range(6)]), steps_per_epoch=5),
    )
    same(expected, guarded(dense, lambda: map(list, generator(data)), steps_per_epoch=5))


def test_single_samples_are_batched():
    data = DATA["dense"][1]
    with pytest.warns(kg.RepairNotice, match="batches of 4"):
        found = guarded(dense, lambda: Dataset.from_tensor_slices(data), batch_size=4, epochs=2)
    same(found, plain(dense, lambda: dataset(data), epochs=2))


def test_a_batch_is_repaired_like_arrays():
    x, y = numbers(ROWS, 5), np.arange(ROWS) % 3 + 1
    frames = ((pd.DataFrame(x[i : i + 4]), y[i : i + 4] * 1.0) for i in range(0, ROWS, 4))
    found = guarded(classes, lambda: frames, label_base=1, steps_per_epoch=5)
    same(found, plain(classes, lambda: generator((x, y - 1)), steps_per_epoch=5))
    same(guarded(classes, lambda: dataset((x, y)), label_base=1), plain(classes, lambda: dataset((x, y - 1))))
    same(guarded(classes, lambda: Batches((x, y)), label_base=1), plain(classes, lambda: Batches((x, y - 1))))


@pytest.mark.parametrize("make", [dataset, Batches])
def test_numbers_of_classes_are_made_one_hot_where_their_first_is_told(make):
    def one_hot_classes():
        model = classes()
        model.compile("adam", "categorical_crossentropy")
        return model

    x, y = numbers(ROWS, 5), np.arange(ROWS) % 3
    with pytest.warns(kg.RepairNotice, match="made one-hot"):
        found = guarded(one_hot_classes, lambda: make((x, y + 1)), label_base=1)
    same(found, plain(one_hot_classes, lambda: make((x, np.eye(3, dtype="float32")[y]))))


def test_categories_have_the_codes_of_their_levels():
    x, y = DATA["classes"][1]
    names = pd.Categorical.from_codes(y, ["c", "a", "b"])
    with pytest.warns(kg.RepairNotice, match="c = 0"):
        found = guarded(classes, lambda: Batches((x, names)), shuffle=False)
    same(found, plain(classes, lambda: Batches((x, y)), shuffle=False))


def test_other_levels_in_a_later_batch_are_refused():
    x, _ = DATA["classes"][1]
    first = x[:4], pd.Categorical(["a", "b", "c", "a"])
    later = x[:4], pd.Categorical(["a", "b", "d", "a"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kg.RepairNotice)
        assert (
            refused(classes(), (item for item in (first, first, first, later)), steps_per_epoch=4).code == "label_novel"
        )


def refused(model, x, *given, evaluates=False, **options):
    """The error of a call, after which the model is as it was before."""
    before = [np.array(v) for v in variables(model)]
    call = kg.safe_evaluate if evaluates else kg.safe_fit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(kg.KerasGuardError) as caught:
            call(model, x, *given, verbose=0, **options)
    after = [np.array(v) for v in variables(model)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after[: len(before)], strict=True))
    assert len(str(caught.value)) < 1000
    return caught.value


def variables(model):
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables, *model.metrics_variables]


def with_last(value, *data):
    x, *rest = (np.array(item) for item in data)
    if value is None:
        x[ROWS - 1, 0] = np.nan
    else:
        rest[0][ROWS - 1] = value
    return x, *rest


@pytest.mark.parametrize("kind", ["shuffled", "dataset", "PyDataset with workers", "PyDataset", "generator"])
@pytest.mark.parametrize(("value", "code"), [(None, "missing_values"), (3, "label_outside")])
def test_a_problem_late_in_training_leaves_the_model_as_it_was(kind, value, code):
    x, y = with_last(value, *DATA["classes"][1])
    stream, options = STREAMS[kind]
    model = classes()
    model.fit(*DATA["classes"][1], verbose=0)
    data = (x[2:], y[2:]) if kind == "generator" else (x, y)
    error = refused(model, stream(data), epochs=2, **options)
    assert error.code == code
    assert "The model is as it was before the call." in str(error)
    if kind in ("dataset", "PyDataset", "PyDataset with workers"):
        assert "In batch 5 of `x`, counted from 0" in str(error)
    assert refused(model, stream(data), evaluates=True, **({"steps": 5} if kind == "generator" else {})).code == code
    good = classes()
    good.fit(*DATA["classes"][1], verbose=0)
    data = DATA["classes"][1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = good.fit(*data, verbose=0, shuffle=False).history
    assert kg.safe_fit(model, *data, verbose=0, shuffle=False).history == expected


def test_a_problem_in_validation_batches_is_found_after_an_epoch_and_undone():
    data = DATA["classes"][1]
    for bad in (dataset(with_last(3, *data)), Batches(with_last(3, *data))):
        error = refused(classes(), dataset(data), validation_data=bad)
        assert error.code == "label_outside"
        assert "In batch 5 of `validation_data`" in str(error)


def fixes(error, **names):
    """Run the fix lines of a message."""
    lines = []
    for line in str(error).split("\n"):
        if line.startswith("  Fix: "):
            lines.append(line[7:].split("  # ")[0])
        elif line.startswith("       ") and lines:
            lines[-1] += "\n" + line[7:]
    assert lines
    for code in lines:
        for placeholder, value in FILL.items():
            code = code.replace(placeholder, value)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(code, {"np": np, "pd": pd, "tf": tf, "keras": keras, "good": DATA["classes"][1], "dataset": dataset,
                        "base": (X, Y + 1) if error.code == "label_one_based" else (X, Y), "model": classes(), **PUBLIC, **names})  # fmt: skip


FILL = {
    "BATCHES_OF_X_AND_Y": "dataset(good)", "BATCHES_WITH_WEIGHTS": "dataset((*good, good[1]))", "SIZE": "4",
    "NEW_GENERATOR": "dataset(base)", "NEW_DATA": "dataset(base)", "ENCODED": "np.ones((4, 5))", "WEIGHTS": "np.ones(4)", "WEIGHT": "1.0", "LEVELS": "['a', 'b', 'c']", "VALIDATION": "dataset(good)", "BATCHES": "2",
    "TARGETS_OF_X": "np.zeros(4)", "TARGETS": "np.zeros(4)", "LABELS": "np.zeros(4)", "COLUMNS": "[0, 1, 2, 3, 4]",
}  # fmt: skip
X, Y = DATA["classes"][1]
TEXTS = np.array(["a", "b", "c"])[Y]


@pytest.mark.parametrize(("code", "make", "given", "options"), [
    ("stream_y", lambda: dataset((X, Y)), (Y,), {}),
    ("stream_y", lambda: dataset(X), (Y,), {}),
    ("stream_y", lambda: Batches((X, Y)), (Y,), {}),
    ("stream_sample_weight", lambda: dataset((X, Y)), (), {"sample_weight": Y}),
    ("stream_sample_weight", lambda: dataset((X, Y, Y)), (), {"sample_weight": Y}),
    ("stream_split", lambda: dataset((X, Y)), (), {"validation_split": 0.2}),
    ("stream_split", lambda: Batches((X, Y)), (), {"validation_split": 0.2}),
    ("class_weight_stream", lambda: generator((X, Y)), (), {"class_weight": {0: 2}, "steps_per_epoch": 5}),
    ("class_weight_unknown", lambda: dataset((X, Y)), (), {"class_weight": {3: 2}}),
    ("stream_class_weight", lambda: dataset((X, Y, Y)), (), {"class_weight": {0: 2}}),
    ("stream_endless", lambda: dataset((X, Y)).repeat(), (), {}),
    ("stream_epochs", lambda: generator((X, Y)), (), {"epochs": 3}),
    ("stream_no_targets", lambda: dataset(X), (), {}),
    ("stream_empty", lambda: dataset((X, Y)).take(0), (), {}),
    ("stream_item", lambda: dataset((X, Y, Y, Y)), (), {}),
    ("shape_features", lambda: dataset((numbers(ROWS, 6), Y)), (), {}),
    ("label_onehot_sparse", lambda: dataset((X, np.eye(3)[Y])), (), {}),
    ("stream_labels", lambda: dataset((X, TEXTS)), (), {}),
])  # fmt: skip
def test_what_is_refused_before_a_batch_is_drawn(code, make, given, options):
    error = refused(classes(), make(), *given, **options)
    assert error.code == code
    assert error.report.problems[0].facts.get("batch") is None or "In every batch of `x`." in str(error)
    x = numbers(4, 6) if "shape" in code else make()
    fixes(error, x=x, y=np.array(["a", "b"]) if code == "stream_labels" else np.eye(3) if "onehot" in code else Y)


@pytest.mark.parametrize(("code", "item"), [
    ("stream_no_targets", (X[:4],)),
    ("stream_labels", (X[:4], TEXTS[:4])),
    ("missing_values", (with_last(None, X, Y)[0][-4:], Y[-4:])),
    ("label_rows", (X[:4], Y[:3])),
    ("label_onehot_sparse", (X[:4], np.eye(3)[Y[:4]])),
    ("label_one_based", (X[:4], np.array([1, 2, 3, 1]))),
    ("shape_features", (numbers(4, 6), Y[:4])),
    ("sample_weight_rows", (X[:4], Y[:4], np.ones(3))),
    ("dtype_text", (np.full((4, 5), "1"), Y[:4])),
])  # fmt: skip
def test_what_is_refused_of_a_batch(code, item):
    error = refused(classes(), (part for part in [item]))
    assert error.code == code
    assert "In batch 0 of `x`" in str(error)
    fixes(error, x=item[0], y=item[1] if len(item) > 1 else None)
    batches = Batches(DATA["classes"][1])
    batches.__class__ = type("Bad", (Batches,), {"__getitem__": lambda self, i: item})
    assert refused(classes(), batches).code == code


def test_a_custom_loss_takes_what_it_takes():
    def loss(y, p):
        return keras.ops.mean(keras.ops.square(p - keras.ops.cast(y, "float32")))

    def make():
        return compiled(models.dense(), loss, None)

    data = numbers(ROWS, 5), np.arange(ROWS)[:, None]
    same(plain(make, lambda: dataset(data)), guarded(make, lambda: dataset(data)))
    same(plain(make, lambda: Batches(data)), guarded(make, lambda: Batches(data)))


def test_an_own_error_comes_through():
    def broken():
        yield X[:4], Y[:4]
        yield X[:4], Y[:4]
        yield X[:4], Y[:4]
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        kg.safe_fit(classes(), broken(), steps_per_epoch=5, verbose=0)


class Interrupt(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2:
            raise KeyboardInterrupt


def interrupting():
    for i, item in enumerate(generator((X, Y))):
        if i == 4:
            raise KeyboardInterrupt
        yield item


@pytest.mark.parametrize("where", ["callback", "generator"])
def test_ctrl_c_leaves_a_model_that_goes_on(where):
    model = classes()
    before = model.get_weights()
    stream, callbacks = (interrupting(), []) if where == "generator" else (dataset((X, Y)), [Interrupt()])
    with pytest.raises(KeyboardInterrupt):
        kg.safe_fit(model, stream, callbacks=callbacks, steps_per_epoch=5, verbose=0)
    assert not np.array_equal(before[0], model.get_weights()[0])
    assert len(kg.safe_fit(model, dataset((X, Y)), epochs=2, verbose=0).history["loss"]) == 2
    assert kg.safe_fit(model, X, Y, verbose=0).history["loss"]


def test_a_torch_data_loader():
    torch = pytest.importorskip("torch")
    data = [torch.tensor(item.astype("float32")) for item in DATA["dense"][1]]

    def loader():
        torch.manual_seed(1)
        return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*data), 4, shuffle=True)

    same(*(run(dense, loader, epochs=2) for run in (plain, guarded)))
    data[0][21, 0] = float("nan")
    assert refused(dense(), loader(), epochs=2).code == "missing_values"


FORMS = {
    "free sizes": (classes, lambda: Dataset.from_generator(
        lambda: iter([(X[:4], Y[:4])] * 3), output_signature=(tf.TensorSpec((None, None)), tf.TensorSpec(None, "int64")))),
    "named targets": (lambda: compiled(models.two_outputs(dict), metrics=None),
                      lambda: dataset((X, {"mean": X[:, :1], "spread": X[:, :2]}))),
    "named inputs": (lambda: compiled(models.two(structure=dict)),
                     lambda: dataset(({"main": X[:, :3], "aux": X[:, :2]}, X[:, :1]))),
    "weights as a column": (dense, lambda: dataset((X, X[:, :1], np.abs(X[:, :1])))),
    "ids": (lambda: compiled(models.integer()), lambda: dataset((np.arange(44).reshape(22, 2), X[:, :1]))),
    "a state": (lambda: compiled(models.stateful(2)), lambda: dataset((numbers(ROWS, 5, 3), X[:, :1]), 2)),
    "several steps at once": (lambda: compiled(models.dense(), steps_per_execution=2), lambda: dataset((X, X[:, :1])).take(4)),
    "one-hot": (lambda: classes(3, "categorical_crossentropy"), lambda: dataset((X, np.eye(3)[Y]))),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("name", [name for name in FORMS if name != "free sizes"])
def test_forms_of_batches(name):
    make, stream = FORMS[name]
    same(plain(make, stream), guarded(make, stream))


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_sizes_that_only_the_batches_tell():
    make, stream = FORMS["free sizes"]
    same(plain(make, lambda: dataset((np.tile(X[:4], (3, 1)), np.tile(Y[:4], 3)))), guarded(make, stream))


def test_an_empty_generator():
    assert refused(classes(), iter([])).code == "stream_empty"
