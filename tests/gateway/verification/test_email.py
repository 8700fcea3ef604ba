"""E-mail verdicts: a table of real cases, and what must hold for every one of them."""

from datetime import timedelta

import pytest

from gateway.verification.address import EmailSyntax, canonical_email, parse_email
from gateway.verification.answers import DomainMail, ListHits, MailOutcome
from gateway.verification.domains import KNOWN, SPECIAL_USE, TRAPS, suggest_domain
from gateway.verification.email import judge
from gateway.verification.meanings import MEANINGS
from gateway.verification.model import Deliverability, EmailFacts, EmailVerdict
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


@pytest.mark.parametrize(
    ("value", "normalised", "canonical"),
    [
        ("jane@acme.example", "jane@acme.example", "jane@acme.example"),
        ("  Jane.Doe@ACME.Example \n", "Jane.Doe@acme.example", "jane.doe@acme.example"),
        ("jane+news@acme.example", "jane+news@acme.example", "jane+news@acme.example"),
        ("J.A.N.E+news@googlemail.com", "J.A.N.E+news@googlemail.com", "jane@gmail.com"),
        ("jane.doe+x@outlook.com", "jane.doe+x@outlook.com", "jane.doe@outlook.com"),
        ("jane.doe@yahoo.com", "jane.doe@yahoo.com", "jane.doe@yahoo.com"),
        ("jörg@müller.example", "jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("jane@xn--mller-kva.example", "jane@müller.example", "jane@xn--mller-kva.example"),
        ("o'brien@acme.example", "o'brien@acme.example", "o'brien@acme.example"),
        ("用户@例子.example", "用户@例子.example", "用户@xn--fsqu00a.example"),
        ('"jane"@acme.example', "jane@acme.example", "jane@acme.example"),
        ('"jane doe"@acme.example', '"jane doe"@acme.example', '"jane doe"@acme.example'),
        ("+@gmail.com", "+@gmail.com", "+@gmail.com"),
        ("jane@[192.0.2.1]", "jane@[192.0.2.1]", None),
    ],
)
def test_addresses_are_read(value: str, normalised: str, canonical: str | None) -> None:
    """A good address has a normalised form to write to and a canonical form to recognise it by."""
    syntax = parse_email(value)
    assert syntax.error is None
    assert (syntax.normalised, syntax.canonical) == (normalised, canonical)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", R.ADDRESS_EMPTY),
        (" \t\n", R.ADDRESS_EMPTY),
        (f"{'a' * 250}@acme.example", R.ADDRESS_TOO_LONG),
        ("x" * 100_000, R.ADDRESS_TOO_LONG),
        (" " * 100_000, R.ADDRESS_TOO_LONG),
        ("@" * 100_000, R.ADDRESS_TOO_LONG),
        ("jane", R.AT_SIGN_MISSING),
        ("jane.acme.example", R.AT_SIGN_MISSING),
        ("@acme.example", R.AT_SIGN_MISSING),
        ("jane@", R.AT_SIGN_MISSING),
        ("jane\uff20acme.example", R.AT_SIGN_LOOKALIKE),
        ("jane\ufe6bacme.example", R.AT_SIGN_LOOKALIKE),
        ("jane doe@acme.example", R.UNSAFE_CHARACTERS),
        ("jane@acme .example", R.UNSAFE_CHARACTERS),
        ("jane\u200b@acme.example", R.UNSAFE_CHARACTERS),
        ("jane\x00@acme.example", R.UNSAFE_CHARACTERS),
        ("jane\r\nBcc: all@acme.example", R.UNSAFE_CHARACTERS),
        ("jane..doe@acme.example", R.LOCAL_PART_INVALID),
        (".jane@acme.example", R.LOCAL_PART_INVALID),
        ("jane(doe)@acme.example", R.LOCAL_PART_INVALID),
        ("jane@doe@acme.example", R.LOCAL_PART_INVALID),
        (f"{'a' * 65}@acme.example", R.LOCAL_PART_INVALID),
        (f"{'é' * 33}@acme.example", R.LOCAL_PART_INVALID),
        (f"Jane <{'a' * 65}@acme.example>", R.LOCAL_PART_INVALID),
        ("jane@acme", R.DOMAIN_INVALID),
        ("jane@-acme.example", R.DOMAIN_INVALID),
        ("jane@acme..example", R.DOMAIN_INVALID),
        ("jane@acme.example..", R.DOMAIN_INVALID),
        ("jane@.", R.AT_SIGN_MISSING),
        ("jane@acme_corp.example", R.DOMAIN_INVALID),
        ("jane@xn--a.example", R.DOMAIN_INVALID),
        ("jane@10.0.0.1", R.DOMAIN_INVALID),
        ("jane@printer.local", R.DOMAIN_SPECIAL_USE),
        ("jane@acme.test", R.DOMAIN_SPECIAL_USE),
        ("jane@acme.invalid", R.DOMAIN_SPECIAL_USE),
        ("jane@expyuzz4wqqyqhjn.onion", R.DOMAIN_SPECIAL_USE),
        ("jane@localhost", R.DOMAIN_SPECIAL_USE),
        ("Jane Doe <jane@acme.example>", R.DISPLAY_NAME),
    ],
)
def test_bad_syntax_is_diagnosed(value: str, code: ReasonCode) -> None:
    """Each way of being no address has its code; it is proof, and nothing further is asked or claimed."""
    syntax = parse_email(value)
    assert syntax.error is code
    found = judge(syntax, now=NOW)
    assert (found.verdict, found.level, found.score) == (Deliverability.UNDELIVERABLE, Level.SYNTAX, 0)
    assert found.reasons == (code,)
    assert found.facts == EmailFacts()


def test_the_address_inside_a_display_name_is_suggested() -> None:
    """A name with an address in brackets is no address, but the one inside is offered."""
    assert judge(parse_email("Jane <jane@acme.example>"), now=NOW).suggestion == "jane@acme.example"


def test_the_dot_that_ends_a_domain_is_no_part_of_the_address() -> None:
    """`acme.example.` is `acme.example` written out in full (RFC 1034 section 3.1): the same mailbox."""
    assert parse_email("Jane@Acme.example.") == parse_email("Jane@Acme.example")
    allowed = frozenset({"test"})
    assert parse_email("jane@acme.test.", allow_special_use=allowed).normalised == "jane@acme.test"
    assert parse_email("jane@acme.test.").error is R.DOMAIN_SPECIAL_USE


def test_sixty_four_octets_before_the_at_sign_are_the_most_there_is() -> None:
    """RFC 5321 section 4.5.3.1.1 counts octets, not characters; quotes count."""
    assert parse_email(f"{'a' * 64}@acme.example").error is None
    assert parse_email(f"{'é' * 32}@acme.example").error is None
    assert parse_email('"' + "a b" * 20 + '"@acme.example').error is None


def test_a_special_use_name_passes_only_where_wiring_allows_it() -> None:
    """`.test` is refused unless it is allowed by argument; then all other rules still hold."""
    allowed = frozenset({"test"})
    good = parse_email("Jane@Acme.TEST", allow_special_use=allowed)
    assert (good.error, good.domain, good.normalised) == (None, "acme.test", "Jane@acme.test")
    assert parse_email("jane@acme.local", allow_special_use=allowed).error is R.DOMAIN_SPECIAL_USE
    assert parse_email("ja..ne@acme.test", allow_special_use=allowed).error is not None
    assert parse_email(f"{'a' * 250}@a.test", allow_special_use=allowed).error is R.ADDRESS_TOO_LONG


def test_example_names_are_decided_by_dns() -> None:
    """`.example` is no special case for an application (RFC 6761 section 6.5): DNS says what it is."""
    assert "example" not in SPECIAL_USE
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
    assert evidence.lists == ("fake@1", "leadgate-roles@2", "leadgate-typo-traps@2", "leadgate-parking@2")
    assert any(each.startswith("email-validator@2.") for each in evidence.libraries)
    assert (evidence.dns, evidence.mx) == ("mx", ("mx.acme.example",))


def test_json_goes_there_and_back() -> None:
    """What is written can be read back; without personal values nothing of the address is left."""
    cases = [verdict("jane+x@gmial.com", outcome) for outcome in MailOutcome]
    cases += [judge(parse_email("Jane <jane@acme.example>"), now=NOW), judge(parse_email(""), now=NOW)]
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
