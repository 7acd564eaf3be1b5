#' Explain an error of Keras or TensorFlow
#'
#' Tells what a raw error comes of, what was expected and what came, and the line that mends it. The texts of these
#' errors depend on earlier calls and often name something else than the cause: model and data, where they are known,
#' are checked anew; then the error itself is read with what it holds, its text last.
#'
#' @param expr An expression that fails, or an error: a condition, the text of one (a character vector, such as the
#'   lines of a log), or the history of a training whose loss became NaN. Missing: the last error that Python raised in
#'   this session.
#' @param ... Must be empty.
#' @param model The model that failed, where the error does not hold it: for a text.
#' @param x The data that it was called on.
#' @param y The targets, if it was trained or evaluated.
#' @return The value of `expr` where it does not fail; a training history whose loss became NaN or infinite has failed.
#'   Else a `kerasguard_explanation`, which is printed, and returned invisibly: a list with `code`, `codes`, `error`
#'   (the class of the error), `sentence` (its own words), `known_from` and `lines`. `known_from` is "checks" of model
#'   and data, the live "error", its "text", or "checked": its text, and the checks found nothing. Of an error that is
#'   not known it says just that, with Keras' own sentence and where to look.
#' @seealso [check_model()], [check_input()]
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' explain_error(
#'   keras$Sequential(list(keras$Input(shape = list(28L, 28L)), keras$layers$Conv2D(4L, 3L)))
#' )
#'
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' x <- matrix(runif(60), nrow = 10)
#' explain_error(model$predict(x))
#' explain_error("ValueError: Shapes (None, 1) and (None, 10) are incompatible")
explain_error <- function(expr, ..., model = NULL, x = NULL, y = NULL) {
  rlang::check_dots_empty()
  call <- rlang::current_env()
  given <- list(model = model, x = x, y = y)
  labels <- list(
    model = label_of(substitute(model), "model"), x = label_of(substitute(x), "x"), y = label_of(substitute(y), "y")
  )
  if (missing(expr)) {
    return(explain_last(given, labels, call))
  }
  expression <- substitute(expr)
  before <- id_of(last_error())
  ran <- run_caught(expr)
  is_own <- is.null(ran$raised)
  if (is_own && !is_error(ran$value)) {
    return(if (ran$visible) ran$value else invisible(ran$value))
  }
  labels <- utils::modifyList(labels, names_in_call(expression, given))
  is_new <- !identical(before, id_of(last_error()))
  lost <- if (!is_own && !is_new) null_pointer(expression, parent.frame())
  labels$model <- c(lost, labels$model)[1]
  error <- if (is_own) ran$value else if (is.null(lost)) ran$raised else simpleError("invalid externalptr")
  show_explanation(explain_raised(error, given, labels, call, is_own, is_new))
}

# The value of an expression, or the error that it raised.
run_caught <- function(expr) {
  tryCatch(withVisible(expr), error = function(e) list(raised = e))
}

# The variable of the expression that held a model before saveRDS() or a new session. Promises are left alone: looking
# at one runs what it stands for.
null_pointer <- function(expression, where) {
  for (name in intersect(all.names(expression), ls(where))) {
    is_plain <- !rlang::env_binding_are_lazy(where, name) && !rlang::env_binding_are_active(where, name)
    value <- if (is_plain) get(name, where)
    if (is_python(value) && reticulate::py_is_null_xptr(value)) {
      return(name)
    }
  }
}

is_python <- function(value) inherits(value, "python.builtin.object")

last_error <- function() {
  if (reticulate::py_available()) reticulate::py_last_error()
}

id_of <- function(last) if (!is.null(last)) reticulate::py_id(attr(last, "exception", TRUE))

is_error <- function(value) {
  is.character(value) || inherits(value, c("error", "py_error", "python.builtin.BaseException")) ||
    is_safely(value) || is_lost(value)
}

# What purrr::safely() gives of a call that failed.
is_safely <- function(value) {
  is.list(value) && identical(names(value), c("result", "error")) && inherits(value$error, "error")
}

# A training whose loss became NaN or infinite: what Keras gives, or keras3's own form of it.
is_lost <- function(value) {
  losses <- if (inherits(value, "keras_training_history")) {
    value$metrics
  } else if (inherits(value, c("keras.src.callbacks.history.History", "tf_keras.src.callbacks.History"))) {
    value$history
  }
  losses <- if (is_python(losses)) reticulate::py_to_r(losses) else losses
  any(vapply(losses, function(loss) !all(is.finite(unlist(loss))), logical(1)))
}

# An error that a condition, a text or Python tells of. `is_own`: it was handed over, not raised just now; `is_new`:
# Python raised one meanwhile.
explain_raised <- function(error, given, labels, call, is_own, is_new) {
  if (inherits(error, "kerasguard_error") && is.list(error$report)) {
    return(explanation(list(
      error = class(error)[1], sentence = unname(unlist(error$report$lines))[1], code = error$report$code,
      codes = error$report$code, known_from = "checks", lines = error$report$lines, symbols = error$report$symbols
    )))
  }
  if (is_safely(error)) {
    error <- error$error
  } else if (inherits(error, "try-error")) {
    error <- attr(error, "condition", TRUE)
  }
  live <- exception_of(error)
  # R raised it, while no Python code failed
  labels$foreign <- !is_own && is.null(live) && !is_new
  ask_core(if (is.null(live)) text_of(error) else live, given, labels, call)
}

# Python's exception behind an error of R, with the frames that it passed.
exception_of <- function(error) {
  last <- last_error()
  if (inherits(error, "py_error")) {
    attr(error, "exception", TRUE)
  } else if (inherits(error, "python.builtin.BaseException")) {
    error
  } else if (inherits(error, "error") && !is.null(last) && is_same_error(error, last)) {
    attr(last, "exception", TRUE)
  }
}

# As R prints it: with the function that refused.
text_of <- function(error) {
  if (is.character(error)) {
    return(paste(error, collapse = "\n"))
  }
  if (!inherits(error, "error")) {
    return(if (is_lost(error)) "loss: nan" else "")
  }
  message <- conditionMessage(error)
  called <- conditionCall(error)
  is_plain <- is.null(called) || grepl("^[A-Za-z_.]*(Error|Exception)", message)
  if (is_plain || identical(called, quote(withVisible(expr)))) {
    return(message)
  }
  sprintf("Error in %s : %s", deparse(called, nlines = 1)[1], message)
}

# The text of a condition is that of the exception, its middle left out, or lost where its first line is very long.
is_same_error <- function(error, last) {
  plain <- function(text) gsub("\\s+", " ", text)
  text <- plain(conditionMessage(error))
  start <- trimws(substr(sub(" *<[.]{3} omitted.*", "", sub("^[A-Za-z_.]*[.]", "", text)), 1, 60))
  whole <- plain(paste0(last$type, ": ", last$value))
  # a short text may stand in any other
  begins <- nzchar(start) && any(startsWith(c(whole, plain(last$value)), start))
  within <- nchar(start) >= 20 && grepl(start, whole, fixed = TRUE)
  begins || within || grepl("basic_string::substr", text, fixed = TRUE)
}

explain_last <- function(given, labels, call) {
  last <- last_error()
  if (is.null(last)) {
    rlang::inform("Python has raised no error in this session.", class = "kerasguard_message_no_error")
    return(invisible(NULL))
  }
  exception <- attr(last, "exception", TRUE)
  found <- ask_core(exception, given, c(labels, foreign = FALSE), call)
  id <- reticulate::py_id(exception)
  age <- "It is the last error that Python raised in this session, and may be older than your last call."
  if (identical(the$explained$id, id)) {
    age <- sprintf("It was explained before, %s ago; Python has raised no other since.", ago(the$explained$time))
  } else {
    the$explained <- list(id = id, time = Sys.time())
  }
  found$lines <- c(found$lines, age)
  found$symbols <- c(found$symbols, "i")
  show_explanation(found)
}

ago <- function(time) format(round(Sys.time() - time))

ask_core <- function(error, given, labels, call) {
  labels <- c(labels, session_of(error))
  model <- given$model
  at <- NULL
  if (is_fit(model)) {
    held <- if (is.null(given$x)) open_held(model, , labels, call) else open_held(model, given$x, labels, call)
    if (is.null(held$wrong)) given$x <- held$x
    model <- held$model
    at <- held$at
  } else if (!is.null(model)) {
    model <- python_model(model, labels$model, call)
  }
  x <- if (!is.null(given$x)) describe(given$x)
  y <- if (!is.null(given$y)) describe(given$y)
  reply <- core(call)$explain_error(error, model, list(x$value, y$value), list(x$about, y$about), labels)
  # what has methods is the Keras model in a fit
  if (!is.null(at)) reply$lines <- gsub(paste0(labels$model, "$"), paste0(at, "$"), unlist(reply$lines), fixed = TRUE)
  explanation(reply)
}

# What R alone knows of its packages, and the function of keras3 that is spelt most like one that was not found.
session_of <- function(error) {
  is_loaded <- isNamespaceLoaded("keras3")
  is_there <- is_loaded || nzchar(system.file(package = "keras3"))
  legacy <- if (isNamespaceLoaded("keras")) as.character(utils::packageVersion("keras"))
  session <- list(r_keras = legacy, keras3 = if (is_loaded) "loaded" else if (is_there) "installed" else "lacking")
  name <- if (is.character(error)) regmatches(error, regexec("could not find function [\"\u201c](\\w+)", error))[[1]][2]
  if (is_loaded && !is.null(name) && !is.na(name)) {
    known <- getNamespaceExports("keras3")
    far <- utils::adist(name, known)[1, ]
    if (min(far) <= max(2, nchar(name) / 4)) session$near <- known[which.min(far)]
  }
  session
}

explanation <- function(reply) {
  reply$codes <- unlist(reply$codes)
  reply$lines <- unlist(reply$lines)
  reply$symbols <- unlist(reply$symbols)
  structure(reply, class = "kerasguard_explanation")
}

show_explanation <- function(found) {
  print(found)
  invisible(found)
}

# How the user's call of Keras names what it hands over, where that was not given beside it.
names_in_call <- function(expression, given) {
  expression <- inner_call(expression)
  if (is.null(expression) || !is.null(given$model) || !is.null(given$x)) {
    return(list())
  }
  method <- method_called(expression)
  model <- method$model
  arguments <- method$arguments
  if (!method$name %in% names_of_methods) {
    of_model <- method$name %in% names_without_data && is.symbol(model)
    return(if (of_model) list(model = label_of(model, "model")) else list())
  }
  named <- rlang::names2(arguments)
  pick <- function(name, place) {
    if (name %in% named) arguments[[name]] else if (sum(named == "") >= place) arguments[named == ""][[place]]
  }
  found <- list(model = model, x = pick("x", 1), y = pick("y", 2))
  lapply(rlang::set_names(names(found)), function(role) label_of(found[[role]], role))
}

# model$predict(x), or predict(model, x).
method_called <- function(expression) {
  arguments <- as.list(expression)[-1]
  called <- expression[[1]]
  if (is.call(called) && identical(called[[1]], as.name("$"))) {
    return(list(name = as_name(called[[3]]), model = called[[2]], arguments = arguments))
  }
  model <- if (length(arguments) > 0) arguments[[1]]
  list(name = as_name(called), model = model, arguments = arguments[-1])
}

# The call within braces, assignments and a pipe.
inner_call <- function(expression) {
  while (is.call(expression) && as_name(expression[[1]]) %in% c("{", "<-", "=", "(")) {
    expression <- expression[[length(expression)]]
  }
  if (!is.call(expression)) {
    return(NULL)
  }
  if (as_name(expression[[1]]) == "%>%" && is.call(expression[[3]])) {
    expression <- as.call(append(as.list(expression[[3]]), expression[[2]], after = 1))
  }
  expression
}

names_of_methods <- c(
  "predict", "fit", "evaluate", "predict_on_batch", "train_on_batch", "test_on_batch",
  "predict_classes", "predict_proba", "predict_generator", "fit_generator", "evaluate_generator" # of older versions
)
names_without_data <- c(
  "compile", "get_layer", "save", "save_weights", "load_weights", "set_weights", "export", "summary", "add",
  "save_model", "save_model_weights", "load_model_weights", "save_model_hdf5", "save_model_tf", "serialize_model"
)

as_name <- function(x) if (is.symbol(x)) as.character(x) else ""
