"""Rows that were scored, as vectors of R: what arrow's own R package makes of them, for those who do not have it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..options import Foreign
from ..report import Call, Diagnosis, Report
from ..scoring.files import find_files
from ..scoring.footers import Unreadable, is_list
from .calls import R_NA, lazy, reply
from .results import Results

NA_REAL = np.uint64(0x7FF00000000007A2)  # a NaN that R calls NA
EXACT = 2**53  # doubles are whole numbers up to here


@lazy
def read_scored(path: str, columns: Any, rows: float | None, names: dict) -> dict[str, Any]:
    """The rows of all files in a folder of results, sorted by file: vectors by column, and how many there are.

    Args:
        path: The folder.
        columns: The names of those to read, None: all; or what R shows of what is no names.
        rows: How many there are at least; None: not known.
        names: What the user calls things.
    """
    import pyarrow as pa

    call = Call("as.data.frame", "r", names["model"], names["x"])
    if isinstance(columns, dict):
        return _refused(call, "score_rows_names", value=Foreign(columns.get("shown") or "a list"))
    where: dict[str, Any] = {
        "path": path,
        "is_absolute": Path(path).is_absolute(),
        "of": int(rows or 0),
        "rows": 0,
        "why": "",
    }
    files = find_files(path)[0] if Path(path).is_dir() else []
    if not files:
        return _refused(call, "score_rows_gone", **where)
    try:
        results = Results(files)
        if results.rows < where["of"]:
            return _refused(call, "score_rows_gone", **{**where, "rows": results.rows})
        wanted = results.names if columns is None else columns
        problem = _not_there(wanted, results)
        if problem is not None:
            return _refused(call, problem[0], **problem[1])
        table = results.table(wanted)
    except (OSError, EOFError, ValueError, Unreadable, pa.ArrowException) as error:
        why = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        return _refused(call, "score_rows_gone", **{**where, "why": f"can't be read ({why})"})
    vectors = [_vector(table.column(name).combine_chunks()) for name in wanted]
    return reply({"rows": float(results.rows), "names": wanted, "vectors": vectors}, Report(call), None)


def _refused(call: Call, code: str, **facts: Any) -> dict[str, Any]:
    return reply(None, Report(call, (Diagnosis(code, call.x, facts),)), None)


def _not_there(wanted: list[str], results: Results) -> tuple[str, dict[str, Any]] | None:
    """Columns that the results lack, or that R can't hold."""
    lacking = tuple(name for name in wanted if name not in results.types)
    if lacking:
        return "score_rows_columns", {"lacking": lacking, "there": tuple(results.names)}
    strange = tuple(name for name in wanted if not _is_readable(results.types[name]))
    if strange:
        return "score_rows_kind", {"columns": strange, "type": str(results.types[strange[0]])}
    return None


def _is_readable(type_: Any) -> bool:
    if is_list(type_):
        return _is_readable(type_.value_type)
    return any(fits(type_) for fits in _makers())


def _vector(array: Any) -> dict[str, Any]:
    """One column, or what is in its lists."""
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):  # of no chunk at all
        array = pa.array([], array.type)
    if is_list(array.type):
        lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype("int32")
        return {"kind": "list", "lengths": lengths, "missing": _missing(array), "values": _vector(array.flatten())}
    return next(make for fits, make in _makers().items() if fits(array.type))(array)


def _makers() -> dict[Callable[[Any], bool], Callable[[Any], dict[str, Any]]]:
    from pyarrow import types

    def among(*tests: Callable[[Any], bool]) -> Callable[[Any], bool]:
        return lambda type_: any(test(type_) for test in tests)

    return {
        types.is_null: lambda array: _integers("logical", np.full(len(array), R_NA)),
        types.is_boolean: lambda array: _integers("logical", _filled(array.cast("int8"))),
        types.is_integer: _whole,
        among(types.is_floating, types.is_decimal): lambda array: _doubles("double", array.cast("float64")),
        among(types.is_string, types.is_large_string, _is_text_view): _text,
        types.is_dictionary: _factor,
        types.is_date: lambda array: _doubles("date", array.cast("date32").cast("int32").cast("float64")),
        types.is_timestamp: lambda array: {**_seconds("time", array), "zone": array.type.tz or "UTC"},
        types.is_duration: lambda array: _seconds("difftime", array),
        types.is_time: lambda array: _seconds("difftime", array),
    }


def _is_text_view(type_: Any) -> bool:
    return str(type_) == "string_view"  # of pyarrow 16 and later


def _missing(array: Any) -> np.ndarray:
    """Which are missing, from 1."""
    return (np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False)) + 1).astype("int32")


def _filled(array: Any) -> np.ndarray:
    """Whole numbers of at most 32 bits, with R's NA."""
    return np.asarray(array.cast("int32").fill_null(R_NA).to_numpy(zero_copy_only=False))


def _integers(kind: str, values: np.ndarray) -> dict[str, Any]:
    return {"kind": kind, "values": values.astype("int32")}


def _whole(array: Any) -> dict[str, Any]:
    """Integers where they fit, then doubles, then text: R has no whole numbers of 64 bits."""
    import pyarrow.compute as pc

    low, high = (value.as_py() or 0 for value in pc.min_max(array).values())
    if low > R_NA and high < 2**31:
        return _integers("integer", _filled(array))
    if max(-low, high) <= EXACT:
        return _doubles("double", array.cast("float64"))
    return _text(array.cast("string"))


def _doubles(kind: str, array: Any) -> dict[str, Any]:
    values = np.array(array.fill_null(0).to_numpy(zero_copy_only=False))
    values.view("uint64")[array.is_null().to_numpy(zero_copy_only=False)] = NA_REAL
    return {"kind": kind, "values": values}


def _seconds(kind: str, array: Any) -> dict[str, Any]:
    unit = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[array.type.unit]
    found = _doubles(kind, array.cast("int32" if array.type.bit_width == 32 else "int64").cast("float64", safe=False))
    there = ~array.is_null().to_numpy(zero_copy_only=False)
    found["values"][there] /= unit
    return found


def _text(array: Any) -> dict[str, Any]:
    return {"kind": "character", "values": array.fill_null("").to_pylist(), "missing": _missing(array)}


def _factor(array: Any) -> dict[str, Any]:
    levels = [str(level) for level in array.dictionary.to_pylist()]
    codes = array.indices.cast("int32")
    values = codes.fill_null(R_NA).to_numpy(zero_copy_only=False)
    return {"kind": "factor", "values": np.where(values == R_NA, R_NA, values + 1).astype("int32"), "levels": levels}
