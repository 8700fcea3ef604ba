"""The desk where destinations are set up and disabled."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from gateway.desk.held import destination_answers, destination_changed, destination_returned
from gateway.desk.landing import Stop, Stopped, landed, shown_to
from gateway.desk.office import Actor, Office
from gateway.errors import Conflict, Fault, Invalid, NotFound
from gateway.release import Plugin
from gateway.release.kit.destination import Destination, Disabled, read_destination
from gateway.storage.engine.database import Lock, Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.registers import destinations
from gateway.storage.sending.deliveries import in_flight
from gateway.storage.sending.directory import contract_of, newest_row, seal_destination, told_of

_SAYABLE: Final = tuple(each.value for each in Disabled if each is not Disabled.GONE)


class DestinationDesk:
    """Destinations: every change is a new version, so that a decision's recipient can be shown as it was."""

    def __init__(self, office: Office, plugins: Mapping[str, Plugin]) -> None:
        self.office = office
        self.plugins = plugins

    async def add(self, actor: Actor, document: Mapping[str, Any], secrets: Sequence[str] = ()) -> Destination:
        """Store a destination, or a new version of it; a disabled one is enabled again.

        Where this changes what decisions rest on, leads that one holds, or that were decided for this destination, are
        decided again: they go on, are updated or are taken back. One that was disabled hears of what came since, and
        what it could not be told is sent again.

        Args:
            actor: who asks.
            document: the fields of `DestinationInput`.
            secrets: signing secrets `whsec_…`, newest first.

        Raises:
            Invalid: something cannot be used; the faults say where and what to do.
            Conflict: somebody changed it at the same time.
        """
        made = read_destination(document, self.plugins, secrets)
        now = self.office.now()
        said = {
            "kind": made.kind,
            "purposes": list(made.purposes),
            "role": made.role.value,
            "country": made.country,
            "transfer": made.transfer,
        }

        def run(tx: Tx) -> None:
            row = newest_row(tx.connection, made.name, lock=True)
            version = row["version"] + 1 if row else 1
            sealed = seal_destination(self.office.vault, made.name, version, document, secrets)
            place = {"name": made.name, "version": version, "created_at": now}
            unit = Unit().insert(destinations, {**place, **said, "sealed": sealed})
            facts = {"destination": made.name, "version": version, **said, **told_of(self.office.vault, made)}
            self.office.note(unit, actor, "destination.changed", facts, at=now)
            destination_answers(unit, made.name)
            if row is not None and row["disabled_at"] is not None:
                destination_returned(unit, made.name, row["disabled_at"])
            elif row is None or _rests_on(row) != _rests_on(facts):
                destination_changed(unit, made.name)
            tx.apply(unit)

        try:
            await self.office.database.transact(run)
        except Conflict:
            raise Conflict("Somebody changed this destination at the same time; look and try again.") from None
        return made

    async def disable(self, actor: Actor, name: str, reason: str) -> Stopped:
        """Begin nothing more at a destination, and list the attempts that had begun before and may have arrived.

        It answers when these have ended or passed their deadline, at most 15 seconds later.

        Args:
            actor: who asks.
            name: which one.
            reason: a `Disabled` that a person may give.

        Raises:
            Invalid: the reason is not on the list; it is not repeated.
            NotFound: there is no such destination.
        """
        if reason not in _SAYABLE:
            detail = f"one of {', '.join(_SAYABLE)}"
            raise Invalid(
                f"A reason to disable a destination is {detail}.", faults=[Fault(pointer="/reason", detail=detail)]
            )
        now = self.office.now()

        def run(tx: Tx) -> Stop:
            row = newest_row(tx.connection, name)
            if row is None:
                raise NotFound("There is no such destination; `leadgate destinations list` shows them.")
            if row["disabled_at"] is None:  # else the first reason stays
                changed = {"disabled_at": now, "disabled_reason": reason}
                unit = Unit().update(destinations, {"name": name, "version": row["version"], **changed})
                facts = {"destination": name, "outcome": "disabled", "reasons": [reason]}
                self.office.note(unit, actor, "destination.changed", facts, at=now)
                tx.apply(unit)
            flying = [each for each in in_flight(tx.connection) if each["destination"] == name]
            return Stop(event_id=None, flying=shown_to(tx.connection, actor, flying))

        # Alone with the store, so that no claim that knew it as open commits later than this.
        return await landed(self.office, await self.office.database.transact(run, lock=Lock.EXCLUSIVE))

    async def list(self) -> Sequence[Mapping[str, Any]]:
        """Every destination as it stands, by name; addresses and secrets stay sealed."""

        def read(connection: Connection) -> list[RowMapping]:
            query = select(destinations).order_by(destinations.c.name, destinations.c.version)
            newest = {row["name"]: row for row in connection.execute(query).mappings()}
            return list(newest.values())

        shown = ("name", "version", "kind", "purposes", "role", "country", "transfer", "disabled_reason")
        return [
            {**{column: row[column] for column in shown}, "contract": contract_of(self.office.vault, row)}
            for row in await self.office.database.read(read)
        ]


def _rests_on(fields: Mapping[str, Any] | RowMapping) -> tuple[object, ...]:
    """What of a destination its decisions rest on."""
    return tuple(fields[name] for name in ("purposes", "role", "country", "transfer"))
