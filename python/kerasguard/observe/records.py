"""Records: one object per sample, each with the same named values. Together they are a table."""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Mapping
from typing import Any

import numpy as np

from .frames import is_pandas

SINGLE = (str, bytes, int, float, complex, decimal.Decimal, np.generic, type(None))


def fields_of(item: Any) -> dict[str, Any] | None:
    """The named values of a dataclass or of a pydantic model; None for anything else."""
    if isinstance(item, type):
        return None
    if dataclasses.is_dataclass(item):
        return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    if hasattr(type(item), "model_fields") and hasattr(type(item), "model_dump"):
        return dict(item)
    return None


def columns_of(items: list | tuple) -> dict[Any, list[Any]] | None:
    """The columns that records make, a value that a record does not have being None; None where there are no records.

    Records are dicts, dataclasses, named tuples and, if their labels stand in different orders, series.
    """
    if not items or not _may_be_record(items[0]):
        return None
    records = [_record(item) for item in items]
    if not all(records):
        return None
    names = list(dict.fromkeys(name for record in records for name in record or ()))
    # dicts without a common name are no samples of one table
    if not set(names).intersection(*(record or () for record in records)):
        return None
    if all(is_pandas(item) for item in items) and not _same_labels_in_other_orders(records):
        return None
    return {name: [(record or {}).get(name) for record in records] for name in names}


def _may_be_record(item: Any) -> bool:
    return isinstance(item, (Mapping, tuple)) or is_pandas(item) or fields_of(item) is not None


def _record(item: Any) -> Mapping[Any, Any] | None:
    if isinstance(item, Mapping):
        return item
    if isinstance(item, tuple):
        fields = getattr(item, "_fields", None)
        return dict(zip(fields, item, strict=True)) if fields else None
    if is_pandas(item):
        labels = getattr(item, "index", ())
        named = getattr(item, "ndim", 0) == 1 and all(isinstance(label, str) for label in labels)
        return dict(zip(labels, item, strict=True)) if named and len(set(labels)) == len(labels) else None
    return fields_of(item)


def _same_labels_in_other_orders(records: list[Any]) -> bool:
    orders = {tuple(record) for record in records}
    return len(orders) > 1 and len({frozenset(order) for order in orders}) == 1


def are_single(values: list[Any]) -> bool:
    """Whether these values are single cells of a table rather than arrays or lists."""
    # by type first: a million records have few types
    unlike = tuple(kind for kind in set(map(type, values)) if not issubclass(kind, SINGLE))
    return not unlike or all(_is_single(value) for value in values if isinstance(value, unlike))


def _is_single(value: Any) -> bool:
    return not isinstance(value, (list, tuple, Mapping)) and fields_of(value) is None and np.ndim(value) == 0
