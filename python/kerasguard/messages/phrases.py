"""Facts in words: numbers with their nouns, shapes, places and names, in either language."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from string import Formatter
from typing import Any

from ..report import Axes, Call, Cells, Given, Span
from ..steps import Reshape, Transpose

MOST = 5  # names and places that a message shows
NOUNS_OF_PARTS = {"pyarrow.Table": "table", "numpy.ndarray": "array"}
NOUNS_OF_R = {"dict": "named list", "tuple": "list", "pandas.DataFrame": "data frame"}
SINGULAR = {"axes": "axis"}
VOWEL = re.compile(
    r"[aeio]|8|1[18]\b|n\b|Un(?!i[cqtvf])", re.IGNORECASE
)  # an 8 x 8 matrix, an 18 x 3 one; but "a uint8"


class Phrases(Formatter):
    """Fills a template with facts. The format spec after a fact says how to put it: `{want:features}`."""

    def __init__(self, call: Call, arg: str) -> None:
        self.call, self.arg = call, arg
        self.is_r = call.language == "r"
        self.first = int(self.is_r or call.shell is not None)  # rows and columns are counted from it

    def fill(self, template: str, facts: Mapping[str, Any]) -> str:
        """The sentence."""
        # R's names that need backticks bring their own
        return self.vformat(template, (), facts).rstrip().replace("``", "`")

    def names_of_call(self) -> dict[str, str]:
        """How the user named things: every template can use them."""
        call = self.call
        names = {"arg": self.arg, "x": call.x, "y": call.y, "model": call.model, "model_name": call.model_name}
        return {**names, "function": self.function, "call": self.calling(call.x, call.y)}

    @property
    def function(self) -> str:
        """What a fix ends with: the user's own call, a dry run standing for a prediction."""
        name = self.call.function
        return "safe_predict" if name in ("check_input", "learn_blueprint", "explain_error", "check_model") else name

    def calling(self, x: str, y: str, args: str = "", has_targets: bool | None = None) -> str:
        """The user's call with these data."""
        function, targets = self.function, ""
        if self.call.paths is not None:
            x = ", ".join(quoted(path) for path in self.call.paths)
        if self.call.has_targets if has_targets is None else has_targets:
            function, targets = self.call.function, f", {y}"
        more = ""
        if self.call.has_validation and "validation_data" not in args:
            more = f", validation_data{' = ' if self.is_r else '='}validation_data"
        return f"{function}({self.call.model}, {x}{targets}{args}{more})"

    def calling_of(self, model: str, function: str) -> str:
        """The user's call of a function, with another model."""
        more = f", {self.call.y}" if self.call.has_targets else ""
        return f"{function}({model}, {self.call.x}{more})"

    def format_field(self, value: Any, format_spec: str) -> str:
        """One fact in words."""
        if value is None or isinstance(value, bool):
            return {None: "NULL", True: "TRUE", False: "FALSE"}[value] if self.is_r else str(value)
        if isinstance(value, float) and not math.isfinite(value):
            return {"inf": "Inf", "-inf": "-Inf", "nan": "NaN"}[str(value)] if self.is_r else str(value)
        if isinstance(value, Axes):
            return sizes(value) if format_spec == "sizes" else axes(value)
        if isinstance(value, Given):
            return self.given(value)
        if isinstance(value, Cells):
            return self.cells(value)
        if isinstance(value, Span):
            return self.span(value, format_spec)
        if isinstance(value, tuple):
            return self.series(value, format_spec)
        if format_spec == "quoted":
            return quoted(str(value))
        if format_spec == "name":
            return self.name(value)
        if isinstance(value, bool) or not isinstance(value, int) or not format_spec:
            return number(value) if isinstance(value, float) else str(value)
        return count(value, format_spec)

    def given(self, value: Given) -> str:
        """The user's object: `10 x 6 double matrix` or `(10, 6) float64 numpy.ndarray`."""
        if self.call.function == "score_frame":  # what is looked at are some of its rows
            value = replace(value, sizes=(None, *value.sizes[1:]))  # type: ignore[arg-type]
        return self._given_r(value) if self.is_r else self._given_py(value)

    def _given_py(self, value: Given) -> str:
        if self.call.shell is not None and value.cls.endswith((".DataFrame", ".Table")):
            return f"a table of {count(value.sizes[0], 'rows')} and {count(value.sizes[1], 'columns')}"
        if not value.type and not value.names and len(value.sizes) <= 1:
            return f"{value.cls} of {value.sizes[0]}" if value.sizes else article(value.cls)
        if value.cls in ("dict", "list", "tuple") and not value.type:
            return f"{value.cls} with keys {self.series(value.names or (), 'names')}"
        return " ".join(word for word in (str(value.sizes), value.type, value.cls) if word)

    def _given_r(self, value: Given) -> str:
        noun, kind, length = NOUNS_OF_R.get(value.cls, value.cls), value.type, value.sizes
        if self.call.function in ("score_dataset", "score_frame"):  # whose parts no user has seen
            noun = NOUNS_OF_PARTS.get(value.cls, noun)
        if noun == "data frame":
            return f"a data frame of {count(length[0], 'rows')} and {count(length[1], 'columns')}"
        if noun == "list" and not kind:
            return f"a list of {length[0]}" if length else "a list"
        if not length:
            return noun if noun == "NULL" else article(noun)
        if len(length) == 1:
            return f"{article(f'{kind} {noun}'.strip())} of length {length[0]}"
        return article(f"{self.dims(length)} {kind} {noun}".replace("  ", " "))

    def dims(self, value: tuple[int, ...]) -> str:
        """`10 x 6` or `(10, 6)`."""
        return " x ".join("n" if size is None else str(size) for size in value) if self.is_r else str(value)

    def cells(self, value: Cells) -> str:
        """Places, at most five: `row 2, column 3 (rooms)` or `[1, 2] ('rooms')`."""
        shown = "; ".join(self._cell(place, value.names) for place in value.first)
        rest = value.count - len(value.first)
        return f"{shown} and {rest} more" if rest > 0 else shown

    def _cell(self, place: tuple[int, ...], names: tuple[str, ...] | None) -> str:
        column = self.name(names[place[1]]) if names and len(place) == 2 and place[1] < len(names) else ""
        if not self.is_r:
            if column:
                return f"row {place[0] + self.first}, column {column}"
            return f"[{', '.join(map(str, place))}]"
        if len(place) == 1:
            return f"element {place[0] + 1}"
        if len(place) == 2:
            return f"row {place[0] + 1}, column {place[1] + 1}" + (f" ({column})" if column else "")
        return f"[{', '.join(str(i + 1) for i in place)}]"

    def span(self, value: Span, noun: str) -> str:
        """`columns 1-3` or `columns 0-2`."""
        first, last = value.first + self.first, value.last + self.first
        return f"{noun[:-1]} {first}" if first == last else f"{noun} {first}-{last}"

    def name(self, value: Any) -> str:
        """A name as the language quotes it."""
        if self.is_r:
            return f"`{value}`" if str(value) else '""'  # as the names of rows have none in R's csv
        return repr(str(value))

    def series(self, value: tuple[Any, ...], form: str) -> str:
        """A tuple of names (`names`), of names inside code (`code`), of places, or of numbers."""
        if form == "code":
            inside = ", ".join(quoted(str(item)) for item in value)
            return f"c({inside})" if self.is_r else f"[{inside}]"
        if form == "index":
            inside = ", ".join(str(item + self.is_r) for item in value)
            return f"c({inside})" if self.is_r else f"[{inside}]"
        if form == "shape":
            inside = ", ".join("any" if item is None else str(item) for item in value)
            return f"({inside})" if value else "one number"
        if form == "sizes":
            inside = ", ".join("NA" if item is None and self.is_r else str(item) for item in value)
            return f"c({inside})" if self.is_r else f"({inside}{',' if len(value) == 1 else ''})"
        if form == "dims":
            return " x ".join(map(str, value))
        put = self.name if form == "names" else (lambda item: number(item) if isinstance(item, float) else str(item))
        words = [put(item) for item in value[:MOST]]
        rest = f" and {len(value) - MOST} more" if len(value) > MOST else ""
        return ", ".join(words) + rest

    def step(self, value: Reshape | Transpose, samples: str, is_frame: bool = False) -> str:
        """The code that does a step to the data. `samples`: its number of samples, where the step keeps them."""
        if isinstance(value, Transpose):
            order = ", ".join(str(i + self.is_r) for i in value.axes)
            if self.is_r and len(value.axes) == 2:
                return f"t({self.arg})"
            return f"aperm({self.arg}, c({order}))" if self.is_r else f"np.transpose({self.arg}, ({order}))"
        shape = ", ".join(map(str, (samples or value.samples, *value.tail)))
        data = f"as.matrix({self.arg})" if is_frame else self.arg
        return f"array({data}, c({shape}))" if self.is_r else f"np.reshape({self.arg}, ({shape}))"


def quoted(text: str) -> str:
    """A string literal that R and Python read alike."""
    return json.dumps(text, ensure_ascii=False)


def element(arg: str, name: str, language: str) -> str:
    """The code that takes a named element out of a list or dict."""
    if language == "r" and re.fullmatch(r"[A-Za-z.][A-Za-z0-9._]*", name):
        return f"{arg}${name}"
    return f"{arg}[[{quoted(name)}]]" if language == "r" else f"{arg}[{quoted(name)}]"


def count(number: int, noun: str) -> str:
    """`1 feature`, `5 features`."""
    if number == 1:
        noun = SINGULAR.get(noun, noun[:-1] if noun.endswith("s") else noun)
    return f"{number} {noun}"


def number(value: float) -> str:
    """A number as both languages print it."""
    return str(int(value)) if value == int(value) and abs(value) < 2**63 else f"{value:.7g}"


def article(noun: str) -> str:
    """`an integer matrix`, `a list`; None and NULL stand alone."""
    if noun in ("None", "NULL"):
        return noun
    return f"{'an' if VOWEL.match(noun) else 'a'} {noun}"


def axes(value: Axes) -> str:
    """`(samples, 5 time steps, 3 features)`; a table of features is `(samples, 5)`."""
    sizes = value.sizes
    first = value.names[0] if sizes[0] is None else count(sizes[0], value.names[0])
    if len(sizes) == 2 and value.names[1] == "features":
        return f"({first}, {'any' if sizes[1] is None else sizes[1]})"
    words = {"height": "high", "width": "wide", "depth": "deep"}
    rest = []
    for name, size in zip(value.names[1:], sizes[1:], strict=True):
        if size is None:
            rest.append(f"any {'number of ' if name.endswith('s') else ''}{name}")
        elif name.startswith("axis"):
            rest.append(str(size))
        else:
            rest.append(f"{size} {words[name]}" if name in words else count(size, name))
    return f"({', '.join([first, *rest])})"


def sizes(value: Axes) -> str:
    """Only the lengths, as an argument of array_reshape() or np.reshape()."""
    return ", ".join("SIZE" if size is None else str(size) for size in value.sizes[1:])
