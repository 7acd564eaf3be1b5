"""Run the model on a plan's data: compiled where that is exact, through predict() where only that is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from traceback import walk_tb
from typing import Any

import numpy as np

from ..plan import Plan
from ..tiles import Tiles
from .compiled import CompiledPass
from .state import ModelState
from .structure import fill, flatten, pack

DEFAULT_BATCH = 32  # predict()'s own
TILE_BYTES = 4 * 2**20  # fits a processor's cache, and is large enough to make the price of a call vanish
# What Keras says when an earlier call with another rank left its graph unable to run the right one.
SPOILED = ("unknown rank", "non-first call")


@dataclass(frozen=True)
class Run:
    """How to run: Keras' `verbose` and `callbacks`.

    `progress` is told of rows done and rows in all, None while unknown.
    `one_batch`: all rows are one batch of a stream, which looks after the rest itself.
    `steady`: the rows are a part of a data set: each is computed in a batch of one and the same size, a short one
    filled up with copies of its last row, so that no number depends on where a part ends.
    """

    verbose: Any = 0
    callbacks: Any = None
    progress: Callable[[int, int | None], Any] | None = None
    one_batch: bool = False
    steady: bool = False


@dataclass
class Outcome:
    """The prediction; or an `error` of Keras; or nothing, where `look` found problems.

    `healed`: predict() could not run any more and was mended.
    """

    value: Any = None
    error: Exception | None = None
    healed: bool = False
    found: list[Any] = field(default_factory=list)


def forward(
    model: Any, state: ModelState, plan: Plan, tiles: list[Tiles], look: Callable[[], list[Any]], run: Run
) -> Outcome:
    """Predict.

    Args:
        tiles: The data of each input.
        look: Looks closer at all values and gives findings; asked once, when a tile is suspicious.
        run: See `Run`.

    Returns:
        What predict() returns, bit for bit unless `plan.batch_size` is "auto".
    """
    outcome, rows = Outcome(), tiles[0].rows
    if any(tile.suspicious for tile in tiles):
        outcome.found = look()
        if _stops(outcome.found):
            return outcome
    dtypes = tuple(item.dtype for item in plan.inputs)
    by_predict = run.callbacks or plan.batches is not None or rows == 0
    compiled = None if by_predict else state.compiled(model, dtypes)
    if compiled is None:
        _through_predict(model, state, plan, tiles, look, run, outcome)
    else:
        with np.errstate(over="ignore", invalid="ignore"):  # of casts, which the tiles themselves notice
            _compiled(model, state, compiled, plan, tiles, look, run, outcome)
    return outcome


def _stops(found: list[Any]) -> bool:
    return any(finding.level == "refusal" for finding in found)


def _are_rows(parts: list[np.ndarray], count: int, results: list[np.ndarray]) -> bool:
    """Whether every output has one row per sample, of the sizes that it had before."""
    same = all(part.shape[1:] == result.shape[1:] for part, result in zip(parts, results, strict=bool(results)))
    return same and all(part.ndim > 0 and part.shape[0] == count for part in parts)


def _compiled(
    model: Any, state: ModelState, compiled: CompiledPass, plan: Plan, tiles: list[Tiles],
    look: Callable[[], list[Any]], run: Run, outcome: Outcome,
) -> None:  # fmt: skip
    rows = tiles[0].rows
    batch = chunk = rows
    if not run.one_batch:
        steady = compiled.steady_batch() if run.steady else None
        batch, chunk = _sizes(compiled, plan, sum(tile.row_bytes for tile in tiles), steady)
    results: list[np.ndarray] = []
    looked = any(tile.suspicious for tile in tiles)
    for start in range(0, rows, chunk):
        stop = min(start + chunk, rows)
        arrays = [tile.tile(start, stop) for tile in tiles]
        if not looked and any(tile.suspicious for tile in tiles):
            looked = True
            outcome.found = look()
            if _stops(outcome.found):
                return
        if run.steady:
            arrays = [_filled_up(array, batch) for array in arrays]
        try:
            parts = compiled.run(arrays, batch)
        except Exception as error:  # of the model or of the loop around it: predict() knows which
            raise_interrupt(error)
            parts = None
        if run.steady and parts is not None and _are_rows(parts, len(arrays[0]), results):
            parts = [part[: stop - start] for part in parts]
        if parts is None or not _are_rows(parts, stop - start, results):
            _through_predict(model, state, plan, tiles, look, run, outcome)
            return
        if stop - start == rows:
            # a model that hands its input through hands over our tile, which is not used again
            results = [np.array(part) for part in parts]
        else:
            if not results:
                results = [np.empty((rows, *part.shape[1:]), part.dtype) for part in parts]
            for result, part in zip(results, parts, strict=True):
                result[start:stop] = part
        if run.progress is not None:
            run.progress(stop, rows)
    outcome.value = fill(compiled.output_structure, results)


def _filled_up(array: Any, size: int) -> Any:
    """Whole batches of rows: what is missing of the last one are copies of the last row."""
    missing = -len(array) % size
    return array if not missing else np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])


def _sizes(compiled: CompiledPass, plan: Plan, row_bytes: int, steady: int | None = None) -> tuple[int, int]:
    """Rows per batch, and rows per tile: whole batches, near the size that suits the cache.

    Input and output of a tile are bounded, and what it computes, so that Ctrl-C need not wait long.
    """
    if plan.batch_size == "auto":
        chunk = min(max(2 * TILE_BYTES // compiled.widest_row(), 256), 16384)
        return chunk, chunk
    batch = steady or (DEFAULT_BATCH if plan.batch_size is None else int(plan.batch_size))
    rows = min(TILE_BYTES // max(row_bytes, compiled.output_bytes(), 1), 64 * TILE_BYTES // compiled.widest_row())
    return batch, max(rows // batch, 1) * batch


def _through_predict(
    model: Any,
    state: ModelState,
    plan: Plan,
    tiles: list[Tiles],
    look: Callable[[], list[Any]],
    run: Run,
    outcome: Outcome,
) -> None:
    rows = tiles[0].rows
    with np.errstate(over="ignore", invalid="ignore"):
        arrays = [tile.tile(0, rows) for tile in tiles]
    if any(tile.suspicious for tile in tiles) and not outcome.found:
        outcome.found = look()
        if _stops(outcome.found):
            return
    if run.steady and rows:
        arrays = [_filled_up(array, DEFAULT_BATCH) for array in arrays]
    inputs = fill(plan.structure, arrays)
    if rows == 0:
        outcome.value = empty_output(model, inputs)
        return
    size = DEFAULT_BATCH if plan.batch_size == "auto" else plan.batch_size
    arguments = dict(batch_size=size, steps=plan.batches, callbacks=run.callbacks, verbose=run.verbose)
    predict = partial(model.predict, inputs, **arguments)
    if run.one_batch:
        predict = partial(_one_batch, model, inputs, rows)
    with state.running:
        if state.is_stale:
            model.make_predict_function(force=True)
            state.is_stale = False
        try:
            outcome.value = predict()
        except Exception as error:
            raise_interrupt(error)
            if any(text in str(error) for text in SPOILED):
                _heal(model, predict, outcome)
            else:
                outcome.error = error
    if run.steady and outcome.value is not None:
        parts = flatten(outcome.value)
        if _are_rows(parts, len(arrays[0]), []):
            outcome.value = fill(pack(outcome.value), [part[:rows] for part in parts])


def raise_interrupt(error: Exception) -> None:
    """Ctrl-C in R, which reticulate 1.28 hands on as an error of its own where it comes while TensorFlow runs."""
    if any(frame.f_code.co_name == "_signal_handler" for frame, _ in walk_tb(error.__traceback__)):
        raise KeyboardInterrupt from error


def _one_batch(model: Any, inputs: Any, rows: int) -> Any:
    """What predict() does with one batch; a predict() of the user's own is asked itself."""
    if type(model).predict.__module__.startswith(("keras.src.backend.", "tf_keras.")):
        return model.predict_on_batch(inputs)
    return model.predict(inputs, batch_size=rows, verbose=0)


def _heal(model: Any, predict: Callable[[], Any], outcome: Outcome) -> None:
    model.make_predict_function(force=True)
    try:
        outcome.value = predict()
        outcome.healed = True
    except Exception as error:
        outcome.error = error


def empty_output(model: Any, inputs: Any) -> Any:
    """The answer to no rows: arrays `(0, *output_shape[1:])` in the model's output structure."""
    try:
        spec = model.output if getattr(model, "built", False) else None
    except (AttributeError, ValueError):  # subclassed; of Keras before 3.6 a Sequential too
        spec = None
    if spec is None or any(None in tuple(tensor.shape)[1:] for tensor in flatten(spec)):
        import keras

        spec = model.compute_output_spec(keras.tree.map_structure(_symbolic, inputs))
    return fill(pack(spec), [np.zeros((0, *t.shape[1:]), dtype=_dtype_name(t)) for t in flatten(spec)])


def _symbolic(array: Any) -> Any:
    import keras

    return keras.KerasTensor(array.shape, dtype=_dtype_name(array))


def _dtype_name(tensor: Any) -> str:
    return str(getattr(tensor.dtype, "name", tensor.dtype))
