"""Words about values: missing, no numbers, too large."""

from __future__ import annotations

from .entry import Both, Entry, Fix

ENCODE = Fix("as in training; codes and one-hot columns differ", unless="can_drop",
             code="{set_codes}\n{call}")  # fmt: skip
DROP = Fix(
    "without {dropped:names}, if training had none",
    when="can_drop",
    data="{without_dropped}",
    shell="{other_columns}",
)

COLUMN_FIXES = (
    Fix("if {near:name} is meant", when="near",
        code=Both("{renamed}\n{call}", "colnames({arg})[colnames({arg}) == {near:quoted}] <- {first:quoted}\n{call}")),
    Fix("add it", unless="near",
        code=Both("{first_place_set}\n{call}", "{arg} <- cbind({arg}, {first_name} = COLUMN)\n{call}")),
)  # fmt: skip

LEARN = Fix(
    "if the last training had others",
    code="learn_blueprint({model}, TRAINING_X)",
)

VALUES: dict[str, Entry] = {
    "missing_values": Entry(
        "missing",
        Both("`{arg}` must have no missing values; {count} {is} missing.", "`{arg}` must have no missing values (NA); {count} {is} missing."),
        (
            "At {cells}.",
            "{why_missing}",
        ),
        (
            Fix("predict the complete rows only", when="table_alone",
                data="{complete_rows}"),
            Fix("with the complete rows only", when="rows_with_y", code="{rows_with_y}"),
            Fix("train on the complete rows only", when="rows_of_batch",
                code="{rows_of_batch}"),
            Fix("{fill_them}", when="to_fill", data="FILLED"),
            Fix("or get NA for their samples", when="predicts", args=Both('missing="na_rows"', 'missing = "na_rows"')),
        ),
    ),
    "missing_rows": Entry("missing", "{count} of {rows} samples have missing values and get NA as their prediction."),
    "missing_rows_mix": Entry(
        "missing",
        "`missing` can't be \"na_rows\" here: samples depend on one another.",
        ("{why_mixed}",),
        (Fix("predict complete data only", args=Both('missing="refuse"', 'missing = "refuse"')),),
    ),
    "missing_masked": Entry(
        "missing",
        "`{arg}` must have no masked values; {count} {is} masked.",
        ("At {cells}. Keras would use the number under the mask.",),
        (
            Fix("predict the rows without any", when="table_alone", data=Both("np.ma.compress_rows({arg})", "FILLED")),
            Fix("with the rows without any", when="rows_with_y", code="{rows_with_y}"),
            Fix("{fill_them}", when="to_fill", data="FILLED"),
        ),
    ),
    "infinite_values": Entry(
        "missing",
        "`{arg}` must have finite values; {count} {is} infinite (Inf).",
        ("At {cells}. A division by zero, or log(0)?",),
        (
            Fix("predict the finite rows only", when="table_alone",
                data="{finite_rows}"),
            Fix("with the finite rows only", when="rows_with_y", code="{finite_with_y}"),
            Fix("{fill_them}", when="to_fill", data="FILLED"),
        ),
    ),
    "dtype_text": Entry(
        "dtype",
        Both("`{arg}` must be numbers, not text.", "`{arg}` must be numbers, not character (text)."),
        (Both("It is {given}{with_names}. One text value makes a whole array text.",
              "It is {given}{with_names}. One text column makes a whole matrix character."),),
        (Fix("if all of it is numbers", data="{as_numbers}"),
         Fix("if not, encode the text as in training", data="ENCODED"),),
    ),
    "dtype_category": Entry(
        "dtype",
        Both("`{arg}` must be numbers, not categories.", "`{arg}` must be numbers, not a factor."),
        ("Levels have no numbers that the model could know.",),
        (Fix("with the codes of training", data="CODES_OF_TRAINING"),),
    ),
    "dtype_date": Entry(
        "dtype",
        "`{arg}` must be numbers, not dates or times.",
        ("Days, seconds, months or weekdays: only training knows which.",),
        (Fix("with the features of training", data="FEATURES"),),
    ),
    "dtype_duration": Entry(
        "dtype",
        "`{arg}` must be numbers, not time differences: in which unit?",
        (),
        (Fix("if training had hours", data=Both("{arg} / np.timedelta64(1, 'h')", "{all_hours}")),),
    ),
    "dtype_labelled": Entry(
        "dtype",
        "`{arg}` must be plain values, not codes with value labels.",
        ("Only training knows whether they were numbers or the levels of a factor.",),
        (Fix("if training had the codes", data=Both("CODES", "haven::zap_labels({arg})")),
         Fix("if it had levels, encoded", data=Both("ENCODED", "ENCODE(haven::as_factor({arg}))")),),
    ),
    "dtype_encoding": Entry(
        "dtype",
        "`{arg}` must be text in a known encoding; some is neither UTF-8 nor declared.",
        ("Its bytes would reach the model as other text.",),
        (Fix("if it is Latin-1, as older Windows files are",
             data=Both("[text.decode('latin1') for text in {arg}]", 'iconv({arg}, "latin1", "UTF-8")')),),
    ),
    "dtype_complex": Entry(
        "dtype",
        "`{arg}` must be real numbers, not complex ones.",
        ("A cast would drop the imaginary part.",),
        (Fix("if the size is meant", data=Both("np.abs({arg})", "Mod({arg})")),),
    ),
    "dtype_list": Entry(
        "dtype",
        Both("`{arg}` must be an array of numbers, not of lists.", "`{arg}` must be an array of numbers, not an array of a list."),
        (Both("Its elements are lists or arrays of their own.", "array() does not unlist: every cell holds a whole element of the list."),),
        (Fix("bind the elements first", data=Both("np.stack(LIST)", "do.call(rbind, LIST)")),),
    ),
    "dtype_mixed": Entry(
        "dtype",
        "`{arg}` must be numbers only; it mixes numbers with other things.",
        ("It is {given}.",),
        (Fix("turn it into numbers", data=Both("np.asarray(NUMBERS, dtype=float)", "as.numeric(NUMBERS)")),),
    ),
    "dtype_other": Entry(
        "dtype",
        "`{arg}` must be numbers; it is {given}.",
        (),
        (Fix("turn it into numbers", data=Both("np.asarray(NUMBERS, dtype=float)", "as.numeric(NUMBERS)")),),
    ),
    "dtype_not_text": Entry(
        "dtype",
        "`{arg}` must be text: the model's input takes strings.",
        ("It is {given}.",),
        (Fix("if the numbers are words of the vocabulary", data=Both("np.asarray({arg}).astype(str)", "as.character({arg})")),),
    ),
    "dtype_too_large": Entry(
        "dtype",
        "`{arg}` must have values that {dtype} holds: {values_text} {is} too large.",
        ("The largest {dtype} is {limit_text}; beyond it the model would get infinity. At {cells}.",),
        (Fix("scale it as in training", code=Both("{scaled_column}\n{call}", "{cell_column} <- {cell_column} / SCALE\n{call}")),),
    ),
    "dtype_outside": Entry(
        "dtype",
        "`{arg}` must have whole numbers that {dtype} holds: {values_text} {is} outside.",
        ("At {cells}.",),
        (Fix("with ids of training", data="IDS"),),
    ),
    "dtype_fractions": Entry(
        "dtype",
        "`{arg}` must have whole numbers: the model's input is {dtype}.",
        ("Found {values_text} at {cells}. A cast would cut the fraction off.",),
        (Fix("if rounding is right", data=Both("np.round({arg})", "round({arg})")),),
    ),
    "dtype_subnormal": Entry(
        "dtype",
        "`{arg}` has values below every usual number, as {example}: lost integers?",
        (Both("64-bit integers whose bits are read as doubles look so; float32 makes them 0. At {cells}.",
              "integer64 (bit64) that lost its class looks so: as.matrix() and cbind() drop it. float32 makes them 0."),),
        (Fix("convert before they are bound together",
             data=Both("np.ascontiguousarray({arg}).view('int64').astype(float)", "as.matrix(as.numeric(INTEGER64))")),),
    ),
    "dtype_merged": Entry(
        "dtype",
        "`{arg}` has numbers that float32 can't tell apart: {pair}.",
        ("At {cells}. float32 is exact to 16777216 (2^24). {time_hint}",),
        (Fix("subtract a start value, as in training", code=Both("{shifted_column}\n{call}", "{cell_column} <- {cell_column} - START\n{call}")),),
    ),
    "dtype_cast": Entry("dtype", "`{arg}` is cast to {dtype} from {came_types}."),
    "column_prepare": Entry(
        "column",
        "Can't prepare `{arg}` as `{model}` was trained.",
        ("{sentence}",),
        (Fix("the columns that it takes", when="is_workflow", code="names(hardhat::extract_mold({model})$blueprint$ptypes$predictors)"),
         Fix("the columns that it was fitted with", unless="is_workflow", code="all.vars({model}$preproc$terms)")),
    ),
    "column_by_position": Entry("column", "The columns of `{arg}` are taken by position: {columns:names}."),
    "column_text": Entry(
        "dtype",
        "`{arg}` must have numeric columns; {columns:names} {is} text.",
        (),
        (ENCODE, DROP),
    ),
    "column_category": Entry(
        "dtype",
        Both("`{arg}` must have numeric columns; {columns:names} {is} categorical.", "`{arg}` must have numeric columns; {columns:names} {is} a factor."),
        (Both("Its codes follow the categories at hand, which need not be those of training.",
              "Its codes follow the levels at hand, which need not be those of training."),),
        (ENCODE, DROP),
    ),
    "column_date": Entry(
        "dtype",
        "`{arg}` must have numeric columns; {columns:names} {is} a date or time ({dtypes}).",
        ("Days, seconds, months or weekdays: only training knows which number it was.",),
        (Fix("with the feature of training", unless="can_drop",
             code="{set_feature}\n{call}"), DROP),
    ),
    "column_duration": Entry(
        "dtype",
        "`{arg}` must have numeric columns; {columns:names} {is} a time difference.",
        ("In which unit was it in training?",),
        (Fix("if in hours",
             code=Both("{hours_column}\n{call}", "{column_place} <- {hours}\n{call}")),),
    ),
    "column_labelled": Entry(
        "dtype",
        "`{arg}` must have numeric columns; {columns:names} {has} value labels.",
        ("Only training knows whether the codes were numbers or the levels of a factor.",),
        (Fix("if training had the codes",
             code=Both("{column_place} = CODES\n{call}", "{column_place} <- haven::zap_labels({column_place})\n{call}")),
         Fix("if it had levels, encoded",
             code=Both("{column_place} = ENCODED\n{call}",
                       "{column_place} <- ENCODE(haven::as_factor({column_place}))\n{call}")),),
    ),
    "column_encoding": Entry(
        "dtype",
        "`{arg}` must have text in a known encoding; {columns:names} {has} other bytes.",
        ("They are neither UTF-8 nor declared, and would reach the model as other text.",),
        (Fix("if it is Latin-1, as older Windows files are",
             code=Both("{column_place} = {column_place}.str.decode('latin1')\n{call}",
                       '{column_place} <- iconv({column_place}, "latin1", "UTF-8")\n{call}')),),
    ),
    "column_complex": Entry(
        "dtype",
        "`{arg}` must have real columns; {columns:names} {is} complex.",
        ("A cast would drop the imaginary part.",),
        (ENCODE, DROP),
    ),
    "column_list": Entry(
        "dtype",
        "`{arg}` must have one number per cell; {columns:names} {holds} several values or a list.",
        (),
        (ENCODE, DROP),
    ),
    "column_mixed": Entry(
        "dtype",
        "`{arg}` must have numeric columns; {columns:names} mixes numbers and other things.",
        (),
        (ENCODE, DROP),
    ),
    "column_other": Entry(
        "dtype",
        "`{arg}` must have numeric columns; {columns:names} {is} {dtypes}.",
        (),
        (ENCODE, DROP),
    ),
    "column_not_text": Entry(
        "dtype",
        "`{arg}` must have text in {columns:names}: the model's input takes strings.",
        (),
        (Fix(code=Both('{text_column}\n{call}',
                       '{column_place} <- as.character({column_place})\n{call}')),),
    ),
    "column_missing": Entry(
        "column",
        "`{arg}` must have a column for input {missing:names}.",
        ("It has {received:names}.",),
        COLUMN_FIXES,
    ),
    "column_absent": Entry(
        "column",
        "`{arg}` must have the columns of training; {missing:names} {is_absent}.",
        ("It has {received:names}.",),
        COLUMN_FIXES,
    ),
    "blueprint_nothing": Entry(
        "column",
        "There is nothing to remember of `{arg}`.",
        ("It comes in batches, or holds text or ids without names. What was known before stays.",),
        (Fix("with a table of the training data", code="learn_blueprint({model}, NAMED_DATA)"),),
    ),
    "blueprint_stale": Entry(
        "column",
        "`{model}` has other weights than its blueprint was learned with.",
        ("It was trained or loaded since. Columns are not moved or left out any more; in their order they are right.",),
        (Fix("with the data of the last training",
             code="learn_blueprint({model}, TRAINING_X)"),),
    ),
    "column_stale": Entry(
        "column",
        "`{arg}` must have its columns as the blueprint has them, not others.",
        ("The blueprint has {columns:names}; `{arg}` has {received:names}.",
         "`{model}` was trained or loaded after it was learned: which order it has now can't be seen.",),
        (Fix("if the last training had the columns of the blueprint", data="{learned_order}",
             unless="absent"),
         LEARN,),
    ),
    "column_order": Entry(
        "column",
        "Columns of `{arg}` were put in the order of training: {columns:names}.",
        ("{left_out}",),
    ),
    "column_other_order": Entry(
        "column",
        "`{arg}` must have its values in the order of training, not another.",
        ("Training had {columns:names}.",),
        (Fix("put them in that order", data="{in_order}"),),
    ),
    "column_orders": Entry(
        "column",
        "`{arg}` must hold items whose values stand in one order; their names differ.",
        ("The first has {columns:names}.",),
        (Fix("if that is the order of training", data="{in_order}"),),
    ),
    "column_extra": Entry(
        "column",
        "{extra:names} of `{arg}` {was_extra} left out: training had no such column.",
    ),
    "column_twice": Entry(
        "column",
        "`{arg}` must have each input's column once; {columns:names} stands twice.",
        (),
        (Fix("keep the first", data=Both("{once}", "{unique_columns}")),),
    ),
}  # fmt: skip
