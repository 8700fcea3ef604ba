"""A verdict in words: what it means, what its level proves and what not, why, and what to do.

It reads the JSON form of a verdict, so that what came over a socket is explained like what was judged here.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

_NOTHING: Final = "Nothing."

VERDICTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "deliverable": "No check speaks against the address, as far as it was checked.",
        "risky": "Something speaks against the address, without proving anything.",
        "undeliverable": "It is proved that mail to the address cannot arrive.",
        "valid": "The number belongs to a range that its country has assigned.",
        "possible": "The number may exist: do not drop it, for numbering plans change every month.",
        "invalid": "It is proved that there is no such number.",
        "unknown": "A check that was wanted could not end. That says nothing about the contact point.",
    }
)
COMPANIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "known": "A domain of the company's own is known.",
        "doubtful": "A domain of the company's own is known, and something of what was said cannot be right.",
        "none": "No domain that was named can be taken for the company's own.",
        "unknown": "A domain could be the company's own, and a check of it could not end.",
    }
)
LEVELS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "syntax": ("whether it is written rightly", "whether there is such a domain or mailbox"),
        "lists": ("what the lists say of its domain", "whether the domain takes mail"),
        "dns": ("whether the domain takes mail", "whether the mailbox exists: no mail server was asked"),
        "smtp": ("what the mail server says of the mailbox", "that somebody reads it"),
        "vendor": ("what a vendor's check says of the mailbox", "that somebody reads it"),
        "numbering": ("what the numbering plan says of its range", "that somebody answers there"),
    }
)
"""By level: what a check up to it shows, and what it leaves open."""
_NUMBER: Final = ("whether a number can be read from it", "whether there is such a number")
"""The same of a number at level `syntax`: nothing was asked of a numbering plan."""
REGIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "number": "the number itself",
        "declared_country": "the declared country",
        "company_country": "the company's country",
        "form_locale": "the form's locale",
        "default": "the country that was given",
        "told": "somebody who knows",
    }
)
"""By `region_source`: what said in which country's form to read a number."""


_WRITTEN: Final = (("To be written", "normalised"), ("E.164", "e164"), ("Extension", "extension"))
_REPLY: Final = ("reply_code", "reply_enhanced", "reply_text")


class Line(NamedTuple):
    """One thing to say: under which heading, what it is called (if anything), and the text."""

    part: str
    name: str
    text: str


def explain(told: Mapping[str, Any]) -> Iterator[Line]:
    """Explain the JSON form of a verdict on an address or a number.

    Without the personal part, what tells the address or the number is left out.
    """
    yield Line("verdict", "", VERDICTS[told["verdict"]])
    unread = "types" in told and told["level"] == "syntax"
    shows, leaves = _NUMBER if unread else LEVELS[told["level"]]
    yield Line("verdict", f"Level {told['level']}", f"It shows {shows}; it does not show {leaves}.")
    yield Line("verdict", f"Score {told['score']} of 100", scored(told["contributions"]))
    if told["retry_after"] is not None:
        yield _again(told["retry_after"])
    yield from _reasons(told)
    if told.get("suggestion"):
        yield Line("suggestion", "Did you mean", f"{told['suggestion']}? It is never applied by itself.")
    yield from _known(told)
    yield from _evidence(told["evidence"])


def explain_company(told: Mapping[str, Any]) -> Iterator[Line]:
    """Explain the JSON form of a verdict on a company; its domains and VAT number are told by nobody here."""
    yield Line("verdict", "", COMPANIES[told["verdict"]])
    if told["retry_after"] is not None:
        yield _again(told["retry_after"])
    yield from _reasons(told)
    yield from _known(told)
    evidence = told["evidence"]
    shown = {
        "Domain named by": (evidence["source"] or "").replace("_", " "),
        "Passed over": ", ".join(
            f"{each['source'].replace('_', ' ')} ({each['code']})" for each in evidence["refused"]
        ),
        "Lists": ", ".join(evidence["lists"]),
        "Libraries": ", ".join(evidence["libraries"]),
        "Checked": f"{_second(evidence['checked_at'])}, with version {evidence['codes_version']} of the codes",
        "May be relied on until": _second(evidence["expires_at"]),
    }
    yield from (Line("evidence", name, text) for name, text in shown.items() if text)


def _again(seconds: int) -> Line:
    return Line("verdict", "Ask again", f"after {_minutes(seconds)}: another answer may come then.")


def _reasons(told: Mapping[str, Any]) -> Iterator[Line]:
    for reason in told["reasons"]:
        advice = "" if reason["action"] == _NOTHING else f" To do: {reason['action']}"
        yield Line("reasons", reason["code"], f"{reason['meaning']}{advice}")


def scored(contributions: Sequence[Mapping[str, Any]]) -> str:
    """How a score came about: 50, and what each reason added or took away."""
    moved = [f"{'-' if each['points'] < 0 else '+'} {abs(each['points'])} ({each['code']})" for each in contributions]
    return " ".join(["50", *moved]) if moved else "50: nothing counts for or against it."


def _known(told: Mapping[str, Any]) -> Iterator[Line]:
    """Facts and types: what is known to be, what is known not to be, and what nobody looked for."""
    facts = told.get("facts", {})
    for name, wanted in (("Yes", True), ("No", False), ("Not tested", None)):
        found = [fact for fact, value in facts.items() if value is wanted]
        if found:
            yield Line("facts", name, ", ".join(found))
    if told.get("types"):
        yield Line("facts", "Type", " or ".join(each.replace("_", " ") for each in told["types"]))


def _evidence(evidence: Mapping[str, Any]) -> Iterator[Line]:
    """What the verdict rests on; nothing about what is not there."""
    told = {
        **{name: evidence.get(field) for name, field in _WRITTEN},
        "Identifies its owner": _canonical(evidence),
        "Region": _region(evidence),
        "DNS": ": ".join(filter(None, (evidence.get("dns"), ", ".join(evidence.get("mx", ()))))),
        f"Mailbox check by {evidence.get('mailbox_by')}": _mailbox(evidence),
        "Do-not-call registers": ", ".join(evidence.get("registers", ())),
        "Lists": ", ".join(evidence.get("lists", ())),
        "Libraries": ", ".join(evidence.get("libraries", ())),
        "Numbering plans": evidence.get("phone_metadata_version"),
        "Checked": f"{_second(evidence['checked_at'])}, with version {evidence['reasons_version']} of the reasons",
        "May be relied on until": _second(evidence["expires_at"]),
    }
    return (Line("evidence", name, text) for name, text in told.items() if text)


def _canonical(evidence: Mapping[str, Any]) -> str | None:
    """The form that identifies the owner, where it is another one than what is to be written."""
    canonical: str | None = evidence.get("canonical")
    return None if canonical == evidence.get("normalised") else canonical


def _region(evidence: Mapping[str, Any]) -> str | None:
    if not evidence.get("region"):
        return None
    return f"{evidence['region']} (told by {REGIONS.get(evidence['region_source'], 'nobody')})"


def _mailbox(evidence: Mapping[str, Any]) -> str:
    """How a mailbox check ended, and the reply that decided it, which names no address; empty where none was made."""
    if not evidence.get("mailbox_by"):
        return ""
    reply = " ".join(str(evidence[name]) for name in _REPLY if evidence.get(name))
    host = f" at {evidence['mailbox_host']}" if evidence.get("mailbox_host") else ""
    return f"{evidence['mailbox_outcome']}{host}" + (f"; it said: {reply}" if reply else "")


def _minutes(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours * 60 + minutes} minutes" if minutes else f"{hours} hour{'s' * (hours > 1)}"


def _second(time: str) -> str:
    """A time to the second, with a gap where a narrow screen may break it."""
    return f"{time[:10]} {time[11:19]}Z"
