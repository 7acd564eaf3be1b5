"""Words about the machine. They stand in environment.dcf beside their rules, where R finds them without Python."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from ..rules.environment import read_table
from .entry import Both, Entry, Fix
from .phrases import Phrases
from .words import word

# as a resource: Spark's workers import this package from a zip archive
TABLE = read_table((files(__name__.partition(".")[0]) / "environment.dcf").read_text(encoding="utf-8"))


def _entry(record: dict[str, str]) -> Entry:
    fixes = [_fix(record, "", "Fix"), _fix(record, "Other-", "Other")]
    return Entry("environment", record["Headline"], (record["Why"],), tuple(fix for fix in fixes if fix))


def _fix(record: dict[str, str], lead: str, code: str) -> Fix | None:
    if f"{code}-R" not in record:
        return None
    leads = Both(record.get(f"{lead}Lead-Python", ""), record.get(f"{lead}Lead-R", ""))
    return Fix(lead=leads, code=Both(record.get(f"{code}-Python", ""), record[f"{code}-R"]))


ENVIRONMENT: dict[str, Entry] = {record["Code"]: _entry(record) for record in TABLE}


@word
def install(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line for a shell that installs what is lacking into the Python in question.

    R's line is R's own: only it knows how its Python was chosen.
    """
    if phrases.is_r:
        return "check_environment()"
    packages = " ".join(f'"{name}"' if set(name) & set("<>=") else name for name in facts["packages"].split())
    if "externally_managed" in facts:
        return f'"{facts["python_path"]}" -m venv keras-env\nkeras-env/bin/python -m pip install kerasguard {packages}'
    pip = f'"{facts["python_path"]}" -m pip install '
    return "\n".join([pip + f"--force-reinstall --no-deps {name}" for name in anew(facts)] + [pip + packages])


def anew(facts: dict[str, Any]) -> list[str]:
    """Whose files to write again before pip looks for what is lacking: the rest keeps its versions."""
    if facts.get("broken_needs") == "missing" or facts["packages"] != facts.get("broken_package"):
        return []
    return [facts.get("broken_needs") or facts["packages"]]


@word
def keras_packages(facts: dict[str, Any], phrases: Phrases) -> str:
    """What a new environment is made of; R, which knows its reticulate, says more."""
    return '"tensorflow"'


@word
def python_minor(facts: dict[str, Any], phrases: Phrases) -> str:
    """As distributions name their packages: 3.11."""
    return ".".join(facts["python"].split(".")[:2])
