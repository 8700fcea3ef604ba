"""More about a valid number: who its range was given to, its time zones and its place, loaded when first asked for."""

from dataclasses import dataclass, field
from typing import Any, Final

import phonenumbers
from phonenumbers import PhoneNumber

from gateway.verification.codec import plain
from gateway.verification.model import PhoneType, PhoneVerdict, Validity
from gateway.verification.numbering.library import number_of
from gateway.verification.numbering.making import METADATA_VERSION

_UNKNOWN_ZONE: Final = "Etc/Unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDetails:
    """What the library's tables say of a number; all of it is None or empty where they say nothing.

    `carrier` is the operator that the range was given to, only for mobile numbers. `original_allocation` is True
    where people take their number along to another operator, so that the carrier of today may be another one; False
    where libphonenumber knows of no such right; None without a carrier. `time_zones` are names of the IANA database,
    several where the range is used in several. `place` is a town, an area or a country, in English.
    """

    carrier: str | None = None
    original_allocation: bool | None = None
    time_zones: tuple[str, ...] = ()
    place: str | None = field(default=None, repr=False)
    phone_metadata_version: str

    def to_json(self, *, personal: bool = True) -> dict[str, Any]:
        """The details as JSON types; without the place unless `personal`."""
        return plain(self, frozenset() if personal else frozenset({"place"}))


def details(verdict: PhoneVerdict) -> PhoneDetails:
    """Look up the details of the number of a verdict; there are none unless it is valid.

    The first call loads the tables of carriers, time zones and places, which takes about half a second and a
    hundred megabytes: not for bulk, nor for the path of a lead.
    """
    evidence = verdict.evidence
    if evidence.e164 is None or verdict.verdict is not Validity.VALID:
        return PhoneDetails(phone_metadata_version=evidence.phone_metadata_version)
    from phonenumbers import geocoder, timezone  # noqa: PLC0415 - see above: heavy, and seldom wanted

    number = number_of(evidence.e164)
    carrier = _carrier(number) if PhoneType.MOBILE in verdict.types else None
    portable = phonenumbers.is_mobile_number_portable_region(evidence.region or "")
    return PhoneDetails(
        carrier=carrier,
        original_allocation=None if carrier is None else bool(portable),
        time_zones=tuple(zone for zone in timezone.time_zones_for_number(number) if zone != _UNKNOWN_ZONE),
        place=geocoder.description_for_number(number, "en") or None,
        phone_metadata_version=METADATA_VERSION,
    )


def _carrier(number: PhoneNumber) -> str | None:
    from phonenumbers import carrier  # noqa: PLC0415 - as above

    return carrier.name_for_number(number, "en") or None
