"""Words about a model in a state in which it can't do what is asked of it."""

from __future__ import annotations

from ..entry import Both, Entry, Fix
from .common import CHECK

STATE: dict[str, Entry] = {
    "error_unknown_rank": Entry(
        "model",
        "Keras lost track of the shapes: the model was called before on others.",
        ("An earlier call with another number of axes changed what its compiled steps take.",
         "Data of the right shape then fail too."),
        (
            Fix("whatever was called before", when="predicts", code="safe_predict({model}, {x})"),
            Fix("whatever was called before", when="trains", code="safe_fit({model}, {x}, {y})"),
            Fix("whatever was called before", when="evaluates",
                code="safe_evaluate({model}, {x}, {y})"),
            Fix("or renew it by hand", when="predicts", code=Both("{model}.make_predict_function(force=True)", "{model}$make_predict_function(force = TRUE)")),
        ),
    ),
    "error_spoiled": Entry(
        "model",
        "An earlier fit() failed half-way and spoiled the model's training step.",
        ("The data of this call may be right. The weights are as they were.",),
        (
            Fix("train with the guard, which mends it", code="safe_fit({model}, {x}, {y})"),
            Fix("or by hand", code=Both("{model}.optimizer.build({model}.trainable_variables)\n{model}.make_train_function(force=True)",
                "{model}$optimizer$build({model}$trainable_variables)\n{model}$make_train_function(force = TRUE)")),
        ),
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
    "error_unbuilt": Entry(
        "model", "The model was never built: it does not know its input's shape.", (),
        (Fix("start it with", code=Both("keras.Input((FEATURES,))", "keras_model_sequential(input_shape = c(FEATURES))")),),
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
}  # fmt: skip
