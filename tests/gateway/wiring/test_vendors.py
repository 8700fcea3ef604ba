"""Who is asked beside mail servers, as the settings say it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.errors import BadSettings
from connectors.kit import Manifest
from gateway.enrichment.alone import OwnAnswers, OwnCalls
from gateway.errors import SetupError
from gateway.facts import Vendor
from gateway.settings import Settings, load
from gateway.verification.answers import MailboxOutcome
from gateway.verification.probes.mailboxes import DomainMailboxes, Mailbox
from gateway.wiring.vendors import mailboxes_alone, vendors
from tests.conformance.connectors.test_broken import GOOD, Sound
from tests.gateway.enrichment.doubles import World
from tests.gateway.verification.fakes import NOW, mail

KEY: Final[dict[str, Any]] = {"zerobounce": {"api_key": "s3cret-of-the-vendor", "transfer": "scc"}}


def settings(folder: Path, **changes: object) -> Settings:
    """Settings beside the defaults."""
    return load(data_dir=folder, **changes)


def test_level_vendor_needs_one(tmp_path: Path) -> None:
    """A gateway that could never reach its level does not start."""
    with pytest.raises(SetupError, match="name its connector in LEADGATE_MAILBOX_VENDOR"):
        vendors(settings(tmp_path, verification_level="vendor", connectors=KEY), World({}, []).tools)


@pytest.mark.parametrize(("level", "asked"), [("dns", False), ("lists", False), ("smtp", True), ("vendor", True)])
def test_who_is_never_asked_has_no_part_in_decisions(tmp_path: Path, level: str, asked: bool) -> None:  # noqa: FBT001 - a parameter
    """Below the level of a mailbox check the vendor is not built, and a look-up is about the company alone."""
    made = vendors(
        settings(tmp_path, verification_level=level, mailbox_vendor="zerobounce", connectors=KEY), World({}, []).tools
    )
    assert (made.mailboxes is not None) is asked
    known = [Vendor(country=each.country, transfer=each.transfer) for each in made.engine.vendors]
    assert [(each.country, str(each.transfer)) for each in known] == ([("US", "scc")] if asked else [])


def test_by_hand_the_level_is_the_callers(tmp_path: Path) -> None:
    """Named is enough; other connectors' settings are nobody's business there."""
    tools = World({}, []).tools
    others = {"people_data_labs": {"api_key": "k", "min_likelihood": "no number"}}
    made = mailboxes_alone(settings(tmp_path, mailbox_vendor="zerobounce", connectors={**KEY, **others}), tools)
    assert made is not None
    assert made.entry.manifest.id == "zerobounce"
    assert mailboxes_alone(settings(tmp_path, connectors=KEY), tools) is None
    with pytest.raises(BadSettings, match="one of any, us, eu"):
        mailboxes_alone(
            settings(tmp_path, mailbox_vendor="zerobounce", connectors={"zerobounce": {"api_key": "k", "region": "x"}}),
            tools,
        )


async def test_by_hand_an_address_that_comes_again_is_known(tmp_path: Path) -> None:
    """Hundreds of lines later, in another batch: it is neither paid for twice, nor unknown since it was paid for."""
    world = World({"api.zerobounce.net": [{"status": "valid", "sub_status": "", "address": "ada@acme.example"}]}, [])
    tools = replace(world.tools, cache=OwnAnswers(), calls=OwnCalls())
    made = mailboxes_alone(settings(tmp_path, mailbox_vendor="zerobounce", connectors=KEY), tools)
    assert made is not None
    batch = [DomainMailboxes(mail=mail("acme.example"), mailboxes=(Mailbox(address="ada@acme.example"),))]
    answers = [(await made.check(batch, now=NOW))["ada@acme.example"] for _ in range(2)]
    assert [each.outcome for each in answers] == [MailboxOutcome.ACCEPTED] * 2
    assert world.vendors.asked("api.zerobounce.net") == 1


def test_the_settings_say_what_may_be_spent(tmp_path: Path) -> None:
    """A budget that names no connector stops the start; goal and limits reach whoever asks."""
    budgets = {"day_budget_minor": 500, "vendor_day_budget_minor": {"people_data_labs": 70}}
    more = {"required": "company.industry", "max_age_days": 30}
    made = vendors(settings(tmp_path, enrichment={**budgets, **more}), World({}, []).tools)
    assert made.engine.plan.goal.required == {"company.industry"}
    assert made.engine.plan.goal.max_age == timedelta(days=30)
    pots = made.engine.limits.pots("people_data_labs", None, NOW)
    assert [(pot.kind, pot.limit_micros) for pot in pots] == [("day", 5_000_000), ("vendor", 700_000)]
    with pytest.raises(SetupError, match="names nobody, but no such connector is installed"):
        vendors(settings(tmp_path, enrichment={"vendor_day_budget_minor": {"nobody": 1}}), World({}, []).tools)


def test_connectors_that_share_a_budget_have_one_amount(tmp_path: Path) -> None:
    """Of two amounts for one budget neither wins silently: the start stops; one amount, named once or twice, counts."""
    shared = {"rate": {**GOOD["rate"], "scope": "shop"}}
    beside = {
        name: type("Plugin", (Sound,), {"manifest": Manifest.model_validate({**GOOD, **shared, "id": name})})
        for name in ("shop_one", "shop_two")
    }

    def made(**amounts: int) -> int | None:
        chosen = settings(tmp_path, enrichment={"vendor_day_budget_minor": amounts})
        (_day, pot) = vendors(chosen, World({}, []).tools, beside).engine.limits.pots("shop", None, NOW)
        return pot.limit_micros

    assert [made(shop_one=70), made(shop_one=70, shop_two=70)] == [700_000] * 2
    with pytest.raises(SetupError, match="shares the budget shop"):
        made(shop_one=70, shop_two=80)
