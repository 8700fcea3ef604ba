"""Every desk of a gateway, made once: what the HTTP interface and the command line ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self

from gateway.desk.company import Believing
from gateway.desk.destinations import DestinationDesk
from gateway.desk.exports import ExportDesk
from gateway.desk.figures import FiguresDesk
from gateway.desk.keys import KeyDesk
from gateway.desk.leads import LeadDesk
from gateway.desk.log import LogDesk
from gateway.desk.notices import NoticeDesk
from gateway.desk.objections import Family, VendorObjections
from gateway.desk.office import Office
from gateway.desk.policies import PolicyDesk
from gateway.desk.preferences import PreferenceDesk
from gateway.desk.quarantine import QuarantineDesk
from gateway.desk.reception import Reception
from gateway.desk.sources import SourceDesk
from gateway.desk.stuck import StuckDesk
from gateway.intake.kit.discovery import discover as ways_in
from gateway.ports import World
from gateway.release import Plugin
from gateway.settings import Limits
from gateway.storage.counts import VerdictCounts
from gateway.storage.leads.arrivals import Arrivals
from gateway.storage.log.store import SqlAuditStore


@dataclass(frozen=True, slots=True)
class DeskMeans:
    """What desks need beside the office: who is known, the log, the ways out, counts, who is believed, one vendor's."""

    arrivals: Arrivals
    audit: SqlAuditStore
    plugins: Mapping[str, Plugin]
    verdicts: VerdictCounts
    believing: Believing
    family: Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """The desks; a new one is a field here and a line in `open`."""

    sources: SourceDesk
    keys: KeyDesk
    notices: NoticeDesk
    destinations: DestinationDesk
    policies: PolicyDesk
    preferences: PreferenceDesk
    objections: VendorObjections
    quarantine: QuarantineDesk
    reception: Reception
    leads: LeadDesk
    exports: ExportDesk
    log: LogDesk
    figures: FiguresDesk
    stuck: StuckDesk

    @classmethod
    def open(cls, office: Office, world: World, limits: Limits, means: DeskMeans) -> Self:
        """Make every desk of an office."""
        arrivals = means.arrivals
        sources = SourceDesk(office)
        quarantine = QuarantineDesk(office, days=limits.quarantine_days, rows=limits.quarantine_rows)
        preferences = PreferenceDesk(office, arrivals)
        return cls(
            sources=sources,
            keys=KeyDesk(office, sources),
            notices=NoticeDesk(office),
            destinations=DestinationDesk(office, means.plugins),
            policies=PolicyDesk(office),
            preferences=preferences,
            objections=VendorObjections(office, preferences.people, preferences.list, means.family),
            quarantine=quarantine,
            reception=Reception(office, world, ways_in(), quarantine, hours=limits.idempotency_hours),
            leads=LeadDesk(office, arrivals, world.policy, world.verifier, means.believing),
            exports=ExportDesk(office, arrivals, means.audit, f"leadgate {version('leadgate')}"),
            log=LogDesk(office, means.audit),
            figures=FiguresDesk(office, means.verdicts),
            stuck=StuckDesk(office),
        )
