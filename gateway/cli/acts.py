"""The closed registry of acts: everything a command may do to a gateway, done by the server or by the command itself.

An act takes a seat at a gateway and JSON types, and gives JSON types (and times). Whether the server does it or the
command, it is the same call with the same audit entry, which names the user who typed.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from audit.errors import AuditError
from connectors.errors import ConnectorError
from consent.errors import ConsentError
from gateway.cli import acts_leads, acts_probes, acts_proof, acts_setup
from gateway.cli.seat import Seat
from gateway.desk.office import local
from gateway.errors import Invalid, LeadgateError
from gateway.wiring import Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act.

    Attributes:
        run: does it.
        founds: it may be the first thing that is done in a data directory, and makes it.
        signs: the log has to be signed while it runs.
    """

    run: Callable[..., Awaitable[Any]]
    founds: bool = False
    signs: bool = False


ACTS: Final[Mapping[str, Act]] = MappingProxyType(
    {
        "sources.add": Act(run=acts_setup.add_source, founds=True),
        "sources.allow": Act(run=acts_setup.allow_origin),
        "sources.list": Act(run=acts_setup.list_sources),
        "notices.add": Act(run=acts_setup.add_notice, founds=True),
        "keys.create": Act(run=acts_setup.create_key, founds=True),
        "keys.list": Act(run=acts_setup.list_keys),
        "keys.revoke": Act(run=acts_setup.revoke_key),
        "destinations.add": Act(run=acts_setup.add_destination, founds=True),
        "destinations.list": Act(run=acts_setup.list_destinations),
        "destinations.disable": Act(run=acts_setup.disable_destination),
        "policy.accept": Act(run=acts_setup.accept_policy, founds=True),
        "policy.list": Act(run=acts_setup.list_policies, founds=True),
        "registers.imported": Act(run=acts_setup.register_imported),
        "registers.removed": Act(run=acts_setup.register_removed),
        "leads.list": Act(run=acts_leads.list_leads),
        "leads.show": Act(run=acts_leads.show_lead),
        "leads.resolve": Act(run=acts_leads.resolve_hold),
        "consent.explain": Act(run=acts_leads.explain_lead),
        "suppressions.add": Act(run=acts_leads.add_suppression, founds=True),
        "suppressions.import": Act(run=acts_leads.import_suppressions, founds=True),
        "suppressions.lift": Act(run=acts_leads.lift_suppression),
        "suppressions.check": Act(run=acts_leads.check_suppression),
        "audit.check": Act(run=acts_proof.check_log),
        "audit.export": Act(run=acts_proof.export_log, signs=True),
        "probes.self_test": Act(run=acts_probes.self_test),
        "probes.emails": Act(run=acts_probes.emails),
        "probes.resume": Act(run=acts_probes.resume),
        "work.dead": Act(run=acts_proof.list_dead),
        "work.replay": Act(run=acts_proof.replay_dead),
    }
)
"""Every act by name."""


async def perform(gateway: Gateway, user: str | None, name: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON types
    """Do one act for a user of this system, None where it does not say which.

    Raises:
        LeadgateError: it could not be done; a fault of another package is told in its words.
        OSError: a file cannot be written.
    """
    act = ACTS.get(name)
    if act is None:
        raise Invalid("The server does not know this act: command and server must be of one version.")
    seat = Seat(gateway=gateway, actor=local(user))
    try:
        inspect.signature(act.run).bind(seat, **arguments)
    except TypeError:
        raise Invalid("The server reads this act otherwise: command and server must be of one version.") from None
    try:
        return await act.run(seat, **arguments)
    except (AuditError, ConsentError, ConnectorError) as error:
        raise LeadgateError(str(error)) from error
    except OSError as error:
        raise LeadgateError(f"{error.filename or 'The file'}: {error.strerror or type(error).__name__}.") from error
