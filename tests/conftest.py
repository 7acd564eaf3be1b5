from __future__ import annotations

import os
from traceback import walk_tb

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


# What Keras before 3.9, or the TensorFlow and pandas that go with it, can't do, or says otherwise: docs/support.md.
OLD_KERAS = {
    "test_check_model.py::test_a_fault_is_found[more bins than ids]": "that Keras tells bins in another way",
    "test_encoding.py::test_categories_that_stand_last": "pandas 2.0 warns of numpy",
    "-attention]": "attention is left to predict(), and not compiled",
    "test_engine.py::test_many_tiles_give": "pandas 2.0 can't put a number there",
    "test_environment.py::test_keras_without_h5py": "that Keras does not start without h5py",
    "test_fit_streams.py::test_class_weight[PyDataset]": "that Keras can't weight its own PyDataset",
    "test_guard.py::test_a_vocabulary_belongs": "that Keras can't take a batch of text here",
    "test_held.py::test_models_of_other": "that TensorFlow ends Python when it makes a model of LiteRT",
    "test_loading_earlier.py::test_a_transposed_convolution": "that Keras does not write output_padding",
    "test_loading_earlier.py::test_output_padding": "that Keras does not write output_padding",
    "test_loading_old.py::test_a_file_of_keras_2_predicts_what_keras_2_predicted[recurrent-h5]": "refused there",
    "test_loading_old.py::test_a_mended_model_can": "refused there",
    "test_loading_old.py::test_an_operation_computes": "operations take no name there: refused",
    "test_loading_old.py::test_hard_sigmoid_of_keras_3": "refused there",
    "test_loading_old.py::test_old_names_of_losses_schedules": "that Keras can't read such a schedule",
    "test_loading_old.py::test_the_compile_state_of_keras_2_comes_along[h5]": "that Keras can't train with it",
    "test_loading_safety.py::test_layers_larger_than": "refused there with another code",
    "test_loading_savedmodel.py::test_text_and_one_row": "that Keras can't take a batch of text here",
    "test_messages.py::test_words_are_as_agreed": "the words are agreed for a later Keras",
    "test_streams.py::test_an_image_data_generator": "that Keras warns of its own class",
    "test_targets.py::test_two_outputs[none for one-list]": "that Keras can't leave out a target",
    "test_uses.py::test_layers_with_mean_0": "that Keras can't save such a layer",
}


def pytest_collection_modifyitems(items):
    """Skip what this Keras can't do, and what is about TensorFlow where Keras runs on another backend."""
    import keras

    for item in items:
        if item.get_closest_marker("on_tensorflow") and keras.backend.backend() != "tensorflow":
            item.add_marker(pytest.mark.skip(reason="is about Keras on TensorFlow"))
        known = next((why for name, why in OLD_KERAS.items() if name in item.nodeid), None)
        if known and is_old(keras):
            item.add_marker(pytest.mark.skip(reason=f"Keras {keras.__version__}: {known}"))


def is_old(keras):
    """Whether it is one of those that OLD_KERAS is about."""
    return tuple(map(int, keras.__version__.split(".")[:2])) < (3, 9)


def pytest_configure(config):
    """Keras before 3.9 warns of every list of inputs that it has made a tuple of itself."""
    import keras

    if is_old(keras):
        config.addinivalue_line("filterwarnings", "ignore:The structure of `inputs` doesn't match:UserWarning")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    try:
        return (yield)
    except ImportError as error:
        if needs_tensorflow(error):
            pytest.skip(f"needs tensorflow: {error}")
        raise


def needs_tensorflow(error):
    """Whether a test asked Keras for what it has with TensorFlow only; the guard must have its own words for that."""
    if "tensorflow" not in str(error).lower():
        return False
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    return not any(module.split(".")[0] == "kerasguard" for module in modules)
