"""R code in keras3's verbs and in plain reticulate's words."""

import keras
import pytest
from kerasguard.messages.verbs import IMPORTED, class_of, in_style, verb_of

PLAIN = {
    'layer_dense(units = 10, activation = "softmax")': 'keras$layers$Dense(units = 10L, activation = "softmax")',
    "keras_model_sequential(input_shape = c(28, 28, 1))": "keras$Input(shape = list(28L, 28L, 1L))",
    "keras_model_sequential(input_shape = c(5))": "keras$Input(shape = list(5L))",
    "keras_model_sequential(input_batch_shape = c(BATCH, NA, 3))": "keras$Input(batch_shape = list(BATCH, NULL, 3L))",
    "keras_model_sequential(layers = list(A, B))": "keras$Sequential(layers = list(A, B))",
    "layer_cropping_1d(cropping = c(0, 3))": "keras$layers$Cropping1D(cropping = list(0L, 3L))",
    "keras_model(x, layer_dense(x, units = 1))": "keras$Model(x, keras$layers$Dense(units = 1L)(x))",
    "layer_concatenate(list(A, B))": "keras$layers$Concatenate()(list(A, B))",
    "optimizer_adam(1e-4, clipnorm = 1)": "keras$optimizers$Adam(1e-4, clipnorm = 1L)",
    "y <- list(callback_early_stopping(patience = 3))": "y <- list(keras$callbacks$EarlyStopping(patience = 3L))",
    "to_categorical(y - 1, num_classes = 3)": "keras$utils$to_categorical(y - 1L, num_classes = 3L)",
    'layer_string_lookup(vocabulary = c("1 c(2)", "b"))': (
        'keras$layers$StringLookup(vocabulary = list("1 c(2)", "b"))'
    ),
    "x <- array(x, c(1, dim(x)))": "x <- array(x, c(1, dim(x)))",
    "safe_predict(model, x[, 1:3])": "safe_predict(model, x[, 1:3])",
}


@pytest.mark.parametrize(("verbs", "plain"), PLAIN.items())
def test_a_line_in_plain_reticulate(verbs, plain):
    assert in_style(verbs, "keras") == plain
    assert in_style(verbs, "") == verbs


VERBS = {
    f"{IMPORTED}$ops$sin(TENSOR)": "op_sin(TENSOR)",
    'm$compile(optimizer = "adam", loss = "mse")': 'compile(m, optimizer = "adam", loss = "mse")',
    f"`my m`$compile(loss = {IMPORTED}$losses$Huber())": "compile(`my m`, loss = loss_huber())",
    "max.col(m$predict(x)) - 1": "max.col(predict(m, x)) - 1",
    "m$fit(X, Y)": "fit(m, X, Y)",
    "m$build(list(NULL, 5L))": "m$build(list(NULL, 5L))",
    f"{IMPORTED}$ops$image$resize(x, list(28L, 28L))": "op_image_resize(x, list(28L, 28L))",
    f'{IMPORTED}$utils$pad_sequences(x, dtype = "float32")': 'pad_sequences(x, dtype = "float32")',
    f"m <- {IMPORTED}$models$clone_model(m)": "m <- clone_model(m)",
    f"list({IMPORTED}$callbacks$EarlyStopping())": "list(callback_early_stopping())",
    f"{IMPORTED}$optimizers$Adam(1e-4)": "optimizer_adam(1e-4)",
    "append(list(keras_input(list(5))), m$layers)": "append(list(keras_input(list(5))), m$layers)",
}


@pytest.mark.parametrize(("plain", "verbs"), VERBS.items())
def test_pythons_words_in_the_verbs_of_keras3(plain, verbs):
    assert in_style(plain, "") == verbs
    assert in_style(plain, "keras") == in_style(plain.replace(IMPORTED, "keras"), "keras")


def test_a_package_that_is_loaded_only():
    assert in_style("m$fit(X, Y)", "keras3::") == "keras3::fit(m, X, Y)"
    assert in_style("m$predict(x)", "keras3::") == "predict(m, x)"
    assert in_style("keras_model(x, layer_dense(x))", "keras3::") == "keras3::keras_model(x, keras3::layer_dense(x))"


def test_the_predecessor_of_keras3():
    assert in_style("keras_model(keras_input(5), x)", "keras::") == "keras_model(layer_input(5), x)"
    assert in_style("m$fit(X, Y)", "keras::") == "fit(m, X, Y)"


def test_names_of_classes_come_back():
    for cls in ("Dense", "Conv2D", "LSTM", "SimpleRNN", "GlobalAveragePooling2D", "BatchNormalization", "ConvLSTM2D",
                "UpSampling2D", "ReLU", "LeakyReLU", "PReLU", "DepthwiseConv2D", "TextVectorization", "GRU"):  # fmt: skip
        assert hasattr(keras.layers, cls)
        assert class_of(verb_of(cls)) == cls
    assert class_of("optimizer_sgd") == "SGD"
