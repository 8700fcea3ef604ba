"""What the consent tests share: a time, the shipped policy, a lead's usual facts, and hypothesis strategies."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from consent.facts import FIELDS, Facts
from consent.fold import ConsentState
from consent.gather import facts_of_person, facts_of_use, facts_towards
from consent.ledger import (
    ConsentConfirmed,
    ConsentGranted,
    ConsentRefused,
    ConsentRequested,
    ConsentWithdrawn,
    Event,
    Notice,
    ObjectionReceived,
    Origin,
    Party,
    RestrictionLifted,
    RestrictionSet,
    SignalObserved,
)
from consent.packs import shipped_packs
from consent.policy import Policy, accept
from consent.sheet import NOTHING
from consent.suppression import SuppressionScope
from consent.terms import (
    CHANNELS_OF,
    Channel,
    EnrichmentScope,
    Mechanism,
    NoticeCitation,
    Purpose,
    RecipientRole,
    Relationship,
    SourceKind,
    Standing,
    TransferTool,
)

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTICE: Final = Notice(id="newsletter", version="3", sha256="ab" * 32)
QUESTIONS: Final = tuple((purpose, channel) for purpose in Purpose for channel in CHANNELS_OF[purpose])


@cache
def policy() -> Policy:
    """The shipped packs, everything accepted."""
    packs = shipped_packs()
    return Policy(packs=packs, acceptances=accept(packs, "all", by="Dana Officer", at=NOW))


def usual(purpose: Purpose, channel: Channel, *countries: str) -> Facts:
    """An inquiry through the controller's own form in Germany, going to its own CRM in Germany; no consent given."""
    return Facts(
        purpose=purpose,
        channel=channel,
        jurisdictions=countries or None,
        controller_country="DE",
        recipient_country="DE",
        recipient_role=RecipientRole.PROCESSOR,
        transfer_tool=TransferTool.NONE,
        source_kind=SourceKind.WEB_FORM,
        relationship=Relationship.INQUIRY,
        suppressed=False,
        objected=False,
        restricted=False,
        erasure_pending=False,
        marketing_optout=False,
        sale_optout=False,
        consent_status=Standing.NONE,
        inquiry_received=True,
        notice_served=True,
        third_party_fields=False,
    )


def moments(*, days: int = 60) -> st.SearchStrategy[datetime]:
    """Times up to `days` around NOW, coarse enough that some coincide."""
    return st.integers(-days, days).map(lambda day: NOW + timedelta(days=day))


_SPECIAL: Final[Mapping[str, st.SearchStrategy[object]]] = {
    "jurisdictions": st.lists(
        st.sampled_from(["DE", "FR", "GB", "US", "US-CA", "BR", "CH"]), min_size=1, max_size=2, unique=True
    ).map(tuple),
    "controller_country": st.sampled_from(["DE", "GB", "US", "BR"]),
    "recipient_country": st.sampled_from(["DE", "GB", "US", "BR"]),
    "lia_id": st.just("lia-1"),
    "list_sample_unproved": st.integers(0, 2),
}


def _values(name: str) -> st.SearchStrategy[object]:
    kind = FIELDS[name]
    if name in _SPECIAL:
        return _SPECIAL[name]
    return moments() if kind is datetime else st.booleans() if kind is bool else st.sampled_from(list(kind))  # type: ignore[call-overload] # what is left are enumerations


@st.composite
def facts(draw: st.DrawFn, /, **fixed: object) -> Facts:
    """Facts about a real question, near what permits want, with some fields unknown or changed at random."""
    purpose, channel = draw(st.sampled_from(QUESTIONS))
    found = usual(purpose, channel, "DE")
    found = replace(found, **GENEROUS)  # type: ignore[arg-type] # the names are fields
    names = draw(st.lists(st.sampled_from([n for n in FIELDS if n not in {"purpose", "channel"}]), max_size=8))
    changed = {name: draw(st.none() | _values(name)) for name in names}
    return replace(found, **{**changed, **fixed})  # type: ignore[arg-type] # as above


GENEROUS: Final[Mapping[str, object]] = {
    "consent_status": Standing.GRANTED,
    "consent_mechanism": Mechanism.DOUBLE_OPT_IN,
    "consent_confirmed": True,
    "consent_evidence": True,
    "consent_notice": NoticeCitation.KNOWN,
    "consent_names_recipient": True,
    "consent_verified": True,
    "consent_granted_at": NOW - timedelta(days=5),
    "consent_expires_at": NOW + timedelta(days=300),
    "lia_id": "lia-1",
    "lia_valid_until": NOW + timedelta(days=100),
    "enrichment_scope": EnrichmentScope.PERSON,
    "call_automated": False,
    "phone_mobile": False,
    "register_listed": False,
    "register_screened_at": NOW - timedelta(days=3),
    "list_sample_unproved": 0,
    "notice14_sent_at": NOW - timedelta(days=2),
    "drop_checked_at": NOW - timedelta(days=2),
    "data_obtained_at": NOW - timedelta(days=9),
}


_WHO: Final = (
    (Party.PERSON, Origin.SOURCE),
    (Party.PERSON, Origin.PUBLIC_FORM),
    (Party.PERSON, Origin.CONFIRMED_LINK),
    (Party.PERSON, Origin.OPERATOR),
    (Party.IMPORT, Origin.OPERATOR),
    (Party.CONTROLLER, Origin.OPERATOR),
    (Party.SYSTEM, Origin.SOURCE),
)
_EVENT_SHAPE: Final = st.tuples(
    st.integers(0, 9),  # which kind of event
    moments(days=6),
    st.sampled_from([0, 0, 1, 4]),  # days until it is received
    st.sampled_from(_WHO),
    st.sampled_from(["cp1", "cp2", None]),
    st.sampled_from(QUESTIONS),
    st.integers(0, 31),  # what is particular to the kind
)


def events(*, max_size: int = 6) -> st.SearchStrategy[list[Event]]:
    """A ledger: events of every kind that answers or restricts, some at the same time, some received late."""
    shapes = st.lists(_EVENT_SHAPE, max_size=max_size)
    return shapes.map(lambda found: [_event(number, *shape) for number, shape in enumerate(found)])


def _event(number: int, kind: int, occurred: datetime, *shape: Any) -> Event:  # noqa: ANN401 -- a drawn tuple
    delay, (actor, origin), contact_point, (purpose, channel), particular = shape
    common: dict[str, Any] = {
        "event_id": f"e{number}",
        "occurred_at": occurred,
        "received_at": occurred + timedelta(days=delay),
        "actor": actor,
        "origin": origin,
        "contact_point": contact_point,
    }
    about: dict[str, Any] = {"purpose": purpose, "channel": channel}
    wider: dict[str, Any] = {
        "purpose": None if particular & 1 else purpose,
        "channel": None if particular & 2 else channel,
    }
    token = f"t{particular % 2}"
    expires = None if particular < 16 else NOW + timedelta(days=particular - 24)
    makers: list[Callable[[], Event]] = [
        lambda: ConsentGranted(**common, **about, mechanism=[*Mechanism][particular % 6], expires_at=expires),
        lambda: ConsentGranted(
            **common, **about, mechanism=Mechanism.SIGNED_DOCUMENT, evidence=("proof",) if particular & 1 else ()
        ),
        lambda: ConsentRequested(
            **common, **about, token_hash=token, notice=NOTICE, expires_at=occurred + timedelta(days=3)
        ),
        lambda: ConsentConfirmed(
            **common, **about, request_id=f"e{particular % 6}", token_hash=token, notice_sha256=NOTICE.sha256
        ),
        lambda: ConsentRefused(**common, **wider),
        lambda: ConsentWithdrawn(**common, **wider),
        lambda: ObjectionReceived(**common, **wider),
        lambda: RestrictionSet(**common),
        lambda: RestrictionLifted(**common),
        lambda: SignalObserved(**common),
    ]
    return makers[kind]()


def grant(event_id: str = "g1", *, at: datetime = NOW - timedelta(days=10), **changed: object) -> ConsentGranted:
    """A person's proven grant for marketing by e-mail, ten days ago, which a source hands on with its evidence."""
    found = ConsentGranted(
        event_id=event_id,
        occurred_at=at,
        received_at=at,
        actor=Party.PERSON,
        origin=Origin.SOURCE,
        contact_point="cp1",
        evidence=("proof",),
        purpose=Purpose.MARKETING,
        channel=Channel.EMAIL,
        mechanism=Mechanism.SIGNED_DOCUMENT,
        cited_notice=NOTICE.id,
        notice=NOTICE,
    )
    return replace(found, **changed)  # type: ignore[arg-type] # the names are fields


def withdrawal(event_id: str = "w1", *, at: datetime = NOW - timedelta(days=5), **changed: object) -> ConsentWithdrawn:
    """A person's withdrawal of everything, five days ago."""
    found = ConsentWithdrawn(
        event_id=event_id, occurred_at=at, received_at=at, actor=Party.PERSON, origin=Origin.CONFIRMED_LINK
    )
    return replace(found, **changed)  # type: ignore[arg-type] # as above


def opt_in(*, asked: datetime, confirmed: datetime) -> tuple[ConsentRequested, ConsentConfirmed]:
    """A double opt-in for marketing by e-mail: asked for on a public form, and confirmed by the person's own link."""
    use: dict[str, Any] = {"contact_point": "cp1", "purpose": Purpose.MARKETING, "channel": Channel.EMAIL}
    request = ConsentRequested(
        event_id="r",
        occurred_at=asked,
        received_at=asked,
        actor=Party.SYSTEM,
        origin=Origin.PUBLIC_FORM,
        token_hash="t",
        notice=NOTICE,
        expires_at=NOW + timedelta(days=1),
        **use,
    )
    answer = ConsentConfirmed(
        event_id="c",
        occurred_at=confirmed,
        received_at=confirmed,
        actor=Party.PERSON,
        origin=Origin.CONFIRMED_LINK,
        request_id=request.event_id,
        token_hash=request.token_hash,
        notice_sha256=NOTICE.sha256,
        **use,
    )
    return request, answer


def learned(known: Facts, folded: ConsentState, *suppressions: SuppressionScope, recipient: str = "ds_a") -> Facts:
    """The facts of a question with what ledger and suppression list say of it, put together as the gateway does."""
    assert known.purpose is not None
    assert known.channel is not None
    shared = NOTHING.changed(recipient_role=known.recipient_role, source_kind=known.source_kind)
    use = facts_of_use(
        folded, known.purpose, known.channel, suppressions=suppressions, recipient=recipient, shared=shared
    )
    return replace(known, **facts_of_person(folded), **facts_towards(folded, recipient, shared), **use)
