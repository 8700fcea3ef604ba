"""What came of asking a connector, and why an observation lost, in plain words: one sentence each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.kit import LookupOutcome
from gateway.enrichment.home import COUNTRY, Hint
from gateway.enrichment.identity import Why
from gateway.enrichment.merge import Lost
from gateway.enrichment.model import MISMATCH, Skip
from gateway.lookup import Asked

SUPERSEDED: Final = "superseded"
"""Why an observation lost that its connector has made another one in place of since."""

GONE: Final = "What it said is not kept any more: its time is over, or it was erased."
_O, _S = LookupOutcome, Skip
_ENDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        _O.MATCH: "It knows the company.",
        _O.PARTIAL: "It answered in part: not everything could be asked.",
        _O.NO_MATCH: "It answered that it does not know the company.",
        _O.NOT_APPLICABLE: "The question lacks what it needs.",
        _O.PENDING: "It was still working on the answer.",
        _O.THROTTLED: "It had too many calls.",
        _O.TIMEOUT: "It did not answer in time; a call that costs counts as spent.",
        _O.UNREACHABLE: "It could not be reached.",
        _O.VENDOR_ERROR: "It failed, or its answer could not be read.",
        _O.QUOTA_EXHAUSTED: "Its plan or its credits are used up: look at the account.",
        _O.UNAUTHORISED: "The key is missing or was not taken: look at the settings.",
        _O.REFUSED: "The call was refused.",
        _O.INVALID_REQUEST: "It could not work with the question.",
        _O.SUPPRESSED_BY_VENDOR: "The person has objected there; nobody else was asked.",
        MISMATCH: "It answered with another company, and nothing of that was taken.",
    }
)
_SKIPPED: Final[Mapping[str, str]] = MappingProxyType(
    {
        _S.NOT_APPLICABLE: "The question lacks what it needs.",
        _S.NOT_ALLOWED: "It is about the person, and the decision on enrichment does not allow that.",
        _S.NO_COMPANY: "There is no domain or VAT number of an employer to ask about.",
        _S.GOAL_MET: "All that is wanted and it could add was known.",
        _S.NOTHING_WANTED: "It adds none of the fields that are wanted.",
        _S.NOT_WORTH_IT: "It costs money, and could add only fields that are not required.",
        _S.OVER_BUDGET: "A budget does not cover one more call.",
        _S.BREAKER_OPEN: "It has failed too often, and was left alone for a while.",
        _S.RATE_WINDOW: "Its limits left no call in time.",
        _S.ALREADY_CHARGED: "The same call may have been paid a short while ago, and is not repeated blindly.",
        _S.DEADLINE: "No time was left.",
        _S.SUPPRESSED: "A vendor said that the person has objected, so nobody else was asked.",
    }
)
_BUDGETS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lead": "The lead's budget does not cover one more call.",
        "list": "The budget of its list does not cover one more call.",
        "day": "The budget of the day does not cover one more call.",
        "vendor": "The vendor's budget of the day does not cover one more call.",
    }
)
_GUESSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        Hint.VAT_NUMBER: "Nobody said the company's country: it was asked with that of the VAT number.",
        Hint.DOMAIN_ENDING: "Nobody said the company's country: it was asked with the one that the domain ends in.",
        Hint.PHONE_AND_PERSON: "Nobody said the company's country: it was asked with the person's and number's.",
    }
)
_LOST: Final[Mapping[str, str]] = MappingProxyType(
    {
        Lost.SAME_VALUE: "It says the same.",
        Lost.HUMAN_VALUE: "The lead itself says otherwise, and that is never overwritten.",
        Lost.LOWER_PRIORITY: "A source with more authority says otherwise.",
        Lost.OLDER: "It is older.",
        Lost.LESS_SURE: "It is less sure.",
        Lost.LATER_BY_NAME: "It is as good as the winner, and comes later by name.",
        Lost.FEWER_SOURCES: "More sources say otherwise.",
        Lost.NO_CONSENSUS: "Too few sources say the same.",
        Lost.OUTSIDE_RANGE: "It does not fit what better sources have in common.",
        Lost.OTHER_CURRENCY: "It is in another currency, and cannot be compared.",
        SUPERSEDED: "The same connector has answered again since.",
    }
)
_WEAK: Final[Mapping[str, str]] = MappingProxyType(
    {Why.CLAIMED_NAME: "Nobody but the company's own site says that it has that name, so little is made of it."}
)
_ABOUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        Why.MAIL_PROVIDER: "It is about a company that gives mailboxes to everybody.",
        Why.NO_COMPANY_DOMAIN: "It is about a provider, network or site builder.",
        Why.OTHER_DOMAIN: "It is about another company: the domain is another one.",
        Why.OTHER_NUMBER: "It is about another company: its number in the register is another one.",
        Why.OTHER_NAME: "It seems to be about another company: name and country are not alike enough.",
        Why.UNTOLD: "It does not say which company it is about.",
    }
)


def told(asked: Asked, *, kept: bool = True) -> str:
    """Say why a connector was or was not asked, how that ended, and whether what it said is no longer kept."""
    if not asked.called:
        return _BUDGETS.get(asked.budget or "") or _SKIPPED.get(asked.mark) or _ended(asked)
    sought = ", ".join(f"{name} ({want})" for name, want in asked.sought.items())
    guessed = _GUESSED.get(asked.guessed.get(COUNTRY, ""), "")
    what = f"Asked for {sought}." if sought else "Asked for all that it knows."
    whence = "Its earlier answer was still kept." if asked.cached else ""
    whence = "The answer came with another lead's question." if asked.shared else whence
    ended = (_ended(asked), _WEAK.get(asked.identity or "", ""), "" if kept else GONE)
    return " ".join(part for part in (what, guessed, whence, *ended) if part)


def _ended(asked: Asked) -> str:
    if asked.mark == _O.MATCH and asked.about_person:
        return "It knows the person."
    return _ENDED.get(asked.mark, "It ended in a way that this version does not know.")


def lost(why: str) -> str:
    """Say why an observation is not the value of its field."""
    return _LOST.get(why, "")


def another(why: str) -> str:
    """Say why an answer was taken for another company's."""
    return _ABOUT.get(why, "It is about another company.")
