"""Predictions -> columns beside the original ones, named as tidymodels names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from math import prod
from typing import Any

import numpy as np

from .. import answers
from ..engine import flatten
from ..job import Job
from ..report import Diagnosis
from ..restore import are_samples, column_names
from ..targets import output_names


def as_columns(job: Job, value: Any, rows: int, types: dict[str, Any] | None) -> tuple[dict[str, Any], Any]:
    """Arrow arrays by name, and what speaks against them.

    Raw numbers are one column per output: `.pred`, of several outputs `.pred_<name>`; float32 of one unit, else lists.
    Classes are `.pred_class`, probabilities `.pred_<class>`. Rows that were left out are null.

    Args:
        job: After its prediction.
        value: What it gave, for all rows.
        rows: How many there are.
        types: Of earlier batches, by name: all batches of a data set have the same.
    """
    assert job.state is not None
    parts = flatten(value)
    names = names_of(job, value)
    missing = None if job.keep is None else np.isin(np.arange(rows), job.keep, invert=True)
    columns: dict[str, Any] = {}
    for i, (name, part) in enumerate(zip(names, parts, strict=True)):
        if isinstance(part, np.ndarray) and not are_samples(part, rows):
            return {}, Diagnosis("score_rows", job.call.x, {"sizes": part.shape, "rows": rows})
        for title, values in titled(part, name).items():
            whole = _whole(job, i) if missing is not None and job.options.type == "raw" else None
            columns[title] = _arrow(values, missing, types[title] if types else whole)
    return columns, None


def names_of(job: Job, value: Any) -> list[str]:
    """Those of the outputs, counted as Keras does where two have the same: a layer may give several. "" of only one."""
    assert job.state is not None
    paths = list(_paths(value))
    if len(paths) == 1:
        return [""]
    found = list(output_names(job.model, job.state.signature))
    names: list[str] = []
    for name in found if len(found) == len(paths) else ["_".join(path) for path in paths]:
        counted = (f"{name}_{i}" for i in count(1))
        names.append(name if name not in names else next(each for each in counted if each not in {*names, *found}))
    return names


def _paths(value: Any) -> Iterator[tuple[str, ...]]:
    """Where an output stands in what the model gives: keys, and places from 1 on."""
    if isinstance(value, Mapping):
        yield from ((str(key), *path) for key in sorted(value) for path in _paths(value[key]))
    elif isinstance(value, (list, tuple)) and not isinstance(value, (answers.Classes, answers.Columns)):
        yield from ((str(i), *path) for i, each in enumerate(value, 1) for path in _paths(each))
    else:
        yield ()


def _whole(job: Job, output: int) -> Any:
    """The type of whole numbers, which are doubles where rows were left out."""
    import pyarrow as pa

    outputs = job.state.signature.outputs if job.state else ()
    dtype = outputs[output].dtype if output < len(outputs) else None
    return pa.from_numpy_dtype(dtype) if dtype and dtype.startswith(("int", "uint", "bool")) else None


def titled(part: Any, output: str) -> dict[str, Any]:
    """The columns of an output, "" of an only one, by their names."""
    if isinstance(part, answers.Classes):
        return {"_".join(filter(None, (".pred_class", output))): part}
    if isinstance(part, answers.Columns):
        titles = column_names(part, "python")
        if output:
            titles = [f".pred_{output}{title.removeprefix('.pred')}" for title in titles]
        return dict(zip(titles, part.values.T, strict=True))
    return {"_".join(filter(None, (".pred", output))): part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part}


def _arrow(values: Any, missing: np.ndarray | None, type_: Any) -> Any:
    """One column of Arrow's: a row each, lists of the further axes."""
    import pyarrow as pa

    if isinstance(values, answers.Classes):
        shape = values.codes.shape
        codes = values.codes.ravel()
        flat = pa.array(list(values.levels)).take(pa.array(codes, mask=codes < 0))
    else:
        shape = values.shape
        values = values.astype("float32") if values.dtype.name == "bfloat16" else values
        flat = pa.array(np.ascontiguousarray(values).ravel(), from_pandas=False)
    for axis in range(len(shape) - 1, 0, -1):
        offsets = np.arange(prod(shape[:axis]) + 1) * shape[axis]
        flat = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat)
    if missing is not None:
        flat = flat.take(pa.array(np.arange(len(flat)), mask=missing))
    return flat if type_ is None else flat.cast(type_)
