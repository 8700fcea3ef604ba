"""Every hold ends by the call that it names: ways out followed from every question, until nothing holds any more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from consent.decision import RESOLVE, Decision, WayOut
from consent.engine import decide
from consent.fold import state
from consent.ledger import ConsentGranted, ConsentRefused, Event, Notice, Origin, Party, SignalObserved
from consent.packs import shipped_packs
from consent.policy import Acceptance, Policy, accept
from consent.terms import Channel, Mechanism, Outcome, Purpose, RecipientRole, SourceKind, TransferTool
from gateway.facts import OWNED, Known, Recipient, common, question, towards
from gateway.lead import Lead, Person, Stage, Submission
from tests.conformance.journal.examples import lead
from tests.support.depth import is_whole, thinned

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PACKS: Final = shipped_packs()
PLACES: Final = (
    *(("DE", place) for place in ("DE", "FR", "GB", "US", "US-CA", "BR", None)),
    *(("US", place) for place in ("GB", "US", "US-CA", "BR")),
)
"""Where the controller is, and where the person."""
STAGES: Final[tuple[tuple[Stage, SourceKind | None], ...]] = (
    (Stage.INQUIRY, SourceKind.WEB_FORM),
    (Stage.INQUIRY, SourceKind.PARTNER_API),
    (Stage.INQUIRY, SourceKind.SCRAPED),
    (Stage.INQUIRY, None),
    (Stage.PROSPECT, None),
)
"""As what a lead came in, and where its source's people come from."""
EVIDENCE: Final[dict[str, Any]] = {
    "call_automated": False,
    "drop_checked_at": (NOW - timedelta(days=1)).isoformat(),
    "inquiry_received": True,
    "inquiry_received_at": NOW.isoformat(),
    "jurisdictions": ["DE"],
    "lia_id": "lia-1",
    "lia_valid_until": (NOW + timedelta(days=300)).isoformat(),
    "list_sample_unproved": 0,
    "notice14_sent_at": (NOW - timedelta(days=1)).isoformat(),
    "notice_served": True,
    "phone_mobile": False,
    "presumed_interest": True,
    "register_listed": False,
    "register_screened_at": (NOW - timedelta(days=1)).isoformat(),
    "relationship": "customer",
    "soft_refusal_at_collection": True,
    "soft_refusal_each_message": True,
    "soft_sale": True,
    "soft_similar_goods": True,
    "source_kind": "web_form",
    "subscriber_kind": "corporate",
}
"""What somebody who knows would say, by the facts that ways out ask for."""
STEPS: Final = 12
ALWAYS_KNOWN: Final = frozenset(
    {
        *("suppression_unchecked", "objection_unchecked", "restriction_unchecked", "erasure_unchecked"),
        *("consent_unchecked", "sale_optout_unchecked", "optout_unchecked", "enrichment_scope_unknown"),
    }
)
"""The holds for facts that the gateway looks up at every decision: they are met only where it could not."""


@cache
def policy(acceptances: tuple[Acceptance, ...]) -> Policy:
    """The shipped packs with these acceptances; compiled once."""
    return Policy(packs=PACKS, acceptances=acceptances)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One question as the gateway would ask it, and everything that calls can change."""

    controller: str
    lead: Lead
    recipient: Recipient
    purpose: Purpose
    channel: Channel
    source_kind: SourceKind | None
    events: tuple[Event, ...] = ()
    asserted: dict[str, Any] = field(default_factory=dict)
    acceptances: tuple[Acceptance, ...] = ()

    def __str__(self) -> str:
        person = self.lead.submission.person.country or "nowhere"
        kind = f"{self.lead.stage}-{self.source_kind}"
        role = f"{self.recipient.role}-{self.recipient.country}"
        return f"{self.controller}-{person}-{kind}-{role}-{self.purpose}-{self.channel}"

    def decided(self, at: datetime = NOW) -> Decision:
        """Decide it as the gateway does."""
        known = Known(state=state(self.events, at), source_kind=self.source_kind, asserted=self.asserted)
        shared = towards(common(self.lead, known, self.controller), known, self.recipient)
        facts = question(shared, known, self.recipient.name, self.purpose, self.channel)
        return decide(facts, policy(self.acceptances), at)

    def after(self, way: WayOut) -> "Situation":
        """What is so once the call of a way out was made, with what it needs."""
        word, _, rest = way.call.partition(" ")
        if way.call == "POST /v1/consents":
            return replace(self, events=(*self.events, self._consent()))
        if word == "POST":
            assert rest.endswith(":resolve"), way
            assert not OWNED & set(way.needs), f"nobody may say {way}"
            return replace(self, asserted=self.asserted | {name: EVIDENCE[name] for name in way.needs})
        if rest.startswith("policy accept"):
            given = accept(PACKS, rest.split()[2], by="Dana Officer", at=NOW)
            return replace(self, acceptances=(*self.acceptances, *given))
        assert rest.startswith("destinations add NAME --country"), way
        return replace(self, recipient=replace(self.recipient, country="US", transfer=TransferTool.SCC))

    def _consent(self) -> Event:
        return ConsentGranted(
            **_head(len(self.events), Origin.OPERATOR),
            purpose=self.purpose,
            channel=self.channel,
            mechanism=Mechanism.DOUBLE_OPT_IN,
            cited_notice="news",
            notice=Notice(id="news", version="1", sha256="0" * 64),
            recipients=frozenset({self.recipient.name}),
        )


def _head(number: int, origin: Origin = Origin.SOURCE) -> dict[str, Any]:
    # A request of the public form and a box of a bought list are older than what is said to end a hold.
    at = NOW - timedelta(minutes=30 - number)
    return {"event_id": f"ce_{number}", "occurred_at": at, "received_at": at, "actor": Party.PERSON, "origin": origin}


def _recipients() -> Iterable[Recipient]:
    for role in RecipientRole:
        for country in ("DE", None):
            yield Recipient(name="crm", purposes=tuple(Purpose), role=role, country=country, transfer=None)


def _said(kind: SourceKind | None, purpose: Purpose, channel: Channel) -> Iterable[tuple[Event, ...]]:
    """What the ledger may hold before: nothing; a box without a notice; a no to another channel, and a signal."""
    yield ()
    if kind is not SourceKind.WEB_FORM:
        return
    ticked = ConsentGranted(
        **_head(0), purpose=purpose, channel=channel, mechanism=Mechanism.WEB_FORM_CHECKBOX, cited_notice="unheard"
    )
    yield (ticked,)
    other = Channel.SMS if channel is not Channel.SMS else Channel.CALL
    yield (ConsentRefused(**_head(0), purpose=Purpose.MARKETING, channel=other), SignalObserved(**_head(1)))


def _situations() -> Iterator[Situation]:
    for controller, place in PLACES:
        for stage, kind in STAGES:
            person = Person(country=place)
            made = lead(submission=Submission(source="web", stage=stage, person=person), received_at=NOW)
            for recipient in _recipients():
                for purpose, channel in recipient.questions():
                    if purpose is Purpose.ENRICHMENT:
                        continue  # asked of no destination
                    for events in _said(kind, purpose, channel):
                        yield Situation(
                            controller=controller,
                            lead=made,
                            recipient=recipient,
                            purpose=purpose,
                            channel=channel,
                            source_kind=kind,
                            events=events,
                        )


def follow(start: Situation, *, usual: bool) -> tuple[set[str], Outcome]:
    """Follow ways out until nothing holds, the usual one or the last one of each; give the reasons met, and the end."""
    met: set[str] = set()
    now, decided = start, start.decided()
    for _ in range(STEPS):
        if decided.outcome is not Outcome.HOLD:
            return met, decided.outcome
        way = decided.ways[0 if usual else -1]
        met |= {decided.reason, way.call.rpartition("/")[2].removesuffix(":resolve")}
        now = now.after(way)
        again = now.decided()
        assert again.ways != decided.ways, f"{now}: {way.call} with {way.needs} does not end {decided.reason}"
        decided = again
    raise AssertionError(f"{start}: still held for {decided.reason} after {STEPS} calls")


def test_following_the_ways_out_ends_every_hold() -> None:
    """From every question that a destination can raise, whoever and wherever the person is; and every reason is met."""
    met: set[str] = {"no_rule"}
    ends = {Outcome.ALLOW: 0, Outcome.DENY: 0, Outcome.HOLD: 0}
    for start in thinned(tuple(_situations())):
        for usual in (True, False):
            reasons, end = follow(start, usual=usual)
            met |= reasons
            ends[end] += 1
    print(ends)
    reasons = {rule.hold.reason for pack in PACKS for rule in pack.rules if Purpose.ENRICHMENT not in rule.purposes}
    never = (ALWAYS_KNOWN | {"inquiry_time_unknown"}) & reasons
    assert reasons - met >= never
    assert not is_whole() or reasons - met == never
    assert {"policy_not_accepted", "jurisdiction_unknown"} <= met


def test_what_is_looked_up_again_asks_for_nothing() -> None:
    """A hold for what the gateway looks up itself ends by deciding again: a note says why somebody asked for it."""
    for rule in (rule for pack in PACKS for rule in pack.rules):
        # Destinations know their transfer tool; of a vendor the connector's settings say it.
        looked_up = rule.hold.reason in ALWAYS_KNOWN or rule.id == "BASE-transfer-enrichment"
        assert looked_up == (not rule.hold.needs), rule.id
        assert not looked_up or rule.hold.call == RESOLVE % rule.hold.reason
