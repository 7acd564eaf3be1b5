"""Words about files that can't be read, or are not what they seem."""

from __future__ import annotations

from typing import Any

from ..entry import Both, Entry, Fix
from ..phrases import Phrases
from ..words import word

FILES: dict[str, Entry] = {
    "error_load": Entry(
        "load",
        "{load_head}",
        ("{load_why}", "{error}: {plain_sentence}."),
        (
            Fix("look where it is", when="is_missing", code=Both("import os\nos.listdir()", "list.files()")),
            Fix("build the model as it was, then", when="is_weights", code=Both('{model}.load_weights("FILE.weights.h5")',
                '{model}$load_weights("FILE.weights.h5")')),
            Fix("only if you trust its author", when="is_lambda", code=Both('safe_load_model("FILE.keras", safe_mode=False)',
                'safe_load_model("FILE.keras", safe_mode = FALSE)')),
            Fix("in the class, then save the model anew", when="is_config", code=Both(
                'def get_config(self):\n    return {{**super().get_config(), "ARGUMENT": self.ARGUMENT}}',
                "get_config = function() c(super$get_config(), list(ARGUMENT = self$ARGUMENT))")),
            Fix("for a model; weights alone end in .weights.h5", when="is_ending", code='safe_save_model({model}, "FILE.keras")'),
            Fix("put a layer without Python code in its place, where it was made", when="is_python",
                code=Both("keras.layers.Rescaling(SCALE)", "layer_rescaling(scale = SCALE)")),
            Fix("with it", when="is_own", code=Both('safe_load_model("FILE.keras", custom_objects={{"{name}": {name_code}}})',
                'safe_load_model("FILE.keras", custom_objects = list({name_code} = {name_value}))')),
            Fix("with that class", when="is_class", code=Both('safe_load_model("FILE.keras", custom_objects={{"{name}": {name_code}}})',
                'safe_load_model("FILE.keras", custom_objects = list({name_code} = {name_code}))')),
            Fix("which mends what older versions wrote", when="is_version", code='safe_load_model("FILE.keras")'),
        ),
    ),
    "error_pointer": Entry(
        "structure",
        "The model is an empty pointer: it was saved by R, not by Keras.",
        ("saveRDS() and a workspace keep only R's handle, which dies with the session.",),
        (Fix("train or load it again, then", code='safe_save_model({model}, "FILE.keras")'),
         Fix("or, to keep it in a file of R", code=Both('guarded = guard({model})', 'saveRDS(guard({model}), "FILE.rds")')),),
    ),
}  # fmt: skip


@word
def load_why(facts: dict[str, Any], phrases: Phrases) -> str:
    name = f' "{facts["name"]}"' if facts["name"] else ""
    whys = {
        "is_python": "It holds Python code (a Lambda layer) of another Python version, which this one can't read.",
        "is_config": f"Class{name} can't be made again: its get_config() or its __init__(..., **kwargs) lacks arguments.",
        "is_ending": "The ending of a file's name tells Keras its format.",
        "is_lambda": "It holds a Lambda layer: code that would run on loading, which Keras refuses.",
        "is_function": f"It names a loss or metric{name} of its author's own, which Keras must be given."
        if facts["is_own"]
        else f"It names a loss or metric{name} as an older Keras did.",
        "is_class": f"It holds a class{name} of its author's own, which Keras must be given.",
        "is_old": f"Another version of Keras wrote it{': it has' + name if name else ''}.",
        "is_missing": "There is no such file where Keras looked, or it is no model file.",
        "is_format": "It is no .keras or .h5 file that Keras 3 reads, or a part of one, cut off.",
        "is_weights": "It holds weights without a model, or those of a model with other layers.",
    }
    return next(why for key, why in whys.items() if facts[key])


@word
def load_head(facts: dict[str, Any], phrases: Phrases) -> str:
    return (
        "Keras can't tell the file's format from its name."
        if facts["is_ending"]
        else "Keras can't load the model file."
    )


@word
def is_version(facts: dict[str, Any], phrases: Phrases) -> bool:
    return not any(
        facts[key]
        for key in (
            "is_missing",
            "is_weights",
            "is_lambda",
            "is_class",
            "is_own",
            "is_config",
            "is_ending",
            "is_python",
        )
    )


@word
def name_code(facts: dict[str, Any], phrases: Phrases) -> str:
    return str(facts["name"]).rpartition(".")[2]


@word
def name_value(facts: dict[str, Any], phrases: Phrases) -> str:
    """What has no name of its own must be given anew."""
    name = name_code(facts, phrases)
    return "FUNCTION" if name == "anonymous_R_function" else name
