#' Load a Keras model from a file of any version
#'
#' `.keras` and `.h5` files of Keras 2 and 3, and SavedModel folders. The model predicts as the version that wrote the
#' file. Settings of older versions are put into Keras 3's words; where the training state can't be restored, the model
#' comes without it; a Keras 2 model that Keras 3 can't build comes from the Python package `tf_keras` where that is
#' installed. A SavedModel folder gives an object that predicts and can't be trained. All of this is told.
#'
#' A blueprint that [safe_save_model()] put into the file comes along, if it is of this model and these weights. Else it
#' is left out, with a warning that says why.
#'
#' No code from the file runs: Lambda layers, classes that Keras does not have, pickled objects and graphs that touch
#' files are refused, with the line that allows them on purpose.
#'
#' @param path A `.keras` or `.h5` file, or a SavedModel folder.
#' @param ... Must be empty.
#' @param compile Whether to restore loss, metrics and optimizer, as in Keras.
#' @param custom_objects A named list of Python classes or functions that the model needs, as in Keras.
#' @param safe_mode `FALSE` runs code that the file holds or names; only for files from people you trust.
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
  reply <- core(call)$safe_load_model(file, class_of_path(path), compile, python_classes(custom_objects), safe_mode)
  signal_report(reply, call)
  reply$value
}

class_of_path <- function(path) {
  if (!is.character(path)) class(path)[1] else if (length(path) == 1) "NA" else sprintf("%d of them", length(path))
}

# keras3 makes a layer class an R function that builds layers of it; what Keras needs is the class.
python_classes <- function(custom_objects) {
  if (is.list(custom_objects)) lapply(custom_objects, python_class) else custom_objects
}

python_class <- function(object) {
  if (inherits(object, "R6ClassGenerator")) {
    return(reticulate::r_to_py(object))
  }
  where <- environment(object)
  if (!is.function(object) || is_python(object) || is.null(where) || identical(where, globalenv())) {
    return(object)
  }
  used <- intersect(all.names(body(object)), ls(where, all.names = TRUE))
  classes <- Filter(function(value) inherits(value, "python.builtin.type"), mget(used, where))
  if (length(classes) == 1) classes[[1]] else object
}

#' Save a model with what is known of its training data
#'
#' The model's own `save()` drops its blueprint; here it travels inside the file, as plain JSON, to R and Python alike.
#' `keras.models.load_model()` reads the file as any other. The file is written beside the old one, which it then
#' replaces in one step: what goes wrong on the way leaves the old file as it was.
#'
#' A name without ending, or that of an old SavedModel folder, makes a SavedModel folder, as Keras' `model.export()`
#' does: [safe_load_model()] gives an object of it that predicts, and can't be trained.
#'
#' @inheritParams safe_predict
#' @param path A file name ending in `.keras` or `.h5`, or one without ending for a SavedModel folder.
#' @param ... Must be empty.
#' @param overwrite Whether a file or SavedModel folder of this name is replaced, as in Keras.
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
  held <- open_held(model, labels = labels, call = call, takes_out = FALSE)
  is_path <- is.character(path) && length(path) == 1 && !is.na(path)
  reply <- core(call)$safe_save_model(held$model, if (is_path) path.expand(path), isTRUE(overwrite), held$labels)
  signal_report(reply, call)
  invisible(model)
}

#' Predict with the model of a SavedModel folder
#'
#' [safe_predict()] does the same after checking the data.
#'
#' @param object A model that [safe_load_model()] made of a SavedModel folder.
#' @param x An array `samples x ...`, or a list of arrays named as the inputs, in the shapes that `print(object)` shows.
#' @param batch_size Samples per batch, 32 if not given.
#' @param ... Not used.
#' @return An array, or a named list of arrays, `samples x ...`.
#' @exportS3Method stats::predict kerasguard.Servable
#' @keywords internal
predict.kerasguard.Servable <- function(object, x, batch_size = NULL, ...) {
  object$predict(x, batch_size = batch_size)
}
