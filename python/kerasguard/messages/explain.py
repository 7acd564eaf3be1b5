"""Words about raw errors of Keras and TensorFlow, and about layers that get another shape than they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .entry import Both, Entry, Fix
from .phrases import Phrases, article, count, quoted
from .verbs import verb_of
from .words import word

if TYPE_CHECKING:
    from ..explain import Explanation
    from . import Message

Facts = dict[str, Any]


@word
def layer_words(facts: Facts, phrases: Phrases) -> str:
    """`Conv2D "conv2d"`, as far as it is known."""
    if not facts["layer"] and not facts.get("cls"):
        return "A layer"
    if not facts["layer"]:
        return f"A {facts['cls']} layer"
    return f'{facts.get("cls") or "Layer"} "{facts["layer"]}"'


@word
def axes_words(facts: Facts, phrases: Phrases) -> str:
    if facts["axes"] is None:
        wanted = facts["wanted"]
        return f"{wanted} {'axis' if wanted == 1 else 'axes'} per sample" if wanted else "another number of axes"
    return f"({', '.join(facts['axes'])})"


@word
def all_words(facts: Facts, phrases: Phrases) -> str:
    return ", ".join(facts["all_axes"])


@word
def came_words(facts: Facts, phrases: Phrases) -> str:
    return f"{facts['came']} {'axis' if facts['came'] == 1 else 'axes'}"


@word
def before_words(facts: Facts, phrases: Phrases) -> str:
    """What the layer got its input from."""
    if facts["before"] and facts["later"]:
        return f'It gets the output of layer "{facts["before"]}" ({facts["before_cls"]}).'
    return "Shapes are per sample: Keras adds the samples axis itself."


@word
def shapes_words(facts: Facts, phrases: Phrases) -> str:
    shown = [phrases.series(shape, "shape") for shape in facts["shapes"][:4]]
    return " and ".join(shown) if shown else "shapes that differ"


@word
def merge_why(facts: Facts, phrases: Phrases) -> str:
    if facts["cls"] == "Concatenate":
        return "All axes but the one that is joined must be equal."
    if facts["cls"] == "Dot":
        return "The axes that are multiplied must be equally long."
    return "It puts values of the same place together: all shapes must be equal."


@word
def window_words(facts: Facts, phrases: Phrases) -> str:
    return f" {phrases.series(facts['window'], 'shape')}" if facts["window"] else ""


@word
def seen_words(facts: Facts, phrases: Phrases) -> str:
    return f" {phrases.series(facts['seen'], 'shape')}" if facts.get("seen") else ""


@word
def at_layer(facts: Facts, phrases: Phrases) -> str:
    return f' at layer "{facts["layer"]}" ({facts["cls"]})' if facts["layer"] else ""


@word
def loss_words(facts: Facts, phrases: Phrases) -> str:
    return f"Loss {facts['loss']}" if facts["loss"] else "The loss"


@word
def size_words(facts: Facts, phrases: Phrases) -> str:
    if facts["size"]:
        return f"It asked for {facts['size']} at once."
    return f"It asked for an array of {' x '.join(facts['shape'].split(','))} at once." if facts["shape"] else ""


@word
def plain_sentence(facts: Facts, phrases: Phrases) -> str:
    """The error's own words, without a full stop of their own."""
    text = str(facts["sentence"]).rstrip(". ")
    # the sentence ends with the full stop of the entry
    return text if len(text) <= 200 else text[:197].rstrip(". ") + " .."


@word
def load_why(facts: Facts, phrases: Phrases) -> str:
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
def load_head(facts: Facts, phrases: Phrases) -> str:
    return (
        "Keras can't tell the file's format from its name."
        if facts["is_ending"]
        else "Keras can't load the model file."
    )


@word
def own_place(facts: Facts, phrases: Phrases) -> str:
    """Where the user's own code is: a line, a function of R, or the name of a loss."""
    if facts["file"]:
        file = facts["file"] if len(facts["file"]) <= 30 else facts["file"][:27] + "..."
        return f"{file}, line {facts['line']}"
    return "an R function" if facts["is_r"] else f"loss or metric `{facts['name']}`"


@word
def code_words(facts: Facts, phrases: Phrases) -> str:
    """The line itself."""
    code = facts.get("code") or ""
    return f"That line: {code if len(code) <= 100 else code[:97] + '...'}" if code else ""


LOOK = Fix("look at what the model takes and gets", code=Both("check_model({model}, {x})", "check_model({model}, {x})"))
READ = Fix("the guard reads them in the form that the model takes", when="mended", code=Both("{guarded}", "{guarded}"))
CHECK = Fix("look at the data", code=Both("check_input({model}, {x})", "check_input({model}, {x})"))

EXPLAIN: dict[str, Entry] = {
    "layer_channels": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("The channels axis is missing: 1 channel for gray pictures, 3 for colour.",),
        (
            Fix("for gray pictures", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),
            Fix("and the pictures too", code=Both("{x} = np.expand_dims({x}, -1)", "{x} <- array({x}, c(dim({x}), 1))")),
            Fix("for colour", code=Both("keras.Input({colour:sizes})", "keras_model_sequential(input_shape = {colour:sizes})")),
        ),
    ),
    "layer_one_sample": Entry(
        "shape",
        "{layer_words} must get ({all_words}), not {whole:shape}.",
        ("Is that one picture? Then the samples axis is missing.",),
        (Fix("if so", code=Both("{x} = np.expand_dims({x}, 0)", "{x} <- array({x}, c(1, dim({x})))")),),
    ),
    "layer_steps": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("It reads a series: how long it is, and how many features each step has.",),
        (
            Fix("after another recurrent layer: in that one", when="unsure",
                code=Both("keras.layers.LSTM(UNITS, return_sequences=True)", "layer_lstm(units = UNITS, return_sequences = TRUE)")),
            Fix("for {first} steps of one feature", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),
            Fix("for {first} features per step", code=Both("keras.Input((STEPS, {first}))", "keras_model_sequential(input_shape = c(STEPS, {first}))")),
        ),
    ),
    "layer_samples": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("Does the input shape count the samples ({first})? Keras adds that axis itself.",),
        (Fix("if so", code=Both("keras.Input({fixed:sizes})", "keras_model_sequential(input_shape = {fixed:sizes})")),),
    ),
    "layer_sequences": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ('Layer "{before}" ({before_cls}) before it gives its last step only.',),
        (Fix('in "{before}"', code=Both("keras.layers.{before_cls}(UNITS, return_sequences=True)",
             "{before_r}(units = UNITS, return_sequences = TRUE)")),),
    ),
    "layer_axes": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {seen:shape}.",
        ("{before_words}",),
        (
            Fix("the shape of one sample", when="fed", code=Both("keras.Input((SIZES))", "keras_model_sequential(input_shape = c(SIZES))")),
            Fix('behind the last layer that takes pictures or steps, not before', when="flattened_first",
                code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("as a layer before it", when="may_reshape",
                code=Both("keras.layers.Reshape((SIZES))", "layer_reshape(target_shape = c(SIZES))")),
        ),
    ),
    "layer_rank": Entry(
        "model",
        "{layer_words} must get {axes_words}, not {came_words}.",
        ("Shapes are per sample: Keras adds the samples axis itself.",),
        (LOOK,),
    ),
    "layer_features": Entry(
        "shape",
        "{layer_words} must get {wanted:features} per sample, not {came}.",
        ("It was built for {wanted}; the data have another number on their last axis.",),
        (READ, CHECK),
    ),
    "layer_window": Entry(
        "model",
        "{layer_words}: its window{window_words} is larger than its input{seen_words}.",
        ("Each convolution and pooling makes the {window_what} smaller; here nothing is left of it.",),
        (
            Fix("keep the size", when="convolves",
                code=Both('keras.layers.Conv{space}D(FILTERS, KERNEL, padding="same")', 'layer_conv_{space}d(filters = FILTERS, kernel_size = KERNEL, padding = "same")')),
            Fix("or leave this layer out; a smaller window", when="pools",
                code=Both('keras.layers.{pool_cls}(2, padding="same")', '{pool_r}(pool_size = 2, padding = "same")')),
        ),
    ),
    "layer_merge": Entry(
        "model",
        "{layer_words} can't put {shapes_words} together.",
        ("{merge_why}",),
        (
            Fix("make one like the other", when="last", code=Both("keras.layers.Dense({units})", "layer_dense(units = {units})")),
            Fix("flatten both", when="ranks", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("cut the longer one", when="series", code=Both("keras.layers.Cropping1D((0, {crop}))", "layer_cropping_1d(cropping = c(0, {crop}))")),
            Fix("make both equally large", when="pictures", code=Both("keras.layers.Resizing({resized})", "layer_resizing({resized})")),
        ),
    ),
    "layer_reshape": Entry(
        "model",
        'Reshape layer "{layer}" can\'t make {want:shape} of {seen:shape}.',
        ("{want:shape} holds {needs} numbers per sample, {seen:shape} has {has}.",),
        (
            Fix('in "{before}" before it', when="dense", code=Both("keras.layers.Dense({needs})", "layer_dense(units = {needs})")),
            Fix("sizes that make {has}", unless="dense", code=Both("keras.layers.Reshape((SIZES))", "layer_reshape(target_shape = c(SIZES))")),
        ),
    ),
    "layer_undefined": Entry(
        "model",
        "{layer_words} must know how many features it gets.",
        ("Its input has an open size, but its weights need a number.",),
        (
            Fix("in place of Flatten, for pictures of any size", when="flattened",
                code=Both("keras.layers.GlobalAveragePooling2D()", "layer_global_average_pooling_2d()")),
            Fix("or, for series of any length", when="flattened",
                code=Both("keras.layers.GlobalAveragePooling1D()", "layer_global_average_pooling_1d()")),
            Fix("say the sizes", when="open", code=Both("keras.Input((FEATURES,))", "keras_model_sequential(input_shape = c(FEATURES))")),
        ),
    ),
    "layer_stateful": Entry(
        "model",
        "{layer_words} is stateful: it must know the batch size.",
        ("It keeps a state per sample of the batch from one call to the next.",),
        (
            Fix("", when="shaped", code=Both("keras.Input(batch_shape=(BATCH, {inner}))", "keras_model_sequential(input_batch_shape = c(BATCH, {inner}))")),
            Fix("", when="unshaped", code=Both("keras.Input(batch_shape=(BATCH, STEPS, FEATURES))",
                "keras_model_sequential(input_batch_shape = c(BATCH, STEPS, FEATURES))")),
        ),
    ),
    "error_input_shape": Entry(
        "shape",
        "The model must get {want:shape} per sample, not {seen:shape}.",
        ("The data have other axes or sizes than the model declares.",),
        (READ, CHECK),
    ),
    "error_input_rank": Entry(
        "shape",
        "The model must get {wanted} axes, samples first; each sample here is {seen:shape}.",
        (),
        (READ, CHECK),
    ),
    "error_inputs": Entry(
        "structure",
        "The model must get {wanted:inputs}, not {came}.",
        (),
        (Fix("one array per input, in their order", code=Both("safe_predict({model}, [X1, X2])", "safe_predict({model}, list(X1, X2))")),),
    ),
    "error_ids": Entry(
        "dtype",
        "Token id {value} must be from 0 to {last_id}: the Embedding has {count} rows.",
        ("An id is a row number, counted from zero.",),
        (
            Fix("rows for all ids; then train again", when="above", code=Both("keras.layers.Embedding({size}, DIMENSIONS)",
                "layer_embedding(input_dim = {size}, output_dim = DIMENSIONS)")),
            CHECK,
        ),
    ),
    "error_target_flatten": Entry(
        "label",
        "The model gives {output:shape} per sample, the targets have {target:shape}.",
        ("The last layer still has the axes of pictures or steps: is a Flatten layer missing?",),
        (
            Fix("before the last Dense, after convolutions", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("or see each layer's shape", code=Both("check_model({model})", "check_model({model})")),
        ),
    ),
    "error_target_shape": Entry(
        "label",
        "The targets have {target:shape} per sample, the model gives {output:shape}.",
        ("{loss_words} compares them number by number or class by class.",),
        (
            Fix("for targets that are class numbers", when="to_sparse",
                code=Both('{model}.compile(optimizer="adam", loss="sparse_categorical_crossentropy")',
                          '{model}$compile(optimizer = "adam", loss = "sparse_categorical_crossentropy")')),
            Fix("for one-hot targets", when="to_categories",
                code=Both('{model}.compile(optimizer="adam", loss="categorical_crossentropy")',
                          '{model}$compile(optimizer = "adam", loss = "categorical_crossentropy")')),
            Fix("one unit per column of the targets", when="to_units",
                code=Both("keras.layers.Dense({columns})", "layer_dense(units = {columns})")),
        ),
    ),
    "error_target_rows": Entry(
        "label",
        "The loss got {rows} rows of outputs, but {labels} labels.",
        ("{rows_why}",),
        (
            Fix("for one-hot targets", when="one_hot", code=Both('{model}.compile(optimizer="adam", loss="categorical_crossentropy")',
                '{model}$compile(optimizer = "adam", loss = "categorical_crossentropy")')),
            Fix("before the last Dense, after convolutions", when="flat", code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("look at both", when="other", code=Both("explain_error(ERROR, {model}, {x}, {y})", "explain_error(ERROR, model = {model}, x = {x}, y = {y})")),
        ),
    ),
    "error_label_range": Entry(
        "label",
        "Label {value} must be from 0 to {highest}: the model has {units:units}.",
        ("Keras counts classes from zero.",),
        (
            Fix("if they count from 1", when="is_next", code=Both("{y} = {y} - 1", "{y} <- {y} - 1")),
            Fix("if there are that many classes", when="above", code=Both('keras.layers.Dense({size}, activation="softmax")',
                'layer_dense(units = {size}, activation = "softmax")')),
            Fix("leave these rows out", when="below", code=Both("keep = {y} >= 0", "keep <- {y} >= 0")),
        ),
    ),
    "error_rows": Entry(
        "label",
        "{rows_head}",
        ("{rows_detail}",),
        (
            READ,
            Fix("one array of all samples", when="is_list", unless="mended", code=Both("{x} = np.stack({x})", '{x} <- aperm(simplify2array({x}), c(length(dim({x}[[1]])) + 1, seq_along(dim({x}[[1]]))))')),
            Fix("see both", unless="is_list", code=Both("np.shape({x}), np.shape({y})", "dim({x}); dim({y}); length({y})")),
        ),
    ),
    "error_unknown_rank": Entry(
        "model",
        "Keras lost track of the shapes: the model was called before on others.",
        ("An earlier call with another number of axes changed what its compiled steps take.",
         "Data of the right shape then fail too."),
        (
            Fix("whatever was called before", when="predicts", code=Both("safe_predict({model}, {x})", "safe_predict({model}, {x})")),
            Fix("whatever was called before", when="trains", code=Both("safe_fit({model}, {x}, {y})", "safe_fit({model}, {x}, {y})")),
            Fix("whatever was called before", when="evaluates",
                code=Both("safe_evaluate({model}, {x}, {y})", "safe_evaluate({model}, {x}, {y})")),
            Fix("or renew it by hand", when="predicts", code=Both("{model}.make_predict_function(force=True)", "{model}$make_predict_function(force = TRUE)")),
        ),
    ),
    "error_spoiled": Entry(
        "model",
        "An earlier fit() failed half-way and spoiled the model's training step.",
        ("The data of this call may be right. The weights are as they were.",),
        (
            Fix("train with the guard, which mends it", code=Both("safe_fit({model}, {x}, {y})", "safe_fit({model}, {x}, {y})")),
            Fix("or by hand", code=Both("{model}.optimizer.build({model}.trainable_variables)\n{model}.make_train_function(force=True)",
                "{model}$optimizer$build({model}$trainable_variables)\n{model}$make_train_function(force = TRUE)")),
        ),
    ),
    "error_variable": Entry(
        "model",
        "A layer or model of your own makes a variable at every call.",
        ("Keras runs call() many times: variables are made once, in build() or __init__().{place_words}",),
        (Fix("in its build()", code=Both("self.w = self.add_weight(shape=SHAPE)", "self$w <- self$add_weight(shape = SHAPE)")),),
    ),
    "error_kind": Entry(
        "structure",
        "{kind_head}",
        ("{kind_detail}",),
        (
            READ,
            Fix("a list of samples as one array", when="is_list", unless="mended", code=Both("{role} = np.asarray({role})", "{role} <- do.call(rbind, as.list({role}))")),
            Fix("let the guard read it", unless="is_list", code=CHECK.code),
        ),
    ),
    "error_values": Entry(
        "dtype",
        "The {values_role} hold {values_words}, which Keras can't make numbers of.",
        ("Text, dates, missing values and rows of unequal length all end up like this.",),
        (READ, Fix("see which columns", unless="mended", code=CHECK.code)),
    ),
    "error_batch": Entry(
        "shape",
        "The model was built for batches of {wanted} samples, and got one of {came}.",
        ("A stateful layer keeps one state per sample of the batch.",),
        (
            Fix("", when="predicts", code=Both("safe_predict({model}, {x}, batch_size={wanted})", "safe_predict({model}, {x}, batch_size = {wanted})")),
            Fix("", when="trains", code=Both("safe_fit({model}, {x}, {y}, batch_size={wanted})", "safe_fit({model}, {x}, {y}, batch_size = {wanted})")),
            Fix("", when="evaluates", code=Both("safe_evaluate({model}, {x}, {y}, batch_size={wanted})", "safe_evaluate({model}, {x}, {y}, batch_size = {wanted})")),
        ),
    ),
    "error_structure": Entry(
        "structure",
        "`{x}` is put together in another way than the model's inputs.",
        (Both("A dict or data frame reaches Keras as one array per name.",
              "A data frame or named list reaches Keras as one array per name."),),
        (READ, Fix("look at the data", unless="mended", code=CHECK.code)),
    ),
    "error_no_targets": Entry(
        "label", "{no_targets_head}", (),
        (Fix("every batch as", when="is_stream", code=Both("yield X_BATCH, Y_BATCH", "list(X_BATCH, Y_BATCH)")),
         Fix("", unless="is_stream", code=Both("safe_fit({model}, {x}, TARGETS)", "safe_fit({model}, {x}, TARGETS)")),),
    ),
    "error_no_data": Entry(
        "structure", Both("The model was called on None.", "The model was called on NULL."), (),
        (Fix("", code=Both("safe_predict({model}, DATA)", "safe_predict({model}, DATA)")),),
    ),
    "error_no_rows": Entry(
        "structure", "{method}() got no samples: the data are empty.", (),
        (Fix("see their size", code=Both("np.shape({x})", "dim({x})")),),
    ),
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
            Fix("for a model; weights alone end in .weights.h5", when="is_ending", code=Both('safe_save_model({model}, "FILE.keras")', 'safe_save_model({model}, "FILE.keras")')),
            Fix("put a layer without Python code in its place, where it was made", when="is_python",
                code=Both("keras.layers.Rescaling(SCALE)", "layer_rescaling(scale = SCALE)")),
            Fix("with it", when="is_own", code=Both('safe_load_model("FILE.keras", custom_objects={{"{name}": {name_code}}})',
                'safe_load_model("FILE.keras", custom_objects = list({name_code} = {name_value}))')),
            Fix("with that class", when="is_class", code=Both('safe_load_model("FILE.keras", custom_objects={{"{name}": {name_code}}})',
                'safe_load_model("FILE.keras", custom_objects = list({name_code} = {name_code}))')),
            Fix("which mends what older versions wrote", when="is_version", code=Both('safe_load_model("FILE.keras")', 'safe_load_model("FILE.keras")')),
        ),
    ),
    "error_memory": Entry(
        "environment",
        "There was not enough memory{memory_of}.",
        ("{size_words}", "Smaller batches need less; so does data that comes in batches."),
        (
            Fix("", code=Both("safe_predict({model}, {x}, batch_size=16)", "safe_predict({model}, {x}, batch_size = 16)")),
        ),
    ),
    "error_gpu": Entry(
        "environment",
        "That is no error: TensorFlow found no GPU and computes on the CPU.",
        ("Results are the same. Look for the real error further down, if there is one.",),
        (Fix("to silence it, before Keras is loaded", code=Both('import os\nos.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"',
             'Sys.setenv(TF_CPP_MIN_LOG_LEVEL = "2")')),),
    ),
    "error_nan": Entry(
        "model",
        "The loss became NaN or infinite: no number is left to learn from.",
        ("Usual causes: missing or infinite values, unscaled features, a too large learning rate.",),
        (
            Fix("look for missing and infinite values", code=CHECK.code),
            Fix("smaller steps", code=Both('{model}.compile(optimizer=keras.optimizers.Adam(1e-4, clipnorm=1.0), loss="LOSS")',
                '{model}$compile(optimizer = optimizer_adam(1e-4, clipnorm = 1), loss = "LOSS")')),
        ),
    ),
    "error_uncompiled": Entry(
        "model", "The model must be compiled before it is trained or evaluated.", (),
        (Fix("for numbers; sparse_categorical_crossentropy for classes", code=Both('{model}.compile(optimizer="adam", loss="mse")',
             '{model}$compile(optimizer = "adam", loss = "mse")')),),
    ),
    "error_r_method": Entry(
        "structure", "{r_method_head}",
        ("{r_method_why}",),
        (
            Fix("Python's method", when="is_model_class", code=Both("{model}.{name}({x})", "{model}${name}({x}{with_y})")),
            Fix("or the guard's, which needs no other package", when="guarded_call",
                code=Both("{guarded_call}", "{guarded_call}")),
            Fix("or load it first", when="is_installed", code=Both("library(keras3)", "library(keras3)")),
            Fix("a model with that layer", unless="is_model_class", code=Both("keras.Sequential([LAYER])", "keras_model_sequential(layers = list(LAYER))")),
        ),
    ),
    "error_r_function": Entry(
        "environment", "{r_function_head}",
        ("{r_function_why}",),
        (
            Fix("", when="is_installed", code=Both("library({package})", "library({package})")),
            Fix("", when="guarded_call", code=Both("{guarded_call}", "{guarded_call}")),
            Fix("Python's own", when="python_verb", code=Both("{python_verb}", "{python_verb}")),
            Fix("install it; then library({package})", when="is_lacking", code=Both('install.packages("{package}")', 'install.packages("{package}")')),
        ),
    ),
    "error_unbuilt": Entry(
        "model", "The model was never built: it does not know its input's shape.", (),
        (Fix("start it with", code=Both("keras.Input((FEATURES,))", "keras_model_sequential(input_shape = c(FEATURES))")),),
    ),
    "error_name": Entry(
        "model", "Keras knows no {what} of the name {name:quoted}.", ("{near_words}",),
        (Fix("see all names", code=Both("dir(keras.{plural})", 'names(reticulate::import("keras")${plural})')),),
    ),
    "error_whole_number": Entry(
        "model",
        "{whole_head}",
        (Both("", "Python gets a plain 10 of R as 10.0, with a decimal point; 10L is a whole number."),),
        (
            Fix(Both("", "{whole_lead}"), when="whole_code", code=Both("{whole_code}", "{whole_code}")),
            Fix("round it", when="is_broken", code=Both("int({value})", "as.integer({value})")),
            Fix(Both("", "write 2L for 2, and so on; or"), when="is_open", code=Both("int(NUMBER)", "as.integer(NUMBER)")),
        ),
    ),
    "error_tensors": Entry(
        "model",
        "The {role} of a model must be tensors, not {handed_words}.",
        (Both("A tensor comes from keras.Input(), and from calling a layer on one.",
              "A tensor comes from the input, and from calling a layer on one."),),
        (
            Fix("those of that model", when="is_model", code=Both("MODEL.{role}", "MODEL${role}")),
            Fix("", unless="is_model", code=Both("inputs = keras.Input((FEATURES,))\nkeras.Model(inputs, keras.layers.Dense(1)(inputs))",
                 "inputs <- keras_input(shape = c(FEATURES))\nkeras_model(inputs, layer_dense(inputs, units = 1))")),
        ),
    ),
    "error_layers": Entry(
        "model",
        "{layers_head}",
        (),
        (
            Fix("", when="is_class", code=Both("keras.layers.{cls}(ARGUMENT=VALUE)", "{handed_r}(ARGUMENT = VALUE)")),
            Fix("", when="value", code=Both('keras.layers.Activation("{value}")', 'layer_activation(activation = "{value}")')),
            Fix("", when="is_plain_layers", code=Both("keras.Sequential([LAYER_1, LAYER_2])", "keras_model_sequential(layers = list(LAYER_1, LAYER_2))")),
        ),
    ),
    "layer_one_tensor": Entry(
        "model",
        "{layer_words} must get a list of tensors, not one.",
        ("It joins several.",),
        (Fix("", code=Both("keras.layers.{cls}()([FIRST, SECOND])", "{handed_r}(list(FIRST, SECOND))")),),
    ),
    "error_metrics_list": Entry(
        "model",
        "`metrics` must be a list, not the text {value:quoted}.",
        (),
        (Fix("", code=Both('{model}.compile(optimizer="adam", loss=LOSS, metrics=[{value:quoted}])',
             '{model}$compile(optimizer = "adam", loss = LOSS, metrics = list({value:quoted}))')),),
    ),
    "error_callback": Entry(
        "model",
        "`callbacks` must hold callbacks, not {callback_words}.",
        (),
        (Fix("", code=Both("callbacks = [keras.callbacks.EarlyStopping(patience=3)]", "callbacks <- list(callback_early_stopping(patience = 3))")),),
    ),
    "error_categories": Entry(
        "label",
        "{categories_head}",
        ("Keras counts classes from zero.",),
        (
            Fix("if they count from 1", when="is_next", code=Both("keras.utils.to_categorical(LABELS - 1, {count})", "to_categorical(LABELS - 1, num_classes = {count})")),
            Fix("if there are that many classes", when="above", code=Both("keras.utils.to_categorical(LABELS, {size})", "to_categorical(LABELS, num_classes = {size})")),
            Fix("their numbers", when="is_text", code=Both("np.unique(LABELS, return_inverse=True)[1]", "as.integer(factor(LABELS)) - 1")),
        ),
    ),
    "error_layer_name": Entry(
        "model",
        "{layer_name_head}",
        ("{layer_name_why}",),
        (
            Fix("", when="near", code=Both("{model}.get_layer({near:quoted})", "{model}$get_layer({near:quoted})")),
            Fix("see all of them", unless="near", code=Both("[layer.name for layer in {model}.layers]", "sapply({model}$layers, function(layer) layer$name)")),
        ),
    ),
    "error_attribute": Entry(
        "model",
        "{attribute_head}",
        ("{attribute_why}",),
        (
            Fix("", when="attribute_near", code=Both("{attribute_near}", "{attribute_near}")),
            Fix("see all names", when="attribute_all", code=Both("dir({attribute_all})", "names({attribute_all})")),
        ),
    ),
    "error_python_other": Entry(
        "environment",
        "A session of R keeps the Python that it started first.",
        ("Another one is running already; it can't be exchanged.",),
        (
            Fix(Both("see which Python is in use", "restart R, and say before all else which Python to use"),
                code=Both("check_environment()", 'reticulate::use_python("PATH_TO_PYTHON", required = TRUE)')),
        ),
    ),
    "error_library": Entry(
        "environment",
        "A library of the system that Python needs can't be loaded.",
        ("It is not there, or another program, often R or conda, loaded an older copy of it first.",),
        (Fix("see what is installed, and how to mend it", code=Both("check_environment()", "check_environment()")),),
    ),
    "error_graph": Entry(
        "model", "The model's outputs don't come from the inputs that it was given.", (
            "Every output must be made, layer by layer, of the very objects that are handed over as inputs.",),
        (Fix("one Input, used and handed over", code=Both("inputs = keras.Input((FEATURES,))\nkeras.Model(inputs, keras.layers.Dense(1)(inputs))",
             "inputs <- keras_input(shape = c(FEATURES))\nkeras_model(inputs, layer_dense(inputs, units = 1))")),),
    ),
    "error_shape_number": Entry(
        "model", Both("An input shape must be a tuple of sizes, not the number {size}.", "An input shape must be a list of sizes, not the number {size}."),
        ("It is the shape of one sample.",),
        (Fix("", code=Both("keras.Input(({size},))", "keras_model_sequential(input_shape = c({size}))")),),
    ),
    "error_symbolic": Entry(
        "model",
        "A symbolic tensor has no numbers yet: only Keras can work on it.",
        ("{symbolic_why}",),
        (
            Fix("in place of `if`", when="is_test", code=Both("keras.ops.where(TENSOR > 0, VALUE, OTHER)", 'reticulate::import("keras")$ops$where(TENSOR > 0, VALUE, OTHER)')),
            Fix("Keras' own operation in place of numpy's, TensorFlow's or R's", when="is_other", code=Both("keras.ops.sin(TENSOR)", 'reticulate::import("keras")$ops$sin(TENSOR)')),
        ),
    ),
    "error_own_code": Entry(
        "model",
        "Your own code, which Keras ran, failed: {own_place}.",
        ("{error_colon}{plain_sentence}.", "{code_words}"),
        (
            Fix("run it line by line, to see its values", when="step", code=Both(
                "{model}.run_eagerly = True\n{model}.make_{step}_function(force=True)",
                "{model}$run_eagerly <- TRUE\n{model}$make_{step}_function(force = TRUE)")),
        ),
    ),
    "error_not_keras": Entry(
        "environment",
        "This {error_word} is not of Keras: {where_from}.",
        ("{error_colon}{plain_sentence}.", "{code_words}", "Neither Keras nor TensorFlow had a part in it."),
        (),
    ),
    "error_form": Entry(
        "shape",
        "Keras can't take `{arg}` in this form; the guard can.",
        ("{told}",),
        (READ,),
    ),
    "error_input_missing": Entry(
        "structure",
        "The model must get data for its input {name:quoted}.",
        ("Its inputs are found by name.",),
        (Fix("see all inputs and their names", code=Both("[tensor.name for tensor in {model}.inputs]", "lapply({model}$inputs, function(tensor) tensor$name)")),),
    ),
    "error_outputs": Entry(
        "label",
        "The targets must be as many as the outputs of the model.",
        ("A model of several outputs gets a list of targets, or one by name for each.",),
        (Fix("see its outputs", code=Both("check_model({model})", "check_model({model})")),),
    ),
    "error_metric": Entry(
        "label",
        "A metric can't compare these targets with the model's output.",
        ("Precision, Recall and AUC take one number per unit; accuracy takes class numbers too.",),
        (Fix("for class numbers", code=Both('{model}.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])',
             '{model}$compile(optimizer = "adam", loss = "sparse_categorical_crossentropy", metrics = list("accuracy"))')),),
    ),
    "error_ragged": Entry(
        "shape",
        "Rows of unequal length can't be put together as one array.",
        ("Every sample must have the same sizes.",),
        (Fix("fill up with zeros in front, if training did", code=Both('keras.utils.pad_sequences(ROWS, dtype="float32")',
             'reticulate::import("keras")$utils$pad_sequences(ROWS, dtype = "float32")')),),
    ),
    "error_not_found": Entry(
        "environment",
        "{what} was not found by Python or R.",
        ("It is not installed, or another Python is in use than the one that has it.",),
        (Fix("see which Python is in use, what it has, and how to mend it", code=Both("check_environment()", "check_environment()")),),
    ),
    "error_pointer": Entry(
        "structure",
        "The model is an empty pointer: it was saved by R, not by Keras.",
        ("saveRDS() and a workspace keep only R's handle, which dies with the session.",),
        (Fix("train or load it again, then", code=Both('safe_save_model({model}, "FILE.keras")', 'safe_save_model({model}, "FILE.keras")')),),
    ),
    "error_removed": Entry(
        "environment",
        "`{old}` is of an older version.",
        ("Keras 3 and TensorFlow 2 don't have it any more: it is now `{new}`.",),
        (
            Fix("for one unit per class", when="classes", code=Both("np.argmax({model}.predict({x}), axis=-1)", "max.col({model}$predict({x})) - 1")),
            Fix("for one sigmoid unit", when="classes", code=Both("({model}.predict({x}) > 0.5).astype(int)", "ifelse({model}$predict({x}) > 0.5, 1, 0)")),
            Fix("", when="plain", code=Both("{model}.{method}({x}{method_y})", "{model}${method}({x}{method_y})")),
            Fix("which reads files of every age", when="loads", code=Both("model = safe_load_model({loads:quoted})", "model <- safe_load_model({loads:quoted})")),
            Fix("in place of it", when="saves", code=Both('safe_save_model({model}, "FILE.keras")', 'safe_save_model({model}, "FILE.keras")')),
            Fix("", when="weighs", code=Both('{model}.{weighs}_weights("FILE.weights.h5")', '{model}${weighs}_weights("FILE.weights.h5")')),
            Fix("", when="function", code=Both("{new}", "{new}")),
            Fix("", when="is_one", code=Both("import tensorflow as tf\n{new}", 'reticulate::import("tensorflow")${new_r}')),
            Fix("", when="is_class", code=Both("import keras\n{new}()", 'reticulate::import("keras")${new_r}()')),
            Fix("", when="is_place", code=Both("import {new}", 'reticulate::import("{new}")')),
        ),
    ),
    "error_argument": Entry(
        "model",
        "{owner_words} takes no argument `{name}`.",
        ("{argument_why}",),
        (Fix("", when="is_known", code=Both("{owner_call}({new}=VALUE)", "{owner_r}({new} = VALUE)")),),
    ),
    "error_units": Entry(
        "model", "`{name}` must be a whole number above zero, not {value}.",
        ("Text and lists are none.",),
        (Fix("", code=Both("int(NUMBER)", "as.integer(NUMBER)")),),
    ),
    "error_dtypes": Entry(
        "dtype",
        "Two number types meet in one operation: {wanted} and {came}.",
        ("TensorFlow never turns one into the other by itself.",),
        (Fix("", code=Both('keras.ops.cast(TENSOR, "{wanted}")', 'reticulate::import("keras")$ops$cast(TENSOR, "{wanted}")')),),
    ),
    "error_optimizer": Entry(
        "model",
        "The optimizer belongs to another model, or to the layers this one had before.",
        ("An optimizer keeps numbers for every weight it was started with.",),
        (Fix("a new one", code=Both('{model}.compile(optimizer="adam", loss=LOSS)', '{model}$compile(optimizer = "adam", loss = LOSS)')),),
    ),
    "error_gradients": Entry(
        "model",
        "Nothing in the model can learn: the loss depends on none of its weights.",
        ("All layers are frozen, or an operation without a gradient (argmax, rounding) comes before the loss.",),
        (Fix("let its layers learn; then compile again", code=Both("{model}.trainable = True", "{model}$trainable <- TRUE")),),
    ),
    "error_adapted": Entry(
        "model",
        "A preprocessing layer has no vocabulary yet: it was never adapted.",
        ("adapt() shows it the training data once, before the model is used.",),
        (Fix("before the model is used", code=Both("LAYER.adapt(DATA)", "LAYER$adapt(DATA)")),),
    ),
    "error_positional": Entry(
        "model",
        "A layer was called on {positional_cls}: it takes tensors.",
        ("{positional_why}",),
        (Fix("its output", when="is_model", code=Both("tensor = MODEL.outputs[0]", "tensor <- MODEL$outputs[[1]]")),
         Fix("for an array of numbers", when="is_array", code=Both("keras.ops.convert_to_tensor(NUMBERS)", 'reticulate::import("keras")$ops$convert_to_tensor(NUMBERS)')),),
    ),
    "error_noise": Entry(
        "environment",
        "That is no error, but a remark of TensorFlow's.",
        ("{noise_why}", "Look for the real error further down, if there is one."),
        (Fix("to silence it, before Keras is loaded", code=Both('import os\nos.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"',
             'Sys.setenv(TF_CPP_MIN_LOG_LEVEL = "2")')),),
    ),
    "layer_inputs": Entry(
        "model",
        "{layer_words} must get {wanted:inputs}, not {came}.",
        ("It is one layer of a model, not the model itself.",),
        (Fix("join them before it", when="many", code=Both("keras.layers.Concatenate()([FIRST, SECOND])", "layer_concatenate(list(FIRST, SECOND))")),),
    ),
    "layer_reshape_values": Entry(
        "shape",
        "A batch has {has} numbers, which don't fill the shape that was asked for.",
        ("That one takes {needs}, or a multiple of it.",),
        (LOOK,),
    ),
    "error_unknown": Entry(
        "model",
        "Keras raised {an_error} that kerasguard does not know{at_layer}.",
        ("{plain_sentence}.", "{raised_at}"),
        (
            Fix("look at the data", when="called", code=CHECK.code),
            Fix("look at the model, layer by layer", when="called", code=Both("check_model({model})", "check_model({model})")),
        ),
    ),
    "error_unknown_text": Entry(
        "environment",
        "kerasguard does not know this error, nor whether it is of Keras.",
        ("{plain_sentence}.",),
        (Fix("give the error itself, the model and the data", code=Both("explain_error(ERROR, {model}, {x})", "explain_error(ERROR, model = {model}, x = {x})")),),
    ),
}  # fmt: skip


@word
def mended(facts: Facts, phrases: Phrases) -> bool:
    """Nothing was tried, unless the facts say so."""
    return False


@word
def unsure(facts: Facts, phrases: Phrases) -> bool:
    return False


@word
def guarded(facts: Facts, phrases: Phrases) -> str:
    """The user's call, guarded."""
    call, function = phrases.call, facts["function_of"]
    return f"{function}({call.model}, {call.x}{', ' + call.y if function != 'safe_predict' and facts['has_targets'] else ''})"


@word
def plural(facts: Facts, phrases: Phrases) -> str:
    what = str(facts["what"]).lower()
    return f"{what}es" if what.endswith("s") else f"{what}s"


@word
def before_r(facts: Facts, phrases: Phrases) -> str:
    """keras3's name for a recurrent layer."""
    return verb_of(str(facts["before_cls"]))


@word
def inner(facts: Facts, phrases: Phrases) -> str:
    return ", ".join(("NA" if phrases.is_r else "None") if size is None else str(size) for size in facts["sizes"])


@word
def last_id(facts: Facts, phrases: Phrases) -> int:
    return int(facts["count"] - 1)


@word
def rows_why(facts: Facts, phrases: Phrases) -> str:
    if facts["one_hot"]:
        return f"{facts['labels']} = {facts['rows']} x {facts['units']}: the targets are one-hot, the loss wants class numbers."
    if facts["flat"]:
        return "The output has more axes than one row per sample: is a Flatten layer missing?"
    return "The loss compares them row by row."


@word
def rows_head(facts: Facts, phrases: Phrases) -> str:
    x = f"`{phrases.call.x}`"
    if facts["is_list"]:
        return f"{x} is a list of {facts['inputs']} arrays: Keras takes them for {facts['inputs']} inputs."
    if facts["within"] and not facts["differ"]:
        return f"All arrays of {x} must have equally many samples."
    other = {"y": f"`{phrases.call.y}`", "sample_weight": "`sample_weight`"}.get(facts["other"], f"`{phrases.call.y}`")
    known = f", not {facts['rows']} and {facts['targets']}" if facts["differ"] else ""
    return f"{x} and {other} must have equally many samples{known}."


@word
def rows_detail(facts: Facts, phrases: Phrases) -> str:
    if facts["is_list"]:
        return "A list holds one array per input of a model; samples go along the first axis of one array."
    return "Samples are counted along the first axis of each. The validation data may be meant too."


@word
def place_words(facts: Facts, phrases: Phrases) -> str:
    return f" Here: {facts['file']}, line {facts['line']}." if facts["has_file"] else ""


@word
def kind_head(facts: Facts, phrases: Phrases) -> str:
    role = {"x": phrases.call.x, "y": phrases.call.y}.get(facts["role"], facts["role"])
    if facts.get("beside"):
        return f"`{phrases.call.x}` is an array, but what is handed over beside it is none."
    return f"Keras can't take {of_cls(facts, phrases)} as `{role}`: it takes arrays and datasets."


@word
def kind_detail(facts: Facts, phrases: Phrases) -> str:
    return f"Look at `{phrases.call.y}` and the weights: a list is none." if facts.get("beside") else ""


@word
def of_cls(facts: Facts, phrases: Phrases) -> str:
    name = str(facts["cls"]).rpartition(".")[2]
    words = {
        "str": "text",
        "list": "a vector or list" if phrases.is_r else "a list",
        "dict": "a named list" if phrases.is_r else "a dict",
    }
    return words.get(name, f"an object of class {name}")


@word
def values_role(facts: Facts, phrases: Phrases) -> str:
    return "targets" if phrases.arg == phrases.call.y else "data"


@word
def values_words(facts: Facts, phrases: Phrases) -> str:
    if facts["text"]:
        return "text"
    return "things that are no numbers" if phrases.is_r else f"Python objects ({facts['type']})"


@word
def is_version(facts: Facts, phrases: Phrases) -> bool:
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
def name_code(facts: Facts, phrases: Phrases) -> str:
    return str(facts["name"]).rpartition(".")[2]


@word
def name_value(facts: Facts, phrases: Phrases) -> str:
    """What has no name of its own must be given anew."""
    name = name_code(facts, phrases)
    return "FUNCTION" if name == "anonymous_R_function" else name


@word
def memory_of(facts: Facts, phrases: Phrases) -> str:
    return " on the GPU" if facts["gpu"] else ""


@word
def guarded_call(facts: Facts, phrases: Phrases) -> str:
    name, call = str(facts["name"]), phrases.call
    if name not in ("predict", "fit", "evaluate") or not is_model_class(facts, phrases) or _state(facts) == "loaded":
        return ""
    return f"safe_{name}({call.model}, {call.x}{with_y(facts, phrases)})"


@word
def with_y(facts: Facts, phrases: Phrases) -> str:
    return f", {phrases.call.y}" if facts["name"] in ("fit", "evaluate") else ""


def _state(facts: Facts) -> str:
    """Whether keras3 is "loaded" in R, "installed" or "lacking"."""
    return str(facts.get("keras3") or "installed")


@word
def is_installed(facts: Facts, phrases: Phrases) -> bool:
    return _state(facts) == "installed" or facts.get("package") == "magrittr"


@word
def is_lacking(facts: Facts, phrases: Phrases) -> bool:
    return _state(facts) == "lacking" and facts.get("package") == "keras3"


@word
def python_verb(facts: Facts, phrases: Phrases) -> str:
    """The layer itself, where only reticulate is there: put into its words with all other code."""
    is_verb = str(facts["name"]).startswith(("layer_", "optimizer_", "callback_"))
    return f"{facts['name']}(ARGUMENT = VALUE)" if is_verb and is_lacking(facts, phrases) else ""


@word
def is_model_class(facts: Facts, phrases: Phrases) -> bool:
    """Whether R named a model, as far as it did."""
    return ".layers." not in str(facts.get("cls") or "")


@word
def r_method_head(facts: Facts, phrases: Phrases) -> str:
    if not is_model_class(facts, phrases):
        return f"{facts['name']}() must get a model, not a layer ({str(facts['cls']).rpartition('.')[2]})."
    here = {"loaded": "keras3 has none", "lacking": "the package keras3 is not installed"}
    return f"R knows no {facts['name']}() for a Keras model here: {here.get(_state(facts), 'the package keras3 is not loaded')}."


@word
def r_method_why(facts: Facts, phrases: Phrases) -> str:
    if not is_model_class(facts, phrases):
        return "A layer is a part of a model."
    comes = f"; R's {facts['name']}() for it comes with keras3" if _state(facts) != "loaded" else ""
    return f"A model from reticulate has Python's methods{comes}."


@word
def r_function_head(facts: Facts, phrases: Phrases) -> str:
    name, package = facts["name"], facts["package"]
    if _state(facts) == "loaded" and package == "keras3":
        return f"R knows no {name}(): the package keras3 has none of that name."
    how = "installed" if is_lacking(facts, phrases) else "loaded"
    return f"R knows no {name}() here: package {package} is not {how}."


@word
def r_function_why(facts: Facts, phrases: Phrases) -> str:
    if _state(facts) == "loaded" and facts["package"] == "keras3":
        return f"Is `{facts['near']}()` meant?" if facts.get("near") else ""
    return "It comes with that package."


@word
def whole_head(facts: Facts, phrases: Phrases) -> str:
    if facts["name"]:
        came = f", not {facts['value']}" if facts["value"] else ""
        return f"`{facts['name']}` must be a whole number{came}."
    return "Keras needs a whole number where it got one with a decimal point."


@word
def whole_code(facts: Facts, phrases: Phrases) -> str:
    if not facts["is_whole"]:
        return ""
    value = f"{facts['number']}L" if phrases.is_r else str(facts["number"])
    sign = " = " if phrases.is_r else "="
    return f"{facts['name']}{sign}{value}" if facts["name"] else value


@word
def whole_lead(facts: Facts, phrases: Phrases) -> str:
    return "" if facts["name"] else "with an L, as all sizes"


@word
def is_open(facts: Facts, phrases: Phrases) -> bool:
    return not (facts["is_whole"] or facts["is_broken"])


@word
def handed_words(facts: Facts, phrases: Phrases) -> str:
    cls = facts["cls"]
    return (
        "other objects" if not cls else f"a model ({cls})" if facts["is_model"] else article(f"object of class {cls}")
    )


@word
def no_targets_head(facts: Facts, phrases: Phrases) -> str:
    if facts.get("is_stream"):
        return f"{facts['method']}() needs targets: the batches of `{phrases.call.x}` hold none."
    return f"{facts['method']}() needs targets: `{phrases.call.y}` was not given."


@word
def handed_r(facts: Facts, phrases: Phrases) -> str:
    return verb_of(str(facts["cls"]))


@word
def layers_head(facts: Facts, phrases: Phrases) -> str:
    if facts["role"]:
        return f"`{facts['role']}` got a layer ({facts['cls']}): the layers of a model go into one list."
    if facts["is_class"]:
        return f"A Sequential is made of layers; {facts['cls']} is a class, which makes one when called."
    text = f"the text {quoted(facts['value'])}" if facts["value"] else "what was put into it"
    return f"A Sequential is made of layers; {text} is none."


@word
def is_plain_layers(facts: Facts, phrases: Phrases) -> bool:
    return not (facts["is_class"] or facts["value"])


@word
def callback_words(facts: Facts, phrases: Phrases) -> str:
    words = {
        "str": "text",
        "NoneType": "NULL" if phrases.is_r else "None",
        "function": "a function",
        "type": "a class: call it first",
    }
    return words.get(str(facts["cls"])) or of_cls(facts, phrases)


@word
def categories_head(facts: Facts, phrases: Phrases) -> str:
    if facts["is_text"]:
        return f"to_categorical() needs numbers, not text ({quoted(facts['value'])})."
    return f"Label {facts['value']} must be from 0 to {facts['highest']}: to_categorical() was told of {facts['count']} classes."


@word
def layer_name_head(facts: Facts, phrases: Phrases) -> str:
    if facts["by_name"]:
        return f"The model has no layer {quoted(facts['name'])}."
    number = facts["index"] + phrases.is_r
    return f"The model has {count(facts['count'], 'layers')}: there is no number {number}."


@word
def layer_name_why(facts: Facts, phrases: Phrases) -> str:
    if facts["by_name"]:
        return f"Its layers: {phrases.series(facts['names'], 'names')}."
    if phrases.is_r:
        last = f"The last one is {phrases.call.model}$layers[[{facts['count']}]]."
        return f"Python counts from 0: its index {facts['index']} is number {facts['index'] + 1} in R. {last}"
    return f"They are counted from 0. The last one is {phrases.call.model}.layers[{facts['count'] - 1}]."


@word
def attribute_head(facts: Facts, phrases: Phrases) -> str:
    owner = facts["owner"].replace(".", "$") if phrases.is_r else facts["owner"]
    thing = article(facts["cls"]) if not owner else ""
    return f"{f'`{owner}`' if owner else thing[0].upper() + thing[1:]} has no `{facts['name']}`."


@word
def attribute_why(facts: Facts, phrases: Phrases) -> str:
    return f"Is `{facts['near']}` meant?" if facts["near"] else ""


def _module(owner: str, phrases: Phrases) -> str:
    root, *rest = owner.split(".")
    return "$".join((f'reticulate::import("{root}")', *rest)) if phrases.is_r else owner


@word
def attribute_near(facts: Facts, phrases: Phrases) -> str:
    if not facts["near"] or not facts["owner"]:
        return ""
    return f"{_module(facts['owner'], phrases)}{'$' if phrases.is_r else '.'}{facts['near']}"


@word
def attribute_all(facts: Facts, phrases: Phrases) -> str:
    return _module(facts["owner"], phrases) if facts["owner"] and not facts["near"] else ""


@word
def positional_why(facts: Facts, phrases: Phrases) -> str:
    return (
        "Other arguments of a layer must be named." if facts["is_array"] else "A tensor comes from calling that on one."
    )


@word
def near_words(facts: Facts, phrases: Phrases) -> str:
    known = {
        "loss": ("mse", "mae", "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "huber", "hinge",
                 "poisson", "mean_squared_error", "mean_absolute_error"),
        "optimizer": ("adam", "adamw", "adamax", "adagrad", "adadelta", "nadam", "sgd", "rmsprop", "ftrl", "lion"),
        "metric": ("accuracy", "mse", "mae", "auc", "precision", "recall", "mean_absolute_error", "mean_squared_error"),
        "activation": ("relu", "sigmoid", "softmax", "tanh", "linear", "elu", "selu", "gelu", "softplus", "swish", "leaky_relu"),
    }.get(str(facts["what"]).lower(), ())  # fmt: skip
    import difflib

    found = difflib.get_close_matches(str(facts["name"]).lower(), known, 1)
    return f'Is "{found[0]}" meant?' if found else "A name of your own must be registered, or be given as an object."


@word
def window_what(facts: Facts, phrases: Phrases) -> str:
    return "series" if facts["space"] == 1 else "picture"


@word
def pool_cls(facts: Facts, phrases: Phrases) -> str:
    return str(facts["cls"]) or "MaxPooling2D"


@word
def pool_r(facts: Facts, phrases: Phrases) -> str:
    """keras3's name of a pooling layer."""
    return verb_of(pool_cls(facts, phrases))


@word
def resized(facts: Facts, phrases: Phrases) -> str:
    height, width = facts["sizes"]
    return f"height = {height}, width = {width}" if phrases.is_r else f"{height}, {width}"


@word
def symbolic_why(facts: Facts, phrases: Phrases) -> str:
    if facts["is_model"]:
        return "While a model is put together its tensors are placeholders for shapes."
    return "Keras compiles losses, metrics and layers: they run on placeholders first, then on numbers."


@word
def method_y(facts: Facts, phrases: Phrases) -> str:
    return "" if facts["method"] == "predict" else f", {phrases.call.y}"


@word
def new_r(facts: Facts, phrases: Phrases) -> str:
    return str(facts["new"]).removeprefix("tf.").removeprefix("keras.").replace(".", "$")


@word
def owner_words(facts: Facts, phrases: Phrases) -> str:
    owner = str(facts["owner"])
    return (f"{owner}()" if owner[0].islower() else owner) if owner else "An optimizer"


@word
def argument_why(facts: Facts, phrases: Phrases) -> str:
    if facts["is_old"]:
        return f"Older versions had it: now it is `{facts['new']}`."
    return f"Is `{facts['new']}` meant?" if facts["new"] else "Its own list of arguments tells which there are."


@word
def owner_call(facts: Facts, phrases: Phrases) -> str:
    """How the user calls it."""
    owner = str(facts["owner"])
    if not owner:
        return "keras.optimizers.Adam"
    return f"{phrases.call.model}.{owner}" if owner[0].islower() else f"keras.layers.{owner}"


@word
def owner_r(facts: Facts, phrases: Phrases) -> str:
    owner = str(facts["owner"])
    if not owner:
        return "optimizer_adam"
    if "_" in owner:
        return owner
    return f"{phrases.call.model}${owner}" if owner[0].islower() else verb_of(owner)


@word
def positional_cls(facts: Facts, phrases: Phrases) -> str:
    if facts.get("is_model") or facts.get("is_layer"):
        return f"a {'model' if facts['is_model'] else 'layer'} ({facts['of']})"
    words = {
        "int": "a number",
        "float": "a number",
        "bool": "TRUE or FALSE" if phrases.is_r else "a bool",
        "numpy.ndarray": "an array of numbers",
    }
    return words.get(str(facts["cls"])) or of_cls(facts, phrases)


@word
def noise_why(facts: Facts, phrases: Phrases) -> str:
    what = str(facts["what"])
    if "retracing" in what:
        return "The model was called on many different shapes, each of which is compiled anew: slow, but right."
    if what == "HDF5":
        return ".h5 is an older format: it is written all the same."
    return "It tells which instructions of the processor it uses; results are right."


@word
def raised_at(facts: Facts, phrases: Phrases) -> str:
    """The line of the user's that led to it."""
    if not facts.get("own"):
        return ""
    code = str(facts["code"])
    return f"Raised at {facts['file']}, line {facts['line']}" + (f": {code[:80]}" if code else ".")


@word
def error_colon(facts: Facts, phrases: Phrases) -> str:
    named = facts["error"] == "Error" or str(facts["sentence"]).startswith(facts["error"])
    return "" if named else f"{facts['error']}: "


@word
def an_error(facts: Facts, phrases: Phrases) -> str:
    return "an error" if facts["error"] == "Error" else article(facts["error"])


@word
def error_word(facts: Facts, phrases: Phrases) -> str:
    return "error" if facts["error"] == "Error" else str(facts["error"])


@word
def where_from(facts: Facts, phrases: Phrases) -> str:
    if facts["own"]:
        return f"{facts['file']}, line {facts['line']}"
    return "R code raised it" if phrases.is_r else "other code raised it"


FROM = {
    "checks": Both("Found by checking model and data anew.", "Found by checking model and data anew."),
    "error": Both("", ""),
    "text": Both(
        "From its text alone; the model and data tell more: explain_error(error, model, x).",
        "From its text alone; the model and data tell more: explain_error(text, model = model, x = x).",
    ),
}
UNSURE = "Model and data were checked; whether the error comes of this, its own words don't tell."
# told in the error's own words already
IN_ITS_WORDS = (
    "error_unknown",
    "error_not_keras",
    "error_own_code",
    "error_load",
    "error_noise",
    "error_gpu",
    "error_r_",
    "error_pointer",
)
# what is lacking may be Keras itself
NOT_KERAS = ("error_not_found", "error_python_other", "error_library")


def explained(found: Explanation) -> Message:
    """What an error comes of: the cause and its fixes, where it is, and the error's own words."""
    from . import Message, problems_message

    report = found.report
    message = problems_message(report)
    more = []
    if found.place is not None:
        place = {
            "file": found.place.file,
            "line": found.place.line,
            "code": found.place.code,
            "is_r": found.place.is_r,
            "name": "",
        }
        phrases = Phrases(report.call, "x")
        more.append(f"In your own code: {own_place(place, phrases)}. {code_words(place, phrases)}".strip())
    if not report.problems[0].code.startswith(IN_ITS_WORDS) and found.sentence != "loss: nan":
        is_plain = found.error in ("Error", *found.sentence.split(":")[:1])
        own = found.sentence if is_plain else f"{found.error}: {found.sentence}"
        speaker = "R" if found.sentence.startswith("Error in ") else "Keras"
        speaker = "It" if report.problems[0].code in NOT_KERAS else speaker
        more.append(f"{speaker} said: {own if len(own) <= 160 else own[:157] + '...'}")
    note = FROM[found.known_from].of(report.call.language) if found.is_sure else UNSURE
    note = note if found.known_from != "text" or found.wants_data else ""
    more += [note] if note else []
    return Message((*message.lines, *more), (*message.symbols, *("i" for _ in more)))
