"""What training saw: the names and the order of its columns. Belongs to the model object and dies with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ATTRIBUTE = "_kerasguard_blueprint"


@dataclass(frozen=True)
class Blueprint:
    """`columns`: the column names of each input, in the order of the model's inputs; None for one without names."""

    columns: tuple[tuple[str, ...] | None, ...]

    def __repr__(self) -> str:
        parts = [", ".join(map(repr, names)) if names else "no names" for names in self.columns]
        return f"Blueprint of {len(parts)} input{'s' if len(parts) > 1 else ''}: {'; '.join(parts)}"


def blueprint_of(model: Any) -> Blueprint | None:
    """What was learned of the model's training data, None where nothing was."""
    return model.__dict__.get(ATTRIBUTE)


def keep_blueprint(model: Any, blueprint: Blueprint) -> None:
    """Remember it with the model."""
    object.__setattr__(model, ATTRIBUTE, blueprint)  # plain setattr would have Keras track it
