#' Predict the rows of a Spark data frame
#'
#' Adds predictions to a data frame of Spark, on Spark: nothing is collected, and no row is predicted before the result
#' is used.
#'
#' Python has to reach the data: a `tbl` of 'pysparklyr' (Spark Connect, Databricks Connect) and a data frame of
#' 'pyspark' through 'reticulate' are taken. Those of 'sparklyr' alone and of 'SparkR' live in Java, where Python can't
#' reach them: they are refused, with the lines that write them to files for [score_dataset()].
#'
#' Spark's workers need Python with Keras and 'pyarrow', of the versions that run here. For a session of this machine
#' that is started from R, `Sys.setenv(PYSPARK_PYTHON = "PATH_TO_PYTHON")` before Python starts names theirs.
#'
#' @inheritParams score_dataset
#' @param frame A `tbl_pyspark` of 'pysparklyr', or what `sparklyr::spark_dataframe()` gives of it, or a
#'   `pyspark.sql.DataFrame`.
#' @return The same kind of object, with the columns that [score_dataset()] adds: 'dplyr' goes on with a `tbl_pyspark`.
#'   What speaks against rows is told when they are computed, by an error of Spark that holds the message.
#' @seealso [score_dataset()] with `engine = "spark"` for files that are scored on Spark and can be resumed.
#' @export
#' @examples
#' \dontrun{
#' sc <- sparklyr::spark_connect(master = "sc://HOST", method = "spark_connect", version = "4.0")
#' flights <- dplyr::tbl(sc, "flights")
#' scored <- score_frame(model, flights, columns = c("distance", "hour"))
#' dplyr::count(scored, .pred > 0.5)
#' }
score_frame <- function(model, frame, ..., columns = NULL, keep = NULL,
                        missing = getOption("kerasguard.missing", "refuse"), type = "raw", threshold = 0.5,
                        order = getOption("kerasguard.order"),
                        novel_levels = getOption("kerasguard.novel_levels", "refuse"),
                        repairs = getOption("kerasguard.repairs", "tell")) {
  rlang::check_dots_empty()
  rlang::check_required(model)
  rlang::check_required(frame)
  call <- rlang::current_env()
  labels <- labels_of(substitute(model), substitute(frame), model)
  if (identical(labels$x, "x")) labels$x <- "frame"
  labels$left_to_options <- left_to_options(call)
  held <- open_held(model, labels = labels, call = call, takes_out = FALSE)
  labels <- held$labels
  labels$frame <- as.list(class(frame))
  labels$path <- if (is.character(frame) && length(frame) == 1 && !is.na(frame)) enc2utf8(frame)
  options <- plain_options(
    missing = missing, order = order, repairs = repairs, type = type, threshold = threshold, novel_levels = novel_levels
  )
  wanted <- list(columns = plain_columns(columns), keep = plain_columns(keep))
  reply <- core(call)$score_frame(held$model, pyspark_frame(frame), wanted, options, labels)
  as_frame(answer(reply, call), frame)
}

# The data frame of pyspark that an object stands for; NULL where it is none. 'pysparklyr' keeps it in what
# spark_dataframe() gives, with all that dplyr's verbs have asked for.
pyspark_frame <- function(frame) {
  if (inherits(frame, "tbl_pyspark")) {
    frame <- getExportedValue("sparklyr", "spark_dataframe")(frame)
  }
  if (inherits(frame, "spark_pyobj")) {
    frame <- frame$pyspark_obj
  }
  if (inherits(frame, "python.builtin.object") && !reticulate::py_is_null_xptr(frame)) frame
}

# The scored one in the form of the given one.
as_frame <- function(scored, frame) {
  if (inherits(frame, "tbl_pyspark")) {
    frame <- getExportedValue("sparklyr", "spark_dataframe")(frame)
    frame$pyspark_obj <- scored
    return(getExportedValue("sparklyr", "sdf_register")(frame))
  }
  if (inherits(frame, "spark_pyobj")) {
    frame$pyspark_obj <- scored
    return(frame)
  }
  scored
}
