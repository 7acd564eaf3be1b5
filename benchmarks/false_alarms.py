"""How often the scale rules warn of right data, and find wrong ones, by calls of `check_input` on drawn data.

python benchmarks/false_alarms.py [--seed N] [--calls N]

Prints Markdown. Every finding counts, whatever its code. --calls is for each layer, kind of data and number of rows of
right data: ten times as many of one row, fewer of more than 100 rows and for a BatchNormalization of few batches.
Of wrong data there are 20 calls per kind of layer, and the fewest hits count.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import kerasguard as kg
import numpy as np
from drawn import DATA, MISTAKES, standardised
from kerasguard.blueprints import Blueprint, ColumnSeen, InputSeen, keep_blueprint

L = keras.layers
SMALL = 50  # rows of a small training set
TRAINING = 5_000  # rows
BATCHES = (1, 2, 3, 10, 30, 100, 300, 1_000)  # of 32 rows, that a BatchNormalization had seen
FORMS = ("one row", "more rows", "chosen rows", "bad cell or row")
ROWS = (1, 10, 20, 100)  # of wrong data


def learned(layer: keras.Layer, x: np.ndarray, batches: int | None = None) -> keras.Model:
    """A model of a layer that learned from x; a BatchNormalization from so many batches, or as if from endless ones."""
    model = keras.Sequential([keras.Input(x.shape[1:]), layer, L.Flatten()])
    if isinstance(layer, L.Normalization):
        layer.adapt(x.astype("float32"))
    if isinstance(layer, L.BatchNormalization):
        axes = tuple(range(x.ndim - 1))
        mean, variance = (x.mean(axes), x.var(axes)) if batches is None else (0, 1)
        for i in range(batches or 0):
            batch = x[32 * i % len(x) :][:32]
            mean, variance = 0.99 * mean + 0.01 * batch.mean(axes), 0.99 * variance + 0.01 * batch.var(axes)
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
    return model


def seen(x: np.ndarray) -> keras.Model:
    """A model without a scaling layer, whose blueprint knows the values of x."""
    model = keras.Sequential([keras.Input(x.shape[1:]), L.Flatten()])
    flat = x.reshape(-1, x.shape[-1]).astype(float)
    numbers = zip(flat.min(0), flat.max(0), flat.mean(0), flat.std(0), strict=True)
    columns = tuple(
        ColumnSeen(None, min=float(low), max=float(high), mean=float(mean), sd=float(sd))
        for low, high, mean, sd in numbers
    )
    keep_blueprint(model, Blueprint((InputSeen(("x",), columns),), rows=len(x)))
    return model


def layers(name: str, x: np.ndarray) -> Iterator[tuple[str, keras.Model]]:
    yield "Normalization", learned(L.Normalization(), x)
    if x.ndim > 2:
        yield "Normalization of each place", learned(L.Normalization(axis=tuple(range(1, x.ndim))), x)
    yield "blueprint", seen(x)
    yield f"blueprint of {SMALL} rows", seen(x[:SMALL])
    yield "BatchNormalization", learned(L.BatchNormalization(), x)
    for k in BATCHES:
        yield f"BatchNormalization, batches seen: {k}", learned(L.BatchNormalization(), x[: 32 * k], k)
    if name.endswith("0..255"):
        yield "Rescaling(1 / 255)", learned(L.Rescaling(1 / 255), x)


def right(rng: np.random.Generator, name: str, calls: int) -> Iterator[tuple[str, np.ndarray]]:
    """Data like training's, then badly chosen rows of them, and with one bad cell or row."""
    draw = DATA[name]
    for n, times in {1: 10, 2: 2, 3: 2, 10: 2, 19: 1, 20: 1, 100: 1, 1_000: 0.1, 10_000: 0.025}.items():
        yield from ((FORMS[n > 1], draw(rng, n)) for _ in range(max(1, round(times * calls))))
    for _ in range(calls):
        x = draw(rng, 400)
        x = x[np.argsort(x.reshape(400, -1)[:, 0])]
        yield from ((FORMS[2], rows) for rows in (x[:25], x[-40:], np.repeat(x[200:201], 50, 0)))
    for n in (10, 100) * calls:
        cell, row = (draw(rng, n).astype(float) for _ in range(2))
        cell.reshape(n, -1)[0, 0], row[1] = 1e7, -99999
        yield from ((FORMS[3], rows) for rows in (cell, row))


def codes(model: keras.Model, x: np.ndarray) -> tuple[str, ...]:
    return kg.check_input(model, x.astype("float32")).codes


def false_alarms(rng: np.random.Generator, calls: int) -> None:
    total, warned, where = Counter(), Counter(), Counter()
    for name, draw in DATA.items():
        for layer, model in layers(name, draw(rng, TRAINING)):
            for form, x in right(rng, name, -(-calls // 4) if "seen" in layer else calls):
                found = codes(model, x)
                total.update([(layer, form), (layer, "all")])
                warned.update([(layer, form), (layer, "all")] if found else [])
                where.update([(layer, name, form, *found)] if found else [])
    print("| right data: warnings of calls |", " | ".join(("all", *FORMS)), "|\n" + "| --- " * 6 + "|")
    for layer in dict.fromkeys(layer for layer, _ in total):
        cells = (f"{warned[layer, form]} of {total[layer, form]}" for form in ("all", *FORMS))
        print(f"| {layer} |", " | ".join(cells), "|")
    print("", *(f"- {', '.join(key)}: {n}" for key, n in where.items() if key[2] != FORMS[3]), "", sep="\n")


def hits(rng: np.random.Generator) -> None:
    print("| wrong data: hits of 20 | of | 1 row | 10 | 20 | 100 | found as |\n" + "| --- " * 7 + "|")
    for mistake, (spoil, names) in MISTAKES.items():
        for name in names:
            t, cells, seen = DATA[name](rng, TRAINING), [], set()
            kinds = [L.Normalization(), L.BatchNormalization()]
            kinds += [L.Rescaling(1 / 255)] if mistake == "/ 255 once too often" else []
            models = [learned(kind, standardised(t, t) if mistake == "not standardised" else t) for kind in kinds]
            for n in ROWS:
                wrong = [spoil(DATA[name](rng, n), t) for _ in range(20)]
                found = [[codes(model, x) for x in wrong if x is not None] for model in models]
                cells.append(str(min(sum(map(bool, each)) for each in found)) if wrong[0] is not None else "")
                seen.update(code for each in found for call in each for code in call)
            print(f"| {mistake} | {name} |", " | ".join(cells), f"| {', '.join(sorted(seen))} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calls", type=int, default=80)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    false_alarms(rng, options.calls)
    hits(rng)
