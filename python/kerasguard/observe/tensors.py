"""Tensors of other libraries, and objects whose values are still to be computed."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..report import Given
from ..variables import is_of_torch, torch_values, value_of
from . import observed as make
from .arrays import read_array
from .observed import Observed

# (library, class) -> the line that makes values of it. Computing is the user's to decide: it may take hours.
CONVERSIONS = {
    ("polars", "LazyFrame"): "{}.collect()",
    ("narwhals", "LazyFrame"): "{}.collect()",
    ("dask", "DataFrame"): "{}.compute()",
    ("dask", "Series"): "{}.compute()",
    ("dask", "Array"): "{}.compute()",
    ("duckdb", "DuckDBPyRelation"): "{}.df()",
    ("ibis", "Table"): "{}.to_pandas()",
    ("pyspark", "DataFrame"): "{}.toPandas()",
    ("sqlframe", "DataFrame"): "{}.toPandas()",
    ("pyarrow", "RecordBatchReader"): "{}.read_all()",
    ("pyarrow", "FileSystemDataset"): "{}.to_table()",
    ("pyarrow", "InMemoryDataset"): "{}.to_table()",
    ("pyarrow", "Scanner"): "{}.to_table()",
    ("tensorflow", "SparseTensor"): "tf.sparse.to_dense({})",
    ("jax", "BCOO"): "{}.todense()",
    ("cupy", "ndarray"): "{}.get()",
}  # fmt: skip


def given_of(x: Any, sizes: tuple[int, ...] = ()) -> Given:
    """The library and class of an object."""
    return Given("", f"{_library(x)}.{type(x).__name__}", sizes)


def _library(x: Any) -> str:
    return type(x).__module__.partition(".")[0].lstrip("_")


def read_convertible(x: Any, arg: str) -> Observed | None:
    """Recognise what a line of code makes values of."""
    how = CONVERSIONS.get((_library(x), type(x).__name__))
    if how is None and _library(x) == "torch" and str(getattr(x, "layout", "torch.strided")) != "torch.strided":
        how = "{}.to_dense()"
    return make.convertible(x, arg, given_of(x), how) if how else None


def read_tensor(x: Any, arg: str, observe: Callable[[Any, str], Observed]) -> Observed | None:
    """Anything that numpy can read: tensors, images, buffers. None for anything else."""
    if type(x).__name__ == "RaggedTensor":
        return _read_ragged(x, arg, observe)
    if type(x).__name__ in ("KerasTensor", "SymbolicTensor") or type(x).__name__.endswith("Tracer"):
        return make.symbolic(x, arg, given_of(x))
    data = _as_numpy(x)
    if data is None or (data.dtype.kind == "O" and not data.ndim):
        return None
    seen = read_array(data, arg)
    cls = f"{_library(x)}.{type(x).__name__}"
    return replace(seen, given=replace(seen.given, cls=cls) if seen.given.type != "structured" else seen.given)


def _as_numpy(x: Any) -> np.ndarray | None:
    x = value_of(x)
    cls = type(x)
    try:
        if is_of_torch(x):
            return torch_values(x)
        if hasattr(cls, "__array__") or hasattr(x, "__array_interface__"):
            return np.asarray(x)
        if hasattr(cls, "__dlpack__"):
            return np.from_dlpack(x)
    except Exception:  # no values, on another device, or of a type that numpy does not have
        return None
    return np.asarray(x) if isinstance(x, (memoryview, ctypes.Array)) else None


def _read_ragged(x: Any, arg: str, observe: Callable[[Any, str], Observed]) -> Observed:
    """TensorFlow's ragged tensor: an array where its rows turn out equal, else a list of rows."""
    bounds = [int(size) for size in x.bounding_shape()]
    if int(np.prod(bounds)) == int(np.prod(x.flat_values.shape)):
        return replace(
            read_array(x.to_tensor(), arg), given=Given(x.dtype.name, "tensorflow.RaggedTensor", tuple(bounds))
        )
    return replace(observe(x.to_list(), arg), given=given_of(x, (bounds[0],)))
