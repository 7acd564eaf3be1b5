"""Which columns of a table the model takes, and those columns as data for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

import numpy as np

from ..blueprints import blueprint_of
from ..engine import state_of
from ..signature import TensorSpec
from .footers import is_list

INDEX = re.compile(r"__index_level_\d+__")
# in the order of the model, by input where it has several; None: as training saw them, else all
Columns = tuple[str, ...] | Mapping[str, tuple[str, ...]] | None


def model_columns(model: Any, columns: Columns, schema: Any) -> tuple[str, ...] | Mapping[str, tuple[str, ...]]:
    """Those that were asked for, or that training saw, or that the inputs are called; else all."""
    if columns is not None:
        return columns
    known = _of_training(model) or _of_inputs(model)
    names = [name for part in known.values() for name in part] if isinstance(known, Mapping) else known or ()
    if known and set(names) <= set(schema.names):
        return known
    aside = row_names(schema)
    return tuple(name for name in schema.names if name not in aside)


def row_names(schema: Any) -> set[str]:
    """Columns that hold the names of rows: R's first one in csv, which has no name, and the index of pandas."""
    about = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    index = {name for name in about.get("index_columns", ()) if isinstance(name, str)}
    blank = (name for name in schema.names if not name.strip())
    return {*blank, *index, *filter(INDEX.fullmatch, schema.names)}


def _of_training(model: Any) -> Columns:
    blueprint = blueprint_of(model)
    if blueprint is None or blueprint.stale or not all(seen.names for seen in blueprint.inputs):
        return None
    if len(blueprint.inputs) == 1:
        return blueprint.inputs[0].names
    inputs = state_of(model).signature.inputs
    return {spec.name: seen.names or () for spec, seen in zip(inputs, blueprint.inputs, strict=True)}


def _of_inputs(model: Any) -> Columns:
    """Inputs of one number each go by their names, and so does an input that is a column of vectors."""
    inputs = state_of(model).signature.inputs
    return tuple(spec.name for spec in inputs) if len(inputs) > 1 else None


def text_columns(model: Any, columns: Columns, names: Iterable[Any]) -> set[Any]:
    """Columns that are text whatever they look like in a file of text: "007" is no 7.

    Those whose levels training saw as text, and those of inputs that take text: of `columns` by their names, of one
    input all of `columns`, or of `names` where None are given.
    """
    blueprint, inputs = blueprint_of(model), state_of(model).signature.inputs
    seen = [column for part in blueprint.inputs for column in part.columns] if blueprint else []
    texts: set[Any] = {c.name for c in seen if c.levels and all(isinstance(level, str) for level in c.levels)}
    for spec in inputs:
        if spec.dtype != "string" and "text" not in spec.takes:
            continue
        if isinstance(columns, Mapping):
            texts |= {*columns.get(spec.name, ())}
        else:
            texts |= {*(columns or names)} if len(inputs) == 1 else {spec.name}
    return texts


def select(batch: Any, columns: tuple[str, ...] | Mapping[str, tuple[str, ...]], inputs: tuple[TensorSpec, ...]) -> Any:
    """The data for the model: a table, an array of a column of lists, or a dict of these."""
    if not isinstance(columns, Mapping) and len(columns) > 1:
        if not any(is_list(batch.schema.field(name).type) for name in columns):
            return _data(batch, columns, inputs)
        columns = {name: (name,) for name in columns}  # an input each
    if isinstance(columns, Mapping):
        specs = {spec.name: spec for spec in inputs}
        return {name: _data(batch, part, (specs[name],) if name in specs else ()) for name, part in columns.items()}
    return _data(batch, columns, inputs)


def _data(batch: Any, columns: tuple[str, ...], inputs: tuple[TensorSpec, ...]) -> Any:
    import pyarrow as pa

    if len(columns) == 1 and is_list(batch.schema.field(columns[0]).type):
        if batch.num_rows or not inputs:
            return _array(batch.column(columns[0]), inputs[0].shape[1:] if inputs else ())
        return np.zeros((0, *(size or 1 for size in inputs[0].shape[1:])))  # no rows do not tell how long lists are
    table = pa.Table.from_batches([batch.select(list(columns))])
    return _as_text(table) if any(spec.dtype == "string" for spec in inputs) else table


def _as_text(table: Any) -> Any:
    """Categories of text as the text that they are, for a model that takes text."""
    from pyarrow import types

    for i, field in enumerate(table.schema):
        if types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(field.type.value_type))
    return table


def _array(column: Any, tail: tuple[int | None, ...]) -> Any:
    """A column of lists as one array `(rows, ...)`; as lists where their lengths differ.

    What is null, a cell, a list in it or an element, is NaN; of whole numbers, which may be ids beyond doubles, it is
    masked. `tail`: the axes that the model expects, for the length of lists that are all null.
    """
    import pyarrow.compute as pc

    sizes, values, place = [len(column)], column, np.arange(len(column))
    while is_list(values.type):
        place = place[values.is_valid().to_numpy(zero_copy_only=False)]
        values = values.drop_null()
        lengths = pc.unique(pc.list_value_length(values)).to_pylist()
        if len(lengths) > 1:
            return column.to_pylist()
        expected = tail[len(sizes) - 1] if len(sizes) <= len(tail) else None
        sizes.append(lengths[0] if lengths else expected or 1)
        place = (place[:, None] * sizes[-1] + np.arange(sizes[-1])).ravel()
        values = values.flatten()
    place = place[values.is_valid().to_numpy(zero_copy_only=False)]
    array = values.drop_null().to_numpy(zero_copy_only=False)
    if len(place) == prod(sizes):
        return array.reshape(sizes)
    if array.dtype.kind not in "iufb":
        filled: Any = np.full(prod(sizes), None, dtype=object)
    elif array.dtype.kind == "f":
        filled = np.full(prod(sizes), np.nan, array.dtype)
    else:
        filled = np.ma.masked_all(prod(sizes), array.dtype)
    filled[place] = array
    return filled.reshape(sizes)
