# The models that R users hold: tidymodels' fits around a model of Keras, and what else is handed over in its place.

# A model and data as they cross the border, where the model is no Python object: the Keras model of a tidymodels' fit
# with `x` as the fit prepares it; else no model, and in the labels what is held in its place.
# `wrong`: the core's reply where `x` can't be prepared.
open_held <- function(model, x = NULL, labels, call, takes_out = TRUE) {
  if (takes_out && is_fit(model) && is.null(why_not(model))) {
    fit <- fit_of(model)
    at <- paste0(labels$model, if (inherits(model, "workflow")) "$fit$fit$fit" else "$fit")
    ready <- if (!is.null(x)) prepared(model, x, labels, call)
    labels$taken <- if (inherits(model, "workflow")) "workflow" else "parsnip"
    # its classes are told for this call only: the model is the user's
    if (!is.null(fit$lvl)) labels$levels <- describe(factor(character(), fit$lvl, ordered = isTRUE(fit$ordered)))
    engine <- python_model(fit$fit, at, call)
    return(c(list(model = engine, labels = labels, at = at), ready))
  }
  core_model <- python_model(model, labels$model, call)
  if (is.null(core_model)) {
    labels$held <- describe_held(model)
  }
  list(model = core_model, labels = labels, x = x)
}

# A fit of 'parsnip', or a workflow, whose fit is one.
is_fit <- function(model) inherits(model, c("model_fit", "workflow"))

fit_of <- function(model) if (inherits(model, "workflow")) model$fit$fit else model

# Why the Keras model alone would not do as the fit's predict(). Engines of parsnip's own hand the prepared data to
# Keras as they are; of others only they know.
why_not <- function(model) {
  fit <- fit_of(model)
  if (!is_keras_model(fit$fit)) {
    return("")
  }
  if (length(model$post$actions) > 0 && inherits(model, "workflow")) {
    return("post")
  }
  if (!isTRUE(fit$spec$engine %in% c("keras", "keras3"))) "engine"
}

# As predict() of the fit brings its data into the form that the engine takes.
prepare_data <- function(model, x) {
  if (inherits(model, "workflow")) {
    x <- hardhat::forge(x, model$pre$mold$blueprint)$predictors
  }
  fit <- fit_of(model)
  lacking <- lacking_columns(fit$preproc$terms, x)
  if (length(lacking) > 0) {
    stop(sprintf("The following required columns are missing: %s.", paste0("`", lacking, "`", collapse = ", ")))
  }
  getExportedValue("parsnip", "prepare_data")(fit, x)
}

# Columns of a formula that model.frame() would take from the workspace, without a word. One number may be a constant:
# poly(a, degree).
lacking_columns <- function(terms, x) {
  if (is.null(terms)) {
    return(NULL)
  }
  terms <- stats::delete.response(terms)
  used <- attr(terms, "predvars")
  used <- all.vars(if (is.null(used)) attr(terms, "variables") else used)
  is_constant <- function(name) length(get0(name, environment(terms))) == 1
  Filter(Negate(is_constant), setdiff(used, colnames(x)))
}

# The data of a model that was taken out; where they can't be prepared, the reply that says why.
prepared <- function(model, x, labels, call) {
  tryCatch(
    list(x = prepare_data(model, x)),
    error = function(error) {
      sentence <- strsplit(cli::ansi_strip(conditionMessage(error)), "\n", fixed = TRUE)[[1]][1]
      facts <- list(sentence = sentence, is_workflow = inherits(model, "workflow"))
      list(wrong = core(call)$refuse("column_prepare", facts, labels))
    }
  )
}

is_keras_model <- function(x) {
  inherits(x, "python.builtin.object") && any(grepl(keras_models, class(x)))
}

# Keras 3, tf_keras, Keras 2 in TensorFlow, and what safe_load_model() makes of a SavedModel.
keras_models <- "^(tf_)?keras\\..*\\.Model$|^tensorflow\\.python\\.keras\\..*\\.Model$|^kerasguard\\..*Servable$"

# What the core needs to know of an R object in a model's place, to say what it is and where the model is.
describe_held <- function(model) {
  held <- list(
    classes = as.list(class(model)),
    text = if (is.character(model) && length(model) == 1 && !is.na(model)) path.expand(model),
    ending = ending_of(model)
  )
  if (is_fit(model)) {
    held$trained <- !inherits(model, "workflow") || isTRUE(model$trained)
    held$why_not <- why_not(model)
  }
  held$inside <- models_in(model)
  held
}

# The file name that fits bytes of a model's file: 'caret' keeps models as such.
ending_of <- function(x) {
  if (!is.raw(x) || length(x) < 4) {
    return(NULL)
  }
  starts <- list(.h5 = c(0x89, 0x48, 0x44, 0x46), .keras = c(0x50, 0x4b, 0x03, 0x04))
  found <- vapply(starts, function(start) all(x[1:4] == as.raw(start)), NA)
  if (any(found)) names(starts)[found]
}

# Where models of Keras, or their files, stand in a list, an R6 object or the like: as code, each once. Calls nothing.
models_in <- function(x, most = 2000, deep = 6) {
  found <- list()
  seen <- list()
  look <- function(part, at, depth) {
    most <<- most - 1
    if (depth > 0 && is_model_or_file(part)) {
      found[[length(found) + 1]] <<- list(at = at, ending = ending_of(part), model = part)
    } else if (depth < deep && most > 0 && !any(vapply(seen, identical, NA, part))) {
      if (is.environment(part)) seen[[length(seen) + 1]] <<- part
      inside <- parts_of(part)
      for (i in seq_along(inside)) look(inside[[i]], paste0(at, names(inside)[i]), depth + 1)
    }
  }
  look(x, "", 0)
  each_once(found)
}

is_model_or_file <- function(x) is_keras_model(x) || !is.null(ending_of(x))

each_once <- function(found) {
  is_new <- !duplicated(vapply(seq_along(found), function(i) id_at(found[[i]]$model, i), ""))
  lapply(found[is_new], function(one) one[c("at", "ending")])
}

# What a list or environment holds, named by the code that takes it out; active bindings would run code.
parts_of <- function(x) {
  if (is.environment(x) && !inherits(x, "python.builtin.object")) {
    names <- Filter(function(name) !bindingIsActive(name, x), ls(x))
    return(rlang::set_names(mget(names, x), vapply(names, function(name) place_at(name, 1), "")))
  }
  if (typeof(x) == "list" && !is.data.frame(x)) {
    x <- unclass(x)
    return(rlang::set_names(as.list(x), vapply(seq_along(x), function(i) place_at(names(x), i), "")))
  }
  NULL
}

# Which object it is; a dead pointer is none.
id_at <- function(model, i) {
  is_alive <- inherits(model, "python.builtin.object") && !reticulate::py_is_null_xptr(model)
  if (is_alive) reticulate::py_id(model) else as.character(i)
}

place_at <- function(names, i) {
  name <- names[i]
  is_found <- !is.null(name) && !is.na(name) && nzchar(name) && match(name, names) == i # `$` gives the first
  if (is_found) paste0("$", quoted_name(name)) else sprintf("[[%d]]", i)
}

quoted_name <- function(name) if (make.names(name) == name) name else paste0("`", name, "`")

# Training data out of what tidymodels keep of them: a recipe that was trained, what mold() gave, or its blueprint. Rows
# where they are kept, else none: a table without rows still has columns, their types and levels.
training_of <- function(x, y, labels, call) {
  found <- if (inherits(x, "recipe")) {
    baked(x, labels, call)
  } else if (inherits(x, "hardhat_blueprint")) {
    molded(x)
  } else if (!is.object(x) && is.list(x) && inherits(x$blueprint, "hardhat_blueprint")) {
    list(x = x$predictors %||% molded(x$blueprint)$x, y = x$outcomes %||% molded(x$blueprint)$y)
  } else {
    return(list(x = x, y = y))
  }
  outcome <- if (length(found$y) == 1) found$y[[1]] else found$y
  list(x = found$x, y = if (is.null(y) && length(found$y) > 0) outcome else y)
}

baked <- function(recipe, labels, call) {
  is_trained <- length(recipe$steps) == 0 || all(vapply(recipe$steps, function(step) isTRUE(step$trained), NA))
  if (!is_trained || is.null(recipe$last_term_info)) {
    signal_report(core(call)$refuse("structure_recipe", list(), labels), call)
  }
  terms <- recipe$term_info
  of_role <- function(role) unique(terms$variable[terms$role %in% role])
  data <- recipe$template
  if (is.null(data)) {
    data <- list2DF(rlang::set_names(lapply(seq_len(nrow(terms)), empty_column, recipe = recipe), terms$variable))
  }
  list(x = data[of_role("predictor")], y = data[of_role("outcome")])
}

# hardhat drops the data of a recipe that it keeps; what it made of factors stays.
empty_column <- function(i, recipe) {
  levels <- recipe$levels[[recipe$term_info$variable[i]]]
  if (is.character(levels$values)) {
    return(factor(character(), levels$values, ordered = isTRUE(levels$ordered)))
  }
  if (any(c("string", "nominal", "character") %in% recipe$term_info$type[[i]])) character() else numeric()
}

molded <- function(blueprint) {
  made <- hardhat::forge(blueprint$ptypes$predictors, blueprint)
  list(x = made$predictors, y = blueprint$ptypes$outcomes)
}
