"""A vendor's quota outlives the process that counted it."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from gateway.enrichment import LeadEnricher, Windows
from gateway.settings import load
from gateway.wiring import Gateway, connect

pytestmark = pytest.mark.integration

DAY: Final = timedelta(days=1)


def windows_of(gateway: Gateway) -> Windows:
    """The windows that the gateway's connectors are asked through."""
    enricher = gateway.world.enricher
    assert isinstance(enricher, LeadEnricher)
    return enricher._engine._tools.windows


async def call(gateway: Gateway) -> bool:
    """Take one call out of a quota of three a day, and never give its slot back: the process dies in it."""
    now = gateway.office.now()
    limits = ((60, timedelta(minutes=1)), (3, DAY))
    taken = await windows_of(gateway).take_slot(
        "vendor/key", limits=limits, concurrency=1, lease=timedelta(hours=1), now=now
    )
    assert isinstance(taken, str) or taken > now + timedelta(hours=23)
    return isinstance(taken, str)


async def test_a_quota_is_counted_on_after_a_restart(tmp_path: Path) -> None:
    """Three processes make a call each of a daily quota of three; the fourth is told to come again tomorrow."""
    made = []
    for _ in range(4):
        gateway = await connect(load(data_dir=tmp_path / "data"))
        try:
            made.append(await call(gateway))
        finally:
            await gateway.close()
    assert made == [True, True, True, False]
