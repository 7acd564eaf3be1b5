# The picture of expected and given shapes. What differs was decided by the core; here are boxes.

draw_shapes <- function(shapes, main) {
  open_page(main)
  most <- max(floor(graphics::par("pin")[2] / 0.95), 1) # inputs that there is room for, in inches
  hidden <- max(length(shapes) - most, 0)
  if (hidden > 0) { # those first that have something to tell
    shapes <- shapes[order(vapply(shapes, function(input) input$state == "fits", NA))][seq_len(most)]
  }
  rows <- lapply(shapes, shape_rows, is_alone = length(shapes) == 1 && hidden == 0)
  has_note <- any(vapply(unlist(rows, FALSE), function(row) !is.null(row$note), NA))
  most <- max(vapply(unlist(rows, FALSE), function(row) length(row$sizes), 1L), 1L)
  gap <- 0.35 # between inputs, in rows
  count <- sum(lengths(rows)) + gap * (length(rows) - 1) + (hidden > 0)
  height <- min(1 / count, 0.32)
  top <- 1
  for (input in rows) {
    for (row in input) {
      draw_shape_row(row, top, height, most, if (has_note) 0.84 else 1)
      top <- top - height
    }
    top <- top - gap * height
  }
  if (hidden > 0) put_text(0, top, sprintf("and %d more", hidden), 1, height, adj = 0)
}

# What is drawn of one input: expected, given, and how it was read where that is something else.
shape_rows <- function(input, is_alone) {
  name <- if (is_alone) "by the model" else sprintf("by input \"%s\"", input$name)
  rows <- list()
  if (input$state != "unexpected") {
    rows$expected <- list(
      head = "expected", label = name, sizes = input$expected,
      words = ifelse(is.na(input$expected), "any", input$expected), axes = input$axes,
      colour = palette_of[["model"]], marked = rep(FALSE, length(input$expected))
    )
  }
  rows$given <- given_row(input)
  if (input$state == "repaired") {
    rows$read <- list(
      head = "read as", label = "", sizes = input$read, words = input$read, axes = input$axes,
      colour = palette_of[["read"]], marked = rep(FALSE, length(input$read))
    )
  }
  rows
}

given_row <- function(input) {
  words <- plain_number(as.numeric(input$given))
  list(
    head = "given", label = input$arg, sizes = input$given, axes = input$given_axes,
    words = ifelse(is.na(input$instead), words, paste0(words, ", not ", input$instead)),
    colour = palette_of[["data"]], marked = !is.na(input$instead) | input$state == "unexpected", note = input$note
  )
}

plain_number <- function(sizes) formatC(sizes, format = "d", big.mark = ",")

draw_shape_row <- function(row, top, height, most, room) {
  left <- 0.26
  middle <- top - height / 2
  put_text(0, middle + height * 0.14, row$head, left - 0.02, height * 0.3, adj = 0, font = 2, col = row$colour)
  put_text(0, middle - height * 0.16, row$label, left - 0.02, height * 0.3, adj = 0, cex = 0.8)
  width <- (room - left) / max(most, 3)
  for (i in seq_along(row$sizes)) {
    colour <- if (row$marked[i]) palette_of[["marked"]] else row$colour
    from <- left + (i - 1) * width
    graphics::rect(
      from, top - height * 0.92, from + width * 0.94, top - height * 0.08,
      col = tint(colour, if (row$marked[i]) 0.35 else 0.18), border = colour, lwd = if (row$marked[i]) 3 else 1.2
    )
    centre <- from + width * 0.47
    put_text(centre, middle + height * 0.17, row$axes[i], width * 0.86, height * 0.3, cex = 0.8)
    put_text(
      centre, middle - height * 0.16, row$words[i], width * 0.86, height * 0.32,
      cex = 1.1, font = if (row$marked[i]) 2 else 1
    )
  }
  if (!is.null(row$note)) {
    from <- left + max(length(row$sizes), 0) * width
    put_text(
      from, middle, row$note, 1 - from, height * 0.5,
      adj = 0, font = 2, cex = 0.85, col = palette_of[["marked"]]
    )
  }
}
