# safe_predict() against the model's own predict(), both called from R. Prints "rows guard_median predict_median
# low median high" of the rounds' ratios, a line per number of rows.
library(kerasguard)
keras <- reticulate::import("keras")
reticulate::import("tensorflow")$get_logger()$setLevel("ERROR")
layers <- keras$layers
model <- keras$Sequential(list(
  keras$Input(shape = list(20L)), layers$Dense(64L, "relu"), layers$Dense(64L, "relu"), layers$Dense(1L)
))
elapsed <- function(expr) {
  began <- as.numeric(Sys.time())
  force(expr)
  as.numeric(Sys.time()) - began
}
for (rows in c(1, 1000, 100000)) {
  x <- matrix(rnorm(rows * 20), rows)
  rounds <- if (rows > 1000) 5 else 30
  invisible(safe_predict(model, x))
  invisible(model$predict(x, verbose = 0L))
  repeats <- if (rows == 1) 20 else 1 # a short call is repeated within its turn, as pairs.py does
  pairs <- replicate(rounds, c(
    elapsed(for (i in seq_len(repeats)) safe_predict(model, x)) / repeats, elapsed(model$predict(x, verbose = 0L))
  ))
  ratios <- quantile(pairs[2, ] / pairs[1, ], c(.25, .5, .75), names = FALSE)
  cat("R", rows, median(pairs[1, ]), median(pairs[2, ]), ratios, "\n")
}
