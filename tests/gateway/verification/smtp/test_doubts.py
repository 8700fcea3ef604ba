"""What takes "no such mailbox" back: families of words about the sender, the client, their systems and the hour."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.verification.smtp.classify import classify
from gateway.verification.smtp.doubts import DOUBTS
from gateway.verification.smtp.meaning import Ourselves, ReplyMeaning, ShownBy
from gateway.verification.smtp.reply import parse

UNDELIVERABLE = "550 5.1.1 <x@y.example>: Recipient address rejected: undeliverable address:"
"""What Postfix says of a recipient that the next server did not take, before that server's own words."""

RECORD = "; from=<q@z.example> to=<x@y.example> proto=ESMTP helo=<mx.z.example>"
"""What Postfix's log adds to a reply."""

US = frozenset({ReplyMeaning.REFUSED_US, ReplyMeaning.UNCLEAR})
THEIRS = frozenset({ReplyMeaning.TEMPORARY, ReplyMeaning.UNCLEAR})

ABOUT_US = {
    "sender": [
        "550 Unable to verify sender: address does not exist",
        "550 We could not verify the sender, no such user",
        "550 Sender callback said: mailbox not found",
        "550 5.1.1 Unknown user given as sender",
        "550 Could not verify your address: user unknown",
        "550 Cannot validate you: unknown address",
        "550 Your e-mail address does not exist",
        "550 Return address invalid: no such user",
        "550 5.1.1 Return-address is not a valid mailbox",
        "550 The originating address does not exist",
        "550 Originator unknown address",
        "550 No such user as the originator",
        "550 Reply address not found",
        "550 Bounce address does not exist",
        "550 Reverse-path has no mailbox",
        "550 Invalid address in MAIL",
        "550 5.1.1 User unknown (MAIL FROM)",
        "550 From: unknown user",
        "550 5.1.1 user unknown from=<q@z.example>",
        "550 5.1.1 user unknown; from=<q@z.example>",
        "550 5.1.1 User unknown. We could not verify the sender",
        "550 5.1.1 User unknown; the sender could not be validated",
        "550 5.1.1 No such user, as the sender says. Goodbye",
        "550 5.1.1 Address unknown. Sender: q@z.example",
        "550 5.1.1 Account not found. Sender failed our checks",
        "550 This was the sender's message. No such user",
    ],
    "callback": [
        "550 Callback failed: mailbox not found",
        "550 5.1.1 Callback: no such user",
        "550 Call-back verification says user unknown",
        "550 Callout verification failed: 550 5.1.1 User unknown",
    ],
    "client": [
        "550 Hostname does not exist",
        "550 Your host name does not exist",
        "550 A record for that EHLO does not exist",
        "550 No such user as that HELO",
        "550 MX record for the sending host does not exist",
        "550 5.1.1 reverse record not found",
        "550 PTR does not exist",
        "550 AAAA record does not exist",
        "550 5.1.1 Unknown client",
        "550 Client unknown, address not found",
        "550 unknown user agent",
        "550 5.1.1 User unknown or mail from your range not wanted",
        "550 5.1.1 No mailbox for connections from there",
        "550 5.1.1 Directory harvest attack: unknown user",
        "550 5.1.1 DHA protection: recipient rejected",
        "550 5.1.1 <> not accepted",
        "550 5.1.1 bounce messages not accepted",
        "550 5.1.1 probing not allowed",
        "550 5.1.1 Encryption needed",
        "550 5.1.1 tu IP está en lista negra",
        "550 5.1.1 Ваш IP заблокирован",
    ],
    "address": [
        "550 Sorry, no one with that IP may connect",
        "550 5.1.1 No such user from IP 192.0.2.4 allowed",
        "550 no valid recipients for this session, IP listed",
        "550 Invalid address for relaying: 192.0.2.4",
        "550 5.1.1 RCPT NOT ALLOWED",
        "550 user unknown; IP 192.0.2.1 denied",
        "550 5.1.1 source address refused",
        "550 5.1.1 The recipient refused your message",
        "550 No such user (IP rejected)",
        "550 5.1.1 user unknown. External email is disabled",
        "550 user unknown or external mail is not allowed",
        "550 5.1.1 User unknown: does not accept external mail",
        "550 5.1.1 External emails are rejected",
        "550 no valid recipients for this relay",
        "550 invalid account, relaying refused",
        "550 5.1.1 Not permitted",
        "550 5.1.1 Refused",
        "550 5.1.1 verify your TLS",
        "550 5.1.1 Recipient does not accept external mail",
        "550 \u7528\u6237\u4e0d\u5b58\u5728\u6216IP\u88ab\u62d2\u7edd",
    ],
    "login": [
        "550 5.7.1 You are not a known user here, please log in",
        "550 You are not a local user",
        "550 Not a local user; log in first",
        "554 5.7.1 invalid user or password",
        "554 Transaction failed: invalid account credentials",
        "550 5.7.0 Authentication: no such user",
        "550 No such account, sign in first",
        "550 SASL: user not found",
        "550 5.7.1 Unknown user; login is needed",
        "550 Who are you? unknown user",
        "550 unknown user, identify yourself",
        "550 User unknown for submission",
        "550 5.1.1 User unknown. You must log on",
        "550 5.1.1 User unknown. You must first sign on",
        "550 5.1.1 No such user, you must check for mail first",
        "550 5.1.1 Unknown user. You must send from a registered machine",
    ],
    "message": [
        "550 Invalid e-mail headers, mail rejected",
        "550 Message-ID is not a valid address",
        "550 5.1.1 Unknown user in the To header",
        "550 MAIL command: unknown address",
        "550 no such user, or the content scanner said no",
        "550 user not found, quarantine of 192.0.2.9",
        "550 invalid recipient count; mail refused",
    ],
    "stranger": [
        "550 You have no mailbox here",
        "550 This user does not exist for you",
        "550 Recipient not found for mails from outside",
        "550 5.1.1 no such recipient (we refuse all mail from there)",
        "550 5.1.1 recipient not found. (range 192.0.2.0/24 not welcome)",
        "550 5.1.1 Mailbox not found or you are on our list",
        "550 your address not found in our contacts",
        "550 Address unknown to our list of trusted mailers",
        "550 5.1.1 This account does not exist or has not opted in to receive from you",
        "550 5.7.1 User not found in directory of allowed senders",
        "550 This mailbox only takes mail from known contacts; unknown address",
    ],
}

ABOUT_THEM = {
    "look-up": [
        "550 LDAP server unavailable: recipient not found",
        "550 5.1.1 User unknown, LDAP time-out",
        "550 5.1.1 Recipient address rejected: User unknown in virtual alias table; database lookup error",
        "550 Temporary lookup failure: unknown user",
        "550 5.1.1 recipient not found: directory service is down",
        "550 5.1.1 no such user (error while reading the user database)",
        "550 5.1.1 User unknown (LDAP: can't contact the server)",
        "550 5.1.1 recipient lookup incomplete",
        "550 the server is under maintenance: unknown user",
        "550 Error: user lookup failed; unknown user",
        "550 5.1.1 MySQL backend not responding, user unknown",
        "550 5.1.1 Recipient verification currently unavailable",
        "550 5.1.1 Verification timed out: no such user",
        "550 5.1.1 Unable to verify recipient",
        "550 5.1.1 recipient could not be verified",
        "550 5.1.1 Invalid recipients limit exceeded",
    ],
    "hour": [
        "550 5.1.1 timeout",
        "550 5.1.1 over limit",
        "550 limit exceeded: unknown account",
        "550 too many requests for unknown alias",
        "550 unknown address: cannot verify",
        "550 5.3.4 no mailbox space",
        "550 no mailbox server available",
        "550 5.1.1 mailbox temporarily not found; try later",
        "550 5.1.1 User unknown, please try again later",
        "550 5.1.1 No such user at this time",
        "550 Benutzer vorübergehend nicht gefunden",
        "550 Usuario desconocido temporalmente",
        "550 5.1.1 Recipient rejected because of greylisting; nonexistent entry",
    ],
    "route": [
        f"{UNDELIVERABLE} mail for y.example loops back to myself",
        f"{UNDELIVERABLE} Host or domain name not found. Name service error",
        f"{UNDELIVERABLE} connect to mx.y.example[192.0.2.1]:25: Connection timed out",
        f"{UNDELIVERABLE} mail transport unavailable",
        "550 5.4.6 routing loop: user unknown",
        "550 mail server for the recipient not found",
        "550 gateway of this user is unknown",
        "550 5.1.1 transport for recipient does not exist",
        "550 Unrouteable address: no route to host",
        "550 5.1.1 too many hops: user unknown",
        "550 5.1.1 recipient not found, DNS lookup failed",
        "550 5.1.1 internal error: no such user",
        "550 5.1.1 lost connection with inner host: no such recipient",
    ],
    "form": [
        "501 5.1.3 Bad recipient address syntax",
        "550 5.1.1 <x@y.example>: malformed; invalid recipient",
        "553 5.1.3 Bad destination mailbox address syntax",
    ],
}


@pytest.mark.parametrize("text", [text for texts in ABOUT_US.values() for text in texts])
def test_what_is_missing_may_be_the_sender_the_client_or_a_login(text: str) -> None:
    """Who or what does not exist is ours: a refusal or unclear, and no proof against the address."""
    assert classify(parse(text)).meaning in US


@pytest.mark.parametrize("text", [text for texts in ABOUT_THEM.values() for text in texts])
def test_what_failed_may_be_their_own(text: str) -> None:
    """Their directory, their route, the hour or the form: for now or unclear, and no proof against the address."""
    assert classify(parse(text)).meaning in THEIRS


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 User unknown. Please check the address and try again",
        "550 5.1.1 User unknown, please verify your address book",
        "550-5.1.1 The account that you tried to reach does not exist. Please try 550-5.1.1 double-checking it",
        "550 5.1.1 Your message could not be delivered: no such mailbox",
        "550 5.1.1 User unknown, please contact the postmaster",
        "550 5.1.1 Unknown recipient, please inform the sender",
        "550 5.1.1 User unknown; please remove it from your list",
        "550 5.1.1 The recipient does not exist on this mail server",
        "550 5.1.1 <x@y.example>... address lookup in domain map failed",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.1.1 <temporary@loop.example>: User unknown",
        "550 5.1.1 User unknown, see https://sender.example/callback/login",
        "550 5.1.1 User not found in LDAP",
        "550 5.1.1 User unknown in virtual mailbox table",
        "550 5.1.1 User is not our customer",
        "550 5.1.1 User doesn't exist: x@y.example. You must check the address",
        "550 5.1.1 User unknown; you must check the spelling of the recipient's address",
        "550 5.1.1 Recipient not found. Please notify your sender",
        "550 5.1.1 No such user. The sender will be notified",
        "550 5.1.1 This email account does not exist; The sender's message was not delivered",
        f"550 5.1.1 User unknown in virtual mailbox table{RECORD}",
        f"NOQUEUE: reject: RCPT from mx.z.example[192.0.2.1]: 550 5.1.1 <x@y.example>: User unknown{RECORD}",
        f"{UNDELIVERABLE} host mx.y.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)",
        "553 5.3.0 <xx@sbcglobal.example>... Addressee unknown, relay=[192.0.2.1]",
        "550 5.1.1 User unknown [IP: 192.0.2.1]",
        "550 No such user here, IP=192.0.2.1",
        "550 5.1.1 Benutzer unbekannt, relay=mx.b.example",
        "550 unknown address, delivery refused",
        "550 5.1.1 user unknown (external mail)",
        "550 5.1.1 External user not found",
        "550 5.1.1 User does not exist in external directory",
        "550 5.1.1 Unknown address. Message rejected",
        "550 5.1.1 <x@y.example>: Unknown account, message rejected",
        "550 unknown account. Message will be returned to sender.",
        "550 Invalid recipient <x@y.example> IP=[192.0.2.1]",
        "550 5.1.1 <x@y.example>: Invalid recipient, relay=mx.b.example",
        "550 5.1.1 sorry, no mailbox here by that name, relaying refused",
        "550 5.1.1 User unknown (IP: 192.0.2.1). Message rejected",
        "550 5.1.1 Recipient refused",
        "550 5.1.1 not permitted: no such alias",
        "550 5.1.1 x@y.example is not known on this mailbox server",
    ],
)
def test_words_that_only_look_like_doubt_leave_the_proof(text: str) -> None:
    """Advice to the writer, names, links, and tables that were looked into to the end."""
    assert classify(parse(text)).meaning is ReplyMeaning.NO_SUCH_MAILBOX


def test_a_record_of_who_came_is_no_reason() -> None:
    """Our names in what Postfix's log adds count for nothing; in the words before it they still do."""
    us = Ourselves(helo="mx.z.example", sender="q@z.example")
    assert classify(parse(f"550 5.1.1 User unknown{RECORD}"), us=us).meaning is ReplyMeaning.NO_SUCH_MAILBOX
    refused = classify(parse(f"550 5.1.1 User unknown to mx.z.example{RECORD}"), us=us)
    assert refused.by is ShownBy.OURSELVES


WORDS = [word for doubt in DOUBTS for word in doubt.words]


@settings(max_examples=settings().max_examples // 2)
@given(
    word=st.sampled_from(WORDS),
    text=st.sampled_from(["550 5.1.1 User unknown", "550 No such user", "550 5.1.1 gone", "550 Unrouteable address"]),
)
def test_a_word_of_doubt_takes_proof_back(word: str, text: str) -> None:
    """Whatever code and words of a missing mailbox stand before it."""
    assert classify(parse(f"{text} {word} x")).meaning is not ReplyMeaning.NO_SUCH_MAILBOX
    assert classify(parse(text)).meaning is ReplyMeaning.NO_SUCH_MAILBOX
