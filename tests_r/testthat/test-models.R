# What R users hold in a model's place. Where the Keras model can be taken out with the numbers of the holder's own
# predict(), it is; else the line that takes it out is told, and runs.

held_fixes <- function(condition) {
  lines <- unlist(condition$report$lines)
  paste(lines[unlist(condition$report$symbols) == " "], collapse = "\n")
}

# The model that the printed lines give, run where the user's names are `net` and `new_data`.
fixed <- function(net, new_data = numbers(2, 5), call = quote(safe_predict(net, new_data))) {
  here <- list2env(list(net = net, new_data = new_data), parent = globalenv())
  condition <- tryCatch(eval(call, here), kerasguard_error_structure_model = identity)
  expect_s3_class(condition, "kerasguard_error_structure_model")
  eval(parse(text = held_fixes(condition)), here)
  here
}

holders <- list(
  "a list" = function(net) list(scaler = 1, model = net),
  "a list without names" = function(net) list(1, net),
  "a list with a name twice" = function(net) list(a = 1, a = net),
  "an object of another class" = function(net) structure(list(fit = list(net = net), call = quote(f(x))), class = "wrapper"),
  "an object with environments" = function(net) {
    learner <- structure(new.env(), class = c("LearnerClassifKeras", "R6"))
    learner$self <- learner
    learner$state <- list(model = list(model = net, history = NULL))
    makeActiveBinding("model", function() stop("nothing is called"), learner)
    learner
  },
  "a model twice" = function(net) list(a = net, b = net)
)

test_that("the one model inside a holder is found", {
  net <- dense()
  for (name in names(holders)) {
    here <- fixed(holders[[name]](net))
    expect_identical(reticulate::py_id(here$model), reticulate::py_id(net), info = name)
  }
})

test_that("several models inside are counted, and nothing is found where there is none", {
  refusal <- rlang::catch_cnd(safe_predict(list(dense(), dense()), numbers(2, 5)), "kerasguard_error")
  expect_match(conditionMessage(refusal), "2 Keras models", fixed = TRUE)
  for (nothing in list(NULL, 3, "model", list(a = 1), iris, NA, sum(1), quote(x), ~x, as.raw(1:9))) {
    refusal <- rlang::catch_cnd(safe_predict(nothing, numbers(2, 5)), "kerasguard_error")
    expect_s3_class(refusal, "kerasguard_error_structure_model")
    expect_match(held_fixes(refusal), "safe_load_model(\"FILE.keras\")", fixed = TRUE)
  }
})

test_that("files of a model, by name and as bytes, are loaded", {
  net <- dense()
  for (ending in c(".keras", ".h5")) {
    path <- withr::local_tempfile(fileext = ending)
    suppressWarnings(net$save(path))
    bytes <- readBin(path, "raw", file.size(path))
    caret <- structure(
      list(method = "mlpKerasDecay", finalModel = list(object = bytes, obsLevels = c("a", "b")), preProcess = NULL),
      class = c("train", "train.formula")
    )
    for (held in list(path, bytes, caret)) {
      here <- suppressMessages(suppressWarnings(fixed(held)))
      expect_identical(safe_predict(here$model, here$new_data), plain(net, float32(here$new_data)))
    }
  }
})

test_that("caret's own scaling is told of", {
  held <- structure(list(finalModel = list(object = as.raw(c(0x89, 0x48, 0x44, 0x46, 1)))), class = "train")
  refusal <- rlang::catch_cnd(safe_predict(held, numbers(2, 5)), "kerasguard_error")
  expect_match(conditionMessage(refusal), "predict(held$preProcess, x)", fixed = TRUE)
})

test_that("a history, a function and packed models have their own line", {
  told <- function(net) {
    class <- class(net)
    refusal <- rlang::catch_cnd(safe_predict(net, numbers(2, 5)), "kerasguard_error")
    expect_s3_class(refusal, "kerasguard_error_structure_model")
    held_fixes(refusal)
  }
  net <- dense()
  net$compile(loss = "mse")
  history <- safe_fit(net, numbers(4, 5), 1:4, verbose = 0)
  expect_identical(told(history), "model <- TRAINED_MODEL")
  expect_identical(told(structure(list(), class = "keras_training_history")), "model <- TRAINED_MODEL")
  expect_identical(told(structure(list(object = as.raw(1)), class = c("bundled_keras", "bundle"))), "net <- bundle::unbundle(net)")
  expect_identical(told(structure(list(model = NULL), class = "vetiver_model")), "model <- bundle::unbundle(net$model)")
  expect_identical(told(structure(list(args = list()), class = c("mlp", "model_spec"))), "FIT <- generics::fit(net, FORMULA, data = TRAINING)")
  python <- net$fit(float32(numbers(4, 5)), float32(1:4), verbose = 0L)
  expect_identical(reticulate::py_id(fixed(python)$model), reticulate::py_id(net))
  expect_identical(reticulate::py_id(fixed(function() net)$model), reticulate::py_id(net))
})

test_that("every function that takes a model says so", {
  net <- list(model = dense())
  path <- withr::local_tempfile(fileext = ".keras")
  for (call in list(
    quote(validate_and_coerce(net, new_data)), quote(safe_fit(net, new_data, 1:2)), quote(safe_evaluate(net, new_data, 1:2)),
    quote(learn_blueprint(net, new_data)), quote(blueprint(net)), bquote(safe_save_model(net, .(path)))
  )) {
    expect_identical(reticulate::py_id(fixed(net, call = call)$model), reticulate::py_id(net$model))
  }
  expect_identical(check_input(net, numbers(2, 5))$entries[[1]]$code, "structure_model")
  expect_identical(check_model(net)$codes, "structure_model")
})

# tidymodels ------------------------------------------------------------------------------------------------------

# An engine of the name that newer versions of 'parsnip' have, trained by plain reticulate.
add_engine <- function() {
  if (any(parsnip::show_engines("mlp")$engine == "keras3")) {
    if (!exists("kerasguard_test_mlp", globalenv())) skip_if_not_installed("keras3")
    return(invisible())
  }
  assign("kerasguard_test_mlp", fit_mlp, globalenv())
  for (mode in c("classification", "regression")) {
    parsnip::set_model_engine("mlp", mode, "keras3")
    parsnip::set_fit("mlp", mode, "keras3", list(
      interface = "matrix", protect = c("x", "y"), func = c(fun = "kerasguard_test_mlp"), defaults = list()
    ))
    parsnip::set_encoding("mlp", mode, "keras3", list(
      predictor_indicators = "traditional", compute_intercept = TRUE, remove_intercept = TRUE, allow_sparse_x = FALSE
    ))
    parsnip::set_pred("mlp", mode, "keras3", "raw", list(
      pre = NULL, post = NULL, func = c(fun = "kerasguard_test_predict"),
      args = list(object = quote(object$fit), x = quote(as.matrix(new_data)))
    ))
  }
  assign("kerasguard_test_predict", function(object, x) plain(object, float32(x)), globalenv())
}

fit_mlp <- function(x, y, ...) {
  target <- if (is.factor(y)) unname(stats::model.matrix(~ y - 1)) else matrix(y)
  net <- dense(ncol(x), ncol(target), if (is.factor(y)) "softmax")
  net$compile(optimizer = "adam", loss = if (is.factor(y)) "binary_crossentropy" else "mse")
  net$fit(float32(as.matrix(x)), float32(target), epochs = 2L, verbose = 0L)
  net
}

spec_of <- function(mode) parsnip::set_engine(parsnip::mlp(mode = mode), "keras3")
species <- function(...) generics::fit(spec_of("classification"), ..., data = iris)
mixed <- transform(iris, cut = factor(ifelse(Petal.Width > 1, "wide", "thin")))

workflow_of <- function(recipe, spec = spec_of("classification"), data = iris) {
  generics::fit(workflows::add_model(workflows::add_recipe(workflows::workflow(), recipe), spec), data = data)
}

test_that("a fit of parsnip predicts as its own predict(), whatever the order of its columns", {
  skip_if_not_installed("parsnip")
  add_engine()
  fits <- list(
    species(Species ~ .), species(Species ~ Petal.Width + Sepal.Width), species(Species ~ log(Petal.Width) * Sepal.Width),
    generics::fit(spec_of("regression"), Sepal.Length ~ cut + Petal.Width, data = mixed),
    parsnip::fit_xy(spec_of("classification"), iris[1:4], iris$Species)
  )
  for (fit in fits) {
    want <- predict(fit, mixed[1:9, if (is.null(fit$preproc$terms)) 1:4 else 6:1], type = "raw")
    new_data <- mixed[1:9, if (is.null(fit$preproc$terms)) 1:4 else 6:1]
    expect_message(got <- safe_predict(fit, new_data), class = "kerasguard_message_model_taken")
    expect_equal(unname(got), unname(want), tolerance = 1e-6)
    expect_no_message(safe_predict(fit, new_data))
  }
  fit <- fits[[1]]
  classes <- safe_predict(fit, iris[1:9, ], type = "class")
  expect_identical(classes, factor(levels(iris$Species)[max.col(safe_predict(fit, iris[1:9, ]))], levels(iris$Species)))
  expect_named(safe_predict(fit, iris[1:9, ], type = "prob"), paste0(".pred_", levels(iris$Species)))
})

test_that("what the formula lacks is refused, though the workspace has it", {
  skip_if_not_installed("parsnip")
  add_engine()
  Petal.Width <- iris$Petal.Width[1:9]
  fit <- species(Species ~ Petal.Width + Sepal.Width)
  new_data <- iris[1:9, 1:3]
  refusal <- rlang::catch_cnd(safe_predict(fit, new_data), "kerasguard_error")
  expect_s3_class(refusal, "kerasguard_error_column_prepare")
  expect_match(conditionMessage(refusal), "`Petal.Width`", fixed = TRUE)
  expect_setequal(eval(parse(text = held_fixes(refusal))), c("Species", "Petal.Width", "Sepal.Width"))
  expect_false(check_input(fit, new_data)$ok)
  expect_true("column_prepare" %in% check_model(fit, new_data)$codes)
  degree <- 2
  expect_no_error(suppressMessages(safe_predict(species(Species ~ poly(Petal.Width, degree)), iris[1:9, ])))
})

test_that("a workflow predicts as its own predict(): its recipe is applied", {
  skip_if_not_installed("workflows")
  add_engine()
  rec <- recipes::step_dummy(
    recipes::step_normalize(recipes::recipe(Species ~ ., mixed), recipes::all_numeric_predictors()), cut
  )
  wf <- workflow_of(rec, data = mixed)
  new_data <- mixed[51:60, 6:1]
  expect_message(got <- safe_predict(wf, new_data), class = "kerasguard_message_model_taken")
  expect_equal(unname(got), unname(predict(wf, new_data, type = "raw")), tolerance = 1e-6)
  expect_true(check_input(wf, new_data)$ok)
  expect_identical(check_model(wf, new_data)$rows$gets[1], "(10, 5)")
  expect_null(blueprint(wf))
  expect_equal(levels(safe_predict(wf, new_data, type = "class")), levels(iris$Species))
  refusal <- rlang::catch_cnd(safe_predict(wf, new_data[-3]), "kerasguard_error")
  expect_s3_class(refusal, "kerasguard_error_column_prepare")
  expect_setequal(eval(parse(text = held_fixes(refusal))), setdiff(names(mixed), "Species"))
  missing <- replace(new_data, 3, NA_real_)
  expect_error(safe_predict(wf, missing), class = "kerasguard_error_missing")

  for (call in list(quote(safe_fit(net, new_data, 1)), quote(safe_evaluate(net, new_data, 1)))) {
    here <- fixed(wf, new_data, call)
    expect_equal(safe_predict(here$model, here$prepared), unname(got))
  }
  here <- fixed(wf, new_data, quote(safe_save_model(net, "unused.keras")))
  expect_identical(here$model, wf$fit$fit$fit)
})

test_that("the classes of a fit are told for one call, and nothing is marked on its model", {
  skip_if_not_installed("parsnip")
  add_engine()
  fit <- species(Species ~ .)
  expect_identical(levels(suppressMessages(safe_predict(fit, iris[1:9, ], type = "class"))), levels(iris$Species))
  expect_null(blueprint(fit))
  expect_null(blueprint(fit$fit))
  expect_error(safe_predict(fit$fit, as.matrix(iris[1:9, 1:4]), type = "class"), class = "kerasguard_error")
})

test_that("guard() and explain_error() know a fit", {
  skip_if_not_installed("parsnip")
  add_engine()
  fit <- species(Species ~ .)
  refusal <- rlang::catch_cnd(guard(fit), "kerasguard_error_structure_model")
  expect_match(held_fixes(refusal), "fit", fixed = TRUE)
  here <- list2env(list(net = fit, new_data = iris[1:3, ]), parent = globalenv())
  suppressMessages(eval(parse(text = held_fixes(rlang::catch_cnd(eval(quote(guard(net)), here), "kerasguard_error"))), here))
  expect_identical(reticulate::py_id(here$model), reticulate::py_id(fit$fit))
  text <- "ValueError: Shapes (None, 1) and (None, 10) are incompatible"
  capture.output(found <- explain_error(text, model = fit, x = iris[1:9, ]), type = "message")
  code <- paste(found$lines, collapse = "\n")
  expect_match(code, "fit$fit$compile(", fixed = TRUE)
})

test_that("fits without a Keras model, never fitted, or with a way of their own are refused", {
  skip_if_not_installed("workflows")
  add_engine()
  code_of <- function(net) {
    held_fixes(rlang::catch_cnd(safe_predict(net, iris), "kerasguard_error_structure_model"))
  }
  bare <- workflows::add_model(workflows::add_formula(workflows::workflow(), Species ~ .), spec_of("classification"))
  expect_identical(code_of(bare), "FIT <- generics::fit(net, data = TRAINING)")
  linear <- generics::fit(parsnip::linear_reg(), Sepal.Length ~ Petal.Width, data = iris)
  expect_identical(code_of(linear), "hardhat::extract_spec_parsnip(net)$engine")
  own <- species(Species ~ .)
  own$spec$engine <- "own"
  expect_match(code_of(own), "hardhat::extract_fit_engine(net)", fixed = TRUE)
})

# Blueprints ------------------------------------------------------------------------------------------------------

learned_from <- function(x, ..., features = 4) {
  net <- sequential(features, layers$Dense(3L, "softmax"))
  suppressMessages(learn_blueprint(net, x, ...))
  net
}
softmax_names <- levels(iris$Species)

test_that("a trained recipe tells columns, ranges and classes as the model saw them", {
  skip_if_not_installed("recipes")
  rec <- recipes::step_normalize(recipes::recipe(Species ~ ., iris), recipes::all_numeric_predictors())
  for (retain in c(TRUE, FALSE)) {
    trained <- recipes::prep(rec, iris, retain = retain)
    net <- learned_from(trained)
    seen <- blueprint(net)
    expect_identical(seen$inputs[[1]]$name, names(iris)[1:4])
    expect_identical(seen$rows, if (retain) 150L else 0L)
    expect_equal(is.na(seen$inputs[[1]]$max), rep(!retain, 4))
    expect_identical(seen$outputs[[1]]$classes, softmax_names)
    baked <- recipes::bake(trained, iris[1:6, ])
    want <- plain(net, float32(as.matrix(baked[1:4])))
    expect_identical(suppressMessages(safe_predict(net, baked[5:1])), want)
    expect_error(safe_predict(net, baked[c(1, 2, 4)]), class = "kerasguard_error_column")
  }
  expect_error(learned_from(rec), class = "kerasguard_error_structure_recipe")
})

test_that("steps that make columns, roles and levels are those of the recipe", {
  skip_if_not_installed("recipes")
  rec <- recipes::recipe(Species ~ ., transform(mixed, id = 1:150))
  rec <- recipes::step_dummy(recipes::update_role(rec, id, new_role = "id"), cut)
  trained <- recipes::prep(rec)
  seen <- blueprint(learned_from(trained, features = 5))
  expect_identical(seen$inputs[[1]]$name, c(names(iris)[1:4], "cut_wide"))
  factors <- recipes::prep(recipes::recipe(Species ~ ., mixed))
  seen <- blueprint(learned_from(factors, features = 6))
  expect_identical(seen$inputs[[1]]$levels[[5]], c("thin", "wide"))
  other <- blueprint(learned_from(trained, y = factor(c("x", "y", "z"))[rep(1:3, 50)], features = 5))
  expect_identical(other$outputs[[1]]$classes, c("x", "y", "z"))
})

test_that("mold() and its blueprint tell what the model saw", {
  skip_if_not_installed("hardhat")
  molds <- list(
    hardhat::mold(Species ~ ., iris), hardhat::mold(iris[1:4], iris$Species),
    if (rlang::is_installed("recipes")) {
      hardhat::mold(recipes::step_center(recipes::recipe(Species ~ ., iris), recipes::all_predictors()), iris)
    }
  )
  for (mold in Filter(Negate(is.null), molds)) {
    for (given in list(mold, mold$blueprint)) {
      net <- learned_from(given)
      seen <- blueprint(net)
      expect_identical(seen$inputs[[1]]$name, names(iris)[1:4])
      expect_identical(seen$outputs[[1]]$classes, softmax_names)
      expect_identical(seen$rows, if (is.null(given$predictors)) 0L else 150L)
      new_data <- hardhat::forge(iris[1:5, ], mold$blueprint)$predictors
      want <- plain(net, float32(as.matrix(new_data)))
      expect_identical(suppressMessages(safe_predict(net, new_data[4:1])), want)
    }
  }
})

test_that("the recipe that a workflow keeps has no data, and its columns all the same", {
  skip_if_not_installed("workflows")
  add_engine()
  wf <- workflow_of(recipes::step_dummy(recipes::recipe(Species ~ ., mixed), cut), data = mixed)
  seen <- blueprint(learned_from(workflows::extract_recipe(wf), features = 5))
  expect_identical(seen$inputs[[1]]$name, c(names(iris)[1:4], "cut_wide"))
  expect_identical(seen$outputs[[1]]$classes, softmax_names)
})
