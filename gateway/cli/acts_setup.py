"""Acts that set a gateway up: sources, notices, keys, destinations, law packs."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.desk.office import LOCAL
from gateway.intake.kit.settings import SourceSettings
from gateway.release.kit.signing import write_secret
from gateway.wiring import Gateway

NEW: Final = "new"
"""What is written in place of a secret to have one made."""

_SECRET_BYTES: Final = 32


async def add_source(gateway: Gateway, *, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Store a source, replacing the settings it had."""
    source = await gateway.desks.sources.add(LOCAL, settings)
    cited = sorted({name for name in (source.notice_id, *(box.notice_id for box in source.consent)) if name})
    missing = [name for name in cited if await gateway.desks.notices.newest(name) is None]
    return {**_source(gateway, source), "missing_notices": missing}


async def allow_origin(gateway: Gateway, *, key: str, origin: str) -> dict[str, Any]:
    """Add a web site to a form's origins."""
    return _source(gateway, await gateway.desks.sources.allow(LOCAL, key, origin))


async def list_sources(gateway: Gateway) -> list[dict[str, Any]]:
    """All sources, by key."""
    return [_source(gateway, each) for each in await gateway.desks.sources.list()]


async def add_notice(gateway: Gateway, *, notice_id: str, lang: str, text: str) -> dict[str, Any]:
    """Store a notice text as the next version of its id and language."""
    notice = await gateway.desks.notices.add(LOCAL, notice_id=notice_id, lang=lang, text=text)
    return {"id": notice.id, "version": notice.version, "lang": notice.lang, "sha256": notice.sha256}


async def create_key(gateway: Gateway, *, source: str | None, role: str, scopes: Sequence[str]) -> dict[str, Any]:
    """Make an API key; its text is in the answer and nowhere else."""
    key = await gateway.desks.keys.create(LOCAL, source=source, role=role, scopes=scopes)
    return {"id": key.id, "key": key.text}


async def list_keys(gateway: Gateway) -> list[dict[str, Any]]:
    """All API keys, oldest first; of their secrets not even the hashes."""
    return [dict(each) for each in await gateway.desks.keys.list()]


async def revoke_key(gateway: Gateway, *, key_id: str) -> dict[str, Any]:
    """Make a key useless."""
    await gateway.desks.keys.revoke(LOCAL, key_id)
    return {"id": key_id}


async def add_destination(gateway: Gateway, *, document: Mapping[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    """Store a destination; each secret that is written `new` is made here and stands in the answer once."""
    made = {index: write_secret(os.urandom(_SECRET_BYTES)) for index, each in enumerate(secrets) if each == NEW}
    signing = [made.get(index, each) for index, each in enumerate(secrets)]
    stored = await gateway.desks.destinations.add(LOCAL, document, signing)
    return {
        "name": stored.name,
        "kind": stored.kind,
        "purposes": list(stored.purposes),
        "country": stored.country,
        "secrets": list(made.values()),
    }


async def list_destinations(gateway: Gateway) -> list[dict[str, Any]]:
    """All destinations, by name."""
    return [dict(each) for each in await gateway.desks.destinations.list()]


async def disable_destination(gateway: Gateway, *, name: str, reason: str) -> dict[str, Any]:
    """Send nothing more to a destination; what had begun before is listed."""
    stopped = await gateway.desks.destinations.disable(LOCAL, name, reason)
    return {"name": name, "disabled_reason": reason, "in_flight": [dict(each) for each in stopped.in_flight]}


async def accept_policy(gateway: Gateway, *, selector: str, name: str) -> list[dict[str, Any]]:
    """Accept permits in somebody's name; the answer holds what is newly accepted."""
    fresh = await gateway.desks.policies.accept(LOCAL, selector, name)
    return [{"pack": each.pack, "rule": each.rule} for each in fresh]


async def list_policies(gateway: Gateway) -> list[dict[str, Any]]:
    """Every pack with its rules."""
    return [dict(each) for each in await gateway.desks.policies.list()]


def _source(gateway: Gateway, source: SourceSettings) -> dict[str, Any]:
    place = f"{gateway.settings.public_url.rstrip('/')}/f/{source.key}"
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
