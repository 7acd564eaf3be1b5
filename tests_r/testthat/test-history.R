# Histories of real trainings; what 'keras3' gives for the same is checked by hand (docs of its class: params, metrics).
regression <- function(metrics = list("mae")) {
  model <- dense()
  model$compile(optimizer = "sgd", loss = "mse", metrics = metrics)
  model
}
train <- function(..., model = regression()) safe_fit(model, numbers(40, 5), numbers(40), ...)

test_that("a data frame of the history has a row per epoch and metric", {
  history <- train(epochs = 4, validation_split = 0.25, validation_freq = 2)
  data <- as.data.frame(history)
  expect_named(data, c("epoch", "value", "metric", "data"))
  expect_identical(dim(data), c(16L, 4L))
  expect_identical(levels(data$data), c("training", "validation"))
  expect_setequal(levels(data$metric), c("loss", "mae"))
  loss <- data[data$metric == "loss" & data$data == "training", ]
  expect_identical(loss$epoch, 1:4)
  expect_identical(loss$value, history$metrics$loss)
  validated <- data[data$metric == "loss" & data$data == "validation", ]
  expect_identical(is.na(validated$value), c(TRUE, FALSE, TRUE, FALSE))
  expect_identical(validated$value[c(2, 4)], history$metrics$val_loss)
})

test_that("epochs are those that were run", {
  history <- train(epochs = 5, initial_epoch = 4, validation_split = 0.25, validation_freq = list(5))
  expect_length(history$metrics$loss, 2)
  expect_length(history$metrics$val_loss, 1)
  data <- as.data.frame(history)
  loss <- data[data$metric == "loss", ]
  expect_identical(loss$epoch[!is.na(loss$value)], c(4L, 5L, 5L))

  stop_at_once <- keras$callbacks$EarlyStopping(monitor = "loss", min_delta = 100, patience = 0L)
  history <- train(epochs = 10, callbacks = stop_at_once)
  data <- as.data.frame(history)
  expect_identical(nrow(data), 20L)
  expect_identical(sum(!is.na(data$value)), 4L)
  expect_match(format(history)[1], "2 of 10", fixed = TRUE)
})

test_that("print shows the last value of each metric", {
  history <- train(epochs = 3, validation_split = 0.25, validation_freq = 2)
  lines <- capture.output(printed <- withVisible(print(history)))
  expect_false(printed$visible)
  expect_identical(printed$value, history)
  expect_match(lines[1], "Final epoch: 3", fixed = TRUE)
  last <- prettyNum(history$metrics$loss[3], digits = 4)
  expect_match(lines, paste0("^ *loss: ", last, "$"), all = FALSE)
  expect_match(lines, "^val_loss: .* \\(epoch 2\\)$", all = FALSE)
})

test_that("a history without an epoch can be shown", {
  history <- train(epochs = 2, initial_epoch = 3)
  expect_output(print(history), "No epoch was run.", fixed = TRUE)
  expect_named(as.data.frame(history), c("epoch", "value", "metric", "data"))
  expect_error(plot(history), "nothing to plot")
})

test_that("a metric with several values per epoch is spread out", {
  model <- sequential(5, layers$Dense(2L, "softmax"))
  model$compile(optimizer = "sgd", loss = "categorical_crossentropy", metrics = list(keras$metrics$F1Score()))
  history <- safe_fit(model, numbers(20, 5), cbind(rep(0:1, 10), rep(1:0, 10)), epochs = 3)
  expect_length(history$metrics$f1_score, 3)
  data <- as.data.frame(history)
  expect_setequal(levels(data$metric), c("loss", "f1_score_1", "f1_score_2"))
  expect_identical(
    data$value[data$metric == "f1_score_2"], vapply(history$metrics$f1_score, function(value) value[[2]], 0)
  )
  expect_output(print(history), "f1_score_1", fixed = TRUE)
})

test_that("a history outlives its session", {
  history <- train(epochs = 2)
  path <- withr_tempfile(".rds")
  saveRDS(history, path)
  expect_identical(readRDS(path), history)
  expect_type(history$metrics$loss, "double")
  expect_type(history$params, "list")
})

# how many pixels of a plot have a colour
pixels <- function(history, colour, ...) {
  file <- withr_tempfile(".png")
  grDevices::png(file, 500, 400, type = "cairo", antialias = "none")
  shown <- withVisible(plot(history, ...))
  grDevices::dev.off()
  expect_false(shown$visible)
  expect_identical(shown$value, history)
  image <- png::readPNG(file)
  rgb <- grDevices::col2rgb(colour) / 255
  sum(abs(image[, , 1] - rgb[1]) + abs(image[, , 2] - rgb[2]) + abs(image[, , 3] - rgb[3]) < 0.02)
}
blue <- "#0072B2"
red <- "#D55E00"

test_that("curves of training and validation are drawn", {
  skip_if_not_installed("png")
  both <- train(epochs = 6, validation_split = 0.25)
  expect_gt(pixels(both, blue), 100)
  expect_gt(pixels(both, red), 100)
  expect_gt(pixels(both, blue), pixels(both, blue, metrics = "loss"))
  alone <- train(epochs = 6)
  expect_gt(pixels(alone, blue), 100)
  expect_identical(pixels(alone, red), 0L)
})

test_that("one epoch, values that are no numbers, and many metrics can be drawn", {
  skip_if_not_installed("png")
  expect_gt(pixels(train(epochs = 1, validation_split = 0.25), red), 5)
  spoiled <- train(epochs = 3)
  spoiled$metrics$loss[] <- NaN
  expect_gt(pixels(spoiled, blue), 50) # mae
  expect_error(plot(spoiled, metrics = "accuracy"), "nothing to plot")
  many <- list("mae", "mse", "mape", "msle", "cosine_similarity")
  expect_gt(pixels(train(epochs = 3, model = regression(many)), blue), 100)
  before <- graphics::par("mfrow")
  pixels(spoiled, blue)
  expect_identical(graphics::par("mfrow"), before)
})

test_that("the legend stands above the curves", {
  history <- kerasguard:::new_history(list(epochs = 3L), list(loss = list(1, 3, 1), val_loss = list(3, 1, 3)), 0, 0, 1)
  file <- withr_tempfile(".pdf")
  for (main in list(NULL, "A title")) {
    grDevices::pdf(file, compress = FALSE, useKerning = FALSE)
    before <- graphics::par("mfrow", "mar", "oma")
    plot(history, main = main)
    expect_identical(graphics::par("mfrow", "mar", "oma"), before)
    grDevices::dev.off()
    lines <- readLines(file, warn = FALSE)
    text <- grep("\\((training|validation)\\) Tj", lines, value = TRUE)
    height <- as.numeric(sub(".* ([0-9.]+) Tm .*", "\\1", text))
    clips <- strsplit(sub("^Q q ", "", grep(" re W n$", lines, value = TRUE)), " ")
    panels <- Filter(function(clip) clip[1] > 50, lapply(clips, function(clip) as.numeric(clip[1:4])))
    expect_length(height, 2)
    expect_true(all(height > max(vapply(panels, function(panel) panel[2] + panel[4], 0))))
  }
})
