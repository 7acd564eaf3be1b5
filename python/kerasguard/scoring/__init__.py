"""Data sets that outgrow one call: the same function of a batch of rows, run here file by file, or on Spark."""

from .dataset import Scored, score_dataset
from .frame import score_frame

__all__ = ["Scored", "score_dataset", "score_frame"]
