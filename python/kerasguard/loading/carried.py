"""The blueprint in a model's file: written beside the model, read back only where it is of this model."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

from ..blueprint_json import ATTRIBUTE, MEMBER, MOST_BYTES, NewerSchemaError, UnreadableError, from_json, to_json
from ..blueprints import SCHEMA, Blueprint, InputSeen, OutputSeen, adopt_blueprint
from ..report import Notice
from ..signature import ModelSignature, TensorSpec, make_signature


def write_blueprint(file: Path, blueprint: Blueprint) -> None:
    """Add it to a `.keras` or `.h5` file, or to a folder."""
    text = to_json(blueprint)
    if file.is_dir():
        (file / MEMBER).write_text(text, "utf-8")
        return
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MEMBER, text)
        return
    import h5py

    with h5py.File(file, "a") as h5:
        h5.attrs[ATTRIBUTE] = text


def restore_blueprint(model: Any, file: Path) -> list[Notice]:
    """Give a loaded model the blueprint in its file; where there is one that is not right, say why it is left out."""
    facts: dict[str, Any] = {"path": file.name}

    def left_out(code: str, **more: Any) -> list[Notice]:
        return [Notice(f"load_blueprint_{code}", "path", "warning", facts | more)]

    try:
        text = _read(file)
        if text is None:
            return []
        blueprint = from_json(text)
    except UnreadableError as error:
        return left_out("broken", why=str(error))
    except NewerSchemaError as error:
        return left_out("newer", version=error.version, schema=error.schema, known=SCHEMA)
    signature = make_signature(model)
    blueprint = _placed(blueprint, signature)
    unlike = _unlike(blueprint, signature)
    if unlike is not None:
        return left_out("other", part=unlike[0], why=unlike[1], model_name=signature.name)
    if not adopt_blueprint(model, blueprint):
        return left_out("weights")
    return []


def _placed(blueprint: Blueprint, signature: ModelSignature) -> Blueprint:
    """A single output is one tensor, or a list of one, of a model and of what was exported from it."""
    if len(blueprint.outputs) != 1 or len(signature.outputs) != 1:
        return blueprint
    output, path = blueprint.outputs[0], signature.outputs[0].path
    is_one = {output.path, path} <= {(), (0,)}
    return replace(blueprint, outputs=(replace(output, path=path),)) if is_one else blueprint


def _read(file: Path) -> str | bytes | None:
    """The text in a file, None where there is none."""
    try:
        read = _beside if file.is_dir() else _member if zipfile.is_zipfile(file) else _attribute
        found: Any = read(file)
    except UnreadableError:
        raise
    except Exception as error:  # whatever a damaged member does to zlib or HDF5
        raise UnreadableError("the file is damaged there") from error
    if found is not None and not isinstance(found, (str, bytes)):
        raise UnreadableError("it is no text")
    return found


def _beside(folder: Path) -> bytes | None:
    """In a folder, a SavedModel or an unpacked `.keras`, it is a file of its own."""
    if not (folder / MEMBER).is_file():
        return None
    with (folder / MEMBER).open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _member(file: Path) -> bytes | None:
    with zipfile.ZipFile(file) as archive:
        if MEMBER not in archive.namelist():
            return None
        with archive.open(MEMBER) as stream:
            text = stream.read(MOST_BYTES + 1)
            if len(text) <= MOST_BYTES:
                stream.read()  # to the end, where the checksum is compared
            return text


def _attribute(file: Path) -> Any:
    import h5py

    with h5py.File(file, "r") as h5:
        return h5.attrs.get(ATTRIBUTE)


def _unlike(blueprint: Blueprint, signature: ModelSignature) -> tuple[str, str] | None:
    """What part of the model a blueprint does not fit, and why."""
    if len(blueprint.inputs) != len(signature.inputs):
        return "inputs", f"it has {len(blueprint.inputs)}, the model {len(signature.inputs)}"
    for seen, spec in zip(blueprint.inputs, signature.inputs, strict=True):
        if seen.path != spec.path:
            return "inputs", f"it has {_place(seen.path)}, the model {_place(spec.path)}"
        if not _fits_input(seen, spec):
            return "inputs", f"it has {len(seen.columns)} columns, the model {_width(spec)}"
    if len(blueprint.outputs) not in (0, len(signature.outputs)):
        return "outputs", f"it has {len(blueprint.outputs)}, the model {len(signature.outputs)}"
    for output, spec in zip(blueprint.outputs, signature.outputs, strict=bool(blueprint.outputs)):
        if not _fits_output(output, spec):
            return "outputs", f"it has {len(output.classes or ())} classes, the model {spec.shape[-1]} units"
    return None


def _place(path: tuple[str | int, ...]) -> str:
    return "/".join(map(str, path)) or "one input"


def _width(spec: TensorSpec) -> int | None:
    return spec.shape[-1] if len(spec.shape) > 1 else 1


def _fits_input(seen: InputSeen, spec: TensorSpec) -> bool:
    """Columns are the features, or all values of a sample that flat columns fill; one stands for all."""
    width, tail = sum(column.width for column in seen.columns), spec.shape[1:]
    if width in (0, 1) or None in tail or not spec.firm:
        return True
    sizes = {*tail, prod(size for size in tail if size is not None)}
    return width in sizes


def _fits_output(output: OutputSeen, spec: TensorSpec) -> bool:
    units = spec.shape[-1]
    if output.path != spec.path:
        return False
    if output.classes is None or units is None:
        return True
    return len(output.classes) == (2 if output.form == "binary" else units) and (output.form != "binary" or units == 1)
