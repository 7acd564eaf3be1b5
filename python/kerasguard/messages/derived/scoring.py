"""Words about the files of a data set."""

from __future__ import annotations

from typing import Any

from ..phrases import MOST, Phrases, count, quoted
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
    return f"has {phrases.series(others, 'names')}" if others else "has none"


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
def spark_format(facts: dict[str, Any], phrases: Phrases) -> str:
    return {"Delta Lake": "delta", "Apache Hudi": "hudi"}.get(facts["name"], "iceberg")
