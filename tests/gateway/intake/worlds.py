"""What the tests of intake share: a time, a request and sources."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from gateway.intake import Reading, RequestContext
from gateway.intake.form import Plugin as Form
from gateway.intake.kit.settings import SourceSettings, parse_settings
from gateway.lead import Personal, Submission

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
KEY = b"k" * 32
CONTEXT = RequestContext(received_at=NOW, ip="192.0.2.7", user_agent="Browser/1", challenge_key=KEY)
URLENCODED = "application/x-www-form-urlencoded"


def form(**settings: Any) -> SourceSettings:  # noqa: ANN401 - settings as a person writes them
    """A form source."""
    return parse_settings({"key": "website", "kind": "form", **settings})


def post(
    fields: Mapping[str, str],
    source: SourceSettings | None = None,
    **context: Any,  # noqa: ANN401 - as above
) -> Reading:
    """Read fields as a browser posts them."""
    body = urlencode(fields).encode()
    return Form().read(body, URLENCODED, source or form(), replace(CONTEXT, **context))


def said(submission: Submission) -> dict[str, str]:
    """Everything a submission says, by target, unmasked."""
    found: dict[str, str] = {}
    for part in ("person", "company", "inquiry", "campaign"):
        value = getattr(submission, part)
        for name in type(value).__dataclass_fields__:
            one = getattr(value, name)
            if isinstance(one, Personal):
                found[f"{part}.{name}"] = one.reveal()
            elif isinstance(one, str):
                found[f"{part}.{name}"] = one
    clicks = submission.campaign.click_ids.items()
    return found | {f"campaign.click_ids.{name}": value.reveal() for name, value in clicks}
