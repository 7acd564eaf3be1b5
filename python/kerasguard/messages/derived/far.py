"""Words of the entry `values_far` in `scale`: values far from those of training."""

from __future__ import annotations

from typing import Any

from ..phrases import Phrases, number, quoted
from ..tables import assigned
from ..words import WORDS, word

CAUSES = {
    "undivided": "Training had 0 to 1, these are whole numbers up to 255: is a division by 255 forgotten?",
    "undivided_signed": "Training had -1 to 1, these are whole numbers up to 255: is their scaling forgotten?",
    "divided": "Training had up to 255, these are within 0 to 1: divided by 255 already?",
    "unscaled": "Training was standardised (mean about 0, sd about 1), this is not: is {scale} forgotten?",
    "scaled": "This is standardised (mean about 0, sd about 1), training was not: scaled without need?",
    "unlogged": "Their logs are within training's range: is log() or log1p() forgotten?",
    "logged": "Training's range is that of their exp(): were logs taken without need?",
    None: "Other units, or other preprocessing than in training?",
}


def _is(cause: str | None) -> Any:
    return lambda facts, phrases: facts["cause"] == cause


for _cause in CAUSES:
    WORDS[f"is_{_cause or 'unexplained'}"] = _is(_cause)


@word
def far_cause(facts: dict[str, Any], phrases: Phrases) -> str:
    return CAUSES[facts["cause"]].replace("{scale}", "scale()" if phrases.is_r else "that scaling")


@word
def far_count(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["of"] == 1:
        return ""
    noun = "features" if facts["told"][0]["column"] is None else "columns"
    return f" in {facts['count']} of {facts['of']} {noun}"


@word
def far_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    """Each column's range in training against now, and what share of it is far."""
    parts = []
    for told in facts["told"]:
        where = WORDS["where"]({**facts, "column": told["column"]}, phrases)
        (low, high), (now_low, now_high) = told["training"], told["now"]
        share = f", {100 * told['share']:.0f} % far" if told["share"] else ""
        came = number(now_low) if now_low == now_high else f"{number(now_low)} to {number(now_high)}"
        parts.append(f"{where}: {number(low)} to {number(high)} in training, now {came}{share}.")
    rest = facts["count"] - len(parts)
    return " ".join(parts) + (f" And {rest} more." if rest > 0 else "")


@word
def logged(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line that takes the log of the first column, or of all."""
    column, names, is_frame = facts["told"][0]["column"], facts["names"], WORDS["is_frame"](facts, phrases)
    if column is None or names is None:
        if phrases.is_r:
            place = phrases.arg if column is None else f"{phrases.arg}[, {column + 1}]"
            return f"{place} <- log({place})"
        place = phrases.arg if column is None else f"{phrases.arg}[:, {column}]"
        return f"{place} = np.log({place})"
    name = quoted(names[column])
    if phrases.is_r:
        place = f"{phrases.arg}[[{name}]]" if is_frame else f"{phrases.arg}[, {name}]"
        return f"{place} <- log({place})"
    return assigned({"by_name": True, **facts}, phrases, names[column], f"np.log({phrases.arg}[{name}])")


def _text(value: Any) -> str:
    return "nothing" if value is None else f"{value:.6g}"


def _text_of(name: str) -> Any:
    return lambda facts, phrases: _text(facts[name])


for _name in ("center", "scale", "own_center", "own_scale"):
    WORDS[f"{_name}_text"] = _text_of(_name)


def _argument(values: tuple[Any, ...]) -> str:
    known = [f"{value:.10g}" for value in values if value is not None]
    return "FALSE" if not known else known[0] if len(known) == 1 else f"c({', '.join(known)})"


@word
def rescaled(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line that scales as training did, of a table one column."""
    centers, scales = facts["centers"], facts["scales"]
    if WORDS["is_frame"](facts, phrases) and facts["names"]:
        name = quoted(facts["names"][facts["column"]])
        one = f"center = {_argument((facts['center'],))}, scale = {_argument((facts['scale'],))}"
        return f"{phrases.arg}[[{name}]] <- scale(RAW_COLUMN, {one})"
    by_name = facts["by_name"]
    if max(len(centers), len(scales)) > 5:
        raw = "RAW[, seen$name]" if by_name else "RAW"
        parts = [f'unlist(attr(seen, "scaled")${key})' if facts[f"{key}s"] else "FALSE" for key in ("center", "scale")]
        return (
            f"seen <- blueprint({phrases.call.model})$inputs[[1]]\n"
            f"{phrases.arg} <- scale({raw}, center = {parts[0]}, scale = {parts[1]})"
        )
    raw = f"RAW[, {phrases.series(by_name, 'code')}, drop = FALSE]" if by_name else "RAW"
    return f"{phrases.arg} <- scale({raw}, center = {_argument(centers)}, scale = {_argument(scales)})"
