"""What an error comes of, as the user gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..messages.explain.explanation import explained
from ..report import Report
from .places import Place

KnownFrom = Literal["checks", "error", "text", "checked"]


@dataclass(frozen=True, repr=False)
class Explanation:
    """An error and what it comes of. Printing it shows it in words.

    Attributes:
        error: The class of the error.
        sentence: Its own words, without noise.
        report: What was found.
        known_from: What told the cause: "checks" of the model and the data, the live "error" with its frames, or its
            "text" alone ("checked": and the checks found nothing).
        is_sure: False where the checks found something that the error's own words say nothing of.
        wants_data: Whether model and data would tell more.
        place: The user's own line that Keras ran.
        is_own: Whether kerasguard itself refused.
    """

    error: str
    sentence: str
    report: Report
    known_from: KnownFrom
    is_sure: bool = True
    wants_data: bool = False
    place: Place | None = None
    is_own: bool = False

    @property
    def code(self) -> str:
        """The stable code of the cause."""
        return self.report.problems[0].code

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all that was found to be wrong."""
        return tuple(problem.code for problem in self.report.problems)

    @property
    def lines(self) -> tuple[str, ...]:
        """What printing shows: headline, expected and given, why, and the lines that mend it."""
        return tuple(explained(self).text.split("\n"))

    def __str__(self) -> str:
        return "\n".join(self.lines)

    __repr__ = __str__
