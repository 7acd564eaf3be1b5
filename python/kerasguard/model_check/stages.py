"""Every layer at its place in the graph, those of nested models included: what the rules about layers look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..activations import activation_of
from ..model_graph import Shape, layers_of, nodes_of

LOOKUPS = ("TextVectorization", "StringLookup", "IntegerLookup")


@dataclass(frozen=True, eq=False)
class Stage:
    """A layer, and the stages that feed it; None among these is an input of the model.

    `route`: its name after those of the models it is in. `axis`: along which its softmax shares. `ids`: how many ids
    it gives, or takes. `scale`: of a Rescaling. `stride`: whether it gives fewer places than it gets.
    """

    layer: Any
    route: tuple[str, ...]
    cls: str
    before: tuple[Stage | None, ...] = ()
    takes: tuple[Shape, ...] = ()
    gives: tuple[Shape, ...] = ()
    activation: str | None = None
    axis: int = -1
    gives_ids: int | None = None
    takes_ids: int | None = None
    scale: float | None = None
    channels_first: bool = False

    @property
    def name(self) -> str:
        """Of the layer alone."""
        return self.route[-1]


@dataclass
class Stages:
    """All stages in the order in which they run. `last`: those behind the outputs; `unused`: inputs that feed none."""

    all: list[Stage] = field(default_factory=list)
    last: list[Stage | None] = field(default_factory=list)
    unused: tuple[str, ...] = ()


def stages_of(model: Any) -> Stages:
    """The stages of a model with a graph; of another one its layers, without what feeds them."""
    found = Stages()
    nodes = nodes_of(model)
    if not nodes:
        found.all = [
            _stage(layer, (str(layer.name),), (), (), _units(layer))
            for layer in layers_of(model)
            if not getattr(layer, "layers", None)
        ]
        return found
    found.last = _through(model, [None] * len(model.inputs), (), found.all)
    taken = {key for node in nodes for key, _ in node.takes} | {id(tensor) for tensor in model.outputs}
    found.unused = tuple(str(tensor.name).split(":")[0] for tensor in model.inputs if id(tensor) not in taken)
    if len(model.inputs) == 1:
        found.unused = ()
    return found


def _through(
    model: Any, came: Sequence[Stage | None], route: tuple[str, ...], found: list[Stage]
) -> list[Stage | None]:
    """The stages behind the outputs of a model whose inputs come from those."""
    known = {id(tensor): stage for tensor, stage in zip(model.inputs, came, strict=False)}
    made: list[Stage | None] = list(came)
    nodes = nodes_of(model)
    for node in nodes:
        if not node.takes:
            continue
        before = tuple(known.get(key) for key, _ in node.takes)
        place = (*route, str(node.layer.name))
        if nodes_of(node.layer):
            made = _through(node.layer, before, place, found)
        else:
            shapes = [tuple(shape for _, shape in part) for part in (node.takes, node.gives)]
            stage = _stage(node.layer, place, before, shapes[0], shapes[1])
            found.append(stage)
            made = [stage] * len(node.gives)
        known.update(zip((key for key, _ in node.gives), made, strict=False))
    return made[:1] if nodes and nodes[-1].gives[0][0] < 0 else [known.get(id(tensor)) for tensor in model.outputs]


def _stage(
    layer: Any, route: tuple[str, ...], before: tuple[Stage | None, ...], takes: tuple[Shape, ...],
    gives: tuple[Shape, ...],
) -> Stage:  # fmt: skip
    cls = type(layer).__name__
    axis, scale = getattr(layer, "axis", -1), getattr(layer, "scale", None)
    is_softmax = cls == "Softmax"
    return Stage(
        layer, route, cls, before, takes, gives,
        activation="softmax" if is_softmax else activation_of(layer),
        axis=axis if is_softmax and isinstance(axis, int) else -1,
        gives_ids=_ids_of(layer, cls), takes_ids=_table(layer, cls),
        scale=float(scale) if cls == "Rescaling" and isinstance(scale, (int, float)) else None,
        channels_first=getattr(layer, "data_format", None) == "channels_first",
    )  # fmt: skip


def _units(layer: Any) -> tuple[Shape, ...]:
    """What a layer gives as far as its units tell."""
    units = getattr(layer, "units", None)
    return ((None, units),) if isinstance(units, int) else ()


def _ids_of(layer: Any, cls: str) -> int | None:
    """How many ids a layer that looks values up tells apart; None of one that gives no ids, or knows no words."""
    if cls == "Hashing" and getattr(layer, "output_mode", "int") == "int":
        return int(layer.num_bins)
    if cls in LOOKUPS and getattr(layer, "output_mode", getattr(layer, "_output_mode", "int")) == "int":
        return None if is_empty(layer) else int(layer.vocabulary_size())
    if cls == "Discretization" and not is_empty(layer) and layer.output_mode == "int":
        return len(layer.bin_boundaries) + 1
    return None


def _table(layer: Any, cls: str) -> int | None:
    """How many ids a layer has numbers for."""
    found = {"Embedding": "input_dim", "CategoryEncoding": "num_tokens"}.get(cls)
    size = getattr(layer, found, None) if found else None
    return int(size) if size is not None else None


def is_empty(layer: Any) -> bool:
    """Whether a layer that must learn words or bins from data has none: it fails when it is called."""
    if type(layer).__name__ == "Discretization":
        return getattr(layer, "bin_boundaries", ()) in (None, [])  # Keras 3, tf_keras
    if type(layer).__name__ not in LOOKUPS:
        return False
    try:
        return layer.vocabulary_size() <= MOST_SPECIAL and not layer.get_vocabulary(include_special_tokens=False)
    except Exception:  # a table that can't be read: then nothing is known
        return False


MOST_SPECIAL = 64  # tokens of a vocabulary that stand for no word of its own
