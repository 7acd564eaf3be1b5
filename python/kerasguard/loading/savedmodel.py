"""SavedModel folders: what their graphs would do beside computing, and a servable of one that only computes."""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..report import Diagnosis
from .archive import BOMB_BYTES, BOMB_RATIO, leaves
from .servable import Servable

# Operations that touch files, processes, the network or Python. By name, as TensorFlow marks only some as stateful.
TOUCHING = re.compile(
    r"(ReadFile|WriteFile|MatchingFiles|FileSystem|PyFunc|Save|Restore|Checkpoint|ShardedFile|Summary|Debug|DumpTensor"
    r"|ImmutableConst|Snapshot|Rpc|LMDB|Sql|CSVDataset|TextLine|TFRecord|RecordInput|FixedLengthRecord|WholeFile"
    r"|^CacheDataset|^FilesDataset|DataService|LoadAndRemap|GenerateVocab|RemoteCall|RemoteFused|GeneratorDataset"
    r"|StatsAggregator|Bigtable|Kafka|LoadLibrary|Socket|DistributedSave|^Send$|^Recv$|IdentityReader|SnapshotReader"
    r"|^LoadDataset|^RegisterDataset|^Skipgram|^Copy(Host)?$|^Abort$|^WorkerHeartbeat|TRT|^_?Host(Send|Recv)$|^_(Send|Recv)$"
    r"|ConfigureDistributed|OutfeedEnqueue|InfeedDequeue|^IO>)"
)
HARMLESS = re.compile(
    r"^(Merge|Scalar|Histogram|Image|Audio|Tensor)Summary|MakeStatsSummary|DebugGradient|^Tensor(Array|List)"
)
MOST_BYTES = 2**31  # what a protocol buffer can hold
LISTED = 4
NAMES = ("serving_default", "serve")


def load_savedmodel(folder: Path, safe_mode: bool) -> Servable | Diagnosis:
    """A servable of the folder's signature, or why there is none."""
    if not has_tensorflow():
        return Diagnosis("load_tensorflow", "path", {"path": str(folder)})
    try:
        read = _read(folder)
        swollen = None if isinstance(read, Diagnosis) else find_swollen(read)
    except Exception as error:  # files that can't be opened, and what protobuf raises for damaged ones
        sentence = getattr(error, "strerror", None) or f"its graph can't be read ({type(error).__name__})"
        return Diagnosis("load_broken", "path", {"path": str(folder), "sentence": sentence})
    if isinstance(read, Diagnosis):
        return read
    if swollen:
        return Diagnosis("load_archive", "path", {"path": str(folder), "reason": swollen})
    if safe_mode:
        wants = find_touching(read)
        if wants:
            more = f" and {len(wants) - LISTED} more" if len(wants) > LISTED else ""
            facts = {"path": str(folder), "wants": ", ".join(wants[:LISTED]) + more}
            return Diagnosis("load_graph", "path", facts)
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(folder))
    except Exception as error:  # whatever TensorFlow raises for a damaged folder
        from ..messages import keras_sentence

        facts = {"path": str(folder), "sentence": keras_sentence(error).rstrip(".")}
        return Diagnosis("load_broken", "path", facts)
    try:
        return _serve(folder, loaded)
    except Exception as error:  # a signature of another form than TensorFlow writes
        why = f"its signature can't be read ({type(error).__name__})"
        return Diagnosis("load_signature", "path", {"path": str(folder), "why": why})


def has_tensorflow() -> bool:
    """Whether TensorFlow is installed: Keras also runs on other backends."""
    return importlib.util.find_spec("tensorflow") is not None


def _read(folder: Path) -> Any:
    """The protocol buffer of a SavedModel."""
    file, text = folder / "saved_model.pb", folder / "saved_model.pbtxt"
    present = file if file.is_file() else text
    if present.stat().st_size == 0:
        return Diagnosis("load_empty", "path", {"path": str(present)})
    if present.stat().st_size >= MOST_BYTES:
        reason = "has a graph of more than 2 GiB"
        return Diagnosis("load_archive", "path", {"path": str(folder), "reason": reason})
    variables = folder / "variables"
    if variables.is_dir() and any(variables.iterdir()) and not (variables / "variables.index").is_file():
        return Diagnosis("load_broken", "path", {"path": str(folder), "sentence": "variables.index is not there"})
    from google.protobuf import text_format  # type: ignore[import-untyped]
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorflow.core.protobuf import saved_model_pb2

    proto = saved_model_pb2.SavedModel()
    try:
        if present is file:
            proto.ParseFromString(file.read_bytes())
        else:
            text_format.Parse(text.read_text(), proto)
    except (DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
        sentence = f"{present.name} can't be read ({type(error).__name__})"
        return Diagnosis("load_broken", "path", {"path": str(folder), "sentence": sentence})
    if not proto.meta_graphs:
        return Diagnosis("load_broken", "path", {"path": str(folder), "sentence": f"{present.name} holds no graph"})
    return proto


def find_swollen(proto: Any) -> str | None:
    """Constants that stand in the graph as one number, and fill the memory when they are made."""
    from tensorflow import dtypes

    declared, stored = 0, proto.ByteSize()
    for graph in proto.meta_graphs:
        for _, node, _ in _nodes(graph):
            if node.op == "Const":
                tensor = node.attr["value"].tensor
                sizes = [max(dim.size, 0) for dim in tensor.tensor_shape.dim]
                declared += math.prod(sizes) * (dtypes.as_dtype(tensor.dtype or 1).size or 1)
    is_bomb = declared > BOMB_BYTES and declared > BOMB_RATIO * stored
    return f"declares constants of {declared:,} bytes and holds {stored:,}" if is_bomb else None


def find_touching(proto: Any) -> list[str]:
    """The operations that touch more than numbers, but for those that only write checkpoints, which nobody runs."""
    found: list[str] = []
    for graph in proto.meta_graphs:
        functions = {function.signature.name: function for function in graph.graph_def.library.function}
        saving, restoring = _saver_parts(graph, functions)
        assets = {asset.tensor_info.name.split(":")[0] for asset in graph.asset_file_def}
        found += [f"the file {asset.filename[:60]!r}" for asset in graph.asset_file_def if leaves(asset.filename)]
        for place, node, scope in _nodes(graph):
            if place in saving or not _touches(node, scope, assets):
                continue
            if place in restoring and node.op == "RestoreV2":
                continue
            word = node.op
            if node.op.startswith("InitializeTableFromTextFile"):
                word = "a table read from a file outside the folder"
            if word not in found:
                found.append(word)
    return found


def _nodes(graph: Any) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every node with its place, the name of its function or its own after a colon, and the nodes beside it."""
    scope = {node.name: node for node in graph.graph_def.node}
    for node in graph.graph_def.node:
        yield f":{node.name}", node, scope
    for function in graph.graph_def.library.function:
        scope = {node.name: node for node in function.node_def}
        for node in function.node_def:
            yield function.signature.name, node, scope


def _touches(node: Any, scope: dict[str, Any], assets: set[str]) -> bool:
    if node.op == "PrintV2":
        return bytes(node.attr["output_stream"].s).startswith(b"file:")
    if node.op in ("InitializeTableFromTextFile", "InitializeTableFromTextFileV2"):
        return _reads_fixed_path(node, scope, assets)
    if node.op in ("DecodeProtoV2", "EncodeProto"):
        source = bytes(node.attr["descriptor_source"].s)
        return bool(source) and not source.startswith((b"local://", b"bytes://"))
    if node.op == "FixedUnigramCandidateSampler":
        return bool(node.attr["vocab_file"].s)
    return bool(TOUCHING.search(node.op)) and not HARMLESS.search(node.op)


def _reads_fixed_path(node: Any, scope: dict[str, Any], assets: set[str]) -> bool:
    """Whether a table is filled from a path in the graph; a file of the folder comes in as an asset or argument."""
    source = scope.get(_node_name(node.input[1])) if len(node.input) > 1 else None
    return source is not None and source.op != "Placeholder" and source.name not in assets


def _saver_parts(graph: Any, functions: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The places that only save the model, which loading and predicting never run, and those that only restore it."""
    nodes = {node.name: node for node in graph.graph_def.node}
    saver = graph.saver_def
    save = _upstream(nodes, [saver.save_tensor_name, saver.filename_tensor_name])
    restore = _upstream(nodes, [saver.restore_op_name]) - save
    called = {str(key) for key in graph.object_graph_def.concrete_functions}
    other = {name for name in nodes if name not in save and name not in restore}
    elsewhere = _functions_of((nodes[name] for name in other), functions) | _closure(called, functions)
    runs = [[i.name for i in (*one.outputs.values(), *one.inputs.values())] for one in graph.signature_def.values()]
    runs += [list(one.node_list.value) for one in graph.collection_def.values()]  # what is run at loading is among them
    for names in runs:
        run = _upstream(nodes, names)
        save, restore = save - run, restore - run
        elsewhere |= _functions_of((nodes[name] for name in run), functions)
    saving = _functions_of((nodes[name] for name in save), functions) - elsewhere
    restoring = _functions_of((nodes[name] for name in restore), functions) - elsewhere
    return saving - restoring | {f":{name}" for name in save}, restoring | {f":{name}" for name in restore}


def _upstream(nodes: dict[str, Any], ends: list[str]) -> set[str]:
    found: set[str] = set()
    waiting = [_node_name(end) for end in ends if end]
    while waiting:
        name = waiting.pop()
        if name in found or name not in nodes:
            continue
        found.add(name)
        waiting += [_node_name(source) for source in nodes[name].input]
    return found


def _node_name(tensor: str) -> str:
    return tensor.lstrip("^").split(":")[0]


def _functions_of(nodes: Any, functions: dict[str, Any]) -> set[str]:
    names = {name for node in nodes for name in _called(node)}
    return _closure(names, functions)


def _called(node: Any) -> Iterator[str]:
    for attribute in node.attr.values():
        if attribute.func.name:
            yield attribute.func.name
        for function in attribute.list.func:
            yield function.name
    yield node.op  # a function can be called as an operation of its own


def _closure(names: set[str], functions: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or name not in functions:
            continue
        found.add(name)
        for node in functions[name].node_def:
            waiting += _called(node)
    return found


def _serve(folder: Path, loaded: Any) -> Servable | Diagnosis:
    """The endpoint that Keras exports with its inputs as the model had them, else the signature with names."""
    signatures = dict(getattr(loaded, "signatures", {}))
    signatures = {key: value for key, value in signatures.items() if value.structured_input_signature[1]}
    facts = {"path": str(folder)}
    served = _served(loaded)
    name = next((key for key in NAMES if key in signatures), next(iter(sorted(signatures)), None))
    if served is None and name is None:
        return Diagnosis("load_signature", "path", {**facts, "why": "it has no signature to predict with"})
    if served is not None:
        servable = Servable(folder.resolve().name, loaded, served, "serve", positional=True)
    else:
        servable = Servable(folder.resolve().name, loaded, signatures[name], str(name), positional=False)
    why = servable.unreadable()
    return Diagnosis("load_signature", "path", {**facts, "why": why}) if why else servable


def _served(loaded: Any) -> Any:
    """The concrete function behind Keras 3's `serve`, where it has positional inputs only."""
    function = getattr(loaded, "serve", None)
    concrete = getattr(function, "concrete_functions", None) or []
    if len(concrete) != 1:
        return None
    arguments, named = concrete[0].structured_input_signature
    return concrete[0] if len(arguments) == 1 and not named else None
