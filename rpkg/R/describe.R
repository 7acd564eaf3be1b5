# What R alone knows of an object, said before conversion: its type and class, dim, names, and where NA stands.
# `value` is what crosses the border; NULL where numbers would lie (factors, dates) or can't cross.

describe <- function(x) {
  switch(kind_of(x),
    null = leaf("null"),
    python = describe_python(x),
    frame = describe_frame(x),
    sparse = describe_sparse(x),
    dense = describe_array(as.matrix(x), "Matrix"),
    vector = describe_array(as.numeric(x), "vector"),
    list = describe_list(x),
    array = describe_array(x, class_word(x)),
    leaf("other", class = class(x)[1])
  )
}

kind_of <- function(x) {
  known <- if (is.object(x)) first_class(x, readers)
  if (!is.null(known)) {
    known
  } else if (is.null(x)) {
    "null"
  } else if (is.list(x) && is.null(dim(x))) {
    if (is_plain_list(x)) "list" else "other"
  } else if ((is.atomic(x) || is.list(x)) && !has_slots(x)) {
    "array"
  } else {
    "other"
  }
}

# Classes with a reader of their own. "other": the numbers inside are no values, so none of them may cross: packed
# bits and pixels, one triangle of a matrix, colours.
readers <- c(
  data.frame = "frame", python.builtin.object = "python", sparseMatrix = "sparse", Matrix = "dense",
  sparseVector = "vector", POSIXlt = "array",
  dist = "other", nativeRaster = "other", raster = "other", bit = "other", bitwhich = "other"
)

# Classes that say what the numbers below them mean, as S3 or S4. Else typeof() says it.
meanings <- c(
  factor = "factor",
  Date = "date", POSIXt = "date", yearmon = "date", yearqtr = "date", ITime = "date", chron = "date", dates = "date",
  times = "date", nanotime = "date", Interval = "date",
  difftime = "difftime", nanoduration = "difftime", Period = "difftime", Duration = "difftime",
  integer64 = "integer64", labelled = "labelled"
)

first_class <- function(x, table) {
  found <- inherits(x, names(table), which = TRUE) > 0
  if (any(found)) table[found][[1]]
}

# An S4 object on top of numbers may keep the rest of its meaning in slots: the axes of a picture, say.
has_slots <- function(x) {
  isS4(x) && is.null(first_class(x, meanings)) &&
    length(setdiff(names(attributes(x)), c("class", "names", "dim", "dimnames"))) > 0
}

# A list of another class is something of its own: a version, a fitted model, a plot.
is_plain_list <- function(x) !is.object(x) || inherits(x, c("AsIs", "list"))

leaf <- function(type, class = type, dim = integer(), names = NULL, na = NULL, items = NULL, value = NULL,
                 scaled = NULL) {
  list(
    about = list(type = type, class = class, dim = dim, names = names, na = na, items = items, scaled = scaled),
    value = value
  )
}

describe_array <- function(x, class) {
  if (is.object(x)) {
    x <- plain_object(x)
  }
  type <- type_of(x)
  if (type == "list" && holds_numbers(x)) {
    x <- array(unlist(x), dim = dim(x), dimnames = dimnames(x))
    type <- typeof(x)
  }
  dims <- dim(x)
  if (is.null(dims)) {
    dims <- length(x)
    names <- names_of(names(x))
  } else {
    names <- names_of(dimnames(x)[[length(dims)]])
  }
  found <- leaf(
    type, class, dims, names, find_na(x, type, dims),
    value = numbers(x, type, dims), scaled = scaled_of(x)
  )
  if (type == "factor") {
    found$about$levels <- names_of(levels(x))
    found$about$ordered <- is.ordered(x)
  }
  found
}

# Objects that are better read without their own class.
plain_object <- function(x) {
  if (inherits(x, "POSIXlt")) {
    as.POSIXct(x)
  } else if (inherits(x, c("haven_labelled", "labelled"))) {
    plain_labelled(x)
  } else if (inherits(x, "zoo") && !is.null(attr(x, "oclass"))) {
    structure(x, class = attr(x, "oclass")) # zoo keeps the class of its data aside
  } else {
    x
  }
}

# Survey data. Values that the file declares missing are missing. Labels on others leave two readings, which only
# training knows: their codes as numbers, or the labels as levels of a factor. They are refused even where only some
# values have one, as many files label codes for "refused" (-9) that they do not declare missing.
plain_labelled <- function(x) {
  labels <- attr(x, "labels", exact = TRUE)
  range <- attr(x, "na_range", exact = TRUE)
  missing <- unname(attr(x, "na_values", exact = TRUE))
  is_missing <- function(values) {
    values <- unclass(values)
    outside <- is.na(values) | values %in% missing
    if (length(range) == 2) outside | (!is.na(values) & values >= range[[1]] & values <= range[[2]]) else outside
  }
  values <- unclass(x)
  values[is_missing(x)] <- NA
  if (all(is_missing(labels))) values else structure(values, class = "labelled")
}

# do.call(rbind, records) and sapply() leave matrices whose cells are lists of one number.
holds_numbers <- function(x) {
  is_number <- function(cell) (is.numeric(cell) || is.logical(cell)) && !is.object(cell) && length(cell) == 1
  length(x) > 0 && all(vapply(x, is_number, NA))
}

# A Python object goes as it is, unless its session is gone: then there is nothing to hand over.
describe_python <- function(x) {
  if (reticulate::py_is_null_xptr(x)) leaf("other", class = "dead pointer") else leaf("python", value = x)
}

# Sparse matrices stay sparse: row by row, as predictions are made. Works with all their classes, as they coerce
# through virtual ones; patterns (ngCMatrix) hold no values.
describe_sparse <- function(x) {
  loadNamespace("Matrix")
  rows <- methods::as(methods::as(x, "generalMatrix"), "RsparseMatrix")
  values <- if (methods::.hasSlot(rows, "x")) rows@x else rep(TRUE, length(rows@j))
  na <- NULL
  if (anyNA(values)) {
    at <- which(is.na(values))
    first <- utils::head(at, 5)
    na <- list(count = length(at), places = list(
      as.list(findInterval(first - 1L, rows@p, left.open = FALSE) - 1L), as.list(rows@j[first])
    ))
  }
  found <- leaf(
    "sparse", "Matrix", dim(x), names_of(colnames(x)), na,
    value = list(p = array(rows@p), j = array(rows@j), x = array(as.double(values)))
  )
  found$about$of <- typeof(values)
  found
}

# What the numbers mean: the class where one says so, else typeof().
type_of <- function(x) {
  meaning <- if (is.object(x)) first_class(x, meanings)
  if (!is.null(meaning)) {
    return(meaning)
  }
  type <- typeof(x)
  if (type == "character" && is.null(read_text(x))) "bytes" else type
}

# Text in UTF-8; NULL where its bytes are none and their encoding is not declared: they would arrive as other text.
read_text <- function(x) {
  session <- l10n_info()
  if (!session$MBCS && !session$`Latin-1`) {
    # in the C locale R declares nothing that it reads from a file
    declared <- Encoding(x)
    declared[declared == "unknown"] <- "UTF-8"
    Encoding(x) <- declared
  }
  if (any(Encoding(x) == "bytes") || !all(validEnc(x))) NULL else enc2utf8(x)
}

# Names as the border can take them; bytes that can't be read are shown as such.
names_of <- function(names) {
  if (is.null(names)) {
    return(NULL)
  }
  names <- unname(names) # a named list would arrive as a dict
  text <- read_text(names)
  as.list(if (is.null(text)) iconv(names, "UTF-8", "UTF-8", sub = "byte") else text)
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

# No numbers to hand over: what they mean is not known, or they can't cross.
unusable <- c("date", "difftime", "labelled", "list", "bytes")

# reticulate sends plain vectors as lists and loses NA, units and levels: hand over arrays, and only true numbers.
numbers <- function(x, type, dims) {
  if (type %in% unusable) {
    return(NULL)
  }
  if (type == "factor") {
    return(array(as.integer(x) - 1L, dim = dims)) # codes, with the levels beside them
  }
  if (type == "raw") {
    return(array(as.integer(x), dim = dims))
  }
  if (is.object(x)) {
    x <- unclass(x)
  }
  if (type == "character") {
    x <- read_text(x)
  } else if (type == "logical" && anyNA(x)) {
    storage.mode(x) <- "integer" # a logical NA would arrive as TRUE
  }
  if (is.null(dim(x))) array(x, dim = dims) else x
}

# R alone can tell: all but doubles lose their NA on the way.
find_na <- function(x, type, dims) {
  if (type == "double" && !anyNA(x)) {
    return(NULL)
  }
  if (type %in% c("list", "raw", "date", "difftime", "bytes")) {
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
  found <- list(count = length(flat), places = lapply(seq_along(dims), function(axis) as.list(places[, axis])))
  if (type == "character") {
    found$all <- array(flat - 1L) # text alone has no value of its own for NA once it is Python's
  }
  found
}

# The bits of bit64's NA are those of the double -0, which is equal to 0 but for its sign.
is_na_integer64 <- function(x) {
  bits <- unclass(x)
  bits == 0 & 1 / bits < 0
}

# What scale() took off, by column.
scaled_of <- function(x) {
  center <- attr(x, "scaled:center", exact = TRUE)
  scale <- attr(x, "scaled:scale", exact = TRUE)
  if (!is.null(center) || !is.null(scale)) {
    list(center = as.list(unname(center)), scale = as.list(unname(scale)))
  }
}

describe_frame <- function(x) {
  names <- if (is.null(names(x))) paste0("V", seq_along(x)) else names(x)
  class <- if (inherits(x, "data.table")) "data.table" else "frame" # its brackets take rows
  describe_columns(lapply(seq_along(x), function(j) x[[j]]), names_of(names), dim(x), class)
}

describe_columns <- function(columns, names, dim, class = "frame") {
  columns <- lapply(columns, describe_column)
  leaf(
    "frame",
    class = class, dim = dim, names = names,
    items = lapply(columns, `[[`, "about"), value = lapply(columns, `[[`, "value")
  )
}

describe_column <- function(x) {
  if (is.matrix(x) && !is.list(x)) {
    return(describe_wide_column(x))
  }
  if (is.list(x) && (kind_of(x) == "list" || is.matrix(x))) {
    return(leaf("list", class(x)[1], length(x)))
  }
  column <- describe(x)
  column$about$class <- class(x)[1]
  column
}

# A column that is a matrix, as scale() and poly() leave them: as many columns of its own.
describe_wide_column <- function(x) {
  columns <- if (is.object(x) && is.null(first_class(x, meanings))) unclass(x) else x
  names <- if (is.null(colnames(x))) as.list(as.character(seq_len(ncol(x)))) else names_of(colnames(x))
  column <- describe_columns(lapply(seq_len(ncol(x)), function(j) columns[, j]), names, dim(x))
  column$about$class <- class(x)[1]
  column$about$scaled <- scaled_of(x)
  column
}

describe_list <- function(x) {
  parts <- lapply(unname(unclass(x)), describe)
  names <- names(x)
  names[is.na(names)] <- ""
  leaf(
    "items",
    class = "list", names = if (any(nzchar(names))) names_of(names),
    items = lapply(parts, `[[`, "about"), value = lapply(parts, `[[`, "value")
  )
}
