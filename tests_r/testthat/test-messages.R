# Each situation as an R user meets it: what is printed, kept in messages.txt, and whether the fix runs.
# UPDATE_SNAPSHOTS=1 writes the file anew.

situation <- function(model, x, ..., fill = list()) list(model = model, x = x, options = list(...), fill = fill)

frame <- function(...) {
  base <- as.data.frame(matrix(1:15, 3, dimnames = list(NULL, letters[1:5])))
  added <- list(...)
  base[names(added)] <- added
  base
}
columns <- list(COLUMNS = quote(1:5), ALL_COLUMNS = quote(matrix(1, 2, 5)))
codes <- list(CODES_OF_TRAINING = quote(c(0, 1, 0)), FEATURE_OF_TRAINING = quote(c(0, 1, 2)))

situations <- list(
  "six columns" = situation(dense, numbers(10, 6), fill = columns),
  "four columns" = situation(dense, model.matrix(~ a + b, data.frame(a = c("x", "y"), b = 1:2)), fill = columns),
  "a transposed matrix" = situation(dense, numbers(5, 9), fill = columns),
  "wide matrix for an LSTM" = situation(lstm, numbers(10, 15)),
  "one wide row" = situation(lstm, as.numeric(1:15)),
  "flat pictures" = situation(conv, numbers(10, 48)),
  "pictures for a dense model" = situation(function() dense(12), numbers(5, 4, 3)),
  "sequences on the last axis" = situation(lstm, numbers(5, 3, 3)),
  "samples or steps" = situation(free_lstm, numbers(10, 3)),
  "a series" = situation(function() lstm(12, 1), AirPassengers / 100),
  "a series of three features" = situation(lstm, numbers(20, 3)),
  "seven steps" = situation(lstm, numbers(10, 7, 3)),
  "channels first" = situation(pooled, numbers(4, 3, 6, 5)),
  "pictures of another size" = situation(pooled, numbers(4, 9, 9, 3)),
  "colour for grey" = situation(conv, numbers(4, 8, 6, 3)),
  "grey for colour" = situation(pooled, numbers(4, 6, 5, 1)),
  "pictures with transparency" = situation(pooled, numbers(4, 6, 5, 4)),
  "one row" = situation(dense, as.numeric(1:5)),
  "NA in integers" = situation(dense, replace(matrix(1:10, 2), 4, NA)),
  "NA in a logical column" = situation(dense, frame(b = c(TRUE, NA, FALSE))),
  "Inf" = situation(dense, replace(numbers(2, 5), 4, Inf)),
  "a factor column" = situation(dense, frame(b = factor(c("u", "v", "u"))), fill = codes),
  "a date column too much" = situation(dense, frame(ds = as.Date("2024-01-01") + 0:2)),
  "a duration column" = situation(dense, frame(b = as.difftime(1:3, units = "mins"))),
  "a character matrix" = situation(dense, matrix(as.character(1:10), 2), fill = list(ENCODED = quote(matrix(1, 2, 5)))),
  "an array of a list" = situation(
    function() lstm(5, 1), array(lapply(1:4, function(i) 1:5), dim = c(4, 5, 1)),
    fill = list(LIST = quote(lapply(1:4, function(i) as.numeric(1:5))))
  ),
  "complex" = situation(dense, numbers(2, 5) + 1i),
  "too large" = situation(dense, replace(numbers(2, 5), 4, 1e39), fill = list(SCALE = 1e39)),
  "seconds since 1970" = situation(dense, 1.6e9 + 10 * matrix(1:10, 2), fill = list(START = 1.6e9)),
  "ids with a fraction" = situation(
    function() sequential(2, layers$Embedding(50L, 3L), layers$Flatten(), layers$Dense(1L), dtype = "int32"),
    matrix(c(1, 2.5), 1)
  ),
  "lists of unequal length" = situation(dense, list(1:3, 1:2)),
  "two arrays for one input" = situation(dense, list(numbers(4, 5), numbers(4, 5))),
  "inputs in another order" = situation(several, list(numbers(4, 2), numbers(4, 3))),
  "an input without data" = situation(several, list(main = numbers(4, 3), au = numbers(4, 2))),
  "a column without its name" = situation(
    function() several(c(age = 1L, income = 1L)), data.frame(income = 1:2, aeg = 3:4)
  ),
  "stateful" = situation(stateful, numbers(7, 5, 3)),
  "strict" = situation(dense, as.numeric(1:5), repairs = "refuse"),
  "no data" = situation(dense, NULL, fill = list(DATA = quote(matrix(1, 2, 5)))),
  "a function" = situation(dense, mean, fill = list(DATA = quote(matrix(1, 2, 5))))
)

# The conditions of a call, in their order.
conditions_of <- function(case) {
  seen <- list()
  note <- function(condition) {
    seen[[length(seen) + 1]] <<- condition
    if (!inherits(condition, "error")) rlang::cnd_muffle(condition)
  }
  model <- case$model()
  x <- case$x
  call <- as.call(c(quote(safe_predict), quote(model), quote(x), case$options, verbose = 0))
  try(withCallingHandlers(eval(call),
    kerasguard_error = note, kerasguard_warning = note, kerasguard_message = note
  ), silent = TRUE)
  seen
}

fixes_of <- function(condition) {
  code <- unlist(condition$report$symbols) == " "
  runs <- rle(code)
  run <- rep(seq_along(runs$lengths), runs$lengths)[code]
  unname(vapply(split(unlist(condition$report$lines)[code], run), paste, "", collapse = "\n"))
}

test_that("what is printed is as agreed", {
  rlang::local_options(cli.unicode = FALSE, cli.num_colors = 1L)
  printed <- unlist(lapply(names(situations), function(name) {
    words <- vapply(conditions_of(situations[[name]]), conditionMessage, "")
    c(paste("##", name), gsub("(sequential|functional)(_[0-9]+)?\"", "MODEL\"", words), "")
  }))
  printed <- unlist(strsplit(paste(printed, collapse = "\n"), "\n"))
  file <- test_path("messages.txt")
  if (nzchar(Sys.getenv("UPDATE_SNAPSHOTS"))) writeLines(printed, file)
  expect_identical(printed, readLines(file))
})

test_that("the fixes run", {
  for (name in names(situations)) {
    case <- situations[[name]]
    conditions <- conditions_of(case)
    expect_gt(length(conditions), 0)
    for (condition in conditions) {
      for (code in fixes_of(condition)) {
        here <- list2env(list(model = case$model(), x = case$x), parent = globalenv())
        for (line in as.list(parse(text = code))) {
          line <- eval(call("substitute", line, case$fill))
          value <- tryCatch(suppressMessages(suppressWarnings(eval(line, here))), error = identity)
        }
        expect_false(inherits(value, "error"), info = paste(name, code, if (inherits(value, "error")) conditionMessage(value)))
      }
    }
  }
})
