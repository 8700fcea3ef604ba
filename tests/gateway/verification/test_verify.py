"""The verifier: what it asks, once, and that batches judge like single calls; and the lists it uses."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SetupError
from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.model import Deliverability, Validity
from gateway.verification.numbering.hints import region_hints
from gateway.verification.probes.lists import RELAYS, Lists
from gateway.verification.probes.verify import ContactVerifier, Rules
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import Weights
from tests.gateway.verification.fakes import NOW, FakeLists, FakeMail

OUTCOMES = {
    "acme.example": MailOutcome.MX,
    "small.example": MailOutcome.IMPLICIT_MX,
    "null-mx.example": MailOutcome.NULL_MX,
    "timeout.example": MailOutcome.TIMEOUT,
    "mailinator.com": MailOutcome.MX,
    "gmial.com": MailOutcome.MX,
}
HITS = {"mailinator.com": ListHits(disposable=True, lists=("fake@1",))}

addresses = st.one_of(
    st.builds(
        "{}@{}".format,
        st.sampled_from(["jane", "Jane.Doe", "info", "jane+x", "jörg", '"a b"', "ja..ne", ""]),
        st.sampled_from([*OUTCOMES, "dead.example", "müller.example", "[192.0.2.1]", "localhost", "acme"]),
    ),
    st.text(max_size=40),
)


def verifier(**rest: object) -> ContactVerifier:
    """A verifier over fakes."""
    return ContactVerifier(FakeMail(OUTCOMES), FakeLists(HITS), **rest)  # type: ignore[arg-type]  # as the class says


@given(st.lists(addresses, max_size=12), st.sampled_from([Level.SYNTAX, Level.LISTS, Level.DNS, Level.SMTP]))
def test_a_batch_judges_like_single_calls(values: list[str], level: Level) -> None:
    """One by one or all at once, in whatever order and with repetitions: the same verdicts."""

    async def both() -> None:
        batch = await verifier(concurrency=3).emails(values, level=level, now=NOW)
        singles = [await verifier().email(value, level=level, now=NOW) for value in values]
        assert batch == singles

    asyncio.run(both())


async def test_each_domain_is_asked_once() -> None:
    """However many addresses a batch holds, each domain is one question; a bad address asks nothing."""
    mail, lists = FakeMail(OUTCOMES), FakeLists()
    values = [f"person{n}@acme.example" for n in range(50)] + ["jane@small.example", "no address", "j@[192.0.2.1]"]
    found = await ContactVerifier(mail, lists).emails(values, now=NOW)
    assert mail.asked == ["acme.example", "small.example"]
    assert lists.asked == ["acme.example", "small.example"]
    assert [each.verdict for each in found[-2:]] == [Deliverability.UNDELIVERABLE, Deliverability.RISKY]


async def test_the_level_bounds_what_is_asked() -> None:
    """Syntax asks nobody, lists ask no DNS."""
    mail, lists = FakeMail(OUTCOMES), FakeLists(HITS)
    small = ContactVerifier(mail, lists)
    assert (await small.email("jane@mailinator.com", level=Level.SYNTAX, now=NOW)).score == 55
    assert (mail.asked, lists.asked) == ([], [])
    assert (await small.email("jane@mailinator.com", level=Level.LISTS, now=NOW)).verdict.value == "risky"
    assert (mail.asked, lists.asked) == ([], ["mailinator.com"])


async def test_many_domains_are_asked_in_bounds() -> None:
    """No more look-ups are under way than allowed, and all of them end."""

    class Slow(FakeMail):
        running = most = 0

        async def mail(self, domain, *, now):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the base class's
            self.running += 1
            self.most = max(self.most, self.running)
            await asyncio.sleep(0)
            self.running -= 1
            return await super().mail(domain, now=now)

    slow = Slow({})
    found = await ContactVerifier(slow, FakeLists(), concurrency=7).emails(
        [f"jane@d{n}.example" for n in range(100)], now=NOW
    )
    assert (len(found), slow.most) == (100, 7)


async def test_an_error_of_one_look_up_is_raised_as_it_is_and_ends_the_others() -> None:
    """What stops DNS for all, like a server that is no address, keeps its name; nothing goes on behind the caller."""

    class Unset(FakeMail):
        ended = 0

        async def mail(self, domain, *, now):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the base class's
            if domain == "d3.example":
                raise SetupError("DNS_SERVERS: each must be an IP address")
            try:
                await asyncio.sleep(60)
            finally:
                self.ended += 1

    unset = Unset({})
    with pytest.raises(SetupError, match="DNS_SERVERS"):
        await ContactVerifier(unset, FakeLists()).emails([f"jane@d{n}.example" for n in range(6)], now=NOW)
    assert unset.ended == 5, "the others were under way, and are not any more"


async def test_an_empty_batch_is_empty() -> None:
    """Nothing asked, nothing answered."""
    assert await verifier().emails([], now=NOW) == []


async def test_options_reach_the_verdict() -> None:
    """The policy's risks and a test environment's names go through."""
    strict = verifier(
        rules=Rules(weights=Weights(risky=frozenset({ReasonCode.ROLE_ADDRESS})), allow_special_use=frozenset({"test"}))
    )
    assert (await strict.email("info@acme.example", now=NOW)).verdict is Deliverability.RISKY
    assert (await strict.email("jane@acme.test", now=NOW)).reasons[-1] is ReasonCode.DOMAIN_NOT_FOUND
    assert (await verifier().email("jane@acme.test", now=NOW)).reasons == (ReasonCode.DOMAIN_SPECIAL_USE,)


def test_phones_ask_nobody() -> None:
    """A phone number is judged at once."""
    found = verifier().phone("030 901820", regions=region_hints(declared="DE"), now=NOW)
    assert found.verdict is Validity.VALID


@pytest.fixture(scope="module")
def lists() -> Lists:
    """The lists as installed."""
    return Lists.installed(allowed=frozenset({"tmail.com"}))


@pytest.mark.parametrize(
    ("domain", "disposable", "relay", "free"),
    [
        ("mailinator.com", True, False, False),
        ("inbox.mailinator.com", True, False, False),
        ("guerrillamail.com", True, False, False),
        ("duck.com", False, True, False),
        ("mozmail.com", False, True, False),
        ("privaterelay.appleid.com", False, True, False),
        ("jane.anonaddy.com", False, True, False),
        ("simplelogin.com", False, True, False),
        ("gmail.com", False, False, True),
        ("fastmail.com", False, False, True),
        ("inbox-mailinator.com", False, False, False),
        ("acme.example", False, False, False),
        ("tmail.com", True, False, False),
    ],
)
def test_lists_tell_three_things_apart(
    lists: Lists,
    domain: str,
    disposable: bool,  # noqa: FBT001 - a table's column
    relay: bool,  # noqa: FBT001 - as above
    free: bool,  # noqa: FBT001 - as above
) -> None:
    """Disposable, relay and free are three things; a sub-domain matches, a longer name does not."""
    hits = lists.hits(domain)
    assert (hits.disposable, hits.privacy_relay) == (disposable, relay)
    assert hits.free is free
    assert hits.allowed is (domain == "tmail.com")


def test_no_domain_is_on_two_lists(lists: Lists) -> None:
    """The lists that copy from each other are taken apart."""
    assert not lists.disposable & lists.relays
    assert not lists.free & lists.disposable
    assert not lists.free & lists.relays
    assert lists.relays == RELAYS


def test_lists_come_with_versions(lists: Lists) -> None:
    """The evidence names each list with its version."""
    hits = lists.hits("acme.example")
    assert all("@" in name and name.split("@")[1] for name in hits.lists)
    assert any(name.startswith("disposable-email-domains@0.") for name in hits.lists)
    assert hits.lists[0].startswith("operator-allow-list@")


@given(st.text(max_size=330))
def test_anything_can_be_read(value: str) -> None:
    """Whatever is typed ends as an address or as a reason, never as an exception."""
    syntax = parse_email(value)
    assert (syntax.error is None) is (syntax.normalised is not None)


@given(st.text(st.sampled_from('ab.@"<>\\ +é\u0301\u200bxn--[]:()'), max_size=60))
def test_near_addresses_can_be_read(value: str) -> None:
    """So does what looks nearly like an address; and reading the normalised form again changes nothing."""
    syntax = parse_email(value)
    if syntax.normalised is not None:
        again = parse_email(syntax.normalised)
        assert (again.normalised, again.canonical) == (syntax.normalised, syntax.canonical)
