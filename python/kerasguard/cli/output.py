"""Predictions -> columns of a table, or arrays; and where they are written."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from ..report import Diagnosis
from .data import PACKED, Refusal, check_library, format_of

ARRAYS = ("npy", "npz")


@dataclass(frozen=True)
class Output:
    """Where predictions go. `path` is None for standard output."""

    path: str | None
    format: str = "csv"

    @property
    def is_text(self) -> bool:
        """Whether lists have to become columns of their own."""
        return self.format in ("csv", "tsv")


def find(path: str | None, inputs: dict[str, str], keeps: bool) -> Output:
    """Look at where to write, before anything else is done. `inputs`: the files that are read, by what they are.

    Raises:
        Refusal: If nothing can be written there, or it would be written over what is read.
    """
    if path in (None, "-"):
        return Output(None)
    assert path is not None
    file = os.path.expanduser(path)
    if os.path.isdir(file):
        raise Refusal("cli_output_is_folder", path=path, instead=os.path.join(path, "predictions.csv"))
    kind = format_of(path)
    if kind is None:
        raise Refusal("cli_output_suffix", path=path, instead=f"{path}.csv")
    check_library(kind, os.path.basename(path))
    if kind in ARRAYS and keeps:
        instead = f"{os.path.splitext(path)[0]}.csv"
        raise Refusal("cli_output_array", path=path, why="columns are kept beside the predictions", instead=instead)
    folder = os.path.dirname(file)
    if folder and not os.path.isdir(folder):
        raise Refusal("cli_output_folder", folder=os.path.dirname(path), path=path)
    for what, other in inputs.items():
        with contextlib.suppress(OSError):
            if os.path.samefile(file, other):
                base, _, suffix = path.rpartition(".")
                raise Refusal("cli_output_is_input", what=what, path=path, instead=f"{base}_predictions.{suffix}")
    return Output(path, kind)


def _labels(part: Any) -> Any:
    import numpy as np

    labels = np.empty(len(part.levels) + 1, dtype=object)
    labels[:-1] = [str(level) for level in part.levels]
    return labels[part.codes]  # that of -1 is None


def _plain(part: Any) -> Any:
    """The numbers or the text of an output; the number types that files do not have become float32, exactly."""
    import numpy as np

    from ..answers import Classes, Columns

    if isinstance(part, Classes):
        return _labels(part)
    array = np.asarray(part.values if isinstance(part, Columns) else part)
    if array.dtype.name in ("float16", "bfloat16"):
        return array.astype("float32")
    if array.dtype.kind in "OS":
        decode = np.vectorize(lambda item: item.decode() if isinstance(item, bytes) else item, otypes=[object])
        return decode(array) if array.size else array.astype(object)
    return array


def columns_of(parts: dict[str, Any], is_flat: bool) -> dict[str, Any]:
    """Columns by name: of several units a list per row, or where there are no lists a column per unit."""
    from ..scoring.predictions import titled

    columns: dict[str, Any] = {}
    for name, part in parts.items():
        for title, values in titled(part, name).items():
            value = _plain(values)
            if value.ndim == 1 or not is_flat:
                columns[title] = value
                continue
            flat = value.reshape(len(value), math.prod(value.shape[1:]))
            columns |= {f"{title}_{i + 1}": flat[:, i] for i in range(flat.shape[1])}
    return columns


def records(columns: dict[str, Any], kept: Any) -> Iterator[dict[str, Any]]:
    """A row after the other, for JSON."""
    whole = (
        {str(name): kept[name].to_numpy(dtype=object) for name in kept.columns} if kept is not None else {}
    ) | columns
    for row in zip(*whole.values(), strict=True):
        yield dict(zip(whole, row, strict=True))


def write_csv(columns: dict[str, Any], kept: Any, target: Any, sep: str = ",", **how: Any) -> None:
    """A line per row; what is missing is empty. float32 numbers have as many digits as tell them apart."""
    import pandas as pd

    frame = pd.DataFrame(columns)
    if kept is not None:
        frame = pd.concat([kept.reset_index(drop=True), frame], axis=1)
    frame.to_csv(target, index=False, sep=sep, lineterminator="\n", **how)


def write(output: Output, parts: dict[str, Any], kept: Any, as_arrow: Callable[[], Any]) -> None:
    """Write a file under another name first: where that fails, an older one stays as it was.

    `as_arrow`: gives the predictions as Arrow arrays by name, and what speaks against them.

    Raises:
        Refusal: If it can't be written, or not in this format.
    """
    assert output.path is not None
    how = _writer(output, parts, kept, as_arrow)
    target = os.path.realpath(os.path.expanduser(output.path))  # a link stays a link
    temporary = os.path.join(os.path.dirname(target), f".{os.path.basename(target)}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as stream:
            how(stream)
        if os.path.exists(target):
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except OSError as error:
        sentence = (error.strerror or str(error)).rstrip(".")
        base, _, suffix = os.path.basename(output.path).partition(".")
        instead = os.path.join("OTHER_FOLDER", f"{base}.{suffix}")
        raise Refusal("cli_output_write", path=output.path, sentence=sentence, instead=instead) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _writer(
    output: Output, parts: dict[str, Any], kept: Any, as_arrow: Callable[[], Any]
) -> Callable[[BinaryIO], None]:
    import numpy as np

    assert output.path is not None
    if output.format == "npz":
        return lambda stream: np.savez(stream, **{name or "pred": _array(part) for name, part in parts.items()})
    if output.format == "npy":
        if len(parts) > 1:
            facts = {"path": output.path, "count": len(parts), "instead": f"{os.path.splitext(output.path)[0]}.npz"}
            raise Refusal("cli_output_arrays", **facts)
        return lambda stream: np.save(stream, _array(*parts.values()), allow_pickle=False)
    if output.is_text:
        columns = columns_of(parts, True)
        packed = os.path.splitext(output.path)[1].lower().removeprefix(".")
        names = {"gz": "gzip", "zst": "zstd"}
        method = names.get(packed, packed) if packed in PACKED else None
        sep = "\t" if output.format == "tsv" else ","
        return lambda stream: write_csv(columns, kept, stream, sep, compression=method)
    found, problem = as_arrow()
    table = _table(found, problem, kept)
    if output.format == "parquet":
        import pyarrow.parquet as pq

        return lambda stream: pq.write_table(table, stream)
    from pyarrow import feather

    return lambda stream: feather.write_feather(table, stream)


def _array(part: Any) -> Any:
    """An output; text as numpy keeps it without pickles, where what is missing is empty."""
    import numpy as np

    value = _plain(part)
    if value.dtype.kind != "O":
        return value
    return np.where(value == None, "", value).astype(str)  # noqa: E711  of each element


def _table(columns: dict[str, Any], problem: Any, kept: Any) -> Any:
    import pyarrow as pa

    if problem is not None:
        raise Refusal(problem.code, **problem.facts)
    table = pa.table(columns) if kept is None else pa.Table.from_pandas(kept, preserve_index=False)
    for name, column in columns.items() if kept is not None else ():
        table = table.append_column(name, column)
    return table.replace_schema_metadata(None)


def check_kept(option: str, columns: dict[str, Any], kept: Any, rows: int) -> Diagnosis | None:
    """Why columns can't stand beside the predictions."""
    first = next(iter(columns.values()))
    if len(first) != rows:
        return Diagnosis("cli_keep_rows", "x", {"option": option, "rows": rows, "predictions": len(first)})
    twice = [str(name) for name in kept.columns if str(name) in columns]
    return Diagnosis("cli_keep_twice", "x", {"option": option, "name": twice[0]}) if twice else None
