# What score_dataset() gives: a list that prints as text, and leads to the rows.

as_scored <- function(value) {
  value$report$entries <- lapply(value$report$entries, as_finding)
  value$report <- structure(value$report, class = "kerasguard_report")
  value$lines <- as.character(unlist(value$lines))
  structure(value, class = "kerasguard_scored")
}

#' @export
format.kerasguard_scored <- function(x, ...) x$lines

#' @export
print.kerasguard_scored <- print_lines

#' @export
as.character.kerasguard_scored <- as_text

#' @rdname score_dataset
#' @param object,x What `score_dataset()` gave.
#' @return `summary()`: the counts, a data frame of one row.
#' @export
summary.kerasguard_scored <- function(object, ...) {
  as.data.frame(unclass(object)[c("files", "files_resumed", "rows", "rows_missing", "seconds")])
}

#' @rdname score_dataset
#' @param row.names,optional Not used.
#' @param stringsAsFactors Whether text becomes factors.
#' @return `as.data.frame()`: the rows of all files, or some `columns` of them, sorted by file, with R's types: whole
#'   numbers that R's integers can't hold are doubles, or text where doubles can't either; what is missing is `NA`;
#'   times without a time zone are in UTC; lists are list columns. Columns in the names of folders (`year=2024`) are
#'   among them; one that only some files have is `NA` in the others.
#' @export
as.data.frame.kerasguard_scored <- function(x, row.names = NULL, optional = FALSE, ..., columns = NULL, # nolint
                                            stringsAsFactors = FALSE) { # nolint
  rlang::check_dots_empty()
  call <- rlang::current_env()
  label <- label_of(substitute(x), "SCORED")
  if (!is.null(row.names)) abort_row_names(label, call)
  rows <- answer(
    core(call)$read_scored(enc2utf8(x$output_path), plain_columns(columns), x$rows, list(model = "model", x = label)), call
  )
  data <- list2DF(rlang::set_names(lapply(rows$vectors, as_vector), as.character(unlist(rows$names))), rows$rows)
  if (isTRUE(stringsAsFactors)) data[] <- lapply(data, function(value) if (is.character(value)) factor(value) else value)
  data
}

# Here base R has row names in second place, where columns are easily written.
abort_row_names <- function(label, call) {
  abort_plain(
    c(
      "`row.names` must be NULL: results have no names of rows.",
      i = "Fix: if they are columns to read:",
      " " = sprintf("as.data.frame(%s, columns = COLUMNS)", label)
    ),
    class = c("kerasguard_error_score_rows_named", "kerasguard_error_structure", "kerasguard_error"),
    call = call
  )
}

# Arrow's columns in plain parts -> vectors.
as_vector <- function(part) {
  values <- part$values
  switch(part$kind,
    character = replace(as.character(unlist(values)), part$missing, NA),
    logical = as.logical(values),
    integer = as.integer(values),
    double = as.double(values),
    factor = factor(part$levels, part$levels)[as.integer(values)],
    date = structure(as.double(values), class = "Date"),
    time = structure(as.double(values), class = c("POSIXct", "POSIXt"), tzone = part$zone),
    difftime = as.difftime(as.double(values), units = "secs"),
    list = as_cells(as_vector(values), as.integer(part$lengths), part$missing)
  )
}

# Values below each other -> a vector per row, NULL where there is none.
as_cells <- function(values, lengths, missing) {
  rows <- factor(rep.int(seq_along(lengths), lengths), levels = seq_along(lengths))
  cells <- unname(split(values, rows))
  cells[missing] <- list(NULL)
  cells
}
