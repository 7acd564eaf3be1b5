"""Words about axes and their lengths."""

from __future__ import annotations

from .entry import Both, Entry, Fix

SHAPE: dict[str, Entry] = {
    "shape_features": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}.",
        (),
        (Fix("pass the {want:columns} used in training, in that order", data="{take_columns}", shell="{take_by_name}"),),
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
                data="ALL_COLUMNS"),
        ),
        shapes=True,
    ),
    "shape_transposed": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}: is it transposed?",
        (),
        (
            Fix("if samples are in the columns", data=Both("{as_array}.T", "t({arg})")),
            Fix("if not, pass the {want:columns} used in training", data="{take_columns}", shell="{take_by_name}"),
        ),
        shapes=True,
    ),
    "shape_vector": Entry(
        "shape",
        "`{arg}` must have {want:features} per sample, not {got}.",
        (),
        (
            Fix("if it is one sample, pass its {want:features}", data="{arg}[COLUMNS]"),
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
              "It is {given}, without the samples axis. `x[i{given_commas}, drop = FALSE]` keeps it."),),
    ),
    "shape_known_axes": Entry(
        "shape",
        "`{arg}` of class {cls} has axes ({axes}); they were put in the model's order: {result}.",
        ("{same_as}",),
    ),
    "shape_samples_last": Entry(
        "shape",
        "`{arg}` has its samples on the last axis; they were moved in front: {result}.",
        (Both("The same as np.moveaxis({arg}, -1, 0).", "The same as {step_code}."),),
    ),
    "shape_two_readings": Entry(
        "shape",
        "`{arg}` can be read in {ways} ways; say which.",
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
    "shape_flat_by_name": Entry(
        "shape",
        "`{arg}` was read {how} as {expected}, as its column names say.",
        ("{first_now} became {what_now}.",),
    ),
    "shape_flat_lags": Entry(
        "shape",
        "The columns of `{arg}` stand feature by feature, but which is the first step?",
        ("Lags do not tell whether number 1 is the oldest or the newest value.",),
        (
            Fix("if time runs from left to right", args=Both('order="F"', 'order = "F"')),
            Fix("if it runs from right to left, order the columns first",
                data=Both("{arg}[COLUMNS]", "{arg}[, COLUMNS]"), shell="{take_by_name}"),
        ),
        shapes=True,
    ),
    "shape_flat_either": Entry(
        "shape",
        "Do the numbers in the column names of `{arg}` count time steps or features?",
        ("There are as many steps as features, so the names can be read both ways.",),
        (
            Fix("if time steps", args=Both('order="{order}"', 'order = "{order}"')),
            Fix("if features", args=Both('order="{other_order}"', 'order = "{other_order}"')),
        ),
        shapes=True,
    ),
    "shape_flat_backward": Entry(
        "shape",
        "The columns of `{arg}` number their time steps backwards.",
        ("The model reads the first step first. Did training have the columns in this order?",),
        (
            Fix("if training had them so", args=Both('order="{order}"', 'order = "{order}"')),
            Fix("if not, order the columns first", data=Both("{arg}[COLUMNS]", "{arg}[, COLUMNS]"), shell="{take_by_name}"),
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
                data=Both("np.reshape({arg}, (-1, {width}))", "reticulate::array_reshape({arg}, c(nrow({arg}), {width}))")),
            Fix("if column by column", args=Both('order="F"', 'order = "F"')),
        ),
        shapes=True,
    ),
    "shape_axes_order": Entry(
        "shape",
        "`{arg}` has its axes in another order than the model.",
        ("A transpose fits; a reshape would scramble the values.",),
        (Fix("transpose, if that is how it was made: {result}", data="{step_code}"),),
        shapes=True,
    ),
    "shape_windows": Entry(
        "shape",
        "`{arg}` must be windows of {steps:time steps}, not a series of {length}.",
        ("Windows have to be cut from a series; a reshape would only fold it up.",),
        (
            Fix("all {windows} overlapping windows{at_last_step}", when="single",
                data=Both("np.lib.stride_tricks.sliding_window_view(np.ravel({arg}), {steps})",
                          "embed({as_vector}, {steps})[, {steps}:1]"), targets="{y_of_windows}"),
            Fix("all {windows} overlapping windows{at_last_step}", unless="single",
                data=Both("np.lib.stride_tricks.sliding_window_view(np.asarray({arg}), {steps}, axis=0).transpose(0, 2, 1)",
                          "aperm(sapply(1:{windows}, function(i) as.matrix({arg})[i:(i + {last}), ], simplify = \"array\"), c(3, 1, 2))"), targets="{y_of_windows}"),
        ),
        shapes=True,
    ),
    "shape_series_short": Entry(
        "shape",
        "`{arg}` must have windows of {steps:time steps}; it has {length} in all.",
        (),
        (Fix("pass the last {steps:observations}", data="LAST_OBSERVATIONS"),),
        shapes=True,
    ),
    "shape_steps": Entry(
        "shape",
        "`{arg}` must have {want:time steps} per sample, not {got}.",
        ("The model was made for windows of {want:steps}.",),
        (
            Fix("if the last {want} are meant",
                data=Both("{as_array}[:, -{want}:, :]", "{arg}[, {keep_from}:{got}, , drop = FALSE]")),
        ),
        shapes=True,
    ),
    "shape_steps_few": Entry(
        "shape",
        "`{arg}` must have {want:time steps} per sample, not {got}.",
        ("The model was made for windows of {want:steps}.",),
        (Fix("cut windows of {want:time steps} as in training", data="WINDOWS"),),
        shapes=True,
    ),
    "shape_picture": Entry(
        "shape",
        "`{arg}` must have pictures of {want_size:dims} (height x width), not {got_size:dims}.",
        (),
        (
            Fix("resize them", when="channels_last",
                data=Both("keras.ops.image.resize({arg}, {want_size:sizes})",
                          'reticulate::import("keras")$ops$image$resize({arg}, {r_size})')),
            Fix("resize them", unless="channels_last",
                data="PICTURES"),
        ),
        shapes=True,
    ),
    "shape_channels": Entry(
        "shape",
        "`{arg}` must have {want:channels} per picture, not {got}.",
        (),
        (
            Fix("grey to colour, if training did so", when="grey_last",
                data=Both("np.repeat({arg}, {want}, axis=-1)", "array({arg}, c(dim({arg})[1:3], {want}))")),
            Fix("without the transparency channel", when="alpha_last",
                data=Both("{as_array}[..., :3]", "{arg}[, , , 1:3, drop = FALSE]")),
            Fix("if training averaged the colours", when="colour_last",
                data=Both("np.mean({arg}, axis=-1, keepdims=True)", "apply({arg}, 1:3, mean)")),
            Fix("with the channels of training", when="other_channels",
                data="PICTURES"),
        ),
        shapes=True,
    ),
    "shape_axis": Entry(
        "shape",
        "`{arg}` must have length {want} on {name}, not {got}.",
        (),
        (Fix("with the sizes of training", data="DATA"),),
        shapes=True,
    ),
    "shape_rank": Entry(
        "shape",
        "`{arg}` must have {want:axes} (samples first), not {got}.",
        ("No axis can be added or moved so that it fits.",),
        (Fix("hand it over as {expected}", data="DATA"),),
        shapes=True,
    ),
    "batch_stateful_rows": Entry(
        "shape",
        "`{arg}` must have a multiple of {size} samples, not {rows}.",
        ("The model is stateful with batches of {size}; padding would feed its state invented samples.",),
        (Fix("the first {whole} samples only", when="whole", data=Both("{arg}[:{whole}]", "{arg}[1:{whole}{commas}, drop = FALSE]")),
         Fix("pass at least {size}", unless="whole", data="MORE_SAMPLES"),),
    ),
    "batch_stateful_size": Entry(
        "shape",
        "`batch_size` must be {size}, not {batch_size}.",
        ("The model is stateful and keeps a state for {size:samples}.",),
        (Fix(code="{call}"),),
    ),
    "batch_stateful": Entry(
        "shape",
        "Predicted in batches of {size}: the model is stateful, and {rows} is a multiple of {size}.",
    ),
}  # fmt: skip
