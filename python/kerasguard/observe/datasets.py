"""What a tf.data pipeline does to the order of its rows. Read from its steps; nothing is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

INFINITE = -1  # tf.data.INFINITE_CARDINALITY
# A pipeline is written out to see one argument that its steps do not keep; its data would be written out with it.
MOST_BYTES = 2**24


def reordering_step(dataset: Any) -> str | None:
    """The step that gives the rows another order at each pass, or None."""
    steps = list(walk(dataset))
    for step in steps:
        if found := _reorders(step):
            return found
    is_free = dataset.options().deterministic is False
    for step in steps:
        name = type(step).__name__
        if "Parallel" in name and (is_free or getattr(step, "_deterministic", None) == "false"):
            return "deterministic=False"
    parallel = any("ParallelInterleave" in type(step).__name__ for step in steps)
    return "deterministic=False" if parallel and _is_free_interleave(dataset, steps) else None


def walk(dataset: Any) -> Iterator[Any]:
    """A pipeline's steps, from the last one upstream."""
    waiting, seen = [dataset], set()
    while waiting:
        step = waiting.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        yield step
        inputs = getattr(step, "_inputs", None)
        waiting += list(inputs()) if callable(inputs) else []


def _reorders(step: Any) -> str | None:
    name = type(step).__name__
    if "Shuffle" in name:
        size = getattr(step, "_buffer_size", None)
        return None if size is not None and int(size) == 1 else "shuffle()"
    if "DirectedInterleave" in name and any("Random" in type(part).__name__ for part in walk(step._inputs()[0])):
        return "sample_from_datasets()"
    # a dataset made inside interleave() or flat_map()
    function = getattr(getattr(step, "_map_func", None), "function", None)
    if "Interleave" in name or "FlatMap" in name:
        operations = function.graph.get_operations() if function is not None else ()
        return "shuffle()" if any(op.type.startswith("ShuffleDataset") for op in operations) else None
    return None


def _is_free_interleave(dataset: Any, steps: list[Any]) -> bool:
    """Whether interleave(deterministic=False) is among the steps: only the written-out graph tells."""
    tensors = [tensor for step in steps for tensor in getattr(step, "_tensors", ())]
    if sum(getattr(tensor.dtype, "size", 0) * int(tensor.shape.num_elements() or 0) for tensor in tensors) > MOST_BYTES:
        return False
    from tensorflow.core.framework import graph_pb2

    try:
        graph = graph_pb2.GraphDef.FromString(dataset._as_serialized_graph().numpy())
    except Exception:  # a pipeline over things that can't be written out
        return False
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return any(n.op.startswith("ParallelInterleave") and n.attr["deterministic"].s == b"false" for n in nodes)
