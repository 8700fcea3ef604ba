"""What a way in is told of a request besides its body."""

import pytest

from gateway.intake import RequestContext, global_privacy_control
from tests.gateway.intake.worlds import NOW


@pytest.mark.parametrize(
    ("header", "signal"), [("1", True), ("0", None), ("", None), ("1 ", None), ("true", None), (None, None)]
)
def test_global_privacy_control_is_exactly_one(header: str | None, signal: bool | None) -> None:  # noqa: FBT001 - a table
    """Another value is no signal at all."""
    assert global_privacy_control(header) is signal


def test_a_context_is_read_off_headers() -> None:
    """Only what intake needs is taken."""
    headers = {
        "user-agent": "B/1",
        "referer": "https://a.example/",
        "origin": "https://a.example",
        "sec-gpc": "1",
        "cookie": "x",
    }
    assert RequestContext.of(headers, received_at=NOW, ip="192.0.2.1", challenge_key=b"k") == RequestContext(
        received_at=NOW,
        ip="192.0.2.1",
        user_agent="B/1",
        referer="https://a.example/",
        origin="https://a.example",
        gpc=True,
        challenge_key=b"k",
    )
