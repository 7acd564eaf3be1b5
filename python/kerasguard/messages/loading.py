"""Words about files."""

from __future__ import annotations

from .entry import Both, Entry, Fix

LOADING: dict[str, Entry] = {
    "load_missing": Entry(
        "load",
        'Can\'t find the model file "{path}".',
        ("The working directory is {directory}.",),
        (Fix("the nearest name there", when="near",
             code=Both('model = safe_load_model("{near}")', 'model <- safe_load_model("{near}")')),
         Fix("with its whole path", unless="near",
             code=Both('model = safe_load_model("PATH")', 'model <- safe_load_model("PATH")')),),
    ),
    "load_format": Entry(
        "load",
        'Can\'t load "{path}": it is no .keras or .h5 model file.',
        ("{why}",),
        (Fix("save the model as .keras where it was made",
             code=Both('model.save("MODEL.keras")', 'model$save("MODEL.keras")')),),
    ),
    "load_lambda": Entry(
        "load",
        'Can\'t load "{path}": it holds Python code in a Lambda layer.',
        ("Loading it would run that code. Only you can say that you trust who made the file.",),
        (Fix("if you trust it", code=Both('model = safe_load_model("{path}", safe_mode=False)',
                                          'model <- safe_load_model("{path}", safe_mode = FALSE)')),),
    ),
    "load_failed": Entry(
        "load",
        'Can\'t load "{path}".',
        ("{error}: {sentence}",),
        (Fix("if it has layers of your own",
             code=Both('model = safe_load_model("{path}", custom_objects={{"NAME": CLASS}})',
                       'model <- safe_load_model("{path}", custom_objects = list(NAME = CLASS))')),),
    ),
    "load_names": Entry(
        "load",
        'Loaded "{path}" (.h5): the old names of its loss and metrics ({names}) were resolved.',
        (Both("Keras 3's load_model() fails on them unless compile=False.",
              "Keras 3's load_model() fails on them unless compile = FALSE."),),
    ),
    "load_uncompiled": Entry(
        "load",
        Both('Loaded "{path}" without its loss and optimizer, as with compile=False.',
             'Loaded "{path}" without its loss and optimizer, as with compile = FALSE.'),
        ("It predicts as before. To train it, compile it anew. Keras said: {sentence}",),
    ),
}  # fmt: skip
