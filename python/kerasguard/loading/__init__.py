"""File -> model, and back."""

from __future__ import annotations

from .load import load_with_report, safe_load_model
from .save import safe_save_model, save_with_report

__all__ = ["load_with_report", "safe_load_model", "safe_save_model", "save_with_report"]
