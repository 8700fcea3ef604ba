"""Evidence on a number that was never read whole: the country that it belongs to, or the number that is right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from consent.claims import Cap
from consent.terms import Channel
from gateway import holds
from gateway.errors import Fault, Invalid
from gateway.holds import NUMBER, REGION, UNREAD
from gateway.lead import Lead
from gateway.policies.limits import meaning_of
from gateway.ports import Verifier
from gateway.verification.model import PhoneVerdict, Validity
from gateway.verification.numbering.hints import region_hints

_WANTED: Final = {
    REGION: "the country that the number belongs to, like DE (ISO 3166-1)",
    NUMBER: "the right number, with + and its country code",
}


def read_again(lead: Lead, reason: str, facts: Mapping[str, Any], verifier: Verifier, now: datetime) -> holds.Told:
    """Read a lead's number as evidence tells it: the name of what was told, the verdict, and what it limits.

    Raises:
        Invalid: nothing was told, or more than one thing; or there is no such number. No value is repeated.
    """
    wanted = " or ".join(f"{name} ({_WANTED[name]})" for name in UNREAD[reason])
    if not facts:
        detail = f"A note alone frees no number that nobody has read, for its owner may have refused: give {wanted}."
        raise Invalid(faults=[Fault(pointer="/facts", detail=detail)])
    if len(facts) > 1 or not facts.keys() <= set(UNREAD[reason]):
        raise Invalid(faults=[Fault(pointer="/facts", detail=f"This hold asks for one thing: {wanted}.")])
    ((name, value),) = facts.items()
    if not isinstance(value, str) or (name == REGION and not region_hints(told=value)):
        raise _unfit(name, _WANTED[name])
    verdict, caps = _judged(lead, name, value, verifier, now)
    if verdict.verdict in {Validity.INVALID, Validity.UNKNOWN} or verdict.reasons[0].value in UNREAD:
        raise _unfit(name, f"{meaning_of(verdict.reasons[0].value)} Wanted is {_WANTED[name]}")
    return holds.Told(name, verdict, caps)


def _judged(
    lead: Lead, name: str, value: str, verifier: Verifier, now: datetime
) -> tuple[PhoneVerdict, Mapping[Channel, Cap]]:
    written = lead.submission.person.phone
    if name == NUMBER or written is None:
        return verifier.number(value, (), now)
    return verifier.number(written.reveal(), region_hints(told=value), now)


def _unfit(name: str, detail: str) -> Invalid:
    return Invalid(faults=[Fault(pointer=f"/facts/{name}", detail=f"{detail[0].upper()}{detail[1:]}.")])
