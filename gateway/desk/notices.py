"""The desk where the texts of notices are stored: what a person was told when they gave their data or their consent."""

import hashlib
import re
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.desk.office import Actor, Office
from gateway.errors import Conflict, Invalid
from gateway.intake.kit.targets import NOTICE
from gateway.storage.engine.unit import Unit
from gateway.storage.registers import notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A stored notice text."""

    id: str
    version: int
    lang: str
    sha256: str


class NoticeDesk:
    """Notices, each version of each language."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def add(self, actor: Actor, *, notice_id: str, lang: str, text: str) -> Notice:
        """Store a notice text as the next version of its id and language; the same text again changes nothing.

        Raises:
            Invalid: language or text is empty, or the id is none.
            Conflict: somebody stored a version at the same time.
        """
        if not notice_id.strip() or not text.strip() or not lang.strip():
            raise Invalid("A notice needs an id, a language and a text.")
        if not re.fullmatch(NOTICE, notice_id):
            raise Invalid("A notice's id has letters, digits, `_`, `.` and `-`, at most 200, and begins with no mark.")
        digest = hashlib.sha256(text.encode()).hexdigest()
        newest = await self.office.database.read(lambda connection: newest_notice(connection, notice_id, lang))
        if newest is not None and newest.sha256 == digest:
            return newest
        now = self.office.now()
        notice = Notice(id=notice_id, version=newest.version + 1 if newest else 1, lang=lang, sha256=digest)
        row = {
            "id": notice_id,
            "version": notice.version,
            "lang": lang,
            "sha256": digest,
            "text": text,
            "created_at": now,
        }
        unit = Unit().insert(notices, row)
        facts = {"notice": notice_id, "version": notice.version, "lang": lang, "sha256": digest}
        self.office.note(unit, actor, "notice.stored", facts, at=now)
        try:
            await self.office.database.write(unit)
        except Conflict:
            raise Conflict("Somebody stored a version of this notice at the same time; look and try again.") from None
        return notice

    async def newest(self, notice_id: str, lang: str | None = None) -> Notice | None:
        """The newest version of a notice, in a language or in any; None when there is none."""
        return await self.office.database.read(lambda connection: newest_notice(connection, notice_id, lang))


def newest_notice(connection: Connection, notice_id: str, lang: str | None = None) -> Notice | None:
    """Read the newest version of a notice, in a language or in any."""
    query = select(notices.c.id, notices.c.version, notices.c.lang, notices.c.sha256).where(notices.c.id == notice_id)
    if lang is not None:
        query = query.where(notices.c.lang == lang)
    row = connection.execute(query.order_by(notices.c.version.desc()).limit(1)).mappings().first()
    return None if row is None else Notice(**row)
