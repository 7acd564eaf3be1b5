# What the core needs of Python: declared where reticulate knows how, installed where the user asks for it.

# The dependencies of pyproject.toml, which is not in this package; a test compares.
core_needs <- function() c("narwhals>=2", "numpy>=1.26", "pandas>=2")
python_needed <- ">=3.10"

.onLoad <- function(libname, pkgname) {
  # reticulate 1.41 and later: what a Python of reticulate's own making will hold. One that the user chose stays as it
  # is. TensorFlow is not asked for: keras3, or the user, chooses the build and the backend.
  declare <- get0("py_require", asNamespace("reticulate"))
  if (is.function(declare)) declare(core_needs(), python_version = python_needed)
}

#' Install what kerasguard needs of Python
#'
#' Installs numpy, pandas and narwhals (and, if asked, TensorFlow with Keras, or what reads files and works with Spark)
#' with [reticulate::py_install()]: into the Python environment that this session uses, or another one. kerasguard's own
#' Python code needs no installation, it comes with the R package.
#'
#' Where no Python is chosen, reticulate 1.41 and later makes one of its own at first use, which holds what packages
#' asked for by `reticulate::py_require()`. `library(kerasguard)` does so, so that nothing is left to install; with
#' `tensorflow = TRUE` it is asked for TensorFlow, too. That holds for the session: a script says it again, before
#' anything uses Python. `install_kerasguard("r-reticulate", tensorflow = TRUE)` makes an environment that lasts, and
#' that every version of reticulate finds by itself.
#'
#' @param envname Name of, or path to, a Python environment. `NULL`: the one in use or, where that is none that may be
#'   installed into, reticulate's default, `"r-reticulate"`.
#' @param ... Passed on to [reticulate::py_install()], such as `conda`, `python_version` or `pip`.
#' @param method `"auto"`, `"virtualenv"` or `"conda"`, as in [reticulate::py_install()].
#' @param tensorflow Whether to install TensorFlow with Keras 3; or the name of the package that brings it, such as
#'   `"tensorflow-cpu"` or `"tensorflow==2.20"`.
#' @param files Whether to install pyarrow, which [score_dataset()] reads files with.
#' @param spark Whether to install PySpark 4 and pyarrow, for Spark: [score_frame()] and `engine = "spark"`. Spark on
#'   this machine needs Java 17 or later, too, which no Python package brings.
#' @param restart_session Whether to restart R afterwards, in RStudio only.
#' @return The packages that were asked for, as pip names them, invisibly.
#' @seealso [check_environment()], which tells what is there and what is missing; `keras3::install_keras()`.
#' @export
#' @examples
#' \dontrun{
#' install_kerasguard()
#' install_kerasguard("r-reticulate", tensorflow = TRUE)
#' install_kerasguard(files = TRUE)
#' }
install_kerasguard <- function(envname = NULL, ..., method = c("auto", "virtualenv", "conda"), tensorflow = FALSE,
                               files = FALSE, spark = FALSE, restart_session = TRUE) {
  method <- rlang::arg_match(method)
  packages <- wanted_packages(tensorflow, files, spark)
  if (is.null(envname) && method == "auto" && is_managed()) {
    getExportedValue("reticulate", "py_require")(packages, python_version = python_needed)
    rlang::inform(c(
      "Nothing is to be installed: reticulate makes a Python at first use, with what was asked for.",
      i = paste0("Asked for by this session: ", toString(packages), "."),
      i = "For an environment that later sessions find, too:",
      " " = sprintf("install_kerasguard(%s)", toString(c("\"r-reticulate\"", asked_for(tensorflow, files, spark))))
    ))
    return(invisible(packages))
  }
  reticulate::py_install(packages, envname = envname, method = method, ...)
  can_restart <- restart_session && rlang::is_installed("rstudioapi") && rstudioapi::hasFun("restartSession")
  if (can_restart) {
    rstudioapi::restartSession()
  } else if (reticulate::py_available(initialize = FALSE)) {
    rlang::inform("Restart R: the Python that runs has loaded what was there before.")
  }
  invisible(packages)
}

wanted_packages <- function(tensorflow, files = FALSE, spark = FALSE) {
  if (isTRUE(tensorflow)) tensorflow <- "tensorflow>=2.16"
  packages <- c(
    core_needs(), if (is.character(tensorflow)) c(tensorflow, "keras>=3"),
    if (isTRUE(files) || isTRUE(spark)) "pyarrow", if (isTRUE(spark)) "pyspark>=4,<5"
  )
  version <- utils::packageVersion("reticulate")
  # numpy 2 and pandas 3 need a later reticulate; numpy 1 needs older companions, of which Keras brings ml_dtypes
  old <- c(
    if (version < "1.38") c("numpy>=1.26,<2", "ml_dtypes<0.6", if ("pyarrow" %in% packages) "pyarrow<26"),
    if (version < "1.45") "pandas>=2,<3"
  )
  name <- function(package) sub("[<>=].*", "", package)
  c(packages[!name(packages) %in% name(old)], old)
}

asked_for <- function(tensorflow, files, spark) {
  asked <- c(tensorflow = !isFALSE(tensorflow), files = isTRUE(files), spark = isTRUE(spark))
  sprintf("%s = TRUE", names(asked)[asked])
}

# Whether reticulate makes a Python of its own here, or has made the one that runs.
is_managed <- function() {
  if (utils::packageVersion("reticulate") < "1.41") {
    return(FALSE)
  }
  if (reticulate::py_available(initialize = FALSE)) {
    return(isTRUE(reticulate::py_config()$ephemeral))
  }
  !is.null(facts_of_discovery(timeout = 60)$managed)
}
