# Rules by the facts that both languages share, then real environments, broken on purpose and looked at by an R of
# their own: the one that runs the tests has a Python that works.

read_table <- function(file) {
  lines <- readLines(file)
  connection <- textConnection(lines[!startsWith(lines, "#")])
  on.exit(close(connection))
  as.data.frame(read.dcf(connection))
}
# tests of the repository, which both languages read
shared <- test_path("..", "..", "tests", "environment_cases.dcf")
cases <- read_table(shared)
cases <- cases[is.na(cases$Host) | cases$Host == "r", ]

facts_of <- function(case) {
  words <- strsplit(case$Facts, "\\s+")[[1]]
  pairs <- regmatches(words, regexpr("=", words), invert = TRUE)
  facts <- lapply(pairs, function(pair) if (grepl("error", pair[1])) gsub("_", " ", pair[2]) else pair[2])
  c(list(host = "r"), rlang::set_names(facts, vapply(pairs, `[`, "", 1)))
}
judged <- function(i) kerasguard:::judge_environment(facts_of(cases[i, ]))

test_that("facts give their codes", {
  for (i in seq_len(nrow(cases))) {
    wanted <- if (is.na(cases$Codes[i])) character() else strsplit(cases$Codes[i], " ")[[1]]
    found <- judged(i)
    expect_identical(found$problems$code, wanted, label = cases$Case[i])
    expect_identical(found$ok, !any(found$problems$level == "refusal"))
  }
  tried <- unlist(strsplit(cases$Codes[!is.na(cases$Codes)], " "))
  expect_setequal(tried, kerasguard:::environment_table()$Code)
})

test_that("versions are numbers", {
  holds <- kerasguard:::clauses_hold
  expect_true(holds("a < 1.38", list(a = "1.4")))
  expect_true(holds("a < 1.38", list(a = "1.37.9.9000")))
  expect_false(holds("a < 1.38", list(a = "1.38.0")))
  expect_true(holds("a >= 3", list(a = "3.0.0rc1")))
  expect_false(holds("a < 3", list()))
  expect_false(holds("a is not {b}", list(a = "1")))
  expect_true(holds("a missing, b there\n Or c is x|y", list(c = "y")))
})

test_that("words are as agreed, and the lines are R", {
  texts <- unlist(lapply(seq_len(nrow(cases)), function(i) {
    messages <- judged(i)$problems$message
    if (length(messages) > 0) paste0("## ", cases$Case[i], "\n", messages, "\n")
  }))
  file <- test_path("environment.txt")
  if (nzchar(Sys.getenv("UPDATE_SNAPSHOTS"))) writeLines(texts, file)
  expect_identical(unlist(strsplit(texts, "\n")), Filter(nzchar, readLines(file)))
  for (text in texts) {
    lines <- strsplit(text, "\n")[[1]]
    expect_lte(nchar(lines[2]), 80)
    expect_lt(nchar(text), 1000)
    expect_no_match(text, "[Pp]lease|[Ii]nvalid|[Ss]orry|\\{|\\}|None|ndarray")
    code <- grep("^  \\S", lines, value = TRUE)
    expect_gt(length(code), 0)
    expect_gt(length(parse(text = code)), 0)
  }
})

test_that("it prints as a table with what is wrong below", {
  found <- kerasguard:::judge_environment(list(host = "r", r = "4.2.2", python = "3.8.1", python_path = "/p/python"))
  lines <- cli::ansi_strip(format(found))
  expect_match(lines[1], "This environment can't work as it is.", fixed = TRUE)
  expect_match(lines[8], "^  Python +3.8.1 +/p/python$")
  expect_true(any(startsWith(lines, "[refusal] ")))
  expect_output(expect_identical(print(found), found), "3.8.1")
  warned <- kerasguard:::judge_environment(list(reticulate = "1.40", pandas = "3.0.1", python = "3.11.1", running = "/p"))
  expect_true(warned$ok)
  expect_match(format(warned)[1], "warnings: 1", fixed = TRUE)
})

test_that("the Python that runs is looked at where it is", {
  found <- check_environment()
  config <- reticulate::py_config()
  versions <- rlang::set_names(found$versions$version, found$versions$what)
  expect_true(found$ok)
  expect_identical(versions[["Keras"]], keras$`__version__`)
  expect_identical(versions[["reticulate"]], as.character(packageVersion("reticulate")))
  expect_identical(found$facts$running, config$python)
  expect_identical(sub("[.][0-9]+$", "", versions[["Python"]]), as.character(config$version))
  expect_identical(found$facts$core, as.character(packageVersion("kerasguard")))
})

look <- "found <- check_environment(timeout = 20); stopifnot(!reticulate::py_available())"
skip_on_os("windows")
bare <- make_environment()

test_that("a Python without Keras, numpy or anything is told, and does not start", {
  found <- in_fresh_r(look, RETICULATE_PYTHON = bare)
  expect_identical(found$problems$code, "environment_tensorflow_missing")
  expect_false(found$ok)
  expect_identical(found$facts$python_path, bare)
  expect_match(found$facts$python_why, "RETICULATE_PYTHON")
  chosen <- in_fresh_r(sprintf("reticulate::use_python('%s', required = TRUE); %s", bare, look), RETICULATE_PYTHON = NA)
  expect_identical(chosen$facts$python_path, bare)
  expect_match(chosen$facts$python_why, "use_python", fixed = TRUE)
})

test_that("programs that are no Python, end or hang are entries of the report", {
  for (python in c("/nowhere/python", program("exit 3"), program("kill -SEGV $$"))) {
    found <- in_fresh_r(look, RETICULATE_PYTHON = python)
    expect_false(found$ok)
    expect_true(is.na(found$versions$version[found$versions$what == "Keras"]))
    expect_match(found$problems$code[1], "environment_python_failed|environment_passed_over")
  }
  hangs <- sub("20", "3", look)
  time <- system.time(found <- in_fresh_r(hangs, RETICULATE_PYTHON = program("sleep 300")))
  expect_lt(time[["elapsed"]], 60)
  # later reticulates ask it themselves, and go on to another one
  skip_if(found$problems$code[1] == "environment_passed_over", "reticulate passes over what does not answer")
  expect_identical(found$problems$code, "environment_python_failed")
  expect_match(found$problems$message, "no answer within 3 seconds", fixed = TRUE)
})

test_that("imports that fail, end Python or hang are told by name", {
  python <- Sys.getenv("RETICULATE_PYTHON")
  skip_if(python == "", "needs a Python with numpy")
  folder <- tempfile()
  dir.create(folder)
  file <- file.path(folder, "pandas.py")
  bodies <- c("import os; os.abort()", "import time; time.sleep(600)", "frames = 1")
  sentences <- c("ended with status", "no answer within 20 seconds", "AttributeError")
  for (i in seq_along(bodies)) {
    writeLines(bodies[i], file)
    found <- in_fresh_r(look, RETICULATE_PYTHON = python, folder = folder)
    expect_false(found$ok)
    expect_match(found$problems$message[found$problems$code == "environment_shadowed"], sentences[i], fixed = TRUE)
  }
  fix <- grep("file.rename", strsplit(found$problems$message[found$problems$code == "environment_shadowed"], "\n")[[1]], value = TRUE)
  before <- setwd(folder)
  on.exit(setwd(before))
  expect_true(eval(parse(text = fix)))
  expect_true(in_fresh_r(look, RETICULATE_PYTHON = python, folder = folder)$ok)
})

test_that("a Python without its shared library is told before it is loaded", {
  skip_if(packageVersion("reticulate") >= "1.41", "reticulate looks in more places")
  # as sysconfig tells it: with the folders of another build, there is none
  folder <- tempfile()
  dir.create(folder)
  lines <- sprintf("build_time_vars = {'LIBDIR': '%s', 'LIBPL': '%s', 'LDLIBRARY': 'libpython.a'}", folder, folder)
  writeLines(lines, file.path(folder, "_sysconfigdata_static.py"))
  found <- in_fresh_r(
    look,
    RETICULATE_PYTHON = bare, PYTHONPATH = folder, `_PYTHON_SYSCONFIGDATA_NAME` = "_sysconfigdata_static"
  )
  expect_identical(found$problems$code[1], "environment_libpython")
})

test_that("another Python than the one that is asked for, and another core, are seen in a session", {
  python <- Sys.getenv("RETICULATE_PYTHON")
  skip_if(python == "", "needs a Python with numpy")
  other <- tempfile()
  dir.create(other)
  file.copy(system.file("python", "kerasguard", package = "kerasguard"), other, recursive = TRUE)
  init <- file.path(other, "kerasguard", "__init__.py")
  writeLines(sub("^__version__ = .*", "__version__ = \"0.0.1\"", readLines(init)), init)
  code <- c(
    "reticulate::py_run_string('import kerasguard')",
    sprintf("Sys.setenv(RETICULATE_PYTHON = '%s')", bare),
    "found <- check_environment()",
    "error <- tryCatch(safe_load_model('m.keras'), error = identity)",
    "found$refused <- class(error)[1]; found$text <- conditionMessage(error)"
  )
  found <- in_fresh_r(code, RETICULATE_PYTHON = python, PYTHONPATH = other)
  expect_true(all(c("environment_other_python", "environment_two_cores") %in% found$problems$code))
  expect_identical(found$facts$core_loaded, "0.0.1")
  expect_identical(found$refused, "kerasguard_error_environment_version")
  expect_match(found$text, "check_environment()", fixed = TRUE)
  same <- c("reticulate::py_config()", sprintf("Sys.setenv(RETICULATE_PYTHON = '%s3')", python), "found <- check_environment()")
  expect_false("environment_other_python" %in% in_fresh_r(same, RETICULATE_PYTHON = python)$problems$code)
})

test_that("printing keeps to 80 columns, but for code, and says so of a machine that is well", {
  sound <- kerasguard:::judge_environment(list(r = "4.2.2", python = "3.11.1", running = "/p", python_path = strrep("/pp", 30)))
  expect_match(format(sound)[1], "No known problem here", fixed = TRUE)
  for (i in seq_len(nrow(cases))) {
    lines <- cli::ansi_strip(format(judged(i)))
    expect_true(all(nchar(lines[!grepl("^  \\S.*\\(", lines)]) <= 80))
  }
})

test_that("a folder in place of a program, and half an import, are told", {
  folder <- dirname(dirname(bare))
  found <- in_fresh_r(look, RETICULATE_PYTHON = folder)
  if (packageVersion("reticulate") < "1.41") expect_identical(found$problems$code, "environment_python_folder")
  code <- c("reticulate::py_run_string('import sys, types; sys.modules[\"kerasguard\"] = types.ModuleType(\"kerasguard\")')")
  found <- in_fresh_r(c(code, "found <- check_environment(timeout = 20)"), RETICULATE_PYTHON = bare)
  expect_identical(found$problems$code, "environment_tensorflow_missing")
})

test_that("an error at the start of Python leads here", {
  found <- in_fresh_r(
    "error <- tryCatch(safe_load_model('m.keras'), error = identity); found <- list(class = class(error), text = conditionMessage(error))",
    RETICULATE_PYTHON = bare
  )
  expect_identical(found$class[1:2], c("kerasguard_error_environment_tensorflow_missing", "kerasguard_error_environment"))
  found <- in_fresh_r(
    "found <- list(text = conditionMessage(tryCatch(safe_load_model('m.keras'), error = identity)))",
    RETICULATE_PYTHON = "/nowhere/python"
  )
  expect_match(found$text, "check_environment()", fixed = TRUE)
})

test_that("numpy 2 before reticulate knew it is refused", {
  skip_if(packageVersion("reticulate") >= "1.38", "reticulate knows numpy 2")
  folder <- tempfile()
  status <- system2(
    Sys.getenv("RETICULATE_PYTHON"),
    c("-m", "pip", "install", "-q", "--no-deps", "--target", folder, shQuote("numpy>=2,<2.3")),
    stdout = FALSE, stderr = FALSE
  )
  skip_if(status != 0, "no package index")
  found <- in_fresh_r(look, RETICULATE_PYTHON = bare, PYTHONPATH = folder)
  expect_true("environment_reticulate_numpy" %in% found$problems$code)
})

test_that("a Python that reticulate makes itself is not made", {
  skip_if(packageVersion("reticulate") < "1.41", "reticulate makes none")
  home <- tempfile()
  dir.create(home)
  look_at <- function(...) {
    in_fresh_r(look, HOME = home, WORKON_HOME = home, RETICULATE_PYTHON = NA, PATH = "/usr/bin:/bin", ..., folder = home)
  }
  expect_identical(look_at()$facts$managed, "yes")
  offline <- look_at(https_proxy = "http://127.0.0.1:9", HTTPS_PROXY = "http://127.0.0.1:9", RETICULATE_UV = NA)
  expect_true("environment_managed_offline" %in% offline$problems$code)
  expect_true("environment_managed_keras" %in% offline$problems$code)
  asked <- in_fresh_r(c("reticulate::py_require('tensorflow')", look), HOME = home, RETICULATE_PYTHON = "managed")
  expect_identical(asked$facts$managed_keras, "yes")
  expect_null(look_at(RETICULATE_USE_MANAGED_VENV = "no")$facts$managed)
  expect_false(any(grepl("uv", list.files(home, all.files = TRUE, recursive = TRUE))))
})

test_that("every row of the table is printed with its name and version", {
  facts <- list(r = "4.2.2", reticulate = "1.28", system = "Debian GNU/Linux 12 (bookworm), x86_64", numpy = "1.26.4")
  lines <- row_lines(environment_rows(facts))
  expect_length(lines, nrow(environment_rows(facts)))
  expect_match(lines, "^  R +4[.]2[.]2$", all = FALSE)
  expect_match(lines, "^  numpy +1[.]26[.]4$", all = FALSE)
  expect_match(lines, "x86_64$", all = FALSE)
})
