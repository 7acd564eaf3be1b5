#' Show a model its training data
#'
#' Remembers what training saw, so that [safe_predict()] takes the columns of new data by their names: in the order of
#' training, without columns that training did not have. A missing column is refused. Factors and text become numbers
#' as they did in training, which the width of the model's input tells: a code per level, or a column of 0 and 1 per
#' level (with or without the first) in the factor's place. For models that were trained elsewhere, or by a plain
#' `fit()`. [blueprint()] shows what was learned.
#'
#' @inheritParams safe_predict
#' @param x The training data, or some rows of it, in the form and order that the model was trained on. Names of columns
#'   are remembered, and of each feature its range, mean, standard deviation and missing values (none of text and ids;
#'   of more than 4096 features one range for all, of such a data frame the names alone). Or a recipe of 'recipes' after
#'   `prep()`, what `hardhat::mold()` gave, or its blueprint, which bring `y` along: their columns as the model gets
#'   them, with ranges where the training data are still in there.
#' @param y Their targets, one for each sample of `x`: the classes behind the model's units come from the levels of a
#'   factor, from text, from the column names of one-hot targets, or are the codes themselves. A list of them, in
#'   the order of the outputs or by their names, for several outputs. `NULL`: nothing is known of the classes.
#' @param ... Must be empty.
#' @param label_base The code of the first level, where training had codes: 1 for `as.integer()` of a factor, 0 for
#'   `as.integer() - 1`.
#' @return The model, invisibly. What it learned belongs to this model object and the weights that it has now: a later
#'   call replaces it, [safe_save_model()] saves it while the model's own `save()` and copies of the model
#'   (`clone_model()`) drop it, and once the model is trained on, it moves no columns.
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' layers <- keras$layers
#' model <- keras$Sequential(list(
#'   keras$Input(shape = list(4L)), layers$Dense(3L, activation = "softmax")
#' ))
#' learn_blueprint(model, iris[, 1:4], iris$Species)
#' blueprint(model)
#' safe_predict(model, iris[1:3, 5:1])
learn_blueprint <- function(model, x, y = NULL, ..., label_base = NULL) {
  call <- rlang::current_env()
  given <- opened(call)
  signal_report(given$wrong, call)
  seen <- training_of(given$x, given$y, given$labels, call)
  labels <- c(given$labels, r = as.character(getRversion()))
  data <- describe(seen$x)
  targets <- if (is.null(seen$y)) list() else describe(seen$y)
  options <- plain_options(label_base = label_base)
  reply <- core(call)$learn_blueprint(
    given$core_model, data$value, data$about, labels, options, targets$value, targets$about
  )
  signal_report(reply, call)
  invisible(given$model)
}

#' What is known of a model's training data
#'
#' The memory that [safe_fit()] and [learn_blueprint()] give a model: columns with their types, ranges and levels, and
#' the classes behind its units. [safe_predict()] reads new data by it.
#'
#' @inheritParams safe_predict
#' @return `NULL` where nothing is known, else a `kerasguard_blueprint`, a list with
#'   * `inputs`: a data frame for each input of the model, with one row for each column or feature: `name`, `type`,
#'     `min`, `max`, `mean`, `sd`, `missing`, `levels` (a list), `encoding`; as attribute `scaled` what [scale()]
#'     took off the training data;
#'   * `outputs`: a list for each output: `classes` in the order of the units, `ordered`, `form` (`"codes"`, `"one-hot"`
#'     or `"binary"`: what the classes were trained as), `names` of target columns;
#'   * `rows`: how many samples were seen; `stale`: whether the model was trained on since; `versions`.
#' @seealso [learn_blueprint()], [safe_load_model()]
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(2L)), keras$layers$Dense(1L)))
#' blueprint(model)
#' learn_blueprint(model, data.frame(age = c(31, 45), income = c(2, 3)))
#' blueprint(model)
#' blueprint(model)$inputs[[1]]$name
blueprint <- function(model) {
  rlang::check_required(model)
  if (is_guard(model)) {
    return(model$blueprint)
  }
  call <- rlang::current_env()
  held <- open_held(model, labels = labels_of(substitute(model), NULL, model), call = call)
  reply <- core(call)$blueprint(held$model, held$labels)
  signal_report(reply, call)
  as_blueprint(reply$value)
}

as_blueprint <- function(found) {
  if (is.null(found)) {
    return(NULL)
  }
  found$inputs <- by_path(lapply(found$inputs, input_frame), found$inputs)
  found$outputs <- by_path(lapply(found$outputs, output_list), found$outputs)
  found$lines <- unlist(found$lines)
  structure(found, class = "kerasguard_blueprint")
}

input_frame <- function(seen) {
  text <- function(values) vapply(values, function(v) if (is.null(v)) NA_character_ else v, "", USE.NAMES = FALSE)
  number <- function(values) {
    values <- as.numeric(values)
    values[is.nan(values)] <- NA
    values
  }
  frame <- data.frame(
    name = text(seen$name), type = text(seen$type), min = number(seen$min), max = number(seen$max),
    mean = number(seen$mean), sd = number(seen$sd), missing = as.integer(seen$missing)
  )
  frame$levels <- lapply(seen$levels, unlist)
  frame$encoding <- text(seen$encoding)
  attr(frame, "scaled") <- if (length(seen$scaled) > 0) lapply(seen$scaled, number)
  frame
}

output_list <- function(seen) {
  list(classes = unlist(seen$classes), ordered = seen$ordered, form = seen$form, names = unlist(seen$names))
}

by_path <- function(values, seen) {
  paths <- vapply(seen, function(one) one$path, "")
  if (any(nzchar(paths))) rlang::set_names(values, paths) else values
}
