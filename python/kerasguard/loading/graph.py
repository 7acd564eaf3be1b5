"""What was done last to the outputs of a graph of TensorFlow."""

from __future__ import annotations

from typing import Any

ACTIVATIONS = {
    "Softmax": "softmax", "Sigmoid": "sigmoid", "LogSoftmax": "log_softmax", "Relu": "relu", "Relu6": "relu6",
    "Tanh": "tanh", "Elu": "elu", "Selu": "selu", "Softplus": "softplus", "Softsign": "softsign", "Exp": "exponential",
    "MatMul": "linear", "BiasAdd": "linear",
}  # fmt: skip
THROUGH = {"Identity", "Cast", "StopGradient", "EnsureShape"}
DEEPEST = 20  # functions within functions


def activations_of(function: Any) -> list[str | None]:
    """The last activation before each output of a concrete function, as Keras names it; None where it is not seen."""
    graph = function.graph.as_graph_def()
    library = {inner.signature.name: inner for inner in graph.library.function}
    nodes = {node.name: node for node in graph.node}
    return [_behind(tensor.name, nodes, library, DEEPEST) for tensor in function.outputs]


def _behind(tensor: str, nodes: dict[str, Any], library: dict[str, Any], depth: int) -> str | None:
    name, _, index = tensor.partition(":")
    node = nodes.get(name)
    while node is not None and node.op in THROUGH and node.input:
        name, _, index = node.input[0].partition(":")
        node = nodes.get(name)
    if node is None or not depth:
        return None
    if node.op in ACTIVATIONS:
        return ACTIVATIONS[node.op]
    if node.op in ("AddV2", "Add"):  # the bias of a layer, if it is added to what its kernel gave
        before = [nodes[part.split(":")[0]].op for part in node.input if part.split(":")[0] in nodes]
        return "linear" if "MatMul" in before else None
    inner = library.get(node.attr["f"].func.name) if node.op.endswith("PartitionedCall") else None
    if inner is None:
        return None
    result = list(inner.signature.output_arg)[int(index.rpartition(":")[2] or 0)]
    within = {part.name: part for part in inner.node_def}
    return _behind(inner.ret[result.name], within, library, depth - 1)
