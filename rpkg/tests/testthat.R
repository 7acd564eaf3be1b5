# What R CMD check runs: that the package is whole, what works without Python, and a first prediction where Keras is.
# The full suite is tests_r/ of the repository, which runs these files too.
if (requireNamespace("testthat", quietly = TRUE)) {
  library(testthat)
  library(kerasguard)
  test_check("kerasguard")
}
