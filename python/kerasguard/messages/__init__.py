"""Findings -> words. Every sentence a user can read stands in the catalogue; here they are put into form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ..report import Call, Cells, Diagnosis, Finding, Part, Report
from ..steps import Transpose
from . import derived, shell  # noqa: F401  registers words
from .catalogue import CATALOGUE
from .entry import Both, Entry, Fix, Text
from .noise import keras_sentence
from .phrases import Phrases, axes, element, quoted
from .scoring import SET_COLUMN, as_asked, helps_part, in_part, look_closer, of_parts
from .streams import AS_BEFORE, alone, for_every_batch, in_own_code, where
from .words import Facts

__all__ = [
    "CATALOGUE",
    "Message",
    "element",
    "family_of",
    "keras_sentence",
    "problems_message",
    "render",
    "render_problems",
    "render_report",
    "verdict",
]

MOST_PROBLEMS = 5
MOST_CHARACTERS = 1000  # reticulate cuts longer ones, and nobody reads them


@dataclass(frozen=True)
class Message:
    """Lines with the symbol that each has in R: "" headline, "x" fault, "i" information, " " code."""

    lines: tuple[str, ...]
    symbols: tuple[str, ...]

    @property
    def text(self) -> str:
        """The message as Python shows it."""
        return "\n".join(
            line if symbol == "" else f"  {line}" for line, symbol in zip(self.lines, self.symbols, strict=True)
        )


def family_of(code: str) -> str:
    """The family of a code."""
    return CATALOGUE[code].family


def render(finding: Finding, call: Call) -> Message:
    """One finding, whole."""
    entry = CATALOGUE[finding.code]
    phrases = Phrases(shell.named(call), shell.named_arg(finding.arg, call))
    facts = Facts({**phrases.names_of_call(), **finding.facts}, phrases)
    if "repair" in facts:  # a refused repair is told in the words of the repair
        facts["told"] = render(facts["repair"], call).lines[0]
    lines: list[tuple[str, str]] = [("", phrases.fill(_text(entry.headline, call), facts))]
    if entry.shapes:
        lines += _shapes(phrases, facts, call)
    lines += [("i", phrases.fill(_text(detail, call), facts)) for detail in entry.details]
    batch = facts.get("batch")
    if batch is not None:  # said of the user's stream; the code is about one batch of it
        lines.append(("i", where(batch, call, "cells" in finding.facts)))
        if call.trains and batch.index is not None and isinstance(finding, Diagnosis):
            lines.append(("i", AS_BEFORE))
        stream, name = batch.name or call.x, alone(call)
        call = replace(call, batch=batch, has_validation=call.has_validation and not call.trains)
        arg = name + finding.arg.removeprefix(stream) if finding.arg.startswith(stream) else finding.arg
        phrases = Phrases(replace(call, x=name), arg)
        facts = Facts({**phrases.names_of_call(), **finding.facts, "stream_name": stream}, phrases)
    if call.shell is not None:  # the code calls things otherwise than the sentences do
        lines = [(symbol, shell.in_words(text)) for symbol, text in lines]
        phrases = Phrases(call, finding.arg)
        facts = Facts({**phrases.names_of_call(), **finding.facts}, phrases)
    part, fixes = finding.facts.get("part"), _fixes(entry, facts)
    part = part if isinstance(part, Part) and _is_about(part, finding, call) else None
    if part is not None:
        if part.path or any(isinstance(fact, Cells) for fact in finding.facts.values()):
            lines.append(("i", in_part(part, call)))
        fixes = of_parts(fixes, entry.family, isinstance(finding, Diagnosis))
    for lead, code in _mended(fixes, part, phrases, facts, call):
        lines += _lead_and_code(lead, code, call)
    if part is not None and isinstance(finding, Diagnosis):
        lines += look_closer(part, call)
    if "failed_of" in facts:
        found = render(facts["failed_of"], call)
        lines += zip((symbol or "x" for symbol in found.symbols), found.lines, strict=True)
    if "guard" in finding.facts:
        lines = [(symbol, _of_guard(text, finding.facts["guard"])) for symbol, text in lines]
    return Message(tuple(text for _, text in lines if text), tuple(symbol for symbol, text in lines if text))


def _of_guard(text: str, label: str) -> str:
    """What is said of a file, of a guard."""
    name = quoted(label)
    return text.replace(f"safe_load_model({name}", f"unguard({label}").replace(name, f"`{label}`").replace("``", "`")


def _text(text: Text, call: Call) -> str:
    return text.of(call.language) if isinstance(text, Both) else text


def _shapes(phrases: Phrases, facts: Facts, call: Call) -> list[tuple[str, str]]:
    if call.language == "r":
        line = 'Model "{model_name}" expects {expected}; `{arg}` is {given}.'
        return [("x", phrases.fill(line, facts))]
    return [
        ("x", phrases.fill("Expected: {expected} by model '{model_name}'", facts)),
        ("x", phrases.fill("Received: {given}", facts)),
    ]


def _is_about(part: Part, finding: Finding, call: Call) -> bool:
    """Whether a finding is about rows, not about an option: by what it calls them, all of them or their file."""
    return finding.arg.startswith((call.x, re.split(r"[\\/]", part.path)[-1] or call.x))


def _fixes(entry: Entry, facts: Facts) -> list[Fix]:
    return [
        fix
        for fix in entry.fixes
        if (not fix.when or facts.get(fix.when)) and not (fix.unless and facts.get(fix.unless))
    ]


def _mended(fixes: list[Fix], part: Part | None, phrases: Phrases, facts: Facts, call: Call) -> list[tuple[str, str]]:
    """What each fix does, and its code."""
    found = []
    for fix in fixes:
        lead, code = phrases.fill(_text(fix.lead, call), facts), _code(fix, phrases, facts, call)
        if part is None or helps_part(part, lead, code, call):
            found.append((fix, lead, code))
        elif not part.path and facts.get("columns") and fix.code and not found:
            column = Facts({**phrases.names_of_call(), "column": str(facts["columns"][0])}, phrases)
            found.append((SET_COLUMN, str(SET_COLUMN.lead), _code(SET_COLUMN, phrases, column, call)))
    if part is None:
        found += [
            (Fix(), *_reading(reading, step, phrases, facts, call)) for reading, step in facts.get("readings", ())
        ]
    if call.shell is not None:
        return shell.fixes(found, phrases, facts)
    return [(lead, as_asked(code, call)) for _, lead, code in found]


def _lead_and_code(lead: str, code: str, call: Call) -> list[tuple[str, str]]:
    if call.batch is not None and call.trains:
        lead, code = in_own_code(lead, code, call, call.batch.name or call.x)
    else:
        code = for_every_batch(code, call)
    if call.language == "r" or call.shell is not None:  # what stands behind code could not be copied with it
        indent = "" if call.shell is None else "  "
        return [("i", f"Fix: {lead}:" if lead else "Fix:"), *((" ", indent + line) for line in code.split("\n"))]
    first, *rest = code.split("\n")
    return [
        ("i", f"Fix: {first}" + (f"  # {lead}" if lead else "")),
        *((" ", f"     {line}") for line in rest),
    ]


def _code(fix: Fix, phrases: Phrases, facts: Facts, call: Call) -> str:
    if fix.code is not None:
        return _unguarded(phrases.fill(_text(fix.code, call), facts), call)
    args = ", " + phrases.fill(_text(fix.args, call), facts) if fix.args else ""
    if call.batch is not None and call.trains and phrases.arg == "sample_weight":  # which batches bring themselves
        return f"{phrases.arg} {'<-' if call.language == 'r' else '='} WEIGHTS"
    if call.batch is not None and fix.args and not fix.data:  # an option helps all batches at once
        stream = "NEW_GENERATOR" if call.batch.source == "iterator" else call.batch.name or call.x
        return f"{facts['function']}({call.model}, {stream}{args})"
    data = phrases.fill(_text(fix.data, call), facts) if fix.data else phrases.arg
    targets = phrases.fill(_text(fix.targets, call), facts) if fix.targets and call.has_targets else call.y
    return _calling(data, args, phrases, targets)


def _unguarded(code: str, call: Call) -> str:
    """The lines with the model in a guard, where they are about what only a model can: its methods, its blueprint."""
    name = re.escape(call.model)
    if not call.is_guard or not re.search(rf"(?<![\w.$`]){name}[$.]\w|(learn_blueprint|safe_fit)\({name}\b", code):
        return code
    assign = "<-" if call.language == "r" else "="
    inside = re.sub(rf"(?<![\w.$`]){name}(?![\w`])", "model", code)
    # what a guard does not know yet is in a new one only
    anew = f"\n{call.model} {assign} guard(model)" if re.search(r"(learn_blueprint|safe_fit)\(", code) else ""
    return f"model {assign} unguard({call.model})\n{inside}{anew}"


def _calling(data: str, args: str, phrases: Phrases, targets: str = "") -> str:
    call, names = phrases.call, phrases.names_of_call()
    if call.batch is not None and call.trains and data != phrases.arg:
        return f"{phrases.arg} {'<-' if call.language == 'r' else '='} {data}"
    if phrases.arg in (call.x, call.y) or args:
        x, y = (data if phrases.arg == arg else other for arg, other in ((call.x, call.x), (call.y, targets or call.y)))
        return phrases.calling(x, y, args, has_targets=call.has_targets or phrases.arg == call.y)
    if phrases.arg.startswith("validation_data[") and call.language != "r":  # a tuple takes no new element
        x, y = (data if phrases.arg == place else place for place in ("validation_data[0]", "validation_data[1]"))
        return f"validation_data = ({x}, {y})\n{names['call']}"
    assign = "<-" if call.language == "r" else "="
    return f"{phrases.arg} {assign} {data}\n{names['call']}"


def _reading(reading: Any, step: Any, phrases: Phrases, facts: Facts, call: Call) -> tuple[str, str]:
    lead = f"if it is {axes(reading)}"
    if isinstance(step, Transpose):  # both give the same sizes: tell the readings apart by what came
        came = sorted(zip(step.axes, reading.names[-len(step.axes) :], strict=True))
        lead = f"if its axes are ({', '.join(name for _, name in came)})"
    code = phrases.step(step, str(reading.sizes[0]), facts["is_frame"])
    return lead, _calling(code, "", phrases)


def render_problems(report: Report) -> str:
    """All problems of a report, as the text of a Python error."""
    return problems_message(report).text


def problems_message(report: Report) -> Message:
    """All problems in one message: the first whole, up to four more as headline and fix, then a count."""
    problems = report.problems
    whole = [render(problem, report.call) for problem in problems[:MOST_PROBLEMS]]
    lines, symbols = list(whole[0].lines), list(whole[0].symbols)
    shown = 1
    for message in whole[1:]:
        start = next((i for i, line in enumerate(message.lines) if line.startswith("Fix:")), len(message.lines))
        # the first fix, all lines of it
        end = next((i for i in range(start + 1, len(message.lines)) if message.symbols[i] != " "), len(message.lines))
        if message.lines[start + 1 : end] and set(message.lines[start + 1 : end]) <= set(lines):  # told already
            start = end
        more = [message.lines[0], *message.lines[start:end]]
        if sum(map(len, lines)) + sum(map(len, more)) > MOST_CHARACTERS - 60:
            break
        lines += more
        symbols += ["x", *message.symbols[start:end]]
        shown += 1
    if len(problems) > shown:
        lines.append(f"and {len(problems) - shown} more")
        symbols.append("i")
    return Message(tuple(lines), tuple(symbols))


def verdict(report: Report) -> str:
    """The first line of a report."""
    x = shell.named(report.call).x
    return f"`{x}` can be predicted." if report.ok else f"`{x}` can't be predicted as it is."


def render_report(report: Report) -> str:
    """A whole report: the verdict, then every finding."""
    parts = [verdict(report)]
    for finding in report.findings:
        parts.append(f"[{finding.level}] {render(finding, report.call).text}")
    return "\n".join(parts)
