# Models whose blueprint knows classes, as if learned from the labels of training.
kerasguard:::core() # which loads its modules without leaving byte code in R's library
blueprint_module <- reticulate::import("kerasguard.blueprints", convert = FALSE)

# What training saw: one entry per output, NULL levels for numbers
seen <- function(..., ordered = FALSE, form = "codes", names = NULL) {
  levels <- c(...)
  blueprint_module$OutputSeen(
    reticulate::tuple(), if (!is.null(levels)) do.call(reticulate::tuple, as.list(levels)), ordered, form,
    if (!is.null(names)) do.call(reticulate::tuple, as.list(names))
  )
}
taught <- function(model, ...) {
  inputs <- lapply(model$inputs, function(input) blueprint_module$InputSeen(reticulate::tuple()))
  inputs <- reticulate::import_builtins(convert = FALSE)$tuple(inputs)
  blueprint_module$keep_blueprint(model, blueprint_module$Blueprint(inputs, reticulate::tuple(...)))
  model
}
