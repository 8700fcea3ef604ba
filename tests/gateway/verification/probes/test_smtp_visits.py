"""How the prober goes on from answer to answer: shared connections, catch-alls, the breaker, the pace and greylists."""

import asyncio
from datetime import timedelta

import pytest

from gateway.verification.answers import MailboxOutcome
from gateway.verification.mail_servers import IN_VAIN, UNTOLD
from gateway.verification.model import Deliverability
from gateway.verification.probes.smtp.memory import MemoryProbes
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.probes.test_smtp_servers import greet, verdict
from tests.gateway.verification.probes.worlds import asked, domain, prober, with_limits
from tests.support.mailserver import HANG_UP, MailServer, RawServer, Script

pytestmark = pytest.mark.integration

R = MailboxOutcome


async def test_addresses_of_a_domain_share_a_connection() -> None:
    """Ten recipients a connection, each a transaction of its own, and one catch-all probe in all."""
    names = [f"p{number}" for number in range(12)]
    async with MailServer(Script(mailboxes=(*names, "jane"))) as server:
        asking = prober(server.port)
        answers = await asked(asking, *names)
        assert {(each.outcome, each.catch_all) for each in answers} == {(R.ACCEPTED, False)}
        assert (server.connections, server.most) == (2, 1)
        assert len(server.commands("RCPT")) == 13
        assert len(server.commands("RSET")) == 11
        (again,) = await asked(asking, "jane")
        assert (again.outcome, again.catch_all) == (R.ACCEPTED, False)
        assert [line for line in server.commands("RCPT") if "nobody" in line] == [
            "RCPT TO:<nobody-at-acme@acme.example>"
        ]


async def test_domains_of_one_mail_server_share_a_connection_too() -> None:
    """The mail server is asked once for the addresses of all its domains, with a catch-all probe for each."""
    async with MailServer() as server:
        found = await prober(server.port).check(
            [domain("acme.example", "jane"), domain("other.example", "ada", "missing")], now=NOW
        )
        assert {address: each.outcome for address, each in found.items()} == {
            "jane@acme.example": R.ACCEPTED,
            "ada@other.example": R.ACCEPTED,
            "missing@other.example": R.NOT_FOUND,
        }
        assert server.connections == 1
        assert len([line for line in server.commands("RCPT") if "nobody-at-" in line]) == 2


async def test_who_refuses_an_unknown_address_is_no_catch_all() -> None:
    """A proven "no such mailbox" spares the domain its catch-all probe."""
    async with MailServer() as server:
        answers = await asked(prober(server.port), "missing", "jane")
        assert [each.outcome for each in answers] == [R.NOT_FOUND, R.ACCEPTED]
        assert answers[1].catch_all is False
        assert len(server.commands("RCPT")) == 2


async def test_the_next_server_is_tried_where_the_first_takes_no_connection() -> None:
    """By preference, two at most; the second one's answer counts."""
    table = {("mx.acme.example", "A"): ["127.0.0.2"], ("mx2.acme.example", "A"): ["127.0.0.1"]}
    both = ("mx.acme.example", "mx2.acme.example")
    async with MailServer(host="127.0.0.1") as server:
        (answer,) = await asked(prober(server.port, table), "jane", hosts=both)
        assert (answer.outcome, answer.host) == (R.ACCEPTED, "mx2.acme.example")
        (gone,) = await asked(prober(server.port, table), "jane", hosts=("mx.acme.example",))
        assert gone.outcome is R.UNREACHABLE


async def test_a_server_that_answers_is_the_only_one_asked() -> None:
    """A refusal for good is an answer: the next server is not asked for another one."""
    async with MailServer(Script(ehlo="554 5.7.1 no", helo="554 5.7.1 no")) as server:
        (answer,) = await asked(prober(server.port), "jane", hosts=("mx.acme.example", "mx2.acme.example"))
        assert (answer.outcome, server.connections) == (R.REFUSED_US, 1)


async def test_addresses_beyond_ascii_go_where_they_are_taken() -> None:
    """SMTPUTF8 is said in MAIL where it is offered; elsewhere the address is not asked, and nothing is proved."""
    async with MailServer() as server:
        (answer,) = await asked(prober(server.port), "jörg")
        assert answer.outcome is R.ACCEPTED
        assert server.commands("MAIL")[0] == "MAIL FROM:<probe@leadgate.example> SMTPUTF8"
    async with MailServer(Script(utf8=False)) as server:
        answers = await asked(prober(server.port), "jörg", "jane")
        assert [each.outcome for each in answers] == [R.UNCLEAR, R.ACCEPTED]
        assert "SMTPUTF8" not in "".join(server.transcript)


async def test_a_refusal_of_us_opens_the_breaker() -> None:
    """From the first reply that names us on, nobody of the group is asked, in this visit and after it."""
    memory = MemoryProbes()
    script = Script(rcpt={"jane": "550 5.7.1 [127.0.0.1] is blocked, ask jane@acme.example"})
    async with MailServer(script) as server:
        asking = prober(server.port, memory=memory)
        answers = await asked(asking, "jane", "ada")
        assert [each.outcome for each in answers] == [R.REFUSED_US, R.REFUSED_US]
        (later,) = await asked(asking, "bob")
        assert later.outcome is R.PAUSED
        assert len(server.commands("RCPT")) == 1
    (pause,) = await memory.pauses(now=NOW)
    assert pause.group == "acme.example"
    assert "jane" not in pause.why
    assert pause.why == "550 5.7.1 [[us]] is blocked, ask [address]"
    assert answers[0].text == "[[us]] is blocked, ask [address]"


async def test_a_refusal_of_us_at_the_invented_address_counts_too() -> None:
    """The address before it keeps its answer; whoever comes after it is not asked, and the breaker is open."""
    memory = MemoryProbes()
    async with MailServer(Script(nth={2: "550 5.7.1 [127.0.0.1] is blocked"})) as server:
        answers = await asked(prober(server.port, memory=memory), "jane", "ada")
        assert [each.outcome for each in answers] == [R.ACCEPTED, R.REFUSED_US]
        assert answers[0].catch_all is None
        assert len(server.commands("RCPT")) == 2
    assert [each.group for each in await memory.pauses(now=NOW)] == ["acme.example"]


@pytest.mark.parametrize("reply", ["451 4.7.1 Try again later", "452 4.3.1 Insufficient system storage"])
async def test_a_sender_that_is_not_taken_now_is_offered_once(reply: str) -> None:
    """What a server says before it hears of any recipient is the answer for all of them."""
    async with MailServer(Script(mail=reply)) as server:
        answers = await asked(prober(server.port), "jane", "ada", "bob")
        assert len({each.outcome for each in answers}) == 1
        assert verdict(answers[0]) is Deliverability.UNKNOWN
        assert len(server.commands("MAIL")) == 1


async def test_a_server_that_throttles_is_left_alone_for_a_while() -> None:
    """Too many, too fast: the rest of the visit has the same answer, and the next one is paused."""
    async with MailServer(Script(rcpt={"jane": "450 4.7.1 Error: too many recipients, slow down"})) as server:
        asking = prober(server.port)
        answers = await asked(asking, "jane", "ada")
        assert [each.outcome for each in answers] == [R.THROTTLED, R.THROTTLED]
        (later,) = await asked(asking, "bob")
        assert later.outcome is R.PAUSED
        assert len(server.commands("RCPT")) == 1


async def test_a_reply_in_another_charset_can_be_kept() -> None:
    """Latin-1, NUL and escape sequences in a reply: its text goes into JSON and any store."""

    async def foreign(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(writer)
        while line := await reader.readline():
            known = line.startswith(b"RCPT")
            writer.write(
                b"550 5.1.1 Empf\xe4nger \x00 \x1b[31m unbekannt: user unknown\r\n" if known else b"250 Ok\r\n"
            )
            await writer.drain()

    async with RawServer(foreign) as server:
        (answer,) = await asked(prober(server.port), "jane")
        await server.left()
    assert answer.outcome is R.NOT_FOUND
    assert answer.text is not None
    assert answer.text.isprintable()
    answer.text.encode("utf-8")


async def test_an_address_that_fits_no_command_is_not_asked() -> None:
    """A control character never reaches the wire, wherever it came from."""
    async with MailServer() as server:
        answers = await asked(prober(server.port), '"a\tb"', '"x\r\nDATA"', "jane")
        assert [each.outcome for each in answers] == [R.UNCLEAR, R.UNCLEAR, R.ACCEPTED]
        assert "DATA" not in "".join(server.transcript)


async def test_a_wanted_starttls_opens_no_breaker() -> None:
    """That a server wants encryption is about this talk, not about us."""
    memory = MemoryProbes()
    async with MailServer(Script(mail="530 5.7.0 Must issue a STARTTLS command first")) as server:
        await asked(prober(server.port, memory=memory), "jane")
    assert await memory.pauses(now=NOW) == []


async def test_over_the_pace_the_rest_is_paused() -> None:
    """So many addresses a minute, an invented one among them: the next is told when, without a connection or a wait."""
    async with MailServer() as server:
        asking = prober(server.port, limits=with_limits(per_minute=3))
        answers = await asked(asking, "jane", "ada", "bob")
        assert [each.outcome for each in answers] == [R.ACCEPTED, R.ACCEPTED, R.PAUSED]
        assert answers[2].text is not None
        assert answers[2].text.startswith("until 2026-03-02T09:3")
        (later,) = await asked(asking, "cleo")
        assert (later.outcome, server.connections) == (R.PAUSED, 1)
        assert len(server.commands("RCPT")) == 3


async def test_without_a_turn_the_catch_all_is_asked_another_time() -> None:
    """The address has half an answer, which proves nothing; what the domain does is found out with the next one."""
    async with MailServer() as server:
        asking = prober(server.port, limits=with_limits(per_minute=1))
        (first,) = await asked(asking, "jane")
        assert (first.outcome, first.catch_all) == (R.ACCEPTED, None)
        assert verdict(first) is Deliverability.UNKNOWN
        other = prober(server.port, memory=asking.means.memory)
        (second,) = await asked(other, "ada")
        assert (second.outcome, second.catch_all) == (R.ACCEPTED, False)


@pytest.mark.parametrize("reply", ["450 4.2.0 Greylisted", "451 4.3.0 Temporary failure", HANG_UP])
async def test_a_yes_counts_once_the_invented_address_was_answered(reply: str) -> None:
    """Until then nothing is proved of anybody at the domain; after a short while it is asked about again."""
    async with MailServer(Script(mailboxes=None, nth={2: reply})) as server:
        asking = prober(server.port)
        (first,) = await asked(asking, "jane")
        (second,) = await asked(asking, "ada", now=NOW + UNTOLD / 2)
        assert [(each.outcome, each.catch_all) for each in (first, second)] == [(R.ACCEPTED, None)] * 2
        assert {verdict(first), verdict(second)} == {Deliverability.UNKNOWN}
        (later,) = await asked(asking, "jane", now=NOW + UNTOLD + timedelta(minutes=1))
        assert (later.catch_all, verdict(later)) == (True, Deliverability.RISKY)


async def test_who_never_refuses_an_invented_address_for_good_is_a_catch_all() -> None:
    """Postfix says 450 to whom it cannot verify: a lead is not held for that for ever, and its yes is a doubt."""
    script = Script(rcpt={"nobody-at-acme": "450 4.1.1 <nobody-at-acme@acme.example>: unverified address"})
    async with MailServer(script) as server:
        asking = prober(server.port)
        waits = (timedelta(0), UNTOLD, timedelta(minutes=1), IN_VAIN + UNTOLD, IN_VAIN + 1.5 * UNTOLD)
        facts = [(await asked(asking, "jane", now=NOW + wait))[0] for wait in waits]
        assert [each.catch_all for each in facts[:3]] == [None] * 3
        assert {verdict(each) for each in facts[:3]} == {Deliverability.UNKNOWN}
        assert [(each.catch_all, verdict(each)) for each in facts[3:]] == [(True, Deliverability.RISKY)] * 2
        assert len([line for line in server.commands("RCPT") if "nobody" in line]) == 3
        (other,) = await asked(asking, "missing", now=NOW + IN_VAIN)
        assert (other.outcome, other.catch_all) == (R.NOT_FOUND, False)


async def test_whoever_refuses_us_at_the_invented_address_has_not_been_asked_in_vain() -> None:
    """The question was not looked at: the domain is no catch-all for that."""
    memory = MemoryProbes()
    async with MailServer(Script(nth={2: "421 4.7.0 [127.0.0.1] too many messages, slow down"})) as server:
        (answer,) = await asked(prober(server.port, memory=memory), "jane")
        assert (answer.outcome, answer.catch_all) == (R.ACCEPTED, None)
    assert await memory.untold_since("acme.example", now=NOW + UNTOLD) is None


async def test_a_greylist_is_shown_the_invented_address_with_the_first() -> None:
    """When we come back it knows both, so that the second check comes to an end."""
    async with MailServer(Script(greylist=True, mailboxes=None)) as server:
        asking = prober(server.port)
        (first,) = await asked(asking, "jane")
        (second,) = await asked(asking, "jane", now=NOW + UNTOLD + timedelta(minutes=1))
        assert (first.outcome, first.catch_all) == (R.GREYLISTED, None)
        assert (second.outcome, second.catch_all) == (R.ACCEPTED, True)


async def test_the_rate_of_one_mailbox_stops_nobody_else() -> None:
    """It gets too much mail from whomever: the next address is asked, and the operator does not rest."""
    reply = "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents more"
    async with MailServer(Script(rcpt={"jane": reply})) as server:
        asking = prober(server.port)
        answers = await asked(asking, "jane", "ada")
        assert [each.outcome for each in answers] == [R.TEMPORARY, R.ACCEPTED]
        (later,) = await asked(asking, "bob")
        assert later.outcome is R.ACCEPTED


async def test_a_group_has_one_connection_at_a_time() -> None:
    """Two checks at once of one group: the second waits for its turn, and is not connected meanwhile."""
    async with MailServer() as server:
        asking = prober(server.port, limits=with_limits(patience=5))
        both = await asyncio.gather(asked(asking, "jane"), asked(asking, "ada"))
        assert [each[0].outcome for each in both] == [R.ACCEPTED, R.ACCEPTED]
        assert (server.connections, server.most) == (2, 1)


async def test_a_greylist_knows_us_when_we_come_back() -> None:
    """The second probe is asked anew, from the same address, with the same sender and HELO."""
    async with MailServer(Script(greylist=True)) as server:
        asking = prober(server.port)
        (first,) = await asked(asking, "jane")
        (second,) = await asked(asking, "jane")
        assert (first.outcome, second.outcome) == (R.GREYLISTED, R.ACCEPTED)
        assert server.triplets[0] == server.triplets[2] == ("127.0.0.1", "probe@leadgate.example", "jane@acme.example")
        assert len(set(server.commands("EHLO"))) == 1
