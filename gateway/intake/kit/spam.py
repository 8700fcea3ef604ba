"""Spam signals: closed codes with a sentence each. One flags a lead, two keep it aside; none drops it silently."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.intake import Reading, Rejected
from gateway.intake.kit.settings import SourceSettings, is_strange
from gateway.lead import Submission

QUARANTINE_AT: Final = 2
"""How many different signals keep a post aside."""


class Signal(StrEnum):
    """What makes a post look as if no person had written it, or not to us."""

    HONEYPOT_FILLED = "honeypot_filled"
    TOO_FAST = "too_fast"
    CHALLENGE_FAILED = "challenge_failed"
    CHALLENGE_EXPIRED = "challenge_expired"
    CHALLENGE_REPLAYED = "challenge_replayed"
    TOO_MANY_LINKS = "too_many_links"
    MARKUP_IN_MESSAGE = "markup_in_message"
    LINK_IN_NAME = "link_in_name"
    GIBBERISH_NAME = "gibberish_name"
    SAME_TEXT_FLOOD = "same_text_flood"
    ORIGIN_NOT_LISTED = "origin_not_listed"


class Aside(StrEnum):
    """Why a request is kept aside besides its spam signals."""

    NO_CONTACT_POINT = "no_contact_point"


SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Signal.HONEYPOT_FILLED: "A field that no person sees was filled in.",
        Signal.TOO_FAST: "It was sent sooner after the form was served than a person can write.",
        Signal.CHALLENGE_FAILED: "Its proof of work was not ours or not solved.",
        Signal.CHALLENGE_EXPIRED: "Its proof of work was too old.",
        Signal.CHALLENGE_REPLAYED: "Its proof of work had been used before.",
        Signal.TOO_MANY_LINKS: "Its message holds more links than the form allows.",
        Signal.MARKUP_IN_MESSAGE: "Its message holds links in HTML or forum markup.",
        Signal.LINK_IN_NAME: "A name holds a link.",
        Signal.GIBBERISH_NAME: "A name is one long word of randomly mixed capitals.",
        Signal.SAME_TEXT_FLOOD: "The same text came many times in a short while.",
        Signal.ORIGIN_NOT_LISTED: "It came from a web site that is not among the form's origins; "
        "if it is yours: leadgate sources allow KEY ORIGIN.",
        Aside.NO_CONTACT_POINT: "No field could be read as an e-mail address or phone; map the field and replay it.",
    }
)
"""What each code says to a person."""

_LINK: Final = re.compile(r"https?://|\bwww\.[a-z0-9-]+\.[a-z]", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<a\s[^>]*href|\[(url|link)\b", re.IGNORECASE)
_CAPITALS: Final = re.compile(r"(?<=[a-z])[A-Z]")
_GIBBERISH_LENGTH: Final = 10
_GIBBERISH_CAPITALS: Final = 3


def told(signals: Iterable[str]) -> list[dict[str, str]]:
    """Each code with its sentence, as people and programs are shown it."""
    return [{"code": code, "says": SENTENCES.get(code, "")} for code in signals]


def content_signals(names: Iterable[str], message: str, settings: SourceSettings) -> tuple[Signal, ...]:
    """Look at what was written. All capitals are no signal: too many people write their names so."""
    words = tuple(names)
    found = {
        Signal.LINK_IN_NAME: any(_LINK.search(name) for name in words),
        Signal.GIBBERISH_NAME: any(_gibberish(name) for name in words),
        Signal.TOO_MANY_LINKS: len(_LINK.findall(message)) > settings.max_links,
        Signal.MARKUP_IN_MESSAGE: _MARKUP.search(message) is not None,
    }
    return tuple(signal for signal, seen in found.items() if seen)


def timing_signals(served_at: datetime, received_at: datetime, settings: SourceSettings) -> tuple[Signal, ...]:
    """Compare the signed time of the challenge with the arrival; the signed time is in whole seconds, rounded down."""
    fast = (received_at - served_at).total_seconds() < settings.min_seconds
    return (Signal.TOO_FAST,) if fast else ()


def origin_signals(origin: str | None, referer: str | None, settings: SourceSettings) -> tuple[Signal, ...]:
    """Compare where the post says it comes from with the form's list; saying nothing is no signal."""
    said = origin or _origin_of(referer)
    return (Signal.ORIGIN_NOT_LISTED,) if said is not None and is_strange(settings, said) else ()


def quarantine_reasons(signals: Iterable[str]) -> tuple[str, ...]:
    """Why this must be kept aside: the signals, once there are two of them."""
    distinct = tuple(dict.fromkeys(signals))
    return distinct if len(distinct) >= QUARANTINE_AT else ()


def settle(reading: Reading, *, replayed: bool, same_text: int, settings: SourceSettings) -> Reading:
    """Add what only a store can know.

    Args:
        reading: what the way in made of the request.
        replayed: the challenge of `reading.burn` had been burned before.
        same_text: how often this text came to this form lately, this time included.
        settings: the form's.
    """
    later = {
        Signal.CHALLENGE_REPLAYED: replayed and reading.burn is not None,
        Signal.SAME_TEXT_FLOOD: same_text >= settings.flood_after,
    }
    added = tuple(signal.value for signal, seen in later.items() if seen and signal not in reading.signals)
    if not added:
        return reading
    signals = (*reading.signals, *added)
    others = tuple(reason for reason in reading.quarantine if reason not in signals)
    return replace(
        reading,
        entries=tuple(_marked(entry, signals, replayed=replayed) for entry in reading.entries),
        signals=signals,
        quarantine=(*others, *quarantine_reasons(signals)),
    )


def _marked(entry: Submission | Rejected, signals: tuple[str, ...], *, replayed: bool) -> Submission | Rejected:
    """Write the signals into a submission; a proof that was used before proves nothing, nor does its time."""
    if isinstance(entry, Rejected):
        return entry
    marks = replace(entry.signals, spam=signals, proof="unproved" if replayed else entry.signals.proof)
    if not replayed:
        return replace(entry, signals=marks)
    claims = tuple(replace(claim, evidence=replace(claim.evidence, served_at=None)) for claim in entry.consent)
    came = entry.circumstances
    if came is not None:
        came = replace(came, evidence=replace(came.evidence, served_at=None))
    return replace(entry, signals=marks, consent=claims, circumstances=came)


def _gibberish(name: str) -> bool:
    return any(
        len(word) >= _GIBBERISH_LENGTH and len(_CAPITALS.findall(word)) >= _GIBBERISH_CAPITALS for word in name.split()
    )


def _origin_of(referer: str | None) -> str | None:
    found = re.match(r"https?://[^/?#\s]+", referer or "", re.IGNORECASE)
    return found[0] if found else None
