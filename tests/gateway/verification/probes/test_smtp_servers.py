"""The prober against scripted mail servers on loopback: what each kind of server leads to, and what it is sent."""

import asyncio
import time

import pytest

from gateway.verification.address import parse_email
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome, MxHost
from gateway.verification.email import judge
from gateway.verification.model import Deliverability
from gateway.verification.probes.smtp.memory import MemoryProbes
from gateway.verification.reasons import Level
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.probes.worlds import asked, domain, prober, with_limits
from tests.support.mailserver import HANG_UP, SILENCE, MailServer, Raw, RawServer, Script

pytestmark = pytest.mark.integration

R = MailboxOutcome
LISTS = ListHits(allowed=False, denied=False, disposable=False, privacy_relay=False, free=False, lists=("fake@1",))
ALLOWED_VERBS = {"EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "RSET", "QUIT"}


def verdict(answer: MailboxAnswer) -> Deliverability:
    """What the verdict on the address comes to."""
    mail = DomainMail(domain="acme.example", outcome=MailOutcome.MX, mx=(MxHost(preference=1, host="mx.acme.example"),))
    syntax = parse_email("jane@acme.example")
    return judge(syntax, lists=LISTS, dns=mail, mailbox=answer, wanted=Level.SMTP, now=NOW).verdict


SERVERS = {
    "takes_it": (Script(), R.ACCEPTED, False, False),
    "catch_all": (Script(mailboxes=None), R.ACCEPTED, True, False),
    "user_unknown": (Script(mailboxes=()), R.NOT_FOUND, False, False),
    "greylisted": (Script(greylist=True), R.GREYLISTED, None, False),
    "names_our_address": (
        Script(rcpt={"jane": "550 5.7.1 Service unavailable; client [127.0.0.1] blocked using a block list"}),
        R.REFUSED_US,
        None,
        False,
    ),
    "names_our_helo": (
        Script(rcpt={"jane": "550 5.7.1 <probe.leadgate.example>: Helo refused"}),
        R.REFUSED_US,
        None,
        False,
    ),
    "refuses_the_sender": (
        Script(mail="550 5.7.1 <probe@leadgate.example>: Sender address rejected"),
        R.REFUSED_US,
        None,
        False,
    ),
    "temporary": (Script(rcpt={"jane": "451 4.3.0 Temporary lookup failure"}), R.TEMPORARY, None, False),
    "mailbox_full": (Script(rcpt={"jane": "552 5.2.2 <{address}>: user is over quota"}), R.FULL, None, False),
    "disabled": (Script(rcpt={"jane": "550 5.2.1 The account is disabled"}), R.DISABLED, None, False),
    "relaying_denied": (Script(rcpt={"jane": "554 5.7.1 <{address}>: Relay access denied"}), R.NOT_SERVED, None, False),
    "unclear": (Script(rcpt={"jane": "550 no"}), R.UNCLEAR, None, False),
    "closing_at_rcpt": (Script(rcpt={"jane": "421 4.3.2 Service shutting down"}), R.TEMPORARY, None, False),
    "dropped_at_rcpt": (Script(rcpt={"jane": HANG_UP}), R.DROPPED, None, False),
    "dropped_at_mail": (Script(mail=HANG_UP), R.DROPPED, None, False),
    "dropped_at_ehlo": (Script(ehlo=HANG_UP), R.DROPPED, None, None),
    "silent_at_rcpt": (Script(rcpt={"jane": SILENCE}), R.TIMEOUT, None, False),
    "silent_at_mail": (Script(mail=SILENCE), R.TIMEOUT, None, False),
    "silent_at_ehlo": (Script(ehlo=SILENCE), R.TIMEOUT, None, None),
    "helo_only": (Script(ehlo="502 5.5.2 Error: command not recognized"), R.ACCEPTED, False, False),
    "neither_ehlo_nor_helo": (Script(ehlo="502 no", helo="554 5.7.1 go away"), R.REFUSED_US, None, None),
    "starttls": (Script(tls="offered"), R.ACCEPTED, False, True),
    "starttls_required": (Script(tls="required"), R.ACCEPTED, False, True),
    "starttls_refused": (Script(tls="refused"), R.ACCEPTED, False, False),
    "starttls_garbage": (Script(tls="garbage"), R.ACCEPTED, False, False),
    "starttls_dropped": (Script(tls=HANG_UP), R.ACCEPTED, False, False),
    "starttls_wanted_and_missing": (
        Script(mail="530 5.7.0 Must issue a STARTTLS command first"),
        R.REFUSED_US,
        None,
        False,
    ),
    "second_recipient_refused": (Script(nth={2: "452 4.5.3 Too many recipients"}), R.ACCEPTED, None, False),
    "second_recipient_dropped": (Script(nth={2: HANG_UP}), R.ACCEPTED, None, False),
    "invented_refused_in_other_words": (Script(unknown="550 no"), R.ACCEPTED, False, False),
}
"""By name: the server, the outcome for jane, whether the domain is a catch-all, whether the talk was encrypted."""

AGAIN_IN_CLEAR = {"starttls_refused", "starttls_garbage", "starttls_dropped"}


@pytest.mark.parametrize("name", SERVERS)
async def test_each_kind_of_server_has_its_outcome(name: str) -> None:
    """The declared outcome, `undeliverable` for no reply but user unknown, no message, and no connection left open."""
    script, outcome, catch_all, starttls = SERVERS[name]
    async with MailServer(script) as server:
        (answer,) = await asked(prober(server.port), "jane")
        assert (answer.outcome, answer.catch_all, answer.starttls) == (outcome, catch_all, starttls)
        assert (verdict(answer) is Deliverability.UNDELIVERABLE) is (outcome is R.NOT_FOUND)
        await server.left()
    sent = {line.split()[0].upper().partition(":")[0] for line in server.transcript}
    assert sent <= ALLOWED_VERBS
    assert server.connections == (2 if name in AGAIN_IN_CLEAR else 1)
    assert "jane" not in (answer.text or "")
    assert answer.host == "mx.acme.example"


async def greet(writer: asyncio.StreamWriter, text: str = "220 mx.acme.example ESMTP") -> None:
    """Say something."""
    writer.write(text.encode() + b"\r\n")
    await writer.drain()


async def trickle(writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, and never a whole line, until nobody listens."""
    while True:
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Say nothing, and listen until the other side goes."""
    await _reader.read(-1)


async def slow_banner(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A tarpit from the first byte."""
    await trickle(writer)


async def slow_reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A tarpit after the first command."""
    await greet(writer)
    await reader.readline()
    await trickle(writer)


async def slow_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Whole lines, each of which says that more follow."""
    await greet(writer)
    await reader.readline()
    while True:
        await greet(writer, "250-wait")
        await asyncio.sleep(0.02)


async def endless_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As many lines as the wire carries."""
    await greet(writer)
    await reader.readline()
    while True:
        await greet(writer, "\r\n".join(["250-more and more of it"] * 500))


async def one_endless_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A reply without an end of line."""
    await greet(writer)
    await reader.readline()
    while True:
        writer.write(b"250 " + b"x" * 60_000)
        await writer.drain()


async def web_server(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Something else than a mail server."""
    await greet(writer, "HTTP/1.1 400 Bad Request\r\n\r\n")
    await _reader.read(-1)


async def binary(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes that are no text."""
    writer.write(bytes(range(256)) + b"\r\n")
    await writer.drain()
    await _reader.read(-1)


async def odd_code(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting with a code that does not exist."""
    await greet(writer, "999 hello")
    await _reader.read(-1)


async def hangs_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Nothing at all."""


async def blocked(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting that refuses us."""
    await greet(writer, "554 5.7.1 Your IP 127.0.0.1 is on a block list")
    await _reader.read(-1)


async def busy(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting that asks to come back."""
    await greet(writer, "421 4.3.2 Too busy, try later")
    await _reader.read(-1)


RAW: dict[str, tuple[Raw, MailboxOutcome]] = {
    "silent": (silent, R.TIMEOUT),
    "slow_banner": (slow_banner, R.TIMEOUT),
    "slow_reply": (slow_reply, R.TIMEOUT),
    "slow_lines": (slow_lines, R.TIMEOUT),
    "endless_lines": (endless_lines, R.DROPPED),
    "one_endless_line": (one_endless_line, R.DROPPED),
    "web_server": (web_server, R.DROPPED),
    "binary": (binary, R.DROPPED),
    "odd_code": (odd_code, R.DROPPED),
    "hangs_up": (hangs_up, R.DROPPED),
    "blocked": (blocked, R.REFUSED_US),
    "busy": (busy, R.TEMPORARY),
}


@pytest.mark.parametrize("name", RAW)
async def test_what_talks_no_smtp_ends_within_its_deadline(name: str) -> None:
    """Bytes that trickle in extend nothing, endless replies are cut, and the connection is closed."""
    talk, outcome = RAW[name]
    async with RawServer(talk) as server:
        began = time.monotonic()
        (answer,) = await asked(prober(server.port), "jane")
        took = time.monotonic() - began
        assert answer.outcome is outcome
        assert verdict(answer) is Deliverability.UNKNOWN
        await server.left()
    assert took < 1.4, "the deadline of one reply is 0.4 s, that of the whole talk 1.5 s"


async def test_the_whole_talk_has_a_deadline() -> None:
    """A server that takes nearly the whole time for each reply does not hold us for the sum of them."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(writer)
        while await reader.readline():
            await asyncio.sleep(0.3)
            await greet(writer, "250 2.1.0 Ok")

    async with RawServer(slow) as server:
        began = time.monotonic()
        answers = await asked(prober(server.port, limits=with_limits(session=1.0)), "jane", "ada", "bob")
        took = time.monotonic() - began
        await server.left()
    assert [each.outcome for each in answers[1:]] == [R.TIMEOUT, R.TIMEOUT]
    assert took < 1.8


async def test_a_server_that_takes_no_leave_keeps_no_connection() -> None:
    """Where QUIT gets no answer the connection is closed all the same, and the answer stands."""

    async def stays(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(writer)
        while line := await reader.readline():
            if not line.startswith(b"QUIT"):
                await greet(writer, "550 5.1.1 user unknown" if line.startswith(b"RCPT") else "250 Ok")

    async with RawServer(stays) as server:
        (answer,) = await asked(prober(server.port), "jane")
        await server.left()
    assert answer.outcome is R.NOT_FOUND


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
        assert [line for line in server.commands("RCPT") if "nobody" in line] == ["RCPT TO:<nobody-1@acme.example>"]


async def test_domains_of_one_mail_server_share_a_connection_too() -> None:
    """The mail server is asked once for the addresses of all its domains, with a catch-all probe for each."""
    async with MailServer() as server:
        found = await prober(server.port).check(
            [domain("acme.example", "jane"), domain("other.example", "ada", "nobody-at-all")], now=NOW
        )
        assert {address: each.outcome for address, each in found.items()} == {
            "jane@acme.example": R.ACCEPTED,
            "ada@other.example": R.ACCEPTED,
            "nobody-at-all@other.example": R.NOT_FOUND,
        }
        assert server.connections == 1
        assert len([line for line in server.commands("RCPT") if "nobody-" in line and "-at-" not in line]) == 2


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


async def test_only_public_addresses_are_connected_to() -> None:
    """Private addresses in DNS are no mail server: nobody is connected to, and the answer says so."""
    async with MailServer() as server:
        table = {("mx.acme.example", "A"): ["10.0.0.1", "192.168.1.1"]}
        (answer,) = await asked(prober(server.port, table), "jane")
        assert answer.outcome is R.NOT_PUBLIC
        (nowhere,) = await asked(prober(server.port, {("mx.acme.example", "A"): []}), "jane")
        assert nowhere.outcome is R.UNREACHABLE
        assert server.connections == 0


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
    assert "127.0.0.1" in pause.why


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
    """The address has its answer; whether the domain takes any address is found out with the next one."""
    async with MailServer() as server:
        asking = prober(server.port, limits=with_limits(per_minute=1))
        (first,) = await asked(asking, "jane")
        assert (first.outcome, first.catch_all) == (R.ACCEPTED, None)
        other = prober(server.port, memory=asking.means.memory)
        (second,) = await asked(other, "ada")
        assert (second.outcome, second.catch_all) == (R.ACCEPTED, False)


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
        assert server.triplets[0] == server.triplets[1] == ("127.0.0.1", "probe@leadgate.example", "jane@acme.example")
        assert len(set(server.commands("EHLO"))) == 1
