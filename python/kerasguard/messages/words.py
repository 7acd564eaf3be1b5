"""Small words that follow from the facts: a template that names a fact which the rule did not give finds it here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .phrases import Phrases

Word = Callable[[dict[str, Any], Phrases], Any]
WORDS: dict[str, Word] = {}


def word(function: Word) -> Word:
    """Register a derived word under the function's name."""
    WORDS[function.__name__.rstrip("_")] = function
    return function


class Facts(dict[str, Any]):
    """The facts of a finding, completed by derived words."""

    def __init__(self, facts: Any, phrases: Phrases) -> None:
        super().__init__(facts)
        self.phrases = phrases

    def __missing__(self, key: str) -> Any:
        if key not in WORDS:
            raise KeyError(key)
        return WORDS[key](self, self.phrases)

    def get(self, key: str, default: Any = None) -> Any:
        """As for any dict, derived words included."""
        return self[key] if key in self or key in WORDS else default
