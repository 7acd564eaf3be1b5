# What the addins of RStudio do; Positron and VS Code have them too, where they offer what 'rstudioapi' asks for.

# Guard the calls in the selection, or on the current line. `document` and `change`: the editor.
addin_guard <- function(document = active_document(), change = change_document) {
  if (is.null(document)) {
    return(tell_addin("There is no document to change: this addin runs in an editor that 'rstudioapi' can reach."))
  }
  part <- selected_part(document)
  found <- guard_code(part$text)
  if (is.null(found)) {
    return(tell_addin("The selection is no complete R code: select whole calls."))
  }
  if (found$count > 0) {
    change(document, part$range, found$text)
  } else if (found$left == 0) {
    tell_addin("There is no predict(), fit(), evaluate() or load_model() to guard here.")
  }
  if (found$left > 0) {
    tell_addin(sprintf("Left as they are, for arguments that the guard does not have; calls: %d.", found$left))
  }
  invisible(found$count)
}

addin_check_environment <- function() view_report(check_environment())

tell_addin <- function(text) {
  rlang::inform(text, class = c("kerasguard_message_addin", "kerasguard_message"))
  invisible(0L)
}

# The few things that are asked of the editor.
active_document <- function() {
  if (!can_edit()) {
    return(NULL)
  }
  tryCatch(rstudioapi::getSourceEditorContext(), error = function(e) NULL)
}

can_edit <- function() {
  needed <- c("getSourceEditorContext", "modifyRange")
  rlang::is_installed("rstudioapi") && rstudioapi::isAvailable() && all(vapply(needed, rstudioapi::hasFun, NA))
}

change_document <- function(document, range, text) {
  rstudioapi::modifyRange(range, text, id = document$id)
}

# What is selected, else the lines of the statement that the cursor is in: of the innermost, in a body in braces. Where
# the document can't be read, the current line, with the lines below it that its calls reach to.
selected_part <- function(document) {
  selection <- document$selection[[1]]
  if (nzchar(selection$text)) {
    return(list(text = selection$text, range = selection$range))
  }
  lines <- document$contents
  row <- selection$range$start[[1]]
  below <- row:max(row, min(length(lines), row + 60))
  spans <- rbind(statements_at(lines, row), data.frame(line1 = row, line2 = below))
  texts <- lapply(seq_len(nrow(spans)), function(i) lines[spans$line1[i]:spans$line2[i]])
  whole <- Position(function(text) !is.null(parse_data(paste(text, collapse = "\n"))), texts)
  at <- if (is.na(whole)) nrow(spans) else whole
  end <- nchar(utils::tail(texts[[at]], 1)) + 1
  range <- structure(
    list(
      start = structure(c(row = spans$line1[at], column = 1), class = "document_position"),
      end = structure(c(row = spans$line2[at], column = end), class = "document_position")
    ),
    class = "document_range"
  )
  list(text = paste(texts[[at]], collapse = "\n"), range = range)
}

# The first and last lines of the statements around a line, the shortest first.
statements_at <- function(lines, row) {
  data <- parse_data(paste(lines, collapse = "\n"))
  bodies <- data$parent[data$token == "'{'"]
  is_there <- data$token %in% c("expr", "equal_assign", "expr_or_assign_or_help") & data$parent %in% c(0, bodies) &
    data$line1 <= row & data$line2 >= row
  found <- data[is_there, c("line1", "line2")]
  found[order(found$line2 - found$line1), ]
}

# R's own reading of code; NULL where it is not complete. Columns count characters: R counts bytes and takes a tab for
# several, so that both have stand-ins.
parse_data <- function(text) {
  plain <- gsub("[\t\r]", " ", gsub("[^\001-\177]", "x", enc2utf8(only_code(text))))
  parsed <- tryCatch(parse(text = plain, keep.source = TRUE), error = function(e) NULL)
  if (!is.null(parsed)) utils::getParseData(parsed, includeText = TRUE)
}

# Of R Markdown the chunks of R, with empty lines for all else. A selection may begin within a chunk.
only_code <- function(text) {
  lines <- strsplit(text, "\n", fixed = TRUE)[[1]]
  is_fence <- grepl("^\\s*```", lines)
  if (!any(is_fence)) {
    return(text)
  }
  opens <- grepl("^\\s*```+\\s*\\{[rR]\\b", lines)
  begins_within <- !grepl("[[:alnum:]]", lines[which(is_fence)[1]])
  state <- cumsum(is_fence)
  is_code <- c(begins_within, opens[is_fence])[state + 1] & !is_fence
  paste(ifelse(is_code, lines, ""), collapse = "\n")
}

# The functions that are guarded: the package they may be called from by name, and names for what they take by place.
guard_rules <- list(
  predict = list(to = "safe_predict", from = c("stats", "keras", "keras3"), places = c("x", "batch_size", "verbose")),
  fit = list(to = "safe_fit", from = c("generics", "keras", "keras3"), places = c("x", "y", "batch_size", "epochs")),
  evaluate = list(
    to = "safe_evaluate", from = c("tensorflow", "keras", "keras3"), places = c("x", "y", "batch_size", "verbose")
  ),
  load_model = list(to = "safe_load_model", from = "keras3", places = character()),
  load_model_hdf5 = list(to = "safe_load_model", from = "keras", places = character()),
  load_model_tf = list(to = "safe_load_model", from = "keras", places = character())
)

# Code with its calls guarded: `text`, how many were (`count`), how many could not be (`left`). All else stays as it is:
# comments, text, spaces and line breaks.
guard_code <- function(text) {
  data <- parse_data(text)
  if (is.null(data)) {
    return(NULL)
  }
  places <- which(data$token == "SYMBOL_FUNCTION_CALL" & data$text %in% names(guard_rules))
  changes <- lapply(places, function(at) call_changes(data, at, text))
  is_left <- vapply(changes, identical, NA, "left")
  changes <- changes[!is_left & lengths(changes) > 0]
  edits <- do.call(rbind, c(changes, list(data.frame(from = integer(), to = integer(), new = character()))))
  # from the end; where one call begins the argument of another, its new name before what is put in front of it
  for (i in order(edits$from, edits$to, decreasing = TRUE)) {
    text <- paste0(substr(text, 1, edits$from[i] - 1), edits$new[i], substring(text, edits$to[i] + 1))
  }
  list(text = text, count = length(changes), left = sum(is_left))
}

# What to write where, for one call; "left" where it has arguments that its guard does not have, NULL where it is no
# call of a model.
call_changes <- function(data, at, text) {
  rule <- guard_rules[[data$text[at]]]
  head <- data[data$id == data$parent[at], ] # the function, as it is named
  whole <- children_of(data, head$parent)
  receiver <- receiver_of(children_of(data, head$id), text)
  if (!is_guarded(rule, children_of(data, head$id), receiver)) {
    return(NULL)
  }
  has_model <- !is.null(receiver) && rule$to != "safe_load_model"
  given <- arguments_of(whole, head$id)
  named <- name_places(given, c(first_of(rule, has_model || is_piped(data, head$parent, given)), rule$places), rule$to)
  counts_from_0 <- has_model && "initial_epoch" %in% given$name
  if (is.null(named) || counts_from_0) {
    return("left")
  }
  span <- source_of(head, text)
  to <- paste0(if (!"package:kerasguard" %in% search()) "kerasguard::", rule$to)
  edits <- data.frame(from = span$from, to = span$to, new = to)
  insert <- function(at, new) rbind(edits, data.frame(from = at, to = at - 1L, new = new))
  if (has_model) {
    behind <- source_of(whole[whole$token == "'('", ][1, ], text)$to + 1L
    edits <- insert(behind, paste0(receiver, if (length(given$name) > 0) ", "))
  }
  if (nrow(named) > 0) edits <- insert(source_of(named, text)$from, paste0(named$name, " = "))
  edits
}

# The first argument of a guard, where it is not there already: before a pipe or a `$`.
first_of <- function(rule, has_model) {
  if (rule$to == "safe_load_model") "path" else if (!has_model) "model"
}

children_of <- function(data, id) data[data$parent == id, ]

# The object whose method is called.
receiver_of <- function(parts, text) {
  if ("'$'" %in% parts$token) source_of(parts[1, ], text)$text
}

# Whether a function that is named so is one of Keras: of its packages, or a method of a model.
is_guarded <- function(rule, parts, receiver) {
  is_foreign <- "NS_GET" %in% parts$token && !parts$text[1] %in% rule$from
  if (is_foreign || any(c("NS_GET_INT", "'@'") %in% parts$token)) {
    return(FALSE)
  }
  is_module <- grepl("(^|\\$)keras\\$(models|saving)$", receiver)
  is.null(receiver) || (is_module == (rule$to == "safe_load_model") && !has_guarded(receiver))
}

# A model that another such call gives: no two changes may overlap.
has_guarded <- function(text) {
  data <- parse_data(text)
  any(data$token == "SYMBOL_FUNCTION_CALL" & data$text %in% names(guard_rules))
}

# Where something stands in the text, counted in characters.
source_of <- function(rows, text) {
  lengths <- nchar(strsplit(paste0(text, "\n"), "\n", fixed = TRUE)[[1]]) + 1L
  before <- c(0L, cumsum(lengths))
  from <- before[rows$line1] + rows$col1
  to <- before[rows$line2] + rows$col2
  list(from = from, to = to, text = substring(text, from, to))
}

# The arguments of a call: their names ("" by place), and where their values stand.
arguments_of <- function(parts, head) {
  parts <- parts[parts$id != head & !parts$token %in% c("'('", "')'", "COMMENT"), ]
  group <- cumsum(parts$token == "','")
  parts <- split(parts, group)
  parts <- lapply(parts, function(part) part[part$token != "','", ])
  parts <- parts[vapply(parts, nrow, 1L) > 0]
  is_named <- vapply(parts, function(part) part$token[1] %in% c("SYMBOL_SUB", "STR_CONST") && nrow(part) > 1, NA)
  name <- ifelse(is_named, vapply(parts, function(part) gsub("[\"'`]", "", part$text[1]), ""), "")
  list(name = unname(name), parts = unname(parts))
}

# A call behind a pipe has its first argument from there, unless a dot takes it.
is_piped <- function(data, id, given) {
  parent <- data$parent[data$id == id]
  above <- children_of(data, parent)
  pipe <- above[above$token == "PIPE" | (above$token == "SPECIAL" & above$text == "%>%"), ]
  behind <- nrow(pipe) > 0 && parent > 0 && utils::tail(above$id, 1) == id
  has_dot <- any(vapply(given$parts, function(part) utils::tail(part$text, 1) == ".", NA))
  behind && !(has_dot && pipe$token[1] == "SPECIAL")
}

# Arguments by place that have a name in the guard, with that name: those behind the data. NULL where there are more, or
# where a name is none of the guard's.
name_places <- function(given, places, to) {
  known <- setdiff(names(formals(get(to, asNamespace("kerasguard")))), "...")
  if (!all(given$name[nzchar(given$name)] %in% known)) {
    return(NULL)
  }
  free <- setdiff(places, c(given$name, if ("object" %in% given$name) "model"))
  by_place <- which(!nzchar(given$name))
  if (length(by_place) > length(free)) {
    return(NULL)
  }
  names <- free[seq_along(by_place)]
  late <- which(!names %in% c("model", "x", "y", "path"))
  starts <- lapply(given$parts[by_place[late]], function(part) part[1, c("line1", "col1", "line2", "col2")])
  rows <- do.call(rbind, starts)
  if (is.null(rows)) data.frame(name = character()) else cbind(rows, name = names[late])
}
