"""What `check_model` gives."""

from __future__ import annotations

from dataclasses import dataclass

from ..messages.picture import picture_html, picture_lines
from ..report import Finding, Report
from .picture import Row


@dataclass(frozen=True, repr=False)
class ModelCheck:
    """A model and what is wrong with it. Printing it shows the layers with their shapes, then every finding.

    Attributes:
        report: What was found.
        rows: The layers with what goes in and out; the one with a fault says so in `.fault`, and after it nothing is
            known where data were walked through.
    """

    report: Report
    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong or doubtful."""
        return all(finding.level in ("report", "message") for finding in self.report.findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of the layers' path."""
        return self.report.findings

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all findings."""
        return self.report.codes

    @property
    def lines(self) -> tuple[str, ...]:
        """What printing shows."""
        return tuple(picture_lines(self.report, self.rows, self.ok))

    def __str__(self) -> str:
        return "\n".join(self.lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return picture_html(self.report, self.rows, self.ok)
