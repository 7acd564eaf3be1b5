# A model fitted in one language predicts the same classes in the other, whatever the order of the columns.

reversed <- function(table) table[rev(names(table))]

cars <- function() {
  table <- mtcars[c("mpg", "hp", "wt")]
  table[] <- scale(table)
  table$gear <- factor(c("three", "four", "five")[mtcars$gear - 2], levels = c("three", "four", "five"))
  table
}
engines <- function() factor(mtcars$cyl, levels = c(8, 6, 4), labels = c("eight", "six", "four"))

# Runs lines of Python in a process of its own, as the other language's user would.
in_python <- function(...) {
  script <- tempfile(fileext = ".py")
  on.exit(unlink(script))
  writeLines(c("import pandas as pd, kerasguard as kg, keras", ...), script)
  python <- reticulate::py_config()$python
  path <- paste0("PYTHONPATH=", system.file("python", package = "kerasguard"))
  # R's own libraries would stand before those that Python was built with
  system2(python, shQuote(script), stdout = TRUE, stderr = FALSE, env = c(path, "LD_LIBRARY_PATH="))
}

test_that("a model that was fitted in R predicts the same classes in Python", {
  keras <- reticulate::import("keras")
  keras$utils$set_random_seed(1L)
  model <- sequential(6L, keras$layers$Dense(8L, activation = "relu"), keras$layers$Dense(3L, activation = "softmax"))
  model$compile(optimizer = keras$optimizers$Adam(0.05), loss = "sparse_categorical_crossentropy")
  suppressMessages(safe_fit(model, cars(), engines(), epochs = 30, verbose = 0))
  here <- safe_predict(model, cars(), type = "class")
  expect_gt(mean(here == engines()), 0.5)
  file <- tempfile(fileext = ".keras")
  table <- tempfile(fileext = ".csv")
  on.exit(unlink(c(file, table)))
  safe_save_model(model, file)
  write.csv(reversed(cars()), table, row.names = FALSE)
  there <- in_python(
    "import warnings; warnings.simplefilter('ignore')",
    sprintf("model = kg.safe_load_model(%s)", deparse(file)),
    sprintf("found = kg.safe_predict(model, pd.read_csv(%s), type='class')", deparse(table)),
    "print(*found.categories)", "print(*found)"
  )
  expect_identical(strsplit(there, " "), list(levels(here), as.character(here)))
})

test_that("a model that was fitted in Python predicts the same classes in R", {
  file <- tempfile(fileext = ".h5")
  table <- tempfile(fileext = ".csv")
  on.exit(unlink(c(file, table)))
  write.csv(cbind(cars(), engine = engines()), table, row.names = FALSE)
  there <- in_python(
    "import warnings; warnings.simplefilter('ignore')",
    sprintf("data = pd.read_csv(%s)", deparse(table)),
    "x = data.drop(columns='engine')",
    "x['gear'] = pd.Categorical(x['gear'], ['three', 'four', 'five'])",
    "y = pd.Categorical(data['engine'], ['eight', 'six', 'four'], ordered=True)",
    "keras.utils.set_random_seed(1)",
    "L = keras.layers",
    "model = keras.Sequential([keras.Input((6,)), L.Dense(8, 'relu'), L.Dense(3, 'softmax')])",
    "model.compile(keras.optimizers.Adam(0.05), 'categorical_crossentropy')",
    "kg.safe_fit(model, x, y, epochs=30, verbose=0)",
    sprintf("kg.safe_save_model(model, %s)", deparse(file)),
    "print(*kg.safe_predict(model, x, type='class'))"
  )
  model <- suppressMessages(safe_load_model(file))
  here <- suppressMessages(safe_predict(model, reversed(cars()), type = "class"))
  expect_identical(strsplit(there, " ")[[1]], as.character(here))
  expect_identical(levels(here), levels(engines()))
  expect_s3_class(here, "ordered")
})
