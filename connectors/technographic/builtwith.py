"""Technologies from BuiltWith: one per product out of the many that the vendor lists per path and version."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from connectors.kit import Answer, Declared, Manifest, Reply, ReplySpec, manifest_beside
from connectors.kit.products import OTHER, completed

_LIVE: Final = timedelta(days=60)
"""How lately a technology in use was seen: the vendor indexes a site every 30 days or sooner."""
_VERSION: Final = re.compile(r"v?(\d[0-9.]*\d|\d)(\.[x*])?", re.ASCII | re.IGNORECASE)


class Plugin(Declared):
    """Asks as the manifest says, and takes a product that stands several times in a record as one."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def observed(self, record: object, reply: Reply, spec: ReplySpec | None = None) -> Answer:
        """The answer with one technology per product, those in use first, then those seen last."""
        technologies = None if record is None else {"technologies": summary(record, reply.received_at)}
        return super().observed(technologies, reply, spec)


def summary(record: object, now: datetime) -> list[Mapping[str, object]]:
    """The products of a record.

    Args:
        record: the vendor's `Result`; what is not as it should be in it is passed over.
        now: tells what was seen lately.

    Returns:
        Objects with `slug`, `name`, `category`, and where the vendor says so `version`, `first_seen`, `last_seen` and
        `live`; the best known first.
    """
    products: dict[str, dict[str, object]] = {}
    for entry in _entries(record):
        made = completed(_read(entry, now))
        if isinstance(made, Mapping):
            _join(products.setdefault(str(made["slug"]), {}), made)
    return sorted(
        products.values(), key=lambda each: (bool(each.get("live")), str(each.get("last_seen", ""))), reverse=True
    )


def _entries(record: object) -> Iterator[Mapping[str, object]]:
    paths = record.get("Paths") if isinstance(record, Mapping) else None
    for path in paths if isinstance(paths, list) else []:
        several = path.get("Technologies") if isinstance(path, Mapping) else None
        yield from (entry for entry in several if isinstance(entry, Mapping)) if isinstance(several, list) else ()


def _read(entry: Mapping[str, object], now: datetime) -> Mapping[str, object]:
    """One entry in our words: `jQuery 1.9.1` below `jQuery` is version 1.9.1 of it."""
    name, version = _name(entry)
    first, last = _day(entry.get("FirstDetected")), _day(entry.get("LastDetected"))
    live = entry.get("Live")
    if not isinstance(live, bool):
        live = None if last is None else now - last <= _LIVE
    words = [*_categories(entry.get("Categories")), entry.get("Tag")]
    said = {"version": version, "first_seen": _iso(first), "last_seen": _iso(last), "live": live}
    return {"name": name, "category": words, **{part: value for part, value in said.items() if value is not None}}


def _name(entry: Mapping[str, object]) -> tuple[object, str | None]:
    name, parent = entry.get("Name"), entry.get("Parent")
    if isinstance(name, str) and isinstance(parent, str) and parent and name.startswith(f"{parent} "):
        found = _VERSION.fullmatch(name[len(parent) :].strip())
        if found is not None:
            return parent, found[1]
    return name, None


def _categories(raw: object) -> list[object]:
    """Names of categories, which the vendor has written as texts and as objects."""
    several = raw if isinstance(raw, list) else []
    return [each.get("Category") if isinstance(each, Mapping) else each for each in several]


def _join(product: dict[str, object], other: Mapping[str, object]) -> None:
    """Takes one more entry of a product: seen from the first to the last time, in the version that was seen last."""
    newer = str(other.get("last_seen", "")) >= str(product.get("last_seen", ""))
    if "version" in other and (newer or "version" not in product):
        product["version"] = other["version"]
    for part, choose in (("first_seen", min), ("last_seen", max), ("live", max)):
        values = [each[part] for each in (product, other) if part in each]
        if values:
            product[part] = choose(values, key=str)
    product.update({part: other[part] for part in ("slug", "name") if part not in product})
    if product.get("category", OTHER) == OTHER:
        product["category"] = other["category"]


def _day(milliseconds: object) -> datetime | None:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or milliseconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()
