# The R user: loads the colleague's models and predicts with what R has at hand. Every answer is compared with plain
# Keras on input prepared by hand, every refusal must come: else this script fails.
#
#   Rscript demo/demo.R FOLDER
library(kerasguard)

folder <- commandArgs(trailingOnly = TRUE)[1]
failures <- character()

heading <- function(text) cat("\n", cli::rule(text), "\n", sep = "")

# Runs a line as a user would and prints the line, what is told, and the answer or the refusal.
show <- function(expr, answer = NULL, refusal = NULL) {
  line <- substitute(expr)
  cat("\n> ", paste(deparse(line, width.cutoff = 100), collapse = "\n+ "), "\n", sep = "")
  tell <- function(condition) {
    cat(conditionMessage(condition), "\n", sep = "")
    rlang::cnd_muffle(condition)
  }
  value <- tryCatch(
    withCallingHandlers(expr, kerasguard_message = tell, kerasguard_warning = tell),
    error = function(error) {
      cat("Error in `", as.character(error$call)[1], "()`:\n! ", conditionMessage(error), "\n", sep = "")
      error
    }
  )
  judge(paste(deparse(line), collapse = ""), value, answer, refusal)
  if (is.array(value)) print(head(value, 3))
  invisible(value)
}

judge <- function(line, value, answer, refusal) {
  if (!is.null(refusal) && !inherits(value, refusal)) {
    failures <<- c(failures, paste(line, "- no", refusal))
  } else if (is.null(refusal) && inherits(value, "error")) {
    failures <<- c(failures, paste(line, "- refused"))
  } else if (!is.null(answer) && !identical(unname(value), answer)) {
    failures <<- c(failures, paste(line, "- another answer than plain Keras"))
  }
}

plain <- function(model, x) model$predict(reticulate::np_array(x, dtype = "float32"), verbose = 0L)

heading("A colleague's files")
dense <- show(safe_load_model(file.path(folder, "dense.h5")))
single <- show(safe_load_model(file.path(folder, "float32.keras")))
lstm <- show(safe_load_model(file.path(folder, "lstm.keras")))
conv <- show(safe_load_model(file.path(folder, "conv.keras")))

set.seed(1)
# TensorFlow's own remarks on retracing are no part of what is shown
reticulate::import("tensorflow")$get_logger()$setLevel("ERROR")

heading("10 x 6 into a model of 5 features")
test_data <- matrix(rnorm(60), 10)
show(safe_predict(dense, test_data), refusal = "kerasguard_error_shape_features")
show(safe_predict(dense, test_data[, 1:5]), answer = plain(dense, test_data[, 1:5]))

heading("R's doubles into float32 layers")
doubles <- matrix(runif(50), 10)
show(safe_predict(single, doubles), answer = plain(single, doubles))

heading("A 10 x 15 matrix into an LSTM of 5 steps and 3 features")
wide <- matrix(rnorm(150), 10)
by_step <- array(0, c(10, 5, 3))
for (step in 1:5) for (feature in 1:3) by_step[, step, feature] <- wide[, (step - 1) * 3 + feature]
show(safe_predict(lstm, wide), answer = plain(lstm, by_step))
show(safe_predict(lstm, wide, order = "F"), answer = plain(lstm, array(wide, c(10, 5, 3))))

heading("28 x 28 pictures without their channel axis")
pictures <- array(runif(4 * 28 * 28), c(4, 28, 28))
show(safe_predict(conv, pictures), answer = plain(conv, array(pictures, c(4, 28, 28, 1))))

heading("One row, taken with x[1, ]")
show(safe_predict(dense, doubles[1, ]), answer = plain(dense, doubles[1, , drop = FALSE]))

heading("An integer matrix with NA")
rooms <- cbind(age = c(31L, 45L), children = c(0L, 2L), rooms = c(3L, NA), cars = 1:2, pets = 0:1)
show(safe_predict(dense, rooms), refusal = "kerasguard_error_missing")

heading("A data frame")
cars <- mtcars[1:6, c("mpg", "cyl", "disp", "hp", "wt")]
show(safe_predict(dense, cars), answer = plain(dense, as.matrix(cars)))
cars$cyl <- factor(cars$cyl)
show(safe_predict(dense, cars), refusal = "kerasguard_error_dtype")

heading("Kept with saveRDS(), as plain R data")
guarded <- show(guard(lstm))
print(guarded)
file <- tempfile(fileext = ".rds")
saveRDS(guarded, file)
show(predict(readRDS(file), by_step), answer = plain(lstm, by_step))

cat("\n", cli::rule(), "\n", sep = "")
if (length(failures)) {
  cat("FAILED:", failures, sep = "\n  ")
  quit(status = 1)
}
cat("Every answer is plain Keras' own on input prepared by hand, and every refusal came.\n")
