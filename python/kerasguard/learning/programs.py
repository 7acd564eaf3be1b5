"""Which programs learned it."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def versions(session: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which programs learned it; `session`: those that are not Python's."""
    found = {"kerasguard": _own_version(), "python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("keras", "tensorflow", "tf_keras", "jax", "torch"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[name] = str(version)
    return {**found, **(session or {})}


def _own_version() -> str:
    from .. import __version__

    return __version__
