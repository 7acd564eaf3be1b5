"""Zip files: what stands in a `.keras` file, read without unpacking it."""

from __future__ import annotations

import json
import re
import stat
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

from ..report import Diagnosis
from .config import MOST_BYTES as MOST_CONFIG
from .config import UnreadableConfigError, read_config
from .hdf5 import check_hdf5

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
# Trained weights shrink to no less than a tenth; only zeros shrink so far, and few models are zeros.
BOMB_BYTES, BOMB_RATIO = 64 * 2**20, 200
MOST_MEMBERS = 100_000


class Unreadable(Exception):
    """A file that Keras must not be given; holds the Diagnosis."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(diagnosis.code)
        self.diagnosis = diagnosis


def read_archive(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The config and metadata of a `.keras` file that is sound.

    Raises:
        Unreadable: If it is damaged, no `.keras` file, or would harm whoever unpacks it.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(file, archive)
            config = read_config(archive.read(CONFIG), CONFIG)
            metadata = read_config(archive.read(METADATA), METADATA) if METADATA in archive.namelist() else {}
            for name in archive.namelist():
                if name.endswith((".npz", ".npy")):
                    _check_arrays(file, archive, name)
                elif name.endswith(".h5"):
                    _check_weights(file, archive, name)
    except (Unreadable, ModuleNotFoundError):
        raise
    except Exception as error:  # whatever zipfile and its decompressors raise for damaged parts
        raise Unreadable(_broken(file, str(error) or type(error).__name__)) from error
    return config, metadata


def read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The config and metadata of a `.keras` file that was unpacked.

    Raises:
        Unreadable: If a part is missing or damaged.
    """
    config, metadata, weights = (folder / name for name in (CONFIG, METADATA, WEIGHTS))
    if not weights.is_file():
        raise Unreadable(_broken(folder, f"{WEIGHTS} is not there"))
    _raise_if(check_hdf5(weights))
    try:
        return tuple(read_config(_bytes(path), path.name) for path in (config, metadata))  # type: ignore[return-value]
    except (OSError, UnreadableConfigError) as error:
        raise Unreadable(_broken(folder, getattr(error, "strerror", None) or str(error))) from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_CONFIG + 1)


def _broken(file: Path, sentence: str) -> Diagnosis:
    return Diagnosis("load_broken", "path", {"path": str(file), "sentence": sentence.rstrip(".")})


def _check_members(file: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if CONFIG not in names:
        raise Unreadable(_no_keras_file(file, names))
    reasons = [f"holds more than {MOST_MEMBERS} files"] if len(names) > MOST_MEMBERS else []
    reasons += [f"holds {name} twice" for name in (CONFIG, METADATA, WEIGHTS) if names.count(name) > 1]
    reasons += [f"would write outside its folder ({name[:60]})" for name in names if leaves(name)][:1]
    reasons += [f"holds a link ({m.filename[:60]})" for m in members if stat.S_ISLNK(m.external_attr >> 16)][:1]
    reasons += [f"has a password ({m.filename[:60]})" for m in members if m.flag_bits & 1][:1]
    total, size = sum(member.file_size for member in members), file.stat().st_size
    if total > BOMB_BYTES and total > BOMB_RATIO * size:
        reasons.append(f"unpacks {size:,} bytes to {total:,}")
    reasons += [
        f"has a {name} of more than 64 MiB"
        for name in (CONFIG, METADATA)
        if name in names and archive.getinfo(name).file_size > MOST_CONFIG
    ]
    # The others can ask for gigabytes to unpack a byte.
    known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    reasons += [
        f"is packed in another way than zip's own ({m.filename[:60]})" for m in members if m.compress_type not in known
    ][:1]
    if reasons:
        raise Unreadable(Diagnosis("load_archive", "path", {"path": str(file), "reason": reasons[0]}))


def leaves(name: str) -> bool:
    """Whether a name leads out of the folder that it is said to be in."""
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or bool(re.match(r"[A-Za-z]:", name))


def _no_keras_file(file: Path, names: list[str]) -> Diagnosis:
    what = "a zip archive without config.json"
    if any(name.endswith("data.pkl") for name in names):
        what = "a PyTorch file"
    elif any(name.endswith("saved_model.pb") for name in names):
        what = "a zipped SavedModel folder"
    elif any(name.endswith((".keras", ".h5", ".hdf5")) for name in names):
        what = "a zip archive around a model file"
    elif any(name.endswith(".npy") for name in names):
        what = "a numpy archive"
    is_wrapped = "zipped" in what or "around" in what
    return Diagnosis("load_format", "path", {"path": str(file), "what": what, "is_wrapped": is_wrapped})


def _check_arrays(file: Path, archive: zipfile.ZipFile, name: str) -> None:
    """Refuse numpy files that hold Python objects: those are pickles."""
    if name.endswith(".npy"):
        with archive.open(name) as stream:
            _check_array(file, name, stream)
        return
    with archive.open(name) as stream, zipfile.ZipFile(stream) as inner:
        total = sum(member.file_size for member in inner.infolist())
        if total > BOMB_BYTES and total > BOMB_RATIO * archive.getinfo(name).compress_size:
            reason = f"unpacks {name} to {total:,} bytes"
            raise Unreadable(Diagnosis("load_archive", "path", {"path": str(file), "reason": reason}))
        for member in inner.namelist():
            with inner.open(member) as array:
                _check_array(file, f"{name}/{member}", array)


def _check_array(file: Path, name: str, stream: Any) -> None:
    head = stream.read(10)
    if not head.startswith(b"\x93NUMPY"):
        return
    wide = head[6] > 1
    length = struct.unpack("<I", head[8:] + stream.read(2))[0] if wide else struct.unpack("<H", head[8:])[0]
    if re.search(rb"'descr':\s*(\[.*)?'[|<>=]?O", stream.read(min(length, 2**20))):
        raise Unreadable(Diagnosis("load_pickle", "path", {"path": str(file), "member": name}))


def _check_weights(file: Path, archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(name) as member:
        if archive.getinfo(name).compress_type == zipfile.ZIP_STORED:
            _raise_if(check_hdf5(file, member))
            return
        with tempfile.TemporaryFile() as unpacked:  # to seek in a compressed member unpacks it again and again
            _copy(member, unpacked)
            _raise_if(check_hdf5(file, unpacked))


def _raise_if(diagnosis: Diagnosis | None) -> None:
    if diagnosis is not None:
        raise Unreadable(diagnosis)


def _copy(source: Any, target: BinaryIO) -> None:
    while chunk := source.read(2**20):
        target.write(chunk)


def unpacked_size(file: Path) -> int:
    """The bytes of all members."""
    with zipfile.ZipFile(file) as archive:
        return sum(member.file_size for member in archive.infolist())


def rewrite(source: Path, target: Path, config: dict[str, Any]) -> None:
    """A copy of a `.keras` file, or of an unpacked one, with another config."""
    with zipfile.ZipFile(target, "w") as out:
        out.writestr(CONFIG, json.dumps(config))
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                name = path.relative_to(source).as_posix()
                if path.is_file() and not path.is_symlink() and name != CONFIG:
                    out.write(path, name)
            return
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                if member.filename != CONFIG and not member.is_dir():
                    with archive.open(member) as inside, out.open(member.filename, "w", force_zip64=True) as copy:
                        _copy(inside, copy)  # type: ignore[arg-type]
