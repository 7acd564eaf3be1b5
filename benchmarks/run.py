"""The table of speed, measured: `make bench` writes docs/benchmarks.md and docs/benchmarks.png.

Every comparison runs as interleaved pairs in one process: medians of the ratios, with their quartiles. Nothing here is
a test; that the numbers are the same bit for bit is one, and is looked at here as well.
"""

from __future__ import annotations

import os
import pathlib
import platform
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import kerasguard as kg
import matplotlib
import numpy as np
import pandas as pd
import tensorflow as tf
from models import data, make
from pairs import measure, ratio, short

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).parent
DOCS = HERE.parent / "docs"
ROUNDS = {1: 30, 32: 30, 1_000: 30, 10_000: 5, 100_000: 5, 1_000_000: 3}
# rows -> times faster than predict(), as DESIGN asks: default batches, "auto"
TARGETS = {
    ("dense", 1): (60, None), ("lstm", 1): (60, None), ("conv", 1): (60, None),
    ("dense", 32): (35, None), ("lstm", 32): (35, None), ("conv", 32): (35, None),
    ("dense", 1_000): (40, None), ("lstm", 1_000): (15, None), ("conv", 1_000): (5, None),
    ("dense", 100_000): (15, 100), ("lstm", 100_000): (5, 20), ("conv", 10_000): (4, 4),
}  # fmt: skip


def against_predict() -> list[str]:
    lines = [
        '| model | rows | predict() | safe_predict() | times faster | asked | same bits | with "auto" | asked |',
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, rows), (asked, asked_auto) in TARGETS.items():
        model = make(name)
        x = data(model, rows)
        times = measure(
            {
                "guard": lambda m=model, x=x: kg.safe_predict(m, x, verbose=0),
                "auto": lambda m=model, x=x: kg.safe_predict(m, x, verbose=0, batch_size="auto"),
                "predict": lambda m=model, x=x: m.predict(x, verbose=0),
            },
            ROUNDS[rows],
        )
        same = np.array_equal(kg.safe_predict(model, x, verbose=0), model.predict(x, verbose=0))
        auto = ratio(times["predict"], times["auto"])
        lines.append(
            f"| {name} | {rows} | {short(times['predict'])} | {short(times['guard'])} | "
            f"{ratio(times['predict'], times['guard'])} | {asked} | {'yes' if same else 'NO'} | {auto} | {asked_auto or ''} |"
        )
        print(lines[-1], flush=True)
    return lines


def against_others() -> list[str]:
    lines = [
        "| model | rows | against | its time | safe_predict() | times faster | asked |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, rows, batch in (("dense", 100_000, 8192), ("lstm", 100_000, 8192), ("conv", 10_000, 512)):
        model = make(name)
        x = data(model, rows)
        times = measure(
            {
                "guard": lambda m=model, x=x, b=batch: kg.safe_predict(m, x, verbose=0, batch_size=b),
                "predict": lambda m=model, x=x, b=batch: m.predict(x, verbose=0, batch_size=b),
            },
            7,
        )
        a = model.predict(x, verbose=0, batch_size=batch)
        b = kg.safe_predict(model, x, verbose=0, batch_size=batch)
        same = "same bits" if np.array_equal(a, b) else "OTHER BITS"
        label = f"predict(batch_size = {batch}), {same}"
        lines.append(f"| {name} | {rows} | {label} | {short(times['predict'])} | {short(times['guard'])} | "
                     f"{ratio(times['predict'], times['guard'])} | 2 |")  # fmt: skip
        print(lines[-1], flush=True)
    for name in ("dense", "lstm", "conv"):
        model = make(name)
        x = data(model, 1)
        ready = tf.constant(x.astype("float32"))
        bare = compiled(model)
        times = measure(
            {
                "guard": lambda m=model, x=x: kg.safe_predict(m, x, verbose=0),
                "predict_on_batch": lambda m=model, x=x: m.predict_on_batch(x),
                "model(x)": lambda m=model, t=ready: m(t).numpy(),
                "bare compiled pass": lambda f=bare, t=ready: np.asarray(f(t)),
            },
            40,
        )
        for other, asked in (
            ("predict_on_batch", "1.3"),
            ("model(x)", ""),
            ("bare compiled pass", "1 / 1.5, or 60 us more"),
        ):
            extra = np.median(times["guard"]) - np.median(times[other])
            more = f", {extra * 1e6:.0f} us more" if other == "bare compiled pass" else ""
            lines.append(f"| {name} | 1 | {other} | {short(times[other])} | {short(times['guard'])} | "
                         f"{ratio(times[other], times['guard'])}{more} | {asked} |")  # fmt: skip
            print(lines[-1], flush=True)
    model = make("dense")
    x = data(model, 100_000)
    ready, bare = tf.constant(x.astype("float32")), compiled(model)
    times = measure(
        {
            "guard": lambda: kg.safe_predict(model, x, verbose=0, batch_size="auto"),
            "bare": lambda: np.asarray(bare(ready)),
            "cast": lambda: x.astype("float32"),
            "memcpy": lambda: x.copy(),
        },
        9,
    )
    for other, label, asked in (("bare", 'bare compiled pass, guard with "auto"', "1 / 1.25"),
                                ("cast", "numpy's cast to float32 alone", ""), ("memcpy", "a copy of x alone", "")):  # fmt: skip
        lines.append(f"| dense | 100000 | {label} | {short(times[other])} | {short(times['guard'])} | "
                     f"{ratio(times[other], times['guard'])} | {asked} |")  # fmt: skip
        print(lines[-1], flush=True)
    return lines


def compiled(model: keras.Model):
    spec = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    return tf.function(
        lambda x: model.predict_step((x,)), input_signature=[spec], autograph=False
    ).get_concrete_function()


def kinds() -> list[str]:
    lines = ["| dense, 100 000 rows as | safe_predict() |", "| --- | --- |"]
    model = make("dense")
    x = data(model, 100_000)
    forms = {
        "float64 array, row by row (C)": x,
        "float64 array, column by column (R's)": np.asfortranarray(x),
        "float32 array": x.astype("float32"),
        "data frame of one type": pd.DataFrame(x),
        "data frame of columns": pd.DataFrame({f"v{j}": x[:, j].copy() for j in range(20)}),
        "data frame with integers and logicals": pd.DataFrame(x).assign(a=1, b=True).drop(columns=[0, 1]),
    }
    times = measure(
        {k: lambda v=v: kg.safe_predict(model, v, verbose=0, batch_size="auto") for k, v in forms.items()}, 7
    )
    return [*lines, *(f"| {form} | {short(times[form])} |" for form in forms)]


def growth() -> None:
    figure, axis = plt.subplots(figsize=(7, 4.5))
    for name, colour in (("dense", "tab:blue"), ("lstm", "tab:orange"), ("conv", "tab:green")):
        model, rows_of, guard, auto, predict = make(name), [], [], [], []
        for rows in (1, 10, 32, 100, 1_000, 10_000, 100_000, 1_000_000):
            if rows > {"dense": 1_000_000, "lstm": 100_000, "conv": 10_000}[name]:
                continue
            x = data(model, rows)
            times = measure(
                {
                    "guard": lambda m=model, x=x: kg.safe_predict(m, x, verbose=0),
                    "auto": lambda m=model, x=x: kg.safe_predict(m, x, verbose=0, batch_size="auto"),
                    "predict": lambda m=model, x=x: m.predict(x, verbose=0),
                },
                3 if rows > 1_000 else 11,
            )
            rows_of.append(rows)
            for values, key in ((guard, "guard"), (auto, "auto"), (predict, "predict")):
                values.append(float(np.median(times[key])))
            print(name, rows, *(f"{v[-1]:.5f}" for v in (guard, auto, predict)), flush=True)
        axis.loglog(rows_of, predict, "--", color=colour, label=f"{name}: predict()")
        axis.loglog(rows_of, guard, "-o", color=colour, markersize=4, label=f"{name}: safe_predict()")
        axis.loglog(rows_of, auto, ":", color=colour, label=f'{name}: batch_size = "auto"')
    axis.set(xlabel="rows", ylabel="seconds, median", title="Time of a call")
    axis.grid(alpha=0.3, which="both")
    axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(DOCS / "benchmarks.png", dpi=110)


def once(*task: str, runs: int = 3) -> np.ndarray:
    command = [sys.executable, str(HERE / "once.py"), *task]
    done = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(runs)]
    return np.array([float(text) for text in done])


def fresh_processes() -> list[str]:
    lines = ["| in a fresh process | measured | asked |", "| --- | --- | --- |"]
    for name in ("dense", "lstm", "conv"):
        guard, predict = once("first-guard", name), once("first-predict", name)
        lines.append(
            f"| first call, {name}, 100 rows | {short(guard)}; predict() {short(predict)} | at most predict()'s |"
        )
    lines.append(f"| import kerasguard | {short(once('import', runs=5))} | 0.3 s |")
    peak = np.median(once("memory", "dense"))
    lines.append(f"| memory beside input and output, dense, 1 000 000 x 20 doubles | {peak:.0f} MiB | 64 MiB |")
    return lines


def from_r() -> list[str]:
    lines = ["| from R, dense, rows | model$predict(x) | safe_predict(model, x) | times faster | asked |",
             "| --- | --- | --- | --- | --- |"]  # fmt: skip
    done = subprocess.run(["Rscript", str(HERE / "from_r.R")], capture_output=True, text=True, check=True).stdout
    for line in done.splitlines():
        if line.startswith("R "):
            rows, guard, predict, low, median, high = map(float, line.split()[1:])
            lines.append(f"| {rows:.0f} | {short(np.array(predict))} | {short(np.array(guard))} | "
                         f"{median:.3g} ({low:.3g} to {high:.3g}) | {'50' if rows == 1 else ''} |")  # fmt: skip
    return lines


def main() -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    versions = f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras {keras.__version__}, numpy {np.__version__}"
    parts = [
        "# Speed, as measured",
        "",
        f"Written by `make bench` at {commit}: {versions}; {os.cpu_count()} cores, no GPU. Interleaved pairs in one process,",
        "medians, quartiles in brackets; float64 in, all checks on. A short call is repeated within its turn, as timeit does.",
        "Machines are shared and noisy: read ratios, not times.",
        "",
        "## Against predict()",
        "",
        *against_predict(),
        "",
        "## Against other ways",
        "",
        *against_others(),
        "",
        "## Kinds of data",
        "",
        *kinds(),
        "",
        "## From R",
        "",
        *from_r(),
        "",
        "## Start and memory",
        "",
        *fresh_processes(),
        "",
        "## Growth with rows",
        "",
        "![Time of a call against the number of rows](benchmarks.png)",
        "",
    ]
    growth()
    (DOCS / "benchmarks.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
