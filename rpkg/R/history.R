# The history of a training, as 'keras3' has it: `params` and `metrics`. `epochs` tells, by metric, which epochs its
# numbers are of: training may start later than with the first, and validate at some epochs only.
new_history <- function(params, metrics, verbose, initial_epoch, validation_freq) {
  level <- verbosity(verbose)
  params$verbose <- if (is.na(level)) params$verbose else level
  metrics <- lapply(metrics, function(values) if (all(lengths(values) == 1)) as.numeric(unlist(values)) else values)
  runs <- max(0L, lengths(metrics))
  run <- as.integer(initial_epoch) + seq_len(runs)
  is_each <- is.numeric(validation_freq) && length(validation_freq) == 1
  validated <- if (is_each) run %% validation_freq == 0 else run %in% unlist(validation_freq)
  epochs <- lapply(rlang::set_names(names(metrics)), function(name) {
    count <- length(metrics[[name]])
    if (count == runs) {
      run
    } else if (startsWith(name, "val_") && count == sum(validated)) {
      run[validated]
    } else {
      utils::tail(run, count) # of a callback's own, which logged something from some epoch on
    }
  })
  structure(list(params = params, metrics = metrics), epochs = epochs, class = "kerasguard_history")
}

#' The history of a training
#'
#' What [safe_fit()] gives where 'keras3' is not loaded, with the fields and methods that its history has.
#'
#' @param x A history from [safe_fit()].
#' @param y Not used.
#' @param metrics Which metrics to plot: all when `NULL`. That of the validation comes with each.
#' @param main A title above the plot.
#' @param ... Of `plot()`: more for the axes, as in [graphics::plot.default()] (`log`, `ylim`); else not used.
#' @param row.names,optional Not used.
#'
#' @return `print()` and `plot()`: the history, invisibly. `as.data.frame()`: a row per epoch and metric, with the
#'   columns `epoch`, `value` (`NA` where the epoch was not run or not validated), `metric` (a factor) and `data` (a
#'   factor: training, validation).
#' @name kerasguard_history
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(5L)), keras$layers$Dense(1L)))
#' model$compile(loss = "mse", metrics = list("mae"))
#' x <- matrix(runif(500), nrow = 100)
#' history <- safe_fit(model, x, rowMeans(x), epochs = 5, validation_split = 0.2)
#' history
#' history$metrics$loss
#' as.data.frame(history)
#' plot(history)
#' plot(history, metrics = "loss", log = "y")
NULL

#' @export
format.kerasguard_history <- function(x, ...) {
  numbers <- one_by_one(x)
  if (length(numbers$values) == 0) {
    return("No epoch was run.")
  }
  last <- max(unlist(numbers$epochs))
  shown <- vapply(names(numbers$values), function(name) {
    value <- prettyNum(utils::tail(numbers$values[[name]], 1), big.mark = ",", digits = 4)
    epoch <- max(numbers$epochs[[name]])
    paste0(value, if (epoch < last) sprintf(" (epoch %d)", epoch))
  }, "")
  planned <- x$params$epochs
  stopped <- if (isTRUE(last < planned)) sprintf(" of %d", as.integer(planned)) else ""
  names <- formatC(names(shown), width = max(nchar(names(shown))))
  c(sprintf("Final epoch: %d%s (plot to see history)", last, stopped), paste0(names, ": ", shown))
}

#' @rdname kerasguard_history
#' @export
print.kerasguard_history <- function(x, ...) {
  writeLines(format(x))
  invisible(x)
}

#' @rdname kerasguard_history
#' @export
as.data.frame.kerasguard_history <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint: object_name_linter.
  numbers <- one_by_one(x)
  all <- seq_len(max(0L, x$params$epochs, unlist(numbers$epochs)))
  names <- as.character(names(numbers$values))
  metric <- sub("^val_", "", names)
  value <- lapply(names, function(name) numbers$values[[name]][match(all, numbers$epochs[[name]])])
  data.frame(
    epoch = rep(all, length(names)),
    value = as.numeric(unlist(value)),
    metric = factor(rep(metric, each = length(all)), unique(metric)),
    data = factor(rep(startsWith(names, "val_"), each = length(all)), c(FALSE, TRUE), c("training", "validation"))
  )
}

#' @rdname kerasguard_history
#' @export
plot.kerasguard_history <- function(x, y, metrics = NULL, main = NULL, ...) {
  data <- as.data.frame(x)
  data <- data[!is.na(data$value), ]
  shown <- if (is.null(metrics)) levels(data$metric) else intersect(metrics, levels(data$metric))
  if (length(shown) == 0) {
    rlang::abort(c(
      "There is nothing to plot.",
      i = sprintf("The history has these metrics: %s.", paste(levels(data$metric), collapse = ", "))
    ))
  }
  # more rows than fit on a device leave no room for any
  columns <- if (length(shown) > 3) 2 else 1
  # a legend among the curves would cover some: it stands above all panels
  has_legend <- any(data$data[data$metric %in% shown] == "validation")
  above <- if (is.null(main)) 0 else 2
  old <- graphics::par(
    mfrow = c(ceiling(length(shown) / columns), columns), mar = c(2.2, 4.8, 0.8, 0.8),
    oma = c(1.5, 0, above + 1.5 * has_legend, 0),
    mgp = c(3.4, 0.7, 0), las = 1
  )
  on.exit(graphics::par(old))
  for (metric in shown) {
    plot_metric(data[data$metric == metric, ], metric, range(data$epoch), ...)
  }
  if (!is.null(main)) graphics::mtext(main, side = 3, outer = TRUE, line = 0.5 + 1.5 * has_legend, font = 2)
  graphics::mtext("epoch", side = 1, outer = TRUE, line = 0.3)
  if (has_legend) legend_above(above, diff(range(data$epoch)) + 1)
  invisible(x)
}

colours <- c(training = "#0072B2", validation = "#D55E00") # told apart by all who see colours differently

# Points that are not too close to each other.
points_of <- function(epochs) if (epochs > 60) c(training = NA, validation = NA) else c(training = 16, validation = 17)

# What both curves are, so many lines below the top of the device.
legend_above <- function(lines, epochs) {
  graphics::par(fig = c(0, 1, 0, 1), oma = rep(0, 4), mar = c(0, 0, lines, 0), new = TRUE)
  graphics::plot.new()
  graphics::legend("top", names(colours), col = colours, pch = points_of(epochs), lty = 1, bty = "n", horiz = TRUE)
}

# Training and validation of one metric over the epochs, whole numbers below.
plot_metric <- function(data, metric, epochs, ..., xlab = "", ylab = metric) {
  wide <- vapply(names(colours), function(part) {
    found <- data[data$data == part, ]
    found$value[match(seq(epochs[1], epochs[2]), found$epoch)]
  }, numeric(diff(epochs) + 1))
  wide <- matrix(wide, ncol = 2, dimnames = list(NULL, names(colours)))
  has <- colSums(is.finite(wide)) > 0
  if (!any(has)) {
    graphics::plot.new()
    graphics::title(ylab = ylab)
    graphics::text(0.5, 0.5, "not a number at any epoch")
    return(invisible())
  }
  graphics::matplot(
    seq(epochs[1], epochs[2]), wide,
    type = "n", xaxt = "n", xlab = xlab, ylab = ylab, ...
  )
  ticks <- unique(round(pretty(epochs)))
  graphics::axis(1, ticks[ticks >= epochs[1] & ticks <= epochs[2]])
  points <- points_of(nrow(wide))
  for (part in names(colours)[has]) {
    known <- is.finite(wide[, part])
    graphics::lines(
      seq(epochs[1], epochs[2])[known], wide[known, part],
      type = "o", col = colours[[part]], pch = points[[part]], cex = 0.8
    )
  }
}

# Numbers per epoch only: a metric that gives several values at once becomes several, numbered.
one_by_one <- function(x) {
  values <- list()
  epochs <- list()
  of <- attr(x, "epochs")
  for (name in names(x$metrics)) {
    metric <- x$metrics[[name]]
    if (is.list(metric)) {
      table <- do.call(rbind, lapply(metric, function(value) as.numeric(unlist(value))))
      parts <- lapply(seq_len(ncol(table)), function(j) table[, j])
      parts <- rlang::set_names(parts, paste0(name, "_", seq_along(parts)))
    } else {
      parts <- rlang::set_names(list(metric), name)
    }
    values <- c(values, parts)
    epochs <- c(epochs, rlang::set_names(rep(list(of[[name]]), length(parts)), names(parts)))
  }
  list(values = values, epochs = epochs)
}
