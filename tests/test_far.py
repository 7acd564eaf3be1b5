"""Values far from those that the blueprint saw in training."""

from __future__ import annotations

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.blueprints import Blueprint, ColumnSeen, InputSeen, blueprint_of, keep_blueprint
from test_predict import plain, quiet

CAUSES = {
    "undivided": (lambda rng, n: np.floor(255 * rng.random((n, 3))), lambda x: x / 255),
    "undivided_signed": (lambda rng, n: np.floor(255 * rng.random((n, 3))), lambda x: x / 127.5 - 1),
    "divided": (lambda rng, n: np.floor(255 * rng.random((n, 3))) / 255, lambda x: x * 255),
    "unscaled": (lambda rng, n: rng.normal([60, 900, -300], [3, 40, 9], (n, 3)),
                 lambda x: (x - [60, 900, -300]) / [3, 40, 9]),
    "scaled": (lambda rng, n: rng.normal(size=(n, 3)), lambda x: x * [3, 40, 9] + [60, 900, -300]),
    "unlogged": (lambda rng, n: rng.lognormal([10, 9, 11], 1, (n, 3)), np.log),
    "logged": (lambda rng, n: rng.normal([10, 9, 11], 0.7, (n, 3)), np.exp),
    None: (lambda rng, n: rng.normal(1e6, 10, (n, 3)), lambda x: (x - 1e6) * 5 + 300),
}  # fmt: skip


def columns(x, names=None, **about):
    flat = np.asarray(x, float).reshape(-1, x.shape[-1])
    names = names or [None] * flat.shape[1]
    return tuple(
        ColumnSeen(name, min=float(c.min()), max=float(c.max()), mean=float(c.mean()), sd=float(c.std()), **about)
        for name, c in zip(names, flat.T, strict=True)
    )


def seen(model, *inputs):
    keep_blueprint(model, Blueprint(tuple(InputSeen((str(i),), found) for i, found in enumerate(inputs)), rows=1000))
    return model


def far(model, x):
    return [f for f in kg.check_input(model, x).findings if f.code == "values_far"]


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cause_is_named(cause):
    rng = np.random.default_rng(0)
    wrong, as_trained = CAUSES[cause]
    model = seen(models.dense(3), columns(as_trained(wrong(rng, 2000))))
    (note,) = far(model, wrong(rng, 60))
    assert note.facts["cause"] == cause
    with pytest.warns(kg.KerasGuardWarning, match="far from the values of training") as caught:
        out = kg.safe_predict(model, x := wrong(rng, 60), verbose=0)
    assert [w.message.code for w in caught if isinstance(w.message, kg.KerasGuardWarning)] == ["values_far"]
    np.testing.assert_array_equal(out, plain(model, x.astype("f4")))
    for n in (1, 5, 60, 5000):  # the range of one row depends on its number
        quiet(model, as_trained(wrong(rng, n)))


def test_without_ranges_or_a_blueprint_nothing_is_said():
    model = models.dense(3)
    quiet(model, np.full((40, 3), 1e5))
    kg.learn_blueprint(model, pd.DataFrame(np.ones((2, 3)), columns=list("abc")))
    keep_blueprint(model, Blueprint((InputSeen(("x",), tuple(ColumnSeen(name) for name in "abc")),)))
    quiet(model, pd.DataFrame(np.full((40, 3), 1e5), columns=list("abc")))


def test_flags_codes_constants_and_single_bad_cells_are_right():
    rng = np.random.default_rng(0)
    t = np.column_stack([rng.random(5000) < 0.002, np.full(5000, 3.0), rng.normal(size=5000)])
    model = seen(models.dense(3), columns(t))
    quiet(model, np.array([[1.0, 3.0, 0.5]]))
    quiet(model, np.array([[0.0, 5.0, 0.5]] * 30))
    x = rng.normal(size=(50, 3)) * [0, 0, 1] + [0, 3, 0]
    x[7, 2] = -99999
    quiet(model, x)
    levels = columns(t[:, :1], levels=tuple("abc"), encoding="codes", type="category")
    quiet(seen(models.dense(1), levels), np.full((30, 1), 2.0))


def test_columns_are_named_with_their_ranges():
    rng = np.random.default_rng(0)
    t = rng.normal([20, 150, 3], [6, 60, 1], (1000, 3))
    model = seen(models.dense(3), columns(t, ["mpg", "hp", "wt"]))
    new = pd.DataFrame(rng.normal([20, 150e3, 3], [6, 60e3, 1], (50, 3)), columns=["mpg", "hp", "wt"])
    new["id"] = 1
    (note,) = far(model, new[["id", "hp", "wt", "mpg"]])
    (told,) = note.facts["told"]
    assert told["column"] == 1  # of the user's table
    assert told["share"] > 0.8
    assert told["training"] == pytest.approx((t[:, 1].min(), t[:, 1].max()), rel=1e-3)
    with pytest.warns(kg.KerasGuardWarning, match="Column 'hp'"):
        kg.safe_predict(model, new[["mpg", "hp", "wt"]])


def test_places_of_sequences_and_pictures():
    rng = np.random.default_rng(0)
    t = rng.normal([0, 5, 100], [1, 2, 9], (500, 5, 3))
    model = seen(models.lstm(), columns(t))
    quiet(model, t[:40])
    (note,) = far(model, t[:40] * [1, 1, 50])
    assert note.facts["count"] == 1
    # flat columns, step by step and feature by feature: each place has its own range
    flat = np.concatenate([rng.normal(10.0 ** (j % 5), 1, (300, 1)) for j in range(15)], axis=1)
    for order in "CF":
        model = seen(models.lstm(), columns(flat))
        assert not far_with(model, flat[:50], order)
        assert far_with(model, flat[:50, ::-1], order)


def far_with(model, x, order):
    return [f for f in kg.check_input(model, x, order=order).findings if f.code == "values_far"]


def test_encoded_tables():
    table = pd.DataFrame({"age": np.linspace(20, 60, 40), "color": list("abab") * 10})
    for width in (2, 3):
        model = models.dense(width)
        kg.learn_blueprint(model, table, label_base=0)
        color = blueprint_of(model).inputs[0].columns[1]
        seen(model, (*columns(table[["age"]].to_numpy(), ["age"]), color))
        quiet(model, table)
        (note,) = far(model, table.assign(age=table["age"] * 1000))
        assert note.facts["told"][0]["column"] == 0
        with pytest.warns(kg.KerasGuardWarning, match="Column 'age'"):
            kg.safe_predict(model, table.assign(age=table["age"] * 1000))


def test_a_layer_that_warned_of_it_says_it_alone():
    model = seen(models.adapted(), columns(np.random.default_rng(0).normal([20, 150], [6, 68], (500, 2))))
    with pytest.warns(kg.KerasGuardWarning) as caught:
        kg.safe_predict(model, np.full((40, 2), 1e5))
    assert [w.message.code for w in caught if isinstance(w.message, kg.KerasGuardWarning)] == ["scale_far"]


def test_several_inputs_and_validate():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 3)), rng.normal(50, 3, size=(300, 2))
    model = seen(models.two(), columns(a), columns(b))
    quiet(model, [a[:30], b[:30]])
    with pytest.warns(kg.KerasGuardWarning, match="far"):
        kg.validate_and_coerce(model, [a[:30], 1e4 * b[:30]])


def test_right_data_is_left_alone():
    rng = np.random.default_rng(0)
    draws = [
        lambda n: rng.standard_t(2.5, (n, 3)),
        lambda n: rng.lognormal(3, 1.5, (n, 3)),
        lambda n: rng.poisson([0.02, 3, 400], (n, 3)),
        lambda n: rng.random((n, 3)) < [0.01, 0.5, 0.9],
        lambda n: np.where(rng.random((n, 3)) < 0.03, rng.lognormal(7, 1, (n, 3)), 0),
    ]
    warned = total = 0
    for draw in draws:
        model = seen(models.dense(3), columns(draw(800).astype(float)))
        for n in (*[1] * 60, *[2, 10, 50, 500] * 6):
            total += 1
            warned += bool(far(model, draw(n).astype(float)))
    assert total == 420
    assert warned <= 1


def test_a_keras_sequential_without_names_is_measured_at_any_number_of_rows():
    model = seen(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), columns(np.random.rand(100, 2)))
    for n in (1, 2, 9, 10, 31, 5000):
        assert far(model, np.full((n, 2), 1e4)), n
