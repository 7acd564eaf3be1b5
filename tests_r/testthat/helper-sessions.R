# Other R sessions and other Pythons than those that run the tests.

# A fresh R session runs `code`, which leaves its result in `found`; NA takes a variable away.
in_fresh_r <- function(code, ..., folder = tempdir(), first = "library(kerasguard)") {
  result <- withr_tempfile(".rds")
  before <- setwd(folder)
  on.exit(setwd(before), add = TRUE)
  quiet <- c(VIRTUAL_ENV = NA, KERAS_BACKEND = NA, TF_USE_LEGACY_KERAS = NA, PYTHONPATH = NA, KERAS_HOME = tempdir())
  variables <- c(list(...), R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep))
  variables <- utils::modifyList(as.list(quiet), variables)
  code <- c(first, code, sprintf("saveRDS(found, '%s')", result))
  script <- withr_tempfile(".R")
  writeLines(code, script)
  old <- Sys.getenv(names(variables), unset = NA, names = TRUE)
  on.exit(set_variables(old), add = TRUE)
  set_variables(variables)
  output <- system2(file.path(R.home("bin"), "Rscript"), c("--no-init-file", script), stdout = TRUE, stderr = TRUE)
  if (file.exists(result)) readRDS(result) else stop(paste(output, collapse = "\n"))
}
set_variables <- function(values) {
  for (name in names(values)) {
    if (is.na(values[[name]])) Sys.unsetenv(name) else do.call(Sys.setenv, rlang::set_names(list(values[[name]]), name))
  }
}

# An environment of the Python that runs, with nothing in it.
make_environment <- function() {
  folder <- tempfile("environment")
  base <- file.path(reticulate::py_eval("__import__('sys').base_prefix"), "bin", "python3")
  system2(base, c("-m", "venv", "--without-pip", folder))
  file.path(folder, "bin", "python")
}
program <- function(...) {
  file <- tempfile("python")
  writeLines(c("#!/bin/sh", ...), file)
  Sys.chmod(file, "755")
  file
}

# An environment with all that the Python that runs has installed, but for some packages. They lie outside of it, so
# that pip leaves them alone.
environment_without <- function(...) {
  python <- make_environment()
  installed <- dirname(dirname(reticulate::py_eval("__import__('keras').__file__")))
  shown <- tempfile("packages")
  dir.create(shown)
  files <- list.files(installed, full.names = TRUE)
  hidden <- paste0("^(", paste(c(..., "kerasguard", "_editable", "__editable__"), collapse = "|"), ")|[.]pth$")
  files <- files[!grepl(hidden, basename(files))]
  stopifnot(file.symlink(files, file.path(shown, basename(files))))
  inside <- system2(python, c("-c", shQuote("import sysconfig; print(sysconfig.get_path('purelib'))")), stdout = TRUE)
  writeLines(shown, file.path(inside, "packages.pth"))
  python
}
