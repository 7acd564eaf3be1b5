"""Words about ids and the scale of values: what the model's first layers expect."""

from __future__ import annotations

from .entry import Both, Entry, Fix

SCALE: dict[str, Entry] = {
    "ids_outside": Entry(
        "dtype",
        "`{arg}` must have ids from 0 to {last}, not {values_text}.",
        (
            'Layer "{layer}" ({cls}) knows {known} ids, 0 to {last}. Found at {cells}.',
            "{why_outside}",
        ),
        (
            Fix("with codes that start at 0, as in training", when="from_1",
                data=Both("{as_array} - 1", "{arg} - 1")),
            Fix("with the ids of training", unless="from_1", data="IDS"),
        ),
    ),
    "ids_fractions": Entry(
        "dtype",
        "`{arg}` must have whole numbers as ids, not {values_text}.",
        ('Layer "{layer}" ({cls}) would cut the fractions off and look up other ids. Found at {cells}.',),
        (Fix("if rounding is right", when="whole", data=Both("np.round({as_array})", "round({arg})")),
         Fix("with the ids of training", unless="whole", data="IDS"),),
    ),
    "scale_pixels": Entry(
        "scale",
        '`{arg}` is within {within}; layer "{layer}" expects pixels of 0 to 255.',
        ("{why_pixels}",),
        (Fix("if 1 stands for 255", unless="signed", data=Both("{as_array} * 255", "{as_values} * 255")),
         Fix("if -1 to 1 stands for 0 to 255", when="signed", data=Both("({as_array} + 1) * 127.5", "({as_values} + 1) * 127.5")),),
    ),
    "scale_twice": Entry(
        "scale",
        '`{arg}` looks standardised already; layer "{layer}" would scale it again.',
        (
            "{where}: mean {x_mean}, sd {x_sd}. The layer ({cls}) learned mean {mean}, sd {sd} in training.",
            Both("Scaled twice?", "scale() before a model that scales by itself?"),
        ),
        (Fix("with the values before scaling", unless="by_r", data="UNSCALED"),
         Fix("with the values before scale()", when="by_r",
             data=Both("UNSCALED", "{unscaled}")),),
    ),
    "scale_far": Entry(
        "scale",
        '`{arg}` is far from what layer "{layer}" learned in training.',
        (
            "{where}: from {low} to {high}. The layer ({cls}) learned mean {mean}, sd {sd}.",
            "{why_far}",
        ),
        (Fix("if training had pixels in 0 to 1", when="undivided", data=Both("{as_array} / 255", "{as_values} / 255")),
         Fix("prepared as in training", unless="undivided", data="PREPARED"),),
    ),
    "values_far": Entry(
        "scale",
        "`{arg}` is far from the values of training{far_count}.",
        ("{far_columns}", "{far_cause}"),
        (
            Fix("if training had pixels in 0 to 1", when="is_undivided", data=Both("{as_array} / 255", "{as_values} / 255")),
            Fix("if training had pixels in -1 to 1", when="is_undivided_signed",
                data=Both("{as_array} / 127.5 - 1", "{as_values} / 127.5 - 1")),
            Fix("if 1 stands for 255", when="is_divided", data=Both("{as_array} * 255", "{as_values} * 255")),
            Fix("with the log, as in training", when="is_unlogged", code="{logged}\n{call}"),
            Fix("with the mean and sd of training", when="is_unscaled",
                data=Both("({as_array} - MEAN) / SD", "scale({arg}, center = MEAN, scale = SD)")),
            Fix("with the values before scaling", when="is_scaled", data="UNSCALED"),
            Fix("with the values before the log", when="is_logged", data="UNLOGGED"),
            Fix("prepared as in training", when="is_unexplained", data="PREPARED"),
        ),
    ),
    "scaled_unlike": Entry(
        "scale",
        "`{arg}` was scaled by another mean and sd than training's.",
        ("{where}: training took off {center_text} and divided by {scale_text}; here {own_center_text} and {own_scale_text}.",
         "Scaled with its own mean? Then the same row means something else to the model.",),
        (Fix("from the values before scale()", code="{rescaled}\n{call}"),),
    ),
    "model_not_adapted": Entry(
        "model",
        'Layer "{layer}" (Normalization) was never adapted: it changes nothing.',
        ("{why_not_adapted}",),
        (Fix("once, before training; then train again", unless="stale",
             code=Both("{layer_code}.adapt(TRAINING_X)", "{layer_code}$adapt(TRAINING_X)")),
         Fix("after setting weights", when="stale",
             code=Both("{layer_code}.finalize_state()", "{layer_code}$finalize_state()")),),
    ),
}  # fmt: skip
