"""Files -> what `observe` takes: a data frame, an array, or a dict of arrays."""

from __future__ import annotations

import difflib
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..messages.shell import STDIN
from ..report import Diagnosis, Repair

SUFFIXES = {
    "csv": "csv", "txt": "csv", "tsv": "tsv", "tab": "tsv", "parquet": "parquet", "pq": "parquet",
    "feather": "feather", "arrow": "feather", "arrows": "feather", "ipc": "feather", "npy": "npy", "npz": "npz",
}  # fmt: skip
PACKED = ("gz", "bz2", "xz", "zip", "zst")  # which pandas unpacks
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
READERS = {"parquet": "pd.read_parquet", "feather": "pd.read_feather", "npy": "np.load", "npz": "np.load"}
NO_NAME = "Unnamed: 0"  # pandas' name of a first column without one; R and pandas write row names so


class Refusal(Exception):
    """The data can't be read; `problem` says why."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.problem = Diagnosis(code, "x", facts)


@dataclass(frozen=True)
class Source:
    """Where data comes from. `content`: of standard input, which can be read only once."""

    path: str
    format: str
    content: bytes | None = None
    csv: Mapping[str, Any] = field(default_factory=dict)

    def open(self) -> Any:
        """What the readers take."""
        return os.path.expanduser(self.path) if self.content is None else io.BytesIO(self.content)

    @property
    def is_csv(self) -> bool:
        """Whether it is text, in which types are guessed."""
        return self.format in ("csv", "tsv")


def find(path: str, format: str | None, csv: Mapping[str, Any]) -> Source:
    """Look at the name, before anything else is loaded.

    Raises:
        Refusal: If there is no such file, or its name does not tell what it holds.
    """
    if path == STDIN:
        kind = format or "csv"
        check_library(kind, "stdin")
        return Source(path, kind, None, csv)
    check_there(path)
    named = format or format_of(path)
    check_library(named or "", os.path.basename(path))
    if named is None:
        suffix = os.path.splitext(path)[1]
        raise Refusal("cli_data_format", suffix=suffix, is_rds=suffix.lower() in (".rds", ".rda", ".rdata"), path=path)
    return Source(path, named, None, csv)


def check_library(kind: str, what: str) -> None:
    """Refuse a format whose library is not there: it comes with an extra."""
    if kind in ("parquet", "feather"):
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise Refusal("cli_library", name="pyarrow", what=what) from None


def check_there(path: str) -> None:
    """Refuse what is no file."""
    file = os.path.expanduser(path)
    if os.path.isdir(file):
        raise Refusal("cli_data_folder", path=path)
    if not os.path.exists(file):
        folder, name = os.path.split(file)
        names = os.listdir(folder or ".") if os.path.isdir(folder or ".") else []
        near = difflib.get_close_matches(name, names, 1)
        instead = os.path.join(folder, near[0]) if near else None
        raise Refusal("cli_data_missing", path=path, directory=_working_directory(), near=instead)


def _working_directory() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return "gone"


def format_of(path: str) -> str | None:
    """What a file's suffix says."""
    parts = os.path.basename(path).lower().split(".")
    if len(parts) > 2 and parts[-1] in PACKED and SUFFIXES.get(parts[-2]) in ("csv", "tsv"):
        return SUFFIXES[parts[-2]]
    return SUFFIXES.get(parts[-1]) if len(parts) > 1 else None


@dataclass(frozen=True)
class Data:
    """What was read. `value`: all of it.

    `row_names`: a first "column" without a name, an "index" that the header does not count, or "". `has_names`: whether
    columns have names.
    """

    source: Source
    value: Any
    row_names: str = ""
    has_names: bool = True

    @property
    def is_table(self) -> bool:
        """Whether it has columns."""
        return hasattr(self.value, "columns")

    def chosen(self, names: Sequence[str] | None, option: str = "columns") -> Any:
        """The columns that an option names; None: all.

        Raises:
            Refusal: If there is one that the data does not have.
        """
        if not self.is_table:
            raise Refusal("cli_columns_array", option=option)
        if names is None:
            return self.value
        there = [str(name) for name in self.value.columns]
        if not self.has_names:  # they are numbers then, counted from 1
            there = [str(i + 1) for i in range(len(there))]
        for name in names:
            if name not in there:
                near = difflib.get_close_matches(name, there, 1)
                facts = {"name": name, "near": near[0] if near else None, "received": tuple(there), "names": names}
                raise Refusal("cli_columns", option=option, **facts)
        return self.value.iloc[:, [there.index(name) for name in names]]

    def as_text(self, names: Iterable[Any]) -> Data:
        """With some columns as the text that stands in the file, which looks like a number or a flag: 01234, TRUE."""
        if not (self.source.is_csv and self.is_table):
            return self
        # what was read as text already has its missing values told
        names = [name for name in names if name in self.value.columns and not _is_text(self.value[name])]
        if not names:
            return self
        texts = _read_csv(self.source, dtype=str).reset_index(drop=True)
        texts = texts.set_axis(self.value.columns, axis=1)
        return replace(self, value=self.value.assign(**{str(name): texts[name] for name in names}))

    def written(self, frame: Any, as_text: bool) -> Any:
        """Columns as they stand in the file, to be written again.

        As text letter for letter; else at least those whose numbers are codes: 01234 keeps its zero.
        """
        if not self.source.is_csv or not len(frame.columns):
            return frame
        texts = _read_csv(self.source, dtype=str, keep_default_na=False)
        texts = texts.reset_index(drop=True).set_axis(self.value.columns, axis=1)[list(frame.columns)]
        if as_text:
            return texts
        codes = [
            name
            for name in frame.columns
            if frame[name].dtype.kind in "iu" and (frame[name].astype(str) != texts[name].str.strip()).any()
        ]
        return frame.assign(**{str(name): texts[name] for name in codes})

    def handed(self, known: Iterable[str], columns: Sequence[str] | Mapping[str, Sequence[str]] | None) -> Any:
        """What the model gets. `known`: the names of its columns, as far as they are known.

        Raises:
            Refusal: If `columns` asks for one that is not there.
        """
        if isinstance(columns, Mapping):
            return {name: _stacked(self.chosen(names)) for name, names in columns.items()}
        if columns is not None:
            return _stacked(self.chosen(columns))
        return self.value.iloc[:, 1:] if self.drops_first(known, columns) else _stacked(self.value)

    def drops_first(self, known: Iterable[str], columns: Any) -> bool:
        """Whether the first column is row names that the model does not take."""
        return self.row_names == "column" and columns is None and NO_NAME not in set(known)

    def notes(self, known: Iterable[str], columns: Any) -> list[Repair]:
        """What there is to tell of how it was read."""
        if self.row_names == "index" or self.drops_first(known, columns):
            return [Repair("cli_row_names", "x", "message", {"how": self.row_names, "near": NO_NAME})]
        return []

    def reads(self, known: Iterable[str], columns: Any) -> str:
        """The line of Python that reads the same."""
        code = _code(self.source)
        if self.drops_first(known, columns):
            code += ".iloc[:, 1:]"
        if isinstance(columns, Mapping):
            inside = ", ".join(f'"{name}": {code}[{_names(names)}]' for name, names in columns.items())
            return f"{{{inside}}}"
        return f"{code}[{_names(columns)}]" if columns is not None else code


def _names(names: Sequence[str]) -> str:
    from ..messages.phrases import quoted

    return f"[{', '.join(map(quoted, names))}]"


def _is_text(column: Any) -> bool:
    return column.dtype.kind == "O" or str(column.dtype).startswith("str")


def _stacked(value: Any) -> Any:
    """One column whose cells are lists of equal lengths is an array, as Parquet keeps vectors and series."""
    import numpy as np

    if not hasattr(value, "columns") or value.shape[1] != 1 or value.dtypes.iloc[0].kind != "O":
        return value
    cells = list(value.iloc[:, 0])
    if not cells or not all(isinstance(cell, (list, np.ndarray)) for cell in cells):
        return value
    try:
        array = np.array([np.asarray(_nested(cell)) for cell in cells])
    except ValueError:  # of unlike lengths: the guard has words for that
        return value
    return array if array.dtype.kind in "iufb" else value


def _nested(cell: Any) -> Any:
    """Lists of lists come from Arrow as arrays of arrays."""
    return [_nested(item) for item in cell] if getattr(getattr(cell, "dtype", None), "kind", "") == "O" else cell


def read(source: Source) -> Data:
    """Read all of it.

    Raises:
        Refusal: If the content is not what the name says.
    """
    if source.path == STDIN and source.content is None:
        source = replace(source, content=sys.stdin.buffer.read())
    if source.content == b"" or (
        source.content is None and os.path.isfile(source.path) and not os.path.getsize(source.path)
    ):
        raise Refusal("cli_data_empty")
    try:
        if source.is_csv:
            return _csv(source)
        return Data(source, _numpy(source) if source.format in ("npy", "npz") else _arrow(source))
    except (Refusal, MemoryError):
        raise
    except UnicodeError as error:
        raise Refusal(
            "cli_data_encoding", encoding=source.csv.get("encoding") or "utf-8", sentence=str(error)
        ) from None
    except LookupError as error:  # an encoding that there is not
        raise Refusal("cli_data_read", format=source.format, sentence=_sentence(error)) from None
    except Exception as error:  # whatever the libraries raise for files that are damaged or of another format
        raise Refusal("cli_data_read", format=source.format, sentence=_sentence(error)) from None


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(error).strip() or type(error).__name__
    return " ".join(text.split("\n")[0].split()).rstrip(".")[:200]


def _csv(source: Source) -> Data:
    import pandas as pd

    try:
        first = _read_csv(source, header=None, nrows=1, dtype=str, keep_default_na=False, index_col=False)
    except pd.errors.EmptyDataError:
        raise Refusal("cli_data_empty") from None
    head = [str(name).strip() for name in first.iloc[0]]
    given = source.csv.get("sep")
    if len(head) == 1 and given is None:
        others = [sep for sep in SEPARATORS if sep != _separator(source) and sep in head[0]]
        if others:
            raise Refusal("cli_separator", sep=max(others, key=head[0].count), was=SEPARATORS[_separator(source)])
    header = source.csv.get("header")
    if header is None and _are_values(head):
        raise Refusal("cli_header", first=", ".join(head[:3]) + (" ..." if len(head) > 3 else ""))
    frame = _read_csv(source)
    row_names = "index" if not isinstance(frame.index, pd.RangeIndex) else ""
    if header is not False and head[0] in ("", NO_NAME) and len(head) > 1 and not row_names:
        frame = frame.rename(columns={frame.columns[0]: NO_NAME})
        row_names = "column"
    if not len(frame):  # nothing tells of its columns that they are numbers
        frame = frame.astype("float64")
    return Data(source, frame.reset_index(drop=True), row_names, header is not False)


def _are_values(head: Sequence[str]) -> bool:
    """Whether a first line is rather numbers of the data than names: all are numbers, and do not count columns."""
    names = head[1:] if head[0] == "" else head  # before row names there is none
    try:
        numbers = [float(name) for name in names]
    except ValueError:
        return False
    counts = ([float(i + base) for i in range(len(numbers))] for base in (0, 1))
    return bool(numbers) and (numbers not in counts or (len(numbers) < 3 and head[0] != ""))


def _separator(source: Source) -> str:
    return str(source.csv.get("sep") or ("\t" if source.format == "tsv" else ","))


def _read_csv(source: Source, **how: Any) -> Any:
    import pandas as pd

    header = {"header": None} if source.csv.get("header") is False else {}
    return pd.read_csv(source.open(), **{**_how(source), "low_memory": False, **header, **how})


def _how(source: Source) -> dict[str, Any]:
    """What differs from what pandas does by itself."""
    known = source.csv
    how: dict[str, Any] = {"float_precision": "round_trip"}  # the fast one is off by a bit now and then
    if _separator(source) != ",":
        how["sep"] = _separator(source)
    return how | {name: known[name] for name in ("decimal", "encoding") if known.get(name)}


def _code(source: Source) -> str:
    from ..messages.phrases import quoted

    file = quoted(source.path) if source.path != STDIN else '"DATA"'
    if source.is_csv:
        how = {name: value for name, value in _how(source).items() if name != "float_precision"}
        more = "".join(f", {name}={quoted(value)}" for name, value in how.items())
        return f"pd.read_csv({file}{more}{', header=None' if source.csv.get('header') is False else ''})"
    code = f"{READERS[source.format]}({file})"
    return f"dict({code})" if source.format == "npz" else code


def _arrow(source: Source) -> Any:
    """A table of Parquet or Arrow; cells that are lists stay so."""
    import pandas as pd

    if source.format == "parquet":
        return pd.read_parquet(source.open())
    import pyarrow as pa

    try:
        return pd.read_feather(source.open())
    except pa.ArrowInvalid:
        with pa.ipc.open_stream(source.open()) as stream:  # the form without a table of contents at its end
            return stream.read_pandas()


def _numpy(source: Source) -> Any:
    """An array, or those of an archive by their names. Pickles, which can run code, are not read."""
    import numpy as np

    try:
        value = np.load(source.open(), allow_pickle=False)
        if isinstance(value, np.ndarray):
            return value
        with value:
            arrays = {name: value[name] for name in value.files}
    except ValueError as error:
        if "pickle" in str(error):
            raise Refusal("cli_data_pickle") from None
        raise
    if not arrays:
        raise Refusal("cli_data_empty")
    return next(iter(arrays.values())) if len(arrays) == 1 else arrays
