"""What Keras gets in place of a stream: one of the same kind, whose batches were checked and made ready."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine import fill
from ..observe.streams import ANY_ROWS, observe_spec
from ..plan import object_at
from ..report import Diagnosis
from ..targets import TargetSpec
from .elements import in_structure, observe_targets, parts_of, tuples
from .targets import assign

if TYPE_CHECKING:
    from .streams import BatchCheck


def wrapped(check: BatchCheck) -> Any:
    """A dataset for a dataset, a PyDataset for a PyDataset, a loader for a loader, else a generator."""
    stream = check.job.observed.stream
    assert stream is not None
    make = {"dataset": _dataset, "sequence": _sequence, "loader": _loader}.get(stream.source, _generator)
    return make(check, check.job.observed.data)


def _generator(check: BatchCheck, data: Any) -> Iterator[Any]:
    places = count()
    while True:
        try:
            item = next(data)
        except StopIteration:
            if next(places) == 0:
                check.stop(Diagnosis("stream_empty", check.job.observed.arg, {"is_used": True}))
            return
        except BaseException as error:
            check.error = error
            raise
        yield check(next(places), item)


def _sequence(check: BatchCheck, data: Any) -> Any:
    base: Any = next(
        cls for cls in type(data).__mro__
        if (cls.__name__, cls.__module__.split(".")[0]) in (("PyDataset", "keras"), ("Sequence", "tf_keras"))
    )  # fmt: skip
    options = ("workers", "use_multiprocessing", "max_queue_size") if base.__name__ == "PyDataset" else ()

    class Checked(base):
        def __len__(self) -> int:
            return len(data)

        @property
        def num_batches(self) -> Any:
            return data.num_batches if hasattr(data, "num_batches") else len(data)

        def __getitem__(self, i: int) -> Any:
            try:
                item = data[i]
            except BaseException as error:
                check.error = error
                raise
            return check(int(i), item)

        def on_epoch_begin(self) -> None:
            getattr(data, "on_epoch_begin", lambda: None)()

        def on_epoch_end(self) -> None:
            data.on_epoch_end()

    return Checked(**{name: getattr(data, name) for name in options})


def _loader(check: BatchCheck, data: Any) -> Any:
    stream = check.job.observed.stream
    assert stream is not None

    def batches(self: Any) -> Iterator[Any]:
        import torch  # type: ignore[import-not-found, unused-ignore]

        # now, not at the first batch: a loader takes its seed when it is asked, and Keras may ask more than once
        drawn = enumerate(stream.draw())
        as_tensor = partial(_mapped, lambda part: torch.as_tensor(np.ascontiguousarray(part)))
        return (as_tensor(check(index, item)) for index, item in drawn)

    # a loader can't be asked for how it was made: a copy draws in its place
    loader = copy(data)
    loader.__class__ = type(type(data).__name__, (type(data),), {"__iter__": batches})
    return loader


def _mapped(function: Any, node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _mapped(function, value) for key, value in node.items()}
    return tuple(_mapped(function, item) for item in node) if isinstance(node, tuple) else function(node)


def _dataset(check: BatchCheck, data: Any) -> Any:
    """The pipeline with one step more, which keeps what it says of its sizes."""
    import tensorflow as tf

    given = data.element_spec
    structure = made_spec(check, given)
    specs = tf.nest.flatten(structure)

    def inside(index: Any, *leaves: Any) -> list[Any]:
        ready = check(int(index), tf.nest.pack_sequence_as(given, leaves))
        return [tf.convert_to_tensor(a, s.dtype) for a, s in zip(tf.nest.flatten(ready), specs, strict=True)]

    @tf.autograph.experimental.do_not_convert
    def step(index: Any, item: Any) -> Any:
        leaves = tf.nest.flatten(item, expand_composites=False)
        results = tf.py_function(inside, [index, *leaves], [spec.dtype for spec in specs])
        for result, spec in zip(results, specs, strict=True):
            result.set_shape(spec.shape)
        return tf.nest.pack_sequence_as(structure, results)

    return tf.data.Dataset.zip((tf.data.Dataset.counter(), data)).map(step)


def made_spec(check: BatchCheck, given: Any) -> Any:
    """The sizes and types of what the checked step gives."""
    import tensorflow as tf

    x, y, weight = parts_of(given)
    parts: list[Any] = [_input_specs(check, x)]
    if y is not None:
        described = observe_targets(y, check.job.call.y)
        assert described is not None
        pairs: Any = assign(check.specs, described)
        parts.append(in_structure(described, [_target_spec(spec, part) for spec, part in pairs], check.specs))
    if weight is not None:
        parts.append(tf.nest.map_structure(_weight_spec, weight))
    return tuples(tuple(parts))


def _input_specs(check: BatchCheck, x: Any) -> Any:
    import tensorflow as tf

    from .. import job as jobs

    job = check.job
    assert job.state is not None
    observed = observe_spec(x, job.observed.arg)
    batch = None
    if observed is not None:
        batch = jobs.start(job.call, job.model, observed, job.options, job.state, has_values=False, known=job.known)
    if batch is not None and batch.ok:
        made = []
        assert batch.plan is not None
        for item in batch.plan.inputs:
            is_changed = item.steps or item.encoding is not None
            sizes = item.spec.shape if is_changed else object_at(item.path, batch.observed).shape
            made.append(tf.TensorSpec([None if size == ANY_ROWS else size for size in sizes], item.dtype))
        return fill(batch.plan.structure, made)
    signature = job.state.signature
    made = [tf.TensorSpec((None, *spec.shape[1:]), spec.dtype or "float32") for spec in signature.inputs]
    return fill(signature.structure, made)


def _target_spec(spec: TargetSpec, part: Any) -> Any:
    import tensorflow as tf

    if part is None:
        return None
    first = None if part.shape[0] == ANY_ROWS else part.shape[0]
    if spec.kind in ("custom", "none"):  # given as they are
        whole = np.dtype(part.kind.dtype).kind in "iub" if part.kind.elements != "text" else False
        sizes = None if ANY_ROWS in part.shape[1:] else (first, *part.shape[1:])
        return tf.TensorSpec(sizes, part.kind.dtype if whole else "float32")
    tail = spec.shape[1:]
    if len(part.shape) == len(spec.shape):
        pairs = zip(tail, part.shape[1:], strict=True)
        tail = tuple(size if size is not None or had == ANY_ROWS else had for size, had in pairs)
    return tf.TensorSpec((first, *tail), "int32" if spec.kind == "sparse" else "float32")


def _weight_spec(given: Any) -> Any:
    import tensorflow as tf

    sizes = given.shape
    if sizes.rank == 2 and sizes[1] == 1:  # one per sample
        sizes = sizes[:1]
    return tf.TensorSpec(sizes, "float32")
