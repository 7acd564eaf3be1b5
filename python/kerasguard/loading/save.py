"""Model -> file, whole or not at all: written beside the old file, which it then replaces in one step."""

from __future__ import annotations

import difflib
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from ..blueprints import blueprint_of
from ..guarding import live
from ..messages import keras_sentence
from ..report import Call, Diagnosis, Finding, Notice, Report
from ..rules.held import not_a_model
from ..signature import is_model
from .carried import write_blueprint
from .export import export, may_replace, settle_folder
from .trial import find_loss

SUFFIXES = (".keras", ".h5", ".hdf5")


def safe_save_model(model: Any, path: Any, *, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Save a model with its blueprint. The file is there as a whole, or as it was before.

    Args:
        model: A Keras model.
        path: The file, ending in `.keras` or `.h5`, which is loaded once to see that it gives the same model back; a
            name without ending, or an old SavedModel folder, for a SavedModel folder as `model.export()` writes it: it
            predicts, and can't be trained.
        overwrite: Whether a file or SavedModel folder of this name is replaced.
        include_optimizer: As in Keras: whether the state of the optimizer goes along. `.h5` only; `.keras` has it.

    Raises:
        ModelLoadError: If the file can't be written, of this name or at all.
        InputStructureError: If `model` is no model.
    """
    from ..api import tell
    from ..options import Options

    tell(
        save_with_report(Call("safe_save_model", x="path"), model, path, overwrite, include_optimizer), Options(), None
    )


def save_with_report(
    call: Call, model: Any, path: Any, overwrite: bool, include_optimizer: bool = True, path_class: str | None = None
) -> Report:
    """Save without raising. An interrupt passes, once nothing of it is left.

    `path_class`: R's class of what was given as the path.
    """
    call.model_name = str(getattr(model, "name", "model"))
    model, opened = live(model, call)
    if opened:
        return Report(call, tuple(opened))
    problem = _check_model(call, model) or _check_path(path, overwrite, path_class)
    if problem is not None:
        return Report(call, (problem,))
    file = Path(path).expanduser()
    findings: list[Finding] = []
    blueprint = blueprint_of(model)
    if blueprint is not None and blueprint.stale:
        findings.append(Notice("save_stale", "model", "warning", {"path": str(path)}))
        blueprint = None
    target = file.resolve()  # of a link, what it leads to
    is_folder = target.is_dir() or not target.suffix
    # beside it: only within a disk a file is replaced in one step
    draft = target.with_name(f".{target.stem}.{secrets.token_hex(6)}{'' if is_folder else target.suffix}")
    was_there = target.exists()
    try:
        if is_folder:
            export(model, draft)
        else:
            write_model(model, draft, include_optimizer)
            loss = find_loss(call, model, draft)
            if loss is not None:  # told, not refused: a model that was trained for hours is worth any file
                findings.append(Notice(f"save_{loss[0]}", "model", "warning", {"path": str(path), **loss[1]}))
        if blueprint is not None:
            write_blueprint(draft, blueprint)
        if is_folder:
            settle_folder(draft, target)
        else:
            _settle(draft, target)
    except Exception as error:
        return Report(call, (_failed(path, error, was_there),))
    finally:
        if is_folder:
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)
    if is_folder:
        findings.append(Notice("save_folder", "model", "message", {"path": str(path), "near": f"{_plain(path)}.keras"}))
    return Report(call, tuple(findings))


def _plain(path: Any) -> str:
    return str(path).rstrip("/\\")


def write_model(model: Any, draft: Path, include_optimizer: bool = True) -> None:
    """What Keras writes into a file of that ending."""
    if draft.suffix != ".keras" and not include_optimizer:
        model.save(str(draft), include_optimizer=False)
    else:
        model.save(str(draft))


def _settle(draft: Path, target: Path) -> None:
    """On the disk before it takes the place of the old file, whose rights it has then."""
    if target.exists():
        shutil.copymode(target, draft)
    with draft.open("rb+") as stream:
        os.fsync(stream.fileno())
    os.replace(draft, target)


def _check_model(call: Call, model: Any) -> Diagnosis | None:
    if is_model(model):
        is_servable = getattr(model, "is_servable", False)
        return Diagnosis("load_predicts_only", "model", {"does": "saved"}) if is_servable else None
    return not_a_model(model, call)


def _check_path(path: Any, overwrite: bool, path_class: str | None) -> Diagnosis | None:
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        cls = "an empty text" if isinstance(path, str) else path_class or type(path).__name__
        return Diagnosis("save_path", "path", {"cls": cls, "near": "MODEL.keras"})
    shown, file = str(path), Path(path).expanduser()
    is_folder = file.is_dir() and may_replace(file)
    if file.is_dir() and not is_folder:
        return Diagnosis("save_into_folder", "path", {"path": shown, "near": f"{shown.rstrip('/')}/MODEL.keras"})
    is_new_folder = not file.suffix and not file.name.startswith(".") and not file.exists()
    is_file = file.suffix in SUFFIXES and not file.name.endswith(".weights.h5")
    if not (is_folder or is_new_folder or is_file):
        suffix = ".weights.h5" if file.name.endswith(".weights.h5") else file.suffix
        near = str(Path(shown).with_name(file.name.removesuffix(suffix) + ".keras"))
        return Diagnosis("save_suffix", "path", {"suffix": suffix or file.name, "near": near})
    if not file.parent.is_dir():
        return Diagnosis("save_no_folder", "path", {
            "path": shown, "folder": str(Path(shown).parent), "directory": str(Path.cwd()), "near": _nearest(file),
        })  # fmt: skip
    if file.exists() and not overwrite:
        near = str(Path(shown).with_name(f"{file.stem}_2{file.suffix}"))
        return Diagnosis("save_exists", "path", {"path": shown, "near": near})
    return None


def _nearest(file: Path) -> str | None:
    """The same file in the folder of the nearest name."""
    above = file.parent.parent
    names = [entry.name for entry in above.iterdir() if entry.is_dir()] if above.is_dir() else []
    near = difflib.get_close_matches(file.parent.name, names, 1)
    return str(above / near[0] / file.name) if near else None


def _failed(path: Any, error: Exception, was_there: bool) -> Diagnosis:
    sentence = (error.strerror if isinstance(error, OSError) else None) or keras_sentence(error)
    return Diagnosis("save_failed", "path", {
        "path": str(path), "error": type(error).__name__, "sentence": sentence, "was_there": was_there,
    })  # fmt: skip
