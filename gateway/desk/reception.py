"""The desk where leads come in: reads them, keeps spam and the unreadable aside, opens the journey."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from audit.keyring import FORM, IDEMPOTENCY
from gateway import journey
from gateway.desk.office import Actor, Office
from gateway.desk.quarantine import Kept, Post, QuarantineDesk
from gateway.desk.repeats import Marks, Repeats
from gateway.errors import Conflict, Fault, Invalid, Malformed, TooMany, Unavailable
from gateway.intake import Reading, Rejected, WayIn
from gateway.intake.kit.settings import SourceSettings
from gateway.intake.kit.spam import Aside, Signal, settle
from gateway.lead import Lead, Submission
from gateway.ports import Arrival, Mark, World
from gateway.storage.windows import Limit, count_call, count_once

__all__ = ["Post", "Reception", "Taken"]

_FLOOD_SECONDS: Final = 600
_MINUTE: Final = 60
_DAY: Final = 86_400
_RACES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a request: a lead or faults for each entry, in order, or a place in quarantine."""

    leads: tuple[Lead | Rejected, ...] = ()
    quarantined: str | None = None
    reasons: tuple[str, ...] = ()
    redirect: str | None = None
    repeated: bool = False
    """The very same form post was taken a moment ago: nothing new was stored."""


class Reception:
    """Takes requests in."""

    def __init__(
        self, office: Office, world: World, ways_in: Mapping[str, WayIn], quarantine: QuarantineDesk, *, hours: int
    ) -> None:
        self.office = office
        self.world = world
        self.ways_in = ways_in
        self.quarantine = quarantine
        self.repeats = Repeats(office)
        self.remembered = timedelta(hours=hours)

    def challenge_key(self) -> bytes:
        """The key that signs form challenges."""
        return self.office.vault.keyring.hmac(FORM, b"challenge")

    async def accept(self, actor: Actor, source: SourceSettings, post: Post) -> Taken:
        """Take one request in. When this returns, every lead in it is durable, or its bytes are in quarantine.

        Raises:
            Malformed: it cannot be read; its bytes are kept for a replay.
            TooLarge: it is over a stated limit; nothing is kept.
            Invalid: the one lead in it has faults; its bytes are kept for a replay.
            TooMany: the source is over its cap.
            KeyReused: the Idempotency-Key came with another payload.
            StoreUnavailable: nothing was stored.
        """
        if post.kind == "form":
            return await self._accept_form(source, post)
        await self._within_caps(source)
        try:
            reading = self._read(source, post)
        except Malformed as error:
            await self._keep(source, post, error.type)
            raise
        if not post.context.batch:
            try:
                _check_usable(reading)
            except Invalid:
                await self._keep(source, post, "invalid")
                raise
        now = post.context.received_at
        return await self._open(reading, self._mark(actor, post, now), now)

    async def _keep(self, source: SourceSettings, post: Post, reason: str) -> None:
        """Keep a program's request aside; the same one again is kept once, as long as a key would be remembered."""
        content = post.content_type.encode() + b"\0" + post.body
        mark = self.repeats.aside(source, content, post.context.received_at + self.remembered)
        await self.quarantine.keep(source, post, (reason,), mark)

    async def _accept_form(self, source: SourceSettings, post: Post) -> Taken:
        """Take a browser's form in. The same content within minutes is one post, however often it comes."""
        now = post.context.received_at
        try:
            reading = self._read(source, post)
        except Malformed as error:
            await self._within_caps(source)
            aside = self.repeats.marks(source, post.body, None, now).aside
            await self.quarantine.keep(source, post, (error.type,), aside)
            raise
        content = post.body if reading.content is None else reading.content
        marks = self.repeats.marks(source, content, reading.burn, now)
        seen = await self.repeats.look(marks, now)
        same_text = 1
        if not seen.repeated:
            await self._within_caps(source)
            same_text = await self._same_text(source, reading, marks, now)
        for _ in range(_RACES):
            if seen.repeated:
                return Taken(redirect=reading.redirect, repeated=True)
            if seen.anew and seen.burned:  # by itself, before the refusal: no replay, nor a proof of what is asked now
                reading = self._read(source, replace(post, context=replace(post.context, challenge_key=None)))
            settled = settle(reading, replayed=seen.burned, same_text=same_text, settings=source)
            try:
                return await self._enter(source, post, settled, marks.spent() if seen.burned else marks)
            except Conflict:  # the same post, or another one with the same challenge, was quicker
                seen = await self.repeats.look(marks, now)
        raise Unavailable("Too many posts of one form at once; send it again.")

    def _read(self, source: SourceSettings, post: Post) -> Reading:
        return self.ways_in[post.kind].read(post.body, post.content_type, source, post.context)

    async def _enter(self, source: SourceSettings, post: Post, reading: Reading, marks: Marks) -> Taken:
        if reading.quarantine:
            kept = await self.quarantine.keep(source, post, reading.quarantine, marks.aside)
            return Taken(quarantined=kept, reasons=reading.quarantine, redirect=reading.redirect)
        try:
            _check_usable(reading)
        except Invalid:
            await self.quarantine.keep(source, post, ("invalid",), marks.aside)
            raise
        now = post.context.received_at
        taken = await self._open(reading, marks.inquiry, now)
        # Of two that come at once, the later one is given the lead that the other has made.
        return replace(taken, repeated=any(isinstance(each, Lead) and each.received_at != now for each in taken.leads))

    async def replay(self, actor: Actor, source: SourceSettings, kept: Kept) -> Taken:
        """Take a request out of quarantine in, as of when and whence it came; again, it gives the same leads.

        What looked like spam is let through with its marks; what cannot be read still cannot.

        Raises:
            Invalid, Malformed: it cannot be used now either.
        """
        strange = Signal.CHALLENGE_REPLAYED.value in kept.reasons
        kind = "form" if source.kind == "form" else "api"
        context = replace(
            kept.context,
            challenge_key=None if strange else self.challenge_key(),
            batch=kind == "api" and _is_batch(kept.body),
        )
        reading = self.ways_in[kind].read(kept.body, kept.content_type, source, context)
        if Aside.NO_CONTACT_POINT.value in reading.quarantine:
            raise Invalid("No field could be read as an e-mail address or phone; map the field and replay it.")
        _check_usable(reading)
        keyring = self.office.vault.keyring
        mark = Mark(
            key=keyring.hmac(IDEMPOTENCY, f"replay\0{kept.id}".encode()),
            fingerprint=keyring.hmac(IDEMPOTENCY, b"payload\0" + kept.body),
            expires_at=kept.expires_at,
        )
        taken = await self._open(reading, mark, kept.received_at)
        first = next((entry.id for entry in taken.leads if isinstance(entry, Lead)), None)
        await self.quarantine.replayed(actor, kept.id, first)
        return taken

    async def _open(self, reading: Reading, mark: Mark | None, received_at: datetime) -> Taken:
        good = [entry for entry in reading.entries if isinstance(entry, Submission)]
        arrivals = [Arrival(submission=entry, received_at=received_at) for entry in good]
        leads = iter(await journey.receive(self.world, arrivals, mark) if arrivals else ())
        # A lead that the mark stored before may have been erased meanwhile.
        entries = tuple(next(leads, _GONE) if isinstance(entry, Submission) else entry for entry in reading.entries)
        return Taken(leads=entries, redirect=reading.redirect)

    def _mark(self, actor: Actor, post: Post, now: datetime) -> Mark | None:
        if post.idempotency_key is None:
            return None
        keyring = self.office.vault.keyring
        name = post.idempotency_key.strip().strip('"')
        # All keys of a source are one caller: while one replaces another, what was sent with the old one is known.
        caller = actor.id if actor.source is None else f"source:{actor.source}"
        return Mark(
            key=keyring.hmac(IDEMPOTENCY, f"key\0{caller}\0{name}".encode()),
            fingerprint=keyring.hmac(IDEMPOTENCY, b"payload\0" + post.body),
            expires_at=now + self.remembered,
        )

    async def _same_text(self, source: SourceSettings, reading: Reading, marks: Marks, now: datetime) -> int:
        """Count in how many posts this very message came to this form in the last ten minutes, up to the limit.

        The same post counts once in each stretch of the time for which it is known again, also where the browser sends
        it several times at once.
        """
        entry = reading.entries[0] if reading.entries else None
        message = entry.inquiry.message if isinstance(entry, Submission) else None
        if message is None or not message.reveal().strip():
            return 1
        digest = self.office.vault.keyring.hmac(FORM, b"text\0" + message.reveal().strip().encode())
        scope = f"text:{source.key}:{digest[:16].hex()}"
        limits = [Limit(calls=source.flood_after - 1, seconds=_FLOOD_SECONDS)]
        if source.repeat_minutes:
            what, known = marks.inquiry.key[:16].hex(), source.repeat_minutes * _MINUTE
            full = await count_once(self.office.database, scope, limits, now, what=what, seconds=known)
        else:
            full = await count_call(self.office.database, scope, limits, now)
        return source.flood_after if full is not None else 1

    async def _within_caps(self, source: SourceSettings) -> None:
        limits = []
        if source.per_minute is not None:
            limits.append(Limit(calls=source.per_minute, seconds=_MINUTE))
        if source.per_day is not None:
            limits.append(Limit(calls=source.per_day, seconds=_DAY))
        if not limits:
            return
        now = self.office.now()
        until = await count_call(self.office.database, f"source:{source.key}", limits, now)
        if until is not None:
            raise TooMany("This source is over its cap.", retry_after=(until - now).total_seconds())


_GONE: Final = Rejected(faults=(Fault(pointer="", detail="This lead was taken before, and erased since."),))


def _check_usable(reading: Reading) -> None:
    """Check that something in a request can be used; raise Invalid when its only lead has faults."""
    if len(reading.entries) == 1 and isinstance(reading.entries[0], Rejected):
        raise Invalid(faults=reading.entries[0].faults)


def _is_batch(body: bytes) -> bool:
    try:
        tree = json.loads(body)
    except ValueError:
        return False
    return isinstance(tree, list) or (isinstance(tree, dict) and tree.keys() == {"leads"})
