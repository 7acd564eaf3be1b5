"""Files cut into parts of about the same size, whole row groups each, for those who work on them side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .source import Dataset, InputFile

LARGEST, SMALLEST = 128 * 2**20, 4 * 2**20  # bytes
OPENING = 2**20  # what it costs to open one more file, in bytes that could be read
ROUNDS = 3  # parts for each worker: the last ones are done at about the same time, and little is lost with a worker


@dataclass(frozen=True)
class Slice:
    """Some row groups of a file, from the row `first` on; `groups` None: all of it."""

    file: int
    groups: tuple[int, ...] | None = None
    first: int = 0


def make_slices(dataset: Dataset, workers: int) -> list[tuple[Slice, ...]]:
    """Parts of a data set in its order, at least one; `workers`: how many work at a time."""
    pieces = [piece for number, file in enumerate(dataset.files) for piece in _pieces(number, file)]
    total = sum(size + OPENING for _, size in pieces)
    most = min(LARGEST, max(SMALLEST, total // (ROUNDS * max(workers, 1))))
    parts: list[list[Slice]] = [[]]
    filled = 0
    for piece, size in pieces:
        if parts[-1] and filled + size > most:
            parts.append([])
            filled = 0
        filled += size + OPENING
        _add(parts[-1], piece)
    return [tuple(part) for part in parts]


def _add(part: list[Slice], piece: Slice) -> None:
    last = part[-1] if part else None
    if last is None or last.file != piece.file or last.groups is None or piece.groups is None:
        part.append(piece)
    else:
        part[-1] = Slice(last.file, last.groups + piece.groups, last.first)


def _pieces(number: int, file: InputFile) -> Iterator[tuple[Slice, int]]:
    """What can't be cut further, with its bytes."""
    if file.kind != "parquet":
        yield Slice(number), file.size
        return
    import pyarrow.parquet as pq

    metadata, first = pq.read_metadata(file.path), 0
    for group in range(metadata.num_row_groups):
        about = metadata.row_group(group)
        size = sum(about.column(i).total_compressed_size for i in range(about.num_columns))
        yield Slice(number, (group,), first), size
        first += about.num_rows
