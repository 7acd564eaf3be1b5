"""A path -> the files that it stands for: one, those of a folder, or those of a glob."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..report import Diagnosis, Finding, Notice
from .source import InputFile

ENDINGS = {"parquet": (".parquet", ".parq", ".pq"), "csv": (".csv", ".tsv", ".csv.gz", ".tsv.gz")}
MAGIC = b"PAR1"


def find_files(given: str | os.PathLike[str]) -> tuple[list[InputFile], list[Finding]]:
    """The files of a data set, sorted by name, and what there is to say of them."""
    path = os.path.expanduser(os.fsdecode(given))
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", path)
    if scheme and scheme.group(1).lower() != "file":
        return [], [Diagnosis("score_address", "input_path", _address(scheme.group(1)))]
    path = unquote(urlsplit(path).path) if scheme else path
    found = dict(_paths(path))
    if not found and not os.path.isdir(path):
        return [], [_absent(path)]
    return _of_kind([_file(each, name) for each, name in found.items()], path)


def _paths(path: str) -> Iterator[tuple[str, str]]:
    """Paths of files with their names relative to where the search began."""
    if os.path.isfile(path):
        yield path, os.path.basename(path)
    elif os.path.isdir(path):
        for found in _walk(path):
            yield found, _name(found, path)
    elif glob.has_magic(path):
        root = _root(path)
        for found in sorted(glob.glob(path, recursive=True)):
            inside = _walk(found) if os.path.isdir(found) and "**" not in path else [found]
            for each in inside:
                if os.path.isfile(each) and not _is_hidden(os.path.relpath(each, root)):
                    yield each, _name(each, root)


def _root(pattern: str) -> str:
    """The folder above everything that a pattern stands for."""
    parts = Path(pattern).parts
    fixed = parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))]
    return str(Path(*fixed)) if fixed else "."


def _walk(folder: str) -> Iterator[str]:
    """All files below a folder but those that are hidden; of folders that are links each once."""
    seen = set()
    for root, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(files):
            if not _is_hidden(name):
                yield os.path.join(root, name)


def _is_hidden(path: str) -> bool:
    """As for Arrow and Spark, to which `_column=1` is a folder of a partition."""
    parts = [part for part in Path(path).parts if part not in (".", "..")]
    return any(part.startswith(".") or (part.startswith("_") and "=" not in part) for part in parts)


def _name(path: str, root: str) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _file(path: str, name: str) -> InputFile:
    about = os.stat(path)
    kind = next((kind for kind, endings in ENDINGS.items() if path.lower().endswith(endings)), "")
    if not kind and _magic(path) == MAGIC:
        kind = "parquet"
    return InputFile(path, name, kind, about.st_size, about.st_mtime_ns)


def _magic(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read(4)
    except OSError:
        return b""


def _of_kind(files: list[InputFile], path: str) -> tuple[list[InputFile], list[Finding]]:
    usable = sorted((file for file in files if file.kind), key=lambda file: file.name)
    others = tuple(file.name for file in files if not file.kind)
    kinds = {file.kind: file.path for file in reversed(usable)}
    if not usable:
        return [], [Diagnosis("score_no_files", "input_path", {"path": path, "others": others})]
    if len(kinds) > 1:
        return [], [Diagnosis("score_mixed", "input_path", {**kinds, "pattern": _pattern(path, kinds)})]
    notes: list[Finding] = [Notice("score_left_out", "input_path", "message", {"others": others})] if others else []
    return _with_keys(usable), notes


def _pattern(folder: str, kinds: dict[str, str]) -> str:
    """A glob for those of the files that are Parquet."""
    suffix = os.path.splitext(kinds["parquet"])[1]
    return str(Path(folder) / "**" / f"*{suffix}") if os.path.isdir(folder) and suffix else "IN_FOLDER"


def _address(scheme: str) -> dict[str, Any]:
    return {"scheme": scheme, "is_web": scheme.lower() in ("http", "https", "ftp")}


def _absent(path: str) -> Diagnosis:
    """A path that is not there: the part of it that is not, and what there is instead."""
    import difflib

    if glob.has_magic(path):
        return Diagnosis("score_no_files", "input_path", {"path": path, "others": ()})
    lost = Path(path)
    while not lost.parent.is_dir() and lost.parent != lost:
        lost = lost.parent
    names = sorted(os.listdir(lost.parent)) if lost.parent.is_dir() else []
    near = difflib.get_close_matches(lost.name, names, 1)
    facts = {"path": path, "near": str(lost.parent / near[0]) if near else "", "folder": str(lost.parent)}
    return Diagnosis("score_absent", "input_path", facts)


def _with_keys(files: list[InputFile]) -> list[InputFile]:
    """The values that stand in the names of the folders, of the types that Arrow sees in all of them."""
    if not any("=" in os.path.dirname(file.name) for file in files):
        return files
    import pyarrow as pa
    from pyarrow import dataset as ds
    from pyarrow.fs import LocalFileSystem

    options = ds.FileSystemFactoryOptions(partition_base_dir="", partitioning=ds.HivePartitioning.discover())
    factory = ds.FileSystemDatasetFactory(
        LocalFileSystem(), [file.name for file in files], ds.ParquetFileFormat(), options
    )
    schema = factory.inspect(fragments=0)  # of none of the files
    hive = ds.HivePartitioning(schema)
    made = []
    for file in files:
        values = ds.get_partition_keys(hive.parse(file.name))
        keys = tuple((f.name, pa.scalar(values.get(f.name), f.type)) for f in schema)
        made.append(replace(file, keys=keys))
    return made
