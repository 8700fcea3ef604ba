"""The fields that connectors may be asked with and may answer with, in one closed vocabulary.

The organisation record follows schema.org's Organization in its meanings and ISO in its codes: countries are ISO 3166-1
alpha-2, legal forms ISO 20275 (ELF), exchanges ISO 10383 (MIC), currencies ISO 4217, identifiers among others the LEI
(ISO 17442); industries are codes of NAICS, SIC, NACE or ISIC. The person record is kept apart: its fields are personal
data (GDPR Art. 4(1)), and what is sensitive or private of a person (birth date, sex, home address, private e-mail,
salary, interests) is not in the vocabulary at all, so no connector can bring it in.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from connectors.kit.shapes import FINDINGS, FieldSpec, Scalar, Shape, Value, fits

__all__ = [
    "DERIVED",
    "FIELDS",
    "FINDINGS",
    "INPUTS",
    "SITE_INPUTS",
    "FieldSpec",
    "Scalar",
    "Shape",
    "Value",
    "check_value",
]

DERIVED: Final[Mapping[str, str]] = MappingProxyType({"person.email_sha256": "person.email"})
"""Inputs that the kit makes of another one, for vendors who take a hash in place of an address: SHA-256, in hex, of
the address in lower case without blanks around it. A connector that sends only the hash never sees the address."""

INPUTS: Final = frozenset(
    {
        "company.name",
        "company.domain",
        "company.website",
        "company.country",
        "company.vat_id",
        "person.email",
        "person.email_sha256",
        "person.given_name",
        "person.family_name",
        "person.full_name",
        "person.job_title",
        "person.phone",
    }
)
"""What a manifest may name in `sends`. Fields under `person.` are personal data."""

SITE_INPUTS: Final = frozenset({"company.domain", "company.website"})
"""Those that name a company's own site."""


def _spec(shape: Shape, *words: str, many: bool = False) -> FieldSpec:
    return FieldSpec(shape=shape, many=many, words=frozenset(words))


_ORGANISATION: Final[Mapping[str, FieldSpec]] = {
    "company.name": _spec("text"),
    "company.legal_name": _spec("text"),
    "company.other_names": _spec("text", many=True),
    "company.domain": _spec("domain"),
    "company.domains": _spec("domain", many=True),
    "company.website": _spec("text"),
    "company.identifiers": _spec("identifier", many=True),
    "company.vat_id": _spec("text"),
    "company.status": _spec("word", "active", "inactive", "dissolved", "liquidation"),
    "company.legal_form": _spec("legal_form"),
    "company.type": _spec(
        "word", "private", "public", "nonprofit", "government", "educational", "sole_proprietor", "subsidiary"
    ),
    "company.founded_year": _spec("integer"),
    "company.founded_on": _spec("date"),
    "company.dissolved_on": _spec("date"),
    "company.description": _spec("text"),
    "company.industry": _spec("text"),
    "company.industry_codes": _spec("code", many=True),
    "company.tags": _spec("text", many=True),
    "company.employees.count": _spec("integer"),
    "company.employees.range": _spec("range"),
    "company.revenue.amount": _spec("money"),
    "company.revenue.range": _spec("range"),
    "company.funding.total": _spec("money"),
    "company.funding.stage": _spec("text"),
    "company.funding.last_on": _spec("date"),
    "company.headquarters": _spec("place"),
    "company.locations": _spec("place", many=True),
    "company.country": _spec("country"),
    "company.parent": _spec("organisation"),
    "company.ultimate_parent": _spec("organisation"),
    "company.listing": _spec("listing"),
    "company.phone": _spec("text"),
    "company.emails": _spec("text", many=True),
    "company.linkedin_url": _spec("url"),
    "company.profiles": _spec("url", many=True),
    "company.logo_url": _spec("url"),
    "company.languages": _spec("text", many=True),
    # What a source says of the record as a whole: it is everybody's provider, so the record is nobody's employer.
    "company.mailbox_provider": _spec("boolean"),
}
_TECHNOLOGY: Final[Mapping[str, FieldSpec]] = {
    "company.technologies": _spec("technology", many=True),
    "company.mail.accepts": _spec("boolean"),
    "company.mail.provider": _spec("text"),
    "company.mail.security_gateway": _spec("text"),
    "company.mail.spf_policy": _spec("word", "fail", "softfail", "neutral", "pass"),
    "company.mail.dmarc_policy": _spec("word", "none", "quarantine", "reject"),
    "company.mail.mta_sts": _spec("boolean"),
    "company.registration.created_on": _spec("date"),
    "company.registration.expires_on": _spec("date"),
    "company.registration.registrar": _spec("text"),
    "company.registration.dnssec": _spec("boolean"),
}
_PERSON: Final[Mapping[str, FieldSpec]] = {
    "person.given_name": _spec("text"),
    "person.family_name": _spec("text"),
    "person.full_name": _spec("text"),
    "person.job_title": _spec("text"),
    "person.seniority": _spec("text"),
    "person.department": _spec("text"),
    "person.work_email": _spec("text"),
    "person.phone": _spec("text"),
    "person.linkedin_url": _spec("url"),
}
_MAILBOX: Final[Mapping[str, FieldSpec]] = {
    "mailbox.finding": _spec("finding"),
    "mailbox.words": _spec("words"),
    "mailbox.catch_all": _spec("boolean"),
}

FIELDS: Final[Mapping[str, FieldSpec]] = MappingProxyType({**_ORGANISATION, **_TECHNOLOGY, **_PERSON, **_MAILBOX})
"""What a manifest may name in `provides`."""


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
    if not fits(spec, value):
        raise ValueError(f"{field} wants {spec.shape}")
