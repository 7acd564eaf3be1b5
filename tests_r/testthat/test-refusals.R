na_at <- function(x, i, j) {
  x[i, j] <- NA
  x
}
whole <- matrix(1:15, 3, dimnames = list(NULL, letters[1:5]))

test_that("NA is seen before it crosses the border", {
  model <- dense()
  cases <- list(
    integer = na_at(whole, 2, 3), logical = na_at(whole > 4, 2, 3), double = na_at(whole + 0.5, 2, 3),
    frame = as.data.frame(na_at(whole, 2, 3)), logical_frame = as.data.frame(na_at(whole > 4, 2, 3)),
    tibble = tibble::as_tibble(na_at(whole, 2, 3))
  )
  for (x in cases) {
    error <- refused("kerasguard_error_missing_values", safe_predict(model, x))
    expect_match(conditionMessage(error), "row 2, column 3 (`c`)", fixed = TRUE)
  }
  all_na <- as.data.frame(whole)
  all_na$c <- NA
  refused("kerasguard_error_missing", safe_predict(model, all_na))
  refused("kerasguard_error_missing", safe_predict(model, c(1L, NA, 3L, 4L, 5L)))
  refused("kerasguard_error_missing", safe_predict(model, list(1, NA, 3L, 4L, 5L)))
  refused("kerasguard_error_missing", safe_predict(model, bit64::as.integer64(c(1, NA, 3, 4, 5))))
  many <- refused("kerasguard_error_missing", safe_predict(model, matrix(NA_integer_, 30, 5)))
  expect_match(conditionMessage(many), "150 are missing")
  expect_match(conditionMessage(many), "and 145 more")
})

test_that("NA in lists of samples is seen", {
  three <- dense(3)
  for (x in list(list(c(1L, NA, 3L)), list(a = c(1L, NA, 3L)), list(list(1L, NA_integer_, 3L)), list(c(TRUE, NA, FALSE)))) {
    refused("kerasguard_error_missing", safe_predict(three, x))
  }
  refused("kerasguard_error_missing", safe_predict(lstm(5, 2), list(matrix(c(1L, NA), 5, 2))))
  refused("kerasguard_error_missing", safe_predict(text(), list(c("a", NA))))
  refused("kerasguard_error", safe_predict(several(c(u = 3L, v = 2L)), list(list(c(1L, NA, 3L)), list(c(1L, 2L)))))
})

test_that("odd objects are refused in words", {
  refused("kerasguard_error", safe_predict(dense(2), numeric_version("1.2")))
  refused("kerasguard_error", safe_predict(dense(), numbers(2, 5), order = y ~ x))
  refused("kerasguard_error", safe_predict(dense(), numbers(2, 5), batch_size = NA))
  refused("kerasguard_error", safe_predict(dense(), numbers(2, 5), order = c("C", "F")))
  refused("kerasguard_error_load", safe_load_model(NA))
  refused("kerasguard_error_load", safe_load_model(mean))
})

test_that("columns that are no numbers are named", {
  model <- dense()
  frame <- as.data.frame(whole)
  with <- function(column) {
    frame$b <- column
    frame
  }
  cases <- list(
    column_category = factor(c("u", "v", "u")), column_text = c("u", "v", "u"), column_date = Sys.Date() + 0:2,
    column_date = Sys.time() + 0:2, column_duration = as.difftime(1:3, units = "mins"), column_complex = 1:3 + 1i,
    column_list = I(list(1, 2, 3)), column_category = ordered(c("10", "20", "10")), column_list = I(diag(3))
  )
  for (i in seq_along(cases)) {
    error <- refused(paste0("kerasguard_error_", names(cases)[i]), safe_predict(model, with(cases[[i]])))
    expect_match(conditionMessage(error), "`b`", fixed = TRUE)
  }
})

test_that("what is no data and what is no model", {
  model <- dense()
  x <- numbers(2, 5)
  expect_error(safe_predict(model), "`x`")
  for (wrong in list(NULL, mean, quote(a), new.env(), y ~ x, list(), list(mean), expression(a))) {
    refused("kerasguard_error", safe_predict(model, wrong))
  }
  for (wrong in list(NULL, mean, 3, "model.keras", list(), keras, new.env(), y ~ x, quote(a), data.frame(a = factor("u")))) {
    error <- refused("kerasguard_error_structure_model", safe_predict(wrong, x))
    expect_no_match(conditionMessage(error), "NoneType|dict|str\\b")
  }
  refused("kerasguard_error_structure_swapped", safe_predict(x, model))
  error <- expect_error(safe_predict(x[1:2, ], model), class = "kerasguard_error_structure_swapped")
  expect_match(conditionMessage(error), "safe_predict(model, X)", fixed = TRUE)
})

test_that("a model from readRDS() is a dead pointer", {
  file <- withr_tempfile()
  saveRDS(dense(), file)
  model <- readRDS(file)
  refused("kerasguard_error_structure", safe_predict(dense(), model))
  refused("kerasguard_error_structure", safe_predict(dense(), list(model)))
  for (f in list(safe_predict, validate_and_coerce, check_input)) {
    refused("kerasguard_error_model_null_pointer", f(model, numbers(2, 5)))
  }
})

test_that("a refusal leaves the model as it was", {
  model <- lstm()
  for (wrong in list(numbers(10, 6), numbers(10, 7, 3), AirPassengers, NULL)) {
    refused("kerasguard_error", safe_predict(model, wrong))
  }
  expect_null(model$predict_function)
  expect_identical(dim(quiet(model, numbers(2, 5, 3))), c(2L, 1L))
})

test_that("conditions carry classes, the report and the user's call", {
  model <- dense()
  test_data <- numbers(10, 6)
  error <- refused("kerasguard_error_shape_features", safe_predict(model, test_data))
  expect_s3_class(error, c("kerasguard_error_shape_features", "kerasguard_error_shape", "kerasguard_error"))
  expect_identical(error$report$code, "shape_features")
  expect_identical(as.character(error$call)[1], "safe_predict")
  expect_match(conditionMessage(error), "`test_data` must have 5 features per sample, not 6.", fixed = TRUE)
  expect_lt(nchar(conditionMessage(error)), 1000)
})

test_that("library(kerasguard) starts no Python", {
  code <- "library(kerasguard); cat(reticulate::py_available())"
  out <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE, stderr = FALSE)
  expect_identical(out, "FALSE")
})
