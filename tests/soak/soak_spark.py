"""`make soak`, on Spark: workers and drivers that are killed again and again over millions of rows.

Not collected by `make test`: its name does not begin with `test_`.
"""

from __future__ import annotations

import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

import kerasguard as kg
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]
import test_score_spark as small  # noqa: E402
from test_score_spark import spark  # noqa: E402, F401

pytestmark = small.pytestmark
KILLS = int(os.environ.get("KERASGUARD_KILLS", "40")) // 4
FILES, ROWS = 40, 100_000


def results(folder):
    tables = [pq.read_table(file) for file in sorted(folder.glob("*.parquet"))]
    return pa.concat_tables(tables).replace_schema_metadata()


def test_workers_killed_under_load(spark, tmp_path):  # noqa: F811
    source = small.write(tmp_path / "in", *(small.rows(ROWS, n) for n in range(FILES)), row_group_size=20_000)
    kg.score_dataset(small.slow(), source, tmp_path / "local", columns=small.NAMES)
    java, chance, kills, ended = spark.sparkContext._gateway.proc.pid, random.Random(time.time_ns()), [], []

    def kill():
        while not ended:
            time.sleep(20 + 20 * chance.random())  # a task is given up when it fails four times
            workers = small.workers_of(java)
            if workers and not ended:
                kills.append(chance.choice(workers))
                os.kill(kills[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    rounds = 0
    while len(kills) < KILLS:
        out = tmp_path / f"out-{rounds}"
        done = kg.score_dataset(small.slow(), source, out, columns=small.NAMES, engine="spark")
        assert done.rows == FILES * ROWS
        assert results(out).equals(results(tmp_path / "local"))
        rounds += 1
        print(f"{len(kills)} workers killed in {rounds} rounds", flush=True)
    ended.append(True)


def test_drivers_killed_at_any_moment(spark, tmp_path):  # noqa: F811
    source = small.write(tmp_path / "in", *(small.rows(ROWS, n) for n in range(8)))
    kg.score_dataset(small.slow(), source, tmp_path / "local", columns=small.NAMES)
    chance, out = random.Random(time.time_ns()), tmp_path / "out"
    code = small.DRIVER.format(tests=str(HERE.parent), source=source, out=str(out))
    for number in range(KILLS):
        driver = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while driver.poll() is None and not list(out.glob(".kerasguard-spark-*")):
            time.sleep(0.05)
        time.sleep(chance.random() * chance.choice([0.5, 5, 25]))
        driver.kill()
        driver.wait()
        is_done = (out / "_SUCCESS").exists()
        print(f"{number + 1} drivers killed, done: {is_done}", flush=True)
        if is_done:
            assert results(out).equals(results(tmp_path / "local"))
            out = tmp_path / f"out-{number}"
            code = small.DRIVER.format(tests=str(HERE.parent), source=source, out=str(out))
    kg.score_dataset(small.slow(), source, out, columns=small.NAMES, engine="spark")
    assert results(out).equals(results(tmp_path / "local"))
