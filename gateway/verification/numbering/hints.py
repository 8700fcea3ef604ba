"""The countries that a national number may be read in."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import phonenumbers

from gateway.verification.model import RegionHint, RegionSource

_SUPPORTED: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
_REGION_LETTERS: Final = 2


def region_hints(
    *,
    told: str | None = None,
    declared: str | None = None,
    company: str | None = None,
    locale: str | None = None,
    default: str | None = None,
) -> tuple[RegionHint, ...]:
    """The countries to read a national form in, in this order, each once.

    `told`, `declared`, `company` and `default` are ISO 3166-1 alpha-2 codes in any case (UK is taken for GB);
    `locale` is a BCP 47 tag, of which only the region counts: a language alone names no country.
    """
    given = (
        (RegionSource.TOLD, told),
        (RegionSource.DECLARED_COUNTRY, declared),
        (RegionSource.COMPANY_COUNTRY, company),
        (RegionSource.FORM_LOCALE, _locale_region(locale)),
        (RegionSource.DEFAULT, default),
    )
    hints: dict[str, RegionHint] = {}
    for source, code in given:
        region = (code or "").strip().upper()
        region = "GB" if region == "UK" else region
        if region in _SUPPORTED:
            hints.setdefault(region, RegionHint(source=source, region=region))
    return tuple(hints.values())


def supported(regions: Sequence[RegionHint]) -> Sequence[RegionHint]:
    """Those of the hints whose countries the library knows."""
    if len(regions) == 1 and regions[0].region in _SUPPORTED:  # as nearly always
        return regions
    return [each for each in regions if each.region in _SUPPORTED]


def _locale_region(locale: str | None) -> str | None:
    tags = (locale or "").replace("_", "-").split("-")[1:]
    # A single letter begins an extension, whose parts are no countries: de-u-co-phonebk (RFC 5646 section 2.2.6).
    told = takewhile(lambda tag: len(tag) > 1, tags)
    return next((tag for tag in told if len(tag) == _REGION_LETTERS and tag.isalpha()), None)
