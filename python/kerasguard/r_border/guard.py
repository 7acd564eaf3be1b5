"""What R calls of snapshots. R keeps their bytes, and a handle of each while its session lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..blueprint_json import from_json
from ..guarding import Guarded
from ..guarding.calls import guard_with_report, unguard_with_report
from ..messages.guard_lines import guard_lines, summary_lines
from ..report import Call
from .calls import reply
from .show import shown_to_r


def guard(model: Any, names: dict) -> dict[str, Any]:
    """A snapshot: its bytes, a handle that follows the model, and what print() shows where Python does not run."""
    call = Call("guard", "r", names["model"], model_class=names["class"], held=names.get("held"))
    found, report = guard_with_report(call, model)
    if found is None:
        return reply(None, report, None)
    about, data = found.about, found.data
    known = about["blueprint"]
    blueprint = None if known is None else shown_to_r(from_json(known))
    value = {
        "model": bytearray(data), "name": about["name"], "lines": guard_lines(about, len(data), "r"),
        "layers": summary_lines(about, "r"), "versions": about["versions"], "blueprint": blueprint, "handle": found,
    }  # fmt: skip
    return reply(value, report, None)


def open_guard(read: Callable[[], Any], name: str) -> Guarded:
    """A handle of a snapshot that was read from somewhere. `read` gives its bytes, which stay R's."""
    return Guarded(read, {"name": name})


def unguard(guarded: Any, names: dict, custom_objects: Any, safe_mode: Any) -> dict[str, Any]:
    """The live model."""
    call = Call("unguard", "r", names["model"], model_class=names["class"])
    model, report = unguard_with_report(call, guarded, custom_objects, safe_mode)
    return reply(model, report, None)
