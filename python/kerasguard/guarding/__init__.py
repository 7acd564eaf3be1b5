"""Models as snapshots: plain data that are stored, copied and sent, and predict wherever they arrive."""

from .guarded import Guarded, live

__all__ = ["Guarded", "live"]
