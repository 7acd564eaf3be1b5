test_that("right inputs give predict()'s own numbers without a word", {
  model <- dense()
  x <- numbers(10, 5)
  want <- plain(model, float32(x))
  frame <- as.data.frame(x)
  forms <- list(
    matrix = x,
    frame = frame,
    tibble = tibble::as_tibble(frame),
    data.table = data.table::as.data.table(frame),
    columns = as.list(frame),
    list_of_one = list(x),
    scaled = structure(x, "scaled:center" = 1:5),
    numpy = reticulate::np_array(x),
    ts = ts(x),
    sparse = Matrix::Matrix(x, sparse = TRUE)
  )
  for (form in names(forms)) {
    expect_identical(unname(quiet(model, forms[[form]])), want, info = form)
  }
})

test_that("integers, logicals and raw bytes are numbers", {
  model <- dense()
  x <- matrix(c(0:4, 4:0), 2, byrow = TRUE)
  want <- plain(model, float32(x))
  expect_identical(quiet(model, x), want)
  expect_identical(quiet(model, structure(as.raw(x), dim = dim(x))), want)
  expect_identical(quiet(model, as.data.frame(x)), want)
  expect_identical(quiet(model, x > 2), plain(model, float32((x > 2) * 1)))
  expect_identical(quiet(model, matrix(bit64::as.integer64(0:4), 1)[0, , drop = FALSE]), want[0, , drop = FALSE])
})

test_that("arrays keep R's places: x[i, j, k] is time step j, feature k of sample i", {
  model <- lstm()
  x <- numbers(7, 5, 3)
  want <- plain(model, float32(x))
  expect_identical(quiet(model, x), want)
  for (i in 1:7) {
    one <- told("kerasguard_message_shape_one_sample", safe_predict(model, x[i, , ]))
    expect_equal(one, want[i, , drop = FALSE], tolerance = 1e-5)
  }
  flat <- t(apply(x, 1, function(sample) as.vector(t(sample))))
  expect_identical(told("kerasguard_warning_shape_flat", safe_predict(model, flat)), want)
  expect_identical(quiet(model, flat, order = "C"), want)
  expect_identical(quiet(model, matrix(x, 7), order = "F"), want)
  expect_identical(told("kerasguard_message_shape_samples_last", safe_predict(model, aperm(x, c(2, 3, 1)))), want)
  samples <- lapply(1:7, function(i) x[i, , ])
  expect_identical(told("kerasguard_message_structure_stacked", safe_predict(model, samples)), want)
})

test_that("names of flat columns decide", {
  model <- lstm()
  x <- numbers(7, 5, 3)
  flat <- as.data.frame(matrix(x, 7))
  names(flat) <- paste0(rep(c("temp", "wind", "rain"), each = 5), ".", 1:5)
  expect_identical(told("kerasguard_message_shape_flat_by_name", safe_predict(model, flat)), plain(model, float32(x)))
})

test_that("pictures without their channel or samples axis", {
  model <- conv()
  x <- numbers(4, 8, 6, 1)
  want <- plain(model, float32(x))
  expect_identical(told("kerasguard_message_shape_unit_axis", safe_predict(model, x[, , , 1])), want)
  one <- told("kerasguard_message_shape_one_sample", safe_predict(model, x[2, , , 1]))
  expect_equal(one, want[2, , drop = FALSE], tolerance = 1e-5)
  picture <- structure(aperm(x[2, , , , drop = FALSE], c(3, 2, 1, 4)), class = c("cimg", "numeric"))
  told_one <- told("kerasguard_message_shape_known_axes", safe_predict(model, picture))
  expect_equal(told_one, want[2, , drop = FALSE], tolerance = 1e-5)
})

test_that("one row taken out of a matrix is one sample", {
  model <- dense()
  x <- numbers(3, 5)
  want <- plain(model, float32(x[2, , drop = FALSE]))
  expect_identical(told("kerasguard_message_shape_one_sample", safe_predict(model, x[2, ])), want)
  record <- as.list(as.data.frame(x)[2, ])
  expect_identical(quiet(model, record), want)
  expect_identical(told("kerasguard_message_shape_one_sample", safe_predict(model, unname(record))), want)
})

test_that("several inputs, by place and by name", {
  model <- several()
  main <- numbers(4, 3)
  aux <- numbers(4, 2)
  want <- plain(model, list(float32(main), float32(aux)))
  expect_identical(quiet(model, list(main, aux)), want)
  expect_identical(quiet(model, list(aux = aux, main = main)), want)
  scalars <- several(c(age = 1L, income = 1L))
  people <- data.frame(id = 1:4, income = aux[, 1], age = aux[, 2])
  want <- plain(scalars, list(float32(aux[, 2, drop = FALSE]), float32(aux[, 1, drop = FALSE])))
  expect_identical(told("kerasguard_message_structure_columns", safe_predict(scalars, people)), want)
})

test_that("several outputs come as a list", {
  inputs <- keras$Input(shape = list(5L))
  outputs <- list(mean = layers$Dense(1L, name = "mean")(inputs), spread = layers$Dense(2L, name = "spread")(inputs))
  x <- numbers(4, 5)
  rownames(x) <- letters[1:4]
  value <- quiet(keras$Model(inputs, outputs), x)
  expect_named(value, c("mean", "spread"), ignore.order = TRUE)
  expect_identical(rownames(value$spread), letters[1:4])
  unnamed <- quiet(keras$Model(inputs, unname(outputs)), x)
  expect_identical(unname(lapply(unnamed, dim)), list(c(4L, 1L), c(4L, 2L)))
})

test_that("text goes into a text model", {
  model <- text()
  x <- c("good film", "bad")
  want <- plain(model, reticulate::np_array(array(x, 2), dtype = "object"))
  for (form in list(x, matrix(x), data.frame(review = x), as.list(x))) {
    expect_equal(unname(suppressMessages(safe_predict(model, form))), want)
  }
  refused("kerasguard_error_missing", safe_predict(model, c("good", NA)))
})

test_that("row names that R did not make up go with the rows", {
  model <- dense()
  x <- numbers(3, 5)
  expect_null(dimnames(quiet(model, as.data.frame(x))))
  named <- structure(as.data.frame(x), row.names = c("a", "b", "c"))
  expect_identical(rownames(quiet(model, named)), c("a", "b", "c"))
  rownames(x) <- c("u", "v", "w")
  expect_identical(rownames(quiet(model, x)), c("u", "v", "w"))
  cars <- quiet(dense(3), mtcars[, 1:3])
  expect_identical(rownames(cars), rownames(mtcars))
})

test_that("row names that disagree are no names", {
  model <- several()
  named <- function(x, names) structure(x, dimnames = list(names, NULL))
  main <- named(numbers(2, 3), c("a", "b"))
  expect_identical(rownames(quiet(model, list(main, numbers(2, 2)))), c("a", "b"))
  expect_identical(rownames(quiet(model, list(main, named(numbers(2, 2), c("a", "b"))))), c("a", "b"))
  expect_null(rownames(quiet(model, list(main, named(numbers(2, 2), c("u", "v"))))))
})

test_that("what R users leave in data frames", {
  model <- dense(2)
  d <- data.frame(a = c(1, 2, 4), b = c(3, 4, 9))
  d$b <- scale(d$b)
  want <- plain(model, float32(cbind(d$a, as.vector(d$b))))
  expect_identical(quiet(model, d), want)
  people <- data.frame(u = c(1, 2), v = c(3, 4), w = c(NA, "x"), z = c(1, NA))
  expect_identical(
    told("kerasguard_message_structure_columns", safe_predict(several(c(u = 1L, v = 1L)), people)),
    plain(several(c(u = 1L, v = 1L)), list(float32(matrix(1:2, 2)), float32(matrix(3:4, 2))))
  )
  sparse <- Matrix::Matrix(matrix(c(0, 1, 0, 2), 2, dimnames = list(c("p", "q"), NULL)), sparse = TRUE)
  expect_identical(rownames(quiet(model, sparse)), c("p", "q"))
})

test_that("16-bit models answer", {
  for (policy in c("mixed_float16", "mixed_bfloat16")) {
    model <- sequential(3, layers$Dense(1L, dtype = policy))
    expect_identical(dim(quiet(model, numbers(2, 3))), c(2L, 1L))
  }
})

test_that("integer64 keeps every digit", {
  ids <- bit64::as.integer64(c("9007199254740993", "9007199254740992"))
  lookup <- sequential(
    1, layers$IntegerLookup(vocabulary = reticulate::py_eval("[2**53, 2**53 + 1]", convert = FALSE)),
    dtype = "int64"
  )
  expect_identical(as.vector(suppressMessages(safe_predict(lookup, ids))), c(2, 1))
  expect_identical(as.vector(quiet(lookup, data.frame(id = ids))), c(2, 1))
})

test_that("no rows give no predictions", {
  expect_identical(dim(quiet(dense(units = 3L), numbers(2, 5)[0, ])), c(0L, 3L))
  expect_identical(dim(quiet(dense(), as.data.frame(numbers(2, 5))[0, ])), c(0L, 1L))
})

test_that("R's arguments: object, whole doubles, batch_size", {
  model <- dense()
  x <- numbers(10, 5)
  expect_identical(safe_predict(object = model, x), quiet(model, x))
  expect_identical(safe_predict(object = model, x = x), quiet(model, x))
  expect_identical(quiet(model, x, batch_size = 4), plain(model, float32(x), batch_size = 4L))
  expect_error(safe_predict(model, x, ordr = "C"), class = "rlib_error_dots_nonempty")
  refused("kerasguard_error_option_value", safe_predict(model, x, order = "X"))
  refused("kerasguard_error_option_count", safe_predict(model, x, batch_size = 0))
})

test_that("text is shown in quotes, what is no text without", {
  shown <- function(...) sub(".*, not ", "", head(rlang::cnd_message(tryCatch(safe_predict(...), error = identity)), 1))
  first <- function(...) sub("\\.\n.*", "", shown(dense(), numbers(4, 5), ...))
  expect_identical(first(order = "X"), "\"X\"")
  expect_identical(first(missing = NA), "NA")
  expect_identical(first(type = c("raw", "prob")), "c(\"raw\", \"prob\")")
  expect_identical(first(batch_size = "32"), "\"32\"")
  expect_identical(first(batch_size = 1.5), "1.5")
  expect_identical(first(batch_size = Inf), "Inf")
  expect_identical(first(repairs = TRUE), "TRUE")
})

test_that("validate_and_coerce() gives what predict() takes", {
  model <- lstm()
  x <- numbers(7, 5, 3)
  ready <- validate_and_coerce(model, matrix(x, 7), order = "F")
  expect_s3_class(ready, "numpy.ndarray")
  expect_identical(as.character(ready$dtype), "float32")
  expect_identical(plain(model, ready), plain(model, float32(x)))
})

test_that("check_input() tells all and stops nothing", {
  report <- check_input(dense(), numbers(10, 6))
  expect_false(report$ok)
  expect_identical(report$entries[[1]]$code, "shape_features")
  expect_output(print(report), "can't be predicted as it is")
  expect_true(check_input(dense(), numbers(10, 5))$ok)
})

test_that("R's data is not changed", {
  x <- numbers(4, 5)
  before <- x + 0
  safe_predict(dense(), x, verbose = 0)
  expect_identical(x, before)
})
