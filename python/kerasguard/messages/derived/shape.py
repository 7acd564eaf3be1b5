"""Words of the entries in `shape`: axes, flat columns, pictures, and the indices in code."""

from __future__ import annotations

from typing import Any

from ...steps import Reshape
from ..phrases import Phrases
from ..tables import frame, library
from ..words import WORDS, word
from .common import indexable

# Flat columns. "C" order: the first columns are the first place of the first axis (a step, a row of pixels);
# "F" order: they are the first place of the last axis (a feature, a channel), running along the first.


def _of_picture(facts: dict[str, Any]) -> bool:
    return len(facts["result"].sizes) > 3


@word
def how(facts: dict[str, Any], phrases: Phrases) -> str:
    if _of_picture(facts):
        return "row by row" if facts["order"] == "C" else "column by column"
    return "step by step" if facts["order"] == "C" else "feature by feature"


def _columns_of(facts: dict[str, Any], order: str, phrases: Phrases) -> str:
    span = facts["first_c"] if order == "C" else facts["first_f"]
    return phrases.span(span, "values" if len(facts["given"].sizes) == 1 else "columns")


def _what(facts: dict[str, Any], order: str, phrases: Phrases) -> str:
    one = phrases.first
    if _of_picture(facts):
        return "the first row of pixels" if order == "C" else "the first column of pixels"
    return f"time step {one}" if order == "C" else f"feature {one}"


@word
def first_now(facts: dict[str, Any], phrases: Phrases) -> str:
    return _columns_of(facts, facts["order"], phrases).capitalize()


@word
def what_now(facts: dict[str, Any], phrases: Phrases) -> str:
    return _what(facts, facts["order"], phrases)


@word
def first_other(facts: dict[str, Any], phrases: Phrases) -> str:
    return _columns_of(facts, facts["other"], phrases)


@word
def other_verb(facts: dict[str, Any], phrases: Phrases) -> str:
    span = facts["first_c"] if facts["other"] == "C" else facts["first_f"]
    return "is" if span.first == span.last else "are"


@word
def what_other(facts: dict[str, Any], phrases: Phrases) -> str:
    return _what(facts, facts["other"], phrases)


@word
def commas(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", " * (facts["rank"] - 1)


@word
def given_commas(facts: dict[str, Any], phrases: Phrases) -> str:
    """One sample of what was one axis more."""
    return ", " * max(len(facts["given"].sizes), 1)


@word
def other_order(facts: dict[str, Any], phrases: Phrases) -> str:
    return "F" if facts["order"] == "C" else "C"


@word
def keep_from(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["got"] - facts["want"] + 1)


@word
def single(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["width"] == 1)


@word
def last(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["steps"] - 1)


@word
def several_samples(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["want"] and facts["got"]) and facts["got"] % facts["want"] == 0


@word
def r_size(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"c({', '.join(f'{size}L' for size in facts['want_size'])})"


@word
def channels_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["expected"].names[-1] == "channels") and len(facts["expected"].sizes) == 4


@word
def grey_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return WORDS["channels_last"](facts, phrases) and facts["got"] == 1


@word
def alpha_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return WORDS["channels_last"](facts, phrases) and facts["got"] == 4 and facts["want"] == 3


@word
def colour_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return WORDS["channels_last"](facts, phrases) and facts["got"] == 3 and facts["want"] == 1


@word
def other_channels(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not any(WORDS[case](facts, phrases) for case in ("grey_last", "alpha_last", "colour_last"))


@word
def ways(facts: dict[str, Any], phrases: Phrases) -> str:
    return "two" if facts.get("count_of_readings", 2) == 2 else "several"


@word
def as_vector(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"unlist({phrases.arg})" if WORDS["is_frame"](facts, phrases) else f"as.numeric({phrases.arg})"


@word
def take_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    """The chosen features of the data: a placeholder on its features axis."""
    if phrases.is_r:
        return f"{indexable(facts, phrases)}[{', ' * (facts['rank'] - 1)}COLUMNS, drop = FALSE]"
    if library(facts) == "polars":
        return f"{phrases.arg}[:, COLUMNS]"
    if WORDS["is_frame"](facts, phrases):
        return f"{frame(facts, phrases)}.iloc[:, COLUMNS]"
    return f"{WORDS['as_array'](facts, phrases)}[..., COLUMNS]"


@word
def step_code(facts: dict[str, Any], phrases: Phrases) -> str:
    step = facts["step"]
    kept = facts["given"].sizes[0] if isinstance(step, Reshape) and step.samples is None else ""
    return phrases.step(step, str(kept), WORDS["is_frame"](facts, phrases))


@word
def same_as(facts: dict[str, Any], phrases: Phrases) -> str:
    """One line that does the same; a list of objects has none."""
    return "" if facts["given"].type == "list of" else f"The same as {WORDS['step_code'](facts, phrases)}."
