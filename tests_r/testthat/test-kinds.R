# All kinds of R objects: right ones give predict()'s own numbers without a word, others are refused with their place,
# and whatever passes keeps every value in its place.

# the answer is predict()'s, and exactly `told` is told: no other message, warning or output
agrees <- function(model, x, want, told = character(), info = NULL) {
  seen <- character()
  note <- function(condition, restart) {
    seen <<- c(seen, sub("kerasguard_(message|warning)_", "", class(condition)[1]))
    invokeRestart(restart)
  }
  output <- capture.output(value <- withCallingHandlers(safe_predict(model, x, verbose = 0),
    message = function(condition) note(condition, "muffleMessage"),
    warning = function(condition) note(condition, "muffleWarning")
  ))
  want <- if (is.list(want)) lapply(want, float32) else float32(want)
  expect_identical(seen, told, info = info)
  expect_identical(output, character(), info = info)
  expect_identical(unname(value), plain(model, want), info = info)
}

# x, and what is to be told of it; named by what it is
control <- function(x, want, told = character()) list(x = x, want = want, told = told)
all_agree <- function(model, controls) {
  for (name in names(controls)) {
    case <- controls[[name]]
    agrees(model, case$x, case$want, case$told, info = name)
  }
}
all_refused <- function(model, class, cases, text = "") {
  for (name in names(cases)) {
    error <- tryCatch(safe_predict(model, cases[[name]], verbose = 0), error = identity)
    expect_s3_class(error, paste0("kerasguard_error_", class))
    expect_match(conditionMessage(error), text, fixed = TRUE, info = name)
    expect_no_match(conditionMessage(error), "None|ndarray|np\\.", info = name)
  }
}

observed <- function(x) {
  described <- kerasguard:::describe(x)
  kerasguard:::raw_core()$describe$observe_r(described$value, described$about, "x")
}

x <- numbers(3, 5)
whole <- matrix(1:15, 3)
d <- setNames(as.data.frame(x), letters[1:5])
one <- x[1, , drop = FALSE]
with_b <- function(column, frame = d) {
  frame$b <- column
  frame
}

test_that("plain numbers, whatever holds them", {
  alone <- "shape_one_sample"
  twice <- d
  names(twice)[2] <- "a"
  dimnamed <- structure(x, dimnames = list(rows = c("u", "v", "w"), columns = letters[1:5]))
  odd_names <- structure(x, dimnames = list(NULL, c("a", "gr\xfc", NA, "", "a")))
  all_agree(dense(), list(
    matrix = control(x, x),
    integer = control(whole, whole),
    logical = control(whole > 4, whole > 4),
    raw = control(structure(as.raw(whole), dim = dim(whole)), whole),
    dimnames = control(dimnamed, x),
    `names that are no text` = control(odd_names, x),
    `a row as a matrix` = control(one, one),
    `x[1, ]` = control(x[1, ], one, alone),
    `one-dimensional array` = control(array(x[1, ], 5), one, alone),
    `raw vector` = control(as.raw(1:5), matrix(1:5, 1), alone),
    `named vector` = control(setNames(x[1, ], letters[1:5]), one, alone),
    frame = control(d, x),
    `duplicate names` = control(twice, x),
    `no names` = control(structure(unname(as.list(d)), class = "data.frame", row.names = 1:3), x),
    `columns as numbers, integers and logicals` = control(
      with_b(c(TRUE, FALSE, TRUE), within(d, c <- 1:3)), as.matrix(within(d, {
        b <- c(1, 0, 1)
        c <- 1:3
      }))
    ),
    `AsIs column` = control(with_b(I(d$b)), x),
    `scaled column` = control(with_b(scale(d$b)), as.matrix(with_b(as.vector(scale(d$b))))),
    `a column of four columns` = control(structure(list(d$a, x[, 2:5]), class = "data.frame", names = c("a", "m"),
                                                   row.names = 1:3), x),
    `a nested data frame` = control(structure(list(d$a, d[2:5]), class = "data.frame", names = c("a", "m"),
                                              row.names = 1:3), x),
    `a list of columns` = control(as.list(d), x),
    `a list of one` = control(list(x), x),
    `a named list of one` = control(list(x = x), x),
    `a list of numbers` = control(as.list(x[1, ]), one, alone),
    `a record` = control(as.list(d[1, ]), one),
    AsIs = control(I(x), x),
    `scale()` = control(scale(x), scale(x)),
    `scale() of named columns` = control(scale(d), unname(scale(x))),
    `scaled columns` = control(structure(as.list(as.data.frame(scale(d))), class = "data.frame", row.names = 1:3),
                               unname(scale(x))),
    `scaled matrix column` = control(structure(list(a = d$a, m = scale(d[2:5])), class = "data.frame",
                                               row.names = 1:3), cbind(x[, 1], scale(x[, 2:5]))),
    `names with names` = control(structure(x, dimnames = list(NULL, c(u = "a", v = "b", w = "c", x = "d", y = "e"))), x),
    `matrix of a list` = control(matrix(as.list(x), 3), x),
    `S4 with nothing but numbers` = control(methods::setClass("Plain", contains = "numeric")(x[1, ]), one, alone)
  ))
  expect_identical(rownames(quiet(dense(), dimnamed)), c("u", "v", "w"))
  expect_identical(rownames(quiet(dense(), with_b(1:3, structure(d, row.names = c("u", "v", "w"))))), c("u", "v", "w"))
})

test_that("what modelling functions leave", {
  skip_if_not_installed("tibble")
  three <- dense(3)
  cars <- model.matrix(~ wt + hp, mtcars) / 100
  bent <- data.frame(a = 1:5)
  bent$p <- poly(1:5, 2)
  counts <- xtabs(~ cyl + gear, mtcars)
  all_agree(three, list(
    model.matrix = control(cars, unname(cars)),
    dist = control(as.matrix(dist(x)), unname(as.matrix(dist(x)))),
    xtabs = control(counts, matrix(counts, 3)),
    table = control(table(mtcars$cyl, mtcars$gear), matrix(counts, 3)),
    `table of one factor` = control(table(mtcars$cyl), matrix(table(mtcars$cyl), 1), "shape_one_sample"),
    `rbind of records` = control(do.call(rbind, list(list(a = 1, b = 2L, c = TRUE))), matrix(c(1, 2, 1), 1)),
    poly = control(bent, cbind(1:5, poly(1:5, 2))),
    head = control(head(iris[1:3]), as.matrix(unname(head(iris[1:3])))),
    grouped = control(
      structure(tibble::as_tibble(d[1:3]), class = c("grouped_df", "tbl_df", "tbl", "data.frame")), x[, 1:3]
    ),
    rowwise = control(
      structure(tibble::as_tibble(d[1:3]), class = c("rowwise_df", "tbl_df", "tbl", "data.frame")), x[, 1:3]
    )
  ))
})

test_that("time series keep their values", {
  skip_if_not_installed("xts")
  days <- as.Date("2024-01-01") + c(0, 3, 4)
  one_series <- "shape_one_sample"
  all_agree(dense(), list(
    mts = control(ts(x, start = 2000, frequency = 12), x),
    zoo = control(zoo::zoo(x, c(1, 4, 9)), x),
    xts = control(xts::xts(x, days), x),
    `a row of xts` = control(xts::xts(x, days)[2, ], x[2, , drop = FALSE]),
    `zoo of one series` = control(zoo::zoo(x[1, ], c(1, 4, 9, 11, 12)), one, one_series)
  ))
  all_agree(lstm(5, 1), list(
    ts = control(ts(x[1, ], start = 2000), array(x[1, ], c(1, 5, 1)), one_series),
    zoo = control(zoo::zoo(x[1, ], c(1, 4, 9, 11, 12)), array(x[1, ], c(1, 5, 1)), one_series)
  ))
  all_agree(dense(1), list(`xts of one series` = control(xts::xts(x[, 1], days), x[, 1, drop = FALSE])))
  all_refused(dense(), "missing_values", list(
    zoo = zoo::zoo(replace(whole, 5, NA), 1:3), xts = xts::xts(replace(x, 5, NA), days), ts = ts(replace(whole, 5, NA))
  ), "row 2, column 2")
  all_refused(dense(1), "dtype_category", list(zoo = zoo::zoo(factor(c("10", "20")), 1:2)))
})

test_that("tibbles and data.tables", {
  for (package in c("data.table", "tibble")) skip_if_not_installed(package)
  keyed <- data.table::as.data.table(d)
  data.table::setkey(keyed, a)
  all_agree(dense(), list(
    tibble = control(tibble::as_tibble(d), x),
    `one row` = control(tibble::as_tibble(d)[1, ], one),
    `matrix column` = control(tibble::tibble(a = x[, 1], m = x[, 2:5]), x),
    data.table = control(data.table::as.data.table(d), x),
    key = control(keyed, unname(as.matrix(keyed)))
  ))
  for (frame in list(tibble::as_tibble(d), data.table::as.data.table(d))) {
    all_refused(dense(), "missing_values", list(
      integer = with_b(c(1L, NA, 3L), frame), logical = with_b(c(TRUE, NA, TRUE), frame)
    ), "row 2, column 2 (`b`)")
    all_refused(dense(), "column_category", list(factor = with_b(factor(c(10, 20, 10)), frame)), "`b`")
    all_refused(dense(), "column_list", list(list = with_b(list(1, 2, 3), frame)), "`b`")
    all_refused(dense(), "column_date", list(ITime = with_b(data.table::as.ITime(1:3), frame)), "`b`")
  }
})

test_that("pictures and windows", {
  grey <- conv(6, 8)
  colour <- conv(6, 8, 3)
  a <- array(seq_len(6 * 8 * 3) / 144, c(6, 8, 3))
  both <- array(c(a, rev(a)), c(6, 8, 3, 2))
  want <- aperm(both, c(4, 1, 2, 3))
  cimg <- function(picture) {
    axes <- aperm(array(picture, c(6, 8, 1, length(picture) / 48)), c(2, 1, 3, 4))
    structure(axes, class = c("cimg", "imager_array", "numeric"))
  }
  pictures <- list(cimg(a), cimg(rev(a)))
  known <- "shape_known_axes"
  all_agree(colour, list(
    array = control(want, want),
    cimg = control(cimg(a), want[1, , , , drop = FALSE], known),
    `list of one cimg` = control(pictures[1], want[1, , , , drop = FALSE], known),
    `list of cimg` = control(pictures, want, known),
    imlist = control(structure(pictures, class = c("imlist", "list")), want, known),
    `list of arrays` = control(list(a, array(rev(a), dim(a))), want, "structure_stacked")
  ))
  all_agree(grey, list(
    `list of matrices` = control(
      list(a[, , 1], a[, , 2]), array(aperm(a[, , 1:2], c(3, 1, 2)), c(2, 6, 8, 1)),
      c("structure_stacked", "shape_unit_axis")
    ),
    `grey cimg` = control(cimg(a[, , 1]), array(a[, , 1], c(1, 6, 8, 1)), known)
  ))
  windows <- numbers(3, 5, 2)
  list_of <- function(f) lapply(1:3, function(i) f(windows[i, , ]))
  all_agree(lstm(5, 2), list(
    array = control(windows, windows),
    `list of matrices` = control(list_of(identity), windows, "structure_stacked"),
    `list of data frames` = control(list_of(as.data.frame), windows, "structure_stacked")
  ))
  all_refused(colour, "missing_values", list(cimg = list(cimg(a), cimg(replace(a, 2, NA)))), "[1, 2, 2, 1]")
  all_refused(dense(2), "structure_kind", list(
    nativeRaster = structure(matrix(1:4, 2), class = "nativeRaster", channels = 4L), raster = as.raster(diag(2)),
    dist = dist(x[1:2, ]),
    Image = methods::setClass("Image", contains = "array", slots = c(colormode = "integer"))(diag(2))
  ))
  all_refused(lstm(5, 1), "dtype_list", list(`array of a list` = array(lapply(1:4, function(i) 1:5), c(4, 5, 1))))
})

test_that("Python objects held in R", {
  skip_if_not_installed("Matrix")
  tf <- reticulate::import("tensorflow")
  py <- reticulate::r_to_py
  all_agree(dense(), list(
    np_array = control(reticulate::np_array(x), x),
    tensor = control(tf$constant(x), x),
    frame = control(py(d), x),
    list = control(py(list(x)), x)
  ))
  main <- numbers(4, 3)
  aux <- numbers(4, 2)
  both <- list(main, aux)
  all_agree(several(), list(
    dict = control(py(list(main = main, aux = aux)), both),
    mixed = control(list(tf$constant(main), reticulate::np_array(aux)), both),
    sparse = control(list(Matrix::Matrix(main, sparse = TRUE), as.data.frame(aux)), both),
    scaled = control(list(aux = scale(aux), main = main), list(main, scale(aux)))
  ))
})

test_that("sparse matrices of every class", {
  skip_if_not_installed("Matrix")
  new <- methods::new
  square <- crossprod(matrix(c(1, 0, 2, 0, 1, 0, 0, 3, 1), 3))
  sparse <- methods::as(Matrix::Matrix(square, sparse = TRUE), "generalMatrix")
  pattern <- methods::as(sparse, "nMatrix")
  all <- list(
    dgCMatrix = sparse, dgRMatrix = methods::as(sparse, "RsparseMatrix"),
    dgTMatrix = methods::as(sparse, "TsparseMatrix"),
    lgCMatrix = sparse > 1, ngCMatrix = pattern, dsCMatrix = Matrix::Matrix(square, sparse = TRUE),
    dtCMatrix = Matrix::triu(sparse), ddiMatrix = Matrix::Diagonal(3, 1:3), unit = Matrix::Diagonal(3),
    pMatrix = methods::as(c(2L, 3L, 1L), "pMatrix"), indMatrix = methods::as(c(2L, 3L, 3L), "indMatrix"),
    twice = new("dgTMatrix", i = c(0L, 0L), j = c(1L, 1L), x = c(1, 2), Dim = c(3L, 3L)),
    empty = Matrix::Matrix(0, 3, 3, sparse = TRUE), dsyMatrix = Matrix::Matrix(square, sparse = FALSE),
    dgeMatrix = methods::as(Matrix::Matrix(square, sparse = FALSE), "generalMatrix")
  )
  all_agree(dense(3), lapply(all, function(m) control(m, unname(as.matrix(m)) * 1)))
  vector <- methods::as(c(1, 0, 2), "sparseVector")
  all_agree(dense(3), list(sparseVector = control(vector, matrix(c(1, 0, 2), 1), "shape_one_sample")))

  doubles <- sparse
  doubles[2, 3] <- NA
  logicals <- sparse > 1
  logicals[2, 3] <- NA
  all_refused(dense(3), "missing_values", list(double = doubles, logical = logicals), "row 2, column 3")
})

test_that("sparse matrices are not made dense in R", {
  skip_if_not_installed("Matrix")
  wide <- Matrix::sparseMatrix(i = 1:1000, j = 1000:1, x = 1, dims = c(1e5, 1e5))
  expect_lt(as.numeric(object.size(kerasguard:::describe(wide))), 2e6)
})

test_that("NA is seen in every kind, with its place", {
  cells <- matrix(as.list(x), 3)
  cells[[2, 3]] <- NA
  all_refused(dense(), "missing_values", list(
    integer = replace(whole, 8, NA), logical = replace(whole > 3, 8, NA), double = replace(x, 8, NA),
    `NaN` = replace(x, 8, NaN), list = cells, character = as.data.frame(replace(x, 8, NA)),
    records = lapply(1:3, function(i) as.list(as.data.frame(replace(x, 8, NA))[i, ]))
  ), "row 2, column 3")
  all_refused(dense(1), "missing_values", list(
    integer = NA_integer_, logical = NA, double = NA_real_, list = list(NA), frame = data.frame(a = NA)
  ))
  all_refused(dense(), "missing_values", list(`all NA` = with_b(NA)), "3 are missing")
  all_refused(text(), "missing_values", list(
    vector = c("a", NA), matrix = matrix(c("a", NA)), frame = data.frame(v = c("a", NA)),
    list = list("a", NA_character_)
  ), "2")
  all_refused(lstm(2, 2), "missing_values", list(list(matrix(1:4, 2), matrix(c(5L, NA, 7L, 8L), 2))), "[2, 2, 1]")
  wide <- d[1:3]
  wide$m <- matrix(c(1L, NA, 3:6), 3)
  all_refused(dense(), "missing_values", list(wide), "row 2, column 4 (`m.1`)")
})

test_that("integer64 with its NA, and without its class", {
  skip_if_not_installed("bit64")
  long <- bit64::as.integer64(1:10)
  dim(long) <- c(2, 5)
  all_agree(dense(), list(
    matrix = control(long, matrix(1:10, 2)), column = control(with_b(bit64::as.integer64(1:3)), as.matrix(with_b(1:3))),
    vector = control(bit64::as.integer64(1:5), matrix(1:5, 1), "shape_one_sample")
  ))
  gap <- bit64::as.integer64(c(1, NA, 3))
  all_refused(dense(), "missing_values", list(column = with_b(gap)), "row 2, column 2 (`b`)")
  all_refused(dense(3), "missing_values", list(vector = gap, list = list(gap)))
  all_refused(dense(), "dtype_subnormal", list(
    matrix = matrix(unclass(bit64::as.integer64(1:10)), 2), column = with_b(unclass(bit64::as.integer64(1:3)))
  ))
})

test_that("classes that say what the numbers mean", {
  now <- as.POSIXct("2024-01-01", tz = "UTC") + 0:2
  minutes <- as.difftime(1:3, units = "mins")
  cases <- list(
    category = list(factor(c("10", "20", "10")), ordered(c("10", "20", "10"))),
    date = list(now, as.POSIXlt(now), as.Date(now)),
    duration = list(minutes),
    complex = list(1:3 + 1i)
  )
  for (what in names(cases)) {
    for (values in cases[[what]]) {
      all_refused(dense(1), paste0("dtype_", what), list(vector = values, list = list(values)))
      all_refused(dense(), paste0("column_", what), list(column = with_b(values)), "`b`")
      if (!is.list(values)) {
        dim(values) <- c(3, 1)
        all_refused(dense(1), paste0("dtype_", what), list(matrix = values))
      }
    }
  }
  period <- methods::setClass("Period", contains = "numeric", slots = c(hour = "numeric"))(c(0, 0), hour = c(1, 2))
  all_refused(dense(2), "dtype_duration", list(Period = period))
  skip_if_not_installed("hms")
  all_refused(dense(1), "dtype_duration", list(hms = hms::hms(1:3)), "/ 3600")
})

test_that("a column whose name stands twice is named by its place", {
  twice <- setNames(with_b(factor(c("u", "v", "u"))), c("a", "a", "c", "d", "e"))
  all_refused(dense(), "column_category", list(frame = twice), "x[[2]] <-")
})

test_that("the fix for durations keeps the dim", {
  net <- dense(2)
  x <- structure(matrix(c(60, 120), 1), class = "difftime", units = "mins")
  error <- refused("kerasguard_error_dtype_duration", safe_predict(net, x))
  code <- tail(unlist(error$report$lines), 1)
  expect_identical(eval(parse(text = code)), quiet(net, matrix(1:2, 1)))
})

test_that("labelled values of surveys", {
  for (package in c("haven", "tibble")) skip_if_not_installed(package)
  coded <- haven::labelled(c(1, 2, 1), c(yes = 1, no = 2))
  declared <- haven::labelled_spss(c(1, 2, 99), c(refused = 99), na_values = 99)
  ranged <- haven::labelled_spss(c(1, 2, -8), c(refused = -9), na_range = c(-Inf, -1))
  tagged <- haven::labelled(c(1, 2, haven::tagged_na("a")), c(refused = haven::tagged_na("a")))
  one_column <- "shape_unit_axis"
  all_agree(dense(1), list(
    `no labels` = control(haven::labelled(c(1, 2)), matrix(1:2), one_column),
    `label of the variable` = control(haven::labelled(c(1, 2), label = "age"), matrix(1:2), one_column),
    `Hmisc's` = control(structure(1:2, label = "age", class = c("labelled", "integer")), matrix(1:2), one_column),
    `labels of missing values only` = control(declared[1:2], matrix(1:2), one_column),
    `tagged NA labelled` = control(tagged[1:2], matrix(1:2), one_column),
    zapped = control(haven::zap_labels(coded), matrix(c(1, 2, 1)), one_column)
  ))
  all_agree(dense(), list(column = control(with_b(haven::labelled(1:3, label = "n")), as.matrix(with_b(1:3)))))
  all_refused(dense(1), "dtype_labelled", list(
    double = coded, integer = haven::labelled(1:3, c(low = 1L)), partly = haven::labelled(c(1, 2, 7), c(fully = 7)),
    spss = haven::labelled_spss(c(1, 2), c(yes = 1, refused = 99), na_values = 99)
  ), "zap_labels")
  tibble <- with_b(coded, tibble::as_tibble(d))
  all_refused(dense(), "column_labelled", list(frame = with_b(coded), tibble = tibble), "`b`")
  all_refused(dense(1), "missing_values", list(values = declared, range = ranged, tagged = tagged), "element 3")
  all_refused(dense(), "missing_values", list(with_b(declared)), "row 3, column 2 (`b`)")
})

test_that("what scale() took off is known", {
  scaled <- scale(x)
  seen <- function(x) reticulate::py_to_r(observed(x)$scaled)
  expect_equal(seen(scaled), list(
    center = attr(scaled, "scaled:center"), scale = attr(scaled, "scaled:scale")
  ), tolerance = 1e-12)
  part <- scale(x[, 2])
  known <- seen(with_b(part))
  expect_identical(lengths(known$center), c(0L, 1L, 0L, 0L, 0L))
  expect_equal(known$scale[[2]], attr(part, "scaled:scale"))
  wide <- data.frame(a = 1:3)
  wide$m <- scaled[, 1:2]
  attr(wide$m, "scaled:center") <- c(7, 8)
  expect_identical(reticulate::py_to_r(observed(wide)$table$scaled$center), list(NULL, 7, 8))
  expect_identical(lengths(seen(scale(d, scale = FALSE))$scale), integer(5))
  expect_equal(seen(scale(d, scale = FALSE))$center, unname(colMeans(d)))
  expect_null(seen(x))
  expect_null(seen(d))
  # t() keeps the attributes
  expect_identical(seen(t(scaled))$center, list(NULL, NULL, NULL))
})

test_that("text in other encodings arrives right or not at all", {
  latin1 <- "gr\xfcn"
  Encoding(latin1) <- "latin1"
  bytes <- "gr\xfcn"
  Encoding(bytes) <- "bytes"
  model <- sequential(
    1, layers$TextVectorization(output_sequence_length = 2L, vocabulary = list("gr\u00fcn", "rot")),
    layers$Embedding(8L, 2L), layers$GlobalAveragePooling1D(), layers$Dense(1L), dtype = "string"
  )
  want <- plain(model, reticulate::np_array(array(c("gr\u00fcn", "rot"), 2), dtype = "object"))
  for (word in c(latin1, enc2utf8(latin1))) {
    words <- c(word, "rot")
    forms <- list(words, matrix(words), data.frame(v = words), as.list(words), noquote(words), I(words))
    for (form in forms) {
      expect_identical(suppressMessages(safe_predict(model, form, verbose = 0)), want)
    }
  }
  for (word in c(bytes, "gr\xfcn")) {
    all_refused(model, "dtype_encoding", list(vector = word, matrix = matrix(word), list = list(c("a", word))), "iconv")
    all_refused(model, "column_encoding", list(frame = data.frame(v = I(c("rot", word)))), "`v`")
    all_refused(dense(1), "dtype_encoding", list(vector = word))
  }
  code <- "cat(utf8ToInt(kerasguard:::read_text('gr\\xc3\\xbcn'))[3], is.null(kerasguard:::read_text('gr\\xfcn')))"
  out <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE, env = "LC_ALL=C")
  expect_identical(out, "252 TRUE")
})

test_that("what services hand over", {
  skip_if_not_installed("jsonlite")
  model <- dense(2)
  want <- matrix(c(1, 3, 2, 4), 2)
  first <- want[1, , drop = FALSE]
  json <- jsonlite::fromJSON
  rows <- "[{\"a\": 1, \"b\": 2}, {\"b\": 4, \"a\": 3}]"
  all_agree(model, list(
    record = control(list(a = 1, b = 2L), first),
    `JSON record` = control(json("{\"a\": 1, \"b\": 2}"), first),
    `JSON record as it is` = control(json("{\"a\": 1, \"b\": 2}", simplifyVector = FALSE), first),
    `JSON record of arrays` = control(json("{\"a\": [1], \"b\": [2]}", simplifyVector = FALSE), first),
    `JSON columns` = control(json("{\"a\": [1, 3], \"b\": [2, 4]}"), want, "structure_table"),
    `JSON rows` = control(json(rows), want),
    `JSON rows as they are` = control(json(rows, simplifyVector = FALSE), want),
    `one JSON row as it is` = control(json("[{\"a\": 1, \"b\": 2}]", simplifyVector = FALSE), first),
    `JSON matrix` = control(json("[[1, 2], [3, 4]]"), want),
    `one row` = control(data.frame(a = 1L, b = 2), first)
  ))
  null <- function(text, ...) json(text, simplifyVector = FALSE)
  all_refused(model, "missing_values", list(
    list = list(a = 1, b = NULL), JSON = null("{\"a\": 1, \"b\": null}"), simplified = json("{\"a\": 1, \"b\": null}")
  ), "row 1, column 2 (`b`)")
  rows <- null("[{\"a\": 1, \"b\": 2}, {\"a\": 3, \"b\": null}]")
  all_refused(model, "missing_values", list(rows = rows), "row 2, column 2 (`b`)")
  expect_identical(is.na(safe_predict(model, rows, missing = "na_rows")[, 1]), c(FALSE, TRUE))
  all_refused(model, "missing_values", list(
    frame = json("[{\"a\": 1, \"b\": 2}, {\"a\": 3, \"b\": null}]"), absent = json("[{\"a\": 1, \"b\": 2}, {\"a\": 3}]")
  ), "row 2, column 2 (`b`)")
  all_refused(model, "column_text", list(query = list(a = "1", b = "2")), "`a`, `b`")
  all_refused(model, "column_mixed", list(rows = list(list(a = 1, b = 2), list(a = 3, b = "u"))), "`b`")
  all_refused(model, "structure", list(empty = json("{}"), other = list(list(a = 1, b = 2), list(a = 3, c = 4))))
  inputs <- several(c(a = 1L, b = 1L))
  all_agree(inputs, list(record = control(list(a = 1, b = 2L), list(matrix(1), matrix(2)))))
})

test_that("what is no data, under any name", {
  model <- dense()
  file <- tempfile()
  saveRDS(reticulate::np_array(x), file)
  `my data` <- numbers(2, 6)
  all_refused(model, "structure_kind", list(
    environment = new.env(), `function` = mean, formula = y ~ x, call = quote(a + b), version = numeric_version("1.2"),
    S4 = methods::setClass("Odd", slots = c(a = "numeric"))(a = 1), model = lm(a ~ b, d), pointer = readRDS(file)
  ))
  unlink(file)
  all_refused(model, "structure_null", list(list = list(1, NULL, 3, 4, 5)), "[[2]]` must be data")
  all_refused(several(), "structure_null", list(named = list(main = numbers(4, 3), aux = NULL)), "$aux`")
  all_refused(several(), "structure_twice", list(list(main = numbers(4, 3), main = numbers(4, 3), aux = numbers(4, 2))))
  all_refused(model, "column_list", list(list = with_b(list(1, 2, 3)), AsIs = with_b(I(list(1, 2, 3)))), "`b`")
  deep <- structure(list(d$a, array(0, c(3, 2, 2)), Matrix::Matrix(x)), class = "data.frame", names = c("a", "b", "c"),
                    row.names = 1:3)
  all_refused(model, "column_list", list(arrays = deep), "`b`, `c`")
  all_refused(model, "shape", list(`no columns` = d[, 0], empty = data.frame(), nothing = numeric()))
  error <- refused("kerasguard_error_shape_features", safe_predict(model, `my data`))
  expect_match(conditionMessage(error), "`my data` must have 5 features", fixed = TRUE)
  long <- as.call(c(quote(cbind), rep(list(quote(`my data`)), 300)))
  error <- refused("kerasguard_error_shape", eval(bquote(safe_predict(model, .(long)))))
  expect_lt(nchar(conditionMessage(error)), 1000)
})
