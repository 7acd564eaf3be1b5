# Knits rpkg/vignettes/*.Rmd.orig, which run Keras, into the *.Rmd beside them. Those are committed with their output,
# so that the package is built and checked without Python.
#   Rscript tools/vignettes.R [NAME...]            writes them anew
#   Rscript tools/vignettes.R --check [NAME...]    tells which of them differ from what their sources give

arguments <- commandArgs(trailingOnly = TRUE)
is_check <- "--check" %in% arguments
root <- getwd()
folder <- file.path(root, "rpkg", "vignettes")
names <- setdiff(arguments, "--check")
if (length(names) == 0) names <- sub("\\.Rmd\\.orig$", "", list.files(folder, "\\.Rmd\\.orig$"))

# Runs in an R of its own, in the folder of the colleague's files; gives the lines of NAME.Rmd, figures go to `out`.
knit <- function(source, name, out, models) {
  setwd(models)
  # The colleague's Python, without R's libraries and TensorFlow's remarks about itself.
  python <- tempfile("python")
  writeLines(c(
    "#!/usr/bin/env bash", "set -o pipefail", "unset LD_LIBRARY_PATH",
    paste(shQuote(reticulate::py_exe()), "\"$@\" 2>&1 | sed -E '/^(WARNING: All log messages|[IWE]0000 )/d'")
  ), python)
  Sys.chmod(python, "755")
  options(width = 80, cli.unicode = FALSE, cli.num_colors = 1, crayon.enabled = FALSE, digits = 4)
  reticulate::import("tensorflow")$get_logger()$setLevel("ERROR")
  reticulate::import("keras")$utils$set_random_seed(1L)
  set.seed(1)
  knitr::opts_knit$set(base.dir = paste0(out, "/"), root.dir = models, progress = FALSE)
  knitr::opts_chunk$set(
    comment = "#>", collapse = TRUE, error = FALSE, fig.path = paste0("figures/", name, "-"), dev = "png",
    dev.args = list(type = "cairo"), dpi = 110, fig.width = 7, out.width = "100%", python.reticulate = FALSE,
    engine.path = list(python = python)
  )
  file <- tempfile(fileext = ".Rmd")
  knitr::knit(source, file, quiet = TRUE, envir = new.env(parent = globalenv()), encoding = "UTF-8")
  readLines(file, encoding = "UTF-8")
}

marked <- function(lines, source) {
  end <- which(lines == "---")[2]
  mark <- sprintf("<!-- By `make vignettes` from %s, md5 %s: edit that. -->", basename(source), tools::md5sum(source))
  c(lines[seq_len(end)], "", mark, trimws(lines[-seq_len(end)], "right"))
}

# Numbers differ from one build of TensorFlow to the next, and with them the width of what is printed.
without_numbers <- function(lines) {
  lines <- gsub("-?[0-9.]+(e[+-]?[0-9]+)?", "0", lines)
  gsub("[ -]+", " ", lines[nzchar(lines)])
}

models <- tempfile("models")
dir.create(models)
colleague <- system2("python", c("demo/train_models.py", shQuote(models)), stdout = FALSE, stderr = FALSE)
stopifnot("demo/train_models.py failed" = colleague == 0)

differing <- character()
for (name in names) {
  source <- file.path(folder, paste0(name, ".Rmd.orig"))
  out <- if (is_check) tempfile("out") else folder
  dir.create(file.path(out, "figures"), FALSE, TRUE)
  lines <- marked(callr::r(knit, list(source, name, out, models), env = c(callr::rcmd_safe_env(), LANGUAGE = "en")), source)
  file <- file.path(folder, paste0(name, ".Rmd"))
  if (!is_check) {
    writeLines(lines, file, useBytes = TRUE)
    cat(name, "\n")
  } else if (!file.exists(file) || !identical(without_numbers(lines), without_numbers(readLines(file, encoding = "UTF-8")))) {
    differing <- c(differing, name)
  }
}
if (length(differing)) {
  cat("Vignettes that differ from what their sources give now (make vignettes):", differing, sep = "\n  ")
  quit(status = 1)
}
