"""Words about the folder that a data set is scored into."""

from __future__ import annotations

from typing import Any

from ..phrases import Phrases, quoted
from ..words import word

# parts of a job that are no options, as the user calls them
PARTS = {
    "model": "the weights or layers of the model, or what is known of its training",
    "loss": "the loss of the model",
    "schema": "the columns of the input, or their types",
    "kerasguard": "the format of the results, of another version of kerasguard",
}


@word
def in_new_folder(facts: dict[str, Any], phrases: Phrases) -> str:
    paths = phrases.call.paths or ("IN_FOLDER", "")
    return f'{phrases.function}({phrases.call.model}, {quoted(paths[0])}, "NEW_FOLDER")'


@word
def why_inside(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["file"] is None:
        return f"In {quoted(facts['output'])} results would be read as input the next time."
    return f"{quoted(facts['file'])} is an input, and {quoted(facts['output'])} is to hold results."


@word
def other_job(facts: dict[str, Any], phrases: Phrases) -> str:
    differs = facts["differs"]
    if "model" in differs:
        return "another model"
    return "other data" if differs == ("schema",) else "other options"


@word
def what_differs(facts: dict[str, Any], phrases: Phrases) -> str:
    """Each option with what it was, and what it is."""
    parts = []
    for name in facts["differs"]:
        if name in ("loss", "threshold") and "type" in facts["differs"]:  # which asks for them
            continue
        before, now = (_option(value, phrases) for value in facts["values"][name])
        parts.append(PARTS.get(name) or f"`{name}`, which was {before} and is {now}")
    return f"What differs: {'; '.join(parts)}."


def _option(value: Any, phrases: Phrases) -> str:
    if isinstance(value, list):
        return str(phrases.series(tuple(value), "names")) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{_option(names, phrases)} for {phrases.name(name)}" for name, names in value.items())
    return quoted(value) if isinstance(value, str) else phrases.format_field(value, "")


@word
def have_changed(facts: dict[str, Any], phrases: Phrases) -> str:
    return "are gone" if facts["is_gone"] else "have changed"


@word
def was_changed(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_gone"]:
        return "was scored, and is not in the input now."
    return "was scored, and has another size or time of change now."
