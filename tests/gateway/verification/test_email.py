"""E-mail verdicts: a table of real cases, and what must hold for every one of them."""

from datetime import timedelta

import pytest

from gateway.verification.address import EmailSyntax, parse_email
from gateway.verification.answers import DomainMail, ListHits, MailOutcome
from gateway.verification.canonical import canonical_email
from gateway.verification.domains import SPECIAL_USE, TRAPS, suggest_domain
from gateway.verification.email import judge
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability, EmailFacts, EmailVerdict
from gateway.verification.providers import KNOWN
from gateway.verification.reasons import Effect, Level, ReasonCode
from gateway.verification.roles import is_role
from gateway.verification.score import Weights
from tests.gateway.verification.fakes import NOW, FakeLists, mail

CLEAN = FakeLists().hits("acme.example")
R = ReasonCode


def verdict(
    value: str,
    outcome: MailOutcome | DomainMail = MailOutcome.MX,
    *,
    lists: ListHits = CLEAN,
    wanted: Level = Level.DNS,
    risky: frozenset[ReasonCode] = frozenset(),
) -> EmailVerdict:
    """The verdict on `value` when DNS ends like this."""
    syntax = parse_email(value)
    answer = outcome if isinstance(outcome, DomainMail) else mail(syntax.domain, outcome)
    return judge(syntax, lists=lists, dns=answer, wanted=wanted, now=NOW, weights=Weights(risky=risky))


def test_example_names_are_decided_by_dns() -> None:
    """`.example` is no special case for an application (RFC 6761 section 6.5): DNS says what it is."""
    assert "example" not in SPECIAL_USE
    assert not any("." in name for name in SPECIAL_USE)  # the last label of a name is enough to know one
    assert verdict("jane@acme.example", MailOutcome.NXDOMAIN).verdict is Deliverability.UNDELIVERABLE


@pytest.mark.parametrize(
    ("outcome", "expected", "level", "code", "score"),
    [
        (MailOutcome.MX, "deliverable", Level.DNS, R.MX_FOUND, 85),
        (MailOutcome.IMPLICIT_MX, "deliverable", Level.DNS, R.IMPLICIT_MX, 75),
        (MailOutcome.NULL_MX, "undeliverable", Level.DNS, R.NULL_MX, 0),
        (MailOutcome.NXDOMAIN, "undeliverable", Level.DNS, R.DOMAIN_NOT_FOUND, 0),
        (MailOutcome.NODATA, "undeliverable", Level.DNS, R.NO_MAIL_HOST, 0),
        (MailOutcome.NOT_PUBLIC, "risky", Level.DNS, R.MAIL_HOST_NOT_PUBLIC, 25),
        (MailOutcome.MX_UNUSABLE, "risky", Level.DNS, R.MX_HOST_UNUSABLE, 25),
        (MailOutcome.TIMEOUT, "unknown", Level.LISTS, R.DNS_TIMEOUT, 50),
        (MailOutcome.SERVFAIL, "unknown", Level.LISTS, R.DNS_SERVFAIL, 50),
        (MailOutcome.REFUSED, "unknown", Level.LISTS, R.DNS_REFUSED, 50),
        (MailOutcome.UNREACHABLE, "unknown", Level.LISTS, R.DNS_UNREACHABLE, 50),
        (MailOutcome.MALFORMED, "unknown", Level.LISTS, R.DNS_MALFORMED, 50),
        (MailOutcome.UNTRUSTED, "unknown", Level.LISTS, R.RESOLVER_UNTRUSTED, 50),
    ],
)
def test_each_dns_outcome_has_its_verdict(
    outcome: MailOutcome, expected: str, level: Level, code: ReasonCode, score: int
) -> None:
    """Only proof about the address makes it undeliverable; what could not end is unknown and asked again."""
    found = verdict("jane@acme.example", outcome)
    assert (found.verdict.value, found.level, found.score) == (expected, level, score)
    assert code in found.reasons
    assert (found.retry_after is not None) is (expected == "unknown")


def test_every_outcome_is_in_the_table() -> None:
    """No DNS outcome is forgotten: each gives a verdict with a reason of the DNS stage."""
    for outcome in MailOutcome:
        found = verdict("jane@acme.example", outcome)
        assert any(MEANINGS[code].stage is Level.DNS for code in found.reasons)


@pytest.mark.parametrize(
    ("hits", "expected", "code", "score"),
    [
        (ListHits(disposable=True), "risky", R.DISPOSABLE_DOMAIN, 20),
        (ListHits(privacy_relay=True), "deliverable", R.PRIVACY_RELAY_DOMAIN, 85),
        (ListHits(free=True), "deliverable", R.FREE_PROVIDER, 85),
        (ListHits(allowed=True), "deliverable", R.ALLOW_LISTED_DOMAIN, 85),
    ],
)
def test_lists_are_told_apart(hits: ListHits, expected: str, code: ReasonCode, score: int) -> None:
    """Disposable is a doubt; relay, free and allowed are facts that change nothing by themselves."""
    found = verdict("jane@acme.example", lists=hits)
    assert (found.verdict.value, found.score) == (expected, score)
    assert code in found.reasons


def test_a_disposable_address_that_could_not_be_asked_is_unknown() -> None:
    """An open check outranks a doubt: whether the domain lives at all is not known yet."""
    found = verdict("jane@acme.example", MailOutcome.TIMEOUT, lists=ListHits(disposable=True))
    assert (found.verdict, found.score) == (Deliverability.UNKNOWN, 50)
    assert found.facts.disposable is True


def test_role_is_a_fact_until_the_policy_says_otherwise() -> None:
    """A role address is deliverable and flagged; with a policy that names it, it is risky."""
    assert verdict("sales@acme.example").verdict is Deliverability.DELIVERABLE
    assert verdict("sales@acme.example").facts.role is True
    strict = verdict("sales@acme.example", risky=frozenset({R.ROLE_ADDRESS}))
    assert (strict.verdict, strict.score) == (Deliverability.RISKY, 30)
    person = verdict("jane@acme.example", risky=frozenset({R.ROLE_ADDRESS}))
    assert (person.verdict, person.facts.role) == (Deliverability.DELIVERABLE, False)


@pytest.mark.parametrize(
    "local",
    [
        "info",
        "INFO",
        "support+ticket",
        "sales.de",
        "no-reply",
        "noreply",
        "do-not-reply",
        "hr2",
        "team-it",
        "Datenschutz",
        "kontakt",
        "buchhaltung",
        "rrhh",
        "ventas",
        "amministrazione",
        "klantenservice",
        "biuro",
        "contact",
        "press",
        "webmaster",
    ],
)
def test_functions_are_roles(local: str) -> None:
    """Names of functions in eight languages are roles, with tags, numbers and countries."""
    assert is_role(local)


@pytest.mark.parametrize(
    "local", ["jane", "sales.smith", "infosmith", "jane.info", "marketa", "hellen", "x", "2", "", "+info", "..."]
)
def test_persons_are_no_roles(local: str) -> None:
    """A function beside a name is a person."""
    assert not is_role(local)


def test_facts_follow_the_level() -> None:
    """What was not tested is None, never False."""
    untouched = {"smtputf8": False, "gibberish": False, "lookalike": False}
    syntax = verdict("Jane+x@acme.example", wanted=Level.SYNTAX)
    assert (syntax.level, syntax.facts) == (Level.SYNTAX, EmailFacts(tagged=True, **untouched))
    lists = verdict("jane@acme.example", wanted=Level.LISTS)
    assert lists.level is Level.LISTS
    assert (lists.facts.disposable, lists.facts.null_mx, lists.facts.catch_all) == (False, None, None)
    dns = verdict("jane@acme.example")
    assert (dns.facts.null_mx, dns.facts.implicit_mx, dns.facts.spf_reject_all) == (False, False, None)
    late = verdict("jane@acme.example", MailOutcome.TIMEOUT)
    assert (late.facts.null_mx, late.facts.implicit_mx) == (None, None)
    partial = verdict("jane@acme.example", lists=ListHits(disposable=None))
    assert partial.facts.disposable is None


@pytest.mark.parametrize(("level", "code"), [(Level.SMTP, R.SMTP_PROBE_OFF), (Level.VENDOR, R.VENDOR_CHECK_OFF)])
def test_a_check_that_is_not_there_is_said(level: Level, code: ReasonCode) -> None:
    """Wanting more than is set up is unknown at the level reached, unless DNS has proved it dead already."""
    found = verdict("jane@acme.example", wanted=level)
    assert (found.verdict, found.level, found.retry_after) == (Deliverability.UNKNOWN, Level.DNS, None)
    assert code in found.reasons
    assert verdict("jane@acme.example", MailOutcome.NULL_MX, wanted=level).verdict.value == "undeliverable"


def test_a_missing_look_up_is_the_callers_fault() -> None:
    """Judging up to a level without its look-up raises: it never turns into a verdict."""
    syntax = parse_email("jane@acme.example")
    with pytest.raises(ValueError, match="lists"):
        judge(syntax, now=NOW)
    with pytest.raises(ValueError, match="DNS"):
        judge(syntax, lists=CLEAN, now=NOW)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("yahoo.co", "yahoo.com"),
        ("gmx.ed", "gmx.de"),
        ("outlook.cmo", "outlook.com"),
        ("protonmial.com", "protonmail.com"),
        ("t-onlnie.de", "t-online.de"),
        ("acme.con", "acme.com"),
        ("acme.example", None),
        ("gmail.com", None),
        ("yahoo.co.uk", None),
        ("nordwind-logistik.example", None),
        ("com", None),
        ("", None),
    ],
)
def test_typing_errors_are_recognised(typed: str, meant: str | None) -> None:
    """A near miss of a provider gives the provider; a domain of one's own, or a provider's, gives nothing."""
    assert suggest_domain(typed) == meant


def test_a_suggestion_needs_a_dead_domain_or_a_known_trap() -> None:
    """A near miss that receives mail is somebody's domain: nothing is suggested, unless it is a known trap."""
    dead = verdict("jane@gmxx.de", MailOutcome.NXDOMAIN)
    assert dead.suggestion == "jane@gmx.de"
    assert verdict("jane@gmxx.de").suggestion is None
    assert verdict("jane@gmxx.de", MailOutcome.TIMEOUT).suggestion is None
    trap = verdict("jane@gmial.com")
    assert (trap.verdict, trap.suggestion) == (Deliverability.RISKY, "jane@gmail.com")
    assert R.TYPO_TRAP_DOMAIN in trap.reasons
    assert trap.evidence.canonical == "jane@gmial.com"


def test_no_trap_is_a_provider() -> None:
    """The list of traps names no provider, and leads to providers only."""
    assert not set(TRAPS) & set(KNOWN)
    assert set(TRAPS.values()) <= set(KNOWN)


@pytest.mark.parametrize(
    ("outcome", "lifetime"),
    [
        (MailOutcome.MX, timedelta(days=30)),
        (MailOutcome.NXDOMAIN, timedelta(days=1)),
        (MailOutcome.NULL_MX, timedelta(days=7)),
        (MailOutcome.TIMEOUT, timedelta(hours=1)),
    ],
)
def test_a_verdict_expires_by_its_reasons(outcome: MailOutcome, lifetime: timedelta) -> None:
    """The reason with the shortest life says how long the verdict may be relied on."""
    found = verdict("jane@acme.example", outcome)
    assert found.evidence.checked_at == NOW
    assert found.evidence.expires_at == NOW + lifetime


def test_the_evidence_names_what_was_asked() -> None:
    """Lists and libraries come with versions, DNS with its outcome and hosts."""
    evidence = verdict("jane@acme.example").evidence
    assert evidence.lists == ("fake@1", "leadgate-roles@4", "leadgate-typo-traps@3", "leadgate-parking@2")
    assert any(each.startswith("email-validator@2.") for each in evidence.libraries)
    assert (evidence.dns, evidence.mx) == ("mx", ("mx.acme.example",))


def test_json_goes_there_and_back() -> None:
    """What is written can be read back; without personal values nothing of the address is left."""
    cases = [verdict("jane+x@gmial.com", outcome) for outcome in MailOutcome]
    cases += [
        judge(parse_email("Jane <jane@acme.example>"), wanted=Level.SYNTAX, now=NOW),
        judge(parse_email(""), now=NOW),
    ]
    for case in cases:
        assert EmailVerdict.from_json(case.to_json()) == case
        hidden = repr(case.to_json(personal=False))
        assert "jane" not in hidden
        assert "gmial.com" not in hidden


def test_nothing_personal_is_printed() -> None:
    """Neither the syntax nor the verdict shows the address when printed."""
    syntax = parse_email("jane.doe@gmial.com")
    for shown in (repr(syntax), repr(verdict("jane.doe@gmial.com", MailOutcome.NXDOMAIN))):
        assert "jane" not in shown
        assert "gmial.com" not in shown
    assert isinstance(syntax, EmailSyntax)


def test_the_json_of_a_reason_explains_itself() -> None:
    """Each reason comes with stage, subject, polarity, what it means and what to do."""
    data = verdict("jane@acme.example", MailOutcome.UNTRUSTED).to_json()
    last = data["reasons"][-1]
    assert (last["code"], last["stage"], last["subject"]) == ("resolver_untrusted", "dns", "us")
    assert last["retryable"] is True
    assert last["meaning"]
    assert last["action"]
    assert (data["verdict"], data["level"], data["score"], data["retry_after"]) == ("unknown", "lists", 50, 300)


def test_canonical_forms_fold_only_where_the_provider_does() -> None:
    """Dots are ignored by Gmail alone, tags only by providers known to."""
    assert canonical_email("Jane.Doe+a", "gmail.com") == canonical_email("janedoe", "googlemail.com")
    assert canonical_email("jane.doe", "acme.com") != canonical_email("janedoe", "acme.com")
    assert canonical_email("jane+a", "acme.com") != canonical_email("jane", "acme.com")


def test_proof_is_about_the_address_or_its_domain() -> None:
    """No reason about us, and none that may change on asking again, can prove an address undeliverable."""
    for code, means in MEANINGS.items():
        if means.effect is Effect.PROOF:
            assert means.subject.value in {"address", "domain"}, code
            assert not means.retryable, code
