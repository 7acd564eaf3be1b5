"""`make matrix`: what is kept of a run."""

from __future__ import annotations

import configparser
import json
import pathlib
import sys

import pytest

TOOLS = pathlib.Path(__file__).parents[1] / "tools" / "matrix"
pytestmark = pytest.mark.skipif(not TOOLS.exists(), reason="of the checkout only")
TITLES = {"old": "Old", "new": "New"}


@pytest.fixture
def support(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(TOOLS)
    import support

    monkeypatch.setattr(support, "DOCS", tmp_path)
    (tmp_path / "support.md").write_text(f"# Page\n\n{support.START}\n{support.END}\n\nby hand\n")
    yield support
    del sys.modules["support"]


def ran(passed, failed=0):
    counts = {"passed": passed, "failed": failed, "skipped": 1}
    return {"versions": {"Python": "3.11.7"}, "python": counts, "date": "2026-01-01", "commit": "abc"}


def test_the_table_holds_the_fullest_run(support, tmp_path):
    def passed():
        return json.loads((tmp_path / "support.json").read_text())["old"].get("python", {}).get("passed")

    for result, tests, kept in (
        ({"skipped": "no Python"}, [], None), (ran(5), ["a.py"], 5), (ran(9), ["a.py", "b.py"], 9), (ran(5), ["a.py"], 9),
        (ran(8, 1), ["a.py", "b.py"], 8), (ran(100), [], 100), (ran(9), ["a.py"], 100), (ran(99, 2), [], 99),
        ({"skipped": "no Python"}, [], 99),
    ):  # fmt: skip
        support.record("old", result, tests, TITLES)
        assert passed() == kept
    page = (tmp_path / "support.md").read_text()
    assert page.startswith("# Page\n")
    assert page.endswith("\n\nby hand\n")
    assert "| Old | Python 3.11.7 | Python | 99 | 2 | 1 | 2026-01-01, abc |" in page
    assert "| New | | not run |" in page


def test_every_row_says_what_it_runs_on():
    rows = configparser.ConfigParser()
    rows.read(TOOLS / "rows.ini")
    for name in rows.sections():
        assert ("debian" in rows[name]) != ("python" in rows[name] and "packages" in rows[name])
        assert rows[name]["title"]
