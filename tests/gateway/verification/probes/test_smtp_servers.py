"""The prober against scripted mail servers on loopback: what each kind of server leads to, and what it is sent."""

import asyncio
import time

import pytest
import uvloop

from gateway.verification.address import parse_email
from gateway.verification.answers import DomainMail, ListHits, MailboxAnswer, MailboxOutcome, MailOutcome, MxHost
from gateway.verification.email import judge
from gateway.verification.model import Deliverability
from gateway.verification.reasons import Level
from tests.gateway.verification.fakes import NOW
from tests.gateway.verification.probes.worlds import SMALL, asked, prober, with_limits
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
    limits = with_limits(command=0.4) if name.startswith("silent") else SMALL
    async with MailServer(script) as server:
        (answer,) = await asked(prober(server.port, limits=limits), "jane")
        assert (answer.outcome, answer.catch_all, answer.starttls) == (outcome, catch_all, starttls)
        assert (verdict(answer) is Deliverability.UNDELIVERABLE) is (outcome is R.NOT_FOUND)
        await server.left()
    sent = {line.split()[0].upper().partition(":")[0] for line in server.transcript}
    assert sent <= ALLOWED_VERBS
    assert server.connections == (2 if name in AGAIN_IN_CLEAR else 1)
    assert "jane" not in (answer.text or "")
    assert answer.host == "mx.acme.example"


@pytest.mark.parametrize("name", ["starttls", "starttls_garbage", "dropped_at_rcpt", "user_unknown"])
def test_the_loop_that_a_server_runs_on_gives_the_same(name: str) -> None:
    """`leadgate serve` runs on uvloop, whose transports and TLS are not asyncio's."""
    script, outcome, catch_all, starttls = SERVERS[name]

    async def ask() -> MailboxAnswer:
        async with MailServer(script) as server:
            (answer,) = await asked(prober(server.port), "jane")
            await server.left()
        return answer

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answer = runner.run(ask())
    assert (answer.outcome, answer.catch_all, answer.starttls) == (outcome, catch_all, starttls)


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
        limits = with_limits(command=0.4) if outcome is R.TIMEOUT else SMALL
        (answer,) = await asked(prober(server.port, limits=limits), "jane")
        took = time.monotonic() - began
        assert answer.outcome is outcome
        assert verdict(answer) is Deliverability.UNKNOWN
        await server.left()
    assert took < 4, "the deadline of one reply is 0.4 s; without it this would never end"


async def test_the_whole_talk_has_a_deadline() -> None:
    """A server that takes nearly the whole time for each reply does not hold us for the sum of them."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await greet(writer)
        while await reader.readline():
            await asyncio.sleep(0.3)
            await greet(writer, "250 2.1.0 Ok")

    async with RawServer(slow) as server:
        began = time.monotonic()
        names = [f"p{number}" for number in range(10)]
        answers = await asked(prober(server.port, limits=with_limits(session=1.0)), *names)
        took = time.monotonic() - began
        await server.left()
    assert answers[-1].outcome is R.TIMEOUT
    assert took < 5, "the deadline of the talk is 1 s; its thirty replies would take 9"


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
