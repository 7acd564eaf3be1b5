# Whatever comes: a refusal, or exactly the declared shape in float32 with every value in its place.

pick <- function(...) sample(list(...), 1)[[1]]

# distinct values that every number type holds
values_of <- function(type, size) {
  n <- prod(size)
  base <- array(sample(n), size)
  switch(type,
    double = base + 0.5, integer = base, logical = array(base %% 2 == 0, size), raw = array(as.raw(base %% 256), size),
    list = array(as.list(base + 0.25), size),
    integer64 = `dim<-`(bit64::as.integer64(base), size)
  )
}

as_number <- function(value) {
  if (is.list(value)) value <- value[[1]]
  if (bit64::is.integer64(value)) as.double(value) else as.double(unclass(value))
}

# one cell of an R object, by its plain index: slow, and independent of the package
cell <- function(x, i) as_number(do.call(`[`, c(list(x), as.list(i), drop = TRUE)))

holders <- list(
  same = identity,
  dimnames = function(x) structure(x, dimnames = lapply(dim(x), function(k) paste0("n", seq_len(k)))),
  list_of_one = function(x) list(x),
  frame = function(x) as.data.frame(x),
  tibble = function(x) tibble::as_tibble(as.data.frame(x)),
  table = function(x) data.table::as.data.table(as.data.frame(x)),
  ts = function(x) ts(x),
  zoo = function(x) zoo::zoo(x, cumsum(seq_len(nrow(x)))),
  samples = function(x) lapply(seq_len(nrow(x)), function(i) array(x[slice.index(x, 1) == i], dim(x)[-1])),
  records = function(x) lapply(seq_len(nrow(x)), function(i) as.list(setNames(x[i, ], letters[seq_len(ncol(x))])))
)
tables_only <- c("frame", "tibble", "table", "ts", "zoo", "records")
numbers_only <- c("frame", "tibble", "table", "ts", "zoo", "samples", "records", "dimnames")

spoil <- function(x, how) {
  dims <- dim(x)
  switch(how,
    na = if (is.list(x)) replace(x, sample(length(x), 1), NA) else `[<-`(x, sample(length(x), 1), value = NA),
    factor = `dim<-`(factor(x), dims),
    date = `dim<-`(as.Date(as.numeric(x), origin = "1970-01-01"), dims),
    difftime = structure(as.numeric(x), class = "difftime", units = "mins", dim = dims),
    complex = x + 1i,
    text = `dim<-`(as.character(x), dims)
  )
}

# lists, data frames and series of plain types only; the others have their own tests
random_case <- function() {
  spec <- c(sample(2:6, 1), switch(sample(3, 1), sample(4, 1) + 1, sample(2:4, 2, TRUE), sample(2:4, 3, TRUE)))
  type <- pick("double", "integer", "logical", "raw", "integer64", "list")
  x <- values_of(type, spec)
  fault <- sample(c("none", "na", "factor", "date", "difftime", "complex", "text"), 1, prob = c(12, 3, 1, 1, 1, 1, 1))
  if (!type %in% c("double", "integer") && !fault %in% c("none", "na") || type == "raw") fault <- "none"
  order <- if (runif(1) < 0.3) sample(length(spec)) else seq_along(spec)
  x <- if (identical(order, seq_along(spec))) x else if (type == "integer64") x else aperm(x, order)
  if (type == "integer64") order <- seq_along(spec)
  if (fault != "none") x <- spoil(x, fault)
  plain <- type %in% c("double", "integer", "logical") && fault %in% c("none", "na")
  allowed <- setdiff(
    names(holders), c(if (length(spec) > 2) tables_only, if (!plain) numbers_only)
  )
  holder <- sample(allowed, 1)
  list(size = spec[-1], base = x, order = order, fault = fault, type = type, holder = holder, x = holders[[holder]](x))
}

test_that("any object is refused, or every value is kept in its place", {
  for (package in c("bit64", "data.table", "tibble", "zoo")) skip_if_not_installed(package)
  models <- list()
  model_for <- function(size) {
    key <- paste(size, collapse = "x")
    if (is.null(models[[key]])) models[[key]] <<- sequential(size, layers$Flatten(), layers$Dense(1L))
    models[[key]]
  }
  set.seed(20240101)
  passed <- refused <- 0
  for (k in 1:400) {
    case <- random_case()
    about <- paste(k, case$type, case$fault, case$holder, toString(dim(case$base)), "for", toString(case$size))
    ready <- tryCatch(
      suppressWarnings(suppressMessages(validate_and_coerce(model_for(case$size), case$x))),
      kerasguard_error = identity
    )
    if (inherits(ready, "kerasguard_error")) {
      refused <- refused + 1
      # right data of a right type is never refused
      expect_true(case$fault != "none" || !identical(case$order, seq_along(case$order)), info = about)
      next
    }
    passed <- passed + 1
    expect_identical(case$fault, "none", info = about)
    expect_identical(as.character(ready$dtype), "float32", info = about)
    array <- reticulate::py_to_r(ready)
    expect_identical(dim(array)[-1], as.integer(case$size), info = about)
    # as it came where that fits, else put back into the order that it was taken from
    fits <- identical(dim(case$base)[-1], as.integer(case$size))
    same <- TRUE
    for (i in seq_along(array)) {
      place <- arrayInd(i, dim(array))[1, ]
      from <- if (fits) place else place[case$order]
      same <- same && array[i] == cell(case$base, from)
    }
    expect_true(same, info = about)
  }
  expect_gt(passed, 150)
  expect_gt(refused, 80)
})
