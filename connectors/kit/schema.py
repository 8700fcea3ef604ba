"""The fields that connectors may be asked with and may answer with, in one closed vocabulary."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Scalar = str | int | float | bool
Value = Scalar | Mapping[str, Scalar]
"""What one observation holds: a scalar, or a flat object for a range, a place or a technology."""

Shape = Literal["text", "integer", "boolean", "range", "place", "technology", "finding", "words"]

FINDINGS: Final = ("accepted", "not_found", "full", "disabled", "trap", "doubted", "undecided")
"""What a mailbox check may have found, in our words; `not_found` is for proof about the mailbox alone."""

INPUTS: Final = frozenset(
    {
        "company.name",
        "company.domain",
        "company.website",
        "company.country",
        "company.vat_id",
        "person.email",
        "person.given_name",
        "person.family_name",
        "person.full_name",
        "person.job_title",
        "person.phone",
    }
)
"""What a manifest may name in `sends`. Fields under `person.` are personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """The shape of one output field.

    Attributes:
        shape: `text`, `integer` and `boolean` are scalars; `range` is `{min?, max?, currency?}` with integers
            (an open end is left out); `place` is `{street?, locality?, region?, postal_code?, country?}`;
            `technology` is `{slug, name, category, rule?}`; `finding` is one of FINDINGS; `words` holds a vendor's
            own fields under its own names, each a word of at most 40 characters or a boolean, and at least one.
        many: a company has several of them, one observation each.
    """

    shape: Shape
    many: bool = False


def _spec(shape: Shape, *, many: bool = False) -> FieldSpec:
    return FieldSpec(shape=shape, many=many)


FIELDS: Final[Mapping[str, FieldSpec]] = MappingProxyType(
    {
        "company.name": _spec("text"),
        "company.legal_name": _spec("text"),
        "company.domain": _spec("text"),
        "company.website": _spec("text"),
        "company.description": _spec("text"),
        "company.type": _spec("text"),
        "company.industry": _spec("text"),
        "company.naics": _spec("text", many=True),
        "company.sic": _spec("text", many=True),
        "company.tags": _spec("text", many=True),
        "company.founded_year": _spec("integer"),
        "company.employees.count": _spec("integer"),
        "company.employees.range": _spec("range"),
        "company.revenue.range": _spec("range"),
        "company.headquarters": _spec("place"),
        "company.country": _spec("text"),
        "company.phone": _spec("text"),
        "company.vat_id": _spec("text"),
        "company.ticker": _spec("text"),
        "company.linkedin_url": _spec("text"),
        "company.technologies": _spec("technology", many=True),
        "company.mail.accepts": _spec("boolean"),
        "company.mail.provider": _spec("text"),
        "company.mail.spf_policy": _spec("text"),
        "company.mail.dmarc_policy": _spec("text"),
        "person.full_name": _spec("text"),
        "person.job_title": _spec("text"),
        "person.seniority": _spec("text"),
        "person.department": _spec("text"),
        "person.work_email": _spec("text"),
        "person.phone": _spec("text"),
        "person.linkedin_url": _spec("text"),
        "mailbox.finding": _spec("finding"),
        "mailbox.words": _spec("words"),
        "mailbox.catch_all": _spec("boolean"),
    }
)
"""What a manifest may name in `provides`."""

_PARTS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = MappingProxyType(
    {  # shape: (required parts, optional parts)
        "range": (frozenset(), frozenset({"min", "max", "currency"})),
        "place": (frozenset(), frozenset({"street", "locality", "region", "postal_code", "country"})),
        "technology": (frozenset({"slug", "name", "category"}), frozenset({"rule"})),
    }
)
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9 _./+-]{0,40}", re.ASCII)
"""A vendor's word: nothing with an at sign, and no sentence."""
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


def is_personal(field: str) -> bool:
    """Whether a field of INPUTS or FIELDS holds personal data (GDPR Art. 4(1)); whose mailbox it is, is known."""
    return field.startswith(("person.", "mailbox."))


def check_value(field: str, value: Value) -> None:
    """Refuses a value that does not have its field's shape.

    Raises:
        ValueError: the field is unknown or the value has another shape; the message names the field only.
    """
    spec = FIELDS.get(field)
    if spec is None:
        raise ValueError(f"{field} is not a field of the schema")
    if not _fits(spec.shape, value):
        raise ValueError(f"{field} wants {spec.shape}")


def _fits(shape: Shape, value: Value) -> bool:
    if shape == "text":
        return isinstance(value, str) and bool(value.strip())
    if shape == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if shape == "finding":
        return value in FINDINGS
    return isinstance(value, bool) if shape == "boolean" else _object_fits(shape, value)


def _object_fits(shape: Shape, value: Value) -> bool:
    if not isinstance(value, Mapping) or not value:
        return False
    if shape == "words":
        return all(isinstance(part, bool) or _is_word(part) for part in value.values())
    required, optional = _PARTS[shape]
    if not required <= value.keys() <= required | optional:
        return False
    if shape == "range":
        ends = [value[part] for part in ("min", "max") if part in value]
        numbers = [end for end in ends if isinstance(end, int) and not isinstance(end, bool)]
        return bool(numbers) and len(numbers) == len(ends) and numbers == sorted(numbers)
    return all(isinstance(part, str) and part for part in value.values())


def _is_word(part: object) -> bool:
    return isinstance(part, str) and _WORD.fullmatch(part) is not None


def parse_text(field: str, text: str) -> Value | None:
    """Reads a cell of a table as the value of `field`.

    Returns:
        The value, or None when the cell is empty or does not have the field's shape. A range is written
        `51-200`, `10001+` or `200`; places and technologies have no text form.
    """
    cell = text.strip()
    shape = FIELDS[field].shape
    if not cell:
        return None
    if shape == "text":
        return cell
    if shape == "integer":
        digits = cell.replace(",", "").replace(" ", "")
        return int(digits) if _NUMBER.fullmatch(digits) else None
    if shape == "boolean":
        return True if cell.lower() in _TRUE else False if cell.lower() in _FALSE else None
    return parse_range(cell) if shape == "range" else None


def parse_range(text: str) -> Mapping[str, Scalar] | None:
    """Reads `51-200`, `10001+` or `200` as a range; None for anything else."""
    low, dash, high = text.strip().removesuffix("+").partition("-")
    open_end = text.strip().endswith("+")
    if not _NUMBER.fullmatch(low) or (dash and not _NUMBER.fullmatch(high)):
        return None
    if open_end:
        return None if dash else {"min": int(low)}
    top = int(high) if dash else int(low)
    return {"min": int(low), "max": top} if int(low) <= top else None
