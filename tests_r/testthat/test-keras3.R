# Side by side with the R package 'keras3': its own predict(), fit() and evaluate() on the same data are the truth.
skip_without <- function(...) {
  lacking <- Filter(function(package) !nzchar(system.file(package = package)), c("keras3", ...))
  skip_if(length(lacking) > 0, paste("not installed:", toString(lacking)))
}

# In a process of its own, as attaching a package changes how code is shown in the whole session. `code` ends in a value.
in_session <- function(code) {
  skip_without("callr")
  run <- function(code) {
    options(keras.verbose = 0, keras.view_metrics = FALSE)
    worked <- tryCatch(
      list(value = eval(code, new.env(parent = globalenv()))),
      error = function(e) list(error = conditionMessage(e))
    )
    if (is.null(worked$error)) worked$value else stop(worked$error, call. = FALSE)
  }
  callr::r(run, list(substitute(code)), libpath = .libPaths(), cmdargs = c("--slave", "--no-save", "--no-restore"))
}

# Compares, quietly: TRUE, or what differs. Handed to the sessions as source.
beside <- quote({
  library(keras3)
  library(kerasguard)
  told <- character()
  listen <- function(expr) {
    withCallingHandlers(expr, kerasguard_message = function(c) {
      told <<- c(told, class(c)[1])
      invokeRestart("muffleMessage")
    }, kerasguard_warning = function(c) {
      told <<- c(told, class(c)[1])
      invokeRestart("muffleWarning")
    })
  }
  predicts <- function(model, x, ...) all.equal(predict(model, x, ...), listen(safe_predict(model, x, ...)), tolerance = 0)
  trained <- function(fit, make, ...) {
    set_random_seed(1)
    model <- make()
    set_random_seed(2)
    history <- fit(model, ...)
    list(history = history, weights = lapply(get_weights(model), as.array), model = model)
  }
  trains <- function(make, ...) {
    plain <- trained(fit, make, ...)
    guarded <- trained(function(...) listen(safe_fit(...)), make, ...)
    c(
      class = identical(class(guarded$history), class(plain$history)),
      metrics = isTRUE(all.equal(guarded$history$metrics, plain$history$metrics)),
      weights = isTRUE(all.equal(guarded$weights, plain$weights)),
      guarded$model |> predicts(list(...)[[1]])
    )
  }
  set.seed(1)
  x <- matrix(rnorm(240), 60)
  y <- rnorm(60)
  classes <- sample(0:2, 60, TRUE)
})
with_keras3 <- function(code) {
  code <- substitute(code)
  eval(bquote(in_session({
    .(beside)
    .(code)
  })))
}
all_true <- function(found) expect_true(all(vapply(as.list(found), isTRUE, NA)), info = toString(found))

test_that("models of keras3's verbs predict and train with its numbers", {
  skip_without("callr")
  all_true(with_keras3({
    compiled <- function(model, loss = "mse") {
      model |> compile(optimizer = "adam", loss = loss)
      model
    }
    norm <- layer_normalization()
    norm |> adapt(x)
    double_it <- Layer("DoubleIt", call = function(inputs) inputs * 2)
    Own <- new_model_class("Own",
      initialize = function(...) {
        super$initialize(...)
        self$hidden <- layer_dense(units = 4, activation = "relu")
        self$out <- layer_dense(units = 1)
      },
      call = function(inputs, training = FALSE) self$out(self$hidden(inputs))
    )
    series <- array(rnorm(60 * 5 * 2), c(60, 5, 2))
    pictures <- array(runif(60 * 6 * 5), c(60, 6, 5, 1))
    ids <- matrix(sample(0:9, 240, TRUE), 60)
    makers <- list(
      sequential = list(x, y, function() {
        compiled(keras_model_sequential(input_shape = 4) |> layer_dense(5, "relu") |> layer_dropout(0.3) |> layer_dense(1))
      }),
      "without a shape" = list(x, y, function() compiled(keras_model_sequential() |> layer_dense(5) |> layer_dense(1))),
      adapted = list(x, y, function() compiled(keras_model_sequential() |> norm() |> layer_dense(1))),
      "own layer" = list(x, y, function() {
        compiled(keras_model_sequential(input_shape = 4) |> double_it() |> layer_dense(1))
      }),
      "own model" = list(x, y, function() compiled(Own())),
      series = list(series, classes, function() {
        compiled(keras_model_sequential(input_shape = c(5, 2)) |> layer_lstm(3) |> layer_dense(3, "softmax"),
          loss = loss_sparse_categorical_crossentropy()
        )
      }),
      pictures = list(pictures, classes, function() {
        compiled(keras_model_sequential(input_shape = c(6, 5, 1)) |> layer_conv_2d(2, c(3, 3)) |> layer_flatten() |>
          layer_dense(3, "softmax"), "sparse_categorical_crossentropy")
      }),
      ids = list(ids, y, function() {
        compiled(keras_model_sequential(input_shape = 4) |> layer_embedding(10, 3) |> layer_flatten() |> layer_dense(1))
      })
    )
    unlist(c(
      lapply(makers, function(case) {
        trains(case[[3]], case[[1]], case[[2]], epochs = 2, batch_size = 16, validation_split = 0.25)
      }),
      told = identical(told, character())
    ))
  }))
})

test_that("several inputs and outputs, text and tensors", {
  skip_without("callr")
  all_true(with_keras3({
    a <- keras_input(3, name = "a")
    b <- keras_input(2, name = "b")
    both <- layer_concatenate(list(a, b))
    model <- keras_model(list(a = a, b = b), list(u = layer_dense(both, 1), v = layer_dense(both, 2)))
    parts <- list(a = x[, 1:3], b = x[, 3:4])
    vectorize <- layer_text_vectorization(max_tokens = 20, output_sequence_length = 4)
    vectorize |> adapt(c("a good film", "a bad film"))
    inputs <- keras_input(1, dtype = "string")
    text <- keras_model(inputs, inputs |> vectorize() |> layer_embedding(20, 2) |> layer_global_average_pooling_1d())
    dense <- keras_model_sequential(input_shape = 4) |> layer_dense(2)
    c(
      lists = predicts(model, parts), turned = predicts(model, rev(parts)), text = predicts(text, c("good", "bad film")),
      tensor = predicts(dense, as_tensor(x, "float32")), op_array = identical(
        safe_predict(dense, op_array(x)), predict(dense, x)
      ),
      batch_size = predicts(dense, x, batch_size = 7), verbose = predicts(dense, x, verbose = 0),
      pipe = identical(dense |> safe_predict(x), dense %>% predict(x)),
      piped_on = identical(dense |> safe_predict(x) |> max.col(), dense |> predict(x) |> max.col()),
      told = identical(told, character())
    )
  }))
})

test_that("callbacks, evaluation, files and histories are those of keras3", {
  skip_without("callr")
  all_true(with_keras3({
    make <- function() {
      model <- keras_model_sequential(input_shape = 4) |> layer_dense(3, "softmax")
      model |> compile("adam", "sparse_categorical_crossentropy", metrics = "accuracy")
      model
    }
    epochs <- 0
    count <- callback_lambda(on_epoch_end = function(epoch, logs) epochs <<- epochs + 1)
    model <- make()
    history <- safe_fit(model, x, classes, epochs = 5, callbacks = list(
      count, callback_early_stopping(monitor = "loss", min_delta = 100, patience = 1)
    ))
    file <- tempfile(fileext = ".keras")
    save_model(model, file)
    own <- tempfile(fileext = ".keras")
    safe_save_model(model, own)
    plain <- evaluate(model, x, classes)
    weights <- trained(fit, make, x, classes, class_weight = c("0" = 1, "1" = 2, "2" = 3))$weights
    c(
      callbacks = epochs == 2, class = inherits(history, "keras_training_history"),
      methods = is.data.frame(as.data.frame(history)),
      evaluated = all.equal(safe_evaluate(model, x, classes)[names(plain)], plain),
      loaded = identical(safe_predict(safe_load_model(file), x), predict(load_model(file), x)),
      saved = identical(safe_predict(load_model(own), x), predict(model, x)),
      weights = all.equal(weights, trained(
        function(...) listen(safe_fit(...)), make, x, classes,
        class_weight = c("0" = 1, "1" = 2, "2" = 3)
      )$weights)
    )
  }))
})

test_that("datasets of tfdatasets are taken as fit() and predict() take them", {
  skip_without("callr", "tfdatasets")
  all_true(with_keras3({
    library(tfdatasets, exclude = "shape")
    make <- function() {
      model <- keras_model_sequential(input_shape = 4) |> layer_dense(3, "softmax")
      model |> compile("adam", "sparse_categorical_crossentropy", metrics = "accuracy")
      model
    }
    pairs <- tensor_slices_dataset(list(x, classes)) |> dataset_batch(16)
    halved <- tensor_slices_dataset(x) |> dataset_map(function(row) row / 2) |> dataset_batch(7)
    model <- make()
    wrong <- tensor_slices_dataset(x[, 1:3]) |> dataset_batch(16)
    c(
      trains(make, pairs, epochs = 2, validation_data = pairs),
      mapped = predicts(model, halved), evaluated = {
        plain <- evaluate(model, pairs)
        all.equal(safe_evaluate(model, pairs)[names(plain)], plain)
      },
      refused = inherits(tryCatch(safe_predict(model, wrong), error = identity), "kerasguard_error_shape"),
      told = identical(told, character())
    )
  }))
})

test_that("nothing of keras3 is masked or replaced, whichever is attached first", {
  skip_without("callr")
  found <- function(order) {
    callr::r(function(order) {
      library(keras3)
      generics <- c("predict", "fit", "evaluate", "compile", "plot", "summary", "print", "as.data.frame", "format")
      methods_of <- function() {
        lapply(stats::setNames(generics, generics), function(generic) {
          found <- suppressWarnings(as.character(utils::methods(generic)))
          ours <- grepl("kerasguard_|kerasguard[.]", found)
          sapply(sort(found[!ours]), function(name) {
            parts <- sub(paste0("^", generic, "[.]"), "", sub("-.*", "", name))
            environmentName(environment(getS3method(generic, parts, optional = TRUE)))
          })
        })
      }
      before <- methods_of()
      if (order == "last") library(kerasguard) else detach("package:keras3")
      if (order == "first") {
        library(kerasguard)
        library(keras3)
      }
      list(
        before = before, after = methods_of(),
        masked = intersect(
          getNamespaceExports("kerasguard"),
          unlist(lapply(c("keras3", "tensorflow", "reticulate", "base", "stats", "utils", "graphics"), getNamespaceExports))
        ),
        started = reticulate::py_available()
      )
    }, list(order), libpath = .libPaths())
  }
  for (order in c("last", "first")) {
    session <- found(order)
    kept <- lapply(names(session$before), function(name) session$after[[name]][names(session$before[[name]])])
    expect_identical(kept, unname(session$before))
    expect_identical(session$masked, character())
    expect_false(session$started)
  }
})

test_that("lines are in keras3's verbs where it is attached, and run", {
  skip_without("callr")
  found <- with_keras3({
    model <- keras_model_sequential() |> layer_dense(3, "softmax")
    lines <- function(expr) {
      error <- tryCatch(expr, kerasguard_error = function(e) e$report)
      unlist(error$lines)[unlist(error$symbols) == " "]
    }
    unbuilt <- lines(safe_predict(model, x))
    eval(parse(text = sub("FEATURES", 4, unbuilt)))
    uncompiled <- lines(safe_fit(model, x, classes))
    explained <- capture.output(
      explain_error(keras_model_sequential(input_shape = c(28, 28)) |> layer_conv_2d(8, 3)),
      built <- explain_error(keras_model_sequential(input_shape = c(28, 28)) |> layer_conv_2d(8, 3))
    )
    list(
      unbuilt = unbuilt, dim = dim(safe_predict(model, x)), uncompiled = uncompiled[1],
      built = grep("^keras_model", built$lines, value = TRUE), all = c(unbuilt, uncompiled, built$lines),
      versions = format(check_environment())
    )
  })
  expect_match(found$unbuilt, "keras_model_sequential(layers = ", fixed = TRUE)
  expect_identical(found$dim, c(60L, 3L))
  expect_match(found$uncompiled, "compile(model, ", fixed = TRUE)
  expect_true("keras_model_sequential(input_shape = c(28, 28, 1))" %in% found$built)
  expect_false(any(grepl("import(", found$all, fixed = TRUE)))
  expect_true(any(grepl("keras3 (R)", found$versions, fixed = TRUE)))
})
