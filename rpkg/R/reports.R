#' Reports and what can be done with them
#'
#' [check_input()], [check_model()], [check_environment()], [explain_error()] and [blueprint()] give lists that print as
#' text. They can be summed up, made a data frame or text, drawn ([plot.kerasguard_report()]) and shown in a Viewer
#' ([view_report()]). The field `report` of every condition of this package prints the same way.
#'
#' @param x,object What one of these functions gave.
#' @param row.names,optional Not used.
#' @param ... Not used.
#' @return
#' `summary()`: of a report, model check or environment how many findings each level has, a table: a `refusal` stops
#' the call, a `warning` and a `message` are told, a `report` is what only the report tells. Of a blueprint a data
#' frame with a row for each column of each input. Of an explanation a named character vector.
#'
#' `as.data.frame()`: a row for each finding, with the columns `level`, `code`, `family` and `message`; of a blueprint
#' the rows of its inputs below each other, with the column `input` first. `tibble::as_tibble()` takes them too.
#'
#' `format()` gives the lines that `print()` writes, `as.character()` one text of them.
#' @name kerasguard_report
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' report <- check_input(model, matrix(c(NA, runif(59)), nrow = 10))
#' summary(report)
#' as.data.frame(report)[c("level", "code")]
#'
#' # the same of an error
#' error <- tryCatch(safe_predict(model, matrix(0, 2, 6)), kerasguard_error = identity)
#' error$report$code
#' error$report
NULL

finding_levels <- c("refusal", "warning", "message", "report")

# A finding as Python tells it: vectors, where single values and lists arrive.
as_finding <- function(entry) {
  for (part in c("classes", "lines", "symbols")) entry[[part]] <- as.character(unlist(entry[[part]]))
  structure(entry, class = "kerasguard_finding")
}

#' @export
format.kerasguard_finding <- function(x, ...) {
  paste0("[", x$level, "] ", rlang::format_error_bullets(lines_of(x)))
}

#' @export
format.kerasguard_report <- function(x, ...) {
  c(with_sign(x$ok, x$verdict), vapply(x$entries, format, ""))
}

#' @export
format.kerasguard_model_check <- function(x, ...) {
  c(with_sign(x$ok, x$verdict), x$table, vapply(x$entries, format, ""))
}

#' @export
format.kerasguard_explanation <- function(x, ...) rlang::format_error_bullets(lines_of(x))

#' @export
format.kerasguard_blueprint <- function(x, ...) x$lines

with_sign <- function(ok, verdict) {
  paste(if (ok) cli::col_green(cli::symbol$tick) else cli::col_red(cli::symbol$cross), verdict)
}

print_lines <- function(x, ...) {
  writeLines(format(x, ...))
  invisible(x)
}

#' @export
print.kerasguard_finding <- print_lines
#' @export
print.kerasguard_report <- print_lines
#' @export
print.kerasguard_model_check <- print_lines
#' @export
print.kerasguard_environment <- print_lines
#' @export
print.kerasguard_explanation <- print_lines
#' @export
print.kerasguard_blueprint <- print_lines

as_text <- function(x, ...) paste(cli::ansi_strip(format(x, ...)), collapse = "\n")

#' @export
as.character.kerasguard_finding <- as_text
#' @export
as.character.kerasguard_report <- as_text
#' @export
as.character.kerasguard_model_check <- as_text
#' @export
as.character.kerasguard_environment <- as_text
#' @export
as.character.kerasguard_explanation <- as_text
#' @export
as.character.kerasguard_blueprint <- as_text

# Findings of a report as rows.
finding_rows <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint: object_name_linter.
  part <- function(name) vapply(x$entries, function(entry) entry[[name]], "", USE.NAMES = FALSE)
  message <- vapply(x$entries, function(entry) rlang::format_error_bullets(lines_of(entry)), "", USE.NAMES = FALSE)
  data.frame(level = part("level"), code = part("code"), family = part("family"), message = message)
}

#' @rdname kerasguard_report
#' @export
as.data.frame.kerasguard_report <- finding_rows
#' @rdname kerasguard_report
#' @export
as.data.frame.kerasguard_model_check <- finding_rows

#' @rdname kerasguard_report
#' @export
as.data.frame.kerasguard_environment <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint
  problems <- x$problems
  data.frame(
    level = problems$level, code = problems$code, family = rep("environment", nrow(problems)),
    message = problems$message
  )
}

#' @rdname kerasguard_report
#' @export
as.data.frame.kerasguard_explanation <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint
  code <- if (is.null(x$code)) NA_character_ else x$code
  data.frame(code = code, error = x$error, known_from = x$known_from, message = as.character(x))
}

#' @rdname kerasguard_report
#' @export
as.data.frame.kerasguard_blueprint <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint
  names <- input_names(x$inputs)
  rows <- Map(function(seen, name) cbind(input = rep(name, nrow(seen)), seen), unname(x$inputs), names)
  do.call(rbind, rows)
}

# Names of inputs, or their numbers.
input_names <- function(inputs) {
  names <- rlang::names2(inputs)
  ifelse(nzchar(names), names, as.character(seq_along(inputs)))
}

level_counts <- function(object, ...) {
  table(factor(as.data.frame(object)$level, finding_levels), dnn = NULL)
}

#' @rdname kerasguard_report
#' @export
summary.kerasguard_report <- level_counts
#' @rdname kerasguard_report
#' @export
summary.kerasguard_model_check <- level_counts
#' @rdname kerasguard_report
#' @export
summary.kerasguard_environment <- level_counts

#' @rdname kerasguard_report
#' @export
summary.kerasguard_explanation <- function(object, ...) {
  row <- as.data.frame(object)
  unlist(row[c("code", "error", "known_from")])
}

#' @rdname kerasguard_report
#' @export
summary.kerasguard_blueprint <- function(object, ...) {
  rows <- as.data.frame(object)
  rows$levels <- ifelse(lengths(rows$levels) > 0, lengths(rows$levels), NA_integer_)
  rows
}
