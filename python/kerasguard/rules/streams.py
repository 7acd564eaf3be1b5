"""What can be said of a stream before its batches pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def check_passes(observed: Observed, steps: Mapping[str, Any], has_y: bool, has_weight: bool) -> Iterator[Finding]:
    """Refuse what can't be given beside a stream, and passes that would never end or start.

    `steps`: `steps`, the batches of a pass, None for all; `passes`: how often it is gone through; `split`: the share of
    rows that validates.
    """
    stream, arg = observed.stream, observed.arg
    assert stream is not None
    count = len(stream.spec) if isinstance(stream.spec, tuple) else 1
    known = stream.spec is not None
    is_dataset = stream.source == "dataset"
    if has_y:
        facts = {"stream": arg, "has_targets": not known or count > 1, "zips": is_dataset and count == 1}
        yield Diagnosis("stream_y", arg, facts)
    if has_weight:
        yield Diagnosis("stream_sample_weight", arg, {"has_weights": known and count > 2})
    if steps.get("split"):
        can_split = is_dataset and stream.length is not None and stream.shuffled is None
        yield Diagnosis("stream_split", arg, {"is_dataset": can_split})
    if stream.length == 0:
        yield Diagnosis("stream_empty", arg, {"is_used": False})
    if steps.get("steps") is None and stream.is_endless:
        yield Diagnosis("stream_endless", arg)
    elif steps.get("steps") is None and stream.source == "iterator" and steps.get("passes", 1) > 1:
        yield Diagnosis("stream_epochs", arg, {"passes": int(steps["passes"])})


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
