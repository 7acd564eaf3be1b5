# What a plot writes on its page.
drawn_text <- function(expr, width = 7, height = 5) {
  file <- withr_tempfile(".pdf", parent.frame())
  grDevices::pdf(file, width = width, height = height, useKerning = FALSE, compress = FALSE)
  tryCatch(force(expr), finally = grDevices::dev.off())
  lines <- grep("\\) Tj", readLines(file, warn = FALSE, encoding = "latin1"), value = TRUE, useBytes = TRUE)
  gsub("[\\]([()])", "\\1", sub("^.*?\\((.*)\\) Tj.*$", "\\1", lines, useBytes = TRUE))
}

test_that("an axis that differs is told beside what is expected", {
  text <- drawn_text(plot(check_input(dense(), numbers(10, 6))))
  expect_true(all(c("expected", "given", "samples", "features", "any", "10", "6, not 5") %in% text))
})

test_that("data that is read in other axes is shown in both", {
  report <- check_input(lstm(), numbers(10, 15))
  expect_identical(report$shapes[[1]]$state, "repaired")
  expect_identical(report$shapes[[1]]$given, c(10, 15))
  expect_identical(report$shapes[[1]]$read, c(10, 5, 3))
  text <- drawn_text(plot(report))
  expect_true(all(c("read as", "axis 2", "time steps") %in% text))
})

test_that("shapes name what is missing, what is too much, and a rank that differs", {
  state <- function(model, x) vapply(check_input(model, x)$shapes, function(input) input$state, "")
  expect_identical(state(several(), list(main = numbers(4, 3), aux = numbers(4, 2))), c("fits", "fits"))
  expect_identical(state(several(), list(main = numbers(4, 3), aux = numbers(4, 3))), c("fits", "differs"))
  expect_identical(
    state(several(), list(main = numbers(4, 3), other = numbers(4, 3))), c("fits", "nothing", "unexpected")
  )
  expect_identical(state(dense(), numbers(5)), "repaired")
  expect_identical(state(conv(), numbers(28, 28)), "differs")
  x <- numbers(4, 5)
  x[1] <- NA # not of the shape's doing
  expect_identical(state(dense(), x), "fits")
  expect_identical(state(dense(), NULL), "nothing")
  frame <- data.frame(age = 1:4, income = 1:4, rooms = 1:4)
  expect_identical(state(learn_blueprint(dense(2), frame[1:2]), frame), "repaired") # a column is dropped
  text <- drawn_text(plot(check_input(several(), list(main = numbers(4, 3), other = numbers(4, 3)))))
  expect_true(all(c("nothing for this input", "for no input") %in% text))
  expect_true("2 axes, not 4" %in% drawn_text(plot(check_input(conv(), numbers(28, 28)))))
})

test_that("free axes are any size, and many inputs are cut", {
  expect_identical(check_input(free_lstm(), numbers(2, 9, 3))$shapes[[1]]$expected, c(NA, NA, 3))
  widths <- rlang::set_names(rep(2L, 9), paste0("sensor_", 1:9))
  x <- lapply(1:9, function(i) numbers(4, if (i == 9) 3 else 2))
  text <- drawn_text(plot(check_input(several(widths), x)))
  expect_match(text, "^and [0-9] more$", all = FALSE)
  expect_true("3, not 2" %in% text) # first what differs
})

test_that("ranges of training and of new data are beside each other", {
  training <- data.frame(age = c(20, 60, 30), income = c(1000, 90000, 20000), flat = 2)
  model <- learn_blueprint(dense(3), training)
  text <- drawn_text(plot(blueprint(model)))
  expect_true(all(c("Values in training", "age", "20", "60", "90000") %in% text))
  new <- data.frame(income = c(500, 2e6, NA), age = c(25, 50, 30), flat = 3)
  text <- drawn_text(plot(blueprint(model), new, model = model))
  expect_true(all(c("Values outside of training's in 2 of 3 columns", "2e+06", "500", "1 missing", "3") %in% text))
  report <- check_input(model, new)
  expect_identical(report$values$data[[1]]$name, names(training)) # in the order of training
  expect_identical(drawn_text(plot(blueprint(model), report)), text)
  expect_identical(drawn_text(plot(report, what = "values")), text)
  text <- drawn_text(plot(check_input(model, training), what = "values"))
  expect_true("Values given, within the ranges of training" %in% text)
})

test_that("columns can be chosen, and those outside come first where there is no room", {
  training <- as.data.frame(numbers(50, 100))
  names(training) <- paste0("a_measurement_with_a_long_name_", 1:100)
  model <- learn_blueprint(dense(100), training)
  new <- training
  new[[77]] <- new[[77]] + 100
  text <- drawn_text(plot(blueprint(model), new, model = model))
  expect_match(text, "_77$", all = FALSE)
  expect_match(text, "^and [0-9]+ more columns$", all = FALSE)
  chosen <- drawn_text(plot(blueprint(model), columns = names(training)[c(5, 9)]))
  expect_length(grep("measurement", chosen), 2)
  error <- expect_error(plot(blueprint(model), columns = "nope"), class = "kerasguard_error_plot_columns")
  expect_match(deparse(conditionCall(error))[1], "^plot")
  expect_error(plot(blueprint(model), columns = TRUE), class = "kerasguard_error_plot_columns")
})

test_that("factors show their levels, several inputs their names", {
  training <- data.frame(size = factor(c("big", "small", "big")), width = c(1.5, 2, 3))
  model <- suppressWarnings(learn_blueprint(dense(3), training))
  expect_true("big, small" %in% drawn_text(plot(blueprint(model))))
  both <- learn_blueprint(several(), list(main = numbers(4, 3), aux = numbers(4, 2)))
  expect_match(drawn_text(plot(blueprint(both))), "^Input", all = FALSE)
})

test_that("where there is nothing to plot, it is said", {
  x <- numbers(4, 5)
  expect_error(plot(check_input(dense(), x), what = "values"), class = "kerasguard_error_plot_nothing")
  expect_error(plot(check_input(quote(model), x)), class = "kerasguard_error_plot_nothing")
  model <- learn_blueprint(dense(), x)
  expect_error(plot(blueprint(model), x), "model = MODEL", fixed = TRUE, class = "kerasguard_error_plot_model")
  narrow <- numbers(4, 4)
  error <- refused("kerasguard_error_shape", plot(blueprint(model), narrow, model = model))
  expect_match(conditionMessage(error), "`narrow`", fixed = TRUE)
})

test_that("a plot leaves the device as it was, however small", {
  report <- check_input(lstm(), numbers(10, 5, 4))
  model <- learn_blueprint(dense(), numbers(10, 5))
  file <- withr_tempfile(".pdf")
  grDevices::pdf(file, width = 2.2, height = 1.8)
  on.exit(grDevices::dev.off())
  graphics::par(mfrow = c(1, 2), mar = c(1, 1, 1, 1))
  before <- graphics::par(c("mar", "mfrow", "las", "cex", "xpd", "oma"))
  expect_identical(plot(report), report)
  plot(blueprint(model))
  plot(blueprint(model), numbers(10, 5) * 9, model = model)
  expect_identical(graphics::par(c("mar", "mfrow", "las", "cex", "xpd", "oma")), before)
})
