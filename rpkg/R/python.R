# The Python core: started at first use, never at library().

the <- new.env(parent = emptyenv())

# The core's functions for R: those of the copy that is bundled. Replies come as R lists; raw_core() leaves them
# Python's.
core <- function(call = rlang::caller_env()) {
  load_core(call)
  the$core
}

raw_core <- function(call = rlang::caller_env()) {
  load_core(call)
  the$raw_core
}

# How lines of code are written, so that they run here: with keras3's verbs where it is in use, else with Python's
# names, through the user's own variable where there is one.
code_style <- function() {
  if ("package:keras3" %in% search()) {
    return("")
  }
  if ("package:keras" %in% search()) {
    return("keras::")
  }
  if (isNamespaceLoaded("keras3")) {
    return("keras3::")
  }
  if (is_module("keras")) "keras" else if (is_module("tf")) "tf$keras" else "reticulate::import(\"keras\")"
}

is_module <- function(name) {
  where <- globalenv()
  is_plain <- exists(name, where, inherits = FALSE) && !rlang::env_binding_are_lazy(where, name) &&
    !rlang::env_binding_are_active(where, name)
  is_plain && inherits(get(name, where), "python.builtin.module")
}

load_core <- function(call) {
  if (is.null(the$core)) {
    start_core(call)
  }
  style <- code_style()
  if (!identical(style, the$style)) {
    the$core$write_code_as(style)
    the$style <- style
  }
}

start_core <- function(call) {
  # without ours Python would take whatever copy it finds
  if (!file.exists(file.path(core_path(), "kerasguard", "__init__.py"))) check_core(call)
  border <- tryCatch(import_core(), error = function(e) abort_start(conditionMessage(e), call))
  check_version(call)
  the$raw_core <- border
  # kept as functions: to look one up in a module costs a tenth of a call
  module <- reticulate::import("kerasguard.r_border")
  functions <- c(
    "safe_predict", "check_input", "learn_blueprint", "blueprint", "safe_load_model", "safe_save_model",
    "check_model", "explain_error", "write_code_as", "refuse", "guard", "unguard",
    "run_fit", "finish_fit", "run_evaluate", "finish_evaluate", "score_dataset", "score_frame", "read_scored"
  )
  the$core <- rlang::set_names(lapply(functions, function(name) module[[name]]), functions)
}

# The byte code of our modules is not kept: it would be written into R's library, which is not ours to write to and may
# be read-only. That of others may be, so numpy is imported before.
import_core <- function() {
  sys <- reticulate::import("sys", convert = FALSE)
  reticulate::import("numpy", convert = FALSE)
  keeps_none <- sys$dont_write_bytecode
  on.exit(sys$dont_write_bytecode <- keeps_none)
  sys$dont_write_bytecode <- TRUE
  reticulate::import_from_path("kerasguard.r_border", path = core_path(), convert = FALSE)
}

core_path <- function() system.file("python", package = "kerasguard")

# The files of the core are those that were built into the package; bootstrap.R wrote down which.
check_core <- function(call) {
  listed <- file.path(core_path(), "MD5")
  sums <- if (file.exists(listed)) utils::read.table(listed, col.names = c("sum", "file"), colClasses = "character")
  found <- tools::md5sum(file.path(core_path(), sub("^[*]", "", sums$file)))
  wrong <- sub("^[*]", "", sums$file)[is.na(found) | found != sums$sum]
  if (NROW(sums) > 0 && length(wrong) == 0) {
    return(invisible())
  }
  which <- if (NROW(sums) == 0) "none of its files is there" else paste("not as it was built:", wrong[1])
  if (length(wrong) > 1) which <- sprintf("%s, and %d more", which, length(wrong) - 1)
  abort_plain(
    c(
      "Can't use kerasguard: its Python core is damaged.",
      x = sprintf("In %s: %s.", system.file(package = "kerasguard"), which),
      i = "Fix: install the R package again:",
      " " = "install.packages(\"PATH_TO_kerasguard.tar.gz\", repos = NULL, type = \"source\")"
    ),
    class = c("kerasguard_error_environment_core", "kerasguard_error_environment", "kerasguard_error"),
    call = call
  )
}

# Why Python did not start is looked for: what reticulate and Python say names no line that mends it.
abort_start <- function(sentence, call) {
  check_core(call)
  found <- tryCatch(check_environment(timeout = 30), error = function(e) NULL)
  refused <- found$problems[found$problems$level == "refusal", ]
  code <- c(refused$code, "environment_python")[1]
  lines <- if (NROW(refused) > 0) {
    strsplit(refused$message[1], "\n", fixed = TRUE)[[1]]
  } else {
    bullets <- c(
      x = sentence, i = "Fix: give a new R session a Python with Keras:",
      " " = "reticulate::use_python(\"PATH_TO_PYTHON\")"
    )
    c("Can't start the Python side of kerasguard.", rlang::format_error_bullets(bullets))
  }
  lines <- c(lines, rlang::format_error_bullets(c(i = "All that was looked at:", " " = "check_environment()")))
  abort_plain(
    paste(lines, collapse = "\n"),
    class = c(paste0("kerasguard_error_", code), "kerasguard_error_environment", "kerasguard_error"),
    call = call
  )
}

# Another copy, imported before ours, stays in sys.modules: its rules and words may be those of another version.
check_version <- function(call) {
  version <- reticulate::py_to_r(reticulate::import("kerasguard", convert = FALSE)$`__version__`)
  own <- as.character(utils::packageVersion("kerasguard"))
  if (!identical(version, own)) {
    abort_plain(
      c(
        "Can't work with two versions of kerasguard in one session.",
        x = sprintf("Python has loaded %s, this R package is %s; check_environment() says from where.", version, own),
        i = "Fix: restart R, or install the same version in Python:",
        " " = sprintf("reticulate::py_install(\"kerasguard==%s\", pip = TRUE)", own)
      ),
      class = c("kerasguard_error_environment_version", "kerasguard_error_environment", "kerasguard_error"),
      call = call
    )
  }
}

abort_plain <- function(message, class, call) {
  rlang::abort(message, class = class, call = call, use_cli_format = FALSE)
}
