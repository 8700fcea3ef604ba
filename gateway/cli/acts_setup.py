"""Acts that set a gateway up: sources, notices, keys, destinations, law packs."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.cli.seat import Seat
from gateway.intake.kit.settings import SourceSettings
from gateway.release.kit.signing import write_secret

NEW: Final = "new"
"""What is written in place of a secret to have one made."""

_SECRET_BYTES: Final = 32


async def add_source(seat: Seat, *, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Store a source, replacing the settings it had."""
    source = await seat.desks.sources.add(seat.actor, settings)
    cited = sorted({name for name in (source.notice_id, *(box.notice_id for box in source.consent)) if name})
    missing = [name for name in cited if await seat.desks.notices.newest(name) is None]
    return {**_source(seat, source), "missing_notices": missing}


async def allow_origin(seat: Seat, *, key: str, origin: str) -> dict[str, Any]:
    """Add a web site to a form's origins."""
    return _source(seat, await seat.desks.sources.allow(seat.actor, key, origin))


async def list_sources(seat: Seat) -> list[dict[str, Any]]:
    """All sources, by key."""
    return [_source(seat, each) for each in await seat.desks.sources.list()]


async def add_notice(seat: Seat, *, notice_id: str, lang: str, text: str) -> dict[str, Any]:
    """Store a notice text as the next version of its id and language."""
    notice = await seat.desks.notices.add(seat.actor, notice_id=notice_id, lang=lang, text=text)
    return {"id": notice.id, "version": notice.version, "lang": notice.lang, "sha256": notice.sha256}


async def create_key(seat: Seat, *, source: str | None, role: str, scopes: Sequence[str]) -> dict[str, Any]:
    """Make an API key; its text is in the answer and nowhere else."""
    key = await seat.desks.keys.create(seat.actor, source=source, role=role, scopes=scopes)
    return {"id": key.id, "key": key.text}


async def list_keys(seat: Seat) -> list[dict[str, Any]]:
    """All API keys, oldest first; of their secrets not even the hashes."""
    return [dict(each) for each in await seat.desks.keys.list()]


async def revoke_key(seat: Seat, *, key_id: str) -> dict[str, Any]:
    """Make a key useless."""
    await seat.desks.keys.revoke(seat.actor, key_id)
    return {"id": key_id}


async def add_destination(seat: Seat, *, document: Mapping[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    """Store a destination; each secret that is written `new` is made here and stands in the answer once."""
    made = {index: write_secret(os.urandom(_SECRET_BYTES)) for index, each in enumerate(secrets) if each == NEW}
    signing = [made.get(index, each) for index, each in enumerate(secrets)]
    stored = await seat.desks.destinations.add(seat.actor, document, signing)
    return {
        "name": stored.name,
        "kind": stored.kind,
        "purposes": list(stored.purposes),
        "country": stored.country,
        "secrets": list(made.values()),
    }


async def list_destinations(seat: Seat) -> list[dict[str, Any]]:
    """All destinations, by name."""
    return [dict(each) for each in await seat.desks.destinations.list()]


async def disable_destination(seat: Seat, *, name: str, reason: str) -> dict[str, Any]:
    """Send nothing more to a destination; what had begun before is listed."""
    stopped = await seat.desks.destinations.disable(seat.actor, name, reason)
    return {"name": name, "disabled_reason": reason, "in_flight": [dict(each) for each in stopped.in_flight]}


async def accept_policy(seat: Seat, *, selector: str, name: str) -> list[dict[str, Any]]:
    """Accept permits in somebody's name; the answer holds what is newly accepted."""
    fresh = await seat.desks.policies.accept(seat.actor, selector, name)
    return [{"pack": each.pack, "rule": each.rule} for each in fresh]


async def list_policies(seat: Seat) -> list[dict[str, Any]]:
    """Every pack with its rules."""
    return [dict(each) for each in await seat.desks.policies.list()]


async def register_imported(seat: Seat, *, facts: Mapping[str, Any]) -> None:
    """Note in the audit log that a do-not-call register comes in."""
    await seat.gateway.office.write_down(seat.actor, "register.imported", facts)


async def register_removed(seat: Seat, *, file: str) -> None:
    """Note in the audit log that a file of a do-not-call register goes."""
    await seat.gateway.office.write_down(seat.actor, "register.removed", {"file": file})


def _source(seat: Seat, source: SourceSettings) -> dict[str, Any]:
    place = f"{seat.gateway.settings.public_url.rstrip('/')}/f/{source.key}"
    return {
        "key": source.key,
        "kind": source.kind,
        "purposes": [purpose.value for purpose in source.purposes],
        "notice_id": source.notice_id,
        "provenance": source.source_kind and source.source_kind.value,
        "origins": list(source.origins),
        "address": place if source.kind == "form" else None,
        "consent_boxes": [box.field for box in source.consent],
    }
