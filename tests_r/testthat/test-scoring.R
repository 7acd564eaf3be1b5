# Real models on real files and on a real Spark: what R adds to the Python core.
skip_without_pyarrow()

parts <- list(rows_of(40), rows_of(25, 41), rows_of(1, 66))
all_rows <- do.call(rbind, parts)
five <- letters[1:5]
read <- function(folder, ...) as.data.frame(score_reader(folder), ...)
score_reader <- function(folder) structure(list(output_path = folder), class = "kerasguard_scored")

test_that("files give the predictions of safe_predict() beside their columns", {
  model <- dense()
  folder <- parquet_folder(parts)
  out <- withr_folder()
  scored <- score_dataset(model, folder, out, columns = five)
  expect_s3_class(scored, "kerasguard_scored")
  expect_identical(unlist(scored[c("files", "files_resumed", "rows", "rows_missing")]), c(files = 3, files_resumed = 0, rows = 66, rows_missing = 0))
  expect_setequal(list.files(out), c("_SUCCESS", "_kerasguard.jsonl", sprintf("part-%d.parquet", 1:3)))
  rows <- as.data.frame(scored)
  expect_identical(rows[names(all_rows)], all_rows)
  expect_equal(rows$.pred, as.numeric(safe_predict(model, all_rows[five])), tolerance = 1e-6)
  again <- score_dataset(model, folder, out, columns = five)
  expect_identical(again$files_resumed, 3)
})

test_that("the result prints, is summed up, and shows its report", {
  scored <- score_dataset(dense(), parquet_folder(parts), withr_folder(), columns = five)
  expect_identical(utils::capture.output(shown <- withVisible(print(scored))), format(scored))
  expect_false(shown$visible)
  expect_match(format(scored), "66 rows of 3 files", all = FALSE)
  expect_match(as.character(scored), scored$output_path, fixed = TRUE)
  expect_identical(summary(scored)$rows, 66)
  expect_s3_class(scored$report, "kerasguard_report")
  expect_true(scored$report$ok)
  expect_true(withVisible(score_dataset(dense(), parquet_folder(parts), withr_folder(), columns = five))$visible)
})

test_that("paths are taken as R has them", {
  model <- dense()
  home <- withr_folder()
  dir.create(home)
  old <- Sys.getenv("HOME")
  on.exit(Sys.setenv(HOME = old), add = TRUE)
  folder <- parquet_folder(parts)
  wanted <- read(score_dataset(model, folder, withr_folder(), columns = five)$output_path)
  one <- score_dataset(model, file.path(folder, "part-2.parquet"), withr_folder(), columns = five)
  expect_identical(one$rows, 25)
  expect_identical(score_dataset(model, file.path(folder, "*.parquet"), withr_folder(), columns = five)$rows, 66)
  several <- file.path(folder, sprintf("part-%d.parquet", c(1, 3)))
  expect_identical(score_dataset(model, several, withr_folder(), columns = five)$rows, 41)
  if (rlang::is_installed("fs")) {
    expect_identical(score_dataset(model, fs::path(folder), fs::path(withr_folder()), columns = five)$rows, 66)
  }
  before <- setwd(dirname(folder))
  on.exit(setwd(before), add = TRUE)
  out <- basename(withr_folder())
  relative <- score_dataset(model, basename(folder), out, columns = five)
  expect_identical(relative$output_path, out)
  expect_identical(as.data.frame(relative), wanted)
})

test_that("`~` is R's, and lines of code show paths as they were written", {
  skip_on_os("windows")
  folder <- parquet_folder(parts)
  # R asks for the home folder once, when it starts
  code <- c(
    "keras <- reticulate::import('keras')",
    "model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))",
    "done <- score_dataset(model, '~/data', '~/scored', columns = letters[1:5])",
    "error <- tryCatch(score_dataset(model, '~/data', '~/other', columns = 'a'), error = conditionMessage)",
    "found <- list(rows = done$rows, files = list.files('~/scored', 'parquet'), error = error)"
  )
  home <- withr_folder()
  dir.create(file.path(home, "data"), recursive = TRUE)
  file.copy(list.files(folder, full.names = TRUE), file.path(home, "data"))
  found <- in_fresh_r(code, HOME = home, RETICULATE_PYTHON = reticulate::py_exe())
  expect_identical(found$rows, 66)
  expect_length(found$files, 3)
  expect_match(found$error, "score_dataset(model, \"~/data\", \"~/other\"", fixed = TRUE)
})

test_that("columns are names, of several inputs a list of them", {
  model <- several(c(main = 3L, aux = 2L))
  folder <- parquet_folder(parts)
  x <- list(main = all_rows[c("a", "b", "c")], aux = all_rows[c("d", "e")])
  wanted <- as.numeric(safe_predict(model, x))
  named <- score_dataset(model, folder, withr_folder(), columns = list(aux = c("d", "e"), main = c("a", "b", "c")))
  expect_equal(as.data.frame(named)$.pred, wanted, tolerance = 1e-6)
  one <- score_dataset(dense(1), folder, withr_folder(), columns = "c", keep = "id")
  expect_named(as.data.frame(one), c("id", ".pred"))
  expect_named(as.data.frame(score_dataset(dense(1), folder, withr_folder(), columns = "c", keep = character())), ".pred")
  wrong <- list(factor(five), 1:5, NA, c("a", NA), mean, list(main = 1:3), TRUE)
  for (columns in wrong) {
    error <- refused("kerasguard_error_score_names", score_dataset(dense(), folder, withr_folder(), columns = columns))
    expect_match(conditionMessage(error), "`columns` must be names of columns", fixed = TRUE)
    refused("kerasguard_error_score_names", score_dataset(dense(), folder, withr_folder(), columns = five, keep = columns))
  }
})

test_that("what is no path, engine, number or flag is refused by its name", {
  folder <- parquet_folder(parts)
  score <- function(...) {
    given <- utils::modifyList(list(input_path = folder, output_path = tempfile(), columns = five), list(...), keep.null = TRUE)
    do.call(score_dataset, c(list(dense()), given))
  }
  for (path in list(NULL, NA, NA_character_, character(), "", 1, iris, c("a", NA))) {
    refused("kerasguard_error_score_path", score(input_path = path))
    refused("kerasguard_error_score_path", score(output_path = path))
  }
  refused("kerasguard_error_score_path", score(output_path = c("a", "b")))
  refused("kerasguard_error_score_absent", score(input_path = file.path(folder, "none")))
  for (engine in list("here", NULL, NA, c("local", "spark"))) {
    refused("kerasguard_error_option_value", score(engine = engine))
  }
  for (resume in list(NA, "yes", NULL)) refused("kerasguard_error_option_value", score(resume = resume))
  for (rows in list(0, 1.5, NA, "many", 1:2)) refused("kerasguard_error_option_count", score(batch_rows = rows))
  refused("kerasguard_error_option_value", score(missing = "drop"))
  refused("kerasguard_error_option_value", score(verbose = "loud"))
  expect_error(score_dataset(dense(), folder, tempfile(), five), class = "rlib_error_dots_nonempty")
  expect_error(score_dataset(dense(), folder), "`output_path` is absent", fixed = TRUE)
  refused("kerasguard_error_structure_model", score_dataset("model.keras", folder, tempfile()))
})

test_that("refusals are conditions of the call, with the file, R's rows and a report", {
  bad <- rows_of(30)
  bad$c[21] <- NaN # which footers do not show
  folder <- parquet_folder(list(rows_of(10), bad))
  out <- withr_folder()
  model <- dense()
  error <- refused("kerasguard_error_missing", score_dataset(model, folder, out, columns = five))
  expect_identical(as.character(conditionCall(error))[1], "score_dataset")
  expect_match(conditionMessage(error), "part-2.parquet", fixed = TRUE)
  expect_match(conditionMessage(error), "row 21", fixed = TRUE)
  expect_no_match(conditionMessage(error), "pyarrow|numpy|ndarray|NaN;|None|True|False")
  expect_s3_class(error$report, "kerasguard_finding")
  expect_false(file.exists(file.path(out, "_SUCCESS")))
  expect_true(file.exists(file.path(out, "part-1.parquet")))
  error <- refused("kerasguard_error_shape", score_dataset(model, folder, withr_folder(), columns = five[1:4]))
  expect_match(conditionMessage(error), "4 table", fixed = TRUE)

  whole <- score_dataset(model, folder, withr_folder(), columns = five, missing = "na_rows")
  expect_identical(whole$rows_missing, 1)
  rows <- as.data.frame(whole)
  expect_identical(which(is.na(rows$.pred)), 31L)
  expect_false(is.nan(rows$.pred[31])) # NA, not NaN
  expect_true(is.nan(rows$c[31]))
})

test_that("options of the session count, and are named where they are wrong", {
  bad <- rows_of(10)
  bad$c[2] <- NA
  folder <- parquet_folder(list(bad))
  model <- dense()
  rlang::with_options(
    expect_identical(score_dataset(model, folder, withr_folder(), columns = five)$rows_missing, 1),
    kerasguard.missing = "na_rows"
  )
  error <- rlang::with_options(
    refused("kerasguard_error_option_value", score_dataset(model, folder, withr_folder(), columns = five)),
    kerasguard.repairs = "never"
  )
  expect_match(conditionMessage(error), "kerasguard.repairs", fixed = TRUE)
})

test_that("results of another model or with other options are not mixed", {
  folder <- parquet_folder(parts)
  out <- withr_folder()
  model <- dense()
  score_dataset(model, folder, out, columns = five)
  refused("kerasguard_error_score_output_other", score_dataset(model, folder, out, columns = rev(five)))
  model$set_weights(lapply(model$get_weights(), function(values) values * 2))
  refused("kerasguard_error_score_output_other", score_dataset(model, folder, out, columns = five))
  refused("kerasguard_error_score_output_filled", score_dataset(model, folder, out, columns = five, resume = FALSE))
})

test_that("guards score, classes and probabilities are columns", {
  model <- dense(5, 3L, "softmax")
  learn_blueprint(model, all_rows[five], factor(rep_len(c("low", "mid", "high"), 66), c("low", "mid", "high")))
  folder <- parquet_folder(parts)
  guarded <- guard(model)
  class <- as.data.frame(score_dataset(guarded, folder, withr_folder(), type = "class"))
  expect_identical(class$.pred_class, as.character(safe_predict(model, all_rows[five], type = "class")))
  prob <- as.data.frame(score_dataset(guarded, folder, withr_folder(), type = "prob"))
  expect_named(prob, c(names(all_rows), ".pred_low", ".pred_mid", ".pred_high"))
  raw <- as.data.frame(score_dataset(model, folder, withr_folder(), keep = "id"))
  expect_type(raw$.pred, "list")
  expect_equal(do.call(rbind, raw$.pred), safe_predict(model, all_rows[five]), tolerance = 1e-6)
})

test_that("fits of tidymodels, whose preparation runs in R alone, are refused", {
  fit <- structure(list(fit = dense(), spec = list(engine = "keras")), class = c("_keras", "model_fit"))
  refused("kerasguard_error_structure_model", score_dataset(fit, parquet_folder(parts), withr_folder(), columns = five))
})

test_that("csv files come and go as csv", {
  folder <- withr_folder()
  dir.create(folder)
  write.csv(parts[[1]], file.path(folder, "one.csv"), row.names = FALSE)
  model <- dense(units = 2L)
  scored <- score_dataset(model, folder, withr_folder(), columns = five)
  found <- read.csv(file.path(scored$output_path, "one.csv"), check.names = FALSE)
  expect_named(found, c(names(parts[[1]]), ".pred_1", ".pred_2"))
  expect_equal(unname(as.matrix(found[7:8])), safe_predict(model, parts[[1]][five]), tolerance = 1e-5)
  expect_equal(as.data.frame(scored), found, tolerance = 1e-12)
})

test_that("columns of Arrow become R's, each value as it is", {
  folder <- withr_folder()
  dir.create(folder)
  reticulate::py_run_string(sprintf("
import datetime, decimal, pyarrow as pa, pyarrow.parquet as pq
columns = {
    'a': pa.array([1.0, 2.0, 3.0]), 'int': pa.array([1, None, -5], 'int64'), 'large': pa.array([2**40, None, 1]),
    'huge': pa.array([2**53 + 1, None, 1]), 'unsigned': pa.array([2**64 - 1, 0, None], 'uint64'),
    'edge': pa.array([-2**31, 0, None], 'int32'), 'flag': pa.array([True, None, False]),
    'single': pa.array([1.5, None, float('nan')], 'float32'), 'text': pa.array(['x', None, '\\u00fc']),
    'level': pa.array(['v', None, 'u']).dictionary_encode(), 'day': pa.array([datetime.date(2024, 2, 29), None, None]),
    'zoned': pa.array([1709164800500, None, 0], pa.timestamp('ms', 'Europe/Vienna')),
    'plain': pa.array([1709164800500000, None, 0], pa.timestamp('us')), 'took': pa.array([90, None, 0], pa.duration('s')),
    'clock': pa.array([3600000, None, 0], pa.time32('ms')), 'price': pa.array([decimal.Decimal('1.25'), None, None]),
    'list': pa.array([[1, 2], None, []]), 'deep': pa.array([[[1.0], []], None, [[2.0, None]]]), 'none': pa.nulls(3),
}
pq.write_table(pa.table(columns), '%s/types.parquet')
pq.write_table(pa.table({'a': [1.0], 'map': [{'x': 1}], 'bytes': [b'1']}), '%s-strange.parquet')
", folder, folder))
  scored <- score_dataset(dense(1), folder, withr_folder(), columns = "a")
  rows <- as.data.frame(scored)
  expect_identical(rows$int, c(1L, NA, -5L))
  expect_identical(rows$large, c(2^40, NA, 1))
  expect_identical(rows$huge, c("9007199254740993", NA, "1"))
  expect_identical(rows$unsigned, c("18446744073709551615", "0", NA))
  expect_identical(rows$edge, c(-2^31, 0, NA))
  expect_identical(rows$flag, c(TRUE, NA, FALSE))
  expect_identical(is.na(rows$single) & !is.nan(rows$single), c(FALSE, TRUE, FALSE))
  expect_true(is.nan(rows$single[3]))
  expect_identical(rows$text, c("x", NA, "\u00fc"))
  expect_identical(rows$level, factor(c("v", NA, "u"), c("v", "u")))
  expect_identical(rows$day, as.Date(c("2024-02-29", NA, NA)))
  time <- as.POSIXct(1709164800.5, origin = "1970-01-01", tz = "UTC")
  expect_equal(rows$plain[1], time)
  expect_equal(as.numeric(rows$zoned[1]), as.numeric(time))
  expect_identical(attr(rows$zoned, "tzone"), "Europe/Vienna")
  expect_identical(rows$took, as.difftime(c(90, NA, 0), units = "secs"))
  expect_identical(rows$clock, as.difftime(c(3600, NA, 0), units = "secs"))
  expect_identical(rows$price, c(1.25, NA, NA))
  expect_identical(rows$list, list(1:2, NULL, integer()))
  expect_identical(rows$deep, list(list(1, numeric()), NULL, list(c(2, NA))))
  expect_identical(rows$none, c(NA, NA, NA))
  expect_identical(as.data.frame(scored, columns = c(".pred", "a")), rows[c(".pred", "a")])
  error <- refused("kerasguard_error_score_rows_columns", as.data.frame(scored, columns = c("a", "zz")))
  expect_match(conditionMessage(error), "as.data.frame(scored, columns = COLUMNS)", fixed = TRUE)
  strange <- score_dataset(dense(1), paste0(folder, "-strange.parquet"), withr_folder(), columns = "a")
  error <- refused("kerasguard_error_score_rows_kind", as.data.frame(strange))
  expect_match(conditionMessage(error), "map.*bytes|bytes.*map")
  expect_named(as.data.frame(strange, columns = c("a", ".pred")), c("a", ".pred"))
})

test_that("results without rows are a data frame without rows", {
  scored <- score_dataset(dense(), parquet_folder(list(rows_of(1)[0, ])), withr_folder(), columns = five)
  rows <- as.data.frame(scored)
  expect_identical(dim(rows), c(0L, 7L))
})

test_that("progress is drawn in R, in rows of all files", {
  drawn <- character()
  rlang::with_options(
    drawn <- utils::capture.output(
      invisible(score_dataset(dense(), parquet_folder(parts), withr_folder(), columns = five, verbose = 1, batch_rows = 5)),
      type = "message"
    ),
    cli.dynamic = FALSE
  )
  expect_type(drawn, "character")
  expect_null(kerasguard:::progress_bar("auto", doing = "Scoring")) # tests are not interactive
  bar <- kerasguard:::progress_bar(1, doing = "Scoring")
  bar(1e10, 3e10) # beyond R's integers
  expect_identical(environment(bar)$rows, NULL)
  kerasguard:::close_progress(bar)
  expect_silent(kerasguard:::close_progress(NULL))
})

test_that("an interrupt ends it cleanly, and the same call goes on", {
  skip_on_os("windows")
  folder <- parquet_folder(rep(list(rows_of(2e5)), 8))
  out <- withr_folder()
  script <- withr_tempfile(".R")
  writeLines(c(
    "library(kerasguard)",
    "keras <- reticulate::import(\"keras\")",
    "keras$utils$set_random_seed(1L)",
    "layers <- list(keras$Input(shape = list(5L)), keras$layers$Dense(2000L, \"relu\"), keras$layers$Dense(1L))",
    "model <- keras$Sequential(layers)",
    sprintf("score <- function() score_dataset(model, \"%s\", \"%s\", columns = letters[1:5], batch_rows = 5000)", folder, out),
    "stopped <- tryCatch({ score(); FALSE }, interrupt = function(e) TRUE)",
    sprintf("left <- setdiff(list.files(\"%s\", all.files = TRUE), c(\".\", \"..\"))", out),
    "cat(stopped, any(grepl(\"tmp|_SUCCESS\", left)), sum(grepl(\"^part\", left)) < 8, \"\\n\")",
    "again <- score()",
    "cat(again$files_resumed >= 1, again$rows)"
  ), script)
  command <- sprintf(
    "'%s' '%s' & run=$!; while ! [ -e '%s/part-1.parquet' ]; do sleep 0.1; done; kill -INT $run; wait $run",
    file.path(R.home("bin"), "Rscript"), script, out
  )
  printed <- system2("sh", c("-c", shQuote(command)), stdout = TRUE, stderr = FALSE)
  expect_identical(trimws(tail(printed, 2)), c("TRUE FALSE TRUE", "TRUE 1600000"))
})

test_that("a Python without pyarrow is told of, with the line that brings it", {
  skip_on_os("windows")
  python <- environment_without("pyarrow")
  code <- c(
    "keras <- reticulate::import('keras')",
    "model <- keras$Sequential(list(keras$Input(shape = list(2L)), keras$layers$Dense(1L)))",
    "found <- tryCatch(score_dataset(model, 'in', 'out'), error = identity)"
  )
  error <- in_fresh_r(code, RETICULATE_PYTHON = python)
  expect_s3_class(error, c("kerasguard_error_environment_files", "kerasguard_error_environment"), exact = FALSE)
  expect_match(conditionMessage(error), "install_kerasguard(files = TRUE)", fixed = TRUE)
})

test_that("what is no data frame of Spark is refused, with the way that works", {
  model <- dense()
  held <- list(
    score_java = structure(list(), class = c("tbl_spark", "tbl_sql", "tbl_lazy", "tbl")),
    score_java = structure(list(), class = c("spark_jobj", "shell_jobj")),
    score_java = structure(list(), class = "SparkDataFrame"), spark_frame = iris, spark_frame = NULL,
    spark_frame = numbers(2, 5), score_path_frame = "data.parquet"
  )
  for (i in seq_along(held)) {
    my_data <- held[[i]]
    error <- refused(paste0("kerasguard_error_", names(held)[i]), score_frame(model, my_data))
    expect_match(conditionMessage(error), "`my_data` must be", fixed = TRUE)
    expect_match(conditionMessage(error), "score_dataset\\(|safe_predict\\(model, my_data\\)")
  }
  expect_match(conditionMessage(tryCatch(score_frame(model, held[[1]]), error = identity)), "sparklyr::spark_write_parquet(frame", fixed = TRUE)
  expect_match(conditionMessage(tryCatch(score_frame(model, held[[3]]), error = identity)), "SparkR::write.parquet(frame", fixed = TRUE)
})

test_that("Spark gives the very numbers of this machine, of files and of a data frame", {
  skip_without_spark()
  model <- dense()
  folder <- parquet_folder(parts)
  in_order <- function(rows) rows[order(rows$id), , drop = FALSE]
  here <- as.data.frame(score_dataset(model, folder, withr_folder(), columns = five))
  there <- score_dataset(model, folder, withr_folder(), columns = five, engine = "spark")
  expect_identical(there$rows, 66)
  expect_equal(in_order(as.data.frame(there)), here, ignore_attr = "row.names", tolerance = 0)

  sql <- reticulate::import("pyspark.sql")
  # a machine's own name need not be known anywhere
  reticulate::import("os")$environ$setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
  session <- sql$SparkSession$builder$master("local[2]")$config("spark.ui.enabled", "false")$getOrCreate()
  on.exit(session$stop(), add = TRUE)
  flowers <- session$read$parquet(folder)
  scored <- score_frame(model, flowers, columns = five, keep = "id")
  expect_s3_class(scored, "pyspark.sql.dataframe.DataFrame")
  expect_identical(scored$columns, c("id", ".pred"))
  found <- vapply(scored$orderBy("id")$collect(), function(row) row[[".pred"]], 0)
  expect_identical(found, here$.pred)
  error <- refused("kerasguard_error_column", score_frame(model, flowers, columns = c("a", "zz")))
  expect_identical(as.character(conditionCall(error))[1], "score_frame")
  refused("kerasguard_error_score_names", score_frame(model, flowers, columns = 1:5))
  error <- refused("kerasguard_error_shape", score_frame(model, flowers, columns = five[1:4], keep = "id"))
  expect_match(conditionMessage(error), "score_frame\\(model, flowers, columns = COLUMNS, keep = .*id")
})
