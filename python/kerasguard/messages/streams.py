"""Words about data that comes in batches, and lines of code that go through it."""

from __future__ import annotations

import re

from ..report import Batch, Call
from .entry import Both, Entry, Fix

STREAMS: dict[str, Entry] = {
    "stream_shuffled": Entry(
        "structure",
        "The answers for `{arg}` are not in the order of its rows: it is shuffled.",
        ("Their order comes from {shuffling}: they can't be aligned with rows or labels afterwards.",),
        (
            Fix("in the order of the data", code="{function}({model}, UNSHUFFLED)"),
            Fix("or with the labels of the same pass", when="labels", code="{pairs_of_pass}"),
        ),
    ),
    "stream_endless": Entry(
        "structure",
        "`{arg}` never ends: say after how many batches to stop.",
        (),
        (Fix(args=Both("{steps_option}=BATCHES", "{steps_option} = BATCHES")),),
    ),
    "stream_epochs": Entry(
        "structure",
        "`{arg}` is used up by one pass: say how many batches make an epoch.",
        ("A generator can't start again: for {passes} epochs it must have batches enough.",),
        (Fix("if it has enough, or never ends", args=Both("{steps_option}=BATCHES", "{steps_option} = BATCHES")),),
    ),
    "stream_y": Entry(
        "structure",
        "`{y}` can't be given beside `{arg}`: batches bring their own targets.",
        ("Which target belongs to which row of a batch, only the batch can tell.",),
        (
            Fix("with (x, y) in each batch", when="has_targets", code="{stream_call}"),
            Fix("if it is not shuffled", when="zips", code=Both(
                "{arg} = tf.data.Dataset.zip((\n    {arg}.unbatch(), tf.data.Dataset.from_tensor_slices({y}))).batch(SIZE)\n{stream_call}",
                "{arg} <- tfdatasets::dataset_batch(tfdatasets::zip_datasets(\n  {arg}$unbatch(), tfdatasets::tensor_slices_dataset({y})), SIZE)\n{stream_call}")),
            Fix("with (x, y) in each batch", when="brings_none", code="{function}({model}, BATCHES_OF_X_AND_Y)"),
        ),
    ),
    "stream_sample_weight": Entry(
        "structure",
        "`sample_weight` can't be given beside `{arg}`: batches bring their own.",
        (Both("A batch of (x, y, weights) has the weights of its samples.", "A batch of list(x, y, weights) has the weights of its samples."),),
        (
            Fix("it has weights", when="has_weights", code="{stream_call}"),
            Fix(unless="has_weights", code="{function}({model}, BATCHES_WITH_WEIGHTS)"),
        ),
    ),
    "stream_split": Entry(
        "structure",
        "`validation_split` needs arrays or tables: `{arg}` comes in batches.",
        ("Keras can't cut batches in two parts.",),
        (
            Fix("the first BATCHES validate", when="is_dataset", code=Both(
                "{function}({model}, {arg}.skip(BATCHES), validation_data={arg}.take(BATCHES))",
                "{function}({model}, {arg}$skip(BATCHES), validation_data = {arg}$take(BATCHES))")),
            Fix("with other batches to validate", unless="is_dataset", code=Both(
                "{function}({model}, {arg}, validation_data=VALIDATION)", "{function}({model}, {arg}, validation_data = VALIDATION)")),
        ),
    ),
    "stream_no_targets": Entry(
        "label",
        Both("Batches of `{arg}` must be (x, y), not x only: the loss needs targets.",
             "Batches of `{arg}` must be list(x, y), not x only: the loss needs targets."),
        (),
        (
            Fix("if the inputs themselves are the targets", when="autoencodes", code=Both(
                "{function}({model}, {arg}.map(lambda x: (x, x)))",
                "{function}({model}, {arg}$map(function(x) reticulate::tuple(x, x)))")),
            Fix("with targets", code="{function}({model}, BATCHES_OF_X_AND_Y)"),
        ),
    ),
    "stream_labels": Entry(
        "label",
        "`{arg}` must have the same classes in every batch, not text labels.",
        ("One batch may lack a class; the codes of all others would change.",),
        (
            Fix("with all classes in their order", when="is_dataset", code=Both(
                "{arg} = keras.layers.StringLookup(vocabulary=LEVELS, num_oov_indices=0)({arg})",
                "{arg} <- layer_string_lookup(vocabulary = LEVELS, num_oov_indices = 0)({arg})")),
            Fix("with all classes in their order", unless="is_dataset", code=Both(
                "{arg} = pd.Categorical({arg}, categories=LEVELS).codes", "{arg} <- match({arg}, LEVELS) - 1")),
        ),
    ),
    "stream_class_weight": Entry(
        "label",
        "`class_weight` can't be used with `{arg}`: its batches have weights.",
        ("Keras takes one of them.",),
        (Fix("weighed by the batches alone", code="{function}({model}, {stream_or_x})"),),
    ),
    "class_weight_stream": Entry(
        "label",
        "`class_weight` can't be used with `{stream}`: give each batch weights.",
        (Both("Of a generator Keras takes (x, y, weights); class_weight is for arrays, tf.data and PyDataset.",
              "Of a generator Keras takes list(x, y, weights); class_weight is for arrays and tf.data."),),
        (Fix("with the weight of its class for each sample", code="{function}({model}, BATCHES_WITH_WEIGHTS)"),),
    ),
    "stream_batch_size": Entry(
        "structure",
        "`batch_size` {batch_size} was not used: `{arg}` comes in batches of its own.",
    ),
    "stream_unbatched": Entry(
        "shape",
        "`{arg}` gives single samples; they were put in batches of {size}.",
        (Both("The same as {arg}.batch({size}).", "The same as {arg}$batch({size}L)."),),
    ),
    "stream_short": Entry(
        "structure",
        "`{arg}` has {count:batches}, not the {steps} of `steps`: all were predicted.",
        (),
        (Fix(args=Both("steps={count}", "steps = {count}")),),
    ),
    "stream_empty": Entry(
        "structure",
        "`{arg}` must give batches; it gave none.",
        ("{why_empty}",),
        (Fix("create it again", code="{function}({model}, NEW_DATA)"),),
    ),
    "stream_item": Entry(
        "structure",
        Both("`{arg}` must give x, (x, y) or (x, y, weights), not {count:arrays}.",
             "`{arg}` must give list(x), list(x, y) or list(x, y, w), not {count:arrays}."),
        (),
        (Fix("if the first is the data", code="{first_only}"),),
    ),
    "stream_inputs": Entry(
        "structure",
        "`{arg}` must give its {count:inputs} together, as one list.",
        ("Keras takes the first for all of the data, what follows for targets and weights.",),
        (Fix("if they are the inputs {inputs:names}", code="{all_inputs}"),),
    ),
    "stream_ragged": Entry(
        "shape",
        "`{arg}` must hold samples of one length: its batches are ragged.",
        ("The model expects {spec}.",),
        (Fix("pad at the end with 0, if training did", when="is_free", data=Both("{arg}.to_tensor()", "{arg}$to_tensor()")),
         Fix("pad or cut at the end to {expected}, if training did", when="is_fixed",
             data=Both("{arg}.to_tensor(shape=(None, {spec:sizes}))", "{arg}$to_tensor(shape = list(NULL, {whole_sizes}))")),
         Fix("padded as in training", when="several", code="{function}({model}, FILLED)")),
    ),
    "stream_stateful": Entry(
        "shape",
        "Every batch of `{arg}` must have {size:samples}, not {rows}.",
        ("The model is stateful and keeps a state for {size:samples}, the same ones in every batch.",),
        (Fix("batched as in training", code="{function}({model}, BATCHES_OF_{size})"),),
    ),
    "stream_unread": Entry(
        "structure",
        "No batch of `{arg}` was looked at: they are checked when it is predicted.",
        ("{why_unread}",),
    ),
}  # fmt: skip

ONE_BATCH = Both("In batch {number} of `{x}`, counted from 0{rows}.", "In batch {number} of `{x}`{rows}.")
EVERY_BATCH = "In every batch of `{x}`."
ROWS = "; rows are counted within it"
ALONE = "batch"  # what code calls the batch that it goes through
AS_BEFORE = "The model is as it was before the call."


def alone(call: Call) -> str:
    """What code calls the inputs of one batch."""
    return "x" if call.trains else ALONE


def where(batch: Batch, call: Call, has_rows: bool) -> str:
    """Which batch a finding is about."""
    name = batch.name or call.x
    if batch.index is None:
        return EVERY_BATCH.format(x=name)
    number = batch.index + (call.language == "r")
    return ONE_BATCH.of(call.language).format(x=name, number=number, rows=ROWS if has_rows else "")


def loop(batch: Batch, x: str, language: str) -> str:
    """An expression that code can go through to get at the batches. A used-up generator has to be made anew."""
    if batch.source == "dataset" and not batch.is_ragged:
        return f"{x}$as_numpy_iterator()" if language == "r" else f"{x}.as_numpy_iterator()"
    if batch.source == "sequence":
        last = (batch.length or 1) - 1
        if language == "r":
            return f"reticulate::import_builtins()$map({x}$`__getitem__`, as.list(0:{last}))"
        return f"map({x}.__getitem__, range({last + 1}))"
    return "NEW_GENERATOR" if batch.source == "iterator" else x


def for_every_batch(code: str, call: Call) -> str:
    """Lines about one `batch` as lines that do it to all."""
    batch = call.batch
    if batch is None or not re.search(rf"\b{ALONE}\b", code):
        return code
    stream, lines = loop(batch, call.x, call.language), code.split("\n")
    if call.language == "r":
        name = f"item, {ALONE} = item[[1]]" if batch.is_pair else ALONE
        whole = lines[0] if len(lines) == 1 else "\n".join(["{", *(f"  {line}" for line in lines), "}"])
        return f"answers <- reticulate::iterate({stream}, function({name}) {whole})"
    name = f"{ALONE}, *_" if batch.is_pair else ALONE
    if len(lines) == 1:
        return f"answers = [{code} for {name} in {stream}]"
    lines = [f"{ALONE} = list({ALONE})", *lines] if batch.is_tuple else lines
    body = [f"    {line}" for line in (*lines[:-1], f"answers.append({lines[-1]})")]
    return "\n".join(["answers = []", f"for {name} in {stream}:", *body])


def in_own_code(lead: str, code: str, call: Call, stream: str) -> tuple[str, str]:
    """Lines that hand over one batch as lines for the code that makes the batches: those train only together."""
    sign = "<-" if call.language == "r" else "="
    *lines, last = code.split("\n")
    handed = re.fullmatch(rf"{call.function}\({re.escape(call.model)}, (.+)\)", last)
    # other batches, or an option for all of them
    is_whole = handed is not None and re.match(rf"([A-Z_0-9]+|{re.escape(stream)}(?=,))(,|$)", handed[1])
    if handed is not None and not is_whole:
        lines += [] if handed[1] == alone(call) else [f"{alone(call)} {sign} {handed[1]}"]
    else:
        lines.append(last)
    if not lines or not re.match(rf"\w+(\[.*\])? {sign} ", lines[0]):
        return lead, code
    return ", ".join(filter(None, ("in every batch", lead))), "\n".join(lines)
