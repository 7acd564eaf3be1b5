#' Plot what a model expects beside what it was given
#'
#' `plot()` of a report of [check_input()] draws the axes of each input as boxes: those that the model expects, those
#' that came, and how they were read. An axis that differs is marked. `plot()` of a [blueprint()] draws the range of
#' each column in training, and with new data where their values lie in it; what is outside is marked.
#'
#' The range of training is as wide for each column, with a tick at its mean and a darker band of one standard deviation
#' to both sides. New values far outside are drawn as an arrow at the border, with their number. Where a device has no
#' room for all columns, those come first of which values are outside or missing.
#'
#' @param x A report of [check_input()], or a [blueprint()].
#' @param y New data to compare with training, with their `model`; or a report of [check_input()] on them.
#' @param model The model that the blueprint is of, where `y` is data.
#' @param what `"shapes"`, or `"values"`: what `plot(blueprint(model), x)` draws.
#' @param columns Which columns to draw, by name or number: all when `NULL`.
#' @param main A title in place of the usual one.
#' @param ... Not used.
#' @return `x`, invisibly.
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' layers <- keras$layers
#' lstm <- keras$Sequential(list(keras$Input(shape = list(5L, 3L)), layers$LSTM(2L)))
#' plot(check_input(lstm, array(0, c(10, 5, 4))))
#'
#' model <- keras$Sequential(list(keras$Input(shape = list(4L)), layers$Dense(1L)))
#' learn_blueprint(model, iris[1:100, 1:4])
#' plot(blueprint(model))
#' plot(blueprint(model), iris[101:150, 1:4], model = model)
#' @export
plot.kerasguard_report <- function(x, y, ..., what = c("shapes", "values"), columns = NULL, main = NULL) {
  what <- rlang::arg_match(what)
  if (what == "values") {
    if (is.null(x$values)) {
      abort_nothing("The training of the model is not known, or the data can't be read.", "learn_blueprint(MODEL, X)")
    }
    draw_values(x$values$training, x$values$data, columns, main)
  } else {
    if (length(x$shapes) == 0) abort_nothing("The report has no shapes: it is about the model, or about batches.")
    draw_shapes(x$shapes, if (is.null(main)) x$verdict else main)
  }
  invisible(x)
}

#' @rdname plot.kerasguard_report
#' @export
plot.kerasguard_blueprint <- function(x, y = NULL, ..., model = NULL, columns = NULL, main = NULL) {
  report <- y
  if (!is.null(y) && !inherits(y, "kerasguard_report")) {
    if (is.null(model)) {
      abort_plain(
        c(
          "`model` must be the model of the blueprint where there is new data.",
          i = "Its rules tell which column of the data is which column of training.",
          i = "Fix:", " " = sprintf("plot(blueprint(MODEL), %s, model = MODEL)", label_of(substitute(y), "X"))
        ),
        class = c("kerasguard_error_plot_model", "kerasguard_error_plot", "kerasguard_error"),
        call = rlang::current_env()
      )
    }
    report <- check_named(model, y, label_of(substitute(y), "x"))
  }
  if (is.null(report)) {
    draw_values(x$inputs, NULL, columns, main)
  } else if (is.null(report$values)) {
    refused <- Filter(function(entry) entry$level == "refusal", report$entries)
    signal_report(list(problem = c(refused, list(NULL))[[1]]))
    abort_nothing("The model knows no training.", "learn_blueprint(MODEL, X)")
  } else {
    draw_values(x$inputs, report$values$data, columns, main)
  }
  invisible(x)
}

# check_input() that calls the data as the user does.
check_named <- function(model, data, name) {
  frame <- rlang::new_environment(rlang::set_names(list(data), name), parent = baseenv())
  eval(as.call(list(check_input, model, as.name(name), missing = "pass")), frame)
}

abort_nothing <- function(why, code = NULL, call = rlang::caller_env()) {
  fix <- if (!is.null(code)) c(i = "Fix:", " " = code)
  abort_plain(
    c("There is nothing to plot.", rlang::set_names(why, "x"), fix),
    class = c("kerasguard_error_plot_nothing", "kerasguard_error_plot", "kerasguard_error"), call = call
  )
}

# Okabe and Ito's colours, told apart by all who see colours differently; what differs is marked by words, too.
palette_of <- c(model = "#0072B2", data = "#555555", read = "#009E73", marked = "#D55E00")
# Lighter by white: some devices draw nothing that is transparent.
tint <- function(colour, share = 0.18) {
  grDevices::rgb(t(255 - (255 - grDevices::col2rgb(colour)) * share), maxColorValue = 255)
}

# An empty page with coordinates from 0 to 1, of which a title takes its part; par() as before when `frame` ends.
open_page <- function(main, frame = parent.frame()) {
  old <- graphics::par(mar = c(0.6, 0.6, if (nzchar(main)) 2.6 else 0.6, 0.6), cex = 1, las = 1, xpd = NA)
  do.call(on.exit, list(bquote(graphics::par(.(old))), add = TRUE), envir = frame)
  graphics::plot.new()
  graphics::plot.window(c(0, 1), c(0, 1), xaxs = "i", yaxs = "i")
  width <- graphics::strwidth(main, font = 2, cex = 1.1)
  graphics::mtext(main, side = 3, line = 0.9, adj = 0, font = 2, cex = 1.1 * min(1, 1 / max(width, 0.01)))
}

# Text made as small as it takes to stay within a width and a height, and cut where that would be too small to read.
put_text <- function(x, y, label, width = 1, height = 1, adj = 0.5, cex = 0.9, smallest = 0.55, font = 1, ...) {
  shrink <- function(text) {
    wide <- max(graphics::strwidth(text, cex = cex, font = font), 1e-6)
    high <- max(graphics::strheight(text, cex = cex), 1e-6)
    cex * min(1, width / wide, height / high)
  }
  while (shrink(label) < smallest && nchar(label, "chars") > 6 && !grepl("\n", label)) {
    keep <- nchar(sub("...", "", label, fixed = TRUE)) - 2
    plain <- sub("...", "", label, fixed = TRUE)
    end <- substr(plain, nchar(plain) - keep %/% 2 + 1, nchar(plain))
    label <- paste0(substr(plain, 1, ceiling(keep / 2)), "...", end)
  }
  graphics::text(x, y, label, adj = c(adj, 0.5), cex = max(shrink(label), 0.35), font = font, ...)
}
