"""What a Python holds. Run by its path, by any interpreter that somebody may have: nothing newer than Python 2.7.

Prints `name<tab>value` lines as soon as each is known, so that what was found stands even when an import ends the
process. `kerasguard.environment` and the R package run it and read the lines.
"""

from __future__ import print_function

import os
import platform
import re
import struct
import sys
import sysconfig

PACKAGES = {  # import name -> names of the distributions that bring it
    "numpy": ["numpy"],
    "pandas": ["pandas"],
    "narwhals": ["narwhals"],
    "pyarrow": ["pyarrow"],
    "pyspark": ["pyspark", "pyspark-client"],
    "ml_dtypes": ["ml_dtypes"],
    "h5py": ["h5py"],
    "tensorflow": [
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-macos",
        "tensorflow-intel",
        "tf-nightly",
        "tf-nightly-cpu",
    ],
    "keras": ["keras", "keras-nightly"],
    "tf_keras": ["tf_keras", "tf_keras-nightly"],
    "jax": ["jax"],
    "torch": ["torch"],
    "openvino": ["openvino"],
}
BACKENDS = ("tensorflow", "jax", "torch", "openvino", "numpy")


def tell(name, value):
    """One fact, at once; nothing for None."""
    if value is not None:
        print("%s\t%s" % (name, re.sub(r"\s+", " ", str(value)).strip()))
        sys.stdout.flush()


def interpreter():
    """Version, place and build of this Python."""
    yield "python", "%d.%d.%d" % sys.version_info[:3]
    yield "python_path", sys.executable
    yield "python_prefix", sys.prefix
    yield "python_bits", str(struct.calcsize("P") * 8)
    universal = sysconfig.get_platform().endswith("universal2")
    yield "python_machine", None if universal else machine_name(platform.machine())
    yield "libpython", shared_library()
    if externally_managed():
        yield "externally_managed", "yes"


def system():
    """The operating system, as people call it."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"] + ", " + platform.machine()
    except (AttributeError, OSError, KeyError):  # before Python 3.10, no Linux
        return platform.platform()


def machine_name(name):
    """One name per processor family: systems call the same one differently."""
    return {"amd64": "x86_64", "x86-64": "x86_64", "arm64": "aarch64"}.get(name.lower(), name.lower())


def shared_library():
    """The library that R would load, found where reticulate looks for it."""
    minor = "%d.%d" % sys.version_info[:2]
    if os.name == "nt":
        pattern, folders = (
            "python%s.dll" % minor.replace(".", ""),
            [getattr(sys, "base_prefix", sys.prefix), sys.prefix],
        )
    else:
        ending = "dylib" if sys.platform == "darwin" else "so"
        pattern = r"libpython%sd?m?\.%s" % (re.escape(minor), ending)
        folders = [sysconfig.get_config_var("LIBPL"), sysconfig.get_config_var("LIBDIR")]
        folders += [sys.prefix, sys.exec_prefix, getattr(sys, "base_exec_prefix", None)]
    for folder in folders:
        for name in sorted(os.listdir(folder)) if folder and os.path.isdir(folder) else []:
            if re.match(pattern, name):
                return os.path.join(folder, name)
    return None


def externally_managed():
    """Whether pip refuses to install here (PEP 668): a distribution's Python, outside of a virtual environment."""
    marker = os.path.join(sysconfig.get_path("stdlib") or "", "EXTERNALLY-MANAGED")
    return sys.prefix == getattr(sys, "base_prefix", sys.prefix) and os.path.exists(marker)


def packages():
    """Versions by the metadata of what is installed; nothing is imported."""
    try:
        from importlib.metadata import PackageNotFoundError, version
    except ImportError:  # before Python 3.8; too old to need more than its own version
        return
    for name, distributions in PACKAGES.items():
        found = []
        for distribution in distributions:
            try:
                found.append((distribution, version(distribution)))
            except PackageNotFoundError:
                continue
        for distribution, number in found[:1]:
            yield name, number
            yield name + "_package", distribution
        others = [distribution for distribution, number in found[1:] if number != found[0][1]]
        if others:  # of one version they bring the same files, as `tensorflow` and `tensorflow-intel` do on Windows
            yield name + "_twice", " ".join(others)


def own_core():
    """The kerasguard that `import kerasguard` would find here."""
    try:
        from importlib.util import find_spec

        spec = find_spec("kerasguard")
    except (ImportError, ValueError):
        return
    if spec is None or not spec.origin or not os.path.exists(spec.origin):
        return
    with open(spec.origin) as stream:
        found = re.search(r"__version__ = [\"']([^\"']+)", stream.read())
    yield "kerasguard", found.group(1) if found else None
    yield "kerasguard_path", os.path.dirname(spec.origin)


def backend():
    """Keras' backend, as Keras finds it, and who says so."""
    import json

    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    config = os.path.join(home, "keras.json")
    name, why = "tensorflow", "Keras' default"
    try:
        with open(config) as stream:
            name, why = json.load(stream).get("backend", name), config
    except (IOError, ValueError, AttributeError):
        pass
    if os.environ.get("KERAS_BACKEND"):
        name, why = os.environ["KERAS_BACKEND"], "KERAS_BACKEND"
    yield "backend", name
    yield "backend_why", why
    if os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true"):
        yield "legacy", "yes"


def imports(names):
    """Import in turn and stop at the first that fails: what comes after needs it."""
    for name in names:
        tell("suspect", shadow(name) or "no")
        tell("importing", name)  # stands alone if the import ends this process
        try:
            module = __import__(name)
            yield name, module.__version__
        except (Exception, SystemExit) as error:  # not the interrupt by which R ends a process that takes too long
            yield "broken", name
            yield "broken_error", ("%s: %s" % (type(error).__name__, error))[:300]
            yield "broken_needs", culprit(name, error)
            return
        yield "imported", name
    if names:
        yield "devices", devices(names)


def culprit(name, error):
    """The package that `name` needs and that is at fault: `missing`, or what pip calls it; None for `name` itself."""
    import traceback

    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    module = (getattr(error, "name", None) or frames[-1].f_globals.get("__name__", name)).split(".")[0]
    if module in (name, __name__):
        return None
    if type(error).__name__ == "ModuleNotFoundError":
        return "missing"
    try:
        from importlib.metadata import packages_distributions, version

        distribution = packages_distributions()[module][0]
        return "%s==%s" % (distribution, version(distribution))
    except (ImportError, LookupError):  # Python before 3.10, a module of Python's own
        return None


def shadow(name):
    """The file that is imported under this name, unless it is in a folder of installed packages."""
    for folder in sys.path:
        for path in (os.path.join(folder, name + ".py"), os.path.join(folder, name, "__init__.py")):
            if os.path.exists(path):
                return None if re.search("(site|dist)-packages", path) else os.path.abspath(path)
    return None


def devices(names):
    """What the backend computes on, such as `CPU, 2 GPU`."""
    if "tensorflow" in names:
        found = [device.device_type for device in sys.modules["tensorflow"].config.list_physical_devices()]
    elif "jax" in names:
        found = [device.platform.upper() for device in sys.modules["jax"].devices()]
    elif "torch" in names:
        found = ["CPU"] + ["GPU"] * sys.modules["torch"].cuda.device_count()
    else:
        return "CPU"
    kinds = sorted(set(found))
    return ", ".join(kind if found.count(kind) == 1 else "%d %s" % (found.count(kind), kind) for kind in kinds)


def to_import(found):
    """The installed packages that a prediction needs, in the order in which they need each other."""
    if "numpy" not in found:
        return []
    names = [name for name in ("numpy", "pandas") if name in found]
    chosen = found.get("backend")
    if chosen in BACKENDS and chosen in found:
        names += [name for name in (chosen, "keras") if name in found and name not in names]
    if "legacy" in found and "tensorflow" in names and "tf_keras" in found:
        names.append("tf_keras")
    return names


def main():
    """Tell it all; `versions` as the argument: without importing."""
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0]) == here:  # or our modules would hide others of the same names
        del sys.path[0]
    found = {}
    for part in (interpreter, packages, own_core, backend):
        for name, value in part():
            found[name] = value
            tell(name, value)
    tell("probed", "yes")
    if sys.version_info >= (3, 8) and sys.argv[1:] != ["versions"]:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        for name, value in imports(to_import(found)):
            tell(name, value)


if __name__ == "__main__":
    main()
