"""What is refused before any row is scored: all of it, of all files, and nothing that would have been right."""

from __future__ import annotations

import json
import os
import pathlib
import re
from decimal import Decimal

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
from kerasguard.messages import CATALOGUE, problems_message, render
from kerasguard.options import Options
from kerasguard.report import Call, Part, Report
from kerasguard.scoring.batch import Refused, Scorer
from kerasguard.scoring.footers import read_footer
from kerasguard.scoring.preflight import open_dataset
from kerasguard.scoring.source import InputFile

L = keras.layers
SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
MODEL = models.dense(2)
TABLE = pa.table({"id": ["x", "y", "z"], "a": [1.0, 2.0, 3.0], "b": [1, 2, 3]})


def save(path, table=TABLE, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **how)


def with_a(values, dtype=None):
    return TABLE.set_column(1, "a", pa.array(values, dtype))


def check(path, model=None, columns=("a", "b"), keep=None, language="python", **options):
    """The problems, or none."""
    call = Call("score_dataset", language, model="net", x="input_path", paths=(str(path), "out"))
    score = Scorer(model or MODEL, call, Options(**options), columns, keep)
    try:
        open_dataset(score, path)
    except Refused as refused:
        return refused.report
    return Report(call, tuple(score.findings))


def codes(path, *args, **options):
    return [problem.code for problem in check(path, *args, **options).problems]


def facts(path, *args, **options):
    [problem] = check(path, *args, **options).problems
    return problem.facts


# Files


def test_files_that_are_not_whole_are_named_together(tmp_path):
    for i in range(3):
        save(tmp_path / f"part-{i}.parquet")
    whole = (tmp_path / "part-0.parquet").read_bytes()
    broken = {
        "b0": (b"", "it is empty (0 bytes)"),
        "b1": (whole[:-40], f"its end is cut off (at {len(whole) - 40} bytes)"),
        "b2": (b"a,b\n1,2\n", "it is no Parquet (its first bytes are others)"),
        "b3": (b"ARROW1\0\0" + whole[:-4], "it is no Parquet but Arrow (Feather)"),
        "b4": (b"PAR1" + b"\0" * 50 + b"\xff\xff\xff\x7fPAR1", "its footer can't be read"),
        "b5": (b"PARE" + whole[4:-4] + b"PARE", "it is encrypted"),
    }
    for name, (data, _) in broken.items():
        (tmp_path / f"{name}.parquet").write_bytes(data)
    found = facts(tmp_path)
    assert found["of"] == 9
    assert [name for name, _ in found["places"]] == [f"{name}.parquet" for name in broken]
    for (_, why), (_, expected) in zip(found["places"], broken.values(), strict=True):
        assert why.startswith(expected)


def test_a_page_that_is_damaged_in_the_first_rows_is_told(tmp_path):
    save(tmp_path / "x.parquet", compression="gzip")
    data = bytearray((tmp_path / "x.parquet").read_bytes())
    data[4:120] = b"\xff" * 116
    (tmp_path / "x.parquet").write_bytes(data)
    assert codes(tmp_path) == ["score_file"]


# Columns


def test_columns_that_are_not_there(tmp_path):
    save(tmp_path / "x.parquet")
    report = check(tmp_path, columns=("a", "bb"), keep=("idd", "b"))
    assert [(p.code, p.arg, p.facts["absent"], p.facts["near"]) for p in report.problems] == [
        ("score_column_absent", "columns", ("bb",), ("b",)), ("score_column_absent", "keep", ("idd",), ("id",)),
    ]  # fmt: skip


def test_a_column_of_training_that_is_not_there(tmp_path):
    model = models.dense(2)
    kg.learn_blueprint(model, pd.DataFrame({"a": [1.0, 2.0], "bee": [1.0, 2.0]}))
    save(tmp_path / "x.parquet")
    assert codes(tmp_path, model, None) == ["column_absent"]


def test_every_file_has_the_columns_that_are_needed(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", TABLE.drop(["b"]))
    save(tmp_path / "3.parquet", TABLE.drop(["id"]).append_column("more", pa.array([1, 2, 3])))
    assert facts(tmp_path)["places"] == (("2.parquet", "has no column b"),)
    os.remove(tmp_path / "2.parquet")
    assert codes(tmp_path) == []
    assert codes(tmp_path, keep=("id",)) == ["score_columns_differ"]


def test_a_model_that_takes_all_columns_gets_the_same_of_every_file(tmp_path):
    table = TABLE.drop(["id"])
    save(tmp_path / "1.parquet", table)
    save(tmp_path / "2.parquet", table.select(["b", "a"]))
    assert codes(tmp_path, columns=None) == []
    save(tmp_path / "3.parquet", table.append_column("c", table["a"]))
    assert facts(tmp_path, columns=None)["places"] == (("3.parquet", "also has column c"),)


def test_columns_in_another_order_are_the_same_columns(tmp_path):
    save(tmp_path / "in" / "1.parquet", TABLE.drop(["id"]))
    save(tmp_path / "in" / "2.parquet", TABLE.select(["b", "a"]))
    kg.score_dataset(MODEL, tmp_path / "in", tmp_path / "out", verbose=0)
    one, two = (pq.read_table(tmp_path / "out" / f"{i}.parquet") for i in (1, 2))
    assert one.equals(two)


LIKE = {
    "narrower": pa.array([1, 2, 3], pa.int8()),
    "wider": pa.array([1, 2, 3], pa.float64()),
    "decimal": pa.array([1, 2, 3], pa.decimal128(5, 1)),
    "half": pa.array(np.ones(3, "float16")),
    "flags": pa.array([True, False, True]),
    "unsigned": pa.array([1, 2, 3], pa.uint64()),
}
UNLIKE = {
    "text": (pa.array(["1", "2", "3"]), "string"),
    "category": (pa.array(["u", "v", "u"]).dictionary_encode(), "dictionary<values=string, indices=int32, ordered=0>"),
    "date": (pa.array([1, 2, 3], pa.date32()), "date32[day]"),
    "list": (pa.array([[1], [2], [3]]), "list<element: int64>"),
}


@pytest.mark.parametrize("name", LIKE)
def test_numbers_of_another_width_are_like_types(tmp_path, name):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a(LIKE[name]))
    assert codes(tmp_path) == []


@pytest.mark.parametrize("name", UNLIKE)
def test_types_that_are_unlike_are_named(tmp_path, name):
    values, dtype = UNLIKE[name]
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a(values))
    found = facts(tmp_path)
    assert (found["places"], found["first"]) == ((("2.parquet", f"column a is {dtype}, not double"),), "1.parquet")
    assert codes(tmp_path, columns=("b", "b2"), model=models.dense(1)) == ["score_column_absent"]
    assert codes(tmp_path, columns=("b",), model=models.dense(1)) == []  # what the model does not take may be anything


def test_a_column_that_is_all_null_in_a_file_has_no_type(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a([None] * 3, pa.null()))
    assert codes(tmp_path, missing="na_rows") == []
    assert codes(tmp_path) == ["score_missing"]


def test_the_same_column_twice(tmp_path):
    table = pa.Table.from_arrays([TABLE["a"], TABLE["a"], TABLE["b"]], names=["a", "a", "b"])
    save(tmp_path / "1.parquet", table)
    assert facts(tmp_path)["places"] == (("1.parquet", "a"),)


def test_columns_of_answers_that_are_there_already(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", TABLE.append_column(".pred", TABLE["a"]))
    found = facts(tmp_path)
    assert (found["columns"], found["part"].path) == ((".pred",), str(tmp_path / "2.parquet"))
    assert codes(tmp_path, keep=("id",)) == []


# Models and options


def test_models_that_cannot_be_scored_in_parts(tmp_path):
    save(tmp_path / "1.parquet")
    stateful = keras.Sequential([keras.Input((4, 1), batch_size=3), L.LSTM(2, stateful=True), L.Dense(1)])
    assert codes(tmp_path, stateful) == ["score_stateful"]
    assert codes(tmp_path, keras.Sequential([L.Dense(1)])) == ["model_unbuilt"]
    assert codes(tmp_path, "net.keras") == ["structure_model"]
    assert codes(tmp_path, missing="drop", type="labels") == ["option_value", "option_value"]
    assert codes(tmp_path, type="class") == ["type_unlearned"]


def test_shapes_are_tried_on_the_first_rows(tmp_path):
    save(tmp_path / "0.parquet", TABLE.slice(0, 0))
    save(tmp_path / "1.parquet")
    assert codes(tmp_path, models.dense(5)) == ["shape_features_few"]
    assert codes(tmp_path, columns=("a", "id")) == ["column_text"]


def test_no_rows_at_all(tmp_path):
    save(tmp_path / "0.parquet", TABLE.slice(0, 0))
    assert codes(tmp_path) == []


# Missing values


def test_nulls_are_counted_per_file_and_column(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a([1.0, None, None]), row_group_size=1)
    table = with_a([None, 2.0, 3.0]).set_column(2, "b", pa.array([None, None, 1]))
    save(tmp_path / "3.parquet", table.set_column(0, "id", pa.nulls(3, pa.string())))
    assert facts(tmp_path)["places"] == (("2.parquet", "2 in a"), ("3.parquet", "1 in a, 2 in b"))
    assert codes(tmp_path, missing="na_rows") == []


def test_nulls_in_the_first_rows_are_told_with_all_others(tmp_path):
    save(tmp_path / "1.parquet", with_a([None, 2.0, 3.0]))
    save(tmp_path / "2.parquet", with_a([1.0, None, 3.0]))
    assert facts(tmp_path)["places"] == (("1.parquet", "1 in a"), ("2.parquet", "1 in a"))


def test_nulls_that_do_not_matter(tmp_path):
    lists = pa.array([[1.0, 2.0]] * 3)
    table = pa.table({"x": lists, "note": pa.array([[None], [], None], pa.list_(pa.int64()))})
    save(tmp_path / "1.parquet", table)
    assert codes(tmp_path, columns=("x",)) == []
    model = models.dense(2)  # which drops a column that training did not see
    kg.learn_blueprint(model, pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]}))
    save(tmp_path / "1.parquet", TABLE.append_column("extra", pa.array([1.0, None, 2.0])))
    assert codes(tmp_path, model, columns=("a", "b", "extra"), repairs="quiet") == []


def test_files_without_statistics_are_not_refused(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a([1.0, None, 1e39]), write_statistics=False)
    assert codes(tmp_path) == []  # known when the rows are there
    with pytest.raises(kg.KerasGuardError):
        kg.score_dataset(MODEL, tmp_path, tmp_path.parent / f"{tmp_path.name}-out", columns=("a", "b"), verbose=0)


# Ranges


def test_values_beyond_float32_are_found_where_they_stand(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a([1.0, 2.0, 1e39]), row_group_size=1)
    save(tmp_path / "3.parquet", with_a([-1e39, 2.0, 1.0]))
    found = facts(tmp_path)
    assert found["part"] == Part(str(tmp_path / "2.parquet"), 2, 1)
    assert found["cells"].first == ((2, 0),)
    assert found["values"] == (1e39,)


def test_infinite_values(tmp_path):
    save(tmp_path / "1.parquet")
    save(tmp_path / "2.parquet", with_a([1.0, 2.0, np.inf]))
    assert codes(tmp_path) == ["infinite_values"]


def embedding():
    return keras.Sequential([keras.Input((2,), dtype="int32"), L.Embedding(50, 3), L.Flatten(), L.Dense(1)])


@pytest.mark.parametrize(("last", "expected"), [(49, []), (50, ["ids_outside"]), (-1, ["ids_outside"])])
def test_ids_that_the_layer_does_not_know(tmp_path, last, expected):
    save(tmp_path / "1.parquet", pa.table({"p": [1, 2], "q": [3, 4]}))
    save(tmp_path / "2.parquet", pa.table({"p": [1, 2, 3], "q": pa.array([3, 4, last], pa.int16())}))
    assert codes(tmp_path, embedding(), ("p", "q")) == expected
    save(tmp_path / "1.parquet", pa.table({"ids": [[1, 2], [3, 4]]}))
    save(tmp_path / "2.parquet", pa.table({"ids": [[1, 2], [3, last]]}))
    assert codes(tmp_path, embedding(), ("ids",)) == expected


def test_text_against_levels_has_no_range(tmp_path):
    model = models.dense(2)
    kg.learn_blueprint(
        model, pd.DataFrame({"size": pd.Categorical(["low", "mid", "high"]), "b": [1.0, 2, 3]}), label_base=0
    )
    save(tmp_path / "1.parquet", pa.table({"size": ["mid", "low"], "b": [1.0, 2.0]}))
    save(tmp_path / "2.parquet", pa.table({"size": pa.array(["high", "low"]).dictionary_encode(), "b": [1, 2]}))
    assert codes(tmp_path, model, None) == []
    save(tmp_path / "3.parquet", pa.table({"size": ["mid", "low"], "b": [1.0, 1e39]}))
    assert codes(tmp_path, model, None) == ["dtype_too_large"]


def test_rows_that_are_left_out_may_hold_anything(tmp_path):
    table = with_a([1.0, 2.0, 1e39]).set_column(2, "b", pa.array([1, 2, None]))
    save(tmp_path / "1.parquet", table)
    assert codes(tmp_path, missing="na_rows") == []
    assert codes(tmp_path) == ["score_missing"]


values = st.one_of(st.floats(width=64), st.sampled_from([1e39, -1e39, 3.4e38, 0.0, -0.0, 1e-310]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    cells=st.lists(st.tuples(values, st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))), min_size=1, max_size=8),
    group=st.integers(1, 8), missing=st.sampled_from(["refuse", "na_rows"]),
)  # fmt: skip
def test_what_is_refused_would_have_been_refused(tmp_path_factory, cells, group, missing):
    folder = tmp_path_factory.mktemp("in")
    a, b = zip(*cells, strict=True)
    table = pa.table({"a": pa.array(a, pa.float64()), "b": pa.array(b, pa.int64())})
    save(folder / "1.parquet", table, row_group_size=group)
    score = Scorer(MODEL, Call("score_dataset", paths=("in", "out")), Options(missing=missing), ("a", "b"))
    try:
        score(table.to_batches()[0], Part("x", 0))
    except Refused:
        return
    assert codes(folder, missing=missing) == []


# Footers


def test_what_a_footer_tells(tmp_path):
    table = pa.table({
        "a": [1.5, None, float("nan")], "d": pa.array([Decimal("1.5"), None, Decimal(2)], pa.decimal128(9, 2)),
        "l": pa.array([[1, 2], None, [None]], pa.list_(pa.int64())), "s": [{"p": 1, "q": 2}] * 3, "b": [3, 1, 2],
        "m": pa.array([[("k", 1)]] * 3, pa.map_(pa.string(), pa.int64())), "Sepal.Length": [1, 2, 3], "z": ["x"] * 3,
    })  # fmt: skip
    save(tmp_path / "x.parquet", table, row_group_size=2)
    known = read_footer(InputFile(str(tmp_path / "x.parquet"), "x", "parquet", 0, 0), table.schema.names)
    assert known.rows == 3
    assert known.nulls == {"a": 1, "d": 1}
    numbers = {name: known.ranges[name] for name in ("a", "d", "l", "b", "Sepal.Length")}
    assert numbers == {
        "a": (1.5, 1.5),
        "d": (Decimal("1.5"), Decimal(2)),
        "l": (1, 2),
        "b": (1, 3),
        "Sepal.Length": (1, 3),
    }
    assert not {"s", "m"} & set(known.ranges)


# Words


def lists_of(path):
    return json.dumps(str(path))


def broken(folder):
    save(folder / "in" / "a.parquet")
    (folder / "in" / "b.parquet").write_bytes(b"")
    return {}


def absent(folder):
    save(folder / "inn" / "a.parquet")
    return {}


def nothing(folder):
    (folder / "in").mkdir()
    (folder / "in" / "x.txt").touch()
    return {}


def mixed(folder):
    save(folder / "in" / "a.parquet")
    (folder / "in" / "b.csv").write_text("a,b\n1,2\n")
    return {}


def delta(folder):
    (folder / "in" / "_delta_log").mkdir(parents=True)
    return {}


def two_files(second):
    def make(folder):
        save(folder / "in" / "a.parquet")
        save(folder / "in" / "b.parquet", second)
        return {}

    return make


def cell(folder):
    (folder / "in").mkdir()
    (folder / "in" / "a.csv").write_text("a,b\n1,2\n1,n/k\n")
    return {}


def left_out(folder):
    save(folder / "in" / "a.parquet")
    (folder / "in" / "README.md").touch()
    return {}


SITUATIONS = {
    "score_file": broken, "score_absent": absent, "score_no_files": nothing, "score_mixed": mixed, "score_table": delta,
    "score_address": lambda folder: {"path": "s3://bucket/in"},
    "score_left_out": left_out, "score_cell": cell,
    "score_column_twice": two_files(pa.Table.from_arrays([TABLE["a"], TABLE["a"], TABLE["b"]], names=["a", "a", "b"])),
    "score_columns_differ": two_files(TABLE.drop(["b"])), "score_types_differ": two_files(with_a(["1", "2", "3"])),
    "score_missing": two_files(with_a([None, 2.0, 3.0])),
    "score_column_absent": lambda folder: two_files(TABLE)(folder) | {"columns": ("a", "bb")},
    "score_stateful": lambda folder: two_files(TABLE)(folder) | {
        "model": keras.Sequential([keras.Input((4, 1), batch_size=3), L.LSTM(2, stateful=True)])
    },
}  # fmt: skip


def told(code, folder, language):
    folder.mkdir(exist_ok=True)
    given = SITUATIONS[code](folder)
    path = given.pop("path", str(folder / "in"))
    report = check(path, language=language, **given)
    assert code in report.codes
    text = problems_message(report).text if report.problems else render(report.findings[0], report.call).text
    return report, text


@pytest.mark.parametrize("language", ["python", "r"])
def test_words_are_as_agreed(tmp_path, language):
    parts = []
    for code in SITUATIONS:
        _, text = told(code, tmp_path / code, language)
        text = text.replace(str(tmp_path / code), "DATA")
        parts.append(f"## {code}\n{text}\n")
    current = re.sub(r"""(odel )(["'])\w+["']""", r"\1\2NAME\2", "\n".join(parts))
    file = SNAPSHOTS / f"score_preflight_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(current)
    assert current == file.read_text()


FILL = {"SPARK": "None", "COLUMNS": '["a", "b"]', '"ELSEWHERE"': "elsewhere", "DATA": "np.ones((3, 4, 1))"}


@pytest.mark.parametrize("language", ["python", "r"])
@pytest.mark.parametrize("code", SITUATIONS)
def test_the_form_of_a_message(tmp_path, code, language):
    report, text = told(code, tmp_path / "data", language)
    assert len(text) < 1000
    assert not re.search(r"please|invalid|sorry|[{}]", text, re.IGNORECASE)
    for problem in report.problems:
        lines = render(problem, report.call).lines
        assert len(lines[0]) <= 80
        assert any(line.startswith("Fix:") for line in lines)
    if language == "r":
        assert not re.search(r"\bNone\b|ndarray|np\.|\[\d", text)


@pytest.mark.parametrize("code", sorted(set(SITUATIONS) - {"score_address", "score_table", "score_left_out"}))
def test_the_fix_runs(tmp_path, code):
    report, _ = told(code, tmp_path / "data", "python")
    good = tmp_path / "good"
    save(good / "a.parquet")
    for line in render(report.problems[0], report.call).lines:
        if line.startswith("Fix:"):
            fix = line.removeprefix("Fix: ").split("  # ")[0]
            fix = fix.replace('"out"', json.dumps(str(tmp_path / "out")))
            for name, value in {**FILL, '"IN_FOLDER"': lists_of(good)}.items():
                fix = fix.replace(name, value)
            if "once it is mended" in line or "missing" in fix or "columns" in fix:
                continue  # tried above: the data have to be others
            model = SITUATIONS[code](tmp_path / "x").get("model") if code == "score_stateful" else None
            exec(fix, {"net": model or MODEL, "np": np, "elsewhere": str(tmp_path / "away"),
                       "score_dataset": lambda *given: kg.score_dataset(*given, columns=("a", "b"), verbose=0),
                       "safe_predict": lambda *given: kg.safe_predict(*given, repairs="quiet")})  # fmt: skip


def test_all_findings_of_all_files_are_told_at_once(tmp_path):
    save(tmp_path / "1.parquet")
    (tmp_path / "2.parquet").write_bytes(b"")
    save(tmp_path / "3.parquet", with_a([1.0, None, 3.0]))
    save(tmp_path / "4.parquet", with_a([1.0, 1e39, 3.0]))
    save(tmp_path / "5.parquet", with_a([1.0, np.inf, 3.0]))
    report = check(tmp_path)
    assert list(report.codes) == ["score_file", "score_missing", "dtype_too_large", "infinite_values"]
    text = problems_message(report).text
    assert len(text) < 1000
    assert all(name in str([f.facts for f in report.problems]) for name in ("2.pa", "3.pa", "4.pa", "5.pa"))


@pytest.mark.parametrize("columns", [{"main": ("a", "b", "c"), "aux": ("d", "e")}, ("main", "aux"), None])
def test_several_inputs(tmp_path, columns):
    model = models.two()
    names = "abcde" if isinstance(columns, dict) else ()
    lists = {"main": [[1.0, 2.0, 3.0]] * 2, "aux": [[1.0, 2.0]] * 2, "id": ["x", "y"]}
    save(tmp_path / "1.parquet", pa.table({name: [1.0, 2.0] for name in names} or lists))
    assert codes(tmp_path, model, columns) == []
    if isinstance(columns, dict):
        assert codes(tmp_path, model, {**columns, "aux": ("d", "f")}) == ["score_column_absent"]
        save(tmp_path / "2.parquet", pa.table({name: [1.0, None] for name in names}))
        assert facts(tmp_path, model, columns)["places"] == (("2.parquet", "1 in a, 1 in b, 1 in c, 1 in d, 1 in e"),)


def test_many_files_are_told_in_short(tmp_path):
    for i in range(40):
        save(tmp_path / f"part-{i:02}-{'0' * 80}.parquet", with_a([None, 1.0, 2.0]))
    text = problems_message(check(tmp_path)).text
    assert len(text) < 1000
    assert re.search(r"and \d\d files more", text)


def test_every_code_of_files_has_words():
    assert set(SITUATIONS) <= set(CATALOGUE)
