# What R alone knows of an object, said before conversion: its type and class, dim, names, and where NA stands.
# `value` is what crosses the border; NULL where numbers would lie (factors, dates) or can't cross.

describe <- function(x) {
  switch(kind_of(x),
    null = leaf("null"),
    python = describe_python(x),
    frame = describe_frame(x),
    Matrix = describe_array(as.matrix(x), "Matrix"),
    POSIXlt = describe_array(as.POSIXct(x), "POSIXlt"),
    list = describe_list(x),
    array = describe_array(x, class_word(x)),
    leaf("other", class = class(x)[1])
  )
}

kind_of <- function(x) {
  known <- c(
    data.frame = "frame", python.builtin.object = "python", Matrix = "Matrix", POSIXlt = "POSIXlt"
  )
  class <- inherits(x, names(known), which = TRUE) > 0
  if (is.null(x)) {
    "null"
  } else if (any(class)) {
    known[class][[1]]
  } else if (is.list(x) && is.null(dim(x))) {
    if (is_plain_list(x)) "list" else "other"
  } else if (is.atomic(x) || is.list(x)) {
    "array"
  } else {
    "other"
  }
}

# A list of another class is something of its own: a version, a fitted model, a plot.
is_plain_list <- function(x) !is.object(x) || inherits(x, c("AsIs", "list"))

leaf <- function(type, class = type, dim = list(), names = NULL, na = NULL, items = NULL, value = NULL) {
  about <- list(type = type, class = class, dim = dim)
  about$names <- names
  about$na <- na
  about$items <- items
  list(about = about, value = value)
}

describe_array <- function(x, class) {
  type <- type_of(x)
  dims <- if (is.null(dim(x))) length(x) else dim(x)
  names <- if (length(dims) == 2) as.list(colnames(x))
  leaf(type, class, as.list(dims), names, find_na(x, type, dims), value = numbers(x, type, dims))
}

# A Python object goes as it is, unless its session is gone: then there is nothing to hand over.
describe_python <- function(x) {
  if (reticulate::py_is_null_xptr(x)) leaf("other", class = "dead pointer") else leaf("python", value = x)
}

# What the numbers mean: the class where one says so, else typeof().
type_of <- function(x) {
  if (inherits(x, "factor")) {
    return("factor")
  }
  if (inherits(x, c("Date", "POSIXct", "yearmon", "yearqtr"))) {
    return("date")
  }
  if (inherits(x, "difftime")) {
    return("difftime")
  }
  if (inherits(x, "integer64")) {
    return("integer64")
  }
  typeof(x)
}

class_word <- function(x) {
  if (is.object(x) && !inherits(x, "integer64")) {
    return(class(x)[1])
  }
  if (is.null(dim(x))) {
    return("vector")
  }
  if (length(dim(x)) == 2) "matrix" else "array"
}

# reticulate sends plain vectors as lists and loses NA, units and levels: hand over arrays, and only true numbers.
numbers <- function(x, type, dims) {
  if (type %in% c("factor", "date", "difftime", "list")) {
    return(NULL)
  }
  if (type == "raw") {
    x <- as.integer(x)
  } else if (is.object(x)) {
    x <- unclass(x)
  }
  if (is.null(dim(x)) || type == "raw") {
    x <- array(x, dim = dims)
  }
  x
}

# R alone can tell: all but doubles lose their NA on the way.
find_na <- function(x, type, dims) {
  if (type %in% c("list", "raw", "date", "difftime")) {
    return(NULL)
  }
  if (type == "integer64") {
    missing <- is_na_integer64(x)
  } else if (anyNA(x)) {
    missing <- is.na(x)
  } else {
    return(NULL)
  }
  if (!any(missing)) {
    return(NULL)
  }
  flat <- which(missing)
  places <- arrayInd(utils::head(flat, 5), dims) - 1L
  list(count = length(flat), places = lapply(seq_along(dims), function(axis) as.list(places[, axis])))
}

# The bits of bit64's NA are those of the double -0, which is equal to 0 but for its sign.
is_na_integer64 <- function(x) {
  bits <- unclass(x)
  bits == 0 & 1 / bits < 0
}

describe_frame <- function(x) {
  columns <- lapply(seq_along(x), function(j) describe_column(x[[j]]))
  leaf(
    "frame",
    class = class(x)[1], dim = as.list(dim(x)), names = as.list(names(x)),
    items = lapply(columns, `[[`, "about"), value = lapply(columns, `[[`, "value")
  )
}

describe_column <- function(x) {
  if (is.matrix(x) && ncol(x) == 1 && !is.list(x)) {
    x <- x[, 1] # what scale() leaves in a data frame: one number a row
  }
  column <- describe(x)
  if (!column$about$type %in% names(column_classes)) {
    column$about$class <- class(x)[1]
  }
  if (is.list(x) && !inherits(x, "POSIXlt")) {
    column$about$type <- "list"
    column$about$dim <- list(length(x))
    column["value"] <- list(NULL)
  }
  column
}

column_classes <- c(double = "double", integer = "integer", logical = "logical")

describe_list <- function(x) {
  parts <- lapply(unname(unclass(x)), describe)
  names <- names(x)
  names[is.na(names)] <- ""
  leaf(
    "items",
    class = "list", names = if (any(nzchar(names))) as.list(names),
    items = lapply(parts, `[[`, "about"), value = lapply(parts, `[[`, "value")
  )
}
