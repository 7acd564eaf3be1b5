"""Which line of the user's own led to an error: in the frames of a live one, or in the tracebacks of its text."""

from __future__ import annotations

import linecache
import re
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import FrameType

ROOTS = ("keras", "tf_keras", "tensorflow", "h5py", "keras_core")
STANDARD = sysconfig.get_path("stdlib").replace("\\", "/")
SYMBOLIC = ("KerasTensor", "SymbolicTensor")  # of a model that is built, and of a compiled step
TYPED = ("<string>", "<stdin>", "<ipython", "<cell")  # code without a file that a person wrote
PARTS = re.compile(r"\(most recent call last\):|(?=in user code:)")
LINE = re.compile(r"File \"([^\"]+)\", line (\d+), in (\S+)")


@dataclass(frozen=True)
class Place:
    """A line of code. `is_r`: it is in an R function, whose lines Python does not know. `traced`: it works on tensors
    without numbers, as Keras compiles it.
    """

    file: str
    line: int
    code: str = ""
    is_r: bool = False
    traced: bool = False


def root_of(frame: FrameType) -> str:
    """The package that the code is of."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def place_in_frames(frames: list[tuple[FrameType, int]]) -> tuple[Place | None, Place | None]:
    """The user's innermost line, and the innermost one of those that Keras ran."""
    at, own = _innermost((frame.f_code.co_filename, line, root_of(frame)) for frame, line in frames)
    traced = any(type(value).__name__ in SYMBOLIC for frame, _ in frames for value in frame.f_locals.values())
    return at, own and replace(own, traced=traced)


def place_in_text(text: str) -> tuple[Place | None, Place | None]:
    """As `place_in_frames`, of the traceback in a text. What TensorFlow says of "user code" is run by it."""
    at = own = None
    for part in PARTS.split(text):  # each begins anew at the user's own call
        found = [(file, int(line), _package(file)) for file, line, _ in LINE.findall(part)]
        last, run = _innermost(found, runs=part.startswith("in user code:"))
        at, own = last or at, run or own
    return at, own


def _innermost(lines: Iterable[tuple[str, int, str]], runs: bool = False) -> tuple[Place | None, Place | None]:
    at = own = None
    for file, line, root in lines:
        path = file.replace("\\", "/")
        if "/rpytools/" in path:
            own = Place("", 0, is_r=True) if runs else own
        elif root in ROOTS:
            runs = True
        elif _is_users(path, root):
            at = Place(path.rpartition("/")[2], line, linecache.getline(file, line).strip())
            own = at if runs else own
    return at, own


def _package(file: str) -> str:
    match = re.search(r"(?:site|dist)-packages[/\\](\w+)", file)
    return match.group(1) if match else ""


def _is_users(path: str, root: str) -> bool:
    if path.startswith("<"):
        return path.startswith(TYPED)
    library = "site-packages" in path or "dist-packages" in path or path.startswith(STANDARD)
    return not (library or root == "kerasguard" or "__autograph_generated" in path or "/lib/python3" in path)
