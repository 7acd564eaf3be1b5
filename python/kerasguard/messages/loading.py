"""Words about files."""

from __future__ import annotations

from .entry import Both, Entry, Fix

LOAD = Fix("with the path of a file",
           code=Both('model = safe_load_model("FILE.keras")', 'model <- safe_load_model("FILE.keras")'))  # fmt: skip
SAVE = Fix("save the model as .keras where it was made",
           code=Both('model.save("MODEL.keras")', 'model$save("MODEL.keras")'))  # fmt: skip

LOADING: dict[str, Entry] = {
    "load_missing": Entry(
        "load",
        "Can't find the model file {path:quoted}.",
        ("The working directory is {directory}.",),
        (Fix("the nearest name there", when="near",
             code=Both('model = safe_load_model({near:quoted})', 'model <- safe_load_model({near:quoted})')),
         Fix("with its whole path", unless="near",
             code=Both('model = safe_load_model("PATH")', 'model <- safe_load_model("PATH")')),),
    ),
    "load_path": Entry(
        "load",
        "`path` must be one file name, not {cls}.",
        (),
        (LOAD,),
    ),
    "load_folder": Entry(
        "load",
        "Can't load {path:quoted}: it is a folder, not a .keras or .h5 file.",
        (),
        (SAVE,),
    ),
    "load_empty": Entry(
        "load",
        "Can't load {path:quoted}: the file is empty.",
        (),
        (SAVE,),
    ),
    "load_unreadable": Entry(
        "load",
        "Can't read {path:quoted}.",
        ("{sentence}.",),
        (LOAD,),
    ),
    "load_format": Entry(
        "load",
        "Can't load {path:quoted}: it is no .keras or .h5 model file.",
        ("Its first bytes are those of another format, or it was cut off.",),
        (SAVE,),
    ),
    "load_lambda": Entry(
        "load",
        "Can't load {path:quoted}: it holds Python code in a Lambda layer.",
        ("Loading it would run that code. Only you can say that you trust who made the file.",),
        (Fix("if you trust it", code=Both('model = safe_load_model({path:quoted}, safe_mode=False)',
                                          'model <- safe_load_model({path:quoted}, safe_mode = FALSE)')),),
    ),
    "load_failed": Entry(
        "load",
        "Can't load {path:quoted}.",
        ("{error}: {sentence}",),
        (Fix("if it has layers of your own",
             code=Both('model = safe_load_model({path:quoted}, custom_objects={{"NAME": CLASS}})',
                       'model <- safe_load_model({path:quoted}, custom_objects = list(NAME = CLASS))')),),
    ),
    "load_names": Entry(
        "load",
        'Loaded {path:quoted} (.h5): the old names of its loss and metrics ({names}) were resolved.',
        (Both("Keras 3's load_model() fails on them unless compile=False.",
              "Keras 3's load_model() fails on them unless compile = FALSE."),),
    ),
    "load_uncompiled": Entry(
        "load",
        Both('Loaded {path:quoted} without its loss and optimizer, as with compile=False.',
             'Loaded {path:quoted} without its loss and optimizer, as with compile = FALSE.'),
        ("It predicts as before. To train it, compile it anew. Keras said: {sentence}",),
    ),
}  # fmt: skip
