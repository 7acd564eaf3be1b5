#' Predict all rows of Parquet or csv files
#'
#' For data that do not fit into memory: reads the files a part at a time, predicts as [safe_predict()] does, and writes
#' files of the same names with the predictions beside the original columns. Memory stays flat, however many rows there
#' are. All files are looked at before the first is scored.
#'
#' A call that was ended in any way (Esc, Ctrl-C, a machine that went down) is taken up again by the same call: files
#' that are done stay as they are, and no row is lost or doubled. Results of another model, or of other options, are
#' never mixed in one folder.
#'
#' @section Reading the results:
#' The results are Parquet files (of csv files csv), which anything reads: `arrow::open_dataset(scored$output_path)` and
#' 'duckdb' without taking them into memory; `as.data.frame(scored)` as one data frame, with nothing but what
#' `score_dataset()` needs itself.
#'
#' @section What it needs:
#' Files are read by the Python package 'pyarrow', which `install_kerasguard(files = TRUE)` brings. `engine = "spark"`
#' needs PySpark 4 (`install_kerasguard(spark = TRUE)`) and Java 17 or later. Without a session of Spark that runs, one
#' of this machine is started for the call. Spark names and cuts the files of results as it does.
#'
#' @inheritParams safe_predict
#' @param model A Keras model, or a [guard()] of one. Fits of 'parsnip' and workflows, whose preparation runs in R only,
#'   are refused with what to do.
#' @param input_path Parquet files, or csv files: a file, a folder, a pattern such as `"data/*.parquet"`, or several of
#'   these. Folders such as `year=2024` are columns, as for 'arrow'.
#' @param output_path A folder, made if it is not there. It gets a file for each input file, then an empty file
#'   `_SUCCESS`. It must hold nothing but earlier results of this call.
#' @param columns The names of the columns that the model takes, in its order; for a model with several inputs a list of
#'   such, named as the inputs. `NULL`: those of training ([blueprint()]) or those named as the inputs are, else all. A
#'   column whose cells are lists is an array (rows x ...). Of `as.data.frame()` the columns to read.
#' @param keep The names of the columns to keep beside the predictions: all if `NULL`.
#' @param engine `"local"`: here; `"spark"`: on Spark, in the session there is, else one of this machine.
#' @param batch_rows Rows that are read, predicted and written at once. No number depends on it.
#' @param missing As in [safe_predict()]; with `"na_rows"` rows with missing values have no prediction.
#' @param resume Whether to go on with what is in `output_path`. `FALSE`: it must be empty.
#' @param verbose As in [safe_predict()]; the bar counts the rows of all files.
#'
#' @return `score_dataset()` gives a `kerasguard_scored`, a list that prints as text: `output_path`; `files`, how many
#'   are there; `files_resumed`, how many of them were done before; `rows` and `rows_missing` (those without a
#'   prediction); `seconds`; `report`, a [kerasguard_report] of all that was found.
#'
#'   In the files follows on the original columns one per output: `.pred`, of several outputs `.pred_<name>`, in single
#'   precision as the model gives it; of several units a list per row (in csv `.pred_1`, `.pred_2` ...). With
#'   `type = "class"` the text `.pred_class`, with `type = "prob"` the doubles `.pred_<class>`. The numbers are those of
#'   [safe_predict()] within the rounding of single precision, and the very same whatever files, `batch_rows`, engine or
#'   interruptions the rows came through.
#' @seealso [score_frame()] for the data frames of Spark, [safe_predict()] for data in memory,
#'   `vignette("scoring", "kerasguard")`.
#' @export
#' @examplesIf kerasguard:::can_run_examples() && reticulate::py_module_available("pyarrow")
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(2L)), keras$layers$Dense(1L)))
#'
#' data <- tempfile("data")
#' dir.create(data)
#' write.csv(mtcars[1:16, c("hp", "wt")], file.path(data, "one.csv"), row.names = FALSE)
#' write.csv(mtcars[17:32, c("hp", "wt")], file.path(data, "two.csv"), row.names = FALSE)
#'
#' scored <- score_dataset(model, data, tempfile("scored"), columns = c("hp", "wt"))
#' scored
#' head(as.data.frame(scored))
score_dataset <- function(model, input_path, output_path, ..., columns = NULL, keep = NULL, engine = "local",
                          batch_rows = 65536, missing = getOption("kerasguard.missing", "refuse"), resume = TRUE,
                          type = "raw", threshold = 0.5, order = getOption("kerasguard.order"),
                          novel_levels = getOption("kerasguard.novel_levels", "refuse"),
                          repairs = getOption("kerasguard.repairs", "tell"),
                          verbose = getOption("kerasguard.verbose", "auto")) {
  rlang::check_dots_empty()
  rlang::check_required(model)
  rlang::check_required(input_path)
  rlang::check_required(output_path)
  call <- rlang::current_env()
  labels <- labels_of(substitute(model), NULL, model)
  labels$left_to_options <- left_to_options(call)
  held <- open_held(model, labels = labels, call = call, takes_out = FALSE)
  labels <- held$labels
  labels$paths <- list(written_path(input_path, "IN_FOLDER"), written_path(output_path, "OUT_FOLDER"))
  request <- list(
    input_path = plain_paths(input_path, label_of(substitute(input_path), "DATA")),
    output_path = plain_paths(output_path),
    columns = plain_columns(columns), keep = plain_columns(keep), engine = plain_option(engine),
    batch_rows = plain_option(batch_rows),
    resume = if (isTRUE(resume)) TRUE else plain_option(resume),
    verbose = if (isTRUE(verbose)) 1L else plain_option(verbose)
  )
  options <- plain_options(
    missing = missing, order = order, repairs = repairs, type = type, threshold = threshold, novel_levels = novel_levels
  )
  progress <- progress_bar(verbose, doing = "Scoring")
  on.exit(close_progress(progress))
  reply <- core(call)$score_dataset(held$model, request, options, labels, progress)
  signal_report(reply, call)
  as_scored(reply$value)
}

# Paths as Python opens them; of anything else what R shows of it, for the refusal.
plain_paths <- function(path, label = "") {
  if (are_parts(path) && all(lengths(path) == 1)) path <- unlist(path)
  is_path <- is.character(path) && length(path) > 0 && !anyNA(path)
  if (!is_path) {
    is_table <- is.data.frame(path) || (is.array(path) && is.numeric(path))
    return(c(plain_value(path), table = if (is_table) label else ""))
  }
  paths <- enc2utf8(path.expand(as.character(path)))
  if (length(paths) == 1) paths else as.list(paths)
}

# As the user wrote it, for lines of code.
written_path <- function(path, placeholder) {
  is_path <- is.character(path) && length(path) == 1 && !is.na(path) && nzchar(path)
  if (is_path) enc2utf8(as.character(path)) else placeholder
}

# Names of columns, or a named list of such.
plain_columns <- function(columns) {
  if (is.null(columns)) {
    return(NULL)
  }
  if (identical(columns, list())) {
    return(columns)
  }
  if (are_names(columns)) {
    return(as.list(enc2utf8(as.vector(columns, "character"))))
  }
  if (!are_parts(columns)) {
    return(plain_value(columns))
  }
  if (is.null(names(columns)) && all(lengths(columns) == 1)) {
    return(plain_columns(unlist(columns)))
  }
  list(by_input = lapply(unname(columns), plain_columns), names = as.list(rlang::names2(columns)))
}

are_names <- function(x) is.character(x) && !anyNA(x)

are_parts <- function(x) {
  typeof(x) == "list" && !is.object(x) && length(x) > 0 && all(vapply(x, are_names, NA))
}

# What R shows of a value that can't be; of an object what it is.
plain_value <- function(x) {
  known <- c(
    factor = "a factor", data.frame = "a data frame", `function` = "a function", formula = "a formula",
    matrix = "a matrix", array = "an array",
    keras.src.models.model.Model = "a model", python.builtin.object = "an object of Python"
  )
  cls <- intersect(names(known), class(x))
  if (length(cls) > 0) {
    return(list(shown = known[[cls[1]]]))
  }
  if (is.object(x)) {
    return(list(shown = paste("an object of class", class(x)[1])))
  }
  option <- plain_option(x)
  list(shown = if (is.list(option)) option$shown else paste(deparse(x), collapse = " "))
}
