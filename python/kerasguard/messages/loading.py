"""Words about files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .entry import Both, Entry, Fix
from .phrases import Phrases
from .words import word

LOAD = Fix("with the path of a file",
           code=Both('model = safe_load_model("FILE.keras")', 'model <- safe_load_model("FILE.keras")'))  # fmt: skip
SAVE = Fix("save the model as .keras where it was made",
           code=Both('model.save("MODEL.keras")', 'model$save("MODEL.keras")'))  # fmt: skip
NEAR = Fix("a model that is there", when="near",
           code=Both("model = safe_load_model({near:quoted})", "model <- safe_load_model({near:quoted})"))  # fmt: skip
TRUST = Fix("only if you trust who made it",
            code=Both("model = safe_load_model({path:quoted}, safe_mode=False)",
                      "model <- safe_load_model({path:quoted}, safe_mode = FALSE)"))  # fmt: skip


@word
def file(facts: dict[str, Any], phrases: Phrases) -> str:
    """The name of the file in `path`, short enough for a headline."""
    return Path(facts["path"]).name or str(facts["path"])


@word
def format_found(facts: dict[str, Any], phrases: Phrases) -> str:
    """What the file is instead."""
    what = dict.get(facts, "what")
    if what is None:
        return "Its first bytes are those of another format."
    return f"It is {what}" + (": what was downloaded is the page about the file." if what == "a web page" else ".")


@word
def in_member(facts: dict[str, Any], phrases: Phrases) -> str:
    """The part of the file that holds pickles."""
    member = dict.get(facts, "member")
    return f"They are in {member}." if member else ""


@word
def is_page(facts: dict[str, Any], phrases: Phrases) -> bool:
    return dict.get(facts, "what") == "a web page"


@word
def is_raw(facts: dict[str, Any], phrases: Phrases) -> bool:
    return facts["cls"] in ("raw", "bytes", "bytearray")


@word
def begun(facts: dict[str, Any], phrases: Phrases) -> str:
    what = str(facts["what"])
    return what if what.split(" ")[0] in ("a", "an") else f"an {what}" if what[:1] in "HhAaEe" else f"a {what}"


@word
def in_r(facts: dict[str, Any], phrases: Phrases) -> bool:
    return phrases.is_r


@word
def code_of_r(facts: dict[str, Any], phrases: Phrases) -> str:
    return "It was written in R, whose code a file does not keep." if dict.get(facts, "of_r") else ""


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
    "load_url": Entry(
        "load",
        "Can't load {name:quoted}: `path` is an address, not a file.",
        ("Nothing is fetched from the network.",),
        (Fix("download it first",
             code=Both('import urllib.request\nurllib.request.urlretrieve({path:quoted}, {name:quoted})\n'
                       'model = safe_load_model({name:quoted})',
                       'download.file({path:quoted}, {name:quoted}, mode = "wb")\n'
                       'model <- safe_load_model({name:quoted})')),),
    ),
    "load_flag": Entry(
        "load",
        Both("`{flag}` must be True or False, not {value}.", "`{flag}` must be TRUE or FALSE, not {value}."),
        (),
        (Fix("", code=Both("model = safe_load_model({path:quoted}, {flag}=True)",
                           "model <- safe_load_model({path:quoted}, {flag} = TRUE)")),),
    ),
    "load_objects": Entry(
        "load",
        Both("`custom_objects` must be a dict, not {cls}.", "`custom_objects` must be a named list, not {cls}."),
        ("It gives the class or function to use for each name in the file.",),
        (Fix("", code=Both('model = safe_load_model({path:quoted}, custom_objects={{"NAME": CLASS}})',
                           'model <- safe_load_model({path:quoted}, custom_objects = list(NAME = CLASS))')),),
    ),
    "load_path": Entry(
        "load",
        "`path` must be one file name, not {cls}.",
        (),
        (Fix("write the model's bytes into a file first", when="is_raw",
             code=Both('open("FILE.keras", "wb").write(path)\nmodel = safe_load_model("FILE.keras")',
                       'writeBin(path, "FILE.keras")\nmodel <- safe_load_model("FILE.keras")')),
         Fix(LOAD.lead, unless="is_raw", code=LOAD.code)),
    ),
    "load_folder": Entry(
        "load",
        "Can't load {file:quoted}: it is a folder without a model.",
        ("A SavedModel folder holds saved_model.pb; other models are .keras or .h5 files.",),
        (NEAR,
         Fix("save the model as .keras where it was made", unless="near",
             code=Both('model.save("MODEL.keras")', 'model$save("MODEL.keras")')),),
    ),
    "load_empty": Entry(
        "load",
        "Can't load {file:quoted}: the file is empty.",
        (),
        (SAVE,),
    ),
    "load_unreadable": Entry(
        "load",
        "Can't read {file:quoted}.",
        ("{sentence}.",),
        (LOAD,),
    ),
    "load_format": Entry(
        "load",
        "Can't load {file:quoted}: it is no .keras or .h5 model.",
        ("{format_found}",),
        (Fix("unpack it, and load what is inside", when="is_wrapped",
             code=Both('import shutil\nshutil.unpack_archive({path:quoted}, "FOLDER", "zip")\n'
                       'model = safe_load_model("FOLDER/MODEL")',
                       'unzip({path:quoted}, exdir = "FOLDER")\nmodel <- safe_load_model("FOLDER/MODEL")')),
         Fix("download the file itself, as binary", when="is_page",
             code=Both('import urllib.request\nurllib.request.urlretrieve("URL", {path:quoted})',
                       'download.file("URL", {path:quoted}, mode = "wb")')),
         Fix("save the model as .keras where it was made", unless="is_wrapped",
             code=Both('model.save("MODEL.keras")', 'model$save("MODEL.keras")')),),
    ),
    "load_lfs": Entry(
        "load",
        "Can't load {file:quoted}: it is a git-LFS pointer.",
        ("The file holds the address of the model, not the model.",),
        (Fix("in its repository, fetch the model itself",
             code=Both('import subprocess\nsubprocess.run(["git", "lfs", "pull", "--include", {name:quoted}])',
                       'system2("git", c("lfs", "pull", "--include", {name:quoted}))')),),
    ),
    "load_json": Entry(
        "load",
        "Can't load {file:quoted}: it is text in JSON, without weights.",
        ("to_json() keeps the layers of a model and none of what it has learned.",),
        (Fix("build the model from it, then load its weights",
             code=Both('model = keras.models.model_from_json(open({path:quoted}).read())\n'
                       'model.load_weights("FILE.weights.h5")',
                       'model <- reticulate::import("keras")$models$model_from_json(paste(readLines({path:quoted}), collapse = ""))\n'
                       'model$load_weights("FILE.weights.h5")')),),
    ),
    "load_cut": Entry(
        "load",
        "Can't load {file:quoted}: its end is missing.",
        ("It begins as {begun} file and stops after {size} bytes: a copy or download was cut off.",),
        (Fix("copy it again, as binary, and compare the sizes",
             code=Both('import os\nos.path.getsize({path:quoted})', 'file.size({path:quoted})')),),
    ),
    "load_broken": Entry(
        "load",
        "Can't load {file:quoted}: it is damaged.",
        ("{sentence}.",),
        (SAVE,),
    ),
    "load_archive": Entry(
        "load",
        "Refused {file:quoted}: it is built to do harm.",
        ("The file {reason}. No version of Keras writes such files.",),
        (SAVE,),
    ),
    "load_weights_only": Entry(
        "load",
        "Can't load {file:quoted}: it holds weights and no model.",
        ("It is {what}: numbers without the layers that they belong to.",),
        (Fix("build the model as it was, then",
             unless="is_checkpoint",
             code=Both("model.load_weights({path:quoted})", "model$load_weights({path:quoted})")),
         Fix("with tf_keras, build the model as it was, then",
             when="is_checkpoint",
             code=Both("model.load_weights({prefix:quoted})", "model$load_weights({prefix:quoted})")),),
    ),
    "load_rds": Entry(
        "load",
        "Can't load {file:quoted}: it was written by saveRDS() or save().",
        ("R keeps a pointer to a Keras model there, not the model: it died with its session.",),
        (SAVE,
         Fix("if it is a guard", when="in_r", code="guarded <- readRDS({path:quoted})"),),
    ),
    "load_pickle": Entry(
        "load",
        "Refused {file:quoted}: it holds pickled Python objects.",
        ("To unpickle is to run whatever the file says; Keras models need no pickles.", "{in_member}"),
        (SAVE,),
    ),
    "load_lambda": Entry(
        "load",
        "Can't load {file:quoted}: it holds Python code in a Lambda layer.",
        ("Loading it would run that code. Only you can say that you trust who made the file.",),
        (Fix("if you trust it", code=Both('model = safe_load_model({path:quoted}, safe_mode=False)',
                                          'model <- safe_load_model({path:quoted}, safe_mode = FALSE)')),),
    ),
    "load_code": Entry(
        "load",
        "Can't load {file:quoted}: it reaches for more than its own weights.",
        ("Loading it would load {wants}. Only you can say that you trust who made the file.",),
        (TRUST,),
    ),
    "load_custom": Entry(
        "load",
        "Can't load {file:quoted}: it needs code that Keras does not have.",
        ("It names {wants}. The file has no right to choose code: hand over yours.", "{code_of_r}"),
        (Fix("with the R function that the layer was made with", when="is_unnamed",
             code=Both('model = safe_load_model({path:quoted}, custom_objects={{{name:quoted}: FUNCTION}})',
                       'model <- safe_load_model({path:quoted}, custom_objects = list({name} = FUNCTION))')),
         Fix("with your own class or function of that name", unless="is_unnamed",
             code=Both('model = safe_load_model({path:quoted}, custom_objects={{{name:quoted}: CLASS}})',
                       'model <- safe_load_model({path:quoted}, custom_objects = list(`{name}` = CLASS))')),
         Fix("or, only if you trust the file, have Keras import it", when="foreign",
             code=Both("model = safe_load_model({path:quoted}, safe_mode=False)",
                       "model <- safe_load_model({path:quoted}, safe_mode = FALSE)")),),
    ),
    "load_graph": Entry(
        "load",
        "Can't load {file:quoted}: its graph does more than compute.",
        ("It holds {wants}: operations that touch files, processes, the network or Python.",),
        (TRUST,),
    ),
    "load_tensorflow": Entry(
        "load",
        "Can't load {file:quoted} without TensorFlow.",
        ("It is a SavedModel folder: TensorFlow's own form, which neither JAX nor torch reads.",),
        (Fix("install TensorFlow, then load again",
             code=Both("pip install tensorflow", 'reticulate::py_install("tensorflow", pip = TRUE)')),
         SAVE,),
    ),
    "load_signature": Entry(
        "load",
        "Can't predict with the SavedModel {file:quoted}.",
        ("The inputs can't be read: {why}.",),
        (Fix("call it yourself",
             code=Both('import tensorflow as tf\nloaded = tf.saved_model.load({path:quoted})\nprint(loaded.signatures)',
                       'tf <- reticulate::import("tensorflow")\nloaded <- tf$saved_model$load({path:quoted})\n'
                       'print(loaded$signatures)')),),
    ),
    "load_old": Entry(
        "load",
        "Can't load {file:quoted} with Keras 3: it needs Keras 2.",
        ("It is a {format} file. {error}: {sentence}",),
        (Fix("install Keras 2 beside Keras 3, then load again", when="release",
             code=Both('pip install "tf_keras=={release}.*"',
                       'reticulate::py_install("tf_keras=={release}.*", pip = TRUE)')),
         Fix("install Keras 2 beside Keras 3, with the TensorFlow that it brings, then load again", unless="release",
             code=Both('pip install tf_keras', 'reticulate::py_install("tf_keras", pip = TRUE)')),),
    ),
    "load_keras_1": Entry(
        "load",
        "Can't load {file:quoted}: it is a file of Keras 1.",
        ("Layers and their arguments had other names then; no Keras after 2.2 reads them.",),
        (Fix("with Keras 2.0 to 2.2, in a Python of its own, save it anew",
             code=Both('model = keras.models.load_model({path:quoted})\nmodel.save("MODEL.h5")',
                       'model <- keras$models$load_model({path:quoted})\nmodel$save("MODEL.h5")')),),
    ),
    "load_newer": Entry(
        "load",
        "Can't load {file:quoted}: Keras {version} wrote it, and {installed} is installed.",
        ("{error}: {sentence}",),
        (Fix("with the newer Keras, in a new session",
             code=Both('pip install "keras>={version}"', 'reticulate::py_install("keras>={version}", pip = TRUE)')),),
    ),
    "load_failed": Entry(
        "load",
        "Can't load {file:quoted}.",
        ("{error}: {sentence}",),
        (Fix("if it has layers of your own",
             code=Both('model = safe_load_model({path:quoted}, custom_objects={{"NAME": CLASS}})',
                       'model <- safe_load_model({path:quoted}, custom_objects = list(NAME = CLASS))')),),
    ),
    "load_names": Entry(
        "load",
        'Loaded {file:quoted} (.h5): the old names of its loss and metrics ({names}) were resolved.',
        (Both("Keras 3's load_model() fails on them unless compile=False.",
              "Keras 3's load_model() fails on them unless compile = FALSE."),),
    ),
    "load_mended": Entry(
        "load",
        "Loaded {file:quoted} ({format}): older settings were put into Keras 3's words.",
        ("Changed: {changes}. It predicts as the version that wrote it.",),
    ),
    "load_unlike": Entry(
        "load",
        "Loaded {file:quoted}: it predicts otherwise than in Keras {version}, which wrote it.",
        ("In the installed Keras {why}.",),
        (Fix("to predict as before, in an environment of its own",
             code=Both('pip install "keras=={release}.*"', 'reticulate::py_install("keras=={release}.*", pip = TRUE)')),),
    ),
    "load_uncompiled": Entry(
        "load",
        Both('Loaded {file:quoted} without its loss and optimizer, as with compile=False.',
             'Loaded {file:quoted} without its loss and optimizer, as with compile = FALSE.'),
        ("It predicts as before. To train it, compile it anew. {sentence}",),
    ),
    "load_optimizer": Entry(
        "load",
        "Loaded {file:quoted} ({format}) with its optimizer as it was set up at first.",
        ("What the optimizer had learned in training has another form in Keras 3. Predictions are as before.",),
    ),
    "load_tf_keras": Entry(
        "load",
        "Loaded {file:quoted} ({format}) with tf_keras, as Keras 3 can't build it.",
        ("It is a Keras 2 model and predicts as before. Keras 3 said: {sentence}",),
    ),
    "load_servable": Entry(
        "load",
        "Loaded the SavedModel {file:quoted}: it predicts, and can't be trained.",
        ("Keras 3's load_model() does not take such folders; its inference endpoint {endpoint:quoted} is called.",),
    ),
    "load_predicts_only": Entry(
        "model",
        'Model "{model_name}" can\'t be {does}: it is a SavedModel, which only predicts.',
        ("The folder holds the computation of its predictions, without layers, loss and optimizer.",),
        (Fix("with the model that it was exported from",
             code=Both('{model} = safe_load_model("FILE.keras")', '{model} <- safe_load_model("FILE.keras")')),),
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
    "save_folder": Entry(
        "load",
        "Saved {path:quoted} as a SavedModel folder: it predicts, and can't be trained.",
        ("A .keras file keeps layers, loss and optimizer as well.",),
        (Fix("to keep all of it", code=Both("safe_save_model({model}, {near:quoted})", "safe_save_model({model}, {near:quoted})")),),
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
    "save_differs": Entry(
        "load",
        "The file of `{model}` gives other numbers: Keras can't save all of it.",
        ("A setting of a layer, or a layer that comes twice, is not in {path:quoted}.",),
        (Fix("save what it computes, without its layers",
             code=Both('{model}.export("FOLDER")', '{model}$export("FOLDER")')),),
    ),
    "save_lost": Entry(
        "load",
        "The file of `{model}` can't be loaded again, though Keras has written it.",
        ("{error}: {sentence}.",),
        (Fix("save what it computes, without its layers",
             code=Both('{model}.export("FOLDER")', '{model}$export("FOLDER")')),),
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
