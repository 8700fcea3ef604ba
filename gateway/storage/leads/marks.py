"""Marks of idempotent requests: what each was answered with, and what it used up. All that is kept are keyed hashes.

A mark is written in the transaction that takes its request in, so a crash leaves both or neither, and of two that come
at once one is the first.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from gateway.errors import Conflict, KeyReused
from gateway.ports import Mark
from gateway.storage.engine.unit import Unit
from gateway.storage.leads.tables import form_challenges, idempotency


def write_mark(unit: Unit, mark: Mark, answer: Sequence[str]) -> Unit:
    """Remember what a request was answered with, and use up what it burns; gives the unit."""
    row = {"mac": mark.key, "fingerprint": mark.fingerprint, "answer": list(answer), "expires_at": mark.expires_at}
    return burn(unit.insert(idempotency, row), mark)


def burn(unit: Unit, mark: Mark) -> Unit:
    """Use up what a request burns; gives the unit."""
    if mark.burn is not None:
        unit.insert(form_challenges, {"mac": mark.burn.mac, "expires_at": mark.burn.expires_at})
    return unit


def answered(connection: Connection, mark: Mark, now: datetime, *, lock: bool = False) -> Sequence[str] | None:
    """What the same request was answered with; None where there was none, or so long ago that it is over.

    Raises:
        KeyReused: the mark was used with another payload.
    """
    query = select(idempotency).where(idempotency.c.mac == mark.key, idempotency.c.expires_at > now)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        return None
    if not hmac.compare_digest(row["fingerprint"], mark.fingerprint):
        raise KeyReused
    answer: Sequence[str] = row["answer"]
    return answer


def burned(connection: Connection, mark: Mark) -> bool:
    """Whether what a request burns was used before, by this one or another one."""
    if mark.burn is None:
        return False
    query = select(form_challenges.c.mac).where(form_challenges.c.mac == mark.burn.mac)
    return connection.execute(query).first() is not None


def once(connection: Connection, mark: Mark, now: datetime) -> Sequence[str] | None:
    """What the same request was answered with; None where it is new, and nothing stands in its way any more.

    Raises:
        Conflict: what it burns was used before, by another request.
        KeyReused: the mark was used with another payload.
    """
    # Only while it is expired: of two that find it so, the second finds what the first has written instead.
    over = idempotency.c.mac == mark.key, idempotency.c.expires_at <= now
    connection.execute(delete(idempotency).where(*over))
    answer = answered(connection, mark, now)
    if answer is None and burned(connection, mark):
        raise Conflict("What this request uses up was used before, by another one.")
    return answer


def take_off(connection: Connection, mark: Mark) -> None:
    """Forget what a request was answered with, so that it makes a lead of its own."""
    connection.execute(delete(idempotency).where(idempotency.c.mac == mark.key))
