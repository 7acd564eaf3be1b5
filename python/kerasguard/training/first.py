"""The first training of a model that declares no input shape: it gets that of the data, as Keras' own fit() does it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from ..engine import flatten, state_of
from ..job import convert, start
from ..options import Options
from ..report import Call, Finding
from ..rules.targets import check_rows
from ..signature import is_model, is_sequential
from .parts import Parts


def build(call: Call, model: Any, parts: Parts, options: Options) -> Sequence[Finding]:
    """Build the model for `x`, once nothing that can be known without it speaks against the data.

    Gives the problems; then the model is as it was. What has no single shape (several inputs, batches, text) is left
    alone: the model stays unbuilt, and is refused as such.
    """
    if not is_model(model) or parts.x.kind.kind not in ("array", "frame") or parts.x.kind.rank < 2:
        return ()
    signature = state_of(model).signature
    if signature.source != "none" or signature.needs_batch or call.function != "safe_fit":
        return ()
    job = start(call, _stand_in(signature.name, parts.x.kind.tail), parts.x, options)
    arrays = convert(job) if job.ok else None
    if arrays is None or job.report.problems:
        return job.report.problems
    array = flatten(arrays)[0]
    return list(check_rows(parts.y, len(array), call.x)) or _build_for(model, array)


def _stand_in(name: str, tail: tuple[int, ...]) -> Any:
    """A model that takes what comes: with it the data are looked at before the real one has any weights."""
    import keras

    inputs = keras.Input(tail)
    return keras.Model(inputs, keras.layers.Identity()(inputs), name=name)


def _build_for(model: Any, array: Any) -> Sequence[Finding]:
    from ..explain.failed import failure  # which explains by the checks of this package
    from ..model_check.walk import walk_unbuilt

    shape = tuple(array.shape)
    if is_sequential(model):
        random_state = random.getstate()  # Keras draws the seeds of layers from it
        _, fault = walk_unbuilt(list(model.layers), shape)
        random.setstate(random_state)
        # copies of the layers were tried: that they can't be copied tells nothing of the layers
        if fault is not None and not fault.code.startswith("error_"):
            return [fault]
    try:
        if is_sequential(model):
            model.build((None, *shape[1:]))
        else:  # a subclassed model is built by its call; a call with symbols would fix the sizes of all axes
            model(array[:1])
    except Exception as error:
        return [failure(model, error)]
    return ()
