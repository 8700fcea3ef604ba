"""A reply is read from the wire, from one line, and out of a bounce message that quotes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.smtp.reply import LONGEST, Reply, Stage, from_lines, parse
from tests.gateway.verification.smtp.hostile import HOSTILE
from tests.support.cost import cpu_seconds


@pytest.mark.parametrize(
    ("text", "code", "enhanced", "words"),
    [
        ("550 5.1.1 User unknown", 550, "5.1.1", "User unknown"),
        ("550-5.1.1 No such person\r\n550 5.1.1 See the page", 550, "5.1.1", "No such person See the page"),
        ("550-5.1.1 No such person 550-5.1.1 here 550 5.1.1 See it", 550, "5.1.1", "No such person here See it"),
        ("smtp; 550 5.1.1 <x@y.example>: unknown", 550, "5.1.1", "<x@y.example>: unknown"),
        ("SMTP;452 4.2.2 full", 452, "4.2.2", "full"),
        ("550 #5.1.0 Address rejected.", 550, "5.1.0", "Address rejected."),
        ("550 cuda_nsu 5.1.1 <x@y.example>... User unknown", 550, "5.1.1", "<x@y.example>... User unknown"),
        ("554 Sorry, no mailbox here (#5.1.1)", 554, "5.1.1", "Sorry, no mailbox here (#5.1.1)"),
        ("550: 5.1.1 <x@y.example>... User Unknown", 550, "5.1.1", "<x@y.example>... User Unknown"),
        ("250 2.1.5 Ok", 250, "2.1.5", "Ok"),
        ("550", 550, None, ""),
        ("No such mailbox", None, None, "No such mailbox"),
        ("", None, None, ""),
    ],
)
def test_a_reply_is_read_from_one_text(text: str, code: int | None, enhanced: str | None, words: str) -> None:
    """Basic code, enhanced code and words come apart, whichever way the lines were joined."""
    assert parse(text) == Reply(code=code, enhanced=enhanced, text=words)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("550 4.1.1 try later", "its class contradicts the basic code"),
        ("450 5.1.1 no such user", "as above, the other way round"),
        ("550 5.8.1 odd", "there is no subject 8 in the registry"),
        ("550 5.1.1.7 odd", "an IP address or version is no code"),
        ("550 192.0.2.1 is listed", "as above"),
        ("550 the limit is 5.1.1 today", "a number in a sentence is no code"),
        ("550 3.1.1 odd", "there is no class 3"),
        ("550 5.1234.1 odd", "a subject has at most three digits"),
    ],
)
def test_what_is_no_enhanced_code_is_left_out(text: str, why: str) -> None:
    """A code counts only where it stands in its place, is plausible and agrees with the basic one."""
    assert parse(text).enhanced is None, why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "host mx.example.com[192.0.2.1] said: 550 5.1.1 <x@y.example>: no (in reply to RCPT TO command)",
            Reply(code=550, enhanced="5.1.1", text="<x@y.example>: no", stage=Stage.RCPT, host="mx.example.com"),
        ),
        (
            "<x@y.example>: host MX.example.com[2001:db8:550::1] said: 554 no (in reply to end of DATA command)",
            Reply(code=554, text="no", stage=Stage.DATA, host="mx.example.com"),
        ),
        (
            "host mx.example.com[192.0.2.1] refused to talk to me: 421 busy",
            Reply(code=421, text="busy", stage=Stage.CONNECT, host="mx.example.com"),
        ),
        (
            "SMTP error from remote mail server after RCPT TO:<x@y.example>: host mx.example.com [192.0.2.1]: 550 no",
            Reply(code=550, text="no", stage=Stage.RCPT, host="mx.example.com"),
        ),
        (
            "host mx.example.com [192.0.2.1] SMTP error from remote mail server after MAIL FROM:<a@b.example>: 553 no",
            Reply(code=553, text="no", stage=Stage.MAIL, host="mx.example.com"),
        ),
        (
            "192.0.2.1 does not like recipient. Remote host said: 550 5.1.1 no",
            Reply(code=550, enhanced="5.1.1", text="no", stage=Stage.RCPT),
        ),
        (
            "mx.example.com [192.0.2.1] did not like our RCPT TO:550 5.1.1 no",
            Reply(code=550, enhanced="5.1.1", text="no", stage=Stage.RCPT),
        ),
        ("Remote Server returned '550 5.1.10 not found'", Reply(code=550, enhanced="5.1.10", text="not found'")),
        ("Invalid Address, ERROR_CODE :550, ERROR_CODE :5.2.2 full", Reply(code=550, enhanced="5.2.2", text="full")),
        (
            "host mx.example.com[192.0.2.1] said: no such user",
            Reply(code=None, text="no such user", host="mx.example.com"),
        ),
    ],
)
def test_a_reply_is_found_where_a_bounce_message_quotes_it(text: str, expected: Reply) -> None:
    """What Postfix, Exim, qmail, Courier and others write around a reply is known, and says what it answers."""
    assert parse(text) == expected


def test_a_log_of_several_replies_is_cut_after_the_first() -> None:
    """What the server said to the next commands is about those."""
    log = "550 5.1.1 unknown user 503-All RCPT commands were rejected 554 5.5.1 no valid recipients"
    assert parse(log).text == "unknown user"
    assert parse("550 5.5.0 no mailbox 421 4.7.0 too many errors 550 5.5.0 no mailbox").text == "no mailbox"


def test_the_caller_knows_stage_and_server_best() -> None:
    """Whoever held the conversation says what was answered, and by whom; the text is asked only otherwise."""
    assert parse("550 no (in reply to RCPT TO command)", stage=Stage.MAIL).stage is Stage.MAIL
    assert parse("host a.example[192.0.2.1] said: 550 no", host="MX.b.example.").host == "mx.b.example"
    assert from_lines(["550-no", "550 really"], stage=Stage.RCPT) == Reply(code=550, text="no really", stage=Stage.RCPT)


@pytest.mark.parametrize("code", [250, 399, 450, 550, None])
def test_a_no_is_for_now_or_for_good(code: int | None) -> None:
    """4yz is for now, 5yz for good; words that came without a code are taken for good."""
    reply = Reply(code=code)
    assert reply.transient == (code == 450)
    assert reply.permanent == (code in {550, None})


@given(st.text(max_size=300))
def test_anything_is_read(text: str) -> None:
    """No text raises, and what comes out is bounded and plausible."""
    reply = parse(text)
    assert len(reply.text) <= LONGEST
    assert reply.code is None or 200 <= reply.code < 600
    assert reply.enhanced is None or reply.code is None or reply.enhanced[0] == str(reply.code)[0]


@given(st.integers(400, 579), st.integers(0, 7), st.integers(0, 999), st.sampled_from(["no", "x@y.example is unknown"]))
def test_what_is_written_is_read(code: int, subject: int, detail: int, words: str) -> None:
    """A reply written by the book comes back as its parts, on one line or several."""
    enhanced = f"{code // 100}.{subject}.{detail}"
    expected = Reply(code=code, enhanced=enhanced, text=f"{words} {words}")
    assert from_lines([f"{code}-{enhanced} {words}", f"{code} {enhanced} {words}"]) == expected


def test_no_more_is_kept_of_a_reply_than_a_server_may_say() -> None:
    """The words end at the limit, however many lines there are."""
    assert len(parse("550-word\r\n" * 5000).text) <= LONGEST
    assert len(parse("550 " + "word " * 5000).text) == LONGEST


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_little(text: str) -> None:
    """100 kB of anything is read in a moment."""
    assert cpu_seconds(lambda: parse(text), enough=0.2) < 0.2
