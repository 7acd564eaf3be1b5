# How a function that takes model, x and maybe y begins: what the user gave, the user's own names of it, and the model
# as it crosses the border. safe_predict() does the same by hand: for a few rows each microsecond counts.
opened <- function(call, takes_out = TRUE) {
  rlang::check_dots_empty(call, call = call)
  has <- function(name) exists(name, call, inherits = FALSE) && !eval(base::call("missing", as.name(name)), call)
  given <- given_to(rlang::frame_call(call), has("object"), has("model"), has("x"))
  if (!exists("y", call, inherits = FALSE)) given$y <- NULL
  labels <- labels_in(given, call)
  labels$left_to_options <- left_to_options(call)
  values <- lapply(given, eval, envir = call)
  given <- list(model = values$model, x = values$x, y = values$y, labels = labels)
  if (inherits(given$model, "python.builtin.object")) {
    given$core_model <- python_model(given$model, labels$model, call)
    return(given)
  }
  held <- open_held(given$model, given$x, labels, call, takes_out)
  list(
    model = given$model, x = held$x, y = given$y, labels = held$labels, core_model = held$model, wrong = held$wrong
  )
}

# Which of the function's arguments hold model, x and y: fit(object = m, x, y) gives x as the first argument, y as the
# second.
given_to <- function(call, has_object, has_model, has_x) {
  given <- list(model = quote(model), x = quote(x), y = quote(y))
  if (has_object) {
    given$model <- quote(object)
    free <- setdiff(c("x", "y"), names(call))
    taken <- c(if (has_model) list(quote(model)), if (has_x && "x" %in% free) list(quote(x)))
    given[utils::head(free, length(taken))] <- utils::head(taken, length(free))
  }
  given
}

# The user's own names of the arguments that `given` tells, for messages. Forces nothing but the model.
labels_in <- function(given, frame) {
  expression_of <- function(argument) eval(call("substitute", argument), frame)
  check <- function(argument, name) {
    is_missing <- eval(call("missing", argument), frame)
    if (is_missing) rlang::abort(sprintf("`%s` is absent but must be supplied.", name), call = frame)
  }
  check(given$model, "model")
  check(given$x, "x")
  labels <- labels_of(expression_of(given$model), expression_of(given$x), eval(given$model, frame))
  if (is.null(given$y)) labels else c(labels, y = label_of(expression_of(given$y), "y"))
}
