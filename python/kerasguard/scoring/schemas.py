"""Whether files have the columns that are needed, of like types, and what all of them have together."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..engine import state_of
from ..report import Diagnosis, Finding
from .batch import Scorer
from .footers import Known, is_list
from .source import InputFile, place_facts

MOST = 5


def unified(known: Sequence[Known]) -> Any:
    """The columns of all files, each of the type that holds them all, else of that of the first file."""
    import pyarrow as pa

    fields: dict[str, Any] = {}
    for schema in dict.fromkeys(each.schema.remove_metadata() for each in known):
        for column in schema:
            fields[column.name] = _wider(fields.get(column.name, column), column)
    return pa.schema(list(fields.values()), known[0].schema.metadata)


def _wider(one: Any, other: Any) -> Any:
    import pyarrow as pa

    if one.type == other.type:
        return one
    schemas = [pa.schema([one]), pa.schema([other])]
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").field(0)
    except pa.ArrowException:
        return one


def check_twice(scorer: Scorer, known: Sequence[Known]) -> list[Finding]:
    """Refuse names of columns that stand twice in a file."""
    twice = []
    for each in known:
        names = each.schema.names
        if len(set(names)) < len(names):
            twice.append((each.file, _listed(sorted({name for name in names if names.count(name) > 1}))))
    return [Diagnosis("score_column_twice", scorer.call.x, place_facts(twice, known))] if twice else []


def check_names(scorer: Scorer, schema: Any) -> list[Finding]:
    """Refuse columns that were asked for and are in no file."""
    there = set(schema.names)
    inputs = tuple(spec.name for spec in state_of(scorer.opened()).signature.inputs)
    if isinstance(scorer.columns, Mapping) and set(scorer.columns) != set(inputs):
        return [Diagnosis("score_inputs", "columns", {"inputs": inputs, "given": tuple(scorer.columns)})]
    asked = {"columns": scorer.taken(schema) if scorer.columns is not None else [], "keep": scorer.keep or ()}
    found: list[Finding] = []
    for arg, names in asked.items():
        absent = tuple(name for name in names if name not in there)
        if absent:
            apart = tuple(name for name in re.split(r"[\s,;+]+", absent[0]) if name)
            apart = apart if len(names) == 1 and len(apart) > 1 and there.issuperset(apart) else ()
            near = () if apart else tuple(difflib.get_close_matches(absent[0], schema.names, 1))
            facts = {"absent": absent, "near": near, "apart": apart, "known": tuple(schema.names)}
            found.append(Diagnosis("score_column_absent", arg, facts))
    return found


def check_alike(scorer: Scorer, known: Sequence[Known]) -> list[Finding]:
    """Refuse files without a column that is needed, or with one of another kind than the first file has.

    Others may come and go: the results of a file have the columns that it has.
    """
    first = known[0].schema
    wanted = {*scorer.taken(first), *(scorer.keep or ())}
    needed = [name for name in first.names if name in wanted]
    kinds = {name: kind_of_type(first.field(name).type) for name in needed}
    absent: list[tuple[InputFile, str]] = []
    unlike: list[tuple[InputFile, str]] = []
    told: dict[Any, tuple[str, list[str]]] = {}
    for each in known[1:]:
        schema = each.schema.remove_metadata()
        if schema not in told:
            told[schema] = _lacking(scorer, needed, schema), _unlike(kinds, first, schema)
        lacking, others = told[schema]
        absent += [(each.file, lacking)] if lacking else []
        unlike += [(each.file, other) for other in others]
    facts = {"first": known[0].file.name}
    found: list[Finding] = []
    if absent:
        found.append(Diagnosis("score_columns_differ", scorer.call.x, {**place_facts(absent, known), **facts}))
    if unlike:
        found.append(Diagnosis("score_types_differ", scorer.call.x, {**place_facts(unlike, known), **facts}))
    return found


def _lacking(scorer: Scorer, needed: Sequence[str], schema: Any) -> str:
    there = set(schema.names)
    missing = sorted(name for name in needed if name not in there)
    if missing:
        return f"has no column {_listed(missing)}"
    extra = sorted((set(scorer.taken(schema)) & there) - set(needed))  # where the model takes all there are
    return f"also has column {_listed(extra)}" if extra else ""


def _unlike(kinds: dict[str, str], first: Any, schema: Any) -> list[str]:
    there = set(schema.names)
    types = {name: schema.field(name).type for name in kinds if name in there}
    return [
        f"column {name} is {dtype}, not {first.field(name).type}"
        for name, dtype in types.items()
        if len({kinds[name], kind_of_type(dtype)} - {"null"}) > 1
    ]


def kind_of_type(dtype: Any) -> str:
    """What columns of like types have in common: numbers of any width, text of any encoding."""
    from pyarrow import types

    if types.is_dictionary(dtype):
        return kind_of_type(dtype.value_type)
    if is_list(dtype):
        return f"list of {kind_of_type(dtype.value_type)}"
    numbers = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean)
    texts = (types.is_string, types.is_large_string, types.is_string_view)
    for kind, tests in (("number", numbers), ("text", texts), ("date", (types.is_date, types.is_timestamp))):
        if any(test(dtype) for test in tests):
            return kind
    return str(dtype)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")
