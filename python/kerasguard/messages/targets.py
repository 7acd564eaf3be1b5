"""Words about targets, losses and weights: what fit() and evaluate() take beside x."""

from __future__ import annotations

from .entry import Both, Entry, Fix

OTHER_LOSS = Both(
    '{model}.compile(optimizer="adam", loss="{other_loss}")',
    '{model}$compile(optimizer = "adam", loss = "{other_loss}")',
)
UNITS = Both("keras.layers.Dense({more_units})", "layer_dense(units = {more_units})")

TARGETS: dict[str, Entry] = {
    "callbacks_kind": Entry(
        "structure",
        "`callbacks` must be callbacks of Keras, not {cls}.",
        (),
        (Fix(args=Both("callbacks=[keras.callbacks.EarlyStopping()]",
                       'callbacks = list(reticulate::import("keras")$callbacks$EarlyStopping())')),),
    ),
    "validation_kind": Entry(
        "structure",
        Both("`validation_data` must be (x, y) or (x, y, weights), not {cls}.",
             "`validation_data` must be list(x, y) or list(x, y, weights), not {cls}."),
        (),
        (Fix(args=Both("validation_data=(VALIDATION_X, VALIDATION_Y)", "validation_data = list(VALIDATION_X, VALIDATION_Y)")),),
    ),
    "option_split": Entry(
        "structure",
        "`validation_split` must be a share from 0 to below 1, not {value}.",
        ("Rows must be left to train on and to validate with.",),
        (Fix(args=Both("validation_split=0.2", "validation_split = 0.2")),),
    ),
    "training_empty": Entry(
        "structure",
        "`{arg}` must have rows; it has none.",
        (),
        (Fix("with the rows that were meant", code="{function}({model}, ROWS, TARGETS)"),),
    ),
    "loss_nan": Entry(
        "model",
        "The loss became NaN in epoch {epoch}: the weights of `{model}` are lost.",
        ("Too large steps, or values that overflow: unscaled inputs, a learning rate too high, NaN let through?",),
        (Fix("build or load the model anew, and train it with smaller steps",
             code=Both("{model} = NEW_MODEL\n{model}.compile(optimizer=keras.optimizers.Adam(1e-4), loss={model}.loss)",
                       '{model} <- NEW_MODEL\n{model}$compile(optimizer = reticulate::import("keras")$optimizers$Adam(1e-4), loss = LOSS)')),),
    ),
    "label_rows": Entry(
        "label",
        "`{arg}` must have {x_rows:rows}, as `{x_name}` has, not {rows}.",
        (
            "Which targets belong to which samples can't be known from the numbers.",
            Both("Were rows dropped from only one of the two?",
                 "Was na.omit() applied to only one of the two? And length() of a data frame counts its columns."),
        ),
        (Fix("with the targets of these samples", data="TARGETS_OF_X"),),
    ),
    "label_none": Entry(
        "label",
        "`{arg}` must be given: the loss compares the output with it.",
        (),
        (Fix(data="TARGETS"),),
    ),
    "label_kind": Entry(
        "label",
        "`{arg}` must be numbers or labels.",
        ("It is {given}.{not_numbers}",),
        (Fix("with numbers, or a factor of classes", data="TARGETS"),),
    ),
    "label_outputs": Entry(
        "label",
        "`{arg}` must have a target for each of {expected:outputs}, not {received}.",
        ("Outputs: {inputs:names}.",),
        (Fix(data="{named_inputs}"),),
    ),
    "label_names": Entry(
        "label",
        "`{arg}` must have a target for output {first:name}.",
        ("Outputs: {inputs:names}. `{arg}` has {received:names}.",),
        (
            Fix("if {near:name} is meant", when="near",
                code=Both("{first_place} = {arg}.pop({near:quoted})\n{call}", "{first_place} <- {near_place}\n{call}")),
            Fix("add it", unless="near",
                code=Both("{first_place} = TARGETS\n{call}", "{first_place} <- TARGETS\n{call}")),
        ),
    ),
    "label_columns": Entry(
        "label",
        "`{arg}` must have {wanted:columns} per sample, not {columns}.",
        (
            'Output "{output}" has {units:units}; `{arg}` is {given}.',
            "{why_columns}",
        ),
        (
            Fix("with one of the columns", when="too_wide", data=Both("{y_array}[:, COLUMN]", "{arg}[, COLUMN]")),
            Fix("with {wanted:columns}", unless="too_wide", data="TARGETS"),
            Fix("or build the model with an output of {more_units:units}", code=UNITS),
        ),
    ),
    "label_onehot_extra": Entry(
        "label",
        "`{arg}` must have {wanted:columns}, one per class, not {columns}.",
        (
            "Its first column is 0 in every row: to_categorical() of labels that start at 1?",
        ),
        (
            Fix("without the empty column", data=Both("{y_array}[:, 1:]", "{arg}[, -1]")),
            Fix("or, if class 0 exists, build the model with {more_units:units}", code=UNITS),
        ),
    ),
    "label_onehot_sparse": Entry(
        "label",
        "`{arg}` must be labels for {loss}, not one-hot rows.",
        ("It has {units:columns} per sample; this loss takes the number of the class, 0 to {last}.",),
        (
            Fix("with the number of the class", data=Both("{y_array}.argmax(-1)", "{which_class}")),
            Fix("or compile with the loss for one-hot rows", code=OTHER_LOSS),
        ),
    ),
    "label_sparse_onehot": Entry(
        "label",
        "`{arg}` must be one-hot for {loss}, not single labels.",
        ("This loss takes {units:columns} per sample, 1 for the class and else 0; `{arg}` is {given}.",),
        (
            Fix("one-hot, if labels start at 0", data=Both("keras.utils.to_categorical({arg}, {units})", "{to_one_hot}")),
            Fix("or compile with the loss for labels", code=OTHER_LOSS),
        ),
    ),
    "label_sequence": Entry(
        "label",
        "`{arg}` must have a target for each {place}, not one per sample.",
        (
            'Output "{output}" is {spec}; `{arg}` is {given}.',
            "Keras would stretch (broadcast) a single target over all {place}s.",
        ),
        (
            Fix("with a target for each {place}", data="ALL_TARGETS"),
            Fix("or, for one answer per sample, as a layer before the Dense layers", unless="is_recurrent",
                code=Both("keras.layers.Flatten()", "layer_flatten()")),
            Fix("or, for one answer per sample, end the last recurrent layer with it", when="is_recurrent",
                code=Both("keras.layers.LSTM(UNITS, return_sequences=False)", "layer_lstm(units = UNITS, return_sequences = FALSE)")),
        ),
    ),
    "label_single": Entry(
        "label",
        "`{arg}` must have one target per sample, not a sequence of {steps}.",
        ('Output "{output}" is {spec}; `{arg}` is {given}.',),
        (
            Fix("with the target after the last step", data=Both("{y_array}[:, -1]", "{last_step}")),
            Fix("or, for an answer per step, in the last recurrent layer",
                code=Both("keras.layers.LSTM(UNITS, return_sequences=True)", "layer_lstm(units = UNITS, return_sequences = TRUE)")),
        ),
    ),
    "label_sizes": Entry(
        "label",
        "`{arg}` must have the shape of the model's output.",
        ('Output "{output}" is {spec}; `{arg}` is {given}.',),
        (Fix("with targets of that shape", data="TARGETS"),),
    ),
    "label_transposed": Entry(
        "label",
        "`{arg}` was transposed: {columns:rows} of {samples} became {samples:rows} of {columns}.",
        ("One row per sample is the only reading that fits {samples:samples}.",),
    ),
    "label_order": Entry(
        "label",
        "Columns of `{arg}` were put in the order of training: {columns:names}.",
    ),
    "label_missing": Entry(
        "missing",
        Both("`{arg}` must have no missing values; {count} {is} missing.", "`{arg}` must have no missing values (NA); {count} {is} missing."),
        (
            "At {cells}.",
            "A single missing target makes the loss, then every weight of the model, NaN.",
        ),
        (
            Fix("with the rows that have a target", when="y_rows", code="{y_rows}"),
            Fix("with all targets known", unless="y_rows", data="TARGETS"),
        ),
    ),
    "label_infinite": Entry(
        "missing",
        "`{arg}` must have finite values; {count} {is} infinite, or too large for float32.",
        ("At {cells}.",),
        (Fix("with finite targets", data="TARGETS"),),
    ),
    "label_not_numbers": Entry(
        "label",
        "`{arg}` must be numbers for loss {loss}, not labels.",
        ("Its {levels_word}: {levels:names}.",),
        (
            Fix("if they are numbers that became text", when="numeric_levels",
                data=Both("np.asarray({arg}).astype(float)", "as.numeric(as.character({arg}))")),
            Fix("if they are classes, build the model for them, with loss \"sparse_categorical_crossentropy\"", unless="numeric_levels",
                code=Both('keras.layers.Dense({more_units}, activation="softmax")', 'layer_dense(units = {more_units}, activation = "softmax")')),
        ),
    ),
    "label_levels": Entry(
        "label",
        "`{arg}` must have {classes} classes, as the output has, not {count}.",
        (
            'Its {levels_word}: {levels:names}. Output "{output}" has {units:units}.',
            "{why_levels}",
        ),
        (
            Fix("with the levels of training, in their order", when="too_few",
                data=Both("pd.Categorical({arg}, categories=LEVELS)", "factor({arg}, levels = LEVELS)")),
            Fix("build the model with an output of {more_units:units}", unless="too_few", code=UNITS),
        ),
    ),
    "label_mapping": Entry(
        "label",
        Both("The labels of `{arg}` were read as classes: {mapping}.", "The levels of `{arg}` were read as classes: {mapping}."),
        (Both("Codes start at 0, in the order of the categories; of text in sorted order.",
               "Keras counts classes from 0: the codes are as.integer() of the factor, minus 1."),),
    ),
    "label_one_hot": Entry(
        "label",
        "`{arg}` was made one-hot for {loss}: label {base} is {first_one_hot}.",
        ("This loss compares each of the {units:units} with a column, 1 for the class and else 0.",),
    ),
    "label_novel": Entry(
        "label",
        "`{arg}` must have the classes of training only.",
        ("New: {novel:names}.{nearest} Training had {levels:names}.",),
        (Fix("with labels of training", data="LABELS"),),
    ),
    "label_one_based": Entry(
        "label",
        "`{arg}` must have labels from 0 to {last}, not {low} to {high}.",
        ("Its labels start at 1; Keras counts classes from zero.",),
        (
            Fix("if 1 stands for the first class", data=Both("{y_array} - 1", "{arg} - 1")),
            Fix("or say so", args=Both("label_base=1", "label_base = 1")),
        ),
    ),
    "label_outside": Entry(
        "label",
        "`{arg}` must have labels from {base} to {highest}, not {low} to {high}.",
        ('Output "{output}" has {units:units}, one per class.{counted}',),
        (
            Fix("with labels of these classes", unless="is_told_base", data="LABELS"),
            Fix("with labels of these classes", when="is_told_base", data="LABELS",
                args=Both("label_base={base}", "label_base = {base}")),
            Fix("or build the model with {more_units:units}", when="more_classes", code=UNITS),
        ),
    ),
    "label_one_unit": Entry(
        "label",
        "{loss} needs one unit per class, not 1 unit.",
        ("Over a single unit this loss says nothing: it is the same whatever the model learns.",),
        (
            Fix("for two classes, with a sigmoid unit", code=Both('{model}.compile(optimizer="adam", loss="binary_crossentropy")',
                                             '{model}$compile(optimizer = "adam", loss = "binary_crossentropy")')),
            Fix("for more, as the last layer", code=Both('keras.layers.Dense(CLASSES, activation="softmax")',
                                                        'layer_dense(units = CLASSES, activation = "softmax")')),
        ),
    ),
    "label_fractions": Entry(
        "label",
        "`{arg}` must have whole numbers as labels, not {values_text}.",
        ("{why_whole} At {cells}.",),
        (
            Fix("if rounding is right", unless="is_told_base", data=Both("np.round({y_array})", "round({arg})")),
            Fix("if rounding is right", when="is_told_base", data=Both("np.round({y_array})", "round({arg})"),
                args=Both("label_base={base}", "label_base = {base}")),
            Fix("if these are no classes, build the model for one number, with loss \"mse\"",
                code=Both("keras.layers.Dense(1)", "layer_dense(units = 1)")),
        ),
    ),
    "label_rounded": Entry(
        "label",
        "`{arg}` was rounded to whole labels: it has {exact}.",
        ("Keras would cut the fraction off, which makes another class of it. At {cells}.",),
        (Fix("to say so yourself", data=Both("np.round({y_array})", "round({arg})")),),
    ),
    "label_unused_first": Entry(
        "label",
        "Class 0 never occurs in `{arg}`: the first of the {units} units is unused.",
        ("{why_first_unused}",),
        (
            Fix("if so, leave it out", when="column", code=Both("{arg} = {y_array}[:, 1:]", "{arg} <- {arg}[, -1]")),
            Fix("if so, count from zero", unless="column", code=Both("{arg} = {y_array} - 1", "{arg} <- {arg} - 1")),
            Fix("and build the model with one unit less", code=Both('keras.layers.Dense({last}, activation="softmax")',
                                                           'layer_dense(units = {last}, activation = "softmax")')),
        ),
    ),
    "label_range": Entry(
        "label",
        "`{arg}` must be from {lowest} to 1, not {low} to {high}.",
        (
            "{why_range}",
            Both("Was it scaled with the inputs?", "Was it scaled with the inputs, by scale()?"),
        ),
        (Fix("with the labels before scaling", data="LABELS"),),
    ),
    "label_signs": Entry(
        "label",
        "`{arg}` must have labels 0 and 1 for {loss}, not -1 and 1.",
        (),
        (
            Fix("if -1 stands for 0", data=Both("({y_array} + 1) / 2", "({arg} + 1) / 2")),
            Fix("or compile with the loss for -1 and 1", code=Both('{model}.compile(optimizer="adam", loss="hinge")', '{model}$compile(optimizer = "adam", loss = "hinge")')),
        ),
    ),
    "label_negative": Entry(
        "label",
        "`{arg}` must be {lowest} or more, not {low}.",
        ("Loss {loss} has no meaning below {lowest}.",),
        (
            Fix("with targets in that range", data="TARGETS"),
            Fix("or compile with a loss for any numbers", code=Both('{model}.compile(optimizer="adam", loss="mse")', '{model}$compile(optimizer = "adam", loss = "mse")')),
        ),
    ),
    "label_logits": Entry(
        "model",
        'Loss {loss} takes probabilities; layer "{layer}" ({activation}) gives none.',
        ("{no_probabilities}",),
        (
            Fix("if they are logits", when="raw", code=Both('{model}.compile(optimizer="adam", loss=keras.losses.{loss_class}(from_logits=True))',
                '{model}$compile(optimizer = "adam", loss = reticulate::import("keras")$losses${loss_class}(from_logits = TRUE))')),
            Fix("or build the model with probabilities", when="raw", code=Both('keras.layers.Dense({units}, activation="{wanted}")',
                'layer_dense(units = {units}, activation = "{wanted}")')),
            Fix("build the model with probabilities", unless="raw", code=Both('keras.layers.Dense({units}, activation="{wanted}")',
                'layer_dense(units = {units}, activation = "{wanted}")')),
        ),
    ),
    "label_probabilities": Entry(
        "model",
        'Loss {loss} takes logits; layer "{layer}" gives {activation} probabilities.',
        ("from_logits says that no softmax or sigmoid was applied: here it would be applied twice.",),
        (Fix("compile without it", code=Both('{model}.compile(optimizer="adam", loss="{loss}")', '{model}$compile(optimizer = "adam", loss = "{loss}")')),),
    ),
    "model_uncompiled": Entry(
        "model",
        'Model "{model_name}" must be compiled first: it has no loss.',
        (),
        (Fix("for numbers; binary_crossentropy or sparse_categorical_crossentropy for classes",
             code=Both('{model}.compile(optimizer="adam", loss="mse")\n{call}', '{model}$compile(optimizer = "adam", loss = "mse")\n{call}')),),
    ),
    "split_sorted": Entry(
        "label",
        "`{arg}` is not in random order: the split's two parts differ in their classes.",
        ("validation_split = {split} takes the last {rows:rows}, before any shuffling: {held_text}.",),
        (
            Fix("shuffle the rows first", when="shuffled_rows", code="{shuffled_rows}"),
            Fix("shuffle the rows first", unless="shuffled_rows", data="SHUFFLED_WITH_X"),
        ),
    ),
    "label_among_inputs": Entry(
        "label",
        "`{arg}` is among the inputs: {leaking} of `{x_name}` is the same.",
        ("A model that is shown the answer learns nothing else.",),
        (Fix("leave the column out, with a model of one input less", code="{without_leak}"),),
    ),
    "scale_missing": Entry(
        "scale",
        "`{arg}` is not scaled: its values range from {low} to {high}.",
        (
            "{large_columns}Large values saturate the first layers, and training stalls or runs away.",
            Both("At prediction, scale with the same mean and sd.", "At prediction, scale with the same center and scale."),
        ),
        (
            Fix("pixels to 0 .. 1", when="pixels", data=Both("{x_array} / 255", "{arg} / 255")),
            Fix("standardised", unless="pixels", data="{standardised}"),
        ),
    ),
    "class_weight_outputs": Entry(
        "label",
        "`class_weight` can't be used with a model of {outputs:outputs}.",
        ("Keras takes it for a single output only.",),
        (Fix("weigh the samples instead", args=Both("sample_weight=[WEIGHTS_1, WEIGHTS_2]", "sample_weight = list(WEIGHTS_1, WEIGHTS_2)")),),
    ),
    "class_weight_keys": Entry(
        "label",
        "`class_weight` must name the class of each weight.",
        ("Classes: {classes:names}. Received: {cls} without names.",),
        (
            Fix("if they stand in the order of the classes", when="in_order_of_classes",
                args=Both("class_weight=dict(enumerate(class_weight))", "class_weight = setNames(as.list(class_weight), 0:{last})")),
            Fix("one weight for each class", unless="in_order_of_classes",
                args=Both("class_weight={weights}", "class_weight = {weights}")),
        ),
    ),
    "class_weight_values": Entry(
        "label",
        "`class_weight` must have a number for each class, not {values:names}.",
        (),
        (Fix(args=Both("class_weight={weights}", "class_weight = {weights}")),),
    ),
    "class_weight_unknown": Entry(
        "label",
        "`class_weight` names {unknown:names}, which {is_unknown} no class of `{y}`.",
        ("Classes: {classes:names}. Keras would leave such a weight out without a word.",),
        (Fix(args=Both("class_weight={weights}", "class_weight = {weights}")),),
    ),
    "class_weight_twice": Entry(
        "label",
        "`class_weight` must name each class once, not {keys:names}.",
        (),
        (Fix(args=Both("class_weight={weights}", "class_weight = {weights}")),),
    ),
    "class_weight_read": Entry(
        "label",
        "The names of `class_weight` were read as classes: {pairs_text}.",
    ),
    "class_weight_both": Entry(
        "label",
        "`class_weight` and `sample_weight` can't be given together.",
        ("Keras takes one of them.",),
        (Fix("both in one: a weight per sample, times that of its class",
             args=Both("sample_weight=WEIGHTS", "sample_weight = WEIGHTS")),),
    ),
    "sample_weight_rows": Entry(
        "label",
        "`{arg}` must have {rows:weights}, one per sample, not {found}.",
        (),
        (Fix(args=Both("sample_weight=WEIGHTS", "sample_weight = WEIGHTS")),),
    ),
    "sample_weight_shape": Entry(
        "label",
        "`{arg}` must have one weight per sample.",
        ("It is {given}.",),
        (Fix(args=Both("sample_weight=WEIGHTS", "sample_weight = WEIGHTS")),),
    ),
    "sample_weight_kind": Entry(
        "label",
        "`{arg}` must be numbers, one per sample.",
        ("It is {given}.",),
        (Fix(args=Both("sample_weight=WEIGHTS", "sample_weight = WEIGHTS")),),
    ),
    "sample_weight_values": Entry(
        "missing",
        "`{arg}` must have finite values; {count} {is} missing or infinite.",
        ("At {cells}.",),
        (Fix(args=Both("sample_weight=WEIGHTS", "sample_weight = WEIGHTS")),),
    ),
}  # fmt: skip
