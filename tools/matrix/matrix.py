"""`make matrix`: the tests on every supported set of versions; what really ran is written to docs/support.md.

    make matrix                                  all rows of rows.ini, one after the other
    make matrix ROWS="oldest jax"                these
    make matrix ROWS=jax TESTS="tests/test_predict.py"     a part: kept apart from a run of all tests
    make matrix ROWS=debian13 TESTS="R:predict"  a part of the tests of the R package

Environments are kept in build/matrix/ and made anew when what they are made of changes.
"""

from __future__ import annotations

import argparse
import configparser
import datetime
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "matrix"
ROW = "tools/matrix/row.py"
sys.path.insert(0, str(HERE))

import support  # noqa: E402


class Skipped(Exception):
    """A row that can't run on this machine; the text says why."""


def main() -> int:
    """Run the rows that were asked for; 0 where nothing failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default="")
    parser.add_argument("--tests", default="")
    arguments = parser.parse_args()
    rows = configparser.ConfigParser()
    rows.read(HERE / "rows.ini")
    chosen = arguments.rows.split() or rows.sections()
    unknown = set(chosen) - set(rows.sections())
    if unknown:
        parser.error(f"no row {', '.join(sorted(unknown))}: there are {', '.join(rows.sections())}")
    worst = 0
    for name in chosen:
        print(f"matrix: {name}: {rows[name]['title']}", flush=True)
        start = commit()
        try:
            result = run(name, rows[name], arguments.tests.split())
            worst |= any(result[language]["failed"] for language in ("python", "r") if language in result)
        except Skipped as reason:
            print(f"matrix: {name} is skipped: {reason}")
            result = {"skipped": str(reason)}
        except subprocess.CalledProcessError as error:
            print(f"matrix: {name} did not get to the tests: {error}")
            worst = 1
            continue
        result |= {"date": datetime.date.today().isoformat(), "commit": start}
        support.record(name, result, arguments.tests.split(), {row: rows[row]["title"] for row in rows.sections()})
    return worst


def run(name: str, row: configparser.SectionProxy, tests: list[str]) -> dict:
    """What row.py found in the row's environment."""
    if "debian" not in row:
        python, environment = venv(name, row), {"KERAS_BACKEND": row.get("keras", "tensorflow")}
        # the tests import the checkout, not what was installed beside its dependencies
        environment |= {"PYTHONPATH": str(ROOT / "python"), "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run([python, ROW, BUILD / name, *tests], cwd=ROOT, env=os.environ | environment, check=True)
        return json.loads((BUILD / name / "result.json").read_text())
    out = f"build/matrix/{name}"
    inside = f'make --no-print-directory setup && eval "$(tools/env.sh)" && python {ROW} {out} --r "$@"'
    command, folder = ["bash", "-c", inside, "row", *tests], ROOT
    if release() != row["debian"]:
        for need in ("mmdebstrap", "unshare"):
            if shutil.which(need) is None or os.getuid() != 0:
                raise Skipped(f"needs root and {need} for Debian's {row['debian']}")
        roots = pathlib.Path(os.environ.get("MATRIX_ROOTS", BUILD))
        command, folder = [HERE / "debian.sh", row["debian"], *command], roots / row["debian"] / "srv" / "kerasguard"
    subprocess.run(command, cwd=ROOT, check=True)
    return json.loads((folder / out / "result.json").read_text())


def release() -> str:
    """The name of this machine's Debian release, "" elsewhere and where it has no R."""
    if shutil.which("Rscript") is None or not os.path.exists("/etc/os-release"):
        return ""
    lines = [line.partition("=") for line in pathlib.Path("/etc/os-release").read_text().splitlines()]
    known = {key: value.strip('"') for key, _, value in lines}
    return known.get("VERSION_CODENAME", "") if known.get("ID") == "debian" else ""


def venv(name: str, row: configparser.SectionProxy) -> pathlib.Path:
    """The Python of the row's virtual environment, made where it is not there or made of something else."""
    folder, base = BUILD / name / "venv", find_python(row["python"])
    packages = row["packages"].split()
    # the same without CUDA, as tools/setup has it; tf_keras brings the other one
    if platform.system() == "Linux" and platform.machine() == "x86_64" and "tf_keras" not in packages:
        packages = [p.replace("tensorflow", "tensorflow-cpu") if p.startswith("tensorflow") else p for p in packages]
    needs = (ROOT / "pyproject.toml").read_text().partition("[tool.")[0]
    made_of = f"{base} {packages} {needs}"
    digest, stamp = hashlib.sha256(made_of.encode()).hexdigest(), folder / ".stamp"
    python = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != digest:
        print(f"matrix: installing {' '.join(packages)}", flush=True)
        subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
        command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages, ".[files,tests]"]
        subprocess.run(command, cwd=ROOT, check=True)
        subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", "kerasguard"], check=True)
        frozen = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
        (BUILD / name / "versions.txt").write_text(frozen)
        stamp.write_text(digest)
    return python


def find_python(version: str) -> pathlib.Path:
    """The Python of a version on the PATH, else the newest of pyenv's."""
    on_path = shutil.which(f"python{version}")
    if on_path and _answers(on_path, version):
        return pathlib.Path(on_path)
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv") / "versions"
    found = sorted(pyenv.glob(f"{version}.*/bin/python"), key=lambda path: int(path.parts[-3].split(".")[2]))
    if not found:
        raise Skipped(f"Python {version} was not found on the PATH nor among pyenv's")
    return found[-1]


def _answers(python: str, version: str) -> bool:
    """Whether it is such a Python that can make environments: pyenv puts names on the PATH that only say no."""
    code = f"import ensurepip, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != {version!r})"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def commit() -> str:
    """The commit that ran, with a + where the checkout has changes that are in none."""
    git = ["git", "-C", str(ROOT)]
    name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    changed = [*git, "status", "--porcelain", "--", ":!docs/support.*"]
    return name.strip() + "+" * bool(subprocess.run(changed, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    sys.exit(main())
