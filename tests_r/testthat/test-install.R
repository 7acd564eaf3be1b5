# What the core needs of Python: the same as pyproject.toml says, declared, missed and installed, in sessions of their own.

declared <- function() {
  lines <- readLines(test_path("..", "..", "pyproject.toml"))
  list(
    packages = strsplit(gsub(".*\\[|\\].*|\"| ", "", grep("^dependencies", lines, value = TRUE)), ",")[[1]],
    python = sub("^requires-python = \"(.*)\"$", "\\1", grep("^requires-python", lines, value = TRUE))
  )
}

test_that("R asks for what pyproject.toml says", {
  expect_setequal(kerasguard:::core_needs(), declared()$packages)
  expect_identical(kerasguard:::python_needed, declared()$python)
})

test_that("an old reticulate gets numpy 1 and what goes with it", {
  is_old <- packageVersion("reticulate") < "1.38"
  for (tensorflow in list(FALSE, TRUE, "tensorflow-cpu==2.20")) {
    packages <- kerasguard:::wanted_packages(tensorflow)
    expect_identical("numpy>=1.26,<2" %in% packages, is_old)
    expect_identical("ml_dtypes<0.6" %in% packages, is_old) # Keras has brought it, where TensorFlow is not asked for
    expect_identical("pandas>=2,<3" %in% packages, packageVersion("reticulate") < "1.45")
    expect_true(all(c("numpy", "pandas", "narwhals") %in% sub("[<>=].*", "", packages)))
    expect_identical(anyDuplicated(sub("[<>=].*", "", packages)), 0L)
    expect_identical(any(grepl("^tensorflow", packages)), !isFALSE(tensorflow))
  }
})

test_that("where pip may not install, the line makes an environment that later sessions find, too", {
  facts <- list(host = "r", probed = "yes", python = "3.11.2", python_path = "/p", backend = "tensorflow")
  line <- function(...) kerasguard:::install_line("tensorflow", c(facts, externally_managed = "yes", ...))
  expect_identical(line(), "install_kerasguard(\"r-reticulate\", tensorflow = TRUE)")
  expect_match(line(chosen = "yes"), "in each session.*RETICULATE_PYTHON")
})

skip_on_os("windows")

test_that("the session is not started, and the user's choice stays", {
  bare <- make_environment()
  code <- c(
    "stopifnot(!reticulate::py_available())",
    "require <- get0('py_require', asNamespace('reticulate'))",
    "found <- list(python = reticulate::py_discover_config()$python, asked = if (is.function(require)) require())",
    "stopifnot(!reticulate::py_available())"
  )
  found <- in_fresh_r(code, RETICULATE_PYTHON = bare)
  expect_identical(found$python, bare)
  chosen <- in_fresh_r(c(sprintf("reticulate::use_virtualenv('%s')", dirname(dirname(bare))), code), RETICULATE_PYTHON = NA)
  expect_identical(chosen$python, bare)
  running <- in_fresh_r(
    "found <- list(python = reticulate::py_config()$python)",
    RETICULATE_PYTHON = bare, first = c("reticulate::py_config()", "library(kerasguard)")
  )
  expect_identical(running$python, bare)
  skip_if(packageVersion("reticulate") < "1.41", "reticulate has no py_require()")
  expect_setequal(found$asked$packages, c("numpy", kerasguard:::core_needs()))
  expect_identical(found$asked$python_version, declared()$python)
  expect_no_match(found$asked$packages, "keras$|tensorflow")
})

test_that("a Python with Keras alone predicts; what needs more is refused with the line that mends it", {
  python <- environment_without("pandas")
  model <- c(
    "keras <- reticulate::import('keras')",
    "model <- keras$Sequential(list(keras$Input(shape = list(2L)), keras$layers$Dense(1L)))"
  )
  numbers <- c(model, "found <- safe_predict(model, data.frame(a = c(1, 1), b = c(0, 0))) - safe_predict(model, cbind(c(1, 1), 0))")
  expect_identical(in_fresh_r(numbers, RETICULATE_PYTHON = python), matrix(0, 2))

  text <- c(
    model, "x <- data.frame(a = 1:2, b = c('u', 'v'))",
    "found <- tryCatch(learn_blueprint(model, x), error = identity)"
  )
  error <- in_fresh_r(text, RETICULATE_PYTHON = python)
  expect_s3_class(error, c("kerasguard_error_environment_requirement", "kerasguard_error_environment"), exact = FALSE)
  expect_match(conditionMessage(error), "install_kerasguard()", fixed = TRUE)

  index <- system2(python, c("-m", "pip", "download", "-q", "--no-deps", "-d", tempfile(), "pandas"), stderr = FALSE)
  skip_if(index != 0, "no package index")
  in_fresh_r("found <- install_kerasguard(restart_session = FALSE)", RETICULATE_PYTHON = python)
  expect_false(inherits(in_fresh_r(text, RETICULATE_PYTHON = python), "kerasguard_error_environment"))
})
