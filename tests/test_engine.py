"""The compiled pass: predict()'s own bits, a cache that lives and dies with the model, and sees when it changes."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import warnings
import weakref

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.engine.state import state_of
from kerasguard.memory import empty, is_aligned
from scenarios import numbers
from test_predict import plain, quiet, told

L = keras.layers
ROWS = [1, 2, 31, 32, 33, 64, 65, 97, 1025]


ON_TENSORFLOW = keras.backend.backend() == "tensorflow"


def is_compiled(model):
    return any(type(found).__name__ == "CompiledPass" for found in state_of(model)._compiled.values())


def wide():
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((1024,)), L.Dense(1024, "relu"), L.Dense(1024, "relu"), L.Dense(3, "softmax")])


def normed():
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((6, 4)),
            L.BatchNormalization(),
            L.Conv1D(8, 3, activation="gelu"),
            L.GRU(5),
            L.Dropout(0.5),
            L.Dense(2),
        ]
    )


def masked():
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((6, 2)), L.Masking(0.0), L.Bidirectional(L.LSTM(3)), L.Dense(1)])


def attention():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((None, 8))
    mixed = L.MultiHeadAttention(2, 4)(inputs, inputs)
    return keras.Model(inputs, L.GlobalAveragePooling1D()(L.LayerNormalization()(mixed + inputs)))


MODELS = {
    "dense": (models.dense, (5,)),
    "wide": (wide, (1024,)),
    "lstm": (models.lstm, (5, 3)),
    "conv": (models.conv, (8, 6, 1)),
    "normed": (normed, (6, 4)),
    "masked": (masked, (6, 2)),
    "attention": (attention, (7, 8)),
    "half": (models.half, (2,)),
    "subclassed": (models.subclassed, (4,)),
    "identity": (lambda: keras.Sequential([keras.Input((3,)), L.Flatten()]), (3,)),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("rows", ROWS)
def test_bits_are_predicts(name, rows):
    make, shape = MODELS[name]
    model, x = make(), numbers(rows, *shape)
    np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("float32")))
    assert is_compiled(model) == ON_TENSORFLOW


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000, 2000])
@pytest.mark.parametrize("name", ["wide", "lstm", "normed"])
def test_bits_for_a_given_batch_size(name, batch_size):
    make, shape = MODELS[name]
    model, x = make(), numbers(1025, *shape)
    want = plain(model, x.astype("float32"), batch_size=batch_size)
    np.testing.assert_array_equal(quiet(model, x, batch_size=batch_size), want)


def test_auto_is_the_same_within_rounding():
    for name in MODELS:
        make, shape = MODELS[name]
        model, x = make(), numbers(700, *shape)
        got = quiet(model, x, batch_size="auto")
        np.testing.assert_allclose(
            got, plain(model, x.astype("float32")), rtol=2e-3 if name == "half" else 1e-4, atol=1e-6
        )


def test_many_tiles_give_the_same_as_one(monkeypatch):
    model, x = models.lstm(), np.asfortranarray(numbers(1025, 5, 3))
    want = quiet(model, x)
    monkeypatch.setattr(sys.modules["kerasguard.engine.forward"], "TILE_BYTES", 4000)
    np.testing.assert_array_equal(quiet(model, x), want)
    np.testing.assert_array_equal(quiet(model, x.reshape(1025, 15), order="C"), want)
    flat = np.stack([sample.reshape(15, order="F") for sample in x])
    np.testing.assert_array_equal(quiet(model, flat, order="F"), want)
    np.testing.assert_array_equal(told(model, np.moveaxis(x, 0, -1), "shape_samples_last"), want)
    np.testing.assert_array_equal(told(model, list(x), "structure_stacked"), want)
    table = models.dense()
    columns = pd.DataFrame(numbers(1025, 5)).assign(flag=np.arange(1025) % 2 == 0).drop(columns=0)
    want = plain(table, columns.to_numpy("float32"))
    np.testing.assert_array_equal(quiet(table, columns), want)


@pytest.mark.parametrize("place", [0, 500, 1024])
def test_a_bad_value_in_any_tile_is_found_where_it_is(monkeypatch, place):
    monkeypatch.setattr(sys.modules["kerasguard.engine.forward"], "TILE_BYTES", 4000)
    model = models.dense()
    for value, code in ((np.nan, "missing_values"), (np.inf, "infinite_values"), (1e39, "dtype_too_large")):
        x = numbers(1025, 5)
        x[place, 3] = value
        with pytest.raises(kg.KerasGuardError) as caught:
            kg.safe_predict(model, x)
        assert caught.value.code == code
        assert f"[{place}, 3]" in str(caught.value)
    x = np.abs(numbers(1025, 5))
    x[place, 1], x[place - 1, 1] = 16777216.0, 16777217.0
    told(model, x, "dtype_merged", kg.KerasGuardWarning)
    ints = np.ones((1025, 5))
    ints[:, 2] = np.arange(1, 1026).view("float64")
    with pytest.raises(kg.DTypeError):
        kg.safe_predict(model, ints)


def test_inputs_and_outputs_in_structures():
    rows = 70
    two = models.two()
    main, aux = numbers(rows, 3), numbers(rows, 2)
    np.testing.assert_array_equal(quiet(two, [main, aux]), plain(two, [main.astype("f4"), aux.astype("f4")]))
    for structure in (list, dict):
        model = models.two_outputs(structure)
        got, want = quiet(model, numbers(rows, 5)), plain(model, numbers(rows, 5).astype("f4"))
        for key in want if structure is dict else range(2):
            np.testing.assert_array_equal(got[key], want[key])
        assert is_compiled(model) == ON_TENSORFLOW
    texts = ["good film", "bad"] * 35
    np.testing.assert_array_equal(quiet(models.text(), texts), plain(models.text(), np.array(texts, dtype=object)))
    ids = np.arange(rows * 2).reshape(rows, 2) % 50
    np.testing.assert_array_equal(quiet(models.integer(), ids), plain(models.integer(), ids))


def test_results_belong_to_the_user():
    model = keras.Sequential([keras.Input((3,)), L.Flatten()])
    x = numbers(5, 3).astype("float32")
    first = quiet(model, x)
    first[:] = 0
    np.testing.assert_array_equal(quiet(model, x), x)
    assert x.any()


class Doubled(keras.Sequential):
    def predict_step(self, data):
        return 2 * super().predict_step(data)


class OwnPredict(keras.Sequential):
    def predict(self, *args, **kwargs):
        return super().predict(*args, **kwargs) + 1


class Noisy(L.Layer):
    def call(self, x):
        return x + keras.random.normal(keras.ops.shape(x))


class Counting(L.Layer):
    def build(self, shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.count.assign_add(1.0)
        return x + self.count


def test_the_users_own_step_is_honoured():
    model = Doubled([keras.Input((5,)), L.Dense(1)])
    np.testing.assert_array_equal(quiet(model, numbers(40, 5)), plain(model, numbers(40, 5).astype("f4")))
    assert is_compiled(model) == ON_TENSORFLOW


def test_what_only_predict_does_right_is_left_to_it():
    x = numbers(40, 5)
    own = OwnPredict([keras.Input((5,)), L.Dense(1)])
    np.testing.assert_array_equal(quiet(own, x), plain(own, x.astype("f4")))
    eager = models.dense()
    eager.compile(run_eagerly=True)
    steps = models.dense()
    steps.compile(steps_per_execution=4)
    counting = keras.Sequential([keras.Input((5,)), Counting()])
    for model in (eager, steps, counting):
        fresh = quiet(model, x)
        assert fresh.shape[0] == 40
    assert counting.layers[0].count.numpy() == 2  # two batches, and no run beside them
    keras.utils.set_random_seed(3)
    noisy = keras.Sequential([keras.Input((5,)), Noisy()])
    first, second = quiet(noisy, x), quiet(noisy, x)
    assert (first != second).any()
    assert not any(is_compiled(model) for model in (own, eager, steps, counting, noisy))
    xla = models.dense()
    xla.compile(jit_compile=True)
    np.testing.assert_array_equal(quiet(xla, x), plain(xla, x.astype("f4")))


def test_new_weights_are_seen():
    model, x = models.dense(), numbers(40, 5)
    model.compile("sgd", "mse")
    for change in (
        lambda: model.fit(x, x[:, :1], verbose=0),
        lambda: model.set_weights([w + 1 for w in model.get_weights()]),
        lambda: model.layers[0].kernel.assign(model.layers[0].kernel * 0.5),
        lambda: setattr(model, "trainable", False),
        lambda: model.compile("adam", "mae"),
    ):
        quiet(model, x)
        change()
        np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("f4")))


def as_made_anew(model, x):
    model.make_predict_function(force=True)
    return plain(model, x.astype("f4"))


def test_a_changed_model_is_seen_and_told():
    x = numbers(40, 5)
    changes = {
        "activation": lambda m: setattr(m.layers[0], "activation", keras.activations.relu),
        "pop": lambda m: m.pop(),
        "add": lambda m: m.add(L.Dense(2)),
        "lora": lambda m: m.layers[0].enable_lora(2),
        "policy": lambda m: setattr(m.layers[0], "dtype_policy", keras.dtype_policies.DTypePolicy("mixed_float16")),
    }
    for name, change in changes.items():
        model = models.dense()
        plain(model, x.astype("f4"))
        quiet(model, x)
        change(model)
        np.testing.assert_array_equal(told(model, x, "model_changed"), as_made_anew(model, x), err_msg=name)
        quiet(model, x)
    untouched = models.dense()
    quiet(untouched, x)
    untouched.layers[0].activation = keras.activations.relu
    quiet(untouched, x)  # predict() never ran: nothing of it is stale


def test_whatever_decides_the_answer_is_seen(tmp_path):
    x = numbers(40, 4)

    def sequential(*layers, shape=(4,)):
        return keras.Sequential([keras.Input(shape), *layers])

    class Scaled(L.Layer):
        factor = 2.0

        def call(self, x):
            return x * self.factor

    def adapted(values):
        layer = L.Normalization()
        layer.adapt(values.astype("f4"))
        return layer

    cases = [
        (sequential(L.Rescaling(2.0)), lambda m: setattr(m.layers[0], "scale", 3.0)),
        (sequential(L.LeakyReLU(0.1)), lambda m: setattr(m.layers[0], "negative_slope", 0.5)),
        (sequential(adapted(x * 2)), lambda m: m.layers[0].adapt(x.astype("f4"))),
        (sequential(Scaled()), lambda m: setattr(m.layers[0], "factor", 5.0)),
        (sequential(L.Lambda(lambda t: t)), lambda m: setattr(m.layers[0], "function", lambda t: t * 2)),
        (sequential(sequential(L.Dense(2), L.ReLU())), lambda m: setattr(m.layers[0].layers[1], "max_value", 0.1)),
    ]
    for model, change in cases:
        before = quiet(model, x)
        change(model)
        after = quiet(model, x)
        assert (before != after).any()
        np.testing.assert_array_equal(after, plain(model, x.astype("f4")))
    learned = sequential(adapted(x))
    learned.save_weights(tmp_path / "w.weights.h5")
    fresh = sequential(adapted(x * 2))
    quiet(fresh, x)
    fresh.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(quiet(fresh, x), plain(learned, x.astype("f4")))


class ReadsBatch(L.Layer):
    def call(self, x):
        return x * (x.shape[0] or -1)


def test_graphs_that_depend_on_the_batch_are_left_to_predict():
    x = numbers(70, 16, 4)
    convlstm = keras.Sequential([keras.Input((16, 16, 4)), L.ConvLSTM1D(3, 2)])
    pictures = numbers(33, 16, 16, 4)
    np.testing.assert_array_equal(quiet(convlstm, pictures), plain(convlstm, pictures.astype("f4")))
    reads = keras.Sequential([keras.Input((16, 4)), ReadsBatch()])
    fresh = keras.Sequential([keras.Input((16, 4)), ReadsBatch()])
    np.testing.assert_array_equal(quiet(reads, x), plain(fresh, x.astype("f4")))
    assert not is_compiled(convlstm)
    assert not is_compiled(reads)


def test_no_false_notice_of_a_change():
    x = numbers(40, 5)
    model = models.dense()
    quiet(model, x)
    model.layers[0].activation = keras.activations.relu
    plain(model, x.astype("f4"))  # traced after the change
    quiet(model, x)
    model.layers[0].activation = keras.activations.tanh
    model.make_predict_function(force=True)
    quiet(model, x)
    model.trainable = False
    quiet(model, x)


def test_a_first_call_inside_a_graph_spoils_nothing():
    from needs import tf

    model, x = models.dense(), numbers(1030, 5)
    with pytest.raises(Exception):  # noqa: B017, PT011 - no numbers can come out of a graph under construction
        tf.function(lambda: kg.safe_predict(model, x, verbose=0), autograph=False)()
    np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("f4")))


class Widening(L.Layer):
    def call(self, x):
        return keras.ops.matmul(x, keras.ops.transpose(x))


def test_outputs_of_odd_sizes_are_predicts():
    model = keras.Sequential([keras.Input((4,)), Widening()])
    x = numbers(32, 4)
    np.testing.assert_array_equal(quiet(model, x), plain(model, x.astype("f4")))


def test_integers_lost_after_many_zeros_are_found():
    x = np.ones((1000, 4))
    x[:, 1] = 0
    x[64:, 1] = np.arange(1, 937).view("f8")
    with pytest.raises(kg.DTypeError):
        kg.safe_predict(keras.Sequential([keras.Input((4,)), L.Dense(1)]), x)


def test_a_model_built_since_is_no_changed_model():
    x = numbers(40, 5)
    for model in (keras.Sequential([L.Dense(1)]), models.Subclassed(), models.Subclassed(L.Lambda(lambda t: t * 2))):
        with pytest.raises(kg.KerasGuardError):
            kg.safe_predict(model, x)
        want = plain(model, x.astype("f4"))
        np.testing.assert_array_equal(quiet(model, x), want)


def test_nothing_is_kept_alive():
    model = models.dense()
    quiet(model, numbers(40, 5))
    alive = weakref.ref(model)
    del model
    gc.collect()
    assert alive() is None


def test_copies_and_files_start_afresh(tmp_path):
    model, x = models.dense(), numbers(40, 5)
    want = quiet(model, x)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model)), keras.models.clone_model(model)):
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(quiet(again, x), want)
    model.save(tmp_path / "m.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.export(tmp_path / "exported", verbose=False)
    np.testing.assert_array_equal(quiet(kg.safe_load_model(tmp_path / "m.keras"), x), want)
    assert model._tracker is not None
    assert not [name for name in model.__dict__["_tracker"].stored_ids if "kerasguard" in str(name)]


def test_a_plan_is_made_once_per_kind(monkeypatch):
    from kerasguard import job

    made = []
    make = job.make_plan
    monkeypatch.setattr(job, "make_plan", lambda *given: made.append(1) or make(*given))
    model = models.dense()
    for rows in (3, 1, 500):
        quiet(model, numbers(rows, 5))
    assert len(made) == 1
    quiet(model, pd.DataFrame(numbers(2, 5)))
    quiet(model, pd.DataFrame(numbers(9, 5)))
    assert len(made) == 2
    for _ in range(2):  # what must be told, and what is refused, is never remembered
        told(model, numbers(5), "shape_one_sample")
        with pytest.raises(kg.ShapeError):
            kg.safe_predict(model, numbers(5, 6))


def test_first_calls_from_many_threads():
    for _ in range(3):
        model, x, got = models.dense(), numbers(100, 5), []
        barrier = threading.Barrier(4)

        def call(model=model, x=x, got=got, barrier=barrier):
            barrier.wait()
            got.append(quiet(model, x))

        threads = [threading.Thread(target=call) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        want = plain(model, x.astype("f4"))
        assert len(got) == 4
        for value in got:
            np.testing.assert_array_equal(value, want)


def test_memory_is_aligned():
    for shape in ((1,), (3, 5), (7, 2, 3), (1000, 20)):
        array = empty(shape, "float32")
        assert array.shape == shape
        assert is_aligned(array)
        assert array.flags.writeable
    assert empty((0, 5), "float32").shape == (0, 5)


@pytest.mark.on_tensorflow
@pytest.mark.parametrize(
    "settings", [{"TF_ENABLE_ONEDNN_OPTS": "0"}, {"TF_NUM_INTRAOP_THREADS": "1"}, {"TF_NUM_INTRAOP_THREADS": "4"}]
)
def test_bits_on_other_builds_and_threads(settings):
    code = """
        import sys
        sys.path.insert(0, sys.argv[1])
        from test_engine import MODELS, plain
        import kerasguard as kg, numpy as np
        for name in ("wide", "lstm", "conv", "normed"):
            make, shape = MODELS[name]
            for rows in (1, 33, 97):
                model, x = make(), np.random.default_rng(0).normal(size=(rows, *shape))
                np.testing.assert_array_equal(kg.safe_predict(model, x, verbose=0), plain(model, x.astype("f4")))
    """
    here = os.path.dirname(__file__)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), here],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_bar_is_drawn_on_request_only(capsys, monkeypatch):
    model, x = models.dense(), numbers(100, 5)
    kg.safe_predict(model, x)
    kg.safe_predict(model, x, verbose=0)
    assert capsys.readouterr().out == ""
    kg.safe_predict(model, x, verbose=1)
    assert "100/100" in capsys.readouterr().out
    kg.safe_predict(model, x, verbose=2)
    assert "100/100" in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    kg.safe_predict(model, x)
    assert capsys.readouterr().out == ""  # too short a call


def test_ctrl_c_stops_and_leaves_the_model_usable():
    code = """
        import os, signal, threading, time
        import keras, numpy as np, kerasguard as kg
        model = keras.Sequential([keras.Input((50, 16)), keras.layers.LSTM(64), keras.layers.Dense(1)])
        few, many = np.zeros((2, 50, 16)), np.zeros((200_000, 50, 16), "float32")
        kg.safe_predict(model, few, verbose=0)
        kg.safe_predict(model, np.zeros((40, 50, 16)), verbose=0)
        threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        try:
            kg.safe_predict(model, many, verbose=0)
            print("finished")
        except KeyboardInterrupt:
            print("stopped", time.monotonic() - began < 10)
        print(kg.safe_predict(model, few, verbose=0).shape == model.predict(few, verbose=0).shape)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["stopped True", "True"], done.stdout + done.stderr[-2000:]
