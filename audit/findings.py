"""What a verification finds: where in the file, what is wrong, and how grave it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from audit.manifest import Manifest


class Gravity(IntEnum):
    """What a finding means; the value is the command's exit code."""

    CHANGED = 1
    MISSING = 2
    KEY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: ``where`` names a member or part of the file, ``offset`` a byte of the file."""

    gravity: Gravity
    where: str
    message: str
    offset: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        place = self.where if self.offset is None else f"{self.where}, byte {self.offset} of the file"
        entry = "" if self.entry is None else f", entry {self.entry}"
        return f"{place}{entry}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole result: no findings means that everything is proved."""

    findings: Sequence[Finding]
    warnings: Sequence[str]
    manifest: Manifest | None
    counts: Mapping[str, int]

    @property
    def exit_code(self) -> int:
        """0 all proved; 1 something was changed; 3 the key is not the one asked for; 2 something is missing."""
        found = {each.gravity for each in self.findings}
        for gravity in (Gravity.CHANGED, Gravity.KEY, Gravity.MISSING):
            if gravity in found:
                return int(gravity)
        return 0


class Notebook:
    """Collects findings, at most a few per place, so that one fault does not bury the others."""

    LIMIT = 10

    def __init__(self) -> None:
        """Start clean."""
        self.findings: list[Finding] = []
        self.warnings: list[str] = []
        self._per_place: dict[str, int] = {}

    def note(self, finding: Finding) -> None:
        """Keep a finding, unless its place has had its share."""
        count = self._per_place[finding.where] = self._per_place.get(finding.where, 0) + 1
        if count <= self.LIMIT:
            self.findings.append(finding)

    def changed(self, where: str, message: str, *, offset: int | None = None, entry: int | None = None) -> None:
        """Keep a finding that something was changed."""
        finding = Finding(gravity=Gravity.CHANGED, where=where, message=message, offset=offset, entry=entry)
        self.note(finding)

    def missing(self, where: str, message: str) -> None:
        """Keep a finding that something is missing."""
        self.note(Finding(gravity=Gravity.MISSING, where=where, message=message))

    def key(self, where: str, message: str) -> None:
        """Keep a finding about a key."""
        self.note(Finding(gravity=Gravity.KEY, where=where, message=message))
