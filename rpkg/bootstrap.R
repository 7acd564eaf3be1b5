# Copies the Python core into the package before it is built. pkgbuild, and with it pak, remotes and devtools, runs this
# (Config/build/bootstrap in DESCRIPTION). A copy and not a symbolic link: a link that leads nowhere, as in a zip or on
# Windows, would build a package without a core and say nothing.
core <- file.path("..", "python", "kerasguard")
if (!file.exists(file.path(core, "__init__.py"))) {
  stop("The Python core is not at ", core, ": run bootstrap.R inside rpkg/ of a whole checkout of kerasguard.")
}

files <- list.files(core, recursive = TRUE)
files <- files[!grepl("__pycache__|\\.pyc$", files)]
copies <- file.path("inst", "python", "kerasguard", files)

unlink(file.path("inst", "python"), recursive = TRUE)
for (folder in unique(dirname(copies))) dir.create(folder, recursive = TRUE, showWarnings = FALSE)
stopifnot(file.copy(file.path(core, files), copies))
