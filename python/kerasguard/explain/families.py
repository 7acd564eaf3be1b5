"""Which family an error belongs to: the first one that recognises it. Nothing is guessed: each has its own sentence."""

from __future__ import annotations

from typing import Any

from ..report import Diagnosis
from . import code, data, files, handed, layers, machine, names, state, targets
from .family import Family
from .places import Place
from .raised import Raised

# of code around Keras, in which neither Keras nor TensorFlow has a part
OF_OTHERS: tuple[Family, ...] = (
    machine.memory, machine.not_found, names.removed, code.symbolic, handed.attribute, handed.categories,
    names.unknown_argument_of_r, names.function_of_r, data.ragged, machine.python_other, machine.library,
    files.pointer,
)  # fmt: skip
FAMILIES: tuple[Family, ...] = (
    *OF_OTHERS, names.unknown_argument, *handed.HANDED, targets.metric, code.variable, state.spoiled,
    data.cardinality, state.unknown_rank, layers.stateful, layers.rank, layers.features, data.inputs, layers.window,
    layers.merge, layers.reshape, layers.undefined, data.ids, targets.shapes, targets.rows, targets.label_range,
    code.wrapped, files.load, code.class_itself, code.not_a_layer, code.missing_part, data.generator, data.one_number,
    data.structure, data.kind, data.dtype, state.stateful_batch, targets.no_targets, data.nothing, state.uncompiled,
    names.r_method, state.unbuilt, names.unknown_name, targets.compiled_names, code.graph, code.shape_number,
    code.dtypes, state.optimizer, state.gradients, state.adapted, targets.outputs, code.units, state.nan,
    state.nan_in_log, machine.noise, machine.gpu,
)  # fmt: skip


def find_family(raised: Raised) -> Diagnosis | None:
    """The cause, where the error is known."""
    if raised.is_live and not raised.is_keras:
        return _first(raised, OF_OTHERS) or _foreign(raised)
    if code.own_loss(raised):
        return code.symbolic(raised) or code.own_code(raised)
    return _first(raised, FAMILIES) or code.own_code(raised)


def _first(raised: Raised, families: tuple[Family, ...]) -> Diagnosis | None:
    return next((found for family in families if (found := family(raised)) is not None), None)


def find_unknown(raised: Raised) -> Diagnosis:
    """What is left to say of an error that nothing here knows."""
    facts: dict[str, Any] = {
        "error": raised.error, "sentence": raised.sentence, "layer": "", "cls": "", "called": raised.call is not None,
        **_placed(raised),
    }  # fmt: skip
    if raised.layer is not None:
        facts |= {"layer": raised.layer.name, "cls": raised.layer.cls}
    return Diagnosis("error_unknown" if raised.is_keras else "error_unknown_text", "x", facts)


def _placed(raised: Raised) -> dict[str, Any]:
    place = raised.at or Place("", 0)
    return {"file": place.file, "line": place.line, "code": place.code, "own": bool(place.file)}


def _foreign(raised: Raised) -> Diagnosis:
    return Diagnosis("error_not_keras", "x", {"error": raised.error, "sentence": raised.sentence, **_placed(raised)})
