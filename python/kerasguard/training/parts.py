"""What one call of fit() or evaluate() has: what came, and what is known and found on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..blueprints import Blueprint
from ..job import Job
from ..observe import Observed
from ..report import Call, Finding, Report
from .streams import BatchCheck, Levels
from .targets import Target


@dataclass
class Parts:
    """What was handed over. `validation`: x, y and weights, None where there are none; `class_weight` as it came."""

    x: Observed
    y: Observed
    sample_weight: Observed
    class_weight: Any = None
    validation: tuple[Observed, Observed, Observed] | None = None


@dataclass
class Training:
    """`arguments`: what Keras gets, ready; None where there are problems. `blueprint`: what training saw.

    `checks`: of the streams among them, and `levels`: the classes of each output that their labels have.
    `is_other_rank`: some targets have other axes than what was given, so that Keras' steps are traced for others.
    """

    call: Call
    model: Any
    job: Job
    targets: list[Target] = field(default_factory=list)
    arguments: dict[str, Any] | None = None
    is_other_rank: bool = False
    findings: list[Finding] = field(default_factory=list)
    checks: list[BatchCheck] = field(default_factory=list)
    levels: Levels = field(default_factory=list)
    blueprint: Blueprint | None = None

    @property
    def report(self) -> Report:
        """All findings so far."""
        return Report(self.call, tuple(self.findings))

    @property
    def has_batches(self) -> bool:
        """Whether data comes in batches, which are checked while Keras runs."""
        return bool(self.checks)

    @property
    def trains(self) -> bool:
        """Whether the model learns."""
        return self.call.function == "safe_fit"
