test_that("library() starts no Python", {
  skip_if_not_installed("callr")
  expect_false(callr::r(function() {
    library(kerasguard)
    reticulate::py_available(initialize = FALSE)
  }))
})

test_that("bad combinations are judged by the facts alone", {
  found <- kerasguard:::judge_environment(list(host = "r", r = "4.2.2", python = "3.8.1", python_path = "/p/python"))
  expect_false(found$ok)
  expect_identical(found$problems$code[1], "environment_python_old")
  expect_match(format(found), "3.8.1", fixed = TRUE, all = FALSE)
})

test_that("a machine is looked at in the time given, whatever Python it has", {
  time <- system.time(found <- check_environment(timeout = 15))[["elapsed"]]
  expect_lt(time, 60)
  expect_s3_class(found, "kerasguard_environment")
  expect_identical(found$versions$version[found$versions$what == "R"], as.character(getRversion()))
  expect_identical(found$ok, !any(found$problems$level == "refusal"))
})

test_that("missing values are seen before R's numbers become Python's", {
  seen <- kerasguard:::describe(data.frame(a = c(1L, NA), b = c(TRUE, NA), c = c("x", NA)))
  expect_identical(vapply(seen$about$items, function(item) item$na$count, 1L), c(1L, 1L, 1L))
  expect_identical(vapply(seen$about$items, function(item) item$type, ""), c("integer", "logical", "character"))
})

test_that("arguments that can't be are told without Python", {
  expect_error(safe_predict(), "model")
  expect_error(install_kerasguard(method = "by hand"), "auto")
})
