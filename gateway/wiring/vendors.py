"""Builds who is asked beside mail servers: the connectors of enrichment, and a vendor's mailbox check."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from connectors.discovery import discover
from connectors.kit import Connector, Manifest
from gateway.enrichment import Engine, Goal, Installed, Plan, VendorMailboxes, install, mailbox_vendor
from gateway.enrichment.budget import MINOR
from gateway.enrichment.feed import Feeds
from gateway.enrichment.tools import Tools
from gateway.enrichment_settings import EnrichmentSettings
from gateway.errors import SetupError
from gateway.settings import Settings
from gateway.spending import Limits
from gateway.verification.reasons import Level

BY_HAND: Final = "by_hand"
"""Stands for lead and person where a process asks by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendors:
    """What came of the settings: enrichment, who checks mailboxes where the level goes so far, and erasure feeds."""

    engine: Engine
    mailboxes: VendorMailboxes | None
    feeds: Feeds
    families: Mapping[str, frozenset[str]]
    """The connectors of the same vendor, by the id of each that is installed."""

    def family(self, connector: str) -> frozenset[str]:
        """The connectors of the same vendor as one; of one that is not installed any more itself."""
        return self.families.get(connector, frozenset({connector}))


def vendors(settings: Settings, tools: Tools, beside: Mapping[str, type[Connector]] = MappingProxyType({})) -> Vendors:
    """Build both over the same tools.

    Args:
        settings: name the connectors.
        tools: what they are asked with.
        beside: connectors, by id, that are there beside the installed ones.

    Raises:
        SetupError: a setting names a connector that is not there or not set up, or the level needs one.
        BadSettings: a connector's own settings are wrong.
    """
    found = {**discover(settings.connectors_folder), **beside}
    tools = replace(tools, limits=_limits(settings.enrichment, found))
    ready = install(found, settings.connectors)
    checker = _checker(settings, mailbox_vendor(ready, settings.mailbox_vendor, frozenset(found)))
    plan = Plan(
        stages=Plan.order(ready, settings.enrichment.stages, frozenset(found)),
        seconds=settings.enrichment.deadline_seconds,
        budget_micros=settings.enrichment.budget_minor * MINOR,
        goal=_goal(settings.enrichment),
        mailbox=checker,
    )
    return Vendors(
        engine=Engine(plan=plan, tools=tools),
        mailboxes=_mailboxes(settings, checker, tools),
        feeds=Feeds(ready.values(), tools),
        families=_families(plugin.manifest for plugin in found.values()),
    )


def mailboxes_alone(settings: Settings, tools: Tools) -> VendorMailboxes | None:
    """Build the mailbox check alone, for checking by hand, whatever the level of the gateway.

    Its answers are kept as those of one who asks by hand: the tools must forget them when the process ends.

    Raises:
        SetupError, BadSettings: as `vendors`.
    """
    if settings.mailbox_vendor is None:
        return None
    found = discover(settings.connectors_folder)
    tools = replace(tools, limits=_limits(settings.enrichment, found))
    named = {name: found[name] for name in found if name == settings.mailbox_vendor}
    ready = install(named, {name: section for name, section in settings.connectors.items() if name in named})
    made = _mailboxes(settings, mailbox_vendor(ready, settings.mailbox_vendor, frozenset(found)), tools)
    return None if made is None else made.of(lead_id=BY_HAND, subject_id=BY_HAND)


def _families(manifests: Iterable[Manifest]) -> Mapping[str, frozenset[str]]:
    by_vendor: dict[str, set[str]] = {}
    for manifest in manifests:
        if manifest.compliance.role not in {"processor", "independent_controller"}:
            continue  # the controller itself, and what is public, is nobody's vendor
        by_vendor.setdefault(manifest.compliance.vendor, set()).add(manifest.id)
    return {name: frozenset(names) for names in by_vendor.values() for name in names}


def _limits(settings: EnrichmentSettings, found: Mapping[str, type[Connector]]) -> Limits:
    unknown = sorted(set(settings.vendor_day_budget_minor) - set(found))
    if unknown:
        raise SetupError(
            f"LEADGATE_ENRICHMENT__VENDOR_DAY_BUDGET_MINOR names {unknown[0]}, but no such connector is installed."
        )
    return Limits(
        day_micros=_micros(settings.day_budget_minor),
        list_micros=_micros(settings.list_budget_minor),
        vendor_day_micros=_by_scope(settings.vendor_day_budget_minor, found),
    )


def _by_scope(budgets: Mapping[str, int], found: Mapping[str, type[Connector]]) -> Mapping[str, int]:
    """The budgets of a day in millionths, by the name that connectors share with their windows."""
    by_scope: dict[str, int] = {}
    for name, most in budgets.items():
        scope = found[name].manifest.scope
        if by_scope.setdefault(scope, most * MINOR) != most * MINOR:
            raise SetupError(
                f"LEADGATE_ENRICHMENT__VENDOR_DAY_BUDGET_MINOR gives {name} another amount than a connector "
                f"that shares the budget {scope} with it: give both the same, or name one of them."
            )
    return by_scope


def _goal(settings: EnrichmentSettings) -> Goal:
    return Goal(
        required=frozenset(settings.required),
        desired=frozenset(settings.desired),
        confidence=settings.confidence,
        max_age=None if settings.max_age_days is None else timedelta(days=settings.max_age_days),
    )


def _checker(settings: Settings, entry: Installed | None) -> Installed | None:
    """The one that is asked at the settings' level; who is never asked has no part in decisions either."""
    level = Level(settings.verification_level)
    if level is Level.VENDOR and entry is None:
        raise SetupError(
            "LEADGATE_VERIFICATION_LEVEL=vendor needs a vendor: name its connector in LEADGATE_MAILBOX_VENDOR."
        )
    return entry if level.rank > Level.DNS.rank else None


def _mailboxes(settings: Settings, entry: Installed | None, tools: Tools) -> VendorMailboxes | None:
    if entry is None:
        return None
    return VendorMailboxes(entry, tools, budget_micros=settings.enrichment.budget_minor * MINOR)


def _micros(hundredths: int | None) -> int | None:
    return None if hundredths is None else hundredths * MINOR
