test_that("the Python core is inside, as it was built, and nothing else is", {
  inside <- system.file("python", package = "kerasguard", mustWork = TRUE)
  sums <- read.table(file.path(inside, "MD5"), colClasses = "character")
  expect_setequal(list.files(inside, recursive = TRUE, all.files = TRUE), c("MD5", sub("^[*]", "", sums$V2)))
  expect_invisible(kerasguard:::check_core(NULL))
})

test_that("R and its core are of one version", {
  facts <- kerasguard:::facts_of_core()
  expect_identical(facts$core, as.character(packageVersion("kerasguard")))
  expect_identical(facts$core, facts$r_package)
})

test_that("there is a way to cite", {
  expect_match(format(citation("kerasguard"), style = "text"), "Keras", all = FALSE)
})

test_that("there are news of this version", {
  skip_if_not_installed("commonmark") # utils::news() reads NEWS.md with these
  skip_if_not_installed("xml2")
  expect_true(packageVersion("kerasguard") %in% package_version(news(package = "kerasguard")$Version))
})

test_that("every function that is exported has a help page", {
  topics <- names(readRDS(system.file("help", "aliases.rds", package = "kerasguard")))
  expect_identical(setdiff(getNamespaceExports("kerasguard"), topics), character())
})
