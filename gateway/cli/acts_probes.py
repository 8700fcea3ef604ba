"""Acts about SMTP probing: its self-test, addresses by hand, and lifting a pause."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from gateway.cli.seat import Seat
from gateway.cli.verdicts import in_json
from gateway.errors import NotFound, SetupError
from gateway.verification.mail_servers import EVERY
from gateway.verification.reasons import Level
from gateway.verification.vendors.values import Vendor
from gateway.wiring.mailboxes import Probing

log = structlog.get_logger(__name__)

NOBODY = (
    "Nobody knows who we are to a mail server: set LEADGATE_SMTP__HELO and LEADGATE_SMTP__MAIL_FROM "
    "(docs/how-to/probe-mailboxes.md)."
)


async def self_test(seat: Seat) -> Mapping[str, Any]:
    """Make every check of the self-test now, and list what is paused."""
    return await told(seat.gateway.probing, seat.gateway.office.now())


async def emails(seat: Seat, *, values: Sequence[str], words: str | None) -> list[Mapping[str, Any]]:
    """Judge addresses up to their mailboxes, in the gateway's own pace, with what it remembers of mail servers."""
    verdicts = await seat.gateway.verifier.emails(values, level=Level.SMTP, now=seat.gateway.office.now())
    return [in_json(each, None if words is None else Vendor(words)) for each in verdicts]


async def resume(seat: Seat, *, group: str) -> Mapping[str, Any]:
    """Lift the pause of a group of mail servers, or all; the audit log says who did."""
    memory = seat.gateway.probing.memory
    named = memory.named(group)
    paused = {each.group for each in await memory.pauses(now=seat.gateway.office.now())}
    if not (paused if group == EVERY else named in paused):
        raise NotFound("This group of mail servers is not paused; `leadgate verify self-test` lists those that are.")
    log.warning("probes.resumed", group=named, by=seat.actor.in_clear)
    await seat.gateway.office.write_down(seat.actor, "probes.resumed", {"group": named})  # on record before it is done
    await memory.resume(group)
    return {"group": group}


async def told(asked: Probing, now: datetime) -> Mapping[str, Any]:
    """Run a self-test, and say too whether probing is on.

    Raises:
        SetupError: it is not set who we are.
    """
    if asked.self_test is None:
        raise SetupError(NOBODY)
    return {"on": asked.on, **(await asked.self_test.run(now)).to_json()}
