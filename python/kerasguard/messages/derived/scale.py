"""Words of the entries in `scale`: ids, and the scale of values."""

from __future__ import annotations

from typing import Any

from ..phrases import Phrases, number, quoted
from ..words import WORDS, word


@word
def from_1(facts: dict[str, Any], phrases: Phrases) -> bool:
    """Whether taking 1 off all of the data is the likely cure, and code can do it."""
    return bool(facts["counted_from_1"] and facts["whole"] and facts["given"].cls not in ("list", "dict", "tuple"))


@word
def why_outside(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["negative"]:
        return "A negative id would be looked up as another one. Is it a code for unknown values?"
    needed = facts["needed"]
    if facts["counted_from_1"]:
        return (
            f"No id is 0, the largest is {needed - 1}: did training count from 0? If from 1, {needed} ids are needed."
        )
    return f"If they count from 1, the layer needs {needed} ids." if facts["one_more"] else ""


@word
def as_values(facts: dict[str, Any], phrases: Phrases) -> str:
    return "VALUES" if facts["given"].cls in ("list", "dict") else phrases.arg


@word
def where(facts: dict[str, Any], phrases: Phrases) -> str:
    """Whose values are told: the column of a table, or all."""
    column, names = facts["column"], facts["names"]
    if column is None:
        return "Its values"
    if phrases.is_r:
        return f"Column {column + 1}" + (f" ({phrases.name(names[column])})" if names else "")
    return f"Column {phrases.name(names[column])}" if names else f"Column {column}"


@word
def within(facts: dict[str, Any], phrases: Phrases) -> str:
    return "-1 to 1" if facts["signed"] else "0 to 1"


@word
def why_pixels(facts: dict[str, Any], phrases: Phrases) -> str:
    by = "readPNG()" if phrases.is_r else "imread() of a PNG"
    if facts["reached"] is None:
        learned = f"mean {number(facts['mean'])}, sd {number(facts['sd'])}"
        return f"It ({facts['cls']}) learned {learned} in training. Divided by 255 already, as by {by}?"
    low, high = map(number, facts["reached"])
    meant = " to ".join(map(str, facts["meant"]))
    return f"It ({facts['cls']}) makes that {low} to {high} in place of {meant}. Scaled already, as by {by}?"


@word
def why_far(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["undivided"]:
        return "Pixels of 0 to 255 that training divided by 255?"
    return "Other units, or other preprocessing than in training?"


@word
def why_not_adapted(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["stale"]:
        return "Its weights are set, but it still computes with mean 0 and variance 1: setting weights is not enough."
    return "It has mean 0 and variance 1, the defaults: values reach the model as they are, unscaled."


@word
def layer_code(facts: dict[str, Any], phrases: Phrases) -> str:
    dot = "$" if phrases.is_r else "."
    return phrases.call.model + "".join(f"{dot}get_layer({quoted(name)})" for name in facts["route"])


@word
def unscaled(facts: dict[str, Any], phrases: Phrases) -> str:
    x = phrases.arg
    if WORDS["is_frame"](facts, phrases):  # the attributes are those of its columns
        return "UNSCALED"
    return f'sweep(sweep({x}, 2, attr({x}, "scaled:scale"), "*"), 2, attr({x}, "scaled:center"), "+")'
