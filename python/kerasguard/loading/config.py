"""The text of a config, read within bounds: one that is built to fill the memory or the stack is not read."""

from __future__ import annotations

import json
from typing import Any

# Far above what the largest models of Keras have: some thousand layers of about thirty parts each.
MOST_BYTES, MOST_PARTS, MOST_ITEMS, MOST_DEPTH = 64 * 2**20, 500_000, 5_000_000, 150


class UnreadableConfigError(ValueError):
    """A config that can't be read; its text says why."""


def read_config(text: bytes | str, name: str) -> dict[str, Any]:
    """The dict that `text`, the part `name` of a file, holds.

    Raises:
        UnreadableConfigError: If it is no JSON, no dict, or larger than any model's.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    parts, items = raw.count(b"[") + raw.count(b"{"), raw.count(b",")
    if len(raw) > MOST_BYTES or parts > MOST_PARTS or items > MOST_ITEMS:
        raise UnreadableConfigError(f"{name} is larger than any model's ({max(parts, items):,} parts)")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:  # no JSON or no UTF-8, or a number of thousands of digits
        raise UnreadableConfigError(f"{name} can't be read ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise UnreadableConfigError(f"{name} holds no model")
    if _depth(found) > MOST_DEPTH:
        raise UnreadableConfigError(f"{name} is nested more than {MOST_DEPTH} deep")
    return found


def _depth(config: Any) -> int:
    depth, level = 0, [config]
    while level and depth <= MOST_DEPTH:
        depth += 1
        inner: list[Any] = []
        for node in level:
            values = node.values() if isinstance(node, dict) else node
            inner += [value for value in values if isinstance(value, (dict, list))]
        level = inner
    return depth
