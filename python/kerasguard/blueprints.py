"""What training saw: columns and their ranges, levels, classes. Belongs to the model object and dies with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from .weights import Marks, weights_digest

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
    """`columns`: one per feature; a single one without a name where there are too many to tell apart.

    `scaled`: the `center` and `scale` that R's scale() took off, a number or None per column.
    """

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
    """Inputs and outputs in the order of the model's signature.

    `rows`: how many samples were seen. `weights`: a digest of those that it belongs to. `stale`: the model has others
    by now, so columns are not moved by it.
    """

    inputs: tuple[InputSeen, ...]
    outputs: tuple[OutputSeen, ...] = ()
    rows: int = 0
    weights: str | None = field(default=None, compare=False)
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    stale: bool = False

    @cached_property
    def _hash(self) -> int:
        return hash((self.inputs, self.outputs, self.rows, self.stale))

    def __hash__(self) -> int:
        return self._hash  # a part of every plan's key: hashing hundreds of columns anew would cost a small prediction

    def __repr__(self) -> str:
        from .messages.blueprint import blueprint_text

        return blueprint_text(self, "python")

    def _repr_html_(self) -> str:
        from .messages.blueprint import blueprint_html

        return blueprint_html(self)


class Kept:
    """A blueprint as the model object has it, and what tells whether the model's weights are still the same."""

    def __init__(self, blueprint: Blueprint, marks: Marks) -> None:
        self.blueprint, self._marks = blueprint, marks
        self._stale = replace(blueprint, stale=True)
        self._is_stale = False
        self.is_held = False  # while the guard itself trains, callbacks may predict

    def current(self, model: Any) -> Blueprint:
        """The blueprint, stale or not; weights are read as a whole only where a quick mark of theirs has changed."""
        if self.is_held:
            return self.blueprint
        if not self._marks.hold(model):
            marks = Marks(model)
            self._is_stale = weights_digest(model) != self.blueprint.weights
            self._marks = marks  # last: another thread takes the answer from before until then
        return self._stale if self._is_stale else self.blueprint

    def __reduce__(self) -> Any:
        return _forgotten, ()  # a copy of the model by pickle has variables of its own


def _forgotten() -> None:
    return None


def blueprint_of(model: Any) -> Blueprint | None:
    """What was learned of the model's training data, None where nothing was; `stale` where weights changed since."""
    kept = model.__dict__.get(ATTRIBUTE)
    return kept.current(model) if isinstance(kept, Kept) else None


@contextmanager
def held(model: Any, blueprint: Blueprint | None) -> Iterator[None]:
    """Let the blueprint of a training hold while it runs; what was kept before comes back in the end."""
    before = model.__dict__.get(ATTRIBUTE)
    if blueprint is None:
        yield
        return
    kept = Kept(blueprint, Marks(model))
    kept.is_held = True
    object.__setattr__(model, ATTRIBUTE, kept)
    try:
        yield
    finally:
        if before is None:
            object.__delattr__(model, ATTRIBUTE)
        else:
            object.__setattr__(model, ATTRIBUTE, before)


def keep_blueprint(model: Any, blueprint: Blueprint) -> Blueprint:
    """Remember it with the model, as learned with the weights that it has now."""
    marks = Marks(model)  # before the digest: weights that change meanwhile, in another thread, must show
    return _keep(model, replace(blueprint, weights=weights_digest(model), stale=False), marks)


def adopt_blueprint(model: Any, blueprint: Blueprint) -> bool:
    """Remember it with the model, if it was learned with the weights that the model has now."""
    marks = Marks(model)
    if weights_digest(model) != blueprint.weights:
        return False
    _keep(model, blueprint, marks)
    return True


def _keep(model: Any, blueprint: Blueprint, marks: Marks) -> Blueprint:
    # plain setattr would have Keras track it
    object.__setattr__(model, ATTRIBUTE, Kept(blueprint, marks))
    return blueprint
