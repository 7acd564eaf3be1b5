wide <- function() numbers(10, 6)
error_of <- function(model = dense(), x = wide()) {
  tryCatch(safe_predict(model, x), error = identity)
}

test_that("results have the form that R users expect", {
  x <- numbers(3, 5)
  expect_identical(dim(safe_predict(dense(units = 2L), x)), c(3L, 2L))
  rownames(x) <- c("a", "b", "c")
  expect_identical(rownames(safe_predict(dense(), x)), c("a", "b", "c"))
  expect_identical(rownames(safe_predict(dense(), as.data.frame(x))), c("a", "b", "c"))
  frame <- as.data.frame(numbers(6, 5))
  expect_null(rownames(safe_predict(dense(), frame)))
  expect_null(rownames(safe_predict(dense(), head(frame, 3)))) # numbers that R made up, kept by subsetting
  expect_identical(rownames(safe_predict(dense(), frame[c(2, 5), ])), c("2", "5")) # these tell which rows
  net <- keras$Input(shape = list(5L))
  heads <- list(price = layers$Dense(1L, name = "price")(net), area = layers$Dense(2L, name = "area")(net))
  both <- safe_predict(keras$Model(net, heads), x)
  expect_named(both, c("price", "area"))
  expect_identical(lapply(both, rownames), list(price = c("a", "b", "c"), area = c("a", "b", "c")))
})

test_that("classes and probabilities have the form of tidymodels", {
  model <- taught(dense(4, 3L, "softmax"), seen(levels(iris$Species), names = NULL))
  x <- iris[c(1, 60, 120), 1:4]
  class <- safe_predict(model, x, type = "class")
  expect_s3_class(class, "factor")
  expect_identical(levels(class), levels(iris$Species))
  prob <- safe_predict(model, x, type = "prob")
  expect_named(prob, paste0(".pred_", levels(iris$Species)))
  expect_identical(nrow(prob), 3L)
  if (rlang::is_installed("tibble")) expect_s3_class(prob, "tbl_df")
})

test_that("conditions are caught by family and code, with their report", {
  error <- error_of()
  for (class in c("shape_features", "shape")) expect_s3_class(error, paste0("kerasguard_error_", class))
  expect_s3_class(error, c("kerasguard_error", "rlang_error"))
  expect_identical(as.character(conditionCall(error))[1], "safe_predict")
  expect_identical(error$report$code, "shape_features")
  expect_s3_class(error$report, "kerasguard_finding")
  expect_match(conditionMessage(error), "must have 5 features", fixed = TRUE)
  caught <- rlang::try_fetch(safe_predict(dense(), wide()), kerasguard_error_shape = function(cnd) cnd$report$family)
  expect_identical(caught, "shape")
  wrapped <- tryCatch(
    rlang::try_fetch(
      safe_predict(dense(), wide()),
      error = function(cnd) rlang::abort("Scoring failed.", parent = cnd)
    ),
    error = identity
  )
  expect_true(rlang::cnd_inherits(wrapped, "kerasguard_error_shape"))
  expect_match(rlang::cnd_message(wrapped), "must have 5 features", fixed = TRUE)
  expect_error(lapply(list(wide()), safe_predict, model = dense()), class = "kerasguard_error_shape")
})

test_that("warnings and messages have the function, a class and a report, too", {
  x <- numbers(2, 15)
  warning <- tryCatch(safe_predict(lstm(), x), warning = identity)
  expect_s3_class(warning, "kerasguard_warning_shape_flat")
  expect_identical(as.character(conditionCall(warning))[1], "safe_predict")
  expect_identical(warning$report$level, "warning")
  expect_error(rlang::with_options(safe_predict(lstm(), x), warn = 2), "read step by step")
  row <- numbers(5)
  expect_message(safe_predict(dense(), row), class = "kerasguard_message")
  expect_silent(suppressMessages(safe_predict(dense(), row), classes = "kerasguard_message"))
  handled <- 0
  withCallingHandlers(safe_predict(dense(), row), kerasguard_message = function(note) {
    handled <<- handled + 1
    rlang::cnd_muffle(note)
  })
  expect_identical(handled, 1)
})

test_that("messages are plain ASCII where that is asked for, and never wrapped", {
  model <- dense()
  message_at <- function(width, ...) {
    rlang::with_options(conditionMessage(error_of(model)), width = width, cli.width = width, ...)
  }
  expect_identical(message_at(40), message_at(200))
  plain <- message_at(80, cli.unicode = FALSE, cli.num_colors = 1L)
  expect_identical(plain, iconv(plain, "UTF-8", "ASCII"))
  rlang::local_options(cli.unicode = FALSE, cli.num_colors = 1L)
  report <- check_input(dense(), wide())
  expect_false(any(cli::ansi_has_any(format(report))))
  expect_identical(format(report), iconv(format(report), "UTF-8", "ASCII"))
})

test_that("names in any script are told as they are", {
  training <- rlang::set_names(data.frame(1:3, 4:6), c("\u5e74\u9f84", "gr\u00f6\u00dfe"))
  model <- learn_blueprint(dense(2), training)
  error <- refused("kerasguard_error_column", safe_predict(model, training[1]))
  expect_match(conditionMessage(error), "gr\u00f6\u00dfe", fixed = TRUE)
  expect_match(format(blueprint(model)), "\u5e74\u9f84", all = FALSE)
})

test_that("reports can be printed, summed up and made rows and text", {
  x <- wide()
  model <- learn_blueprint(dense(), numbers(10, 5))
  utils::capture.output(explained <- explain_error("ValueError: Shapes (None, 1) and (None, 10) are incompatible"))
  reports <- list(
    check_input(model, x), check_model(model), check_environment(), explained, blueprint(model), error_of()$report
  )
  for (report in reports) {
    expect_type(format(report), "character")
    expect_identical(utils::capture.output(shown <- withVisible(print(report))), unlist(strsplit(format(report), "\n")))
    expect_false(shown$visible)
    expect_length(as.character(report), 1)
  }
  counts <- summary(reports[[1]])
  expect_identical(names(counts), c("refusal", "warning", "message", "report"))
  expect_identical(counts[["refusal"]], 1L)
  rows <- as.data.frame(reports[[1]])
  expect_named(rows, c("level", "code", "family", "message"))
  expect_identical(nrow(rows), sum(counts))
  for (report in reports[2:3]) expect_identical(sum(summary(report)), nrow(as.data.frame(report)))
  expect_identical(unname(summary(explained)["known_from"]), "text")
  skip_if_not_installed("tibble")
  for (report in reports[1:5]) expect_s3_class(tibble::as_tibble(report), "tbl_df")
})

test_that("a blueprint is summed up by input and column", {
  model <- learn_blueprint(several(), list(main = numbers(4, 3), aux = numbers(4, 2)))
  rows <- summary(blueprint(model))
  expect_identical(nrow(rows), 5L)
  expect_length(unique(rows$input), 2)
  expect_true(all(c("name", "type", "min", "max", "missing", "levels") %in% names(rows)))
  encoded <- suppressWarnings(learn_blueprint(dense(3), data.frame(size = factor(c("big", "small")), w = 1:2)))
  expect_identical(summary(blueprint(encoded))$levels, c(2L, NA))
})

# Everything that a call could change beside its answer.
session_state <- function() {
  list(
    seed = get0(".Random.seed", globalenv()), options = options(), search = search(), directory = getwd(),
    variables = Sys.getenv(), globals = ls(globalenv(), all.names = TRUE), devices = grDevices::dev.list(),
    connections = nrow(showConnections()), files = list.files(tempdir(), all.files = TRUE),
    locale = Sys.getlocale()
  )
}

test_that("no function leaves anything behind", {
  set.seed(1)
  model <- dense()
  model$compile(loss = "mse", metrics = list("mae"))
  x <- numbers(8, 5)
  y <- numbers(8)
  x_wide <- wide()
  row <- numbers(5)
  file <- withr_tempfile(".keras")
  raw_error <- "ValueError: Shapes (None, 1) and (None, 10) are incompatible"
  plot_to_file <- function(report) {
    plot_file <- withr_tempfile(".pdf")
    grDevices::pdf(plot_file)
    on.exit(grDevices::dev.off(), add = TRUE)
    plot(report)
  }
  verbs <- list(
    predict = function() safe_predict(model, x), refused = function() try(safe_predict(model, x_wide), silent = TRUE),
    told = function() suppressMessages(safe_predict(model, row)),
    coerce = function() validate_and_coerce(model, x), check = function() check_input(model, x),
    fit = function() safe_fit(model, x, y, epochs = 2), evaluate = function() safe_evaluate(model, x, y),
    learn = function() learn_blueprint(model, x), blueprint = function() blueprint(model),
    model = function() check_model(model, x), environment = function() check_environment(),
    explain = function() utils::capture.output(explain_error(raw_error)),
    save = function() safe_save_model(model, file), load = function() safe_load_model(file),
    plot = function() plot_to_file(check_input(model, x)), values = function() plot_to_file(blueprint(model))
  )
  safe_predict(model, x) # Python has started
  safe_save_model(model, file)
  for (verb in names(verbs)) {
    before <- session_state()
    verbs[[verb]]()
    after <- session_state()
    before$files <- setdiff(before$files, basename(file))
    after$files <- setdiff(after$files, basename(file))
    expect_identical(after, before, info = verb)
  }
  before <- session_state()
  rlang::local_options(viewer = NULL)
  path <- view_report(check_input(model, x))
  expect_identical(setdiff(session_state()$files, before$files), basename(path)) # the page alone
})
