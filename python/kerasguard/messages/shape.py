"""Words about axes and their lengths."""

from __future__ import annotations

from .entry import Both, Entry, Fix

SHAPE: dict[str, Entry] = {
    "shape_features": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}.",
        (),
        (
            Fix("pass the {want:columns} used in training, in that order",
                data=Both("{arg}[..., COLUMNS]", "{arg}[{commas}COLUMNS, drop = FALSE]")),
        ),
        shapes=True,
    ),
    "shape_features_few": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}.",
        (
            Both("Were columns dropped, or did get_dummies() meet a category less than in training?",
                 "Were columns dropped, or did model.matrix() meet a level less than in training?"),
        ),
        (
            Fix("pass all {want:columns} used in training, in that order",
                data=Both("ALL_COLUMNS", "ALL_COLUMNS")),
        ),
        shapes=True,
    ),
    "shape_transposed": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}: is it transposed?",
        (),
        (
            Fix("if samples are in the columns", data=Both("{arg}.T", "t({arg})")),
            Fix("if not, pass the {want:columns} used in training",
                data=Both("{arg}[:, COLUMNS]", "{arg}[, COLUMNS, drop = FALSE]")),
        ),
        shapes=True,
    ),
    "shape_vector": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}.",
        (),
        (
            Fix("if it is one sample, pass its {want:features}", data=Both("{arg}[COLUMNS]", "{arg}[COLUMNS]")),
            Fix("if it holds several samples one after the other", when="several_samples",
                data=Both("np.reshape({arg}, (-1, {want}))", "matrix({arg}, ncol = {want}, byrow = TRUE)")),
        ),
        shapes=True,
    ),
    "shape_unit_axis": Entry(
        "shape",
        "`{arg}` was read as {result}: an axis of length 1 was added or moved.",
        ("It is {given}.",),
    ),
    "shape_one_sample": Entry(
        "shape",
        "`{arg}` was read as one sample: {result}.",
        (Both("It is {given}, without the samples axis. `x[i:i+1]` keeps it.",
              "It is {given}, without the samples axis. `x[i{result_commas}, drop = FALSE]` keeps it."),),
    ),
    "shape_known_axes": Entry(
        "shape",
        "`{arg}` of class {cls} has axes ({axes}); they were put in the model's order: {result}.",
        ("The same as {step_code}.",),
    ),
    "shape_samples_last": Entry(
        "shape",
        "`{arg}` has its samples on the last axis; they were moved in front: {result}.",
        (Both("The same as np.moveaxis({arg}, -1, 0).", "The same as {step_code}."),),
    ),
    "shape_two_readings": Entry(
        "shape",
        "`{arg}` can be read in two ways; say which.",
        shapes=True,
    ),
    "shape_flat": Entry(
        "shape",
        "`{arg}` was read {how} as {expected}: {given} has no such axes.",
        (
            "{first_now} became {what_now}.",
        ),
        (Fix("if {first_other} {other_verb} {what_other} instead", args=Both('order="{other}"', 'order = "{other}"')),),
    ),
    "shape_flat_picture": Entry(
        "shape",
        "`{arg}` was read {how} as {expected}: {given} has no such axes.",
        (
            "{first_now} became {what_now}.",
        ),
        (Fix("if {first_other} {other_verb} {what_other} instead", args=Both('order="{other}"', 'order = "{other}"')),),
    ),
    "shape_flat_by_name": Entry(
        "shape",
        "`{arg}` was read {how} as {expected}, as its column names say.",
        ("{first_now} became {what_now}.",),
    ),
    "shape_flat_direction": Entry(
        "shape",
        "The columns of `{arg}` stand feature by feature, but which is the first step?",
        ("Lags do not tell whether number 1 is the oldest or the newest value.",),
        (
            Fix("if time runs from left to right", args=Both('order="F"', 'order = "F"')),
            Fix("if it runs from right to left, order the columns first", data=Both("{arg}[COLUMNS]", "{arg}[, COLUMNS]")),
        ),
        shapes=True,
    ),
    "shape_flatten": Entry("shape", "`{arg}` was flattened in \"{order}\" order to {expected}."),
    "shape_flatten_order": Entry(
        "shape",
        "`{arg}` must be flattened to {width:features}; in which order?",
        (
            Both("numpy's reshape and Keras' Flatten go row by row (C order).",
                 "numpy, Keras' Flatten and array_reshape() go row by row; `dim<-` goes column by column."),
        ),
        (
            Fix("if training flattened row by row (row-major)",
                data=Both("np.reshape({arg}, (len({arg}), {width}))", "reticulate::array_reshape({arg}, c(nrow({arg}), {width}))")),
            Fix("if column by column", args=Both('order="F"', 'order = "F"')),
        ),
        shapes=True,
    ),
    "shape_axes_order": Entry(
        "shape",
        "`{arg}` has its axes in another order than the model.",
        ("A transpose fits; a reshape would scramble the values.",),
        (Fix("transpose, if that is how it was made: {result}", data=Both("{step_code}", "{step_code}")),),
        shapes=True,
    ),
    "shape_windows": Entry(
        "shape",
        "`{arg}` must be windows of {steps:time steps}, not a series of {length}.",
        ("Keras would take every value for a window of its own.",),
        (
            Fix("all {windows} overlapping windows", when="single",
                data=Both("np.lib.stride_tricks.sliding_window_view(np.ravel({arg}), {steps})",
                          "embed(as.numeric({arg}), {steps})[, {steps}:1]")),
            Fix("all {windows} overlapping windows", unless="single",
                data=Both("np.lib.stride_tricks.sliding_window_view({arg}, {steps}, axis=0).transpose(0, 2, 1)",
                          "aperm(sapply(1:{windows}, function(i) as.matrix({arg})[i:(i + {last}), ], simplify = \"array\"), c(3, 1, 2))")),
        ),
        shapes=True,
    ),
    "shape_series_short": Entry(
        "shape",
        "`{arg}` must have windows of {steps:time steps}; it has {length} in all.",
        (),
        (Fix("pass the last {steps:observations}", data=Both("LAST_OBSERVATIONS", "LAST_OBSERVATIONS")),),
        shapes=True,
    ),
    "shape_steps": Entry(
        "shape",
        "`{arg}` must have {want:time steps} per sample, not {got}.",
        ("Keras would run over any number of steps; the model was made for {want}.",),
        (
            Fix("if the last {want} are meant",
                data=Both("{arg}[:, -{want}:, :]", "{arg}[, {keep_from}:{got}, , drop = FALSE]")),
        ),
        shapes=True,
    ),
    "shape_steps_few": Entry(
        "shape",
        "`{arg}` must have {want:time steps} per sample, not {got}.",
        ("Keras would run over any number of steps; the model was made for {want}.",),
        (Fix("cut windows of {want:time steps} as in training", data=Both("WINDOWS", "WINDOWS")),),
        shapes=True,
    ),
    "shape_picture": Entry(
        "shape",
        "`{arg}` must have pictures of {want_size:dims} (height x width), not {got_size:dims}.",
        (),
        (
            Fix("resize them",
                data=Both("keras.ops.image.resize({arg}, {want_size:sizes})",
                          'reticulate::import("keras")$ops$image$resize({arg}, {r_size})')),
        ),
        shapes=True,
    ),
    "shape_channels": Entry(
        "shape",
        "`{arg}` must have {want:channels} on its last axis, not {got}.",
        (),
        (
            Fix("grey to colour, if training did so", when="grey",
                data=Both("np.repeat({arg}, {want}, axis=-1)", "array({arg}, c(dim({arg})[1:3], {want}))")),
            Fix("without the transparency channel", when="alpha",
                data=Both("{arg}[..., :3]", "{arg}[, , , 1:3, drop = FALSE]")),
            Fix("if training averaged the colours", when="to_grey",
                data=Both("{arg}.mean(axis=-1, keepdims=True)", "apply({arg}, 1:3, mean)")),
            Fix("with the channels of training", when="other_channels",
                data=Both("PICTURES", "PICTURES")),
        ),
        shapes=True,
    ),
    "shape_axis": Entry(
        "shape",
        "`{arg}` must have length {want} on {name}, not {got}.",
        (),
        (Fix("with the sizes of training", data=Both("DATA", "DATA")),),
        shapes=True,
    ),
    "shape_rank": Entry(
        "shape",
        "`{arg}` must have {want:axes} (samples first), not {got}.",
        (),
        (
            Fix("with the sizes in the model's order",
                data=Both("np.reshape({arg}, (SAMPLES, {expected:sizes}))",
                          "reticulate::array_reshape({arg}, c(SAMPLES, {expected:sizes}))")),
        ),
        shapes=True,
    ),
    "batch_stateful_rows": Entry(
        "shape",
        "`{arg}` must have a multiple of {size} samples, not {rows}.",
        ("The model is stateful with batches of {size}; padding would feed its state invented samples.",),
        (Fix("the first {whole} samples only", when="whole", data=Both("{arg}[:{whole}]", "{arg}[1:{whole}{commas}, drop = FALSE]")),
         Fix("pass at least {size}", unless="whole", data=Both("MORE_SAMPLES", "MORE_SAMPLES")),),
    ),
    "batch_stateful_size": Entry(
        "shape",
        "`batch_size` must be {size}, not {batch_size}.",
        ("The model is stateful and keeps a state for {size:samples}.",),
        (Fix(code=Both("safe_predict({model}, {x})", "safe_predict({model}, {x})")),),
    ),
    "batch_stateful": Entry(
        "shape",
        "Predicted in batches of {size}: the model is stateful, and {rows} is a multiple of {size}.",
    ),
}  # fmt: skip
