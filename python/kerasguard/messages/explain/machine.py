"""Words about memory, devices and packages, and about remarks that are no errors."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
from ..words import word

MACHINE: dict[str, Entry] = {
    "error_memory": Entry(
        "environment",
        "There was not enough memory{memory_of}.",
        ("{size_words}", "Smaller batches need less; so does data that comes in batches."),
        (
            Fix("", code=Both("safe_predict({model}, {x}, batch_size=16)", "safe_predict({model}, {x}, batch_size = 16)")),
        ),
    ),
    "error_gpu": Entry(
        "environment",
        "That is no error: TensorFlow found no GPU and computes on the CPU.",
        ("Results are the same. Look for the real error further down, if there is one.",),
        (Fix("to silence it, before Keras is loaded", code=Both('import os\nos.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"',
             'Sys.setenv(TF_CPP_MIN_LOG_LEVEL = "2")')),),
    ),
    "error_not_found": Entry(
        "environment",
        "{what} was not found by Python or R.",
        ("It is not installed, or another Python is in use than the one that has it.",),
        (Fix("see which Python is in use, what it has, and how to mend it", code="check_environment()"),),
    ),
    "error_noise": Entry(
        "environment",
        "That is no error, but a remark of TensorFlow's.",
        ("{noise_why}", "Look for the real error further down, if there is one."),
        (Fix("to silence it, before Keras is loaded", code=Both('import os\nos.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"',
             'Sys.setenv(TF_CPP_MIN_LOG_LEVEL = "2")')),),
    ),
}  # fmt: skip


@word
def size_words(facts: dict[str, Any], phrases: Phrases) -> str:
    if facts["size"]:
        return f"It asked for {facts['size']} at once."
    return f"It asked for an array of {' x '.join(facts['shape'].split(','))} at once." if facts["shape"] else ""


@word
def memory_of(facts: dict[str, Any], phrases: Phrases) -> str:
    return " on the GPU" if facts["gpu"] else ""


@word
def noise_why(facts: dict[str, Any], phrases: Phrases) -> str:
    what = str(facts["what"])
    if "retracing" in what:
        return "The model was called on many different shapes, each of which is compiled anew: slow, but right."
    if what == "HDF5":
        return ".h5 is an older format: it is written all the same."
    return "It tells which instructions of the processor it uses; results are right."
