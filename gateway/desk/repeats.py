"""Posts that come again: a form's same content within minutes is one post, and a challenge counts for one.

What is kept are marks, as of every idempotent request (`gateway.storage.leads.marks`). Once the person of that lead has
withdrawn or objected, or was erased, the same words are a new inquiry.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Connection

from audit.keyring import FORM, IDEMPOTENCY
from gateway.desk.office import Office
from gateway.intake.kit.settings import SourceSettings
from gateway.ports import Mark, OneUse
from gateway.storage.engine.database import Tx
from gateway.storage.leads.marks import answered, burned, take_off
from gateway.storage.leads.rows import read_leads
from gateway.storage.people.refused import refused_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How a post is known again: as an inquiry, and as something that was kept aside.

    They are two, so that a post that looked like spam cannot keep an honest one with the same content away. Both burn
    the challenge that came along.
    """

    inquiry: Mark
    aside: Mark

    def spent(self) -> Self:
        """The same for a post whose challenge was used before, by another one: there is nothing left to burn."""
        return replace(self, inquiry=replace(self.inquiry, burn=None), aside=replace(self.aside, burn=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the store knows of a post before it is taken: whether it came before, whether its challenge did.

    `anew` says that it came before and that its lead answers for nothing any more: the challenge was its own.
    """

    repeated: bool
    burned: bool
    anew: bool


class Repeats:
    """Knows form posts again."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def marks(self, source: SourceSettings, content: bytes, burn: str | None, now: datetime) -> Marks:
        """Make the marks of a post.

        Args:
            source: the form.
            content: what tells the post from another one.
            burn: the id of the challenge that came with it, if one did.
            now: the time.
        """
        once = None if burn is None else self._once(source, burn, now)
        until = now + timedelta(minutes=source.repeat_minutes)
        return Marks(
            inquiry=self._mark("form", source, content, once, until),
            aside=self._mark("form-aside", source, content, once, until),
        )

    def aside(self, source: SourceSettings, content: bytes, until: datetime) -> Mark:
        """Make the mark of something that a program sent and that is kept aside, once until a time."""
        return self._mark("api-aside", source, content, None, until)

    async def look(self, marks: Marks, now: datetime) -> Seen:
        """Ask the store whether a post was taken in already, and whether its challenge was used.

        A mark whose lead answers for nothing any more is taken off, so that the post makes a lead of its own.

        Raises:
            StoreUnavailable: it cannot be asked.
        """
        mark = marks.inquiry

        def read(connection: Connection) -> Seen:
            answer = answered(connection, mark, now)
            stands = answer is not None and self._stands(connection, answer)
            void = answer is not None and not stands
            return Seen(repeated=stands, burned=burned(connection, mark), anew=void)

        def forget(tx: Tx) -> None:
            # Of two that come at once the second finds the first one's mark, if any, and leaves that alone.
            answer = answered(tx.connection, mark, now, lock=True)
            if answer is not None and not self._stands(tx.connection, answer):
                take_off(tx.connection, mark)

        seen = await self.office.database.read(read)
        if seen.anew:
            await self.office.database.transact(forget)
        return seen

    def _stands(self, connection: Connection, answer: Sequence[str]) -> bool:
        """Say whether an answer of before still answers the post: its lead is held, and its person refused nothing."""
        vault, country = self.office.vault, self.office.country
        found = read_leads(connection, vault, answer)
        return bool(found) and not refused_since(connection, vault, found, country)

    def _once(self, source: SourceSettings, burn: str, now: datetime) -> OneUse:
        mac = self.office.vault.keyring.hmac(FORM, f"burned\0{source.key}\0{burn}".encode())
        return OneUse(mac=mac, expires_at=now + timedelta(seconds=source.challenge_seconds))

    def _mark(self, what: str, source: SourceSettings, content: bytes, once: OneUse | None, until: datetime) -> Mark:
        said = f"{what}\0{source.key}\0".encode() + content
        keyring = self.office.vault.keyring
        return Mark(
            key=keyring.hmac(IDEMPOTENCY, said),
            fingerprint=keyring.hmac(IDEMPOTENCY, b"payload\0" + said),
            expires_at=until,
            burn=once,
        )
