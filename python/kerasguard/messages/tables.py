"""Python code that changes a table, in the words of the library that it came from.

polars has its own; what has no way to set a column goes through pandas, which kerasguard brings.
"""

from __future__ import annotations

from typing import Any

from .phrases import Phrases, quoted

LIBRARIES = {"pandas.DataFrame": "pandas", "polars.DataFrame": "polars", "modin.DataFrame": "pandas"}
TO_PANDAS = {
    "pyarrow.Table": "{}.to_pandas()",
    "pyarrow.RecordBatch": "{}.to_pandas()",
    "narwhals.DataFrame": "{}.to_pandas()",
    "cudf.DataFrame": "{}.to_pandas()",
    "list of records": "pd.DataFrame({})",
}


def library(facts: dict[str, Any]) -> str | None:
    """ "pandas", "polars", "other" where the way to pandas is known, None for what is no table."""
    cls = facts["given"].cls if "given" in facts else ""
    return LIBRARIES.get(cls, "other" if cls in TO_PANDAS else None)


def frame(facts: dict[str, Any], phrases: Phrases) -> str:
    """The table as an expression that has pandas' methods."""
    return TO_PANDAS.get(facts["given"].cls, "{}").format(phrases.arg)


def _first(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line that makes a table of pandas, where it is none and has columns to be set."""
    return f"{phrases.arg} = {frame(facts, phrases)}\n" if library(facts) == "other" else ""


def assigned(facts: dict[str, Any], phrases: Phrases, name: str, value: str) -> str:
    """The lines that set a column."""
    if library(facts) == "polars":
        return f"{phrases.arg} = {phrases.arg}.with_columns(pl.Series({quoted(name)}, {value}))"
    if facts.get("by_name", True):
        return f"{_first(facts, phrases)}{phrases.arg}[{quoted(name)}] = {value}"
    return f"{_first(facts, phrases)}{phrases.arg}.isetitem({facts['place']}, {value})"


def changed(facts: dict[str, Any], phrases: Phrases, column: str, change: str) -> str:
    """The lines that change a column in place; `change` stands after it."""
    if library(facts) == "polars":
        return f"{phrases.arg} = {phrases.arg}.with_columns({column}{change})"
    return f"{_first(facts, phrases)}{column} = {column}{change}"


def renamed(facts: dict[str, Any], phrases: Phrases, old: str, new: str) -> str:
    """The lines that give a column another name."""
    names = f"{{{quoted(old)}: {quoted(new)}}}"
    if library(facts) == "polars":
        return f"{phrases.arg} = {phrases.arg}.rename({names})"
    if facts["given"].cls == "dict":
        return f"{phrases.arg}[{quoted(new)}] = {phrases.arg}.pop({quoted(old)})"
    if facts["given"].type == "structured":
        return f"{phrases.arg} = pd.DataFrame({phrases.arg}).rename(columns={names})"
    return f"{_first(facts, phrases)}{phrases.arg} = {phrases.arg}.rename(columns={names})"
