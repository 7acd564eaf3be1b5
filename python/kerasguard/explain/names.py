"""Names that Keras no longer has, and arguments that it does not take."""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from typing import Any

from ..report import Diagnosis
from .family import matcher
from .raised import Raised

# what older versions called it -> what it is called now
METHODS = {
    "predict_classes": "predict", "predict_proba": "predict", "fit_generator": "fit", "predict_generator": "predict",
    "evaluate_generator": "evaluate",
}  # fmt: skip
ARGUMENTS = {
    "lr": "learning_rate", "nb_epoch": "epochs", "nb_filter": "filters", "nb_classes": "num_classes",
    "samples_per_epoch": "steps_per_epoch", "nb_val_samples": "validation_steps", "val_samples": "validation_steps",
    "init": "kernel_initializer", "border_mode": "padding", "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer", "W_constraint": "kernel_constraint", "dim_ordering": "data_format",
    "subsample": "strides", "output_dim": "units", "inner_activation": "recurrent_activation", "input": "inputs",
    "output": "outputs", "dropout_W": "dropout", "dropout_U": "recurrent_dropout", "batch_input_shape": "batch_shape",
    "custom_object": "custom_objects", "period": "save_freq", "epsilon_value": "epsilon",
}  # fmt: skip
# of the R package keras, as keras3 calls them
FUNCTIONS = {
    "load_model_hdf5": "load_model", "load_model_tf": "load_model", "save_model_hdf5": "save_model",
    "save_model_tf": "save_model", "save_model_weights_hdf5": "save_model_weights",
    "load_model_weights_hdf5": "load_model_weights", "predict_on_generator": "predict",
    "k_argmax": "op_argmax", "k_mean": "op_mean", "k_sum": "op_sum", "k_square": "op_square", "k_exp": "op_exp",
    "k_clear_session": "clear_session", "multi_gpu_model": "keras_model", "layer_cudnn_lstm": "layer_lstm",
    "layer_cudnn_gru": "layer_gru", "layer_input": "keras_input",
}  # fmt: skip
OF_KERAS3 = (
    r"(?:layer|optimizer|loss|metric|callback|application|keras|op|initializer|regularizer|activation|dataset)_\w+"
    r"|(?:compile|fit|evaluate|to_categorical|pad_sequences|normalize|get_layer|use_backend)$"
)
SESSIONS = ("Session", "placeholder", "get_default_graph", "get_default_session", "ConfigProto", "reset_default_graph",
            "global_variables_initializer", "set_random_seed", "InteractiveSession", "variable_scope", "get_variable",
            "app", "flags", "logging")  # fmt: skip
PLACES = {
    "keras.utils.np_utils": "keras.utils", "keras.utils.vis_utils": "keras.utils",
    "keras.utils.generic_utils": "keras.utils", "keras.preprocessing.sequence": "keras.utils",
    "keras.backend.tensorflow_backend": "keras.backend", "keras.engine": "keras", "tensorflow.contrib": "tensorflow",
    "keras.preprocessing.text": "keras.layers.TextVectorization", "keras.wrappers.scikit_learn": "scikeras.wrappers",
    "tensorflow.python.keras": "keras",
}  # fmt: skip
OF_FILES = ("batch_shape", "time_major", "groups", "optional", "ragged", "quantization_config")


def removed(raised: Raised) -> Diagnosis | None:
    """A name that older versions of Keras and TensorFlow had."""
    text = raised.text
    match = re.search(r"'(?:Sequential|Functional|Model|Engine)' object has no attribute '(\w+)'", text)
    if match is not None and match.group(1) in METHODS:
        name = match.group(1)
        return _moved(f"{name}()", f"{METHODS[name]}()", method=METHODS[name], classes=name == "predict_classes")
    match = re.search(r"module '(?:tensorflow|tf)[\w.]*' has no attribute '(\w+)'", text)
    if match is not None and match.group(1) in SESSIONS:
        return _moved(f"tf.{match.group(1)}", f"tf.compat.v1.{match.group(1)}")
    match = re.search(r"cannot import name '(\w+)' from '(keras[\w.]*|tensorflow\.keras[\w.]*)'", text)
    old = f"{match.group(2)}.{match.group(1)}" if match else ""
    match = re.search(
        r"No module named '((?:tensorflow\.)?(?:keras|contrib|python)\.?[\w.]*|tensorflow\.[\w.]+)'", text
    )
    old = old or (match.group(1) if match else "")
    match = re.search(r"module '((?:tensorflow\.)?keras[\w.]*)' has no attribute '(\w+)'", text)
    old = old or (".".join(match.groups()) if match else "")
    if "." not in old:
        return None
    plain = old.removeprefix("tensorflow.") if old.startswith("tensorflow.keras") else old
    new = next((new for place, new in PLACES.items() if plain == place or plain.startswith(place + ".")), "")
    if not new and plain.startswith("keras.layers."):
        new = "keras.layers"
    return _moved(old, new) if new else None


def _moved(old: str, new: str, method: str = "", classes: bool = False, function: str = "") -> Diagnosis:
    is_one = old.startswith("tf.")
    is_class = not is_one and new.rpartition(".")[2][:1].isupper()
    facts = {"old": old, "new": new, "method": method, "classes": classes, "plain": bool(method) and not classes,
             "is_one": is_one, "is_class": is_class, "is_place": not (method or function or is_one or is_class),
             "function": function}  # fmt: skip
    return Diagnosis("error_removed", "x", facts)


ARGUMENT = (
    r"(?:(\w+)(?:\.__init__)?\(\) got an unexpected keyword argument '(\w+)'"
    r"|Unrecognized keyword arguments passed to (\w+): \{'(\w+)'"
    r"|Argument\(s\) not recognized: \{'(\w+)'"
    r"|Error in ((?:optimizer|layer|loss|metric|callback|keras)_\w+|fit|compile)\b.{0,200}unused argument \((\w+) ?=)"
)


def unknown_argument(raised: Raised) -> Diagnosis | None:
    """An argument that a layer, an optimizer or a method does not take."""
    match = re.search(ARGUMENT, raised.text)
    if match is None or "deserializ" in raised.text:
        return None
    method, given, layer, extra, optimizer, function, unused = match.groups()
    owner, name = method or layer or function or "", given or extra or optimizer or unused
    if raised.own is not None and name not in ARGUMENTS:
        return None  # of the user's own class
    if not raised.is_live and name in OF_FILES:
        return None  # a file of an older version has it, more often than code does
    new = ARGUMENTS.get(name, "") or _nearest(owner, name)
    facts: dict[str, Any] = {
        "owner": owner,
        "name": name,
        "new": new,
        "is_known": bool(new),
        "is_old": name in ARGUMENTS,
    }
    return Diagnosis("error_argument", "x", facts)


def unknown_argument_of_r(raised: Raised) -> Diagnosis | None:
    """R itself refuses what a function of keras3 does not take."""
    return unknown_argument(raised) if "unused argument" in raised.text else None


def function_of_r(raised: Raised) -> Diagnosis | None:
    """A function of keras3, or of the packages that its examples load beside it."""
    match = re.search(r"could not find function [\"\u201c]([^\"\u201d]+)[\"\u201d]", raised.text)
    if match is None:
        return None
    name = match.group(1)
    if name in METHODS:
        return _moved(f"{name}()", f"{METHODS[name]}()", method=METHODS[name], classes=name == "predict_classes")
    if name in FUNCTIONS:
        return _moved(f"{name}()", f"{FUNCTIONS[name]}()", function=FUNCTIONS[name])
    package = "magrittr" if name == "%>%" else "keras3" if re.match(OF_KERAS3, name) else ""
    return Diagnosis("error_r_function", "x", {"name": name, "package": package}) if package else None


def _nearest(owner: str, name: str) -> str:
    """The argument of that layer or method that is spelt most alike, where Keras is there to ask."""
    keras = sys.modules.get("keras")
    if keras is None:
        return ""
    spaces = (keras.layers, keras.optimizers, keras.callbacks, keras.Model)
    found = next((getattr(space, owner) for space in spaces if owner and hasattr(space, owner)), None)
    try:
        known = list(inspect.signature(found).parameters) if found is not None else []
    except (TypeError, ValueError):
        return ""
    near = difflib.get_close_matches(name, [*known, "name", "dtype", "input_shape"], 1)
    return near[0] if near else ""


unknown_name = matcher(
    "error_name", r"Could not interpret (\w+)(?: function)? identifier: (?:<.*?>|'?([\w.]+))", "what", "name"
)
r_method = matcher(
    "error_r_method",
    r"no applicable method for '(predict|fit|evaluate|compile|summary)' applied to an object"
    r" of class .*keras",
    "name",
)
