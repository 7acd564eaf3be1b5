#' Predict with a Keras model, safely
#'
#' Checks `x` against what the model expects, repairs what has exactly one right reading and tells of it, and
#' predicts. What can't be read in one way is refused with the line that mends it.
#'
#' @param model A Keras model: made with 'keras3', with plain 'reticulate', or from [safe_load_model()]. Or a
#'   [guard()], which can't be trained or taught. Or a fit of 'parsnip' with engine `"keras"` or `"keras3"`, or a
#'   workflow with one: `x` is then new data as its own `predict()` takes them, which its recipe or formula prepares as
#'   there. Such fits are not trained, evaluated or saved here.
#' @param x The data, samples first: a matrix or data frame (samples x features), an array (for an LSTM
#'   samples x time steps x features, for pictures samples x height x width x channels), a vector for one sample,
#'   or a list of these for a model with several inputs, best named after them. Or data that comes in batches: a
#'   'tfdatasets' dataset, or a generator that gives list(x) or list(x, y); a single batch with a problem leaves no
#'   answer. Sparse matrices ('Matrix') stay sparse. Of a generator, `NA` among logicals and text can't be seen:
#'   they reach Python as `TRUE` and "NA".
#' @param ... Must be empty.
#' @param batch_size Samples per batch, as in `predict()`: 32 when `NULL`. `"auto"` takes large batches: faster, and the
#'   same numbers within the rounding of single precision.
#' @param verbose As in Keras: 0 is silent, 1 a progress bar; `"auto"` draws on a terminal only.
#' @param steps How many batches to stop after.
#' @param callbacks As in Keras.
#' @param missing What to do about missing values (`NA`, `NaN`): `"refuse"`; `"na_rows"`: the predictions of their
#'   samples are `NA`, the others as if predicted without them; `"pass"`: the model gets `NaN` and has to handle it.
#' @param order How flat columns fill several axes: `"C"` step by step (t1_f1, t1_f2, ..., t2_f1, ...), `"F"`
#'   feature by feature, `NULL`: as the column names say, else `"C"` with a warning.
#' @param repairs `"tell"` of every repair, be `"quiet"` about them, or `"refuse"` all that change more than
#'   storage and number type.
#' @param type `"raw"`: the model's numbers; `"class"`: the most probable class, the first of several; `"prob"`: the
#'   probability of each. The classes are those of training, which [learn_blueprint()] saw. Softmax and sigmoid give
#'   probabilities; of logits they are computed in doubles, where the compiled loss says `from_logits = TRUE`. A hinge
#'   loss has none: the sign of its one unit tells the class (0 is the first).
#' @param threshold For the two classes of one unit: the second from this probability on (`>=`, as in 'tidymodels').
#' @param novel_levels What to do about levels that training did not have, in a factor or text column whose levels
#'   [learn_blueprint()] saw: `"refuse"`, or `"missing"`: they count as missing values.
#' @param object The model, for those who are used to `predict(object = )`.
#'
#' @return What `predict()` of the model gives: an array (samples x outputs) of doubles, with the row names of `x`
#'   where it has some; a list of arrays for a model with several outputs.
#'
#'   With `type = "class"` a factor with all levels of training (ordered, if that was) for each output, `NA` where the
#'   model answers `NaN`; of sequences a character array (samples x time steps); an output of numbers is refused.
#'   With `type = "prob"` a data frame for each output, a tibble where the package 'tibble' is installed: a column
#'   `.pred_<level>` for every class; of numbers `.pred`, or `.pred_<column>` of several units, `.pred_1` ... without
#'   names. A data frame has the row names of `x`, a tibble has none.
#'
#'   Errors have class `kerasguard_error`, warnings `kerasguard_warning`, messages `kerasguard_message`, each with
#'   subclasses for the family (`kerasguard_error_shape`) and the code (`kerasguard_error_shape_features`), and
#'   a field `report`.
#' @seealso [check_input()] for a dry run, [learn_blueprint()] and [safe_fit()] for what training saw, [guard()] to keep
#'   a model with `saveRDS()`, [kerasguard_options] for what an argument is where a call leaves it out.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' safe_predict(model, matrix(runif(50), nrow = 10))
#'
#' # refused: the model has 5 features
#' try(safe_predict(model, matrix(runif(60), nrow = 10)))
safe_predict <- function(model, x, ..., batch_size = getOption("kerasguard.batch_size"),
                         verbose = getOption("kerasguard.verbose", "auto"), steps = NULL, callbacks = NULL,
                         missing = getOption("kerasguard.missing", "refuse"), order = getOption("kerasguard.order"),
                         repairs = getOption("kerasguard.repairs", "tell"), type = "raw", threshold = 0.5,
                         novel_levels = getOption("kerasguard.novel_levels", "refuse"), object) {
  rlang::check_dots_empty()
  if (missing(object)) {
    rlang::check_required(model)
    rlang::check_required(x)
    labels <- labels_of(substitute(model), substitute(x), model)
  } else {
    # safe_predict(object = m, x) gives x as the first argument
    labels <- labels_of(substitute(object), if (missing(x)) substitute(model) else substitute(x), object)
    x <- if (missing(x)) model else x
    model <- object
  }
  call <- rlang::current_env()
  labels$left_to_options <- left_to_options(call)
  ready <- x
  if (inherits(model, "python.builtin.object")) {
    model <- python_model(model, labels$model, call)
  } else {
    held <- open_held(model, x, labels, call)
    signal_report(held$wrong, call)
    model <- held$model
    labels <- held$labels
    ready <- held$x
  }
  data <- describe(ready)
  options <- plain_options(
    missing = missing, order = order, repairs = repairs, batch_size = batch_size, steps = steps, type = type,
    threshold = threshold, novel_levels = novel_levels
  )
  level <- if (identical(verbose, "auto")) 0L else if (isTRUE(verbose)) 1L else plain_option(verbose)
  run <- list(verbose = level, callbacks = callbacks, progress = progress_bar(verbose))
  reply <- core(call)$safe_predict(model, data$value, data$about, options, labels, run)
  signal_report(reply, call)
  name_rows(with_na(as_answer(reply$value), reply$left_out), x, reply$keeps_rows)
}

#' Give data the form that a model takes
#'
#' The checks and repairs of [safe_predict()] without the prediction.
#'
#' @inheritParams safe_predict
#' @param missing `"refuse"` or `"pass"`, as in [safe_predict()].
#' @return A numpy array of the declared rank and number type (float32 unless the model declares another), or a
#'   list or dict of them, which the model's own `predict()` takes as it is. `reticulate::py_to_r()` makes it an
#'   R array. Of data that comes in batches a Python generator, which checks each batch when it is drawn.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L, 3L)), keras$layers$LSTM(2L)))
#' ready <- validate_and_coerce(model, matrix(runif(150), nrow = 10), order = "C")
#' ready$shape
validate_and_coerce <- function(model, x, ..., missing = getOption("kerasguard.missing", "refuse"),
                                order = getOption("kerasguard.order"),
                                repairs = getOption("kerasguard.repairs", "tell"),
                                novel_levels = getOption("kerasguard.novel_levels", "refuse")) {
  call <- rlang::current_env()
  given <- opened(call)
  signal_report(given$wrong, call)
  missing <- without_rows(missing, missing(missing))
  data <- describe(given$x)
  options <- plain_options(
    missing = missing, order = order, repairs = repairs, predicts = FALSE, novel_levels = novel_levels
  )
  reply <- raw_core(call)$validate_and_coerce(given$core_model, data$value, data$about, options, given$labels)
  raw_answer(reply, call)
}

#' Look at data before predicting
#'
#' Tells everything that [safe_predict()] would repair, tell or refuse, without predicting.
#'
#' @inheritParams safe_predict
#' @return A [kerasguard_report], which prints as a verdict and the findings: a list with `ok`, `entries` (code, family,
#'   level, lines), `shapes` (what each input expects and was given) and `values` (of each column what training saw and
#'   what came, where [blueprint()] knows the training). Data never raise an error here.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' report <- check_input(model, matrix(runif(60), nrow = 10))
#' report
#' summary(report)
#' plot(report)
check_input <- function(model, x, ..., missing = getOption("kerasguard.missing", "refuse"),
                        order = getOption("kerasguard.order"),
                        novel_levels = getOption("kerasguard.novel_levels", "refuse")) {
  call <- rlang::current_env()
  given <- opened(call)
  if (!is.null(given$wrong)) {
    return(structure(given$wrong[c("ok", "verdict", "entries")], class = "kerasguard_report"))
  }
  data <- describe(given$x)
  options <- plain_options(missing = missing, order = order, novel_levels = novel_levels)
  reply <- core(call)$check_input(given$core_model, data$value, data$about, options, given$labels)
  reply$entries <- lapply(reply$entries, as_finding)
  reply$shapes <- lapply(reply$shapes, as_compared)
  for (part in names(reply$values)) {
    reply$values[[part]] <- by_path(lapply(reply$values[[part]], input_frame), reply$values[[part]])
  }
  structure(reply, class = "kerasguard_report")
}

# Sizes as numbers, NA for any size.
as_compared <- function(input) {
  for (part in c("expected", "given", "instead", "read")) {
    sizes <- input[[part]]
    input[[part]] <- if (!is.null(sizes)) replace(as.numeric(unlist(sizes)), is.nan(unlist(sizes)), NA)
  }
  for (part in c("axes", "given_axes")) input[[part]] <- as.character(unlist(input[[part]]))
  input
}

# The user's own names, for messages; an expression would be too long, and its fix would run it twice.
labels_of <- function(model_expression, x_expression, model) {
  list(model = label_of(model_expression, "model"), x = label_of(x_expression, "x"), class = class(model)[1])
}

label_of <- function(expression, default) {
  if (is.symbol(expression) && nzchar(as.character(expression))) deparse(expression, backtick = TRUE) else default
}

plain_options <- function(...) lapply(list(...), plain_option)

# One number or string goes as it is; of anything else what R shows of it, for the refusal.
plain_option <- function(x) {
  is_plain <- is.null(x) || isFALSE(x) || ((is.character(x) || is.numeric(x)) && length(x) == 1 && !is.na(x))
  if (is_plain) {
    return(x)
  }
  text <- paste(deparse(x), collapse = " ")
  list(shown = if (nchar(text) > 60) paste0(substr(text, 1, 57), "...") else text)
}

# What crosses the border as the model: nothing where it is no Python object, which the core then refuses by its class.
python_model <- function(model, label, call) {
  if (is_guard(model)) {
    return(guard_handle(model, label, call))
  }
  if (!inherits(model, "python.builtin.object")) {
    return(NULL)
  }
  if (reticulate::py_is_null_xptr(model)) {
    abort_dead_pointer(label, call)
  }
  model
}

# Classes and tables come in plain parts, by output where there are several.
as_answer <- function(value) {
  if (!is.list(value)) {
    return(value)
  }
  if (identical(value$kind, "kerasguard classes")) {
    return(as_classes(value$codes, unlist(value$levels), value$ordered))
  }
  if (identical(value$kind, "kerasguard columns")) {
    return(as_table(value$values, unlist(value$names)))
  }
  lapply(value, as_answer)
}

# NA in the rows that were left out, where Python has but NaN; a NaN of the model's own stays.
with_na <- function(value, rows) {
  if (length(rows) == 0) {
    return(value)
  }
  if (is.list(value)) {
    value[] <- lapply(value, with_na, rows = rows)
  } else if (is.double(value)) {
    sizes <- dim(value)
    dim(value) <- c(NROW(value), length(value) / NROW(value))
    value[rows, ] <- NA_real_
    dim(value) <- sizes
  }
  value
}

as_classes <- function(codes, levels, ordered) {
  if (length(dim(codes)) > 1) {
    return(array(levels[codes], dim(codes)))
  }
  structure(as.integer(codes), levels = levels, class = c(if (ordered) "ordered", "factor"))
}

as_table <- function(values, names) {
  columns <- lapply(seq_along(names), function(j) as.numeric(values[, j]))
  columns <- list2DF(rlang::set_names(columns, names), nrow(values))
  if (rlang::is_installed("tibble")) tibble::as_tibble(columns, .name_repair = "minimal") else columns
}

# Row names go with the rows, unless they are only numbers that R made up.
name_rows <- function(value, x, keeps_rows) {
  names <- if (isTRUE(keeps_rows)) row_names_of(x)
  if (is.null(names)) {
    return(value)
  }
  if (is.data.frame(value)) {
    return(name_table(value, names))
  }
  if (is.list(value)) {
    return(lapply(value, name_rows, x = x, keeps_rows = TRUE))
  }
  if (is.array(value) && dim(value)[1] == length(names)) {
    dimnames(value) <- c(list(names), rep(list(NULL), length(dim(value)) - 1))
  }
  value
}

# A tibble has no row names, and those of a data frame differ.
name_table <- function(value, names) {
  fits <- nrow(value) == length(names) && !inherits(value, "tbl_df") && !anyDuplicated(names) && !anyNA(names)
  if (fits) {
    rownames(value) <- names
  }
  value
}

row_names_of <- function(x) {
  if (is.data.frame(x)) {
    numbers <- attr(x, "row.names")
    is_made_up <- .row_names_info(x) <= 0 || (is.integer(numbers) && identical(numbers, seq_along(numbers)))
    return(if (!is_made_up) rownames(x))
  }
  if (is.array(x) || inherits(x, "Matrix")) {
    return(dimnames(x)[[1]])
  }
  found <- if (is.list(x)) unique(Filter(Negate(is.null), lapply(x, row_names_of)))
  if (length(found) == 1) found[[1]]
}

# Examples need a Python with Keras, which a machine that only checks the package may not have.
can_run_examples <- function() {
  asked <- Sys.getenv("RETICULATE_PYTHON")
  is_there <- reticulate::py_available(initialize = FALSE) || (nzchar(asked) && asked != "managed")
  identical(Sys.getenv("KERASGUARD_EXAMPLES", unset = "true"), "true") && is_there &&
    reticulate::py_module_available("keras")
}
