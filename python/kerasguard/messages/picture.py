"""The picture of a model: a table of layers with their shapes, as text and for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ..report import Report

HEADS = ("layer", "gets", "gives", "weights", "")


def verdict_of_model(report: Report, ok: bool) -> str:
    """The first line."""
    count = sum(finding.level in ("warning", "refusal") for finding in report.findings)
    name = report.call.model_name
    if ok:
        return f'Model "{name}": no faults found.'
    return f'Model "{name}": {count} {"fault" if count == 1 else "faults"} found.'


def _shape(shape: Sequence[int | None]) -> str:
    first = "samples" if shape and shape[0] is None else str(shape[0]) if shape else ""
    return f"({', '.join([first, *('any' if size is None else str(size) for size in shape[1:])])})"


def cells(row: Any) -> tuple[str, ...]:
    """A row as it is shown."""
    shapes = [" ".join(map(_shape, part)) if part else "?" for part in (row.takes, row.gives)]
    weights = "not built" if row.weights is None else f"{row.weights:,}" if row.weights else ""
    return (f"{row.name} ({row.cls})", *shapes, weights, f"<- {row.fault}" if row.fault else "")


def picture_lines(report: Report, rows: Sequence[Any], ok: bool) -> list[str]:
    """The verdict, the table, the findings."""
    from . import render

    lines = [verdict_of_model(report, ok), *table_lines(rows)]
    for finding in report.findings:
        first, *rest = render(finding, report.call).text.split("\n")
        lines += [f"[{finding.level}] {first}", *rest]
    return lines


def table_lines(rows: Sequence[Any]) -> list[str]:
    """The table alone."""
    if not rows:
        return []
    table = [HEADS, *map(cells, rows)]
    widths = [max(len(line[i]) for line in table) for i in range(4)]
    return ["  " + "  ".join([*(cell.ljust(width) for cell, width in zip(line[:4], widths, strict=True)), line[4]]).rstrip()
            for line in table]  # fmt: skip


def picture_html(report: Report, rows: Sequence[Any], ok: bool) -> str:
    """For notebooks: the same, as a table."""
    from . import render

    head = "".join(f"<th>{name}</th>" for name in HEADS)
    body = "".join(
        f"<tr{' style=color:#b00020' if row.fault else ''}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells(row))
        + "</tr>"
        for row in rows
    )
    found = "".join(
        f"<pre>[{finding.level}] {escape(render(finding, report.call).text)}</pre>" for finding in report.findings
    )
    return f"<p><b>{escape(verdict_of_model(report, ok))}</b></p><table><tr>{head}</tr>{body}</table>{found}"
