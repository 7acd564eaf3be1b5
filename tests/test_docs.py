"""The site shows every public name and every code, and the vignettes are those of their sources."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import pathlib
import re
from collections import defaultdict

import kerasguard as kg
import pytest
from kerasguard.messages import CATALOGUE
from test_messages import SCENARIOS, SNAPSHOTS, report_of

ROOT = pathlib.Path(__file__).parent.parent
SOURCES = sorted((ROOT / "rpkg/vignettes").glob("*.Rmd.orig"))


@pytest.fixture(scope="module")
def pages():
    spec = importlib.util.spec_from_file_location("docs_pages", ROOT / "tools/docs_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_levels_are_as_agreed():
    met = defaultdict(set)
    for scenario in SCENARIOS:
        for finding in report_of(scenario).findings:
            met[finding.code].add(finding.level)
    current = "".join(f"{code}: {', '.join(sorted(levels))}\n" for code, levels in sorted(met.items()))
    file = SNAPSHOTS / "levels.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(current)
    assert current == file.read_text()


def test_every_public_name_is_on_the_page(pages):
    shown = re.findall(r"^::: kerasguard\.[\w.]+\.(\w+)$", pages.api_page(), re.MULTILINE)
    assert sorted(shown) == sorted(kg.__all__)


def test_every_code_has_its_words_and_its_level(pages):
    levels, index = pages.levels_of_codes(), pages.diagnoses_index()
    whole = "".join(pages.part_page(name) for name in pages.parts())
    assert {code for part in pages.parts().values() for code in part} == set(CATALOGUE)
    for code in CATALOGUE:
        assert code in levels
        assert f"[`{code}`](" in index
        assert f"{{#{code}}}" in whole


@pytest.mark.parametrize("language", ["Python", "R"])
def test_words_are_those_of_the_code(pages, language):
    """A text that a test keeps belongs to the code: its headline is that of the catalogue, with facts."""
    for code, entry in CATALOGUE.items():
        text = pages.message(code, entry, language)
        assert pages.headline(entry, language)[0].fullmatch(text.split("\n")[0]), code
        assert not re.search(r"\{\w+(:\w+)?\}", text), code


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_vignette_is_of_its_source(source):
    text = source.with_suffix("").read_text("utf-8")
    digest = hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest()
    assert f"{source.name}, md5 {digest}" in text, "make vignettes"
    assert "Error in eval" not in text
    assert not re.search(r"/(tmp|root|work|home/(?!you))\b", text)


def test_the_figures_of_vignettes_are_small_and_used():
    figures = sorted((ROOT / "rpkg/vignettes/figures").glob("*"))
    text = "".join(source.with_suffix("").read_text("utf-8") for source in SOURCES)
    assert {f"figures/{figure.name}" for figure in figures} == set(re.findall(r"figures/[\w.-]+", text))
    assert sum(figure.stat().st_size for figure in figures) < 1_000_000


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_functions_named_in_a_vignette_are_there(source):
    exported = set(re.findall(r"^export\((\w+)\)$", (ROOT / "rpkg/NAMESPACE").read_text(), re.MULTILINE))
    text = source.with_suffix("").read_text("utf-8")
    ours = set(re.findall(r"\b((?:safe|check|explain|learn|validate)_\w+|(?:un)?guard|blueprint)\(", text))
    assert ours
    assert ours <= exported


def test_what_is_returned_begins_with_no_colon():
    # what stands before one in its first line is taken for a type
    for name in kg.__all__:
        _, _, returns = (inspect.getdoc(getattr(kg, name)) or "").partition("\nReturns:\n")
        assert ":" not in returns.split("\n")[0], name
