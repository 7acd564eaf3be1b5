#' kerasguard: guard the predictions of Keras models
#'
#' Call [safe_predict()] in place of `predict()`. You get the right answer, with every repair told, or an error
#' that says what the model expects, what it was given, and which line mends it; never a silent wrong number.
#'
#' @section Functions:
#' * Predict: [safe_predict()]; [check_input()] for a dry run; [validate_and_coerce()] for the model-ready input.
#' * Predict what does not fit into memory: [score_dataset()] for Parquet and csv files, here or on Spark;
#'   [score_frame()] for data frames of Spark.
#' * Train: [safe_fit()], [safe_evaluate()]; [learn_blueprint()] and [blueprint()] for what training saw.
#' * Keep: [safe_save_model()] and [safe_load_model()], with that memory in the file; [guard()] for a model that
#'   outlives its session and goes to workers, and [unguard()] for the way back.
#' * Find out: [check_model()], [explain_error()], [check_environment()]; [kerasguard_report] for what can be done with
#'   what they give, such as [plot()][plot.kerasguard_report()] and [view_report()].
#' * Set up: [install_kerasguard()].
#'
#' Models made with the R packages keras3 or tensorflow, or with plain [reticulate::import()], are taken as they are,
#' and so are fits of parsnip and workflows around them. `vignette("kerasguard")` is the place to begin.
#'
#' @section Options:
#' Set with [options()], `kerasguard.repairs`, `kerasguard.missing` and others are the defaults of the arguments of the
#' same name: [kerasguard_options].
#'
#' @section Conditions:
#' Errors, warnings and messages have classes for [tryCatch()] and [withCallingHandlers()], from the narrow to the wide:
#' `kerasguard_error_<code>`, such as `kerasguard_error_shape_features`; `kerasguard_error_<family>`;
#' `kerasguard_error`. Families are `structure`, `shape`, `dtype`, `missing`, `column`, `label`, `load`, `environment`,
#' `model` and `plot`. Warnings and messages likewise, as `kerasguard_warning` and `kerasguard_message`. What is known
#' of the data is in the field `report` of the condition.
#'
#' @section Python:
#' `library(kerasguard)` starts no Python; the first call does, in whichever Python reticulate was told to use, with
#' `RETICULATE_PYTHON`, [reticulate::use_virtualenv()] and the like. It must hold Keras 3, which
#' `install_kerasguard("r-reticulate", tensorflow = TRUE)` brings where there is none.
#'
#' @seealso [check_environment()] where something does not start.
#' @keywords internal
#' @importFrom rlang %||%
#' @examplesIf kerasguard:::can_run_examples()
#' keras <- reticulate::import("keras")
#' model <- keras$Sequential(list(keras$Input(shape = list(4L)), keras$layers$Dense(1L)))
#' safe_predict(model, iris[1:3, 1:4])
#' tryCatch(safe_predict(model, iris[1:3, ]), kerasguard_error = function(e) class(e)[1])
"_PACKAGE"
