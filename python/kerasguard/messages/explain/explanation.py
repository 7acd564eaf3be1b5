"""An explanation as a message: the cause and its fixes, where it is, and the error's own words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..entry import Both
from ..phrases import Phrases
from .code import code_words, own_place

if TYPE_CHECKING:
    from ...explain import Explanation
    from .. import Message

FROM = {
    "checks": "Found by checking model and data anew.",
    "error": "",
    "text": "From its text alone; the model and data tell more: {call}.",
}
EXPLAIN = Both("explain_error(error, model, x)", "explain_error(text, model = model, x = x)")
UNSURE = "Model and data were checked; whether the error comes of this, its own words don't tell."
# told in the error's own words already
IN_ITS_WORDS = (
    "error_unknown",
    "error_not_keras",
    "error_own_code",
    "error_load",
    "error_whole_number",
    "error_noise",
    "error_gpu",
    "error_r_",
    "error_pointer",
)


def explained(found: Explanation) -> Message:
    """What an error comes of: the cause and its fixes, where it is, and the error's own words."""
    from .. import Message, problems_message

    report = found.report
    message = problems_message(report)
    more = []
    if found.place is not None:
        place = {**asdict(found.place), "name": ""}
        phrases = Phrases(report.call, "x")
        more.append(f"In your own code: {own_place(place, phrases)}. {code_words(place, phrases)}".strip())
    if not report.problems[0].code.startswith(IN_ITS_WORDS):
        is_plain = found.error in ("Error", *found.sentence.split(":")[:1])
        own = found.sentence if is_plain else f"{found.error}: {found.sentence}"
        speaker = "R" if found.sentence.startswith("Error in ") else "Keras"
        more.append(f"{speaker} said: {own if len(own) <= 160 else own[:157] + '...'}")
    note = FROM[found.known_from].format(call=EXPLAIN.of(report.call.language)) if found.is_sure else UNSURE
    note = note if found.known_from != "text" or found.wants_data else ""
    more += [note] if note else []
    return Message((*message.lines, *more), (*message.symbols, *("i" for _ in more)))
