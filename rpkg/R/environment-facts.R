# What this machine brings, asked without loading Python into this session.

gather_environment <- function(timeout, call = rlang::caller_env()) {
  check_core(call)
  facts <- c(facts_of_r(), facts_of_core(), facts_of_running(timeout))
  if (is.null(facts$python_path)) {
    facts <- c(facts, facts_of_discovery(timeout))
  }
  if (!is.null(facts$managed)) {
    return(c(facts, facts_of_managed(facts)))
  }
  python <- facts$python_path
  if (is.null(python)) {
    return(facts)
  }
  probed <- probe_python(python, facts$libpython, timeout)
  probed["python_path"] <- NULL # as reticulate says
  if (is.null(facts$python_error)) probed["libpython"] <- NULL
  if (!is.null(facts$python_error)) probed["python_error"] <- NULL
  utils::modifyList(facts, probed)
}

facts_of_r <- function() {
  facts <- list(
    host = "r", system = system_name(), r = as.character(getRversion()), machine = machine_name(R.version$arch)
  )
  for (package in c("reticulate", "keras", "keras3", "tensorflow")) {
    name <- if (package == "reticulate") package else paste0("r_", package)
    facts[[name]] <- installed_version(package)
  }
  is_used <- isNamespaceLoaded("keras") || is.null(facts$r_keras3)
  if (!is.null(facts$r_keras) && is_used) facts$r_keras_used <- "yes"
  if (!is.null(asked_python())) facts$chosen <- "yes"
  facts
}

system_name <- function() {
  name <- c(utils::osVersion, paste(Sys.info()[c("sysname", "release")], collapse = " "))[1]
  toString(c(name, R.version$arch, if (nzchar(Sys.getenv("RSTUDIO"))) "RStudio"))
}

installed_version <- function(package) {
  tryCatch(as.character(utils::packageVersion(package)), error = function(e) NULL)
}

# One name per processor family: systems call the same one differently.
machine_name <- function(name) {
  known <- c(amd64 = "x86_64", arm64 = "aarch64")
  if (name %in% names(known)) known[[name]] else name
}

facts_of_core <- function() {
  path <- system.file("python", "kerasguard", package = "kerasguard")
  line <- grep("^__version__", readLines(file.path(path, "__init__.py")), value = TRUE)
  list(
    r_package = installed_version("kerasguard"), r_package_path = system.file(package = "kerasguard"),
    core = gsub(".*= [\"']|[\"'].*", "", line), core_path = path
  )
}

# Python that runs in this session already: it stays, whatever is asked for now.
facts_of_running <- function(timeout) {
  if (!reticulate::py_available(initialize = FALSE)) {
    return(list())
  }
  config <- reticulate::py_config()
  facts <- list(
    running = slashes(config$python), python_path = slashes(config$python), libpython = config$libpython,
    python_why = "it runs already"
  )
  core <- reticulate::py_eval(paste(
    "(lambda m: [m.__version__, m.__path__[0]] if hasattr(m, '__version__') else [])",
    "(__import__('sys').modules.get('kerasguard'))"
  ))
  if (length(core) == 2) {
    facts$core_loaded <- core[[1]]
    facts$core_loaded_path <- slashes(core[[2]])
  }
  c(facts, facts_of_another(config$python, timeout))
}

# What is asked for, if it is another Python than this one.
facts_of_another <- function(python, timeout) {
  asked <- asked_python()
  if (is.null(asked) || (!is.null(python) && is_same_python(asked$path, python, timeout))) {
    return(list())
  }
  list(other_asked = slashes(asked$path), asked_by = asked$by)
}

asked_python <- function() {
  variable <- Sys.getenv("RETICULATE_PYTHON")
  if (nzchar(variable) && variable != "managed") {
    return(list(path = variable, by = "RETICULATE_PYTHON"))
  }
  required <- chosen_in_session()$required
  if (!is.null(required)) list(path = required, by = "use_python()")
}

# What use_python() and the like have said, which reticulate does not tell before Python starts.
chosen_in_session <- function() {
  state <- get0(".globals", asNamespace("reticulate"))
  if (!is.environment(state)) {
    return(list())
  }
  list(
    required = get0("required_python_version", state, inherits = FALSE),
    wished = get0("use_python_versions", state, inherits = FALSE)
  )
}

# Two paths may lead to one environment: it is told by its prefix, and asked for only where the paths differ.
is_same_python <- function(one, other, timeout) {
  if (identical(slashes(one), slashes(other))) {
    return(TRUE)
  }
  code <- shQuote("import sys; print(sys.prefix, sys.version_info[:2])")
  prefix <- function(python) {
    if (dir.exists(python)) python <- program_inside(python)
    run_program(python, c("-c", code), min(timeout, 20))$out
  }
  answer <- prefix(one)
  length(answer) > 0 && identical(answer, prefix(other))
}

slashes <- function(path) gsub("\\", "/", path, fixed = TRUE)

# Which Python would be used and why. reticulate is asked, in another R: it may run any Python it finds, and one that
# hangs would hang this session.
facts_of_discovery <- function(timeout) {
  chosen <- chosen_in_session()
  loaded <- intersect(c("keras3", "keras", "tensorflow"), loadedNamespaces())
  job <- tempfile(fileext = ".rds")
  on.exit(unlink(job))
  functions <- list(discover = discover, makes_own = makes_own, tell_config = tell_config, tell = tell)
  functions <- lapply(functions, `environment<-`, value = globalenv()) # without this package
  saveRDS(list(functions = functions, args = list(chosen$required, chosen$wished, loaded)), job)
  code <- "job <- readRDS('%s'); list2env(job$functions, globalenv()); do.call(discover, job$args)"
  code <- sprintf(code, slashes(job))
  libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
  rscript <- file.path(R.home("bin"), "Rscript")
  done <- with_variable("R_LIBS", libraries, run_program(rscript, c("--vanilla", "-e", shQuote(code)), timeout))
  facts <- read_facts(done$out)
  if (is.null(facts$answered) || done$is_late) {
    facts$python_error <- paste("reticulate did not tell which Python to use:", done$ended)
  }
  facts$answered <- NULL
  more <- if (is.null(facts$python_error)) facts_of_another(facts$python_path, timeout) else facts_of_refused()
  c(facts, more)
}

# reticulate can't use the Python that is asked for; that it is one all the same tells why.
facts_of_refused <- function() {
  python <- asked_python()$path
  if (is.null(python) || !file.exists(python)) {
    return(list())
  }
  inside <- program_inside(python)
  if (dir.exists(python)) {
    return(if (file.exists(inside)) list(program_inside = inside))
  }
  list(python_path = slashes(python), python_why = paste("asked for by", asked_python()$by))
}

program_inside <- function(folder) {
  slashes(file.path(folder, if (.Platform$OS.type == "windows") "Scripts/python.exe" else "bin/python"))
}

# Runs in the other R, as the three functions after it. A Python of reticulate's own (from 1.41 on, made by uv where
# nothing else is chosen) is not made.
discover <- function(required, wished, loaded) {
  lapply(loaded, function(package) try(loadNamespace(package), silent = TRUE))
  lapply(wished, function(python) try(reticulate::use_python(python, required = FALSE), silent = TRUE))
  lapply(required, function(python) try(reticulate::use_python(python, required = TRUE), silent = TRUE))
  own <- makes_own(required)
  Sys.setenv(RETICULATE_USE_MANAGED_VENV = "no")
  config <- if (own != "always") tryCatch(reticulate::py_discover_config(), error = identity)
  # found on the path, and neither chosen nor reticulate's own environment
  is_chosen <- !is.null(config$forced) && !config$forced %in% c("PATH", "Windows Registry")
  is_last_resort <- !is_chosen && !grepl("r-reticulate", c(config$python, "")[1], fixed = TRUE)
  if (inherits(config, "error")) {
    tell("python_error", conditionMessage(config))
  } else if (own == "always" || (own == "at last" && is_last_resort)) {
    tell("managed", "yes")
    find_uv <- get0("uv_binary", asNamespace("reticulate"))
    if (is.function(find_uv)) tell("uv", tryCatch(find_uv(bootstrap_install = FALSE), error = function(e) NULL))
  } else {
    tell_config(config)
  }
  tell("answered", "yes")
}

makes_own <- function(required) {
  says <- tolower(Sys.getenv(c("RETICULATE_PYTHON", "RETICULATE_PYTHON_ENV", "RETICULATE_USE_MANAGED_VENV")))
  if (utils::packageVersion("reticulate") < "1.41") {
    return("never")
  }
  is_chosen <- any(nzchar(c(says[1:2], required)))
  if (says[1] == "managed" || (says[3] %in% c("true", "1", "yes") && !is_chosen)) {
    return("always")
  }
  if (says[3] %in% c("false", "0", "no")) "never" else "at last"
}

tell_config <- function(config) {
  tell("python_path", config$python)
  tell("libpython", config$libpython)
  if (is.null(config)) {
    return(invisible())
  }
  why <- if (!is.null(config$forced)) paste("chosen by", config$forced) else "found by reticulate"
  # use_virtualenv() and use_condaenv() end in use_python()
  if (grepl("use_python", why, fixed = TRUE)) why <- "chosen by use_python(), use_virtualenv() or use_condaenv()"
  if (is.null(config$forced) && grepl("r-reticulate", config$python, fixed = TRUE)) {
    why <- "reticulate's default environment"
  }
  tell("python_why", why)
}

tell <- function(name, value) {
  if (!is.null(value)) cat(name, "\t", gsub("\\", "/", gsub("\\s+", " ", value), fixed = TRUE), "\n", sep = "")
}

# A Python that does not exist yet: what it will hold is what was asked for.
facts_of_managed <- function(facts) {
  wanted <- tryCatch(getExportedValue("reticulate", "py_require")()$packages, error = function(e) NULL) # 1.41 and later
  list(
    python_why = "reticulate makes it with uv at first use",
    managed_keras = if (any(grepl("^(keras|tensorflow|jax|torch)", wanted))) "yes",
    online = if (is.null(facts$uv)) is_online()
  )
}

# Asked only where reticulate itself would go to the net next: where the user's own settings say, else anywhere.
is_online <- function() {
  set <- c(Sys.getenv(c("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")), "https://www.r-project.org")
  answer <- tryCatch(curlGetHeaders(set[startsWith(set, "http")][[1]], timeout = 5L), error = function(e) NULL)
  if (is.null(answer)) "no" else "yes"
}

# Facts of an interpreter, by a process of its own: its imports may crash or hang.
probe_python <- function(python, libpython, timeout) {
  script <- system.file("python", "kerasguard", "probe.py", package = "kerasguard")
  path <- paste(c(getwd(), Sys.getenv("PYTHONPATH")), collapse = .Platform$path.sep) # reticulate looks here, too
  # R's own list of folders can lead an interpreter to another one's library
  libraries <- c(if (!is.null(libpython)) dirname(libpython), Sys.getenv("LD_LIBRARY_PATH"))
  libraries <- paste(libraries[nzchar(libraries)], collapse = ":")
  done <- with_variable(
    "PYTHONPATH", path, with_variable("LD_LIBRARY_PATH", libraries, run_program(python, shQuote(script), timeout))
  )
  facts <- read_facts(done$out)
  ended <- done$ended
  if (nzchar(ended) && is.null(facts$probed)) {
    facts$python_error <- paste0(python, ": ", ended)
    facts$python <- NULL
  } else if (nzchar(ended) && !identical(facts$importing, facts$imported) && is.null(facts$broken)) {
    facts$broken <- facts$importing
    facts$broken_error <- ended
  }
  if (!is.null(facts$broken)) {
    facts$broken_package <- c(facts[[paste0(facts$broken, "_package")]], facts$broken)[1]
    if (!identical(facts$suspect, "no")) facts$shadow <- facts$suspect
  }
  facts[c("importing", "imported", "suspect")] <- NULL
  for (name in intersect(c("python_path", "libpython", "kerasguard_path", "shadow"), names(facts))) {
    facts[[name]] <- slashes(facts[[name]])
  }
  facts
}

read_facts <- function(lines) {
  parts <- regmatches(lines, regexec("^(\\w+)\t(.*)$", lines))
  parts <- Filter(length, parts)
  facts <- list()
  for (part in parts) facts[[part[2]]] <- part[3]
  facts
}

# What a program prints, and how it ended where that was not well. Its output goes to a file: what was printed before a
# time-out counts.
run_program <- function(program, args, timeout) {
  out <- tempfile()
  noise <- tempfile()
  on.exit(unlink(c(out, noise)))
  status <- suppressWarnings(
    tryCatch(system2(program, args, stdout = out, stderr = noise, timeout = timeout), error = function(e) 127L)
  )
  last <- if (file.exists(noise)) utils::tail(readLines(noise, warn = FALSE), 1)
  ended <- if (status == 0) {
    ""
  } else if (status == 124) {
    sprintf("no answer within %s seconds.", format(timeout))
  } else {
    paste(c(sprintf("it ended with status %d.", status), substr(last, 1, 300)), collapse = " ")
  }
  lines <- if (file.exists(out)) readLines(out, warn = FALSE, encoding = "UTF-8")
  list(out = lines, ended = ended, is_late = status == 124)
}

with_variable <- function(name, value, code) {
  before <- Sys.getenv(name, unset = NA)
  on.exit(if (is.na(before)) Sys.unsetenv(name) else do.call(Sys.setenv, rlang::set_names(list(before), name)))
  do.call(Sys.setenv, rlang::set_names(list(value), name))
  code
}
