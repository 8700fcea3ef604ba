"""A challenge proves what it signs, to the form it was made for, for as long as it says."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.kit.challenge import ChallengeExpired, ChallengeFailed, NoticeRef, Proof, issue, verify_challenge
from tests.gateway.intake.solved import NOTICE, challenge, payload, solve
from tests.gateway.intake.worlds import KEY, NOW


def verify(text: str, **changes: Any) -> Proof:  # noqa: ANN401 - one argument changed at a time
    """Check a payload as the form `website` does."""
    return verify_challenge(text, **{"key": KEY, "form": "website", "now": NOW, **changes})


def test_a_solved_challenge_proves_time_and_notice() -> None:
    """The reference implementation solves it, and what was signed comes back."""
    served = NOW - timedelta(seconds=30)
    assert verify(payload(served)) == Proof(
        id="01" * 16, served_at=served, expires_at=served + timedelta(hours=1), notice=NOTICE
    )


def test_a_notice_in_any_script_is_signed_alike() -> None:
    """Both sides write the same canonical JSON for what is not ASCII."""
    notice = NoticeRef(id="Einwilligung für Müller „2026“ \u2028 😀", version=1)
    assert verify(solve(challenge(NOW, notice=notice))).notice == notice


def test_without_a_notice_none_is_proved() -> None:
    """A form need not name one."""
    assert verify(solve(challenge(NOW, notice=None))).notice is None


def test_an_expired_challenge_says_so() -> None:
    """One second over the hour is too late, the hour itself is not."""
    text = payload(NOW)
    assert verify(text, now=NOW + timedelta(hours=1)).served_at == NOW
    with pytest.raises(ChallengeExpired):
        verify(text, now=NOW + timedelta(hours=1, seconds=1))


def test_another_form_or_key_fails() -> None:
    """A proof is good for one form and one key."""
    with pytest.raises(ChallengeFailed):
        verify(payload(NOW), form="other")
    with pytest.raises(ChallengeFailed):
        verify(payload(NOW), key=b"x" * 32)


def _later(data: dict[str, Any]) -> None:
    data["challenge"]["parameters"]["data"]["expires"] += 1


def _cheaper(data: dict[str, Any]) -> None:
    data["challenge"]["parameters"]["keyPrefix"] = ""


def _unsolved(data: dict[str, Any]) -> None:
    data["solution"]["counter"] += 1


def _made_up(data: dict[str, Any]) -> None:
    data["solution"]["derivedKey"] = "00" * 32


def _unsigned(data: dict[str, Any]) -> None:
    del data["challenge"]["signature"]


def _empty(data: dict[str, Any]) -> None:
    data.clear()


@pytest.mark.parametrize("break_it", [_later, _cheaper, _unsolved, _made_up, _unsigned, _empty])
def test_a_changed_payload_fails(break_it: Callable[[dict[str, Any]], None]) -> None:
    """Signature and solution hold every field."""
    data = json.loads(base64.b64decode(payload(NOW)))
    break_it(data)
    with pytest.raises(ChallengeFailed):
        verify(base64.b64encode(json.dumps(data).encode()).decode())


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode())))
def test_garbage_fails_and_nothing_else(text: str) -> None:
    """No text makes the check fall over."""
    with pytest.raises(ChallengeFailed):
        verify(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


whole_parameters = st.fixed_dictionaries(
    dict.fromkeys(("algorithm", "nonce", "salt", "cost", "keyLength", "keyPrefix", "expiresAt", "data"), json_values)
)
whole_solutions = st.fixed_dictionaries({"counter": json_values, "derivedKey": json_values})


@given(json_values | whole_parameters, json_values, json_values | whole_solutions)
def test_odd_types_fail_and_nothing_else(parameters: object, signature: object, solution: object) -> None:
    """No type makes the check fall over."""
    data = {"challenge": {"parameters": parameters, "signature": signature}, "solution": solution}
    with pytest.raises(ChallengeFailed):
        verify(base64.b64encode(json.dumps(data).encode()).decode())


def test_a_payload_over_four_kilobytes_is_not_read() -> None:
    """A long text costs nothing."""
    with pytest.raises(ChallengeFailed):
        verify(payload(NOW) + "=" * 4096)


def test_tokens_have_their_length() -> None:
    """A short nonce could come twice."""
    with pytest.raises(ValueError, match="16"):
        issue(key=KEY, form="f", now=NOW, nonce=b"1", salt=b"2" * 16, lifetime=timedelta(hours=1), cost=1)


def test_the_answer_is_json() -> None:
    """The browser gets the ALTCHA challenge, the times and the notice."""
    said = json.loads(json.dumps(challenge(NOW).to_json()))
    assert said["served_at"] == "2026-03-01T12:00:00Z"
    assert said["expires_at"] == "2026-03-01T13:00:00Z"
    assert said["notice"] == {"id": "news", "version": 2, "language": "de"}
    assert said["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    assert len(said["signature"]) == 64
