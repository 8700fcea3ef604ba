"""report.html as exports of format 1 hold it: written again by the verifier, and by nobody else any more."""

from collections.abc import Mapping
from html import escape
from typing import Any

from audit.manifest import Manifest
from audit.page import kinds, page
from audit.rows import Row, plain

FIRST_LEADS = 300
FIRST_STEPS = 100
_FIRST_TEXT = 300
_FIRST_SHOWN = ("lead_id", "subject_id", "actor", "outcome", "reasons")


class FirstReport:
    """Collects rows in one pass: memory for the first leads' steps, and one counter per type and state."""

    def __init__(self) -> None:
        """Start empty."""
        self._types: dict[str, int] = {}
        self._steps: dict[str, list[str]] = {}
        self._unshown_steps = 0
        self._unshown_leads = 0

    def add(self, row: Row, facts: Mapping[str, Any]) -> None:
        """Take in one row and its payload's facts."""
        name = row.type.name
        self._types[name] = self._types.get(name, 0) + 1
        lead = facts.get("lead_id")
        if not isinstance(lead, str):
            return
        steps = self._steps.get(lead)
        if steps is None:
            if len(self._steps) >= FIRST_LEADS:
                self._unshown_steps += 1
                self._unshown_leads += name == "lead.received"
                return
            steps = self._steps[lead] = []
        if len(steps) < FIRST_STEPS:
            steps.append(_first_step(row, facts))
        else:
            self._unshown_steps += 1

    def render(self, manifest: Manifest, checkpoint: str) -> bytes:
        """Return the page; it depends on nothing but the rows, the manifest's facts and the checkpoint's text."""
        return page(manifest, checkpoint, [kinds(self._types), *self._leads()])

    def _leads(self) -> list[str]:
        parts = [f"<h2>What happened, lead by lead ({len(self._steps)} shown)</h2>\n"]
        if self._unshown_steps:
            parts.append(
                f"<p class=warn>{self._unshown_steps} more steps, among them {self._unshown_leads} more received "
                "leads, are in events.csv only.</p>\n"
            )
        for lead, steps in self._steps.items():
            parts.append(f"<h3>Lead <code>{_clip(lead)}</code></h3>\n<table>{''.join(steps)}</table>\n")
        if not self._steps:
            parts.append("<p>No opened entry names a lead.</p>\n")
        return parts


def _first_step(row: Row, facts: Mapping[str, Any]) -> str:
    said = [plain(facts[each]) for each in ("outcome", "reasons") if facts.get(each)]
    by = f" By {_clip(plain(facts['actor']))}." if facts.get("actor") else ""
    more = "; ".join(f"{name}: {plain(value)}" for name, value in facts.items() if name not in _FIRST_SHOWN)
    result = f" <b>{_clip(': '.join(said))}</b>" if said else ""
    detail = f"<br><small>{_clip(more)}</small>" if more else ""
    time = row.time[:19].replace("T", " ")
    return f"<tr><td class=n>{row.position}<td>{time}<td>{row.type.sentence}{result}{by}{detail}\n"


def _clip(text: str) -> str:
    return escape(text if len(text) <= _FIRST_TEXT else text[: _FIRST_TEXT - 1] + "…")
