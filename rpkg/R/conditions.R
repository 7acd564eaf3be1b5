# A report becomes conditions: messages and warnings for what was done, an error for what can't be.

signal_report <- function(reply, call = rlang::caller_env()) {
  for (note in reply$notes) {
    tell <- if (identical(note$level, "warning")) rlang::warn else rlang::inform
    tell(lines_of(note), class = unlist(note$classes), report = note, use_cli_format = FALSE)
  }
  problem <- reply$problem
  if (!is.null(problem)) {
    rlang::abort(
      lines_of(problem),
      class = unlist(problem$classes), report = problem, call = call, use_cli_format = FALSE
    )
  }
}

lines_of <- function(entry) {
  rlang::set_names(unlist(entry$lines), unlist(entry$symbols))
}

# Errors that must be told before Python runs, or where Python can't be asked.
abort_dead_pointer <- function(label, call) {
  abort_plain(
    c(
      sprintf("`%s` is a dead pointer: its Python object is gone with its session.", label),
      i = "saveRDS() and saved workspaces keep the R handle only, not the model.",
      i = "Fix: where the model lives, guard it before saveRDS(); a guard predicts anywhere:",
      " " = sprintf("saveRDS(guard(%s), \"MODEL.rds\")", label),
      i = "Fix: or save it there as a file:",
      " " = sprintf("%s$save(\"MODEL.keras\")", label),
      i = "Fix: here, load the file:",
      " " = sprintf("%s <- safe_load_model(\"MODEL.keras\")", label)
    ),
    class = c("kerasguard_error_model_null_pointer", "kerasguard_error_model", "kerasguard_error"),
    call = call
  )
}
