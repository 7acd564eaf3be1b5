"""Small words that follow from the facts: verbs, code fragments, the first of several names.

A template that names a fact which the rule did not give finds it here: the words of the entries in `messages/shape.py`
are in `derived/shape.py`, and so on; those that entries of several files use are in `derived/common.py`.
"""

from __future__ import annotations

from . import common, far, held, loading, results, scale, scoring, shape, streams, structure, targets, values  # noqa: F401  they register words
