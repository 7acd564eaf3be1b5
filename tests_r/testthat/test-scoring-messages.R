# What an R user meets who scores files: each situation as it is printed, kept in scoring-messages.txt, and whether
# the fix runs. UPDATE_SNAPSHOTS=1 writes the file anew.
skip_without_pyarrow()

# In a folder of its own, so that paths are short and the same everywhere.
in_folder <- function(code, frame = parent.frame()) {
  folder <- tempfile("scoring")
  dir.create(folder)
  before <- setwd(folder)
  on.exit({
    setwd(before)
    unlink(folder, recursive = TRUE)
  })
  force(code)
}
written <- function(data, name) {
  dir.create(dirname(name), FALSE, TRUE)
  utils::write.csv(data, name, row.names = FALSE)
}
two_files <- function() {
  written(rows_of(4), "data/one.csv")
  written(rows_of(3, 5), "data/two.csv")
}
with_gap <- function() written(within(rows_of(4), b[2] <- NA), "data/gap.csv")
score <- quote(score_dataset(model, "data", "out", columns = five))
file_situation <- function(make, call, fill = list(), model = dense) list(make = make, call = call, fill = fill, model = model)
names_of <- list(COLUMNS = quote(five))

file_situations <- list(
  "a path in the model's place" = file_situation(two_files, quote(score_dataset("net.keras", "data", "out", columns = five))),
  "a data frame in the path's place" = file_situation(two_files, quote(score_dataset(model, table, "out", columns = five))),
  "columns as a formula" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = ~ a + b)), names_of),
  "columns as a factor" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = factor(five))), names_of),
  "columns as numbers" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = 1:5)), names_of),
  "all columns in one text" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = "a, b, c, d, e"))),
  "a column misspelt" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = c("aa", five[-1]))), names_of),
  "keep = FALSE" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = five, keep = FALSE))),
  "a column to keep that is not there" = file_situation(
    two_files, quote(score_dataset(model, "data", "out", columns = five, keep = "")), list(COLUMNS = "id")
  ),
  "no input by that name" = file_situation(
    two_files, quote(score_dataset(model, "data", "out", columns = list(mian = c("a", "b", "c"), aux = c("d", "e")))),
    list(COLUMNS_1 = quote(c("a", "b", "c")), COLUMNS_2 = quote(c("d", "e"))), several
  ),
  "columns of several inputs without names" = file_situation(
    two_files, quote(score_dataset(model, "data", "out", columns = five)),
    list(COLUMNS_1 = quote(c("a", "b", "c")), COLUMNS_2 = quote(c("d", "e"))), several
  ),
  "the input misspelt" = file_situation(two_files, quote(score_dataset(model, "dta", "out", columns = five))),
  "backslashes" = file_situation(two_files, quote(score_dataset(model, "data\\one.csv", "out", columns = five))),
  "list.files() without folders" = file_situation(
    two_files, quote(score_dataset(model, list.files("data"), "out", columns = five)), list(IN_FOLDER = "data")
  ),
  "an rds file" = file_situation(
    function() saveRDS(rows_of(3), "data.rds"), quote(score_dataset(model, "data.rds", "out", columns = five))
  ),
  "an empty folder" = file_situation(
    function() dir.create("data"), quote(score_dataset(model, "data", "out", columns = five))
  ),
  "the output in the input" = file_situation(two_files, quote(score_dataset(model, "data", "data/out", columns = five))),
  "the output is a file" = file_situation(two_files, quote(score_dataset(model, "data", "data/one.csv", columns = five))),
  "the engine misspelt" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = five, engine = "locla"))),
  "half a row at a time" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = five, batch_rows = 0.5))),
  "a missing value" = file_situation(with_gap, score),
  "another model" = file_situation(function() {
    two_files()
    score_dataset(dense(activation = "sigmoid"), "data", "out", columns = letters[1:5])
  }, score),
  "not resumed" = file_situation(function() {
    dir.create("out")
    two_files()
    writeLines("mine", "out/notes.txt")
  }, quote(score_dataset(model, "data", "out", columns = five, resume = FALSE))),
  "text in a column of numbers" = file_situation(function() {
    written(replace(rows_of(4), "b", c("1", "2", "many", "3")), "data/text.csv")
  }, score),
  "a prediction that is there already" = file_situation(
    function() written(cbind(rows_of(4), .pred = 1), "data.csv"),
    quote(score_dataset(model, "data.csv", "out", columns = five)), list(COLUMNS = "id")
  ),
  "too few columns" = file_situation(two_files, quote(score_dataset(model, "data", "out", columns = five[1:4])), names_of),
  "a data frame of R on Spark" = file_situation(two_files, quote(score_frame(model, table))),
  "a path on Spark" = file_situation(two_files, quote(score_frame(model, "data", columns = five))),
  "results that are gone" = file_situation(two_files, quote({
    scored <- score_dataset(model, "data", "out", columns = five)
    unlink("out/one.csv")
    as.data.frame(scored)
  })),
  "columns of results as numbers" = file_situation(two_files, quote({
    scored <- score_dataset(model, "data", "out", columns = five)
    as.data.frame(scored, columns = 1:2)
  }), list(COLUMNS = "id")),
  "columns of results in second place" = file_situation(two_files, quote({
    scored <- score_dataset(model, "data", "out", columns = five)
    as.data.frame(scored, "id")
  }), list(COLUMNS = "id"))
)

file_refusal <- function(case) {
  case$make()
  here <- list2env(list(model = case$model(), five = letters[1:5], table = rows_of(4)[letters[1:5]]), parent = globalenv())
  list(condition = tryCatch(suppressMessages(eval(case$call, here)), kerasguard_error = identity), here = here)
}

test_that("what is printed of files is as agreed", {
  skip_if(isNamespaceLoaded("keras3"), "keras3 is loaded: lines are written with its functions")
  rlang::local_options(cli.unicode = FALSE, cli.num_colors = 1L)
  printed <- unlist(lapply(names(file_situations), function(name) {
    found <- in_folder(file_refusal(file_situations[[name]])$condition)
    expect_s3_class(found, "kerasguard_error")
    c(paste("##", name), gsub("(odel|ayer) \"[a-z0-9_]+\"", "\\1 \"NAME\"", conditionMessage(found)), "")
  }))
  printed <- unlist(strsplit(paste(printed, collapse = "\n"), "\n"))
  expect_no_match(printed, "\\bNone\\b|\\bTrue\\b|\\bFalse\\b|DataFrame|ndarray|\\['|pd\\.")
  file <- test_path("scoring-messages.txt")
  if (nzchar(Sys.getenv("UPDATE_SNAPSHOTS"))) writeLines(printed, file)
  expect_identical(printed, readLines(file))
})

# The code of a message, a line or several of each fix.
code_of <- function(condition) {
  lines <- strsplit(conditionMessage(condition), "\n")[[1]]
  code <- grepl("^  ", lines)
  runs <- rle(code)
  run <- rep(seq_along(runs$lengths), runs$lengths)[code]
  unname(vapply(split(lines[code], run), paste, "", collapse = "\n"))
}

test_that("the fixes for files run", {
  for (name in setdiff(names(file_situations), c("a path in the model's place", "results that are gone"))) {
    case <- file_situations[[name]]
    codes <- code_of(in_folder(file_refusal(case)$condition))
    expect_gt(length(codes), 0)
    # of a file that has to be mended first the lines end as before
    codes <- codes[!grepl("IN_FOLDER|FRAME|reticulate::import", codes)]
    if (name == "text in a column of numbers") codes <- character()
    for (code in codes) {
      in_folder({
        here <- file_refusal(case)$here
        lines <- lapply(parse(text = code), function(line) eval(call("substitute", line, case$fill)))
        error <- tryCatch(
          {
            for (line in lines) suppressMessages(suppressWarnings(eval(line, here)))
            NULL
          },
          error = conditionMessage
        )
        expect_null(error, info = paste(name, code, sep = ": "))
      })
    }
  }
})
