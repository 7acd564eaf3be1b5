"""What was found in a call: plain data that `messages` turns into words.

A finding carries facts, never sentences: numbers, names and the few small types below that read differently
in R (1-based, `10 x 6 double matrix`) and in Python (0-based, `(10, 6) float64 numpy.ndarray`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_CELLS = 5  # a message names at most five places
Language = Literal["python", "r"]
Level = Literal["report", "message", "warning", "refusal"]


@dataclass(frozen=True)
class Axes:
    """A shape with the meaning of each axis; a size of None is free, `rows` is known for data only."""

    names: tuple[str, ...]
    sizes: tuple[int | None, ...]


@dataclass(frozen=True)
class Given:
    """The user's object in a few words: its type, class and sizes."""

    type: str
    cls: str
    sizes: tuple[int, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Span:
    """Places `first` to `last` on an axis, 0-based and inclusive."""

    first: int
    last: int


@dataclass(frozen=True)
class Cells:
    """Where values are: at most five 0-based indices, how many there are in all, and column names if any."""

    count: int
    first: tuple[tuple[int, ...], ...]
    names: tuple[str, ...] | None = None

    def joined(self, other: Cells) -> Cells:
        """These and those further down."""
        return Cells(self.count + other.count, (self.first + other.first)[:MAX_CELLS], self.names)


@dataclass(frozen=True)
class Batch:
    """One batch of a stream: its 0-based number (None: all of them), and how code gets at it.

    `source`, `length` and `name` of the stream. `is_pair`: the data comes in a tuple with targets; `is_tuple`: it is
    one itself; `is_ragged`: it is no array.
    """

    index: int | None
    source: str
    length: int | None = None
    is_pair: bool = False
    is_tuple: bool = False
    is_ragged: bool = False
    name: str = ""


@dataclass(frozen=True)
class Part:
    """The rows of a data set that a finding is about: of the file at `path`, or of a part of a frame where it is "".

    `first`: the 0-based number of its first row in that file, None where nothing tells. `others`: how many more files
    it is about.
    """

    path: str = ""
    first: int | None = None
    others: int = 0


@dataclass(frozen=True)
class Diagnosis:
    """Why there can be no answer."""

    code: str
    arg: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    level: Level = "refusal"


@dataclass(frozen=True)
class Repair:
    """A change with exactly one reading: `step` is what `apply` does."""

    code: str
    arg: str
    level: Level
    facts: Mapping[str, Any] = field(default_factory=dict)
    step: Any = None


@dataclass(frozen=True)
class Notice:
    """Something the user should know; nothing changes. `once`: told once per model."""

    code: str
    arg: str
    level: Level
    facts: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False


Finding = Diagnosis | Repair | Notice


@dataclass(frozen=True)
class Shell:
    """The command that a call came from: what mends it is a command, too, where an option does.

    `arguments`: model and data (and where the answer goes), as they were typed. `options`: those that were given, by
    their names in Python. `reads`: the line of Python that reads the data as the command did.
    """

    command: str
    arguments: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    reads: str = ""


@dataclass
class Call:
    """Who is spoken to, and how they named things. `batch`: the one that a line of code is about.

    `held`: what R tells of an object that is no model. `has_targets`, `has_validation`: whether y and validation data
    were handed over. `ranks`: of x and y, where each is one array or table; `classes`: what they are called.
    `left_to_options`: arguments that have the value of a session's option. `levels`: targets with the classes of a fit
    that keeps them beside its model. `is_guard`: whether the model is in a snapshot. `paths`: from where a data set is
    scored, and to where; `given`: what else was asked for. `shell`: the command, where it was one.
    """

    function: str = "safe_predict"
    language: Language = "python"
    model: str = "model"
    x: str = "x"
    y: str = "y"
    model_name: str = "model"
    model_class: str | None = None
    held: Mapping[str, Any] | None = None
    batch: Batch | None = None
    has_targets: bool = False
    has_validation: bool = False
    ranks: tuple[int | None, int | None] = (None, None)
    classes: tuple[str, str] = ("", "")
    left_to_options: tuple[str, ...] = ()
    levels: Any = None
    is_guard: bool = False
    paths: tuple[str, str] | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    shell: Shell | None = None

    @property
    def trains(self) -> bool:
        """Whether it is about targets too: fit and evaluate."""
        return self.function in ("safe_fit", "safe_evaluate")


@dataclass(frozen=True)
class Report:
    """All findings of one call. Printing it shows them in words.

    Attributes:
        call: Who is spoken to, and how they named things.
        findings: What was found, in the order of the path of data: each with `.code`, `.level` and `.facts`.
    """

    call: Call
    findings: tuple[Finding, ...] = ()

    @property
    def problems(self) -> tuple[Diagnosis, ...]:
        """The diagnoses, in the order of the path."""
        return tuple(f for f in self.findings if isinstance(f, Diagnosis))

    @property
    def notes(self) -> tuple[Finding, ...]:
        """Everything that does not stop the call."""
        return tuple(f for f in self.findings if not isinstance(f, Diagnosis))

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return not self.problems

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all findings."""
        return tuple(f.code for f in self.findings)

    def __str__(self) -> str:
        from .messages import render_report

        return render_report(self)

    __repr__ = __str__


class Refused(Exception):
    """There is no right answer: `report` tells why, and where. Raised within a data set, and told where it ends."""

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report
