#' A snapshot of a model that can be stored and sent
#'
#' A Keras model in R is a pointer to Python: `saveRDS()`, a saved workspace, a parallel worker or the store of
#' 'targets' keep the pointer, and lose the model. `guard()` takes the model itself, with its weights and its
#' [blueprint()], into plain R data that goes anywhere: it predicts after `readRDS()`, in a new session and on any
#' worker, as the package is loaded with it. All functions of this package that take a model take a guard, but for
#' [safe_fit()] and [learn_blueprint()]: a guard never changes.
#'
#' A guard never changes. When the model is trained on, the guard goes on predicting as before, and tells of it once:
#' `guarded <- guard(model)` is the line for a new one. The same model gives the same bytes each time
#' (but for one of a SavedModel folder).
#'
#' The model in a guard is loaded at its first prediction, once for all copies in a session; in the session where it was
#' taken the model itself is used, as long as it is as it was. No code in a guard runs: it is loaded as by
#' [safe_load_model()]. A model that needs code of yours (a Lambda layer, classes that Keras does not have) is said to
#' when it is guarded, and takes a line in each new session: `unguard(guarded, custom_objects = )`.
#'
#' TensorFlow does not survive a fork: `parallel::mclapply()` after a model was used is refused, where it would wait
#' forever. `parallel::makeCluster()`, 'callr' and `future::plan("multisession")` start afresh, and take guards.
#'
#' `guard()` tries at once whether the model comes back with the same numbers: what would not is refused, with another
#' way.
#'
#' A guard keeps what the optimizer has learned, too, so that training can go on after `unguard()`. The state of a
#' stateful layer is not kept.
#'
#' @param model A Keras model, or what [safe_load_model()] makes of a SavedModel folder. A guard is given back as it is.
#' @return `guard()`: a `kerasguard_guard`, a list with `model` (a raw vector: a .keras archive or a zipped SavedModel),
#'   `name`, `blueprint` (as [blueprint()] gives it), `versions` and the lines that `print()` and `summary()` show
#'   without Python.
#' @seealso [safe_save_model()] for a file that Python reads, too.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(
#'   keras$Input(shape = list(4L)), keras$layers$Dense(3L, activation = "softmax")
#' ))
#' learn_blueprint(model, iris[1:4], iris$Species)
#' guarded <- guard(model)
#' guarded
#'
#' file <- tempfile(fileext = ".rds")
#' saveRDS(guarded, file)
#' flowers <- iris[c(1, 51, 101), ]
#' predict(readRDS(file), flowers, type = "class")
guard <- function(model) {
  rlang::check_required(model)
  if (is_guard(model)) {
    return(model)
  }
  call <- rlang::current_env()
  labels <- labels_of(substitute(model), NULL, model)
  core_model <- python_model(model, labels$model, call)
  if (is.null(core_model)) labels$held <- describe_held(model)
  found <- answer(core(call)$guard(core_model, labels), call)
  guarded <- structure(
    list(
      model = as.raw(found$model), name = found$name, blueprint = as_blueprint(found$blueprint),
      versions = unlist(found$versions), lines = unlist(found$lines), layers = unlist(found$layers)
    ),
    # readRDS() and workers load the package for a namespace that they meet, and with it predict()'s method
    package = rlang::ns_env("kerasguard"), class = "kerasguard_guard"
  )
  bytes <- guarded$model
  found$handle$keep(function() bytes) # once in memory, here
  remember_guard(bytes, found$handle)
  guarded
}

#' @rdname guard
#' @param guarded A guard.
#' @param ... Must be empty; of `predict()` the options of [safe_predict()], of `plot()` those of the blueprint's plot.
#' @param custom_objects,safe_mode As in [safe_load_model()]: classes and functions that the model needs, and whether
#'   code that it holds or names is refused. Later predictions of the guard in this session use them too.
#' @return `unguard()`: the live Keras model, to look into or to train on. The guard stays as it is.
#' @export
unguard <- function(guarded, ..., custom_objects = NULL, safe_mode = TRUE) {
  rlang::check_dots_empty()
  rlang::check_required(guarded)
  call <- rlang::current_env()
  labels <- labels_of(substitute(guarded), NULL, guarded)
  handle <- python_model(guarded, labels$model, call)
  answer(core(call)$unguard(handle, labels, python_classes(custom_objects), safe_mode), call)
}

#' @rdname guard
#' @param object,x A guard; `x` of `predict()`: the data, as in [safe_predict()].
#' @param newdata,new_data Other names of `x` in `predict()`, for those who are used to them.
#' @return `predict()`: what [safe_predict()] gives.
#' @exportS3Method stats::predict kerasguard_guard
predict.kerasguard_guard <- function(object, x, ..., newdata, new_data) {
  given <- quote(x)
  if (missing(x) && !missing(newdata)) given <- quote(newdata)
  if (missing(x) && !missing(new_data)) given <- quote(new_data)
  if (identical(given, quote(x))) rlang::check_required(x)
  # under the user's own names, for messages
  names <- c(label_of(substitute(object), "guarded"), label_of(eval(call("substitute", given)), "x"))
  names <- lapply(if (names[1] == names[2]) c("guarded", "x") else names, str2lang)
  frame <- rlang::env(rlang::ns_env("kerasguard"))
  assign(as.character(names[[1]]), object, frame)
  assign(as.character(names[[2]]), eval(given), frame)
  eval(rlang::call2("safe_predict", !!!names, ...), frame)
}

#' @export
format.kerasguard_guard <- function(x, ...) {
  loaded <- if (is_loaded(x)) "in this session" else "at its first prediction"
  plain_lines(c(x$lines, paste("  loaded  ", loaded)))
}

#' @export
print.kerasguard_guard <- function(x, ...) print_lines(x, ...)

#' @rdname guard
#' @return `summary()`: the same with all layers and the whole blueprint, to print.
#' @export
summary.kerasguard_guard <- function(object, ...) {
  structure(list(lines = c(format(object), plain_lines(object$layers))), class = "summary.kerasguard_guard")
}

#' @export
format.summary.kerasguard_guard <- function(x, ...) x$lines

#' @export
print.summary.kerasguard_guard <- function(x, ...) print_lines(x, ...)

#' @rdname guard
#' @return `plot()`: the guard, invisibly; it draws the ranges of its blueprint.
#' @export
plot.kerasguard_guard <- function(x, ...) {
  if (is.null(x$blueprint)) {
    abort_nothing(
      "The guard knows nothing of its training data.",
      "learn_blueprint(MODEL, TRAINING_X, TRAINING_Y)\nguarded <- guard(MODEL)"
    )
  }
  plot(x$blueprint, ...)
  invisible(x)
}

is_guard <- function(x) inherits(x, "kerasguard_guard")

# A file may come from anybody, and hold what moves the cursor.
plain_lines <- function(lines) gsub("[[:cntrl:]]", "?", as.character(lines))

# Python's side of guards, by their bytes: it can't be stored with them, and copies share it. Those that were used last,
# so that a session does not keep all models that it ever had.
most_guards <- 16
most_bytes <- 2^30

guard_handle <- function(guarded, label, call) {
  bytes <- .subset2(guarded, "model")
  if (!is.raw(bytes) || length(bytes) == 0) {
    abort_no_bytes(label, call)
  }
  handle <- find_guard(bytes)
  if (is.null(handle)) {
    handle <- raw_core(call)$open_guard(function() bytes, as.character(guarded$name)[1])
    remember_guard(bytes, handle)
  }
  handle
}

find_guard <- function(bytes) {
  for (entry in the$guards) {
    # at once for the very same vector
    if (identical(entry$bytes, bytes)) {
      return(entry$handle)
    }
  }
}

remember_guard <- function(bytes, handle) {
  others <- Filter(function(entry) !identical(entry$bytes, bytes), the$guards)
  entries <- c(list(list(bytes = bytes, handle = handle)), others)
  sizes <- vapply(entries, function(entry) length(entry$bytes), 0)
  the$guards <- entries[seq_along(entries) == 1 | (seq_along(entries) <= most_guards & cumsum(sizes) <= most_bytes)]
}

is_loaded <- function(guarded) {
  handle <- find_guard(guarded$model)
  !is.null(handle) && reticulate::py_to_r(reticulate::py_get_attr(handle, "is_live"))
}

abort_no_bytes <- function(label, call) {
  abort_plain(
    c(
      sprintf("`%s` must be a guard as guard() made it, but holds no model.", label),
      i = "Fix: make it anew where the model lives:",
      " " = sprintf("%s <- guard(MODEL)", label)
    ),
    class = c("kerasguard_error_guard_empty", "kerasguard_error_model", "kerasguard_error"), call = call
  )
}
