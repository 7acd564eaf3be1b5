# Runs the tests of the R package that is installed in the library: make test, or Rscript tests_r/testthat.R [FILTER]
library(testthat)
library(kerasguard)

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
filter <- commandArgs(trailingOnly = TRUE)

results <- as.data.frame(test_dir(
  file.path(here, "testthat"),
  filter = if (length(filter) > 0) filter[[1]],
  package = "kerasguard",
  load_package = "installed",
  reporter = "summary",
  stop_on_failure = FALSE
))

failed <- sum(results$failed) + sum(results$error)
skipped <- sum(results$skipped)
passed <- sum(results$passed)
cat(sprintf("R: %d passed, %d failed, %d skipped\n", passed, failed, skipped))
quit(status = if (failed > 0 || passed == 0) 1 else 0)
