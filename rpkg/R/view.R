#' Show a report in the Viewer
#'
#' Writes a report as a page of its own, with its plot where it has one, and shows it in the Viewer of RStudio, Positron
#' or VS Code, else in a browser. Where nobody is watching, as in a script or a document that is knitted, the page is
#' written only; where it can't be shown, a warning tells its path.
#'
#' @param x A report of [check_input()], [check_model()], [check_environment()] or [explain_error()], a [blueprint()],
#'   a [guard()], or a condition of this package.
#' @param ... Passed on to [plot()][plot.kerasguard_report()], such as `what = "values"`.
#' @return The path of the page, a file in [tempdir()], invisibly.
#' @export
#' @examples
#' path <- view_report(check_environment(timeout = 10))
view_report <- function(x, ...) {
  rlang::check_required(x)
  if (inherits(x, "condition") && is.list(x$report)) x <- x$report
  parts <- page_parts(x, ...)
  path <- tempfile("kerasguard-", fileext = ".html")
  writeLines(enc2utf8(html_page(parts)), path, useBytes = TRUE)
  show_page(path, rlang::current_env())
  invisible(path)
}

# Where somebody watches; a document that is knitted has its own pages. The page is there, whatever a viewer does.
show_page <- function(path, call) {
  viewer <- getOption("viewer")
  if (isTRUE(getOption("knitr.in.progress")) || !(is.function(viewer) || interactive())) {
    return(invisible())
  }
  open <- if (is.function(viewer)) viewer else utils::browseURL
  tryCatch(open(path), error = function(e) {
    lines <- c("The page can't be shown here.", x = conditionMessage(e), i = "It is this file:", " " = path)
    classes <- c("kerasguard_warning_view_viewer", "kerasguard_warning_view", "kerasguard_warning")
    rlang::warn(lines, class = classes, call = call, use_cli_format = FALSE)
  })
}

# What a page shows: `title`, `ok` (NULL: neither), and `body`, texts of HTML.
page_parts <- function(x, ...) {
  if (inherits(x, "kerasguard_report")) {
    list(title = x$verdict, ok = x$ok, body = c(html_plot(x, ..., main = ""), html_findings(x$entries)))
  } else if (is_guard(x)) {
    known <- if (!is.null(x$blueprint)) page_parts(x$blueprint, ...)$body
    lines <- format(x)
    shown <- sprintf("<pre class=\"told\">%s</pre>", paste(html_escape(lines[-1]), collapse = "\n"))
    list(title = lines[1], ok = NULL, body = c(shown, known))
  } else if (inherits(x, "kerasguard_model_check")) {
    layers <- html_table(x$rows, mark = nzchar(x$rows$fault))
    list(title = x$verdict, ok = x$ok, body = c(html_findings(x$entries), layers))
  } else if (inherits(x, "kerasguard_environment")) {
    list(title = environment_verdict(x), ok = x$ok, body = c(html_problems(x$problems), html_table(x$versions)))
  } else if (inherits(x, c("kerasguard_explanation", "kerasguard_finding"))) {
    list(title = x$lines[1], ok = FALSE, body = html_lines(x$lines[-1], x$symbols[-1]))
  } else if (inherits(x, "kerasguard_blueprint")) {
    outputs <- utils::tail(x$lines, length(x$outputs))
    columns <- c("input", "name", "type", "min", "max", "mean", "sd", "missing", "levels", "encoding")
    table <- as.data.frame(x)[if (length(x$inputs) > 1) columns else columns[-1]]
    table$levels <- vapply(table$levels, toString, "", width = 120)
    body <- c(html_plot(x, ...), html_table(table), html_lines(outputs, ""))
    list(title = x$lines[1], ok = if (x$stale) FALSE, body = body)
  } else {
    abort_plain(
      c(
        sprintf("`x` must be a report, not %s.", class_in_words(x)),
        i = "Fix: show what one of these gives:",
        " " = "view_report(check_input(MODEL, X))", " " = "view_report(check_model(MODEL))",
        " " = "view_report(check_environment())"
      ),
      class = c("kerasguard_error_view_kind", "kerasguard_error_structure", "kerasguard_error"),
      call = rlang::caller_env()
    )
  }
}

class_in_words <- function(x) if (is.null(x)) "NULL" else sprintf("an object of class \"%s\"", class(x)[1])

html_escape <- function(text) {
  text <- gsub("&", "&amp;", enc2utf8(cli::ansi_strip(as.character(text))), fixed = TRUE)
  text <- gsub("<", "&lt;", text, fixed = TRUE)
  text <- gsub(">", "&gt;", text, fixed = TRUE)
  gsub("\"", "&quot;", text, fixed = TRUE)
}

html_findings <- function(entries) {
  entries <- entries[order(match(vapply(entries, function(entry) entry$level, ""), finding_levels))]
  vapply(entries, function(entry) {
    level <- sprintf("<span class=\"level %s\">%s</span>", entry$level, entry$level)
    head <- sprintf("<h2>%s %s</h2>", level, html_escape(entry$lines[1]))
    body <- html_lines(entry$lines[-1], entry$symbols[-1])
    sprintf("<section>%s%s</section>", head, paste(body, collapse = ""))
  }, "")
}

# Sentences as paragraphs; lines of code, which stand together, as one block.
html_lines <- function(lines, symbols) {
  lines <- unlist(strsplit(lines, "\n", fixed = TRUE))
  symbols <- rep_len(symbols, length(lines))
  is_code <- symbols == " "
  block <- cumsum(!is_code | c(TRUE, !utils::head(is_code, -1))[seq_along(is_code)])
  vapply(unname(split(seq_along(lines), block)), function(at) {
    text <- paste(html_escape(lines[at]), collapse = "\n")
    if (is_code[at[1]]) sprintf("<pre>%s</pre>", text) else sprintf("<p>%s</p>", text)
  }, "")
}

html_problems <- function(problems) {
  sprintf(
    "<section><span class=\"level %s\">%s</span><pre class=\"told\">%s</pre></section>", problems$level, problems$level,
    html_escape(problems$message)
  )
}

# A table without its empty columns; numbers to four digits.
html_table <- function(table, mark = FALSE) {
  cell <- function(values) {
    if (!is.numeric(values)) {
      return(ifelse(is.na(values), "", as.character(values)))
    }
    ifelse(is.na(values), "", vapply(values, format, "", digits = 4, big.mark = ","))
  }
  cells <- lapply(table, cell)
  cells <- cells[vapply(cells, function(column) any(nzchar(column)), NA)]
  if (length(cells) == 0) {
    return(character())
  }
  rows <- do.call(paste0, lapply(cells, function(column) sprintf("<td>%s</td>", html_escape(column))))
  head <- paste0(sprintf("<th>%s</th>", html_escape(names(cells))), collapse = "")
  rows <- sprintf("<tr%s>%s</tr>", ifelse(rep_len(mark, length(rows)), " class=\"fault\"", ""), rows)
  sprintf("<div class=\"wide\"><table><tr>%s</tr>%s</table></div>", head, paste(rows, collapse = "\n"))
}

# The plot as a picture within the page; nothing where there is nothing to plot, or no device for it.
html_plot <- function(x, ...) {
  if (!capabilities("cairo")) {
    return(character())
  }
  path <- tempfile(fileext = ".svg")
  on.exit(unlink(path))
  before <- grDevices::dev.cur()
  grDevices::svg(path, 8, plot_height(x, ...))
  drawn <- tryCatch(
    {
      plot(x, ...)
      TRUE
    },
    kerasguard_error_plot_nothing = function(e) FALSE,
    finally = {
      grDevices::dev.off()
      if (before > 1) grDevices::dev.set(before)
    }
  )
  if (!drawn) {
    return(character())
  }
  lines <- readLines(path, encoding = "UTF-8", warn = FALSE)
  c("<figure>", lines[!grepl("^<[?]xml", lines)], "</figure>")
}

# Inches that leave no empty page below, and room for all columns up to 60.
plot_height <- function(x, ..., what = "shapes") {
  if (inherits(x, "kerasguard_report") && what == "shapes") {
    return(0.4 + max(2.5, min(1.3 * length(x$shapes), 12)))
  }
  inputs <- if (inherits(x, "kerasguard_report")) x$values$training else x$inputs
  rows <- sum(vapply(inputs, nrow, 1L)) + length(inputs)
  1.4 + 0.28 * min(max(rows, 3), 60)
}

html_page <- function(parts) {
  style <- readLines(system.file("view.css", package = "kerasguard"), encoding = "UTF-8")
  signs <- c("<span class=\"yes\">&#10004;</span> ", "<span class=\"no\">&#10006;</span> ")
  sign <- if (is.null(parts$ok)) "" else signs[2 - parts$ok]
  c(
    "<!DOCTYPE html>", "<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    sprintf("<title>kerasguard: %s</title>", html_escape(parts$title)), "<style>", style, "</style></head><body>",
    sprintf("<h1>%s%s</h1>", sign, html_escape(parts$title)), parts$body, "</body></html>"
  )
}
