"""What is said of a company's VAT number: its form, its check digit, its country."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from gateway.verification.company.codes import CompanyCode
from gateway.verification.vat import VatOutcome, VatReading, same_country

_C = CompanyCode
_OF_VAT: Final[Mapping[VatOutcome, CompanyCode]] = MappingProxyType(
    {
        VatOutcome.VALID: _C.VAT_VALID,
        VatOutcome.FORMAT_INVALID: _C.VAT_FORMAT_INVALID,
        VatOutcome.CHECK_DIGIT_WRONG: _C.VAT_CHECK_DIGIT_WRONG,
        VatOutcome.PREFIX_MISSING: _C.VAT_PREFIX_MISSING,
        VatOutcome.PREFIX_UNKNOWN: _C.VAT_PREFIX_UNKNOWN,
        VatOutcome.UNREADABLE: _C.VAT_UNREADABLE,
    }
)
_FORM: Final[Mapping[VatOutcome, bool]] = MappingProxyType(
    {
        VatOutcome.VALID: True,
        VatOutcome.CHECK_DIGIT_WRONG: True,
        VatOutcome.FORMAT_INVALID: False,
        VatOutcome.UNREADABLE: False,
    }
)
_CHECK_DIGIT: Final[Mapping[VatOutcome, bool]] = MappingProxyType(
    {VatOutcome.VALID: True, VatOutcome.CHECK_DIGIT_WRONG: False}
)
_NO_CHECK_DIGIT: Final = ("GBGD", "GBHA", "XIGD", "XIHA")
"""British government departments and health authorities."""


def form_right(vat: VatReading | None) -> bool | None:
    """Whether it has its country's form; None where no country's form can be told."""
    return None if vat is None else _FORM.get(vat.outcome)


def digits_right(vat: VatReading | None) -> bool | None:
    """Whether its check digit is right; None where it has none, or was not looked at."""
    if vat is None or (vat.number or "").startswith(_NO_CHECK_DIGIT):
        return None
    return _CHECK_DIGIT.get(vat.outcome)


def country_agrees(vat: VatReading | None, country: str | None) -> bool | None:
    """Whether its prefix is that of the country; None where either is not said."""
    if vat is None or vat.country is None or not vat.prefixed or not country:
        return None
    return same_country(vat.country, country)


def vat_codes(vat: VatReading | None, *, agrees: bool | None) -> Iterator[CompanyCode]:
    """The codes for a number, where there is one; `agrees` says whether its country is the company's."""
    if vat is None:
        return
    yield _OF_VAT[vat.outcome]
    if not vat.prefixed:
        yield _C.VAT_PREFIX_MISSING
    if vat.outcome is VatOutcome.VALID and not vat.suffixed:
        yield _C.VAT_SUFFIX_MISSING
    if agrees is False:
        yield _C.VAT_COUNTRY_DIFFERS
