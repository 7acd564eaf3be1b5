"""Errors of memory and missing packages, and remarks about devices that are no errors."""

from __future__ import annotations

import re

from ..report import Diagnosis
from .family import matcher
from .raised import Raised


def memory(raised: Raised) -> Diagnosis | None:
    """More memory asked for than there is."""
    pattern = (
        r"OOM when allocating(?: tensor with shape\s?\[([\d, ]+)\])?|failed to allocate memory|out of memory"
        r"|Unable to allocate ([\d.]+ ?\w+)|cannot allocate vector of size ([\d.]+ ?\w+)"
    )
    match = re.search(pattern, raised.text, re.IGNORECASE)
    if match is None and raised.error not in ("ResourceExhaustedError", "MemoryError"):
        return None
    shape, size = (match.group(1), match.group(2) or match.group(3)) if match else (None, None)
    gpu = bool(re.search(r"\bGPU\b", raised.text, re.IGNORECASE))
    return Diagnosis("error_memory", "x", {"shape": shape, "size": size, "gpu": gpu})


def not_found(raised: Raised) -> Diagnosis | None:
    """Keras, or what it needs, is not installed."""
    match = re.search(
        r"No module named '(keras|tensorflow|tf_keras|numpy|pandas|h5py|scipy)'"
        r"|Python module (keras|tensorflow|tf_keras)[\w.]* was not found"
        r"|(Python shared library) not found|(?:Valid i|I)nstallation of (\w+) not found",
        raised.text,
    )
    if match is None:
        return None
    what = next(group for group in match.groups() if group)
    shown = {"python": "Python", "Python shared library": "Python's library"}.get(what, what)
    return Diagnosis("error_not_found", "x", {"what": shown})


noise = matcher(
    "error_noise",
    r"triggered (tf\.function retracing)|(oneDNN) custom operations are on"
    r"|binary is optimized to use available (CPU)|saving your model as an (HDF5) file via",
    "what",
    of_logs=True,
)
gpu = matcher(
    "error_gpu",
    r"Could not find cuda drivers|Unable to register cu\w+ factory|failed call to cuInit"
    r"|Cannot dlopen some GPU libraries|Could not load dynamic library '(lib\w+)|TF-TRT Warning"
    r"|Skipping registering GPU devices|no CUDA-capable device is detected",
    "library",
    of_logs=True,
)
python_other = matcher(
    "error_python_other",
    r"another version of Python \('?(.*?)'?\) has already been initialized"
    r"|failed to initialize requested version of Python",
    "running",
)
library = matcher(
    "error_library",
    r"(?:ImportError|OSError):.{0,200}?(?:version [`'\"](\w+[\w.]*)[`'\"] not found"
    r"|DLL load failed while importing (\w+)"
    r"|(lib[\w+-]+\.so[\w.]*): (?:undefined symbol|cannot open shared object file))",
    "library",
    "module",
    "file",
)
