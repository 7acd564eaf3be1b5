"""What R calls to score data sets of files and of Spark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..messages import verdict
from ..options import Options
from ..report import Call, Diagnosis, Report
from ..scoring.dataset import Request, Scored, asked_for, check_columns, right_of, score_with_report
from .calls import entry, lazy, told
from .describe import as_given

# classes of R packages whose data frames live in Java, and what writes them to files
IN_JAVA = {
    "tbl_spark": ("sparklyr", "sparklyr::spark_write_parquet"),
    "spark_jobj": ("sparklyr", "sparklyr::spark_write_parquet"),
    "SparkDataFrame": ("SparkR", "SparkR::write.parquet"),
}

NOT_SPARK = {
    "data.frame": "a data frame of R", "matrix": "a matrix", "array": "an array", "function": "a function",
    "list": "a list", "factor": "a factor", "numeric": "a number", "logical": "a logical",
    "kerasguard_scored": "results of score_dataset()",
}  # fmt: skip


@lazy
def score_dataset(
    model: Any, request: dict, options: dict, names: dict, progress: Callable[[float, float | None], Any] | None
) -> dict[str, Any]:
    """Files to files. `request`: paths, columns and how to go about it; `progress`: what draws the bar in R."""
    call = _call("score_dataset", "input_path", names)
    given = {name: _strange(value) for name, value in request.items()}
    given |= {name: as_given(request)[name] for name in ("engine", "batch_rows", "resume", "verbose")}
    if isinstance(rows := given["batch_rows"], float) and rows.is_integer():
        given["batch_rows"] = int(rows)
    asked = Options(**as_given(options))
    call.paths = tuple(names["paths"])  # as they were written
    scored, report, state = score_with_report(call, model, Request(**given), asked, _drawn_in_r(progress))
    return told(None if scored is None else _shown(scored), report, asked, state)


@lazy
def score_frame(model: Any, frame: Any, wanted: dict, options: dict, names: dict) -> dict[str, Any]:
    """A DataFrame of Spark to one. `frame`: None where R holds none, whose classes are in `names`."""
    from ..scoring.frame import frame_with_report

    call = _call("score_frame", names["x"], names)
    asked = Options(**as_given(options))
    parts = (_strange(wanted["columns"]), _strange(wanted["keep"]))
    if frame is None:
        call.given = right_of(asked_for(Request("", "", *parts), asked), tuple(check_columns(*parts)))
        return told(None, Report(call, (_no_frame(tuple(names["frame"]), names.get("path"), call),)), asked, None)
    scored, report, state = frame_with_report(call, model, frame, asked, *parts)
    return told(scored, report, asked, state)


def _no_frame(classes: tuple[str, ...], path: str | None, call: Call) -> Diagnosis:
    for cls, (library, write) in IN_JAVA.items():
        if cls in classes:
            return Diagnosis("score_java", call.x, {"library": library, "write": write})
    if "character" in classes:
        return Diagnosis("score_path_frame", call.x, {"path": path or "IN_FOLDER"})
    named = next((words for cls, words in NOT_SPARK.items() if cls in classes), "")
    cls = named or ("NULL" if classes[0] == "NULL" else f"an object of class {classes[0]}")
    is_table = named in ("a data frame of R", "a matrix", "an array")
    return Diagnosis("spark_frame", call.x, {"cls": cls, "is_pandas": False, "is_table": is_table})


def _call(function: str, x: str, names: dict) -> Call:
    call = Call(function, "r", names["model"], x, model_class=names["class"], held=names.get("held"))
    call.left_to_options = tuple(names.get("left_to_options") or ())
    return call


@dataclass(frozen=True)
class Strange:
    """What R shows of a value that is no path and no names."""

    shown: str
    table: str = ""  # what the user calls it, where it is one

    def __str__(self) -> str:
        return self.shown


def _strange(given: Any) -> Any:
    """A path, paths, or names of columns, or by input; else what R shows of it."""
    if not isinstance(given, dict):
        return given
    if "shown" in given:
        return Strange(given["shown"], given.get("table") or "")
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
