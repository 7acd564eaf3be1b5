#' Train a Keras model, safely
#'
#' `fit()` of the model, after `x`, the targets and the weights were checked against what the model, its outputs and
#' its loss expect. What has one right reading is repaired and told; what has none is refused before any weight changes.
#'
#' Where 'keras3' is loaded its own `fit()` runs behind the checks: its view of the metrics, its recording with 'tfruns'
#' and its history object come along.
#'
#' @inheritParams safe_predict
#' @param x The data, as in [safe_predict()]. A 'tfdatasets' dataset or a generator gives the targets as well.
#' @param y The targets, samples first: a vector, matrix, array or data frame, a factor or text for classes, or a list
#'   of these for a model with several outputs, best named after them.
#' @param batch_size Samples per batch: 32 when `NULL`.
#' @param epochs The last epoch: how often training sees all samples, less those before `initial_epoch`.
#' @param callbacks Keras' callbacks, one or a list of them; R functions are none.
#' @param validation_split The share of samples, taken from the end, that is kept aside to validate.
#' @param validation_data What to validate with: `list(x, y)` or `list(x, y, sample_weight)`, or a dataset.
#' @param shuffle Whether the samples are mixed before each epoch: `TRUE`, `FALSE`, or `"batch"` for whole batches.
#' @param class_weight How much each class counts: numbers named by the classes, as a list or a vector.
#' @param sample_weight How much each sample counts: a vector as long as `x` has samples, or a list of them for several
#'   outputs.
#' @param initial_epoch The epoch to start with, counted from 1 as in 'keras3'.
#' @param steps_per_epoch,validation_steps How many batches make an epoch, and a validation.
#' @param validation_batch_size Samples per batch of the validation: as in training when `NULL`.
#' @param validation_freq Validate at each so many epochs, or at these epochs.
#' @param verbose 0 is silent, 1 draws a progress bar, 2 writes a line per epoch; `"auto"` draws in an interactive
#'   session only. Where 'keras3' is loaded as it is there.
#' @param view_metrics As in 'keras3'; used only where it is loaded.
#' @param label_base What the first class is in `y`: 0 as Keras counts, or 1. `NULL`: `y` has to count from 0.
#' @param missing `"refuse"` missing values in `x`, or let them `"pass"` to a model that handles `NaN`.
#' @param object The model, for those who are used to `fit(object = )`.
#'
#' @return Invisibly, the history of the training: that of 'keras3' where it is loaded, else a `kerasguard_history`,
#'   which is alike: a list with `params` and `metrics`, for each metric a number per epoch, with methods for `print()`,
#'   `plot()` and `as.data.frame()` (see [plot.kerasguard_history()]). The model itself is changed by training, as ever.
#'
#'   Conditions have the classes that [safe_predict()] tells.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(
#'   keras$Input(shape = list(4L)), keras$layers$Dense(3L, activation = "softmax")
#' ))
#' model$compile(loss = "sparse_categorical_crossentropy", metrics = list("accuracy"))
#' history <- safe_fit(model, iris[1:4], iris$Species, epochs = 3)
#' history
#' plot(history)
#' safe_evaluate(model, iris[1:4], iris$Species)
safe_fit <- function(model, x, y = NULL, ..., batch_size = NULL, epochs = 1, callbacks = NULL, validation_split = 0,
                     validation_data = NULL, shuffle = TRUE, class_weight = NULL, sample_weight = NULL,
                     initial_epoch = 1, steps_per_epoch = NULL, validation_steps = NULL, validation_batch_size = NULL,
                     validation_freq = 1, verbose = getOption("kerasguard.verbose", "auto"), view_metrics = NULL,
                     label_base = NULL, missing = getOption("kerasguard.missing", "refuse"),
                     order = getOption("kerasguard.order"), repairs = getOption("kerasguard.repairs", "tell"),
                     object) {
  call <- rlang::current_env()
  given <- opened(call, takes_out = FALSE)
  missing <- without_rows(missing, missing(missing))
  validation <- validation_parts(validation_data)
  parts <- c(
    list(x = describe(given$x), y = describe_given(given$y), sample_weight = describe_given(sample_weight)),
    validation$parts, list(class_weight = describe_weights(class_weight))
  )
  arguments <- c(
    list(callbacks = describe_callbacks(callbacks), validation_data = validation$other),
    plain_arguments(
      batch_size = batch_size, epochs = epochs, verbose = verbose, validation_split = validation_split,
      shuffle = shuffle, initial_epoch = from_zero(initial_epoch), steps_per_epoch = steps_per_epoch,
      validation_steps = validation_steps, validation_batch_size = validation_batch_size,
      validation_freq = validation_freq
    )
  )
  options <- plain_options(label_base = label_base, missing = missing, order = order, repairs = repairs)
  handle <- raw_answer(raw_core(call)$prepare_fit(given$core_model, parts, arguments, options, given$labels), call)
  if (has_keras3(given$model) && !has_batches(handle)) {
    extra <- list(verbose = unless_auto(verbose), view_metrics = view_metrics)
    return(invisible(run_keras3("fit", given$model, handle, extra, core(call)$finish_fit, call)$value))
  }
  progress <- training_progress(verbose, "Training", "epoch")
  on.exit(progress$close())
  run <- answer(core(call)$run_fit(handle, progress$tell), call)
  history <- new_history(run$params, run$metrics, verbose, arguments$initial_epoch, validation_freq)
  invisible(if (has_keras3(given$model)) as_keras3_history(history) else history)
}

#' Evaluate a Keras model, safely
#'
#' `evaluate()` of the model, after the same checks as in [safe_fit()].
#'
#' @inheritParams safe_fit
#' @param steps How many batches to stop after.
#' @param object The model, for those who are used to `evaluate(object = )`.
#' @return A named list: the loss and the metrics, as `evaluate()` of 'keras3' gives it, in Keras' order.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' model$compile(loss = "mse", metrics = list("mae"))
#' safe_evaluate(model, matrix(runif(50), nrow = 10), runif(10))
safe_evaluate <- function(model, x, y = NULL, ..., batch_size = NULL,
                          verbose = getOption("kerasguard.verbose", "auto"), sample_weight = NULL, steps = NULL,
                          callbacks = NULL, label_base = NULL, missing = getOption("kerasguard.missing", "refuse"),
                          order = getOption("kerasguard.order"), repairs = getOption("kerasguard.repairs", "tell"),
                          object) {
  call <- rlang::current_env()
  given <- opened(call, takes_out = FALSE)
  missing <- without_rows(missing, missing(missing))
  parts <- list(x = describe(given$x), y = describe_given(given$y), sample_weight = describe_given(sample_weight))
  arguments <- c(
    list(callbacks = describe_callbacks(callbacks)),
    plain_arguments(batch_size = batch_size, verbose = verbose, steps = steps)
  )
  options <- plain_options(label_base = label_base, missing = missing, order = order, repairs = repairs)
  handle <- raw_answer(raw_core(call)$prepare_evaluate(given$core_model, parts, arguments, options, given$labels), call)
  if (has_keras3(given$model) && !has_batches(handle)) {
    extra <- list(verbose = unless_auto(verbose))
    run <- run_keras3("evaluate", given$model, handle, extra, core(call)$finish_evaluate, call)
    return(in_order(run$value, run$finished))
  }
  progress <- training_progress(verbose, "Evaluating", "batch")
  on.exit(progress$close())
  run <- answer(core(call)$run_evaluate(handle, progress$tell), call)
  rlang::set_names(as.list(run$values), unlist(run$names))
}

# A part that may be left out.
describe_given <- function(x) if (!is.null(x)) describe(x)

# list(x, y) or list(x, y, sample_weight), by position, or by these names; as Python's tuple too. A Python object is a
# dataset. `other`: what is neither, for the refusal.
validation_parts <- function(data) {
  slots <- c(validation_x = "x", validation_y = "y", validation_weight = "sample_weight")
  if (inherits(data, c("python.builtin.tuple", "python.builtin.list"))) {
    data <- reticulate::py_to_r(data)
  }
  if (inherits(data, "python.builtin.object")) {
    data <- list(x = data)
  }
  is_usable <- is.null(data) || (kind_of(data) == "list" && (length(data) %in% 2:3 || identical(names(data), "x")))
  other <- if (!is_usable) list(class = class(data)[1], length = length(data), names = names_of(names(data)))
  data <- if (is_usable) as.list(data) else list()
  data <- rlang::set_names(data, validation_slots(names(data), length(data), slots))
  list(parts = lapply(slots, function(slot) describe_given(data[[slot]])), other = other)
}

# The slot of each part: x and y by their names, x_val and y_val too; the others in order.
validation_slots <- function(names, count, slots) {
  names <- if (is.null(names)) rep("", count) else names
  named <- ifelse(grepl("^[xy]([_.]|$)", names), substr(names, 1, 1), ifelse(names %in% slots, names, ""))
  if (anyDuplicated(named[nzchar(named)])) {
    named[] <- ""
  }
  named[!nzchar(named)] <- utils::head(setdiff(slots, named), sum(!nzchar(named)))
  named
}

# Weights by class as the user wrote them: names and numbers side by side, as either may be what is wrong.
describe_weights <- function(weights) {
  if (is.null(weights)) {
    return(NULL)
  }
  if (inherits(weights, "python.builtin.object")) {
    return(list(python = weights))
  }
  is_data <- is.atomic(weights) || is.list(weights)
  names <- if (length(dim(weights)) == 2) colnames(weights) else names(weights)
  list(
    names = names_of(names), class = class(weights)[1],
    values = if (is_data) lapply(unname(as.list(weights)), plain_weight)
  )
}

# A weight as a number or text; several in one place as a list of such.
plain_weight <- function(x) {
  if (is.null(x)) {
    return(NULL)
  }
  if (!is.atomic(x)) {
    return(paste(deparse(x), collapse = " "))
  }
  if (is.factor(x)) {
    x <- as.character(x)
  }
  x <- if (is.character(x)) names_of(x) else as.list(as.double(x))
  if (length(x) == 1) x[[1]] else x
}

# Python's objects go as they are; of others the core needs to know that they are no callbacks.
describe_callbacks <- function(callbacks) {
  if (is.null(callbacks)) {
    return(NULL)
  }
  if (inherits(callbacks, "python.builtin.object") || !is.list(callbacks)) {
    callbacks <- list(callbacks)
  }
  lapply(unname(Filter(Negate(is.null), callbacks)), function(callback) {
    if (inherits(callback, "python.builtin.object")) callback else list(class = class(callback)[1])
  })
}

# Numbers, texts, TRUE or FALSE go as they are, several numbers as a list; anything else as R shows it, for the refusal.
plain_arguments <- function(...) {
  lapply(list(...), function(x) {
    if (is_numbers(x)) as.list(x) else if (isTRUE(x)) x else plain_option(x)
  })
}

is_numbers <- function(x) {
  is_number <- function(value) is.numeric(value) && length(value) == 1 && !is.na(value)
  (is.list(x) || (is.numeric(x) && length(x) > 1)) && length(x) > 0 && all(vapply(x, is_number, NA))
}

# Epochs count from 1 in R; 0, as Keras has it, is the first one too, as in 'keras3'.
from_zero <- function(epoch) {
  if (is.numeric(epoch) && length(epoch) == 1 && isTRUE(epoch >= 1 && epoch == round(epoch))) epoch - 1 else epoch
}

unless_auto <- function(verbose) if (!identical(verbose, "auto")) verbose

# What a reply brings: its conditions are told, or raised, first.
answer <- function(reply, call) {
  signal_report(reply, call)
  reply$value
}

# The same for a reply of raw_core(), whose value stays Python's.
raw_answer <- function(reply, call) {
  told <- list(notes = reticulate::py_to_r(reply["notes"]), problem = reticulate::py_to_r(reply["problem"]))
  signal_report(told, call)
  reply["value"]
}

# 'keras3' has methods for models of Keras 3 only.
has_keras3 <- function(model) {
  isNamespaceLoaded("keras3") && inherits(model, "keras.src.models.model.Model")
}

# Batches are checked while they pass, and the model put back where one is refused: that is the core's own run.
has_batches <- function(handle) reticulate::py_to_r(reticulate::py_get_attr(handle, "has_batches"))

# The model's own method in 'keras3', with arguments that are ready. Whatever ends it, the core is told.
run_keras3 <- function(generic, model, handle, extra, finish, call) {
  frame <- list2env(c(list(model = model), keras3_arguments(handle, extra)), parent = globalenv())
  method <- getExportedValue("keras3", generic)
  values <- lapply(rlang::set_names(setdiff(ls(frame), "model")), as.name)
  ended <- FALSE
  on.exit(if (!ended) finish(handle, "interrupted"))
  value <- tryCatch(
    eval(as.call(c(list(method, quote(model)), values)), frame),
    error = function(error) {
      ended <<- TRUE
      answer(finish(handle, if (inherits(error, "python.builtin.object")) error else conditionMessage(error)), call)
      stop(error)
    }
  )
  ended <- TRUE
  list(value = value, finished = answer(finish(handle, NULL), call))
}

# Arrays stay Python's; what 'keras3' reads itself, single values and named or plain lists, is R's, and counts from 1.
keras3_arguments <- function(handle, extra) {
  ready <- reticulate::py_get_attr(handle, "arguments")
  keys <- unlist(reticulate::py_to_r(reticulate::import_builtins(convert = FALSE)$list(ready)))
  arrays <- c("x", "y", "sample_weight", "validation_data")
  arguments <- lapply(rlang::set_names(keys), function(key) {
    value <- reticulate::py_get_item(ready, key)
    # a list of one epoch would become a number, which means something else
    stays <- key %in% arrays || (key == "validation_freq" && inherits(value, "python.builtin.list"))
    if (stays) value else reticulate::py_to_r(value)
  })
  # left out where it is the first: 'keras3' 1.5 records no metrics where it is given
  first <- arguments$initial_epoch
  arguments$initial_epoch <- if (!is.null(first) && first > 0) first + 1L
  arguments$verbose <- NULL # as 'keras3' has it, unless the user says
  utils::modifyList(arguments, extra)
}

# Of data in batches, too, the history has the class and methods that a session with 'keras3' knows.
as_keras3_history <- function(history) structure(unclass(history), epochs = NULL, class = "keras_training_history")

# keras3's evaluate() sorts by name or by Keras' order, depending on Keras.
in_order <- function(value, names) {
  names <- unlist(names)
  if (is.list(value) && setequal(names(value), names)) value[names] else value
}
