"""What each command does."""

from __future__ import annotations

import csv
import re
import sys
from argparse import Namespace
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..messages.shell import STDIN, file_name
from ..report import Call, Diagnosis, Report, Shell
from . import data as reading
from . import output as writing
from .data import Refusal
from .tell import Outcome, refused

OPTIONS = ("order", "repairs", "batch_size", "missing", "type", "threshold", "novel_levels")
READING = ("format", "sep", "decimal", "encoding", "header")
MODELS = (".keras", ".h5", ".hdf5")
TYPED = (
    "safe_mode", "output", "columns", *READING, "keep", "keep_all", "type", "threshold", "missing", "order",
    "novel_levels", "repairs", "batch_size", "engine", "batch_rows", "resume", "json",
)  # fmt: skip


def shell_of(given: Namespace, *arguments: str) -> Shell:
    """The command as it was typed, in one order."""
    options = {name: getattr(given, name, None) for name in TYPED}
    return Shell(given.command, arguments, {name: value for name, value in options.items() if value is not None})


def run_predict(given: Namespace) -> Outcome:
    """Data -> predictions."""
    call = Call("safe_predict", shell=shell_of(given, given.model, given.data))
    keeps = bool(given.keep or given.keep_all)
    try:
        output = writing.find(given.output, {"data": given.data, "model": given.model}, keeps)
        job, data, reports = _start(call, given)
        if job is None:
            return Outcome(False, reports=reports)
        return _predicted(job, data, output, given, reports)
    except Refusal as refusal:
        return _refused(call, refusal)


def _predicted(job: Any, data: reading.Data, output: writing.Output, given: Namespace, reports: Any) -> Outcome:
    from ..engine import Run, flatten
    from ..job import predict
    from ..progress import progress_bar, shown
    from ..scoring.predictions import as_columns, names_of

    kept = _kept(data, given, output.is_text and not given.json)  # before much is done
    value = predict(job, Run(shown("auto"), None, progress_bar("auto")))
    if value is None or not job.report.ok:
        return Outcome(False, reports=(*reports, _heard(job)))
    notes = _heard(job)
    parts = dict(zip(names_of(job, value), flatten(value), strict=True))
    columns = writing.columns_of(parts, output.is_text and not given.json)
    if kept is not None:
        option = "keep" if given.keep else "keep-all"
        problem = writing.check_kept(option, columns, kept, len(data.value))
        if problem is not None:
            return refused(job.call, problem, before=reports)
    fields: dict[str, Any] = {"rows": len(next(iter(columns.values())))}
    if output.path is None:
        fields["predictions"] = list(writing.records(columns, kept)) if given.json else []
        return Outcome(
            True, fields, write=lambda stream: writing.write_csv(columns, kept, stream), reports=(*reports, notes)
        )
    writing.write(output, parts, kept, lambda: as_columns(job, value, fields["rows"], None))
    return Outcome(True, {**fields, "output": output.path}, reports=(*reports, notes))


def _heard(job: Any) -> Report:
    """Its problems, and the notes that a user should hear of."""
    from ..job import worth_telling

    return Report(job.call, (*worth_telling(job.report, job.options, job.state), *job.report.problems))


def _kept(data: reading.Data, given: Namespace, as_text: bool) -> Any:
    """The columns to stand before the predictions, as they stand in the file."""
    if given.keep_all:
        return data.written(data.chosen(None, "keep-all"), as_text)
    return data.written(data.chosen(_names(given.keep), "keep"), as_text) if given.keep else None


def run_check(given: Namespace) -> Outcome:
    """Data -> all that there is to tell."""
    call = Call("check_input", shell=shell_of(given, given.model, given.data))
    try:
        job, _, reports = _start(call, given)
    except Refusal as refusal:
        return _refused(call, refusal)
    if job is None:
        return Outcome(False, reports=reports)
    from ..job import look

    look(job)
    report = job.report
    return Outcome(report.ok, {}, str(report), reports=reports, shown=(report,))


def _start(call: Call, given: Namespace) -> tuple[Any, Any, tuple[Report, ...]]:
    """Model and data -> a job on its way, the data as read, and what loading told; no job where there is no model."""
    columns = _columns(given)
    if reading.format_of(given.model) and given.data.lower().endswith(MODELS):
        raise Refusal("cli_swapped")
    source = reading.find(given.data, given.format, {name: getattr(given, name) for name in READING[1:]})
    _look_at_model(given)
    data = reading.read(source)
    model, loaded = _load(given, call)
    if model is None:
        return None, data, (loaded,)
    from ..job import start
    from ..observe import observe
    from ..options import Options
    from ..plan import refuse_repairs

    known, texts = _known(model, data, columns)
    data = data.as_text(texts)
    assert call.shell is not None
    call.shell = replace(call.shell, reads=data.reads(known, columns))
    options = _chosen(given, Options, OPTIONS)
    notes = data.notes(known, columns)
    job = start(call, model, observe(data.handed(known, columns)), options)
    job.findings[:0] = [*notes, *(refuse_repairs(list(notes)) if options.repairs == "refuse" else ())]
    return job, data, (_worth_telling(loaded, options),)


def _worth_telling(loaded: Report, options: Any) -> Report:
    from ..job import worth_telling

    return Report(loaded.call, tuple(worth_telling(loaded, options, None)))


def _refused(call: Call, refusal: Refusal) -> Outcome:
    is_model = isinstance(refusal, ModelRefusal)
    return refused(Call("safe_load_model", x="path", shell=call.shell) if is_model else call, refusal.problem)


def _look_at_model(given: Namespace) -> None:
    """Refuse what is no model before TensorFlow is loaded."""
    from ..loading.load import ADDRESS
    from ..loading.look import look

    seen = None if ADDRESS.match(given.model) else look(Path(given.model).expanduser())
    if isinstance(seen, Diagnosis):
        raise ModelRefusal(seen)


class ModelRefusal(Refusal):
    """The model can't be loaded."""

    def __init__(self, problem: Diagnosis) -> None:
        Exception.__init__(self, problem.code)
        self.problem = problem


def _load(given: Namespace, call: Call) -> tuple[Any, Report]:
    from ..loading import load_with_report
    from .quiet import import_keras

    import_keras()

    loads = Call("safe_load_model", x="path", shell=call.shell)
    return load_with_report(loads, given.model, True, None, given.safe_mode is not False)


def _known(model: Any, data: reading.Data, columns: Any) -> tuple[set[str], list[Any]]:
    """The names of the columns of training; and which of them are text, whatever they look like in a file of text."""
    from ..blueprints import blueprint_of
    from ..scoring.columns import text_columns
    from ..signature import is_model

    if not is_model(model):
        return set(), []
    blueprint = blueprint_of(model)
    seen = [column for item in blueprint.inputs for column in item.columns] if blueprint else []
    texts = text_columns(model, columns, data.value.columns) if data.is_table else ()
    return {column.name for column in seen if column.name is not None}, list(texts)


def _columns(given: Namespace) -> Any:
    """`a,b` or, of several inputs, `main=a,b`: a list, a dict of lists, or None."""
    if not given.columns:
        return None
    forms = [re.match(r"([^=,\"]+)=", text) for text in given.columns]
    if all(forms):
        return {form[1]: _names([form.string[form.end() :]]) for form in forms if form is not None}
    if any(forms):
        raise Refusal("cli_columns_form")
    return _names(given.columns)


def _names(texts: list[str]) -> list[str]:
    """Names between commas; those with commas of their own in quotes, as in csv."""
    return [name for row in csv.reader(texts) for name in row if name]


def run_score(given: Namespace) -> Outcome:
    """Files -> a folder of files with predictions."""
    call = Call("score_dataset", x="input_path", shell=shell_of(given, given.model, given.input, given.output_folder))
    try:
        columns = _columns(given)
        _look_at_model(given)
    except Refusal as refusal:
        return _refused(call, refusal)
    model, loaded = _load(given, call)
    if model is None:
        return Outcome(False, reports=(loaded,))
    from ..job import worth_telling
    from ..options import Options
    from ..scoring.dataset import Request, score_with_report

    options = _chosen(given, Options, OPTIONS)
    keep = _names(given.keep) if given.keep else None
    about = {"input_path": given.input, "output_path": given.output_folder, "columns": columns, "keep": keep}
    request = _chosen(given, Request, ("engine", "batch_rows", "resume"), **about)
    scored, report, state = score_with_report(call, model, request, options)
    if scored is None:
        return Outcome(False, reports=(loaded, report))
    heard = Report(call, tuple(worth_telling(report, options, state)))
    fields = {item.name: getattr(scored, item.name) for item in dataclass_fields(scored) if item.name != "report"}
    return Outcome(True, fields, str(scored), reports=(_worth_telling(loaded, options), heard))


def _chosen(given: Namespace, make: Any, names: tuple[str, ...], **more: Any) -> Any:
    """A dataclass with the options that were given; the others are its own."""
    chosen = {name: getattr(given, name, None) for name in names}
    return make(**more, **{name: value for name, value in chosen.items() if value is not None})


def run_explain(given: Namespace) -> Outcome:
    """A log -> what it comes of."""
    call = Call("explain_error", shell=shell_of(given, given.log))
    try:
        if given.log == STDIN:
            content = sys.stdin.buffer.read()
        else:
            reading.check_there(given.log)
            content = Path(given.log).expanduser().read_bytes()
        if not content.strip():
            raise Refusal("cli_data_empty")
    except Refusal as refusal:
        return _refused(call, refusal)
    from .. import explain_error
    from .tell import entries

    found = explain_error(content.decode(errors="replace"))
    fields = {"error": found.error, "sentence": found.sentence, "causes": entries(found.report)}
    return Outcome(True, fields, str(found))


def run_model(given: Namespace) -> Outcome:
    """Model -> what it expects and gives, what is known of it, its faults."""
    loaded = _loaded(given)
    if isinstance(loaded, Outcome):
        return loaded
    model, report = loaded
    from ..guarding.calls import about_model
    from ..messages.guard_lines import model_lines
    from ..model_check import check_model

    about, checked = about_model(model), check_model(model)
    head = f'`{file_name(given.model)}` holds model "{about["name"]}"'
    unknown = "nothing of its training data; learn_blueprint() in Python shows them to it"
    text = "\n".join([head, *model_lines(about, "python", unknown), "", str(checked)])
    fields = {
        "name": about["name"], "inputs": about["inputs"], "outputs": about["outputs"], "weights": about["weights"],
        "has_blueprint": about["blueprint"] is not None,
        "layers": [{"name": row.name, "class": row.cls, "gets": row.takes, "gives": row.gives} for row in checked.rows],
    }  # fmt: skip
    return Outcome(checked.report.ok, fields, text, reports=(report,), shown=(checked.report,))


def run_blueprint(given: Namespace) -> Outcome:
    """Model -> what its training saw."""
    loaded = _loaded(given)
    if isinstance(loaded, Outcome):
        return loaded
    import json

    from ..blueprint_json import to_json
    from ..blueprints import blueprint_of

    model, report = loaded
    found = blueprint_of(model)
    fields = {"blueprint": None if found is None else json.loads(to_json(found))}
    text = (
        repr(found)
        if found is not None
        else f"`{file_name(given.model)}` holds no blueprint: learn_blueprint() makes one."
    )
    return Outcome(True, fields, text, reports=(report,))


def _loaded(given: Namespace) -> tuple[Any, Report] | Outcome:
    call = Call("safe_load_model", x="path", shell=shell_of(given, given.model))
    try:
        _look_at_model(given)
    except Refusal as refusal:
        return _refused(call, refusal)
    model, report = _load(given, call)
    return (model, report) if model is not None else Outcome(False, reports=(report,))


def run_env(given: Namespace) -> Outcome:
    """What there is on this machine."""
    from ..environment import check_environment

    found = check_environment(**({} if given.timeout is None else {"timeout": given.timeout}))
    rows = [{"name": name, "version": version, "note": note} for name, version, note in found.rows]
    report = Report(Call("check_environment"), found.findings)
    return Outcome(found.ok, {"rows": rows}, str(found), shown=(report,))
