"""Model -> SavedModel folder, whole or not at all: written beside the old folder, whose place it then takes."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from ..blueprint_json import MEMBER
from .look import MODEL_NAMES

# What TensorFlow and Keras write into a SavedModel folder, and the blueprint beside it.
MEMBERS = {
    *MODEL_NAMES, "fingerprint.pb", "keras_metadata.pb", "variables", "assets", "assets.extra", MEMBER,
}  # fmt: skip


def may_replace(folder: Path) -> bool:
    """Whether a folder is a SavedModel, with no other files in it that would be lost."""
    names = {entry.name for entry in folder.iterdir()}
    return names <= MEMBERS and bool(names & set(MODEL_NAMES))


def export(model: Any, draft: Path) -> None:
    """What Keras writes for inference, without what it prints."""
    quiet = {"verbose": False} if "verbose" in inspect.signature(model.export).parameters else {}
    with contextlib.redirect_stdout(io.StringIO()):
        model.export(str(draft), **quiet)


def settle_folder(draft: Path, target: Path) -> None:
    """On the disk before it takes the place of the old folder, which is put back if that fails."""
    for path in draft.rglob("*"):
        if path.is_file():
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
    if not target.exists():
        os.replace(draft, target)
        return
    shutil.copymode(target, draft)
    old = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    os.replace(target, old)
    try:
        os.replace(draft, target)
    except BaseException:
        os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)
