"""Scoring on a real Spark: the numbers of the local engine, and all of a job or nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from importlib import metadata
from pathlib import Path

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kerasguard.messages import render
from kerasguard.messages.spark import SPARK
from kerasguard.report import Call, Diagnosis

NEEDS = 'needs PySpark 4 and Java 17: pip install "pyspark>=4,<5"; apt-get install default-jre-headless'
try:
    from kerasguard.scoring.session import java_problem
    from pyspark.sql import SparkSession

    IS_HERE = java_problem() is None
except ModuleNotFoundError:
    IS_HERE = False
SOCKETS = "ignore:Exception ignored in.*socket:pytest.PytestUnraisableExceptionWarning"  # PySpark 4.0 leaves some open
pytestmark = [
    pytest.mark.skipif(not IS_HERE, reason=NEEDS),
    pytest.mark.on_tensorflow,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning", SOCKETS),
]

NAMES = list("abcde")


@pytest.fixture(scope="module")
def spark():
    """The user's own session, with settings unlike ours."""
    kept = os.environ.get("PYSPARK_PYTHON")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")  # a machine's own name need not be known anywhere
    builder = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", "America/New_York").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
    if kept is None:
        del os.environ["PYSPARK_PYTHON"]


def rows(count, seed=1, **more):
    draw = np.random.default_rng(seed)
    return pa.table({"id": np.arange(count), **{name: draw.normal(size=count) for name in NAMES}, **more})


def write(folder, *tables, **how):
    folder.mkdir(parents=True, exist_ok=True)
    for number, table in enumerate(tables):
        pq.write_table(table, folder / f"part-{number}.parquet", **how)
    return str(folder)


def both(model, source, tmp_path, **options):
    """The results of both engines, in the order of the input."""
    found = []
    for engine in ("local", "spark"):
        done = kg.score_dataset(model, source, str(tmp_path / engine), engine=engine, **options)
        files = sorted((tmp_path / engine).glob("*.parquet"))
        assert len(files) == done.files
        assert (tmp_path / engine / "_SUCCESS").exists()
        found.append((done, pa.concat_tables([pq.read_table(file) for file in files]).replace_schema_metadata()))
    (one, local), (other, there) = found
    assert (one.rows, one.rows_missing) == (other.rows, other.rows_missing)
    return local, there


# the same as here


def test_files_give_the_same_bits(spark, tmp_path):
    tables = [rows(n, n) for n in (1, 700, 20_000, 33_333)]
    source = write(tmp_path / "in", *tables, row_group_size=7_000)
    local, there = both(models.dense(), source, tmp_path, columns=NAMES)
    assert there.equals(local)
    assert spark.sparkContext._jsc is not None  # the user's session runs on


def test_frames_give_the_same_bits_however_they_are_cut(spark, tmp_path):
    table = rows(9_001)
    model = models.dense()
    expected = both(model, write(tmp_path / "in", table), tmp_path, columns=NAMES, keep=["id"])[0]
    frame = spark.read.parquet(str(tmp_path / "in"))
    for parts in (1, 3, 7):
        scored = kg.score_frame(model, frame.repartition(parts), columns=NAMES, keep=["id"])
        assert scored.columns == ["id", ".pred"]
        found = scored.toArrow().sort_by("id")
        assert found[".pred"].to_numpy().tobytes() == expected[".pred"].to_numpy().tobytes()
    lone = kg.score_frame(model, frame.limit(5).repartition(5, "id"), columns=NAMES, keep=["id"]).toArrow()
    known = dict(zip(expected["id"].to_pylist(), expected[".pred"].to_pylist(), strict=True))
    assert {row["id"]: row[".pred"] for row in lone.to_pylist()} == {
        name: known[name] for name in lone["id"].to_pylist()
    }


def test_missing_rows_classes_and_probabilities(spark, tmp_path):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, "softmax")])
    kg.learn_blueprint(model, pd.DataFrame(np.ones((3, 5)), columns=NAMES), ["low", "mid", "high"])
    table = rows(3_000).to_pandas()
    table.loc[[0, 17, 2_999], "c"] = None
    source = write(tmp_path / "in", pa.Table.from_pandas(table, preserve_index=False), row_group_size=1_000)
    frame = spark.read.parquet(source)
    for kind in ("raw", "class", "prob"):
        local, there = both(model, source, tmp_path / kind, missing="na_rows", type=kind)
        assert there.equals(local.cast(there.schema))
        assert there[there.schema.names[-1]].null_count == 3
        lazy = kg.score_frame(model, frame, missing="na_rows", type=kind)
        assert lazy.columns == local.schema.names
        assert (
            lazy.toArrow()
            .sort_by("id")
            .select(lazy.columns[-1:])
            .equals(local.select(lazy.columns[-1:]).cast(pa.schema([there.schema.field(-1)])))
        )


def test_lists_several_outputs_and_types_that_spark_has_not(spark, tmp_path):
    keras.utils.set_random_seed(1)
    series, size = keras.Input((4, 2), name="series"), keras.Input((1,), name="size")
    hidden = keras.layers.Concatenate()([keras.layers.GRU(3)(series), size])
    dense = keras.layers.Dense
    model = keras.Model([series, size], {"kind": dense(2)(hidden), "value": dense(1)(hidden)})
    draw = np.random.default_rng(0)
    table = pa.table(
        {
            "series": pa.array(draw.normal(size=(500, 4, 2)).tolist(), pa.list_(pa.list_(pa.float32()))),
            "size": pa.array(np.arange(500) % 200, pa.uint8()),
            "when": pa.array(np.arange(500), pa.timestamp("ns")).cast(pa.timestamp("us"), safe=False),
            "tag": pa.array(["x", "y"] * 250).dictionary_encode(),
            "date": pa.array([19_000] * 500, pa.date32()),
            "price": pa.array([Decimal("1.25")] * 500, pa.decimal128(12, 2)),
        }
    )
    local, there = both(model, write(tmp_path / "in", table), tmp_path)
    assert local.schema.names == there.schema.names
    assert there.schema.names[-2:] == [".pred_kind", ".pred_value"]
    for name in there.schema.names:
        assert there[name].to_pylist() == local[name].to_pylist(), name
    lazy = kg.score_frame(model, spark.read.parquet(str(tmp_path / "in")), keep=["size", "when"])
    found = lazy.toArrow()
    assert found[".pred_kind"].to_pylist() == local[".pred_kind"].to_pylist()
    assert dict(lazy.dtypes)["when"] == "timestamp_ntz"


def test_csv(spark, tmp_path):
    (tmp_path / "in").mkdir()
    table = rows(2_000).to_pandas()
    table.loc[3, "a"] = None
    table.to_csv(tmp_path / "in" / "x.csv", index=False)
    kg.score_dataset(models.dense(), tmp_path / "in", tmp_path / "local", columns=NAMES, missing="na_rows")
    there = kg.score_dataset(
        models.dense(), tmp_path / "in", tmp_path / "spark", columns=NAMES, missing="na_rows", engine="spark"
    )
    assert (there.rows, there.rows_missing) == (2_000, 1)
    found = pq.read_table(tmp_path / "spark").to_pandas()
    np.testing.assert_allclose(found[".pred"], pd.read_csv(tmp_path / "local" / "x.csv")[".pred"], rtol=1e-6)


# all or nothing


def with_a_hole(tmp_path):
    """Files whose footers do not tell of what is in the last row."""
    last = rows(30_000, 2).to_pandas()
    last.loc[29_999, "d"] = np.inf
    source = write(tmp_path / "in", rows(30_000))
    pq.write_table(pa.Table.from_pandas(last), tmp_path / "in" / "z.parquet", write_statistics=False)
    return source


def test_a_refusal_in_the_last_partition_commits_nothing(spark, tmp_path):
    source, out = with_a_hole(tmp_path), tmp_path / "out"
    for was_there in (False, True):
        if was_there:
            (out / "empty").mkdir(parents=True)
        with pytest.raises(kg.MissingValueError, match=r"row 29999, column 'd'") as caught:
            kg.score_dataset(models.dense(), source, out, columns=NAMES, engine="spark")
        assert caught.value.code == "infinite_values"
        assert caught.value.report.problems[0].facts["part"].path.endswith("z.parquet")
        assert "z.parquet" in str(caught.value)
        assert [path.name for path in out.rglob("*")] == ["empty"] if was_there else not out.exists()


def test_a_refusal_in_a_frame_ends_the_action_with_our_words(spark, tmp_path):
    frame = spark.read.parquet(with_a_hole(tmp_path))
    scored = kg.score_frame(models.dense(), frame, columns=NAMES)  # nothing is computed yet
    with pytest.raises(Exception, match=r"`frame` must have finite values; 1 is infinite") as caught:
        scored.write.parquet(str(tmp_path / "out"))
    assert type(caught.value).__module__.startswith("pyspark.")
    assert not list((tmp_path / "out").glob("part-*"))


def slow():
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(512, "tanh"), keras.layers.Dense(512, "tanh"), keras.layers.Dense(1)]
    return keras.Sequential([keras.Input((5,)), *layers])


def workers_of(java):
    """Python workers of a Java process: what its daemon has forked."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # ended meanwhile
    daemons = [pid for pid, parent in parents.items() if parent == java]
    return [pid for pid, parent in parents.items() if parent in daemons]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_a_killed_worker_loses_and_doubles_nothing(spark, tmp_path):
    source = write(tmp_path / "in", *(rows(40_000, n) for n in range(10)), row_group_size=20_000)
    java, killed, stages = spark.sparkContext._gateway.proc.pid, [], set()
    tracker = spark.sparkContext.statusTracker()

    def kill():
        while not killed:
            time.sleep(0.05)
            active = tracker.getActiveStageIds()
            stages.update(active)
            if any((info := tracker.getStageInfo(one)) and info.numCompletedTasks for one in active):
                workers = workers_of(java)
                if workers:
                    os.kill(workers[-1], signal.SIGKILL)
                    killed.append(workers[-1])

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    local, there = both(slow(), source, tmp_path, columns=NAMES)
    killer.join(5)
    assert killed
    assert sum(tracker.getStageInfo(one).numFailedTasks for one in stages if tracker.getStageInfo(one)) >= 1
    assert there.equals(local)


DRIVER = """
import sys
sys.path.insert(0, {tests!r})
import kerasguard as kg
from test_score_spark import NAMES, slow
print(kg.score_dataset(slow(), {source!r}, {out!r}, columns=NAMES, engine="spark"), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_killed_driver_leaves_nothing_that_counts(tmp_path):
    source = write(tmp_path / "in", *(rows(40_000, n) for n in range(10)))
    out = tmp_path / "out"
    code = DRIVER.format(tests=str(Path(__file__).parent), source=source, out=str(out))
    driver = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 120
        while not list(out.glob(".kerasguard-spark-*/*")):
            assert time.monotonic() < until
            assert driver.poll() is None, driver.stdout.read().decode()
            time.sleep(0.1)
    finally:
        driver.kill()
        driver.communicate()
    assert not list(out.glob("part-*"))
    assert not (out / "_SUCCESS").exists()
    (out / "mine.txt").touch()
    with pytest.raises(kg.InputStructureError, match=r"mine\.txt"):
        kg.score_dataset(slow(), source, out, columns=NAMES, engine="spark")
    (out / "mine.txt").unlink()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "Scored 400,000 rows" in done.stdout, done.stderr
    assert "were done before" not in done.stdout
    assert "log4j" not in done.stderr
    kg.score_dataset(slow(), source, tmp_path / "local", columns=NAMES)
    local = pa.concat_tables([pq.read_table(file) for file in sorted((tmp_path / "local").glob("*.parquet"))])
    found = pa.concat_tables([pq.read_table(file) for file in sorted(out.glob("*.parquet"))])
    assert found.replace_schema_metadata().equals(local.replace_schema_metadata())
    assert not list(out.glob(".kerasguard-spark-*"))


# folders


def test_a_job_that_is_done_is_done(spark, tmp_path):
    source, out, model = write(tmp_path / "in", rows(2_000)), tmp_path / "out", models.dense()
    first = kg.score_dataset(model, source, out, columns=NAMES, engine="spark")
    names = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    second = kg.score_dataset(model, source, out, columns=NAMES, engine="spark")
    assert (second.files, second.files_resumed, second.rows) == (first.files, first.files, 2_000)
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("part-*")}.items() <= names.items()
    with pytest.raises(kg.InputStructureError) as caught:
        kg.score_dataset(model, source, out, columns=NAMES)
    assert caught.value.code == "score_output_other"
    with pytest.raises(kg.InputStructureError) as caught:
        kg.score_dataset(model, source, out, columns=NAMES, engine="spark", keep=["id"])
    assert caught.value.code == "score_output_other"
    write(tmp_path / "in", rows(2_001))
    with pytest.raises(kg.KerasGuardError) as caught:
        kg.score_dataset(model, source, out, columns=NAMES, engine="spark")
    assert caught.value.code == "score_input_changed"


def test_a_part_that_was_taken_away_is_made_anew(spark, tmp_path):
    source, out, model = write(tmp_path / "in", rows(2_000)), tmp_path / "out", models.dense()
    kg.score_dataset(model, source, out, columns=NAMES, engine="spark")
    next(out.glob("part-*")).unlink()
    again = kg.score_dataset(model, source, out, columns=NAMES, engine="spark")
    assert (again.files_resumed, again.rows) == (0, 2_000)
    (out / "notes.parquet").touch()
    with pytest.raises(kg.InputStructureError) as caught:
        kg.score_dataset(model, source, out, columns=NAMES, engine="spark")
    assert caught.value.code == "score_output_foreign"
    assert (out / "notes.parquet").exists()


# what can't be sent


@keras.saving.register_keras_serializable("spark")
class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


def test_code_of_its_own_can_not_be_sent(spark, tmp_path):
    model = keras.Sequential([keras.Input((5,)), Doubled(), keras.layers.Dense(1)])
    out = tmp_path / "out"
    with pytest.raises(kg.KerasGuardError, match="Doubled") as caught:
        kg.score_dataset(model, write(tmp_path / "in", rows(10)), out, columns=NAMES, engine="spark")
    assert caught.value.code == "spark_code"
    assert not out.exists()
    model.export(tmp_path / "exported", verbose=False)
    with pytest.warns(kg.RepairNotice):
        served = kg.safe_load_model(tmp_path / "exported")
    local, there = both(served, str(tmp_path / "in"), tmp_path, columns=NAMES)
    assert there.equals(local)


def test_frames_are_checked_before_anything_runs(spark):
    from pyspark.ml.linalg import Vectors

    model = models.dense()
    frame = spark.createDataFrame([(1.0, 2.0, 3.0, 4.0, 5.0, "x")], [*NAMES, "name"])

    def code_of(frame, **options):
        with pytest.raises(kg.KerasGuardError) as caught:
            kg.score_frame(model, frame, **options)
        return caught.value.code

    assert code_of(pd.DataFrame({"a": [1]})) == "spark_frame"
    assert code_of(frame, columns=["a", "z"]) == "score_column_absent"
    assert code_of(frame.select("a", "b")) == "shape_features_few"
    assert code_of(frame, columns=["a", "b", "c", "d", "name"]) == "column_text"
    assert code_of(frame, columns=NAMES, missing="drop") == "option_value"
    assert code_of(frame.join(frame, on="name")) == "spark_twice"
    vectors = spark.createDataFrame([(Vectors.dense([1.0] * 5),)], ["v"])
    assert code_of(vectors) == "spark_vector"


def test_lines_that_mend_a_frame_are_those_of_spark(spark):
    from pyspark.sql import functions

    model, frame = models.dense(), spark.createDataFrame([(1.0, 2.0, 3.0, 4.0, 5.0)], NAMES)
    for value in (functions.lit("2024-01-01").cast("date"), functions.lit("x")):
        with pytest.raises(kg.DTypeError) as caught:
            kg.score_frame(model, frame.withColumn("a", value), columns=NAMES)
        assert 'frame = frame.withColumn("a", VALUES)' in str(caught.value)
        assert "pandas" not in str(caught.value)
        assert "rows are counted" not in str(caught.value)


def test_a_model_is_sent_once_for_all_jobs_of_a_session(spark):
    from kerasguard.options import Options
    from kerasguard.scoring.batch import Scorer
    from kerasguard.scoring.spark import make_work
    from kerasguard.spark_worker import Order

    schema, model = pa.schema([("a", pa.float64())]), models.dense()
    one, other = (
        make_work(spark, Order(Scorer(model, Call("score_frame"), Options(), keep=keep), schema))
        for keep in (None, ("a",))
    )
    assert one.order != other.order
    assert one.digest == other.digest
    assert one.model is other.model
    model.set_weights([weights + 1 for weights in model.get_weights()])
    trained = make_work(spark, Order(Scorer(model, Call("score_frame"), Options()), schema))
    assert trained.digest != one.digest


def test_a_guard_predicts_too_and_vectors_are_kept(spark):
    from pyspark.ml.functions import vector_to_array
    from pyspark.ml.linalg import Vectors

    model = models.dense()
    frame = spark.createDataFrame([(Vectors.dense([1.0, 2.0, 3.0, 4.0, 5.0]),), (Vectors.dense([0.0] * 5),)], ["v"])
    frame = frame.withColumn("x", vector_to_array("v"))
    scored = kg.score_frame(kg.guard(model), frame, columns=["x"]).toArrow()
    expected = kg.safe_predict(model, np.array([[1.0, 2, 3, 4, 5], [0.0] * 5]))
    np.testing.assert_allclose(scored[".pred"].to_numpy(), expected[:, 0], rtol=1e-6)


def test_columns_of_any_name(spark):
    model = models.dense()
    names = ["a.b", "c d", "`e`", "x", "_"]
    frame = spark.createDataFrame([(1.0, 2.0, 3.0, 4.0, 5.0)], names)
    scored = kg.score_frame(model, frame)
    assert scored.columns == [*names, ".pred"]
    assert scored.toArrow()[".pred"].to_pylist() == pytest.approx(
        kg.safe_predict(model, [[1.0, 2, 3, 4, 5]])[0].tolist()
    )


# words

WHERE = {"python_path": "/usr/bin/python3", "host": "node-7"}
FACTS = {
    "environment_spark_missing": WHERE,
    "environment_spark_old": {**WHERE, "pyspark": "3.5.1"},
    "environment_java_missing": {},
    "environment_java_old": {"java": "11", "java_path": "/usr/bin/java"},
    "environment_spark_start": {**WHERE, "sentence": "Could not reserve enough space for object heap"},
    "environment_spark_worker": {**WHERE, "package": "keras", "sentence": "No module named 'keras'"},
    "environment_spark_core": {**WHERE, "core": "0.2.0", "core_loaded": "0.1.0"},
    "spark_code": {"wants": "Doubled", "name": "Doubled"},
    "spark_frame": {"cls": "pandas.DataFrame", "is_pandas": False, "is_table": True},
    "spark_twice": {"columns": ("a",)},
    "spark_vector": {"columns": ("v",), "first": "v"},
    "spark_types": {"columns": ("t",), "dtypes": "time64[us]"},
    "spark_connect": {},
    "spark_folder": {"output": "out", "rows": 10, "found": 0},
    "spark_failed": {"sentence": "java.io.IOException: No space left on device."},
}


@pytest.mark.parametrize("language", ["python", "r"])
def test_words(language):
    assert set(FACTS) == set(SPARK)
    for code, facts in FACTS.items():
        call = Call(
            "score_dataset" if code in ("spark_failed", "spark_connect", "spark_folder") else "score_frame",
            language,
            x="frame",
        )
        if call.function == "score_dataset":
            call.paths = ("in", "out")
        message = render(Diagnosis(code, "frame", facts), call)
        assert len(message.lines[0]) <= 80, message.lines[0]
        assert any(line.startswith("Fix:") for line in message.lines), code
        assert not re.search(r"please|invalid|sorry|\{|\}", message.text, re.IGNORECASE), message.text
        assert language == "python" or not re.search(r"\bNone\b|\bTrue\b|os\.environ", message.text), message.text


def test_java_that_is_not_there_or_too_old(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java_problem().code == "environment_java_missing"
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    for version, code in (("1.8.0_392", "environment_java_old"), ("11.0.2", "environment_java_old"), ("17.0.1", None)):
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
        problem = java_problem()
        assert (problem and problem.code) == code


def test_without_pyspark(tmp_path, monkeypatch):
    find = metadata.distribution

    def without(name):
        if name.startswith("pyspark"):
            raise metadata.PackageNotFoundError(name)
        return find(name)

    monkeypatch.setattr(metadata, "distribution", without)
    monkeypatch.delitem(sys.modules, "pyspark")  # as where nobody has imported it
    with pytest.raises(kg.EnvironmentCheckError, match="pyspark>=4,<5") as caught:
        kg.score_dataset(
            models.dense(), write(tmp_path / "in", rows(5)), tmp_path / "out", columns=NAMES, engine="spark"
        )
    assert caught.value.code == "environment_spark_missing"
    assert not (tmp_path / "out").exists()
