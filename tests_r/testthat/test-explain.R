# explain_error() and check_model(): raw errors of the installed Keras as an R user meets them.

ones <- function(...) array(1, c(...))
compiled <- function(units = 1L, activation = NULL, loss = "mse") {
  net <- dense(5, units, activation)
  net$compile("sgd", loss)
  net
}
used <- function(net, x) {
  plain(net, x)
  net
}
spoiled <- function() {
  net <- sequential(20, layers$Dense(10L))
  net$compile("adam", "mse")
  try(net$fit(ones(8, 20), ones(8, 20), verbose = 0L), silent = TRUE)
  net
}
relaxed <- function() used(conv(), ones(3, 8, 6))
flat_missing <- function() {
  net <- sequential(c(8, 8, 1), layers$Conv2D(2L, 3L), layers$Dense(10L, "softmax"))
  net$compile("sgd", "categorical_crossentropy")
  net
}
fails <- function(code, expr, ...) {
  shown <- capture.output(found <- explain_error(expr, ...))
  expect_s3_class(found, "kerasguard_explanation")
  expect_identical(found$code, code)
  expect_identical(paste(shown, collapse = "\n"), format(found))
  text <- paste(found$lines[!startsWith(found$lines, "Keras said")], collapse = "\n")
  expect_lt(nchar(text), 1000)
  expect_false(grepl("\\bNone\\b|ndarray|np\\.|please", text))
  invisible(found)
}

test_that("errors while a model is built are explained", {
  fails("layer_channels", sequential(c(28, 28), layers$Conv2D(4L, 3L)))
  fails("layer_steps", sequential(20, layers$LSTM(4L)))
  fails("layer_samples", sequential(c(100, 5, 3), layers$LSTM(4L)))
  fails("layer_sequences", sequential(c(5, 3), layers$LSTM(4L), layers$LSTM(2L)))
  fails("layer_window", sequential(c(4, 4, 1), layers$Conv2D(2L, 7L)))
  fails("layer_merge", layers$Add()(list(keras$Input(shape = list(3L)), keras$Input(shape = list(4L)))))
  fails("layer_reshape", sequential(20, layers$Reshape(list(3L, 7L))))
  fails("layer_undefined", keras$Sequential(list(keras$Input(shape = list(NULL)), layers$Dense(2L))))
  fails("layer_stateful", sequential(c(5, 3), layers$LSTM(2L, stateful = TRUE)))
  fails("error_name", layers$Dense(2L, "rleu"))
  fails("error_whole_number", layers$Dense(2.5))
  fails("error_shape_number", keras$Input(shape = 5L))
})

test_that("errors of a call are explained, on fresh and on used models", {
  new_data <- ones(10, 6)
  for (net in list(dense(), used(dense(), ones(3, 5)))) {
    capture.output(found <- explain_error(net$predict(new_data, verbose = 0L)))
    expect_identical(found$code, "shape_features")
    expect_identical(found$known_from, "checks")
    # in the user's own names
    expect_match(found$lines, "safe_predict(net, new_data[, COLUMNS", fixed = TRUE, all = FALSE)
    expect_match(found$lines, "10 x 6 double matrix", fixed = TRUE, all = FALSE)
  }
  fails("shape_features", used(lstm(), ones(3, 5, 3))$predict(ones(10, 5, 4), verbose = 0L))
  fails("error_unknown_rank", relaxed()$predict(ones(3, 8, 6, 1), verbose = 0L))
  fails("error_spoiled", spoiled()$fit(ones(8, 20), ones(8, 10), verbose = 0L))
  fails("label_columns", compiled(10L)$fit(ones(4, 5), ones(4, 20), verbose = 0L))
  fails("label_rows", compiled()$fit(ones(4, 5), ones(5, 1), verbose = 0L))
  fails("label_one_based", {
    net <- compiled(10L, "softmax", "sparse_categorical_crossentropy")
    net$fit(ones(4, 5), array(c(1, 2, 3, 10)), verbose = 0L)
  })
  fails("error_target_flatten", flat_missing()$fit(ones(4, 8, 8, 1), diag(10)[1:4, ], verbose = 0L))
  fails("model_uncompiled", dense()$fit(ones(4, 5), ones(4, 1), verbose = 0L))
  fails("error_whole_number", compiled()$fit(ones(4, 5), ones(4, 1), batch_size = 2, verbose = 0L))
  fails("batch_stateful_rows", stateful()$predict(ones(5, 5, 3), verbose = 0L))
  fails("error_memory", reticulate::import("tensorflow")$zeros(c(1000000L, 1000000L, 100L)))
})

test_that("errors of files are explained", {
  file <- withr_tempfile(".h5")
  compiled()$save(file)
  fails("error_load", keras$models$load_model(file))
  writeLines("hello", file)
  fails("error_load", keras$models$load_model(file))
  fails("error_load", keras$models$load_model("no-such-file.keras"))
})

test_that("an expression that does not fail gives its value", {
  expect_identical(explain_error(1 + 1), 2)
  expect_false(withVisible(explain_error(invisible(3)))$visible)
  expect_silent(value <- explain_error(plain(dense(), ones(2, 5))))
  expect_identical(dim(value), c(2L, 1L))
})

test_that("the explanation comes invisibly", {
  capture.output(result <- withVisible(explain_error(layers$Dense(2.5))))
  expect_false(result$visible)
})

test_that("conditions and texts are explained", {
  net <- used(dense(), ones(3, 5))
  caught <- tryCatch(net$predict(ones(2, 7), verbose = 0L), error = identity)
  fails("shape_features", caught)
  expect_identical(fails("error_target_shape", "ValueError: Shapes (None, 1) and (None, 10) are incompatible")$known_from, "text")
  fails("error_gpu", c("I tensorflow/cuda.cc:1] Could not find cuda drivers on your machine", "done"))
  fails("error_nan", "10/10 - 0s - loss: nan")
  fails("error_r_method", stop("no applicable method for 'predict' applied to an object of class \"keras.src.Model\""))
})

test_that("model and data that are given decide", {
  net <- compiled()
  pictures <- ones(4, 6)
  found <- fails("shape_features", "some text of Keras", model = net, x = pictures)
  expect_match(found$lines, "safe_predict(net, pictures[, COLUMNS", fixed = TRUE, all = FALSE)
  fails("label_rows", "some text of Keras", model = net, x = ones(4, 5), y = 1:5)
})

test_that("the guard's own errors are their own explanation", {
  found <- fails("shape_features", safe_predict(dense(), ones(10, 6)))
  expect_identical(found$known_from, "checks")
})

test_that("errors of R are not taken for those of Keras", {
  found <- fails("error_not_keras", stop("object 'a' not found"))
  expect_match(found$lines[1], "R code")
  fails("error_not_keras", reticulate::py_run_string("{}['a']"))
  fails("error_unknown", dense()$set_weights(list(ones(3, 1))))
})

test_that("code of the user's own that Keras ran is told as such", {
  net <- sequential(5, layers$Dense(1L))
  net$compile("sgd", function(y_true, y_pred) stop("my own mistake"))
  found <- fails("error_own_code", net$fit(ones(4, 5), ones(4, 1), verbose = 0L))
  expect_match(found$lines, "my own mistake", all = FALSE)
  expect_match(found$lines[1], "R function")
})

test_that("validation data are named as the user wrote them", {
  found <- fails("shape_features", compiled()$fit(
    ones(4, 5), ones(4, 1), validation_data = reticulate::tuple(ones(4, 6), ones(4, 1)), verbose = 0L
  ))
  expect_match(found$lines[1], "validation_data[[1]]", fixed = TRUE)
})

test_that("a plain vector as targets is named, not the matrix beside it", {
  found <- fails("error_kind", compiled()$fit(ones(4, 5), c(1, 2, 3, 4), verbose = 0L))
  expect_match(found$lines[1], "as `y`", fixed = TRUE)
  # Keras never saw the labels: what is wrong with them comes second
  labels <- c(1L, 2L, 3L, 1L)
  net <- compiled(3L, "softmax", "sparse_categorical_crossentropy")
  found <- fails("error_kind", net$fit(ones(4, 5), labels, verbose = 0L))
  expect_identical(found$codes, c("error_kind", "label_one_based"))
})

test_that("a short error of R is not taken for an earlier one of Keras that holds its words", {
  explain_quietly <- function(expr) {
    capture.output(found <- explain_error(expr))
    found$code
  }
  expect_identical(explain_quietly(compiled()$compile("ada")), "error_name")
  expect_identical(explain_quietly(stop("ada")), "error_not_keras")
  expect_identical(explain_quietly(stop("a")), "error_not_keras")
})

test_that("what R itself refuses is explained where it is of Keras", {
  skip_if("package:keras3" %in% search(), "keras3 is attached: its functions are there")
  fails("error_r_function", layer_dense(units = 3))
  fails("error_removed", load_model_hdf5("a.h5"))
  optimizer_adam <- function(learning_rate) learning_rate
  fails("error_argument", optimizer_adam(lr = 0.1))
  own <- function(learning_rate) learning_rate
  fails("error_not_keras", own(lr = 0.1))
  fails("error_not_keras", mean$predict(1))
  fails("error_not_found", stop("Python module tensorflow.keras was not found."))
})

test_that("numbers, layers, labels and callbacks of another kind are explained", {
  found <- fails("error_whole_number", layers$Dense(10))
  expect_true("units = 10L" %in% found$lines)
  fails("error_whole_number", layers$Embedding(1000, 16L))
  fails("error_whole_number", keras$Input(shape = 5))
  fails("error_tensors", keras$Model(inputs = layers$Dense(2L), outputs = layers$Dense(1L)))
  fails("error_layers", keras$Sequential(layers$Dense(2L), layers$Dense(1L)))
  fails("layer_one_tensor", layers$Concatenate()(keras$Input(shape = list(3L))))
  fails("error_metrics_list", dense()$compile(loss = "mse", metrics = "accuracy"))
  fails("error_callback", compiled()$fit(ones(4, 5), ones(4, 1), callbacks = list("stop"), verbose = 0L))
  fails("error_categories", keras$utils$to_categorical(1:3, 3L))
  fails("error_categories", keras$utils$to_categorical(c("a", "b")))
  fails("error_layer_name", dense()$get_layer(index = 3L))
  found <- fails("error_attribute", layers$dense(2L))
  expect_match(found$lines[2], "`Dense`")
  fails("error_not_keras", list(1)[[3]])
})

test_that("code is written as this session can run it", {
  skip_if(isNamespaceLoaded("keras3"))
  found <- fails("layer_channels", sequential(c(28, 28), layers$Conv2D(4L, 3L)))
  code <- found$lines[match("Fix: for gray pictures:", found$lines) + 1]
  expect_identical(code, "reticulate::import(\"keras\")$Input(shape = list(28L, 28L, 1L))")
  expect_s3_class(eval(parse(text = code)), "python.builtin.object")
  assign("keras", keras, globalenv()) # what a user of plain reticulate has
  on.exit(rm("keras", envir = globalenv()))
  found <- fails("layer_merge", layers$Add()(list(keras$Input(shape = list(3L)), keras$Input(shape = list(4L)))))
  expect_true("keras$layers$Dense(units = 3L)" %in% found$lines)
})

test_that("a function that is not there is told by what this R has", {
  skip_if("package:keras3" %in% search(), "keras3 is attached: its functions are there")
  found <- fails("error_r_function", layer_dense(units = 3))
  is_there <- nzchar(system.file(package = "keras3"))
  expect_match(found$lines[1], if (is_there) "not loaded" else "not installed")
  expect_identical("library(keras3)" %in% found$lines, is_there)
})

test_that("what safely() gives is read", {
  net <- dense()
  safely <- function(expr) tryCatch(list(result = expr, error = NULL), error = function(e) list(result = NULL, error = e))
  fails("shape_features", safely(net$predict(ones(2, 6), verbose = 0L)))
  whole <- safely(1)
  expect_identical(explain_error(whole), whole)
})

test_that("explanations are text where text is wanted", {
  found <- fails("error_whole_number", layers$Dense(2.5))
  expect_identical(as.character(found), paste(format(found), collapse = "\n"))
})

test_that("a model that readRDS() gave back is an empty pointer", {
  file <- withr_tempfile(".rds")
  saveRDS(dense(), file)
  lost <- readRDS(file)
  capture.output(found <- explain_error(lost$predict(ones(1, 5))))
  expect_identical(found$code, "error_pointer")
  expect_match(found$lines, "safe_save_model(lost", fixed = TRUE, all = FALSE)
})

test_that("the expression runs once, whatever it fails with", {
  runs <- 0
  net <- dense()
  within <- function(expression) explain_error(expression)
  for (inner in list(function() stop("mine"), function() net$predict(ones(2, 6), verbose = 0L))) {
    capture.output(within({
      runs <- runs + 1
      inner()
    }))
  }
  expect_identical(runs, 2)
})

test_that("a history of NaN is explained, another is given back", {
  net <- sequential(5, layers$Dense(1L))
  net$compile("sgd", "mse")
  history <- net$fit(ones(4, 5) * 1e30, ones(4, 1), epochs = 4L, verbose = 0L)
  fails("error_nan", history)
  sound <- compiled()$fit(ones(4, 5), ones(4, 1), verbose = 0L)
  expect_identical(explain_error(sound), sound)
})

test_that("errors in other forms are read", {
  net <- dense()
  tried <- try(net$predict(ones(2, 6), verbose = 0L), silent = TRUE)
  fails("shape_features", tried)
  fails("shape_features", reticulate::py_last_error())
  fails("layer_features", c(
    "#> Error in py_call_impl(callable, call_args$unnamed, call_args$named) : ",
    "#>   ValueError: \033[1mInput 0 with name 'None' of layer 'dense_1' is", "#> incompatible with the layer: expected axis",
    "#> -1 of input shape to have value 5, but received input with shape (32, 6)\033[0m"
  ))
})

test_that("an earlier error of Python is not taken for one of R", {
  try(layers$Dense(2.5), silent = TRUE)
  fails("error_not_keras", stop("something else"))
})

test_that("without an argument the last error of Python is explained, with its age", {
  net <- dense()
  try(net$predict(ones(10, 6)), silent = TRUE)
  plain(net, ones(2, 5))
  capture.output(found <- explain_error())
  expect_identical(found$code, "shape_features")
  expect_match(found$lines, "may be older than your last call", all = FALSE)
  capture.output(again <- explain_error())
  expect_match(again$lines, "explained before, .* ago", all = FALSE)
  reticulate::py_clear_last_error()
  expect_message(expect_null(explain_error()), "no error")
})

test_that("static faults of a model are found", {
  found <- check_model(dense(5, 1L, "softmax"))
  expect_s3_class(found, "kerasguard_model_check")
  expect_false(found$ok)
  expect_true("model_softmax_one_unit" %in% found$codes)
  expect_identical(found$rows$fault, c("", "always 1"))
  expect_identical(names(found$rows), c("layer", "class", "gets", "gives", "weights", "fault"))
  expect_true("model_flatten" %in% check_model(flat_missing())$codes)
  expect_true("model_unbuilt" %in% check_model(keras$Sequential(list(layers$Dense(1L))))$codes)
  expect_true("model_not_adapted" %in% check_model(sequential(2, layers$Normalization(), layers$Dense(1L)))$codes)
})

test_that("faults of layers and of compile() are told in R's words", {
  compiled <- function(net, loss, ...) {
    net$compile(optimizer = "adam", loss = loss, ...)
    net
  }
  cases <- list(
    label_independent = compiled(dense(5, 3L, "sigmoid"), "categorical_crossentropy"),
    label_shares = compiled(dense(5, 3L, "softmax"), "binary_crossentropy"),
    model_accuracy = compiled(dense(5, 1L), "mse", metrics = list("accuracy")),
    model_ids = sequential(1, layers$Hashing(9L), layers$Embedding(4L, 2L)),
    model_not_learned = sequential(1, layers$Discretization(num_bins = 3L), layers$Embedding(4L, 2L)),
    model_dropout_last = compiled(sequential(5, layers$Dense(1L), layers$Dropout(0.5)), "mse"),
    model_counts_samples = keras$Sequential(list(keras$Input(list(150L, 4L)), layers$Dense(1L)))
  )
  for (code in names(cases)) {
    model <- cases[[code]]
    found <- check_model(model)
    expect_true(code %in% found$codes, label = code)
    expect_false(found$ok)
    entry <- found$entries[[match(code, found$codes)]]
    lines <- as.character(entry$lines)
    expect_false(any(grepl("None|ndarray|np\\.|keras\\.layers", lines)))
    expect_true(any(grepl("^Fix:", lines)))
    for (line in lines[entry$symbols == " "]) expect_gt(length(parse(text = line)), 0)
  }
})

test_that("the fix of a last layer runs", {
  model <- sequential(5, layers$Dense(3L, activation = "softmax"), layers$Dropout(0.5))
  model$compile(optimizer = "adam", loss = "categorical_crossentropy")
  entry <- check_model(model)$entries[[1]]
  eval(parse(text = as.character(entry$lines)[entry$symbols == " "]))
  expect_true(check_model(model)$ok)
  expect_identical(check_model(model)$rows$class, "Dense")
})

test_that("the picture fits a terminal", {
  net <- keras$applications$MobileNetV2(weights = NULL, input_shape = list(32L, 32L, 3L))
  found <- check_model(net)
  expect_lte(max(nchar(found$table)), 80)
  expect_lt(length(found$table), 40)
  expect_gt(nrow(found$rows), 100)
})

test_that("sound models have no faults", {
  for (net in list(dense(), lstm(), free_lstm(), conv(), pooled(), stateful(), several(), text())) {
    found <- check_model(net)
    expect_true(found$ok)
    expect_identical(found$codes, "model_not_compiled")
  }
})

test_that("data are walked until the fault", {
  found <- check_model(lstm(), ones(4, 5, 4))
  expect_identical(found$rows$gets, c("(4, 5, 4)", "?"))
  expect_identical(found$rows$fault, c("takes 3 features", ""))
  expect_true("shape_features" %in% found$codes)
  expect_true(check_model(lstm(), ones(4, 5, 3))$ok)
  shown <- capture.output(print(found))
  expect_match(shown[1], "1 fault found")
  expect_match(shown, "<- takes 3 features", fixed = TRUE, all = FALSE)
  expect_false(any(grepl("None|ndarray", shown)))
})

test_that("what is no model is told", {
  expect_identical(check_model("model.keras")$codes, "structure_model")
})
