# The picture of value ranges: training's, and where new values lie in them. All numbers come from the core.

draw_values <- function(training, data, columns, main, call = rlang::caller_env()) {
  names <- if (length(training) > 1) paste("Input", input_names(training))
  rows <- list()
  for (i in seq_along(training)) {
    found <- value_rows(training[[i]], if (!is.null(data)) data[[i]])
    rows <- c(rows, list(cbind(found, input = rep(if (is.null(names)) "" else names[i], nrow(found)))))
  }
  rows <- chosen_rows(do.call(rbind, rows), columns, call)
  if (nrow(rows) == 0) abort_nothing("No column has a range or levels.", call = call)
  if (is.null(main)) main <- if (is.null(data)) "Values in training" else values_title(rows)
  open_page(main)
  room <- floor(graphics::par("pin")[2] / 0.2) - 2 * !is.null(data) - 2 * (length(names) > 0)
  hidden <- max(nrow(rows) - max(room, 3), 0)
  if (hidden > 0) rows <- rows[sort(order(-rows$rank)[seq_len(nrow(rows) - hidden)]), ]
  draw_value_rows(rows, hidden, is_compared = !is.null(data), has_levels = any(nzchar(rows$levels)))
}

values_title <- function(rows) {
  outside <- sum(rows$rank > 1)
  if (outside == 0) {
    return("Values given, within the ranges of training")
  }
  sprintf("Values outside of training's in %d of %d columns", outside, nrow(rows))
}

# One row for each column: ranges of training (t) and data (d), on a scale where training's is 0 to 1.
value_rows <- function(seen, data) {
  at <- if (!is.null(data)) matched_columns(seen, data)
  of <- function(column) if (is.null(data)) rep(NA_real_, nrow(seen)) else as.numeric(data[[column]][at])
  name <- ifelse(is.na(seen$name), if (nrow(seen) > 1) sprintf("[%d]", seq_len(nrow(seen))) else "all", seen$name)
  low <- of("min")
  high <- of("max")
  width <- seen$max - seen$min
  # of a column that was one number in training, what is new gives the scale
  reach <- pmax(abs(high - seen$min), abs(low - seen$min), 0, na.rm = TRUE) * 4
  is_flat <- !is.na(width) & width <= 0
  scale <- ifelse(is_flat, ifelse(reach > 0, reach, 1), width)
  place <- function(values) (values - seen$min) / scale + ifelse(is_flat, 0.5, 0)
  levels <- vapply(seen$levels, function(known) if (length(known) > 0) toString(known) else "", "")
  missing <- of("missing")
  outside <- (!is.na(low) & low < seen$min) | (!is.na(high) & high > seen$max)
  outside[is.na(outside)] <- FALSE
  data.frame(
    name = name, low = seen$min, high = seen$max, from = place(seen$min), to = place(seen$max), mean = place(seen$mean),
    sd = seen$sd / scale, given_low = low, given_high = high, given_from = place(low), given_to = place(high),
    missing = ifelse(is.na(missing), 0, missing), missing_before = seen$missing, levels = levels,
    rank = 2 * outside + (!is.na(missing) & missing > 0)
  )
}

# By their names where both have some, else by their places.
matched_columns <- function(seen, data) {
  is_named <- !anyNA(seen$name) && !anyNA(data$name)
  if (is_named) match(seen$name, data$name) else ifelse(seq_len(nrow(seen)) <= nrow(data), seq_len(nrow(seen)), NA)
}

chosen_rows <- function(rows, columns, call) {
  if (!is.null(columns)) {
    if (is.factor(columns)) columns <- as.character(columns)
    at <- match(columns, if (is.character(columns)) rows$name else if (is.numeric(columns)) seq_len(nrow(rows)))
    if (anyNA(at)) {
      abort_plain(
        c(
          sprintf("`columns` must be names or numbers of columns, not %s.", toString(columns[is.na(at)], width = 30)),
          i = sprintf("Training had %d: %s.", nrow(rows), toString(rows$name, width = 200))
        ),
        class = c("kerasguard_error_plot_columns", "kerasguard_error_plot", "kerasguard_error"),
        call = call
      )
    }
    rows <- rows[at, ]
  }
  rows[!is.na(rows$low) | nzchar(rows$levels), ]
}

draw_value_rows <- function(rows, hidden, is_compared, has_levels) {
  heads <- rows$input[!duplicated(rows$input) & nzchar(rows$input)]
  lines <- nrow(rows) + 1.1 * length(heads) + (hidden > 0) + 1.6 * is_compared
  height <- min(1 / lines, 0.14)
  label <- max(graphics::strwidth(rows$name, cex = 0.85), 0.1)
  side <- if (is_compared) 0.17 else 0.11 # for numbers beside the bar, and for new values outside
  right <- if (any(rows$missing > 0 | rows$missing_before > 0)) 0.13 else 0
  columns <- list(label = min(label, 0.3), left = min(label, 0.3) + side, right = 1 - side - right, missing = 1 - right)
  top <- 1
  if (is_compared) top <- draw_key(columns, height)
  for (i in seq_len(nrow(rows))) {
    if (nzchar(rows$input[i]) && (i == 1 || rows$input[i] != rows$input[i - 1])) {
      put_text(0, top - height * 0.6, rows$input[i], 1, height * 0.9, adj = 0, font = 2)
      top <- top - 1.1 * height
    }
    draw_value_row(rows[i, ], top - height / 2, height, columns, is_compared)
    top <- top - height
  }
  if (hidden > 0) put_text(0, top - height / 2, sprintf("and %d more columns", hidden), 1, height, adj = 0, cex = 0.85)
}

# What the two bars are.
draw_key <- function(columns, height) {
  at <- 1 - height * 0.6
  entry <- function(x, word, colour) {
    graphics::rect(x, at - height * 0.16, x + 0.03, at + height * 0.16, col = colour, border = NA)
    graphics::text(x + 0.04, at, word, adj = c(0, 0.5), cex = 0.8)
    x + 0.07 + graphics::strwidth(word, cex = 0.8)
  }
  x <- entry(columns$label + 0.02, "training", tint(palette_of[["model"]], 0.45))
  x <- entry(x, "given", palette_of[["data"]])
  entry(x, "outside of training", palette_of[["marked"]])
  1 - height * 1.6
}

draw_value_row <- function(row, y, height, columns, is_compared) {
  put_text(0, y, row$name, columns$label, height * 0.8, adj = 0, cex = 0.85, font = if (row$rank > 1) 2 else 1)
  count <- if (is_compared) row$missing else row$missing_before
  if (count > 0) {
    put_text(1, y, paste(plain_number(count), "missing"), 0.12, height * 0.8, adj = 1, cex = 0.8, font = 3)
  }
  if (is.na(row$low)) {
    room <- columns$missing - columns$label - 0.04
    put_text(columns$label + 0.02, y, row$levels, room, height * 0.8, adj = 0, cex = 0.8)
    return(invisible())
  }
  at <- function(share) columns$left + (columns$right - columns$left) * share
  bar <- tint(palette_of[["model"]])
  half <- height * 0.32
  graphics::rect(at(row$from), y - half, at(row$to), y + half, col = bar, border = palette_of[["model"]])
  if (!is.na(row$mean)) {
    spread <- if (is.na(row$sd)) c(row$mean, row$mean) else pmin(pmax(row$mean + c(-1, 1) * row$sd, row$from), row$to)
    band <- tint(palette_of[["model"]], 0.45)
    graphics::rect(at(spread[1]), y - half, at(spread[2]), y + half, col = band, border = NA)
    graphics::segments(at(row$mean), y - half, at(row$mean), y + half, col = palette_of[["model"]], lwd = 2)
  }
  ends <- short_number(c(row$low, row$high))
  if (!is_compared) {
    put_text(at(0) - 0.01, y, ends[1], 0.1, height * 0.8, adj = 1, cex = 0.75)
    put_text(at(1) + 0.01, y, ends[2], 0.1, height * 0.8, adj = 0, cex = 0.75)
  } else if (!is.na(row$given_low)) {
    draw_given(row, y, height, at)
  }
}

# New values on the bar of training: what is outside in the colour of what is marked, with its number.
draw_given <- function(row, y, height, at) {
  limit <- 0.12 # further out there is an arrow
  within <- function(share) pmin(pmax(share, row$from - limit), row$to + limit)
  from <- within(row$given_from)
  to <- within(row$given_to)
  half <- height * 0.11
  stripe <- function(a, b, colour) {
    graphics::rect(at(a) - 0.002, y - half, at(b) + 0.002, y + half, col = colour, border = NA)
  }
  outside <- function(a, b, value, is_far, side) {
    if (a < b) stripe(a, b, palette_of[["marked"]])
    tip <- if (side < 0) at(min(a, from)) else at(max(b, to))
    if (is_far) {
      graphics::polygon(
        tip + side * c(0, 0.014, 0), y + half * 2.4 * c(-1, 0, 1), col = palette_of[["marked"]], border = NA
      )
      tip <- tip + side * 0.014
    }
    label <- short_number(value)
    put_text(
      tip + side * 0.008, y, label, 0.1, height * 0.8, adj = if (side < 0) 1 else 0, cex = 0.75, font = 2,
      col = palette_of[["marked"]]
    )
  }
  inside <- c(max(from, row$from), min(to, row$to))
  if (inside[1] <= inside[2]) stripe(inside[1], inside[2], palette_of[["data"]])
  if (row$given_low < row$low) outside(from, min(to, row$from), row$given_low, row$given_from < row$from - limit, -1)
  if (row$given_high > row$high) outside(max(from, row$to), to, row$given_high, row$given_to > row$to + limit, 1)
}

short_number <- function(values) vapply(values, function(value) format(signif(value, 4), digits = 4), "")
