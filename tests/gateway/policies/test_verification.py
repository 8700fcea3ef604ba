"""The verification policy: each verdict leads where the shipped file says, and a bad file stops the start."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.claims import caps_as_text
from consent.terms import Channel
from gateway.errors import SetupError
from gateway.policies.loading import load_verification, parse_verification
from gateway.policies.verification import Action, ActionKind, EmailRule, VerificationPolicy, apply
from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.email import judge
from gateway.verification.model import Deliverability, EmailVerdict, PhoneVerdict
from gateway.verification.phone import judge as judge_phone
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW, FakeLists, mail
from tests.support.cost import cpu_seconds

SHIPPED = load_verification()
TEXT = (Path(__file__).parents[3] / "gateway/policies/verification.yaml").read_text(encoding="utf-8")


def email(
    outcome: MailOutcome = MailOutcome.MX,
    *,
    value: str = "jane@acme.example",
    disposable: bool = False,
    wanted: Level = Level.DNS,
    policy: VerificationPolicy = SHIPPED,
) -> EmailVerdict:
    """A verdict on an address whose look-up ended like this."""
    syntax = parse_email(value)
    answer = mail(syntax.domain, outcome)
    hits = ListHits(disposable=disposable)
    return judge(syntax, lists=hits, dns=answer, wanted=wanted, now=NOW, weights=policy.weights)


def phone(value: str) -> PhoneVerdict:
    """A verdict on a number in international form."""
    return judge_phone(value, now=NOW)


GOOD_PHONE = phone("+4915123456789")


def caps(action: Action) -> dict[str, str]:
    """The caps as people read them."""
    return caps_as_text(action.caps)


def test_a_good_lead_is_released_without_caps() -> None:
    """A deliverable address and a mobile number: nothing waits."""
    action = apply(SHIPPED, email(), GOOD_PHONE)
    assert action == Action(kind=ActionKind.RELEASE)


@pytest.mark.parametrize("outcome", [MailOutcome.NXDOMAIN, MailOutcome.NULL_MX, MailOutcome.NODATA])
def test_undeliverable_is_dropped(outcome: MailOutcome) -> None:
    """Proof about the address drops the lead, and says by which proof."""
    action = apply(SHIPPED, email(outcome), GOOD_PHONE)
    assert (action.kind, action.reason, action.retry_after) == (ActionKind.DROP, "email_undeliverable", None)
    assert len(action.because) == 1


@pytest.mark.parametrize(
    ("attempt", "wait", "reason"),
    [(0, 15, "email_unknown"), (1, 60, "email_unknown"), (2, 240, "email_unknown"), (3, None, "email_review")],
)
def test_unknown_is_held_and_asked_again(attempt: int, wait: int | None, reason: str) -> None:
    """A check that could not end holds the lead, for 15, 60 and 240 minutes, then for a person."""
    action = apply(SHIPPED, email(MailOutcome.TIMEOUT), GOOD_PHONE, attempt)
    expected = None if wait is None else timedelta(minutes=wait)
    kind = ActionKind.HOLD if wait is None else ActionKind.RETRY
    assert (action.kind, action.reason, action.retry_after) == (kind, reason, expected)
    assert (action.kind.course, action.because) == ("hold", ("dns_timeout",))
    assert apply(SHIPPED, email(MailOutcome.TIMEOUT), None, 99).reason == "email_review"


def test_what_asking_again_cannot_change_goes_to_a_person() -> None:
    """A check that is not set up here is no matter of time."""
    action = apply(SHIPPED, email(wanted=Level.SMTP), GOOD_PHONE)
    assert (action.kind, action.reason, action.retry_after) == (ActionKind.HOLD, "email_review", None)


def test_risky_is_released_with_email_held() -> None:
    """A disposable address does not stop the lead; e-mail to it waits."""
    action = apply(SHIPPED, email(disposable=True), GOOD_PHONE)
    assert action.kind is ActionKind.RELEASE
    assert caps(action) == {"email": "held:disposable_domain"}


def test_a_role_is_no_risk_unless_the_operator_says_so() -> None:
    """Roles pass with the shipped policy; with `risky_when: [role]` their e-mail waits."""
    assert caps(apply(SHIPPED, email(value="info@acme.example"), GOOD_PHONE)) == {}
    strict = parse_verification(TEXT.replace("risky_when: []", "risky_when: [role]"))
    assert strict.weights.risky == {ReasonCode.ROLE_ADDRESS}
    action = apply(strict, email(value="info@acme.example", policy=strict), GOOD_PHONE)
    assert (action.kind, caps(action)) == (ActionKind.RELEASE, {"email": "held:role_address"})


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+4915123456789", {}),
        ("+16502530000", {}),
        ("+4930901820", {"sms": "denied:fixed_line"}),
        ("+18003569377", {"sms": "denied:toll_free"}),
        ("+19005551234", {"call": "denied:premium_rate", "sms": "denied:premium_rate"}),
        ("+15555555555", {"call": "held:phone_not_in_plan", "sms": "held:phone_not_in_plan"}),
        ("030 901820", {"call": "held:phone_region_missing", "sms": "held:phone_region_missing"}),
        ("+1650", {"call": "denied:phone_too_short", "sms": "denied:phone_too_short"}),
    ],
)
def test_a_phone_limits_only_its_own_channels(number: str, expected: dict[str, str]) -> None:
    """Whatever the number is, the lead goes on; a number that may be mobile may get an SMS."""
    action = apply(SHIPPED, email(), phone(number))
    assert action.kind is ActionKind.RELEASE
    assert caps(action) == expected


def test_a_lead_without_contact_points_is_released_with_all_channels_denied() -> None:
    """A lead without e-mail and phone can still be read by a person."""
    action = apply(SHIPPED, None, None)
    assert action.kind is ActionKind.RELEASE
    assert caps(action) == {"email": "denied:no_email", "call": "denied:no_phone", "sms": "denied:no_phone"}


emails = st.builds(
    email, st.sampled_from(MailOutcome), disposable=st.booleans(), wanted=st.sampled_from([Level.DNS, Level.SMTP])
)
phones = st.sampled_from(["+4915123456789", "+4930901820", "+19005551234", "030", "+1650", "", "x"]).map(phone)


@given(emails, phones | st.none(), phones | st.none(), st.integers(0, 5))
def test_a_phone_never_decides_over_the_lead(
    one: EmailVerdict, first: PhoneVerdict | None, second: PhoneVerdict | None, attempt: int
) -> None:
    """Kind, reason and wait are the same whatever the phone verdict; so is the e-mail channel."""
    a, b = apply(SHIPPED, one, first, attempt), apply(SHIPPED, one, second, attempt)
    assert (a.kind, a.reason, a.because, a.retry_after) == (b.kind, b.reason, b.because, b.retry_after)
    assert a.caps.get(Channel.EMAIL) == b.caps.get(Channel.EMAIL)


@given(emails, st.integers(0, 5))
def test_only_proof_drops(one: EmailVerdict, attempt: int) -> None:
    """However often it was tried, a lead is dropped exactly when its address is proved undeliverable."""
    action = apply(SHIPPED, one, None, attempt)
    assert (action.kind is ActionKind.DROP) is (one.verdict.value == "undeliverable")


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("version: 2", "version: 3", "version"),
        ("version: 2\n", "", "version"),
        ("version: 2", "version: '2'", "version: is 2, without quotes"),
        ("risky_when: []", "risky_when: [rolle]", "is no fact; known are role"),
        ("risky_when: []", "risky_when: [disposable]", "is a risk anyway; known are role"),
        ("risky_when: []", "risky_when: [role, free, role]", r"email\.risky_when: role stands there twice"),
        ("allow: []", "allow: [acme.com, '@ACME.com']", r"email\.allow: acme\.com stands there twice"),
        ("action: drop, ", "action: bin, ", "email.undeliverable.action"),
        ("email: held}", "email: maybe}", r"email\.risky\.caps"),
        ("caps: {email: held}", "caps: {fax: held}", "fax"),
        ("action: retry, retry_after_minutes: [15, 60, 240]", "action: drop", "says nothing about the address"),
        ("[15, 60, 240]", "[0]", "retry_after_minutes"),
        (", retry_after_minutes: [15, 60, 240]", "", "action retry needs retry_after_minutes"),
        (
            "action: retry, retry_after_minutes: [15, 60, 240]",
            "action: hold, retry_after_minutes: [15]",
            "write retry for hold",
        ),
        ("{action: drop, hold_when_suggested: true}", "{action: retry, retry_after_minutes: [5]}", "use hold"),
        ("{action: drop, hold", "{action: hold, hold", "belongs to action drop"),
        ("hold_when_suggested: true", "hold_when_suggested: 1", "hold_when_suggested"),
        ("deliverable: {action: release}", "deliverable: {action: release, hold_below: 50}", "51 to 100"),
        ("deliverable: {action: release}", "deliverable: {action: hold, hold_below: 60}", "belongs to action release"),
        ("{action: release, caps: {email: denied}}", "{action: release, hold_below: 9}", "missing takes no hold_below"),
        ("accepted_doubts: []", "accepted_doubts: [catchall]", "is no reason code"),
        ("accepted_doubts: []", "accepted_doubts: [[]]", "is no reason code"),
        ("accepted_doubts: []", "accepted_doubts: [phone_not_in_plan]", "is no reason code of an e-mail"),
        ("accepted_doubts: []", "accepted_doubts: [null_mx]", "null_mx is no doubt"),
        ("accepted_doubts: []", "accepted_doubts: [smtp_timeout]", "smtp_timeout is no doubt"),
        ("accepted_doubts: []", "accepted_doubts: [mx_found]", "mx_found is no doubt"),
        ("weights: {}", "weights: {mx_found: 51}", "weights: mx_found takes 0 to 50"),
        ("weights: {}", "weights: {parked_domain: 46}", "weights: parked_domain takes 5 to 45"),
        ("weights: {}", "weights: {parked_domain: 4}", "weights: parked_domain takes 5 to 45"),
        ("weights: {}", "weights: {parked_domain: true}", r"weights\.parked_domain"),
        ("weights: {}", "weights: {null_mx: 10}", "proof is always 0"),
        ("weights: {}", "weights: {role_address: 10}", "name its fact in risky_when"),
        ("allow: []", "allow: [no domain]", r"email\.allow\.0: has no dot"),
        ("allow: []", "allow: ['[192.0.2.1]']", "is no domain"),
        ("deny: []", "deny: [co.uk]", "public suffix"),
        ("deny: []", "deny: [com]", "has no dot"),
        ("fixed_line:", "landline:", "landline"),
        ("  invalid: {call: denied, sms: denied}\n", "", r"phone\.invalid"),
        ("  valid: {}", "  valid: {}\n  valid: {call: held}", "given twice"),
        ("phone:", "phone: [", "YAML"),
        ("phone:", "phone: " + "[" * 100_000, "nested too deep"),
        ("deliverable: {action: release}", "deliverable: {action: drop}", "deliverable cannot be dropped"),
        ("[15, 60, 240]", "[240, 15]", "each wait is at least as long"),
        ("[15, 60, 240]", "15", r"email\.unknown\.retry_after_minutes: a list belongs here"),
        ("risky_when: []", "risky_when: role", r"email\.risky_when: a list belongs here"),
        ("weights: {}", "weights: []", r"email\.weights: names with values belong here"),
        ("weights: {}", "points: {}", r"email\.points: is no name that belongs here"),
        ("hold_when_suggested: true", "hold_when_suggested: often", "is true or false"),
        ("email: held}", "email: maybe}", "is one of 'allowed', 'held' or 'denied'"),
    ],
)
def test_a_bad_policy_stops_the_start(old: str, new: str, part: str) -> None:
    """Every fault of a policy file is refused with its place."""
    assert old in TEXT
    with pytest.raises(SetupError, match=part):
        parse_verification(TEXT.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "[]", "email", "- a\n- b"])
def test_a_file_that_holds_something_else_is_told_what_belongs_there(text: str) -> None:
    """Not in the words of the library that checks it."""
    with pytest.raises(SetupError, match="the whole file: names with values belong here"):
        parse_verification(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 50_000,
        "? " * 50_000,
        "a: 1\n" * 20_000,
        "".join(f"k{place}: 1\n" for place in range(12_000)),
        TEXT.replace("risky_when: []", f"risky_when: [{'role,' * 20_000}]"),
        TEXT.replace("weights: {}", f"weights: {{{', '.join(f'k{place}: 1' for place in range(9_000))}}}"),
        TEXT.replace("allow: []", f"allow: [{'acme.example,' * 7_500}]"),
        "a: &a [*a]",
        f"version: 1{':1' * 50_000}",
        f"version: 1{':1' * 50_000}.5",
        "a: \ud800",
        f"? 0b{'1' * 40_000}\n: 1\n? 0b{'1' * 40_000}\n: 1\n",
        "version: !!int ''",
    ],
    ids=[
        *("brackets", "dashes", "marks", "one key", "many keys", "facts", "weights", "domains", "itself"),
        *("to the base of 60", "with a fraction", "half a sign", "long names", "no number"),
    ],
)
def test_a_hundred_kilobytes_of_nonsense_are_refused_at_once(text: str) -> None:
    """However deep it is nested, and however often it says the same: the error is short, too."""

    def refused() -> None:
        with pytest.raises(SetupError) as refusal:
            parse_verification(text)
        assert len(str(refusal.value)) < 2_000

    assert cpu_seconds(refused, enough=0.5) < 0.5


def test_a_long_list_of_domains_is_read_as_fast_as_it_is_long() -> None:
    """As of all customers, whom nobody wants to write to as prospects."""
    domains = ", ".join(f"customer{place}.example" for place in range(20_000))
    text = TEXT.replace("deny: []", f"deny: [{domains}]")
    assert cpu_seconds(lambda: parse_verification(text), enough=1.0) < 1.0


@pytest.mark.parametrize(
    "value", ["2024-13-45", "!!bool maybe", "!!int many", "!!float much", "!!timestamp soon", "9" * 5_000, "{[a]: 1}"]
)
def test_what_is_written_like_a_value_and_is_none_is_a_fault_with_its_place(value: str) -> None:
    """A day that the calendar does not have, and the like."""
    with pytest.raises(SetupError, match="line 2"):
        parse_verification(f"version: 2\nemail: {value}\n")


def test_a_policy_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    """An operator's file takes the place of the shipped one; a missing one is named."""
    own = tmp_path / "verification.yaml"
    own.write_text(TEXT.replace("[15, 60, 240]", "[5]"), encoding="utf-8")
    action = apply(load_verification(own), email(MailOutcome.SERVFAIL), None)
    assert action.retry_after == timedelta(minutes=5)
    with pytest.raises(SetupError, match=r"missing\.yaml"):
        load_verification(tmp_path / "missing.yaml")


def test_contradictions_are_refused() -> None:
    """What is allowed is not denied."""
    with pytest.raises(SetupError, match=r"acme\.com stands in allow and in deny"):
        parse_verification(TEXT.replace("allow: []", "allow: [ACME.com]").replace("deny: []", "deny: [acme.com]"))
    with pytest.raises(SetupError, match=r"xn--bcher-kva\.example stands in allow and in deny"):
        parse_verification(
            TEXT.replace("allow: []", "allow: [bücher.example]").replace("deny: []", "deny: ['@XN--bcher-kva.example']")
        )


def test_nothing_under_an_allowed_domain_can_be_denied() -> None:
    """The entry would do nothing, since allow comes first; the other way round it makes an exception."""
    with pytest.raises(SetupError, match=r"mx\.acme\.com in deny does nothing"):
        parse_verification(TEXT.replace("allow: []", "allow: [acme.com]").replace("deny: []", "deny: [mx.Acme.com]"))
    own = parse_verification(TEXT.replace("allow: []", "allow: [mx.acme.com]").replace("deny: []", "deny: [acme.com]"))
    assert own.allowed == {"mx.acme.com"}
    assert own.denied == {"acme.com"}


def test_what_has_a_suggestion_waits_for_a_person() -> None:
    """A stray sign or a typing error costs no lead; without another address as suggestion it is dropped as ever."""
    stray = judge(parse_email("jane@acme.example,"), wanted=Level.SYNTAX, now=NOW)
    action = apply(SHIPPED, stray, GOOD_PHONE)
    assert (action.kind, action.reason, action.because) == (ActionKind.HOLD, "email_review", ("domain_invalid",))
    hopeless = judge(parse_email("jane at acme"), wanted=Level.SYNTAX, now=NOW)
    assert apply(SHIPPED, hopeless, GOOD_PHONE).reason == "email_undeliverable"
    syntax = parse_email("jane@gmial.com")
    lists = FakeLists().hits(syntax.domain)
    dead = judge(syntax, lists=lists, dns=mail(syntax.domain, MailOutcome.NXDOMAIN), now=NOW)
    assert (dead.suggestion, apply(SHIPPED, dead, GOOD_PHONE).kind) == ("jane@gmail.com", ActionKind.HOLD)
    named = replace(dead, suggestion=dead.evidence.normalised)
    assert apply(SHIPPED, named, GOOD_PHONE).kind is ActionKind.DROP
    own = parse_verification(TEXT.replace(", hold_when_suggested: true", ""))
    assert apply(own, stray, GOOD_PHONE).kind is ActionKind.DROP


def test_a_file_of_version_1_says_what_to_rename() -> None:
    """Every word that has changed is named with its place and the new one."""
    old = TEXT.replace("version: 2", "version: 1").replace("action: drop", "action: reject")
    with pytest.raises(SetupError) as told:
        parse_verification(old.replace("action: retry", "action: hold"), name="own.yaml")
    for part in (
        "own.yaml",
        "version: 2",
        "email.undeliverable: write `action: drop`",
        "email.unknown: write `action: ret",
    ):
        assert part in told.value.detail
    for broken in ("version: 1", "version: 1\nemail: 3", "version: 1\nemail: {risky: 3}"):
        with pytest.raises(SetupError, match="version: 2"):
            parse_verification(broken)


def test_domains_are_read_in_any_alphabet() -> None:
    """Names become A-labels in lower case, as the verifier looks them up."""
    own = parse_verification(TEXT.replace("allow: []", "allow: [Bücher.Example, '@acme.com']"))
    assert own.allowed == {"xn--bcher-kva.example", "acme.com"}
    assert own.denied == frozenset()


def test_accepted_doubts_release_without_a_cap_and_stay_on_record() -> None:
    """A disposable domain that the operator accepts is no risk; the action still says that it is one."""
    own = parse_verification(TEXT.replace("accepted_doubts: []", "accepted_doubts: [disposable_domain]"))
    action = apply(own, email(disposable=True, policy=own), GOOD_PHONE)
    assert (action.kind, caps(action), action.because) == (ActionKind.RELEASE, {}, ("disposable_domain",))


def test_a_score_under_the_threshold_waits_for_a_person() -> None:
    """It is held for review, because of what made the score: doubts, or the little that speaks for the address."""
    text = TEXT.replace("risky: {action: release,", "risky: {action: release, hold_below: 30,")
    own = parse_verification(
        text.replace("deliverable: {action: release}", "deliverable: {action: release, hold_below: 70}")
    )
    bad = apply(own, email(disposable=True, policy=own), GOOD_PHONE)
    assert (bad.kind, bad.reason, bad.because) == (ActionKind.HOLD, "email_review", ("disposable_domain",))
    thin = apply(own, email(wanted=Level.LISTS, policy=own), GOOD_PHONE)
    assert (thin.kind, thin.reason, thin.retry_after) == (ActionKind.HOLD, "email_review", None)
    assert thin.because == ("syntax_ok", "lists_clear")
    assert apply(own, email(policy=own), GOOD_PHONE).kind is ActionKind.RELEASE
    slight = parse_verification(text.replace("weights: {}", "weights: {disposable_domain: 20}"))
    assert apply(slight, email(disposable=True, policy=slight), GOOD_PHONE).kind is ActionKind.RELEASE


def test_caps_beside_a_deliverable_verdict_name_a_reason() -> None:
    """A policy may hold e-mail even where nothing speaks against the address; the cap then names its first reason."""
    own = parse_verification(
        TEXT.replace("deliverable: {action: release}", "deliverable: {action: release, caps: {email: held}}", 1)
    )
    assert caps(apply(own, email(), GOOD_PHONE)) == {"email": "held:syntax_ok"}


def test_no_policy_drops_what_is_unknown() -> None:
    """Nor can one be built that would."""
    with pytest.raises(ValueError, match="says nothing about the address"):
        replace(SHIPPED, email={**SHIPPED.email, Deliverability.UNKNOWN: EmailRule(action=ActionKind.DROP)})
