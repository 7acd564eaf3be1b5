"""Words of the entries in `targets`: code that takes rows of x and y together, the other loss, the mapping."""

from __future__ import annotations

from typing import Any

from ..phrases import MOST, Phrases, number, quoted
from ..words import WORDS, word


@word
def y_array(facts: dict[str, Any], phrases: Phrases) -> str:
    """The targets as something that numpy's methods and indices work on."""
    if facts["given"].cls == "numpy.ndarray":
        return phrases.arg
    return f"np.asarray({phrases.arg})"


@word
def x_array(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.arg if phrases.call.ranks[0] is not None else f"np.asarray({phrases.arg})"


@word
def place(facts: dict[str, Any], phrases: Phrases) -> str:
    """What an output with more axes than samples and units has its answers for."""
    return "time step" if len(facts["places"]) == 1 else "place"


@word
def too_wide(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["wanted"] == 1 and facts["columns"] > 1


@word
def more_units(facts: dict[str, Any], phrases: Phrases) -> int:
    """How many units an output for this target has."""
    known = [facts[name] for name in ("columns", "count") if name in facts]
    return int(known[0] if known else facts["high"] - facts["base"] + 1)


@word
def highest(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["units"] - 1 + facts["base"])


@word
def counted(facts: dict[str, Any], phrases: Phrases) -> str:
    return "" if facts["base"] else " Keras counts them from zero."


@word
def not_numbers(facts: dict[str, Any], phrases: Phrases) -> str:
    columns = facts.get("unusable")
    if not columns:
        return ""
    return f" No numbers: column{'s' if len(columns) > 1 else ''} {phrases.series(columns, 'names')}."


@word
def levels_word(facts: dict[str, Any], phrases: Phrases) -> str:
    return "levels" if facts["declared"] else "labels"


@word
def why_range(facts: dict[str, Any], phrases: Phrases) -> str:
    if "hinge" in facts["loss"]:
        return f"Loss {facts['loss']} tells two sides apart: it is made for targets of {facts['lowest']} to 1."
    return f"Loss {facts['loss']} is made for 0 to 1: outside, it falls below zero and training runs away."


@word
def usual_count(facts: dict[str, Any], phrases: Phrases) -> int:
    if phrases.arg == "batch_rows":  # of files, which are no batches of a model
        return 65536
    return 32 if "batch" in phrases.arg else 1 if phrases.arg in ("validation_freq", "initial_epoch") else 10


@word
def more_classes(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["low"] >= facts["base"] and facts["units"] is not None and facts["high"] < 10 * facts["units"]


@word
def why_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["columns"] == 1:
        return "Keras would compare the one column with every unit (broadcast)."
    return "Keras would train the one unit on all of them (broadcast)." if facts["wanted"] == 1 else ""


@word
def other_loss(facts: dict[str, Any], phrases: Phrases) -> str:
    loss = facts["loss"]
    return loss.removeprefix("sparse_") if loss.startswith("sparse_") else "sparse_categorical_crossentropy"


@word
def loss_class(facts: dict[str, Any], phrases: Phrases) -> str:
    return "".join(part.capitalize() for part in facts["loss"].split("_"))


@word
def which_class(facts: dict[str, Any], phrases: Phrases) -> str:
    rank = facts["rank"]
    if rank == 2:
        return f"max.col(as.matrix({phrases.arg})) - 1"
    return f"apply({phrases.arg}, {phrases.series(tuple(range(rank - 1)), 'index')}, which.max) - 1"


@word
def to_one_hot(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["rank"] > 1 and facts["given"].sizes[1:] != (1,):
        return "ONE_HOT"
    vector = f"{phrases.arg}[[1]]" if WORDS["is_frame"](facts, phrases) else f"as.vector({phrases.arg})"
    return f"diag({facts['units']})[{vector} + 1, ]"


@word
def last_step(facts: dict[str, Any], phrases: Phrases) -> str:
    places = ", ".join(["", str(facts["steps"]), *[""] * (facts["rank"] - 2)])
    return f"{phrases.arg}[{places.strip() if facts['rank'] == 1 else places}]"


@word
def numeric_levels(facts: dict[str, Any], phrases: Phrases) -> bool:
    try:
        return all(float(level) == float(level) for level in facts["levels"]) and len(facts["levels"]) > 0
    except ValueError:
        return False


@word
def too_few(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["count"] < facts["classes"]


@word
def why_levels(facts: dict[str, Any], phrases: Phrases) -> str:
    if not WORDS["too_few"](facts, phrases):
        return ""
    if facts["declared"]:
        return "Made anew from part of the data? Then its codes are not those of training."
    return "Labels of a part of the data alone don't tell all classes."


@word
def mapping(facts: dict[str, Any], phrases: Phrases) -> str:
    parts = [f"{level} = {code}" for code, level in enumerate(facts["levels"][:MOST])]
    rest = len(facts["levels"]) - MOST
    return ", ".join(parts) + (f" and {rest} more" if rest > 0 else "")


@word
def nearest(facts: dict[str, Any], phrases: Phrases) -> str:
    return f" Is {phrases.name(facts['near'])} meant?" if facts.get("near") else ""


@word
def exact(facts: dict[str, Any], phrases: Phrases) -> str:
    """Numbers with all their digits: 7.999999999999999, not 8."""
    return ", ".join(dict.fromkeys(repr(value) for value in facts["values"]))


@word
def first_one_hot(facts: dict[str, Any], phrases: Phrases) -> str:
    return f"column {int(phrases.is_r)}"


@word
def why_whole(facts: dict[str, Any], phrases: Phrases) -> str:
    sparse = facts["loss"].startswith("sparse_")
    return f"Loss {facts['loss']} would cut the fractions off." if sparse else "A label is the number of a class."


@word
def why_first_unused(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["column"]:
        return (
            f"{'Column 1' if phrases.is_r else 'Column 0'} is 0 in every row. Were labels that start at 1 made one-hot?"
        )
    return "Do the labels start at 1? Then each predicted class is one off against its level."


@word
def held_text(facts: dict[str, Any], phrases: Phrases) -> str:
    held = facts["held"]
    word = "class" if len(held) == 1 else "classes"
    return f"{len(held)} of {facts['of']} classes, {word} {', '.join(held[:MOST])}"


def _rows_of(name: str, rank: int | None, cls: str, phrases: Phrases) -> str | None:
    """The code that takes `rows`, a mask or numbers, of x or y; None where it is no array or table."""
    if rank is None or cls in ("dict", "list of records"):
        return None
    if phrases.is_r:
        return f"{name}[rows{', ' * (rank - 1)}{', drop = FALSE' if rank > 1 else ''}]"
    if cls.startswith("pandas."):
        return f"{name}.iloc[rows]"
    # other libraries' frames become pandas', as their rows are taken in ways of their own
    return f"{name}[rows]" if cls == "numpy.ndarray" else f"{_array(name, cls)}[rows]"


def _array(name: str, cls: str) -> str:
    """Data as something that numpy's methods and indices work on."""
    return name if cls in ("numpy.ndarray", "numpy.ma.MaskedArray") else f"np.asarray({name})"


def taking_rows(rows: str, phrases: Phrases, args: str = "") -> str | None:
    """Lines that call again with some rows of x and y; None where these are no arrays or tables."""
    call = phrases.call
    parts = zip((call.x, call.y), call.ranks, call.classes, strict=True)
    x, y = (_rows_of(name, rank, cls, phrases) for name, rank, cls in parts)
    if x is None or y is None:
        return None
    return f"rows {'<-' if phrases.is_r else '='} {rows}\n{phrases.calling(x, y, args)}"


def _without_missing(rank: int | None, cls: str, phrases: Phrases) -> str | None:
    """The code that tells which rows have no missing value."""
    if phrases.is_r:
        return f"complete.cases({phrases.arg})" if rank in (1, 2) else None
    is_masked = cls == "numpy.ma.MaskedArray"
    missing = f"np.ma.getmaskarray({phrases.arg})" if is_masked else f"pd.isna({_array(phrases.arg, cls)})"
    return {1: f"~{missing}", 2: f"~{missing}.any(axis=1)"}.get(rank or 0)


@word
def y_rows(facts: dict[str, Any], phrases: Phrases) -> str | None:
    if phrases.arg != phrases.call.y:
        return None
    rows = _without_missing(phrases.call.ranks[1], phrases.call.classes[1], phrases)
    return rows and taking_rows(rows, phrases)


@word
def rows_with_y(facts: dict[str, Any], phrases: Phrases) -> str | None:
    """Lines that leave rows out of x and y together."""
    call = phrases.call
    if phrases.arg != call.x or not call.has_targets or not WORDS["is_table"](facts, phrases):
        return None
    rows = _without_missing(call.ranks[0], call.classes[0], phrases)
    return rows and taking_rows(rows, phrases)


@word
def finite_with_y(facts: dict[str, Any], phrases: Phrases) -> str | None:
    x = phrases.call.x
    if phrases.is_r:
        return taking_rows(f"is.finite(rowSums({x}))", phrases)
    return taking_rows(f"np.isfinite(np.asarray({x}, dtype=float)).all(axis=1)", phrases)


@word
def y_of_windows(facts: dict[str, Any], phrases: Phrases) -> str:
    """The targets at the last step of every window of a series."""
    y, (_, rank), (_, cls) = phrases.call.y, phrases.call.ranks, phrases.call.classes
    if phrases.is_r:
        return f"{y}[-(1:{facts['last']}){', , drop = FALSE' if rank == 2 else ''}]"
    return f"{y}.iloc[{facts['last']}:]" if cls.startswith("pandas.") else f"{_array(y, cls)}[{facts['last']}:]"


@word
def at_last_step(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", each with the target at its last step" if phrases.call.has_targets else ""


@word
def table_alone(facts: dict[str, Any], phrases: Phrases) -> bool:
    if phrases.call.has_targets or WORDS["rows_of_batch"](facts, phrases):
        return False
    return bool(WORDS["is_table"](facts, phrases))


@word
def to_fill(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not any(WORDS[name](facts, phrases) for name in ("table_alone", "rows_with_y", "rows_of_batch"))


@word
def fill_them(facts: dict[str, Any], phrases: Phrases) -> str:
    if phrases.call.function == "safe_fit" and phrases.arg == phrases.call.x:
        return "fill them, as you will for predictions"
    return "fill them as in training"


@word
def learns(facts: dict[str, Any], phrases: Phrases) -> bool:
    """Whether targets are at hand, too."""
    return phrases.call.function in ("safe_fit", "safe_evaluate")


@word
def coerces(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.call.function == "validate_and_coerce"


@word
def do_it(facts: dict[str, Any], phrases: Phrases) -> str:
    return {"safe_fit": "be trained", "safe_evaluate": "be evaluated"}.get(phrases.call.function, "predict")


@word
def turned_call(facts: dict[str, Any], phrases: Phrases) -> str:
    """The call with model and x in their places."""
    call = phrases.call
    model, x = call.x, call.model
    if phrases.is_r:  # an expression has no name: that of its argument would be the other one's
        model, x = "MODEL" if model == "x" else model, "X" if x == "model" else x
    return f"{phrases.function}({model}, {x}{f', {call.y}' if call.has_targets else ''})"


@word
def shuffled_rows(facts: dict[str, Any], phrases: Phrases) -> str | None:
    if phrases.arg != phrases.call.y:
        return None
    split = f", validation_split{' = ' if phrases.is_r else '='}{number(float(facts['split']))}"
    if not phrases.is_r:
        return taking_rows(f"np.random.permutation(len({phrases.call.y}))", phrases, split)
    size = f"nrow({phrases.call.y})" if (phrases.call.ranks[1] or 1) > 1 else f"length({phrases.call.y})"
    return taking_rows(f"sample({size})", phrases, split)


@word
def leaking(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["column"] is not None:
        return f"column {phrases.name(facts['column'])}"
    return f"column {facts['place'] + phrases.is_r}"


@word
def without_leak(facts: dict[str, Any], phrases: Phrases) -> str:
    x = facts["x_name"]
    if phrases.is_r:
        return f"{x} <- {x}[, -{facts['place'] + 1}, drop = FALSE]"
    if facts["column"] is not None:
        return f"{x} = {x}.drop(columns=[{quoted(facts['column'])}])"
    return f"{x} = np.delete({x}, {facts['place']}, axis=1)"


@word
def large_columns(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["columns"]:
        return f"Columns {phrases.series(facts['columns'], 'names')}. " if len(facts["columns"]) > 1 else (
            f"Column {phrases.series(facts['columns'], 'names')}. "
        )  # fmt: skip
    return ""


@word
def standardised(facts: dict[str, Any], phrases: Phrases) -> str:
    rank = phrases.call.ranks[0]
    if phrases.is_r:
        return f"scale({phrases.arg})" if rank in (1, 2) else "SCALED"
    return f"({phrases.arg} - {phrases.arg}.mean(axis=0)) / {phrases.arg}.std(axis=0)" if rank else "SCALED"


@word
def weights(facts: dict[str, Any], phrases: Phrases) -> str:
    """A class_weight with a placeholder for each class."""
    classes = facts["classes"][:MOST]
    if phrases.is_r:
        return f"list({', '.join(f'{quoted(str(c))} = WEIGHT' for c in classes)})"
    keys = [str(c) if str(c).lstrip("-").isdigit() else quoted(str(c)) for c in classes]
    return "{" + ", ".join(f"{key}: WEIGHT" for key in keys) + "}"


@word
def is_unknown(facts: dict[str, Any], phrases: Phrases) -> str:
    return "is" if len(facts["unknown"]) == 1 else "are"


@word
def pairs_text(facts: dict[str, Any], phrases: Phrases) -> str:
    parts = [f"{phrases.name(key)} is class {code}" for key, code in facts["pairs"][:MOST]]
    return ", ".join(parts)
