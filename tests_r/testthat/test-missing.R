# na_rows and pass: what comes back where a value is missing.

x <- matrix(rnorm(50), nrow = 10)
x[3, 2] <- NA
x[8, 5] <- NaN
complete <- setdiff(1:10, c(3, 8))

test_that("samples with missing values come back NA, the others as without them", {
  model <- dense(5)
  out <- safe_predict(model, x, missing = "na_rows")
  expect_true(all(is.na(out[c(3, 8), ])))
  expect_equal(out[complete, , drop = FALSE], safe_predict(model, x[complete, ]))
  rownames(x) <- letters[1:10]
  expect_equal(rownames(safe_predict(model, x, missing = "na_rows")), letters[1:10])
})

test_that("NA of every type is one", {
  model <- dense(3)
  whole <- matrix(c(1L, NA, 3L, 4L, 5L, 6L), nrow = 2)
  flags <- matrix(c(TRUE, NA, FALSE, TRUE, FALSE, TRUE), nrow = 2)
  frame <- data.frame(a = c(1, 2), b = c(1L, NA), c = c(TRUE, FALSE))
  for (data in list(whole, flags, frame, frame[c("b", "c", "a")], as.data.frame(flags))) {
    out <- safe_predict(model, data, missing = "na_rows")
    expect_identical(is.na(out[, 1]), c(FALSE, TRUE))
    expect_equal(out[[1]], safe_predict(model, data[1, , drop = FALSE])[[1]])
  }
  skip_if_not_installed("bit64")
  big <- data.frame(a = bit64::as.integer64(c("5", NA)), b = c(1, 2), c = c(3, 4))
  expect_identical(is.na(safe_predict(model, big, missing = "na_rows")[, 1]), c(FALSE, TRUE))
})

test_that("pass gives NaN to the model", {
  model <- keras$Sequential(list(keras$Input(shape = list(3L)), keras$layers$Rescaling(2)))
  out <- safe_predict(model, matrix(c(1L, NA, 3L, 4L, 5L, 6L), nrow = 2), missing = "pass")
  expect_equal(out, matrix(c(2, NaN, 6, 8, 10, 12), nrow = 2))
  expect_error(safe_predict(model, x, missing = "omit"), class = "kerasguard_error_option_value")
  expect_error(
    validate_and_coerce(model, matrix(0, 2, 3), missing = "na_rows"),
    class = "kerasguard_error_option_value"
  )
})

test_that("columns are taken by the names of training", {
  model <- dense(3)
  expect_identical(learn_blueprint(model, data.frame(age = 1:2, income = 3:4, visits = 5:6)), model)
  new <- data.frame(visits = c(0.5, 1), id = c("a", "b"), age = c(2, 3), income = c(4, 5))
  expect_message(out <- safe_predict(model, new), class = "kerasguard_message_column_order")
  expect_equal(out, safe_predict(model, as.matrix(new[c("age", "income", "visits")])))
  expect_message(safe_predict(model, as.matrix(new[c("visits", "age", "income")])), class = "kerasguard_message_column_order")
  expect_no_message(safe_predict(model, unname(as.matrix(new[c("age", "income", "visits")]))))
  expect_error(safe_predict(model, new[c("visits", "age")]), class = "kerasguard_error_column_absent")
  expect_error(learn_blueprint(model, data.frame(a = 1)), class = "kerasguard_error_shape")
})

test_that("NA among whole numbers of Python objects made in R is seen", {
  whole <- matrix(1:6, 2)
  whole[2, 1] <- NA
  model <- dense(3)
  tf <- reticulate::import("tensorflow", convert = FALSE)
  made <- list(
    array = reticulate::np_array(whole), tensor = tf$constant(whole), frame = reticulate::r_to_py(as.data.frame(whole)),
    dataset = tf$data$Dataset$from_tensor_slices(whole)$batch(2L)
  )
  for (data in made) {
    expect_error(safe_predict(model, data), class = "kerasguard_error_missing")
    expect_identical(is.na(safe_predict(model, data, missing = "na_rows")[, 1]), c(FALSE, TRUE))
  }
})

test_that("records of arrays are samples, whatever their number", {
  model <- several(c(main = 2L, aux = 1L))
  records <- list(list(main = c(1, 2), aux = 3), list(aux = 6, main = c(4, 5)))
  expected <- plain(model, list(float32(rbind(c(1, 2), c(4, 5))), float32(matrix(c(3, 6)))))
  expect_equal(suppressMessages(safe_predict(model, records)), expected)
  expect_equal(suppressMessages(safe_predict(model, records[c(1, 2, 1)])), expected[c(1, 2, 1), , drop = FALSE])
})

test_that("names of a vector, a list and an array are those of training, or refused", {
  x <- matrix(rnorm(12), 4, dimnames = list(NULL, c("age", "inc", "vis")))
  model <- dense(3)
  learn_blueprint(model, x)
  turned <- x[, c(3, 1, 2)]
  wrong <- list(turned[1, ], lapply(1:4, function(i) turned[i, ]), unname(split(as.data.frame(turned), 1:4)))
  for (data in wrong) {
    error <- expect_error(safe_predict(model, data), class = "kerasguard_error_column_other_order")
    code <- tail(strsplit(conditionMessage(error), "\n")[[1]], 1)
    expect_equal(
      unname(suppressMessages(eval(parse(text = code)))[1, ]), unname(safe_predict(model, x)[1, ]),
      tolerance = 1e-6
    )
  }
  both <- list(x[1, ], x[2, c(3, 1, 2)])
  expect_error(safe_predict(dense(3), both), class = "kerasguard_error_column_orders")
  names(wrong[[1]]) <- NULL
  expect_message(safe_predict(model, wrong[[1]]), class = "kerasguard_message_shape_one_sample")
  steps <- setNames(as.data.frame(matrix(1:6 / 6, 2)), c("t3", "t2", "t1"))
  expect_error(safe_predict(lstm(3, 1), steps), class = "kerasguard_error_shape_flat_backward")
})

test_that("rows that were left out are NA, what the model answers NaN is NaN", {
  is_na <- function(x) is.na(x) & !is.nan(x)
  missing_row <- function(x) replace(x, slice.index(x, 1) == 2, NA)
  log_of <- function(shape) sequential(shape, layers$Lambda(tf_log))
  tf_log <- reticulate::import("tensorflow")$math$log
  for (shape in list(2L, c(2L, 3L))) {
    x <- array(1:24, c(if (length(shape) == 1) 12 else 4, shape)) + 0
    x[1] <- -1
    out <- safe_predict(log_of(shape), missing_row(x), missing = "na_rows")
    expect_identical(dim(out), dim(x))
    expect_identical(which(is_na(out)), which(slice.index(x, 1) == 2))
    expect_identical(which(is.nan(out)), 1L)
  }
  two <- several()
  two <- keras$Model(two$inputs, list(two$outputs[[1]], two$outputs[[1]]))
  outs <- safe_predict(two, list(numbers(3, 3), missing_row(numbers(3, 2))), missing = "na_rows")
  for (out in outs) expect_identical(c(is_na(out)), c(FALSE, TRUE, FALSE))
  model <- dense(3)
  learn_blueprint(model, numbers(3, 3))
  table <- safe_predict(model, missing_row(numbers(3, 3)), missing = "na_rows", type = "prob")
  expect_identical(is_na(table$.pred), c(FALSE, TRUE, FALSE))
})
