"""What this machine brings to a prediction: versions, which Python, and known bad combinations.

Facts are gathered here, by a Python of their own: an import that crashes, hangs or prints is an entry of the report.
They are judged in `rules/environment.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path

from . import probe
from .errors import EnvironmentCheckError
from .messages import render
from .messages.environment import TABLE
from .report import Call, Diagnosis, Finding, Report
from .rules.environment import check_environment_facts

OF_R = """
tell <- function(name, value) cat(name, "\\t", value, "\\n", sep = "")
version <- function(package) tryCatch(as.character(utils::packageVersion(package)), error = function(e) NULL)
tell("r", as.character(getRversion()))
for (package in c("reticulate", "keras", "keras3", "tensorflow")) {
  found <- version(package)
  if (!is.null(found)) tell(if (package == "reticulate") package else paste0("r_", package), found)
}
"""


WIDTH = 80  # of a terminal and of a quoted block in a report


@dataclass(frozen=True, repr=False)
class EnvironmentReport:
    """What `check_environment()` found; it prints as a table of versions and the problems with their fixes.

    Attributes:
        facts: What was gathered, as text by name.
        findings: What the known bad combinations say of them.
    """

    facts: Mapping[str, str | None]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing known stands against a prediction; warnings do not count."""
        return not any(isinstance(finding, Diagnosis) for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all findings."""
        return tuple(finding.code for finding in self.findings)

    @property
    def rows(self) -> list[tuple[str, str | None, str]]:
        """What there is: its name, its version (None: not there), and a note."""
        return rows_of(self.facts)

    def __str__(self) -> str:
        sign = "No known problem here." if self.ok else "This environment can't work as it is."
        if self.ok and self.findings:
            sign = f"Nothing here stands in the way; warnings: {len(self.findings)}."
        call = Call("check_environment")
        told = [_within(f"[{finding.level}] {render(finding, call).text}") for finding in self.findings]
        return "\n".join([sign, *(_row_line(*row) for row in self.rows), *told])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def _row_line(what: str, version: str | None, note: str) -> str:
    lead = f"  {what:<17}  {version or '-':<11}  "
    lines = textwrap.wrap(note, WIDTH - len(lead), break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * len(lead)}".join([lead + "".join(lines[:1]), *lines[1:]]).rstrip()


def _within(text: str) -> str:
    """With sentences broken at the width; code stays as it is."""
    lines = text.splitlines()
    is_code = [line.startswith(("  Fix: ", " " * 7)) for line in lines]
    wrap = textwrap.TextWrapper(WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    wrapped = [line if code else wrap.fill(line) for line, code in zip(lines, is_code, strict=True)]
    return "\n".join(wrapped)


def check_environment(*, timeout: float = 120) -> EnvironmentReport:
    """Look for what stands against predicting with Keras on this machine; raises nothing.

    Args:
        timeout: Seconds that the imports of numpy, TensorFlow and Keras may take, in a Python of their own.

    Returns:
        A report with `.ok`, `.rows` (name, version, note) and `.findings`; it prints as text, each problem with the
        line that mends it. What is known about R (the packages, where Rscript is on the path) is a warning at most.
    """
    return judge(gather(timeout))


def judge(facts: Mapping[str, str | None]) -> EnvironmentReport:
    """The findings on these facts."""
    return EnvironmentReport(facts, tuple(check_environment_facts(facts, TABLE)))


def keras_problem() -> Diagnosis | None:
    """Why Keras can't be imported in this process; nothing where it can."""
    try:
        import keras  # noqa: F401

        if find_spec("h5py") is None:  # Keras needs it for files alone, and says so late
            raise ModuleNotFoundError("No module named 'h5py'", name="h5py")
    except Exception as error:
        return import_problem("keras", error)
    return None


def import_problem(name: str, error: Exception) -> Diagnosis:
    """Why `name` can't be imported: what is known of this environment, else the error's own words."""
    facts = _own_facts()
    if sys.executable and Path(sys.executable).exists():  # not in R, where it may be R's own
        facts.update(probe_python(sys.executable, 60))
    found = _refused(facts)
    if not found:
        package, shadow = facts.get(f"{name}_package") or name, probe.shadow(name)
        facts.update(broken=name, broken_package=package, broken_error=f"{type(error).__name__}: {error}"[:300])
        facts.update(broken_needs=probe.culprit(name, error), shadow=shadow)
        found = _refused(facts)
    return found[0]


def _refused(facts: Mapping[str, str | None]) -> list[Diagnosis]:
    return [finding for finding in judge(facts).findings if isinstance(finding, Diagnosis)]


def start_error(error: Exception) -> EnvironmentCheckError:
    """What is raised where kerasguard itself can't be loaded, for want of numpy."""
    problem, call = import_problem("numpy", error), Call("check_environment")
    return EnvironmentCheckError(render(problem, call).text, Report(call, (problem,)), problem.code)


def rows_of(facts: Mapping[str, str | None]) -> list[tuple[str, str | None, str]]:
    """The table to print."""
    get = facts.get
    where = f"{get('python_path')}, {get('python_why')}"
    return [
        ("system", None, get("system") or ""),
        ("R", get("r"), ""),
        ("reticulate", get("reticulate"), ""),
        ("keras (R)", get("r_keras"), ""),
        ("keras3 (R)", get("r_keras3"), ""),
        ("tensorflow (R)", get("r_tensorflow"), ""),
        ("Python", get("python"), where),
        ("numpy", get("numpy"), ""),
        ("pandas", get("pandas"), ""),
        ("TensorFlow", get("tensorflow"), _unlike(get("tensorflow_package"), "tensorflow")),
        ("Keras", get("keras"), _unlike(get("keras_package"), "keras")),
        ("backend", get("backend"), get("backend_why") or ""),
        ("tf_keras", get("tf_keras"), ""),
        ("h5py", get("h5py"), ""),
        ("pyarrow", get("pyarrow"), "" if get("pyarrow") else "for files of data"),
        ("PySpark", get("pyspark"), "" if get("pyspark") else "for Spark"),
        ("devices", get("devices"), ""),
        ("kerasguard (core)", get("core"), get("core_path") or ""),
    ]


def _unlike(package: str | None, usual: str) -> str:
    return package if package and package != usual else ""


def gather(timeout: float = 120) -> dict[str, str | None]:
    """What this Python, a copy of it and Rscript tell."""
    facts = _own_facts()
    if sys.executable and Path(sys.executable).exists():
        facts.update(probe_python(sys.executable, timeout))
        facts["kerasguard"] = _installed()
    facts.update(_facts_of_r())
    return facts


def _own_facts() -> dict[str, str | None]:
    """What this process knows without importing anything."""
    from . import __version__

    facts: dict[str, str | None] = {"host": "python", "python_why": _why(), "system": probe.system()}
    for part in (probe.interpreter, probe.packages, probe.own_core, probe.backend):
        facts.update(part())
    facts.update(core=__version__, core_path=str(Path(__file__).parent), probed="yes", kerasguard=_installed())
    return facts


def probe_python(python: str, timeout: float) -> dict[str, str]:
    """What another process of an interpreter tells, with the same places to import from."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(folder or os.getcwd() for folder in sys.path),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    ended = ""
    try:
        done = subprocess.run([python, probe.__file__], env=environment, capture_output=True, timeout=timeout)
        out = done.stdout
        if done.returncode:
            ended = f"The process ended with status {done.returncode}. {_last_line(done.stderr)}".strip()
    except subprocess.TimeoutExpired as error:
        out, ended = error.stdout or b"", f"No answer within {timeout:g} seconds."
    except OSError as error:
        return {"python_error": str(error)}
    return read_probe(out.decode(errors="replace"), ended)


def read_probe(out: str, ended: str) -> dict[str, str]:
    """Its lines as facts. An import that began and never ended is the broken one."""
    facts = dict(line.split("\t", 1) for line in out.splitlines() if "\t" in line)
    importing, imported, suspect = (facts.pop(name, "") for name in ("importing", "imported", "suspect"))
    if ended and "probed" not in facts:
        return {**facts, "python_error": ended}
    if ended and importing != imported and "broken" not in facts:
        facts.update(broken=importing, broken_error=ended)
    if "broken" in facts:
        facts["broken_package"] = facts.get(facts["broken"] + "_package", facts["broken"])
        if suspect != "no":
            facts["shadow"] = suspect
    return facts


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


def _why() -> str:
    if "reticulate" in os.environ.get("R_SESSION_INITIALIZED", ""):
        return "running inside R"
    return "this process" if sys.prefix == sys.base_prefix else "this process, a virtual environment"


def _installed() -> str | None:
    """The version that pip knows of; a checkout on the path has none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kerasguard")
    except PackageNotFoundError:
        return None


def _facts_of_r() -> dict[str, str]:
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    try:
        done = subprocess.run([rscript, "--no-init-file", "-e", OF_R], capture_output=True, timeout=30, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    facts = dict(line.split("\t", 1) for line in done.stdout.splitlines() if "\t" in line)
    if "r_keras" in facts and "r_keras3" not in facts:
        facts["r_keras_used"] = "yes"
    return facts
