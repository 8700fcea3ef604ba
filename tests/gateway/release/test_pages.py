"""What the pages say, done: the receiver's code verifies, the maps compile, the tables are complete."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.kit.schema import FIELDS
from gateway.enrichment.identity import MAILBOX_PROVIDER
from gateway.release import EventType, Reply
from gateway.release.kit.body import Retraction, render, render_retraction
from gateway.release.kit.mapping import read_map
from gateway.release.kit.signing import sign
from tests.gateway.release.values import DELIVERY_ID, LEAD_ID, NOW, OTHER_SECRET, SECRET, WORDS, message, parcel

DOCS = Path(__file__).parents[3] / "docs"


def blocks(page: str, language: str) -> list[str]:
    """Give the code blocks of a page in one language."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def verifier() -> Callable[[str, Mapping[str, str], bytes], None]:
    """Take the receiver's code from the page."""
    code, _permit = blocks("how-to/receive-webhooks.md", "python")
    space: dict[str, Any] = {}
    exec(compile(code, "receive-webhooks.md", "exec"), space)  # noqa: S102 - our own page
    return cast("Callable[[str, Mapping[str, str], bytes], None]", space["verify"])


def test_the_page_s_receiver_accepts_ours_and_nothing_else() -> None:
    """The twelve lines verify both secrets of a rotation, and refuse another body, secret or time."""
    verify, body, now = verifier(), parcel().body, datetime.now(UTC)
    headers = sign([OTHER_SECRET, SECRET], DELIVERY_ID, now, body)
    verify(SECRET, headers, body)
    verify(OTHER_SECRET, headers, body)
    old = sign([SECRET], DELIVERY_ID, now - timedelta(minutes=6), body)
    for secret, given, sent in (
        (SECRET, headers, body + b" "),
        (SECRET[:-8] + "AAAAAAA=", headers, body),
        (SECRET, old, body),
    ):
        with pytest.raises(ValueError, match=r"signed|old"):
            verify(secret, given, sent)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_map_on_the_page_works(number: int) -> None:
    """A copied map compiles and rewrites a lead."""
    rules = read_map("page", blocks("how-to/map-to-a-crm.md", "yaml")[number])
    assert rules.render(EventType.CREATED, DELIVERY_ID, parcel().body)


def test_the_page_s_own_map_does_what_it_says() -> None:
    """Names joined, nulls left out, an item per property, its own retraction, and its judgement of answers."""
    rules = read_map("page", blocks("how-to/map-to-a-crm.md", "yaml")[2])
    made = json.loads(rules.render(EventType.CREATED, DELIVERY_ID, parcel().body))
    assert made == {
        "external_id": LEAD_ID,
        "email": "anna.schmidt@muster.example",
        "name": "Änna Schmidt",
        "note": WORDS,
        "received": int((NOW - timedelta(minutes=1)).timestamp() * 1000),
        "owner": "inbound",
        "tags": ["autumn", "search"],
        "properties": [{"key": "company", "value": "Muster GmbH"}],
    }
    gone = render_retraction(Retraction(lead_id=LEAD_ID, reason="erasure", deadline=NOW, at=NOW))
    assert json.loads(rules.render(EventType.RETRACTED, DELIVERY_ID, gone)) == {"external_id": LEAD_ID, "delete": True}
    answer = Reply(status=201, headers={}, body=b'{"status": "ok", "record": {"id": 7}}')
    assert rules.success.holds(answer)
    assert rules.remote_id(answer) == "7"


def test_the_reference_names_every_field() -> None:
    """Whatever stands in a message stands on the page, the fields of the connectors included."""
    page = (DOCS / "reference/released-lead.md").read_text(encoding="utf-8")
    data = json.loads(render(message()))["data"]
    names = {*data, *(name for part in ("lead", "contact", "inquiry", "campaign") for name in data[part])}
    released = set(FIELDS) - {MAILBOX_PROVIDER}  # which is judged and never merged
    names |= {field.removeprefix("company.") for field in released if field.startswith("company.")}
    assert sorted(name for name in names if f"`{name}`" not in page) == []
