# The R package 'keras', which keras3 replaces: with Keras 3 it fails at the first layer, and that is told before.
test_that("the package that keras3 replaces is named where it can't work", {
  skip_if_not_installed("callr")
  skip_if(!nzchar(system.file(package = "keras")), "not installed: keras")
  skip_if(reticulate::py_module_available("tf_keras"), "with tf_keras it works")
  found <- callr::r(function() {
    suppressMessages(library(keras))
    library(kerasguard)
    check_environment()$problems
  }, libpath = .libPaths())
  expect_true("environment_r_keras" %in% found$code[found$level == "refusal"])
})
