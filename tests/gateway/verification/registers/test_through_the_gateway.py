"""A register through a whole gateway: from its file to the verdict on a lead and to what the law then says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.verification.probes.register_import import Source, import_register
from gateway.verification.registers import Register
from tests.gateway.verification.registers.making import download
from tests.support.gateway import World, body_of, running_gateway

pytestmark = pytest.mark.integration

LISTED, CLEAR = "+442079460001", "+442079460002"
TODAY = datetime.now(UTC).date()


def import_into(world: World, register: Register, lines: list[str], *, days_old: int = 3) -> None:
    """Import lines under the gateway's own key, while it runs."""
    keys = world.gateway.office.vault.register_keys()
    path = download(world.folder, lines, f"{register}.txt")
    source = Source(register=register, path=path, dated=TODAY - timedelta(days=days_old))
    import_register(source, world.gateway.settings.registers_dir, generation=max(keys), key=keys[max(keys)])


async def posted(world: World, phone: str) -> Mapping[str, Any]:
    """Post a British lead with a number, wait until it was decided, and read it."""
    source, admin = world.client_of(world.keys["web"]), world.client_of(world.keys["admin"])
    person = {"email": "ada@acme.example", "country": "GB", "phone": phone}
    lead_id = body_of(await source.post("/v1/leads", json={"person": person, "inquiry": {"message": "Hello."}}))["id"]
    await world.lead(lead_id, until=("decided", "released"))
    read: Mapping[str, Any] = body_of(await admin.get(f"/v1/leads/{lead_id}"))
    return read


def marketing_call(lead: Mapping[str, Any]) -> tuple[str, str]:
    """What is decided of calls for marketing."""
    return next(
        (each["outcome"], each["reason"])
        for each in lead["decisions"]
        if (each["purpose"], each["channel"]) == ("marketing", "call")
    )


async def test_a_listed_number_is_not_called_for_marketing(tmp_path: Path) -> None:
    """Without files nothing is known; a listing denies; both registers clear leave what only a person can say."""
    async with running_gateway(tmp_path) as world:
        before = await posted(world, LISTED)
        assert before["phone"]["evidence"]["registers"] == ["uk_tps: not_checked", "uk_ctps: not_checked"]
        assert marketing_call(before)[0] == "HOLD"
        import_into(world, Register.UK_TPS, ["0207 9460001"])
        import_into(world, Register.UK_CTPS, ["0207 9460009"])
        listed, clear = await posted(world, LISTED), await posted(world, CLEAR)
        day = TODAY - timedelta(days=3)
        assert listed["phone"]["evidence"]["registers"] == [f"uk_tps@{day}: listed", f"uk_ctps@{day}: not_listed"]
        assert [each["code"] for each in listed["phone"]["reasons"]] == ["phone_valid", "phone_do_not_call"]
        assert marketing_call(listed) == ("DENY", "register_listed")
        assert [each["code"] for each in clear["phone"]["reasons"]] == ["phone_valid"]
        assert clear["phone"]["evidence"]["registers"] == [f"uk_tps@{day}: not_listed", f"uk_ctps@{day}: not_listed"]
        assert marketing_call(clear)[0] == "HOLD"
        answering = [each["outcome"] for each in listed["decisions"] if each["purpose"] == "inquiry_response"]
        assert answering
        assert set(answering) == {"ALLOW"}


async def test_one_number_is_asked_over_http_as_a_lead_is(tmp_path: Path) -> None:
    """`POST /v1/verify/phone` says what registers say, too."""
    async with running_gateway(tmp_path, worker=False, sequencer=False) as world:
        import_into(world, Register.US_DNC, ["212,5550123"])
        admin = world.client_of(world.keys["admin"])
        told = body_of(await admin.post("/v1/verify/phone", json={"phone": "+12125550123"}))
        assert told["evidence"]["registers"] == [f"us_dnc@{TODAY - timedelta(days=3)}: listed"]
