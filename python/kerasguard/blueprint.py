"""What training saw: columns and their ranges, levels, classes. Belongs to the model object and dies with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ATTRIBUTE = "_kerasguard_blueprint"
SCHEMA = 1

Path = tuple[str | int, ...]
Level = str | int | float | bool
# How a category became numbers: one column of codes; a column of 0 and 1 per level; the same but for the first level.
Encoding = Literal["codes", "one-hot", "dummies"]


@dataclass(frozen=True)
class ColumnSeen:
    """One feature of an input: a column of a table, or a place on the last axis of an array.

    `levels` and `encoding`: of categories and text that were made numbers; `base`: the code of the first level.
    `min`, `max`, `mean`, `sd`: of the finite values, after encoding if that gives one column; None where none was seen.
    `missing`: how many values were missing.
    """

    name: str | None
    type: Literal["number", "boolean", "category", "text"] = "number"
    levels: tuple[Level, ...] | None = None
    encoding: Encoding | None = None
    base: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    sd: float | None = None
    missing: int = 0

    @property
    def width(self) -> int:
        """How many columns of numbers it makes."""
        if self.levels is None or self.encoding in (None, "codes"):
            return 1
        return len(self.levels) - (self.encoding == "dummies")


@dataclass(frozen=True)
class InputSeen:
    """`scaled`: the `center` and `scale` that R's scale() took off, a number or None per column."""

    path: Path
    columns: tuple[ColumnSeen, ...] = ()
    scaled: Mapping[str, tuple[float | None, ...]] | None = field(default=None, hash=False)

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of the columns, if they have some."""
        names = tuple(column.name for column in self.columns if column.name is not None)
        return names if names and len(names) == len(self.columns) else None


@dataclass(frozen=True)
class OutputSeen:
    """`classes` in the order of the units, None for numbers; `names`: of the target's columns.

    `form` says what the model was trained on: "codes" (0 to k - 1), "one-hot", or "binary" (one unit, the second class
    is 1).
    """

    path: Path
    classes: tuple[Level, ...] | None = None
    ordered: bool = False
    form: Literal["codes", "one-hot", "binary"] | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Blueprint:
    """Inputs and outputs in the order of the model's signature. `weights`: a digest of those that it belongs to."""

    inputs: tuple[InputSeen, ...]
    outputs: tuple[OutputSeen, ...] = ()
    rows: int = 0
    weights: str | None = field(default=None, compare=False)
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __hash__(self) -> int:
        # a part of the key of every plan, and costly over many columns
        found: int | None = self.__dict__.get("_hash")
        if found is None:
            found = hash((self.inputs, self.outputs, self.rows))
            object.__setattr__(self, "_hash", found)
        return found

    def __repr__(self) -> str:
        parts = [", ".join(map(repr, seen.names)) if seen.names else "no names" for seen in self.inputs]
        return f"Blueprint of {len(parts)} input{'s' if len(parts) > 1 else ''}: {'; '.join(parts)}"


def blueprint_of(model: Any) -> Blueprint | None:
    """What was learned of the model's training data, None where nothing was."""
    return model.__dict__.get(ATTRIBUTE)


def keep_blueprint(model: Any, blueprint: Blueprint) -> None:
    """Remember it with the model."""
    object.__setattr__(model, ATTRIBUTE, blueprint)  # plain setattr would have Keras track it
