"""A vendor's mailbox check: what its answers mean, and that it is asked, bounded and paid for as every connector is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from connectors.errors import TimedOut, Unreachable
from connectors.kit import (
    Answer,
    Connector,
    Context,
    HeldSecrets,
    LookupOutcome,
    Manifest,
    Observer,
    Plain,
    Query,
    Request,
    classify,
    json_object,
    units_charged,
)
from connectors.kit.schema import FINDINGS, Value
from consent.terms import TransferTool
from gateway.enrichment import Installed, Plan, VendorMailboxes, mailbox_vendor
from gateway.enrichment.mailboxes import read
from gateway.errors import SetupError, StoreUnavailable
from gateway.facts import Vendor
from gateway.spending import Pot
from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.probes.mailboxes import DomainMailboxes, Mailbox, MailboxSource
from tests.gateway.enrichment.doubles import NOW, Step, World, installed, manifest
from tests.gateway.verification.fakes import mail
from tests.support.enrichment import MemoryCalls

ADA, EVA = "ada@acme.example", "eva@acme.example"
PAID: dict[str, Any] = {"cost": {"price": "0.00001", "currency": "USD"}}
MINUTE: dict[str, Any] = {"rate": {"windows": [{"limit": 1, "per": 60}]}}


def checker(name: str = "v", **changes: Any) -> Installed:  # noqa: ANN401 - whatever the test needs
    """A vendor of mailbox checks, ready to be asked, that answers `{"finding": …}` or `{"words": …}`."""
    fields = ["mailbox.finding", "mailbox.words", "mailbox.catch_all"]
    asked: dict[str, Any] = {"requires": [["person.email"]], "sends": ["person.email"], "provides": fields}
    made = manifest(name, **{"kind": "mailbox", "subject": "person", **asked, **changes})
    return Installed(connector=_connector(made), secrets=HeldSecrets({}), transfer="adequacy")


def _connector(made: Manifest) -> Connector:
    class Plugin:
        manifest: ClassVar[Manifest] = made

        def __init__(self, settings: Mapping[str, Plain]) -> None:
            self.settings = settings

        async def ask(self, query: Query, context: Context) -> Answer:
            url = f"https://{made.hosts[0]}/"
            reply = await context.http.send(Request(method="GET", url=url, params=dict(query)))
            failed = classify(made, reply)
            if failed is not None:
                return failed
            observer = Observer(made, now=reply.received_at)
            for name, value in json_object(reply).items():
                observer.see(f"mailbox.{name}", value, method="vendor")  # type: ignore[arg-type]  # checked there
            seen, units = observer.observations(), units_charged(made, reply, matched=True)
            return Answer(outcome=LookupOutcome.MATCH, observations=seen, units=units)

    return Plugin({})


@dataclass(slots=True)
class Check:
    """A vendor's check in a world where time stands."""

    world: World
    check: VendorMailboxes

    async def asked(self, *addresses: str) -> Mapping[str, MailboxAnswer]:
        """What it says of addresses of one domain."""
        boxes = tuple(Mailbox(address=address) for address in addresses)
        source: MailboxSource = self.check  # it fits the port
        return await source.check([DomainMailboxes(mail=mail("acme.example"), mailboxes=boxes)], now=NOW)

    def of(self, lead_id: str, subject_id: str = "sb_1") -> "Check":
        """The same check, for a lead."""
        return Check(self.world, self.check.of(lead_id=lead_id, subject_id=subject_id))

    @property
    def calls(self) -> int:
        """How often the vendor was called."""
        return self.world.vendors.asked("v.example")


def check(steps: Sequence[Step], *, budget: int = 100, **changes: Any) -> Check:  # noqa: ANN401 - as above
    """A check by a vendor that answers so."""
    world = World({"v.example": steps}, [])
    return Check(world, VendorMailboxes(checker(**changes), world.tools, budget_micros=budget))


async def test_every_address_has_an_answer() -> None:
    """By address, with the vendor's name; what could not be asked is an answer too."""
    found = await check([{"finding": "accepted"}]).asked(ADA, EVA)
    yes = MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, by="v", word="accepted")
    assert found == {ADA: yes, EVA: yes}


@pytest.mark.parametrize(
    ("step", "word", "calls"),
    [
        (429, "throttled", 3),
        (402, "quota_exhausted", 1),
        (401, "unauthorised", 1),
        (403, "refused", 1),
        (451, "suppressed_by_vendor", 1),
        (404, "no_match", 1),
        (500, "vendor_error", 3),
        (TimedOut("time_is_up", sent=True), "timeout", 3),
        (Unreachable("connection_failed"), "unreachable", 3),
    ],
)
async def test_what_is_no_answer_about_the_mailbox_is_undecided(step: Step, word: str, calls: int) -> None:
    """How it ended is the word; what passes is asked again first."""
    made = check([step])
    assert await made.asked(ADA) == {ADA: MailboxAnswer(outcome=MailboxOutcome.UNDECIDED, by="v", word=word)}
    assert made.calls == calls


async def test_one_that_costs_too_much_is_not_asked() -> None:
    """The budget is that of one lead; the word says so."""
    made = check([{"finding": "accepted"}], budget=9, **PAID)
    answer = (await made.asked(ADA))[ADA]
    assert (answer.word, answer.asked, made.calls) == ("over_budget", False, 0)


async def test_a_full_rate_window_and_an_open_breaker_are_words() -> None:
    """Neither says anything of the mailbox."""
    made = check([{"finding": "accepted"}], **MINUTE)
    words = {(answer.word, answer.asked) for answer in (await made.asked(ADA, EVA)).values()}
    assert (words, made.calls) == ({("accepted", True), ("rate_window", False)}, 1)
    broken = check([500])
    for _ in range(2):
        await broken.asked(ADA)
    before = broken.calls
    answer = (await broken.asked(ADA))[ADA]
    assert (answer.word, answer.asked, broken.calls) == ("breaker_open", False, before)


async def test_a_call_that_cannot_be_repeated_yet_has_shown_the_address() -> None:
    """The first attempt was made; that no second one fits into the window does not take it back."""
    made = check([429], **MINUTE)
    answer = (await made.asked(ADA))[ADA]
    assert (answer.word, answer.asked, made.calls) == ("rate_window", True, 1)


async def test_no_time_is_no_call() -> None:
    """Time that passed while the record was written is gone: nobody was shown the address."""
    world = World({"v.example": [{"finding": "accepted"}]}, [])

    class Slow(MemoryCalls):
        async def begin(self, key: bytes, **terms: Any) -> str | Pot | None:  # noqa: ANN401 - passed on
            world.time.moment += timedelta(minutes=1)
            return await super().begin(key, **terms)

    world.calls = Slow()
    made = Check(world, VendorMailboxes(checker(**PAID), world.tools, budget_micros=100))
    answer = (await made.asked(ADA))[ADA]
    assert (answer.word, answer.asked, made.calls) == ("deadline", False, 0)


async def test_the_same_address_at_the_same_time_is_one_call() -> None:
    """Two leads of one person come together: asked once, paid once, and both know."""
    made = check([{"finding": "not_found"}], **PAID)
    first, second = await asyncio.gather(made.of("ld_1").asked(ADA), made.of("ld_2").asked(ADA))
    assert first == second == {ADA: MailboxAnswer(outcome=MailboxOutcome.NOT_FOUND, by="v", word="not_found")}
    assert (made.calls, made.world.calls.spent_micros) == (1, 10)


async def test_an_answer_is_kept_for_its_person() -> None:
    """Who comes again is not asked about again; once the person is forgotten, the answer is."""
    made = check([{"finding": "accepted"}]).of("ld_1")
    assert (await made.asked(ADA))[ADA].asked is True
    again = (await made.asked(ADA))[ADA]
    assert (again.outcome, again.asked, made.calls) == (MailboxOutcome.ACCEPTED, False, 1)
    await made.world.cache.forget("sb_1")
    await made.asked(ADA)
    assert made.calls == 2


async def test_an_answer_that_is_nobodys_is_not_kept() -> None:
    """Asked by hand there is no person whose erasure would end it."""
    made = check([{"finding": "accepted"}])
    await made.asked(ADA)
    await made.asked(ADA)
    assert made.calls == 2


async def test_a_crash_never_pays_twice_blindly() -> None:
    """The call is on record before it is made: what comes after a process that died in it is not paid again."""
    called = asyncio.Event()

    async def dies() -> None:
        called.set()
        await asyncio.Event().wait()

    made = check([dies, {"finding": "accepted"}], **PAID).of("ld_1")
    task = asyncio.create_task(made.asked(ADA))
    await called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    again = Check(made.world, VendorMailboxes(checker(**PAID), made.world.tools, budget_micros=100)).of("ld_1")
    answer = (await again.asked(ADA))[ADA]
    assert (answer.word, answer.asked, made.calls) == ("already_charged", False, 1)


async def test_a_store_that_is_gone_is_no_answer() -> None:
    """Then nothing is known for certain, and whoever asked hears it."""
    made = check([{"finding": "accepted"}], **PAID)
    made.world.calls.faults.next("finish", StoreUnavailable())
    with pytest.raises(StoreUnavailable):
        await made.asked(ADA, EVA)


def said(**fields: Value) -> Answer:
    """A connector's match."""
    observer = Observer(checker().manifest, now=NOW)
    for name, value in fields.items():
        observer.see(f"mailbox.{name}", value, method="vendor")
    return Answer(outcome=LookupOutcome.MATCH, observations=observer.observations())


@pytest.mark.parametrize("finding", FINDINGS)
def test_a_finding_is_an_outcome_of_verification(finding: str) -> None:
    """Every word that the kit allows is one that verification knows."""
    assert read("v", said(finding=finding)).outcome.value == finding


def test_who_takes_everything_refuses_nobody() -> None:
    """A connector that says both has shown no proof."""
    answer = read("v", said(finding="not_found", catch_all=True, words={"is_reachable": "invalid", "odd": True}))
    assert (answer.outcome, answer.catch_all, answer.word) == (MailboxOutcome.DOUBTED, True, "invalid")


def test_a_vendors_own_words_are_read_by_its_map() -> None:
    """Where the vendor is mapped, and nowhere else: words that nobody knows decide nothing."""
    words = {"status": "invalid", "sub_status": "mailbox_not_found"}
    assert read("zerobounce", said(words=words)).outcome is MailboxOutcome.NOT_FOUND
    assert read("zerobounce", said(words={"status": "catch-all"})).catch_all is True
    assert read("v", said(words=words)) == MailboxAnswer(
        outcome=MailboxOutcome.UNDECIDED, by="v", word="invalid/mailbox_not_found"
    )


def test_enrichment_never_asks_who_checks_mailboxes() -> None:
    """Unnamed it is left out of the stages, named it stops the start."""
    ready = {"one": installed("one"), "v": checker()}
    assert [[entry.manifest.id for entry in stage] for stage in Plan.order(ready, (), frozenset(ready))] == [["one"]]
    with pytest.raises(SetupError, match="LEADGATE_MAILBOX_VENDOR"):
        Plan.order(ready, [["one", "v"]], frozenset(ready))


def test_the_decision_knows_who_checks_mailboxes() -> None:
    """It sees people, so its country and transfer tool count; where it is not asked, it does not."""
    stages = ((installed("one"),),)
    assert Plan(stages=stages).vendors == ()
    assert Plan(stages=stages, mailbox=checker()).vendors == (Vendor(country="DE", transfer=TransferTool.ADEQUACY),)


@pytest.mark.parametrize(
    ("name", "words"),
    [("w", "no such connector"), ("unset", "has no settings"), ("one", "no check of mailboxes")],
)
def test_a_mailbox_vendor_is_one(name: str, words: str) -> None:
    """What the setting names is there, set up, and of that kind."""
    ready = {"one": installed("one"), "v": checker()}
    known = frozenset({*ready, "unset"})
    assert mailbox_vendor(ready, None, known) is None
    assert mailbox_vendor(ready, "v", known) is ready["v"]
    with pytest.raises(SetupError, match=words):
        mailbox_vendor(ready, name, known)
