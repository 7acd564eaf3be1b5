"""What a model expects of targets: its outputs beside the losses that it was compiled with. Only reads the model."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from .signature import ModelSignature, TensorSpec, layers_of, traced_outputs

TargetKind = Literal["sparse", "categories", "binary", "hinge", "numbers", "custom", "none"]
KINDS: dict[str, TargetKind] = {
    "sparse_categorical_crossentropy": "sparse",
    "categorical_crossentropy": "categories",
    "categorical_focal_crossentropy": "categories",
    "categorical_hinge": "categories",
    "binary_crossentropy": "binary",
    "binary_focal_crossentropy": "binary",
    "hinge": "hinge",
    "squared_hinge": "hinge",
    **dict.fromkeys(
        ("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "huber", "log_cosh",
         "mean_squared_logarithmic_error", "poisson", "cosine_similarity", "kl_divergence"),
        "numbers",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Loss:
    """A loss of Keras by its canonical name (`sparse_categorical_crossentropy`); one's own has the name it has.

    `is_builtin`: its rules are known. `ignore_class`: the label that takes no part.
    """

    name: str
    is_builtin: bool
    from_logits: bool = False
    ignore_class: int | None = None


@dataclass(frozen=True)
class TargetSpec:
    """What one output is trained on. `loss` is None for an output without one, or a model that is not compiled.

    `is_free`: what the targets must be, and how many there are, only the model knows. `is_recurrent`: a layer of the
    model gives an answer for each time step because it was told to.
    """

    output: TensorSpec
    name: str
    loss: Loss | None
    is_free: bool = False
    is_recurrent: bool = False

    @property
    def kind(self) -> TargetKind:
        """What the loss compares outputs with."""
        if self.loss is None:
            return "none"
        return KINDS.get(self.loss.name, "custom") if self.loss.is_builtin else "custom"

    @property
    def units(self) -> int | None:
        """The size of the output's last axis."""
        return self.output.shape[-1]

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape that a target has: that of the output, without its last axis where labels are codes."""
        return self.output.shape[:-1] if self.kind == "sparse" else self.output.shape


def target_specs(model: Any, signature: ModelSignature) -> tuple[TargetSpec, ...]:
    """One per output, in the order of `signature.outputs`; a free one for a model that computes its loss itself."""
    if not signature.outputs:  # a subclassed model
        signature = replace(signature, outputs=traced_outputs(model, signature))
    if computes_loss(model) or not signature.outputs:
        unknown = TensorSpec((), "output", (None,), None, ("samples",), firm=False)
        return (TargetSpec(unknown, "output", Loss(type(model).__name__, False), is_free=True),)
    names = output_names(model, signature)
    losses = losses_of(model, signature, names)
    recurrent = any(getattr(layer, "return_sequences", False) for layer in layers_of(model))
    return tuple(
        TargetSpec(output, name, loss, is_recurrent=recurrent)
        for output, name, loss in zip(signature.outputs, names, losses, strict=True)
    )


def output_names(model: Any, signature: ModelSignature) -> tuple[str, ...]:
    """The names by which targets and losses of several outputs go: the keys of a dict, else those of layers."""
    outputs = signature.outputs
    layers = list(getattr(model, "output_names", None) or ())
    return tuple(
        str(spec.path[-1]) if spec.path and isinstance(spec.path[-1], str)
        else layers[i] if len(layers) == len(outputs) else spec.layer or spec.name
        for i, spec in enumerate(outputs)
    )  # fmt: skip


def losses_of(model: Any, signature: ModelSignature, names: tuple[str, ...]) -> list[Loss | None]:
    """The loss of every output."""
    given, count = getattr(model, "loss", None), len(signature.outputs)
    if isinstance(given, dict):
        return [read_loss(model, given.get(name)) for name in names]
    if isinstance(given, (list, tuple)):
        flat = list(given)
        return [read_loss(model, flat[i]) if i < len(flat) else None for i in range(count)]
    return [read_loss(model, given)] * count


def computes_loss(model: Any) -> bool:
    """Whether the class of the model has its own training step or loss."""
    own = ("compute_loss", "train_step", "test_step")
    return any(not is_keras(getattr(getattr(type(model), name, None), "__module__", "keras")) for name in own)


def is_keras(module: str | None) -> bool:
    """Whether code is of Keras itself."""
    return (module or "").partition(".")[0] in ("keras", "tf_keras")


def read_loss(model: Any, given: Any) -> Loss | None:
    """A loss given by name, function, class or object."""
    if given is None:
        return None
    if isinstance(given, (str, dict)):
        try:
            given = _losses(model).get(given)
        except Exception:  # compile() takes any name and fails at the first batch: that error is Keras' own
            return Loss(str(given), False)
    options: dict[str, Any] = {}
    if hasattr(given, "func") and hasattr(given, "keywords"):  # functools.partial
        given, options = given.func, dict(given.keywords)
    wrapped = getattr(given, "fn", None)
    options = {**(getattr(given, "_fn_kwargs", None) or {}), **options}
    source = wrapped if wrapped is not None else given
    name = getattr(source, "__name__", None) or type(source).__name__
    module = getattr(source, "__module__", None) if hasattr(source, "__name__") else type(source).__module__
    known = is_keras(module)

    def option(key: str, default: Any) -> Any:
        return options.get(key, getattr(given, key, default))

    ignored = option("ignore_class", None)
    return Loss(
        _snake(name) if known else name, known, bool(option("from_logits", False)),
        None if ignored is None else int(ignored),
    )  # fmt: skip


def _losses(model: Any) -> Any:
    """The module of losses of the Keras that the model is of."""
    root = next((c.__module__.partition(".")[0] for c in type(model).__mro__ if is_keras(c.__module__)), "keras")
    return importlib.import_module(f"{root}.losses")


def _snake(name: str) -> str:
    """`BinaryCrossentropy` -> `binary_crossentropy`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
