# type = "class" and "prob": factors and data frames with the levels of training.

abc <- c("a", "b", "c")
sorter <- function(...) taught(dense(5, 3L, "softmax"), seen(abc, ...))
decider <- function() taught(dense(5, 1L, "sigmoid"), seen("no", "yes", form = "binary"))
x <- numbers(20, 5)

greatest <- function(raw, levels) factor(levels[max.col(raw, "first")], levels)

test_that("classes are a factor with all levels of training", {
  model <- sorter()
  raw <- plain(model, float32(x))
  expect_identical(quiet(model, x, type = "class"), greatest(raw, abc))
  ordered <- quiet(sorter(ordered = TRUE), x, type = "class")
  expect_identical(ordered, factor(greatest(raw, abc), levels = abc, ordered = TRUE))
  expect_identical(quiet(model, as.data.frame(x), type = "class"), greatest(raw, abc))
  expect_identical(quiet(model, x, type = "raw"), quiet(model, x))
})

test_that("probabilities are a data frame as in tidymodels", {
  model <- sorter()
  raw <- plain(model, float32(x))
  table <- quiet(model, x, type = "prob")
  expect_s3_class(table, "data.frame")
  expect_identical(inherits(table, "tbl_df"), rlang::is_installed("tibble"))
  expect_identical(names(table), paste0(".pred_", abc))
  expect_identical(unname(as.matrix(table)), raw)
  two <- quiet(decider(), x, type = "prob")
  expect_identical(names(two), c(".pred_no", ".pred_yes"))
  expect_identical(two$.pred_no + two$.pred_yes, rep(1, 20))
  odd <- taught(dense(5, 2L, "softmax"), seen("not yet", "2 cm"))
  expect_identical(names(quiet(odd, x, type = "prob")), c(".pred_not yet", ".pred_2 cm"))
})

test_that("levels that are numbers or logicals are written as R writes them", {
  flags <- taught(dense(5, 1L, "sigmoid"), seen(FALSE, TRUE, form = "binary"))
  expect_identical(levels(quiet(flags, x, type = "class")), c("FALSE", "TRUE"))
  expect_identical(names(quiet(flags, x, type = "prob")), c(".pred_FALSE", ".pred_TRUE"))
  sizes <- taught(dense(5, 3L, "softmax"), seen(1, 2, 2.5))
  expect_identical(levels(quiet(sizes, x, type = "class")), c("1", "2", "2.5"))
})

test_that("one unit is the second class from the threshold on", {
  model <- decider()
  raw <- plain(model, float32(x))[, 1]
  for (threshold in list(0, 0.4, 0.5, 1L)) {
    expected <- factor(ifelse(raw >= threshold, "yes", "no"), c("no", "yes"))
    expect_identical(quiet(model, x, type = "class", threshold = threshold), expected)
  }
  expect_identical(quiet(model, x, type = "class", threshold = NULL), quiet(model, x, type = "class"))
  for (threshold in list(2, -0.1, "a", TRUE, FALSE, NA, c(0.1, 0.2), NaN)) {
    error <- refused("kerasguard_error_option_threshold", safe_predict(model, x, type = "class", threshold = threshold))
    expect_no_match(conditionMessage(error), "None|nan|False")
  }
  refused("kerasguard_error_option_threshold_unused", safe_predict(model, x, threshold = 0.3))
  refused("kerasguard_error_option_threshold_unused", safe_predict(sorter(), x, type = "class", threshold = 0.3))
  expect_match(conditionMessage(refused("kerasguard_error_option_value", safe_predict(model, x, type = NULL))), "NULL")
})

test_that("numbers are .pred", {
  expect_identical(names(quiet(taught(dense(), seen()), x, type = "prob")), ".pred")
  named <- taught(dense(5, 2L), seen(names = c("width", "height")))
  expect_identical(names(quiet(named, x, type = "prob")), c(".pred_width", ".pred_height"))
  expect_identical(names(quiet(taught(dense(5, 2L), seen()), x, type = "prob")), c(".pred_1", ".pred_2"))
  refused("kerasguard_error_type_numbers", safe_predict(taught(dense(), seen()), x, type = "class"))
})

test_that("no rows, one row, and rows with missing values", {
  for (model in list(sorter(), decider())) {
    classes <- levels(quiet(model, x, type = "class"))
    none <- quiet(model, x[0, ], type = "class")
    expect_identical(none, factor(character(), classes))
    table <- quiet(model, x[0, ], type = "prob")
    expect_identical(dim(table), c(0L, length(classes)))
    expect_identical(names(table), paste0(".pred_", classes))
    one <- x[1, , drop = FALSE]
    expect_identical(quiet(model, one, type = "class"), quiet(model, x, type = "class")[1])
    expect_identical(nrow(quiet(model, one, type = "prob")), 1L)
    holes <- x
    holes[3, 2] <- NA
    found <- quiet(model, holes, type = "class", missing = "na_rows")
    expect_identical(which(is.na(found)), 3L)
    expect_identical(levels(found), classes)
    expect_identical(found[-3], quiet(model, x, type = "class")[-3])
    table <- quiet(model, holes, type = "prob", missing = "na_rows")
    expect_identical(unname(which(is.na(table[[1]]) & is.na(table[[2]]))), 3L)
  }
})

test_that("tables are tibbles where tibble is installed, else data frames with the row names of x", {
  frame <- as.data.frame(x)
  rownames(frame) <- paste0("row", 1:20)
  table <- quiet(sorter(), frame, type = "prob")
  expect_identical(rownames(table), if (inherits(table, "tbl_df")) as.character(1:20) else rownames(frame))
  expect_null(names(quiet(sorter(), frame, type = "class")))

  # another R, whose library has all packages but tibble
  library <- tempfile("library")
  dir.create(library)
  on.exit(unlink(library, recursive = TRUE))
  packages <- list.files(setdiff(.libPaths(), .Library), full.names = TRUE)
  packages <- packages[basename(packages) != "tibble" & !duplicated(basename(packages))]
  file.symlink(packages, file.path(library, basename(packages)))
  code <- tempfile(fileext = ".R")
  writeLines(c(
    "stopifnot(!requireNamespace('tibble', quietly = TRUE))",
    "made <- function(names) {",
    "  x <- list(matrix(0, 2, 1, dimnames = list(names, NULL)))",
    "  table <- kerasguard:::as_table(matrix(1:4 / 4, 2), c('.pred_a', '.pred_2 cm'))",
    "  dput(kerasguard:::name_rows(table, x, TRUE))",
    "}",
    "made(c('u', 'v'))",
    "made(c('u', 'u'))",
    "made(NULL)"
  ), code)
  here <- paste0(c("R_LIBS=", "R_LIBS_SITE=", "R_LIBS_USER="), library)
  printed <- system2(file.path(R.home("bin"), "Rscript"), code, stdout = TRUE, stderr = TRUE, env = here)
  tables <- lapply(parse(text = printed), eval)
  expected <- list2DF(list(.pred_a = c(0.25, 0.5), `.pred_2 cm` = c(0.75, 1)))
  expect_equal(tables[2:3], list(expected, expected))
  rownames(expected) <- c("u", "v")
  expect_equal(tables[[1]], expected)
})

test_that("several outputs go by their names, sequences are character arrays", {
  keras$utils$set_random_seed(1L)
  inputs <- keras$Input(shape = list(5L))
  outputs <- list(kind = layers$Dense(3L, "softmax")(inputs), sure = layers$Dense(1L, "sigmoid")(inputs))
  model <- taught(keras$Model(inputs, outputs), seen(abc), seen("no", "yes", form = "binary"))
  raw <- plain(model, float32(x))
  found <- quiet(model, x, type = "class", threshold = 0.6)
  expect_identical(found$kind, greatest(raw$kind, abc))
  expect_identical(found$sure, factor(ifelse(raw$sure[, 1] >= 0.6, "yes", "no"), c("no", "yes")))
  rownames(x) <- paste0("r", 1:20)
  tables <- quiet(model, x, type = "prob")
  expect_identical(lapply(tables, names), list(kind = paste0(".pred_", abc), sure = c(".pred_no", ".pred_yes")))
  listed <- taught(keras$Model(inputs, unname(outputs)), seen(abc), seen("no", "yes", form = "binary"))
  expect_identical(quiet(listed, x, type = "class", threshold = 0.6), unname(found))
  mixed <- taught(keras$Model(inputs, list(outputs$kind, layers$Dense(1L)(inputs))), seen(abc), seen())
  refused("kerasguard_error_type_numbers", safe_predict(mixed, x, type = "class"))
  expect_identical(names(quiet(mixed, x, type = "prob")[[2]]), ".pred")

  steps <- taught(sequential(c(4, 2), layers$Dense(3L, "softmax")), seen(abc))
  y <- numbers(6, 4, 2)
  raw <- plain(steps, float32(y))
  y[2, 1, 1] <- NA
  found <- quiet(steps, y, type = "class", missing = "na_rows")
  expected <- apply(raw, 1:2, function(p) abc[which.max(p)])
  expected[2, ] <- NA
  expect_identical(found, expected)
  refused("kerasguard_error_type_rank", safe_predict(steps, y, type = "prob", missing = "na_rows"))
})

test_that("logits are recognised by the loss, or refused with both readings", {
  model <- taught(dense(5, 3L), seen(abc))
  error <- refused("kerasguard_error_type_scores", safe_predict(model, x, type = "prob"))
  expect_s3_class(error, "kerasguard_error_label")
  model$compile(loss = keras$losses$SparseCategoricalCrossentropy(from_logits = TRUE))
  raw <- plain(model, float32(x))
  expect_equal(unname(as.matrix(quiet(model, x, type = "prob"))), exp(raw) / rowSums(exp(raw)))
  expect_identical(quiet(model, x, type = "class"), greatest(raw, abc))
  one <- taught(dense(5, 1L), seen("no", "yes", form = "binary"))
  refused("kerasguard_error_type_scores", safe_predict(one, x, type = "class"))
  one$compile(loss = keras$losses$BinaryCrossentropy(from_logits = TRUE))
  expect_equal(quiet(one, x, type = "prob")$.pred_yes, plogis(plain(one, float32(x))[, 1]))
  one$compile(loss = "hinge")
  expect_identical(quiet(one, x, type = "class") == "yes", plain(one, float32(x))[, 1] > 0)
})

test_that("data in batches gives the same classes", {
  model <- sorter()
  expected <- quiet(model, x, type = "class")
  i <- 0
  generator <- reticulate::py_iterator(function() {
    i <<- i + 1
    if (i <= 4) list(x[(i - 1) * 5 + 1:5, ])
  })
  expect_identical(quiet(model, generator, type = "class"), expected)
  tf <- reticulate::import("tensorflow", convert = FALSE)
  dataset <- tf$data$Dataset$from_tensor_slices(float32(x))$batch(8L)
  expect_identical(quiet(model, dataset, type = "class"), expected)
  expect_identical(dim(quiet(model, dataset, type = "prob")), c(20L, 3L))
})

test_that("classes that are not known are refused", {
  refused("kerasguard_error_type_unlearned", safe_predict(dense(5, 3L, "softmax"), x, type = "class"))
  error <- refused("kerasguard_error_type_unlearned", safe_predict(dense(5, 3L, "softmax"), x, type = "prob"))
  expect_match(conditionMessage(error), "learn_blueprint(", fixed = TRUE)
  refused("kerasguard_error_type_classes", safe_predict(taught(dense(5, 4L, "softmax"), seen(abc)), x, type = "class"))
})
