"""Spreadsheet cells that no program takes for a formula, and the fixed columns of a released lead.

Sources: OWASP, "CSV Injection"; RFC 4180.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may read as the start of a formula, full-width forms included (Japanese Excel)."""

_MARK: Final = "'"

COLUMNS: Final = (
    "delivery_id",
    "type",
    "timestamp",
    "lead.id",
    "lead.external_id",
    "lead.source",
    "lead.stage",
    "lead.received_at",
    "contact.given_name",
    "contact.family_name",
    "contact.full_name",
    "contact.email",
    "contact.phone",
    "contact.phone_e164",
    "contact.job_title",
    "contact.country",
    "contact.locale",
    "company.name",
    "company.domain",
    "company.website",
    "company.country",
    "company.vat_id",
    "inquiry.kind",
    "inquiry.message",
    "inquiry.submitted_at",
    "inquiry.page_url",
    "campaign.name",
    "campaign.source",
    "campaign.medium",
    "campaign.content",
    "campaign.term",
    "verification.email.verdict",
    "verification.phone.verdict",
    "permit.may_email.status",
    "permit.may_call.status",
    "permit.may_sms.status",
    "permit.may_post.status",
    "reason",
    "deadline",
    "permit",
    "permit.may_email.why",
    "permit.may_call.why",
    "permit.may_sms.why",
    "permit.may_post.why",
    "contact.region",
    "permit.may_email.allowed_for",
    "permit.may_call.allowed_for",
    "permit.may_sms.allowed_for",
    "permit.may_post.allowed_for",
    "permit.may_email.until",
    "permit.may_call.until",
    "permit.may_sms.until",
    "permit.may_post.until",
    "attributes",
)
"""The columns of a CSV file, in this order for ever: new ones are added at the end. A dot reads into `data`."""


def neutralise(text: str) -> str:
    """Make a cell that stays text, on one line.

    A cell that could start a formula or an apostrophe, after spaces too, gets an apostrophe in front, so that taking
    one off restores it; control characters, tabs and line ends become spaces.
    """
    line = "".join(" " if _controls(character) else character for character in text)
    start = line.lstrip()[:1]
    return _MARK + line if start in (*_FORMULA, _MARK) else line


def header() -> bytes:
    """Write the first line of a CSV file."""
    return _line([column.replace(".", "_") for column in COLUMNS])


def row(delivery_id: str, permit: str, message: Mapping[str, Any]) -> bytes:
    """Write one message as a line of a CSV file.

    Args:
        delivery_id: the delivery's id.
        permit: the permit as a JWS.
        message: the released lead or retraction, `{type, timestamp, data}`.
    """
    own = {"delivery_id": delivery_id, "permit": permit, "type": message["type"], "timestamp": message["timestamp"]}
    return _line([_text(own[name] if name in own else _dig(message["data"], name)) for name in COLUMNS])


def _line(cells: Sequence[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(neutralise, cells))
    return written.getvalue().encode()


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Mapping() if not value:
            return ""
        case str():
            return value
        case [*words] if all(isinstance(word, str) for word in words):
            return ", ".join(map(str, words))
    return orjson.dumps(value).decode()


def _dig(data: object, name: str) -> object:
    for part in name.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _controls(character: str) -> bool:
    # C0, DEL, C1 and the two Unicode line separators: each starts a new line for some reader.
    return character < " " or "\x7f" <= character < "\xa0" or character in "\u2028\u2029"
