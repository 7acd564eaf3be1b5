"""The folder of results of Spark: all parts of a job or none, put in their place when Spark has written the last one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .output import JOURNAL, SUCCESS, Done, OutputFolder, _sync_folder
from .source import InputFile

STAGING = ".kerasguard-spark"  # readers of folders skip names with a leading dot


class SparkFolder(OutputFolder):
    """The results of one job, done as a whole. Its inputs belong to the job: there is no telling parts by files."""

    _was_there = True
    _is_whole = False

    @property
    def staging(self) -> str:
        """Where Spark writes, as it takes it."""
        return (self.path.resolve() / STAGING).as_uri()

    @property
    def todo(self) -> list[InputFile]:
        """All files, until all are done."""
        return [] if self._is_whole else list(self._files.values())

    def claim(self, resume: bool) -> None:
        """Take the folder, or leave everything as it is."""
        self._job = {**self._job, "engine": "spark", "inputs": self._inputs()}
        self._was_there = self.path.exists()
        super().claim(resume)

    def _inputs(self) -> list[list[Any]]:
        return [[file.name, file.size, file.mtime_ns] for file in self._files.values()]

    def _check_inputs(self) -> None:
        """They are a part of the job."""

    def _check_results(self) -> None:
        done = set(self.done)
        super()._check_results()
        self._is_whole = bool(done) and done == set(self.done) and (self.path / SUCCESS).exists()
        shutil.rmtree(self.path / STAGING, ignore_errors=True)
        if not self._is_whole:
            self._roll_back()

    def _roll_back(self) -> None:
        """Leave nothing of an earlier call but the first line of the journal."""
        assert self._fd is not None
        with self._failing(JOURNAL):
            for name in self._begun:
                (self.path / name).unlink(missing_ok=True)
            self.done, self._begun = {}, set()
            (self.path / SUCCESS).unlink(missing_ok=True)
            size = os.fstat(self._fd).st_size
            if size:
                with open(self.path / JOURNAL, "rb") as journal:
                    os.ftruncate(self._fd, len(journal.readline()))

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Leave the folder as it was before the call where that fails."""
        try:
            yield
        except BaseException:
            shutil.rmtree(self.path / STAGING, ignore_errors=True)
            self._roll_back()
            if not any(name != JOURNAL for name in os.listdir(self.path)):
                (self.path / JOURNAL).unlink(missing_ok=True)
                if not self._was_there:
                    self.path.rmdir()
            raise

    def commit(self, told: Mapping[int, Any]) -> None:
        """Put Spark's part files in their place. `told`: by partition, rows without a prediction come second."""
        import pyarrow.parquet as pq

        staging, done = self.path / STAGING, []
        parts = sorted(path for path in staging.iterdir() if path.name.startswith("part-"))
        with self._failing(JOURNAL):
            for path in parts:
                self.begin(path.name)
            for path in parts:
                done.append(_done(path, pq.read_metadata(path).num_rows, told))
                os.replace(path, self.path / path.name)
            _sync_folder(self.path)
            for each in done:
                self.end(each)
        self._is_whole = True
        shutil.rmtree(staging, ignore_errors=True)


def _done(path: Path, rows: int, told: Mapping[int, Any]) -> Done:
    _, number, *rest = path.name.split("-")
    first = rest[-1].startswith("c000")  # of a partition's files
    missing = told[int(number)][1] if first and int(number) in told else 0
    return Done(path.name, 0, 0, rows, missing, path.stat().st_size)
