"""What a guard shows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..blueprint_json import from_json
from ..blueprints import Blueprint
from ..report import Axes
from .blueprint import blueprint_lines, count_columns, path_text, series
from .phrases import axes, count


def guard_lines(about: Mapping[str, Any], size: int, language: str) -> list[str]:
    """What it is, expects and gives, and what is known of training: for print()."""
    lines = [f'Guarded model "{about["name"]}"{" (of a SavedModel)" if about["kind"] == "savedmodel" else ""}']
    lines += model_lines(
        about, language, "nothing of its training data; learn_blueprint() shows them to a model before guard()"
    )
    lines.append(f"  holds    {count(about['weights'], 'weights')}, {bytes_text(size)}")
    lines.append(f"  made by  {_made_by(about['versions'], about['backend'])}")
    return lines


def model_lines(about: Mapping[str, Any], language: str, unknown: str) -> list[str]:
    """What a model expects, gives and knows."""
    lines = _tensors("expects", about["inputs"], language) + _tensors("gives", about["outputs"], language)
    parts = _known(_read(about.get("blueprint")), language) or [unknown]
    lines += [f"  {'' if i else 'knows':<7}  {part}" for i, part in enumerate(parts)]
    if about["stateful"]:
        lines.append(f"  keeps    a state, in batches of {about['stateful']}")
    return lines


def summary_lines(about: Mapping[str, Any], language: str) -> list[str]:
    """The layers, and the blueprint: for summary()."""
    known = _read(about.get("blueprint"))
    more = [] if known is None else ["", *blueprint_lines(known, language)]
    return ["", *(f"  {line}" for line in about["layers"]), *more]


def _read(known: Any) -> Blueprint | None:
    return None if known is None else from_json(known)


def _tensors(verb: str, tensors: Any, language: str) -> list[str]:
    lines: list[str] = []
    for tensor in tensors:
        name = path_text(tensor["path"], language) if len(tensors) > 1 else ""
        kind = f" {tensor['dtype']}" if tensor["dtype"] not in (None, "float32") else ""
        shape = axes(Axes(tuple(tensor["axes"]), tuple(tensor["shape"])))
        lines.append(f"  {verb if not lines else '':<7}  {name + ': ' if name else ''}{shape}{kind}")
    return lines


def _known(blueprint: Blueprint | None, language: str) -> list[str]:
    """What training saw, a line of each input and output."""
    if blueprint is None:
        return []
    parts = [count_columns(seen, language) for seen in blueprint.inputs]
    parts += [f"classes {series(seen.classes, language)}" for seen in blueprint.outputs if seen.classes]
    return [part for part in parts if part] or ["ranges of its training data"]


def _made_by(versions: Mapping[str, str], backend: str) -> str:
    engine = versions.get(backend)
    parts = [f"kerasguard {versions['kerasguard']}", f"Keras {versions.get('keras') or versions.get('tf_keras')}"]
    return ", ".join(parts) + (f" on {backend} {engine}" if engine else "")


def bytes_text(size: int) -> str:
    """A size in the unit that suits it."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            return f"{size / step:.3g} {unit}"
    return f"{size} bytes"
