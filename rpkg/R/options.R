#' Options of kerasguard
#'
#' What an argument is where a call leaves it out. Set with [options()], for a session or, in `.Rprofile`, for a
#' project. An argument that a call gives comes first. A value that an option can't have is refused, with the option's
#' name, by the first call that it reaches.
#'
#' | option | values | where |
#' | --- | --- | --- |
#' | `kerasguard.repairs` | `"tell"`, `"quiet"`, `"refuse"` | [safe_predict()] and all that take `repairs` |
#' | `kerasguard.missing` | `"refuse"`, `"na_rows"`, `"pass"` | these and [check_input()] |
#' | `kerasguard.order` | `"C"`, `"F"` | these |
#' | `kerasguard.novel_levels` | `"refuse"`, `"missing"` | [safe_predict()] and all that take `novel_levels` |
#' | `kerasguard.batch_size` | a whole number, `"auto"` | [safe_predict()]; no option changes how a model is trained |
#' | `kerasguard.verbose` | `"auto"`, 0, 1, 2 | [safe_predict()], [score_dataset()], [safe_fit()], [safe_evaluate()] |
#'
#' Where there are no predictions that could be `NA`, as in training, `"na_rows"` is `"refuse"`.
#'
#' What the values mean is told where the arguments are: [safe_predict()]. None of the options is set when the package
#' is loaded, and no function sets one.
#'
#' @name kerasguard_options
#' @aliases kerasguard.repairs kerasguard.missing kerasguard.order kerasguard.novel_levels kerasguard.batch_size
#'   kerasguard.verbose
#' @examples
#' # no word about repairs, and missing values give missing predictions
#' old <- options(kerasguard.repairs = "quiet", kerasguard.missing = "na_rows")
#' options(old)
NULL

option_names <- c("repairs", "missing", "order", "novel_levels", "batch_size", "verbose")

full_names <- paste0("kerasguard.", option_names)

# Which arguments of a function have the value of an option, so that a refusal names it; NULL where none has, which is
# found out in little time, as each prediction asks.
left_to_options <- function(frame) {
  for (name in full_names) {
    if (!is.null(getOption(name))) {
      return(arguments_left(frame))
    }
  }
}

arguments_left <- function(frame) {
  is_left <- function(name) exists(name, frame, inherits = FALSE) && eval(call("missing", as.name(name)), frame)
  is_set <- !vapply(full_names, function(name) is.null(getOption(name)), NA)
  as.list(Filter(is_left, option_names[is_set]))
}

# `missing` of a function that has no predictions: an option that is set for those of others is none of its own.
without_rows <- function(missing, is_left) {
  if (is_left && identical(missing, "na_rows")) "refuse" else missing
}
