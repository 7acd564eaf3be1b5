"""Words that entries of several families use: verbs, counts, what kind of data it is."""

from __future__ import annotations

from typing import Any

from ...report import Cells
from ..phrases import Phrases, element, number
from ..tables import library
from ..words import WORDS, word


def many(facts: dict[str, Any]) -> bool:
    if "columns" in facts:
        return len(facts["columns"]) > 1
    if isinstance(facts.get("cells"), Cells):
        return facts["cells"].count > 1
    return False


@word
def is_(facts: dict[str, Any], phrases: Phrases) -> str:
    return "are" if many(facts) else "is"


WORDS["are"] = WORDS["is"]


@word
def first(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["missing"][0])


@word
def count(facts: dict[str, Any], phrases: Phrases) -> int:
    return int(facts["cells"].count)


@word
def as_array(facts: dict[str, Any], phrases: Phrases) -> str:
    """The data as something that numpy's methods and indices work on."""
    is_list = facts["given"].cls in ("list", "nested list", "tuple") and not phrases.is_r
    return f"np.asarray({phrases.arg})" if is_list else phrases.arg


def indexable(facts: dict[str, Any], phrases: Phrases) -> str:
    """R's table as one whose columns are taken in brackets: a data.table takes rows there."""
    return f"as.data.frame({phrases.arg})" if facts["given"].type == "data.table" else phrases.arg


@word
def first_place(facts: dict[str, Any], phrases: Phrases) -> str:
    return element(phrases.arg, str(facts["missing"][0]), phrases.call.language)


@word
def near_place(facts: dict[str, Any], phrases: Phrases) -> str:
    return element(phrases.arg, str(facts["near"]), phrases.call.language)


@word
def has(facts: dict[str, Any], phrases: Phrases) -> str:
    return "have" if many(facts) else "has"


@word
def values_text(facts: dict[str, Any], phrases: Phrases) -> str:
    return ", ".join(number(value) for value in facts["values"][:3])


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
def predicts(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.call.function in ("safe_predict", "check_input", "score_dataset", "score_frame")
