"""Words about the machine. They stand in environment.dcf beside their rules, where R finds them without Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..rules.environment import read_table
from .entry import Both, Entry, Fix
from .phrases import Phrases
from .words import word

TABLE = read_table((Path(__file__).parents[1] / "environment.dcf").read_text(encoding="utf-8"))


def _entry(record: dict[str, str]) -> Entry:
    fixes = [
        Fix(
            lead=Both(record.get("Lead-Python", ""), record.get("Lead-R", "")),
            code=Both(record["Fix-Python"], record["Fix-R"]),
        )
    ]
    if "Other-R" in record:
        code = Both(record["Other-Python"], record["Other-R"])
        fixes.append(Fix(lead=Both("", record.get("Other-Lead-R", "")), code=code))
    return Entry("environment", record["Headline"], (record["Why"],), tuple(fixes))


ENVIRONMENT: dict[str, Entry] = {record["Code"]: _entry(record) for record in TABLE}


@word
def install(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line for a shell that installs what is lacking into the Python in question."""
    packages = " ".join(f'"{name}"' if set(name) & set("<>=") else name for name in facts["packages"].split())
    if "externally_managed" in facts:
        return f'"{facts["python_path"]}" -m venv keras-env\nkeras-env/bin/python -m pip install {packages}'
    upgrade = "--force-reinstall " if facts["packages"] == facts.get("broken") else ""
    return f'"{facts["python_path"]}" -m pip install {upgrade}{packages}'


@word
def python_minor(facts: dict[str, Any], phrases: Phrases) -> str:
    """As distributions name their packages: 3.11."""
    return ".".join(facts["python"].split(".")[:2])
