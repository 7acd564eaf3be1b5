# What Python tells of rows (or batches) done and in all, drawn with cli; NULL where nothing is drawn. A stream may not
# know how many there are in all until its end. With `verbose = "auto"` only an interactive session gets a bar, and only
# once the call takes longer than a second.
progress_bar <- function(verbose, patience = 1) {
  automatic <- identical(verbose, "auto")
  if (if (automatic) !interactive() else identical(as.integer(verbose), 0L)) {
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
      bar <<- cli::cli_progress_bar("Predicting", total = total, .auto_close = FALSE, .envir = globalenv())
    }
    cli::cli_progress_update(set = done, id = bar, .envir = globalenv())
    if (identical(done, rows)) cli::cli_progress_done(id = bar, .envir = globalenv())
    invisible()
  }
}
