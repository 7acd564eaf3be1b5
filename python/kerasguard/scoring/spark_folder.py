"""The folder of results of Spark: all parts of a job or none, put in their place when the last one is written."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from ..spark_worker import Said
from .output import JOURNAL, SUCCESS, Done, OutputFolder, sync_folder
from .source import InputFile

# Of this call: the Java of one that was killed may write a little longer. Readers skip names with a leading dot.
STAGING = ".kerasguard-spark"


class SparkFolder(OutputFolder):
    """The results of one job, done as a whole. Its inputs belong to the job: there is no telling parts by files."""

    _had_folder = _had_journal = True
    _is_whole = False

    @cached_property
    def staging(self) -> Path:
        """Where workers write."""
        return self.path.resolve() / f"{STAGING}-{uuid.uuid4()}"

    def make_staging(self) -> Path:
        """The folder for workers, who make none: where it is not, they do not share it with this machine."""
        with self._failing(self.staging.name):
            self.staging.mkdir()
        return self.staging

    @property
    def todo(self) -> list[InputFile]:
        """All files, until all are done."""
        return [] if self._is_whole else list(self._files.values())

    def claim(self, input_path: Any, resume: bool) -> None:
        """Take the folder, or leave everything as it is."""
        self._job["inputs"] = {file.name: [file.size, file.mtime_ns] for file in self._files.values()}
        self._had_folder, self._had_journal = self.path.exists(), (self.path / JOURNAL).exists()
        super().claim(input_path, resume)

    def _check_job(self, known: Mapping[str, Any]) -> None:
        before, now = known.get("inputs"), self._job["inputs"]
        if before is not None and known.get("engine") == self._job.get("engine"):
            for name, about in before.items():
                if now.get(name) != about:
                    path = self._files[name].path if name in now else name
                    self.refuse("score_input_changed", "input_path", path=path, is_gone=name not in now)
            super()._check_job(known)
        else:
            super()._check_job({**known, "inputs": now})

    def _check_inputs(self) -> None:
        """They are a part of the job."""

    def _check_results(self) -> None:
        done = set(self.done)
        super()._check_results()
        self._is_whole = bool(done) and done == set(self.done) and (self.path / SUCCESS).exists()

    def _take_over(self) -> None:
        super()._take_over()
        if not self._is_whole:
            self._roll_back()

    def _roll_back(self) -> None:
        """Leave nothing of an earlier call but the first line of the journal."""
        assert self._fd is not None
        with self._failing(JOURNAL):
            self._clear()
            (self.path / SUCCESS).unlink(missing_ok=True)
            for name in self._begun:
                (self.path / name).unlink(missing_ok=True)
            self.done, self._begun = {}, set()
            with open(self.path / JOURNAL, "rb") as journal:
                os.ftruncate(self._fd, len(journal.readline()))

    def _clear(self) -> None:
        for staging in self.path.glob(f"{STAGING}-*"):
            shutil.rmtree(staging, ignore_errors=True)

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Leave the folder as it was before the call where that fails."""
        try:
            yield
        except BaseException:
            self._roll_back()
            if not self._had_journal:
                (self.path / JOURNAL).unlink(missing_ok=True)
            if not self._had_folder:
                self.path.rmdir()
            raise

    def commit(self, said: Mapping[int, Said], rows: int) -> None:
        """Put the workers' files in their place. `said`: by partition, of the attempt that counts; `rows`: in all."""
        parts = [(self.staging / said[number].name, said[number]) for number in sorted(said)]
        done = [_done(path, each) for path, each in parts if path.exists()]
        found = sum(each.rows for each in done)
        if found != rows or len(done) < len(parts):  # the others are on disks of the workers' own
            self.refuse("spark_folder", rows=rows, found=found)
        with self._failing(JOURNAL):
            for path, _ in parts:
                self.begin(path.name)
                self._begun.add(path.name)
            for path, _ in parts:
                with open(path, "rb+") as part:
                    os.fsync(part.fileno())
                os.replace(path, self.path / path.name)
            sync_folder(self.path)
            for each in done:
                self.end(each)
        self._is_whole = True
        self._clear()


def _done(path: Path, said: Said) -> Done:
    import pyarrow.parquet as pq

    return Done(path.name, 0, 0, pq.read_metadata(path).num_rows, said.rows_missing, path.stat().st_size)
