# The package as users get it: built from a clean checkout in each way that there is, installed into a library of its
# own, used outside of the checkout.
skip_on_os("windows")
checkout <- normalizePath(test_path("..", ".."))
skip_if(!nzchar(Sys.which("git")) || !dir.exists(file.path(checkout, "rpkg")), "needs a checkout")

run <- function(program, ..., folder = checkout) {
  before <- setwd(folder)
  on.exit(setwd(before))
  output <- suppressWarnings(system2(program, c(...), stdout = TRUE, stderr = TRUE))
  list(output = paste(output, collapse = "\n"), status = c(attr(output, "status"), 0L)[1])
}
r_cmd <- function(...) run(file.path(R.home("bin"), "R"), "CMD", ...)

# The files of the working tree that git knows or would take up, so that nothing lies about that was made here.
clean_checkout <- function() {
  copy <- tempfile("checkout")
  files <- run("git", "ls-files", "--cached", "--others", "--exclude-standard")$output
  files <- grep("^(rpkg|python|NEWS[.]md)", strsplit(files, "\n")[[1]], value = TRUE)
  files <- files[file.exists(file.path(checkout, files))]
  for (folder in unique(dirname(file.path(copy, files)))) dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  stopifnot(file.copy(file.path(checkout, files), file.path(copy, files), copy.mode = TRUE))
  copy
}
build <- function(copy) {
  run(file.path(R.home("bin"), "Rscript"), "bootstrap.R", folder = file.path(copy, "rpkg"))
  built <- run(file.path(R.home("bin"), "R"), "CMD", "build", "--no-build-vignettes", "rpkg", folder = copy)
  file <- Sys.glob(file.path(copy, "kerasguard_*.tar.gz"))
  if (length(file) == 1) file else stop(built$output)
}
install <- function(what, ...) {
  library <- tempfile("library")
  dir.create(library)
  done <- r_cmd("INSTALL", "--no-docs", "--no-test-load", ..., paste0("--library=", library), shQuote(what))
  list(library = library, output = done$output, works = done$status == 0)
}
core_files <- function(folder) {
  files <- list.files(folder, recursive = TRUE, all.files = TRUE)
  sort(files[!grepl("__pycache__|[.]pyc$|^MD5$", files)])
}
expect_same_core <- function(library) {
  inside <- file.path(library, "kerasguard", "python", "kerasguard")
  original <- file.path(checkout, "python", "kerasguard")
  testthat::expect_identical(core_files(inside), core_files(original))
  sums <- function(folder) unname(tools::md5sum(file.path(folder, core_files(folder))))
  testthat::expect_identical(sums(inside), sums(original))
}
predict_once <- c(
  "keras <- reticulate::import('keras')",
  "model <- keras$Sequential(list(keras$Input(shape = list(2L)), keras$layers$Dense(1L)))",
  "found <- tryCatch(safe_predict(model, matrix(0, 3, 2)), error = identity)"
)
# in a session that knows this library first, and no checkout
in_library <- function(library, code, ...) {
  first <- c(sprintf(".libPaths(c('%s', .libPaths()))", library), "library(kerasguard)")
  stopifnot(nzchar(Sys.getenv("RETICULATE_PYTHON")))
  in_fresh_r(code, first = first, RETICULATE_PYTHON = Sys.getenv("RETICULATE_PYTHON"), ...)
}
python_is_named <- nzchar(Sys.getenv("RETICULATE_PYTHON"))
copy <- clean_checkout()
# what lies about in a checkout that is worked in, and must not travel
dir.create(file.path(copy, "python", "kerasguard", "rules", "__pycache__"))
writeLines("", file.path(copy, "python", "kerasguard", "rules", "__pycache__", "x.cpython-311.pyc"))
dir.create(file.path(copy, "python", "kerasguard.egg-info"))
tarball <- build(copy)
built <- install(tarball)

test_that("the file holds the core, byte for byte, and nothing else of Python's", {
  folder <- tempfile()
  untar(tarball, exdir = folder)
  files <- list.files(file.path(folder, "kerasguard"), recursive = TRUE, all.files = TRUE)
  expect_false(any(grepl("__pycache__|[.]pyc$|egg-info|bootstrap[.]R|[.]lintr|[.]git", files)))
  unpacked <- list.files(folder, recursive = TRUE, full.names = TRUE, include.dirs = TRUE)
  expect_identical(unique(Sys.readlink(unpacked)), "")
  core <- grep("^inst/python/", files, value = TRUE)
  wanted <- file.path("kerasguard", core_files(file.path(copy, "python", "kerasguard")))
  expect_setequal(core, file.path("inst", "python", c("MD5", wanted)))
  expect_false(any(endsWith(setdiff(files, core), ".py")))
  expect_true(all(c("NEWS.md", "README.md", "LICENSE", "inst/CITATION", "tests/testthat.R") %in% files))
})

test_that("installed outside the checkout it predicts, and writes nothing into the library", {
  skip_if_not(python_is_named, "RETICULATE_PYTHON names the Python for other sessions")
  expect_true(built$works)
  expect_same_core(built$library)
  before <- list.files(built$library, recursive = TRUE, all.files = TRUE)
  folder <- tempfile()
  dir.create(folder)
  code <- c(predict_once, "found <- list(value = found, path = reticulate::import('kerasguard')$`__path__`[[1]])")
  found <- in_library(built$library, code, folder = folder, PYTHONDONTWRITEBYTECODE = NA)
  expect_identical(found$value, matrix(0, 3))
  expect_identical(normalizePath(found$path), normalizePath(file.path(built$library, "kerasguard", "python", "kerasguard")))
  expect_identical(list.files(built$library, recursive = TRUE, all.files = TRUE), before)
})

test_that("a core that is damaged is told at first use", {
  skip_if_not(python_is_named, "RETICULATE_PYTHON names the Python for other sessions")
  damage <- list(
    function(core) unlink(dirname(core), recursive = TRUE),
    function(core) unlink(file.path(core, "plan.py")),
    function(core) writeLines("def half(", file.path(core, "plan.py")),
    function(core) unlink(file.path(core, "environment.dcf"))
  )
  for (harm in damage) {
    library <- tempfile("library")
    dir.create(library)
    file.copy(file.path(built$library, "kerasguard"), library, recursive = TRUE)
    harm(file.path(library, "kerasguard", "python", "kerasguard"))
    # one session for both: to start one takes seconds
    code <- c(
      "looked <- tryCatch(check_environment(timeout = 20), error = identity)",
      "used <- tryCatch(safe_load_model('m.keras'), error = identity)",
      "found <- list(looked, used)"
    )
    for (error in in_library(library, code)) {
      expect_s3_class(error, "kerasguard_error_environment_core")
      expect_match(conditionMessage(error), "install.packages(", fixed = TRUE)
    }
  }
})

test_that("R CMD INSTALL works in a checkout, and refuses the subfolder alone", {
  fresh <- clean_checkout()
  done <- install(file.path(fresh, "rpkg"))
  expect_true(done$works)
  expect_same_core(done$library)
  alone <- tempfile("alone")
  dir.create(alone)
  file.copy(file.path(clean_checkout(), "rpkg"), alone, recursive = TRUE)
  done <- install(file.path(alone, "rpkg"))
  expect_false(done$works)
  expect_match(done$output, "kerasguard's Python core is not in inst/python", fixed = TRUE)
  expect_false(dir.exists(file.path(done$library, "kerasguard")))
})

test_that("pkgbuild, with it pak and devtools, runs bootstrap.R", {
  skip_if_not_installed("pkgbuild", "1.4.1")
  file <- pkgbuild::build(file.path(clean_checkout(), "rpkg"), tempdir(), vignettes = FALSE, quiet = TRUE)
  done <- install(file)
  expect_true(done$works)
  expect_same_core(done$library)
})

test_that("remotes installs from the subfolder of a repository, or says how", {
  skip_if_not_installed("remotes")
  fresh <- clean_checkout()
  run("git", "init", "-q", folder = fresh)
  run("git", "add", "-A", folder = fresh)
  run("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "all", folder = fresh)
  # what install_github(subdir = "rpkg") does with a repository that needs no net
  install_with <- function(build) {
    library <- tempfile("library")
    dir.create(library)
    code <- sprintf(
      "remotes::install_git('file://%s', subdir = 'rpkg', git = 'external', lib = '%s', dependencies = FALSE,
        upgrade = 'never', build = %s)", fresh, library, build
    )
    done <- run(file.path(R.home("bin"), "Rscript"), "-e", shQuote(code))
    list(library = library, output = done$output)
  }
  expect_same_core(install_with(FALSE)$library)
  usual <- install_with(TRUE)
  if (rlang::is_installed("pkgbuild", version = "1.4.1")) {
    expect_same_core(usual$library)
  } else {
    expect_match(usual$output, "pkgbuild 1.4.1 or later, or build = FALSE", fixed = TRUE)
  }
})
