"""Which connectors are asked, and in which order."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from connectors.kit import Connector, Manifest, Query, Secrets, read_settings
from connectors.kit.contract import host_of
from connectors.kit.loading import priced
from connectors.kit.template import Values
from consent.terms import TransferTool
from gateway.enrichment.goal import Goal
from gateway.errors import SetupError
from gateway.facts import Vendor

PATIENCE: Final = timedelta(minutes=1)
_DIGITS: Final = 4
MAILBOX: Final = "mailbox"
"""The kind of connector that verification asks, and enrichment never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A connector that is ready to be asked.

    Attributes:
        connector: the object that asks.
        secrets: of this connector alone.
        values: what the placeholders of its plain settings stand for.
        credential: tells one key from another (`credential_of`); windows and breaker are per vendor and credential.
        fingerprint: of the plain settings, which belong to the question: other settings, other answers.
        transfer: what the operator says carries data to the vendor abroad; None: not said.
        hosts: of the operator's own, which its settings name.
        named: whether it has a section in the settings, if only an empty one.
    """

    connector: Connector
    secrets: Secrets = field(repr=False)
    values: Values = field(default_factory=Values)
    credential: str = "default"
    fingerprint: str = ""
    transfer: str | None = None
    hosts: frozenset[str] = frozenset()
    named: bool = True

    @property
    def manifest(self) -> Manifest:
        """The connector's manifest."""
        return self.connector.manifest

    @property
    def scope(self) -> str:
        """Vendor and credential: what rate windows and breakers are shared under."""
        return f"{self.manifest.scope}/{self.credential}"

    def scope_of(self, query: Query) -> str:
        """The same for one question: with the host that it is for, where each host counts by itself."""
        host = host_of(self.connector, query, self.hosts)
        return self.scope if host is None else f"{self.scope}/{host}"


def credential_of(manifest: Manifest, secrets: Secrets) -> str:
    """Tells one key of a vendor from another, without leading to either.

    Sixteen bits of a hash: nothing of a key that a vendor made, and too few to find one by that somebody chose, for one
    guess in 65,536 fits. Two keys that fit each other share windows as one key does, which does no harm.

    Returns:
        Four hex digits; `default` without a key.
    """
    try:
        key = secrets.read(manifest.auth.secret)
    except KeyError:
        return "default"
    return hashlib.sha256(f"leadgate credential {manifest.scope} {key}".encode()).hexdigest()[:_DIGITS]


def install(
    found: Mapping[str, type[Connector]], sections: Mapping[str, Mapping[str, object]]
) -> Mapping[str, Installed]:
    """Makes the connectors that have what they need.

    Args:
        found: what discovery found, by id.
        sections: the settings' section per connector. A connector without one is left out when it needs a
            setting, and made otherwise.

    Returns:
        The ready ones by id.

    Raises:
        BadSettings: a section does not fit its connector.
        SetupError: a section names no connector.
    """
    for name in sections:
        if name not in found:
            raise SetupError(f"There are settings for the connector {name}, but no such connector is installed.")
    ready = {}
    for name, plugin in found.items():
        needs = any(setting.required for setting in plugin.manifest.spec.values())
        if name not in sections and needs:
            continue
        settings = read_settings(plugin.manifest, sections.get(name, {}))
        plain = {key: dict(value) if isinstance(value, Mapping) else value for key, value in settings.plain.items()}
        made = plugin if settings.price is None else priced(plugin, settings.price)
        ready[name] = Installed(
            connector=made(settings.plain),
            secrets=settings.secrets,
            values=settings.values,
            credential=credential_of(plugin.manifest, settings.secrets),
            fingerprint=json.dumps(plain, sort_keys=True),
            transfer=settings.transfer,
            hosts=settings.hosts,
            named=name in sections,
        )
    return MappingProxyType(ready)


def mailbox_vendor(ready: Mapping[str, Installed], name: str | None, known: frozenset[str]) -> Installed | None:
    """Finds who checks mailboxes; None where no name is set.

    Args:
        ready: what `install` made.
        name: the connector's id.
        known: ids that discovery found.

    Raises:
        SetupError: it is not installed, not set up, or no connector that checks mailboxes.
    """
    if name is None:
        return None
    if name not in known:
        raise SetupError(f"LEADGATE_MAILBOX_VENDOR names {name}, but no such connector is installed.")
    if name not in ready:
        raise SetupError(
            f"LEADGATE_MAILBOX_VENDOR names {name}, which has no settings: LEADGATE_CONNECTORS__{name.upper()}__…."
        )
    if ready[name].manifest.kind != MAILBOX:
        raise SetupError(f"LEADGATE_MAILBOX_VENDOR names {name}, which is no check of mailboxes.")
    return ready[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Stages of connectors: a stage runs in parallel, the next begins when it has ended.

    Attributes:
        stages: the connectors.
        seconds: the most time one lead's enrichment may take.
        budget_micros: the most money one lead's enrichment may cost, in millionths.
        goal: which fields are looked for: a connector that cannot add one that is still open is not asked.
        mailbox: who checks mailboxes for verification, if a vendor does. It is no part of the stages, but sees people.
    """

    stages: tuple[tuple[Installed, ...], ...]
    seconds: float = 10.0
    budget_micros: int = 100
    goal: Goal = field(default_factory=Goal)
    mailbox: Installed | None = None

    @property
    def vendors(self) -> tuple[Vendor, ...]:
        """Who is asked about people, each place and transfer tool once; empty where only companies are looked up."""
        asked = [entry for stage in self.stages for entry in stage if entry.manifest.subject == "person"]
        if self.mailbox is not None:
            asked.append(self.mailbox)
        return tuple(dict.fromkeys(_vendor(entry) for entry in asked))

    @property
    def patience(self) -> timedelta:
        """The most time that a look-up may take for which no lead waits: some registers need half a minute."""
        return max(self.period, PATIENCE)

    @property
    def period(self) -> timedelta:
        """`seconds` as a time span."""
        return timedelta(seconds=self.seconds)

    @staticmethod
    def order(
        ready: Mapping[str, Installed], names: Sequence[Sequence[str]], known: frozenset[str]
    ) -> tuple[tuple[Installed, ...], ...]:
        """Turns the settings' stages into connectors.

        Args:
            ready: what `install` made.
                Those of the kind mailbox answer verification, and are left out.
            names: ids per stage. Empty: what is at hand, then free sources with settings, then the paid ones one by
                one, the cheapest first.
            known: ids that discovery found; one that is known but not ready is left out.

        Raises:
            SetupError: a stage names a connector that is not installed, one twice, or one that checks mailboxes.
        """
        checkers = {name for name, entry in ready.items() if entry.manifest.kind == MAILBOX}
        ready = {name: entry for name, entry in ready.items() if name not in checkers}
        if not names:
            return _free_first(ready)
        flat = [name for stage in names for name in stage]
        for name in flat:
            if name not in known:
                raise SetupError(f"The enrichment stages name {name}, but no such connector is installed.")
            if flat.count(name) > 1:
                raise SetupError(f"The enrichment stages name {name} more than once.")
            if name in checkers:
                raise SetupError(
                    f"The enrichment stages name {name}, which checks mailboxes: LEADGATE_MAILBOX_VENDOR names it."
                )
        stages = (tuple(ready[name] for name in stage if name in ready) for stage in names)
        return tuple(stage for stage in stages if stage)


def _vendor(entry: Installed) -> Vendor:
    """Where a connector's question goes: to a vendor abroad, or, of the controller's own records, nowhere."""
    country = entry.manifest.compliance.country
    if country is None:
        return Vendor(country=None, transfer=TransferTool.NOT_NEEDED)
    return Vendor(country=country, transfer=None if entry.transfer is None else TransferTool(entry.transfer))


def asked_unnamed(manifest: Manifest) -> bool:
    """Whether a connector is asked without a section in the settings: it needs none, and nothing leaves."""
    return not manifest.calls_out and not any(setting.required for setting in manifest.spec.values())


def _free_first(ready: Mapping[str, Installed]) -> tuple[tuple[Installed, ...], ...]:
    """What is at hand, then free sources, then the paid ones; nobody outside is asked whom the operator has not named.

    At hand are the own records, public DNS and the company's own site: what they say helps to ask the others.
    """
    asked = [ready[name] for name in sorted(ready) if ready[name].named or not ready[name].manifest.calls_out]
    near = tuple(each for each in asked if each.manifest.cost.free and not each.manifest.calls_hosts)
    free = tuple(each for each in asked if each.manifest.cost.free and each.manifest.calls_hosts)
    paid = sorted((each for each in asked if not each.manifest.cost.free), key=lambda each: each.manifest.cost.per_call)
    return tuple(stage for stage in (near, free, *((each,) for each in paid)) if stage)
