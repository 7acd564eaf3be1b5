"""What R calls to score data sets of files and of Spark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..messages import verdict
from ..options import Foreign, Options
from ..report import Call, Report
from ..scoring.dataset import Request, Scored, score_with_report
from .calls import entry, lazy, told
from .describe import as_given


@lazy
def score_dataset(
    model: Any, request: dict, options: dict, names: dict, progress: Callable[[float, float | None], Any] | None
) -> dict[str, Any]:
    """Files to files. `request`: paths, columns and how to go about it; `progress`: what draws the bar in R."""
    call = _call("score_dataset", "input_path", names)
    given = as_given(request) | {name: _names(request[name]) for name in ("columns", "keep")}
    asked = Options(**as_given(options))
    scored, report, state = score_with_report(call, model, Request(**given), asked, _drawn_in_r(progress))
    return told(None if scored is None else _shown(scored), report, asked, state)


def _call(function: str, x: str, names: dict) -> Call:
    call = Call(function, "r", names["model"], x, model_class=names["class"], held=names.get("held"))
    call.left_to_options = tuple(names.get("left_to_options") or ())
    return call


def _names(given: Any) -> Any:
    """Names of columns, or by input; else what R shows of it."""
    if not isinstance(given, dict):
        return given
    if "shown" in given:
        return Foreign(given["shown"])
    return dict(zip(given["names"], given["by_input"], strict=True))


def _drawn_in_r(progress: Callable[[float, float | None], Any] | None) -> Callable[[int, int | None], Any]:
    """R's integers end at 2^31. Where R draws nothing, nothing is drawn."""
    if progress is None:
        return lambda done, rows: None
    return lambda done, rows: progress(float(done), None if rows is None else float(rows))


def _shown(scored: Scored) -> dict[str, Any]:
    counts = ("files", "files_resumed", "rows", "rows_missing", "seconds")
    return {
        "output_path": scored.output_path,
        **{name: float(getattr(scored, name)) for name in counts},
        "lines": str(scored).splitlines(),
        "report": _report(scored.report),
    }


def _report(report: Report) -> dict[str, Any]:
    entries = [entry(finding, report.call) for finding in report.findings]
    return {"ok": report.ok, "verdict": verdict(report), "entries": entries}
