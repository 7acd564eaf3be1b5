#' Load a Keras model from a file
#'
#' Losses and metrics that older versions of Keras saved under names such as `"mse"`, at which Keras 3 fails, are
#' resolved; where the training state can't be restored, the model comes without it. Both are told.
#'
#' @param path A `.keras` or `.h5` file.
#' @param ... Must be empty.
#' @param compile Whether to restore loss, metrics and optimizer, as in Keras.
#' @param custom_objects A named list of Python classes or functions that the model needs, as in Keras.
#' @param safe_mode `TRUE` runs no Python code from the file, as in Keras.
#' @return The model, a Python object that [safe_predict()] takes.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' model$compile(loss = "mse")
#' path <- tempfile(fileext = ".h5")
#' model$save(path)
#' safe_load_model(path)
safe_load_model <- function(path, ..., compile = TRUE, custom_objects = NULL, safe_mode = TRUE) {
  rlang::check_dots_empty()
  call <- rlang::current_env()
  rlang::check_required(path)
  is_path <- is.character(path) && length(path) == 1 && !is.na(path)
  file <- if (is_path) path.expand(path)
  reply <- core(call)$safe_load_model(file, class(path)[1], compile, custom_objects, safe_mode)
  signal_report(reply, call)
  reply$value
}
