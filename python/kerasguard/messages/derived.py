"""Small words that follow from the facts: verbs, code fragments, the first of several names.

A template that names a fact which the rule did not give finds it here.
"""

from __future__ import annotations

import re
from typing import Any

from ..report import Cells
from ..steps import Reshape
from .phrases import Phrases, element, number, quoted
from .streams import loop
from .tables import assigned, changed, frame, library, renamed
from .words import WORDS, word


def _many(facts: dict[str, Any]) -> bool:
    if "columns" in facts:
        return len(facts["columns"]) > 1
    if isinstance(facts.get("cells"), Cells):
        return facts["cells"].count > 1
    return False


@word
def is_(facts: dict[str, Any], phrases: Phrases) -> str:
    return "are" if _many(facts) else "is"


WORDS["are"] = WORDS["is"]


@word
def first(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["missing"][0])


@word
def count(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["cells"].count)


@word
def pairs(facts: dict[str, Any], phrases: Phrases) -> str:
    """`main = x[[2]], aux = x[[1]]`: every input with its data, or with a placeholder."""
    names, order = facts["inputs"], facts.get("order")
    items = []
    for i, name in enumerate(names):
        if order is None:
            data = f"DATA_{i + 1}"
        else:
            data = f"{phrases.arg}[[{order[i] + 1}]]" if phrases.is_r else f"{phrases.arg}[{order[i]}]"
        key = name if re.fullmatch(r"[A-Za-z.][A-Za-z0-9._]*", name) else quoted(name)
        items.append(f"{key} = {data}" if phrases.is_r else f"{quoted(name)}: {data}")
    return ", ".join(items)


@word
def named_inputs(facts: dict[str, Any], phrases: Phrases) -> str:
    """All inputs by name; without names, by place."""
    if all(name.startswith("input ") for name in facts["inputs"]):
        inside = ", ".join(f"DATA_{i + 1}" for i in range(len(facts["inputs"])))
        return f"list({inside})" if phrases.is_r else f"[{inside}]"
    inside = WORDS["pairs"](facts, phrases)
    return f"list({inside})" if phrases.is_r else "{" + inside + "}"


@word
def counts_text(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(f"{phrases.name(name)} has {rows}" for name, rows in facts["counts"])


@word
def dims(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.dims(facts["shape"])


@word
def first_name(facts: dict[str, Any], phrases: Phrases) -> str:
    name = str(facts["missing"][0])
    return name if re.fullmatch(r"[A-Za-z.][A-Za-z0-9._]*", name) else quoted(name)


@word
def unique_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    if WORDS["is_frame"](facts, phrases):
        return f"{_indexable(facts, phrases)}[!duplicated(names({phrases.arg}))]"
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
            return f"{_indexable(facts, phrases)}[{names}]"
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


@word
def left_out(facts: dict[str, Any], phrases: Phrases) -> str:
    extra = facts["extra"]
    return f"{phrases.series(extra, 'names')} {'was' if len(extra) == 1 else 'were'} left out." if extra else ""


# Flat columns. "C" order: the first columns are the first place of the first axis (a step, a row of pixels);
# "F" order: they are the first place of the last axis (a feature, a channel), running along the first.


def _of_picture(facts: dict[str, Any]) -> bool:
    return len(facts["result"].sizes) > 3


@word
def how(facts: dict[str, Any], phrases: Phrases) -> str:
    if _of_picture(facts):
        return "row by row" if facts["order"] == "C" else "column by column"
    return "step by step" if facts["order"] == "C" else "feature by feature"


def _columns_of(facts: dict[str, Any], order: str, phrases: Phrases) -> str:
    span = facts["first_c"] if order == "C" else facts["first_f"]
    return phrases.span(span, "values" if len(facts["given"].sizes) == 1 else "columns")


def _what(facts: dict[str, Any], order: str, phrases: Phrases) -> str:
    one = int(phrases.is_r)
    if _of_picture(facts):
        return "the first row of pixels" if order == "C" else "the first column of pixels"
    return f"time step {one}" if order == "C" else f"feature {one}"


@word
def first_now(facts: dict[str, Any], phrases: Phrases) -> str:
    return _columns_of(facts, facts["order"], phrases).capitalize()


@word
def what_now(facts: dict[str, Any], phrases: Phrases) -> str:
    return _what(facts, facts["order"], phrases)


@word
def first_other(facts: dict[str, Any], phrases: Phrases) -> str:
    return _columns_of(facts, facts["other"], phrases)


@word
def other_verb(facts: dict[str, Any], phrases: Phrases) -> str:
    span = facts["first_c"] if facts["other"] == "C" else facts["first_f"]
    return "is" if span.first == span.last else "are"


@word
def what_other(facts: dict[str, Any], phrases: Phrases) -> str:
    return _what(facts, facts["other"], phrases)


# Indices in code


@word
def commas(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", " * (facts["rank"] - 1)


@word
def given_commas(facts: dict[str, Any], phrases: Phrases) -> str:
    """One sample of what was one axis more."""
    return ", " * max(len(facts["given"].sizes), 1)


@word
def choices_text(facts: dict[str, Any], phrases: Phrases) -> str:
    words = [_literal(choice, phrases) for choice in facts["choices"]]
    return f"{', '.join(words[:-1])} or {words[-1]}"


@word
def first_choice(facts: dict[str, Any], phrases: Phrases) -> str:
    return _literal(facts["first"], phrases)


def _literal(value: Any, phrases: Phrases) -> str:
    return quoted(value) if isinstance(value, str) else phrases.format_field(value, "")


@word
def other_order(facts: dict[str, Any], phrases: Phrases) -> str:
    return "F" if facts["order"] == "C" else "C"


@word
def keep_from(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["got"] - facts["want"] + 1)


@word
def single(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["width"] == 1)


@word
def last(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["steps"] - 1)


@word
def several_samples(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["want"] and facts["got"]) and facts["got"] % facts["want"] == 0


@word
def r_size(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"c({', '.join(f'{size}L' for size in facts['want_size'])})"


@word
def channels_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(facts["expected"].names[-1] == "channels") and len(facts["expected"].sizes) == 4


@word
def grey_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return WORDS["channels_last"](facts, phrases) and facts["got"] == 1


@word
def alpha_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return WORDS["channels_last"](facts, phrases) and facts["got"] == 4 and facts["want"] == 3


@word
def colour_last(facts: dict[str, Any], phrases: Phrases) -> bool:
    return WORDS["channels_last"](facts, phrases) and facts["got"] == 3 and facts["want"] == 1


@word
def other_channels(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not any(WORDS[case](facts, phrases) for case in ("grey_last", "alpha_last", "colour_last"))


@word
def ways(facts: dict[str, Any], phrases: Phrases) -> str:
    return "two" if facts.get("count_of_readings", 2) == 2 else "several"


@word
def as_array(facts: dict[str, Any], phrases: Phrases) -> str:
    """The data as something that numpy's methods and indices work on."""
    is_list = facts["given"].cls in ("list", "nested list", "tuple") and not phrases.is_r
    return f"np.asarray({phrases.arg})" if is_list else phrases.arg


@word
def as_vector(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"unlist({phrases.arg})" if WORDS["is_frame"](facts, phrases) else f"as.numeric({phrases.arg})"


def _indexable(facts: dict[str, Any], phrases: Phrases) -> str:
    """R's table as one whose columns are taken in brackets: a data.table takes rows there."""
    return f"as.data.frame({phrases.arg})" if facts["given"].type == "data.table" else phrases.arg


@word
def take_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    """The chosen features of the data: a placeholder on its features axis."""
    if phrases.is_r:
        return f"{_indexable(facts, phrases)}[{', ' * (facts['rank'] - 1)}COLUMNS, drop = FALSE]"
    if library(facts) == "polars":
        return f"{phrases.arg}[:, COLUMNS]"
    if WORDS["is_frame"](facts, phrases):
        return f"{frame(facts, phrases)}.iloc[:, COLUMNS]"
    return f"{WORDS['as_array'](facts, phrases)}[..., COLUMNS]"


@word
def first_place(facts: dict[str, Any], phrases: Phrases) -> str:
    return element(phrases.arg, str(facts["missing"][0]), phrases.call.language)


@word
def near_place(facts: dict[str, Any], phrases: Phrases) -> str:
    return element(phrases.arg, str(facts["near"]), phrases.call.language)


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
        return f"{_indexable(facts, phrases)}[-{phrases.series(facts['drop'], 'index')}]"
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
def has(facts: dict[str, Any], phrases: Phrases) -> str:
    return "have" if _many(facts) else "has"


@word
def holds(facts: dict[str, Any], phrases: Phrases) -> str:
    return "hold" if _many(facts) else "holds"


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
def step_code(facts: dict[str, Any], phrases: Phrases) -> str:
    step = facts["step"]
    kept = facts["given"].sizes[0] if isinstance(step, Reshape) and step.samples is None else ""
    return phrases.step(step, str(kept), WORDS["is_frame"](facts, phrases))


@word
def conversion(facts: dict[str, Any], phrases: Phrases) -> str:
    """The line that makes values of an object of another library, which R reaches with `$`."""
    how = str(facts["how"])
    if phrases.is_r:
        how = f"tensorflow::{how.replace('.', '$')}" if how.startswith("tf.") else how.replace(".", "$")
    return how.format(phrases.arg)


@word
def same_as(facts: dict[str, Any], phrases: Phrases) -> str:
    """One line that does the same; a list of objects has none."""
    return "" if facts["given"].type == "list of" else f"The same as {WORDS['step_code'](facts, phrases)}."


# Values


@word
def values_text(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(number(value) for value in facts["values"][:3])


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


NO_TABLES = (
    "list",
    "nested list",
    "tuple",
    "dict",
    "Matrix",
    "tensorflow.RaggedTensor",
)  # these take no rows by index or by complete.cases()


@word
def is_table(facts: dict[str, Any], phrases: Phrases) -> bool:
    return (
        len(facts["given"].sizes) == 2 and facts["given"].cls not in NO_TABLES and facts["given"].type != "structured"
    )


@word
def is_frame(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["given"].cls == "data frame" or library(facts) is not None


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
def predicts(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.call.function in ("safe_predict", "check_input")


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


# Data that comes in batches


@word
def shuffling(facts: dict[str, Any], phrases: Phrases) -> str:
    how = str(facts["how"])
    return how.replace("=True", " = TRUE").replace("=False", " = FALSE") if phrases.is_r else how


@word
def steps_option(facts: dict[str, Any], phrases: Phrases) -> str:
    """The argument that says after how many batches to stop."""
    if phrases.call.function != "safe_fit":
        return "steps"
    return "validation_steps" if phrases.arg.startswith("validation_data") else "steps_per_epoch"


@word
def stream_call(facts: dict[str, Any], phrases: Phrases) -> str:
    """The user's call with the stream alone."""
    return phrases.calling(phrases.call.x, "", has_targets=False)


@word
def stream_or_x(facts: dict[str, Any], phrases: Phrases) -> str:
    """The stream, of which a generator is used up."""
    batch = facts.get("batch")
    return (
        "NEW_GENERATOR" if batch is not None and batch.source == "iterator" else facts.get("stream_name", phrases.arg)
    )


@word
def brings_none(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not facts["has_targets"] and not facts["zips"]


@word
def why_empty(facts: dict[str, Any], phrases: Phrases) -> str:
    return "Was it read before? A generator is used up by one pass." if facts["is_used"] else ""


@word
def why_unread(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["is_used"]:
        return "It can be read only once."
    return "It is shuffled, or does not tell its length."


@word
def whole_sizes(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(f"{size}L" for size in facts["spec"].sizes[1:])


@word
def is_free(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["expected"] is None and not facts["several"]


@word
def is_fixed(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["expected"] is not None and not facts["several"]


@word
def pairs_of_pass(facts: dict[str, Any], phrases: Phrases) -> str:
    """Predictions beside the labels that came with them."""
    call, stream = phrases.call, loop(facts["stream"], facts["x"], phrases.call.language)
    if phrases.is_r:
        inside = f"list(safe_predict({call.model}, item[[1]]), item[[2]])"
        return f"pairs <- reticulate::iterate({stream}, function(item) {inside})"
    return f"pairs = [(safe_predict({call.model}, batch), labels) for batch, labels, *_ in {stream}]"


@word
def all_inputs(facts: dict[str, Any], phrases: Phrases) -> str:
    return _of_items(facts, phrases, "item" if phrases.is_r else "list(item)")


@word
def first_only(facts: dict[str, Any], phrases: Phrases) -> str:
    return _of_items(facts, phrases, "item[[1]]" if phrases.is_r else "item[0]")


def _of_items(facts: dict[str, Any], phrases: Phrases, data: str) -> str:
    call = phrases.call
    if call.trains:
        return f"{call.function}({call.model}, BATCHES_OF_X_AND_Y)"
    stream = loop(facts["batch"], facts["stream_name"], call.language)
    predicted = f"{phrases.names_of_call()['function']}({call.model}, {data})"
    if phrases.is_r:
        return f"answers <- reticulate::iterate({stream}, function(item) {predicted})"
    return f"answers = [{predicted} for item in {stream}]"


# Ids and scales


@word
def from_1(facts: dict[str, Any], phrases: Phrases) -> bool:
    """Whether taking 1 off all of the data is the likely cure, and code can do it."""
    return bool(facts["counted_from_1"] and facts["whole"] and facts["given"].cls not in ("list", "dict", "tuple"))


@word
def why_outside(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["negative"]:
        return "A negative id would be looked up as another one. Is it a code for unknown values?"
    needed = facts["needed"]
    if facts["counted_from_1"]:
        return (
            f"No id is 0, the largest is {needed - 1}: did training count from 0? If from 1, {needed} ids are needed."
        )
    return f"If they count from 1, the layer needs {needed} ids." if facts["one_more"] else ""


@word
def as_values(facts: dict[str, Any], phrases: Phrases) -> str:
    return "VALUES" if facts["given"].cls in ("list", "dict") else phrases.arg


@word
def where(facts: dict[str, Any], phrases: Phrases) -> str:
    """Whose values are told: the column of a table, or all."""
    column, names = facts["column"], facts["names"]
    if column is None:
        return "Its values"
    if phrases.is_r:
        return f"Column {column + 1}" + (f" ({phrases.name(names[column])})" if names else "")
    return f"Column {phrases.name(names[column])}" if names else f"Column {column}"


@word
def within(facts: dict[str, Any], phrases: Phrases) -> str:
    return "-1 to 1" if facts["signed"] else "0 to 1"


@word
def why_pixels(facts: dict[str, Any], phrases: Phrases) -> str:
    by = "readPNG()" if phrases.is_r else "imread() of a PNG"
    if facts["reached"] is None:
        learned = f"mean {number(facts['mean'])}, sd {number(facts['sd'])}"
        return f"It ({facts['cls']}) learned {learned} in training. Divided by 255 already, as by {by}?"
    low, high = map(number, facts["reached"])
    meant = " to ".join(map(str, facts["meant"]))
    return f"It ({facts['cls']}) makes that {low} to {high} in place of {meant}. Scaled already, as by {by}?"


@word
def why_far(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["undivided"]:
        return "Pixels of 0 to 255 that training divided by 255?"
    return "Other units, or other preprocessing than in training?"


@word
def why_not_adapted(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["stale"]:
        return "Its weights are set, but it still computes with mean 0 and variance 1: setting weights is not enough."
    return "It has mean 0 and variance 1, the defaults: values reach the model as they are, unscaled."


@word
def layer_code(facts: dict[str, Any], phrases: Phrases) -> str:
    dot = "$" if phrases.is_r else "."
    return phrases.call.model + "".join(f"{dot}get_layer({quoted(name)})" for name in facts["route"])


@word
def unscaled(facts: dict[str, Any], phrases: Phrases) -> str:
    x = phrases.arg
    if WORDS["is_frame"](facts, phrases):  # the attributes are those of its columns
        return "UNSCALED"
    return f'sweep(sweep({x}, 2, attr({x}, "scaled:scale"), "*"), 2, attr({x}, "scaled:center"), "+")'


# Files


@word
def why_suffix(facts: dict[str, Any], phrases: Phrases) -> str:
    suffix = str(facts["suffix"]).lower()
    if suffix in (".rds", ".rda", ".rdata"):
        return "R's own files hold its handle of the model, not the model."
    if suffix in (".pkl", ".pickle", ".joblib"):
        return "A pickle is bound to the versions that wrote it, and can run code when it is read."
    return "That is the name of a file of weights alone." if suffix == ".weights.h5" else ""


@word
def kept_file(facts: dict[str, Any], phrases: Phrases) -> str:
    return "The file that was there is as it was." if facts["was_there"] else "No file was made."
