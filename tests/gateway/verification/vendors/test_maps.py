"""The maps of vendors' words: total both ways, and never proof out of what is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.email import judge
from gateway.verification.mailbox import mailbox_reasons
from gateway.verification.meanings import MEANINGS
from gateway.verification.meanings_phone import PHONE
from gateway.verification.model import DELIVERABILITY_OF, Deliverability, EmailVerdict
from gateway.verification.reasons import Effect, Level, Polarity, ReasonCode
from gateway.verification.score import Weights, weigh
from gateway.verification.vendors import hunter, kickbox, neverbounce, zerobounce
from gateway.verification.vendors.maps import WORDS, from_vendor, to_vendor
from gateway.verification.vendors.values import Vendor, VendorFlags
from tests.gateway.verification.fakes import NOW, mail

EMAIL = {code for code in ReasonCode if code not in PHONE}
BAD = {"invalid", "undeliverable"}
GOOD = {"valid", "deliverable"}
OPPOSITE = {
    Deliverability.DELIVERABLE: Deliverability.UNDELIVERABLE,
    Deliverability.UNDELIVERABLE: Deliverability.DELIVERABLE,
}

vendors = st.sampled_from(Vendor)
odd = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.text(max_size=8), max_size=3)
words = st.sampled_from(
    [
        *{word for pair in (*zerobounce.OUTCOMES, *kickbox.OUTCOMES) for word in pair},
        *neverbounce.OUTCOMES,
        *hunter.OUTCOMES,
    ]
)
fields = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("status", "sub_status", "result", "reason"), words | odd),
        "flags": st.lists(st.sampled_from(sorted(neverbounce.FLAGS)), max_size=5) | odd,
        **dict.fromkeys(("accept_all", "smtp_server", "smtp_check", "mx_records", "block", "free_email"), odd),
        **dict.fromkeys(("catchall_domain", "disposable", "role", "free", "regexp", "webmail", "gibberish"), odd),
    },
)
verdicts = st.builds(
    lambda value, outcome, hits, mailbox, wanted, weights: judge(
        (syntax := parse_email(value)),
        lists=hits,
        dns=mail(syntax.domain, outcome),
        mailbox=mailbox,
        wanted=wanted,
        now=NOW,
        weights=weights,
    ),
    st.sampled_from(
        ["jane@acme.example", "info+x@acme.example", "j@gmial.com", "no", '"a b"@acme.example', "a@[192.0.2.1]"]
    ),
    st.sampled_from([MailOutcome.MX, MailOutcome.MX, *MailOutcome]),
    st.builds(
        ListHits, disposable=st.booleans(), free=st.booleans(), denied=st.booleans(), privacy_relay=st.booleans()
    ),
    st.none()
    | st.builds(
        MailboxAnswer,
        outcome=st.sampled_from(MailboxOutcome),
        by=st.sampled_from(["smtp", "zerobounce"]),
        catch_all=st.none() | st.booleans(),
    ),
    st.sampled_from([Level.SYNTAX, Level.LISTS, Level.DNS, Level.SMTP, Level.VENDOR]),
    st.sampled_from(
        [Weights(), Weights(accepted=frozenset({ReasonCode.CATCH_ALL_DOMAIN, ReasonCode.DISPOSABLE_DOMAIN}))]
    ),
)


def read_back(vendor: Vendor, verdict: EmailVerdict) -> Deliverability:
    """What the mailbox check alone says when a verdict told in a vendor's words is read again."""
    answer = from_vendor(vendor, to_vendor(vendor, verdict).fields).answer
    return DELIVERABILITY_OF[weigh(mailbox_reasons(answer)).effect]


@given(vendors, verdicts)
def test_there_and_back_nothing_becomes_its_opposite_or_proof(vendor: Vendor, verdict: EmailVerdict) -> None:
    """A verdict told and read back is never its opposite, proof only where it was, and a yes only of a server."""
    back = read_back(vendor, verdict)
    assert back is not OPPOSITE.get(verdict.verdict)
    if back is Deliverability.UNDELIVERABLE:
        assert verdict.verdict is Deliverability.UNDELIVERABLE
    if back is Deliverability.DELIVERABLE:
        assert verdict.level.rank >= Level.SMTP.rank
        assert verdict.verdict is Deliverability.DELIVERABLE


@given(vendors, verdicts)
def test_a_vendors_bad_word_is_only_told_on_proof(vendor: Vendor, verdict: EmailVerdict) -> None:
    """`invalid` is told where it is proved, and of a full mailbox to who has no other word; `valid` after a yes."""
    told = to_vendor(vendor, verdict)
    full = told.sub_status == "mailbox_quota_exceeded"
    assert (told.status in BAD) is (verdict.verdict is Deliverability.UNDELIVERABLE or full)
    if told.status in GOOD:
        assert verdict.level.rank >= Level.SMTP.rank
        assert verdict.verdict is Deliverability.DELIVERABLE
    known = from_vendor(vendor, told.fields).answer.word or ""
    assert known.split("/")[0] == told.status
    assert "acme" not in json.dumps(dict(told.fields))


FACTS = {
    Vendor.ZEROBOUNCE: {"free_email": "free", "catchall_domain": "catch_all"},
    Vendor.KICKBOX: {"role": "role", "free": "free", "disposable": "disposable", "accept_all": "catch_all"},
    Vendor.HUNTER: {
        "gibberish": "gibberish",
        "disposable": "disposable",
        "webmail": "free",
        "accept_all": "catch_all",
    },
}


@given(verdicts)
def test_what_was_not_tested_is_never_told_as_true_or_false(verdict: EmailVerdict) -> None:
    """A fact that is null stays null in every vendor's fields, and so does a check that was not made or did not end."""
    for vendor, names in FACTS.items():
        told = to_vendor(vendor, verdict).fields
        assert {name: told.get(name) for name in names} == {
            name: getattr(verdict.facts, fact) for name, fact in names.items()
        }
    told, dns = to_vendor(Vendor.HUNTER, verdict).fields, verdict.evidence.dns
    if dns is None or MailOutcome(dns).transient:
        assert told["mx_records"] is None
    refused_us = ReasonCode.SMTP_REFUSED_US in verdict.reasons
    if verdict.level.rank < Level.SMTP.rank:
        expected = (True, True) if refused_us else (None, None)
        assert (told["smtp_server"], told["block"], told["smtp_check"]) == (*expected, None)
    if verdict.level is Level.VENDOR:
        assert told["block"] is None
        assert told["smtp_server"] in {None, ReasonCode.VENDOR_NOT_FOUND in verdict.reasons}


def test_a_server_that_may_accept_everything_has_not_said_that_an_address_does_not_bounce() -> None:
    """Accepted, and nobody tried what it does with an invented address: Hunter's `smtp_check` stays open."""
    syntax = parse_email("jane@acme.example")
    for catch_all, told in ((None, None), (False, True)):
        accepted = MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, by="smtp", catch_all=catch_all)
        dns = mail(syntax.domain, MailOutcome.MX)
        verdict = judge(syntax, lists=ListHits(), dns=dns, mailbox=accepted, wanted=Level.SMTP, now=NOW)
        assert to_vendor(Vendor.HUNTER, verdict).fields["smtp_check"] is told


@given(verdicts)
def test_nothing_is_read_back_as_a_trap_but_a_vendors_trap(verdict: EmailVerdict) -> None:
    """A misspelt domain or one that never sends is a doubt of ours, and nobody's spam trap."""
    for vendor in Vendor:
        back = from_vendor(vendor, to_vendor(vendor, verdict).fields)
        told = ReasonCode.VENDOR_TRAP in verdict.reasons
        assert told or back.answer.outcome is not MailboxOutcome.TRAP
        assert told or back.flags.trap is None


def test_no_word_but_for_a_trap_is_a_trap() -> None:
    """Of each reason's word, also of those that verdicts seldom decide by."""
    for code, word in WORDS[Vendor.ZEROBOUNCE].items():
        back = from_vendor(Vendor.ZEROBOUNCE, {"status": word.status, "sub_status": word.sub})
        assert (back.flags.trap is True) is (code is ReasonCode.VENDOR_TRAP), code


@given(vendors, fields)
def test_every_answer_is_read(vendor: Vendor, given_fields: dict[str, object]) -> None:
    """Whatever fields come, there is an answer of this vendor, with a word, and flags that are true, false or none."""
    reading = from_vendor(vendor, given_fields)
    assert reading.answer.by == vendor.value
    assert reading.answer.word
    assert len(reading.answer.word) < 100
    assert reading.answer.catch_all in {None, True, False}
    for flag in VendorFlags.__dataclass_fields__:
        assert getattr(reading.flags, flag) in {None, True, False}


@pytest.mark.parametrize("vendor", Vendor)
def test_every_reason_has_a_word(vendor: Vendor) -> None:
    """The tables know every reason on an e-mail address, and a proof is nowhere told as a yes, nor a yes as a proof."""
    assert set(WORDS[vendor]) == EMAIL
    for code, word in WORDS[vendor].items():
        means = MEANINGS[code]
        if means.effect is Effect.PROOF:
            assert word.status in BAD, code
        elif word.status in BAD:
            assert code in {ReasonCode.MAILBOX_FULL, ReasonCode.VENDOR_MAILBOX_FULL}
        if word.status in GOOD:
            assert means.polarity is not Polarity.NEGATIVE, code
        if means.effect is Effect.OPEN:
            assert word.status == "unknown", code


def test_every_word_that_is_told_is_documented() -> None:
    """What the tables tell is in the vendor's own vocabulary."""
    for word in WORDS[Vendor.ZEROBOUNCE].values():
        assert (word.status, word.sub or "") in zerobounce.OUTCOMES
    for word in WORDS[Vendor.KICKBOX].values():
        assert (word.status, word.sub or "") in kickbox.OUTCOMES
    for word in WORDS[Vendor.NEVERBOUNCE].values():
        assert word.status in neverbounce.OUTCOMES
        assert word.flag in {None, *neverbounce.FLAGS}
    for word in WORDS[Vendor.HUNTER].values():
        assert word.status in hunter.OUTCOMES


@pytest.mark.parametrize(
    ("vendor", "answer", "outcome", "catch_all"),
    [
        ("zerobounce", {"status": "Valid", "sub_status": ""}, "accepted", None),
        ("zerobounce", {"status": "valid", "sub_status": "accept_all"}, "accepted", True),
        ("zerobounce", {"status": "valid", "catchall_domain": False}, "accepted", False),
        ("zerobounce", {"status": "invalid", "sub_status": "mailbox_not_found"}, "not_found", None),
        ("zerobounce", {"status": "invalid", "sub_status": "no_dns_entries"}, "doubted", None),
        ("zerobounce", {"status": "unknown", "sub_status": "mailbox_not_found"}, "undecided", None),
        ("zerobounce", {"status": "invalid", "sub_status": "mailbox_quota_exceeded"}, "full", None),
        ("zerobounce", {"status": "catch-all"}, "accepted", True),
        ("zerobounce", {"status": "do_not_mail", "sub_status": "role_based_catch_all"}, "accepted", True),
        ("zerobounce", {"status": "do_not_mail", "sub_status": "toxic"}, "trap", None),
        ("zerobounce", {"status": "abuse"}, "trap", None),
        ("zerobounce", {"status": "valid", "sub_status": "role_based"}, "accepted", None),
        ("zerobounce", {"status": "catch-all", "sub_status": "role_based_catch_all"}, "accepted", True),
        ("zerobounce", {"status": "do_not_mail", "sub_status": "role_based_accept_all"}, "accepted", True),
        ("zerobounce", {"status": "do_not_mail", "sub_status": "brand_new"}, "doubted", None),
        ("zerobounce", {"status": "invalid", "sub_status": "brand_new", "catchall_domain": False}, "doubted", False),
        ("zerobounce", {"status": "brand_new", "sub_status": "mailbox_not_found"}, "undecided", None),
        (
            "zerobounce",
            {"status": "invalid", "sub_status": "mailbox_not_found", "catchall_domain": True},
            "doubted",
            True,
        ),
        ("neverbounce", {"result": "valid", "flags": ["has_dns"]}, "accepted", None),
        ("neverbounce", {"result": 0}, "accepted", None),
        ("neverbounce", {"result": True}, "undecided", None),
        ("neverbounce", {"result": "invalid", "flags": ["smtp_connectable", "has_dns_mx"]}, "not_found", None),
        ("neverbounce", {"result": "invalid", "flags": ["has_dns"]}, "doubted", None),
        ("neverbounce", {"result": "invalid", "flags": ["smtp_connectable", "accepts_all"]}, "doubted", True),
        ("neverbounce", {"result": 1, "flags": ["bad_syntax", "smtp_connectable"]}, "doubted", None),
        ("neverbounce", {"result": "catchall"}, "accepted", True),
        ("neverbounce", {"result": "disposable"}, "doubted", None),
        ("kickbox", {"result": "deliverable", "reason": "accepted_email", "accept_all": False}, "accepted", False),
        ("kickbox", {"result": "risky", "reason": "low_deliverability", "accept_all": True}, "accepted", True),
        ("kickbox", {"result": "risky", "reason": "low_deliverability", "accept_all": False}, "doubted", False),
        ("kickbox", {"result": "undeliverable", "reason": "rejected_email", "accept_all": False}, "not_found", False),
        ("kickbox", {"result": "undeliverable", "reason": "rejected_email", "accept_all": True}, "doubted", True),
        ("kickbox", {"result": "undeliverable", "reason": "invalid_domain"}, "doubted", None),
        ("kickbox", {"result": "unknown", "reason": "timeout"}, "undecided", None),
        ("kickbox", {"result": "undeliverable", "reason": "brand_new"}, "doubted", None),
        ("kickbox", {"result": "deliverable", "reason": "brand_new", "accept_all": False}, "accepted", False),
        ("kickbox", {"result": "brand_new", "reason": "rejected_email"}, "undecided", None),
        ("hunter", {"status": "valid", "accept_all": False}, "accepted", False),
        ("hunter", {"status": "accept_all"}, "accepted", True),
        ("hunter", {"status": "invalid", "smtp_server": True, "smtp_check": False}, "not_found", None),
        ("hunter", {"status": "invalid", "smtp_server": True, "smtp_check": False, "block": True}, "doubted", None),
        (
            "hunter",
            {"status": "invalid", "smtp_server": True, "smtp_check": False, "accept_all": True},
            "doubted",
            True,
        ),
        ("hunter", {"status": "invalid", "regexp": False}, "doubted", None),
        ("hunter", {"status": "webmail", "smtp_check": True}, "accepted", None),
        ("hunter", {"status": "webmail"}, "undecided", None),
        ("hunter", {"result": "undeliverable"}, "doubted", None),
        ("hunter", {}, "undecided", None),
    ],
)
def test_words_are_read(vendor: str, answer: dict[str, object], outcome: str, *, catch_all: bool | None) -> None:
    """Each vendor's words mean what its documents say, and prove no more than they do."""
    found = from_vendor(Vendor(vendor), answer).answer
    assert (found.outcome, found.catch_all) == (outcome, catch_all)


def test_an_unknown_word_is_kept_and_personal_text_is_not() -> None:
    """A new word of a vendor is undecided and can be read in the evidence; what could be an address cannot."""
    assert from_vendor(Vendor.KICKBOX, {"result": "Sleepy", "reason": "on_holiday"}).answer.word == "sleepy/on_holiday"
    for text in ("jane@acme.example", "x" * 300, "\x00", "a/b"):
        assert from_vendor(Vendor.ZEROBOUNCE, {"status": "new", "sub_status": text}).answer.word == "new/unreadable"
    assert from_vendor(Vendor.ZEROBOUNCE, {}).answer.word == "unreadable"


def test_flags_are_told_apart_from_the_mailbox() -> None:
    """What a vendor says beside the mailbox is a flag, or None where it says nothing."""
    role = from_vendor(Vendor.ZEROBOUNCE, {"status": "do_not_mail", "sub_status": "role_based", "free_email": "true"})
    assert (role.answer.outcome, role.flags) == (MailboxOutcome.ACCEPTED, VendorFlags(role=True, free=True))
    flags = ["disposable_email", "role_account", "contains_alias", "spelling_mistake", "spamtrap_network"]
    found = from_vendor(Vendor.NEVERBOUNCE, {"result": "unknown", "flags": flags}).flags
    assert found == VendorFlags(disposable=True, role=True, tagged=True, typo=True, trap=True)
    kick = {"result": "risky", "reason": "low_quality", "disposable": True, "role": False, "did_you_mean": "x"}
    assert from_vendor(Vendor.KICKBOX, kick).flags == VendorFlags(disposable=True, role=False, typo=True)
    assert from_vendor(Vendor.HUNTER, {"status": "valid", "gibberish": True}).flags == VendorFlags(gibberish=True)


def test_a_verdict_is_told_in_each_vendors_words() -> None:
    """A catch-all at a role address, and a good address of which no mailbox was asked."""
    syntax, hits = parse_email("info@acme.example"), ListHits(disposable=False, free=False)
    answer = MailboxAnswer(outcome=MailboxOutcome.ACCEPTED, catch_all=True)
    asked = judge(syntax, lists=hits, dns=mail("acme.example"), mailbox=answer, wanted=Level.SMTP, now=NOW)
    plain = judge(syntax, lists=hits, dns=mail("acme.example"), now=NOW)
    told = {vendor.value: (to_vendor(vendor, asked), to_vendor(vendor, plain)) for vendor in Vendor}
    pairs = {name: tuple((each.status, each.sub_status) for each in both) for name, both in told.items()}
    assert pairs == {
        "zerobounce": (("do_not_mail", "role_based_catch_all"), ("unknown", None)),
        "neverbounce": (("catchall", None), ("unknown", None)),
        "kickbox": (("risky", "low_deliverability"), ("unknown", "no_connect")),
        "hunter": (("accept_all", None), ("unknown", None)),
    }
    assert told["neverbounce"][0].fields["flags"] == ["role_account", "has_dns_mx", "accepts_all"]
    assert told["hunter"][0].fields["smtp_check"] is None
