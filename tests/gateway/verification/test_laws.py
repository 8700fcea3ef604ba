"""Laws of the score and of the table of reasons, for whatever set of reasons."""

from typing import Any

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.verification import address
from gateway.verification.address import parse_email
from gateway.verification.domains import SPECIAL_USE
from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import Effect, Polarity, ReasonCode
from gateway.verification.score import NEUTRAL_SCORE, Weights, lifetime, retry_delay, weigh

codes = st.lists(st.sampled_from(list(ReasonCode)), unique=True, max_size=12)
ended = st.lists(
    st.sampled_from([code for code, means in MEANINGS.items() if means.effect is not Effect.OPEN]),
    unique=True,
    max_size=12,
)


def side(score: int) -> int:
    """On which side of "nothing known" a score is: -1, 0 or 1."""
    return (score > NEUTRAL_SCORE) - (score < NEUTRAL_SCORE)


def test_every_code_has_its_meaning() -> None:
    """The table knows every code, and weighs each by its effect."""
    assert set(MEANINGS) == set(ReasonCode)
    for code, means in MEANINGS.items():
        assert means.meaning.endswith("."), code
        assert means.action.endswith("."), code
        assert 0 <= means.points <= 50, code
        expected = {Effect.PROOF: 50, Effect.OPEN: 0}.get(means.effect, means.points)
        assert means.points == expected, code
        assert (means.polarity is Polarity.NEUTRAL) is (means.points == 0), code
        assert means.retryable <= (means.effect is Effect.OPEN), code


@given(codes)
def test_the_score_is_fifty_plus_its_contributions(reasons: list[ReasonCode]) -> None:
    """The score stays within 0 and 100 and is explained to the point."""
    found = weigh(reasons)
    assert 0 <= found.score <= 100
    assert found.score == NEUTRAL_SCORE + sum(each.points for each in found.contributions)
    assert {each.code for each in found.contributions} <= set(reasons)


@given(codes)
def test_an_open_check_is_fifty_unless_there_is_proof(reasons: list[ReasonCode]) -> None:
    """Proof is 0 and nothing else is; an open check without proof is 50 by construction."""
    found = weigh(reasons)
    effects = {MEANINGS[code].effect for code in reasons}
    assert (found.score == 0) is (Effect.PROOF in effects)
    if Effect.OPEN in effects and Effect.PROOF not in effects:
        assert (found.effect, found.score) == (Effect.OPEN, NEUTRAL_SCORE)


@given(ended, ended)
def test_more_proof_never_moves_toward_fifty(before: list[ReasonCode], more: list[ReasonCode]) -> None:
    """Whatever else comes to light, the score either leaves for the other side or moves away from 50."""
    old = weigh(before).score
    new = weigh([*before, *(code for code in more if code not in before)]).score
    assert side(old) == 0 or side(new) != side(old) or abs(new - NEUTRAL_SCORE) >= abs(old - NEUTRAL_SCORE)
    # And it changes sides in one direction only: what speaks for it never outweighs a doubt or a proof.
    assert not (side(old) < 0 < side(new))


@given(codes, st.randoms(use_true_random=False))
def test_the_order_of_reasons_does_not_matter(reasons: list[ReasonCode], random: object) -> None:
    """Effect and score are the same in whatever order the reasons stand."""
    shuffled = list(reasons)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert (weigh(reasons).effect, weigh(reasons).score) == (weigh(shuffled).effect, weigh(shuffled).score)


@given(codes, st.frozensets(st.sampled_from([code for code, m in MEANINGS.items() if m.effect is Effect.NONE])))
def test_a_policy_can_only_add_doubts(reasons: list[ReasonCode], doubted: frozenset[ReasonCode]) -> None:
    """What an operator takes for a risk lowers the score or leaves it; it makes no proof and ends no check."""
    plain, strict = weigh(reasons), weigh(reasons, weights=Weights(risky=doubted))
    assert strict.score <= plain.score
    if plain.effect in {Effect.PROOF, Effect.OPEN, Effect.DOUBT}:
        assert strict.effect is plain.effect
    elif doubted.intersection(reasons):
        assert (strict.effect, side(strict.score)) == (Effect.DOUBT, -1)


@given(codes.filter(bool))
def test_lifetime_and_retry_follow_the_reasons(reasons: list[ReasonCode]) -> None:
    """The shortest lifetime counts; waiting makes sense only where a check was left open."""
    assert lifetime(reasons) == min(MEANINGS[code].ttl for code in reasons)
    waits = [MEANINGS[code].retry_after for code in reasons if MEANINGS[code].retryable]
    assert retry_delay(reasons) == (max(each for each in waits if each is not None) if waits else None)


_LABELS = st.text(alphabet="abXY09-é_", max_size=8) | st.sampled_from(["gmail", "com", "de", "test", "local", "a" * 63])
_DOMAINS = st.lists(_LABELS, max_size=4).map(".".join)
_LOCALS = st.text(alphabet="abXY09.+-_'\"@ é<>\\!", max_size=12) | st.sampled_from(["INFO", "Postmaster", "a" * 65])
_ADDRESSES = st.tuples(_LOCALS, _DOMAINS).map("@".join) | st.text(max_size=20)


@given(_ADDRESSES, st.sampled_from([frozenset(), frozenset({"test"}), frozenset(SPECIAL_USE)]))
@example("Ada.Lovelace+x@Mail.ACME.com", frozenset())
@example("WebMaster@acme.com", frozenset())
@example("ada@acme.test", frozenset({"test"}))
@example("ada@ACME.Test", frozenset({"test"}))
@example("ada@xn--mller-kva.de", frozenset())
@example("ada@" + "a." * 124 + "de", frozenset())
@example("a" * 64 + "@" + "b." * 94 + "de", frozenset())
@example("ada@acme", frozenset())
@example("ada@acme.com.", frozenset())
@example("ada@1.2.3.4", frozenset())
@example("ada@acme.123", frozenset())
@example("ada@ab--cd.com", frozenset())
@example("ada@-acme.com", frozenset())
@example("ada@acme.localhost", frozenset())
@example("ada..b@acme.com", frozenset())
def test_the_shortest_way_reads_as_the_next_does(value: str, allowed: frozenset[str]) -> None:
    """An address is the same whether one pattern read it all or its parts were read; see also `test_email_strings`."""
    short = parse_email(value, allow_special_use=allowed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(address, "_plain", lambda *_: None)
        assert short == parse_email(value, allow_special_use=allowed)


def test_the_short_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is not asked about letters from left to right, in either form; about other domains it is, once."""
    asked: list[str] = []
    real: Any = email_validator.validate_email

    def spy(value: str, **options: object) -> object:
        asked.append(value)
        return real(value, **options)

    monkeypatch.setattr(email_validator, "validate_email", spy)
    for value in ("ada@short-way.example", "Ada.Lovelace@Short-Way.example", "info@another.example", " a@b.example\n"):
        assert parse_email(value).error is None
    assert asked == []
    read_here = ("short-w\u00e4y", "xn--mllerx-3ya", "Gr\u00f6\u00dfer", "\u05d3\u05e8\u05da")
    for value in (f"ada@{label}.example" for label in read_here):
        assert parse_email(value).error is None
    assert asked == []
    for value in ("ada@\uff41\uff43\uff4d\uff45.example", "info@\uff41\uff43\uff4d\uff45.example"):
        assert parse_email(value).error is None
    assert asked == ["a@\uff41\uff43\uff4d\uff45.example"]
