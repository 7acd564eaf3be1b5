"""Blueprint <-> plain JSON. Files come from anywhere: they are read strictly, and nothing in them is run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite
from typing import Any

from .blueprints import SCHEMA, Blueprint, ColumnSeen, InputSeen, OutputSeen

MEMBER = "kerasguard.json"  # of a .keras file, and beside a SavedModel
ATTRIBUTE = "kerasguard_blueprint"  # of a .h5 file
MOST_BYTES = 2**26
TYPES = ("number", "boolean", "category", "text")
ENCODINGS = ("codes", "one-hot", "dummies")
FORMS = ("codes", "one-hot", "binary")


class UnreadableError(Exception):
    """The text is no blueprint; the message says why, in a few words that both languages understand."""


class NewerSchemaError(Exception):
    """The text is of a schema that only a later version knows: `version` of kerasguard, `schema`."""

    def __init__(self, version: str, schema: int) -> None:
        super().__init__(version, schema)
        self.version, self.schema = version, schema


def to_json(blueprint: Blueprint) -> str:
    """The text of a blueprint. Numbers that are not finite are left out: JSON has none."""
    from . import __version__

    known = {
        "schema": SCHEMA,
        "kerasguard": __version__,
        "versions": dict(blueprint.versions),
        "weights": blueprint.weights,
        "rows": blueprint.rows,
        "inputs": [_input_json(seen) for seen in blueprint.inputs],
        "outputs": [_fields(seen) | {"path": list(seen.path)} for seen in blueprint.outputs],
    }
    return json.dumps(known, allow_nan=False)


def _input_json(seen: InputSeen) -> dict[str, Any]:
    scaled = {key: [_plain(value) for value in values] for key, values in (seen.scaled or {}).items()}
    return {"path": list(seen.path), "columns": [_fields(column) for column in seen.columns], "scaled": scaled or None}


def _fields(item: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(item, field.name)) for field in fields(item)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        # a level that is infinite is compared as text like any other
        return [str(v) if isinstance(v, float) and not isfinite(v) else v for v in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def from_json(text: str | bytes) -> Blueprint:
    """Read the text of a blueprint; unknown keys are passed over.

    Raises:
        UnreadableError: If it is no blueprint.
        NewerSchemaError: If it is one of a newer schema.
    """
    if len(text) > MOST_BYTES:
        raise UnreadableError(f"it is longer than {MOST_BYTES // 2**20} MiB")
    try:
        known = json.loads(text, parse_constant=_no_constant)
    except UnreadableError:
        raise
    except (ValueError, RecursionError) as error:  # of whole numbers of too many digits as well
        raise UnreadableError("it is no JSON, or was cut off") from error
    schema = _whole(_dict(known, "it").get("schema"), "schema")
    if schema > SCHEMA:
        raise NewerSchemaError(str(known.get("kerasguard"))[:40], schema)
    if schema != SCHEMA:
        raise UnreadableError(f"its schema is {schema}")
    versions = _dict(known.get("versions", {}), "versions")
    return Blueprint(
        tuple(_input(item) for item in _list(known.get("inputs"), "inputs")),
        tuple(_output(item) for item in _list(known.get("outputs"), "outputs")),
        _whole(known.get("rows", 0), "rows"),
        _digest(known.get("weights")),
        {str(key): _text(value, "versions") for key, value in versions.items()},
    )


def _no_constant(name: str) -> Any:
    raise UnreadableError(f"{name} is no number of JSON")


def _input(known: Any) -> InputSeen:
    known = _dict(known, "inputs")
    columns = tuple(_column(item) for item in _list(known.get("columns"), "columns"))
    return InputSeen(_path(known), columns, _scaled(known.get("scaled"), len(columns)))


def _column(known: Any) -> ColumnSeen:
    known = _dict(known, "columns")
    levels = _levels(known.get("levels"), "levels")
    encoding = _one_of(known.get("encoding"), (None, *ENCODINGS), "encoding")
    low, high, mean, sd = (_number(known.get(key), key) for key in ("min", "max", "mean", "sd"))
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise UnreadableError("min and max are no range")
    if sd is not None and sd < 0:
        raise UnreadableError("sd is negative")
    if encoding is not None and levels is None:
        raise UnreadableError("encoding has no levels")
    return ColumnSeen(
        _text_or_none(known.get("name"), "name"), _one_of(known.get("type", "number"), TYPES, "type"), levels,
        encoding, _whole(known.get("base", 0), "base"), low, high, mean, sd, _whole(known.get("missing", 0), "missing"),
    )  # fmt: skip


def _output(known: Any) -> OutputSeen:
    known = _dict(known, "outputs")
    names = known.get("names")
    return OutputSeen(
        _path(known), _levels(known.get("classes"), "classes"), _flag(known.get("ordered", False), "ordered"),
        _one_of(known.get("form"), (None, *FORMS), "form"),
        None if names is None else tuple(_text(name, "names") for name in _list(names, "names")),
    )  # fmt: skip


def _scaled(known: Any, width: int) -> Mapping[str, tuple[float | None, ...]] | None:
    if known is None:
        return None
    found = {}
    for key, values in _dict(known, "scaled").items():
        if key not in ("center", "scale"):
            continue
        found[key] = tuple(_number(value, "scaled") for value in _list(values, "scaled"))
        if len(found[key]) != width:
            raise UnreadableError("scaled is not of all columns")
    return found or None


def _path(known: Mapping[str, Any]) -> tuple[str | int, ...]:
    path = _list(known.get("path"), "path")
    if any(isinstance(step, bool) or not isinstance(step, (str, int)) for step in path):
        raise UnreadableError("path is not of names and numbers")
    return tuple(path)


def _levels(known: Any, what: str) -> tuple[Any, ...] | None:
    if known is None:
        return None
    levels = _list(known, what)
    if any(not isinstance(level, (str, int, float, bool)) for level in levels):
        raise UnreadableError(f"{what} are not text and numbers")
    if not levels or len({str(level) for level in levels}) < len(levels):
        raise UnreadableError(f"{what} are not different")
    return tuple(levels)


def _dict(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError(f"{what} is no object of JSON")
    return value


def _list(value: Any, what: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise UnreadableError(f"{what} is no array of JSON")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"{what} is no text")
    return value


def _text_or_none(value: Any, what: str) -> str | None:
    return None if value is None else _text(value, what)


def _flag(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise UnreadableError(f"{what} is not true or false")
    return value


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnreadableError(f"{what} is no count")
    return value


def _number(value: Any, what: str) -> float | None:
    if value is None:
        return None
    try:
        found = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    except OverflowError:
        found = None
    if found is None or not isfinite(found):  # 1e999 is infinite
        raise UnreadableError(f"{what} is no number")
    return found


def _one_of(value: Any, choices: Sequence[Any], what: str) -> Any:
    if not (value is None or isinstance(value, str)) or value not in choices:
        raise UnreadableError(f"{what} is none that is known")
    return value


def _digest(value: Any) -> str:
    text = _text(value, "weights")
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise UnreadableError("weights is no digest")
    return text
