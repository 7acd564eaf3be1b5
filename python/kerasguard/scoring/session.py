"""The Spark session to work with: the one that runs, else one of our own on this machine; and what it is sent."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import warnings
import weakref
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..report import Call, Diagnosis, Refused, Report
from ..rules.environment import release
from ..spark_worker import SentFile

MASTER = "local[*,4]"  # all cores; a task that failed is tried again, which local[*] does not do
AT_HOME = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "localhost"}
OLDEST_SPARK, OLDEST_JAVA = (4,), 17

MOST_SENT = 32 * 2**20  # bytes within a message; its limit is 128 MiB

MOST_KEPT = 4  # models that are kept for later jobs of a session, as by its workers

_sent: weakref.WeakKeyDictionary[Any, set[str]] = weakref.WeakKeyDictionary()
_models: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()


def check_pyspark(call: Call) -> None:
    """Refuse where there is no PySpark, or an old one."""
    found = getattr(sys.modules.get("pyspark"), "__version__", None)  # a cluster's own may be known to nobody else
    for name in ("pyspark", "pyspark-client"):  # that of Spark Connect alone
        with suppress(PackageNotFoundError):
            found = found or version(name)
    if found is None:
        _refuse(call, "environment_spark_missing", python_path=sys.executable)
    elif release(found) < OLDEST_SPARK:
        _refuse(call, "environment_spark_old", python_path=sys.executable, pyspark=found)


def _refuse(call: Call, code: str, **facts: Any) -> None:
    raise Refused(Report(call, (Diagnosis(code, "environment", facts),)))


@contextmanager
def spark_session(call: Call) -> Iterator[Any]:
    """The session that runs, and stays; else one of our own, which ends with the block.

    Raises:
        Refused: Without PySpark 4; and where Spark must be started, without Java 17.
    """
    check_pyspark(call)
    with quiet():
        found = _running()
        if found is not None:
            yield found
            return
        _check_java(call)
        session = _start(call)
        try:
            yield session
        finally:
            _stop(session)


@contextmanager
def quiet() -> Iterator[None]:
    """Without what PySpark says of versions of pandas at every call: no pandas is used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _running() -> Any:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    found = SparkSession.getActiveSession()
    if found is None and ("PYSPARK_GATEWAY_PORT" in os.environ or SparkContext._active_spark_context is not None):
        found = SparkSession.builder.getOrCreate()  # under spark-submit, which knows the master
    return found


def java_problem() -> Diagnosis | None:
    """What is wrong with the Java that Spark would start; nothing where it will do."""
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    try:
        done = subprocess.run([java or "java", "-version"], capture_output=True, text=True, timeout=60)
        found = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    except (OSError, subprocess.TimeoutExpired):
        found = None
    if found is None:
        return Diagnosis("environment_java_missing", "environment", {"home": home} if home else {})
    if int(found.group(1)) < OLDEST_JAVA:
        facts = {"java": found.group(1), "java_path": java}
        return Diagnosis("environment_java_old", "environment", facts)
    return None


def _check_java(call: Call) -> None:
    problem = java_problem()
    if problem is not None:
        raise Refused(Report(call, (problem,)))


def _start(call: Call) -> Any:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    cores = os.cpu_count() or 1
    conf = SparkConf().setMaster(MASTER).setAppName("kerasguard")
    conf.setAll(
        {
            "spark.driver.memory": f"{2 + cores // 2}g",
            # nobody but this process is meant to reach it
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "UTC",
            # as in files and as in data frames: `a` and `A` are two columns
            "spark.sql.caseSensitive": "true",
        }.items()
    )
    # Java keeps the file open, and speaks to nobody
    with _environment(PYSPARK_PYTHON=sys.executable), tempfile.TemporaryFile() as log:
        try:
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
            # in a thread of its own: in the main one it would take Ctrl-C over, and keep it when it has ended
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(lambda: SparkSession(SparkContext(conf=conf, gateway=gateway))).result()
        except Exception as error:  # of Java, of ports, of a folder that can't be written
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            _refuse(
                call,
                "environment_spark_start",
                python_path=sys.executable,
                sentence=_sentence(said) or str(error).strip().splitlines()[0],
            )


@contextmanager
def _environment(**own: str) -> Iterator[None]:
    """What Spark of this machine starts with. That others find it by name is not needed, and may not be so."""
    own |= {name: value for name, value in AT_HOME.items() if name not in os.environ}
    kept = {name: os.environ.get(name) for name in own}
    os.environ |= own
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _sentence(said: list[str]) -> str:
    """The line that tells most of what Java said."""
    errors = [line for line in said if re.search(r"error|exception|could not|unable", line, re.IGNORECASE)]
    return (errors or said or [""])[0].strip()[:200].rstrip(".")


def _stop(session: Any) -> None:
    """End it, and its Java: a session that the user starts later has its own, with its own settings."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    session.stop()
    if gateway is None or gateway.proc is None:
        return
    with suppress(Exception):  # it may have ended by itself
        gateway.shutdown()
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(30)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
    SparkContext._gateway = SparkContext._jvm = None


def lend_libraries(context: Any) -> None:
    """Let workers of this machine find their own Python's library: R names folders where another one may be."""
    named, own = os.environ.get("LD_LIBRARY_PATH"), sysconfig.get_config_var("LIBDIR")
    if named and own and context.master.startswith("local"):
        context.environment.setdefault("LD_LIBRARY_PATH", os.pathsep.join([own, named]))


def is_connect(session: Any) -> bool:
    """Whether it is a client of Spark Connect, which has no SparkContext."""
    return ".connect." in type(session).__module__


def send_core(session: Any) -> None:
    """Let workers import this kerasguard: clusters have none, and R users have it in their R library."""
    owner = session if is_connect(session) else session.sparkContext
    sent = _sent.setdefault(owner, set())
    path = core_zip()
    if path.name in sent:
        return
    if owner is session:
        session.addArtifacts(str(path), pyfile=True)
    else:
        before = list(sys.path)
        owner.addPyFile(str(path))
        sys.path[:] = before  # here it is loaded already
    sent.add(path.name)


def sent(session: Any, content: bytes, digest: str) -> Any:
    """What workers get at, once each: a broadcast. Spark Connect has none, and messages of a limited size.

    What was sent before, by its `digest`, is not sent again.
    """
    known = _models.setdefault(session if is_connect(session) else session.sparkContext, {})
    found = known.pop(digest, None)
    if found is None:
        found = _send(session, content, digest)
        while len(known) >= MOST_KEPT:  # frames that are still to be computed keep theirs
            known.pop(next(iter(known)))
    known[digest] = found
    return found


def _send(session: Any, content: bytes, digest: str) -> Any:
    if not is_connect(session):
        lend_libraries(session.sparkContext)
        return session.sparkContext.broadcast(content)
    if len(content) <= MOST_SENT:
        return content
    path = Path(_folder()) / f"kerasguard-{digest}"
    path.write_bytes(content)
    try:
        session.addArtifacts(str(path), file=True)
    finally:
        path.unlink()
    return SentFile(path.name)


def core_zip() -> Path:
    """This package as one file that Python imports from, named by its contents. It is kept until this process ends."""
    package = Path(__file__).parents[1]
    if not package.is_dir():  # imported from such a file
        return package.parent
    files = {file.relative_to(package.parent).as_posix(): file.read_bytes() for file in sorted(package.rglob("*.*"))
             if file.suffix in (".py", ".dcf")}  # fmt: skip
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    path = Path(_folder()) / f"kerasguard-{digest}.zip"
    if not path.exists():
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    return path


_kept: list[Any] = []


def _folder() -> str:
    """Of this process: Spark fetches files from where they lie."""
    if not _kept:
        _kept.append(tempfile.TemporaryDirectory(prefix="kerasguard"))
    return str(_kept[0].name)
