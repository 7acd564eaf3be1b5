"""Words about snapshots of models."""

from __future__ import annotations

from typing import Any

from .entry import Both, Entry, Fix
from .phrases import Phrases
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
        "Can't use `{model}` in a forked process: Keras would wait forever.",
        ("It was at work before the fork, and its threads stayed in the other process.",),
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
