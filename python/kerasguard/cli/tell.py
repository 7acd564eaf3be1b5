"""What a command has to say, on standard output and standard error, or as one JSON object."""

from __future__ import annotations

import json
import math
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from ..errors import KerasGuardError
from ..messages import Message, family_of, problems_message, render
from ..report import Call, Diagnosis, Finding, Report

LEADS = {"refusal": "error", "warning": "warning", "message": "note", "report": "report"}


@dataclass
class Outcome:
    """What came of a command.

    `fields`: of the JSON object. `text` or `write`: what stands on standard output otherwise. `reports`: what was found
    on the way; `shown`: what the text shows of itself.
    """

    ok: bool
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    write: Callable[[TextIO], None] | None = None
    reports: tuple[Report, ...] = ()
    shown: tuple[Report, ...] = ()


def refused(call: Call, *problems: Finding, before: Iterable[Report] = ()) -> Outcome:
    """There is no answer."""
    return Outcome(False, reports=(*before, Report(call, problems)))


def show(outcome: Outcome, given: Namespace) -> None:
    """Print it all."""
    if given.json:
        print(json.dumps(_as_json(outcome), allow_nan=False, ensure_ascii=False))
        return
    for report in outcome.reports:
        _tell(report, outcome.ok)
    if outcome.write is not None:
        outcome.write(sys.stdout)
    elif outcome.text:
        print(outcome.text)


def _tell(report: Report, has_answer: bool) -> None:
    for note in report.notes if has_answer else ():  # as in Python, where an error is all that there is
        _print(LEADS[note.level], render(note, report.call).text)
    if report.problems:
        _print("error", problems_message(report).text)


def _print(lead: str, text: str) -> None:
    print(f"kerasguard: {lead}: {text}", file=sys.stderr)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    found = [(finding, report.call) for report in (*outcome.reports, *outcome.shown) for finding in report.findings]
    return {
        "ok": outcome.ok,
        **plain(dict(outcome.fields)),
        "problems": [_entry(finding, call) for finding, call in found if isinstance(finding, Diagnosis)],
        "notes": [_entry(finding, call) for finding, call in found if not isinstance(finding, Diagnosis)],
    }


def entries(report: Report) -> list[dict[str, Any]]:
    """All findings of a report, for JSON."""
    return [_entry(finding, report.call) for finding in report.findings]


def _entry(finding: Finding, call: Call) -> dict[str, Any]:
    message = render(finding, call)
    return {
        "code": finding.code, "family": family_of(finding.code), "level": finding.level,
        "message": message.lines[0], "text": message.text, "fixes": _fixes(message, call),
    }  # fmt: skip


def _fixes(message: Message, call: Call) -> list[str]:
    """The code of each fix."""
    found: list[str] = []
    for line, symbol in zip(message.lines, message.symbols, strict=True):
        if symbol == "i" and line.startswith("Fix:"):
            found.append(line.removeprefix("Fix:").split("  # ")[0].strip() + "\n" if call.shell is None else "")
        elif symbol == " " and found:
            found[-1] += line[2 if call.shell is not None else 5 :] + "\n"
    return [code.rstrip() for code in found]


def plain(value: Any) -> Any:
    """As JSON has it: what is not finite is null, float32 numbers are their shortest decimals."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if getattr(value, "ndim", 0):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in ("f", "V"):
        return float(str(value)) if math.isfinite(value) else None
    if kind in ("i", "u", "b"):
        return value.item()
    return None if str(value) in ("<NA>", "NaT") else str(value)


def show_unexpected(error: Exception, given: Namespace, variable: str) -> None:
    """An error that no finding tells of: ours where it is a refusal, else a fault of kerasguard."""
    is_own = isinstance(error, KerasGuardError)
    name = type(error).__name__
    text = str(error) if is_own else f"{name}: {' '.join(str(error).split())[:300]}"
    if not is_own:
        text += f"\n  This is a fault of kerasguard. With {variable}=1 it tells where it was."
    if not given.json:
        _print("error" if is_own else "unexpected", text)
        return
    code = (error.code if isinstance(error, KerasGuardError) else None) or "unexpected"
    family = family_of(code) if code != "unexpected" else "unexpected"
    problem = {
        "code": code,
        "family": family,
        "level": "refusal",
        "message": text.split("\n")[0],
        "text": text,
        "fixes": [],
    }
    print(json.dumps({"ok": False, "problems": [problem], "notes": []}))
