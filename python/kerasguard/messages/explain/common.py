"""Fixes and words that entries of several files use."""

from __future__ import annotations

from typing import Any

from ..entry import Fix
from ..phrases import Phrases
from ..words import word

LOOK = Fix("look at what the model takes and gets", code="check_model({model}, {x})")
READ = Fix("the guard reads them in the form that the model takes", when="mended", code="{guarded}")
CHECK = Fix("look at the data", code="check_input({model}, {x})")


@word
def plain_sentence(facts: dict[str, Any], phrases: Phrases) -> str:
    """The error's own words, without a full stop of their own."""
    text = str(facts["sentence"]).rstrip(". ")
    # the sentence ends with the full stop of the entry
    return text if len(text) <= 200 else text[:197].rstrip(". ") + " .."


@word
def mended(facts: dict[str, Any], phrases: Phrases) -> bool:
    """Nothing was tried, unless the facts say so."""
    return False


@word
def guarded(facts: dict[str, Any], phrases: Phrases) -> str:
    """The user's call, guarded."""
    call, function = phrases.call, facts["function_of"]
    return f"{function}({call.model}, {call.x}{', ' + call.y if function != 'safe_predict' and facts['has_targets'] else ''})"


@word
def error_colon(facts: dict[str, Any], phrases: Phrases) -> str:
    named = facts["error"] == "Error" or str(facts["sentence"]).startswith(facts["error"])
    return "" if named else f"{facts['error']}: "
