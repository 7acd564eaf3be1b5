"""Words of the entries in `structure`: which object goes to which input, and options."""

from __future__ import annotations

import re
from typing import Any

from ..phrases import Phrases, quoted
from ..words import WORDS, word


@word
def pairs(facts: dict[str, Any], phrases: Phrases) -> str:
    """`main = x[[2]], aux = x[[1]]`: every input with its data, or with a placeholder."""
    names, order = facts["inputs"], facts.get("order")
    items = []
    for i, name in enumerate(names):
        if order is None:
            data = f"DATA_{i + 1}"
        else:
            data = f"{phrases.arg}[[{order[i] + 1}]]" if phrases.is_r else f"{phrases.arg}[{order[i]}]"
        key = name if re.fullmatch(r"[A-Za-z.][A-Za-z0-9._]*", name) else quoted(name)
        items.append(f"{key} = {data}" if phrases.is_r else f"{quoted(name)}: {data}")
    return ", ".join(items)


@word
def named_inputs(facts: dict[str, Any], phrases: Phrases) -> str:
    """All inputs by name; without names, by place."""
    if all(name.startswith("input ") for name in facts["inputs"]):
        inside = ", ".join(f"DATA_{i + 1}" for i in range(len(facts["inputs"])))
        return f"list({inside})" if phrases.is_r else f"[{inside}]"
    inside = WORDS["pairs"](facts, phrases)
    return f"list({inside})" if phrases.is_r else "{" + inside + "}"


@word
def counts_text(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(f"{phrases.name(name)} has {rows}" for name, rows in facts["counts"])


@word
def dims(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.dims(facts["shape"])


@word
def left_out(facts: dict[str, Any], phrases: Phrases) -> str:
    extra = facts["extra"]
    return f"{phrases.series(extra, 'names')} {'was' if len(extra) == 1 else 'were'} left out." if extra else ""


@word
def choices_text(facts: dict[str, Any], phrases: Phrases) -> str:
    words = [_literal(choice, phrases) for choice in facts["choices"]]
    return f"{', '.join(words[:-1])} or {words[-1]}"


@word
def first_choice(facts: dict[str, Any], phrases: Phrases) -> str:
    return _literal(facts["first"], phrases)


def _literal(value: Any, phrases: Phrases) -> str:
    return quoted(value) if isinstance(value, str) else phrases.format_field(value, "")


@word
def conversion(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line that makes values of an object of another library, which R reaches with `$`."""
    how = str(facts["how"])
    if phrases.is_r:
        how = f"tensorflow::{how.replace('.', '$')}" if how.startswith("tf.") else how.replace(".", "$")
    return how.format(phrases.arg)
