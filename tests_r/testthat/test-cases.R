# The corpus of trouble reports: every case ends as its truth says, but those that wait for what is not built yet.

test_that("every case ends as its truth says", {
  cases <- test_path("..", "..", "tests", "cases")
  # a process of its own: cases change models, seeds and options
  output <- system2(
    file.path(R.home("bin"), "Rscript"), c(file.path(cases, "run.R"), file.path(cases, "r"), "--verbose"),
    stdout = TRUE, stderr = FALSE
  )
  verdicts <- regmatches(output, regexec("^(PASS|FAIL) (\\S+) - (.*)$", output))
  verdicts <- do.call(rbind, verdicts[lengths(verdicts) > 0])
  waiting <- grep("^(gh|qa|qx)-", readLines(file.path(cases, "waiting.txt")), value = TRUE)
  expect_setequal(verdicts[, 3], sub("[.]R$", "", list.files(file.path(cases, "r"))))
  failed <- verdicts[verdicts[, 2] == "FAIL", , drop = FALSE]
  surprising <- failed[!failed[, 3] %in% waiting, , drop = FALSE]
  expect_identical(paste(surprising[, 3], surprising[, 4]), character())
  expect_setequal(failed[, 3], waiting)
})
