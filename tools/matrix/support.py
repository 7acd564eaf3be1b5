"""docs/support.json keeps what ran; the table in docs/support.md is written from it."""

from __future__ import annotations

import json
import pathlib

from row import PACKAGES

DOCS = pathlib.Path(__file__).parents[2] / "docs"
START, END = "<!-- written by `make matrix` -->", "<!-- end of the table -->"
SHOWN = ("R", "reticulate", "Python", *PACKAGES)
LANGUAGES = {"python": "Python", "r": "R"}


def record(name: str, result: dict, tests: list[str], titles: dict[str, str]) -> None:
    """Keep a row's result, and write the table anew.

    A part of the tests does not take the place of all of them, nor of a larger part; nor a row that was skipped here
    that of one which ran elsewhere.
    """
    file = DOCS / "support.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    before = known.get(name, {})
    result["tests"] = tests
    if _weight(result) >= _weight(before) or (tests and before.get("tests") == tests and "skipped" not in result):
        known[name] = result
    known = {row: known[row] for row in titles if row in known}
    file.write_text(json.dumps(known, indent=2) + "\n")
    write_table(known, titles)


def _weight(result: dict) -> float:
    """How much a result says."""
    if "versions" not in result:
        return 0
    return (
        sum(count["passed"] + count["failed"] for count in _counts(result).values())
        if result["tests"]
        else float("inf")
    )


def _counts(result: dict) -> dict[str, dict[str, int]]:
    return {title: result[language] for language, title in LANGUAGES.items() if language in result}


def write_table(known: dict[str, dict], titles: dict[str, str]) -> None:
    """Put the table where the page has it; the rest of the page is written by hand."""
    page = DOCS / "support.md"
    text = page.read_text()
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    lines = [
        "",
        "| | versions | tests | passed | failed | skipped | run |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, title in titles.items():
        lines += _row(title, known.get(name))
    page.write_text("\n".join([before + START, *lines, "", END]) + after)


def _row(title: str, result: dict | None) -> list[str]:
    if result is None or "versions" not in result:
        why = "" if result is None else f": {result['skipped']}"
        return [f"| {title} | | not run{why} | | | | |"]
    versions = ", ".join(f"{name} {result['versions'][name]}" for name in SHOWN if name in result["versions"])
    part = f", a part: {' '.join(result['tests'])}" if result["tests"] else ""
    when = f"{result['date']}, {result['commit']}"
    rows = []
    for language, count in _counts(result).items():
        numbers = " | ".join(str(count[name]) for name in ("passed", "failed", "skipped"))
        rows.append(f"| {title} | {versions} | {language}{part} | {numbers} | {when} |")
        title = versions = ""  # once
    return rows
