"""Ledger events to plain JSON values and back; what cannot be read grants nothing and still restricts."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from consent import ledger
from consent.errors import FactsError, LedgerError
from consent.ledger import Event, Notice, Origin, Party, Unrecognised
from consent.terms import Channel, Mechanism, Purpose
from consent.times import format_time, parse_time

KINDS: Final[Mapping[str, Callable[..., Event]]] = {
    "consent_granted": ledger.ConsentGranted,
    "consent_refused": ledger.ConsentRefused,
    "consent_requested": ledger.ConsentRequested,
    "consent_confirmed": ledger.ConsentConfirmed,
    "consent_withdrawn": ledger.ConsentWithdrawn,
    "objection_received": ledger.ObjectionReceived,
    "restriction_set": ledger.RestrictionSet,
    "restriction_lifted": ledger.RestrictionLifted,
    "signal_observed": ledger.SignalObserved,
    "notice_served": ledger.NoticeServed,
}
"""The stored name of every kind of event; append-only."""

_NAMES: Final[Mapping[object, str]] = {kind: name for name, kind in KINDS.items()}
_EMPTY: Final[tuple[object, ...]] = ((), frozenset())
_FIELDS: Final[Mapping[object, tuple[str, ...]]] = {
    kind: tuple(each.name for each in fields(kind))  # type: ignore[arg-type] # every kind is a dataclass
    for kind in KINDS.values()
}
_RESTRICTIVE: Final = frozenset({"consent_refused", "consent_withdrawn", "objection_received"})

_Word = TypeVar("_Word", bound=StrEnum)


def to_mapping(event: Event) -> dict[str, object]:
    """Return an event as plain JSON values with its `kind`; fields at their defaults are left out.

    Raises:
        LedgerError: an unrecognised event is kept as it was stored, never written anew.
    """
    name = _NAMES.get(type(event))
    if name is None:
        raise LedgerError(f"ledger event {type(event).__name__}: it has no stored form")
    found: dict[str, object] = {"kind": name}
    for field in _FIELDS[type(event)]:
        value = getattr(event, field)
        if value is not None and value not in _EMPTY:
            found[field] = _plain(value)
    return found


def from_mapping(data: Mapping[str, object]) -> Event:
    """Read what `to_mapping` wrote, also if a newer or older version wrote it.

    An unknown kind, or a grant with an unknown purpose, channel or mechanism, comes back as `Unrecognised`. A refusal,
    withdrawal or objection with an unknown purpose or channel counts for every one.

    Raises:
        LedgerError: the id or a time is missing or unreadable, so that not even its place in the ledger is known.
    """
    kind = str(data.get("kind"))
    try:
        common = _read_common(data)
    except (KeyError, ValueError, FactsError) as error:
        raise LedgerError(f"ledger event {kind}: its id, times or actor cannot be read; quarantine it") from error
    if kind in _RESTRICTIVE:
        return KINDS[kind](
            **common,
            purpose=_word(Purpose, data.get("purpose")),
            channel=_word(Channel, data.get("channel")),
        )
    try:
        own = {name: read(data[name]) for name, read in _OWN[kind].items() if data.get(name) is not None}
        return KINDS[kind](**common, **own)
    except (KeyError, ValueError, TypeError):
        return Unrecognised(**common, kind=kind)


def _read_common(data: Mapping[str, object]) -> dict[str, Any]:
    contact_point = data.get("contact_point")
    return {
        "event_id": _text(data["event_id"]),
        "occurred_at": parse_time(data["occurred_at"]),
        "received_at": parse_time(data["received_at"]),
        "actor": Party(_text(data["actor"])),
        "origin": Origin(_text(data["origin"])),
        "contact_point": None if contact_point is None else _text(contact_point),
        "evidence": tuple(_texts(data.get("evidence", []))),
    }


def _word(kind: type[_Word], value: object) -> _Word | None:
    try:
        return kind(str(value))
    except ValueError:
        return None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is expected")
    return value


def _texts(value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise ValueError("a list of texts is expected")  # noqa: TRY004 -- one error for every misfit
    return [_text(item) for item in value]


def _number(value: object) -> int:
    if type(value) is not int:
        raise ValueError("a number is expected")
    return value


def _notice(value: object) -> Notice:
    if not isinstance(value, Mapping):
        raise ValueError("a notice is expected")  # noqa: TRY004 -- as above
    return Notice(id=_text(value["id"]), version=_text(value["version"]), sha256=_text(value["sha256"]))


def _names(value: object) -> frozenset[str]:
    return frozenset(_texts(value))


_Readers = Mapping[str, Callable[..., object]]
_ABOUT: Final[_Readers] = {"purpose": Purpose, "channel": Channel}
_OWN: Final[Mapping[str, _Readers]] = {
    "consent_granted": {
        **_ABOUT,
        "mechanism": Mechanism,
        "cited_notice": _text,
        "notice": _notice,
        "recipients": _names,
        "expires_at": parse_time,
    },
    "consent_requested": {
        **_ABOUT,
        "token_hash": _text,
        "notice": _notice,
        "expires_at": parse_time,
        "recipients": _names,
        "consent_expires_at": parse_time,
    },
    "consent_confirmed": {**_ABOUT, "request_id": _text, "token_hash": _text, "notice_sha256": _text},
    "restriction_set": {},
    "restriction_lifted": {},
    "signal_observed": {"signal": ledger.SignalKind},
    "notice_served": {"article": _number, "notice": _notice},
}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Notice):
        return {"id": value.id, "version": value.version, "sha256": value.sha256}
    if isinstance(value, frozenset | tuple):
        return sorted(value) if isinstance(value, frozenset) else list(value)
    return value.value if isinstance(value, StrEnum) else value
