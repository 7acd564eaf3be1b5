#' Look at a model before running it
#'
#' Finds what is wrong with a model itself: an activation or loss that can't work, a missing Flatten, scaling that was
#' never adapted, weights that are no numbers, an input shape that counts samples ... and shows layer by layer what goes
#' in and out. With data, their shapes are walked through the layers until one can't take them. The model does not run
#' and is not changed.
#'
#' @inheritParams safe_predict
#' @param x Data to walk through the model, as in [safe_predict()].
#' @return A `kerasguard_model_check`, which prints as a table of layers and the findings with their fixes: a list with
#'   `ok`, `rows` (a data frame: layer, class, gets, gives, weights, fault), `entries` (code, family, level, lines) and
#'   `codes`. Data never raise an error here.
#' @seealso [explain_error()], [check_input()]
#' @export
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(
#'   keras$Input(shape = list(8L, 6L, 1L)), keras$layers$Conv2D(2L, 3L), keras$layers$Flatten(),
#'   keras$layers$Dense(2L)
#' ))
#' check_model(model)
#' check_model(model, array(0, c(4, 8, 6, 3)))
check_model <- function(model, x = NULL) {
  rlang::check_required(model)
  labels <- labels_of(substitute(model), substitute(x), model)
  call <- rlang::current_env()
  held <- open_held(model, x, labels, call)
  if (!is.null(held$at)) held$labels$model <- held$at
  data <- if (!is.null(held$x)) describe(held$x)
  reply <- core(call)$check_model(held$model, data$value, data$about, held$labels)
  column <- function(name, type) vapply(reply$rows, function(row) row[[name]], type, USE.NAMES = FALSE)
  reply$rows <- data.frame(
    layer = column("layer", ""), class = column("class", ""), gets = column("gets", ""), gives = column("gives", ""),
    weights = column("weights", 0), fault = column("fault", "")
  )
  reply$entries <- lapply(c(reply$entries, held$wrong$entries), as_finding)
  reply$ok <- reply$ok && is.null(held$wrong)
  reply$table <- unlist(reply$table)
  reply$codes <- vapply(reply$entries, function(entry) entry$code, "")
  structure(reply, class = "kerasguard_model_check")
}
