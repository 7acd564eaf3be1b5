"""A path -> the files that it stands for: one, those of a folder, those of a glob, or of several of these."""

from __future__ import annotations

import difflib
import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..report import Diagnosis, Finding, Notice
from .source import InputFile, place_facts

ENDINGS = {"parquet": (".parquet", ".parq", ".pq"), "csv": (".csv", ".tsv", ".csv.gz", ".tsv.gz")}
MAGIC = b"PAR1"
# what tells that not all Parquet files of a folder count
TABLES = {"_delta_log": "Delta Lake", ".hoodie": "Apache Hudi", "metadata/version-hint.text": "Apache Iceberg"}
Given = str | os.PathLike[str]


def find_files(given: Given | Sequence[Given]) -> tuple[list[InputFile], list[Finding]]:
    """The files of a data set, sorted by name, and what there is to say of them."""
    paths = [_plain(given)] if isinstance(given, (str, os.PathLike)) else [_plain(each) for each in given]
    found: dict[str, str] = {}
    for path in paths:
        problem = _address(path) or _table(path)
        if problem is not None:
            return [], [problem]
        try:
            files = dict(_paths(path))
        except OSError as error:  # a folder that must not be read hides files
            where = InputFile(error.filename or path, error.filename or path, "", 0, 0)
            return [], [Diagnosis("score_file", "input_path", place_facts([(where, str(error.strerror))], [where]))]
        if not files and not os.path.isdir(path):
            return [], [_absent(path, paths)]
        found |= files
    if len(paths) > 1:
        found = _named_apart(found)
    return _of_one_kind([_file(path, name) for path, name in found.items()], paths)


def _plain(given: Given) -> str:
    path = os.path.expanduser(os.fsdecode(given))
    return unquote(urlsplit(path).path) if path.lower().startswith("file://") else path


def scheme_of(path: str) -> str:
    """`s3` of an address, "" of a path."""
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", path)
    return found.group(1) if found else ""


def _address(path: str) -> Diagnosis | None:
    scheme = scheme_of(path)
    if not scheme:
        return None
    is_web = scheme.lower() in ("http", "https", "ftp")
    return Diagnosis("score_address", "input_path", {"address": path, "scheme": scheme, "is_web": is_web})


def _table(path: str) -> Diagnosis | None:
    for mark, name in TABLES.items():
        if os.path.exists(os.path.join(path, mark)):
            return Diagnosis("score_table", "input_path", {"path": path, "name": name})
    return None


# Paths


def _paths(path: str) -> Iterator[tuple[str, str]]:
    """Paths of files with their names relative to where the search began."""
    if os.path.isfile(path):
        yield path, os.path.basename(path)
    elif os.path.isdir(path):
        yield from ((found, _name(found, path)) for found in _walk(path))
    elif glob.has_magic(path):
        root = _root(path)
        wants_hidden = any(part.startswith("_") for part in Path(path).parts)
        for found in sorted(glob.glob(path, recursive=True)):
            for each in _walk(found) if os.path.isdir(found) else [found]:
                if wants_hidden or not is_hidden(os.path.relpath(each, root)):
                    yield each, _name(each, root)


def _root(pattern: str) -> str:
    """The folder above everything that a pattern stands for."""
    parts = Path(pattern).parts
    fixed = parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))]
    return str(Path(*fixed)) if fixed else "."


def _walk(folder: str) -> Iterator[str]:
    """All files below a folder but those that are hidden; of folders that are links each once."""
    seen = set()
    for root, folders, files in os.walk(folder, onerror=_raise, followlinks=True):
        real = os.path.realpath(root)
        folders[:] = [] if real in seen else [name for name in folders if not is_hidden(name)]
        yield from (os.path.join(root, name) for name in files if real not in seen and not is_hidden(name))
        seen.add(real)


def _raise(error: OSError) -> None:
    raise error


def is_hidden(path: str) -> bool:
    """As for Arrow and Spark, to which `_column=1` is a folder of a partition."""
    parts = [part for part in Path(path).parts if part not in (".", "..")]
    return any(part.startswith(".") or (part.startswith("_") and "=" not in part) for part in parts)


def _name(path: str, root: str) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _named_apart(found: dict[str, str]) -> dict[str, str]:
    """Files of several paths by their names, or by what their paths do not share where two have one name."""
    if len(set(found.values())) == len(found):
        return found
    root = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in found])
    return {path: _name(os.path.abspath(path), root) for path in found}


def _absent(path: str, paths: Sequence[str]) -> Diagnosis:
    """A path that is not there: where it leaves what there is, and what is called alike."""
    if glob.has_magic(path):
        return Diagnosis("score_no_files", "input_path", {"path": path, "others": ()})
    there = path.strip() if os.path.sep == "\\" else path.strip().replace("\\", "/")
    lost = Path(path)
    while not lost.parent.is_dir() and lost.parent != lost:
        lost = lost.parent
    names = sorted(os.listdir(lost.parent)) if lost.parent.is_dir() else []
    alike = difflib.get_close_matches(lost.name, names, 1)
    near = there if os.path.exists(there) else str(lost.parent / alike[0]) if alike else ""
    if len(paths) > 1:  # one in their place would leave the others out
        near = ""
    are_names = len(paths) > 1 and all(os.path.basename(each) == each for each in paths)
    facts = {"path": path, "near": near, "are_names": are_names, "of": len(paths)}
    return Diagnosis("score_absent", "input_path", facts)


# Kinds


def _file(path: str, name: str) -> InputFile:
    kind = next((kind for kind, endings in ENDINGS.items() if path.lower().endswith(endings)), "")
    try:
        about = os.stat(path)
    except OSError:  # a link to nothing, which is told when it is opened
        return InputFile(path, name, kind, 0, 0)
    if not kind and _magic(path) == MAGIC:
        kind = "parquet"
    return InputFile(path, name, kind, about.st_size, about.st_mtime_ns)


def _magic(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read(4)
    except OSError:
        return b""


def _of_one_kind(files: list[InputFile], paths: Sequence[str]) -> tuple[list[InputFile], list[Finding]]:
    usable = sorted((file for file in files if file.kind), key=lambda file: file.name)
    others = tuple(sorted(file.name for file in files if not file.kind))
    kinds = {file.kind: file.path for file in reversed(usable)}
    if not usable:
        return [], [Diagnosis("score_no_files", "input_path", {"path": paths[0], "others": others})]
    if len(kinds) > 1:
        return [], [Diagnosis("score_mixed", "input_path", {**kinds, "pattern": _pattern(paths[0], kinds["parquet"])})]
    notes: list[Finding] = [Notice("score_left_out", "input_path", "message", {"others": others})] if others else []
    return _with_keys(usable), notes


def _pattern(folder: str, parquet: str) -> str:
    """A glob for those of the files that are Parquet."""
    suffix = os.path.splitext(parquet)[1]
    return str(Path(folder) / "**" / f"*{suffix}") if os.path.isdir(folder) and suffix else "PATTERN"


def _with_keys(files: list[InputFile]) -> list[InputFile]:
    """The values that stand in the names of the folders, of the types that Arrow sees in all of them."""
    if not any("=" in os.path.dirname(file.name) for file in files):
        return files
    import pyarrow as pa
    from pyarrow import dataset as ds
    from pyarrow.fs import LocalFileSystem

    options = ds.FileSystemFactoryOptions(partition_base_dir="", partitioning=ds.HivePartitioning.discover())
    names = [file.name for file in files]
    factory = ds.FileSystemDatasetFactory(LocalFileSystem(), names, ds.ParquetFileFormat(), options)
    schema = factory.inspect(fragments=0)  # of none of the files
    hive = ds.HivePartitioning(schema)

    def keys(name: str) -> tuple[tuple[str, Any], ...]:
        values = ds.get_partition_keys(hive.parse(name))
        return tuple((key.name, pa.scalar(values.get(key.name), key.type)) for key in schema)

    return [replace(file, keys=keys(file.name)) for file in files]
