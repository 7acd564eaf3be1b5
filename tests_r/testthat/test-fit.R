# The truth: Keras' own fit() and evaluate() of the same model on hand-prepared arrays.
tf <- reticulate::import("tensorflow")

classes <- function() {
  model <- dense(4, 3L, "softmax")
  model$compile(optimizer = "sgd", loss = "sparse_categorical_crossentropy", metrics = list("accuracy"))
  model
}
regression <- function() {
  model <- dense()
  model$compile(optimizer = "sgd", loss = "mse", metrics = list("mae"))
  model
}
rows <- c(1:20, 51:70, 101:120)
flowers <- unname(as.matrix(iris[rows, 1:4]))
codes <- as.integer(iris$Species[rows]) - 1L
by_hand <- function(model, ...) {
  model$fit(float32(flowers), float32(codes), verbose = 0L, shuffle = FALSE, ...)$history
}

test_that("the numbers are those of fit()", {
  model <- classes()
  fitted <- withVisible(safe_fit(model, iris[rows, 1:4], iris$Species[rows], epochs = 3, shuffle = FALSE))
  expect_false(fitted$visible)
  expect_s3_class(fitted$value, "kerasguard_history")
  other <- classes()
  expected <- by_hand(other, epochs = 3L)
  expect_equal(fitted$value$metrics, expected)
  expect_identical(model$get_weights(), other$get_weights())
  expect_identical(fitted$value$params$epochs, 3L)
})

test_that("arguments arrive as fit() takes them", {
  history <- safe_fit(
    classes(), flowers, codes,
    epochs = 4, batch_size = 16, initial_epoch = 2, shuffle = FALSE, validation_freq = 2, validation_batch_size = 5,
    validation_steps = 2, validation_data = list(flowers[1:20, ], codes[1:20]),
    class_weight = c("0" = 1, "1" = 2, "2" = 3)
  )
  expected <- by_hand(
    classes(),
    epochs = 4L, batch_size = 16L, initial_epoch = 1L, validation_freq = 2L, validation_batch_size = 5L,
    validation_steps = 2L, validation_data = reticulate::tuple(float32(flowers[1:20, ]), float32(codes[1:20])),
    class_weight = reticulate::py_dict(0:2, c(1, 2, 3))
  )
  expect_equal(history$metrics, expected)
  weights <- seq(0, 2, length.out = 60)
  history <- safe_fit(classes(), flowers, codes, sample_weight = weights, validation_split = 0.2, shuffle = FALSE)
  expect_equal(history$metrics, by_hand(classes(), sample_weight = float32(weights), validation_split = 0.2))
})

test_that("codes as names of class weights are R's way to write them", {
  weights <- list("0" = 1, "1" = 2, "2" = 3)
  expect_message(
    history <- safe_fit(classes(), flowers, codes, class_weight = weights, repairs = "refuse", shuffle = FALSE),
    class = "kerasguard_message_class_weight_read"
  )
  expect_equal(history$metrics, by_hand(classes(), class_weight = reticulate::py_dict(0:2, c(1, 2, 3))))
  named <- list(setosa = 1, versicolor = 2, virginica = 3)
  model <- classes()
  suppressMessages(safe_fit(model, flowers, iris$Species[rows]))
  refused("kerasguard_error_repair_refused", safe_fit(model, flowers, codes, class_weight = named, repairs = "refuse"))
})

test_that("what neither shuffles nor not is refused", {
  for (wrong in list(NA, NULL, "no", 2, c(TRUE, FALSE))) {
    expect_error(safe_fit(classes(), flowers, codes, shuffle = wrong), class = "kerasguard_error_option_value")
  }
  expect_error(safe_fit(classes(), flowers, codes, shuffle = NA), "`shuffle` must be TRUE, FALSE or \"batch\", not NA.")
})

test_that("evaluate() gives the loss and the metrics, in Keras' order and by name", {
  model <- classes()
  expected <- model$evaluate(float32(flowers), float32(codes), verbose = 0L)
  found <- withVisible(safe_evaluate(model, iris[rows, 1:4], iris$Species[rows]))
  expect_true(found$visible)
  expect_named(found$value, c("loss", "accuracy"))
  expect_equal(as.numeric(unlist(found$value)), as.numeric(unlist(expected)))
  found <- safe_evaluate(model, flowers, codes, batch_size = 8, sample_weight = rep(c(0, 1), 30))
  expected <- model$evaluate(
    float32(flowers), float32(codes),
    batch_size = 8L, sample_weight = float32(rep(c(0, 1), 30)), verbose = 0L
  )
  expect_equal(as.numeric(unlist(found)), as.numeric(unlist(expected)))
})

test_that("the model may come as `object`", {
  expected <- by_hand(classes())$loss
  loss <- function(history) history$metrics$loss
  expect_equal(loss(safe_fit(flowers, codes, object = classes(), shuffle = FALSE)), expected)
  expect_equal(loss(safe_fit(flowers, y = codes, object = classes(), shuffle = FALSE)), expected)
  expect_equal(loss(safe_fit(codes, x = flowers, object = classes(), shuffle = FALSE)), expected)
  expect_equal(loss(safe_fit(object = classes(), y = codes, x = flowers, shuffle = FALSE)), expected)
  expect_named(safe_evaluate(flowers, codes, object = classes()), c("loss", "accuracy"))
  expect_error(safe_fit(classes()), "`x` is absent")
  expect_error(safe_fit(object = classes(), y = codes), "`x` is absent")
})

test_that("a refusal leaves the weights as they are and speaks of the call", {
  model <- classes()
  before <- model$get_weights()
  my_data <- flowers[, 1:3]
  error <- refused("kerasguard_error_shape", safe_fit(model, my_data, codes))
  expect_match(conditionMessage(error), "`my_data` must have 4 features", fixed = TRUE)
  expect_identical(as.character(error$call[[1]]), "safe_fit")
  refused("kerasguard_error_shape", safe_evaluate(model, my_data, codes))
  expect_identical(model$get_weights(), before)
  refused("kerasguard_error", safe_fit("no model", flowers, codes))
  expect_error(safe_fit(model, flowers, codes, epoch = 3), class = "rlib_error_dots_nonempty")
})

test_that("validation data come by position, by name, as a tuple and as a dataset", {
  expected <- by_hand(
    classes(),
    validation_data = reticulate::tuple(float32(flowers[1:20, ]), float32(codes[1:20]))
  )$val_loss
  val_loss <- function(data) {
    safe_fit(classes(), flowers, codes, shuffle = FALSE, validation_data = data)$metrics$val_loss
  }
  x <- flowers[1:20, ]
  y <- array(codes[1:20])
  expect_equal(val_loss(list(x, y)), expected)
  expect_equal(val_loss(list(y = y, x = x)), expected)
  expect_equal(val_loss(list(x, iris$Species[1:20], array(rep(1, 20)))), expected)
  expect_equal(val_loss(reticulate::tuple(x, y)), expected)
  expect_equal(val_loss(tf$data$Dataset$from_tensor_slices(reticulate::tuple(x, y))$batch(32L)), expected)
})

test_that("validation data of another form are described for the refusal", {
  parts <- kerasguard:::validation_parts
  expect_identical(parts(flowers)$other, list(class = "matrix", length = 240L, names = NULL))
  expect_identical(parts(iris)$other$class, "data.frame")
  expect_identical(parts(list(1, 2, 3, 4))$other$length, 4L)
  expect_null(parts(list(flowers, codes))$other)
  expect_identical(parts(NULL), list(
    parts = list(validation_x = NULL, validation_y = NULL, validation_weight = NULL), other = NULL
  ))
})

test_that("nothing of class weights is lost on the way", {
  weights <- kerasguard:::describe_weights
  expect_null(weights(NULL))
  expect_identical(
    weights(list(cat = 1, dog = 2L)), list(names = list("cat", "dog"), class = "list", values = list(1, 2))
  )
  expect_identical(weights(c("0" = 1, "1" = 2)), list(names = list("0", "1"), class = "numeric", values = list(1, 2)))
  expect_identical(weights(list(1, 2)), list(names = NULL, class = "list", values = list(1, 2)))
  expect_identical(weights(list(a = NULL, b = "two"))$values, list(NULL, "two"))
  expect_identical(weights(list(a = NA))$values, list(NA_real_))
  expect_identical(
    weights(data.frame(class = factor(c("a", "b")), weight = 1:2)),
    list(names = list("class", "weight"), class = "data.frame", values = list(list("a", "b"), list(1, 2)))
  )
  expect_identical(weights(table(c("a", "b", "b"))), list(names = list("a", "b"), class = "table", values = list(1, 2)))
  expect_null(weights(mean)$values)
  dict <- reticulate::py_dict(0:1, c(1, 2))
  expect_identical(weights(dict), list(python = dict))
})

test_that("callbacks are Python's, alone or in a list", {
  stop_at_once <- function() keras$callbacks$EarlyStopping(monitor = "loss", min_delta = 100, patience = 0L)
  runs <- function(callbacks) {
    length(safe_fit(classes(), flowers, codes, epochs = 5, callbacks = callbacks)$metrics$loss)
  }
  expect_identical(runs(stop_at_once()), 2L)
  expect_identical(runs(list(stop_at_once(), NULL)), 2L)
  expect_identical(kerasguard:::describe_callbacks(function(epoch) NULL), list(list(class = "function")))
  expect_identical(kerasguard:::describe_callbacks(list(mean)), list(list(class = "function")))
})

test_that("several validation epochs are a list, a single one stays a number", {
  plain <- kerasguard:::plain_arguments
  expect_identical(plain(f = c(2, 4))$f, list(2, 4))
  expect_identical(plain(f = list(2L))$f, list(2L))
  expect_identical(plain(f = 2)$f, 2)
  expect_identical(plain(s = TRUE, t = FALSE, u = "batch"), list(s = TRUE, t = FALSE, u = "batch"))
  expect_identical(plain(e = c(1, NA))$e, list(shown = "c(1, NA)"))
  expect_identical(vapply(c(0, 1, 5, 1.5), kerasguard:::from_zero, 0), c(0, 0, 4, 1.5))
})

test_that("a dataset brings its targets", {
  data <- tf$data$Dataset$from_tensor_slices(reticulate::tuple(float32(flowers), float32(codes)))$batch(32L)
  expect_equal(safe_fit(classes(), data)$metrics, by_hand(classes()))
  expect_named(safe_evaluate(classes(), data), c("loss", "accuracy"))
})

test_that("a line per epoch, a bar, or nothing is drawn", {
  expect_silent(safe_fit(classes(), flowers, codes))
  expect_silent(safe_evaluate(classes(), flowers, codes))
  lines <- capture.output(safe_fit(classes(), flowers, codes, epochs = 3, initial_epoch = 2, verbose = 2))
  expect_match(lines, "^epoch [23]/3 - accuracy: [0-9.]+ - loss: [0-9.]+$")
  expect_length(lines, 2)
  expect_length(capture.output(invisible(safe_evaluate(classes(), flowers, codes, verbose = 2))), 1)
  rlang::local_options(cli.progress_show_after = 0, cli.dynamic = TRUE)
  drawn <- cli::cli_fmt({
    bar <- kerasguard:::training_progress(1, "Training", "epoch")
    for (done in c(0.5, 1, 2)) bar$tell(done, 2, list(loss = 1 / done))
    bar$close()
  })
  expect_type(drawn, "character")
  expect_null(kerasguard:::training_progress("auto", "Training", "epoch")$tell) # tests are not interactive
})

test_that("an interrupt stops the training and leaves the model usable", {
  skip_on_os("windows")
  script <- withr_tempfile(".R")
  started <- tempfile()
  writeLines(c(
    "library(kerasguard)",
    "keras <- reticulate::import(\"keras\")",
    "layers <- list(keras$Input(shape = list(20L, 8L)), keras$layers$LSTM(16L), keras$layers$Dense(1L))",
    "model <- keras$Sequential(layers)",
    "model$compile(loss = \"mse\")",
    "x <- array(0, c(2000, 20, 8))",
    "invisible(safe_fit(model, x[1:40, , ], numeric(40)))",
    sprintf("file.create(\"%s\")", started),
    "stopped <- tryCatch({ safe_fit(model, x, numeric(2000), epochs = 1e5); FALSE }, interrupt = function(e) TRUE)",
    "cat(stopped, length(safe_fit(model, x[1:40, , ], numeric(40))$metrics$loss) == 1)"
  ), script)
  command <- sprintf(
    "'%s' '%s' & run=$!; while ! [ -e '%s' ]; do sleep 0.1; done; sleep 3; kill -INT $run; wait $run",
    file.path(R.home("bin"), "Rscript"), script, started
  )
  out <- system2("sh", c("-c", shQuote(command)), stdout = TRUE, stderr = FALSE)
  expect_identical(tail(out, 1), "TRUE TRUE")
  unlink(started)
})

test_that("the parts of validation_data are taken by their names", {
  slots <- c(validation_x = "x", validation_y = "y", validation_weight = "sample_weight")
  order <- function(...) unname(kerasguard:::validation_slots(c(...), length(c(...)), slots))
  expect_identical(order("y", ""), c("y", "x"))
  expect_identical(order("y_val", "x_val"), c("y", "x"))
  expect_identical(order("a", "b", "c"), c("x", "y", "sample_weight"))
  expect_identical(order("x", "y", "sample_weight"), c("x", "y", "sample_weight"))
  expect_identical(unname(kerasguard:::validation_slots(NULL, 2, slots)), c("x", "y"))
})
