"""A blueprint as R takes it: vectors of one type, NaN where R has NA."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

from ..blueprints import Blueprint, InputSeen, OutputSeen, blueprint_of
from ..job import Job
from ..learning import inputs_seen
from ..messages.blueprint import blueprint_lines, path_text, r_levels
from ..messages.picture import shape_note
from ..shapes import compare_shapes


def shapes_shown(job: Job) -> list[dict[str, Any]]:
    """Expected and given shapes, with NaN for a size that is free, or that is as it should be."""
    return [
        {
            "name": item.name, "arg": item.arg, "state": item.state,
            "axes": list(item.axes), "expected": _sizes(item.expected),
            "given_axes": list(item.given_axes), "given": _sizes(item.given), "instead": _sizes(item.instead),
            "read": _sizes(item.read), "note": shape_note(item),
        }
        for item in compare_shapes(job)
    ]  # fmt: skip


def values_shown(job: Job) -> dict[str, Any] | None:
    """What training saw beside what came, by input: None where training is not known, or the data can't be read."""
    blueprint = blueprint_of(job.model) if job.state is not None else None
    if blueprint is None or not job.ok or job.observed.stream is not None:
        return None
    return {
        "training": [_input(seen) for seen in blueprint.inputs],
        "data": [_input(s) for s in inputs_seen(job.objects())],
    }


def _sizes(sizes: Sequence[int | None] | None) -> list[float] | None:
    return None if sizes is None else [nan if size is None else float(size) for size in sizes]


def shown_to_r(blueprint: Blueprint) -> dict[str, Any]:
    """Everything in it, and the lines that print() shows."""
    return {
        "inputs": [_input(seen) for seen in blueprint.inputs],
        "outputs": [_output(seen) for seen in blueprint.outputs],
        "rows": blueprint.rows,
        "stale": blueprint.stale,
        "versions": dict(blueprint.versions),
        "lines": blueprint_lines(blueprint, "r"),
    }


def _input(seen: InputSeen) -> dict[str, Any]:
    columns = seen.columns
    numbers = {
        key: [nan if getattr(column, key) is None else getattr(column, key) for column in columns]
        for key in ("min", "max", "mean", "sd")
    }
    scaled = {key: [nan if v is None else v for v in values] for key, values in (seen.scaled or {}).items()}
    return {
        "path": path_text(seen.path, "r"),
        "name": [column.name for column in columns],
        "type": [column.type for column in columns],
        **numbers,
        "missing": [column.missing for column in columns],
        "levels": [None if column.levels is None else r_levels(column.levels) for column in columns],
        "encoding": [column.encoding for column in columns],
        "scaled": scaled,
    }


def _output(seen: OutputSeen) -> dict[str, Any]:
    return {
        "path": path_text(seen.path, "r"),
        "classes": None if seen.classes is None else r_levels(seen.classes),
        "ordered": seen.ordered,
        "form": seen.form,
        "names": None if seen.names is None else list(seen.names),
    }
