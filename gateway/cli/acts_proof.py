"""Acts of proof and repair: exports of the log, and what was given up."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.cli.seat import Seat
from gateway.desk.exports import Wish
from gateway.errors import Invalid


async def export_log(  # noqa: PLR0913 - what an export can be asked for
    seat: Seat,
    *,
    out: str,
    begin: str | None,
    end: str | None,
    types: Sequence[str],
    subject: str | None,
    opened: bool,
    purpose: str | None,
) -> dict[str, Any]:
    """Write an export of the log to a file, named by its absolute path."""
    wish = Wish(
        begin=_time(begin),
        end=_time(end),
        types=tuple(types),
        subject=subject,
        opened=opened,
        purpose=purpose,
    )
    try:
        exported = await seat.desks.exports.export(seat.actor, wish, Path(out))
    except OSError as error:
        # The file under whose name it was begun is nobody's business.
        raise Invalid(f"{out} cannot be written: {error.strerror or type(error).__name__}.") from None
    manifest = exported.manifest
    return {
        "file": out,
        "origin": manifest.origin,
        "log_key": manifest.log_key,
        "tree_size": manifest.tree_size,
        "counts": dict(manifest.counts),
        "signing": exported.signing,
        "edited": [asdict(each) for each in await seat.desks.log.edited((manifest.first, manifest.end))],
    }


async def check_log(seat: Seat) -> list[dict[str, Any]]:
    """The clear columns of the log's tables, the whole log's, that do not say what is signed."""
    return [asdict(each) for each in await seat.desks.log.edited()]


async def list_dead(seat: Seat, *, limit: int) -> list[dict[str, Any]]:
    """Jobs and deliveries that were given up, newest first."""
    return [dict(each) for each in await seat.desks.stuck.list(limit=limit)]


async def replay_dead(seat: Seat, *, ident: str) -> dict[str, Any]:
    """Try one again."""
    await seat.desks.stuck.replay(seat.actor, ident)
    return {"id": ident}


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise Invalid("A time is written with its offset, like 2026-05-01T00:00:00Z (RFC 3339).")
    return time
