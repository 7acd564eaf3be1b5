"""The corpus of trouble reports: every case ends as its truth says."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

import pytest

CASES = pathlib.Path(__file__).parent / "cases"
NAMES = sorted(file.stem for file in (CASES / "py").glob("*.py"))


@pytest.fixture(scope="module")
def judged():
    """Verdict and reason of each case. A process of its own: cases change models and global seeds."""
    command = [sys.executable, str(CASES / "run.py"), str(CASES / "py"), "--verbose"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {
        name: (verdict, why) for verdict, name, why in re.findall(r"^(PASS|FAIL) (\S+) - (.*)", output, re.MULTILINE)
    }


def test_all_cases_are_judged(judged):
    assert sorted(judged) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_case(judged, name):
    verdict, why = judged[name]
    assert verdict == "PASS", why
