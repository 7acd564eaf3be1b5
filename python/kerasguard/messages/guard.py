"""Words about snapshots of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..blueprint_json import from_json
from ..blueprints import Blueprint
from ..report import Axes
from .blueprint import blueprint_lines, count_columns, path_text, series
from .entry import Both, Entry, Fix
from .phrases import Phrases, axes, count
from .words import word

GUARD: dict[str, Entry] = {
    "guard_trained": Entry(
        "model",
        "`{model}` predicts as model \"{model_name}\" did before it was trained or changed.",
        ("A guard never changes; from here on it predicts with a model of its own.",),
        (Fix("to predict with the model as it is now",
             code=Both("{model} = guard({trained})", "{model} <- guard({trained})")),),
    ),
    "guard_fit": Entry(
        "model",
        "Can't {do_to_it}: it is a guard, which never changes.",
        ("What was stored or sent of it would be another one.",),
        (Fix("with the model in it, of which a new guard is made then",
             code=Both("model = unguard({model})\n{function_called}\n{model} = guard(model)",
                       "model <- unguard({model})\n{function_called}\n{model} <- guard(model)")),),
    ),
    "guard_failed": Entry(
        "model",
        "Can't guard `{model}`: Keras can't save it.",
        ("{error}: {sentence}.",),
        (Fix("by what it computes, without its layers",
             code=Both('{model}.export("FOLDER")\nguarded = guard(safe_load_model("FOLDER"))',
                       '{model}$export("FOLDER")\nguarded <- guard(safe_load_model("FOLDER"))')),),
    ),
    "guard_lost": Entry(
        "model",
        "Can't guard `{model}`: what Keras saves of it can't be loaded again.",
        ("{error}: {sentence}.",),
        (Fix("by what it computes, without its layers",
             code=Both('{model}.export("FOLDER")\nguarded = guard(safe_load_model("FOLDER"))',
                       '{model}$export("FOLDER")\nguarded <- guard(safe_load_model("FOLDER"))')),),
    ),
    "guard_differs": Entry(
        "model",
        "Can't guard `{model}`: what Keras saves of it gives other numbers.",
        ("A setting of a layer, or a layer that comes twice, is not in the file that Keras writes.",),
        (Fix("by what it computes, without its layers",
             code=Both('{model}.export("FOLDER")\nguarded = guard(safe_load_model("FOLDER"))',
                       '{model}$export("FOLDER")\nguarded <- guard(safe_load_model("FOLDER"))')),),
    ),
    "guard_broken": Entry(
        "load",
        "Can't load the model in `{model}`: its bytes are not those of a model.",
        ("They were changed, or cut off, after guard() had made them.",),
        (Fix("make it anew where the model is", code=Both("{model} = guard(MODEL)", "{model} <- guard(MODEL)")),),
    ),
    "guard_code": Entry(
        "model",
        "`{model}` was guarded without code that it needs in another session.",
        ("{what_code}: a guard holds no code.",),
        (Fix("there, before it predicts", when="wants_classes",
             code=Both('unguard(GUARDED, custom_objects={{{name:quoted}: CLASS}})',
                       'unguard(GUARDED, custom_objects = list(`{name}` = CLASS))')),
         Fix("there, before it predicts, if you trust who made it", unless="wants_classes",
             code=Both("unguard(GUARDED, safe_mode=False)", "unguard(GUARDED, safe_mode = FALSE)")),
         Fix("or guard what it computes, which needs no code",
             code=Both('{model}.export("FOLDER")\nguarded = guard(safe_load_model("FOLDER"))',
                       '{model}$export("FOLDER")\nguarded <- guard(safe_load_model("FOLDER"))')),),
    ),
    "guard_stale": Entry(
        "model",
        "`{model}` was guarded without its blueprint, which is of other weights.",
        ("`{model}` was trained or loaded after the blueprint was learned.",),
        (Fix("learn it anew, and guard again",
             code=Both("learn_blueprint({model}, TRAINING_X, TRAINING_Y)\nguarded = guard({model})",
                       "learn_blueprint({model}, TRAINING_X, TRAINING_Y)\nguarded <- guard({model})")),),
    ),
    "model_forked": Entry(
        "model",
        "Can't use `{model}` in a forked process: TensorFlow would wait forever.",
        ("TensorFlow was started before the fork, and its threads stayed in the other process.",),
        (Fix("with processes that start afresh, to which a guard can be sent",
             code=Both('import multiprocessing\npool = multiprocessing.get_context("spawn").Pool(2)',
                       "workers <- parallel::makeCluster(2)")),),
    ),
}  # fmt: skip


@word
def do_to_it(facts: dict[str, Any], phrases: Phrases) -> str:
    name = f"`{phrases.call.model}`".replace("``", "`")
    return f"train {name}" if facts["function"] == "safe_fit" else f"show training data to {name}"


@word
def function_called(facts: dict[str, Any], phrases: Phrases) -> str:
    return phrases.calling_of("model", str(facts["function"]))


@word
def wants_classes(facts: dict[str, Any], phrases: Phrases) -> bool:
    return bool(dict.get(facts, "name"))


@word
def what_code(facts: dict[str, Any], phrases: Phrases) -> str:
    wants = dict.get(facts, "wants")
    return f"It names {wants}" if wants else "It has Python code in a Lambda layer"


def guard_lines(about: Mapping[str, Any], size: int, language: str) -> list[str]:
    """What it is, expects and gives, and what is known of training: for print()."""
    known = about.get("blueprint")
    lines = [f'Guarded model "{about["name"]}"{" (of a SavedModel)" if about["kind"] == "savedmodel" else ""}']
    lines += _tensors("expects", about["inputs"], language)
    lines += _tensors("gives", about["outputs"], language)
    parts = _known(None if known is None else from_json(known), language)
    lines += [f"  {'' if i else 'knows':<7}  {part}" for i, part in enumerate(parts)]
    if about["stateful"]:
        lines.append(f"  keeps    a state, in batches of {about['stateful']}")
    lines.append(f"  holds    {count(about['weights'], 'weights')}, {bytes_text(size)}")
    lines.append(f"  made by  {_made_by(about['versions'], about['backend'])}")
    return lines


def summary_lines(about: Mapping[str, Any], language: str) -> list[str]:
    """The layers, and the blueprint: for summary()."""
    known = about.get("blueprint")
    more = [] if known is None else ["", *blueprint_lines(from_json(known), language)]
    return ["", *(f"  {line}" for line in about["layers"]), *more]


def _tensors(verb: str, tensors: Any, language: str) -> list[str]:
    lines: list[str] = []
    for tensor in tensors:
        name = path_text(tensor["path"], language) if len(tensors) > 1 else ""
        kind = f" {tensor['dtype']}" if tensor["dtype"] not in (None, "float32") else ""
        shape = axes(Axes(tuple(tensor["axes"]), tuple(tensor["shape"])))
        lines.append(f"  {verb if not lines else '':<7}  {name + ': ' if name else ''}{shape}{kind}")
    return lines


def _known(blueprint: Blueprint | None, language: str) -> list[str]:
    """What training saw, a line of each input and output."""
    if blueprint is None:
        return ["nothing of its training data; learn_blueprint() shows them to a model before guard()"]
    parts = [count_columns(seen, language) for seen in blueprint.inputs]
    parts += [f"classes {series(seen.classes, language)}" for seen in blueprint.outputs if seen.classes]
    return [part for part in parts if part] or ["ranges of its training data"]


def _made_by(versions: Mapping[str, str], backend: str) -> str:
    engine = versions.get(backend)
    parts = [f"kerasguard {versions['kerasguard']}", f"Keras {versions.get('keras') or versions.get('tf_keras')}"]
    return ", ".join(parts) + (f" on {backend} {engine}" if engine else "")


def bytes_text(size: int) -> str:
    """A size in the unit that suits it."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= step:
            return f"{size / step:.3g} {unit}"
    return f"{size} bytes"
