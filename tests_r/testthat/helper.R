# Real models, small and seeded, made as a Python colleague would; each call makes a fresh one.
keras <- reticulate::import("keras")
layers <- keras$layers

sequential <- function(shape, ..., dtype = NULL) {
  keras$utils$set_random_seed(1L)
  keras$Sequential(list(keras$Input(shape = as.list(as.integer(shape)), dtype = dtype), ...))
}
dense <- function(features = 5, units = 1L, activation = NULL) {
  sequential(features, layers$Dense(4L, "tanh"), layers$Dense(units, activation))
}
lstm <- function(steps = 5, features = 3) sequential(c(steps, features), layers$LSTM(4L), layers$Dense(1L))
free_lstm <- function() {
  keras$utils$set_random_seed(1L)
  keras$Sequential(list(keras$Input(shape = list(NULL, 3L)), layers$LSTM(4L), layers$Dense(1L)))
}
conv <- function(height = 8, width = 6, channels = 1) {
  sequential(c(height, width, channels), layers$Conv2D(2L, 3L), layers$Flatten(), layers$Dense(2L))
}
pooled <- function() {
  sequential(c(6, 5, 3), layers$Conv2D(2L, 3L), layers$GlobalAveragePooling2D(), layers$Dense(1L))
}
stateful <- function() {
  keras$utils$set_random_seed(1L)
  keras$Sequential(list(
    keras$Input(batch_shape = list(3L, 5L, 3L)), layers$LSTM(2L, stateful = TRUE), layers$Dense(1L)
  ))
}
several <- function(widths = c(main = 3L, aux = 2L)) {
  keras$utils$set_random_seed(1L)
  inputs <- lapply(names(widths), function(n) keras$Input(shape = list(widths[[n]]), name = n))
  keras$Model(inputs, layers$Dense(1L)(layers$Concatenate()(inputs)))
}
text <- function() {
  vocabulary <- c("good", "bad", "film")
  sequential(
    1, layers$TextVectorization(output_sequence_length = 4L, vocabulary = vocabulary),
    layers$Embedding(8L, 2L), layers$GlobalAveragePooling1D(), layers$Dense(1L),
    dtype = "string"
  )
}

# as after learn_blueprint() and then a plain fit
trained_on <- function() {
  model <- dense(3)
  learn_blueprint(model, data.frame(age = 1:2, income = 3:4, visits = 5:6))
  model$set_weights(lapply(model$get_weights(), function(values) values * 2))
  model
}

normalized <- function(mean, variance) {
  vector <- function(v) reticulate::np_array(array(v, length(v)))
  sequential(length(mean), layers$Normalization(mean = vector(mean), variance = vector(variance)), layers$Dense(1L))
}
pixels_0_1 <- function() {
  net <- sequential(c(6, 5, 1), layers$BatchNormalization(), layers$Flatten(), layers$Dense(1L))
  net$layers[[1]]$set_weights(list(array(1), array(0), array(0.5), array(0.08)))
  net
}

# The truth: Keras' own predict() on hand-prepared float32 input.
float32 <- function(x) reticulate::np_array(x, dtype = "float32")
plain <- function(model, x, ...) model$predict(x, verbose = 0L, ...)

numbers <- function(...) {
  set.seed(1)
  array(rnorm(prod(...)), dim = c(...))
}

# safe_predict() where nothing may be told
quiet <- function(model, x, ...) {
  told <- function(condition) stop("told: ", conditionMessage(condition))
  withCallingHandlers(safe_predict(model, x, verbose = 0, ...),
    kerasguard_message = told, kerasguard_warning = told
  )
}

# its value, when exactly this is told
told <- function(class, expr) {
  seen <- character()
  value <- withCallingHandlers(expr,
    kerasguard_message = function(condition) {
      seen <<- c(seen, class(condition)[1])
      rlang::cnd_muffle(condition)
    },
    kerasguard_warning = function(condition) {
      seen <<- c(seen, class(condition)[1])
      rlang::cnd_muffle(condition)
    }
  )
  testthat::expect_identical(seen, class)
  value
}

refused <- function(class, expr) {
  error <- testthat::expect_error(expr, class = class)
  testthat::expect_s3_class(error, "kerasguard_error")
  invisible(error)
}

withr_tempfile <- function(ext = "", frame = parent.frame()) {
  file <- tempfile(fileext = ext)
  do.call(on.exit, list(bquote(unlink(.(file))), add = TRUE), envir = frame)
  file
}
