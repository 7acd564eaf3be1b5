"""Words about the files of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...options import Foreign
from ..phrases import MOST, Phrases, count, quoted
from ..scoring import literal
from ..words import word

MOST_CHARACTERS = 500  # of files that are told


@word
def places_text(facts: dict[str, Any], phrases: Phrases) -> str:
    """`"part-0.parquet": why`, of the first few files."""
    places = facts["places"]
    shown: list[str] = []
    for path, why in places[:MOST]:
        text = f"{quoted(path)}: {why}" if path else why
        if shown and sum(map(len, shown)) + len(text) > MOST_CHARACTERS:
            break
        shown.append(text)
    rest = len(places) - len(shown)
    return "; ".join(shown) + (f"; and {count(rest, 'files')} more" if rest else "")


@word
def count_places(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(len(facts["places"]))


@word
def first_path(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["paths"][0])


@word
def output(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.call.paths[1] if phrases.call.paths else "OUTPUT_PATH"


@word
def holds_others(facts: dict[str, Any], phrases: Phrases) -> str:
    others = facts["others"]
    if others == (facts["path"].replace("\\", "/").rpartition("/")[2],):
        return "is neither"
    return f"has {phrases.series(others, 'names')}" if others else "has none"


@word
def which_are_left_out(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts["others"] else "Names that begin with `_` or `.` are left out."


@word
def is_rds(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.is_r and facts["path"].lower().endswith(".rds") and bool(facts["others"])


@word
def has_hint(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["near"] or facts["are_names"])


@word
def placeholder(facts: dict[str, Any], phrases: Phrases) -> str:
    return "PATHS" if facts["of"] > 1 else '"PATH"'


@word
def where_names_are(facts: dict[str, Any], phrases: Phrases) -> str:
    return "Names without their folder are looked for in the working folder." if facts["are_names"] else ""


@word
def done_before(facts: dict[str, Any], phrases: Phrases) -> str:
    done = facts["files_done"]
    return f"Done before it: {count(done, 'files')}." if done else ""


@word
def table_code(facts: dict[str, Any], phrases: Phrases) -> str:
    """A table in memory with the columns that were asked for."""
    columns = (phrases.call.given or {}).get("columns")
    if not isinstance(columns, (str, list, tuple)):
        return str(facts["table"])
    names = literal([columns] if isinstance(columns, str) else columns, "columns", phrases.call.language)
    return f"{facts['table']}[{names}]"


@word
def apart_code(facts: dict[str, Any], phrases: Phrases) -> str:
    return literal(facts["apart"], "columns", phrases.call.language)


@word
def by_input(facts: dict[str, Any], phrases: Phrases) -> str:
    many = len(facts["inputs"])
    if many == 1:
        return f"one {'vector' if phrases.is_r else 'list'} of names: the model has one input"
    return f"named as the {many} inputs"


@word
def given_names(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(phrases.series(facts["given"], "names")) if any(facts["given"]) else "no names"


@word
def other_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    """A placeholder, by input where the model has several."""
    given, inputs = (phrases.call.given or {}).get("columns"), facts.get("inputs") or ()
    names = tuple(inputs if not isinstance(given, Mapping) or facts.get("given") else given)
    if len(names) < 2 or phrases.call.shell is not None:
        return "COLUMNS"
    parts = {name: Foreign(f"COLUMNS_{i}") for i, name in enumerate(names, 1)}
    return literal(parts, "columns", phrases.call.language)


@word
def count_absent(facts: dict[str, Any], phrases: Phrases) -> str:
    many = len(facts["absent"])
    return "one is" if many == 1 else f"{many} are"


@word
def near_name(facts: dict[str, Any], phrases: Phrases) -> str:
    """A suspicion."""
    near = facts["near"]
    return f"Is {phrases.name(facts['absent'][0])} {phrases.name(near[0])}?" if near else ""


@word
def is_known(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["is_pandas"] or facts["is_table"])


@word
def spark_format(facts: dict[str, Any], phrases: Phrases) -> str:
    return {"Delta Lake": "delta", "Apache Hudi": "hudi"}.get(facts["name"], "iceberg")


@word
def gone(facts: dict[str, Any], phrases: Phrases) -> str:
    return "a file can't be read" if facts["why"] else "files are gone"


@word
def what_is_there(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["why"]:
        return str(facts["why"])
    rows, of = facts["rows"], facts["of"]
    return f"holds {rows:,} rows of {of:,}" if rows else "holds no results"


@word
def where_it_is_looked_for(facts: dict[str, Any], phrases: Phrases) -> str:
    return (
        ""
        if facts["is_absolute"] or facts["why"] or facts["rows"]
        else "It is looked for in the working folder, getwd()."
    )
