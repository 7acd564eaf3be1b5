"""Words about files."""

from __future__ import annotations

from .entry import Both, Entry, Fix

LOAD = Fix("with the path of a file",
           code=Both('model = safe_load_model("FILE.keras")', 'model <- safe_load_model("FILE.keras")'))  # fmt: skip
SAVE = Fix("save the model as .keras where it was made",
           code=Both('model.save("MODEL.keras")', 'model$save("MODEL.keras")'))  # fmt: skip

LEARN = Fix(
    "learn it anew",
    code=Both("learn_blueprint(model, TRAINING_X, TRAINING_Y)", "learn_blueprint(model, TRAINING_X, TRAINING_Y)"),
)
AS_FILE = Fix(
    "as .keras", code=Both("safe_save_model({model}, {near:quoted})", "safe_save_model({model}, {near:quoted})")
)

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
    "load_blueprint_broken": Entry(
        "load",
        "Loaded {path:quoted} without its blueprint, which can't be read.",
        ("What training saw is not known: {why}.",),
        (LEARN,),
    ),
    "load_blueprint_newer": Entry(
        "load",
        "Loaded {path:quoted} without its blueprint, which is of a newer form.",
        ("It was written by kerasguard {version} in form {schema}; this one reads form {known}.",),
        (LEARN,),
    ),
    "load_blueprint_other": Entry(
        "load",
        "Loaded {path:quoted} without its blueprint, which is of another model.",
        ("It does not fit the {part} of model '{model_name}': {why}.",),
        (LEARN,),
    ),
    "load_blueprint_weights": Entry(
        "load",
        "Loaded {path:quoted} without its blueprint, which is of other weights.",
        ("The weights in the file are not those that the blueprint was learned with.",),
        (LEARN,),
    ),
    "save_path": Entry(
        "load",
        "`path` must be one file name, not {cls}.",
        (),
        (AS_FILE,),
    ),
    "save_suffix": Entry(
        "load",
        "`path` must end in .keras or .h5, not {suffix:quoted}.",
        ("{why_suffix}",),
        (AS_FILE,),
    ),
    "save_into_folder": Entry(
        "load",
        "`path` must be a file; {path:quoted} is a folder.",
        (),
        (Fix("a file in it", code=Both("safe_save_model({model}, {near:quoted})", "safe_save_model({model}, {near:quoted})")),),
    ),
    "save_no_folder": Entry(
        "load",
        "Can't save into {folder:quoted}: there is no such folder.",
        ("The working directory is {directory}.",),
        (Fix("the nearest name there", when="near",
             code=Both("safe_save_model({model}, {near:quoted})", "safe_save_model({model}, {near:quoted})")),
         Fix("make it first",
             code=Both("import os\nos.makedirs({folder:quoted})\nsafe_save_model({model}, {path:quoted})",
                       "dir.create({folder:quoted}, recursive = TRUE)\nsafe_save_model({model}, {path:quoted})")),),
    ),
    "save_exists": Entry(
        "load",
        "Can't save as {path:quoted}: the file is there already.",
        (),
        (Fix("if it may be replaced", code=Both("safe_save_model({model}, {path:quoted}, overwrite=True)",
                                                "safe_save_model({model}, {path:quoted}, overwrite = TRUE)")),
         Fix("under another name", code=Both("safe_save_model({model}, {near:quoted})",
                                             "safe_save_model({model}, {near:quoted})")),),
    ),
    "save_failed": Entry(
        "load",
        "Can't save `{model}` as {path:quoted}.",
        ("{error}: {sentence}", "{kept_file}"),
        (Fix("elsewhere, if the disk is full or not yours", code=Both('safe_save_model({model}, "OTHER_FOLDER/MODEL.keras")',
                                                'safe_save_model({model}, "OTHER_FOLDER/MODEL.keras")')),),
    ),
    "save_stale": Entry(
        "load",
        "Saved `{model}` without its blueprint, which is of other weights.",
        ("`{model}` was trained or loaded after the blueprint was learned.",),
        (Fix("learn it anew, and save again",
             code=Both("learn_blueprint({model}, TRAINING_X, TRAINING_Y)\nsafe_save_model({model}, {path:quoted})",
                       "learn_blueprint({model}, TRAINING_X, TRAINING_Y)\nsafe_save_model({model}, {path:quoted})")),),
    ),
}  # fmt: skip
