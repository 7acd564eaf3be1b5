"""Words of the entries in `values`: columns by name, types, missing values."""

from __future__ import annotations

import re
from typing import Any

from ..phrases import Phrases, quoted
from ..tables import assigned, changed, frame, library, renamed
from ..words import WORDS, word
from .common import indexable, many


@word
def first_name(facts: dict[str, Any], phrases: Phrases) -> str:
    name = str(facts["missing"][0])
    return name if re.fullmatch(r"[A-Za-z.][A-Za-z0-9._]*", name) else quoted(name)


@word
def unique_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    if WORDS["is_frame"](facts, phrases):
        return f"{indexable(facts, phrases)}[!duplicated(names({phrases.arg}))]"
    return f"{phrases.arg}[, !duplicated(colnames({phrases.arg})), drop = FALSE]"


@word
def in_order(facts: dict[str, Any], phrases: Phrases) -> str:
    """The values by their names: of a vector, of the last axis of an array, or of each item of a list."""
    names, rank = phrases.series(facts["columns"], "code"), len(facts["given"].sizes)
    if facts["stacked"]:
        if phrases.is_r:
            return f"lapply({phrases.arg}, function(item) item[{names}])"
        return f"[item[{names}] for item in {phrases.arg}]"
    return f"{phrases.arg}[{', ' * (rank - 1)}{names}{', drop = FALSE' if rank > 1 else ''}]"


@word
def learned_order(facts: dict[str, Any], phrases: Phrases) -> str:
    """A table's columns as the blueprint has them; many are named by the blueprint itself."""
    names, x = phrases.series(facts["columns"], "code"), phrases.arg
    is_long, model = len(names) > 240, phrases.call.model
    if phrases.is_r:
        names = f"blueprint({model})$inputs[[1]]$name" if is_long else names
        if WORDS["is_frame"](facts, phrases):
            return f"{indexable(facts, phrases)}[{names}]"
        return f"{x}[, {names}, drop = FALSE]"
    names = f"list(blueprint({model}).inputs[0].names)" if is_long else names
    table = frame(facts, phrases) if library(facts) is not None else f"pd.DataFrame({x})"
    return f"{table}[{names}]"


@word
def is_absent(facts: dict[str, Any], phrases: Phrases) -> str:
    return "are missing" if len(facts["missing"]) > 1 else "is missing"


@word
def was_extra(facts: dict[str, Any], phrases: Phrases) -> str:
    return "were" if len(facts["extra"]) > 1 else "was"


def _column_of(name: str, phrases: Phrases) -> str:
    return f"{phrases.arg}[[{quoted(name)}]]" if phrases.is_r else f"{phrases.arg}[{quoted(name)}]"


@word
def column_place(facts: dict[str, Any], phrases: Phrases) -> str:
    if not facts["by_name"]:
        return f"{phrases.arg}[[{facts['place'] + 1}]]" if phrases.is_r else f"{phrases.arg}.iloc[:, {facts['place']}]"
    return _column_of(str(facts["columns"][0]), phrases)


def _assigned(value: str, facts: dict[str, Any], phrases: Phrases) -> str:
    """The code that puts `value` into the first of the columns."""
    if phrases.is_r:
        return f"{WORDS['column_place'](facts, phrases)} <- {value}"
    return assigned(facts, phrases, str(facts["columns"][0]), value)


@word
def set_codes(facts: dict[str, Any], phrases: Phrases) -> str:
    return _assigned("CODES_OF_TRAINING", facts, phrases)


@word
def set_feature(facts: dict[str, Any], phrases: Phrases) -> str:
    return _assigned("FEATURE_OF_TRAINING", facts, phrases)


@word
def without_dropped(facts: dict[str, Any], phrases: Phrases) -> str:
    if phrases.is_r:
        return f"{indexable(facts, phrases)}[-{phrases.series(facts['drop'], 'index')}]"
    if library(facts) == "polars":
        return f"{phrases.arg}.drop({phrases.series(facts['dropped'], 'code')})"
    if facts["by_name"] and WORDS["is_frame"](facts, phrases):
        return f"{frame(facts, phrases)}.drop(columns={phrases.series(facts['dropped'], 'code')})"
    if WORDS["is_frame"](facts, phrases):
        kept = [i for i in range(facts["given"].sizes[1]) if i not in facts["drop"]]
        return f"{frame(facts, phrases)}.iloc[:, {kept}]"
    return "NUMERIC_COLUMNS"


@word
def hours(facts: dict[str, Any], phrases: Phrases) -> str:
    return _in_hours(WORDS["column_place"](facts, phrases), facts["dtypes"])


def _in_hours(place: str, classes: tuple[str, ...]) -> str:
    # hms is in seconds and does not mind `units`
    return f"as.numeric({place}) / 3600" if "hms" in classes else f'as.numeric({place}, units = "hours")'


@word
def all_hours(facts: dict[str, Any], phrases: Phrases) -> str:
    """A whole array of durations in hours; as.numeric() drops its dim."""
    found = _in_hours(phrases.arg, (facts["given"].cls,))
    return f"array({found}, dim({phrases.arg}))" if len(facts["given"].sizes) > 1 else found


@word
def holds(facts: dict[str, Any], phrases: Phrases) -> str:
    return "hold" if many(facts) else "holds"


@word
def cell_column(facts: dict[str, Any], phrases: Phrases) -> str:
    """The column of the first cell, as code to take and to assign; the whole data where it is no table."""
    cells, place = facts["cells"], facts["cells"].first[0]
    if len(place) != 2:
        return phrases.arg
    if cells.names and WORDS["is_frame"](facts, phrases):
        return _column_of(cells.names[place[1]], phrases)
    return f"{phrases.arg}[, {place[1] + 1}]" if phrases.is_r else f"{phrases.arg}[:, {place[1]}]"


@word
def scaled_column(facts: dict[str, Any], phrases: Phrases) -> str:
    return changed(facts, phrases, WORDS["cell_column"](facts, phrases), " / SCALE")


@word
def shifted_column(facts: dict[str, Any], phrases: Phrases) -> str:
    return changed(facts, phrases, WORDS["cell_column"](facts, phrases), " - START")


@word
def hours_column(facts: dict[str, Any], phrases: Phrases) -> str:
    return changed(facts, phrases, WORDS["column_place"](facts, phrases), ".dt.total_seconds() / 3600")


@word
def text_column(facts: dict[str, Any], phrases: Phrases) -> str:
    cast = ".cast(pl.String)" if library(facts) == "polars" else ".astype(str)"
    return changed(facts, phrases, WORDS["column_place"](facts, phrases), cast)


@word
def renamed_(facts: dict[str, Any], phrases: Phrases) -> str:
    return renamed(facts, phrases, str(facts["near"]), str(facts["missing"][0]))


@word
def first_place_set(facts: dict[str, Any], phrases: Phrases) -> str:
    return assigned(facts, phrases, str(facts["missing"][0]), "COLUMN")


@word
def once(facts: dict[str, Any], phrases: Phrases) -> str:
    """A table without its second columns of a name; a table for inputs is pandas' or becomes one."""
    if library(facts) in (None, "pandas"):
        return f"{phrases.arg}.loc[:, ~{phrases.arg}.columns.duplicated()]"
    return f"{frame(facts, phrases)}.pipe(lambda t: t.loc[:, ~t.columns.duplicated()])"


@word
def pair(facts: dict[str, Any], phrases: Phrases) -> str:
    return " and ".join(repr(value) if isinstance(value, int) else f"{value:.10g}" for value in facts["values"])


@word
def example(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"{facts['values'][0]:.3g}"


@word
def limit_text(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"{float(facts['limit']):.6g}"


@word
def looks_like_time(facts: dict[str, Any], phrases: Phrases) -> bool:
    # 2**30 seconds after 1970 is 2004, 2e9 is 2033; between them float32 goes in steps of 128
    return bool(2**30 <= facts["values"][0] <= 2e9)


@word
def time_hint(facts: dict[str, Any], phrases: Phrases) -> str:
    return "Seconds since 1970? They come in steps of 128 there." if WORDS["looks_like_time"](facts, phrases) else ""


@word
def complete_rows(facts: dict[str, Any], phrases: Phrases) -> str:
    if phrases.is_r:
        return f"{phrases.arg}[complete.cases({phrases.arg}), , drop = FALSE]"
    if library(facts) == "polars":
        return f"{phrases.arg}.drop_nulls().drop_nans()"
    if WORDS["is_frame"](facts, phrases):
        return f"{frame(facts, phrases)}.dropna()"
    return f"{phrases.arg}[~pd.isna({phrases.arg}).any(axis=1)]"


@word
def rows_of_batch(facts: dict[str, Any], phrases: Phrases) -> str | None:
    """Lines that leave rows out of a batch that is trained on, its targets among them."""
    x, is_batch = phrases.call.x, facts.get("batch") is not None and phrases.call.trains
    if not is_batch or phrases.arg != x or not WORDS["is_table"](facts, phrases):
        return None
    if phrases.is_r:
        return f"rows <- complete.cases({x})\n{x} <- {x}[rows, , drop = FALSE]\ny <- y[rows]"
    return f"rows = ~pd.isna({x}).any(axis=1)\n{x}, y = {x}[rows], y[rows]"


@word
def finite_rows(facts: dict[str, Any], phrases: Phrases) -> str:
    if phrases.is_r:
        return f"{phrases.arg}[is.finite(rowSums({phrases.arg})), , drop = FALSE]"
    if library(facts) == "polars":
        return f"{phrases.arg}.filter(pl.all_horizontal(pl.all().is_finite()))"
    rows = f"np.isfinite({phrases.arg}).all(axis=1)"
    if WORDS["is_frame"](facts, phrases) and library(facts) != "pandas":
        return f"{frame(facts, phrases)}.replace([np.inf, -np.inf], np.nan).dropna()"
    return f"{phrases.arg}[{rows}]"


@word
def why_missing(facts: dict[str, Any], phrases: Phrases) -> str:
    if not phrases.is_r:
        return "The model would turn NaN into a number that looks right."
    became = {
        "integer": "an integer NA reaches Python as -2147483648",
        "logical": "a logical NA reaches Python as TRUE",
    }
    known = became.get(facts["given"].type)
    return f"Unguarded, {known}." if known else "The model would turn it into a number that looks right."


MIXED = {
    "state": "The model keeps a state from batch to batch: a sample left out would change all that follow.",
    "steps": "`steps` counts batches: a sample left out would let others into the answer.",
    "output": "The model does not give one answer per sample, so there is no place for NA.",
}


@word
def why_mixed(facts: dict[str, Any], phrases: Phrases) -> str:
    return MIXED[facts["why"]]


@word
def with_names(facts: dict[str, Any], phrases: Phrases) -> str:
    names = facts.get("names")
    return f" with columns {phrases.series(names, 'names')}" if names else ""


@word
def as_numbers(facts: dict[str, Any], phrases: Phrases) -> str:
    if not phrases.is_r:
        return f"np.asarray({phrases.arg}, dtype=float)"
    matrix = len(facts["given"].sizes) == 2
    return f"type.convert({phrases.arg}, as.is = TRUE)" if matrix else f"as.numeric({phrases.arg})"


R_TYPES = {
    "float": "double",
    "int": "integer",
    "uint": "integer",
    "bool": "logical",
    "object": "list",
    "str": "character",
}


@word
def came_types(facts: dict[str, Any], phrases: Phrases) -> str:
    """Number types, each once, as the user's language calls them."""
    return ", ".join(dict.fromkeys(_r_type(name) if phrases.is_r else name for name in facts["came"]))


def _r_type(name: str) -> str:
    """Of numpy's types; others, as factor, have R's name."""
    return R_TYPES.get(name.rstrip("0123456789"), name)
