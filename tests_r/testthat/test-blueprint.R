classifier <- function(features = 4, loss = "sparse_categorical_crossentropy") {
  model <- sequential(features, layers$Dense(5L, "tanh"), layers$Dense(3L, "softmax"))
  model$compile(loss = loss)
  model
}

# another session of Python, as a colleague's
in_python <- function(..., code) {
  script <- withr_tempfile(".py", parent.frame())
  writeLines(c("import sys, warnings, kerasguard as kg, pandas as pd, keras", "warnings.simplefilter('ignore')", code), script)
  old <- Sys.getenv("PYTHONPATH")
  Sys.setenv(PYTHONPATH = system.file("python", package = "kerasguard"))
  on.exit(Sys.setenv(PYTHONPATH = old))
  lines <- system2(Sys.getenv("RETICULATE_PYTHON"), c(script, ...), stdout = TRUE, stderr = FALSE)
  sub("^> ", "", grep("^> ", lines, value = TRUE)) # TensorFlow prints as well, as R's own libraries are not Python's
}

test_that("ranges and classes of a data frame and a factor", {
  model <- classifier()
  expect_null(blueprint(model))
  flowers <- iris
  flowers$Sepal.Width[3:4] <- NA
  expect_identical(learn_blueprint(model, flowers[1:4], flowers$Species), model)
  seen <- blueprint(model)
  expect_s3_class(seen, "kerasguard_blueprint")
  columns <- seen$inputs[[1]]
  expect_s3_class(columns, "data.frame")
  expect_identical(columns$name, names(iris)[1:4])
  expect_identical(columns$type, rep("number", 4))
  for (statistic in c("min", "max", "mean", "sd")) {
    want <- vapply(flowers[1:4], function(v) match.fun(statistic)(v, na.rm = TRUE), 1)
    expect_equal(columns[[statistic]], unname(want))
  }
  expect_identical(columns$missing, c(0L, 2L, 0L, 0L))
  expect_identical(seen$outputs[[1]]$classes, levels(iris$Species))
  expect_identical(seen$outputs[[1]]$form, "codes")
  expect_false(seen$outputs[[1]]$ordered)
  expect_identical(seen$rows, 150L)
  expect_identical(seen$versions$R, as.character(getRversion()))
  expect_false(seen$stale)
})

test_that("classes as R users know them", {
  classes <- function(y, ...) {
    model <- sequential(2, layers$Dense(...))
    learn_blueprint(model, matrix(c(1, 2, 3, 4, 5, 6), 3), y)
    blueprint(model)$outputs[[1]]$classes
  }
  expect_identical(classes(c(TRUE, FALSE, TRUE), 1L, "sigmoid"), c("FALSE", "TRUE"))
  expect_identical(classes(data.frame(y = c(TRUE, FALSE, TRUE)), 1L, "sigmoid"), c("FALSE", "TRUE"))
  expect_identical(classes(c(0, 1, 1), 1L, "sigmoid"), c("0", "1"))
  expect_identical(classes(factor(c("no", "yes", NA)), 1L, "sigmoid"), c("no", "yes"))
  expect_identical(classes(c("b", "a", "b"), 1L, "sigmoid"), c("a", "b"))
  one_hot <- matrix(c(1, 0, 0, 0, 1, 0, 0, 0, 1), 3)
  expect_identical(classes(one_hot, 3L, "softmax"), c("0", "1", "2"))
  colnames(one_hot) <- c("S", "M", "L")
  expect_identical(classes(one_hot, 3L, "softmax"), c("S", "M", "L"))
  expect_identical(classes(as.data.frame(unname(one_hot)), 3L, "softmax"), c("0", "1", "2"))
  expect_identical(classes(factor(c("S", "M", "L"), c("S", "M", "L"), ordered = TRUE), 3L, "softmax"), c("S", "M", "L"))
  expect_null(classes(c(1.5, 2, 3), 1L))
})

test_that("what scale() took off is kept", {
  model <- dense(2)
  x <- scale(as.matrix(mtcars[c("mpg", "hp")]))
  learn_blueprint(model, x)
  kept <- attr(blueprint(model)$inputs[[1]], "scaled")
  expect_equal(kept, list(center = unname(attr(x, "scaled:center")), scale = unname(attr(x, "scaled:scale"))))
})

test_that("targets of other rows are refused", {
  model <- classifier()
  error <- refused("kerasguard_error_label_rows", learn_blueprint(model, iris[1:111, 1:4], iris$Species))
  expect_s3_class(error, "kerasguard_error_label")
  expect_match(conditionMessage(error), "111 rows.* 150")
  expect_null(blueprint(model))
})

test_that("a plain fit makes it stale", {
  model <- classifier()
  learn_blueprint(model, iris[1:4], iris$Species)
  model$fit(float32(as.matrix(iris[1:4])), reticulate::np_array(as.integer(iris$Species) - 1L), verbose = 0L)
  told("kerasguard_warning_blueprint_stale", safe_predict(model, iris[1:4], verbose = 0))
  quiet(model, iris[1:4])
  turned <- iris[4:1]
  for (x in list(turned, as.matrix(turned), iris)) {
    error <- refused("kerasguard_error_column_stale", safe_predict(model, x))
    code <- grep("safe_predict(", strsplit(conditionMessage(error), "\n")[[1]], fixed = TRUE, value = TRUE)
    code <- tail(code[!grepl("`", code)], 1)
    expect_equal(unname(suppressWarnings(eval(parse(text = code)))), unname(quiet(model, iris[1:4])))
  }
  expect_true(blueprint(model)$stale)
  expect_match(format(blueprint(model))[1], "other weights")
})

test_that("files carry it to Python and back", {
  model <- classifier()
  levels <- c("versicolor", "setosa", "virginica")
  learn_blueprint(model, iris[1:4], factor(iris$Species, levels))
  folder <- withr_tempfile()
  dir.create(folder)
  write.csv(iris[1:5, c(3, 1, 4, 2)], file.path(folder, "x.csv"), row.names = FALSE)
  for (name in c("m.keras", "m.h5")) {
    file <- file.path(folder, name)
    expect_identical(safe_save_model(model, file), model)
    again <- suppressMessages(safe_load_model(file))
    own <- blueprint(model)
    expect_identical(blueprint(again)$inputs, own$inputs)
    expect_identical(blueprint(again)$outputs, own$outputs)
    out <- in_python(file, file.path(folder, "x.csv"), code = c(
      "model = kg.safe_load_model(sys.argv[1])",
      "print('>', *kg.blueprint(model).outputs[0].classes)",
      "for row in kg.safe_predict(model, pd.read_csv(sys.argv[2]), verbose=0): print('>', *row)"
    ))
    expect_identical(out[1], paste(levels, collapse = " "))
    got <- as.matrix(read.table(text = out[-1]))
    expect_equal(unname(got), quiet(model, iris[1:5, 1:4]) |> unname(), tolerance = 1e-6)
  }
  made <- file.path(folder, "made.keras")
  in_python(made, file.path(folder, "x.csv"), code = c(
    "keras.utils.set_random_seed(1)",
    "L = keras.layers",
    "model = keras.Sequential([keras.Input((4,)), L.Dense(3, 'softmax')])",
    "x = pd.read_csv(sys.argv[2])",
    "kg.learn_blueprint(model, x, pd.Categorical(['lo', 'mid', 'hi', 'hi', None], ['lo', 'mid', 'hi'], ordered=True))",
    "kg.safe_save_model(model, sys.argv[1])"
  ))
  theirs <- safe_load_model(made)
  expect_identical(blueprint(theirs)$inputs[[1]]$name, names(iris)[c(3, 1, 4, 2)])
  expect_identical(blueprint(theirs)$outputs[[1]]$classes, c("lo", "mid", "hi"))
  expect_true(blueprint(theirs)$outputs[[1]]$ordered)
  out <- told("kerasguard_message_column_order", safe_predict(theirs, iris[1:5, 1:4], verbose = 0))
  expect_equal(out, quiet(theirs, iris[1:5, c(3, 1, 4, 2)]))
})

test_that("files that can't be written are refused, and those of others load without", {
  model <- classifier()
  learn_blueprint(model, iris[1:4], iris$Species)
  folder <- withr_tempfile()
  dir.create(folder)
  for (path in list("m.rds", 3, c("a.keras", "b.keras"), file.path(folder, "none", "m.keras"), folder)) {
    refused("kerasguard_error_load", safe_save_model(model, path))
  }
  refused("kerasguard_error_save_suffix", safe_save_model(model, file.path(folder, "m.rds")))
  refused("kerasguard_error_structure_model", safe_save_model(lm(mpg ~ hp, mtcars), "m.keras"))
  refused("kerasguard_error_structure_model", blueprint(NULL))
  file <- file.path(folder, "m.keras")
  safe_save_model(model, file)
  refused("kerasguard_error_save_exists", safe_save_model(model, file, overwrite = FALSE))
  zip <- reticulate::import("zipfile")$ZipFile(file, "a")
  suppressWarnings(zip$writestr("kerasguard.json", "{"))
  zip$close()
  again <- told("kerasguard_warning_load_blueprint_broken", safe_load_model(file))
  expect_null(blueprint(again))
})

test_that("it prints as R", {
  model <- sequential(3, layers$Dense(1L, "sigmoid"))
  x <- data.frame(age = c(31, 45), member = c(TRUE, FALSE), n = c(NA, 2L))
  learn_blueprint(model, x, c(TRUE, FALSE))
  printed <- capture.output(out <- withVisible(print(blueprint(model))))
  expect_false(out$visible)
  expect_match(printed, "age +number +31 to 45", all = FALSE)
  expect_match(printed, "member +boolean", all = FALSE)
  expect_match(printed, "\"FALSE\", \"TRUE\"", all = FALSE)
  expect_false(any(grepl("None|True|tuple", printed)))
  kept <- withr_tempfile(".rds")
  saveRDS(blueprint(model), kept)
  expect_identical(format(readRDS(kept)), printed)
})

test_that("inputs and outputs without names are counted from 1", {
  model <- several()
  two <- layers$Dense(2L)(model$layers[[length(model$layers)]]$output)
  model <- keras$Model(model$inputs, list(model$outputs[[1]], two))
  learn_blueprint(model, list(numbers(4, 3), numbers(4, 2)))
  printed <- format(blueprint(model))
  titles <- sub(":.*", "", grep("^Input|^Output", printed, value = TRUE))
  expect_identical(titles, c("Input 1", "Input 2", "Output 1", "Output 2"))
  expect_named(blueprint(model)$inputs, c("1", "2"))
  expect_named(blueprint(model)$outputs, c("1", "2"))
})
