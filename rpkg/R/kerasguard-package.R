#' kerasguard: guard the predictions of Keras models
#'
#' Call [safe_predict()] in place of `predict()`. You get the right answer, with every repair told, or an error
#' that says what the model expects, what it was given, and which line mends it; never a silent wrong number.
#'
#' @keywords internal
"_PACKAGE"
