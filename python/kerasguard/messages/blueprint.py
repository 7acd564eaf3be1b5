"""A blueprint as a table to read, in either language."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from ..blueprints import Blueprint, ColumnSeen, InputSeen, OutputSeen
from .phrases import count, quoted

MOST_SHOWN = 20  # columns of an input
MOST_LEVELS = 8
LONGEST = 30  # letters of a name
HEAD = ("column", "type", "range or levels", "mean", "sd", "missing")


def blueprint_text(blueprint: Blueprint, language: str) -> str:
    """The whole as lines of text."""
    return "\n".join(blueprint_lines(blueprint, language))


def blueprint_lines(blueprint: Blueprint, language: str) -> list[str]:
    """A headline, a table per input, a line per output."""
    lines = [headline(blueprint)]
    for i, seen in enumerate(blueprint.inputs):
        lines.append(_title("Input", seen.path, i, len(blueprint.inputs), language))
        lines += [f"  {line}" for line in _aligned([HEAD, *_rows(seen, language)])]
        rest = len(seen.columns) - MOST_SHOWN
        lines += [f"  and {rest} more"] if rest > 0 else []
        lines += [f"  {line}" for line in _scaled(seen)]
    for i, output in enumerate(blueprint.outputs):
        title = _title("Output", output.path, i, len(blueprint.outputs), language)
        lines.append(f"{title}: {_output(output, language)}")
    return lines


def headline(blueprint: Blueprint) -> str:
    """What it is of, and whether it still is."""
    rows = f"learned from {count(blueprint.rows, 'samples')}" if blueprint.rows else "learned"
    state = "the model has other weights by now" if blueprint.stale else "of the weights that the model has"
    return f"Blueprint {rows}: {state}"


def blueprint_html(blueprint: Blueprint) -> str:
    """The same for notebooks. Names come from data: all of them are escaped."""
    parts = [f"<p><b>{html.escape(headline(blueprint))}</b></p>"]
    for i, seen in enumerate(blueprint.inputs):
        rows = [HEAD, *_rows(seen, "python")]
        cells = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
        title = html.escape(_title("Input", seen.path, i, len(blueprint.inputs), "python"))
        rest = len(seen.columns) - MOST_SHOWN
        more = [f"and {rest} more"] if rest > 0 else []
        notes = "".join(f"<p>{html.escape(line)}</p>" for line in [*more, *_scaled(seen)])
        parts.append(f"<p>{title}</p><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>{notes}")
    for i, output in enumerate(blueprint.outputs):
        title = _title("Output", output.path, i, len(blueprint.outputs), "python")
        line = f"{title}: {_output(output, 'python')}"
        parts.append(f"<p>{html.escape(line)}</p>")
    return "".join(parts)


def _title(word: str, path: Sequence[Any], i: int, total: int, language: str) -> str:
    name = path_text(path, language) or path_text((i,), language)
    return f"{word} {shortened(name)}" if total > 1 else word


def path_text(path: Sequence[Any], language: str) -> str:
    """Where an input or output is in the model's structure: by names, and by places where it has lists."""
    first = 1 if language == "r" else 0
    return "/".join(str(part + first) if isinstance(part, int) else part for part in path)


def count_columns(seen: InputSeen, language: str) -> str:
    """The columns of an input in a line."""
    if seen.names is None:
        return f"ranges of {count(len(seen.columns), 'features')}" if len(seen.columns) > 1 else ""
    return f"{count(len(seen.names), 'columns')} {series(seen.names, language)}"


def _rows(seen: InputSeen, language: str) -> list[tuple[str, ...]]:
    first = 1 if language == "r" else 0
    shown = enumerate(seen.columns[:MOST_SHOWN])
    return [(_name(column, i + first, len(seen.columns)), *_cells(column, language)) for i, column in shown]


def _name(column: ColumnSeen, place: int, total: int) -> str:
    if column.name is not None:
        return shortened(column.name)
    return f"[{place}]" if total > 1 else "all"


def _cells(column: ColumnSeen, language: str) -> tuple[str, ...]:
    if column.levels is not None:
        within = series(column.levels, language) + (f" as {column.encoding}" if column.encoding else "")
    else:
        within = "" if column.min is None or column.max is None else f"{short(column.min)} to {short(column.max)}"
    return (column.type, within, short(column.mean), short(column.sd), str(column.missing) if column.missing else "")


def _scaled(seen: InputSeen) -> list[str]:
    if not seen.scaled:
        return []
    parts = [f"{key} {', '.join(short(v) or '-' for v in values[:MOST_LEVELS])}" for key, values in seen.scaled.items()]
    return [f"after scale() with {'; '.join(parts)}"]


def _output(output: OutputSeen, language: str) -> str:
    if output.classes is not None:
        how = {"codes": "as codes from 0", "one-hot": "as one-hot columns", "binary": "as 0 and 1"}.get(
            output.form or ""
        )
        kind = "ordered classes" if output.ordered else "classes"
        return f"{kind} {series(output.classes, language)}{f' {how}' if how else ''}"
    return f"columns {series(output.names, language)}" if output.names else "not known"


def series(values: Sequence[Any], language: str) -> str:
    """Values one after the other, of many the first."""
    shown = [_level(value, language) for value in values[:MOST_LEVELS]]
    rest = len(values) - MOST_LEVELS
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _level(value: Any, language: str) -> str:
    if isinstance(value, str):
        return quoted(shortened(value))
    return str(value).upper() if isinstance(value, bool) and language == "r" else str(value)


def shortened(name: str) -> str:
    """One line of a name, not too long."""
    name = " ".join(name.split()) or name
    name = "".join(letter if letter.isprintable() else "?" for letter in name)
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 3]}..."


def short(value: float | None) -> str:
    """Four digits are enough to recognise a number."""
    return "" if value is None else f"{value:.4g}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    used = [j for j in range(len(HEAD)) if any(row[j] for row in rows[1:])]
    widths = {j: max(len(row[j]) for row in rows) for j in used}
    return ["  ".join(row[j].ljust(widths[j]) for j in used).rstrip() for row in rows] if len(rows) > 1 else []


def r_levels(values: Sequence[Any]) -> list[str]:
    """Levels as R writes them."""
    return [str(value).upper() if isinstance(value, bool) else str(value) for value in values]
