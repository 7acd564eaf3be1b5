"""Which known bad combinations a machine has: a table of clauses over plain facts, the same in R."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ..report import Diagnosis, Finding, Notice

Facts = Mapping[str, str | None]
Record = Mapping[str, str]
CLAUSE = re.compile(r"(\w+) (missing|there|<|>=|is not|is)(?: (\S+))?")
ABOUT_R = re.compile(r"\b(reticulate|r_keras) <")


def read_table(text: str) -> list[dict[str, str]]:
    """Records of a Debian control file, as R's `read.dcf()` reads it; lines that go on keep their breaks."""
    records = []
    for block in re.split(r"\n\s*\n", text):
        record: dict[str, str] = {}
        field = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line.startswith(" "):
                record[field] += "\n" + line.strip()
            else:
                field, _, value = line.partition(":")
                record[field] = value.strip()
        if record:
            records.append(record)
    return records


def check_environment_facts(facts: Facts, table: Sequence[Record]) -> Iterator[Finding]:
    """Every record of the table that holds. What concerns R only is a doubt, not a fault, outside of R."""
    for record in table:
        if not holds(record["When"], facts):
            continue
        told = {name: value for name, value in facts.items() if value is not None}
        told["packages"] = packages_of(record, told)
        is_of_r = ABOUT_R.search(record["When"]) and facts.get("host") != "r"
        if record["Level"] == "refusal" and not is_of_r:
            yield Diagnosis(record["Code"], "environment", told)
        else:
            yield Notice(record["Code"], "environment", "warning", told)


def holds(when: str, facts: Facts) -> bool:
    """Whether all clauses of one of the ways hold."""
    ways = re.split(r"\s+Or\s+", when)
    return any(all(_holds(clause, facts) for clause in way.split(", ")) for way in ways)


def _holds(clause: str, facts: Facts) -> bool:
    found = CLAUSE.fullmatch(clause.strip())
    if found is None:
        raise ValueError(f"not a clause: {clause}")
    name, verb, wanted = found.groups()
    value = facts.get(name)
    if verb == "missing" or value is None:
        return verb == "missing" and value is None
    if verb == "there":
        return True
    if wanted.startswith("{"):
        wanted = facts.get(wanted[1:-1])
        if wanted is None:
            return False
    if verb in ("<", ">="):
        return (release(value) < release(wanted)) == (verb == "<")
    return (value in wanted.split("|")) == (verb == "is")


def release(version: str) -> tuple[int, ...]:
    """The numbers that lead a version: a candidate of 3.0 behaves as 3.0."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def packages_of(record: Record, facts: Mapping[str, str]) -> str:
    """What to install, without companions that are not there."""
    words = record.get("Install", "").format_map(facts).split()
    kept = [word for word in words if not word.endswith("?") or re.split("[<>=]", word)[0] in facts]
    return " ".join(word.rstrip("?") for word in kept)
