page_of <- function(x, ...) paste(readLines(view_report(x, ...), encoding = "UTF-8"), collapse = "\n")

explain_quietly <- function(text) {
  utils::capture.output(found <- explain_error(text))
  found
}

test_that("every report is a page, which the Viewer gets", {
  model <- learn_blueprint(dense(), numbers(10, 5))
  reports <- list(
    check_input(model, numbers(10, 6)), check_model(model), blueprint(model), check_environment(),
    suppressMessages(explain_quietly("ValueError: Shapes (None, 1) and (None, 10) are incompatible")),
    tryCatch(safe_predict(model, numbers(10, 6)), error = identity)
  )
  shown <- character()
  rlang::local_options(viewer = function(path) shown <<- c(shown, path))
  for (report in reports) {
    path <- withVisible(view_report(report))
    expect_false(path$visible)
    expect_identical(path$value, shown[length(shown)])
    expect_identical(normalizePath(dirname(path$value)), normalizePath(tempdir()))
    page <- readLines(path$value, encoding = "UTF-8")
    expect_match(page[1], "<!DOCTYPE html>", fixed = TRUE)
    expect_false(any(grepl("(src|href)=\"(http|file|/)", page))) # all of it is within
  }
  expect_match(page, "must have 5 features", all = FALSE)
})

test_that("names are text, whatever they are", {
  training <- rlang::set_names(as.data.frame(numbers(4, 2)), c("<script>alert(1)</script>", "a & \"b\""))
  model <- learn_blueprint(dense(2), training)
  for (report in list(blueprint(model), check_input(model, training[1]), check_input(model, training))) {
    page <- page_of(report)
    expect_no_match(page, "<script", fixed = TRUE)
    expect_match(page, "&lt;script&gt;", fixed = TRUE)
  }
  expect_match(page_of(blueprint(model)), "a &amp; &quot;b&quot;", fixed = TRUE)
})

test_that("a page holds its plot, its fixes as code, and names of any script", {
  skip_if_not(capabilities("cairo"))
  x <- numbers(10, 6)
  page <- page_of(check_input(dense(), x))
  expect_match(page, "<svg", fixed = TRUE)
  expect_match(page, "<pre>safe_predict(", fixed = TRUE)
  model <- learn_blueprint(dense(1), rlang::set_names(data.frame(1:3), "\u5e74\u9f84"))
  expect_match(page_of(blueprint(model)), "\u5e74\u9f84", fixed = TRUE)
  expect_no_match(page_of(check_input(quote(model), x)), "<svg", fixed = TRUE) # nothing to plot
})

test_that("where nobody watches, the page is only written", {
  rlang::local_options(viewer = NULL, browser = function(url) stop("a browser was opened"))
  expect_true(file.exists(view_report(check_environment())))
})

test_that("the page is there, whatever the viewer does", {
  report <- check_environment()
  for (viewer in list(function(path) stop("no viewer"), function() NULL)) {
    rlang::local_options(viewer = viewer)
    expect_warning(path <- view_report(report), class = "kerasguard_warning_view_viewer")
    expect_true(file.exists(path))
  }
  rlang::local_options(knitr.in.progress = TRUE)
  expect_silent(path <- view_report(report)) # a document shows what is in it
  expect_true(file.exists(path))
})

test_that("other things are refused", {
  refused("kerasguard_error_view_kind", view_report(1))
  refused("kerasguard_error_view_kind", view_report(NULL))
  expect_error(view_report(), "`x` is absent", fixed = TRUE)
})
