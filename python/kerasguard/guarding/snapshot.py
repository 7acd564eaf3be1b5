"""A model as bytes, with its blueprint: the same bytes for the same model, so that what stores them sees no change."""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..blueprints import Blueprint, blueprint_of
from ..loading.archive import BOMB_BYTES, BOMB_RATIO, CONFIG, METADATA, leaves
from ..loading.build import Loading
from ..loading.carried import write_blueprint
from ..loading.load import load_with_report
from ..loading.look import MODEL_NAMES, Look
from ..loading.save import write_model
from ..loading.trial import find_loss, randomness_kept
from ..messages import keras_sentence
from ..report import Call, Diagnosis, Finding, Notice, Report
from ..rules.held import not_a_model
from ..rules.model import check_built
from ..signature import is_model, make_signature

TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip archive knows
# what is said of files that are no models, or are no longer whole
DAMAGE = {
    "load_broken", "load_cut", "load_empty", "load_folder", "load_format", "load_json", "load_lfs", "load_missing",
    "load_rds", "load_signature", "load_unreadable", "load_weights_only",
}  # fmt: skip
# numbers by which Keras tells what layers share: places in memory, others in every session
SHARED = re.compile(r'("shared_object_id": )(\d+)')


def take(call: Call, model: Any) -> tuple[bytes, Report]:
    """A model's bytes: a `.keras` archive, or the zipped folder of a SavedModel. None of it where it can't be taken."""
    call.model_name = str(getattr(model, "name", "model"))
    if not is_model(model):
        return b"", Report(call, (not_a_model(model, call),))
    problems = tuple(check_built(make_signature(model)))
    if problems:
        return b"", Report(call, problems)
    findings: list[Finding] = []
    blueprint = blueprint_of(model)
    if blueprint is not None and blueprint.stale:
        findings.append(Notice("guard_stale", "model", "warning"))
        blueprint = None
    with tempfile.TemporaryDirectory(prefix="kerasguard") as folder:
        try:
            data = _write(model, Path(folder), blueprint)
        except Exception as error:  # whatever a get_config() of the user's own raises
            facts = {"error": type(error).__name__, "sentence": keras_sentence(error).rstrip(".")}
            return b"", Report(call, (*findings, Diagnosis("guard_failed", "model", facts)))
        found = _needs_code(Path(folder))
        file = Path(folder) / "model.keras"
        loss = find_loss(call, model, file) if file.is_file() else None
    if loss is not None:
        return b"", Report(call, (*findings, Diagnosis(f"guard_{loss[0]}", "model", loss[1])))
    return data, Report(call, (*findings, *found))


def _write(model: Any, folder: Path, blueprint: Blueprint | None) -> bytes:
    if getattr(model, "is_servable", False):
        target = folder / "model"
        model.write(target)
        if blueprint is not None:
            write_blueprint(target, blueprint)
        return _packed({file.relative_to(target).as_posix(): file for file in target.rglob("*") if file.is_file()})
    target = folder / "model.keras"
    write_model(model, target)
    if blueprint is not None:
        write_blueprint(target, blueprint)
    return _as_ever(target)


def _packed(files: dict[str, Path]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            _add(archive, name, files[name].read_bytes())
    return out.getvalue()


def _as_ever(file: Path) -> bytes:
    """The archive without what differs from one time to the next: dates, and places in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == METADATA:
                known = json.loads(content)
                content = json.dumps({key: value for key, value in known.items() if key != "date_saved"}).encode()
            elif name == CONFIG:
                content = _renumbered(content.decode()).encode()
            _add(archive, name, content)
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, TIME), content)  # stored: weights shrink by a tenth at most


def _renumbered(config: str) -> str:
    seen: dict[str, int] = {}
    return SHARED.sub(lambda match: f"{match.group(1)}{seen.setdefault(match.group(2), len(seen) + 1)}", config)


def _needs_code(folder: Path) -> list[Finding]:
    """Whether it can't be revived elsewhere without code that is not in it."""
    file = folder / "model.keras"
    if not file.is_file():
        return []
    look = Loading(file, Look("zip", file), False, {}, True)
    config = {key: value for key, value in look.read()[0].items() if key != "compile_config"}
    if look.holds_no_code(config) and look.is_known(config):
        return []
    return [Notice("guard_code", "model", "warning", dict(look.findings[-1].facts))]


def revive(
    call: Call, data: Any, name: str, custom_objects: Any = None, safe_mode: bool = True
) -> tuple[Any, list[Finding]]:
    """The model of a snapshot, as `safe_load_model` gives it: no code in it runs unless that is asked for."""
    with tempfile.TemporaryDirectory(prefix="kerasguard") as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(data)
        del data  # of a large model, all that can be spared
        problem = None
        if _is_folder(path):
            packed, path = path, Path(folder) / _as_file(name)
            problem = _unpack(packed, path)
        if problem is None:
            with randomness_kept():
                model, report = load_with_report(call, path, True, custom_objects, safe_mode)
        else:
            model, report = None, Report(call, (problem,))
    told = [finding for finding in report.findings if finding.code != "load_servable"]
    return model, [_said_of(finding, call.model) for finding in told]


def _as_file(name: str) -> str:
    """A name that leads nowhere else, of any text."""
    return re.sub(r"\W", "_", name)[:60] or "model"


def _said_of(finding: Finding, label: str) -> Finding:
    """The same of the guard in place of a file, which nobody ever sees."""
    if finding.code in DAMAGE:
        return Diagnosis("guard_broken", "model")
    return replace(finding, facts={**finding.facts, "path": label, "file": label, "guard": label})


def _is_folder(file: Path) -> bool:
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return any(name in MODEL_NAMES for name in archive.namelist())


def _unpack(file: Path, folder: Path) -> Diagnosis | None:
    """A SavedModel folder from its archive, which may come from anybody."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        total, size = sum(member.file_size for member in members), file.stat().st_size
        reason = next(
            (f"would write outside its folder ({m.filename[:60]})" for m in members if leaves(m.filename)), None
        )
        if total > BOMB_BYTES and total > BOMB_RATIO * size:
            reason = f"unpacks {size:,} bytes to {total:,}"
        if reason:
            return Diagnosis("load_archive", "path", {"path": str(file), "reason": reason})
        try:
            for member in members:
                if not member.is_dir():
                    target = folder / member.filename  # links stand there as the text of where they lead
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(member) as source, target.open("wb") as copy:
                        shutil.copyfileobj(source, copy)
        except Exception as error:  # whatever zipfile and its decompressors raise for damaged parts
            sentence = str(error) or type(error).__name__
            return Diagnosis("load_broken", "path", {"path": str(file), "sentence": sentence.rstrip(".")})
    return None
