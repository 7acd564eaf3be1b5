"""A model looked at before it runs: its static faults, and what goes in and out of each layer."""

from __future__ import annotations

from .check import check, check_model
from .picture import Row
from .result import ModelCheck

__all__ = ["ModelCheck", "Row", "check", "check_model"]
