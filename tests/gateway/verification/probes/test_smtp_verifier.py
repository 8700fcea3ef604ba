"""The verifier's mailbox checks: who is asked about what, once, and that every way of asking gives one verdict."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome, MxHost
from gateway.verification.model import Deliverability
from gateway.verification.probes.mailboxes import DomainMailboxes, MailboxSource, StandIn
from gateway.verification.probes.verify import ContactVerifier
from gateway.verification.reasons import Level, ReasonCode
from gateway.wiring.mailboxes import sources
from tests.gateway.verification.fakes import NOW, FakeLists, FakeMail

DOMAINS = {
    "acme.example": MailOutcome.MX,
    "small.example": MailOutcome.IMPLICIT_MX,
    "null-mx.example": MailOutcome.NULL_MX,
    "timeout.example": MailOutcome.TIMEOUT,
    "mailinator.com": MailOutcome.MX,
    "gmial.com": MailOutcome.MX,
    "gmal.com": MailOutcome.MX,
    "denied.example": MailOutcome.MX,
    "xn--mller-kva.example": MailOutcome.MX,
}
HITS = {
    "mailinator.com": ListHits(disposable=True, lists=("fake@1",)),
    "gmal.com": ListHits(allowed=True, lists=("fake@1",)),
    "denied.example": ListHits(denied=True, lists=("fake@1",)),
}
OUTCOMES = sorted(MailboxOutcome)


class FakeMailboxes:
    """Answers out of its table, yes where it has none, and keeps what it was asked."""

    def __init__(self, by: str = "smtp", table: Mapping[str, MailboxOutcome] | None = None) -> None:
        self.by = by
        self.table = dict(table or {})
        self.asked: list[list[str]] = []

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        self.asked.append([mailbox.address for each in asked for mailbox in each.mailboxes])
        assert all(each.mail.outcome.receives and each.mailboxes for each in asked)
        await asyncio.sleep(0)
        return {
            mailbox.address: MailboxAnswer(
                outcome=self.table.get(mailbox.address, MailboxOutcome.ACCEPTED), by=self.by, catch_all=False
            )
            for each in asked
            for mailbox in each.mailboxes
        }


class ParkedMail(FakeMail):
    """One domain more, whose mail server belongs to a parking service."""

    async def mail(self, domain: str, *, now: datetime) -> DomainMail:
        if domain == "parked.example":
            mx = (MxHost(preference=10, host="mx1.park-mx.above.com"),)
            return DomainMail(domain=domain, outcome=MailOutcome.MX, mx=mx)
        return await super().mail(domain, now=now)


def verifier(mailbox: Mapping[Level, MailboxSource]) -> ContactVerifier:
    """A verifier over fakes."""
    return ContactVerifier(FakeMail(DOMAINS), FakeLists(HITS), mailbox=mailbox)


addresses = st.one_of(
    st.builds(
        "{}@{}".format,
        st.sampled_from(["jane", "Jane", "jane+x", "jörg", '"a b"', "ja..ne", ""]),
        st.sampled_from([*DOMAINS, "müller.example", "dead.example", "ACME.example", "[192.0.2.1]", "acme"]),
    ),
    st.text(max_size=20),
)
tables = st.dictionaries(
    st.builds("{}@{}".format, st.sampled_from(["jane", "Jane", "jörg"]), st.sampled_from(sorted(DOMAINS))),
    st.sampled_from(OUTCOMES),
    max_size=6,
)


@given(st.lists(addresses, max_size=10), tables, st.sampled_from([Level.SMTP, Level.VENDOR, Level.DNS]))
def test_one_by_one_at_once_and_in_bulk_are_one_verdict(
    values: list[str], table: dict[str, MailboxOutcome], level: Level
) -> None:
    """However it is asked, in whatever order and with repetitions."""

    def fresh() -> ContactVerifier:
        return verifier({Level.SMTP: FakeMailboxes("smtp", table), Level.VENDOR: FakeMailboxes("acme-check", table)})

    async def all_ways() -> None:
        bulk = await fresh().emails(values, level=level, now=NOW)
        alone = [await fresh().email(value, level=level, now=NOW) for value in values]
        shared = fresh()
        at_once = await asyncio.gather(*(shared.email(value, level=level, now=NOW) for value in values))
        assert bulk == alone == list(at_once)

    asyncio.run(all_ways())


async def test_only_what_may_exist_is_asked_and_each_address_once() -> None:
    """Nobody is asked where syntax or DNS is proof or does not answer; an address counts as it goes over the wire."""
    source = FakeMailboxes()
    values = [
        "jane@acme.example",
        "jane@ACME.example",
        " jane@acme.example ",
        "Jane@acme.example",
        "jane@small.example",
        "jane@null-mx.example",
        "jane@timeout.example",
        "jane@dead.example",
        "jane@[192.0.2.1]",
        "no address",
        "jörg@müller.example",
        "jane@mailinator.com",
    ]
    found = await verifier({Level.SMTP: source}).emails(values, level=Level.SMTP, now=NOW)
    assert source.asked == [
        [
            "jane@acme.example",
            "Jane@acme.example",
            "jane@small.example",
            "jörg@xn--mller-kva.example",
            "jane@mailinator.com",
        ]
    ]
    assert [each.verdict.value for each in found[5:8]] == ["undeliverable", "unknown", "undeliverable"]
    assert found[0].level is Level.SMTP
    assert found[0].reasons[-2:] == (ReasonCode.MAILBOX_ACCEPTED, ReasonCode.CATCH_ALL_EXCLUDED)


@pytest.mark.parametrize("level", [Level.SMTP, Level.VENDOR])
async def test_traps_and_denied_domains_are_never_asked(level: Level) -> None:
    """Who runs a typo trap, or a parked domain's mail server, counts who asks: the doubt of level dns stands alone."""
    source = FakeMailboxes()
    values = ["jane@gmial.com", "jane@denied.example", "jane@parked.example"]
    asking = ContactVerifier(ParkedMail(DOMAINS), FakeLists(HITS), mailbox={Level.SMTP: source, Level.VENDOR: source})
    found = await asking.emails(values, level=level, now=NOW)
    assert source.asked == []
    assert {each.level for each in found} == {Level.DNS}
    expected = [ReasonCode.TYPO_TRAP_DOMAIN, ReasonCode.DENY_LISTED_DOMAIN, ReasonCode.PARKED_DOMAIN]
    assert all(code in each.reasons for code, each in zip(expected, found, strict=True))
    assert {each.verdict for each in found} == {Deliverability.RISKY}
    assert found == await asking.emails(values, level=Level.DNS, now=NOW)
    await asking.email("jane@gmal.com", level=level, now=NOW)
    assert source.asked == [["jane@gmal.com"]], "the operator's allow-list knows better"


@pytest.mark.parametrize("level", [Level.SYNTAX, Level.LISTS, Level.DNS])
async def test_below_its_level_nobody_is_asked(level: Level) -> None:
    """A check up to DNS asks no mail server, whatever is set up."""
    source = FakeMailboxes()
    await verifier({Level.SMTP: source, Level.VENDOR: source}).email("jane@acme.example", level=level, now=NOW)
    assert source.asked == []


async def test_a_level_that_nobody_is_set_up_for_says_so() -> None:
    """The verdict is unknown, for the check was wanted and could not end."""
    found = await verifier({}).email("jane@acme.example", level=Level.SMTP, now=NOW)
    assert (found.verdict, found.reasons[-1]) == (Deliverability.UNKNOWN, ReasonCode.SMTP_PROBE_OFF)
    told = await verifier({}).email("jane@acme.example", level=Level.VENDOR, now=NOW)
    assert (told.verdict, told.reasons[-1]) == (Deliverability.UNKNOWN, ReasonCode.VENDOR_CHECK_OFF)


async def test_each_level_has_its_own_source() -> None:
    """The vendor's no counts at the vendor's level, the mail server's at ours."""
    table = {"jane@acme.example": MailboxOutcome.NOT_FOUND}
    probe, vendor = FakeMailboxes("smtp"), FakeMailboxes("acme-check", table)
    asking = verifier(sources(probe, vendor))
    ours = await asking.email("jane@acme.example", level=Level.SMTP, now=NOW)
    theirs = await asking.email("jane@acme.example", level=Level.VENDOR, now=NOW)
    assert (ours.verdict, ours.level) == (Deliverability.DELIVERABLE, Level.SMTP)
    assert (theirs.verdict, theirs.level) == (Deliverability.UNDELIVERABLE, Level.VENDOR)
    assert (probe.asked, vendor.asked) == ([["jane@acme.example"]], [["jane@acme.example"]])


async def test_a_vendor_takes_the_place_of_a_shut_port() -> None:
    """Only for what cannot be probed from here; where the probe has an answer the vendor hears nothing."""
    table = {"jane@acme.example": MailboxOutcome.PORT_CLOSED, "ada@small.example": MailboxOutcome.GREYLISTED}
    probe, vendor = FakeMailboxes("smtp", table), FakeMailboxes("acme-check")
    asking = verifier(sources(probe, vendor))
    values = ["jane@acme.example", "bob@acme.example", "ada@small.example"]
    found = await asking.emails(values, level=Level.SMTP, now=NOW)
    assert vendor.asked == [["jane@acme.example"]]
    assert [each.evidence.mailbox_by for each in found] == ["acme-check", "smtp", "smtp"]
    assert found[0].level is Level.VENDOR
    alone = await verifier(sources(probe, None)).email("jane@acme.example", level=Level.SMTP, now=NOW)
    assert alone.reasons[-1] is ReasonCode.SMTP_PORT_CLOSED


def test_who_stands_in_for_whom() -> None:
    """Without a probe the vendor answers for both levels; without both there is nobody."""
    probe, vendor = FakeMailboxes(), FakeMailboxes("acme-check")
    assert sources(None, None) == {}
    assert sources(probe, None) == {Level.SMTP: probe}
    assert sources(None, vendor) == {Level.SMTP: vendor, Level.VENDOR: vendor}
    both = sources(probe, vendor)
    assert isinstance(both[Level.SMTP], StandIn)
    assert both[Level.VENDOR] is vendor
