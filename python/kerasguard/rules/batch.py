"""Does the batch size suit a model that keeps a state between batches?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..report import Diagnosis, Finding, Notice
from ..signature import ModelSignature


def check_batch(signature: ModelSignature, rows: int, arg: str, options: Any) -> Iterator[Finding]:
    """A stateful model takes whole batches of its own size only; padding would feed its state invented data."""
    size = signature.stateful_batch
    if size is None:
        return
    facts = {"size": size, "rows": rows, "batch_size": options.batch_size, "rank": len(signature.inputs[0].shape)}
    if options.batch_size not in (None, "auto") and int(options.batch_size) != size:
        yield Diagnosis("batch_stateful_size", "batch_size", facts)
    elif rows % size:
        yield Diagnosis("batch_stateful_rows", arg, facts | {"whole": rows - rows % size})
    elif options.batch_size in (None, "auto") and size != 32:
        yield Notice("batch_stateful", arg, "message", facts)
