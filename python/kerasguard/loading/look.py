"""What the bytes of a file say about it, before Keras or TensorFlow is loaded."""

from __future__ import annotations

import bz2
import contextlib
import difflib
import gzip
import io
import lzma
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..report import Diagnosis

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
HDF5_USER_BLOCKS = (0, 512, 1024, 2048)  # the places where the standard lets an HDF5 file begin
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
START = 4096
# Formats that are no Keras files, by their first bytes: (offset, bytes, name).
OTHERS = (
    (4, b"TFL3", "a TensorFlow Lite model"),
    (0, b"\x93NUMPY", "a numpy array"),
    (0, b"%PDF", "a PDF document"),
    (0, b"GGUF", "a GGUF model"),
)
R_HEADS = (b"RDX", b"RDA", b"RDB", b"X\n\x00\x00", b"A\n2\n", b"A\n3\n", b"B\n")
MODEL_NAMES = ("saved_model.pb", "saved_model.pbtxt")


@dataclass(frozen=True)
class Look:
    """What to read: a "zip" or "hdf5" file, or the folder of a "savedmodel" or of an unpacked .keras file."""

    kind: Literal["zip", "hdf5", "savedmodel", "unpacked"]
    file: Path


def look(path: Path) -> Look | Diagnosis:
    """What `path` is; a Diagnosis where it can't be a model."""
    try:
        return _look(path)
    except OSError as error:
        sentence = error.strerror or str(error)
        return Diagnosis("load_unreadable", "path", {"path": str(path), "sentence": sentence.rstrip(".")})


def _look(path: Path) -> Look | Diagnosis:
    shown = str(path)
    if not path.exists():
        if _is_checkpoint(path):
            return weights_only(shown, "a TensorFlow checkpoint")
        facts = {"path": shown, "directory": str(Path.cwd()), "near": _nearest(path)}
        return Diagnosis("load_missing", "path", facts)
    if path.is_dir():
        return _look_into(path)
    if path.name in MODEL_NAMES:
        return Look("savedmodel", path.parent)
    if not path.is_file():
        return Diagnosis("load_format", "path", {"path": shown, "what": "no regular file"})
    with path.open("rb") as stream:
        start = stream.read(START)
        if not start:
            return Diagnosis("load_empty", "path", {"path": shown})
        if any(_begins(stream, offset) for offset in HDF5_USER_BLOCKS):
            return Look("hdf5", path)
    if zipfile.is_zipfile(path):
        return Look("zip", path)
    return _no_model(path, start)


def _begins(stream: io.BufferedReader, offset: int) -> bool:
    stream.seek(offset)
    return stream.read(len(HDF5_MAGIC)) == HDF5_MAGIC


def weights_only(shown: str, what: str) -> Diagnosis:
    """A file of weights without the model that they belong to."""
    is_checkpoint = what.endswith("checkpoint")
    facts = {"path": shown, "what": what, "is_checkpoint": is_checkpoint, "prefix": _prefix(Path(shown))}
    return Diagnosis("load_weights_only", "path", facts)


def _prefix(path: Path) -> str:
    """The prefix by which TensorFlow names a checkpoint of several files."""
    index = sorted(path.glob("*.index"))[-1:] if path.is_dir() else [path]
    text = str(index[0] if index else path)
    return re.sub(r"\.index$|\.data-\d+-of-\d+$", "", text)


def _is_checkpoint(path: Path) -> bool:
    """TensorFlow's checkpoints are named by a prefix that is no file."""
    return path.name != "" and path.with_name(path.name + ".index").is_file()


def _look_into(folder: Path) -> Look | Diagnosis:
    names = {entry.name for entry in os.scandir(folder)}
    shown = str(folder)
    if names & set(MODEL_NAMES):
        return Look("savedmodel", folder)
    if {"config.json", "metadata.json"} <= names:
        return Look("unpacked", folder)
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        return weights_only(shown, "a TensorFlow checkpoint")
    models = sorted(name for name in names if _looks_like_model(folder / name))
    near = str(folder / models[0]) if models else None
    return Diagnosis("load_folder", "path", {"path": shown, "near": near})


def _looks_like_model(path: Path) -> bool:
    if path.suffix in (".keras", ".h5", ".hdf5"):
        return not path.name.endswith(".weights.h5")
    return path.is_dir() and any((path / name).is_file() for name in MODEL_NAMES)


def _nearest(path: Path) -> str | None:
    parent = path.parent
    names = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    shown = [name for name in names if not name.startswith(".")]
    near = difflib.get_close_matches(path.name, shown, 1)
    if not near:  # the right name with another ending
        near = sorted(name for name in names if Path(name).stem == path.stem and _looks_like_model(parent / name))
    return str(parent / near[0]) if near else _elsewhere(path)


MOST_FOLDERS = 100


def _elsewhere(path: Path) -> str | None:
    """A file of that very name in the working directory, or in a folder of it."""
    name = re.split(r"[\\/]", str(path))[-1]
    if not name or name in (".", ".."):
        return None
    with contextlib.suppress(OSError):
        here = Path.cwd()
        folders = sorted(entry.name for entry in os.scandir(here) if entry.is_dir())[:MOST_FOLDERS]
        for folder in ("", *folders):
            if (here / folder / name).is_file():
                return os.path.join(folder, name)
    return None


def _no_model(path: Path, start: bytes) -> Diagnosis:
    """Why a file that is neither HDF5 nor a zip is no model."""
    shown = str(path)
    if start.startswith(ZIP_MAGIC):
        return Diagnosis("load_cut", "path", {"path": shown, "what": "zip", "size": path.stat().st_size})
    if len(start) < len(HDF5_MAGIC) and HDF5_MAGIC.startswith(start):
        return Diagnosis("load_cut", "path", {"path": shown, "what": "HDF5", "size": len(start)})
    if start.startswith(b"version https://git-lfs"):
        return Diagnosis("load_lfs", "path", {"path": shown, "name": path.name})
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return Diagnosis("load_pickle", "path", {"path": shown})
    if _is_r_data(start) or path.suffix.lower() in (".rds", ".rdata", ".rda"):
        return Diagnosis("load_rds", "path", {"path": shown})
    if path.name.endswith(".index") or ".data-0" in path.name or path.name == "checkpoint":
        return weights_only(shown, "part of a TensorFlow checkpoint")
    what = _what_text(start) or next((name for at, magic, name in OTHERS if start[at:].startswith(magic)), None)
    if what is None and path.suffix == ".onnx":
        what = "an ONNX model"
    if what is None and path.suffix == ".pb":
        what = "a frozen graph"
    if what is None and start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        what = "a compressed archive"
    facts = {"path": shown, "what": what, "is_page": what == "a web page", "is_json": what == "JSON"}
    if what == "JSON":
        return Diagnosis("load_json", "path", facts)
    return Diagnosis("load_format", "path", facts)


def _is_r_data(start: bytes) -> bool:
    """saveRDS() and save() write R's own form, compressed by one of three methods or not."""
    for magic, unpack in (
        (b"\x1f\x8b", lambda: gzip.GzipFile(fileobj=io.BytesIO(start)).read(8)),
        (b"BZh", lambda: bz2.BZ2Decompressor().decompress(start, 8)),
        (b"\xfd7zXZ", lambda: lzma.LZMADecompressor().decompress(start, 8)),
    ):
        if start.startswith(magic):
            try:
                return unpack().startswith(R_HEADS)
            except (OSError, EOFError, lzma.LZMAError):
                return False
    return start.startswith(R_HEADS)


def _what_text(start: bytes) -> str | None:
    """What kind of text, if it is text."""
    try:
        text = start.decode("utf-8", errors="strict" if len(start) < START else "ignore")
    except UnicodeDecodeError:
        return None
    if any(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in text):
        return None
    head = text.lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype html", "<html", "<head", "<!doctype")):
        return "a web page"
    if head.startswith("{") and '"' in head:
        return "JSON"
    return "plain text"
