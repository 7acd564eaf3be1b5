# Factors and text become the numbers that training had; scale() by another mean.

people <- function() {
  data.frame(
    age = c(31, 45, 28, 60), color = factor(c("red", "blue", "green", "red")), visits = c(1, 2, 3, 4)
  )
}
taught <- function(features = 3, ...) {
  model <- dense(features)
  suppressWarnings(learn_blueprint(model, people(), ...))
  model
}
codes_of <- function(x) match(as.character(x), levels(people()$color))

test_that("codes are those of training, whatever the new factor's levels", {
  x <- people()
  truth <- function(base) cbind(x$age, codes_of(x$color) - 1 + base, x$visits)
  for (base in 0:1) {
    model <- taught(label_base = base)
    expected <- plain(model, float32(truth(base)))
    expect_identical(quiet(model, x), expected)
    for (color in list(
      factor(x$color, levels = c("red", "green", "blue")), as.character(x$color),
      factor(x$color, levels = c("green", "red", "blue"), ordered = TRUE)
    )) {
      x$color <- color
      expect_identical(quiet(model, x), expected)
    }
    expect_identical(quiet(model, droplevels(x[c(1, 4), ]))[, 1], expected[c(1, 4), 1], ignore_attr = TRUE)
    told("kerasguard_message_column_order", safe_predict(model, x[3:1]))
  }
})

test_that("columns of 0 and 1 are model.matrix()'s", {
  x <- people()
  hot <- stats::model.matrix(~ color - 1, x)
  model <- dense(5)
  told("kerasguard_warning_column_layout", learn_blueprint(model, x))
  expect_identical(quiet(model, x), plain(model, float32(cbind(x$age, hot, x$visits))))
  model <- dense(4)
  told("kerasguard_warning_column_layout", learn_blueprint(model, x))
  matrix <- stats::model.matrix(~ age + color + visits, x)[, -1]
  expected <- plain(model, float32(unname(matrix)))
  expect_identical(quiet(model, x), expected)
  expect_identical(unname(quiet(model, matrix)), expected)
  expect_identical(unname(told("kerasguard_message_column_order", safe_predict(model, matrix[, 4:1]))), expected)
})

test_that("codes without a base have two readings", {
  error <- refused("kerasguard_error_column_readings", learn_blueprint(dense(3), people()))
  expect_match(conditionMessage(error), "label_base = 1", fixed = TRUE)
  expect_match(conditionMessage(error), "label_base = 0", fixed = TRUE)
  refused("kerasguard_error_option_base", learn_blueprint(dense(3), people(), label_base = 2))
})

test_that("novel levels are refused, or missing", {
  model <- taught(label_base = 1)
  x <- people()
  x$color <- c("red", "Blue", NA, "mauve")
  refused("kerasguard_error_missing_values", safe_predict(model, x))
  x$color[3] <- "green"
  error <- refused("kerasguard_error_column_novel_levels", safe_predict(model, x))
  expect_match(conditionMessage(error), "row 2, column 2 (`color`)", fixed = TRUE)
  expect_match(conditionMessage(error), "if \"blue\" is meant", fixed = TRUE)
  refused("kerasguard_error_missing_novel", safe_predict(model, x, novel_levels = "missing"))
  out <- safe_predict(model, x, novel_levels = "missing", missing = "na_rows")
  expect_identical(is.na(out[, 1]), c(FALSE, TRUE, FALSE, TRUE))
  expect_identical(out[c(1, 3), , drop = FALSE], quiet(model, x[c(1, 3), ]), ignore_attr = TRUE)
  expect_false(check_input(model, x)$ok)
  expect_true(check_input(model, x, missing = "na_rows", novel_levels = "missing")$ok)
  refused("kerasguard_error_column_novel_levels", validate_and_coerce(model, x))
})

test_that("codes in place of labels are refused", {
  model <- taught(label_base = 1)
  x <- people()
  truth <- quiet(model, x)
  x$color <- as.integer(x$color)
  error <- refused("kerasguard_error_column_codes", safe_predict(model, x))
  fix <- "x[[\"color\"]] <- c(\"blue\", \"green\", \"red\")[x[[\"color\"]]]"
  expect_match(conditionMessage(error), fix, fixed = TRUE)
  eval(parse(text = fix))
  expect_identical(quiet(model, x), truth)
  refused("kerasguard_error_column_codes", safe_predict(model, data.matrix(people())))
  expect_identical(quiet(model, unname(data.matrix(people()))), truth)
})

test_that("a factor goes to its own input as codes", {
  keras$utils$set_random_seed(1L)
  inputs <- list(keras$Input(shape = list(1L), name = "age"), keras$Input(shape = list(1L), name = "color"))
  embedded <- layers$Flatten()(layers$Embedding(3L, 2L)(inputs[[2]]))
  model <- keras$Model(inputs, layers$Dense(1L)(layers$Concatenate()(list(inputs[[1]], embedded))))
  x <- people()[1:2]
  learn_blueprint(model, x) # 3 ids: codes can't start at 1
  new <- data.frame(age = 1:2, color = c("red", "green"))
  expected <- plain(model, list(float32(matrix(1:2)), float32(matrix(c(2, 1)))))
  expect_identical(quiet(model, new), expected)
  expect_identical(quiet(model, list(age = matrix(1:2), color = factor(c("red", "green")))), expected)
})

# What the fix of a warning makes of the values before scale().
rescaled <- function(warned, RAW, model = NULL) { # nolint: object_name_linter.
  lines <- sub("^ +", "", strsplit(conditionMessage(warned), "\n")[[1]])
  eval(parse(text = grep("^[^ ]* ?(x|seen) <-", lines, value = TRUE)))
  x
}

test_that("data scaled by another mean than training's is told, and the fix runs", {
  training <- as.matrix(mtcars[1:25, c("mpg", "hp")])
  scaled <- scale(training)
  model <- dense(2)
  learn_blueprint(model, scaled)
  RAW <- as.matrix(mtcars[26:32, c("mpg", "hp")])
  right <- scale(RAW, attr(scaled, "scaled:center"), attr(scaled, "scaled:scale"))
  expected <- quiet(model, right)
  expect_identical(quiet(model, scaled), plain(model, float32(scaled)), ignore_attr = TRUE)
  quiet(model, unname(array(right, dim(right)))) # no attributes: nothing to compare
  x <- scale(RAW)
  warned <- rlang::catch_cnd(safe_predict(model, x), "kerasguard_warning_scaled_unlike")
  expect_s3_class(warned, "kerasguard_warning_scale")
  expect_equal(quiet(model, rescaled(warned, RAW)), expected, tolerance = 1e-6)

  # in another order, and with a column more
  RAW <- as.matrix(mtcars[26:32, c("wt", "hp", "mpg")])
  x <- scale(RAW)
  warned <- rlang::catch_cnd(suppressMessages(safe_predict(model, x)), "kerasguard_warning_scaled_unlike")
  expect_equal(quiet(model, rescaled(warned, RAW)), expected, tolerance = 1e-6)
})

test_that("many columns are scaled by the blueprint itself", {
  training <- as.matrix(mtcars[1:25, 1:7])
  scaled <- scale(training)
  model <- dense(7)
  learn_blueprint(model, scaled)
  RAW <- as.matrix(mtcars[26:32, 1:7])
  expected <- quiet(model, scale(RAW, attr(scaled, "scaled:center"), attr(scaled, "scaled:scale")))
  for (order in list(1:7, 7:1)) {
    x <- scale(RAW[, order])
    warned <- rlang::catch_cnd(suppressMessages(safe_predict(model, x)), "kerasguard_warning_scaled_unlike")
    expect_equal(quiet(model, rescaled(warned, RAW[, order], model)), expected, tolerance = 1e-6)
  }
})
