#' Load a Keras model from a file
#'
#' Losses and metrics that older versions of Keras saved under names such as `"mse"`, at which Keras 3 fails, are
#' resolved; where the training state can't be restored, the model comes without it. Both are told.
#'
#' A blueprint that [safe_save_model()] put into the file comes along, if it is of this model and these weights. Else it
#' is left out, with a warning that says why.
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

#' Save a model with what is known of its training data
#'
#' The model's own `save()` drops its blueprint; here it travels inside the file, as plain JSON, to R and Python alike.
#' `keras.models.load_model()` reads the file as any other. The file is written beside the old one, which it then
#' replaces in one step: what goes wrong on the way leaves the old file as it was.
#'
#' @inheritParams safe_predict
#' @param path A file name ending in `.keras` or `.h5`.
#' @param ... Must be empty.
#' @param overwrite Whether a file of this name is replaced, as in Keras.
#' @return The model, invisibly.
#' @seealso [safe_load_model()], [blueprint()]
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(2L)), keras$layers$Dense(1L)))
#' learn_blueprint(model, data.frame(age = c(31, 45), income = c(2, 3)))
#' path <- tempfile(fileext = ".keras")
#' safe_save_model(model, path)
#' blueprint(safe_load_model(path))
safe_save_model <- function(model, path, ..., overwrite = TRUE) {
  rlang::check_dots_empty()
  rlang::check_required(model)
  rlang::check_required(path)
  labels <- labels_of(substitute(model), NULL, model)
  labels$path_class <- class(path)[1]
  call <- rlang::current_env()
  core_model <- python_model(model, labels$model, call)
  is_path <- is.character(path) && length(path) == 1 && !is.na(path)
  reply <- core(call)$safe_save_model(core_model, if (is_path) path.expand(path), isTRUE(overwrite), labels)
  signal_report(reply, call)
  invisible(model)
}
