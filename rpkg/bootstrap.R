# Copies the Python core, and NEWS.md, into the package before it is built. pkgbuild (1.4.1 and later), and with it pak, remotes and
# devtools, runs this for `Config/build/bootstrap: TRUE` in DESCRIPTION; ./configure runs it in a checkout.
# A copy and not a symbolic link: a link that leads nowhere, as in a zip or on Windows, would build a package without a
# core and say nothing.
core <- file.path("..", "python", "kerasguard")
inside <- file.path("inst", "python", "kerasguard")

if (file.exists(file.path(core, "__init__.py"))) {
  files <- list.files(core, recursive = TRUE)
  files <- files[!grepl("__pycache__|\\.pyc$", files)]
  unlink(dirname(inside), recursive = TRUE)
  for (folder in unique(dirname(file.path(inside, files)))) dir.create(folder, recursive = TRUE)
  stopifnot(file.copy(file.path(core, files), file.path(inside, files)))
  # the form that tools::checkMD5sums() reads; the package looks here when its core does not start
  listed <- file.path("kerasguard", files)
  sums <- tools::md5sum(file.path(dirname(inside), listed))
  writeLines(paste0(sums, " *", listed), file.path(dirname(inside), "MD5"))
  stopifnot(file.copy(file.path("..", "NEWS.md"), "NEWS.md", overwrite = TRUE)) # for news(package = "kerasguard")
} else if (!file.exists(file.path(inside, "__init__.py"))) {
  stop("No Python core at ", core, ": run bootstrap.R in the folder rpkg/ of a whole checkout of kerasguard.")
}
