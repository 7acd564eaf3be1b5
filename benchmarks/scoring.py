"""score_dataset() against a plain loop of predict_on_batch() over the same Parquet batches that writes the same files.

python benchmarks/scoring.py [ROUNDS]                    interleaved pairs in one process, medians, and peaks of memory
python benchmarks/scoring.py spark [ROUNDS]              local against Spark's local[*,4] on the same files
python benchmarks/scoring.py memory KIND FILES ROWS      one call in a fresh process: its peak in MiB

The loop has what a careful user would write: whole batches of 65536 rows to the model, files with the same compression
and encodings as those of score_dataset().
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import kerasguard as kg
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pairs import measure, ratio, short

BATCH_ROWS = 65536
HOME = pathlib.Path(os.environ.get("KERASGUARD_BENCH", tempfile.gettempdir())) / "kerasguard-scoring"
SIZES = {"mlp": (8, 250_000), "wide": (4, 20_000), "lstm": (4, 50_000)}  # files, rows of each


def make(kind: str) -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    if kind == "lstm":
        return keras.Sequential([keras.Input((10, 8)), layers.LSTM(32), layers.Dense(3, "softmax")])
    inputs = {"mlp": 20, "wide": 1000}[kind]
    hidden = [layers.Dense(64, "relu"), layers.Dense(64, "relu")]
    return keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(1)])


def columns(kind: str) -> list[str]:
    return ["series"] if kind == "lstm" else [f"f{i}" for i in range(1000 if kind == "wide" else 20)]


def data(kind: str, files: int, rows: int) -> str:
    """A folder of files; the columns beside those of the model make 22 with them."""
    folder = HOME / f"{kind}-{files}-{rows}"
    if (folder / "done").exists():
        return str(folder / "in")
    (folder / "in").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    for i in range(files):
        target, writer = folder / "in" / f"part-{i}.parquet", None
        for start in range(0, rows, BATCH_ROWS):
            count = min(BATCH_ROWS, rows - start)
            table = {"id": np.arange(start, start + count), "day": rng.integers(0, 365, count).astype("int32")}
            if kind == "lstm":
                values = pa.array(rng.normal(size=count * 80).astype("float32"))
                inner = pa.ListArray.from_arrays(pa.array(np.arange(0, count * 80 + 1, 8), pa.int32()), values)
                table["series"] = pa.ListArray.from_arrays(
                    pa.array(np.arange(0, count * 10 + 1, 10), pa.int32()), inner
                )
            else:
                table |= {name: rng.normal(size=count) for name in columns(kind)}
            part = pa.table(table)
            writer = writer or pq.ParquetWriter(target, part.schema)
            writer.write_table(part)
        writer.close()
    (folder / "done").touch()
    return str(folder / "in")


def plain(model: keras.Model, kind: str, source: str, target: str) -> None:
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    names = columns(kind)
    for path in sorted(pathlib.Path(source).glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            writer = None
            for batch in file.iter_batches(BATCH_ROWS):
                if kind == "lstm":
                    x = batch.column("series").flatten().flatten().to_numpy().reshape(-1, 10, 8)
                else:
                    x = np.empty((batch.num_rows, len(names)), "float32")
                    for i, name in enumerate(names):
                        x[:, i] = batch.column(name).to_numpy()
                answer = model.predict_on_batch(x)
                if kind == "lstm":
                    offsets = pa.array(np.arange(len(x) + 1) * 3, pa.int32())
                    answer = pa.ListArray.from_arrays(offsets, answer.ravel())
                else:
                    answer = pa.array(answer[:, 0])
                batch = batch.append_column(".pred", answer)
                writer = writer or pq.ParquetWriter(f"{target}/{path.name}", batch.schema, use_dictionary=["day"])
                writer.write_batch(batch)
            writer.close()


def guarded(model: keras.Model, kind: str, source: str, target: str) -> None:
    shutil.rmtree(target, ignore_errors=True)
    kg.score_dataset(model, source, target, columns=columns(kind), batch_rows=BATCH_ROWS, verbose=0)


def peak(kind: str, files: int, rows: int) -> float:
    """MiB of a fresh process at its peak, over what it has once the model was called."""
    model, source, target = make(kind), data(kind, files, rows), str(HOME / "peak")
    small = data(kind, 1, 2000)
    guarded(model, kind, small, target)
    guarded(model, kind, source, target)
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def peaks(kind: str, *sizes: tuple[int, int]) -> list[float]:
    found = []
    for files, rows in sizes:
        data(kind, files, rows)
        command = [sys.executable, __file__, "memory", kind, str(files), str(rows)]
        found.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]))
    return found


def spark(rounds: int) -> None:
    """Neither Spark's start is counted nor that of its workers, which load Keras and the model once."""
    from kerasguard.report import Call
    from kerasguard.scoring.session import spark_session

    model, source = make("mlp"), data("mlp", *SIZES["mlp"])
    here, there = str(HOME / "ours"), str(HOME / "spark")

    def on_spark() -> None:
        shutil.rmtree(there, ignore_errors=True)
        kg.score_dataset(model, source, there, columns=columns("mlp"), engine="spark", verbose=0)

    with spark_session(Call()):
        on_spark()
        times = measure({"local": lambda: guarded(model, "mlp", source, here), "spark": on_spark}, rounds)
    got, want = (np.sort(pq.read_table(path, columns=[".pred"])[".pred"].to_numpy()) for path in (there, here))
    count = SIZES["mlp"][0] * SIZES["mlp"][1]
    print(
        f"mlp: {count} rows, local {short(times['local'])}, Spark {short(times['spark'])}: "
        f"{ratio(times['spark'], times['local'])}; same bits: {np.array_equal(got, want)}",
        flush=True,
    )


def main(rounds: int) -> None:
    for kind, (files, rows) in SIZES.items():
        model, source = make(kind), data(kind, files, rows)
        ours, theirs = str(HOME / "ours"), str(HOME / "theirs")
        times = measure(
            {
                "guard": lambda m=model, k=kind, s=source, t=ours: guarded(m, k, s, t),
                "plain": lambda m=model, k=kind, s=source, t=theirs: plain(m, k, s, t),
            },
            rounds,
        )
        got, want = pq.read_table(ours, columns=[".pred"]), pq.read_table(theirs, columns=[".pred"])
        flat = [
            np.asarray(table[".pred"].combine_chunks().flatten() if kind == "lstm" else table[".pred"])
            for table in (got, want)
        ]
        sizes = [sum(f.stat().st_size for f in pathlib.Path(p).glob("*.parquet")) / 2**20 for p in (ours, theirs)]
        print(
            f"{kind}: {files * rows} rows, score_dataset {short(times['guard'])}, loop {short(times['plain'])}: "
            f"{ratio(times['plain'], times['guard'])} times faster; largest difference {np.abs(flat[0] - flat[1]).max():.2g}; "
            f"{sizes[0]:.0f} and {sizes[1]:.0f} MiB",
            flush=True,
        )
    one, eight, large = peaks("mlp", (1, 250_000), (8, 250_000), (1, 2_000_000))
    print(
        f"peak of memory: 1 file {one:.0f} MiB, 8 files {eight:.0f} ({eight / one:.3f}), 8 times the rows in one {large:.0f} ({large / one:.3f})"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        print(peak(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
    elif sys.argv[1:2] == ["spark"]:
        spark(int(sys.argv[2]) if sys.argv[2:] else 5)
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 7)
