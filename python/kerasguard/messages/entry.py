"""The form of a message: what an entry of the catalogue holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Both:
    """The wording for users of either language, where it differs."""

    py: str
    r: str

    def of(self, language: str) -> str:
        """The wording for one language."""
        return self.r if language == "r" else self.py


Text = str | Both


@dataclass(frozen=True)
class Fix:
    """A line that mends it. Exactly one of `data` and `code` is given.

    `data`: an expression to hand over in place of the data; `targets`: then also one in place of y. `args`: arguments to add to the user's call.
    `code`: whole lines. `shell`: options of the command that do the same, or a command; of none, `args` tell. `lead`: what it does, or the condition under which it is right.
    `when` / `unless`: shown only if that fact is there / is not.
    """

    lead: Text = ""
    data: Text | None = None
    targets: Text | None = None
    args: Text | None = None
    code: Text | None = None
    when: str = ""
    unless: str = ""
    shell: str = ""


@dataclass(frozen=True)
class Entry:
    """One code: family, headline, details and fixes.

    `shapes`: a line with what the model expects and what came follows the headline.
    """

    family: str
    headline: Text
    details: tuple[Text, ...] = ()
    fixes: tuple[Fix, ...] = ()
    shapes: bool = False
