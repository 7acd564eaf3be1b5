#' Look at R, Python and Keras before running
#'
#' Shows the versions of everything that a prediction needs, which Python is used and why, and every known bad
#' combination with the line that mends it. It does not start Python in this session: the Python in question is asked
#' in a process of its own, so that one that crashes, hangs or has no Keras is an entry of the report.
#'
#' @param timeout Seconds that Python may take to import numpy, TensorFlow and Keras.
#' @return A `kerasguard_environment`, a list with a `print()` method:
#'   `ok`, whether no problem was found (warnings do not count);
#'   `versions`, a data frame with columns `what`, `version` (`NA`: not there) and `note`;
#'   `problems`, a data frame with columns `code`, `level` (`"refusal"` or `"warning"`) and `message`, one row for each
#'   finding; `facts`, a list of all that was gathered.
#' @export
#' @examples
#' # works without Python, too; a machine without any Python is told so
#' environment <- check_environment(timeout = 10)
#' environment$versions[1:2, ]
#' environment$problems$code
check_environment <- function(timeout = 120) {
  judge_environment(gather_environment(timeout, rlang::current_env()))
}

#' @export
format.kerasguard_environment <- function(x, ...) {
  told <- sprintf("[%s] %s", x$problems$level, x$problems$message)
  told <- within_width(unlist(strsplit(told, "\n", fixed = TRUE)))
  c(with_sign(x$ok, environment_verdict(x)), row_lines(x$versions), told)
}

environment_verdict <- function(x) {
  warnings <- sum(x$problems$level == "warning")
  if (x$ok && warnings > 0) {
    return(sprintf("Nothing here stands in the way; warnings: %d.", warnings))
  }
  if (x$ok) "No known problem here." else "This environment can't work as it is."
}

# 80 columns, of a terminal and of a quoted block in a report.
row_lines <- function(versions) {
  version <- ifelse(is.na(versions$version), "-", versions$version)
  lead <- sprintf("  %s  %s  ", format(versions$what), format(version))
  lines <- Map(wrapped, versions$note, lead, strrep(" ", nchar(lead)))
  sub(" +$", "", unlist(lines, use.names = FALSE))
}

# Sentences are broken; code, which begins with two spaces, stays as it is.
within_width <- function(lines) {
  unlist(lapply(lines, function(line) if (startsWith(line, "  ")) line else wrapped(line, "", "  ")))
}

wrapped <- function(text, lead, later) {
  # strwrap()'s own prefixes take of its width
  lines <- if (nzchar(text)) strwrap(text, width = 81 - nchar(later)) else ""
  paste0(c(lead, rep(later, length(lines) - 1)), lines)
}

# The findings on facts: text by name, nothing where a fact is not known.
judge_environment <- function(facts) {
  facts <- Filter(Negate(is.null), facts)
  table <- environment_table()
  told <- table[vapply(table$When, clauses_hold, logical(1), facts = facts), , drop = FALSE]
  messages <- vapply(seq_len(nrow(told)), function(i) environment_message(as.list(told[i, ]), facts), character(1))
  problems <- data.frame(code = told$Code, level = told$Level, message = messages)
  structure(
    list(
      ok = !any(problems$level == "refusal"), versions = environment_rows(facts), problems = problems, facts = facts
    ),
    class = "kerasguard_environment"
  )
}

# The rules and words, which the Python core reads from the same file.
environment_table <- function() {
  lines <- readLines(system.file("python", "kerasguard", "environment.dcf", package = "kerasguard"), encoding = "UTF-8")
  connection <- textConnection(lines[!startsWith(lines, "#")])
  on.exit(close(connection))
  as.data.frame(read.dcf(connection))
}

# Clauses of the table are explained at its head.
clauses_hold <- function(when, facts) {
  ways <- strsplit(when, "\\s+Or\\s+")[[1]]
  any(vapply(strsplit(ways, ", "), function(way) all(vapply(way, clause_holds, logical(1), facts = facts)), logical(1)))
}

clause_holds <- function(clause, facts) {
  parts <- regmatches(clause, regexec("^(\\w+) (missing|there|<|>=|is not|is)( (\\S+))?$", trimws(clause)))[[1]]
  value <- facts[[parts[2]]]
  verb <- parts[3]
  if (verb == "missing" || is.null(value)) {
    return(verb == "missing" && is.null(value))
  }
  wanted <- parts[5]
  if (startsWith(wanted, "{")) {
    wanted <- facts[[substr(wanted, 2, nchar(wanted) - 1)]]
  }
  switch(verb,
    there = TRUE,
    "<" = release(value) < release(wanted),
    ">=" = release(value) >= release(wanted),
    is = !is.null(wanted) && value %in% strsplit(wanted, "|", fixed = TRUE)[[1]],
    "is not" = !is.null(wanted) && !value %in% strsplit(wanted, "|", fixed = TRUE)[[1]]
  )
}

# The numbers that lead a version: a candidate of 3.0 behaves as 3.0.
release <- function(version) {
  numeric_version(regmatches(version, regexpr("^[0-9]+([.][0-9]+)*", version)))
}

environment_message <- function(record, facts) {
  facts$python_minor <- sub("^([0-9]+[.][0-9]+).*", "\\1", c(facts[["python"]], "")[1])
  facts$keras_packages <- listed_packages(with_old_numpy("tensorflow", facts))
  facts$install <- install_line(fill(c(record$Install[!is.na(record$Install)], "")[1], facts), facts)
  lines <- c(
    fill(record$Headline, facts),
    i = fill(record$Why, facts),
    environment_fix(record[["Lead-R"]], record[["Fix-R"]], facts),
    environment_fix(record[["Other-Lead-R"]], record[["Other-R"]], facts)
  )
  rlang::format_error_bullets(lines)
}

environment_fix <- function(lead, code, facts) {
  if (is.na(code)) {
    return(character())
  }
  lead <- if (!is.na(lead)) paste0(" ", fill(lead, facts)) else if (!is.null(facts$running)) " run this, then restart R"
  code <- strsplit(fill(code, facts), "\n", fixed = TRUE)[[1]]
  c(i = paste0("Fix:", lead, if (!is.null(lead)) ":"), rlang::set_names(code, " "))
}

# A sentence with the facts that it names.
fill <- function(text, facts) {
  for (name in unlist(regmatches(text, gregexpr("(?<=[{])\\w+(?=[}])", text, perl = TRUE)))) {
    text <- gsub(paste0("{", name, "}"), c(facts[[name]], "")[1], text, fixed = TRUE)
  }
  text
}

# numpy 2 would come with the newest of what needs numpy.
with_old_numpy <- function(packages, facts) {
  needs <- grepl("^(numpy|keras|tensorflow.*|tf-nightly.*|jax|torch|openvino)([<>=].*)?$", packages)
  is_old <- !is.null(facts[["reticulate"]]) && release(facts[["reticulate"]]) < "1.38"
  has_wheels <- is.null(facts[["python"]]) || release(facts[["python"]]) < "3.13" # of numpy 1
  if (!is_old || !has_wheels || !any(needs) || any(grepl("^numpy.*<2", packages))) {
    return(packages)
  }
  c(setdiff(packages, "numpy"), "numpy>=1.26,<2", "ml_dtypes<0.6")
}

listed_packages <- function(packages) {
  listed <- paste0("\"", packages, "\"", collapse = ", ")
  if (length(packages) > 1) sprintf("c(%s)", listed) else listed
}

# What installs packages into the Python in question; a `?` marks those that matter only where they are.
install_line <- function(packages, facts) {
  packages <- with_old_numpy(strsplit(packages, " ", fixed = TRUE)[[1]], facts)
  optional <- endsWith(packages, "?")
  packages <- sub("?", "", packages[!optional | sub("[<>=?].*", "", packages) %in% names(facts)], fixed = TRUE)
  listed <- listed_packages(packages)
  if (!is.null(facts$managed)) {
    return(sprintf("reticulate::py_require(%s)", listed))
  }
  if (!is.null(facts$externally_managed)) { # where pip refuses to install
    return(line_elsewhere(packages, facts))
  }
  pip <- sprintf("system2(\"%s\", c(\"-m\", \"pip\", \"install\", %%s))", facts$python_path)
  # its files are written again before pip looks for what is lacking: the rest keeps its versions
  broken <- identical(packages[1], facts$broken_package) && !identical(facts$broken_needs, "missing")
  anew <- if (broken) c(facts$broken_needs, packages)[1]
  again <- sprintf("\"--force-reinstall\", \"--no-deps\", shQuote(\"%s\")", anew)
  paste(sprintf(pip, c(again, sprintf("shQuote(%s)", listed))), collapse = "\n")
}

# All that is needed goes into the environment that reticulate finds by itself, in later sessions, too.
line_elsewhere <- function(packages, facts) {
  line <- if (identical(c(facts$backend, "tensorflow")[1], "tensorflow")) {
    "install_kerasguard(\"r-reticulate\", tensorflow = TRUE)"
  } else {
    sprintf("reticulate::py_install(%s, \"r-reticulate\")", listed_packages(union("keras>=3", packages)))
  }
  if (is.null(facts$chosen)) {
    return(line)
  }
  paste(
    line, "# and in each session, before Python starts",
    "Sys.setenv(RETICULATE_PYTHON = reticulate::virtualenv_python(\"r-reticulate\"))",
    sep = "\n"
  )
}

environment_rows <- function(facts) {
  rows <- list(
    c("system", "", "system"), c("R", "r", ""), c("reticulate", "reticulate", ""), c("keras (R)", "r_keras", ""),
    c("keras3 (R)", "r_keras3", ""), c("tensorflow (R)", "r_tensorflow", ""), c("Python", "python", "python_where"),
    c("numpy", "numpy", ""), c("pandas", "pandas", ""), c("TensorFlow", "tensorflow", "tensorflow_brought"),
    c("Keras", "keras", "keras_brought"), c("backend", "backend", "backend_why"), c("tf_keras", "tf_keras", ""),
    c("h5py", "h5py", ""), c("pyarrow", "pyarrow", "for_files"), c("PySpark", "pyspark", "for_spark"),
    c("devices", "devices", ""),
    c("kerasguard (R)", "r_package", "r_package_path"), c("kerasguard (core)", "core", "core_path")
  )
  facts$python_where <- toString(c(facts$python_path, facts$python_why))
  for (name in c("tensorflow", "keras")) { # by another package than that of its name
    package <- facts[[paste0(name, "_package")]]
    if (!identical(package, name)) facts[[paste0(name, "_brought")]] <- package
  }
  if (is.null(facts$pyarrow)) facts$for_files <- "for files of data"
  if (is.null(facts$pyspark)) facts$for_spark <- "for Spark"
  value <- function(name, otherwise) if (is.null(facts[[name]])) otherwise else facts[[name]]
  data.frame(
    what = vapply(rows, `[`, "", 1),
    version = vapply(rows, function(row) value(row[2], NA_character_), ""),
    note = vapply(rows, function(row) value(row[3], ""), "")
  )
}
