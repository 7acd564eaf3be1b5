"""What a model's first layers tell about right values: which layers are seen, and what follows for the data."""

from __future__ import annotations

import warnings

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.engine.state import fingerprint, is_same
from kerasguard.signature import make_signature

L = keras.layers
RNG = np.random.default_rng(3)


def sequential(shape, *layers, dtype=None):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *layers])


def told(model, x, **options):
    """Codes of what safe_predict tells or refuses."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            kg.safe_predict(model, x, verbose=0, **options)
        except kg.KerasGuardError as error:
            return [error.code]
    return [item.message.code for item in caught if isinstance(item.message, kg.KerasGuardWarning)]


def uses(model):
    return [list(spec.uses) for spec in make_signature(model).inputs]


def kinds(model):
    return [[type(use.layer).__name__ for use in found] for found in uses(model)]


# which layers are seen


@pytest.mark.parametrize(
    ("layers", "seen"),
    [
        ([L.Rescaling(1 / 255)], ["Rescaling"]),
        ([L.Dropout(0.5), L.Identity(), L.Activation("linear"), L.Normalization()], ["Normalization"]),
        ([L.RandomFlip(), L.RandomRotation(0.1), L.Rescaling(2.0)], ["Rescaling"]),
        ([L.Resizing(3, 3), L.Rescaling(1 / 255)], ["Rescaling"]),
        ([L.Resizing(3, 3), L.Normalization(axis=None)], []),
        ([L.Permute((2, 1, 3)), L.Reshape((4, 18)), L.Flatten(), L.BatchNormalization()], ["BatchNormalization"]),
        ([L.Rescaling(1.0), L.BatchNormalization()], ["Rescaling"]),
        ([L.Activation("relu"), L.BatchNormalization()], []),
        ([L.Conv2D(2, 1), L.BatchNormalization()], []),
        ([keras.Sequential([L.Dropout(0.1), L.Normalization()])], ["Normalization"]),
    ],
)
def test_layers_at_the_input_are_seen(layers, seen):
    assert kinds(sequential((6, 4, 3), *layers)) == [seen]


def test_slices_shared_layers_and_nested_models_are_followed():
    table, pairs = keras.Input((3,), name="table"), keras.Input((4, 2), name="pairs")
    words = L.Embedding(9, 2)
    inner = keras.Sequential([keras.Input((4, 2)), L.Permute((2, 1)), L.Normalization()])
    both = L.Normalization()(L.Concatenate()([table[:, 1:], pairs[:, :, 0]]))
    parts = [words(table[:, 0]), words(L.Flatten()(pairs)), both, inner(pairs)]
    model = keras.Model({"table": table, "pairs": pairs}, L.Concatenate()([L.Flatten()(part) for part in parts]))
    second, first = uses(model)  # dict keys are sorted
    places = {use.route: use.places.tolist() for use in first}
    assert places == {(words.name,): [0], (both._keras_history.operation.name,): [1, 2]}
    assert {use.route: use.places.tolist() for use in second} == {
        (both._keras_history.operation.name,): [0, 2, 4, 6],
        (words.name,): list(range(8)),
        (inner.name, inner.layers[-1].name): [0, 2, 4, 6, 1, 3, 5, 7],
    }
    assert next(use for use in second if use.kind == "spread" and len(use.route) == 1).at.tolist() == [2, 3, 4, 5]


def test_what_can_not_be_seen_has_no_uses():
    class Doubling(L.Rescaling):
        def call(self, x):
            return x * 2

    class Own(keras.Model):
        def call(self, x):
            return super().call(x * 100)

    inputs = keras.Input((3,), dtype="int64")
    looked_up = keras.Model(inputs, L.Embedding(5, 2)(L.IntegerLookup(vocabulary=[7, 8])(inputs)))
    shifted = keras.Model(inputs, L.Embedding(5, 2)(inputs - 1))
    own = Own(inputs, L.Embedding(5, 2)(inputs))
    backwards = keras.Model(inputs, L.Embedding(5, 2)(keras.ops.flip(inputs, 0)))
    for model in (sequential((3,), Doubling(1 / 255)), looked_up, shifted, own, backwards):
        assert kinds(model) == [[]]
    assert all(not found for found in uses(models.subclassed((2, 3), L.Embedding(10, 2))))


def test_free_sizes_are_seen_where_nothing_moves():
    assert kinds(sequential((None, 3), L.Masking(), L.Normalization())) == [["Normalization"]]
    assert kinds(sequential((None, 1), L.Reshape((-1,)), L.Embedding(5, 2))) == [["Embedding"]]
    assert kinds(sequential((None, 3), L.Permute((2, 1)), L.BatchNormalization(axis=1))) == [[]]


def test_reading_leaves_the_model_as_it_was():
    inputs = keras.Input((4, 3))
    model = keras.Model(inputs, L.Dense(1)(L.Normalization()(L.Flatten()(L.Permute((2, 1))(inputs[:, 1:])))))
    before, config = fingerprint(model), model.get_config()
    assert kinds(model) == [["Normalization"]]
    assert is_same(before, fingerprint(model))
    assert model.get_config() == config


# ids


@pytest.mark.parametrize("dtype", ["float32", "int32", "int64"])
@pytest.mark.parametrize(
    ("x", "code"),
    [
        ([[0, 49]], None),
        ([[0, 50]], "ids_outside"),
        ([[-1, 3]], "ids_outside"),
        ([[1e30, 3]], "dtype_outside"),
        ([[1.5, 3]], "fractions"),
    ],
)
def test_ids_are_checked_whatever_the_type_of_the_input(dtype, x, code):
    is_float = dtype == "float32"
    if code == "dtype_outside" and is_float:
        code = "ids_outside"
    if code == "fractions":
        code = "ids_fractions" if is_float else "dtype_fractions"
    for data in (np.array(x), pd.DataFrame(x), x):
        assert told(models.integer(dtype), data) == ([code] if code else [])
        assert code is None or code in kg.check_input(models.integer(dtype), data).codes


def test_the_last_of_many_rows_is_looked_at_and_nothing_is_answered():
    x = RNG.integers(0, 50, (200_000, 2)).astype(float)
    x[-1, 1] = 50
    for model in (models.integer("float32"), models.integer("int32")):
        with pytest.raises(kg.DTypeError, match=r"\[199999, 1\]"):
            kg.safe_predict(model, x, verbose=0, batch_size="auto")


def test_places_are_those_of_the_users_object():
    model = sequential((2, 3), L.Permute((2, 1)), L.Embedding(10, 2), L.Flatten(), L.Dense(1))
    flat = np.zeros((4, 6))
    flat[2, 4] = 10
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for order in ("C", "F"):
            with pytest.raises(kg.DTypeError, match=r"\[2, 4\]"):
                kg.safe_predict(model, flat, order=order)
        turned = np.zeros((2, 3, 4))
        turned[1, 2, 3] = 10
        with pytest.raises(kg.DTypeError, match=r"\[1, 2, 3\]"):
            kg.safe_predict(model, turned)
        with pytest.raises(kg.DTypeError, match=r"row 1, column 'b'"):
            kg.safe_predict(models.integer(), pd.DataFrame({"a": [0, 1], "b": [2, 70]}))


@pytest.mark.filterwarnings("ignore:Layer .flatten")
def test_only_what_reaches_the_layer_is_an_id():
    inputs = keras.Input((3,))
    ids = L.Flatten()(L.Embedding(10, 2)(inputs[:, 0]))
    model = keras.Model(inputs, L.Dense(1)(L.Concatenate()([ids, inputs[:, 1:]])))
    assert told(model, [[9, 0.5, -100.0]]) == []
    assert told(model, [[10, 0.5, 1.0]]) == ["ids_outside"]
    masked = sequential((3, 1), L.Masking(-1.0), L.Flatten(), L.Embedding(10, 2), L.Flatten(), L.Dense(1))
    assert told(masked, np.array([[1.0, -1.0, 2.0]])[..., None]) == []


def test_several_inputs_and_no_rows():
    a, b = keras.Input((2,), name="word"), keras.Input((1,), name="day", dtype="int32")
    parts = [L.Flatten()(L.Embedding(5, 2)(a)), L.Flatten()(L.CategoryEncoding(7, output_mode="one_hot")(b))]
    model = keras.Model({"word": a, "day": b}, L.Dense(1)(L.Concatenate()(parts)))
    right = {"word": np.array([[0, 4]]), "day": np.array([6])}
    assert told(model, right) == []
    assert told(model, {**right, "day": np.array([7])}) == ["ids_outside"]
    assert told(models.integer(), np.zeros((0, 2))) == []
    assert told(models.scaled(L.Rescaling(1 / 255)), np.zeros((0, 2))) == []


def test_models_left_to_predict_are_guarded_too():
    x = np.array([[1.0, 50.0]])
    assert told(models.integer("float32"), x, steps=1) == ["ids_outside"]
    model = models.integer("float32")
    model.compile(run_eagerly=True)
    assert told(model, x) == ["ids_outside"]
    eager = models.adapted()
    eager.compile(run_eagerly=True)
    assert told(eager, RNG.normal(size=(30, 2)) * 1e6) == ["scale_far"]


# Rescaling

PICTURE = RNG.random((1, 8, 8, 3))


@pytest.mark.parametrize(
    ("layer", "x", "codes"),
    [
        (L.Rescaling(1 / 255), PICTURE, ["scale_pixels"]),
        (L.Rescaling(1 / 256), PICTURE, ["scale_pixels"]),
        (L.Rescaling(1 / 127.5, offset=-1), PICTURE, ["scale_pixels"]),
        (L.Rescaling(1 / 127.5, offset=-1), PICTURE * 2 - 1, ["scale_pixels"]),
        (L.Rescaling(1 / 255), PICTURE * 255, []),
        (L.Rescaling(1 / 255), np.zeros((2, 8, 8, 3)), []),
        (L.Rescaling(1 / 255), np.round(PICTURE), []),
        (L.Rescaling(2.0), PICTURE, []),
        (L.Rescaling(2.0, offset=-1), PICTURE, []),
        (L.Rescaling(1 / 100), PICTURE, []),
    ],
)
def test_scaled_pixels_into_rescaling(layer, x, codes):
    model = models.scaled(type(layer).from_config(layer.get_config()), (8, 8, 3))
    assert told(model, x) == codes
    assert ("scale_pixels" in kg.check_input(model, x).codes) == bool(codes)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kg.validate_and_coerce(model, x)
    assert [item.message.code for item in caught if isinstance(item.message, kg.KerasGuardWarning)] == codes
    assert told(model, x) == codes  # of the data: at every call


def test_a_tabular_column_of_a_rescaling_is_left_alone():
    assert told(models.scaled(L.Rescaling(1 / 255), (1,)), [[0.5]]) == []


# Normalization that never learned


def test_a_normalization_that_never_learned_is_told_once():
    model = models.scaled()
    x = np.array([[31.0, 52000.0], [45.0, 38000.0]])
    assert told(model, x) == ["model_not_adapted"]
    assert told(model, x) == []
    model.layers[0].adapt(x)
    assert "model_not_adapted" not in kg.check_input(model, x).codes


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".weights.h5"])
def test_a_loaded_model_stays_adapted(tmp_path, suffix):
    x = RNG.normal(50, 10, (200, 2))
    model = models.scaled()
    model.layers[0].adapt(x)
    file = tmp_path / f"model{suffix}"
    if suffix == ".weights.h5":
        model.save_weights(file)
        loaded = models.scaled()
        loaded.load_weights(file)
    else:
        model.save(file)
        loaded = keras.models.load_model(file, compile=False)
    assert told(loaded, x) == []
    assert told(loaded, x * 1000) == ["scale_far"]


def test_setting_weights_does_not_adapt():
    model = models.weights_set()
    x = np.array([[31.0, 180.0]])
    assert told(model, x) == ["model_not_adapted"]
    model.layers[0].finalize_state()
    assert "model_not_adapted" not in kg.check_input(model, x).codes
    np.testing.assert_allclose(model.layers[0](x), [[11 / 6, 30 / 4700**0.5]], rtol=1e-5)


@pytest.mark.parametrize("layer", [{"mean": 0.0, "variance": 1.0}, {"axis": None}, {}])
def test_layers_with_mean_0_and_variance_1_that_are_right(layer):
    model = models.scaled(L.Normalization(**layer))
    x = np.array([[-1.0, -1.0], [1.0, 1.0]] * 20)
    if "mean" not in layer:
        model.layers[0].adapt(x)
    assert told(model, x) == []


# values far from what was learned


def with_layer(kind, x):
    """A model whose first layer learned from x."""
    layer = L.BatchNormalization() if kind == "moving" else L.Normalization()
    model = models.scaled(layer, x.shape[1:])
    axes = tuple(range(x.ndim - 1))
    if kind == "moving":
        ones = np.ones(x.shape[-1])
        layer.set_weights([ones, 0 * ones, x.mean(axes), x.var(axes)])
    else:
        layer.adapt(x)
    return model


def customers(rows):
    """Age, skewed income, a rare flag, counts, mostly zero amounts."""
    amounts = np.where(RNG.random(rows) < 0.02, np.exp(RNG.normal(7, 1.5, rows)), 0)
    flag = RNG.random(rows) < 0.003
    return np.column_stack(
        [RNG.normal(40, 12, rows), np.exp(RNG.normal(10, 1, rows)), flag, RNG.poisson(0.05, rows), amounts]
    )


def grey(rows):
    return RNG.random((rows, 10, 10, 1)) * (RNG.random((rows, 10, 10, 1)) < 0.3)


DATA = {"customers": customers, "grey": grey, "pixels": lambda rows: np.floor(grey(rows) * 255)}


@pytest.mark.parametrize("kind", ["adapted", "moving"])
@pytest.mark.parametrize("data", DATA)
def test_right_data_is_not_warned_of(data, kind):
    make = DATA[data]
    model = with_layer(kind, make(4000))
    for rows in (1, 1, 1, 1, 1, 2, 5, 19, 20, 300, 3000):
        assert told(model, make(rows)) == []
    few = make(10)
    few[0] = 1e7  # one bad row
    assert told(model, few) == []


@pytest.mark.parametrize("kind", ["adapted", "moving"])
@pytest.mark.parametrize(
    ("data", "wrong", "rows", "code"),
    [
        ("customers", lambda x: x * 1000, (1, 10, 300), "scale_far"),
        ("customers", lambda x: x[:, [1, 0, 2, 3, 4]], (10, 300), "scale_far"),
        ("grey", lambda x: np.floor(x * 255), (1, 10, 300), "scale_far"),
        ("pixels", lambda x: x / 255, (1, 10, 300), "scale_pixels"),
        ("pixels", lambda x: (x - x.mean()) / x.std(), (10, 300), "scale_twice"),
    ],
)
def test_wrong_scales_are_warned_of(data, wrong, rows, code, kind):
    model = with_layer(kind, DATA[data](4000))
    for n in rows:
        x = wrong(DATA[data](n))
        assert told(model, x) == [code]
        assert code in kg.check_input(model, x).codes


def test_tiles_and_the_whole_are_judged_alike():
    x = customers(150_000)
    model = with_layer("adapted", x)
    assert told(model, x) == []
    assert told(model, x * 1000, batch_size="auto") == ["scale_far"]
    assert told(model, pd.DataFrame(x * 1000)) == ["scale_far"]
    assert told(model, list(x[:500] * 1000)) == ["structure_stacked", "scale_far"]


def test_moving_statistics_that_say_nothing_yet():
    x = RNG.normal(2000, 5, (320, 2))
    fresh = models.scaled(L.BatchNormalization())
    assert told(fresh, x) == []
    fresh.compile("sgd", "mse")
    fresh.fit(x, np.zeros(320), epochs=1, verbose=0)  # ten steps: a tenth of the way from 0 to 2000
    assert told(fresh, x) == []
    assert told(fresh, x[:1]) == []


def test_variables_are_read_when_values_are_judged():
    model = models.moving(0.5, 0.08)
    x = np.floor(RNG.random((4, 8, 6, 1)) * 255)
    assert told(model, x) == ["scale_far"]
    layer = model.layers[0]
    layer.set_weights([np.ones(1), np.zeros(1), np.full(1, 127.0), np.full(1, 5400.0)])
    assert told(model, x) == []
    assert told(model, x / 255) == ["scale_pixels"]


def test_the_words_name_the_column_and_the_range():
    x = pd.DataFrame({"mpg": [20.0, 30.0, 25.0], "hp": [1.1e6, 2e6, 1.5e6]})
    with pytest.warns(kg.KerasGuardWarning, match=r"'hp': from 1100000 to 2000000.*mean 150, sd 68.56"):
        kg.safe_predict(models.adapted(), x, verbose=0)


def test_axes_of_the_layer():
    steps = RNG.normal([100, 5], [10, 1], (500, 4, 2))
    for axis in (-1, (1, 2), None):
        model = models.scaled(L.Normalization(axis=axis), (4, 2))
        model.layers[0].adapt(steps)
        assert told(model, steps) == []
        assert told(model, steps * 1000) == ["scale_far"]
    back = models.scaled(L.Normalization(mean=[100.0, 5.0], variance=[100.0, 1.0], invert=True), (4, 2))
    assert told(back, RNG.normal(size=(50, 4, 2))) == []
    assert told(with_layer("adapted", steps[:, 0]), np.full((5, 2), np.nan)) == ["missing_values"]


@pytest.mark.parametrize("scale", [None, [6.0, 68.0]])
def test_what_r_scaled_is_known(scale):
    from dataclasses import replace

    from kerasguard.job import convert, start
    from kerasguard.observe import observe
    from kerasguard.options import Options
    from kerasguard.report import Call

    scaled = {"center": [20.1, 146.7], "scale": scale} if scale else {"center": [20.1, 146.7]}
    for values, attribute, codes in (([[0.1, -0.2]], scaled, ["scale_twice"]), ([[0.1, -0.2]], None, [])):
        seen = replace(observe(np.array(values), "x"), scaled=attribute)
        job = start(Call("check_input"), models.adapted(), seen, Options())
        convert(job)
        assert [f.code for f in job.report.notes if f.level == "warning"] == codes
