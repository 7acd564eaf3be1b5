"""SavedModel folders: what they predict, and what they may not do."""

from __future__ import annotations

import zipfile

import keras
import kerasguard as kg
import numpy as np
import pandas as pd
import pytest
from kerasguard.signature import is_model, make_signature
from needs import tf
from test_loading import load, refused
from test_loading_old import FILES

saved_model_pb2 = pytest.importorskip("tensorflow.core.protobuf.saved_model_pb2")
L = keras.layers
pytestmark = pytest.mark.filterwarnings("ignore")


def numbers(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def served(path, codes=("load_servable",), **options):
    return load(path, codes, **options)


def lstm():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((5, 3)), L.LSTM(4), L.Dense(2)])


def two(structure):
    keras.utils.set_random_seed(0)
    a, b = keras.Input((4,), name="right"), keras.Input((3,), name="left")
    h = L.Concatenate()([L.Dense(2)(a), b])
    y, z = L.Dense(1, name="y")(h), L.Dense(2, name="z")(h)
    if structure == "list":
        return keras.Model([a, b], [z, y])
    return keras.Model({"right": a, "left": b}, {"z": z, "y": y})


def test_an_export_of_keras_3_predicts_and_is_guarded(tmp_path):
    model, x = lstm(), numbers(40, 5, 3)
    model.export(tmp_path / "m", verbose=False)
    servable = served(tmp_path / "m")
    assert is_model(servable)
    assert make_signature(servable).source == "servable"
    truth = model.predict(x, verbose=0)
    np.testing.assert_allclose(servable.predict(x), truth, rtol=1e-6)
    np.testing.assert_allclose(kg.safe_predict(servable, x.astype("float64")), truth, rtol=1e-6)
    np.testing.assert_allclose(kg.safe_predict(servable, x, batch_size=7), truth, rtol=1e-5)
    assert kg.safe_predict(servable, x[:0]).shape == (0, 2)
    ready = kg.validate_and_coerce(servable, x.astype("float64"))
    assert ready.dtype == "float32"
    assert ready.shape == x.shape
    with pytest.raises(kg.ShapeError):
        kg.safe_predict(servable, numbers(4, 5, 2))
    with pytest.raises(kg.MissingValueError):
        kg.safe_predict(servable, np.full((4, 5, 3), np.nan))
    assert not kg.check_input(servable, numbers(4, 7, 3)).ok
    assert "(samples, 5, 3) float32" in repr(servable)


@pytest.mark.parametrize("structure", ["list", "dict"])
def test_structures_of_inputs_and_outputs(tmp_path, structure):
    model = two(structure)
    model.export(tmp_path / "m", verbose=False)
    servable = served(tmp_path / "m")
    x = {"right": numbers(4, 4), "left": numbers(4, 3)}
    if structure == "list":
        x = [x["right"], x["left"]]
    truth, result = model.predict(x, verbose=0), kg.safe_predict(servable, x)
    for key in truth if structure == "dict" else range(2):
        np.testing.assert_allclose(result[key], truth[key], rtol=1e-6)


def test_a_folder_of_keras_2(tmp_path):
    with zipfile.ZipFile(FILES) as archive:
        archive.extractall(tmp_path)
    servable = served(tmp_path / "nested_folder")
    arrays = np.load(tmp_path / "nested.npz")
    first, second = servable.input_names
    result = kg.safe_predict(servable, {first: arrays["x0"], second: arrays["x1"]})
    np.testing.assert_allclose(result["z"], arrays["y0"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(result["y"], arrays["y1"], rtol=1e-5, atol=1e-6)
    assert served(tmp_path / "nested_folder" / "saved_model.pb").name == "nested_folder"


class Scores(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable(tf.reshape(tf.range(10.0), (5, 2)))

    @tf.function(input_signature=[tf.TensorSpec((None, 5), tf.float32)])
    def __call__(self, x):
        return {"scores": x @ self.w, "best": tf.argmax(x @ self.w, 1)}


def test_a_module_of_tensorflow(tmp_path):
    module = Scores()
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.__call__)
    servable, x = served(tmp_path / "m"), numbers(4, 5)
    result = kg.safe_predict(servable, pd.DataFrame(x, columns=list("abcde")))
    np.testing.assert_allclose(result["scores"], x @ module.w.numpy(), rtol=1e-5)
    assert result["best"].dtype == "int64"
    assert len(servable.weights) == 1
    with pytest.raises(kg.ShapeError):
        kg.safe_predict(servable, numbers(4, 6))


def test_signatures_of_tensorflow_1(tmp_path):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float64, (None, 3), "x")
        keep = v1.placeholder(tf.float64, (), "keep")
        y = tf.matmul(x, tf.ones((3, 2), tf.float64))
        v1.saved_model.simple_save(session, str(tmp_path / "m"), {"rows": x}, {"sums": y})
        v1.saved_model.simple_save(session, str(tmp_path / "n"), {"rows": x, "keep": keep}, {"sums": y * keep})
    data = numbers(4, 3).astype("float64")
    result = kg.safe_predict(served(tmp_path / "m"), data)
    np.testing.assert_allclose(result, data.sum(1, keepdims=True) * [[1, 1]])
    assert "keep" in refused(tmp_path / "n", "load_signature")


def test_text_and_one_row_at_a_time(tmp_path):
    keras.utils.set_random_seed(0)
    words = L.TextVectorization(vocabulary=["good", "bad"], output_sequence_length=3)
    model = keras.Sequential([keras.Input((1,), dtype="string"), words, L.Embedding(6, 2), L.Flatten(), L.Dense(1)])
    model.export(tmp_path / "m", verbose=False)
    x = np.array(["good film", "bad"])
    truth = model.predict(tf.constant(x)[:, None], verbose=0)
    np.testing.assert_allclose(kg.safe_predict(served(tmp_path / "m"), x), truth, rtol=1e-6)

    class One(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((1, 5), tf.float32)])
        def sums(self, x):
            return tf.reduce_sum(x, 1)

    one = One()
    tf.saved_model.save(one, str(tmp_path / "one"), signatures=one.sums)
    np.testing.assert_allclose(kg.safe_predict(served(tmp_path / "one"), np.ones((3, 5))), [5.0, 5.0, 5.0])


def acting(path, act):
    class Acting(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 5), tf.float32)])
        def run(self, x):
            return act(x)

    module = Acting()
    tf.saved_model.save(module, str(path), signatures=module.run)
    return path


def after(operation, x):
    with tf.control_dependencies([operation]):
        return x + 0.0


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("WriteFile", lambda mark: lambda x: after(tf.io.write_file(mark, "x"), x)),
        ("ReadFile", lambda mark: lambda x: x + tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), "float32")),
        ("MatchingFiles", lambda mark: lambda x: x + tf.cast(tf.size(tf.io.matching_files("/etc/*")), "float32")),
        ("EagerPyFunc", lambda mark: lambda x: tf.py_function(lambda v: v, [x], tf.float32)),
        ("PyFunc", lambda mark: lambda x: tf.numpy_function(lambda v: v, [x], tf.float32)),
        ("PrintV2", lambda mark: lambda x: after(tf.print("x", output_stream=f"file://{mark}"), x)),
        ("SaveV2", lambda mark: lambda x: after(tf.raw_ops.SaveV2(prefix=mark, tensor_names=["a"],
                                                                 shape_and_slices=[""], tensors=[x]), x)),
        ("RestoreV2", lambda mark: lambda x: x + tf.raw_ops.RestoreV2(prefix=mark, tensor_names=["a"],
                                                                     shape_and_slices=[""], dtypes=["float32"])[0]),
        ("TextLineDataset", lambda mark: lambda x: tf.data.TextLineDataset("/etc/hostname").reduce(
            x, lambda y, line: y + tf.cast(tf.strings.length(line), "float32"))),
        ("WriteFile", lambda mark: lambda x: tf.map_fn(lambda row: after(tf.io.write_file(mark, "x"), row), x)),
    ],
)  # fmt: skip
def test_graphs_that_touch_more_than_numbers_are_refused(tmp_path, name, act):
    mark = tmp_path / "mark"
    path = acting(tmp_path / "m", act(str(mark)))
    mark.unlink(missing_ok=True)
    text = refused(path, "load_graph")
    assert name in text
    assert not list(tmp_path.glob("mark*"))
    if name == "WriteFile":  # allowed on purpose
        kg.safe_predict(served(path, safe_mode=False), numbers(2, 5))
        assert mark.exists()


def test_graphs_with_harmless_operations_of_such_names_are_taken(tmp_path):
    path = acting(tmp_path / "m", lambda x: after(tf.print("rows", tf.shape(x)[0]), tf.debugging.check_numerics(x, "")))
    np.testing.assert_array_equal(kg.safe_predict(served(path), np.ones((2, 5))), np.ones((2, 5)))


def test_tables_of_words_come_from_the_folder(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("a\nb\n")
    text, line = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER

    class Table(tf.Module):
        def __init__(self):
            super().__init__()
            source = tf.lookup.TextFileInitializer(str(words), tf.string, text, tf.int64, line)
            self.table = tf.lookup.StaticHashTable(source, -1)

        @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
        def ids(self, x):
            return self.table.lookup(x)

    table = Table()
    tf.saved_model.save(table, str(tmp_path / "m"), signatures=table.ids)
    words.unlink()
    np.testing.assert_array_equal(kg.safe_predict(served(tmp_path / "m"), np.array(["b", "?"])), [1, -1])


def test_a_table_from_elsewhere_is_refused(tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("a\nb\n")

    class Table(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
        def ids(self, x):
            table = tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64)
            fill = tf.raw_ops.InitializeTableFromTextFileV2(
                table_handle=table, filename=str(words), key_index=-2, value_index=-1
            )
            with tf.control_dependencies([fill]):
                return tf.raw_ops.LookupTableFindV2(table_handle=table, keys=x, default_value=tf.constant(-1, tf.int64))

    module = Table()
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.ids)
    assert "outside" in refused(tmp_path / "m", "load_graph")


def test_damaged_folders(tmp_path):
    lstm().export(tmp_path / "m", verbose=False)
    graph = tmp_path / "m" / "saved_model.pb"
    whole = graph.read_bytes()
    (tmp_path / "m" / "variables" / "variables.index").unlink()
    refused(tmp_path / "m", "load_broken")
    graph.write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "m", "load_broken")
    graph.write_bytes(b"")
    refused(tmp_path / "m", "load_empty")


def test_a_servable_learns_names_of_columns(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    model.export(tmp_path / "m", verbose=False)
    servable = served(tmp_path / "m")
    frame = pd.DataFrame(numbers(4, 3), columns=list("abc"))
    kg.learn_blueprint(servable, frame)
    with pytest.warns(kg.RepairNotice):
        result = kg.safe_predict(servable, frame[["c", "a", "b"]])
    np.testing.assert_allclose(result, model.predict(frame.to_numpy(), verbose=0), rtol=1e-6)


def changed(folder, change):
    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((folder / "saved_model.pb").read_bytes())
    change(proto.meta_graphs[0])
    (folder / "saved_model.pb").write_bytes(proto.SerializeToString())


def test_what_is_run_at_loading_can_not_pose_as_the_saver(tmp_path):
    mark, graph, v1 = tmp_path / "mark", tf.Graph(), tf.compat.v1
    with graph.as_default():
        x = v1.placeholder(tf.float32, (None, 3), name="x")
        y = tf.identity(x * v1.get_variable("v", initializer=2.0), name="y")
        write = tf.raw_ops.WriteFile(filename=str(mark), contents="x", name="write")
        with graph.control_dependencies([write]):
            tf.constant(["a"], name="saver")
        with v1.Session(graph=graph) as session:
            session.run(v1.global_variables_initializer())
            builder = v1.saved_model.Builder(str(tmp_path / "m"))
            signature = v1.saved_model.predict_signature_def({"x": x}, {"y": y})
            builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature}, main_op=write)
            builder.save()
    assert "WriteFile" in refused(tmp_path / "m", "load_graph")
    changed(tmp_path / "m", lambda meta: setattr(meta.saver_def, "save_tensor_name", "saver:0"))
    assert "WriteFile" in refused(tmp_path / "m", "load_graph")
    assert not mark.exists()


def test_constants_that_swell(tmp_path):
    module = tf.Module()
    module.serve = tf.function(lambda x: x * 2.0, [tf.TensorSpec((None, 3), tf.float32)])
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.serve)
    served(tmp_path / "m")

    def swell(meta):
        for function in meta.graph_def.library.function:
            for node in function.node_def:
                if node.op == "Const":
                    del node.attr["value"].tensor.tensor_shape.dim[:]
                    node.attr["value"].tensor.tensor_shape.dim.add().size = 10**10

    changed(tmp_path / "m", swell)
    assert "constants" in refused(tmp_path / "m", "load_archive")


def trained_on_a_table(units, activation):
    keras.utils.set_random_seed(0)
    parts = [keras.Input((3,)), L.BatchNormalization(), L.Dropout(0.2), L.Dense(units, activation)]
    model = keras.Sequential(parts)
    frame = pd.DataFrame(numbers(20, 2), columns=["age", "income"])
    frame.insert(1, "sex", pd.Categorical(["m", "f"] * 10))
    classes = pd.Series(pd.Categorical(np.where(frame["age"] > 0, "yes", "no")))
    kg.learn_blueprint(model, frame, classes, label_base=0)
    return model, frame


@pytest.mark.parametrize(("units", "activation"), [(1, "sigmoid"), (2, "softmax")])
def test_a_folder_keeps_columns_levels_and_classes(tmp_path, units, activation):
    model, frame = trained_on_a_table(units, activation)
    path = tmp_path / "my models" / "mödel"
    path.parent.mkdir()
    with pytest.warns(kg.RepairNotice, match="can't be trained"):
        kg.safe_save_model(model, path)
    assert [entry.name for entry in path.parent.iterdir()] == ["mödel"]
    servable = served(path)
    learned = kg.blueprint(servable)
    assert learned.inputs == kg.blueprint(model).inputs
    assert learned.outputs[0].classes == ("no", "yes")
    truth = kg.safe_predict(model, frame, type="class", repairs="quiet")
    for table in (frame, frame[["income", "sex", "age"]]):
        assert list(kg.safe_predict(servable, table, type="class", repairs="quiet")) == list(truth)
    shares = [kg.safe_predict(net, frame, type="prob", repairs="quiet") for net in (model, servable)]
    np.testing.assert_allclose(*shares, rtol=1e-5)


def test_a_blueprint_beside_other_weights_is_left_out(tmp_path):
    model, _ = trained_on_a_table(1, "sigmoid")
    kg.safe_save_model(model, tmp_path / "m")
    model.layers[-1].kernel.assign(model.layers[-1].kernel + 1)
    model.export(tmp_path / "m", verbose=False)  # leaves the old kerasguard.json there
    served(tmp_path / "m", ["load_servable", "load_blueprint_weights"])


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    model, _ = trained_on_a_table(1, "sigmoid")
    path = tmp_path / "m"
    kg.safe_save_model(model, path, overwrite=False)
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_save_model(model, path, overwrite=False)
    assert caught.value.code == "save_exists"
    (path / "variables" / "left.over").write_text("x")
    kg.safe_save_model(model, path)
    assert not (path / "variables" / "left.over").exists()
    before = (path / "saved_model.pb").read_bytes()
    broken = keras.Sequential([L.Dense(1)])  # never built
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_save_model(broken, path)
    assert caught.value.code == "save_failed"
    assert (path / "saved_model.pb").read_bytes() == before
    (path / "notes.txt").write_text("mine")
    with pytest.raises(kg.ModelLoadError) as caught:
        kg.safe_save_model(model, path)
    assert caught.value.code == "save_into_folder"
    assert [entry.name for entry in tmp_path.iterdir()] == ["m"]


def test_what_a_servable_can_not_do_is_said(tmp_path):
    model, frame = trained_on_a_table(1, "sigmoid")
    kg.safe_save_model(model, tmp_path / "m")
    servable = served(tmp_path / "m")
    for act in (
        lambda: kg.safe_fit(servable, frame, np.zeros(20)),
        lambda: kg.safe_evaluate(servable, frame, np.zeros(20)),
        lambda: kg.safe_save_model(servable, tmp_path / "other.keras"),
    ):
        with pytest.raises(kg.KerasGuardError) as caught:
            act()
        assert caught.value.code == "load_predicts_only"
    assert kg.check_model(servable).ok
    assert kg.check_input(servable, frame).ok


@pytest.mark.parametrize(
    ("make", "activation"),
    [
        (lambda x: L.Dense(2, "softmax")(x), "softmax"),
        (lambda x: L.Dropout(0.5)(L.Dense(2, "sigmoid")(x)), "sigmoid"),
        (lambda x: L.Dense(2)(x), "linear"),
        (lambda x: L.Softmax()(L.Dense(2)(x)), "softmax"),
        (lambda x: L.Dense(2, "softmax")(x) + 1.0, None),
    ],
)
def test_the_last_activation_is_read_from_the_graph(tmp_path, make, activation):
    x = keras.Input((3,))
    keras.Model(x, make(x)).export(tmp_path / "m", verbose=False)
    assert make_signature(served(tmp_path / "m")).outputs[0].activation == activation
