"""The command line, with real models and files: in this process where that shows it, else in one of its own."""

from __future__ import annotations

import ast
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time

import keras
import kerasguard as kg
import models
import numpy as np
import pandas as pd
import pytest
from kerasguard.cli import commands, main
from kerasguard.cli.parser import EXAMPLES
from kerasguard.messages import CATALOGUE
from needs import tf  # noqa: F401

ROOT = pathlib.Path(__file__).parent.parent
NAMES = list("abc")
COMMAND = [sys.executable, "-m", "kerasguard"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of models and data."""
    folder = tmp_path_factory.mktemp("cli")
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(60, 3)), columns=NAMES)
    labels = pd.Series(np.array(["no", "yes", "é,x"])[np.arange(60) % 3])
    model = models.dense(3, 3, "softmax")
    model.compile(loss="sparse_categorical_crossentropy")
    model.save(folder / "plain.keras")
    kg.learn_blueprint(model, table, labels)
    kg.safe_save_model(model, folder / "model.keras")
    models.two((2, 1)).save(folder / "two_inputs.keras")
    models.two_outputs(dict).save(folder / "two_outputs.keras")
    models.lstm().save(folder / "lstm.keras")
    models.text().save(folder / "text.keras")
    table.insert(0, "id", [f"{i:03d}" for i in range(60)])
    table.to_csv(folder / "data.csv", index=False)
    table.to_csv(folder / "data.csv.gz", index=False)
    table.to_csv(folder / "data.tsv", index=False, sep="\t")
    table.to_csv(folder / "half.csv", index=False, sep=";", encoding="latin1")
    table.to_csv(folder / "row_names.csv")
    table.to_parquet(folder / "data.parquet")
    table.to_feather(folder / "data.feather")
    table[NAMES].to_csv(folder / "bare.csv", index=False, header=False)
    np.save(folder / "data.npy", table[NAMES].to_numpy())
    np.savez(folder / "two.npz", main=table[["a", "b"]], aux=table[["c"]])
    np.save(folder / "objects.npy", table.to_numpy(dtype=object), allow_pickle=True)
    table.loc[1, "b"] = np.nan
    table.to_csv(folder / "holes.csv", index=False)
    (folder / "parts").mkdir()
    table.to_parquet(folder / "parts" / "one.parquet")
    wide = pd.DataFrame(rng.normal(size=(4, 15)), columns=[f"v{c}" for c in "abcdefghijklmno"])
    wide.to_csv(folder / "wide.csv", index=False)
    (folder / "train.log").write_text(
        'Epoch 1/3\nTraceback (most recent call last):\n  File "train.py", line 3, in <module>\n    model.fit(x, y)\n'
        'ValueError: Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape to have'
        " value 5, but received input with shape (None, 6)\n"
    )
    (folder / "train.py").write_text("import sys\nsys.exit(open('train.log').read())\n")
    return folder


@pytest.fixture
def run(made, capsys, monkeypatch):
    """Runs a command in the folder: exit code, standard output, standard error."""
    monkeypatch.chdir(made)

    def run(command, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main(shlex.split(command))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def run_json(run):
    """Runs a command with --json: exit code, and the one object that it prints."""

    def run_json(command, stdin=b""):
        code, out, err = run(f"{command} --json", stdin)
        assert err == ""
        found = json.loads(out, parse_constant=lambda name: pytest.fail(name))
        assert found["ok"] == (code == 0)
        return code, found

    return run_json


def table_of(made, name="data.csv"):
    return pd.read_csv(made / name, float_precision="round_trip")


def loaded(made, name="model.keras"):
    return kg.safe_load_model(made / name)


def numbers(made, name="model.keras", data="data.csv", **options):
    x = table_of(made, data)[NAMES]
    return kg.safe_predict(loaded(made, name), x, **options)


# predictions


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "tsv", "parquet", "feather", "npy", "npz"])
def test_numbers_are_those_of_safe_predict(run, made, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    assert run(f"predict model.keras data.csv -o {out} --columns a,b,c")[:2] == (0, "")
    read = {
        "csv": pd.read_csv, "csv.gz": pd.read_csv, "tsv": lambda file: pd.read_csv(file, sep="\t"),
        "parquet": pd.read_parquet, "feather": pd.read_feather, "npy": np.load,
        "npz": lambda file: np.load(file)["pred"],
    }[suffix](out)  # fmt: skip
    if suffix in ("parquet", "feather"):
        assert list(read.columns) == [".pred"]
        read = np.stack(read[".pred"])
    found = np.asarray(read, dtype="float32")
    np.testing.assert_array_equal(found.view("uint32"), numbers(made).view("uint32"))
    assert os.listdir(tmp_path) == [out.name]


@pytest.mark.parametrize("data", ["data.csv", "data.csv.gz", "data.tsv", "data.parquet", "data.feather", "data.npy"])
def test_formats_that_are_read(run, made, data):
    columns = "" if data.endswith("npy") else "--columns a,b,c"
    code, out, err = run(f"predict model.keras {data} {columns} --repairs quiet")
    assert (code, err) == (0, "")
    found = pd.read_csv(io.StringIO(out)).to_numpy("float32")
    np.testing.assert_array_equal(found, numbers(made))


def test_standard_input_and_output(run, made):
    for name, more in (("data.csv", ""), ("data.parquet", "--format parquet"), ("data.npy", "--format npy")):
        code, out, _ = run(f"predict model.keras - {more} -o -", (made / name).read_bytes())
        assert code == 0
        np.testing.assert_array_equal(pd.read_csv(io.StringIO(out)).to_numpy("float32"), numbers(made))


def test_classes_and_probabilities(run, made):
    out = run("predict model.keras data.csv --type class --keep id")[1]
    found = pd.read_csv(io.StringIO(out), dtype=str)
    assert list(found) == ["id", ".pred_class"]
    assert list(found[".pred_class"]) == list(numbers(made, type="class"))
    out = run("predict model.keras data.csv --type prob")[1]
    expected = numbers(made, type="prob")
    found = pd.read_csv(io.StringIO(out), float_precision="round_trip")
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_two_outputs_have_their_names(run, made, tmp_path):
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(4, 5)), columns=list("vwxyz"))
    table.to_csv(tmp_path / "five.csv", index=False)
    expected = kg.safe_predict(loaded(made, "two_outputs.keras"), table)
    code, out, _ = run(f"predict two_outputs.keras {tmp_path}/five.csv")
    found = pd.read_csv(io.StringIO(out))
    assert code == 0
    assert list(found) == [".pred_mean", ".pred_spread_1", ".pred_spread_2"]
    np.testing.assert_array_equal(found[[".pred_spread_1", ".pred_spread_2"]].to_numpy("float32"), expected["spread"])
    code, _, err = run(f"predict two_outputs.keras {tmp_path}/five.csv -o {tmp_path}/out.npy")
    assert code == 1
    again = err.strip().split("\n")[-1].strip()
    assert run(again.removeprefix("kerasguard "))[0] == 0
    np.testing.assert_array_equal(np.load(tmp_path / "out.npz")["mean"], expected["mean"])


def test_outputs_of_one_layer_are_two(run, made, tmp_path):
    x, layer = keras.Input((3,)), keras.layers.Dense(1, name="d")
    keras.Model(x, [layer(x), layer(-x)]).save(tmp_path / "twice.keras")
    out = run(f"predict {tmp_path}/twice.keras data.csv --columns a,b,c")[1]
    found = pd.read_csv(io.StringIO(out))
    assert list(found) == [".pred_d", ".pred_d_1"]
    np.testing.assert_allclose(found[".pred_d"], -found[".pred_d_1"], rtol=1e-5)
    assert run(f"predict {tmp_path}/twice.keras data.csv --columns a,b,c -o {tmp_path}/out.npz")[0] == 0
    assert set(np.load(tmp_path / "out.npz")) == {"d", "d_1"}


def test_rows_without_a_prediction_are_empty(run, run_json, made, tmp_path):
    expected = numbers(made, data="holes.csv", missing="na_rows")
    out = run("predict model.keras holes.csv --missing na_rows --repairs quiet")[1]
    assert out.split("\n")[2] == ",,"
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(out)).to_numpy("float32"), expected)
    run(f"predict model.keras holes.csv --missing na_rows -o {tmp_path}/out.parquet")
    assert pd.read_parquet(tmp_path / "out.parquet")[".pred"].isna().tolist() == [i == 1 for i in range(60)]
    found = run_json("predict model.keras holes.csv --missing na_rows")[1]["predictions"]
    assert found[1] == {".pred": [None, None, None]}
    assert np.float32(found[0][".pred"]).tolist() == expected[0].tolist()


def test_kept_columns_stay_letter_by_letter(run, run_json, made, tmp_path):
    (tmp_path / "codes.csv").write_text("id,a,b,c,n\n007,1.50,2,3,4\n010,1e0,NA,3,5\n")
    out = run(f"predict plain.keras {tmp_path}/codes.csv --columns a,b,c --keep-all --missing na_rows")[1]
    lines = out.split("\n")
    assert lines[0] == "id,a,b,c,n,.pred_1,.pred_2,.pred_3"
    assert lines[1].startswith("007,1.50,2,3,4,0.")
    assert lines[2] == "010,1e0,NA,3,5,,,"
    command = f"predict plain.keras {tmp_path}/codes.csv --columns a,b,c --keep id,n --missing na_rows"
    assert [row["id"] for row in run_json(command)[1]["predictions"]] == ["007", "010"]
    assert [row["n"] for row in run_json(command)[1]["predictions"]] == [4, 5]


def test_row_names_are_no_data(run, run_json, made, tmp_path):
    (tmp_path / "r.csv").write_text('"","a","b","c"\n"1",1,2,3\n"2",4,5,6\n')
    (tmp_path / "table.csv").write_text('"a","b","c"\n"x",1,2,3\n"y",4,5,6\n')
    expected = kg.safe_predict(loaded(made, "plain.keras"), np.array([[1.0, 2, 3], [4, 5, 6]]))
    for name in ("r.csv", "table.csv"):
        code, found = run_json(f"predict plain.keras {tmp_path}/{name}")
        assert code == 0
        assert [note["code"] for note in found["notes"]] == ["cli_row_names"]
        np.testing.assert_array_equal(np.float32([row[".pred"] for row in found["predictions"]]), expected)
        assert (
            run_json(f"predict plain.keras {tmp_path}/{name} --repairs refuse")[1]["problems"][0]["code"]
            == "repair_refused"
        )
        kept = run(f"predict plain.keras {tmp_path}/{name} --keep a --repairs quiet")[1]
        assert [line.split(",")[0] for line in kept.split()] == ["a", "1", "4"]
    code, found = run_json('predict plain.keras row_names.csv --columns "Unnamed: 0,a,b"')
    assert (code, found["notes"]) == (0, [])


def test_training_may_have_had_row_names(run_json, made, tmp_path):
    table = pd.DataFrame(np.random.default_rng(2).normal(size=(9, 2)), columns=["a", "b"])
    table.to_csv(tmp_path / "train.csv")
    x = pd.read_csv(tmp_path / "train.csv", float_precision="round_trip")
    model = models.dense(3)
    kg.learn_blueprint(model, x)
    kg.safe_save_model(model, tmp_path / "m.keras")
    code, found = run_json(f"predict {tmp_path}/m.keras {tmp_path}/train.csv")
    assert (code, found["notes"]) == (0, [])
    np.testing.assert_array_equal(
        np.float32([row[".pred"] for row in found["predictions"]]), kg.safe_predict(model, x)[:, 0]
    )


def test_levels_that_look_like_numbers_are_text(run_json, tmp_path):
    x = pd.DataFrame({"zip": ["01", "02", "10"] * 3, "flag": ["TRUE", "FALSE", "TRUE"] * 3, "n": np.arange(9.0)})
    model = models.dense(6)  # a column of 0 and 1 for each level
    with pytest.warns(kg.KerasGuardWarning):
        kg.learn_blueprint(model, x.astype({"zip": "category", "flag": "category"}))
    kg.safe_save_model(model, tmp_path / "m.keras")
    x.to_csv(tmp_path / "x.csv", index=False)
    code, found = run_json(f"predict {tmp_path}/m.keras {tmp_path}/x.csv --repairs quiet")
    assert code == 0
    np.testing.assert_array_equal(
        np.float32([row[".pred"] for row in found["predictions"]]), kg.safe_predict(model, x, repairs="quiet")[:, 0]
    )


def test_text_models_take_text(run_json, made, tmp_path):
    (tmp_path / "words.csv").write_text("words\n12\n007\n")
    code, found = run_json(f"predict text.keras {tmp_path}/words.csv")
    expected = kg.safe_predict(loaded(made, "text.keras"), pd.DataFrame({"words": ["12", "007"]}))
    assert code == 0
    np.testing.assert_array_equal(np.float32([row[".pred"] for row in found["predictions"]]), expected[:, 0])


def test_a_column_of_lists_is_an_array(run, made, tmp_path):
    x = np.random.default_rng(3).normal(size=(6, 5, 3)).astype("float32")
    pd.DataFrame({"series": [part.tolist() for part in x]}).to_parquet(tmp_path / "series.parquet")
    code, out, err = run(f"predict lstm.keras {tmp_path}/series.parquet")
    assert (code, err) == (0, "")
    expected = kg.safe_predict(loaded(made, "lstm.keras"), x)
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(out)).to_numpy("float32"), expected)


def test_several_inputs(run, made):
    model, x = loaded(made, "two_inputs.keras"), table_of(made)
    expected = kg.safe_predict(model, {"main": x[["a", "b"]], "aux": x[["c"]]})
    for command in ("data.csv --columns main=a,b --columns aux=c", "two.npz"):
        code, out, err = run(f"predict two_inputs.keras {command}")
        assert (code, err) == (0, "")
        np.testing.assert_array_equal(pd.read_csv(io.StringIO(out)).to_numpy("float32"), expected)


def test_no_rows(run, tmp_path):
    (tmp_path / "none.csv").write_text("a,b,c\n")
    assert run(f"predict model.keras {tmp_path}/none.csv")[:2] == (0, ".pred_1,.pred_2,.pred_3\n")


def test_separators_and_decimals(run, made, tmp_path):
    table_of(made)[NAMES].to_csv(tmp_path / "x.csv", index=False, sep=";", decimal=",")
    code, out, err = run(f"predict model.keras {tmp_path}/x.csv --sep ';' --decimal ,")
    assert (code, err) == (0, "")
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(out)).to_numpy("float32"), numbers(made))


def test_columns_with_commas(run_json, made, tmp_path):
    table_of(made)[NAMES].set_axis(["a,1", 'b"', "c"], axis=1).to_csv(tmp_path / "x.csv", index=False)
    columns = shlex.quote('"a,1","b""",c')
    assert run_json(f"predict plain.keras {tmp_path}/x.csv --columns {columns}")[0] == 0


# refusals: the command, its code, what stands for the placeholders of its fixes
REFUSED = [
    ("predict model.kers data.csv", "load_missing", {}),
    ("predict data.csv model.keras", "cli_swapped", {}),
    ("predict data.npy data.csv", "load_format", None),
    ("predict model.keras dta.csv", "cli_data_missing", {}),
    ("predict model.keras nothing_like_it", "cli_data_missing", {"PATH": "data.csv"}),
    ("predict model.keras parts", "cli_data_folder", {"OUT": "scored_fix", "COLUMNS": "a,b,c --missing na_rows"}),
    ("predict model.keras train.log", "cli_data_format", None),
    ("predict model.keras empty.csv", "cli_data_empty", {"PATH": "data.csv"}),
    ("predict model.keras ragged.csv", "cli_data_read", None),
    ("predict model.keras data.csv --format parquet", "cli_data_read", {"FORMAT": "csv"}),
    ("predict model.keras latin.csv", "cli_data_encoding", {}),
    ("predict model.keras data.csv --encoding nonsense", "cli_data_read", None),
    ("predict model.keras objects.npy", "cli_data_pickle", {"DATA": "[1, 2]"}),
    ("predict model.keras half.csv", "cli_separator", {}),
    ("predict plain.keras bare.csv", "cli_header", None),
    ("predict model.keras data.csv --columns a,b,cc", "cli_columns", {}),
    ("predict model.keras data.csv --columns a,b --keep nothing", "cli_columns", None),
    ("predict model.keras data.npy --columns a,b,c", "cli_columns_array", {}),
    ("predict model.keras data.npy --keep-all", "cli_columns_array", {}),
    ("predict two_inputs.keras data.csv --columns main=a,b --columns c", "cli_columns_form", None),
    ("predict model.keras data.csv -o out.xyz", "cli_output_suffix", {}),
    ("predict model.keras data.csv -o 'new folder/out.csv'", "cli_output_folder", {}),
    ("predict model.keras data.csv -o parts", "cli_output_is_folder", {}),
    ("predict model.keras data.csv -o data.csv", "cli_output_is_input", {}),
    ("predict model.keras data.csv -o out.npy --keep id", "cli_output_array", {}),
    ("predict two_outputs.keras five.csv -o out.npy", "cli_output_arrays", {}),
    ("predict lstm.keras one.npy --keep-all", "cli_columns_array", None),
    ("predict lstm.keras steps.csv --keep-all", "cli_keep_rows", {}),
    ("predict plain.keras pairs.csv", "cli_header", None),
    ("predict plain.keras pred.csv --columns a,b,c --keep-all", "cli_keep_twice", {}),
    ("predict plain.keras data.csv", "shape_features", {"COLUMNS": "a,b,c"}),
    ("predict plain.keras short.csv", "shape_features_few", {"ALL_COLUMNS.csv": "turned.csv"}),
    ("predict plain.keras named.csv", "column_text", {}),
    ("predict model.keras holes.csv", "missing_values", {}),
    ("check model.keras holes.csv", "missing_values", {}),
    ("predict model.keras infinite.csv", "infinite_values", {}),
    ("predict model.keras short.csv", "column_absent", None),
    ("predict model.keras turned.csv --repairs refuse", "repair_refused", {}),
    ("predict model.keras data.csv --threshold 2", "option_threshold", {}),
    ("predict plain.keras data.csv --columns a,b,c --type class", "type_unlearned",
     {"TRAINING_X": "[[1, 2, 3]] * 3", "TRAINING_Y": "['u', 'v', 'w']"}),
    ("predict two_inputs.keras data.csv", "structure_one_for_many", {"main=COLUMNS": "main=a,b", "aux=COLUMNS": "aux=c"}),
    ("predict lambda.keras data.csv --columns a,b,c", "load_lambda", {}),
    ("explain nothing.log", "cli_data_missing", {"PATH": "train.log"}),
    ("model model.kers", "load_missing", {}),
    ("blueprint model.kers", "load_missing", {}),
    ("score model.kers parts scored_new --columns a,b,c", "load_missing", None),
    ("score model.keras parts scored_holes --columns a,b,c", "score_missing", {}),
    ("score model.keras data.parquet scored_one --columns a,b,c --no-resume", "score_output_filled", {"NEW_FOLDER": "fresh"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def wrong(made):
    """Files with something wrong."""
    table = pd.read_csv(made / "data.csv")
    (made / "empty.csv").write_text("")
    (made / "ragged.csv").write_text("a,b,c\n1,2,3\n1,2,3,4,5\n")
    (made / "latin.csv").write_bytes("a,b,c,ö\n1,2,3,4\n".encode("latin1"))
    table.assign(**{".pred": 1, ".pred_1": 1}).to_csv(made / "pred.csv", index=False)
    table[["a", "b"]].to_csv(made / "short.csv", index=False)
    table[NAMES].assign(name="x").to_csv(made / "named.csv", index=False)
    table[NAMES].assign(c=np.inf).to_csv(made / "infinite.csv", index=False)
    table[list("cba")].to_csv(made / "turned.csv", index=False)
    pd.DataFrame(np.ones((2, 5)), columns=list("vwxyz")).to_csv(made / "five.csv", index=False)
    table[NAMES][:5].to_csv(made / "steps.csv", index=False)
    (made / "pairs.csv").write_text("0,1\n1,1\n")
    np.save(made / "one.npy", np.ones((2, 5, 3)))
    keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x * 2)]).save(made / "lambda.keras")
    return made


@pytest.mark.parametrize(("command", "code", "fill"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_refusal_and_what_mends_it(run, run_json, wrong, tmp_path, monkeypatch, command, code, fill):
    monkeypatch.chdir(shutil.copytree(wrong, tmp_path / "copy"))  # a fix may write
    if code == "score_output_filled":
        run("score model.keras data.parquet scored_one --columns a,b,c")
    status, out, err = run(command)
    assert status == 1
    assert "Traceback" not in out + err
    if not command.startswith("check"):
        assert out == ""
        assert re.match(r"kerasguard: error: [`\"\w-].{5,}", err)
    found = run_json(command)[1]
    assert found["problems"][0]["code"] == code
    assert found["problems"][0]["family"] == CATALOGUE[code].family
    fixes = found["problems"][0]["fixes"]
    assert fixes
    assert not re.search(r"/(tmp|root)/", found["problems"][0]["message"])
    for lines in fixes if fill is not None else ():
        for placeholder, value in fill.items():
            lines = re.sub(rf"(?<![\w]){re.escape(placeholder)}(?!\w)", value, lines)
        run_lines(lines, run)


def run_lines(lines, run):
    """A fix as a user pastes it: into Python, or into a shell."""
    try:
        ast.parse(lines)
    except SyntaxError:
        for line in lines.split("\n"):
            if line.startswith("kerasguard "):
                code, _, err = run(line.removeprefix("kerasguard ").removesuffix("--json"))
                assert code == 0, (line, err)
            else:
                subprocess.run(line, shell=True, check=True)
        return
    exec(lines, {})


def test_every_code_of_commands_is_tried():
    tried = {code for _, code, _ in REFUSED}
    elsewhere = {"cli_row_names", "cli_output_write", "cli_library"}
    assert {code for code in CATALOGUE if code.startswith("cli_")} - tried == elsewhere


def test_what_is_learned_by_a_fix_is_there_when_asked_again(run, run_json, made, tmp_path):
    (tmp_path / "m.keras").write_bytes((made / "plain.keras").read_bytes())
    command = f"predict {tmp_path}/m.keras data.csv --columns a,b,c --type class"
    (fix,) = run_json(command)[1]["problems"][0]["fixes"]
    exec(fix.replace("TRAINING_X", "[[1, 2, 3]] * 3").replace("TRAINING_Y", "['u', 'v', 'w']"), {})
    code, out, _ = run(command)
    assert code == 0
    assert set(out.split()[1:]) <= {"u", "v", "w"}


def test_words_count_from_one_and_name_files(run):
    err = run("predict model.keras holes.csv")[2]
    assert "`holes.csv` must have no missing values" in err
    assert "At row 2, column 'b'." in err
    err = run("predict lstm.keras wide.csv")[2]
    assert err.startswith("kerasguard: warning: `wide.csv` was read step by step")
    assert "Columns 1-3 became time step 1." in err
    assert "kerasguard predict lstm.keras wide.csv --order F" in err
    err = run("predict plain.keras data.csv")[2]
    assert "by model 'plain.keras'" in err
    assert "a table of 60 rows and 4 columns" in err


def test_rows_of_several_inputs_in_words(run_json, made, tmp_path):
    np.savez(tmp_path / "two.npz", main=np.ones((3, 2)), aux=np.array([[1], [np.nan], [2]]))
    found = run_json(f"predict two_inputs.keras {tmp_path}/two.npz")[1]["problems"][0]
    assert found["code"] == "missing_values"
    assert found["message"].startswith("`two.npz['aux']` must")


# other commands


def test_check(run, run_json):
    code, out, err = run("check model.keras data.csv")
    assert (code, err) == (0, "")
    assert out.startswith("`data.csv` can be predicted.\n")
    code, out, err = run("check model.keras holes.csv")
    assert (code, err) == (1, "")
    assert "`holes.csv` can't be predicted as it is." in out
    assert "column_extra" in [note["code"] for note in run_json("check model.keras data.csv")[1]["notes"]]


def test_explain(run, run_json, made):
    code, out, err = run("explain train.log")
    assert (code, err) == (0, "")
    assert run("explain -", (made / "train.log").read_bytes())[1] == out
    expected = kg.explain_error((made / "train.log").read_text())
    assert out == f"{expected}\n"
    assert [cause["code"] for cause in run_json("explain train.log")[1]["causes"]] == list(expected.codes)


def test_model(run, run_json, made, tmp_path):
    code, out, err = run("model model.keras")
    assert (code, err) == (0, "")
    for part in ("`model.keras` holds", "expects  (samples, 3)", '"no", "yes"', "no faults found"):
        assert part in out
    found = run_json("model model.keras")[1]
    assert found["inputs"][0]["shape"] == [None, 3]
    assert [layer["class"] for layer in found["layers"]] == ["Dense", "Dense"]
    never_built = keras.Sequential([keras.layers.Dense(1)])
    with pytest.warns(UserWarning, match="not yet been built"):
        never_built.save(tmp_path / "unbuilt.keras")
    assert run_json(f"model {tmp_path}/unbuilt.keras")[1]["problems"][0]["code"] == "model_unbuilt"


def test_blueprint(run, run_json, made):
    assert run("blueprint model.keras")[1] == f"{kg.blueprint(loaded(made))!r}\n"
    found = run_json("blueprint model.keras")[1]["blueprint"]
    assert [column["name"] for column in found["inputs"][0]["columns"]] == NAMES
    assert run_json("blueprint plain.keras") == (0, {"ok": True, "blueprint": None, "problems": [], "notes": []})


def test_env(run_json):
    code, found = run_json("env")
    versions = {row["name"]: row["version"] for row in found["rows"]}
    assert (code, versions["Keras"]) == (0, keras.__version__)


def test_score(run, run_json, made, tmp_path):
    command = f"score model.keras parts {tmp_path}/out --columns a,b,c --missing na_rows"
    code, out, err = run(command)
    assert (code, err) == (0, "")
    assert out.startswith("Scored 60 rows of 1 file")
    found = pd.read_parquet(tmp_path / "out" / "one.parquet")
    assert list(found) == ["id", *NAMES, ".pred"]
    expected = numbers(made, data="holes.csv", missing="na_rows")
    assert found[".pred"].isna().tolist() == np.isnan(expected[:, 0]).tolist()
    given = np.stack(found[".pred"].dropna())
    np.testing.assert_allclose(given, np.delete(expected, 1, axis=0), rtol=1e-5)
    assert run_json(command)[1]["files_resumed"] == 1


def test_score_of_several_inputs(run, made, tmp_path):
    code, _, err = run(f"score two_inputs.keras data.parquet {tmp_path}/out --columns main=a,b --columns aux=c")
    assert (code, err) == (0, "")
    assert list(pd.read_parquet(tmp_path / "out" / "data.parquet"))[-1] == ".pred"


# manners


@pytest.mark.parametrize(
    "words",
    ["", "predict", "predict a", "predict a b --missing none", "predict a b --batch-size 0", "nothing", "predict a b --sep ab",
     "predict a b --keep x --keep-all", "predict a b --mis refuse", "env --timeout no"],
)  # fmt: skip
def test_wrong_usage(run, words):
    code, out, err = run(words)
    assert (code, out) == (2, "")
    assert err.startswith("usage: kerasguard")
    code, out, _ = run(f"{words} --json")
    assert code == 2
    assert json.loads(out)["problems"][0]["code"] == "usage"


def test_help_and_version(run):
    assert run("--version") == (0, f"kerasguard {kg.__version__}\n", "")
    for name, examples in EXAMPLES.items():
        code, out, err = run(f"{name} --help")
        assert (code, err) == (0, "")
        assert examples in out
        assert max(map(len, out.split("\n"))) <= 100


def test_the_entry_point():
    text = (ROOT / "pyproject.toml").read_text()
    (home,) = re.findall(r'^\[project\.scripts\]\nkerasguard = "(.*)"$', text, re.MULTILINE)
    module, name = home.split(":")
    assert getattr(__import__(module, fromlist=[name]), name) is main


NOT_LOADED = """
import sys
from kerasguard.cli import main
code = main(sys.argv[2:])
loaded = set(sys.argv[1].split(",")) & set(sys.modules)
sys.exit(f"{loaded} loaded" if loaded else code)
"""


@pytest.mark.parametrize(
    ("words", "not_loaded", "expected"),
    [
        ("--help", "numpy,pandas,pyarrow,keras,tensorflow", 0),
        ("--version", "numpy,pandas,pyarrow,keras,tensorflow", 0),
        ("predict --help", "numpy,pandas,pyarrow,keras,tensorflow", 0),
        ("env", "numpy,pandas,pyarrow,keras,tensorflow", 0),
        ("predict model.keras", "numpy,pandas,pyarrow,keras,tensorflow", 2),
        ("predict model.keras nothing.csv", "keras,tensorflow", 1),
        ("predict nothing.keras data.csv", "keras,tensorflow", 1),
        ("predict model.keras ragged.csv", "keras,tensorflow", 1),
        ("predict model.keras data.csv -o nowhere/x.csv", "keras,tensorflow", 1),
        ("score nothing.keras parts out", "keras,tensorflow", 1),
    ],
)
def test_what_is_known_early_is_told_without_tensorflow(wrong, words, not_loaded, expected):
    command = [sys.executable, "-c", NOT_LOADED, not_loaded, *words.split()]
    done = subprocess.run(command, cwd=wrong, capture_output=True, text=True)
    assert done.returncode == expected, done.stderr


def test_env_where_numpy_is_broken(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('broken on purpose')\n")
    done = subprocess.run([*COMMAND, "env"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "numpy" in done.stdout
    done = subprocess.run([*COMMAND, "predict", "m.keras", "d.csv"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", ["predict model.keras data.parquet", "predict model.keras data.csv -o out.feather"])
def test_without_pyarrow(made, tmp_path, words):
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError(\"No module named 'pyarrow'\", name='pyarrow')\n")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    command = [*COMMAND, *words.split()]
    done = subprocess.run(command, cwd=made, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "needs the Python package pyarrow, which is not installed" in done.stderr
    assert "-m pip install pyarrow" in done.stderr


def test_names_that_count_columns(run, made, tmp_path):
    table_of(made)[NAMES].set_axis(range(3), axis=1).to_csv(tmp_path / "x.csv", index=False)
    code, out, err = run(f"predict plain.keras {tmp_path}/x.csv")
    assert (code, err, out.count("\n")) == (0, "", 61)
    code, out, err = run(f"predict plain.keras {tmp_path}/x.csv --no-header")
    assert (code, err, out.count("\n")) == (0, "", 62)
    found = run("predict plain.keras bare.csv --no-header --columns 3,2,1")[1]
    expected = kg.safe_predict(loaded(made, "plain.keras"), table_of(made)[list("cba")].to_numpy())
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(found)).to_numpy("float32"), expected)


def test_a_process_of_its_own(made):
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [*COMMAND, "predict", "model.keras", "data.csv"]
    done = subprocess.run(command, cwd=made, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == "kerasguard: note: 'id' of `data.csv` was left out: training had no such column.\n"
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(done.stdout)).to_numpy("float32"), numbers(made))


def test_a_closed_pipe_is_no_error(made, tmp_path):
    pd.DataFrame(np.ones((100_000, 3)), columns=NAMES).to_csv(tmp_path / "long.csv", index=False)
    line = f'{shlex.join(COMMAND)} predict plain.keras {tmp_path}/long.csv | head -n 2; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", line], cwd=made, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.split("\n")[0] == ".pred_1,.pred_2,.pred_3"
    assert done.stdout.split("\n")[2] == "141"


def test_a_full_disk_behind_standard_output(made):
    line = f"{shlex.join(COMMAND)} blueprint model.keras > /dev/full"
    done = subprocess.run(["bash", "-c", line], cwd=made, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "kerasguard: error: Can't write to standard output: No space left on device.\n"


def test_ctrl_c(made):
    process = subprocess.Popen(
        [*COMMAND, "explain", "-"], cwd=made, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdin.write(b"something")
    process.stdin.flush()
    waiting = struct.pack("i", 1)
    until = time.monotonic() + 60
    while struct.unpack("i", waiting)[0] and time.monotonic() < until:  # until it reads, and waits for more
        time.sleep(0.05)
        waiting = fcntl.ioctl(process.stdin, termios.FIONREAD, waiting)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_bar_on_a_terminal_only(made, tmp_path):
    np.save(tmp_path / "long.npy", np.ones((20_000, 5, 3), "float32"))
    command = [*COMMAND, "predict", "lstm.keras", str(tmp_path / "long.npy"), "--batch-size", "1"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=made, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown, lines = b"", b""
        streams = [ours, process.stdout.fileno()]
        while streams:
            for stream in select.select(streams, [], [])[0]:
                try:
                    part = os.read(stream, 65536)
                except OSError:  # how the other end of a terminal closes
                    part = b""
                if not part:
                    streams.remove(stream)
                elif stream == ours:
                    shown += part
                else:
                    lines += part
    os.close(ours)
    assert process.returncode == 0
    assert b"20000/20000" in shown
    assert lines.startswith(b".pred\n")
    assert lines.count(b"\n") == 20_001


def test_a_failure_leaves_the_older_file(made, tmp_path):
    pd.DataFrame(np.ones((20_000, 3)), columns=NAMES).to_csv(tmp_path / "long.csv", index=False)
    out = tmp_path / "out.csv"
    out.write_text("older\n")
    code = (
        "import resource, sys; from kerasguard.cli import main; import keras;"
        " resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000)); sys.exit(main(sys.argv[1:]))"
    )
    words = ["predict", "plain.keras", str(tmp_path / "long.csv"), "-o", str(out), "--json"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=made, capture_output=True, text=True)
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"][0]["code"] == "cli_output_write"
    assert out.read_text() == "older\n"
    assert sorted(os.listdir(tmp_path)) == ["long.csv", "out.csv"]


def test_an_older_file_is_replaced_and_links_stay(run, tmp_path):
    (tmp_path / "real.csv").write_text("older\n")
    os.chmod(tmp_path / "real.csv", 0o640)
    (tmp_path / "link.csv").symlink_to("real.csv")
    assert run(f"predict model.keras data.csv -o {tmp_path}/link.csv")[0] == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith(".pred_1,")
    assert (tmp_path / "real.csv").stat().st_mode & 0o777 == 0o640


def test_what_a_layer_prints_is_no_answer(run, made, tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: (print("at work"), x)[1])])
    model.save(tmp_path / "prints.keras")
    code, out, err = run(f"predict {tmp_path}/prints.keras data.csv --columns a,b,c --no-safe-mode")
    assert code == 0
    assert "at work" in err
    assert out.startswith(".pred_1,")


@pytest.mark.parametrize("words", ["model m.keras", "predict m.keras x.csv", "score m.keras in out", "explain x.log"])
def test_a_folder_that_is_gone(run_json, monkeypatch, tmp_path, words):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run_json(words)[1]["problems"][0]["code"] in ("load_unreadable", "cli_data_missing")


def test_a_fault_of_our_own(run, run_json, monkeypatch):
    def fail(given):
        raise KeyError("nobody thought of it")

    monkeypatch.setattr(commands, "run_env", fail)
    code, out, err = run("env")
    assert (code, out) == (1, "")
    assert err.startswith("kerasguard: unexpected: KeyError: 'nobody thought of it'")
    assert "This is a fault of kerasguard." in err
    assert "Traceback" not in err
    assert run_json("env")[1]["problems"][0]["code"] == "unexpected"
    monkeypatch.setenv("KERASGUARD_TRACEBACK", "1")
    assert "Traceback" in run("env")[2]


def in_steps(line, run):
    """Runs a line as bash does, one part of a pipe after the other: `kerasguard` here, all else in bash.

    The exit code is the highest of `kerasguard`.
    """
    said, highest = "", 0
    for command in line.split(" && "):
        command, _, file = command.partition(" > ")
        content = b""
        for step in re.split(r" \| (?=(?:[^']*'[^']*')*[^']*$)", command):
            if step.startswith("kerasguard "):
                code, out, err = run(step.removeprefix("kerasguard "), content)
                content, highest = out.encode(), max(highest, code)
            else:
                done = subprocess.run(["bash", "-c", step], input=content, capture_output=True)
                content, err = done.stdout, done.stderr.decode()
            said += err
        if file:
            pathlib.Path(file).write_bytes(content)
    return highest, content.decode(), said


PAGE = (ROOT / "docs" / "cli.md").read_text()
SHOWN = re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("line", "expected"), SHOWN, ids=[line for line, _ in SHOWN])
def test_the_page_shows_what_is_printed(run, line, expected):
    _, out, err = in_steps(line, run)
    assert out + err == expected


def test_the_page_names_every_suffix():
    from kerasguard.cli.data import PACKED

    for suffix in ("csv", "tsv", "parquet", "feather", "arrow", "npy", "npz", *PACKED):
        assert f"`.{suffix}`" in PAGE


@pytest.mark.parametrize("line", [line.strip() for part in EXAMPLES.values() for line in part.split("\n")])
def test_examples_of_help_run(run, made, tmp_path, monkeypatch, line):
    monkeypatch.chdir(shutil.copytree(made, tmp_path / "copy") if " > " in line or " -o " in line else made)
    code, _, err = in_steps(line.replace("python ", f"{shlex.quote(sys.executable)} "), run)
    assert (code, "Traceback" in err) == (0, False), err
