"""Words about columns that had levels in training, and how those became numbers."""

from __future__ import annotations

from typing import Any

from .entry import Both, Entry, Fix
from .phrases import Phrases, quoted
from .tables import assigned, frame
from .words import word

MOST = 5  # levels that a message or a line of code shows

LEVELS: dict[str, Entry] = {
    "option_base": Entry(
        "structure",
        "`{arg}` must be {choices_text}, not {value}.",
        (),
        (Fix("the code of the first level", when="learning",
             code=Both("learn_blueprint({model}, {x}, label_base=0)", "learn_blueprint({model}, {x}, label_base = 0)")),
         Fix("the code of the first level", unless="learning", args=Both("label_base=0", "label_base = 0")),),
    ),
    "column_encoded": Entry("column", "{column:name} of `{arg}` became {level_map}."),
    "column_novel_levels": Entry(
        "column",
        "{column_of} must have levels of training, not {new_label:quoted}.",
        (
            "At {cells}. New: {novel_labels}. Training had {known_labels}.",
            "The model has no number for a level that it never saw.",
        ),
        (
            Fix("if {near:quoted} is meant", when="near",
                code="{respelt}\n{call}"),
            Fix("or take them for missing values, NA in the answer", when="predicts",
                args=Both('novel_levels="missing", missing="na_rows"', 'novel_levels = "missing", missing = "na_rows"')),
            Fix("with the levels of training", when="learns", data="X_OF_KNOWN_LEVELS"),
            Fix("or let NaN stand for them, if the model handles it", when="coerces",
                args=Both('novel_levels="missing", missing="pass"', 'novel_levels = "missing", missing = "pass"')),
        ),
    ),
    "missing_novel": Entry(
        "missing",
        "`{arg}` must have no missing values; {count} {is} of a new level.",
        ("At {cells}. New: {novel_labels}. Training had {known_labels}.",
         '`novel_levels = "missing"` makes them missing, and `missing` refuses those.'),
        (
            Fix("get NA for their samples", when="predicts",
                args=Both('novel_levels="missing", missing="na_rows"', 'novel_levels = "missing", missing = "na_rows"')),
            Fix("let NaN stand for them, if the model handles it", when="coerces",
                args=Both('novel_levels="missing", missing="pass"', 'novel_levels = "missing", missing = "pass"')),
        ),
    ),
    "column_codes": Entry(
        "column",
        "`{arg}` must have labels in {labelled}, as in training, not numbers.",
        ("Training had the levels {level_list}. Codes can count from 0 or from 1, and labels can look like numbers.",),
        (
            Fix("if they are codes from 0", code="{from_codes_0}\n{call}"),
            Fix("if they are codes from 1", code="{from_codes_1}\n{call}"),
            Fix("if they are the labels", when="level_numbers", code="{from_labels}\n{call}"),
        ),
    ),
    "column_readings": Entry(
        "column",
        "`{arg}` has {ways} readings: how did {labelled} become numbers?",
        ("{columns:names} {has} levels {level_list}. The model's input is as wide for each of these.",),
        (
            Fix(Both("if they were codes from 0, as .cat.codes has them", "if they were codes from 0, as as.integer() - 1 has them"), when="from_0",
                code=Both("learn_blueprint({model}, {x}, label_base=0)", "learn_blueprint({model}, {x}, label_base = 0)")),
            Fix(Both("if they were codes from 1, as R's as.integer() has them", "if they were codes from 1, as as.integer() has them"), when="from_1",
                code=Both("learn_blueprint({model}, {x}, label_base=1)", "learn_blueprint({model}, {x}, label_base = 1)")),
            Fix("if each level was a column of 0 and 1", when="as_columns",
                code="learn_blueprint({model}, {dummies})"),
        ),
    ),
    "column_layout": Entry(
        "column",
        "`{arg}` was read with each category's columns of 0 and 1 in its place.",
        ("The model's input is taken as {made:names}: is that the order of training?",
         Both("pd.get_dummies() moves such columns to the end.", "Some encoders move such columns to the end.")),
        (Fix("if training had another order", code=Both("learn_blueprint({model}, {dummies})", "learn_blueprint({model}, ENCODED_AS_IN_TRAINING)")),),
    ),
}  # fmt: skip


def _several(labels: tuple[Any, ...], phrases: Phrases) -> str:
    rest = f" and {len(labels) - MOST} more" if len(labels) > MOST else ""
    return ", ".join(quoted(_short(str(label))) for label in labels[:MOST]) + rest


def _short(label: str, most: int = 24) -> str:
    return label if len(label) <= most else label[: most - 3] + "..."


@word
def labelled(facts: dict[str, Any], phrases: Phrases) -> str:
    count = len(facts["columns"])
    return phrases.name(_short(facts["columns"][0])) if count == 1 else f"its {count} columns of labels"


@word
def learning(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.call.function == "learn_blueprint"


@word
def level_map(facts: dict[str, Any], phrases: Phrases) -> str:
    if not facts["are_codes"]:
        made = facts["made"]
        return f"{'columns' if len(made) > 1 else 'column'} {phrases.series(made, 'names')}"
    pairs = [f"{_short(level)} = {i + facts['base']}" for i, level in enumerate(facts["levels"][:MOST])]
    rest = len(facts["levels"]) - MOST
    return f"codes: {', '.join(pairs)}" + (f" and {rest} more" if rest > 0 else "")


@word
def column_of(facts: dict[str, Any], phrases: Phrases) -> str:
    """The column of a table, or the vector itself; a long name would break the line."""
    if not facts["cells"].names:
        return f"`{phrases.arg}`"
    return f"{phrases.name(_short(str(facts['column'])))} of `{phrases.arg}`"


@word
def new_label(facts: dict[str, Any], phrases: Phrases) -> str:
    return _short(str(facts["new"]), 16)


@word
def novel_labels(facts: dict[str, Any], phrases: Phrases) -> str:
    return _several(facts["novel"], phrases)


@word
def known_labels(facts: dict[str, Any], phrases: Phrases) -> str:
    return _several(facts["known"], phrases)


@word
def level_list(facts: dict[str, Any], phrases: Phrases) -> str:
    return _several(facts["levels"], phrases)


@word
def level_numbers(facts: dict[str, Any], phrases: Phrases) -> bool:
    """Whether the levels look like numbers."""
    try:
        return bool([float(level) for level in facts["levels"]])
    except ValueError:
        return False


def _levels_code(facts: dict[str, Any], phrases: Phrases) -> str:
    levels = facts["levels"]
    return phrases.series(levels, "code") if len(levels) <= 2 * MOST else "LEVELS"


def _place(facts: dict[str, Any], phrases: Phrases) -> str:
    """The code that takes the column; of a table of another library as numpy does."""
    if facts.get("is_vector"):
        return phrases.arg
    name, is_frame = facts["columns"][0], facts.get("is_frame")
    if phrases.is_r:
        return f"{phrases.arg}[[{quoted(name)}]]" if is_frame else f"{phrases.arg}[, {quoted(name)}]"
    if facts["by_name"]:
        return f"{phrases.arg}[{quoted(name)}]"
    return f"{frame(facts, phrases)}.iloc[:, {facts['place']}]"


def _set(value: str, facts: dict[str, Any], phrases: Phrases) -> str:
    if facts.get("is_vector"):
        return f"{phrases.arg} {'<-' if phrases.is_r else '='} {value}"
    if not phrases.is_r:
        return assigned(facts, phrases, str(facts["columns"][0]), value)
    if facts.get("is_frame"):
        return f"{_place(facts, phrases)} <- {value}"
    return f"{phrases.arg} <- as.data.frame({phrases.arg})\n{phrases.arg}[[{quoted(facts['columns'][0])}]] <- {value}"


def _from_codes(base: int, facts: dict[str, Any], phrases: Phrases) -> str:
    place, levels = _place(facts, phrases), _levels_code(facts, phrases)
    if phrases.is_r:
        return _set(f"{levels}[{place}{'' if base else ' + 1'}]", facts, phrases)
    return _set(f"np.array({levels})[np.asarray({place}, dtype=int){' - 1' if base else ''}]", facts, phrases)


@word
def from_codes_0(facts: dict[str, Any], phrases: Phrases) -> str:
    return _from_codes(0, facts, phrases)


@word
def from_codes_1(facts: dict[str, Any], phrases: Phrases) -> str:
    return _from_codes(1, facts, phrases)


@word
def from_labels(facts: dict[str, Any], phrases: Phrases) -> str:
    place = _place(facts, phrases)
    return _set(f"as.character({place})" if phrases.is_r else f"np.asarray({place}).astype(str)", facts, phrases)


@word
def respelt(facts: dict[str, Any], phrases: Phrases) -> str:
    """The code that spells the first novel level as training did."""
    new, near, column = quoted(facts["new"]), quoted(facts["near"]), facts["column"]
    is_column = bool(facts["cells"].names)
    if phrases.is_r:
        place = f"{phrases.arg}[[{quoted(str(column))}]]" if is_column else phrases.arg
        return f"{place} <- replace(as.character({place}), {place} %in% {new}, {near})"
    if not is_column:
        return (
            f"{phrases.arg} = np.asarray({phrases.arg}).astype(object)\n{phrases.arg}[{phrases.arg} == {new}] = {near}"
        )
    place = f"{phrases.arg}[{quoted(str(column))}]"
    value = f"[{near} if v == {new} else v for v in {place}]"
    return assigned({"by_name": True, **facts}, phrases, str(column), value)


@word
def dummies(facts: dict[str, Any], phrases: Phrases) -> str:
    """The table with a column of 0 and 1 for each level, or for each but the first."""
    whole = facts["all_levels"]
    if phrases.is_r:
        return "ENCODED_AS_IN_TRAINING"
    return f"pd.get_dummies({frame(facts, phrases)}{'' if whole else ', drop_first=True'})"
