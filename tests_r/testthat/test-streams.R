# Datasets and generators as R users have them: with reticulate alone, as 'tfdatasets' makes them too.

tf <- reticulate::import("tensorflow")
dataset <- function(..., size = 4L) tf$data$Dataset$from_tensor_slices(reticulate::tuple(...))$batch(size)
# reticulate < 1.41 can't hand over a bare array from a generator: lists, as Keras for R has always had them
batches_of <- function(...) {
  rest <- list(...)
  reticulate::py_iterator(function() {
    if (length(rest) == 0) {
      return(NULL)
    }
    batch <- rest[[1]]
    rest <<- rest[-1]
    batch
  })
}

test_that("a dataset gives predict()'s numbers", {
  model <- dense()
  x <- numbers(10, 5)
  data <- dataset(float32(x), float32(1:10))
  expect_identical(quiet(model, data), plain(model, data))
  expect_identical(quiet(model, data), plain(model, float32(x), batch_size = 4L))
})

test_that("a generator may give list(x) or list(x, y)", {
  model <- dense()
  x <- numbers(8, 5)
  expected <- plain(model, float32(x), batch_size = 4L)
  expect_identical(quiet(model, batches_of(list(x[1:4, ]), list(x[5:8, ]))), expected)
  expect_identical(quiet(model, batches_of(list(x[1:4, ], 1:4), list(x[5:8, ], 5:8))), expected)
})

test_that("a generator gives several inputs in a list of their own", {
  model <- several()
  main <- numbers(4, 3)
  aux <- numbers(4, 2)
  expected <- plain(model, list(float32(main), float32(aux)))
  expect_identical(quiet(model, batches_of(list(list(main, aux), 1:4))), expected)
  expect_identical(quiet(model, batches_of(list(main = main, aux = aux))), expected)
})

test_that("a refusal names the batch as R counts", {
  x <- numbers(10, 5)
  x[10, 3] <- NA
  new_data <- dataset(float32(x), float32(1:10))
  model <- dense()
  error <- expect_error(safe_predict(model, new_data), class = "kerasguard_error_missing_values")
  expect_match(conditionMessage(error), "row 2, column 3", fixed = TRUE)
  expect_match(conditionMessage(error), "In batch 3 of `new_data`", fixed = TRUE)
  code <- strsplit(conditionMessage(error), "i Fix: [^\n]*:\n")[[1]][[2]]
  eval(parse(text = code))
  expect_equal(vapply(answers, nrow, 1L), c(4, 4, 1))
})

test_that("NA among integers of a generator is seen", {
  x <- matrix(1:20, 4)
  x[2, 3] <- NA
  error <- expect_error(safe_predict(dense(), batches_of(list(x))), class = "kerasguard_error_missing_values")
  expect_match(conditionMessage(error), "row 2, column 3", fixed = TRUE)
})

test_that("six columns are refused with a line that runs", {
  new_data <- dataset(float32(numbers(10, 6)), float32(1:10))
  model <- dense()
  error <- expect_error(safe_predict(model, new_data), class = "kerasguard_error_shape_features")
  expect_match(conditionMessage(error), "an n x 6 double matrix", fixed = TRUE)
  code <- sub("COLUMNS", "1:5", sub("^.*Fix: [^\n]*:\n", "", conditionMessage(error)))
  eval(parse(text = code))
  expect_equal(vapply(answers, nrow, 1L), c(4, 4, 2))
})

test_that("a shuffled dataset is warned of, and the labels of the same pass go along", {
  new_data <- dataset(float32(numbers(10, 5)), float32(1:10))$shuffle(3L)
  model <- dense()
  warning <- expect_warning(safe_predict(model, new_data), class = "kerasguard_warning_stream_shuffled")
  code <- sub("^.*Fix: [^\n]*:\n", "", conditionMessage(warning))
  eval(parse(text = code))
  expect_equal(sort(unlist(lapply(pairs, `[[`, 2))), 1:10)
})

test_that("inputs that Keras would take for targets are refused with a line that runs", {
  new_data <- dataset(float32(numbers(8, 3)), float32(numbers(8, 2)))
  model <- several()
  error <- expect_error(safe_predict(model, new_data), class = "kerasguard_error_stream_inputs")
  eval(parse(text = sub("^.*Fix: [^\n]*:\n", "", conditionMessage(error))))
  expect_equal(vapply(answers, nrow, 1L), c(4, 4))
})

test_that("an endless dataset needs steps", {
  data <- dataset(float32(numbers(8, 5)))$`repeat`()
  expect_error(safe_predict(dense(), data), class = "kerasguard_error_stream_endless")
  expect_equal(nrow(quiet(dense(), data, steps = 3)), 12)
})

test_that("a generator is not used up by check_input()", {
  data <- batches_of(list(numbers(4, 5)))
  expect_true(check_input(dense(), data)$ok)
  expect_equal(nrow(quiet(dense(), data)), 4)
  error <- expect_error(quiet(dense(), data), class = "kerasguard_error_stream_empty")
})

test_that("validate_and_coerce() gives batches one by one", {
  ready <- validate_and_coerce(dense(), dataset(float32(numbers(10, 5))))
  sizes <- reticulate::iterate(ready, function(batch) dim(reticulate::py_to_r(batch)[[1]]), simplify = FALSE)
  expect_equal(sizes, list(c(4, 5), c(4, 5), c(2, 5)))
})

test_that("progress of a stream of unknown length ends", {
  old <- options(cli.progress_show_after = 0)
  on.exit(options(old))
  expect_equal(nrow(safe_predict(dense(), batches_of(list(numbers(4, 5)), list(numbers(4, 5))), verbose = 1)), 8)
})
