"""What is handed over in a model's place: a wrapper around it, its file, what built it, another library's model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..report import Call, Diagnosis
from ..signature import is_model

FILES = (".keras", ".h5", ".hdf5", ".pb", ".tf", ".keras.zip")
STARTS = {b"\x89HDF": ".h5", b"PK\x03\x04": ".keras"}  # how files of models begin
MOST_SEEN, MOST_DEEP = 2000, 6  # of what a wrapper holds

# Of Python's objects the module they come from, of R's their class, tells whose they are.
LIBRARIES = {
    "torch": "PyTorch", "lightning": "PyTorch", "pytorch_lightning": "PyTorch", "tflite_runtime": "TensorFlow Lite",
    "tensorflow.lite": "TensorFlow Lite", "ai_edge_litert": "TensorFlow Lite", "onnxruntime": "ONNX Runtime",
    "onnx": "ONNX", "sklearn": "scikit-learn", "xgboost": "XGBoost", "lightgbm": "LightGBM", "catboost": "CatBoost",
    "statsmodels": "statsmodels", "transformers": "Transformers", "jax": "JAX", "flax": "Flax",
}  # fmt: skip
R_LIBRARIES = {
    "nn_module": "torch", "luz_module_fitted": "torch", "luz_module_generator": "torch", "nnet": "nnet",
    "brulee_mlp": "brulee", "ranger": "ranger", "randomForest": "randomForest", "xgb.Booster": "xgboost",
    "glm": "stats", "lm": "stats", "glmnet": "glmnet", "H2OModel": "h2o",
}  # fmt: skip

# R's classes whose way to the model is known; the first that fits.
R_KINDS = {
    "bundle": "bundle", "vetiver_model": "vetiver", "last_fit": "last_fit", "tune_results": "tuned",
    "keras_training_history": "history", "kerasguard_history": "history", "model_spec": "untrained",
    "workflow": "workflow", "model_fit": "parsnip", "function": "function",
}  # fmt: skip


def not_a_model(model: Any, call: Call) -> Diagnosis:
    """Refuse what is no model, with the way to the one it stands for."""
    is_r = call.language == "r"
    facts = _facts(model, is_r) if call.held is None else _facts_of_r(call.held)
    name = "None" if model is None else type(model).__name__
    return Diagnosis("structure_model", "model", {"cls": call.model_class or name, **facts})


def _facts_of_r(held: Mapping[str, Any]) -> dict[str, Any]:
    """R says the classes, the text or first bytes, and where in it models and files of models stand."""
    classes, inside = tuple(held["classes"]), tuple(held.get("inside") or ())
    kind = next((kind for cls, kind in R_KINDS.items() if cls in classes), "")
    if kind == "workflow" and not held.get("trained"):
        return {"held": "untrained", "takes_formula": False}
    if kind in ("workflow", "parsnip"):
        facts = {
            "cls": "a workflow" if kind == "workflow" else "a fit of parsnip",
            "why_not": held.get("why_not") or "",
        }
        return {"held": kind if inside else "other_engine", **facts}
    if kind:
        return {"held": kind, "takes_formula": kind == "untrained"}
    if isinstance(held.get("text"), str):
        return _path(held["text"])
    if held.get("ending"):
        return {"held": "bytes", "at": "", "ending": held["ending"]}
    if inside:
        facts = _inside(tuple(part["at"] for part in inside), inside[0].get("ending"), "train" in classes)
        return facts | {"plain": classes == ("list",)}
    library = next((library for cls, library in R_LIBRARIES.items() if cls in classes), "")
    return {"held": "library", "library": library} if library else {"held": "null" if "NULL" in classes else ""}


def _facts(model: Any, in_r: bool) -> dict[str, Any]:
    if isinstance(model, (str, os.PathLike)):
        return _path(os.fspath(model))
    if isinstance(model, (bytes, bytearray)):
        ending = next((ending for start, ending in STARTS.items() if bytes(model[:4]) == start), None)
        return {"held": "bytes", "at": "", "ending": ending} if ending else {"held": ""}
    if isinstance(model, type) or (callable(model) and type(model).__name__ in ("function", "method", "partial")):
        return {"held": "function"}
    if model is None:
        return {"held": "null"}
    if type(model).__name__ == "_UserObject":  # what tf.saved_model.load() gives
        return {"held": "saved_model"}
    if type(model).__name__ == "History" and is_model(getattr(model, "model", None)):
        return {"held": "history_of", "at": "$model" if in_r else ".model"}
    found = _models_in(model)
    if found:
        facts = _inside(tuple(place[in_r] for place in found), None, False)
        return facts | {"plain": type(model) in (dict, list, tuple), "steps": not in_r and _is_last_step(model, facts)}
    module = type(model).__module__ + "."
    bases = [cls.__module__ + "." for cls in type(model).__mro__]
    library = next(
        (lib for root, lib in LIBRARIES.items() if any(m.startswith(root + ".") for m in (module, *bases))), ""
    )
    return {"held": "library", "library": library} if library else {"held": ""}


def _path(text: Any) -> dict[str, Any]:
    text = os.fsdecode(text)
    return {"held": "path", "path": text} if text.endswith(FILES) or os.path.exists(text) else {"held": ""}


def _inside(places: tuple[str, ...], ending: str | None, is_caret: bool) -> dict[str, Any]:
    facts = {
        "held": "inside" if len(places) == 1 else "several",
        "at": places[0],
        "count": len(places),
        "caret": is_caret,
    }
    return facts | {"held": "bytes", "ending": ending} if ending and len(places) == 1 else facts


def _models_in(value: Any) -> list[tuple[str, str]]:
    """Where models stand inside: as Python and as R reach them, each model once.

    By the custom of scikit-learn a name that ends in `_` came of training: others beside it are what it was made of.
    """
    found: dict[int, tuple[str, str]] = {}
    seen: set[int] = set()
    waiting: list[tuple[Any, str, str, int]] = [(value, "", "", 0)]
    while waiting and len(seen) < MOST_SEEN:
        item, python, in_r, depth = waiting.pop(0)
        if id(item) in seen:
            continue
        seen.add(id(item))
        if depth and not isinstance(item, type) and is_model(item):
            found[id(item)] = (python, in_r)
        elif depth < MOST_DEEP:
            waiting += [(part, python + py, in_r + r, depth + 1) for part, py, r in _parts(item)]
    fitted = [place for place in found.values() if _is_fitted(place[0])]
    return fitted or list(found.values())


def _is_last_step(model: Any, facts: dict[str, Any]) -> bool:
    """Whether a scikit-learn pipeline ends in it: what comes before prepares the data."""
    is_pipeline = type(model).__name__ == "Pipeline" and len(model.steps) > 1
    return is_pipeline and facts["held"] == "inside" and facts["at"].startswith(f".steps[{len(model.steps) - 1}]")


def _is_fitted(place: str) -> bool:
    return place.endswith("_")


def _parts(item: Any) -> Iterator[tuple[Any, str, str]]:
    """What an object holds itself; nothing of it is called."""
    if isinstance(item, Mapping) and type(item).__module__ == "builtins":
        yield from (
            (part, f"[{key!r}]", f"[[{_in_quotes(key)}]]") for key, part in item.items() if isinstance(key, str)
        )
    elif type(item) in (list, tuple):
        yield from ((part, f"[{i}]", f"[[{i + 1}]]") for i, part in enumerate(item))
    elif not isinstance(item, (type, str, bytes)) and not _is_plumbing(item):
        own = getattr(item, "__dict__", None)
        if isinstance(own, dict):
            names = [name for name in own if isinstance(name, str) and not name.startswith("_")]
            yield from ((own[name], f".{name}", f"${name}") for name in names)


def _is_plumbing(item: Any) -> bool:
    """Modules, functions and arrays hold no one's model."""
    return (isinstance(item, Callable) and hasattr(item, "__code__")) or type(item).__name__ in ("module", "ndarray")  # type: ignore[arg-type]


def _in_quotes(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
