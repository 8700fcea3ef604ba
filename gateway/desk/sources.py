"""The desk where sources are set up: the forms and programs that leads come from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.desk.held import source_changed
from gateway.desk.office import Actor, Changes, Office
from gateway.errors import NotFound
from gateway.intake.kit.settings import SourceSettings, parse_settings
from gateway.storage.engine.database import Tx
from gateway.storage.engine.unit import Unit
from gateway.storage.registers import sources


class SourceDesk:
    """Sources, by key."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.changes = Changes()

    async def add(self, actor: Actor, settings: Mapping[str, Any]) -> SourceSettings:
        """Store a source's settings, replacing those it had.

        Where this changes what decisions rest on (the provenance, or whether a notice is shown), its leads are decided
        again.

        Raises:
            SetupError: naming what cannot be used.
        """
        source, now = parse_settings(settings), self.office.now()

        def run(tx: Tx) -> None:
            tx.apply(self._put(actor, settings, _find(tx.connection, source.key, lock=True), at=now))

        await self.office.database.transact(run)
        self.changes.tell()
        return source

    async def allow(self, actor: Actor, key: str, origin: str) -> SourceSettings:
        """Add a web site to a form's origins; one that is there already changes nothing.

        Raises:
            NotFound: there is no such source.
            SetupError: this is no origin.
        """
        now = self.office.now()

        def run(tx: Tx) -> tuple[SourceSettings, bool]:
            found = _known(_find(tx.connection, key, lock=True))
            listed = found.get("origins", ())
            if origin.lower() in (each.lower() for each in listed):
                return parse_settings(found), False
            settings = {**found, "origins": [*listed, origin]}
            tx.apply(self._put(actor, settings, found, at=now))
            return parse_settings(settings), True

        source, changed = await self.office.database.transact(run)
        if changed:
            self.changes.tell()
        return source

    def _put(
        self, actor: Actor, settings: Mapping[str, Any], before: Mapping[str, Any] | None, *, at: datetime
    ) -> Unit:
        """A source's settings in place of those before, with the entry and the work that this makes.

        Raises:
            SetupError: naming what cannot be used.
        """
        source = parse_settings(settings)
        row = {
            "key": source.key,
            "kind": source.kind,
            "purposes": [purpose.value for purpose in source.purposes],
            "notice_id": source.notice_id,
            "provenance": source.source_kind and source.source_kind.value,
            "settings": dict(settings),
        }
        unit = Unit()
        if before is None:
            unit.put(sources, {**row, "created_at": at})
        else:
            unit.update(sources, row)
        self.office.note(unit, actor, "source.changed", _noted(source), at=at)
        if before is not None and _rests_on(parse_settings(before)) != _rests_on(source):
            source_changed(unit, source.key)
        return unit

    async def get(self, key: str) -> SourceSettings:
        """Read a source's settings.

        Raises:
            NotFound: there is no such source.
        """
        return parse_settings(_known(await self.office.database.read(lambda connection: _find(connection, key))))

    async def list(self) -> Sequence[SourceSettings]:
        """Read all sources, by key."""

        def read(connection: Connection) -> list[Mapping[str, Any]]:
            return list(connection.execute(select(sources.c.settings).order_by(sources.c.key)).scalars())

        return [parse_settings(found) for found in await self.office.database.read(read)]


def _find(connection: Connection, key: str, *, lock: bool = False) -> Mapping[str, Any] | None:
    """Read a source's settings; with a lock nobody else changes them before this transaction ends."""
    query = select(sources.c.settings).where(sources.c.key == key)
    return connection.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def _known(found: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if found is None:
        raise NotFound("There is no source with this key; add it with `leadgate sources add`.")
    return found


def _rests_on(source: SourceSettings) -> tuple[object, ...]:
    """What of a source the decisions on its leads rest on."""
    return source.source_kind, source.notice_id is not None


def _noted(source: SourceSettings) -> dict[str, Any]:
    """What the log keeps of a source."""
    return {
        "source": source.key,
        "kind": source.kind,
        "purposes": [purpose.value for purpose in source.purposes],
        "provenance": source.source_kind and source.source_kind.value,
        "notice": source.notice_id,
    }
