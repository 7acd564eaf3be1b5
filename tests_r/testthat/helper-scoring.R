# Folders of real files, written by pyarrow, and what reads them.

skip_without_pyarrow <- function() {
  testthat::skip_if_not(reticulate::py_module_available("pyarrow"), "this Python has no pyarrow")
}
skip_without_spark <- function() {
  skip_without_pyarrow()
  testthat::skip_if_not(reticulate::py_module_available("pyspark"), "this Python has no PySpark")
  java <- suppressWarnings(system2("java", "-version", stdout = TRUE, stderr = TRUE))
  version <- as.integer(sub('.*version "(\\d+).*', "\\1", grep("version", java, value = TRUE)[1]))
  testthat::skip_if_not(isTRUE(version >= 17), "Spark needs Java 17 or later")
}

# a data frame of numbers as a table of Arrow
as_arrow <- function(data) {
  arrow <- reticulate::import("pyarrow", convert = FALSE)
  columns <- lapply(data, function(x) {
    missing <- reticulate::np_array(array(is.na(x) & !is.nan(x)))
    arrow$array(reticulate::np_array(array(x)), mask = missing, from_pandas = FALSE)
  })
  arrow$table(columns)
}

# parts: data frames, each in a file `part-<i>.parquet`
parquet_folder <- function(parts, frame = parent.frame()) {
  folder <- withr_folder(frame)
  dir.create(folder)
  write <- reticulate::import("pyarrow.parquet", convert = FALSE)$write_table
  for (i in seq_along(parts)) write(as_arrow(parts[[i]]), file.path(folder, sprintf("part-%d.parquet", i)))
  folder
}
withr_folder <- function(frame = parent.frame()) {
  folder <- tempfile("folder")
  do.call(on.exit, list(bquote(unlink(.(folder), recursive = TRUE)), add = TRUE), envir = frame)
  folder
}

rows_of <- function(rows, first = 1) {
  data <- as.data.frame(numbers(rows, 5))
  names(data) <- letters[1:5]
  data$id <- seq_len(rows) + first - 1
  data
}
