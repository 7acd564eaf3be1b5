test_that("a bar is drawn on request only", {
  model <- dense()
  expect_silent(safe_predict(model, numbers(100, 5)))
  expect_null(kerasguard:::progress_bar(0))
  expect_null(kerasguard:::progress_bar("auto")) # tests are not interactive
  expect_identical(dim(safe_predict(model, numbers(100, 5), verbose = 1)), c(100L, 1L))
  rlang::local_options(cli.progress_show_after = 0, cli.dynamic = TRUE)
  bar <- kerasguard:::progress_bar(1)
  drawn <- cli::cli_fmt(for (done in c(10, 50, 100)) bar(done, 100))
  expect_type(drawn, "character")
})

test_that("large batches are the same within rounding", {
  model <- lstm()
  x <- numbers(700, 5, 3)
  expect_equal(quiet(model, x, batch_size = "auto"), plain(model, float32(x)), tolerance = 1e-5)
})

test_that("an interrupt stops the call and leaves the model usable", {
  skip_on_os("windows")
  script <- tempfile(fileext = ".R")
  started <- tempfile()
  writeLines(c(
    "library(kerasguard)",
    "keras <- reticulate::import(\"keras\")",
    "model <- keras$Sequential(list(keras$Input(shape = list(50L, 16L)), keras$layers$LSTM(64L)))",
    "few <- array(0, c(40, 50, 16))",
    "invisible(safe_predict(model, few))",
    "many <- array(0, c(2e5, 50, 16))",
    sprintf("file.create(\"%s\")", started),
    "stopped <- tryCatch({ safe_predict(model, many); FALSE }, interrupt = function(e) TRUE)",
    "cat(stopped, identical(dim(safe_predict(model, few)), c(40L, 64L)))"
  ), script)
  command <- sprintf(
    "'%s' '%s' & run=$!; while ! [ -e '%s' ]; do sleep 0.1; done; sleep 2; kill -INT $run; wait $run",
    file.path(R.home("bin"), "Rscript"), script, started
  )
  out <- system2("sh", c("-c", shQuote(command)), stdout = TRUE, stderr = FALSE)
  expect_identical(tail(out, 1), "TRUE TRUE")
  unlink(c(script, started))
})
