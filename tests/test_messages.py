"""Every code has words in both languages, kept as snapshots. UPDATE_SNAPSHOTS=1 writes them anew."""

from __future__ import annotations

import os
import pathlib
import re
import warnings
from collections.abc import Callable
from dataclasses import replace

import keras
import kerasguard as kg
import numpy as np
import pandas as pd
import polars as pl
import pytest
from kerasguard.job import learn, look, start
from kerasguard.messages import CATALOGUE, problems_message, render
from kerasguard.messages.faults import FAULTS
from kerasguard.messages.results import RESULTS
from kerasguard.messages.spark import SPARK
from kerasguard.observe import Observed, observe
from kerasguard.options import Options
from kerasguard.report import Call, Diagnosis, Repair, Report
from kerasguard.training import Parts, prepare
from kerasguard.training.weights import read_class_weight
from needs import tf
from scenarios import SCENARIOS as OF_INPUTS
from scenarios import Scenario
from scenarios_fit import OF_TARGETS
from surface import PUBLIC

SCENARIOS = [*OF_INPUTS, *OF_TARGETS]

SNAPSHOTS = pathlib.Path(__file__).parent / "snapshots"
# told by functions that need a file, a failing model or an R session; their tests are elsewhere
ELSEWHERE = {code for code in CATALOGUE if code.startswith(("load_", "save_", "environment_"))}
ELSEWHERE |= {"model_healed", "model_failed", "model_changed", "shape_known_axes", "structure_twice"}
# known when all batches have passed: test_streams.py runs their fixes
ELSEWHERE |= {"stream_short", "stream_empty"}
ELSEWHERE |= {"loss_nan"}  # known when the model was trained: test_training_health.py
# told of fit and evaluate: test_fit_streams.py runs their fixes
ELSEWHERE |= {"stream_y", "stream_sample_weight", "stream_split", "stream_epochs", "stream_no_targets", "stream_labels"}
ELSEWHERE |= {"stream_class_weight", "class_weight_stream"}
# known when the model has run: test_types.py runs its fix
ELSEWHERE |= {"type_values"}
ELSEWHERE |= {"scaled_unlike"}  # R's scale(): tests_r/testthat/test-encoding.R
ELSEWHERE |= {"dtype_labelled", "column_labelled", "dtype_encoding", "column_encoding"}
ELSEWHERE |= {code for code in CATALOGUE if code.startswith("guard_")} | {"model_forked"}  # test_guard.py
# known of files and frames: test_score_*.py
ELSEWHERE |= {code for code in CATALOGUE if code.startswith("score_")}
ELSEWHERE |= {code for code in CATALOGUE if code.startswith("cli_")}  # files of commands: test_cli.py
# told of raw errors and of models alone: test_explain.py and test_check_model.py
ELSEWHERE |= {code for code in CATALOGUE if code.startswith(("error_", "layer_"))}
ELSEWHERE |= {"model_taken", "column_prepare", "structure_recipe"}  # fits of tidymodels: tests_r/testthat/test-models.R
ELSEWHERE |= {code for code in SPARK if not code.startswith("environment_")}  # test_score_spark.py
ELSEWHERE |= set(RESULTS)  # of folders of results: test_score_dataset.py
ELSEWHERE |= {"model_weights_nan", "model_loss_one_unit", "model_not_compiled", *FAULTS}


R_TYPES = {"float64": "double", "int64": "integer", "object": "list", "<U1": "character", "complex128": "complex"}


def as_in_r(seen: Observed) -> Observed:
    """The same object as R would describe it; numbers and places are the same on both sides."""
    given = seen.given
    if given.cls.endswith((".DataFrame", ".Table")) or given.cls == "list of records":
        cls = "data frame"
    elif given.cls in ("dict", "list", "tuple") and not given.type:
        cls = "list"
    elif seen.kind.elements == "category":
        cls = "factor"
    elif not given.type and not given.sizes:
        cls = {"None": "NULL"}.get(given.cls, given.cls)
    else:
        cls = {1: "vector", 2: "matrix"}.get(len(given.sizes), "array")
    type = "" if cls in ("data frame", "factor") else R_TYPES.get(given.type, given.type)
    children = tuple(as_in_r(child) for child in seen.children)
    return replace(seen, given=replace(given, cls=cls, type=type), children=children)


def report_of(scenario: Scenario, language: str = "python") -> Report:
    # names unlike the defaults: a fix must use the user's own
    call = Call(scenario.function, language, model="net", x="new_data", y="labels")
    see = observe if language == "python" else lambda *given: as_in_r(observe(*given))
    if scenario.function in ("safe_fit", "safe_evaluate"):
        return report_of_training(scenario, call, see)
    job = start(call, scenario.model(), see(scenario.x(), "new_data"), Options(**scenario.options))
    look(job)
    if scenario.function == "learn_blueprint":
        learn(job, see(scenario.y(), "targets") if scenario.y else None)
    return job.report


def report_of_training(scenario: Scenario, call: Call, see: Callable[..., Observed]) -> Report:
    options = Options(**scenario.options, predicts=False)
    arguments = dict(scenario.given)
    class_weight = read_class_weight(arguments.pop("class_weight", None))
    if class_weight is not None and call.language == "r":
        class_weight = replace(class_weight, cls="a vector" if class_weight.keys is None else "a list")
    weight = see(arguments.pop("sample_weight", None), "sample_weight")
    validation = arguments.pop("validation_data", None)
    if isinstance(validation, dict):  # what R can't hand over
        arguments["validation_data"], validation = validation, None
    if validation is not None:
        place = "validation_data[[{}]]" if call.language == "r" else "validation_data[{}]"
        first = int(call.language == "r")
        validation = tuple(see(part, place.format(i + first)) for i, part in enumerate((*validation, None)[:3]))
    parts = Parts(see(scenario.x(), "new_data"), see(scenario.y(), "labels"), weight, class_weight, validation)
    return prepare(call, scenario.model(), parts, arguments, options).report


def words(report: Report) -> str:
    if report.problems:
        return problems_message(report).text
    return "\n".join(render(note, report.call).text for note in report.notes)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_a_scenario_gives_its_code(scenario):
    report = report_of(scenario)
    assert scenario.code in report.codes
    if report.problems:
        assert report.problems[0].code == scenario.code


def test_every_code_is_tried():
    assert set(CATALOGUE) - {s.code for s in SCENARIOS} == ELSEWHERE


@pytest.mark.parametrize("language", ["python", "r"])
def test_words_are_as_agreed(language):
    parts = [f"## {s.id}\n{words(report_of(s, language))}\n" for s in SCENARIOS]
    current = "\n".join(re.sub(r"""(odel |ayer |utput )(["'])\w+["']""", r"\1\2NAME\2", part) for part in parts)
    file = SNAPSHOTS / f"messages_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(current)
    assert current == file.read_text()


@pytest.mark.parametrize("language", ["python", "r"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_the_form_of_a_message(scenario, language):
    report = report_of(scenario, language)
    text = words(report)
    assert len(text) < 1000
    code = r"\{[\"\d].*\}|function\(.*\) \{$|^ *\}\)$"  # dicts, and bodies of functions in R
    assert not re.search(r"please|invalid|sorry|\{|\}", re.sub(code, "", text, flags=re.MULTILINE), re.IGNORECASE)
    for problem in report.problems:
        message = render(problem, report.call)
        assert len(message.lines[0]) <= 80, message.lines[0]
        assert any(line.startswith("Fix:") for line in message.lines)
    if language == "r" and "numpy," not in text:
        assert not re.search(r"\bNone\b|ndarray|np\.", text)


def fix_lines(report: Report) -> list[str]:
    """The code of every fix, Python wording."""
    found: list[str] = []
    for finding in report.findings:
        if finding.level in ("refusal", "warning"):
            for line in render(finding, report.call).lines:
                if line.startswith("Fix:"):
                    found.append(line.removeprefix("Fix: ").split("  # ")[0])
                elif line.startswith("     ") and found:
                    found[-1] += "\n" + line[5:].rstrip().split("  # ")[0]
    return found


def run_fix(scenario: Scenario, code: str) -> None:
    for placeholder, value in sorted(scenario.fill.items(), key=lambda item: -len(item[0])):
        code = re.sub(rf"\b{placeholder}\b", value, code)
    names = {
        "np": np,
        "pd": pd,
        "pl": pl,
        "tf": tf,
        "keras": keras,
        "net": scenario.model(),
        "new_data": scenario.x(),
        "labels": scenario.y() if scenario.y else None,
        **scenario.given,
        **PUBLIC,
    }
    names["safe_load_model"] = lambda path: path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, names)
        if (
            scenario.function in ("safe_fit", "safe_evaluate")
            and ".compile(" in code
            and scenario.code != "label_logits"
        ):
            kg.safe_fit(names["net"], names["new_data"], names["labels"], verbose=0)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.id)
def test_the_fix_runs(scenario):
    lines = fix_lines(report_of(scenario))
    for code in lines:
        run_fix(scenario, code)
    assert lines or all(f.level in ("message", "report") for f in report_of(scenario).findings)


def test_many_problems_are_told_at_once_and_stay_short():
    columns = {name: [f"{name}1", "y"] for name in "abcdefg"}
    table = pd.DataFrame({**columns, "when": pd.date_range("2024-01-01", periods=2)})
    model = SCENARIOS[0].model()
    with pytest.raises(kg.DTypeError) as caught:
        kg.safe_predict(model, table)
    assert "'a', 'b', 'c', 'd', 'e' and 2 more" in str(caught.value)
    assert "'when'" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_more_than_five_problems_are_counted():
    problems = tuple(Diagnosis("structure_null", f"x{i}", {"given": None}) for i in range(8))
    text = problems_message(Report(Call(), problems)).text
    assert text.endswith("and 3 more")
    assert len(text) < 1000


def test_a_report_reads_in_whole():
    note = Repair("structure_extra", "x", "message", {"extra": ("id",), "inputs": ("a", "b")})
    text = str(Report(Call(), (note,)))
    assert text.startswith("`x` can be predicted.")
    assert "'id'" in text
