"""Laws of whatever verification policy a file can hold."""

from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SetupError
from gateway.policies.loading import load_verification, parse_verification
from gateway.policies.verification import ActionKind, VerificationPolicy, apply
from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailboxAnswer, MailboxOutcome, MailOutcome
from gateway.verification.email import FACT_REASONS, judge
from gateway.verification.meanings import MEANINGS
from gateway.verification.meanings_phone import PHONE
from gateway.verification.model import Deliverability, EmailVerdict
from gateway.verification.reasons import Effect, Level, Polarity, ReasonCode
from tests.gateway.verification.fakes import NOW, mail

SHIPPED = load_verification()
TEXT = (Path(__file__).parents[3] / "gateway/policies/verification.yaml").read_text(encoding="utf-8")
EMAIL = [code for code in ReasonCode if code not in PHONE]
DOUBTS = sorted(code.value for code in EMAIL if MEANINGS[code].effect is Effect.DOUBT)
GOOD = sorted(code.value for code in EMAIL if MEANINGS[code].polarity is Polarity.POSITIVE)
VERDICTS = [*map(str, Deliverability), "missing"]
FIXED = {Deliverability.UNDELIVERABLE, Deliverability.UNKNOWN}

wild_names = st.sampled_from(sorted({*map(str, ReasonCode), *FACT_REASONS, "no_such_code"}))
wild_rules = st.builds(
    lambda action, score: {"action": action} | ({} if score is None else {"hold_below": score}),
    st.sampled_from(["release", "hold", "drop", "retry", "reject"]),
    st.none() | st.integers(0, 101),
)
wild = st.fixed_dictionaries(
    dict.fromkeys(VERDICTS, wild_rules),
    optional={
        "risky_when": st.lists(wild_names, max_size=2),
        "accepted_doubts": st.lists(wild_names, max_size=2),
        "weights": st.dictionaries(wild_names, st.integers(-1, 51), max_size=2),
    },
)

kept = st.sampled_from([{"action": "release"}, {"action": "hold"}])
plain = kept | st.just({"action": "drop"})
good = st.integers(51, 100).map(lambda score: {"action": "release", "hold_below": score})
bad = st.integers(6, 50).map(lambda score: {"action": "release", "hold_below": score})
asked = st.sampled_from([{"action": "release"}, {"action": "hold"}, {"action": "retry", "retry_after_minutes": [5, 9]}])
points = st.tuples(
    st.dictionaries(st.sampled_from(GOOD), st.integers(0, 50), max_size=4),
    st.dictionaries(st.sampled_from(DOUBTS), st.integers(5, 45), max_size=4),
).map(lambda both: both[0] | both[1])
policies = st.fixed_dictionaries(
    {
        "deliverable": kept | good,
        "risky": plain | bad,
        "undeliverable": plain,
        "unknown": asked,
        "missing": plain,
        "risky_when": st.lists(
            st.sampled_from(["role", "free", "tagged", "gibberish", "implicit_mx"]), max_size=3, unique=True
        ),
        "accepted_doubts": st.lists(st.sampled_from(DOUBTS), max_size=4, unique=True),
        "weights": points,
    }
)


def read(email: dict[str, object]) -> VerificationPolicy:
    """The shipped policy with another part on e-mail, read as a file is."""
    data = yaml.safe_load(TEXT)
    data["email"] = email
    return parse_verification(yaml.safe_dump(data))


checks = st.fixed_dictionaries(
    {
        "value": st.sampled_from(["jane@acme.example", "info@acme.example", "j+x@gmial.com", "no address"]),
        "outcome": st.sampled_from(MailOutcome),
        "disposable": st.booleans(),
        "mailbox": st.none()
        | st.builds(MailboxAnswer, outcome=st.sampled_from(MailboxOutcome), catch_all=st.booleans()),
        "wanted": st.sampled_from([Level.LISTS, Level.DNS, Level.SMTP]),
    }
)


def verdict(policy: VerificationPolicy, found: dict[str, object]) -> EmailVerdict:
    """What a policy makes of what was found out."""
    syntax = parse_email(str(found["value"]))
    return judge(
        syntax,
        lists=ListHits(disposable=bool(found["disposable"])),
        dns=mail(syntax.domain, MailOutcome(str(found["outcome"]))),
        mailbox=found["mailbox"],  # type: ignore[arg-type]  # out of a table of strategies
        wanted=Level(str(found["wanted"])),
        now=NOW,
        weights=policy.weights,
    )


@given(wild)
def test_a_file_names_known_codes_and_never_drops_without_a_doubt(email: dict[str, object]) -> None:
    """Whatever a file says, it is refused, or keeps to both."""
    try:
        policy = read(email)
    except SetupError:
        return
    assert {*policy.weights.risky, *policy.weights.accepted, *policy.weights.points} <= set(EMAIL)
    for verdict in (Deliverability.UNKNOWN, Deliverability.DELIVERABLE):
        assert policy.email[verdict].action is not ActionKind.DROP


@given(policies, checks)
def test_a_policy_changes_no_fact(email: dict[str, object], found: dict[str, object]) -> None:
    """Facts, reasons, evidence and level are the same under every policy; so is a verdict by proof or an open check."""
    mine, shipped = verdict(read(email), found), verdict(SHIPPED, found)
    assert (mine.facts, mine.reasons, mine.evidence) == (shipped.facts, shipped.reasons, shipped.evidence)
    assert (mine.level, mine.suggestion) == (shipped.level, shipped.suggestion)
    if {mine.verdict, shipped.verdict} & FIXED:
        assert (mine.verdict, mine.score) == (shipped.verdict, shipped.score)


@given(policies, checks, st.integers(0, 3))
def test_every_action_says_why(email: dict[str, object], found: dict[str, object], attempt: int) -> None:
    """Only what the rule says is done, nothing unknown is dropped, and whatever does not go on names its reasons."""
    policy = read(email)
    mine = verdict(policy, found)
    action = apply(policy, mine, None, attempt)
    if mine.verdict is Deliverability.UNKNOWN:
        assert action.kind is not ActionKind.DROP
    assert (action.reason is None) is (action.kind is ActionKind.RELEASE)
    assert (action.retry_after is None) is (action.kind is not ActionKind.RETRY)
    assert set(action.because) <= set(mine.reasons)
    assert action.because or (mine.verdict is Deliverability.DELIVERABLE and action.kind is ActionKind.RELEASE)
    assert policy.email[mine.verdict].action in {action.kind, ActionKind.RELEASE, ActionKind.RETRY}
