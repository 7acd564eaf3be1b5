test_that("a colleague's files load and predict the same", {
  model <- dense()
  x <- numbers(4, 5)
  want <- plain(model, float32(x))
  model$compile("adam", "mse", metrics = list("mae"))
  folder <- tempfile()
  dir.create(folder)
  model$save(file.path(folder, "m.keras"))
  suppressWarnings(model$save(file.path(folder, "m.h5")))
  expect_identical(quiet(safe_load_model(file.path(folder, "m.keras")), x), want)
  old <- told("kerasguard_message_load_names", safe_load_model(file.path(folder, "m.h5")))
  expect_identical(quiet(old, x), want)
  error <- refused("kerasguard_error_load_missing", safe_load_model(file.path(folder, "n.keras")))
  expect_match(conditionMessage(error), "m.keras", fixed = TRUE)
  writeLines("units", file.path(folder, "text.h5"))
  refused("kerasguard_error_load_format", safe_load_model(file.path(folder, "text.h5")))
  refused("kerasguard_error_load", safe_load_model(NULL))
  unlink(folder, recursive = TRUE)
})

test_that("a SavedModel folder predicts, and its input is checked", {
  model <- lstm()
  x <- numbers(4, 5, 3)
  want <- plain(model, float32(x))
  folder <- tempfile()
  model$export(folder, verbose = FALSE)
  served <- told("kerasguard_message_load_servable", safe_load_model(folder))
  expect_equal(quiet(served, x), want, tolerance = 1e-6)
  expect_equal(predict(served, x), want, tolerance = 1e-6)
  expect_equal(predict(served, x, batch_size = 2), want, tolerance = 1e-6)
  expect_output(print(served), "(samples, 5, 3) float32", fixed = TRUE)
  refused("kerasguard_error_shape", safe_predict(served, numbers(4, 5, 2)))
  expect_false(check_input(served, numbers(4, 7, 3))$ok)
  unlink(folder, recursive = TRUE)
})

test_that("files of Keras 2 predict what Keras 2 predicted", {
  folder <- tempfile()
  unpack <- reticulate::import("zipfile")$ZipFile(testthat::test_path("..", "..", "tests", "files", "keras2.zip"))
  unpack$extractall(folder)
  arrays <- reticulate::import("numpy")$load(file.path(folder, "recurrent.npz"))
  for (name in c("recurrent.h5", "recurrent.keras")) {
    model <- told("kerasguard_message_load_mended", safe_load_model(file.path(folder, name)))
    expect_equal(quiet(model, arrays[["x0"]]), arrays[["y0"]], tolerance = 1e-5)
  }
  unlink(folder, recursive = TRUE)
})

test_that("what is no model, or would run code, is refused in R's words", {
  folder <- tempfile()
  dir.create(folder)
  at <- function(name) file.path(folder, name)
  saveRDS(dense(), at("m.rds"))
  error <- refused("kerasguard_error_load_rds", safe_load_model(at("m.rds")))
  expect_match(conditionMessage(error), "model$save(\"MODEL.keras\")", fixed = TRUE)
  error <- refused("kerasguard_error_load_url", safe_load_model("https://example.org/m.h5"))
  expect_match(conditionMessage(error), 'download.file("https://example.org/m.h5", "m.h5", mode = "wb")', fixed = TRUE)
  save(folder, file = at("m.RData"))
  refused("kerasguard_error_load_rds", safe_load_model(at("m.RData")))
  dense()$save_weights(at("m.weights.h5"))
  error <- refused("kerasguard_error_load_weights_only", safe_load_model(at("m.weights.h5")))
  expect_match(conditionMessage(error), "model$load_weights(", fixed = TRUE)
  writeLines("<!DOCTYPE html>", at("page.h5"))
  refused("kerasguard_error_load_format", safe_load_model(at("page.h5")))
  refused("kerasguard_error_load_folder", safe_load_model(folder))
  double <- reticulate::py_eval("lambda t: t * 2.0", convert = FALSE)
  sequential(3, layers$Lambda(double, output_shape = reticulate::tuple(3L)))$save(at("code.keras"))
  error <- refused("kerasguard_error_load_lambda", safe_load_model(at("code.keras")))
  expect_match(conditionMessage(error), "safe_mode = FALSE", fixed = TRUE)
  expect_equal(quiet(safe_load_model(at("code.keras"), safe_mode = FALSE), matrix(1, 2, 3)), matrix(2, 2, 3))
  unlink(folder, recursive = TRUE)
})

test_that("classes of the user's own are handed over by name", {
  keras_layer <- reticulate::py_run_string(paste(
    "import keras",
    "class Doubled(keras.layers.Layer):",
    "    def call(self, x): return x * 2",
    sep = "\n"
  ))$Doubled
  file <- tempfile(fileext = ".keras")
  sequential(3, keras_layer())$save(file)
  error <- refused("kerasguard_error_load_custom", safe_load_model(file))
  expect_match(conditionMessage(error), "custom_objects = list(`Doubled` = CLASS)", fixed = TRUE)
  model <- safe_load_model(file, custom_objects = list(Doubled = keras_layer))
  expect_equal(quiet(model, matrix(1, 2, 3)), matrix(2, 2, 3))
  unlink(file)
})
