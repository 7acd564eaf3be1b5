"""What can be measured only in a fresh process: the first call, the import, and peak memory. Prints one number.

python benchmarks/once.py first-guard|first-predict|import|memory [MODEL]
"""

from __future__ import annotations

import sys
import time


def first_call(which: str, name: str) -> float:
    import kerasguard as kg
    from models import data, make

    model = make(name)
    x = data(model, 100)
    began = time.perf_counter()
    if which == "first-guard":
        kg.safe_predict(model, x, verbose=0)
    else:
        model.predict(x, verbose=0)
    return time.perf_counter() - began


def importing() -> float:
    began = time.perf_counter()
    import kerasguard  # noqa: F401

    return time.perf_counter() - began


def memory(name: str) -> float:
    """MiB at the peak beside input and output, for a million rows."""
    import kerasguard as kg
    import numpy as np
    from models import data, make

    model = make(name)
    kg.safe_predict(model, data(model, 20_000), verbose=0)
    x = data(model, 1_000_000)
    output = np.zeros((1_000_000, *model.output_shape[1:]), "float32")  # touched, as the answer will be
    before = _resident("VmRSS")
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # sets the peak back to the present
    got = kg.safe_predict(model, x, verbose=0)
    return (_resident("VmHWM") - before) / 1024 - (got.nbytes / 2**20) + 0 * output[0, 0]


def _resident(field: str) -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field))


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    if task == "import":
        print(importing())
    elif task == "memory":
        print(memory(*rest))
    else:
        print(first_call(task, *rest))
