"""Data that comes in batches: tf.data datasets, keras.utils.PyDataset, torch DataLoader, generators and iterators.

Reading a stream draws nothing from it. No library is imported: an object of one has brought it along.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, cycle, islice
from typing import Any, Literal

import numpy as np

from ..report import Given
from . import observed as make
from .datasets import INFINITE, reordering_step
from .frames import is_pandas
from .observed import Kind, Observed

Source = Literal["dataset", "sequence", "loader", "iterator"]
# Rows that stand for "any number": a prime that no other axis has.
ANY_ROWS = 1009


@dataclass(frozen=True)
class Stream:
    """How to get at the batches and what is known of them before one is drawn.

    `draw` starts a pass; `end` is told that a pass is over. `length`: how many batches, where that is known.
    `shuffled`: the step that mixes the rows. `spec`: what every batch looks like, where the stream tells.
    """

    source: Source
    draw: Callable[[], Iterator[Any]]
    end: Callable[[], Any] = lambda: None
    length: int | None = None
    is_endless: bool = False
    shuffled: str | None = None
    spec: Any = None

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be read once more."""
        return self.source != "iterator"


def stream_of(x: Any) -> Stream | None:
    """Describe a stream; None for anything else."""
    names = {(cls.__name__, cls.__module__) for cls in type(x).__mro__}
    if any(name == "DatasetV2" and module.startswith("tensorflow.python.") for name, module in names):
        return _dataset(x)
    if any(
        (name, module.split(".")[0]) in (("PyDataset", "keras"), ("Sequence", "tf_keras")) for name, module in names
    ):
        return _sequence(x)
    if any(name == "DataLoader" and module.startswith("torch.utils.data") for name, module in names):
        return _loader(x)
    if isinstance(x, Iterator) and not isinstance(x, (io.IOBase, type)):
        return Stream("iterator", lambda: x, is_endless=isinstance(x, (cycle, count)))
    return None


def read_stream(x: Any, arg: str) -> Observed | None:
    """Describe a stream, or None where it is none."""
    stream = stream_of(x)
    if stream is None:
        return None
    return Observed(arg, Kind("stream"), (), x, Given("", type(x).__name__, ()), stream=stream)


def _dataset(x: Any) -> Stream:
    size = int(x.cardinality())
    return Stream(
        "dataset", lambda: iter(x), length=size if size >= 0 else None, is_endless=size == INFINITE,
        shuffled=reordering_step(x), spec=x.element_spec,
    )  # fmt: skip


def _sequence(x: Any) -> Stream:
    try:
        length = x.num_batches if hasattr(x, "num_batches") else len(x)
    except NotImplementedError:  # Keras' way to say that a PyDataset does not tell its length
        length = None
    end = getattr(x, "on_epoch_end", lambda: None)
    shuffled = "shuffle=True" if getattr(x, "shuffle", False) is True else None
    return Stream("sequence", lambda: _by_index(x, length), end, length, length is None, shuffled)


def _by_index(x: Any, length: int | None) -> Iterator[Any]:
    """Every batch in its order; with several workers some are made ahead, in threads."""
    getattr(x, "on_epoch_begin", lambda: None)()
    places = iter(count() if length is None else range(length))
    workers = getattr(x, "workers", 1) or 1
    if workers == 1:
        yield from map(x.__getitem__, places)
        return
    pool = ThreadPoolExecutor(workers)
    try:
        ahead = max(int(getattr(x, "max_queue_size", 10)), 1)
        waiting = deque(pool.submit(x.__getitem__, i) for i in islice(places, ahead))
        while waiting:
            batch = waiting.popleft().result()
            waiting.extend(pool.submit(x.__getitem__, i) for i in islice(places, 1))
            yield batch
    finally:
        pool.shutdown(cancel_futures=True)


def _loader(x: Any) -> Stream:
    sampler = type(getattr(x, "sampler", None)).__name__
    length = len(x) if hasattr(getattr(x, "dataset", None), "__len__") else None
    shuffled = sampler if "Random" in sampler else None
    return Stream("loader", lambda: map(_detached, x), length=length, shuffled=shuffled)


def _detached(item: Any) -> Any:
    """Tensors as numpy can read them: without a gradient, in main memory."""
    if isinstance(item, dict):
        return {key: _detached(value) for key, value in item.items()}
    if isinstance(item, (list, tuple)):
        return tuple(_detached(value) for value in item)
    return item.detach().cpu() if hasattr(item, "detach") else item


def dense(item: Any) -> Any:
    """The same batch with TensorFlow's tensors, sparse ones too, as numpy arrays."""
    if type(item).__name__ == "EagerTensor":
        return np.asarray(item)
    if isinstance(item, dict):
        return {key: dense(value) for key, value in item.items()}
    if type(item) in (list, tuple):
        return type(item)(map(dense, item))
    if type(item).__name__ == "SparseTensor" and hasattr(item, "dense_shape"):
        import tensorflow as tf

        return np.asarray(tf.sparse.to_dense(item))
    return item


def is_ragged(spec: Any) -> bool:
    """Whether a batch, or what is said of it, holds samples of unlike lengths in one ragged tensor."""
    if isinstance(spec, dict):
        return any(map(is_ragged, spec.values()))
    if isinstance(spec, (list, tuple)):
        return any(map(is_ragged, spec))
    return type(spec).__name__ in ("RaggedTensorSpec", "RaggedTensor")


def observe_spec(spec: Any, arg: str) -> Observed | None:
    """What a dataset says of its elements, as if it were one of them; None where a size other than the rows is free."""
    if isinstance(spec, dict):
        keys = tuple(str(key) for key in spec)
        return _container([observe_spec(value, f"{arg}[{key!r}]") for key, value in spec.items()], arg, keys)
    if isinstance(spec, (list, tuple)):
        return _container([observe_spec(value, f"{arg}[{i}]") for i, value in enumerate(spec)], arg)
    if type(spec).__name__ not in ("TensorSpec", "SparseTensorSpec") or spec.shape.rank is None:
        return None
    sizes = tuple(spec.shape)
    if None in sizes[1:]:
        return None
    is_text = spec.dtype.name == "string"
    one = np.array("", object) if is_text else np.zeros((), spec.dtype.as_numpy_dtype)
    shape = tuple(ANY_ROWS if size is None else size for size in sizes)
    from .arrays import elements_of

    return make.array(
        np.broadcast_to(one, shape), arg, elements="text" if is_text else elements_of(one.dtype), dtype=spec.dtype.name,
        given=Given(spec.dtype.name, "tensor", sizes),
    )  # fmt: skip


def _container(parts: list[Observed | None], arg: str, keys: tuple[str, ...] = ()) -> Observed | None:
    children = tuple(part for part in parts if part is not None)
    if not parts or len(children) < len(parts):
        return None
    cls = "dict" if keys else "tuple"
    return make.container(arg, children, Given("", cls, (len(children),), keys or None), keys)


def with_r_missing(x: Any) -> Any:
    """Python data made in R with NaN for R's NA among integers, which crosses as the least of 32 bits."""
    if isinstance(x, dict):
        return {key: with_r_missing(part) for key, part in x.items()}
    is_vector = isinstance(x, (list, tuple)) and all(type(part) is int for part in x)
    if isinstance(x, (list, tuple)) and not is_vector:
        return type(x)(map(with_r_missing, x))
    if is_pandas(x) and hasattr(x, "columns"):
        parts = [with_r_missing(x.iloc[:, j].to_numpy()) for j in range(x.shape[1]) if x.dtypes.iloc[j] == "int32"]
        return x.replace(np.iinfo("int32").min, np.nan) if any(part.dtype.kind == "f" for part in parts) else x
    is_tensor = getattr(getattr(x, "dtype", None), "name", "") == "int32" and hasattr(x, "numpy")
    values = x.numpy() if is_tensor else np.asarray(x) if is_vector else x
    if not isinstance(values, np.ndarray) or values.dtype.kind != "i":
        return x
    missing = values == np.iinfo("int32").min
    return np.where(missing, np.nan, values) if missing.any() else x
