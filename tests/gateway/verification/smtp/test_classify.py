"""What a reply means: refusals of us above all, then codes and words, in the manner of the servers that we know."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.verification.smtp import mailboxes, passing, refusals
from gateway.verification.smtp.classify import classify
from gateway.verification.smtp.meaning import Classified, Ourselves, ReplyMeaning, ShownBy
from gateway.verification.smtp.reply import Stage, parse
from tests.gateway.verification.smtp.hostile import HOSTILE
from tests.support.cost import cpu_seconds

US = Ourselves(addresses=("203.0.113.7", "2001:db8::7"), helo="probe.checker.example", sender="ask@checker.example")

BARE = "Requested action not taken: mailbox unavailable"
"""RFC 5321's words, which fit a missing mailbox and a policy alike."""

MEANINGS = {
    ReplyMeaning.ACCEPTED: ["250 2.1.5 Ok", "251 2.1.5 will forward", "250 user unknown to nobody"],
    ReplyMeaning.NO_SUCH_MAILBOX: [
        "550 5.1.1 <x@y.example>: Recipient address rejected: User unknown in virtual mailbox table",
        "550-5.1.1 The account that was written to does not exist. 550 5.1.1 https://p.example/?p=NoSuchUser - gsmtp",
        "550 No such user here",
        "550 [internal] [oob] The recipient is invalid.",
        "550 Unrecognized user",
        "550 We don't have a user by that name",
        "550 Diese Adresse ist hier nicht bekannt",
        "550 la cuenta de correo no existe",
        "550 收件人不存在",
        "550 5.7.1 No such user!",
        "550 5.2.1 <x@y.example>... User Unknown",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.4.1 [x@y.example]: Recipient address rejected: Access denied [X.eop-nam02.prod.protection.outlook.com]",
        f"host y.protection.outlook.com[192.0.2.1] said: 550 5.5.0 {BARE} (S2017062302). (in reply to RCPT TO command)",
        f"550 5.5.0 {BARE} (S2017062302). [AM5X.eop-EUR02.prod.protection.outlook.com 2026-01-01T00:00:00.000Z 08DC]",
        f"host mx00.emig.gmx.net[192.0.2.1] said: 550 {BARE} (in reply to RCPT TO command)",
        "554 delivery error: dd This user doesn't have a mail.example account (x@mail.example) [0]",
        "550 sorry, no mailbox here by that name (#5.1.1 - chkusr)",
        "550 sorry, no mailbox here by that name (#5.7.17)",
        "550 Unrouteable address",
        "550 5.1.1 Mailbox unavailable",
        "550 5.1.6 gone",
        "550 #5.1.0 Address rejected.",
        "550 5.1.1 no such user here, cannot verify",
        "550 5.1.1 recipient <> not found",
        "User x (x@y.example) not listed in Domino Directory",
        "550 5.1.1 <blocked@spam-policy.example>: User unknown",
        "550 5.1.1 User unknown at mx1.blocked.example, see https://p.example/policy/blocked",
        "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]",
        "550 Benutzer unbekannt",
        "550 5.1.1 Unbekannter Empfänger",
        "550 Utilisateur inconnu !",
        "550 El usuario no existe",
        "550 Usuario desconocido",
        "550 Casella inesistente",
        "550 Ontvanger onbekend",
        "550 Usuário desconhecido",
        "550 Nie ma takiego użytkownika",
        "550 宛先不明です",
        "550 5.1.1 User unknown. Privacy policy: see our web pages",
        "550 Unknown user; message rejected",
        "550 5.1.1 No such user - mail refused.",
        "550 5.1.1 User unknown, see our mail policy",
        "550 5.1.1 No such user. Further attempts will be blocked",
        "550 5.1.1 No such user here. If you think that this is a spam filter's fault, call us.",
        "501 5.1.3 Recipient <x@y.example> does not exist",
        "501 #5.1.1 bad address x@y.example",
        f"550 {BARE} (-2147483647:4711:-2147483647)",
    ],
    ReplyMeaning.MAILBOX_FULL: [
        "552 5.2.2 Over quota",
        "452 4.2.2 The mailbox is out of storage space",
        "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]",
        "552 sorry, mailbox x@y.example is over quota temporarily (#5.1.1)",
        "552 Requested mail action aborted: exceeded storage allocation",
        "552 no",
        "552 5.0.0 no",
        "550 Postfach voll",
        "550 Skrzynka pełna",
        "550 Buzón lleno",
    ],
    ReplyMeaning.MAILBOX_DISABLED: [
        "550 5.2.1 The account that was written to is disabled. https://pages.example/?p=DisabledUser",
        "525 5.7.13 <x@y.example>: Recipient address rejected: User account disabled",
        "554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30).",
        "550 5.5.0 Le compte du destinataire est bloque. The recipient account is blocked.",
        "550 5.2.1 This mailbox has been blocked due to inactivity",
        "550 Conta desativada",
    ],
    ReplyMeaning.DOMAIN_NOT_SERVED: [
        "554 5.7.1 <x@y.example>: Relay access denied",
        "550 5.7.1 Relaying denied",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "550 5.1.2 bad destination system",
        "550 Domain nobody.example does not exist",
        "556 5.1.10 Recipient address has null MX",
        "521 this host never takes mail",
    ],
    ReplyMeaning.REFUSED_US: [
        "550 發件人不存在",
        "550 寄件者不存在",
        "550 发信人不存在",
        "550 您的IP不存在反向解析",
        "550 5.7.1 Service unavailable, Client host [192.0.2.9] blocked using Spamhaus",
        "554 5.7.1 blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.9",
        "550 5.1.1 <x@y.example>: blocked",
        "550 5.1.1 User unknown; your host is listed at dnsbl.example",
        "550-Verification failed for <ask@checker.example> 550-no such user 550 Sender verify failed",
        "550 5.1.8 <a@b.example>: Sender address rejected: Domain not found",
        "553 5.1.8 <a@b.example>... Domain of sender address a@b.example does not exist",
        "550 5.1.0 <a@b.example> sender rejected",
        "550 5.7.26 the domain has a DMARC policy",
        "550 SPF check failed: user unknown",
        "550 Administrative prohibition",
        "550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.9]",
        f"550-{BARE} 550 Reject due to policy restrictions",
        "550 5.4.1 All recipient addresses rejected : Access denied",
        "550 5.7.1 no",
        "550 5.1.1 RCP-P2 Refused due to recipient preferences",
        "530 must log in",
        "535 5.7.8 invalid user",
        "535 no such user",
        "550 5.1.1 Client address unknown",
        "554 5.7.1 greylisted",
        "451 4.7.650 The server [192.0.2.9] was held back for its reputation",
        "550 Absender abgelehnt",
        "550 Message rejected; user unknown",
        "550 5.1.1 User unknown; message rejected for policy reasons",
        "550 5.1.1 Rejected. See our mail policy",
        "550 5.1.1 No such user. Your IP has been blocked",
    ],
    ReplyMeaning.GREYLISTED: [
        "451 4.7.1 Greylisting in action, please come back later",
        "450 4.2.0 <x@y.example>: Recipient address rejected: Greylisted, see http://postgrey.example/help",
        "450 please try again in 300 seconds",
        "451 4.7.1 user unknown, greylisted for 5 minutes",
    ],
    ReplyMeaning.THROTTLED: [
        "421 4.7.0 too many connections",
        "452 4.5.3 too many recipients",
        "550 5.1.1 <x@y.example> - 192.0.2.9 has sent to too many recipients this hour",
        "421 Trop de connexions",
    ],
    ReplyMeaning.TEMPORARY: [
        "450 4.1.1 <x@y.example>: Recipient address rejected: unverified address: host z.example: 550 user unknown",
        "450 4.1.1 <x@y.example>: Recipient address rejected: User unknown in local recipient table",
        "451 4.7.1 Service unavailable - try again later",
        "421 Service not available, closing transmission channel",
        "452 4.3.1 Insufficient system storage",
        "450 4.2.1 mailbox disabled for now",
        "450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more",
        "450 This user is receiving mail too quickly",
        "450 4.2.1 https://pages.example/mail/?p=ReceivingRate try again later",
        "554 5.2.122 the limit per hour was reached",
        "554 5.2.121 the limit per hour for this sender was reached",
        "451 4.2.122 too many messages for this mailbox",
    ],
    ReplyMeaning.UNCLEAR: [
        f"550 {BARE}",
        f"host mx.notweb.de[192.0.2.1] said: 550 {BARE}",
        "550 no",
        "554 5.0.0 Transaction failed",
        "550 Address rejected",
        "550 5.2.0 Address rejected",
        "552 5.3.4 message size exceeds the fixed limit",
        "552 message too large",
        "552 5.3.9 no",
        "550 please try again in 300 seconds",
        "501 5.1.3 Invalid address",
        "501 5.1.3 Bad recipient address syntax",
        "501 bad recipient",
        "553 5.1.3 invalid recipient",
        "550 5.1.3 Bad destination mailbox address syntax",
        f"550 {BARE} (because we do not like you)",
        "503 no such user may speak now",
        "252 cannot verify",
        "354 go on",
        "hello",
        "",
        "We could not reach the group. Perhaps no such user is there, or you may not write to it. " * 3,
        "host mfsmax.docomo.ne.jp[192.0.2.1] said: 550 Unknown user x@docomo.ne.jp (in reply to end of DATA command)",
    ],
}


@pytest.mark.parametrize(
    ("meaning", "text"), [(meaning, text) for meaning, texts in MEANINGS.items() for text in texts]
)
def test_replies_mean_what_their_servers_mean(meaning: ReplyMeaning, text: str) -> None:
    """Replies in the manner of known servers, among them those that codes or words alone would get wrong."""
    assert classify(parse(text)).meaning is meaning


@pytest.mark.parametrize(
    ("text", "by", "phrase"),
    [
        ("550 5.1.1 gone", ShownBy.ENHANCED_CODE, "5.1.1"),
        ("550 User unknown", ShownBy.PHRASE, "unknown.english"),
        ("550 no", ShownBy.BASIC_CODE, "550"),
        ("no", ShownBy.BASIC_CODE, "none"),
        ("250 ok", ShownBy.BASIC_CODE, "250"),
        ("550 203.0.113.7 is not welcome", ShownBy.OURSELVES, "ourselves"),
        ("550 5.1.1 no (in reply to MAIL FROM command)", ShownBy.STAGE, "mail"),
    ],
)
def test_the_evidence_can_be_checked_by_a_person(text: str, by: ShownBy, phrase: str) -> None:
    """Beside the meaning stands which code, phrase or name decided."""
    found = classify(parse(text), us=US)
    assert (found.by, found.phrase) == (by, phrase)


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.HELO, Stage.MAIL])
@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("550 5.1.1 User unknown", ReplyMeaning.REFUSED_US),
        ("552 5.2.2 mailbox full", ReplyMeaning.REFUSED_US),
        ("450 4.1.1 User unknown", ReplyMeaning.TEMPORARY),
        ("421 too many connections", ReplyMeaning.THROTTLED),
        ("450 greylisted", ReplyMeaning.GREYLISTED),
    ],
)
def test_before_rcpt_nothing_is_about_a_mailbox(stage: Stage, text: str, meaning: ReplyMeaning) -> None:
    """A no to CONNECT, HELO or MAIL is about us or the hour, whatever it says."""
    assert classify(parse(text, stage=stage)).meaning is meaning


UNKNOWN_TEXTS = [text for text in MEANINGS[ReplyMeaning.NO_SUCH_MAILBOX] if re.match(r"5\d\d", text)]
NAMES = [
    "203.0.113.7",
    "2001:db8::7",
    "2001:0db8:0000:0000:0000:0000:0000:0007",
    "probe.checker.example",
    "Ask@Checker.Example",
    "checker.example",
]


HALF = settings(max_examples=settings().max_examples // 2)


@HALF
@given(
    text=st.sampled_from(UNKNOWN_TEXTS),
    name=st.sampled_from(NAMES),
    reason=st.sampled_from(["because of {}", "[{}]", "<{}>:", "{} is refused", "({})", "from {}, sorry."]),
    order=st.sampled_from(["{code} {said} {words}", "{code} {words} {said}"]),
)
def test_a_reply_that_names_us_is_never_proof(text: str, name: str, reason: str, order: str) -> None:
    """Our address, HELO name, sender or its domain as the reason: it is about us, even beside "user unknown"."""
    code, _, words = text.partition(" ")
    full = order.format(code=code, words=words, said=reason.format(name))
    assert classify(parse(full), us=US) == Classified(
        meaning=ReplyMeaning.REFUSED_US, by=ShownBy.OURSELVES, phrase="ourselves"
    )


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 User unknown, relay=[203.0.113.7]",
        "550 5.1.1 RCP-P1 http://pages.example/response_codes?ip=203.0.113.7#rcp",
        "550 5.1.1 User unknown 203.0.113.77",
        "550 5.1.1 User unknown 1203.0.113.7.1",
        "550 5.1.1 User unknown at mx.checker.example.org",
        "550 5.1.1 User unknown <bob@checker.example>",
    ],
)
def test_a_name_that_is_not_the_reason_does_not_count(text: str) -> None:
    """Servers that write the client's address into every reply, and names that only look like ours, prove nothing."""
    assert classify(parse(text), us=US).meaning is ReplyMeaning.NO_SUCH_MAILBOX


def test_a_name_that_is_no_address_is_looked_for_as_it_is() -> None:
    """What was given as our address may be anything; no form of it raises."""
    us = Ourselves(addresses=("not an address",))
    assert classify(parse("550 not an address"), us=us).by is ShownBy.OURSELVES


REFUSALS = [
    word
    for group in (refusals.LIST_NAMES, *refusals.LISTED, *refusals.SENDER, *refusals.CLIENT)
    for word in group.words
]  # fmt: skip


@HALF
@given(refusal=st.sampled_from(REFUSALS), text=st.sampled_from(UNKNOWN_TEXTS))
@example(refusal="spamhaus", text="550 5.1.1 User unknown")
def test_a_refusal_outranks_every_word_and_code_of_a_missing_mailbox(refusal: str, text: str) -> None:
    """Whatever is said beside it, a reply with a word of refusal never proves that a mailbox is missing."""
    assert classify(parse(f"{text} {refusal} x")).meaning is not ReplyMeaning.NO_SUCH_MAILBOX


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("550 5.1.1 User unknown at mx.banned-goods.example", ReplyMeaning.NO_SUCH_MAILBOX),
        ("550 5.1.1 User unknown (mx1.reputation-institute.example)", ReplyMeaning.NO_SUCH_MAILBOX),
        ("550 5.1.1 Recipient not listed at this server", ReplyMeaning.NO_SUCH_MAILBOX),
        ("550 5.1.1 User unknown, see http://www.spamhaus.org/query", ReplyMeaning.REFUSED_US),
        ("550 User x@y.example has exceeded his/her quota", ReplyMeaning.MAILBOX_FULL),
        ("550 Mailbox for x@y.example has no space", ReplyMeaning.MAILBOX_FULL),
    ],
)
def test_names_of_hosts_are_no_words(text: str, meaning: ReplyMeaning) -> None:
    """But for those of block lists."""
    assert classify(parse(text)).meaning is meaning


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.HELO, Stage.MAIL])
def test_before_rcpt_a_yes_is_about_no_mailbox(stage: Stage) -> None:
    """It greets us, or takes our sender."""
    found = classify(parse("250 ok", stage=stage))
    assert (found.meaning, found.by) == (ReplyMeaning.UNCLEAR, ShownBy.STAGE)


@given(code=st.integers(400, 499), text=st.text(max_size=60), unknown=st.sampled_from(["user unknown", "宛先不明", ""]))
def test_a_reply_for_now_proves_nothing_against_a_mailbox(code: int, text: str, unknown: str) -> None:
    """4yz asks to come again: no words make it a final no."""
    found = classify(parse(f"{code} {unknown} {text}")).meaning
    assert found not in {ReplyMeaning.NO_SUCH_MAILBOX, ReplyMeaning.MAILBOX_DISABLED, ReplyMeaning.ACCEPTED}


@given(st.text(max_size=300), st.sampled_from([*Stage, None]))
def test_anything_is_answered(text: str, stage: Stage | None) -> None:
    """No text raises."""
    assert classify(parse(text, stage=stage), us=US).meaning in ReplyMeaning


@pytest.mark.parametrize("text", [*HOSTILE, *(f"550 {text}" for text in HOSTILE)], ids=range(2 * len(HOSTILE)))
def test_hostile_text_costs_little(text: str) -> None:
    """100 kB of anything is judged in a moment."""
    assert cpu_seconds(lambda: classify(parse(text), us=US), enough=0.2) < 0.2


def test_phrases_are_written_as_they_are_looked_for() -> None:
    """Each id is used once, each word says something, and no word stands twice in one phrase."""
    groups = [
        *(refusals.LIST_NAMES, *refusals.LISTED, *refusals.CLIENT, *refusals.SENDER),
        *(*refusals.POLICY, *refusals.ELSEWHERE),
        *(*mailboxes.FULL, *mailboxes.OFF, *mailboxes.UNKNOWN, *mailboxes.LIKELY_UNKNOWN),
        *(mailboxes.EDGE, mailboxes.REJECTED, mailboxes.UNAVAILABLE, passing.UNVERIFIED, passing.TOO_BIG),
        *(*passing.GREYLISTING, *passing.THROTTLING),
    ]
    ids = [each.id for each in groups]
    assert len(ids) == len(set(ids))
    assert all(each.words or each.pattern for each in groups)
    assert [each.id for each in groups if len(set(each.words)) != len(each.words)] == []
    assert [word for each in groups for word in each.words if len(word) < 4 and word.isascii()] == []
