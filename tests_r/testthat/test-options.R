rows_missing <- function() {
  x <- numbers(4, 5)
  x[2, 3] <- NA
  x
}

test_that("an option is the default of its argument, and an argument comes first", {
  model <- dense()
  x <- rows_missing()
  refused("kerasguard_error_missing_values", safe_predict(model, x))
  rlang::local_options(kerasguard.missing = "na_rows")
  expect_identical(is.na(safe_predict(model, x)[, 1]), c(FALSE, TRUE, FALSE, FALSE))
  refused("kerasguard_error_missing_values", safe_predict(model, x, missing = "refuse"))
  expect_true(check_input(model, x)$ok)
})

test_that("order and repairs come from options", {
  model <- lstm()
  x <- numbers(4, 15)
  expect_warning(step <- safe_predict(model, x, order = "F"), NA)
  rlang::local_options(kerasguard.order = "F")
  expect_no_warning(by_feature <- safe_predict(model, x, repairs = "quiet"))
  expect_identical(by_feature, suppressMessages(step))
  x <- numbers(5, 3) # one series, whose samples axis is added
  rlang::local_options(kerasguard.repairs = "refuse", kerasguard.order = NULL)
  refused("kerasguard_error", safe_predict(model, x))
  refused("kerasguard_error", validate_and_coerce(model, x))
  model$compile(loss = "mse")
  refused("kerasguard_error", safe_fit(model, x, numbers(1), verbose = 0))
  refused("kerasguard_error", safe_evaluate(model, x, numbers(1), verbose = 0))
  rlang::local_options(kerasguard.repairs = "quiet")
  expect_no_message(safe_predict(model, x))
  expect_message(safe_predict(model, x, repairs = "tell"), class = "kerasguard_message")
})

test_that("novel levels, batch size and progress come from options", {
  model <- dense(3)
  learn_blueprint(model, data.frame(size = factor(c("big", "small")), width = 1:2), NULL) |> suppressWarnings()
  new <- data.frame(size = factor(c("big", "huge")), width = 1:2)
  refused("kerasguard_error_column_novel_levels", safe_predict(model, new))
  rlang::local_options(kerasguard.novel_levels = "missing", kerasguard.missing = "na_rows")
  rlang::local_options(kerasguard.repairs = "quiet")
  expect_identical(is.na(suppressWarnings(safe_predict(model, new))[, 1]), c(FALSE, TRUE))
  rlang::local_options(kerasguard.batch_size = 2.5)
  refused("kerasguard_error_option_count", safe_predict(dense(), numbers(4, 5)))
  expect_identical(dim(safe_predict(dense(), numbers(4, 5), batch_size = 2)), c(4L, 1L))
})

test_that("a value that an option can't have is refused with the option's name", {
  model <- dense()
  model$compile(loss = "mse")
  x <- numbers(4, 5)
  calls <- list(
    repairs = quote(safe_predict(model, x)), missing = quote(check_or_stop(model, x)),
    order = quote(safe_predict(model, x)),
    novel_levels = quote(validate_and_coerce(model, x)), batch_size = quote(safe_predict(model, x)),
    verbose = quote(safe_predict(model, x)), verbose = quote(safe_fit(model, x, numbers(4))),
    repairs = quote(safe_evaluate(model, x, numbers(4))), missing = quote(safe_fit(model, x, numbers(4)))
  )
  check_or_stop <- function(model, x) {
    refusals <- Filter(function(entry) entry$level == "refusal", check_input(model, x)$entries)
    kerasguard:::signal_report(list(problem = c(refusals, list(NULL))[[1]]))
  }
  for (i in seq_along(calls)) {
    option <- paste0("kerasguard.", names(calls)[i])
    rlang::with_options(
      {
        error <- refused("kerasguard_error", eval(calls[[i]]))
        expect_match(error$report$code, "^option_")
        expect_match(conditionMessage(error), sprintf("the option `%s`", option), fixed = TRUE)
        code <- error$report$lines[error$report$symbols == " "]
        eval(parse(text = code[1])) # the fix for the session
        expect_no_error(eval(calls[[i]]))
      },
      !!!rlang::set_names(list("loud"), option)
    )
  }
})

test_that("a value of the call's own is not said to be an option's", {
  rlang::local_options(kerasguard.repairs = "quiet")
  error <- refused("kerasguard_error_option_value", safe_predict(dense(), numbers(4, 5), repairs = "loud"))
  expect_no_match(conditionMessage(error), "kerasguard.repairs", fixed = TRUE)
})

test_that("rows of NA as an option are for predictions only", {
  rlang::local_options(kerasguard.missing = "na_rows")
  model <- dense()
  model$compile(loss = "mse")
  expect_no_error(safe_fit(model, numbers(4, 5), numbers(4), verbose = 0))
  expect_no_error(safe_evaluate(model, numbers(4, 5), numbers(4), verbose = 0))
  expect_no_error(validate_and_coerce(model, numbers(4, 5)))
  refused("kerasguard_error_missing_values", safe_fit(model, rows_missing(), numbers(4), verbose = 0))
  refused("kerasguard_error_option_value", safe_fit(model, numbers(4, 5), numbers(4), missing = "na_rows"))
})

test_that("progress that is none of Keras' is refused", {
  refused("kerasguard_error_option_value", safe_predict(dense(), numbers(4, 5), verbose = "loud"))
  refused("kerasguard_error_option_value", safe_predict(dense(), numbers(4, 5), verbose = NA))
  expect_no_error(safe_predict(dense(), numbers(4, 5), verbose = FALSE))
})

test_that("every option has a help page, and none is set by loading", {
  before <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(
    "library(kerasguard); cat(sum(grepl('^kerasguard', names(options()))))"
  )), stdout = TRUE, stderr = FALSE)
  expect_identical(before, "0")
  functions <- list(safe_predict, validate_and_coerce, check_input, safe_fit, safe_evaluate)
  option_of <- function(default) {
    if (is.call(default) && identical(default[[1]], quote(getOption))) default[[2]]
  }
  used <- unlist(lapply(functions, function(f) lapply(formals(f), option_of)))
  expect_setequal(used, paste0("kerasguard.", kerasguard:::option_names))
})
