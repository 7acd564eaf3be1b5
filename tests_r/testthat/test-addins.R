guarded_code <- function(text) kerasguard:::guard_code(text)$text

test_that("calls are guarded, and all else stays as it is", {
  becomes <- c(
    "predict(model, x)" = "safe_predict(model, x)",
    "y <- predict(model,\n\tx, batch_size = 8) # predict(m, x)" =
      "y <- safe_predict(model,\n\tx, batch_size = 8) # predict(m, x)",
    "model %>% predict(x)" = "model %>% safe_predict(x)",
    "model |> predict(x, verbose=0)" = "model |> safe_predict(x, verbose=0)",
    "x %>% scale() %>% predict(model, .)" = "x %>% scale() %>% safe_predict(model, .)",
    "stats::predict(model, x)" = "safe_predict(model, x)",
    "model$predict(x)" = "safe_predict(model, x)",
    "self$net$predict( x, verbose = 0L )" = "safe_predict(self$net,  x, verbose = 0L )",
    "nets[[1]]$predict(x)" = "safe_predict(nets[[1]], x)",
    "predict(model, x, 32)" = "safe_predict(model, x, batch_size = 32)",
    "predict(x = d, object = m)" = "safe_predict(x = d, object = m)",
    "m %>% fit(x, y, 16, 3) %>% plot()" = "m %>% safe_fit(x, y, batch_size = 16, epochs = 3) %>% plot()",
    "model$evaluate(x, y)" = "safe_evaluate(model, x, y)",
    "keras3::evaluate(model, x, y)" = "safe_evaluate(model, x, y)",
    "load_model_hdf5('a.h5', compile = FALSE)" = "safe_load_model('a.h5', compile = FALSE)",
    "m <- keras$models$load_model('a.keras')" = "m <- safe_load_model('a.keras')",
    "f(predict(m, g(x)), h$predict(x))" = "f(safe_predict(m, g(x)), safe_predict(h, x))",
    "predict(predict(m, x)[, 1], y)" = "safe_predict(safe_predict(m, x)[, 1], y)",
    "a$predict(b$predict(x))" = "safe_predict(a, safe_predict(b, x))",
    "predict(m, x, predict(n, y))" = "safe_predict(m, x, batch_size = safe_predict(n, y))",
    "predict(m,\r\n  x)" = "safe_predict(m,\r\n  x)",
    "m %>% # net\n  predict(x, # data\n    32)" = "m %>% # net\n  safe_predict(x, # data\n    batch_size = 32)",
    "predict(a, b) is prose\n```{r}\np <- predict(m, x)\n```\n" =
      "predict(a, b) is prose\n```{r}\np <- safe_predict(m, x)\n```\n",
    "predict(m, x)\n```\n* predict(a)\n```{python}\nm.predict(x)\n```" =
      "safe_predict(m, x)\n```\n* predict(a)\n```{python}\nm.predict(x)\n```",
    "gr\u00f6\u00dfe <- '\u6570\u636e'; predict(gr\u00f6\u00dfe, \u6570, 16L)" =
      "gr\u00f6\u00dfe <- '\u6570\u636e'; safe_predict(gr\u00f6\u00dfe, \u6570, batch_size = 16L)"
  )
  for (code in names(becomes)) expect_identical(guarded_code(code), becomes[[code]])
})

test_that("what is no call of a model, or can't be said with the guard, stays", {
  same <- c(
    "'predict(m, x)'", "# predict(m, x)", "predict", "predict <- function(m, x) 1", "safe_predict(m, x)",
    "predict.lm(m, x)", "caret::predict(m, x)", "predict(fit, newdata = d, type = 'response')", "m@predict(x)",
    "obj$load_model('x')", "model$fit(x, y, initial_epoch = 2L)", "predict(m, x, 32, 0, 2)", "m %>% predict"
  )
  for (code in same) expect_identical(guarded_code(code), code)
  expect_identical(kerasguard:::guard_code("predict(fit, newdata = d)")$left, 1L)
  expect_null(kerasguard:::guard_code("predict(model, x"))
})

test_that("code that was guarded runs and means the same", {
  model <- dense()
  x <- numbers(4, 5)
  want <- safe_predict(model, x, batch_size = 2)
  for (code in c("predict(model, x, 2)", "model$predict(x, 2L)", "model |> predict(x, batch_size = 2)")) {
    expect_identical(eval(parse(text = guarded_code(code))), want)
  }
})

# An editor with this text and selection, which changes as RStudio's does.
editor <- function(lines, from, to = from) {
  state <- new.env()
  state$lines <- lines
  selected <- function() {
    if (identical(from, to)) {
      return("")
    }
    rows <- lines[from[1]:to[1]]
    rows[length(rows)] <- substr(rows[length(rows)], 1, to[2] - 1)
    rows[1] <- substring(rows[1], from[2])
    paste(rows, collapse = "\n")
  }
  range <- list(start = c(row = from[1], column = from[2]), end = c(row = to[1], column = to[2]))
  context <- list(id = "id", contents = lines, selection = list(list(range = range, text = selected())))
  modify <- function(document, range, text) {
    before <- substr(state$lines[range$start[[1]]], 1, range$start[[2]] - 1)
    after <- substring(state$lines[range$end[[1]]], range$end[[2]])
    new <- strsplit(paste0(before, text, after), "\n", fixed = TRUE)[[1]]
    state$lines <- c(head(state$lines, range$start[[1]] - 1), new, tail(state$lines, -range$end[[1]]))
  }
  state$guard <- function() kerasguard:::addin_guard(context, modify)
  state
}

test_that("the addin changes the selection", {
  state <- editor(c("a <- predict(m, x)", "b <- predict(m,", "  x)", "c <- predict(m, x)"), c(2, 1), c(3, 5))
  expect_silent(state$guard())
  expect_identical(state$lines, c("a <- predict(m, x)", "b <- safe_predict(m,", "  x)", "c <- predict(m, x)"))
})

test_that("without a selection the addin takes the current line, and what it goes on to", {
  state <- editor(c("a <- predict(m, x)", "b <- m$predict(", "  x)", "c <- predict(m, x)"), c(2, 7))
  state$guard()
  expect_identical(state$lines, c("a <- predict(m, x)", "b <- safe_predict(m, ", "  x)", "c <- predict(m, x)"))
})

test_that("without a selection the addin takes the statement that the line is in", {
  lines <- c("a <- predict(m, x)", "f <- function(m) {", "  x <- 1; predict(n, x)", "  m %>%", "    predict(x, 8)", "}")
  state <- editor(lines, c(5, 3))
  state$guard()
  expect_identical(state$lines, replace(lines, 5, "    safe_predict(x, batch_size = 8)"))
  state <- editor(c("# Title: it's prose", "", "```{r}", "m$predict(", "  x)", "```", "more (prose"), c(5, 1))
  state$guard()
  expect_identical(state$lines[4:5], c("safe_predict(m, ", "  x)"))
  expect_message(editor(character(), c(1, 1))$guard(), "no predict()", fixed = TRUE)
})

test_that("the addin says why it changes nothing", {
  state <- editor("plot(x)", c(1, 1))
  expect_message(state$guard(), "no predict()", fixed = TRUE, class = "kerasguard_message_addin")
  state <- editor("predict(m, newdata = x)", c(1, 1))
  expect_message(state$guard(), "Left as they are", class = "kerasguard_message_addin")
  state <- editor(c("predict(m,", "x)"), c(1, 1), c(1, 9))
  expect_message(state$guard(), "no complete R code", class = "kerasguard_message_addin")
})

test_that("outside of an editor there is a message at most", {
  expect_message(kerasguard:::addin_guard(), "no document", class = "kerasguard_message_addin")
})

test_that("what the addins are bound to is there", {
  path <- system.file("rstudio", "addins.dcf", package = "kerasguard")
  table <- read.dcf(path)
  expect_setequal(colnames(table), c("Name", "Description", "Binding", "Interactive"))
  for (name in table[, "Binding"]) expect_true(is.function(getFromNamespace(name, "kerasguard")))
})

test_that("the environment is shown in the Viewer", {
  shown <- NULL
  rlang::local_options(viewer = function(path) shown <<- path)
  kerasguard:::addin_check_environment()
  expect_match(readLines(shown), "reticulate", all = FALSE)
})
