# The corpus of trouble reports: every case ends as its truth says.

test_that("every case ends as its truth says", {
  cases <- test_path("..", "..", "tests", "cases")
  # a process of its own: cases change models, seeds and options
  output <- system2(
    file.path(R.home("bin"), "Rscript"), c(file.path(cases, "run.R"), file.path(cases, "r"), "--verbose"),
    stdout = TRUE, stderr = FALSE
  )
  verdicts <- regmatches(output, regexec("^(PASS|FAIL) (\\S+) - (.*)$", output))
  verdicts <- do.call(rbind, verdicts[lengths(verdicts) > 0])
  expect_setequal(verdicts[, 3], sub("[.]R$", "", list.files(file.path(cases, "r"))))
  failed <- verdicts[verdicts[, 2] == "FAIL", , drop = FALSE]
  expect_identical(paste(failed[, 3], failed[, 4]), character())
})
