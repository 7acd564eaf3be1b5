"""What was raised: an exception with what its frames hold, or a text, in one form. No reference to a frame is kept."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from ..messages.noise import keras_sentence, without_colours
from ..rules.layer_axes import LayerSeen, Shape
from ..signature import is_model
from .places import ROOTS, SYMBOLIC, Place, place_in_frames, place_in_text, root_of

BATCHES = ("predict_on_batch", "train_on_batch", "test_on_batch")
METHODS = ("fit", "evaluate", "predict", *BATCHES, "__call__")
WORDS_OF_KERAS = re.compile(
    r"keras|tensorflow|tensor\b|layer|graph execution|logits|\bcuda|\bcudnn|\bloss\b|optimizer|\bgpu\b"
    r"|validation_split",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class KerasCall:
    """The call of a model's method that failed, with its arguments and how the user's own line named them."""

    method: str
    model: Any
    arguments: Mapping[str, Any]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Raised:
    """`error`: its class; `text`: all of it on one line without colours and dumps; `sentence`: what it says.

    `is_keras`: whether Keras or TensorFlow had a part in it, None where a text does not tell. `at`: the user's line
    that led to it, and `own`: the line of the user's own layer, loss or callback, where Keras ran that. `loss`: the
    function that compared targets with outputs. `has_error`: whether a text names an error at all, or is a log.
    """

    error: str
    sentence: str
    text: str
    is_live: bool = False
    is_keras: bool | None = None
    layer: LayerSeen | None = None
    call: KerasCall | None = field(default=None, compare=False, repr=False)
    at: Place | None = None
    own: Place | None = None
    loss: str | None = None
    has_error: bool = True


def read_exception(error: BaseException) -> Raised:
    """A live exception."""
    frames = [frame for one in _chain(error) for frame in traceback.walk_tb(one.__traceback__)]
    only = [frame for frame, _ in frames]
    roots = {root_of(frame) for frame in only} | {type(error).__module__.partition(".")[0]}
    text, loss = _one_line(str(error)), _loss(only)
    at, own = place_in_frames(list(traceback.walk_tb(error.__traceback__)))
    own = own or place_in_text(str(error))[1]
    return Raised(
        type(error).__name__, _sentence(error), text, True, bool(roots & set(ROOTS)), _called(_layer(only), str(error)),
        _call(only), at, own, loss,
    )  # fmt: skip


def read_text(text: str) -> Raised:
    """The text of an error, as it stands in a log, a traceback or R's own message."""
    clean = without_colours(text)
    clean = re.sub(r"^(?:#>|##|>) ?", "", clean, flags=re.MULTILINE)  # as documents show what R printed
    found = list(re.finditer(r"(?:^|[\s.:])([A-Za-z_]\w*(?:Error|Exception))\s*:\s*", clean))
    error = found[-1].group(1) if found else "Error"
    rest = clean[found[-1].end() :] if found else clean
    is_keras = True if WORDS_OF_KERAS.search(clean) else None
    at, own = place_in_text(clean)
    return Raised(
        error, _sentence(Exception(rest)), _one_line(clean), False, is_keras, _called(None, rest), None, at, own,
        has_error=bool(found) or bool(re.search(r"^\s*Error\b|Traceback", clean, re.MULTILINE)),
    )  # fmt: skip


def _sentence(error: BaseException) -> str:
    """What it says; of an error within another the innermost."""
    text = without_colours(str(error))
    if text.startswith("in user code:"):
        inner = re.findall(r"^ *([A-Za-z_]\w*(?:Error|Exception): .*)", text, re.MULTILINE)
        text = inner[-1] if inner else text
    text = re.sub(r"(?<=[a-z,']) *\n *(?=[a-z])|\n(?='\w+' sizes)", " ", text)  # a line that the console wrapped
    text = re.sub(r"(Unrecognized data type: \w+)=.*?( \(of type)", r"\1\2", text, flags=re.DOTALL)
    inner = re.findall(r"(?:Exception|Error) encountered:\s*(.+)", text)
    text = inner[-1] if inner else text
    return _without_nodes(keras_sentence(Exception(text)))


def _without_nodes(sentence: str) -> str:
    return re.sub(r"\{\{function_node .*?\}\} ?| \[Op:\w+\].*$", "", sentence).strip()


def _one_line(text: str) -> str:
    text = without_colours(text)
    text = re.sub(r"Arguments received by .*?(?=$|\n\n|Traceback|See `?reticulate)", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).strip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those it came of, the innermost last."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _is_wrapper(frame: FrameType) -> bool:
    """Keras' own wrapper around every method that users call: its arguments are theirs."""
    return frame.f_code.co_name == "error_handler" and "fn" in frame.f_locals and root_of(frame) in ROOTS


def _call(frames: list[FrameType]) -> KerasCall | None:
    """The outermost method of a model that was called on data."""
    before: FrameType | None = None
    for frame in frames:
        values = frame.f_locals
        if _is_wrapper(frame):
            args, name = values.get("args", ()), getattr(values["fn"], "__name__", "")
            if args and is_model(args[0]) and name in METHODS:
                given = _arguments(values["fn"], args, values.get("kwargs", {}))
                if name == "__call__" and (not args[1:] or type(args[1]).__name__ in SYMBOLIC):
                    continue  # a model that is built, or within another
                if name == "__call__":
                    given = {"x": args[1]}
                return KerasCall(name, args[0], given, _names({"model": args[0], **given}, before))
        elif root_of(frame) not in ROOTS:
            before = frame
        elif frame.f_code.co_name in BATCHES and is_model(values.get("self")):
            given = {role: values.get(role) for role in ("x", "y", "sample_weight", "class_weight")}
            return KerasCall(
                frame.f_code.co_name, values["self"], given, _names({"model": values["self"], **given}, before)
            )
    return None


def _arguments(function: Any, args: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    """What was handed over, by the names of the method's own arguments."""
    try:
        return dict(inspect.signature(function).bind_partial(*args, **named).arguments)
    except TypeError:  # an argument that it does not take
        return {**dict(zip(("x", "y"), args[1:], strict=False)), **named}


def _names(values: Mapping[str, Any], frame: FrameType | None) -> dict[str, str]:
    """How the line that called Keras named what it handed over."""
    if frame is None:
        return {}
    known = {**frame.f_globals, **frame.f_locals}
    found = {}
    for role, value in values.items():
        if role in ("model", "x", "y") and value is not None:
            names = [name for name, other in known.items() if other is value and not name.startswith("_")]
            if names:
                found[role] = names[0]
    return found


def _layer(frames: list[FrameType]) -> LayerSeen | None:
    """The innermost layer that was called, or that a Sequential was putting on top."""
    found: LayerSeen | None = None
    for frame in frames:
        values = frame.f_locals
        if _is_wrapper(frame) and getattr(values["fn"], "__name__", "") in ("__call__", "symbolic_call"):
            args = values.get("args", ())
            given = args[1] if len(args) > 1 else next(iter(values.get("kwargs", {}).values()), None)
            seen = _layer_seen(args[0], given) if args and hasattr(args[0], "get_config") else None
            found = seen or found
        elif frame.f_code.co_name == "build" and root_of(frame) in ROOTS and "layer" in values and "x" in values:
            found = _layer_seen(values["layer"], values["x"]) or found
    return found


def _called(seen: LayerSeen | None, text: str) -> LayerSeen | None:
    """The layer that the text names: Keras takes the frames below the outermost call away."""
    clean = without_colours(text)
    match = re.search(r"Exception encountered when calling (?:layer '?[\w./-]+'? \(type )?(\w+)(?:\.\w+\(\)|\))", clean)
    if match is None or (seen is not None and seen.cls == match.group(1)):
        return seen
    dump = re.search(r"Arguments received by .*?inputs?\w*=.*?shape=\(([^)]*)\)", clean, re.DOTALL)
    sizes = [part.strip() for part in dump.group(1).split(",") if part.strip()] if dump else []
    shape = tuple(int(size) if size.isdigit() else None for size in sizes)
    rows = shape[0] if shape else None
    return LayerSeen(match.group(1), "", (shape[1:],) if shape else (), rows=rows)


def _layer_seen(layer: Any, given: Any) -> LayerSeen | None:
    tensors = given if isinstance(given, (list, tuple)) else [given]
    shapes = [_shape(tensor) for tensor in tensors]
    if not tensors or any(shape is None for shape in shapes):
        return LayerSeen(type(layer).__name__, str(getattr(layer, "name", "")))
    history = getattr(tensors[0], "_keras_history", None)
    operation = getattr(history, "operation", None) or getattr(history, "layer", None)
    before = None if operation is None else (type(operation).__name__, str(operation.name))
    is_first = None if before is None else before[0] == "InputLayer"
    return LayerSeen(
        type(layer).__name__, str(getattr(layer, "name", "")),
        tuple(shape[1:] for shape in shapes if shape is not None),
        is_first, before, getattr(layer, "data_format", None) == "channels_first",
        shapes[0][0] if shapes[0] else None,
    )  # fmt: skip


def _shape(tensor: Any) -> Shape | None:
    try:
        return tuple(None if size is None else int(size) for size in tensor.shape)
    except (AttributeError, TypeError, ValueError):  # a tensor of unknown rank raises ValueError
        return None


LOSSES = ("crossentropy", "squared_error", "absolute_error", "hinge", "huber", "poisson", "log_cosh", "divergence")


def _loss(frames: list[FrameType]) -> str | None:
    names = [frame.f_code.co_name for frame in frames if root_of(frame) in ROOTS]
    found = [name for name in names if any(part in name for part in LOSSES)]
    return found[0] if found else None
