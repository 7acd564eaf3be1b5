"""A folder of results is whole, or can be taken up again; it holds one job, and no number depends on how it was made."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kerasguard.messages import problems_message
from kerasguard.messages.results import RESULTS
from kerasguard.scoring import Scored, local, score_dataset
from kerasguard.scoring.output import JOURNAL, SUCCESS, TEMP

HERE = pathlib.Path(__file__).parent
L = keras.layers
COLUMNS = ["a", "b", "c"]
KEPT = ["id", *COLUMNS]


def model(units=1, **compiled_with):
    keras.utils.set_random_seed(5)
    return keras.Sequential([keras.Input((3,)), L.Dense(8, "tanh"), L.Dense(units)])


MODEL = model()


def table(rows, seed=0, first=0):
    rng = np.random.default_rng(seed)
    return pa.table({"id": np.arange(first, first + rows), **{name: rng.normal(size=rows) for name in COLUMNS}})


def make_input(folder, files=3, rows=40, **how):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(files):
        pq.write_table(table(rows, i, i * rows), folder / f"part-{i:03}.parquet", **how)
    return folder


@pytest.fixture
def paths(tmp_path):
    return make_input(tmp_path / "in"), tmp_path / "out"


def score(source, target, model=MODEL, **options):
    return score_dataset(model, source, target, **{"columns": COLUMNS, "verbose": 0, **options})


def refused(*args, **options):
    with pytest.raises(kg.KerasGuardError) as caught:
        score(*args, **options)
    assert len(str(caught.value)) < 1000
    return caught.value


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def times_of(folder):
    return {name: path.stat().st_mtime_ns for name, path in files_of(folder).items()}


def bytes_of(folder):
    return {name: path.read_bytes() for name, path in files_of(folder).items()}


def results(folder):
    return pa.concat_tables(
        [pq.read_table(path) for name, path in files_of(folder).items() if name.endswith("parquet")]
    )


def journal(folder):
    return [json.loads(line) for line in (folder / JOURNAL).read_text().splitlines()]


def bits(column):
    return column.to_numpy().view("uint32").tolist()


# What comes out


def test_a_file_per_file_with_its_columns_and_the_prediction(paths):
    source, target = paths
    scored = score(source, target)
    assert isinstance(scored, Scored)
    assert (scored.files, scored.files_resumed, scored.rows, scored.rows_missing) == (3, 0, 120, 0)
    assert scored.report.ok
    assert str(scored).startswith("Scored 120 rows of 3 files in ")
    assert set(files_of(target)) == {JOURNAL, SUCCESS, *(f"part-{i:03}.parquet" for i in range(3))}
    for name, path in files_of(source).items():
        got, want = pq.read_table(target / name), pq.read_table(path)
        assert got.schema.names == [*KEPT, ".pred"]
        assert got.schema.field(".pred").type == pa.float32()
        assert got.select(KEPT).equals(want)
        x = np.stack([want[name].to_numpy() for name in COLUMNS], 1)
        np.testing.assert_allclose(got[".pred"].to_numpy(), MODEL.predict(x, verbose=0)[:, 0], rtol=1e-5, atol=1e-6)


def test_a_guard_is_taken_for_its_model(paths):
    source, target = paths
    score(source, target)
    scored = score(source, target, kg.guard(MODEL))
    assert scored.files_resumed == 3


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
def test_files_are_packed_as_their_inputs(tmp_path, codec):
    source = make_input(tmp_path / "in", 1, compression=codec)
    score(source, tmp_path / "out", batch_rows=15)
    metadata = pq.read_metadata(tmp_path / "out/part-000.parquet")
    assert (
        metadata.row_group(0).column(4).compression
        == pq.read_metadata(source / "part-000.parquet").row_group(0).column(0).compression
    )
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [15, 15, 10]


def test_what_pandas_and_others_noted_stays_where_it_is_true(tmp_path):
    frame = table(6).to_pandas().set_index("id")
    frame["kind"] = pd.Categorical(list("uvuvuv"), list("vu"))
    noted = pa.Table.from_pandas(frame)
    more = {b"org.apache.spark.sql.parquet.row.metadata": b"{}", b"mine": b"1", b"r": b"A\n3\n"}
    pq.write_table(noted.replace_schema_metadata({**noted.schema.metadata, **more}), tmp_path / "x.parquet")
    score(tmp_path / "x.parquet", tmp_path / "all")
    got = pq.read_table(tmp_path / "all/x.parquet")
    assert {b"mine", b"pandas", b"r"} <= set(got.schema.metadata)
    assert b"org.apache.spark.sql.parquet.row.metadata" not in got.schema.metadata
    pd.testing.assert_frame_equal(got.to_pandas().drop(columns=".pred"), frame)
    score(tmp_path / "x.parquet", tmp_path / "some", keep=["kind"])
    got = pq.read_table(tmp_path / "some/x.parquet").to_pandas()
    assert list(got) == ["kind", ".pred"]
    assert got.index.equals(pd.RangeIndex(6))
    assert list(got["kind"]) == list("uvuvuv")


def test_csv_has_a_cell_per_number_and_the_same_bits(tmp_path):
    net = model(4)
    (tmp_path / "in").mkdir()
    rows = table(50)
    pa.csv.write_csv(rows, tmp_path / "in/x.csv")
    pq.write_table(rows, tmp_path / "x.parquet")
    score(tmp_path / "in", tmp_path / "csv", net)
    score(tmp_path / "x.parquet", tmp_path / "parquet", net)
    got = pd.read_csv(tmp_path / "csv/x.csv")
    assert list(got) == [*KEPT, ".pred_1", ".pred_2", ".pred_3", ".pred_4"]
    want = np.array(pq.read_table(tmp_path / "parquet/x.parquet")[".pred"].to_pylist(), "float32")
    assert bits(got.filter(like=".pred").astype("float32")) == bits(pd.DataFrame(want))


def test_a_csv_with_decimal_commas_keeps_them(tmp_path):
    (tmp_path / "x.csv").write_text("id;a;b;c\n01;1,5;2,25;3\n02;0,5;-1,25;4,5\n")
    score(tmp_path / "x.csv", tmp_path / "out")
    got = pd.read_csv(tmp_path / "out/x.csv", sep=";", decimal=",", dtype={"id": str})
    assert list(got["id"]) == ["01", "02"]
    assert got[[*COLUMNS, ".pred"]].dtypes.eq("float64").all()
    want = MODEL.predict(np.array([[1.5, 2.25, 3], [0.5, -1.25, 4.5]]), verbose=0)[:, 0]
    np.testing.assert_allclose(got[".pred"], want, rtol=1e-5)


CELLS = [
    "id,a,b,c\n001,1.50,2e0,TRUE\nNA,+3,0x,FALSE\n",  # only `id` is not for the model
    'a,b,c,id\n9007199254740993,1,2,"a, b"\n1.5,1,2,"5"" pipe"\n-0,1,2,"two\nlines"\n',
    "a,b,c,id\n1,2,3,\n007,-0.0,1E3,  x\n",
    "a;b;c;id\n1,50;2;3;007\n1,5;02;3;NA\n",
]


@pytest.mark.parametrize("cells", CELLS)
def test_cells_of_csv_stay_as_they_are(tmp_path, cells):
    cells = cells.replace("0x", "010")
    (tmp_path / "x.csv").write_text(cells)
    score(tmp_path / "x.csv", tmp_path / "out")
    how = {"sep": ";" if ";" in cells else ",", "dtype": str, "keep_default_na": False}
    got = pd.read_csv(tmp_path / "out/x.csv", **how)
    pd.testing.assert_frame_equal(got.drop(columns=".pred"), pd.read_csv(tmp_path / "x.csv", **how))


def test_a_delimiter_at_the_end_of_every_row_is_no_name_before_it(tmp_path):
    (tmp_path / "x.csv").write_text("a,b,c\n1,2,3,\n4,5,6,\n")
    score(tmp_path / "x.csv", tmp_path / "out")
    want = MODEL.predict(np.array([[1.0, 2, 3], [4, 5, 6]]), verbose=0)[:, 0]
    np.testing.assert_allclose(pd.read_csv(tmp_path / "out/x.csv")[".pred"], want, rtol=1e-5)


def test_columns_without_a_name_stand_aside(tmp_path):
    (tmp_path / "x.csv").write_text("a,b,c,,\n1,2,3,,\n")
    score(tmp_path / "x.csv", tmp_path / "out")
    want = MODEL.predict(np.array([[1.0, 2, 3]]), verbose=0)[0, 0]
    assert pd.read_csv(tmp_path / "out/x.csv")[".pred"][0] == pytest.approx(want, rel=1e-5)


def test_a_level_of_training_is_no_missing_value(tmp_path):
    net = keras.Sequential([keras.Input((2,)), L.Dense(1)])
    land = pd.Categorical(["NA", "DE", None], categories=["DE", "NA"])
    rows = pd.DataFrame({"a": [1.0, 2.0, 3.0], "land": land})
    kg.learn_blueprint(net, rows[:2], label_base=0)
    rows.to_csv(tmp_path / "x.csv", index=False)
    score(tmp_path / "x.csv", tmp_path / "out", net, missing="na_rows", columns=None)
    got = pd.read_csv(tmp_path / "out/x.csv")[".pred"]
    np.testing.assert_allclose(got[:2], net.predict(np.array([[1.0, 1], [2, 0]]), verbose=0)[:, 0], rtol=1e-5)
    assert np.isnan(got[2])


def test_a_row_of_nothing_is_a_row(tmp_path):
    (tmp_path / "x.csv").write_text("a,b,c\n1,2,3\n1,,3\n")
    score(tmp_path / "x.csv", tmp_path / "out", keep=[], missing="na_rows")
    assert pd.read_csv(tmp_path / "out/x.csv")[".pred"].isna().tolist() == [False, True]


def test_columns_that_arrow_can_not_filter_are_kept(tmp_path):
    rows = table(8)
    rows = rows.set_column(1, "a", pa.array([None, *range(7)])).append_column(
        "v", pa.array(["x"] * 8, pa.string_view())
    )
    pq.write_table(rows, tmp_path / "x.parquet")
    score(tmp_path / "x.parquet", tmp_path / "out", missing="na_rows")
    assert pq.read_table(tmp_path / "out/x.parquet").select(rows.column_names).equals(rows)


def test_dates_that_python_does_not_have(tmp_path):
    far = pa.array([2**62] * 8, pa.timestamp("us"))
    rows = table(8)
    pq.write_table(rows.append_column("at", far), tmp_path / "kept.parquet")
    score(tmp_path / "kept.parquet", tmp_path / "out", columns=COLUMNS)
    pq.write_table(rows.set_column(1, "a", far), tmp_path / "taken.parquet")
    assert refused(tmp_path / "taken.parquet", tmp_path / "other", columns=COLUMNS).code == "column_date"


def test_results_that_were_copied_are_those_that_were_written(paths, tmp_path):
    finished(paths)
    shutil.copytree(paths[1], tmp_path / "copy", copy_function=shutil.copyfile)
    assert score(paths[0], tmp_path / "copy").files_resumed == 3


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_rows_that_are_left_out_are_null(tmp_path, ending):
    rows = table(6).to_pandas()
    rows.loc[[0, 1, 2], "b"] = np.nan
    path = tmp_path / f"x.{ending}"
    rows.to_parquet(path) if ending == "parquet" else rows.to_csv(path, index=False)
    scored = score(path, tmp_path / "out", model(2), missing="na_rows", batch_rows=3)
    assert (scored.rows, scored.rows_missing) == (6, 3)
    assert "3 rows" in str(scored)
    if ending == "csv":
        got = pd.read_csv(tmp_path / "out/x.csv")
        assert got[".pred_2"].isna().tolist() == [True] * 3 + [False] * 3
    else:
        assert pq.read_table(tmp_path / "out/x.parquet")[".pred"].is_null().to_pylist() == [True] * 3 + [False] * 3
    assert score(path, tmp_path / "out", model(2), missing="na_rows").rows_missing == 3  # known of finished files


def test_files_without_rows(tmp_path):
    source = make_input(tmp_path / "in")
    pq.write_table(table(0), source / "none.parquet")
    assert score(source, tmp_path / "out").rows == 120
    got = pq.read_table(tmp_path / "out/none.parquet")
    assert got.num_rows == 0
    assert got.schema.equals(pq.read_table(tmp_path / "out/part-000.parquet").schema)
    (tmp_path / "empty").mkdir()
    pq.write_table(table(0), tmp_path / "empty/none.parquet")
    assert score(tmp_path / "empty", tmp_path / "out2").rows == 0
    assert pq.read_table(tmp_path / "out2/none.parquet").schema.names == [*KEPT, ".pred"]


def test_series_in_a_column_and_a_file_without_rows(tmp_path):
    (tmp_path / "in").mkdir()
    x = np.random.default_rng(1).normal(size=(30, 5, 3))
    rows = pa.table({"id": np.arange(30), "series": x.tolist()})
    pq.write_table(rows, tmp_path / "in/a.parquet")
    pq.write_table(rows.slice(0, 0), tmp_path / "in/b.parquet")
    pq.write_table(rows.slice(0, 0), tmp_path / "in/0.parquet")
    net = models.lstm()
    scored = score(tmp_path / "in", tmp_path / "out", net, columns=["series"])
    assert (scored.files, scored.rows) == (3, 30)
    got = pq.read_table(tmp_path / "out/a.parquet")
    assert got.drop_columns(".pred").equals(rows)
    want = net.predict(x, verbose=0)
    np.testing.assert_allclose(np.array(got[".pred"].to_pylist()).reshape(want.shape), want, rtol=1e-4, atol=1e-6)
    for name in "0b":
        assert pq.read_schema(tmp_path / f"out/{name}.parquet").equals(got.schema)


def test_notes_are_told_once(paths):
    source, target = paths
    net = models.dense(3)
    kg.learn_blueprint(net, table(40).select(COLUMNS).to_pandas())
    for path in files_of(source).values():
        rows = pq.read_table(path)
        pq.write_table(rows.set_column(1, "a", pa.array(rows["a"].to_numpy() + 1e4)), path)
    with pytest.warns(kg.KerasGuardWarning) as told:
        scored = score_dataset(net, source, target, keep=[], batch_rows=10, verbose=0)
    codes = [warning.message.code for warning in told]
    assert codes
    assert len(codes) == len(set(codes))
    assert told[0].filename == __file__
    assert set(codes) <= set(scored.report.codes)


@given(
    rows=st.integers(1, 3000), cuts=st.lists(st.integers(0, 3000), max_size=4), group=st.integers(1, 3000),
    batch_rows=st.integers(1, 4000),
)  # fmt: skip
@settings(max_examples=25, deadline=None, derandomize=True)
def test_numbers_do_not_depend_on_files_row_groups_or_batches(tmp_path_factory, rows, cuts, group, batch_rows):
    folder, whole = tmp_path_factory.mktemp("split"), table(rows)
    (folder / "in").mkdir()
    edges = sorted({0, rows, *(min(cut, rows) for cut in cuts)})
    for i, (start, stop) in enumerate(itertools.pairwise(edges)):
        pq.write_table(whole.slice(start, stop - start), folder / f"in/part-{i}.parquet", row_group_size=group)
    pq.write_table(whole, folder / "one.parquet")
    score(folder / "in", folder / "parts", batch_rows=max(batch_rows, rows // 30))
    score(folder / "one.parquet", folder / "whole")
    parts, one = results(folder / "parts"), results(folder / "whole")
    assert parts.select(KEPT).equals(one.select(KEPT))
    assert bits(parts[".pred"]) == bits(one[".pred"])
    x = whole.select(COLUMNS).to_pandas()
    want = kg.safe_predict(MODEL, x, batch_size="auto", verbose=0)[:, 0]
    np.testing.assert_allclose(one[".pred"].to_numpy(), want, rtol=2e-6, atol=2e-6)


# Taken up again

CHILD = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background leaves out
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.insert(0, sys.argv[1])
import test_score_dataset as t
t.score(sys.argv[2], sys.argv[3], batch_rows=int(sys.argv[4]))
"""


def child(source, target, batch_rows):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(HERE), str(source), str(target), str(batch_rows)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


def wait_for_files(process, target, count):
    while len([name for name in files_of(target) if name.endswith(".parquet")]) < count:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.002)


def check_what_is_there(source, target):
    """Every file that is there has all of its rows; what is said to be done is there."""
    there = {name: path for name, path in files_of(target).items() if name.endswith(".parquet")}
    for name, path in there.items():
        if not path.name.startswith("."):
            assert pq.read_table(path).select(KEPT).equals(pq.read_table(source / name))
    lines = (target / JOURNAL).read_bytes().split(b"\n")[:-1]
    done = {json.loads(line)["file"] for line in lines if b'"rows"' in line}
    assert done <= set(there)
    return {name: times_of(target)[name] for name in done}


def test_after_kill_9_no_row_is_lost_or_doubled(tmp_path):
    source, target = make_input(tmp_path / "in", 40, 1500), tmp_path / "out"
    chance = random.Random(time.time_ns())
    done = {}
    for round_ in range(3):
        process = child(source, target, 100)
        wait_for_files(process, target, chance.randint(len(done) + 1, 12 * round_ + 8))
        if round_ == 0:  # two at once
            before = len(journal(target))
            assert refused(source, target).code == "score_output_busy"
            assert process.poll() is None
            assert len(journal(target)) >= before
        time.sleep(chance.random() / 20)
        how = signal.SIGINT if round_ == 2 else signal.SIGKILL
        process.send_signal(how)
        assert b"KeyboardInterrupt" in process.communicate()[1] or how == signal.SIGKILL
        assert how == signal.SIGKILL or not [name for name in files_of(target) if TEMP in name]
        now = check_what_is_there(source, target)
        assert not (target / SUCCESS).exists()
        assert {name: now[name] for name in done} == done  # not computed again
        done = now
    scored = score(source, target)
    assert scored.files_resumed == len(done)
    assert scored.rows == 40 * 1500
    after = times_of(target)
    assert {name: after[name] for name in done} == done
    assert not [name for name in after if TEMP in name]
    assert after[SUCCESS] >= max(after.values())
    score(source, tmp_path / "at once")
    assert {n: b for n, b in bytes_of(target).items() if n.endswith("parquet")}.keys() == {
        n for n in bytes_of(tmp_path / "at once") if n.endswith("parquet")
    }
    assert bits(results(target)[".pred"]) == bits(results(tmp_path / "at once")[".pred"])
    assert results(target)["id"].to_pylist() == list(range(40 * 1500))


def test_a_finished_folder_is_left_as_it_is(paths):
    source, target = paths
    score(source, target)
    before = times_of(target)
    again = score(source, target, batch_rows=7)
    assert (again.files, again.files_resumed, again.rows) == (3, 3, 120)
    assert times_of(target) == before


def test_new_files_are_added_and_lost_ones_made_anew(paths):
    source, target = paths
    score(source, target)
    before = bytes_of(target)
    pq.write_table(table(5, 9), source / "part-100.parquet")
    (target / "part-001.parquet").unlink()
    scored = score(source, target)
    assert (scored.files, scored.files_resumed, scored.rows) == (4, 2, 125)
    after = bytes_of(target)
    assert all(after[name] == data for name, data in before.items() if name != JOURNAL)
    assert times_of(target)[SUCCESS] >= times_of(target)["part-100.parquet"]


def test_a_kill_between_rename_and_journal(paths):
    source, target = paths
    score(source, target)
    want = bytes_of(target)
    lines = (target / JOURNAL).read_bytes().splitlines(keepends=True)
    (target / SUCCESS).unlink()
    (target / JOURNAL).write_bytes(b"".join(lines[:-1]) + lines[-1][:20])  # torn
    (target / f".part-009.parquet{TEMP}").write_bytes(b"half")
    scored = score(source, target)
    assert (scored.files_resumed, scored.rows) == (2, 120)
    assert bytes_of(target).keys() == want.keys()
    assert all(data == want[name] for name, data in bytes_of(target).items() if name.endswith("parquet"))


def test_a_job_without_results_gives_way(paths):
    source, target = paths
    path = source / "part-000.parquet"
    rows = pq.read_table(path).to_pandas()
    rows.loc[3, "b"] = np.inf
    rows.to_parquet(path)
    error = refused(source, target)
    assert error.report.problems[0].facts["part"].path == str(path)
    rows["b"] = 0.0
    rows.to_parquet(path)
    assert score(source, target, missing="na_rows").rows == 120


def test_rows_with_missing_values_may_come_later(paths):
    """What the refusal of a new file says runs on in the same folder; and not back."""
    score(*paths)
    before = times_of(paths[1])
    later = table(40, 9, 900).to_pandas()
    later.loc[3, "b"] = np.nan
    later.to_parquet(paths[0] / "part-later.parquet", index=False)
    text = str(refused(*paths))
    assert f'{json.dumps(str(paths[1]))}, missing="na_rows"' in text
    assert score(*paths, missing="na_rows").rows_missing == 1
    assert {name: times_of(paths[1])[name] for name in before if name.startswith("part")} == {
        name: time for name, time in before.items() if name.startswith("part")
    }
    assert score(*paths, missing="na_rows").files_resumed == 4
    (paths[0] / "part-later.parquet").unlink()
    (paths[1] / "part-later.parquet").unlink()
    assert refused(*paths).code == "score_output_other"  # rows without an answer were allowed there


def test_bits_after_an_interruption_are_those_without(paths, monkeypatch):
    source, target = paths
    seen = []

    def stop(done, rows):
        seen.append((done, rows))
        if done >= 60:
            raise KeyboardInterrupt

    monkeypatch.setattr("kerasguard.scoring.dataset.progress_bar", lambda verbose, unit: stop)
    with pytest.raises(KeyboardInterrupt):
        score(source, target, batch_rows=20)
    assert seen == [(20, 120), (40, 120), (60, 120)]
    assert set(files_of(target)) == {JOURNAL, "part-000.parquet"}
    monkeypatch.undo()
    assert score(source, target).files_resumed == 1
    score(source, target.with_name("other"))
    assert bits(results(target)[".pred"]) == bits(results(target.with_name("other"))[".pred"])


# Refused before any work


def with_other_weights():
    other = keras.models.clone_model(MODEL)
    other.set_weights([values + 1 for values in MODEL.get_weights()])
    return other


def finished(paths):
    score(*paths)
    return paths


def another_model(paths):
    return (*finished(paths), with_other_weights()), {}


def other_options(paths):
    return finished(paths), {"missing": "na_rows", "keep": ["id"]}


def other_columns(paths):
    return finished(paths), {"columns": ["b", "a", "c"]}


def foreign_files(paths):
    paths[1].mkdir()
    (paths[1] / "notes.txt").write_text("mine")
    return paths, {}


def foreign_among_results(paths):
    finished(paths)
    (paths[1] / "part-777.parquet").write_bytes(b"not ours")
    return paths, {}


def changed_result(paths):
    finished(paths)
    with open(paths[1] / "part-001.parquet", "ab") as file:
        file.write(b"more")
    return paths, {}


def replaced_result(paths):
    finished(paths)
    path = paths[1] / "part-001.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return paths, {}


def inside(paths):
    return (paths[0], paths[0] / "out"), {}


def the_same(paths):
    return (paths[0], paths[0]), {}


def around(paths):
    return (paths[0], paths[0].parent), {}


def beside_its_file(paths):
    return (paths[0] / "part-000.parquet", paths[0]), {}


def below_a_deep_glob(paths):
    return (str(paths[0] / "**/*.parquet"), paths[0] / "out"), {}


def a_file(paths):
    paths[1].write_text("")
    return paths, {}


def changed_input(paths):
    finished(paths)
    pq.write_table(table(40, 8), paths[0] / "part-001.parquet")
    return paths, {}


def lost_input(paths):
    finished(paths)
    (paths[0] / "part-001.parquet").unlink()
    return paths, {}


def not_empty(paths):
    return finished(paths), {"resume": False}


def elsewhere(paths):
    return (paths[0], "s3://bucket/out"), {}


def no_path(paths):
    return (paths[0], 3), {}


def no_names(paths):
    return paths, {"columns": ["a", 3]}


SITUATIONS = {
    "score_output_other": [another_model, other_options, other_columns],
    "score_output_foreign": [foreign_files, foreign_among_results, changed_result, replaced_result],
    "score_output_inside": [inside, the_same, around, beside_its_file, below_a_deep_glob],
    "score_output_file": [a_file],
    "score_input_changed": [changed_input, lost_input],
    "score_output_filled": [not_empty],
    "score_output_address": [elsewhere],
    "score_path": [no_path],
    "score_names": [no_names],
}
EACH = [(code, make) for code, makes in SITUATIONS.items() for make in makes]


@pytest.mark.parametrize(("code", "make"), EACH, ids=[make.__name__ for _, make in EACH])
def test_refused_before_anything_is_touched(paths, code, make):
    args, options = make(paths)
    before = bytes_of(paths[0].parent), times_of(paths[0].parent)
    assert refused(*args, **options).code == code
    assert (bytes_of(paths[0].parent), times_of(paths[0].parent)) == before


def test_what_differs_is_told(paths):
    finished(paths)
    assert "another model" in str(refused(*paths, with_other_weights()))
    text = str(refused(*paths, missing="pass", type="raw"))
    assert '`missing`, which was "refuse" and is "pass"' in text
    assert "`type`" not in text


def test_the_same_model_made_again_goes_on(paths):
    """Another session, other names of layers, a file: weights and layers tell, compile() does not."""
    finished(paths)
    again = model()
    assert again.layers[0].name != MODEL.layers[0].name
    again.compile(loss="mse")
    assert score(*paths, again).files_resumed == 3
    again.save(paths[0].parent / "m.keras")
    assert score(*paths, keras.models.load_model(paths[0].parent / "m.keras")).files_resumed == 3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"batch_rows": 0}, "option_count"), ({"batch_rows": 1.5}, "option_count"), ({"engine": "dask"}, "option_value"),
        ({"resume": 1}, "option_value"), ({"missing": "drop"}, "option_value"), ({"verbose": "loud"}, "option_value"),
        ({"threshold": 0.3}, "option_threshold_unused"), ({"keep": 3}, "score_names"), ({"columns": []}, "score_names"), ({"columns": ["a", "b"]}, "shape_features_few"),
    ],
)  # fmt: skip
def test_options(paths, options, code):
    assert refused(*paths, **options).code == code
    assert not paths[1].exists()


@pytest.mark.parametrize("what", ["model.keras", None, 3])
def test_what_is_no_model(paths, what):
    assert refused(*paths, what).code == "structure_model"


# What goes wrong on the way


def limited_to(size):
    return resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def test_a_full_disk_leaves_what_is_done(tmp_path):
    source, target = make_input(tmp_path / "in", 2, 40), tmp_path / "out"
    pq.write_table(table(60_000), source / "part-002.parquet")
    limited_to(500_000)
    try:
        error = refused(source, target)
    finally:
        limited_to(resource.RLIM_INFINITY)
    assert error.code == "score_write"
    assert str(target / "part-002.parquet") in str(error)
    assert "2 files" in str(error)
    assert set(files_of(target)) == {JOURNAL, "part-000.parquet", "part-001.parquet"}
    assert score(source, target).files_resumed == 2


@pytest.fixture
def little_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("only root may mount")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_full(tmp_path, little_disk):
    source, target = make_input(tmp_path / "in", 4, 20_000), little_disk / "out"
    error = refused(source, target)
    assert error.code == "score_write"
    assert "No space left on device" in str(error)
    done = sorted(set(files_of(target)) - {JOURNAL})
    assert done == [f"part-{i:03}.parquet" for i in range(len(done))]
    assert 1 <= len(done) <= 3
    subprocess.run(["mount", "-o", "remount,size=20m", little_disk], check=True)
    assert score(source, target).files_resumed == len(done)


def test_a_folder_that_can_not_be_written_to(tmp_path):
    source = make_input(tmp_path / "in")
    (tmp_path / "file").write_text("")
    error = refused(source, tmp_path / "file/out")
    assert error.code == "score_write"
    assert str(tmp_path / "file/out") in str(error)


def test_a_file_that_changes_while_it_is_read(paths, monkeypatch):
    source, target = paths
    path = source / "part-001.parquet"

    def touch(done, rows):
        if done == 40:
            os.utime(path, ns=(1, 1))

    monkeypatch.setattr("kerasguard.scoring.dataset.progress_bar", lambda verbose, unit: touch)
    monkeypatch.setattr(local, "AHEAD", 1)
    error = refused(source, target, batch_rows=10)
    assert error.code == "score_changing"
    assert str(path) in str(error)
    assert set(files_of(target)) == {JOURNAL, "part-000.parquet"}


def test_a_row_that_is_no_number_is_named_by_its_file(paths):
    source, target = paths
    path = source / "part-002.parquet"
    rows = pq.read_table(path)
    values = rows["b"].to_numpy().copy()
    values[33] = np.nan  # which no footer tells
    pq.write_table(rows.set_column(2, "b", pa.array(values, from_pandas=False)), path)
    error = refused(source, target, batch_rows=10)
    problem = error.report.problems[0]
    assert problem.facts["part"].path == str(path)
    assert "33" in str(error)
    assert "NEW_FOLDER" in str(error)  # another option is another job
    assert set(files_of(target)) == {JOURNAL, "part-000.parquet", "part-001.parquet"}


def test_a_lock_ends_with_its_process(paths):
    source, target = paths
    score(source, target)
    code = f"import fcntl, os; fcntl.flock(os.open({str(target / JOURNAL)!r}, os.O_RDWR), fcntl.LOCK_EX); print(1, flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdout.readline()
    assert refused(source, target).code == "score_output_busy"
    holder.kill()
    holder.communicate()
    assert score(source, target).files_resumed == 3


# Words


def busy(paths):
    fd = os.open(finished(paths)[1] / JOURNAL, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        return refused(*paths)
    finally:
        os.close(fd)


def changing(paths):
    with pytest.MonkeyPatch.context() as patch:
        touch = lambda done, rows: os.utime(paths[0] / "part-001.parquet", ns=(1, 1)) if done == 40 else None  # noqa: E731
        patch.setattr("kerasguard.scoring.dataset.progress_bar", lambda verbose, unit: touch)
        patch.setattr(local, "AHEAD", 1)
        return refused(*paths, batch_rows=10)


def full(paths):
    pq.write_table(table(60_000), paths[0] / "part-001.parquet")
    limited_to(500_000)
    try:
        return refused(*paths)
    finally:
        limited_to(resource.RLIM_INFINITY)


ON_THE_WAY = {"score_output_busy": [busy], "score_changing": [changing], "score_write": [full]}


def reports(folder, monkeypatch):
    """A report per situation, by names of folders as users have them."""
    for code, makes in {**SITUATIONS, **ON_THE_WAY}.items():
        for make in makes:
            home = folder / make.__name__
            home.mkdir()
            monkeypatch.chdir(home)
            make_input(pathlib.Path("in"))
            made = make((pathlib.Path("in"), pathlib.Path("out")))
            error = made if isinstance(made, Exception) else refused(*made[0], **made[1])
            yield f"{code}-{make.__name__}" if len(makes) > 1 else code, error.report


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        return dict(reports(tmp_path_factory.mktemp("words"), patch))


def in_language(report, language):
    return replace(report, call=replace(report.call, language=language, model="net"))


def test_every_code_is_tried(told):
    assert {report.problems[0].code for report in told.values()} == {*RESULTS}


@pytest.mark.parametrize("language", ["python", "r"])
def test_words_are_as_agreed(told, language):
    texts = {name: problems_message(in_language(report, language)).text for name, report in told.items()}
    current = "\n".join(f"## {name}\n{text}\n" for name, text in texts.items())
    file = HERE / f"snapshots/results_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(current)
    assert current == file.read_text()
    for text in texts.values():
        assert len(text) < 1000
        assert len(text.split("\n")[0]) <= 80
        assert "Fix:" in text
        assert language == "python" or not re.search(r"\b(None|True|False)\b", text)


def test_a_file_whose_rows_are_spoilt_is_named(paths):
    rows = table(4000)
    pq.write_table(rows, paths[0] / "part-999.parquet", compression="none", use_dictionary=False)
    data = bytearray((paths[0] / "part-999.parquet").read_bytes())
    place = data.find(rows["c"].to_numpy().tobytes()[:8]) - 30
    data[place : place + 30] = b"\xff" * 30  # the head of a page, which the first rows do not touch
    (paths[0] / "part-999.parquet").write_bytes(data)
    report = refused(*paths).report
    assert report.problems[0].code == "score_file"
    assert "part-999" in problems_message(report).text
