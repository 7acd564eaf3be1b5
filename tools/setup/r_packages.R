# Which R packages does rpkg/DESCRIPTION name that R does not have?
#   Rscript tools/setup/r_packages.R           prints them
#   Rscript tools/setup/r_packages.R LIBRARY   installs them from CRAN into LIBRARY, if CRAN can be reached

parse_needs <- function(description) {
  fields <- read.dcf(description, c("Imports", "Suggests", "Config/Needs/dev"))
  entries <- trimws(unlist(strsplit(fields[!is.na(fields)], ",")))
  name <- sub("[ (].*", "", entries)
  version <- ifelse(grepl(">=", entries), gsub(".*>= *|\\).*", "", entries), "0")
  stats::setNames(version, name)
}

is_installed <- function(name, version) {
  nzchar(system.file(package = name)) && utils::packageVersion(name) >= version
}

find_missing <- function() {
  needs <- parse_needs("rpkg/DESCRIPTION")
  names(needs)[!unlist(Map(is_installed, names(needs), needs))]
}

install_from_cran <- function(packages, library) {
  options(timeout = 10) # seconds: a machine that cannot reach CRAN should say so soon
  if ("@CRAN@" %in% getOption("repos")) utils::chooseCRANmirror(ind = 1, local.only = TRUE)
  offered <- rownames(suppressWarnings(utils::available.packages()))
  found <- intersect(packages, offered)
  if (length(found) == 0) {
    return(invisible())
  }
  cat("setup: installing from CRAN:", found, "\n")
  options(timeout = 600)
  utils::install.packages(found, lib = library, quiet = TRUE)
}

library_dir <- commandArgs(trailingOnly = TRUE)
missing <- find_missing()
if (length(library_dir) == 0) {
  writeLines(missing)
} else if (length(missing) > 0) {
  install_from_cran(missing, library_dir)
}
