"""One row, run with its own Python: the tests, and with which versions. Only what every Python has."""

from __future__ import annotations

import importlib.metadata
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).parents[2]
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "tf_keras", "jax", "torch", "numpy", "pandas")


def run_row(out: pathlib.Path, with_r: bool, tests: list[str]) -> dict:
    """The counts of each language and the versions; what the tests say goes to the terminal.

    Args:
        out: Folder for the reports.
        with_r: Run the tests of the R package too.
        tests: Files in tests/ (and, as `R:FILTER`, of tests_r/); all where there are none.
    """
    out.mkdir(parents=True, exist_ok=True)
    chosen = [test for test in tests if not test.startswith("R:")]
    filters = [test.removeprefix("R:") for test in tests if test.startswith("R:")]
    result = {"versions": versions(with_r)}
    if chosen or not filters:
        result["python"] = run_python(out / "python.xml", chosen)
    if with_r and (filters or not chosen):
        result["r"] = run_r(filters)
    return result


def run_python(report: pathlib.Path, tests: list[str]) -> dict[str, int]:
    """Counts of pytest."""
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--maxprocesses=4", f"--junitxml={report}", *tests]
    subprocess.run(command, cwd=ROOT, check=False)
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    counts = [{name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")} for suite in suites]
    total = {name: sum(count[name] for count in counts) for name in counts[0]}
    failed = total["failures"] + total["errors"]
    return {"passed": total["tests"] - failed - total["skipped"], "failed": failed, "skipped": total["skipped"]}


def run_r(filters: list[str]) -> dict[str, int]:
    """Counts of testthat, which tests_r/testthat.R prints last."""
    total = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for chosen in filters or [""]:
        command = ["Rscript", "tests_r/testthat.R", *filter(None, [chosen])]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, errors="replace")
        text = ""
        for line in process.stdout:
            text += line
            print(line, end="", flush=True)
        process.wait()
        found = re.findall(r"^R: (\d+) passed, (\d+) failed, (\d+) skipped$", text, re.MULTILINE)
        counts = map(int, found[-1]) if found else (0, 1, 0)  # it did not get so far
        total = {name: total[name] + count for name, count in zip(total, counts, strict=True)}
    return total


def versions(with_r: bool) -> dict[str, str]:
    """Name -> version of what matters, as far as it is there."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    if with_r:
        code = 'cat(as.character(getRversion()), as.character(packageVersion("reticulate")))'
        said = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout
        found.update(zip(("R", "reticulate"), said.split(), strict=True))
    return found


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    row = run_row(folder, "--r" in sys.argv, [argument for argument in sys.argv[2:] if argument != "--r"])
    row["backend"] = os.environ.get("KERAS_BACKEND", "")
    (folder / "result.json").write_text(json.dumps(row))
