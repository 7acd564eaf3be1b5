"""Fixes and words that entries of several files use."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Fix
from ..phrases import Phrases
from ..words import word

Facts = dict[str, Any]

LOOK = Fix("look at what the model takes and gets", code=Both("check_model({model}, {x})", "check_model({model}, {x})"))
READ = Fix("the guard reads them in the form that the model takes", when="mended", code=Both("{guarded}", "{guarded}"))
CHECK = Fix("look at the data", code=Both("check_input({model}, {x})", "check_input({model}, {x})"))


@word
def plain_sentence(facts: Facts, phrases: Phrases) -> str:
    """The error's own words, without a full stop of their own."""
    text = str(facts["sentence"]).rstrip(". ")
    # the sentence ends with the full stop of the entry
    return text if len(text) <= 200 else text[:197].rstrip(". ") + " .."


@word
def mended(facts: Facts, phrases: Phrases) -> bool:
    """Nothing was tried, unless the facts say so."""
    return False


@word
def guarded(facts: Facts, phrases: Phrases) -> str:
    """The user's call, guarded."""
    call, function = phrases.call, facts["function_of"]
    return f"{function}({call.model}, {call.x}{', ' + call.y if function != 'safe_predict' and facts['has_targets'] else ''})"


@word
def error_colon(facts: Facts, phrases: Phrases) -> str:
    named = facts["error"] == "Error" or str(facts["sentence"]).startswith(facts["error"])
    return "" if named else f"{facts['error']}: "
