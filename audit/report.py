"""report.html: what happened, lead by lead, for a person; self-contained, no script, written again by the verifier."""

from collections.abc import Iterator, Mapping
from typing import Any

from audit.manifest import OPEN, Manifest
from audit.page import kinds, page
from audit.rows import Row
from audit.standing import TELLING, Standing, Standings
from audit.story import Story, step

MAX_LEADS = 1000
MAX_STEPS = 100
"""Of a lead; there may be as many again of those that tell where it stands."""
MAX_OTHERS = 200
MAX_BYTES = 24 * 1024 * 1024
"""Payloads that the page shows, together."""
MAX_STANDINGS = 1_000_000
"""Leads that are not shown, and of which it is known where they stand: some 130 MB."""
_QUIET = frozenset({"log.batch", "sequencer.took_over", "access.read"})
"""What has no line of its own beside the leads: there may be very many."""
_STORIES_STYLE = """table.d{margin:.4rem 0;font-size:.85rem}section{margin-top:2rem}
details{display:inline-block;max-width:100%;overflow-wrap:anywhere}
"""


class Report:
    """Collects rows in one pass: some leads' steps as sealed, where every lead stands, and counters.

    Who was not released as usual stays. Memory does not grow with the log: all that is kept has a limit above.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._types: dict[str, int] = {}
        self._stories: dict[str, Story] = {}
        self._standings = Standings(MAX_STANDINGS)
        self._usual: dict[str, None] = {}  # those of the stories that may make room, the oldest first
        self._others: list[Row] = []
        self._size = 0
        self._unshown_steps = 0
        self._unshown_leads = 0
        self._unshown_others = 0

    def add(self, row: Row, facts: Mapping[str, Any]) -> None:
        """Take in one row and its payload's facts."""
        name = row.type.name
        self._types[name] = self._types.get(name, 0) + 1
        lead = facts.get("lead_id")
        if isinstance(lead, str):
            self._tell(lead, row, facts)
        elif name not in _QUIET and row.state == OPEN:
            if len(self._others) < MAX_OTHERS and self._room(row):
                self._others.append(row)
                self._size += len(row.payload)
            else:
                self._unshown_others += 1

    def _tell(self, lead: str, row: Row, facts: Mapping[str, Any]) -> None:
        name, story = row.type.name, self._stories.get(lead)
        before = self._standings[lead] if story is None else story.standing
        standing = before.after(name, facts)
        same = before.usual and standing.usual  # it takes nobody's room
        if not standing.usual:
            self._usual.pop(lead, None)
        if story is None:
            if same or name not in TELLING or not (self._place() and self._room(row)):
                self._pass_over(lead, row, before, standing)
                return
            story = self._stories[lead] = Story(lead)
        limit = MAX_STEPS * 2 if name in TELLING else MAX_STEPS
        shown = len(story.rows) < limit and self._room(row, make=not same)
        story.tell(row, facts, standing, shown=shown)
        self._size += len(row.payload) if shown else 0
        self._unshown_steps += not shown
        if standing.usual:
            self._usual[lead] = None

    def _pass_over(self, lead: str, row: Row, before: Standing, standing: Standing) -> None:
        """Count a step of a lead that is not shown, and learn where the lead stands."""
        if standing != before:
            self._standings[lead] = standing
        self._unshown_steps += 1
        self._unshown_leads += row.type.name == "lead.received"

    def _place(self) -> bool:
        """Make room for one more lead, where there is none; say whether there is room."""
        return len(self._stories) < MAX_LEADS or self._forget()

    def _room(self, row: Row, *, make: bool = True) -> bool:
        """Make room for a payload, where there is none; say whether there is room."""
        while self._size + len(row.payload) > MAX_BYTES:
            if not make or not self._forget():
                return False
        return True

    def _forget(self) -> bool:
        """Leave out the oldest lead that was released as usual; say whether there was one."""
        lead = next(iter(self._usual), None)
        if lead is None:
            return False
        del self._usual[lead]
        story = self._stories.pop(lead)
        self._standings[lead] = story.standing
        self._size -= story.size
        self._unshown_steps += len(story.rows)
        self._unshown_leads += sum(row.type.name == "lead.received" for row in story.rows)
        return True

    def render(self, manifest: Manifest, checkpoint: str) -> bytes:
        """Return the page; it depends on nothing but the rows, the manifest's facts and the checkpoint's text."""
        body = [*self._leads(), self._besides(), kinds(self._types)]
        return page(manifest, checkpoint, body, style=_STORIES_STYLE)

    def _leads(self) -> Iterator[str]:
        shown = sorted(self._stories.values(), key=lambda each: each.standing.rank)  # among equals, as they came
        usual = sum(each.standing.usual for each in shown)
        yield f"<h2>The leads ({len(shown)} shown)</h2>\n"
        if self._unshown_steps:
            yield (
                f"<p class=warn>{self._unshown_steps} more steps, among them {self._unshown_leads} more received "
                "leads, are in events.csv only; leads that were released as usual make room for others.</p>\n"
            )
        if not shown:
            yield "<p>No opened entry names a lead.</p>\n"
            return
        yield f"<p>{len(shown) - usual} that stand out come first, then {usual} that were released as usual.\n"
        yield "Where a lead stands follows from the entries that this export covers.</p>\n"
        yield "<table><tr><th>Lead<th>Stands<th>First step<th>Why\n"
        yield from (story.line(number) for number, story in enumerate(shown, 1))
        yield "</table>\n<h2>What happened, lead by lead</h2>\n"
        for number, story in enumerate(shown, 1):
            yield from story.render(number)

    def _besides(self) -> str:
        if not self._others:
            return ""
        more = (
            f"<p class=warn>{self._unshown_others} more are in events.csv only.</p>\n" if self._unshown_others else ""
        )
        steps = "".join(step(row) for row in self._others)
        return f"<h2>What was done beside the leads</h2>\n{more}<table>{steps}</table>\n"
