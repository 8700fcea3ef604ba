"""What a claim looks at: a due delivery with its lead, its person's keys, and the policy's word of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from consent.terms import Outcome, RecipientRole
from gateway.lead import Lead, Ruling, Status
from gateway.storage.leads.rows import by_recipient, read_leads
from gateway.storage.people.ruling import Ruler, read_recipients
from gateway.storage.sealing.vault import Keys, Vault
from gateway.storage.sending import order
from gateway.storage.sending.deliveries import Recorded, recorded, rulings_under, siblings
from gateway.storage.sending.directory import newest_versions

_LIVE = frozenset({Status.DECIDED, Status.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One due delivery with everything that its claim looks at; `lead` is None once its person was erased.

    `written` are the rulings under which the message was written, None before that; `others` are the other deliveries
    of the same lead to the same destination, in their order. `version` is the destination's, as it is sent to now.
    """

    row: RowMapping
    lead: Lead | None
    keys: Keys | None
    rulings: tuple[Ruling, ...]
    recorded: Recorded | None
    written: tuple[Ruling, ...] | None
    others: tuple[RowMapping, ...]
    own: bool
    version: int | None
    now: datetime

    @property
    def remote_id(self) -> str | None:
        """The destination's own id of the lead, as it said last."""
        known = [each["remote_id"] for each in sorted((*self.others, self.row), key=order.place)]
        return next((each for each in reversed(known) if each is not None), None)

    @property
    def refused(self) -> str | None:
        """Why it may not be sent; None when it may."""
        if not any(ruling.decision.outcome is Outcome.ALLOW for ruling in self.rulings):
            return self.rulings[0].decision.reason if self.rulings else "no_destination"
        # Facts may allow again what was taken back or rejected meanwhile: that is the journey's to decide.
        return None if self.lead is not None and self.lead.status in _LIVE else "not_decided"

    @property
    def outdated(self) -> bool:
        """Whether the message was written under an answer that is no longer the answer."""
        return self.written is not None and _answers(self.written) != _answers(self.rulings)


def gather(connection: Connection, vault: Vault, ruler: Ruler, rows: Sequence[RowMapping], now: datetime) -> list[Case]:
    """Read what is known of due deliveries, and ask the policy again.

    Other deliveries are read before the leads, so that a message that is written now says whatever one of them asks
    to be said.
    """
    near = siblings(connection, {(row["lead_id"], row["destination"]) for row in rows})
    found = {lead.id: lead for lead in read_leads(connection, vault, [row["lead_id"] for row in rows])}
    keys = vault.keys(connection, {row["subject_id"] for row in rows})
    to = {row["destination"] for row in rows}
    ruled = dict(zip(found, ruler.rule(connection, list(found.values()), now, to=to), strict=True))
    newest = recorded(connection, found)
    written = rulings_under(connection, [row for row in rows if row["body_sealed"] is not None])
    own = {each.name for each in read_recipients(connection) if each.role is RecipientRole.PROCESSOR}
    versions = newest_versions(connection, {row["destination"] for row in rows})
    cases = []
    for row in rows:
        lead, place = found.get(row["lead_id"]), (row["lead_id"], row["destination"])
        rulings = by_recipient(ruled[lead.id]).get(row["destination"], []) if lead else []
        cases.append(
            Case(
                row=row,
                lead=lead,
                keys=keys.get(row["subject_id"]),
                rulings=tuple(rulings),
                recorded=newest.get(place),
                written=written.get(row["id"]),
                others=tuple(each for each in near[place] if each["id"] != row["id"]),
                own=row["destination"] in own,
                version=versions.get(row["destination"]),
                now=now,
            )
        )
    return cases


def _answers(rulings: Sequence[Ruling]) -> frozenset[tuple[str, str, str]]:
    return frozenset((each.purpose, each.channel, each.decision.outcome.value) for each in rulings)
