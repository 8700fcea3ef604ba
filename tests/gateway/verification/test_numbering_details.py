"""The details that are looked up only when somebody asks."""

import subprocess
import sys

import pytest

from gateway.verification.numbering.details import PhoneDetails, details
from gateway.verification.phone import judge
from tests.gateway.verification.fakes import NOW


def found(value: str) -> PhoneDetails:
    """The details of a number."""
    return details(judge(value, now=NOW))


@pytest.mark.integration
def test_a_mobile_number_has_the_carrier_of_its_range() -> None:
    """Where people keep their number at another operator, the name is marked as the first one."""
    estonian = found("+372 5550 1234")
    assert (estonian.carrier is not None, estonian.original_allocation) == (True, True)
    lebanese = found("+961 3 123 456")
    assert (lebanese.carrier, lebanese.original_allocation) == ("Alfa", False)
    assert lebanese.time_zones == ("Asia/Beirut",)


@pytest.mark.integration
def test_a_landline_has_a_place_and_no_carrier() -> None:
    """A town, its time zone, and nothing about operators."""
    berlin = found("+49 30 901820")
    assert (berlin.place, berlin.time_zones) == ("Berlin", ("Europe/Berlin",))
    assert (berlin.carrier, berlin.original_allocation) == (None, None)
    assert berlin.to_json()["place"] == "Berlin"
    assert "place" not in berlin.to_json(personal=False)
    assert "place" not in repr(berlin)


@pytest.mark.integration
@pytest.mark.parametrize("value", ["+1 555 555 5555", "030 901820", "none", "+800 1234 5678"])
def test_where_nothing_is_known_nothing_is_said(value: str) -> None:
    """No place, zone or carrier for what is not valid, nor for a number of no country."""
    assert found(value) == PhoneDetails(phone_metadata_version=judge(value, now=NOW).evidence.phone_metadata_version)


@pytest.mark.integration
def test_judging_does_not_load_the_tables() -> None:
    """Carriers, places and time zones are not imported by the modules that judge, only by asking for details."""
    program = """
import sys
from datetime import UTC, datetime
import gateway.verification.probes.leads, gateway.verification.numbering.details as details
from gateway.verification.phone import judge
verdicts = [judge(text, now=datetime.now(UTC)) for text in ("+49 30 901820", "1-800-FLOWERS", "+372 5550 1234")]
heavy = ("phonenumbers.carrier", "phonenumbers.geocoder", "phonenumbers.timezone")
before = [name for name in heavy if name in sys.modules]
details.details(verdicts[-1])
print(before, sorted(set(heavy) - set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[] []"
