"""File -> model."""

from __future__ import annotations

from .load import load_with_report, safe_load_model

__all__ = ["load_with_report", "safe_load_model"]
