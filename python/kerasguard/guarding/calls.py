"""Model -> snapshot, and back."""

from __future__ import annotations

from math import prod
from typing import Any

from ..blueprint_json import to_json
from ..blueprints import blueprint_of
from ..engine import state_of
from ..learning import versions
from ..messages.picture import table_lines
from ..model_check.picture import rows_of
from ..report import Call, Diagnosis, Report
from ..signature import TensorSpec, is_model
from .guarded import Guarded, live
from .process import was_forked
from .snapshot import take


def guard(model: Any) -> Guarded:
    """Take a snapshot of a model, with its blueprint, that can be pickled, copied and sent to other processes.

    Its predictions never change, whatever becomes of the model.

    Args:
        model: A built Keras model, or what `safe_load_model` makes of a SavedModel folder. Of a `Guarded`, itself.

    Returns:
        A `Guarded` with `.predict`, which all functions of kerasguard take in place of a model.

    Raises:
        InputStructureError: If `model` is no model.
        KerasGuardError: If it was never built, or Keras can't save it.
    """
    from ..api import tell
    from ..options import Options

    found, report = guard_with_report(Call("guard"), model)
    tell(report, Options(), None)
    assert found is not None
    return found


def guard_with_report(call: Call, model: Any) -> tuple[Guarded | None, Report]:
    """Take a snapshot without raising."""
    if isinstance(model, Guarded):
        return model, Report(call)
    if was_forked():
        return None, Report(call, (Diagnosis("model_forked", "model"),))
    data, report = take(call, model)
    if not report.ok:
        return None, report
    found = Guarded(data, about_model(model), call.model)
    found.follow(model)
    return found, report


def unguard(guarded: Any, *, custom_objects: Any = None, safe_mode: bool = True) -> Any:
    """The live model of a snapshot, to look into it or to train it on.

    Args:
        guarded: A `Guarded`. What is trained is the model: the snapshot stays as it is.
        custom_objects: As in Keras: the classes and functions that the model needs, by name. Later predictions of
            `guarded` use them too.
        safe_mode: With False, code that the model holds or names is run; only if you trust who made it.

    Returns:
        The model that the snapshot was taken of, if that is as it was, else the one that is loaded of it. Of a model,
        itself.

    Raises:
        ModelLoadError: If it can't be loaded, or would run code.
    """
    from ..api import tell
    from ..options import Options

    model, report = unguard_with_report(Call("unguard", model="guarded"), guarded, custom_objects, safe_mode)
    tell(report, Options(), None)
    return model


def unguard_with_report(call: Call, guarded: Any, custom_objects: Any, safe_mode: Any) -> tuple[Any, Report]:
    """The live model without raising."""
    may: dict[str, Any] = {} if custom_objects is None else {"custom_objects": custom_objects}
    may |= {} if safe_mode is True else {"safe_mode": safe_mode}
    model, findings = live(guarded, call, **may)
    if not findings and not is_model(model):
        findings = [Diagnosis("structure_model", "model", {"cls": call.model_class or type(model).__name__})]
    return model, Report(call, tuple(findings))


def about_model(model: Any) -> dict[str, Any]:
    """What there is to know without loading the model."""
    signature = state_of(model).signature
    rows = rows_of(model, signature)
    blueprint = blueprint_of(model)
    return {
        "name": signature.name,
        "kind": "savedmodel" if getattr(model, "is_servable", False) else "keras",
        "inputs": [_tensor(spec) for spec in signature.inputs],
        "outputs": [_tensor(spec) for spec in signature.outputs],
        "weights": sum(prod(int(size or 0) for size in weight.shape) for weight in model.weights),
        "stateful": signature.stateful_batch,
        "layers": table_lines(rows),
        "versions": versions(),
        "backend": _backend(model),
        "blueprint": None if blueprint is None or blueprint.stale else to_json(blueprint),
    }


def _tensor(spec: TensorSpec) -> dict[str, Any]:
    return {"path": list(spec.path), "shape": list(spec.shape), "dtype": spec.dtype, "axes": list(spec.axes)}


def _backend(model: Any) -> str:
    """What computes it; of a model of Keras 2 and of a SavedModel TensorFlow."""
    if not type(model).__module__.startswith(("tf_keras", "kerasguard")):
        import keras

        return str(keras.backend.backend())
    return "tensorflow"
