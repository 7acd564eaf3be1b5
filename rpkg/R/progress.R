# What Python tells of rows (or batches) done and in all, drawn with cli; NULL where nothing is drawn. A stream may not
# know how many there are in all until its end. With `verbose = "auto"` only an interactive session gets a bar, and only
# once the call takes longer than a second.
progress_bar <- function(verbose, patience = 1, doing = "Predicting") {
  automatic <- identical(verbose, "auto")
  if (if (automatic) !interactive() else !verbosity(verbose) %in% 1:2) {
    return(NULL)
  }
  began <- proc.time()[["elapsed"]]
  bar <- NULL
  function(done, rows) {
    if (automatic && proc.time()[["elapsed"]] - began < patience) {
      return(invisible())
    }
    if (is.null(bar)) {
      total <- if (is.null(rows)) NA else rows
      bar <<- cli::cli_progress_bar(doing, total = total, .auto_close = FALSE, .envir = globalenv())
    }
    cli::cli_progress_update(set = done, id = bar, .envir = globalenv())
    if (identical(done, rows)) cli::cli_progress_done(id = bar, .envir = globalenv())
    invisible()
  }
}

# For a call that ends before all rows are done: cli would go on drawing the bar.
close_progress <- function(tell) {
  bar <- if (is.function(tell)) environment(tell)$bar
  if (!is.null(bar)) cli::cli_progress_done(id = bar, .envir = globalenv())
}

# What is to be drawn: 0, 1 or 2 as in Keras, NA for what is none of them. "auto" is for those who watch.
verbosity <- function(verbose) {
  if (identical(verbose, "auto")) {
    return(if (interactive()) 1L else 0L)
  }
  if ((is.numeric(verbose) || is.logical(verbose)) && length(verbose) == 1) as.integer(verbose) else NA_integer_
}

# What Python tells of epochs (or batches) done and in all, and of the metrics so far: with 1 a bar drawn with cli, with
# 2 a line at the end of each. `tell`: NULL where nothing is drawn; `close`: for a training that ends before its end.
training_progress <- function(verbose, doing, unit) {
  level <- verbosity(verbose)
  if (is.na(level) || level < 1) {
    list(tell = NULL, close = function() NULL)
  } else if (level >= 2) {
    list(tell = training_lines(unit), close = function() NULL)
  } else {
    training_bar(doing, unit, patience = if (identical(verbose, "auto")) 1 else 0)
  }
}

training_lines <- function(unit) {
  function(done, total, logs) {
    if (done == round(done) && (unit == "epoch" || isTRUE(done >= total))) {
      cat(sprintf("%s %d/%s%s\n", unit, as.integer(done), format_total(total), format_logs(logs)))
    }
    invisible()
  }
}

training_bar <- function(doing, unit, patience) {
  began <- proc.time()[["elapsed"]]
  here <- new.env() # where cli finds what its format names
  bar <- NULL
  tell <- function(done, total, logs) {
    if (proc.time()[["elapsed"]] - began < patience) {
      return(invisible())
    }
    here$text <- sprintf("%s %s/%s%s", unit, format(ceiling(done)), format_total(total), format_logs(logs))
    if (is.null(bar)) {
      bar <<- cli::cli_progress_bar(
        doing,
        total = if (is.null(total)) NA else total, .auto_close = FALSE, .envir = here, clear = FALSE,
        format = "{cli::pb_name}{cli::pb_bar} {text}", format_done = "{cli::pb_name}{text}"
      )
    }
    cli::cli_progress_update(set = done, id = bar, .envir = here)
    invisible()
  }
  close <- function() {
    if (!is.null(bar)) cli::cli_progress_done(id = bar, .envir = here)
  }
  list(tell = tell, close = close)
}

format_total <- function(total) if (is.null(total)) "?" else format(as.numeric(total))

format_logs <- function(logs) {
  if (length(logs) == 0) {
    return("")
  }
  paste0(sprintf(" - %s: %s", names(logs), prettyNum(unlist(logs), digits = 4)), collapse = "")
}
