"""A path -> input files and their rows in batches. For now: until that of the branch src7 is here."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class InputFile:
    """A file: `path` as the user would open it, `name` of its output, "parquet" or "csv", size and time of change."""

    path: str
    name: str
    kind: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Dataset:
    """Files of one schema; `rows` in all, None where nothing tells."""

    files: tuple[InputFile, ...]
    schema: Any
    rows: int | None

    def batches(self, file: InputFile, columns: list[str], batch_rows: int) -> Iterator[tuple[int, Any]]:
        """Rows in batches, each with the number of its first one."""
        import pyarrow.csv as csv
        import pyarrow.parquet as pq

        first = 0
        if file.kind == "csv":
            for batch in csv.read_csv(file.path).select(columns).to_batches(batch_rows):
                yield first, batch
                first += batch.num_rows
            return
        with pq.ParquetFile(file.path) as source:
            for batch in source.iter_batches(batch_rows, columns=columns):
                yield first, batch.replace_schema_metadata(self.schema.metadata)
                first += batch.num_rows


def find(path: str) -> tuple[InputFile, ...]:
    """All files there are."""
    root = path if os.path.isdir(path) else os.path.dirname(path)
    found = glob.glob(os.path.join(path, "**", "*.*"), recursive=True) if os.path.isdir(path) else glob.glob(path)
    files = []
    for name in sorted(found):
        about = os.stat(name)
        kind = "csv" if name.endswith((".csv", ".csv.gz")) else "parquet"
        files.append(InputFile(name, os.path.relpath(name, root), kind, about.st_size, about.st_mtime_ns))
    return tuple(files)
