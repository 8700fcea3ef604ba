"""Where a lead's national phone number is read: by the same clues at the door and in verification."""

import pytest

from gateway.lead import Company, Person, Personal, Submission
from gateway.policies.loading import load_verification
from gateway.storage.leads.arrivals import PHONE, identity_of
from gateway.verification.model import RegionSource
from gateway.verification.probes.leads import LeadVerifier
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import Level
from tests.conformance.journal.examples import lead
from tests.gateway.verification.fakes import NOW, FakeLists, FakeMail, companies

BERLIN = "030 901820"
HERE = "+4930901820"


def submitted(country: str | None = None, company: str | None = None, locale: str | None = None) -> Submission:
    """A number in national form, and what is said of where."""
    person = Person(phone=Personal(BERLIN), country=country, locale=locale)
    return Submission(source="web", person=person, company=Company(country=company))


@pytest.mark.parametrize(
    ("said", "source"),
    [
        (submitted("DE"), RegionSource.DECLARED_COUNTRY),
        (submitted("de"), RegionSource.DECLARED_COUNTRY),
        (submitted(company="DE"), RegionSource.COMPANY_COUNTRY),
        (submitted(locale="de-DE"), RegionSource.FORM_LOCALE),
        (submitted(locale="de_DE"), RegionSource.FORM_LOCALE),
        (submitted(locale="de-Latn-DE-x-web"), RegionSource.FORM_LOCALE),
        (submitted("UK", locale="de-DE"), RegionSource.FORM_LOCALE),
    ],
)
async def test_a_national_number_is_read_by_every_clue(said: Submission, source: RegionSource) -> None:
    """Verification says where it was read, and the person is suggested by the same number."""
    noted: list[tuple[str, str, str]] = []
    contacts = ContactVerifier(FakeMail({}), FakeLists())
    verifier = LeadVerifier(
        contacts, load_verification(), Level.SYNTAX, lambda *told: noted.append(told), companies=companies()
    )
    (found,) = await verifier.verify([lead(submission=said)], NOW)
    assert found.phone is not None
    assert noted == [("phone", found.phone.verdict.value, "")]
    assert (found.phone.evidence.e164, found.phone.evidence.region_source) == (HERE, source)
    assert identity_of(said, None).hints == ((PHONE, HERE),)


@pytest.mark.parametrize("locale", ["de", "de-u-co-phonebk", "en-u-ca-gregory", "en-x-us", "de-t-en-us"])
async def test_a_language_alone_says_nothing(locale: str) -> None:
    """German is spoken in several countries, and what an extension says is none: nobody is suggested by it."""
    said = submitted(locale=locale)
    assert said.regions() == ()
    assert identity_of(said, None).hints == ()


async def test_the_controller_s_country_suggests_and_judges_nothing() -> None:
    """A refusal of the number finds the lead, while verification still says that no country was given."""
    said = submitted()
    verifier = LeadVerifier(
        ContactVerifier(FakeMail({}), FakeLists()),
        load_verification(),
        Level.SYNTAX,
        lambda *_: None,
        companies=companies(),
    )
    (found,) = await verifier.verify([lead(submission=said)], NOW)
    assert found.phone is not None
    assert (found.phone.evidence.e164, found.phone.verdict.value) == (None, "unknown")
    assert identity_of(said, "DE").hints == ((PHONE, HERE),)
