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
labels <- list(TRAINING_X = quote(matrix(1, 3, 5)), TRAINING_Y = quote(factor(c("a", "b", "c"))))
codes <- list(CODES_OF_TRAINING = quote(c(0, 1, 0)), FEATURE_OF_TRAINING = quote(c(0, 1, 2)))

learned <- function(features, x, ...) {
  net <- dense(features)
  learn_blueprint(net, x, ...)
  net
}
sizes <- factor(c("low", "high", "low"))

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
  "columns of other lengths" = situation(dense, list(a = c(1, 2), b = c(1, 2, 3)), fill = list(SAME_ROWS = quote(matrix(1, 2, 5)))),
  "NA in a logical column" = situation(dense, frame(b = c(TRUE, NA, FALSE))),
  "Inf" = situation(dense, replace(numbers(2, 5), 4, Inf)),
  "a factor column" = situation(dense, frame(b = factor(c("u", "v", "u"))), fill = codes),
  "a level that training did not have" = situation(
    function() learned(5, frame(b = sizes), label_base = 1), frame(b = c("low", "Hihg", "high"))
  ),
  "a level unlike all of training" = situation(
    function() learned(5, frame(b = sizes), label_base = 1), frame(b = factor(c("low", "none", "high")))
  ),
  "codes in place of a factor" = situation(
    function() learned(5, frame(b = sizes), label_base = 1), frame(b = c(1L, 1L, 1L))
  ),
  "scaled by its own mean" = situation(
    function() learned(5, scale(numbers(20, 5))), scale(numbers(20, 5)[1:8, ]), fill = list(RAW = quote(matrix(1:40, 8)))
  ),
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
  "partly named inputs" = situation(
    several, list(main = numbers(4, 3), numbers(4, 2)),
    fill = list(DATA_1 = quote(matrix(1, 2, 3)), DATA_2 = quote(matrix(1, 2, 2)))
  ),
  "a name that needs quotes" = situation(
    function() several(c("my-main" = 3L, aux = 2L)), list(`my-mian` = numbers(4, 3), aux = numbers(4, 2))
  ),
  "one matrix for two inputs" = situation(
    several, numbers(4, 5), fill = list(DATA_1 = quote(matrix(1, 2, 3)), DATA_2 = quote(matrix(1, 2, 2)))
  ),
  "unequal rows" = situation(
    several, list(numbers(4, 3), numbers(5, 2)), fill = list(SAME_ROWS = quote(list(matrix(1, 4, 3), matrix(1, 4, 2))))
  ),
  "a long vector" = situation(dense, as.numeric(1:10), fill = list(COLUMNS = 1:5)),
  "a data frame of one column as a series" = situation(function() lstm(5, 1), data.frame(v = as.numeric(1:20))),
  "a data frame, samples or steps" = situation(free_lstm, as.data.frame(numbers(10, 3))),
  "one sequence on its side" = situation(lstm, numbers(3, 5)),
  "lags" = situation(
    function() lstm(2, 2), setNames(as.data.frame(numbers(4, 4)), c("t_lag1", "t_lag2", "w_lag1", "w_lag2")),
    fill = list(COLUMNS = quote(c("t_lag2", "w_lag2", "t_lag1", "w_lag1")))
  ),
  "an array of other rank" = situation(pooled, numbers(90, 7), fill = list(DATA = quote(array(1, c(2, 6, 5, 3))))),
  "text columns" = situation(dense, frame(b = c("u", "v", "u")), fill = codes),
  "a matrix column" = situation(dense, frame(b = I(diag(3))), fill = codes),
  "complex column" = situation(dense, frame(b = 1:3 + 1i), fill = codes),
  "a text model" = situation(text, c(1, 2)),
  "a factor" = situation(function() dense(1), factor(c("u", "v")), fill = list(CODES_OF_TRAINING = quote(matrix(1, 2, 1)))),
  "dates" = situation(function() dense(1), as.Date("2024-01-01") + 0:2, fill = list(FEATURES = quote(matrix(1, 2, 1)))),
  "durations" = situation(function() dense(1), as.difftime(c(1, 2), units = "hours")),
  "large ids" = situation(function() dense(1), matrix(c(16777216L, 16777217L)), fill = list(START = 16777216L)),
  "integer64 without its class" = situation(
    function() dense(1), matrix(unclass(bit64::as.integer64(1:3))), fill = list(INTEGER64 = quote(1:3))
  ),
  "ids beyond int32" = situation(
    function() sequential(2, layers$Embedding(50L, 3L), layers$Flatten(), layers$Dense(1L), dtype = "int32"),
    matrix(c(1, 3e9), 1), fill = list(IDS = quote(matrix(1L, 1, 2)))
  ),
  "never built" = situation(
    function() keras$Sequential(list(layers$Dense(1L))), numbers(2, 5), fill = list(FEATURES = 5L)
  ),
  "one unit of softmax" = situation(
    function() dense(activation = "softmax"), numbers(2, 5), fill = list(layer_dense = quote(list))
  ),
  "hms" = situation(dense, frame(b = structure(c(3600, 7200, 0), units = "secs", class = c("hms", "difftime")))),
  "columns that can be left out" = situation(dense, frame(id = c("u", "v", "w"), f = factor(1:3))),
  "a wrong option" = situation(dense, numbers(2, 5), order = "X"),
  "a wrong batch size" = situation(dense, numbers(2, 5), batch_size = 0),
  "stateful, another batch size" = situation(stateful, numbers(6, 5, 3), batch_size = 2),
  "stateful" = situation(stateful, numbers(7, 5, 3)),
  "labelled values" = situation(
    function() dense(1), haven::labelled(c(1, 2), c(yes = 1, no = 2)), fill = list(ENCODE = quote(as.integer))
  ),
  "a labelled column" = situation(
    dense, frame(b = haven::labelled(c(1, 2, 1), c(yes = 1, no = 2))), fill = list(ENCODE = quote(as.integer))
  ),
  "text of unknown encoding" = situation(text, c("good", "gr\xfcn")),
  "a text column of unknown encoding" = situation(text, data.frame(review = I(c("good", "gr\xfcn")))),
  "null in a record" = situation(dense, list(a = 1, b = NULL, c = 3, d = 4, e = 5), fill = list(FILLED = as.numeric(1:5))),
  "a list of pictures of class cimg" = situation(
    conv, lapply(1:2, function(i) structure(array(1:48 / 48, c(6, 8, 1, 1)), class = c("cimg", "numeric")))
  ),
  "a data.table with a column too many" = situation(
    dense, structure(data.frame(a = 1:2, b = 2, c = 3, d = 4, id = 5, e = 6), class = c("data.table", "data.frame")),
    fill = list(COLUMNS = quote(1:5))
  ),
  "strict" = situation(dense, as.numeric(1:5), repairs = "refuse"),
  "tokens counted from 1" = situation(
    function() sequential(2, layers$Embedding(20L, 3L), layers$Flatten(), layers$Dense(1L)), matrix(c(1, 4, 20, 7), 2)
  ),
  "an unknown level as -1" = situation(
    function() sequential(2, layers$Embedding(20L, 3L), layers$Flatten(), layers$Dense(1L)),
    data.frame(word = 1:2, place = c(3, -1)), fill = list(IDS = quote(matrix(1, 2, 2)))
  ),
  "half a token" = situation(
    function() sequential(2, layers$Embedding(20L, 3L), layers$Flatten(), layers$Dense(1L)), matrix(c(1, 4.5, 2, 7), 2)
  ),
  "pictures from readPNG()" = situation(
    function() sequential(c(6, 5, 3), layers$Rescaling(1 / 255), layers$Flatten(), layers$Dense(1L)),
    array(1:180 / 200, c(2, 6, 5, 3))
  ),
  "pixels that training divided by 255" = situation(
    function() pixels_0_1(), array((1:120 * 7) %% 256, c(4, 6, 5, 1))
  ),
  "scale() before a Normalization layer" = situation(
    function() normalized(c(20.1, 146.7), c(36.3, 4700.9)), scale(as.matrix(mtcars[, c("mpg", "hp")])),
    fill = list(UNSCALED = quote(as.matrix(mtcars[, c("mpg", "hp")])))
  ),
  "another unit" = situation(
    function() normalized(c(20.1, 146.7), c(36.3, 4700.9)), data.frame(mpg = c(21, 30), hp = c(1.2e6, 9e5)),
    fill = list(PREPARED = quote(matrix(c(20, 140), 1)))
  ),
  "never adapted" = situation(
    function() sequential(2, layers$Normalization(name = "scaling"), layers$Dense(1L)),
    cbind(age = c(31, 45), income = c(52000, 38000)),
    fill = list(TRAINING_X = quote(reticulate::np_array(matrix(c(31, 45, 52000, 38000), 2))))
  ),
  "trained on since" = situation(
    trained_on, setNames(as.data.frame(numbers(2, 3)), c("age", "income", "visits")),
    fill = list(TRAINING_X = quote(matrix(1, 2, 3)))
  ),
  "trained on since, columns in another order" = situation(
    trained_on, setNames(as.data.frame(numbers(2, 3)), c("visits", "age", "income")),
    fill = list(TRAINING_X = quote(matrix(1, 2, 3)))
  ),
  "trained on since, a matrix with a column more" = situation(
    trained_on, matrix(1:8 / 8, 2, dimnames = list(NULL, c("id", "age", "income", "visits"))),
    fill = list(TRAINING_X = quote(matrix(1, 2, 3)))
  ),
  "no data" = situation(dense, NULL, fill = list(DATA = quote(matrix(1, 2, 5)))),
  "a function" = situation(dense, mean, fill = list(DATA = quote(matrix(1, 2, 5)))),
  "classes that were not learned" = situation(
    function() dense(5, 3L, "softmax"), numbers(4, 5), type = "class", fill = labels
  ),
  "more units than classes" = situation(
    function() taught(dense(5, 4L, "softmax"), seen("a", "b", "c")), numbers(4, 5), type = "prob", fill = labels
  ),
  "classes of numbers" = situation(function() taught(dense(), seen()), numbers(4, 5), type = "class"),
  "probabilities or logits" = situation(
    function() taught(dense(5, 3L), seen("a", "b", "c")), numbers(4, 5), type = "prob"
  ),
  "one unit of probabilities or logits" = situation(
    function() taught(dense(5, 1L), seen("no", "yes")), numbers(4, 5), type = "class"
  ),
  "a table of sequences" = situation(
    function() taught(sequential(c(4, 2), layers$Dense(2L, "softmax")), seen("a", "b")), numbers(4, 4, 2),
    type = "prob"
  ),
  "a threshold in percent" = situation(
    function() taught(dense(5, 1L, "sigmoid"), seen("no", "yes")), numbers(4, 5), type = "class", threshold = 50
  ),
  "a threshold without classes" = situation(
    function() taught(dense(5, 1L, "sigmoid"), seen("no", "yes")), numbers(4, 5), threshold = 0.3
  )
)

# The conditions of a call, in their order.
conditions_of <- function(case) {
  seen <- list()
  note <- function(condition) {
    seen[[length(seen) + 1]] <<- condition
    if (!inherits(condition, "error")) rlang::cnd_muffle(condition)
  }
  net <- case$model()
  new_data <- case$x
  call <- as.call(c(quote(safe_predict), quote(net), quote(new_data), case$options, verbose = 0))
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
  skip_if(isNamespaceLoaded("keras3"), "keras3 is loaded: lines are written with its functions")
  rlang::local_options(cli.unicode = FALSE, cli.num_colors = 1L)
  printed <- unlist(lapply(names(situations), function(name) {
    words <- vapply(conditions_of(situations[[name]]), conditionMessage, "")
    c(paste("##", name), gsub("(odel|ayer) \"[a-z0-9_]+\"", "\\1 \"NAME\"", words), "")
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
        here <- list2env(list(net = case$model(), new_data = case$x), parent = globalenv())
        lines <- lapply(parse(text = code), function(line) eval(call("substitute", line, case$fill)))
        error <- tryCatch(
          {
            for (line in lines) suppressMessages(suppressWarnings(eval(line, here)))
            NULL
          },
          error = conditionMessage
        )
        expect_null(error, info = paste(name, code, sep = ": "))
      }
    }
  }
})
