"""The folder of results: who works in it, which files are done, and how a file gets there whole or not at all.

A file is written under another name, synced and renamed; a line of the journal then says that it is done. After
`kill -9` at any moment a file is therefore there as a whole or not at all, and is counted once.
"""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from ..report import Call, Diagnosis, Refused, Report
from .lock import try_lock
from .source import InputFile
from .writers import Writer, make_writer

JOURNAL, SUCCESS = "_kerasguard.jsonl", "_SUCCESS"
PART_BYTES = 2**20
TEMP = ".kerasguard-tmp"  # readers of folders skip names with a leading dot


@dataclass(frozen=True)
class Done:
    """A finished file: its input as it was, its rows, how many bytes were written, when, and their checksum."""

    file: str
    size: int
    mtime_ns: int
    rows: int
    rows_missing: int
    bytes: int
    written_ns: int | None = None
    crc: int | None = None


class OutputFolder:
    """The results of one job: a model with its options over some files.

    Attributes:
        todo: The files that are still to be scored.
        done: Those that are not, by name.
    """

    def __init__(self, path: Any, job: Mapping[str, Any], files: Iterable[InputFile], call: Call) -> None:
        self.path, self._job, self._call = Path(path).expanduser(), dict(job), call
        self._files = {file.name: file for file in files}
        self.done: dict[str, Done] = {}
        self._begun: set[str] = set()
        self.whole: set[str] = set()  # with all rows, and perhaps not on the disk yet
        self._fd: int | None = None

    @property
    def todo(self) -> list[InputFile]:
        """The files that are still to be scored, in their order."""
        return [file for name, file in self._files.items() if name not in self.done]

    def claim(self, input_path: Any, resume: bool) -> None:
        """Take the folder, or leave everything as it is.

        Args:
            input_path: What the files were found by.
            resume: Whether results of this job may be there.

        Raises:
            Refused: If it holds anything but results of this job, or another process works in it.
        """
        if self.path.exists() and not self.path.is_dir():
            self.refuse("score_output_file")
        self._check_outside(input_path)
        there = self._contents()
        if there and not resume:
            self.refuse("score_output_filled", names=tuple(there), is_ours=JOURNAL in there)
        if there and JOURNAL not in there:
            self.refuse("score_output_foreign", names=tuple(there))
        try:
            self._open()
        except OSError as error:
            raise self.failed(JOURNAL, error) from error
        try:
            self._take_over()
        except BaseException:
            self.close()
            raise

    def _check_outside(self, input_path: Any) -> None:
        """Whether results would be read as input, or be written over it."""
        folder = self.path.resolve()
        for file in self._files.values():
            if folder in Path(file.path).resolve().parents:
                self.refuse("score_output_inside", file=file.path)
        for one in input_path if isinstance(input_path, (list, tuple)) else [input_path]:
            base = _root(os.path.expanduser(os.fsdecode(one)))
            if base is not None and base in (folder, *folder.parents):
                self.refuse("score_output_inside", file=None)

    def _contents(self) -> list[str]:
        """Files in the folder and below, but for hidden ones, which no reader of data takes."""
        found = self.path.rglob("*") if self.path.is_dir() else ()
        names = ((path, path.relative_to(self.path)) for path in found)
        return sorted(name.as_posix() for path, name in names if not path.is_dir() and not _is_hidden(name))

    def _open(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._fd = os.open(self.path / JOURNAL, flags, 0o666)
        if not try_lock(self._fd):
            self.close()
            self.refuse("score_output_busy")

    def _take_over(self) -> None:
        """What is known of the folder, once nobody else changes it."""
        assert self._fd is not None
        lines, whole = _read((self.path / JOURNAL).read_bytes())
        known = dict(lines[0]) if lines else {}
        for line in lines[1:]:
            if "missing" in line:
                known |= line
            else:
                self._recall(line)
        has_results = any((self.path / name).exists() for name in self.done)
        if has_results:
            self._check_job({**known, **self._also_right(known)})
        self._check_inputs()
        self._check_results()
        with self._failing(JOURNAL):
            if not has_results:  # nothing that another job could be mixed with
                lines, whole = [], 0
                for name in self._begun:
                    (self.path / name).unlink(missing_ok=True)
            if whole < os.fstat(self._fd).st_size:  # a line that was never finished
                os.ftruncate(self._fd, whole)
            if not lines:
                self._note(self._job)
                sync_folder(self.path)
            elif also := self._also_right(known):
                self._note(also)
            for path in self.path.rglob(f".*{TEMP}"):
                path.unlink(missing_ok=True)
            if self.todo:
                (self.path / SUCCESS).unlink(missing_ok=True)

    def _recall(self, line: Mapping[str, Any]) -> None:
        if "begun" in line:
            self._begun.add(line["begun"])
            return
        try:
            done = Done(**line)
        except TypeError:
            self.refuse("score_output_foreign", names=(JOURNAL,))
        self.done[done.file] = done

    def _also_right(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Files without missing values are the same whether rows with some are refused or left out."""
        is_so = known.get("missing") == "refuse" and self._job["missing"] == "na_rows"
        return {"missing": "na_rows"} if is_so else {}

    def _check_job(self, known: Mapping[str, Any]) -> None:
        differs = tuple(key for key in {**known, **self._job} if known.get(key) != self._job.get(key))
        if differs:
            values = {key: (known.get(key), self._job.get(key)) for key in differs}
            self.refuse("score_output_other", differs=differs, values=values, is_model="model" in differs)

    def _check_inputs(self) -> None:
        for done in self.done.values():
            if not (self.path / done.file).exists():
                continue
            file = self._files.get(done.file)
            if file is None or (file.size, file.mtime_ns) != (done.size, done.mtime_ns):
                path = done.file if file is None else file.path
                self.refuse("score_input_changed", "input_path", path=path, is_gone=file is None)

    def _check_results(self) -> None:
        """Only what this job wrote is in the folder, as it was written; what was taken away is made anew."""
        there, foreign = set(self._contents()), []
        for name in there - {JOURNAL, SUCCESS}:
            known = self.done.get(name)
            changed = known is not None and _is_other(self.path / name, known)
            if changed or (known is None and name not in self._begun):
                foreign.append(name)
        if foreign:
            self.refuse("score_output_foreign", names=tuple(sorted(foreign)))
        self.done = {name: done for name, done in self.done.items() if name in there}

    def write(self, file: InputFile, schema: Any, widths: dict[str, int] | None = None) -> OutputFile:
        """A file of results, which is there once it is committed. `widths`: as `make_writer` takes them."""
        return OutputFile(self, file, schema, widths or {})

    def finish(self) -> None:
        """Say that all is there."""
        assert not self.todo
        if (self.path / SUCCESS).exists():
            return
        with self._failing(SUCCESS):
            (self.path / SUCCESS).touch()
            sync_folder(self.path)

    def close(self) -> None:
        """Let others work in the folder."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def refuse(self, code: str, arg: str = "output_path", **facts: Any) -> NoReturn:
        """Raise what speaks against working here."""
        raise Refused(Report(self._call, (Diagnosis(code, arg, {"output": str(self.path), **facts}),)))

    def failed(self, name: str, error: OSError) -> Refused:
        """What the system says of a file that can't be written."""
        facts = {
            "path": str(self.path / name),
            "reason": error.strerror or str(error) if error.errno is None else os.strerror(error.errno),
            "files_done": len(self.whole | self.done.keys()),
        }
        return Refused(Report(self._call, (Diagnosis("score_write", "output_path", facts),)))

    @contextmanager
    def _failing(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self.failed(name, error) from error

    def _note(self, entry: Mapping[str, Any]) -> None:
        assert self._fd is not None
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        if os.write(self._fd, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self._fd)

    def begin(self, name: str) -> None:
        """What is there under this name from now on is ours: it may be killed before it is said to be done."""
        self._note({"begun": name})

    def end(self, done: Done) -> None:
        """The file is there."""
        self._note(asdict(done))
        self.done[done.file] = done


class OutputFile:
    """One file of results on its way. After an error it is gone, and takes nothing more."""

    def __init__(self, folder: OutputFolder, file: InputFile, schema: Any, widths: dict[str, int]) -> None:
        self._folder, self._file = folder, file
        self._target = folder.path / file.name
        self._temp = self._target.with_name(f".{self._target.name}{TEMP}")
        self._writer: Writer | None = None
        with self._guarded():
            folder.begin(file.name)
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._writer = make_writer(file, self._temp, schema, widths)

    def write(self, batch: Any) -> None:
        """Add rows."""
        if self._writer is not None:
            with self._guarded():
                self._writer.write(batch)

    def close(self) -> None:
        """The file has all its rows."""
        if self._writer is not None:
            with self._guarded():
                self._writer.close()
            self._folder.whole.add(self._file.name)

    def settle(self, rows: int, rows_missing: int) -> None:
        """Put the file in its place, once it is on the disk."""
        if self._writer is None:
            return
        with self._guarded():
            with open(self._temp, "rb+") as written:
                os.fsync(written.fileno())
            about, crc = self._temp.stat(), _checksum(self._temp)
            os.replace(self._temp, self._target)
            sync_folder(self._target.parent)
            file = self._file
            self._folder.end(Done(
                file.name, file.size, file.mtime_ns, rows, rows_missing, about.st_size, about.st_mtime_ns, crc
            ))  # fmt: skip
        self._writer = None

    def discard(self) -> None:
        """Leave nothing of it."""
        writer, self._writer = self._writer, None
        self._folder.whole.discard(self._file.name)
        if writer is not None:
            with suppress(Exception):  # of a disk that is full, too
                writer.close()
        with suppress(OSError):
            self._temp.unlink(missing_ok=True)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.discard()
            if isinstance(error, OSError):
                raise self._folder.failed(self._file.name, error) from error
            raise


def _is_other(path: Path, known: Done) -> bool:
    """Whether a file is not what was written. One that was copied has another time; only its bytes tell."""
    about = path.stat()
    if about.st_size != known.bytes:
        return True
    return known.crc is not None and about.st_mtime_ns != known.written_ns and _checksum(path) != known.crc


def _checksum(path: Path) -> int:
    crc = 0
    with open(path, "rb") as stream:
        while part := stream.read(PART_BYTES):
            crc = zlib.crc32(part, crc)
    return crc


def _is_hidden(name: Path) -> bool:
    return any(part.startswith(".") for part in name.parts)


def _root(path: str) -> Path | None:
    """The folder whose files of any depth are input; None where a file or some of one folder are."""
    if os.path.isdir(path):
        return Path(path).resolve()
    return Path(path.split("**")[0]).resolve() if "**" in path else None


def _read(journal: bytes) -> tuple[list[dict[str, Any]], int]:
    """The whole lines of a journal, and how many bytes they are."""
    lines: list[dict[str, Any]] = []
    whole = 0
    for line in journal.splitlines(keepends=True):
        try:
            entry = json.loads(line if line.endswith(b"\n") else b"")
            lines.append(entry if isinstance(entry, dict) else {})
        except ValueError:  # torn, by what ended the process or the machine
            break
        whole += len(line)
    return lines, whole


def sync_folder(path: Path) -> None:
    """Make a rename last. Windows knows no such thing."""
    if os.name == "nt":
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
