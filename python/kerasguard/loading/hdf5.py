"""HDF5 files: sound, no larger than they are, and looking at nothing outside themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from ..report import Diagnosis
from .config import read_config
from .look import weights_only

MOST_OBJECTS = 200_000
# A dataset may declare more than it stores: Keras would fill that much memory.
BOMB_BYTES, BOMB_RATIO = 64 * 2**20, 200


def check_hdf5(file: Path, stream: Any = None) -> Diagnosis | None:
    """What speaks against reading `file`, or its part `stream`."""
    import h5py

    facts = {"path": str(file)}
    try:
        with h5py.File(file if stream is None else stream, "r") as h5:
            reason = _find_harm(h5, h5py)
    except Exception as error:  # whatever h5py raises for damaged parts
        text = str(error) or type(error).__name__
        if "truncated" in text or "eof" in text.lower():
            return Diagnosis("load_cut", "path", {**facts, "what": "HDF5", "size": file.stat().st_size})
        return Diagnosis("load_broken", "path", {**facts, "sentence": text.split("\n")[0][:200].rstrip(".")})
    return Diagnosis("load_archive", "path", {**facts, "reason": reason}) if reason else None


def _find_harm(h5: Any, h5py: Any) -> str | None:
    """The first thing that reaches out of the file, or that is far larger than the file."""
    waiting, seen, count, stored, declared = [h5], set(), 0, 0, 0
    while waiting:
        group = waiting.pop()
        for name in group:
            count += 1
            if count > MOST_OBJECTS:
                return f"holds more than {MOST_OBJECTS} objects"
            kind = group.id.links.get_info(name.encode("utf-8")).type
            if kind == h5py.h5l.TYPE_EXTERNAL:
                return f"reads another file ({group.get(name, getlink=True).filename[:80]})"
            if kind == h5py.h5l.TYPE_SOFT:
                continue  # what it points to is reached by its own name
            if kind != h5py.h5l.TYPE_HARD:
                return f"has a link of an unknown kind ({name[:60]})"
            item = group[name]
            place = h5py.h5o.get_info(item.id)
            if (place.fileno, place.addr) in seen:
                continue
            seen.add((place.fileno, place.addr))
            if isinstance(item, h5py.Group):
                waiting.append(item)
            elif isinstance(item, h5py.Dataset):
                if item.external:
                    return f"reads another file ({str(item.external[0][0])[:80]})"
                if item.is_virtual:
                    return f"reads other files ({item.name[:80]})"
                stored, declared = stored + item.id.get_storage_size(), declared + item.nbytes
                if declared > BOMB_BYTES and declared > BOMB_RATIO * max(stored, 1):
                    return f"unpacks {stored:,} bytes to {declared:,} ({item.name[:60]})"
    return None


def read_configs(file: Path) -> tuple[dict[str, Any], dict[str, Any], str] | Diagnosis:
    """The model's config, its training's (empty if it has none), and the version of Keras that wrote the file."""
    import h5py

    facts = {"path": str(file)}
    try:
        with h5py.File(file, "r") as h5:
            raw, training = (_text(h5.attrs.get(name)) for name in ("model_config", "training_config"))
            version = _text(h5.attrs.get("keras_version")) or ""
            if raw is None:
                if _holds_weights(h5):
                    return weights_only(str(file), "a file of weights")
                return Diagnosis("load_format", "path", {**facts, "what": "an HDF5 file without a Keras model"})
        train = read_config(training, "its training_config") if training else {}
        return read_config(raw, "its model_config"), train, version
    except Exception as error:  # whatever h5py raises for damaged attributes
        sentence = str(error).split("\n")[0][:200] or type(error).__name__
        return Diagnosis("load_broken", "path", {**facts, "sentence": sentence.rstrip(".")})


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _holds_weights(h5: Any) -> bool:
    """Keras 2 writes layer_names; Keras 3's save_weights() groups named layers, vars and the like."""
    return "layer_names" in h5.attrs or bool({"layers", "vars", "_layer_checkpoint_dependencies"} & set(h5))


def rewrite(source: Path, target: Path, config: dict[str, Any], training: dict[str, Any]) -> None:
    """A copy of an HDF5 file with other configs."""
    import h5py

    shutil.copyfile(source, target)
    with h5py.File(target, "r+") as h5:
        h5.attrs["model_config"] = json.dumps(config)
        if training:
            h5.attrs["training_config"] = json.dumps(training)
