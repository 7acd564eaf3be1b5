"""Words about data sets that only R users meet: results as a data frame of R, and Spark's data frames in Java."""

from __future__ import annotations

from .entry import Both, Entry, Fix

ROWS = "as.data.frame({arg}, columns = COLUMNS)"

SCORING_R: dict[str, Entry] = {
    "score_rows_columns": Entry(
        "column",
        "`columns` must be columns of the results; {lacking:names} is none.",
        ("They have {there:names}.",),
        (Fix(code=Both("", ROWS)),),
    ),
    "score_rows_gone": Entry(
        "structure",
        "Can't read all results: {gone}.",
        ("{path:quoted} {what_is_there}.", "{where_it_is_looked_for}"),
        (Fix("make them anew; what is there stays", code=Both("", 'score_dataset(MODEL, "IN_FOLDER", {path:quoted})')),),
    ),
    "score_rows_names": Entry(
        "column",
        "`columns` must be names of columns, not {value}.",
        (),
        (Fix(code=Both("", ROWS)),),
    ),
    "score_rows_kind": Entry(
        "dtype",
        "Can't make all columns of the results columns of R.",
        ("Of type {type}: {columns:names}.",),
        (Fix("the others", code=Both("", ROWS)), Fix("or with the package arrow", code=Both("", "arrow::open_dataset({arg}$output_path)"))),
    ),
    "score_path_frame": Entry(
        "structure",
        "`{arg}` must be a data frame of Spark, not a path.",
        (),
        (Fix("of files", code=Both("", 'score_dataset({model}, {path:quoted}, "OUT_FOLDER")')),),
    ),
    "score_java": Entry(
        "structure",
        "`{arg}` must be a data frame that Python reaches; {library}'s is in Java.",
        (),
        (Fix("by way of files", code=Both("", '{write}({arg}, "IN_FOLDER")\nscore_dataset({model}, "IN_FOLDER", "OUT_FOLDER")')),
         Fix("or connect by Spark Connect, with the package pysparklyr",
             code=Both("", 'sc <- sparklyr::spark_connect("sc://HOST", method = "spark_connect", version = "4.0")'))),
    ),
}  # fmt: skip
