"""A model's forward pass as one compiled function, with exactly predict()'s numbers.

predict() runs its graph once per batch, and a row's last bits depend on how rows are grouped into batches. So the
compiled pass keeps predict()'s own batches: a loop inside the graph over slices of `batch_size` rows.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..memory import is_aligned
from ..model_graph import layers_of
from ..signature import ModelSignature, TensorSpec
from .structure import fill, flatten, pack

# Graphs with these run differently each time, keep a state, or act outside: predict() alone is right.
UNSAFE_OPS = (
    "Random", "TruncatedNormal", "Multinomial", "Assign", "ResourceScatter", "PyFunc", "Print", "WriteFile",
    "WriteSummary", "Save", "LookupTableInsert", "LookupTableImport", "LookupTableRemove", "Queue", "Timestamp",
)  # fmt: skip
# stateful by TensorFlow's own word, though they only read, or call what is looked at on its own
READING_OPS = (
    "ReadVariableOp", "VarHandleOp", "ResourceGather", "LookupTableFind", "LookupTableSize", "HashTable", "Placeholder",
    "StatefulPartitionedCall", "PartitionedCall", "While", "If", "Case", "XlaLaunch",
)  # fmt: skip
# Their loops unroll by the static batch size that predict() traces with: other bits in the last place.
SHAPED_BY_BATCH = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
# Small batches of small models leave the processor waiting for the loop itself: four of them side by side take two
# thirds of the time. Of large ones that would multiply the memory; of large graphs, or for a few batches, the larger
# loop would cost a first call more than it gains.
SIDE_BY_SIDE, SMALL_BATCH, SMALL_BYTES, MANY_BATCHES, SMALL_GRAPH = 4, 256, 2**20, 16, 300
# Larger batches are hardly faster, and each part of a data set may have one to be filled up. Of rows whose activations
# are small, more of them leave less time to the loop.
STEADY_BATCH, STEADY_LARGE, STEADY_BYTES, STEADY_SMALL = 512, 1024, 8 * 2**20, 2**18
TRAINER = "keras.src.backend.tensorflow.trainer"


class NotCompilable(Exception):
    """This model is left to predict(); the text says why."""


def why_not(model: Any, signature: ModelSignature) -> str | None:
    """What speaks against a compiled pass, as far as the model tells before it is traced."""
    for name in ("predict", "make_predict_function"):
        method = getattr(model, name, None)
        if getattr(method, "__module__", "") != TRAINER or name in model.__dict__:
            return f"{name}() is not that of Keras on TensorFlow"
    if model.run_eagerly or model.steps_per_execution != 1:
        return "it is compiled with run_eagerly or steps_per_execution"
    if type(model.distribute_strategy).__name__ != "_DefaultDistributionStrategy":
        return "it is distributed"
    if signature.stateful_batch is not None or not signature.inputs:
        return "it keeps a state"
    if any(type(layer).__name__ in SHAPED_BY_BATCH for layer in layers_of(model)):
        return "its bits depend on the batch size that predict() was first called with"
    return None


def has_own_code(model: Any) -> bool:
    """Whether a layer or the model itself is not Keras' own: its code may read the batch size as a number."""
    return any(not type(part).__module__.startswith("keras.") for part in (model, *layers_of(model)))


class CompiledPass:
    """Traced when made, without running the model; the loop over batches is traced when first needed."""

    def __init__(self, model: Any, signature: ModelSignature, dtypes: tuple[str, ...]) -> None:
        import tensorflow as tf

        structure = signature.structure
        specs = zip(signature.inputs, dtypes, strict=True)
        self._specs = [tf.TensorSpec(_bound_shape(spec), dtype) for spec, dtype in specs]
        predict_step = model.predict_step
        if model.jit_compile:  # as predict() does
            predict_step = tf.function(predict_step, reduce_retracing=True, jit_compile=True)
        outputs: dict[str, Any] = {}

        def step(*tensors: Any) -> list[Any]:
            result = predict_step((fill(structure, tensors),))
            outputs["structure"] = pack(result)
            return flatten(result)

        try:
            with tf.init_scope():  # a caller's own graph must not get into it
                self._one = tf.function(step, input_signature=self._specs, autograph=False).get_concrete_function()
                if has_own_code(model):
                    self._compare_with_static(step, signature, dtypes)
        except NotCompilable:
            raise
        except Exception as error:  # what can't be traced for any number of rows
            raise NotCompilable(f"{type(error).__name__}: {error}") from error
        self._check()
        self._loops: dict[int, Any] = {}
        self._is_small = len(self._one.graph.get_operations()) <= SMALL_GRAPH
        self._widest: int | None = None
        self._convert, self._adopt = tf.convert_to_tensor, tf.experimental.dlpack.from_dlpack
        self.output_structure = outputs["structure"]

    def _check(self) -> None:
        import tensorflow as tf

        inner = {node.op for f in self._one.graph.as_graph_def().library.function for node in f.node_def}
        outer = {op.type for op in self._one.graph.get_operations() if op.op_def.is_stateful}
        unsafe = {op for op in inner if any(word in op for word in UNSAFE_OPS)}
        unsafe |= {op for op in outer if not op.startswith(READING_OPS)}
        if unsafe:
            raise NotCompilable(f"its graph has {', '.join(sorted(unsafe))}")
        is_free = any(None in spec.shape.as_list()[1:] for spec in self._specs)
        for output in self._one.structured_outputs:
            if not isinstance(output, (tf.Tensor, tf.TensorSpec)) or not output.shape.rank:
                raise NotCompilable("an output is no array of samples")
            if output.shape[0] is not None or (None in output.shape.as_list()[1:] and not is_free):
                raise NotCompilable("the size of an output depends on the values")

    def _compare_with_static(self, step: Any, signature: ModelSignature, dtypes: tuple[str, ...]) -> None:
        """Refuse code that makes another graph for a batch size it knows, as predict() traces it."""
        import tensorflow as tf

        specs = zip(signature.inputs, dtypes, strict=True)
        static = [tf.TensorSpec((32, *spec.shape[1:]), dtype) for spec, dtype in specs]
        other = tf.function(step, input_signature=static, autograph=False).get_concrete_function()
        if _operations(other) != _operations(self._one):
            raise NotCompilable("its graph depends on the batch size")

    def _make_loop(self, at_once: int) -> Any:
        """The pass over batch after batch; `at_once` of them stand side by side in the graph."""
        import tensorflow as tf

        one, outputs = self._one, self._one.structured_outputs

        def loop(size: Any, *tensors: Any) -> list[Any]:
            rows = tf.shape(tensors[0])[0]
            count = (rows + size - 1) // size
            arrays = [
                tf.TensorArray(spec.dtype, size=count, infer_shape=False, element_shape=spec.shape) for spec in outputs
            ]

            def batch(i: Any, filled: tuple[Any, ...]) -> tuple[Any, ...]:
                start, stop = i * size, tf.minimum((i + 1) * size, rows)
                results = one(*[tensor[start:stop] for tensor in tensors])
                return tuple(array.write(i, result) for array, result in zip(filled, results, strict=True))

            def group(i: Any, *filled: Any) -> tuple[Any, ...]:
                for k in range(at_once):
                    filled = batch(i + k, filled)
                return (i + at_once, *filled)

            state = (tf.constant(0), *arrays)
            if at_once > 1:
                grouped = count // at_once * at_once
                state = tf.while_loop(lambda i, *_: i < grouped, group, state, parallel_iterations=2)
            final = tf.while_loop(
                lambda i, *_: i < count, lambda i, *filled: (i + 1, *batch(i, filled)), state, parallel_iterations=1
            )
            return [array.concat() for array in final[1:]]

        size = tf.TensorSpec((), tf.int32)
        with tf.init_scope():
            return tf.function(loop, input_signature=[size, *self._specs], autograph=False).get_concrete_function()

    def run(self, arrays: list[Any], batch_size: int) -> list[np.ndarray]:
        """Predict rows in batches of `batch_size`. The results may share memory with TensorFlow or with `arrays`."""
        tensors = [self._tensor(array) for array in arrays]
        if arrays[0].shape[0] <= batch_size:
            results = self._one(*tensors)
        else:
            many = arrays[0].shape[0] >= MANY_BATCHES * batch_size
            small = many and self._is_small and self._is_small_batch(batch_size)
            at_once = SIDE_BY_SIDE if small else 1
            if at_once not in self._loops:
                self._loops[at_once] = self._make_loop(at_once)
            results = self._loops[at_once](self._convert(np.int32(batch_size)), *tensors)
        return [np.asarray(tensor) for tensor in results]

    def _is_small_batch(self, rows: int) -> bool:
        return rows <= SMALL_BATCH or rows * self.widest_row() <= SMALL_BYTES

    def _tensor(self, array: Any) -> Any:
        """A tensor over the memory of one of our own arrays, which nobody else writes to.

        TensorFlow aborts the process on memory that is not aligned or not in C order: both are looked at here.
        """
        if isinstance(array, np.ndarray) and array.dtype == np.float32 and array.size and is_aligned(array):
            return self._adopt(array.__dlpack__())
        return self._convert(array)

    def steady_batch(self) -> int:
        """Rows per batch that suit a long run of rows, the same for this model wherever it runs."""
        widest = self.widest_row()
        most = STEADY_LARGE if STEADY_LARGE * widest <= STEADY_SMALL else STEADY_BATCH
        return min(max(STEADY_BYTES // widest // 32 * 32, 32), most)

    def output_bytes(self) -> int:
        """Bytes of one sample's outputs, free axes counted as one."""
        shapes = ((output.shape.as_list()[1:], output.dtype.size) for output in self._one.structured_outputs)
        return sum(prod(size or 1 for size in shape) * max(width, 1) for shape, width in shapes)

    def widest_row(self) -> int:
        """Bytes of the largest activation of one sample, as far as the graph tells."""
        if self._widest is None:
            self._widest = self._measure_widest()
        return self._widest

    def _measure_widest(self) -> int:
        widest = 1
        for operation in self._one.graph.get_operations():
            for tensor in operation.outputs:
                shape = tensor.shape
                if shape.rank and shape[0] is None and None not in shape[1:]:
                    widest = max(widest, int(np.prod(shape[1:], dtype=np.int64)) * max(tensor.dtype.size, 1))
        return widest


def _operations(function: Any) -> list[tuple[str, bytes]]:
    """What a graph computes, as far as two traces of the same code can differ: its operations and constants."""
    return sorted(
        (op.type, op.get_attr("value").SerializeToString() if op.type == "Const" else b"")
        for op in function.graph.get_operations()
    )


def _bound_shape(spec: TensorSpec) -> tuple[int | None, ...]:
    """The sizes that bind: what only a first call showed may be another next time, but for the last axis."""
    return spec.shape if spec.firm else (*[None] * (len(spec.shape) - 1), spec.shape[-1])
