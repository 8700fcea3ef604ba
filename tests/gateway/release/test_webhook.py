"""The webhook against a web server in memory: what is sent, and what each answer means."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from gateway.release import Call, DeliveryOutcome, EventType, Parcel, Ports, Receipt, Reply, SendFailed, Target
from gateway.release.kit.mapping import LeadMap, read_map
from gateway.release.webhook import Plugin
from tests.gateway.release.values import DELIVERY_ID, NOW, OTHER_SECRET, PERMIT, SECRET, Web, parcel, reply

URL = "https://crm.example/hooks/leads"


def rules(more: str = "", *, form: bool = False) -> LeadMap:
    """Make a small map."""
    return read_map("test", f"format: {'form' if form else 'json'}\nfields: {{email: data.contact.email}}\n{more}")


async def deliver(
    web: Web, given: Parcel | None = None, *, map_: LeadMap | None = None, secrets: tuple[str, ...] = (SECRET,)
) -> Receipt:
    """Make one attempt."""
    target = Target(name="crm", url=URL, secrets=secrets, map=map_, allow_private=True)
    return await Plugin().deliver(given or parcel(), target, Ports(http=web, folder=Path("unused")), 3.0)


async def test_the_public_package_accepts_the_request() -> None:
    """The body as it is, signed with each secret, the id for ever and the permit of this attempt."""
    web = Web(reply(200))
    receipt = await deliver(web, parcel(timestamp=datetime.now(UTC)), secrets=(SECRET, OTHER_SECRET))
    [call] = web.calls
    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(call.body, dict(call.headers)) == json.loads(parcel().body)
    assert (call.method, call.url, call.allow_private) == ("POST", URL, True)
    assert 2.5 < call.seconds < 3.0  # what it met can still be told in time
    assert call.body == parcel().body
    assert call.headers["webhook-id"] == DELIVERY_ID
    assert call.headers["leadgate-permit"] == PERMIT
    assert call.headers["content-type"] == "application/json"
    assert receipt == Receipt(outcome=DeliveryOutcome.DELIVERED, http_status=200, detail="http_200")


async def test_a_retry_sends_the_same_body_and_id_with_a_new_time() -> None:
    """Only time, signature and permit are new, so that the receiver can tell a repetition."""
    web = Web(reply(500), reply(200))
    await deliver(web, parcel(timestamp=NOW))
    await deliver(web, parcel(timestamp=NOW + timedelta(minutes=5), attempt=2, permit="a.b.c"))
    first, second = web.calls
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    changed = {name for name in first.headers if first.headers[name] != second.headers[name]}
    assert changed == {"webhook-timestamp", "webhook-signature", "leadgate-permit"}


@pytest.mark.parametrize("form", [False, True])
async def test_a_mapped_message_is_signed_as_it_is_sent(form: bool) -> None:  # noqa: FBT001 - two cases
    """The signature covers the rewritten bytes, in JSON and in form encoding."""
    web = Web(reply(200))
    await deliver(web, parcel(timestamp=datetime.now(UTC)), map_=rules(form=form))
    [call] = web.calls
    Webhook(SECRET).verify(call.body, dict(call.headers), json_parse=False)
    assert call.body == (b"email=anna.schmidt%40muster.example" if form else b'{"email":"anna.schmidt@muster.example"}')
    assert call.headers["content-type"].startswith("application/x-www-form" if form else "application/json")


async def test_a_map_may_leave_the_signature_out() -> None:
    """`sign: false` needs no secret; id and permit still travel."""
    web = Web(reply(200))
    assert (await deliver(web, map_=rules("sign: false"), secrets=())).outcome is DeliveryOutcome.DELIVERED
    assert {"webhook-signature", "webhook-timestamp"}.isdisjoint(web.calls[0].headers)
    assert {"webhook-id", "leadgate-permit"} <= set(web.calls[0].headers)


RULES = """
success_when: {status: [200], body: "status != 'error'"}
refused_when: {status: [400]}
response_id: id
"""


@pytest.mark.parametrize(
    ("answer", "outcome", "detail"),
    [
        (reply(200, b'{"id": "77"}'), DeliveryOutcome.DELIVERED, "http_200"),
        (reply(200, b'{"status": "error"}'), DeliveryOutcome.FAILED, "not_accepted"),
        (reply(204), DeliveryOutcome.FAILED, "not_accepted"),
        (reply(400), DeliveryOutcome.FAILED, "refused_400"),
        (reply(404), DeliveryOutcome.RETRY, "http_404"),
        (reply(410), DeliveryOutcome.GONE, "http_410"),
        (reply(503), DeliveryOutcome.RETRY, "http_503"),
    ],
)
async def test_a_map_judges_the_answer(answer: Reply, outcome: DeliveryOutcome, detail: str) -> None:
    """What counts as success or refusal is the map's to say; the rest is as for any webhook."""
    receipt = await deliver(Web(answer), map_=rules(RULES))
    assert (receipt.outcome, receipt.detail) == (outcome, detail)
    assert receipt.remote_id == ("77" if outcome is DeliveryOutcome.DELIVERED else None)


@pytest.mark.parametrize(
    ("map_", "seconds"),
    [
        (None, 1.0),
        (rules(), 1.0),
        (rules("response_id: id"), 5.0),
        (rules("success_when: {body: ok}"), None),
        (rules("refused_when: {body: bad}"), None),
    ],
)
async def test_a_body_that_decides_nothing_is_not_waited_for(map_: LeadMap | None, seconds: float | None) -> None:
    """The status is known by then; a map that judges the body, or wants the receiver's id from it, waits."""
    web = Web(reply(200))
    await deliver(web, map_=map_)
    assert web.calls[0].body_seconds == seconds


async def test_a_message_that_does_not_fit_is_never_sent() -> None:
    """It fails with the place in the map; the receiver hears nothing."""
    web = Web(reply(200))
    receipt = await deliver(web, parcel(event=EventType.RETRACTED), map_=rules())
    assert (receipt.outcome, receipt.detail) == (DeliveryOutcome.FAILED, "map:lead.retracted_not_supported")
    assert web.calls == []


@pytest.mark.parametrize("secrets", [(), ("whsec_damaged",)])
async def test_nothing_leaves_unsigned(secrets: tuple[str, ...]) -> None:
    """Without a secret that can be read nothing is sent."""
    web = Web(reply(200))
    assert (await deliver(web, secrets=secrets)).detail == "secret_unusable"
    assert web.calls == []


@pytest.mark.parametrize(("retryable", "outcome"), [(True, DeliveryOutcome.RETRY), (False, DeliveryOutcome.FAILED)])
async def test_no_answer_is_retried_if_it_may_help(retryable: bool, outcome: DeliveryOutcome) -> None:  # noqa: FBT001 - two cases
    """A dead connection may live again; an address that may not be asked will not."""
    receipt = await deliver(Web(SendFailed(retryable=retryable, detail="address_not_public")))
    assert receipt == Receipt(outcome=outcome, detail="address_not_public")


async def test_a_client_that_never_answers_meets_the_deadline() -> None:
    """The plug-in keeps its own time, whatever the client does."""

    class Deaf:
        async def send(self, call: Call) -> Reply:
            await asyncio.sleep(60)
            raise AssertionError(call)

    target = Target(name="crm", url=URL, secrets=(SECRET,))
    receipt = await Plugin().deliver(parcel(), target, Ports(http=Deaf(), folder=Path("unused")), 0.02)
    assert receipt == Receipt(outcome=DeliveryOutcome.RETRY, detail="deadline")


@pytest.mark.parametrize(("status", "seconds"), [(429, 90), (503, 90), (200, None), (410, None)])
async def test_retry_after_is_read_where_there_is_a_next_time(status: int, seconds: int | None) -> None:
    """A wait stands in the receipt exactly when another attempt is due."""
    receipt = await deliver(Web(reply(status, headers={"retry-after": "90"})))
    assert receipt.retry_after == (None if seconds is None else timedelta(seconds=seconds))


async def test_a_retraction_is_acknowledged_by_its_answer() -> None:
    """2xx on lead.retracted is the receiver's word; on anything else it is not."""
    assert (await deliver(Web(reply(204)), parcel(event=EventType.RETRACTED))).acknowledged
    assert not (await deliver(Web(reply(500)), parcel(event=EventType.RETRACTED))).acknowledged
    assert not (await deliver(Web(reply(204)))).acknowledged
