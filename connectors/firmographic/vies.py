"""Asks VIES for a VAT number; what the service could not find out is never taken for a number that is not registered.

A sole trader is registered under a person's name. So name and address are taken only where the name holds the legal
form of a company; the number itself is taken always.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar, Final

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from connectors.kit import (
    Answer,
    Context,
    Declared,
    LookupOutcome,
    Manifest,
    Observer,
    Plain,
    Query,
    Reply,
    classify,
    manifest_beside,
    observe,
    read_country,
    read_name,
    record_id,
)
from connectors.kit.names import SOLE

_PREFIXES: Final[Mapping[str, str]] = {"GR": "EL"}
_COUNTRIES: Final[Mapping[str, str]] = {"EL": "GR", "XI": "GB"}
_NUMBER: Final = re.compile(r"[0-9A-Z+*]{2,12}", re.ASCII)
"""What stands behind the prefix, as the service's own description has it."""
_TEST_NUMBER: Final = re.compile(r"[A-Z]{2}[1-6]0[0-2]", re.ASCII)
_LAST_LINE: Final = re.compile(
    r"(?:[A-Z]{1,2}-)?(\d{2}-\d{3}|\d{3} ?\d{2}|0?\d{4} ?[A-Z]{2}(?= )|\d{4,5}(?:-\d{3})?)\s+(\D.*)", re.ASCII
)
"""A postal code and a town, as most states write them; another last line is left in the street."""


class Plugin(Declared):
    """One call for one number."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        super().__init__(settings)
        self._test = settings.get("test_service") is True
        given = str(settings.get("requester", ""))
        self._requester = _split(given, "") if given else None
        self._unreadable = bool(given) and self._requester is None

    async def ask(self, query: Query, context: Context) -> Answer:
        """Makes the one call; raises CallError when no usable reply came."""
        asked = _split(query["company.vat_id"], query.get("company.country", ""), test=self._test)
        if asked is None:
            return Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="no_number_of_the_eu")
        if self._unreadable:
            return Answer(outcome=LookupOutcome.INVALID_REQUEST, reason="requester_unreadable")
        body = {"countryCode": asked[0], "vatNumber": asked[1]}
        if self._requester is not None:
            body |= dict(zip(("requesterMemberStateCode", "requesterNumber"), self._requester, strict=True))
        made = self.request(query)
        url = made.url.replace("check-vat-number", "check-vat-test-service") if self._test else made.url
        reply = await context.http.send(replace(made, url=url, body=json.dumps(body).encode()))
        return classify(self.manifest, reply) or self._told(reply, asked)

    def _told(self, reply: Reply, asked: tuple[str, str]) -> Answer:
        body = self.told(reply)
        told = body if isinstance(body, dict) else {}
        record = record_id(str(told.get("requestIdentifier") or "").strip())
        if told["valid"] is not True:
            return Answer(outcome=LookupOutcome.NO_MATCH, reason="not_registered", record=record)
        country = _COUNTRIES.get(asked[0], asked[0])
        known = {"number": "".join(asked), "country": country, **_holder(told, country)}
        observer = Observer(self.manifest, now=reply.received_at)
        observe(self.manifest, known, observer, at=_asked_at(told.get("requestDate")))
        return Answer(outcome=LookupOutcome.MATCH, observations=observer.observations(), record=record)


def _split(text: str, country: str, *, test: bool = False) -> tuple[str, str] | None:
    """The prefix and the rest of a number of the EU or Northern Ireland; None where it is none, or no number."""
    home = read_country(country) or ""
    home = _PREFIXES.get(home, home)
    for written in (text, home + text):
        if test and _TEST_NUMBER.fullmatch(written.strip().upper()):
            return written.strip().upper()[:2], written.strip()[2:]
        try:
            number = vat.compact(written)
        except ValidationError:
            continue
        prefix, rest = _PREFIXES.get(number[:2], number[:2]), number[2:]
        return (prefix, rest) if _NUMBER.fullmatch(rest) else None
    return None


def _holder(told: Mapping[str, object], country: str) -> Mapping[str, object]:
    """Name and address of a company; nothing of one who may be a natural person."""
    name = str(told.get("name") or "").partition("||")[0].strip()  # Greece writes trade names behind it
    if read_name(name).form in ("", SOLE):
        return {}
    lines = [line.strip() for line in str(told.get("address") or "").splitlines() if line.strip(" -")]
    found = _LAST_LINE.fullmatch(lines[-1]) if lines else None
    street = ", ".join(lines[:-1] if found else lines)
    place = {"street": street, "country": country, "kind": "legal"}
    if found is not None:
        place |= {"postal_code": found[1], "locality": found[2]}
    return {"name": name, "place": place if lines else None}


def _asked_at(text: object) -> datetime | None:
    """The date of the answer: `2026-05-19T12:25:12.544Z`, or a day with its zone, `2026-08-29+02:00`."""
    if not isinstance(text, str):
        return None
    day, zone = text[:10], text[10:]
    try:
        moment = datetime.fromisoformat(text if zone[:1] in ("", "T") else f"{day}T00:00:00{zone}")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
