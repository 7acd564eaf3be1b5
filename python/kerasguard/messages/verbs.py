"""R code in the verbs of keras3, and the same in plain reticulate: a line must run in the session that it is shown in."""

from __future__ import annotations

import re

WORDS = {
    "1d": "1D", "2d": "2D", "3d": "3D", "lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "relu": "ReLU", "prelu": "PReLU",
    "elu": "ELU", "sgd": "SGD", "rmsprop": "RMSprop", "adamw": "AdamW", "csv": "CSV", "nan": "NaN", "stft": "STFT",
    "upsampling": "UpSampling", "ema": "EMA", "lr": "LR", "tensorboard": "TensorBoard",
}  # fmt: skip
# keras3's own names
ODD = {"layer_activation_parametric_relu": "PReLU", "optimizer_adam_w": "AdamW", "layer_activation": "Activation"}
ACTIVATIONS = ("ReLU", "LeakyReLU", "ELU", "Softmax")
UTILS = ("to_categorical", "pad_sequences", "clear_session")
SPACES = {"layer": "layers", "optimizer": "optimizers", "callback": "callbacks", "loss": "losses"}
VERB = re.compile(
    r"(?<![\w.:$])(keras3::)?((?:layer|optimizer|callback|loss)_\w+|op_\w+|keras_input|keras_model(?:_sequential)?"
    r"|to_categorical|pad_sequences|clear_session|clone_model)\("
)
WHOLE = re.compile(r"(?<![\w.])(?<!\de-)\d+(?![\w.])")
IMPORTED = 'reticulate::import("keras")'
# the other way: what is written in Python's words, for those who have keras3's
FUNCTION = re.compile(r'reticulate::import\("keras"\)\$(ops|utils|models|callbacks|optimizers|losses)\$([a-zA-Z_$]+)\(')
KINDS = {space: kind for kind, space in SPACES.items() if kind != "layer"}
METHOD = re.compile(r"(?<![\w.$:`])([\w.]+|`[^`]+`)\$(compile|fit|evaluate|predict)\((?=[^)])")


def class_of(verb: str) -> str:
    """The class that a verb makes: `layer_conv_2d` -> Conv2D."""
    if verb in ODD:
        return ODD[verb]
    parts = verb.split("_")[1:]
    if len(parts) > 1 and verb.startswith("layer_activation_"):
        parts = parts[1:]
    return "".join(WORDS.get(part, part.capitalize()) for part in parts)


def verb_of(cls: str, space: str = "layer") -> str:
    """keras3's name for a class: Conv2D -> `layer_conv_2d`."""
    odd = next((verb for verb, name in ODD.items() if name == cls), "")
    if odd:
        return odd
    if cls in ACTIVATIONS:
        space = f"{space}_activation"
    for part, word in WORDS.items():
        cls = cls.replace(word, part.capitalize())
    split = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", cls).lower()
    return f"{space}_{split}"


def in_style(code: str, style: str) -> str:
    """A line as this session can run it.

    `style`: "" where keras3 is attached, "keras3::" where it is loaded only, "keras::" where its
    predecessor is attached, else what Python's keras is called there.
    """
    if style == "keras::":
        return in_verbs(code, "").replace("keras_input(", "layer_input(")
    if style in ("", "keras3::"):
        return VERB.sub(lambda match: f"{style}{match.group(2)}(", in_verbs(code, style))
    if style != IMPORTED:
        code = code.replace(IMPORTED, style)
    while (match := VERB.search(code)) is not None:
        end = _closing(code, match.end())
        inside = code[match.end() : end]
        code = code[: match.start()] + _plain(match.group(2), inside, style) + code[end + 1 :]
    return code


def in_verbs(code: str, package: str) -> str:
    """What is written in Python's words in the verbs that keras3 has for it."""

    def function(match: re.Match) -> str:
        space, name = match.groups()
        if space in KINDS:
            return f"{verb_of(name, KINDS[space])}("
        return f"{'op_' if space == 'ops' else ''}{name.replace('$', '_')}("

    def method(match: re.Match) -> str:
        model, verb = match.groups()
        return f"{package if verb != 'predict' else ''}{verb}({model}, "

    return METHOD.sub(method, FUNCTION.sub(function, code))


def _plain(verb: str, inside: str, keras: str) -> str:
    """One call. Whole numbers get their L and sizes are lists: reticulate makes 10.0 and a lone number of others."""
    arguments = [_value(argument) for argument in _split(inside)]
    if verb.startswith("op_"):
        return f"{keras}$ops${verb.removeprefix('op_')}({', '.join(arguments)})"
    if verb == "clone_model":
        return f"{keras}$models$clone_model({', '.join(arguments)})"
    if verb in UTILS:
        return f"{keras}$utils${verb}({', '.join(arguments)})"
    if verb == "keras_model_sequential" and inside.startswith("layers ="):
        return f"{keras}$Sequential({', '.join(arguments)})"
    if verb in ("keras_model_sequential", "keras_input"):
        shape = ", ".join(arguments).replace("input_shape = ", "shape = ").replace("input_batch_shape", "batch_shape")
        return f"{keras}$Input({shape})"
    if verb == "keras_model":
        return f"{keras}$Model({', '.join(arguments)})"
    space, cls = SPACES[verb.split("_")[0]], class_of(verb)
    called = ""
    if space == "layers" and arguments and not re.match(r"[\w.]+ = ", arguments[0]):  # keras3's `object`
        called = f"({arguments.pop(0)})"
    return f"{keras}${space}${cls}({', '.join(arguments)}){called}"


def _value(argument: str) -> str:
    """An argument outside of the verbs in it, which take their turn."""
    match = VERB.search(argument)
    if match is None:
        return "".join(part if part[:1] == '"' else _numbers(part) for part in re.split(r'("[^"]*")', argument))
    return _numbers(argument[: match.start()]) + argument[match.start() :]


def _numbers(text: str) -> str:
    return re.sub(r"\bNA\b", "NULL", WHOLE.sub(r"\g<0>L", re.sub(r"\bc\(", "list(", text)))


def _split(inside: str) -> list[str]:
    """The arguments of a call."""
    parts, start, depth, quoted = [], 0, 0, False
    for place, sign in enumerate(inside):
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0 and not quoted:
            parts.append(inside[start:place].strip())
            start = place + 1
    return [part for part in [*parts, inside[start:].strip()] if part]


def _closing(code: str, start: int) -> int:
    depth, quoted = 1, False
    for place in range(start, len(code)):
        quoted ^= code[place] == '"'
        depth += 0 if quoted else (code[place] in "([{") - (code[place] in ")]}")
        if depth == 0:
            return place
    return len(code)
