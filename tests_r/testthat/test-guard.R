# A guard predicts as its model did, in every process that it is sent to.

x <- numbers(6, 5)
classes <- function() {
  model <- dense(4, 3L, "softmax")
  learn_blueprint(model, iris[1:4], iris$Species)
  model
}
change <- function(model) model$set_weights(lapply(model$get_weights(), function(values) values + 1))

forget <- function() assign("guards", NULL, envir = kerasguard:::the)

# What another R process says of a guard: it gets the file and nothing of this session.
in_callr <- function(f, ...) {
  callr::r(f, list(...), libpath = .libPaths(), env = c(callr::rcmd_safe_env(), TF_CPP_MIN_LOG_LEVEL = "3"))
}

test_that("a guard predicts as its model, before and after saveRDS()", {
  model <- classes()
  flowers <- iris[c(1, 51, 101), ]
  want <- plain(model, float32(as.matrix(iris[1:4])))
  guarded <- guard(model)
  expect_identical(unname(predict(guarded, iris[1:4])), want)
  expect_identical(guard(guarded), guarded)
  file <- withr_tempfile(".rds")
  saveRDS(guarded, file)
  other <- readRDS(file)
  expect_identical(other, guarded)
  expect_identical(quiet(other, iris[1:4]), want)
  expect_identical(told("kerasguard_message_column_order", safe_predict(other, flowers[5:1], type = "class")),
                   told("kerasguard_message_column_order", safe_predict(model, flowers[5:1], type = "class")))
  expect_identical(blueprint(other), blueprint(model))
})

test_that("the same model gives the same guard, and predicting changes nothing in it", {
  model <- classes()
  guarded <- guard(model)
  before <- serialize(guarded, NULL)
  Sys.sleep(2.1)
  expect_identical(guard(model), guarded)
  predict(guarded, iris[1:4])
  expect_identical(serialize(guarded, NULL), before)
  change(model)
  expect_warning(other <- guard(model), class = "kerasguard_warning_guard_stale")
  expect_false(identical(other$model, guarded$model))
  # nothing in it that dies with the session
  pointers <- rapply(unclass(guarded), function(part) typeof(part) %in% c("externalptr", "environment"), how = "unlist")
  expect_false(any(pointers))
})

test_that("training leaves a guard as it is, which is told once", {
  model <- dense()
  guarded <- guard(model)
  want <- predict(guarded, x)
  change(model)
  warning <- expect_warning(predict(guarded, x), class = "kerasguard_warning_guard_trained")
  expect_match(conditionMessage(warning), "guarded <- guard(model)", fixed = TRUE)
  expect_identical(quiet(guarded, x), want)
  guarded <- guard(model)
  expect_identical(quiet(guarded, x), plain(model, float32(x)))
})

test_that("copies share one model, and many guards do not keep all of theirs", {
  file <- withr_tempfile(".rds")
  saveRDS(guard(dense()), file)
  one <- readRDS(file)
  two <- readRDS(file)
  expect_identical(reticulate::py_id(unguard(one)), reticulate::py_id(unguard(two)))
  for (units in 1:18) guard(dense(units = units))
  expect_lte(length(kerasguard:::the$guards), 16)
  expect_identical(dim(predict(one, x)), c(6L, 1L))
})

test_that("predict() takes its data under any name, and names it in messages", {
  guarded <- guard(dense())
  wide <- numbers(6, 6)
  expect_identical(predict(guarded, newdata = x), predict(guarded, x))
  expect_identical(predict(guarded, new_data = x, batch_size = 2), predict(guarded, x, batch_size = 2))
  for (error in list(
    refused("kerasguard_error_shape_features", predict(guarded, wide)),
    refused("kerasguard_error_shape_features", predict(guarded, newdata = wide)),
    refused("kerasguard_error_shape_features", predict(object = guarded, x = wide))
  )) {
    expect_match(conditionMessage(error), "`wide` must have 5 features", fixed = TRUE)
    expect_match(conditionMessage(error), "safe_predict(guarded, wide[", fixed = TRUE)
  }
  expect_error(predict(guarded), "absent")
  expect_error(predict(guarded, x, no_option = 1), "no_option")
  expect_identical(predict(guard(dense()), x), predict(guarded, x))
})

test_that("every function takes a guard, and none changes it", {
  model <- dense()
  model$compile("adam", "mse")
  guarded <- guard(model)
  y <- runif(6)
  expect_true(check_input(guarded, x)$ok)
  expect_true(check_model(guarded)$ok)
  expect_identical(reticulate::py_to_r(validate_and_coerce(guarded, x))[, 1], as.numeric(float32(x))[1:6])
  expect_named(safe_evaluate(guarded, x, y, verbose = 0), "loss")
  file <- withr_tempfile(".keras")
  safe_save_model(guarded, file)
  expect_identical(quiet(safe_load_model(file), x), predict(guarded, x))
  refused("kerasguard_error_guard_fit", learn_blueprint(guarded, x))
  error <- refused("kerasguard_error_guard_fit", safe_fit(guarded, x, y, verbose = 0))
  before <- guarded$model
  code <- unlist(error$report$lines)[unlist(error$report$symbols) == " "]
  for (line in parse(text = code)) eval(line)
  expect_false(identical(guarded$model, before))
  expect_s3_class(guarded, "kerasguard_guard")
})

test_that("models of all kinds are guarded", {
  x3 <- numbers(4, 5, 3)
  folder <- tempfile()
  lstm()$export(folder, verbose = FALSE)
  served <- suppressMessages(safe_load_model(folder))
  unlink(folder, recursive = TRUE)
  kinds <- list(
    list(lstm(), x3), list(conv(), numbers(4, 8, 6, 1)), list(text(), c("good film", "bad")), list(served, x3),
    list(several(), list(main = numbers(4, 3), aux = numbers(4, 2)))
  )
  for (kind in kinds) {
    guarded <- guard(kind[[1]])
    want <- suppressMessages(safe_predict(kind[[1]], kind[[2]]))
    other <- unserialize(serialize(guarded, NULL))
    forget() # as in a new session
    expect_identical(suppressMessages(predict(other, kind[[2]])), want)
  }
  expect_output(print(guard(served)), "(samples, 5 time steps, 3 features)", fixed = TRUE)
})

test_that("what is no model, or no guard, is refused", {
  file <- withr_tempfile()
  saveRDS(dense(), file)
  lost <- readRDS(file)
  error <- refused("kerasguard_error_model_null_pointer", guard(lost))
  expect_match(conditionMessage(error), "saveRDS(guard(lost), \"MODEL.rds\")", fixed = TRUE)
  refused("kerasguard_error_structure_model", guard("m.keras"))
  refused("kerasguard_error_structure_model", unguard(1))
  guarded <- guard(dense())
  broken <- guarded
  broken$model <- utils::head(guarded$model, 1000)
  error <- refused("kerasguard_error_guard_broken", predict(broken, x))
  expect_match(conditionMessage(error), "broken <- guard(MODEL)", fixed = TRUE)
  broken$model <- NULL
  refused("kerasguard_error_guard_empty", predict(broken, x))
  broken$lines <- "\033[2J\a"
  expect_identical(format(broken)[1], "?[2J?")
})

test_that("code that a guard needs is asked for", {
  double <- reticulate::py_eval("lambda t: t * 2.0", convert = FALSE)
  model <- sequential(3, layers$Lambda(double, output_shape = reticulate::tuple(3L)))
  expect_warning(guarded <- guard(model), class = "kerasguard_warning_guard_code")
  forget()
  error <- refused("kerasguard_error_load_lambda", predict(guarded, matrix(1, 2, 3)))
  expect_match(conditionMessage(error), "model <- unguard(guarded, safe_mode = FALSE)", fixed = TRUE)
  unguard(guarded, safe_mode = FALSE)
  expect_identical(quiet(guarded, matrix(1, 2, 3)), matrix(2, 2, 3))
})

test_that("summary() shows the layers, plot() what training saw", {
  model <- dense()
  expect_error(plot(guard(model)), class = "kerasguard_error_plot_nothing")
  guarded <- guard(classes())
  shown <- capture.output(print(summary(guarded)))
  for (word in c("expects", "dense", "(samples, 4)", "Sepal.Length", "4.3 to 7.9", "virginica")) {
    expect_match(shown, word, fixed = TRUE, all = FALSE)
  }
  file <- withr_tempfile(".pdf")
  grDevices::pdf(file)
  plot(guarded)
  grDevices::dev.off()
  expect_gt(file.size(file), 1000)
})

test_that("a new session prints a guard without Python, and predicts with it", {
  file <- withr_tempfile(".rds")
  guarded <- guard(classes())
  saveRDS(guarded, file, compress = "xz")
  found <- in_callr(function(file) {
    library(kerasguard)
    guarded <- readRDS(file)
    printed <- utils::capture.output(print(guarded))
    started <- reticulate::py_available()
    list(
      printed = printed, started = started, classes = kerasguard::safe_predict(guarded, iris[1:4], type = "class"),
      after = utils::capture.output(print(guarded))
    )
  }, file)
  expect_false(found$started)
  expect_identical(found$printed, sub("in this session", "at its first prediction", format(guarded)))
  expect_identical(found$after, format(guarded))
  expect_identical(found$classes, safe_predict(guarded, iris[1:4], type = "class"))
})

test_that("a saved workspace brings guards back", {
  file <- withr_tempfile(".RData")
  guarded <- guard(dense())
  save(guarded, file = file)
  found <- in_callr(function(file, x) {
    load(file)
    predict(guarded, x) # nobody called library(kerasguard)
  }, file, x)
  expect_identical(found, predict(guarded, x))
})

test_that("workers of a cluster predict with a guard", {
  guarded <- guard(dense())
  cluster <- parallel::makePSOCKcluster(2)
  on.exit(parallel::stopCluster(cluster))
  parallel::clusterCall(cluster, function(paths) {
    .libPaths(paths)
  }, .libPaths())
  found <- parallel::parLapply(cluster, list(x, x[1:3, ]), function(data, guarded) predict(guarded, data), guarded)
  expect_identical(found, list(predict(guarded, x), predict(guarded, x[1:3, ])))
})

test_that("a future predicts with a guard", {
  skip_if_not_installed("future")
  guarded <- guard(dense())
  old <- future::plan(future::multisession, workers = 2)
  on.exit(future::plan(old))
  found <- future::value(future::future(safe_predict(guarded, x), seed = NULL))
  expect_identical(found, predict(guarded, x))
})

test_that("a forked process refuses instead of waiting forever", {
  skip_on_os("windows")
  guarded <- guard(dense())
  predict(guarded, x)
  job <- parallel::mcparallel(tryCatch(predict(guarded, x), error = function(error) class(error)[1]))
  on.exit(tools::pskill(job$pid))
  expect_identical(parallel::mccollect(job, wait = FALSE, timeout = 60)[[1]], "kerasguard_error_model_forked")
})

test_that("a process that forks before Python starts predicts in its children", {
  skip_on_os("windows")
  file <- withr_tempfile(".rds")
  guarded <- guard(dense())
  saveRDS(guarded, file)
  found <- in_callr(function(file, x) {
    guarded <- readRDS(file)
    parallel::mclapply(1:2, function(i) kerasguard::safe_predict(guarded, x), mc.cores = 2)
  }, file, x)
  want <- predict(guarded, x)
  expect_identical(found, list(want, want))
})

test_that("a guard has a page in the Viewer", {
  old <- options(viewer = NULL)
  on.exit(options(old))
  page <- paste(readLines(view_report(guard(classes()))), collapse = "\n")
  for (word in c("Guarded model", "Petal.Width", "virginica")) expect_match(page, word, fixed = TRUE)
  expect_match(paste(readLines(view_report(guard(dense()))), collapse = "\n"), "(samples, 5)", fixed = TRUE)
})

test_that("lines that mend a model are of the model in the guard, and run", {
  guarded <- guard(dense())
  y <- runif(6)
  error <- refused("kerasguard_error_model_uncompiled", safe_evaluate(guarded, x, y))
  code <- unlist(error$report$lines)[unlist(error$report$symbols) == " "]
  here <- list2env(list(guarded = guarded, x = x, y = y), parent = globalenv())
  for (line in parse(text = code)) expect_no_error(eval(line, here))
  error <- refused("kerasguard_error_type_unlearned", safe_predict(guarded, x, type = "class"))
  expect_match(conditionMessage(error), "model <- unguard(guarded)\n  learn_blueprint(model,", fixed = TRUE)
  expect_match(conditionMessage(error), "guarded <- guard(model)", fixed = TRUE)
})

test_that("a model that would come back as another one is refused at once", {
  inner <- dense(5, 5L)
  error <- refused("kerasguard_error_guard_differs", guard(sequential(5, inner, inner)))
  expect_match(conditionMessage(error), "$export(\"FOLDER\")", fixed = TRUE)
})
