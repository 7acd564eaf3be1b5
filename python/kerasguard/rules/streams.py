"""What can be said of a stream before its batches pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..observe import Observed
from ..report import Batch, Diagnosis, Finding, Notice
from ..signature import ModelSignature


def check_stream(observed: Observed, options: Any, is_lazy: bool) -> Iterator[Finding]:
    """Refuse one that never ends (unless the user draws the batches: `is_lazy`); warn of one in no fixed order."""
    stream = observed.stream
    assert stream is not None
    if stream.is_endless and options.steps is None and not is_lazy:
        yield Diagnosis("stream_endless", observed.arg)
    if stream.shuffled:
        # the stream's own spec tells whether it has labels; of others the fix has to ask for them
        is_pair = isinstance(stream.spec, tuple) and len(stream.spec) > 1
        facts = {"how": stream.shuffled, "stream": Batch(None, stream.source, stream.length), "labels": is_pair}
        yield Notice("stream_shuffled", observed.arg, "warning", facts)


def check_item(item: Any, arg: str, signature: ModelSignature) -> Iterator[Diagnosis]:
    """Refuse a tuple that Keras could not take apart, or would take for inputs and targets where it is all inputs."""
    if not isinstance(item, tuple):
        return
    facts = {"count": len(item), "inputs": tuple(spec.name for spec in signature.inputs)}
    if _is_inputs(item, len(signature.inputs)):
        yield Diagnosis("stream_inputs", arg, facts)
    elif not 1 <= len(item) <= 3:
        yield Diagnosis("stream_item", arg, facts)


def _is_inputs(item: tuple[Any, ...], expected: int) -> bool:
    return len(item) == expected > 1 and not isinstance(item[0], (dict, list, tuple))


def check_rows(rows: int, arg: str, signature: ModelSignature) -> Iterator[Diagnosis]:
    """A stateful model takes batches of its own size only, the last one too."""
    size = signature.stateful_batch
    if size is not None and rows != size:
        yield Diagnosis("stream_stateful", arg, {"size": size, "rows": rows})
