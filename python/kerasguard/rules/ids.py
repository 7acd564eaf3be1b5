"""Are ids within what the layer knows that looks them up?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..measure import Found
from ..report import Diagnosis
from ..uses import Use
from .structure import Leaf


def check_ids(
    leaf: Leaf, use: Use, known: int, wrong: Mapping[str, Found], facts: Mapping[str, Any]
) -> Iterator[Diagnosis]:
    """Refuse ids outside [0, known) and ids with fractions, which a cast would cut off.

    Args:
        known: How many ids the layer has: an Embedding's `input_dim`, a CategoryEncoding's `num_tokens`.
        wrong: "outside" and "fractions": where such values stand, if there are any.
        facts: `low` and `high` of the ids that came, `whole`: whether all values of the input are ids.
    """
    layer = {"layer": use.route[-1], "cls": type(use.layer).__name__, "given": leaf.observed.given}
    for kind, code in (("fractions", "ids_fractions"), ("outside", "ids_outside")):
        found = wrong.get(kind)
        if found is None:
            continue
        counted_from_1 = facts["low"] >= 1 and facts["high"] == known and "fractions" not in wrong
        told = {
            "cells": found.cells, "values": found.values, "known": known, "last": known - 1, "needed": known + 1,
            "one_more": facts["high"] == known and facts["low"] >= 0, "negative": facts["low"] < 0,
            "counted_from_1": counted_from_1, "whole": facts["whole"],
        }  # fmt: skip
        yield Diagnosis(code, leaf.observed.arg, {**layer, **told})
