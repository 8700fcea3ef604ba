"""Leads that a vendor's mailbox check could say more about: which they are, and who of them it sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from gateway.lead import Lead, Person, Personal, Submission
from gateway.policies.loading import load_verification
from gateway.policies.verification import ActionKind, VerificationPolicy
from gateway.ports import Ask, Course, Exposure, Finding
from gateway.verification.answers import ListHits, MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.model import Deliverability
from gateway.verification.probes.leads import LeadVerifier
from gateway.verification.probes.mailboxes import DomainMailboxes, MailboxSource
from gateway.verification.probes.verify import ContactVerifier, Rules
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.score import Weights
from tests.conformance.journal.examples import lead
from tests.gateway.verification.fakes import NOW, FakeLists, FakeMail, companies

GOOD, DEAD, LATE = "acme.example", "gone.example", "late.example"
ROLE_IS_RISKY = Weights(risky=frozenset({ReasonCode.ROLE_ADDRESS}))
PORT_25 = MailboxAnswer(outcome=MailboxOutcome.PORT_CLOSED)


@dataclass
class Source:
    """Whoever checks mailboxes: answers everything the same, and remembers whom it was asked about, for which lead."""

    answer: MailboxAnswer
    asked: list[tuple[str, str]] = field(default_factory=list)
    lead_id: str = ""

    def of(self, *, lead_id: str, subject_id: str) -> MailboxSource:
        return Source(self.answer, self.asked, lead_id)

    async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
        addresses = [mailbox.address for each in asked for mailbox in each.mailboxes]
        self.asked += [(self.lead_id, address) for address in addresses]
        return dict.fromkeys(addresses, self.answer)


@dataclass
class Tried:
    """A verifier of leads, with its vendor and its own probe."""

    verifier: LeadVerifier
    vendor: Source
    probe: Source
    counted: list[tuple[str, str, str]]


def tried(
    level: Level,
    *,
    vendor: MailboxOutcome = MailboxOutcome.ACCEPTED,
    probe: MailboxAnswer | None = None,
    policy: VerificationPolicy | None = None,
    lists: FakeLists | None = None,
) -> Tried:
    """Set everything up; without an answer there is no probe of ours."""
    told, own = Source(MailboxAnswer(outcome=vendor, by="v")), Source(probe or PORT_25)
    mail = FakeMail({GOOD: MailOutcome.MX, DEAD: MailOutcome.NXDOMAIN, LATE: MailOutcome.TIMEOUT})
    rules = Rules() if policy is None else Rules(weights=policy.weights)
    contacts = ContactVerifier(
        mail, lists or FakeLists(), rules=rules, mailbox={} if probe is None else {Level.SMTP: own}
    )
    counted: list[tuple[str, str, str]] = []
    verifier = LeadVerifier(
        contacts,
        policy or load_verification(),
        level,
        lambda *each: counted.append(each),
        companies=companies(),
        vendor=told,
    )
    return Tried(verifier, told, own, counted)


def of(email: str | None, number: int = 1) -> Lead:
    """A lead with an address."""
    person = Person(email=None if email is None else Personal(email))
    return lead(submission=Submission(source="web", person=person), id=f"ld_{number:026}")


async def open_of(made: Tried, *leads: Lead) -> list[bool]:
    """Whether each is left to the vendor."""
    return [each.vendor for each in await made.verifier.verify(leads, NOW)]


@pytest.mark.parametrize(
    ("level", "left"),
    [(Level.SYNTAX, False), (Level.LISTS, False), (Level.DNS, False), (Level.VENDOR, True)],
)
async def test_the_vendor_is_for_the_level_vendor(level: Level, left: bool) -> None:  # noqa: FBT001 - a parameter
    """Below it nothing is left open, and the own verdict goes no further than DNS."""
    made = tried(level)
    assert await open_of(made, of(f"ada@{GOOD}")) == [left]
    assert made.vendor.asked == []


async def test_nothing_is_left_where_the_vendor_could_not_change_it() -> None:
    """No address, a broken one, a domain without mail, a resolver that is late: the vendor knows no better."""
    made = tried(Level.VENDOR)
    leads = [of(None), of("no address"), of(f"ada@{DEAD}"), of(f"ada@{LATE}"), of("ada@[192.0.2.1]")]
    assert await open_of(made, *leads) == [False] * 5
    assert len(made.counted) == 4


@pytest.mark.parametrize(("allowed", "left"), [(False, False), (True, True)])
async def test_a_denied_domain_is_left_to_nobody(allowed: bool, left: bool) -> None:  # noqa: FBT001 - parameters
    """The vendor is not asked about it, so no decision is sought for that; what the operator allows is asked."""
    hits = ListHits(allowed=allowed, disposable=False, privacy_relay=False, free=False, lists=("l@1",), denied=True)
    made = tried(Level.VENDOR, lists=FakeLists({GOOD: hits}))
    assert await open_of(made, of(f"ada@{GOOD}")) == [left]


@pytest.mark.parametrize(
    ("probe", "left"),
    [
        (None, True),
        (PORT_25, True),
        (MailboxAnswer(outcome=MailboxOutcome.ACCEPTED), False),
        (MailboxAnswer(outcome=MailboxOutcome.NOT_FOUND, code=550), False),
        (MailboxAnswer(outcome=MailboxOutcome.GREYLISTED), False),
        (MailboxAnswer(outcome=MailboxOutcome.REFUSED_US), False),
    ],
)
async def test_at_level_smtp_it_takes_the_place_of_a_probe_that_cannot_be_made(
    probe: MailboxAnswer | None,
    left: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Port 25 shut, or no probe set up; a mail server that answered is not asked behind its back."""
    made = tried(Level.SMTP, probe=probe)
    assert await open_of(made, of(f"ada@{GOOD}")) == [left]
    assert len(made.probe.asked) == (probe is not None)


@pytest.mark.parametrize(
    ("action", "course", "left"),
    [
        (ActionKind.RELEASE, Course.RELEASE, True),
        (ActionKind.HOLD, Course.HOLD, True),
        (ActionKind.RETRY, Course.HOLD, True),
        (ActionKind.DROP, Course.REJECT, False),
    ],
)
async def test_a_lead_that_the_policy_rejects_is_left_to_nobody(
    action: ActionKind,
    course: Course,
    left: bool,  # noqa: FBT001 - a parameter
) -> None:
    """What is rejected whatever a vendor says is neither shown nor paid for, and is counted at once."""
    usual = load_verification()
    risky = replace(usual.email[Deliverability.RISKY], action=action)
    policy = replace(usual, email={**usual.email, Deliverability.RISKY: risky}, weights=ROLE_IS_RISKY)
    made = tried(Level.VENDOR, policy=policy)
    (found,) = await made.verifier.verify([of(f"info@{GOOD}")], NOW)
    assert (found.course, found.vendor) == (course, left)
    assert made.counted == ([] if left else [("email", "risky", "role_address")])


async def shown(made: Tried, *asks: Ask) -> Sequence[Finding]:
    """What comes of showing leads, as far as they may be."""
    return await made.verifier.show(asks, NOW)


@pytest.mark.parametrize("exposure", [Exposure.COMPANY, Exposure.NOTHING])
async def test_who_may_not_be_shown_keeps_the_own_verdict(exposure: Exposure) -> None:
    """Level dns, without pretending: no reason of a vendor, nothing undecided, counted once."""
    made = tried(Level.VENDOR)
    one = of(f"ada@{GOOD}")
    (own,) = await made.verifier.verify([one], NOW)
    assert made.counted == []
    (found,) = await shown(made, Ask(lead=own.on(one), exposure=exposure))
    assert (found.email, found.course, found.shown_to) == (own.email, Course.RELEASE, None)
    assert found.email is not None
    assert (found.email.level, found.email.evidence.mailbox_by) == (Level.DNS, None)
    assert made.vendor.asked == []
    assert made.counted == [("email", "deliverable", "")]


async def test_of_many_the_vendor_sees_those_that_may_be_shown() -> None:
    """Each for its own lead, in order, and nobody else."""
    made = tried(Level.VENDOR, vendor=MailboxOutcome.NOT_FOUND)
    leads = [of(f"p{number}@{GOOD}", number) for number in range(40)]
    asks = [
        Ask(lead=one.on(lead), exposure=Exposure.PERSONAL if number % 2 else Exposure.COMPANY)
        for number, (one, lead) in enumerate(zip(await made.verifier.verify(leads, NOW), leads, strict=True))
    ]
    findings = await shown(made, *asks)
    assert [each.course for each in findings] == [Course.RELEASE, Course.REJECT] * 20
    assert sorted(made.vendor.asked) == [(f"ld_{number:026}", f"p{number}@{GOOD}") for number in range(1, 40, 2)]
    assert {each.shown_to for each in findings[1::2]} == {"v"}


@pytest.mark.parametrize(
    ("outcome", "course", "level"),
    [
        (MailboxOutcome.ACCEPTED, Course.RELEASE, Level.VENDOR),
        (MailboxOutcome.NOT_FOUND, Course.REJECT, Level.VENDOR),
        (MailboxOutcome.DOUBTED, Course.RELEASE, Level.VENDOR),
        (MailboxOutcome.UNDECIDED, Course.HOLD, Level.DNS),
    ],
)
async def test_the_vendor_s_word_decides_as_ours_would(outcome: MailboxOutcome, course: Course, level: Level) -> None:
    """Proof rejects, doubt goes on, and what came to no end is asked again."""
    made = tried(Level.VENDOR, vendor=outcome)
    (found,) = await shown(made, Ask(lead=of(f"ada@{GOOD}"), exposure=Exposure.PERSONAL))
    assert found.email is not None
    assert (found.course, found.email.level, found.shown_to) == (course, level, "v")
    assert (found.retry_after is not None) is (course is Course.HOLD)


@pytest.mark.parametrize("outcome", [MailboxOutcome.ACCEPTED, MailboxOutcome.UNDECIDED])
async def test_an_address_that_stayed_in_the_house_was_shown_to_nobody(outcome: MailboxOutcome) -> None:
    """An answer that was kept, or a call that was not made, is the vendor's in the evidence alone."""
    made = tried(Level.VENDOR)
    made.vendor.answer = MailboxAnswer(outcome=outcome, by="v", asked=False)
    (found,) = await shown(made, Ask(lead=of(f"ada@{GOOD}"), exposure=Exposure.PERSONAL))
    assert found.email is not None
    assert (found.email.evidence.mailbox_by, found.shown_to) == ("v", None)


async def test_a_vendor_that_breaks_ends_the_others_too() -> None:
    """What a store raises is raised, once, with nobody left asking."""

    class Broken(Source):
        def of(self, *, lead_id: str, subject_id: str) -> MailboxSource:
            return self

        async def check(self, asked: Sequence[DomainMailboxes], *, now: datetime) -> Mapping[str, MailboxAnswer]:
            raise OSError

    made = tried(Level.VENDOR)
    made.verifier.vendor = Broken(PORT_25)
    asks = [Ask(lead=of(f"p{number}@{GOOD}", number), exposure=Exposure.PERSONAL) for number in range(3)]
    with pytest.raises(OSError, match=r"^$"):
        await shown(made, *asks)
