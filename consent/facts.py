"""What a decision is made from: a closed list of facts, each of them known or `None`, none of them personal."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Final, get_args, get_type_hints

from consent.errors import FactsError
from consent.terms import (
    Channel,
    EnrichmentScope,
    Mechanism,
    NoticeCitation,
    Purpose,
    RecipientRole,
    Relationship,
    SourceKind,
    Standing,
    SubscriberKind,
    TransferTool,
)
from consent.times import format_time, parse_time

type_of_value = type[bool] | type[int] | type[str] | type[datetime] | type[StrEnum] | type[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of one question: one lead, one recipient, one purpose, one channel. `None` is unknown.

    Times are aware UTC. Country codes are ISO 3166-1 alpha-2, or ISO 3166-2 for a state (`US-CA`).

    Attributes:
        purpose: why the data would be used.
        channel: how it would be used.
        jurisdictions: where the person is, all candidates on conflict (`consent.jurisdiction.resolve`).
        controller_country: where the deployer is established.
        recipient_country: where the recipient is.
        recipient_role: own processor or independent controller.
        transfer_tool: what carries a transfer to the recipient.
        source_kind: where the lead came from.
        relationship: what the person is to the controller.
        subscriber_kind: who holds the mailbox or line.
        suppressed: a suppression entry matches for this purpose and channel.
        objected: the person objected to this purpose and channel (GDPR Art. 21).
        restricted: processing is restricted (GDPR Art. 18).
        erasure_pending: erasure was asked for and is not refused (GDPR Art. 17).
        marketing_optout: the person said no to marketing on any channel, and that stands towards this recipient.
        sale_optout: the person opted out of sale or sharing to this recipient, for example by GPC.
        consent_status: what the ledger says for this purpose and channel.
        consent_mechanism: how that consent was given.
        consent_confirmed: the person confirmed it through the contact point itself.
        consent_evidence: something shows the consent: evidence came with it, or the controller knows it first hand.
        consent_notice: whether the consent cites a notice that is stored.
        consent_names_recipient: the consent text named this recipient.
        consent_granted_at: when it was given.
        consent_expires_at: when it lapses.
        consent_refused_at: when the gateway last learned of what stands: a refusal, a withdrawal or an objection.
        consent_verified: the controller checked the proof itself, not the seller's word.
        inquiry_received: the person asked the controller something.
        inquiry_received_at: when the gateway received it.
        notice_served: a notice was shown at collection (GDPR Art. 13, Cal. Civ. Code 1798.100).
        notice14_sent_at: when the notice for indirectly collected data was given (GDPR Art. 14).
        data_obtained_at: when the data came in; starts the month of GDPR Art. 14(3)(a).
        third_party_fields: some fields to be released came from a third party.
        list_sample_unproved: of the sampled rows of a bought list, how many the seller could not prove.
        drop_checked_at: last comparison with California's deletion platform.
        soft_sale: the address was obtained in the context of a sale to this person.
        soft_similar_goods: the message is about own, similar goods or services.
        soft_refusal_at_collection: the person could refuse when the address was collected.
        soft_refusal_each_message: every message offers refusal.
        lia_id: the legitimate-interest assessment that covers this use.
        lia_valid_until: when that assessment must be renewed.
        presumed_interest: a concrete, recorded reason why this call is wanted.
        call_automated: calls or texts are placed by a machine.
        phone_mobile: the number is a mobile one.
        register_screened_at: when the number was last screened against the do-not-call register.
        register_listed: what that screening found.
        enrichment_scope: what an enrichment call would send.
    """

    purpose: Purpose | None = None
    channel: Channel | None = None
    jurisdictions: tuple[str, ...] | None = None
    controller_country: str | None = None
    recipient_country: str | None = None
    recipient_role: RecipientRole | None = None
    transfer_tool: TransferTool | None = None
    source_kind: SourceKind | None = None
    relationship: Relationship | None = None
    subscriber_kind: SubscriberKind | None = None
    suppressed: bool | None = None
    objected: bool | None = None
    restricted: bool | None = None
    erasure_pending: bool | None = None
    marketing_optout: bool | None = None
    sale_optout: bool | None = None
    consent_status: Standing | None = None
    consent_mechanism: Mechanism | None = None
    consent_confirmed: bool | None = None
    consent_evidence: bool | None = None
    consent_notice: NoticeCitation | None = None
    consent_names_recipient: bool | None = None
    consent_granted_at: datetime | None = None
    consent_expires_at: datetime | None = None
    consent_refused_at: datetime | None = None
    consent_verified: bool | None = None
    inquiry_received: bool | None = None
    inquiry_received_at: datetime | None = None
    notice_served: bool | None = None
    notice14_sent_at: datetime | None = None
    data_obtained_at: datetime | None = None
    third_party_fields: bool | None = None
    list_sample_unproved: int | None = None
    drop_checked_at: datetime | None = None
    soft_sale: bool | None = None
    soft_similar_goods: bool | None = None
    soft_refusal_at_collection: bool | None = None
    soft_refusal_each_message: bool | None = None
    lia_id: str | None = None
    lia_valid_until: datetime | None = None
    presumed_interest: bool | None = None
    call_automated: bool | None = None
    phone_mobile: bool | None = None
    register_screened_at: datetime | None = None
    register_listed: bool | None = None
    enrichment_scope: EnrichmentScope | None = None

    def to_json(self) -> bytes:
        """Return the facts as canonical JSON: known fields only, sorted keys, no spaces, UTF-8, RFC 3339 times.

        Equal facts give equal bytes, so that a keyed hash of them identifies a decision's input.

        Raises:
            FactsError: a value is not of its field's type, or a time is not aware.
        """
        every = zip(_SORTED, _sorted_fields(self), strict=True)
        return b"{" + b",".join(member(name, value) for name, value in every if value is not None) + b"}"

    @classmethod
    def from_json(cls, data: bytes) -> "Facts":
        """Read what `to_json` wrote.

        Raises:
            FactsError: not a JSON object, an unknown field, or a value of the wrong type.
        """
        try:
            found = json.loads(data)
        except ValueError as error:
            raise FactsError("the facts are not JSON; replay needs the bytes of `to_json`") from error
        if not isinstance(found, dict):
            raise FactsError("the facts are not a JSON object; replay needs the bytes of `to_json`")
        if LEAD_COUNTRY in found:
            raise FactsError(f"fact {LEAD_COUNTRY}: the engine sets it; give jurisdictions")
        known = {str(name): read_value(str(name), value) for name, value in found.items()}
        return cls(**known)  # type: ignore[arg-type] # read_value has checked each against its own field


def _fields() -> dict[str, type_of_value]:
    hints = get_type_hints(Facts)
    return {field.name: get_args(hints[field.name])[0] for field in fields(Facts)}


FIELDS: Final[Mapping[str, type_of_value]] = MappingProxyType(_fields())
"""Every field of `Facts` with the type of its known values."""

SETTLED: Final[frozenset[str]] = frozenset(
    {
        *("jurisdictions", "controller_country", "recipient_country", "recipient_role", "source_kind", "phone_mobile"),
        *("data_obtained_at", "third_party_fields", "enrichment_scope"),
    }
)
"""The facts that follow from what the lead and its recipient are: once known, no evidence about them changes them."""

LEAD_COUNTRY: Final = "lead_country"
"""The one name a condition may use beside the fields: the candidate jurisdiction under evaluation."""

NAMES: Final[Mapping[str, int]] = MappingProxyType(
    {name: position for position, name in enumerate((*FIELDS, LEAD_COUNTRY))}
)
"""Where a condition finds each name in a `View`."""

View = tuple[object, ...]
"""The facts in the order of `NAMES`, with the lead's country at the end; what compiled conditions read."""

_all_fields = attrgetter(*FIELDS)
_SORTED: Final = tuple(sorted(FIELDS))
_sorted_fields = attrgetter(*_SORTED)


def view(facts: Facts, lead_country: str | None) -> View:
    """Lay the facts out for compiled conditions."""
    return (*_all_fields(facts), lead_country)


def name_type(name: str) -> type_of_value:
    """Return the type of a field's values.

    Raises:
        FactsError: there is no such field.
    """
    found = str if name == LEAD_COUNTRY else FIELDS.get(name)
    if found is None:
        raise FactsError(f"fact {name}: there is no such field; `consent.facts.Facts` lists them")
    return found


def read_value(name: str, value: object) -> object:
    """Turn a plain JSON or YAML value into the field's own type.

    Raises:
        FactsError: there is no such field, or the value does not fit it.
    """
    kind = name_type(name)
    try:
        return _READERS.get(kind, kind)(value)
    except (ValueError, TypeError, OverflowError):
        raise FactsError(f"fact {name}: not a value of this field, which wants {_wants(kind)}") from None


def _exactly(kind: type) -> Callable[[object], object]:
    def read(value: object) -> object:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


def _read_names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise TypeError
    return tuple(value)


_READERS: Final[Mapping[object, Callable[[object], object]]] = MappingProxyType(
    {
        bool: _exactly(bool),
        int: _exactly(int),
        str: _exactly(str),
        datetime: parse_time,
        tuple[str, ...]: _read_names,
    }
)


def _wants(kind: type_of_value) -> str:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "one of " + ", ".join(kind)
    words = {bool: "true or false", int: "a whole number", str: "text", datetime: "an RFC 3339 time"}
    return words.get(kind, "a list of texts")


def member(name: str, value: object) -> bytes:
    """One member of the canonical object; most values of most fields are met again and again."""
    if isinstance(value, datetime) and value.tzinfo is not UTC:  # elsewhere, two different moments may seem equal
        return _kept.__wrapped__(name, value)
    try:
        return _kept(name, value)
    except TypeError:  # a wrong value, and not even hashable
        return _kept.__wrapped__(name, value)


@lru_cache(maxsize=8192, typed=True)  # typed, since 1 equals True and is none
def _kept(name: str, value: object) -> bytes:
    return f'"{name}":{json.dumps(_plain(name, value), separators=(",", ":"), ensure_ascii=False)}'.encode()


def _plain(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return format_time(value)
    return read_value(name, list(value) if isinstance(value, tuple) else value)
