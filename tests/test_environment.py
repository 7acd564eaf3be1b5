"""Rules by facts that both languages share; gathering by real environments, broken on purpose."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys

import kerasguard as kg
import numpy as np
import pytest
from kerasguard import probe
from kerasguard.environment import gather, judge, probe_python, read_probe
from kerasguard.messages import render
from kerasguard.messages.environment import TABLE
from kerasguard.report import Call
from kerasguard.rules.environment import holds, read_table, release

HERE = pathlib.Path(__file__).parent
CASES = read_table((HERE / "environment_cases.dcf").read_text())
SOURCE = pathlib.Path(kg.__file__).parents[1]
OF_R = {"environment_reticulate_numpy", "environment_reticulate_pandas", "environment_r_keras"}


def facts_of(case, host="python"):
    pairs = (word.split("=", 1) for word in case["Facts"].split())
    return {"host": host, **{name: value.replace("_", " ") if "error" in name else value for name, value in pairs}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["Case"])
def test_facts_give_their_codes(case):
    for host in ("r", "python"):
        if case.get("Host", host) == host:
            assert list(judge(facts_of(case, host)).codes) == case.get("Codes", "").split()


def test_every_rule_is_tried_and_some_machines_are_well():
    tried = {code for case in CASES for code in case.get("Codes", "").split()}
    assert tried == {record["Code"] for record in TABLE}
    assert sum("Codes" not in case for case in CASES) >= 10


def test_what_is_of_r_stops_no_python():
    doubts = {record["Code"] for record in TABLE if record["Level"] == "warning"} | OF_R
    for case in CASES:
        if "Host" not in case:
            assert judge(facts_of(case, "python")).ok == (set(case.get("Codes", "").split()) <= doubts)


def test_versions_are_numbers():
    assert release("1.9.0") < release("1.10")
    assert release("3.0.0rc1") >= release("3")
    assert release("2.21.0+cpu") == (2, 21, 0)
    assert release("unknown") == ()
    assert holds("a < 1.38", {"a": "1.4"})
    assert not holds("a < 1.38", {"a": None})
    assert not holds("a is not {b}", {"a": "1", "b": None})
    with pytest.raises(ValueError, match="not a clause"):
        holds("a == 1", {"a": "1"})


def words(language="python"):
    parts = []
    for case in CASES:
        report = judge(facts_of(case)) if case.get("Host") != "r" else judge({})
        call = Call("check_environment", language)
        parts += [f"## {case['Case']}\n{render(finding, call).text}\n" for finding in report.findings]
    return parts


def test_words_are_as_agreed():
    current = "\n".join(words())
    file = HERE / "snapshots" / "environment_python.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(current)
    assert current == file.read_text()


def test_the_form_of_a_message():
    for text in words():
        headline, *rest = text.splitlines()[1:]
        assert len(headline) <= 80, headline
        assert len(text) < 1000
        assert not re.search(r"please|invalid|sorry|\{|\}", text, re.IGNORECASE)
        code = [
            line.strip()
            for line in "\n".join(rest).replace("Fix: ", "     ").splitlines()
            if line.startswith("       ")
        ]
        assert code
        subprocess.run(["bash", "-n", "-c", "\n".join(code)], check=True)


# real environments: packages of the one that runs the tests, chosen by name

CORE = ("numpy", "numpy.libs", "pandas", "pandas.libs", "dateutil", "six.py", "pytz", "tzdata")


def make_environment(folder, packages=CORE):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = pathlib.Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())
    own = pathlib.Path(np.__file__).parents[1]
    for name in packages:
        for path in [own / name, *own.glob(f"{name}-*.dist-info")]:
            if path.exists() and not (site / path.name).exists():
                (site / path.name).symlink_to(path)
    return python


def check_in(python, *folders, timeout=100, **variables):
    """check_environment() of another interpreter: whether it is ok, codes and facts."""
    path = os.pathsep.join([*map(str, folders), str(SOURCE)])
    code = "import json, kerasguard\n"
    code += f"r = kerasguard.check_environment(timeout={timeout}); str(r)\n"
    code += "print(json.dumps([r.ok, r.codes, dict(r.facts)]))"
    blank = {name: "" for name in ("KERAS_BACKEND", "TF_USE_LEGACY_KERAS")}
    env = {**os.environ, **blank, "KERAS_HOME": str(python.parent), "PYTHONPATH": path, **variables}
    env["PATH"] = str(python.parent)  # no Rscript: what it tells depends on the machine
    done = subprocess.run([python, "-c", code], env=env, capture_output=True, text=True, check=True)
    ok, codes, facts = json.loads(done.stdout)
    return ok, codes, facts


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return make_environment(tmp_path_factory.mktemp("bare") / "env")


def test_it_works_without_tensorflow_and_keras(bare):
    ok, codes, facts = check_in(bare)
    assert (ok, codes) == (False, ["environment_tensorflow_missing"])
    assert facts["python_path"] == str(bare)
    assert facts.get("keras") is None
    assert facts["core_path"] == str(SOURCE / "kerasguard")


def test_without_numpy_the_names_say_why(bare, tmp_path):
    """`import kerasguard` alone loads nothing, so that the environment can be looked at."""
    python = make_environment(tmp_path / "env", packages=())
    (tmp_path / "numpy.py").write_text("x = 1\n")
    code = (
        "import kerasguard\nassert kerasguard.check_environment()\n"
        "try:\n    kerasguard.safe_predict\n"
        "except kerasguard.EnvironmentCheckError as error:\n    print(error.code, error.report.problems[0].code)\n"
    )
    for folder, program, told in (("", python, "tensorflow_missing"), (tmp_path, bare, "tensorflow_missing")):
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(SOURCE)]), "KERAS_HOME": str(tmp_path)}
        done = subprocess.run([program, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [f"environment_{told}"] * 2


def test_a_damaged_package_and_one_that_is_lacking_have_lines_of_their_own(bare, tmp_path):
    own = tmp_path / "site-packages"
    own.mkdir()
    (own / "hurt.py").write_text("raise ImportError('damaged')\n")
    (own / "hurt-1.2.dist-info").mkdir()
    (own / "hurt-1.2.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: hurt\nVersion: 1.2\n")
    (own / "hurt-1.2.dist-info" / "top_level.txt").write_text("hurt\n")
    lines = {
        "import nowhere_at_all": ["pip install pandas"],
        "raise ImportError": ["--no-deps pandas", "install pandas"],
    }
    lines["import hurt"] = ["--no-deps hurt==1.2", "install pandas"]
    for body, wanted in lines.items():
        (own / "pandas.py").write_text(body)
        facts = check_in(bare, own)[2]
        (finding,) = (found for found in judge(facts).findings if found.code == "environment_import")
        told = [line for line in render(finding, Call()).text.splitlines() if " -m pip " in line]
        assert [part in line for part, line in zip(wanted, told, strict=True)] == [True] * len(wanted), told


def test_two_distributions_of_one_package(bare, tmp_path):
    for name, version in (("tensorflow", "2.20.0"), ("tensorflow_cpu", "2.21.0")):
        folder = tmp_path / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    _, codes, facts = check_in(bare, tmp_path)
    assert "environment_tensorflow_twice" in codes
    assert (facts["tensorflow_package"], facts["tensorflow_twice"]) == ("tensorflow", "tensorflow-cpu")


def test_keras_without_h5py(tmp_path):
    """Keras says so at the first file only."""
    own = pathlib.Path(np.__file__).parents[1]
    kept = tuple(path.name for path in own.iterdir() if not path.name.startswith(("h5py", "_virtualenv", "pip", "__")))
    python = make_environment(tmp_path / "env", kept)
    codes = check_in(python)[1]
    assert codes == ["environment_h5py"]
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(600))
    code = "import kerasguard\ntry:\n    kerasguard.safe_load_model('m.h5')\n"
    code += "except kerasguard.EnvironmentCheckError as error:\n    print(error.code)"
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "KERAS_HOME": str(tmp_path)}
    done = subprocess.run([python, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["environment_h5py"]


def test_a_report_keeps_to_80_columns_but_for_code():
    for case in CASES:
        report = judge(facts_of(case)) if case.get("Host") != "r" else judge({"python_path": "/p" * 60})
        prose = [line for line in str(report).splitlines() if not line.startswith(("  Fix: ", " " * 7))]
        assert [line for line in prose if len(line) > 80 and "/p/p/p" not in line] == []
    assert str(report.facts["python_path"]) in report._repr_html_()


def test_a_file_without_keras_leads_to_the_environment(bare, tmp_path):
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "hides").mkdir()
    (tmp_path / "hides" / "keras.py").write_text("raise ImportError('no backend')")
    code = (
        "import kerasguard\n"
        "from kerasguard.r_border import safe_load_model\n"
        "try:\n    kerasguard.safe_load_model('m.h5')\n"
        "except kerasguard.EnvironmentCheckError as error:\n    print(error.code, 'pip install' in str(error))\n"
        "print(safe_load_model('m.h5', '', True, None, True)['problem']['lines'][-1])"
    )
    told = []
    for folder in ("", str(tmp_path / "hides")):
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([folder, str(SOURCE)]), "KERAS_HOME": str(tmp_path)}
        env |= {"KERAS_BACKEND": "numpy" if folder else ""}
        done = subprocess.run([bare, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
        told.append(done.stdout.splitlines())
    assert told[0] == ["environment_tensorflow_missing True", "check_environment()"]
    assert told[1] == ["environment_keras_missing True", "check_environment()"]


def test_an_environment_that_works_is_well():
    report = kg.check_environment()
    assert report.ok
    rows = {what: version for what, version, note in report.rows}
    import keras
    import numpy
    import tensorflow

    assert rows["numpy"] == numpy.__version__
    assert rows["Keras"] == keras.__version__
    assert rows["TensorFlow"] == tensorflow.__version__
    assert "CPU" in rows["devices"]
    assert repr(report) == str(report)
    assert all(finding.level == "warning" for finding in report.findings)


def test_backends_and_legacy_keras(bare):
    assert check_in(bare, KERAS_BACKEND="theano")[1] == ["environment_keras_missing", "environment_backend_unknown"]
    _, codes, facts = check_in(bare, KERAS_BACKEND="jax")
    assert codes == ["environment_keras_missing", "environment_backend_missing"]
    assert facts["backend_why"] == "KERAS_BACKEND"
    (bare.parent / "keras.json").write_text('{"backend": "torch"}')
    assert check_in(bare)[2]["backend_why"] == str(bare.parent / "keras.json")
    (bare.parent / "keras.json").write_text("{")
    assert check_in(bare)[2]["backend"] == "tensorflow"
    assert check_in(bare, TF_USE_LEGACY_KERAS="1")[2]["legacy"] == "yes"


def test_a_file_that_hides_a_package(bare, tmp_path):
    hiding = tmp_path / "pandas.py"
    hiding.write_text("frames = 1\n")
    ok, codes, facts = check_in(bare, tmp_path)
    assert not ok
    assert codes[-1] == "environment_shadowed"
    assert facts["broken_error"].startswith("AttributeError: ")
    finding = judge(facts).findings[-1]
    line = next(line for line in render(finding, Call()).lines if line.startswith("Fix: "))
    subprocess.run(line.removeprefix("Fix: "), shell=True, check=True, cwd=tmp_path)
    assert check_in(bare, tmp_path)[1] == ["environment_tensorflow_missing"]


def test_an_import_that_fails_ends_python_or_hangs(bare, tmp_path):
    own = tmp_path / "site-packages"
    own.mkdir()
    bodies = {
        "import nowhere_at_all": "No module named 'nowhere_at_all'",
        "import os, sys; sys.stderr.write('a GPU'); sys.stderr.flush(); os._exit(3)": "status 3. a GPU",
        "import time; time.sleep(600)": "No answer within 8 seconds.",
    }
    for body, sentence in bodies.items():
        (own / "pandas.py").write_text(body)
        ok, codes, facts = check_in(bare, own, timeout=8)
        assert not ok
        assert codes[-1] == "environment_import"
        assert facts["broken"] == "pandas"
        assert sentence in facts["broken_error"]
        assert facts["numpy"]


def test_a_python_without_anything(tmp_path):
    python = make_environment(tmp_path / "env", packages=())
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "KERAS_BACKEND")}
    env["KERAS_HOME"] = str(tmp_path)
    out = subprocess.run([python, probe.__file__], env=env, capture_output=True, text=True, check=True).stdout
    report = judge({"host": "r", "libpython": "/p", **read_probe(out, "")})
    assert report.codes == ("environment_tensorflow_missing",)
    assert str(python) in str(report)


def test_a_program_that_is_no_python(tmp_path):
    assert "python_error" in probe_python(str(tmp_path / "nowhere"), 10)
    facts = {"host": "r", "python_path": "/bin/false", **probe_python("/bin/false", 10)}
    assert judge(facts).codes == ("environment_python_failed",)


def test_the_library_that_r_would_load(tmp_path):
    """As sysconfig tells it: with the folders of another build, it is not found."""
    name = "_sysconfigdata_static"
    (tmp_path / f"{name}.py").write_text(f"build_time_vars = {{'LIBDIR': '{tmp_path}', 'LIBPL': '{tmp_path}'}}")
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "_PYTHON_SYSCONFIGDATA_NAME": name}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    def found():
        done = subprocess.run(
            [sys.executable, probe.__file__, "versions"], env=env, capture_output=True, text=True, check=True
        )
        return read_probe(done.stdout, "").get("libpython")

    assert found() is None
    (tmp_path / f"libpython{version}.so").touch()
    assert found() == str(tmp_path / f"libpython{version}.so")


def test_gathering_leaves_this_process_as_it_is():
    before = set(sys.modules)
    facts = gather()
    assert facts["python_path"] == sys.executable
    assert not {"tensorflow", "torch"} & (set(sys.modules) - before)
