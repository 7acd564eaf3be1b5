"""Words about targets."""

from __future__ import annotations

from .entry import Both, Entry, Fix

TARGETS: dict[str, Entry] = {
    "label_rows": Entry(
        "label",
        "`{arg}` must have one target for each sample of `{x}`, not {received} for {rows}.",
        ("`{x}` has {rows:rows}, `{arg}` {received}.",),
        (Fix("with both of the same samples",
             code=Both("{called}({model}, X_OF_SAME_ROWS, Y_OF_SAME_ROWS)", "{called}({model}, X_OF_SAME_ROWS, Y_OF_SAME_ROWS)")),),
    ),
}  # fmt: skip
