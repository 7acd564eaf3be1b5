"""Words about the folder that a data set is scored into."""

from __future__ import annotations

from typing import Any

from .entry import Both, Entry, Fix
from .phrases import count

ELSEWHERE = Fix("results of their own", code="{in_new_folder}")

RESULTS: dict[str, Entry] = {
    "score_names": Entry(
        "structure",
        "`{arg}` must be names of columns, not {value}.",
        (),
        (Fix("none of them", when="is_false", args=Both("keep=[]", "keep = character()")),
         Fix(unless="is_false", args=Both("{arg}=COLUMNS", "{arg} = COLUMNS"))),
    ),
    "score_path": Entry(
        "structure",
        "`{arg}` must be a path, not {value}.",
        ("A file, a folder or a pattern to read; a folder to write to.",),
        (Fix("of a table in memory", when="table", code="safe_predict({model}, {table_code})"), Fix(code="{call}")),
    ),
    "score_output_address": Entry(
        "structure",
        "`output_path` must be on this machine, not {scheme}://.",
        ("{output:quoted} would become a folder of that name here.",),
        (ELSEWHERE,),
    ),
    "score_output_file": Entry(
        "structure",
        "`output_path` must be a folder, not a file.",
        ("{output:quoted} is a file. Results are one file per input file.",),
        (ELSEWHERE,),
    ),
    "score_output_inside": Entry(
        "structure",
        "`output_path` must be a folder apart from the input.",
        ("{why_inside}",),
        (ELSEWHERE,),
    ),
    "score_output_filled": Entry(
        "structure",
        Both("`output_path` must be empty with `resume=False`.", "`output_path` must be empty with `resume = FALSE`."),
        ("{output:quoted} holds {names:names}.",),
        (ELSEWHERE, Fix("to go on with what is there", when="is_ours", args=Both("resume=True", "resume = TRUE"))),
    ),
    "score_output_foreign": Entry(
        "structure",
        "`output_path` must hold nothing else than results of this job.",
        ("{output:quoted} holds {names:names}: not from it, or changed since.",),
        (ELSEWHERE,),
    ),
    "score_output_other": Entry(
        "structure",
        "`output_path` must not mix results: it holds those of {other_job}.",
        ("{what_differs}",),
        (ELSEWHERE,),
    ),
    "score_output_busy": Entry(
        "structure",
        "Can't write to `output_path`: another process is at work in it.",
        ("It has {output:quoted} for itself until it ends.",),
        (ELSEWHERE, Fix("when it has ended", code="{call}")),
    ),
    "score_input_changed": Entry(
        "structure",
        "`output_path` must not hold results of files that {have_changed}.",
        ("{path:quoted} {was_changed}",),
        (ELSEWHERE,),
    ),
    "score_changing": Entry(
        "structure",
        "`input_path` must stay as it is while it is read.",
        ("{path:quoted} was changed or taken away meanwhile; {rows:rows} of it had been read.",),
        (Fix("when it is whole; what is done stays done", code="{call}"),),
    ),
    "score_write": Entry(
        "structure",
        "Can't write all results to `output_path`.",
        ("{path:quoted}: {reason}.", "{done_before}"),
        (Fix("once that is mended; what is done stays done", code="{call}"),),
    ),
}  # fmt: skip


def scored_line(scored: Any) -> str:
    """What came of it, for print()."""
    rate = f" ({scored.rows / scored.seconds:,.0f} a second)" if scored.seconds and not scored.files_resumed else ""
    lines = [f"Scored {scored.rows:,} rows of {count(scored.files, 'files')} in {scored.seconds:.1f} s{rate}."]
    if scored.files_resumed:
        lines.append(f"  {count(scored.files_resumed, 'files')} of them had been done before.")
    if scored.rows_missing:
        lines.append(f"  Without a prediction, as values are missing: {count(scored.rows_missing, 'rows')}.")
    return "\n".join([*lines, f"  Results: {scored.output_path}"])
