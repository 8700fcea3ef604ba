"""The page of vendors' words, written from the maps: docs/reference/vendor-words.md."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.verification.answers import MailboxOutcome
from gateway.verification.mailbox import mailbox_reasons
from gateway.verification.vendors import hunter, kickbox, neverbounce, zerobounce
from gateway.verification.vendors.maps import WORDS, from_vendor
from gateway.verification.vendors.values import Vendor, VendorReading, Word
from tests.house.codes import PARTS

_NAMES: Final = {
    Vendor.ZEROBOUNCE: "ZeroBounce",
    Vendor.NEVERBOUNCE: "NeverBounce",
    Vendor.KICKBOX: "Kickbox",
    Vendor.HUNTER: "Hunter",
}
_REACHED: Final = {"smtp_server": True, "smtp_check": False}


def page() -> str:
    """What each vendor's words mean to us, then our reasons in each vendor's words."""
    lines: list[str] = []
    for vendor, answers in _answers().items():
        lines += [f"## From {_NAMES[vendor]}", "", "| their answer | mailbox | reason | flags |", "|---|---|---|---|"]
        lines += [_read(vendor, told, fields) for told, fields in answers]
        lines.append("")
    lines += ["## To a vendor's words", "", f"| reason | {' | '.join(_NAMES.values())} |", "|---|---|---|---|---|"]
    for title, codes in PARTS.items():
        if title != "Phone":
            lines += [f"| `{code}` | {' | '.join(_word(WORDS[each][code]) for each in Vendor)} |" for code in codes]
    return "\n".join(lines) + "\n"


def _answers() -> Mapping[Vendor, list[tuple[str, Mapping[str, object]]]]:
    """Every answer that the documents know, with the fields that decide."""
    return {
        Vendor.ZEROBOUNCE: [
            (_pair(status, sub), {"status": status, "sub_status": sub}) for status, sub in zerobounce.OUTCOMES
        ],
        Vendor.NEVERBOUNCE: [
            *((f"`{each}`", {"result": each}) for each in neverbounce.OUTCOMES),
            (
                f"`invalid`, flag `{neverbounce.REACHED}`, none of {_list(neverbounce.NO_PROOF)}",
                {"result": "invalid", "flags": [neverbounce.REACHED]},
            ),
            *((f"any, flag `{flag}`", {"result": "unknown", "flags": [flag]}) for flag in sorted(_telling())),
        ],
        Vendor.KICKBOX: [
            *((_pair(result, why), {"result": result, "reason": why}) for result, why in kickbox.OUTCOMES),
            (
                "`risky`, `low_deliverability`, `accept_all`",
                {"result": "risky", "reason": "low_deliverability", "accept_all": True},
            ),
            (
                "`undeliverable`, `rejected_email`, `accept_all`",
                {"result": "undeliverable", "reason": "rejected_email", "accept_all": True},
            ),
        ],
        Vendor.HUNTER: [
            *((f"`{each}`", {"status": each}) for each in hunter.OUTCOMES),
            ("`invalid`, `smtp_server` true, `smtp_check` false", {"status": "invalid", **_REACHED}),
            ("the same, `block` or `accept_all` true", {"status": "invalid", **_REACHED, "block": True}),
            ("`webmail`, `smtp_check` true", {"status": "webmail", "smtp_check": True}),
        ],
    }


def _telling() -> Iterator[str]:
    """The flags that say something to us beside the result."""
    return (
        flag
        for flag in neverbounce.FLAGS
        if _flags(from_vendor(Vendor.NEVERBOUNCE, {"result": "unknown", "flags": [flag]}))
    )


def _read(vendor: Vendor, told: str, fields: Mapping[str, object]) -> str:
    reading = from_vendor(vendor, fields)
    outcome = f"`{reading.answer.outcome}`" + (" by a catch-all" if reading.answer.catch_all else "")
    reasons = ", ".join(f"`{code}`" for code in mailbox_reasons(reading.answer))
    if reading.answer.outcome is MailboxOutcome.UNDECIDED and told.startswith("any"):
        outcome = reasons = ""
    return f"| {told} | {outcome} | {reasons} | {_flags(reading)} |"


def _flags(reading: VendorReading) -> str:
    flags = reading.flags
    return ", ".join(f"`{name}`" for name in flags.__dataclass_fields__ if getattr(flags, name))


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _pair(status: str, sub: str) -> str:
    return f"`{status}`, `{sub}`" if sub else f"`{status}`"


def _word(word: Word) -> str:
    parts = [word.status, *([word.sub] if word.sub else []), *([word.flag] if word.flag else [])]
    return ", ".join(f"`{part}`" for part in parts)
