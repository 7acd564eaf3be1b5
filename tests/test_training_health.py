"""No call of ours leaves a spoiled model, and one that a plain call spoiled is mended with its optimizer as it was."""

from __future__ import annotations

import warnings

import keras
import kerasguard as kg
import numpy as np
import pytest

X = np.random.default_rng(0).normal(size=(16, 5)).astype("float32")
Y = X.sum(1)


class Stops(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        raise RuntimeError("stopped by a callback")


class Breaks(keras.layers.Layer):
    """Raises while it is `broken`; `late`: not before values are there."""

    broken = False

    def call(self, x):
        if self.broken:
            raise RuntimeError("a layer of one's own failed")
        return x * 1.0


def made(loss="mse", layer=None, **kwargs):
    keras.utils.set_random_seed(1)
    layers = [keras.Input((5,)), keras.layers.Dense(4, "tanh"), *([layer] if layer else []), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss, **kwargs)
    return model


def state(model):
    return [np.copy(v) for v in model.optimizer.variables], [np.copy(w) for w in model.get_weights()]


def codes(record):
    return [w.message.code for w in record if isinstance(w.message, kg.KerasGuardWarning)]


def spoil(model):
    """A plain fit that fails while its function is traced."""
    with pytest.raises(Exception):  # noqa: B017, PT011  which one depends on the version of Keras
        model.fit(X, np.ones((16, 3, 2, 7), "float32"), verbose=0)


@pytest.mark.parametrize("call", ["fit", "evaluate"])
def test_a_model_spoiled_before_it_learned_is_mended(call):
    model, fresh = made(), made()
    spoil(model)
    before, steps = state(model)[1], int(model.optimizer.iterations)  # Keras counts the step that failed
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        if call == "fit":
            history = kg.safe_fit(model, X, Y, verbose=0, shuffle=False)
        else:
            loss = kg.safe_evaluate(model, X, Y, verbose=0)
    assert set(codes(record)) <= {"model_healed"}
    if call == "fit":
        assert history.history == fresh.fit(X, Y, verbose=0, shuffle=False).history
        assert int(model.optimizer.iterations) == steps + 1
    else:
        assert loss == fresh.evaluate(X, Y, verbose=0)
        for a, b in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_optimizer_of_a_spoiled_model_goes_on_where_it_was():
    model, twin = made(), made()
    for each in (model, twin):
        each.fit(X, Y, epochs=3, verbose=0, shuffle=False)
    spoil(model)
    assert int(model.optimizer.iterations) == 3
    for a, b in zip(state(model), state(twin), strict=True):
        for v, w in zip(a, b, strict=True):
            np.testing.assert_array_equal(v, w)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kg.KerasGuardWarning)
        history = kg.safe_fit(model, X, Y, epochs=2, verbose=0, shuffle=False)
    assert history.history == twin.fit(X, Y, epochs=2, verbose=0, shuffle=False).history
    for a, b in zip(state(model), state(twin), strict=True):
        for v, w in zip(a, b, strict=True):
            np.testing.assert_array_equal(v, w)


@pytest.mark.on_tensorflow
def test_mending_is_told():
    model, target = made(metrics=["mae"]), Y[:, None]
    model.fit(X, Y, verbose=0)
    moments = state(model)[0]
    with pytest.raises(ValueError, match="unknown rank"):
        model.fit(X, target, verbose=0)  # Keras' step was traced for (n,)
    steps = int(model.optimizer.iterations)
    with pytest.warns(kg.RepairNotice, match="could no longer be trained") as record:
        kg.safe_fit(model, X, target, verbose=0)
    assert codes(record) == ["model_healed"]
    assert int(model.optimizer.iterations) == steps + 1
    assert len(state(model)[0]) == len(moments)


@pytest.mark.parametrize("y", [Y, Y[:, None], Y.tolist()])
def test_plain_calls_go_on_after_ours(y):
    model, twin = made(metrics=["mae"]), made(metrics=["mae"])
    plain = np.asarray(y, "float32")
    for call in ("fit", "ours", "fit", "ours", "evaluate", "fit"):
        theirs = twin.fit(X, plain, verbose=0, shuffle=False).history
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if call == "ours":
                assert kg.safe_fit(model, X, y, verbose=0, shuffle=False).history == theirs
            else:
                assert model.fit(X, plain, verbose=0, shuffle=False).history == theirs
            if call == "evaluate":
                warnings.simplefilter("ignore", kg.KerasGuardWarning)  # of the blueprint, which plain fit() outdates
                assert kg.safe_evaluate(model, X, y, verbose=0) == twin.evaluate(X, plain, verbose=0)
                assert model.evaluate(X, plain, verbose=0) == twin.evaluate(X, plain, verbose=0)


def test_compiling_anew_and_freezing_count_at_the_next_call():
    model, twin = made(), made()
    for loss, frozen in (("mse", False), ("mae", False), ("mae", True)):
        for each in (model, twin):
            each.layers[0].trainable = not frozen
            each.compile("sgd", loss)
        ours = kg.safe_fit(model, X, Y, verbose=0, shuffle=False, epochs=2).history
        assert ours == twin.fit(X, Y, verbose=0, shuffle=False, epochs=2).history


@pytest.mark.parametrize("after", ["fit", "safe_fit"])
@pytest.mark.parametrize("used", [False, True])
def test_a_callback_that_raises_leaves_a_model_that_can_be_trained(used, after):
    model = made()
    if used:
        model.fit(X, Y, verbose=0)
    with pytest.raises(RuntimeError, match="stopped by a callback"):  # an error of the user's own is none of Keras'
        kg.safe_fit(model, X, Y, verbose=0, callbacks=[Stops()])
    steps = int(model.optimizer.iterations)
    (model.fit if after == "fit" else lambda *a, **k: kg.safe_fit(model, *a, **k))(X, Y, verbose=0)
    assert int(model.optimizer.iterations) == steps + 1


@pytest.mark.parametrize("after", ["fit", "safe_fit"])
@pytest.mark.parametrize("used", [False, True])
def test_a_layer_that_raises_leaves_a_model_that_can_be_trained(used, after):
    layer = Breaks()
    model, twin = made(layer=layer), made(layer=Breaks())
    for each in (model, twin):
        if used:
            each.fit(X, Y, verbose=0, shuffle=False)
    layer.broken = True
    model.make_train_function(force=True)  # the failure is in tracing
    with pytest.raises(kg.KerasGuardError, match=r"one's own failed|automatically build"):
        kg.safe_fit(model, X, Y, verbose=0)
    layer.broken = False
    fit = model.fit if after == "fit" else lambda *a, **k: kg.safe_fit(model, *a, **k)
    assert fit(X, Y, verbose=0, shuffle=False).history == twin.fit(X, Y, verbose=0, shuffle=False).history


@pytest.mark.parametrize("first", [Y, Y[:, None]])
def test_evaluate_plain_then_ours_with_another_rank(first):
    model, fresh = made(metrics=["mae"]), made(metrics=["mae"])
    warnings.simplefilter("ignore", kg.RepairNotice)  # told where the rank that was given is another than before
    expected = fresh.evaluate(X, Y, verbose=0)
    model.evaluate(X, first, verbose=0)
    for y in (Y[:, None], Y, Y.tolist()):
        assert kg.safe_evaluate(model, X, y, verbose=0) == expected


def test_fit_ours_after_plain_with_another_rank():
    model, twin = made(metrics=["mae"]), made(metrics=["mae"])
    model.fit(X, Y, verbose=0, shuffle=False)
    twin.fit(X, Y, verbose=0, shuffle=False)
    for y in (Y[:, None], Y):
        kwargs = {"verbose": 0, "shuffle": False, "validation_data": (X, y)}
        ours = kg.safe_fit(model, X, y, **kwargs).history
        assert ours == twin.fit(X, Y, **(kwargs | {"validation_data": (X, Y)})).history


def test_a_refusal_leaves_the_model_untouched():
    model = made()
    with pytest.raises(kg.LabelError):
        kg.safe_fit(model, X, Y[:9])
    assert not model.optimizer.built
    assert model.train_function is None
    model.fit(X, Y, verbose=0)


def test_a_loss_that_ends_as_nan_is_told():
    model = made()
    with pytest.warns(kg.KerasGuardWarning, match="became NaN in epoch 1") as told:
        kg.safe_fit(model, np.full_like(X, np.nan), Y, verbose=0, missing="pass")
    assert [w.message.code for w in told if isinstance(w.message, kg.KerasGuardWarning)] == ["loss_nan"]
