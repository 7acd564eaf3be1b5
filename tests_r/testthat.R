# Runs the tests of the R package that is installed in the library, those here and those inside the package: make test, or Rscript tests_r/testthat.R [FILTER]
library(testthat)
library(kerasguard)

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
filter <- commandArgs(trailingOnly = TRUE)

run_tests <- function(folder) {
  filter <- if (length(filter) > 0) filter[[1]]
  if (length(find_test_scripts(folder, filter = filter)) == 0) {
    return(NULL)
  }
  as.data.frame(test_dir(
    folder,
    filter = filter,
    package = "kerasguard",
    load_package = "installed",
    reporter = "summary",
    stop_on_failure = FALSE
  ))
}
folders <- file.path(here, c("testthat", file.path("..", "rpkg", "tests", "testthat")))
results <- do.call(rbind, lapply(folders, run_tests))

failed <- sum(results$failed) + sum(results$error)
skipped <- sum(results$skipped)
passed <- sum(results$passed)
cat(sprintf("R: %d passed, %d failed, %d skipped\n", passed, failed, skipped))
quit(status = if (failed > 0 || passed == 0) 1 else 0)
