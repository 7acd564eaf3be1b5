"""A path gives files, and a file its rows: all of them, in their order, as they are."""

from __future__ import annotations

import gzip
import os
import pathlib

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kerasguard.options import Options
from kerasguard.report import Call
from kerasguard.scoring.batch import Refused, Scorer
from kerasguard.scoring.files import find_files
from kerasguard.scoring.footers import schema_of
from kerasguard.scoring.preflight import open_dataset
from kerasguard.scoring.source import Dataset, InputFile

TABLE = pa.table({"id": ["x", "y", "z"], "a": [1.0, 2.0, 3.0], "b": [1, 2, 3]})
MODEL = models.dense(2)


def scorer(path, columns=("a", "b"), keep=None, model=None, **options):
    call = Call("score_dataset", x="input_path", paths=(str(path), "out"))
    return Scorer(model or MODEL, call, Options(**options), columns, keep)


def opened(path, columns=("a", "b"), **options):
    return open_dataset(scorer(path, columns, **options), path)


def codes(path, columns=("a", "b"), **options):
    with pytest.raises(Refused) as caught:
        opened(path, columns, **options)
    return list(caught.value.report.codes)


def problems(path, columns=("a", "b"), **options):
    with pytest.raises(Refused) as caught:
        opened(path, columns, **options)
    return caught.value.report.problems


def rows_of(dataset, file=None, columns=None, batch_rows=1000):
    file = file or dataset.files[0]
    columns = dataset.schema.names if columns is None else columns
    batches = [(first, batch) for first, batch, _ in dataset.batches(file, columns, batch_rows)]
    assert [first for first, _ in batches] == list(np.cumsum([0] + [b.num_rows for _, b in batches])[:-1])
    assert all(batch.num_rows <= batch_rows for _, batch in batches)
    return pa.Table.from_batches([batch for _, batch in batches])


def save(folder, *names, table=TABLE):
    for name in names:
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)


def names(given):
    files, found = find_files(given)
    assert not [f for f in found if f.level == "refusal"], found
    return [file.name for file in files]


# Which files


def test_a_folder_is_all_files_below_it_but_hidden_ones(tmp_path):
    save(tmp_path, "b.parquet", "a.PARQUET", "sub/c.parq", "part-0.snappy.parquet", "sub/d.pq", "no_suffix")
    save(tmp_path, "_temporary/x.parquet", ".hidden.parquet", "_x.parquet", "sub/.part.parquet.crc", ".git/x.parquet")
    (tmp_path / "_SUCCESS").touch()
    expected = ["a.PARQUET", "b.parquet", "no_suffix", "part-0.snappy.parquet", "sub/c.parq", "sub/d.pq"]
    assert names(tmp_path) == expected
    assert names(str(tmp_path) + "/") == expected
    assert names(tmp_path.as_uri()) == expected


def test_globs(tmp_path):
    save(tmp_path, "a.parquet", "b.parquet", "sub/c.parquet", "sub/deep/d.parquet", "_x.parquet")
    assert names(f"{tmp_path}/*.parquet") == ["a.parquet", "b.parquet"]
    assert names(f"{tmp_path}/[b-z]*.parquet") == ["b.parquet"]
    assert names(f"{tmp_path}/**/*.parquet") == ["a.parquet", "b.parquet", "sub/c.parquet", "sub/deep/d.parquet"]
    assert names(f"{tmp_path}/s*") == ["sub/c.parquet", "sub/deep/d.parquet"]
    assert names(f"{tmp_path}/**") == names(tmp_path)
    assert names(f"{tmp_path}/_*.parquet") == ["_x.parquet"]


def test_a_file_of_any_name_and_a_folder_that_looks_like_a_glob(tmp_path):
    save(tmp_path, "_one.parquet", "data[1]/x.parquet")
    assert names(tmp_path / "_one.parquet") == ["_one.parquet"]
    assert names(tmp_path / "data[1]") == ["x.parquet"]


def test_home_and_relative_paths(tmp_path, monkeypatch):
    save(tmp_path, "in/a.parquet")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert names("~/in") == ["a.parquet"]
    monkeypatch.chdir(tmp_path)
    files, _ = find_files("in")
    assert (files[0].path, files[0].name) == (os.path.join("in", "a.parquet"), "a.parquet")
    assert names("*/a.parquet") == ["in/a.parquet"]


def test_several_paths_never_give_one_name_twice(tmp_path):
    save(tmp_path, "x/a.parquet", "y/a.parquet", "y/b.parquet")
    assert names([tmp_path / "x", tmp_path / "y" / "b.parquet"]) == ["a.parquet", "b.parquet"]
    assert names([str(tmp_path / "x"), str(tmp_path / "y")]) == ["x/a.parquet", "y/a.parquet", "y/b.parquet"]
    assert names([tmp_path / "x", tmp_path / "x" / "a.parquet"]) == ["a.parquet"]


def test_links_in_a_circle_end(tmp_path):
    save(tmp_path, "in/a.parquet", "far/b.parquet")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "far")
    assert names(tmp_path / "in") == ["a.parquet", "linked/b.parquet"]
    (tmp_path / "in" / "broken.parquet").symlink_to(tmp_path / "nothing")
    assert codes(tmp_path / "in") == ["score_file"]


def test_what_is_no_data_is_left_out_and_told(tmp_path):
    save(tmp_path, "a.parquet")
    (tmp_path / "README.md").write_text("# data")
    score = scorer(tmp_path)
    assert len(open_dataset(score, tmp_path).files) == 1
    assert [(f.code, f.facts["others"], f.level) for f in score.findings] == [
        ("score_left_out", ("README.md",), "message")
    ]


def test_paths_that_stand_for_nothing(tmp_path):
    save(tmp_path, "data/a.parquet")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "x.txt").write_text("1")
    [absent] = problems(tmp_path / "dta")
    assert (absent.code, absent.facts["near"]) == ("score_absent", str(tmp_path / "data"))
    [absent] = problems(tmp_path / "data" / "b.parquet")
    assert absent.facts["near"] == str(tmp_path / "data" / "a.parquet")
    assert codes(tmp_path / "zzz" / "y") == ["score_absent"]
    assert codes(f"{tmp_path}/data/*.csv") == ["score_no_files"]
    assert codes(tmp_path / "empty") == ["score_no_files"]
    [nothing] = problems(tmp_path / "text")
    assert (nothing.code, nothing.facts["others"]) == ("score_no_files", ("x.txt",))
    assert codes("s3://bucket/in") == codes("hdfs://node/in") == codes("https://x.org/a.csv") == ["score_address"]


def test_kinds_are_not_mixed_and_tables_with_a_log_are_no_files(tmp_path):
    save(tmp_path, "in/a.parquet", "table/a.parquet")
    (tmp_path / "in" / "b.csv").write_text("a,b\n1,2\n")
    [mixed] = problems(tmp_path / "in")
    assert (mixed.code, mixed.facts["pattern"]) == ("score_mixed", str(tmp_path / "in" / "**" / "*.parquet"))
    assert names(mixed.facts["pattern"]) == ["a.parquet"]
    (tmp_path / "table" / "_delta_log").mkdir()
    assert codes(tmp_path / "table") == ["score_table"]


# Folders as columns


def test_keys_of_folders_are_columns_of_arrows_types(tmp_path):
    save(tmp_path, "year=2024/kind=a%20b/x.parquet", "year=2025/kind=__HIVE_DEFAULT_PARTITION__/x.parquet")
    score = scorer(tmp_path, ("a", "year"))
    dataset = open_dataset(score, tmp_path)
    table = pa.dataset.dataset(tmp_path, partitioning="hive").to_table()
    assert dataset.schema.names == table.schema.names
    assert dataset.schema.field("year").type == table.schema.field("year").type == pa.int32()
    read = pa.concat_tables([rows_of(dataset, file) for file in dataset.files])
    assert read.column("year").to_pylist() == [2024] * 3 + [2025] * 3
    assert read.column("kind").to_pylist() == ["a b"] * 3 + [None] * 3
    # the folders of the results have them
    assert score.kept(dataset.schema) == ["id", "a", "b"]
    assert score.needed(dataset.schema) == ["id", "a", "b", "year"]
    assert scorer(tmp_path, keep=("id", "year")).kept(dataset.schema) == ["id", "year"]


def test_a_missing_key_is_a_missing_value(tmp_path):
    save(tmp_path, "year=2024/x.parquet", "year=__HIVE_DEFAULT_PARTITION__/x.parquet")
    [problem] = problems(tmp_path, ("a", "year"))
    assert problem.code == "score_missing"
    assert problem.facts["places"] == (("year=__HIVE_DEFAULT_PARTITION__/x.parquet", "3 in year"),)
    assert opened(tmp_path, ("a", "b")).rows == 6


def test_results_of_a_partitioned_data_set_read_as_one(tmp_path):
    save(tmp_path, "in/year=2024/x.parquet", "in/year=2025/x.parquet")
    kg.score_dataset(MODEL, tmp_path / "in", tmp_path / "out", columns=("a", "year"), verbose=0)
    table = pa.dataset.dataset(tmp_path / "out", partitioning="hive").to_table()
    assert table.schema.names == ["id", "a", "b", ".pred", "year"]
    x = np.column_stack([table["a"], table["year"]]).astype("float32")
    np.testing.assert_allclose(np.asarray(table[".pred"]), MODEL.predict(x, verbose=0)[:, 0], rtol=1e-5)


# Rows of Parquet

LISTS = pa.list_(pa.float32())
TYPES = {
    "int8": pa.array([1, None, 3, 4], pa.int8()),
    "category": pa.array(["u", "v", None, "u"]).dictionary_encode(),
    "decimal": pa.array([1, 2, 3, None], pa.decimal128(9, 2)),
    "date": pa.array([1, 2, 3, 4], pa.date32()),
    "when": pa.array([1, 2, None, 4], pa.timestamp("us", "UTC")),
    "text": pa.array(["a", "b", "c", "d"], pa.large_string()),
    "list": pa.array([[1.0], [], None, [2.0, 3.0]], LISTS),
    "struct": pa.array([{"p": 1, "q": "x"}] * 4),
    "map": pa.array([[("k", 1)]] * 4, pa.map_(pa.string(), pa.int64())),
    "Sepal.Length": pa.array([1.0, 2.0, 3.0, 4.0]),
    "Sepal": pa.array([5.0, 6.0, 7.0, 8.0]),
}


def test_columns_come_as_they_are(tmp_path):
    table = pa.table({**TYPES, "a": [1.0] * 4, "b": [2.0] * 4}).replace_schema_metadata({"made": "by hand"})
    save(tmp_path, "x.parquet", table=table)
    dataset = opened(tmp_path)
    read = rows_of(dataset, batch_rows=3)
    assert read.equals(table)
    assert read.schema.metadata[b"made"] == b"by hand"
    assert rows_of(dataset, columns=["Sepal", "a"]).equals(table.select(["Sepal", "a"]))
    assert rows_of(dataset, columns=["a", "int8"]).equals(table.select(["a", "int8"]))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(rows=st.integers(0, 200), group=st.integers(1, 90), batch=st.integers(1, 120), page=st.sampled_from([64, 2**20]))
def test_batches_are_the_file_whatever_its_row_groups(tmp_path_factory, rows, group, batch, page):
    path = tmp_path_factory.mktemp("in") / "x.parquet"
    table = pa.table({
        "a": np.arange(rows, dtype=float), "b": np.arange(rows)[::-1].copy(),
        "text": [f"t{i % 7}" for i in range(rows)], "list": pa.array([[i] * (i % 3) for i in range(rows)], LISTS),
    })  # fmt: skip
    pq.write_table(table, path, row_group_size=group, data_page_size=page)
    dataset = opened(path)
    assert dataset.rows == rows
    if rows:
        assert rows_of(dataset, batch_rows=batch).equals(table)
    else:
        assert sum(b.num_rows for _, b, _ in dataset.batches(dataset.files[0], ["a"], batch)) == 0


def test_long_lists_come_a_few_rows_at_a_time(tmp_path):
    table = pa.table({"x": pa.array([[0.0] * 40_000] * 600)})  # few bytes in the file, 190 MB here
    save(tmp_path, "x.parquet", table=table)
    file = InputFile(str(tmp_path / "x.parquet"), "x.parquet", "parquet", 0, 0)
    sizes = [b.num_rows for _, b, _ in Dataset((file,), table.schema, 600).batches(file, ["x"], 65536)]
    assert sum(sizes) == 600
    assert max(sizes) <= 300


def test_what_pandas_polars_and_arrow_write(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": pd.array([1, 2], "Int64"), "id": pd.Categorical(["u", "v"])})
    frame.set_index(pd.Index(["r1", "r2"], name="row")).to_parquet(tmp_path / "pandas.parquet")
    pl.DataFrame({"a": [3.0], "b": [3], "id": ["w"]}).write_parquet(tmp_path / "polars.parquet")
    pq.write_table(
        TABLE.slice(0, 1).cast(pa.schema([("id", pa.string()), ("a", pa.float32()), ("b", pa.int8())])),
        tmp_path / "a.parquet",
    )
    dataset = opened(tmp_path)
    assert dataset.rows == 4
    read = [rows_of(dataset, file, ["a", "b"]) for file in dataset.files]
    assert [table["a"].to_pylist() for table in read] == [[1.0], [1.0, 2.0], [3.0]]
    index = rows_of(dataset, dataset.files[1])
    assert index["row"].to_pylist() == ["r1", "r2"]


def test_old_timestamps_keep_their_day(tmp_path):
    when = pa.array(
        [np.datetime64("9999-12-31T00:00:00.000001"), np.datetime64("2024-01-01T00:00:00.000002")], pa.timestamp("us")
    )
    table = pa.table({"a": [1.0, 2.0], "b": [1, 2], "when": when})
    pq.write_table(table, tmp_path / "x.parquet", use_deprecated_int96_timestamps=True)
    dataset = opened(tmp_path)
    assert rows_of(dataset).equals(table)
    assert dataset.schema.equals(table.schema)


def test_an_index_and_row_names_are_no_columns_of_the_model(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1, 2]}, index=["r1", "r2"])
    frame.to_parquet(tmp_path / "x.parquet")
    score = scorer(tmp_path, None)
    dataset = open_dataset(score, tmp_path)
    assert score.taken(dataset.schema) == ["a", "b"]
    assert score.kept(dataset.schema) == ["a", "b", "__index_level_0__"]
    (tmp_path / "x.parquet").unlink()
    frame.to_csv(tmp_path / "x.csv")
    score = scorer(tmp_path, None)
    dataset = open_dataset(score, tmp_path)
    assert score.taken(dataset.schema) == ["a", "b"]
    assert score.kept(dataset.schema) == ["", "a", "b"]


def test_a_file_that_ends_early_is_an_error_while_it_is_read(tmp_path):
    save(tmp_path, "x.parquet", table=pa.table({"a": np.random.default_rng(1).normal(size=50_000), "b": range(50_000)}))
    dataset = opened(tmp_path)
    path = tmp_path / "x.parquet"
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises((OSError, pa.ArrowException)):
        rows_of(dataset)


# csv


def csv(tmp_path, text, columns=("a", "b"), name="x.csv", encoding="utf-8", **options):
    (tmp_path / name).write_bytes(text.encode(encoding))
    return rows_of(opened(tmp_path, columns, **options)).to_pydict()


def test_text_stays_and_numbers_are_read(tmp_path):
    text = 'id,a,b,note\n007,1,2.5,"x, y"\n008, 3 ,4e1,NA\n'
    assert csv(tmp_path, text) == {"id": ["007", "008"], "a": [1, 3], "b": [2.5, 40.0], "note": ["x, y", "NA"]}


def test_types_are_those_of_all_files(tmp_path):
    (tmp_path / "1.csv").write_text("a,b\n1,NA\n")
    (tmp_path / "2.csv").write_text("b,a\n2,1.5\n")
    dataset = opened(tmp_path, missing="na_rows")
    assert dataset.schema == pa.schema([("a", pa.float64()), ("b", pa.int64())])
    assert [rows_of(dataset, file).to_pydict() for file in dataset.files] == [
        {"a": [1.0], "b": [None]}, {"a": [1.5], "b": [2]},
    ]  # fmt: skip


R = {  # as R 4 writes data.frame(id = c("007", NA), a = c(1.5, -2), b = c(TRUE, FALSE)), with row names 1 and 2
    "write.csv": '"","id","a","b"\n"1","007",1.5,TRUE\n"2",NA,-2,FALSE\n',
    "write.csv2": '"";"id";"a";"b"\n"1";"007";1,5;TRUE\n"2";NA;-2;FALSE\n',
    "write.table": '"id" "a" "b"\n"1" "007" 1.5 TRUE\n"2" NA -2 FALSE\n',
    "write.table(sep = tab)": '"id"\t"a"\t"b"\n"1"\t"007"\t1.5\tTRUE\n"2"\tNA\t-2\tFALSE\n',
}


@pytest.mark.parametrize("function", R)
def test_what_r_writes(tmp_path, function):
    expected = {"": ["1", "2"], "id": ["007", "NA"], "a": [1.5, -2.0], "b": [True, False]}
    assert csv(tmp_path, R[function]) == expected


SHEETS = {  # of spreadsheets
    "marked": ("a,b,é\r\n1,2,ü\r\n", "utf-8-sig"),
    "as Unicode text": ("a\tb\té\n1\t2\tü\n", "utf-16"),
    "European": ("a;b;é\r\n1;2;ü\r\n", "utf-8"),
    "told": ("sep=;\r\na;b;é\r\n1;2;ü\r\n", "utf-8"),
    "without an end": ("a,b,é\n1,2,ü", "utf-8"),
    "after empty lines": ("\n\na,b,é\n\n1,2,ü\n\n", "utf-8"),
}


@pytest.mark.parametrize("sheet", SHEETS)
def test_what_spreadsheets_write(tmp_path, sheet):
    text, encoding = SHEETS[sheet]
    assert csv(tmp_path, text, encoding=encoding) == {"a": [1], "b": [2], "é": ["ü"]}


def test_packed_csv_and_tabs(tmp_path):
    with gzip.open(tmp_path / "x.csv.gz", "wt") as stream:
        stream.write("a,b\n1,2\n")
    assert rows_of(opened(tmp_path)).to_pydict() == {"a": [1], "b": [2]}
    (tmp_path / "y.tsv").write_text("a\tb\n1\t2\n")
    assert rows_of(opened(tmp_path / "y.tsv")).to_pydict() == {"a": [1], "b": [2]}


def test_long_lines(tmp_path):
    names = [f"a_long_name_of_a_column_{i}" for i in range(8_000)]
    text = ",".join(names) + "\n" + (",".join(["1.25"] * 8_000) + "\n") * 3
    model = models.dense(8_000)
    (tmp_path / "x.csv").write_text(text)
    read = rows_of(opened(tmp_path, None, model=model))
    assert (read.num_rows, read.column_names) == (3, names)


def test_no_rows(tmp_path):
    for text in ("a,b\n", "a,b"):
        (tmp_path / "x.csv").write_text(text)
        dataset = opened(tmp_path)
        assert (dataset.rows, dataset.schema.names) == (0, ["a", "b"])
        assert not list(dataset.batches(dataset.files[0], ["a", "b"], 10))


def place(tmp_path, text, encoding="utf-8"):
    (tmp_path / "x.csv").write_bytes(text.encode(encoding))
    [problem] = problems(tmp_path)
    [(file, why)] = problem.facts["places"]
    assert file == "x.csv"
    return problem.code, why


def test_a_cell_that_is_no_number_is_named_with_its_line(tmp_path):
    text = 'n,a,b\n"two\nlines",1,2\n\n,3,4\nx,5,n/k\ny,6,1\n'
    assert place(tmp_path, text) == ("score_cell", '"n/k" in column b, line 6')
    assert (
        place(tmp_path, "a,b\n1,2\n" * 1 + "3,4\n" * 5000 + '1,"1,5"\n' + "3,4\n" * 9)[1]
        == '"1,5" in column b, line 5003'
    )
    assert place(tmp_path, "a;b\n1,5;2\n1.5;2\n")[1] == '"1.5" in column a, line 3'
    assert place(tmp_path, "a,b\n1,2\n0x10,2\n")[1] == '"0x10" in column a, line 3'
    assert place(tmp_path, "a,b\n1,2\nTRUE,2\n")[1] == '"TRUE" in column a, line 3'


def test_thousands_are_no_decimals(tmp_path):
    (tmp_path / "x.csv").write_text('a,b\n"1,234",2\n')
    assert codes(tmp_path)[0] == "column_text"


BROKEN = {
    "a short line": ("a,b\n1,2\n\n3\n", "line 4 has 1 cell, not 2 as there are columns"),
    "a long line": ('a,b\n1,"2\n2"\n3,4,5\n', "line 4 has 3 cells, not 2 as there are columns"),
    "an open quote": ('a,b\n1,"2\n3,4\n', "a quote is opened in it and never closed"),
    "an open quote in text": ('a,b,n\n1,2,x\n1,2,"x\n3,4,x\n', "a quote is opened in it and never closed"),
    "no names": ("1.5,2\n3,4\n", "its first line has numbers, not the names of columns"),
    "nothing": ("", "it is empty, without a line of names"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_csv(tmp_path, kind):
    text, why = BROKEN[kind]
    assert place(tmp_path, text) == ("score_file", why)


def test_other_encodings_are_refused(tmp_path):
    assert place(tmp_path, "a,b,n\n1,2,x\n1,2,ü\n", "latin-1") == ("score_file", "its text is not UTF-8 (line 3)")


def test_quotes_that_are_just_there(tmp_path):
    assert csv(tmp_path, 'a,b,n\n1,2,5" pipe\n1,2,"two\nlines"\n')["n"] == ['5" pipe', "two\nlines"]


def test_columns_of_numbers_as_names(tmp_path):
    pd.DataFrame(np.ones((2, 2))).to_csv(tmp_path / "x.csv", index=False)
    assert rows_of(opened(tmp_path, None)).to_pydict() == {"0": [1.0, 1.0], "1": [1.0, 1.0]}


def test_levels_are_read_as_text(tmp_path):
    model = models.dense(2)
    kg.learn_blueprint(
        model, pd.DataFrame({"zip": pd.Categorical(["007", "008", "008"]), "b": [1.0, 2.0, 3.0]}), label_base=0
    )
    (tmp_path / "x.csv").write_text("zip,b\n007,1\n008,2\nNA,3\n")
    assert codes(tmp_path, None) == ["score_missing"]
    dataset = opened(tmp_path, None, model=model, missing="na_rows")
    assert rows_of(dataset).to_pydict() == {"zip": ["007", "008", None], "b": [1, 2, 3]}
    out = tmp_path / "out"
    kg.score_dataset(model, tmp_path / "x.csv", out, missing="na_rows", verbose=0)
    scored = pa.csv.read_csv(out / "x.csv", convert_options=pa.csv.ConvertOptions(column_types={"zip": pa.string()}))
    assert scored["zip"].to_pylist()[:2] == ["007", "008"]
    expected = model.predict(np.array([[0.0, 1.0], [1.0, 2.0]], "float32"), verbose=0)[:, 0]
    np.testing.assert_allclose(scored[".pred"].to_pylist()[:2], expected, rtol=1e-5)


def test_text_beside_numbers(tmp_path):
    words, n = keras.Input((1,), dtype="string", name="words"), keras.Input((1,), name="n")
    known = keras.layers.StringLookup(vocabulary=["007", "x"], output_mode="one_hot")(words)
    model = keras.Model([words, n], keras.layers.Dense(1)(keras.layers.Concatenate()([known, n])))
    (tmp_path / "x.csv").write_text("words,n\n007,1\nx,2.5\n")
    for columns in (None, {"words": ("words",), "n": ("n",)}):
        dataset = opened(tmp_path, columns, model=model)
        assert rows_of(dataset).to_pydict() == {"words": ["007", "x"], "n": [1.0, 2.5]}


def test_text_models_get_text(tmp_path):
    (tmp_path / "x.csv").write_text("review\n007\n8\n")
    dataset = opened(tmp_path, ("review",), model=models.text())
    assert rows_of(dataset).to_pydict() == {"review": ["007", "8"]}


cells = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(-1e30, 1e30, allow_subnormal=False), st.sampled_from([None, 0.1, 1e-30, 5]),
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    rows=st.lists(st.tuples(cells, cells, st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"))), max_size=30),
    batch=st.integers(1, 40), mark=st.sampled_from([",", ";", "\t"]),
)  # fmt: skip
def test_csv_gives_back_what_pandas_wrote(tmp_path_factory, rows, batch, mark):
    path = tmp_path_factory.mktemp("in") / "x.csv"
    frame = pd.DataFrame(rows, columns=["a", "b", "text"]).astype({"a": float, "b": float, "text": str})
    frame.to_csv(path, index=False, sep=mark, decimal="," if mark == ";" else ".")
    dataset = opened(path, missing="na_rows")
    assert dataset.rows == len(frame)
    if len(frame):
        read = rows_of(dataset, batch_rows=batch)
        for name in "ab":
            values = np.array([np.nan if v is None else v for v in read[name].to_pylist()], float)
            np.testing.assert_array_equal(values, frame[name])
        assert read["text"].to_pylist() == frame["text"].tolist()


def test_a_key_of_a_folder_wins_over_a_column(tmp_path):
    save(tmp_path, "b=5/x.parquet")
    [file], _ = find_files(tmp_path)
    assert schema_of(file).field("b").type == pa.int32()
    assert rows_of(opened(tmp_path))["b"].to_pylist() == [5, 5, 5]


def test_a_name_that_is_no_utf8_is_told(tmp_path):
    pq.write_table(TABLE, tmp_path / "x.parquet")
    os.rename(os.fsencode(tmp_path / "x.parquet"), os.fsencode(tmp_path) + b"/caf\xe9.parquet")
    with pytest.raises(Refused) as caught:
        opened(tmp_path)
    assert caught.value.report.problems[0].code == "score_file"
