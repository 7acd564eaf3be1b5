"""Pages of the site that are made when it is built (a hook of mkdocs): the API, the diagnoses, R's vignettes.

What each message looks like is taken from the snapshots of the tests, so that no sentence here was written for show.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

import kerasguard  # noqa: E402
from kerasguard.messages import catalogue  # noqa: E402
from kerasguard.messages.entry import Both, Entry  # noqa: E402
from kerasguard.messages.environment import TABLE  # noqa: E402

VIGNETTES = ROOT / "rpkg" / "vignettes"
SNAPSHOTS = {
    "Python": sorted((ROOT / "tests/snapshots").glob("*_python.txt"), key=lambda file: "messages" not in file.name),
    "R": [
        *sorted((ROOT / "tests/snapshots").glob("*_r.txt"), key=lambda file: "messages" not in file.name),
        *sorted((ROOT / "tests_r/testthat").glob("*.txt")),
    ],
}
API = {
    "Predict and train": [
        "safe_predict", "check_input", "validate_and_coerce", "safe_fit", "safe_evaluate", "learn_blueprint",
        "blueprint",
    ],
    "Data sets of files": ["score_dataset", "score_frame"],
    "Files and snapshots": ["safe_load_model", "safe_save_model", "guard", "unguard"],
    "Errors, models and machines": ["explain_error", "explaining", "check_model", "check_environment"],
}  # fmt: skip
LEVELS = ["refusal", "warning", "message", "report"]
MADE = {
    "Diagnosis": {"refusal"},
    "Refusal": {"refusal"},
    "Notice": set(),
    "Repair": set(),
}  # the level where none is written
# Parts of the catalogue: title, and where their codes are met.
PARTS = {
    "STRUCTURE": (
        "What was handed over",
        "The kind of object, and how many inputs it holds. All functions that take data.",
    ),
    "SHAPE": ("Shapes and axes", "All functions that take data."),
    "VALUES": ("Values", "Missing values, number types, columns and ids. All functions that take data."),
    "SCALE": ("Scale and preprocessing", "Numbers that can be predicted and look wrong. All functions that take data."),
    "MODEL": ("Models", "All functions that take a model."),
    "LOADING": ("Files", "`safe_load_model()`, `safe_save_model()`."),
    "STREAMS": ("Data in batches", "tf.data, PyDataset, generators, in all functions that take data."),
    "TARGETS": ("Targets, losses and weights", "`safe_fit()`, `safe_evaluate()`."),
    "TYPES": ("Answers as classes", '`type = "class"` and `"prob"` of `safe_predict()`.'),
    "LEVELS": ("Levels of factors and text", "After `learn_blueprint()` or `safe_fit()` saw training's."),
    "EXPLAIN": ("Raw errors", "`explain_error()`, `explaining()`, and what `check_model()` finds in layers."),
    "FAULTS": ("Faults of a model", "`check_model()`, `explain_error()`."),
    "SPARK": ("Spark", '`score_dataset()` with `engine = "spark"`, `score_frame()`.'),
    "CLI": ("The command line", "The files that a command reads and writes."),
    "GUARD": ("Snapshots", "`guard()`, `unguard()`, and predictions with a guard."),
    "RESULTS": ("Folders of results", "`score_dataset()`."),
    "ENVIRONMENT": ("The machine", "`check_environment()`, and any function where Keras can't be imported."),
}


def on_config(config: Any) -> Any:
    """Add to the navigation what is there: diagnoses, decisions, vignettes, the table of versions."""
    for entry in config.nav:
        ((title, where),) = entry.items()
        if title == "Diagnoses":
            entry[title] = [where, *({part_title(name): f"diagnoses/{name.lower()}.md"} for name in parts())]
        if title == "Decisions":
            files = sorted((ROOT / "docs/decisions").glob("0*.md"))
            entry[title] = [where, *({first_heading(file): f"decisions/{file.name}"} for file in files)]
        if title == "R":
            first, *others = sorted(vignettes(), key=lambda name: (name != "kerasguard", name))
            entry[title] = [{vignette_title(name): f"r/{name}.md"} for name in (first, *others)]
    if (ROOT / "docs/support.md").exists():
        config.nav.append({"Versions": "support.md"})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made here."""
    from mkdocs.structure.files import File

    pages = {"api.md": api_page(), "diagnoses/index.md": diagnoses_index(), "decisions/index.md": decisions_index()}
    pages |= {f"diagnoses/{name.lower()}.md": part_page(name) for name in parts()}
    pages |= {f"r/{name}.md": vignette_page(name) for name in vignettes()}
    for where, text in pages.items():
        files.append(File.generated(config, where, content=text))
    for figure in sorted((VIGNETTES / "figures").glob("*.png")):
        files.append(File.generated(config, f"r/figures/{figure.name}", abs_src_path=str(figure)))
    return files


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Leave out the type `Any`: what is taken and given, the sentences say."""
    if page.file.src_uri != "api.md":
        return output
    output = re.sub(r'<code><span title="typing.Any">Any</span></code>(,\s*|\s*\u2013)?', "", output)
    return re.sub(r"(<b>.*</b>)\s*\(\s*\)", r"\1", output)


def api_page() -> str:
    """Every public name, functions first."""
    listed = {name for names in API.values() for name in names}
    rest = [name for name in kerasguard.__all__ if name not in listed]
    errors = [name for name in rest if name.endswith(("Error", "Warning", "Notice"))]
    groups = {**API, "What they give": [n for n in rest if n not in errors], "Errors and warnings": in_tree(errors)}
    lines = ["# Python API", "", "`import kerasguard as kg`. The R package has the same functions and arguments.", ""]
    for title, names in groups.items():
        lines += [f"## {title}", ""]
        for name in names:
            lines += [f"::: kerasguard.{kerasguard._HOMES[name]}.{name}", ""]
    return "\n".join(lines)


def in_tree(names: list[str]) -> list[str]:
    """Parents before children."""
    return sorted(names, key=lambda name: (len(getattr(kerasguard, name).__mro__), name))


def parts() -> dict[str, dict[str, Entry]]:
    """The parts of the catalogue, in its order."""
    found = {name: value for name, value in vars(catalogue).items() if name.isupper() and isinstance(value, dict)}
    order = list(catalogue.CATALOGUE)
    del found["CATALOGUE"]
    return dict(sorted(found.items(), key=lambda part: order.index(next(iter(part[1])))))


def part_title(name: str) -> str:
    """Its title on the site."""
    return PARTS.get(name, (name.capitalize(), ""))[0]


def diagnoses_index() -> str:
    """Every code in a table."""
    levels = levels_of_codes()
    lines = [
        "# Diagnoses", "",
        "Everything that kerasguard can tell, by its stable code. Python: `error.code`, `report.codes`. R: the class"
        " `kerasguard_error_<code>` (or `_warning_`, `_message_`), and the field `report$code`.", "",
        "A *refusal* comes in place of an answer and a *warning* beside it. A *message* tells of a repair, and a"
        " *report* is seen in `check_input()` and `check_model()` only.", "",
        "The texts are those of the tests. Where a text is not kept there, names in CAPITALS stand for facts.", "",
    ]  # fmt: skip
    for name, entries in parts().items():
        lines += [f"## {part_title(name)}", "", "| code | what it says |", "| --- | --- |"]
        for code, entry in entries.items():
            says = in_cell(message(code, entry, "Python").split("\n")[0])
            lines.append(f"| [`{code}`]({name.lower()}.md#{code})<br>{entry.family}, {levels[code]} | {says} |")
        lines.append("")
    return "\n".join(lines)


def in_cell(text: str) -> str:
    """Text that markdown leaves alone."""
    parts = re.split(r"(`[^`]*`)", text)
    plain = [part if part.startswith("`") else re.sub(r"([\\*_<>\[\]])", r"\\\1", part) for part in parts]
    return "".join(plain).replace("|", "\\|")


def part_page(name: str) -> str:
    """The codes of one part, with their words in both languages."""
    title, met = PARTS.get(name, (part_title(name), ""))
    levels, whens = levels_of_codes(), {record["Code"]: record["When"] for record in TABLE}
    lines = [f"# {title}", "", f"Met in: {met}" if met else "", ""]
    for code, entry in parts()[name].items():
        lines += [f"## `{code}` {{#{code}}}", "", f"Family {entry.family}, {levels[code]}.", ""]
        if code in whens:
            lines += [f"When: {in_cell(whens[code])}.", ""]
        said = {language: message(code, entry, language) for language in ("R", "Python")}
        said["R"] = as_r_shows(said["R"])
        for language, text in said.items():
            lines += [f'=== "{language}"', "", "    ```text", *(f"    {line}".rstrip() for line in text.split("\n"))]
            lines += ["    ```", ""]
    return "\n".join(lines)


def message(code: str, entry: Entry, language: str) -> str:
    """The message as a test keeps it, else its template."""
    kept = sections(language)
    own = [text for name, text in kept if name == code or name.startswith(f"{code}-")]
    pattern, literal = headline(entry, language)
    others = [text for _, text in kept] if literal > 12 else []
    for text in (*own, *others):
        blocks = re.split(r"\n(?=\S)(?![ix] )", text)  # one for each note of a call
        for block in blocks if text in own else blocks[:1]:
            if pattern.fullmatch(block.split("\n")[0]):
                return block
    return template(entry, language)


def headline(entry: Entry, language: str) -> tuple[re.Pattern[str], int]:
    """What its first line looks like with any facts, and how many characters of it are no facts."""
    parts = list(string.Formatter().parse(wording(entry.headline, language)))
    pattern = "".join(re.escape(words) + ("" if name is None else ".*?") for words, name, _, _ in parts)
    return re.compile(pattern), sum(len(words) for words, *_ in parts)


def as_r_shows(text: str) -> str:
    """With R's bullets, which the snapshots of the core do not have."""
    lines, is_code = [], False
    for line in text.split("\n"):
        starts = line.startswith("  Fix:")
        is_code = (is_code and line.startswith("  ")) or starts
        bullet = "x" if line.startswith('  Model "') and " expects " in line else "i"
        lines.append(f"{bullet} {line[2:]}" if line.startswith("  ") and (starts or not is_code) else line)
    return "\n".join(lines)


def wording(text: Any, language: str) -> str:
    """One language's side."""
    return text.of(language.lower()) if isinstance(text, Both) else text


def sections(language: str, cache: dict[str, list[tuple[str, str]]] = {}) -> list[tuple[str, str]]:  # noqa: B006
    """Name and text of all that the snapshots of a language hold."""
    if language not in cache:
        whole = [
            part for file in SNAPSHOTS[language] for part in re.split(r"^## ", file.read_text("utf-8"), flags=re.M)
        ]
        pairs = [part.strip().partition("\n") for part in whole if part.strip()]
        cache[language] = [(name, text) for name, _, text in pairs]
    return cache[language]


def template(entry: Entry, language: str) -> str:
    """The words with the names of facts in place of facts."""

    def filled(text: Any) -> str:
        parts = string.Formatter().parse(wording(text, language))
        return "".join(words + placeholder(name, spec) for words, name, spec, _ in parts)

    lines = [filled(entry.headline)]
    lines += [
        f"  {filled(detail)}" for detail in entry.details if not re.fullmatch(r"\{\w+\}", wording(detail, language))
    ]
    for fix in entry.fixes:
        lead, code = filled(fix.lead), filled(fix.code or fix.data or fix.targets or fix.args or "")
        if language == "R":
            lines += [f"  Fix: {lead}:" if lead else "  Fix:", *(f"  {line}" for line in code.split("\n"))]
        else:
            first, *rest = code.split("\n")
            lines += [f"  Fix: {first}" + (f"  # {lead}" if lead else ""), *(f"       {line}" for line in rest)]
    return "\n".join(lines)


def placeholder(name: str | None, spec: str | None) -> str:
    """The name of a fact as a reader can tell it from words."""
    return f'"{(name or "").upper()}"' if spec == "quoted" else (name or "").upper()


def levels_of_codes() -> dict[str, str]:
    """How loud each code is: as its table says, as the tests have met it, or as the code that makes it says."""
    found: dict[str, set[str]] = {record["Code"]: {record["Level"]} for record in TABLE}
    kept = (ROOT / "tests/snapshots/levels.txt").read_text("utf-8").split("\n")
    for code, levels in (line.split(": ") for line in kept if line):
        found.setdefault(code, set()).update(levels.split(", "))
    exact, begun = levels_in_source()
    for code, levels in exact.items():
        found.setdefault(code, set()).update(levels)
    explained = {
        code: {"refusal"} for code in (*catalogue.EXPLAIN, *catalogue.RESULTS, *catalogue.SCORING_R, *catalogue.SPARK)
    }
    found = {**explained, **begun, **found}
    return {code: " or ".join(sorted(levels, key=LEVELS.index)) for code, levels in found.items()}


def levels_in_source() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Of codes that are written out where a finding is made: in whole, and by what they begin with."""
    exact: dict[str, set[str]] = {}
    begun: dict[str, set[str]] = {}
    for file in sorted((ROOT / "python/kerasguard").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MADE:
                words, begins = strings_in([*node.args, *(keyword.value for keyword in node.keywords)])
                levels = set(words) & set(LEVELS) or MADE[node.func.id]  # type: ignore[attr-defined]
                for code in catalogue.CATALOGUE if levels else ():
                    if code in words:
                        exact.setdefault(code, set()).update(levels)
                    elif code.startswith(tuple(begins)):
                        begun.setdefault(code, set()).update(levels)
    return exact, begun


def strings_in(nodes: list[ast.expr]) -> tuple[list[str], list[str]]:
    """Texts among arguments, or in either branch of one; and what f-strings begin with."""
    plain = [n for node in nodes for n in ([node.body, node.orelse] if isinstance(node, ast.IfExp) else [node])]
    words = [n.value for n in plain if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    first = [n.values[0] for n in plain if isinstance(n, ast.JoinedStr)]
    return words, [str(n.value) for n in first if isinstance(n, ast.Constant) and str(n.value).endswith("_")]


def decisions_index() -> str:
    """Forks in the road."""
    files = sorted((ROOT / "docs/decisions").glob("0*.md"))
    links = [f"- [{first_heading(file)}]({file.name})" for file in files]
    return "\n".join(["# Decisions", "", "Forks in the road, and why this way was taken.", "", *links])


def first_heading(file: Path) -> str:
    """The title of a page."""
    return file.read_text("utf-8").split("\n")[0].removeprefix("# ")


def vignettes() -> list[str]:
    """Their names."""
    return sorted(file.stem for file in VIGNETTES.glob("*.Rmd"))


def vignette_title(name: str) -> str:
    """As R shows it."""
    found = re.search(r'^title: "(.*)"$', (VIGNETTES / f"{name}.Rmd").read_text("utf-8"), re.M)
    return found[1] if found else name


def vignette_page(name: str) -> str:
    """A vignette of the R package as a page."""
    body = (VIGNETTES / f"{name}.Rmd").read_text("utf-8").split("\n---\n", 1)[1]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r'`vignette\("([\w-]+)"\)`', r'[`vignette("\1")`](\1.md)', body)
    return f"# {vignette_title(name)}\n\n{body}"
