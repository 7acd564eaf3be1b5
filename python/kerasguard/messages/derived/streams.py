"""Words of the entries in `streams`: data that comes in batches."""

from __future__ import annotations

from typing import Any

from ..phrases import Phrases
from ..streams import loop
from ..words import word


@word
def shuffling(facts: dict[str, Any], phrases: Phrases) -> str:
    how = str(facts["how"])
    return how.replace("=True", " = TRUE").replace("=False", " = FALSE") if phrases.is_r else how


@word
def steps_option(facts: dict[str, Any], phrases: Phrases) -> str:
    """The argument that says after how many batches to stop."""
    if phrases.call.function != "safe_fit":
        return "steps"
    return "validation_steps" if phrases.arg.startswith("validation_data") else "steps_per_epoch"


@word
def stream_call(facts: dict[str, Any], phrases: Phrases) -> str:
    """The user's call with the stream alone."""
    return phrases.calling(phrases.call.x, "", has_targets=False)


@word
def stream_or_x(facts: dict[str, Any], phrases: Phrases) -> str:
    """The stream, of which a generator is used up."""
    batch = facts.get("batch")
    return (
        "NEW_GENERATOR" if batch is not None and batch.source == "iterator" else facts.get("stream_name", phrases.arg)
    )


@word
def brings_none(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not facts["has_targets"] and not facts["zips"]


@word
def why_empty(facts: dict[str, Any], phrases: Phrases) -> str:
    return "Was it read before? A generator is used up by one pass." if facts["is_used"] else ""


@word
def why_unread(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_used"]:
        return "It can be read only once."
    return "It is shuffled, or does not tell its length."


@word
def whole_sizes(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(f"{size}L" for size in facts["spec"].sizes[1:])


@word
def is_free(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["expected"] is None and not facts["several"]


@word
def is_fixed(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["expected"] is not None and not facts["several"]


@word
def pairs_of_pass(facts: dict[str, Any], phrases: Phrases) -> str:
    """Predictions beside the labels that came with them."""
    call, stream = phrases.call, loop(facts["stream"], facts["x"], phrases.call.language)
    if phrases.is_r:
        inside = f"list(safe_predict({call.model}, item[[1]]), item[[2]])"
        return f"pairs <- reticulate::iterate({stream}, function(item) {inside})"
    return f"pairs = [(safe_predict({call.model}, batch), labels) for batch, labels, *_ in {stream}]"


@word
def all_inputs(facts: dict[str, Any], phrases: Phrases) -> str:
    return _of_items(facts, phrases, "item" if phrases.is_r else "list(item)")


@word
def first_only(facts: dict[str, Any], phrases: Phrases) -> str:
    return _of_items(facts, phrases, "item[[1]]" if phrases.is_r else "item[0]")


def _of_items(facts: dict[str, Any], phrases: Phrases, data: str) -> str:
    call = phrases.call
    if call.trains:
        return f"{call.function}({call.model}, BATCHES_OF_X_AND_Y)"
    stream = loop(facts["batch"], facts["stream_name"], call.language)
    predicted = f"{phrases.names_of_call()['function']}({call.model}, {data})"
    if phrases.is_r:
        return f"answers <- reticulate::iterate({stream}, function(item) {predicted})"
    return f"answers = [{predicted} for item in {stream}]"
