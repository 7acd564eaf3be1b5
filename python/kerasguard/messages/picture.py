"""Pictures: a model as a table of layers with their shapes, as text and for notebooks; words beside the shapes of data.

Only ASCII, but for names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Any

from ..activations import snake
from ..report import Report

HEADS = {"#": "#", "layer": "layer", "from": "from", "gets": "gets", "gives": "gives", "weights": "weights", "": ""}
WIDTH = 80
MOST_ROWS, ENDS, AROUND = 60, 12, 2  # of a larger model: the first and last rows, and those around a fault
SHORTEST_NAME, LONGEST_CELL = 12, 22


def verdict_of_model(report: Report, ok: bool) -> str:
    """The first line."""
    count = sum(finding.level in ("warning", "refusal") for finding in report.findings)
    name = report.call.model_name
    if ok:
        return f'Model "{name}": no faults found.'
    return f'Model "{name}": {count} {"fault" if count == 1 else "faults"} found.'


def shapes(part: Sequence[Sequence[int | None]] | None, is_short: bool = False) -> str:
    """`2 x (samples, 5, 3) (samples, 8)`; without the samples axis if that is to be short."""
    counts = Counter(_shape(shape, is_short) for shape in part or ())
    return " ".join(text if number == 1 else f"{number} x {text}" for text, number in counts.items()) or "?"


def made_for(declared: Sequence[Sequence[int | None]] | None) -> str:
    """What is said of a layer that gets other shapes than these, though it says nothing itself."""
    return f"made for {shapes(declared, True)}"


def shape_note(compared: Any) -> str | None:
    """What stands beside the shape that came, where boxes for its axes don't say it."""
    if compared.state == "nothing":
        return "nothing for this input"
    if compared.state == "unexpected":
        return "for no input"
    if compared.state == "differs" and not compared.has_rank:
        count = len(compared.given)
        return f"{count} {'axis' if count == 1 else 'axes'}, not {len(compared.expected)}"
    return None


def _shape(shape: Sequence[int | None], is_short: bool) -> str:
    sizes = ["any" if size is None else str(size) for size in shape]
    if is_short and shape and shape[0] is None:
        return f"({', '.join(sizes[1:])})"
    return f"({', '.join(['samples' if shape and shape[0] is None else sizes[0], *sizes[1:]] if sizes else [])})"


def picture_lines(report: Report, rows: Sequence[Any], ok: bool) -> list[str]:
    """The verdict, the table, the findings."""
    from . import render

    lines = [verdict_of_model(report, ok), *table_lines(rows)]
    for finding in report.findings:
        first, *rest = render(finding, report.call).text.split("\n")
        lines += [f"[{finding.level}] {first}", *rest]
    return lines


def table_lines(rows: Sequence[Any], width: int = WIDTH) -> list[str]:
    """The table alone, at most so wide."""
    if not rows:
        return []
    shown = _shown(rows)
    table, heads = _fitting([rows[i] for i in shown], shown, width, _is_chain(rows))
    widths = {key: max(len(head), *(len(cells[key]) for cells in table)) for key, head in heads.items()}
    lines = ["  " + "  ".join(head.ljust(widths[key]) for key, head in heads.items()).rstrip()]
    for place, (i, cells) in enumerate(zip(shown, table, strict=True)):
        if place and i > shown[place - 1] + 1:
            lines.append("  " + _cut(_left_out(rows[shown[place - 1] + 1 : i]), width - 2, at_end=True))
        line = "  " + "  ".join(cells[key].ljust(widths[key]) for key in heads)
        fault = f"<- {rows[i].fault}" if rows[i].fault else ""
        if fault and len(line) + 2 + len(fault) > width:
            lines += [line.rstrip(), f"    {fault}"]
        else:
            lines.append(f"{line}  {fault}".rstrip())
    return lines


def _is_chain(rows: Sequence[Any]) -> bool:
    """Each layer gets what the one before gives: then there is nothing to tell of who feeds whom."""
    return all(row.after in ((), (i - 1,)) or (i == 0 and len(row.after) == 1) for i, row in enumerate(rows))


def _shown(rows: Sequence[Any]) -> list[int]:
    """Which rows are printed."""
    if len(rows) <= MOST_ROWS:
        return list(range(len(rows)))
    faults = [i for i, row in enumerate(rows) if row.fault][:ENDS]
    near = {j for i in faults for j in range(i - AROUND, i + AROUND + 1)}
    return [i for i in range(len(rows)) if i < ENDS or i >= len(rows) - ENDS or i in near]


def _left_out(rows: Sequence[Any]) -> str:
    """`... 90 layers more: 40 Conv2D, 40 BatchNormalization, 10 others`."""
    counts = Counter(row.cls for row in rows).most_common()
    words = [f"{number} {cls}" for cls, number in counts[:3]]
    others = sum(number for _, number in counts[3:])
    return f"... {len(rows)} more: {', '.join([*words, *([f'{others} others'] if others else [])])}"


# How a table gets narrower: without the samples axis, without classes that names tell, without what the rows named in
# "from" give anyway, without any class; then names are cut.
FORMS = ((False, "all", False), (True, "all", False), (True, "some", False), (True, "some", True), (True, "none", True))


def _fitting(
    rows: Sequence[Any], places: Sequence[int], width: int, is_chain: bool
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The cells and heads, in the first form that fits."""
    heads = {key: head for key, head in HEADS.items() if key and not (is_chain and key in ("#", "from"))}
    is_open = any(shape[:1] == (None,) for row in rows for shape in row.takes or ())
    for is_short, classes, is_bare in FORMS:
        if is_short and is_open:
            heads["layer"] = "layer (shapes per sample)"
        if is_bare and not is_chain:
            heads.pop("gets", None)
        table = [_cells(row, i, is_short, classes) for row, i in zip(rows, places, strict=True)]
        room = width - 2 * len(heads) - sum(
            max(len(head), *(len(cells[key]) for cells in table)) for key, head in heads.items() if key != "layer"
        )  # fmt: skip
        if max(len(cells["layer"]) for cells in table) <= room and len(heads["layer"]) <= room:
            break
    room = max(room, SHORTEST_NAME)
    if len(heads["layer"]) > room:
        heads["layer"] = HEADS["layer"]
    return [{**cells, "layer": _cut(cells["layer"], room)} for cells in table], heads


def _cells(row: Any, place: int, is_short: bool = False, classes: str = "all") -> dict[str, str]:
    """A row as it is shown. `classes`: "some" for those that the name does not tell."""
    is_told = snake(row.cls).replace("_", "") == row.name.rstrip("_0123456789").replace("_", "")
    has_class = classes == "all" or (classes == "some" and not is_told)
    longest = LONGEST_CELL if classes != "all" else 10_000
    return {
        "#": str(place + 1),
        "layer": f"{row.name} ({row.cls})" if has_class else row.name,
        "from": _cut(", ".join(str(item + 1) if isinstance(item, int) else item for item in row.after), longest // 2),
        "gets": _cut(shapes(row.takes, is_short), longest, at_end=True),
        "gives": _cut(shapes(row.gives, is_short), longest, at_end=True),
        "weights": "not built" if row.weights is None else f"{row.weights:,}" if row.weights else "",
    }


def _cut(text: str, longest: int, at_end: bool = False) -> str:
    if len(text) <= longest:
        return text
    end = 0 if at_end else (longest - 3) // 2
    return f"{text[: longest - 3 - end]}...{text[len(text) - end :]}"


def picture_html(report: Report, rows: Sequence[Any], ok: bool) -> str:
    """For notebooks: the same, as a table."""
    from . import render

    shown, is_chain = _shown(rows), _is_chain(rows)
    heads = {key: head for key, head in HEADS.items() if not (is_chain and key in ("#", "from"))}
    lines = ["<tr>" + "".join(f"<th>{head}</th>" for head in heads.values()) + "</tr>"] if rows else []
    for place, i in enumerate(shown):
        if place and i > shown[place - 1] + 1:
            lines.append(
                f'<tr><td colspan="{len(heads)}">{escape(_left_out(rows[shown[place - 1] + 1 : i]))}</td></tr>'
            )
        cells = {**_cells(rows[i], i), "": f"<- {rows[i].fault}" if rows[i].fault else ""}
        style = ' style="color:#b00020"' if rows[i].fault else ""
        lines.append(f"<tr{style}>" + "".join(f"<td>{escape(cells[key])}</td>" for key in heads) + "</tr>")
    found = "".join(
        f"<pre>[{finding.level}] {escape(render(finding, report.call).text)}</pre>" for finding in report.findings
    )
    return f"<p><b>{escape(verdict_of_model(report, ok))}</b></p><table>{''.join(lines)}</table>{found}"
