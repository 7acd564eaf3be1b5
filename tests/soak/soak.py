"""`make soak`: what tests/test_score_dataset.py does in seconds, for about ten minutes with millions of rows.

Not collected by `make test`: its name does not begin with `test_`.
"""

from __future__ import annotations

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]
import test_score_dataset as small  # noqa: E402

BENCH = HERE.parent.parent / "benchmarks/scoring.py"
KILLS = int(os.environ.get("KERASGUARD_KILLS", "40"))
FILES, ROWS, AT_ONCE = 40, 100_000, 5000  # four million rows, slowly enough to be killed often


def one_kill(process, source, target, chance, how):
    """Let it finish some files, and end it at any moment after."""
    began = len(json_lines(target))
    while len(json_lines(target)) <= began:
        if process.poll() is not None:
            break
        time.sleep(0.001)
    time.sleep(chance.random() * chance.choice([0.02, 0.3, 3]))
    process.send_signal(how)
    process.communicate()
    return process.returncode


def json_lines(target):
    file = target / small.JOURNAL
    return file.read_bytes().split(b"\n")[:-1] if file.exists() else []


def done_files(target):
    return {entry["file"] for entry in map(json.loads, json_lines(target)) if "rows" in entry}


def test_killed_many_times(tmp_path):
    source = small.make_input(tmp_path / "in", FILES, ROWS)
    small.score(source, tmp_path / "whole")
    chance = random.Random(time.time_ns())
    kills = rounds = 0
    while kills < KILLS:
        target, known = tmp_path / f"out-{rounds}", {}
        while not (target / small.SUCCESS).exists():
            how = chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGINT])
            code = one_kill(small.child(source, target, AT_ONCE), source, target, chance, how)
            kills += code != 0
            done = done_files(target)
            times = {name: (target / name).stat().st_mtime_ns for name in done}
            assert {name: times[name] for name in known} == known, "a finished file was computed again"
            for name in done - set(known):
                got = pq.read_table(target / name)
                assert got.equals(pq.read_table(tmp_path / "whole" / name)), name
            if how == signal.SIGINT:
                assert not list(target.glob(f".*{small.TEMP}")), "Ctrl-C left a file"
            known = times
            print(f"{kills} kills, {len(done)} of {FILES} files, ended with {code}", flush=True)
            if kills >= KILLS:
                break
        small.score(source, target)
        assert not list(target.glob(f".*{small.TEMP}"))
        assert small.results(target).equals(small.results(tmp_path / "whole"))
        rounds += 1


@pytest.mark.parametrize("files", [8, 1], ids=["files", "one file"])
def test_memory_is_flat(files):
    def peak(files, rows):
        command = [sys.executable, str(BENCH), "memory", "mlp", str(files), str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=BENCH.parent)
        return float(done.stdout.split()[-1])

    few, many = peak(1, 500_000), peak(files, 4_000_000 // files)
    print(f"peak of memory: {few:.0f} MiB, with 8 times the rows in {files} file(s) {many:.0f} ({many / few:.3f})")
    assert many <= 1.1 * few


@pytest.fixture
def little_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=15m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("only root may mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_fills_up(tmp_path, little_disk):
    source, target = small.make_input(tmp_path / "in", 20, ROWS), little_disk / "out"
    done = 0
    for size in (15, 30, 45):
        subprocess.run(["mount", "-o", f"remount,size={size}m", str(little_disk)], check=True)
        error = small.refused(source, target)
        assert error.code == "score_write"
        assert "No space left on device" in str(error)
        before, done = done, len(done_files(target))
        assert done > before
        assert not list(target.glob(f".*{small.TEMP}"))
        print(f"{size} MB: {done} of 20 files, then: {error}", flush=True)
    subprocess.run(["mount", "-o", "remount,size=400m", str(little_disk)], check=True)
    assert small.score(source, target).files_resumed == done
    small.score(source, tmp_path / "whole")
    assert small.results(target).equals(small.results(tmp_path / "whole"))
