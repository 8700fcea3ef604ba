"""Withdrawals, objections and suppressions racing seven hundred sends: what they promise holds at the receiver."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from consent.suppression import SuppressionKind
from gateway.desk.office import LOCAL
from gateway.desk.people import Who
from gateway.desk.preferences import Against, Stopped
from gateway.sandbox.inbox import Answer, Received
from gateway.settings import load
from gateway.storage.leads.tables import deliveries, leads
from gateway.wiring import Gateway, Sandbox, connect
from tests.chaos.conftest import Figure
from tests.chaos.world import World, kind_of, lead_of, overrides, running
from tests.support.stores import Store
from tests.support.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.integration]

LEADS = 700
STOPPED = 280
BEHIND = 120
"""How many leads are posted after a lead, at most, before its person withdraws: about as long as a journey takes."""


@dataclass(slots=True)
class Receiver:
    """Notes when each message came: the receiver's side of the promise."""

    came: dict[str, list[tuple[float, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def note(self, message: Received) -> None:
        """Note one message: when, its kind, its delivery id."""
        self.came[lead_of(message)].append((time.monotonic(), kind_of(message), message.id))


async def stop(gateway: Gateway, way: str, email: str) -> Stopped:
    """Stop a person's data in one of three ways."""
    match way:
        case "withdraw":
            return await gateway.desks.preferences.withdraw(LOCAL, Who(email=email), Against())
        case "object":
            return await gateway.desks.preferences.object(LOCAL, Who(email=email), Against())
        case _:
            kind = SuppressionKind.EMAIL_CANONICAL
            return await gateway.desks.preferences.suppress(LOCAL, kind, email, Against(), "asked_by_phone")


async def test_nothing_arrives_after_the_answer(store: Store, tmp_path: Path, figure: Figure) -> None:
    """After the answer to a withdrawal nothing about its subject arrives, but what the answer lists and retractions."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    moments, receiver = random.Random(seed), Receiver()  # noqa: S311 - a repeatable test, not a secret
    async with running(store, tmp_path) as world, AsyncExitStack() as stack:
        world.inbox._on_receive = receiver.note
        world.inbox.default = Answer(delay=0.03)
        senders = [world.gateway]
        if store.dialect == "postgresql":  # a second sender with connections of its own
            other = await connect(load(**overrides(store, tmp_path, world.dns.address)), Sandbox(clock=world.clock))
            stack.push_async_callback(other.close, 2.0)
            await other.start_worker()
            senders.append(other)
        plan = _plan(moments)
        ids, answers = await _race(world, senders, plan, moments)
        await _settled(world, [ids[email] for email in answers])
        late, listed, seen = 0, 0, Counter[str]()
        for email, (answered, answer) in answers.items():
            allowed = {each["delivery_id"] for each in answer.in_flight}
            listed += len(allowed)
            came = receiver.came[ids[email]]
            after = [(kind, delivery) for at, kind, delivery in came if at > answered and kind != "lead.retracted"]
            assert {delivery for _, delivery in after} <= allowed, f"seed {seed}: {email} {after} {answer}"
            late += len(after)
            kinds = [kind for _, kind, _ in came]
            seen[
                "never came" if not kinds else "came and was taken back" if kinds[-1] == "lead.retracted" else "?"
            ] += 1
        figure(f"{len(answers)} stopped: {dict(seen)}; listed in flight {listed}; came after the answer {late}")
        assert seen["?"] == 0, f"seed {seed}: somebody's lead was sent and never taken back"
        assert seen["never came"], f"seed {seed}: no withdrawal was early enough to race anything"
        assert listed, f"seed {seed}: no withdrawal met a send"
        free = [lead_id for email, lead_id in ids.items() if email not in answers]
        assert all([kind for _, kind, _ in receiver.came[lead_id]] == ["lead.created"] for lead_id in free)
        world.personal = {"@acme.example"}  # hundreds of addresses in every spelling take minutes to look for


def _plan(moments: random.Random) -> dict[int, list[tuple[str, str]]]:
    """Whom to stop, and how, by the number of the lead after which it happens."""
    plan: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number in moments.sample(range(LEADS), STOPPED):
        way = moments.choice(["withdraw", "object", "suppress"])
        plan[number + moments.randrange(BEHIND)].append((f"n{number}@acme.example", way))
    return plan


async def _race(
    world: World, senders: list[Gateway], plan: dict[int, list[tuple[str, str]]], moments: random.Random
) -> tuple[dict[str, str], dict[str, tuple[float, Stopped]]]:
    """Post every lead and stop those of the plan meanwhile; give the leads, and each answer with its time."""
    ids: dict[str, str] = {}
    answers: dict[str, tuple[float, Stopped]] = {}

    async def stopped(email: str, way: str) -> None:
        answer = await stop(moments.choice(senders), way, email)
        answers[email] = (time.monotonic(), answer)

    async with asyncio.TaskGroup() as group:
        for start in range(0, LEADS + BEHIND, 10):
            batch = range(start, start + 10)
            emails = [f"n{number}@acme.example" for number in batch if number < LEADS]
            made = await world.post_many(emails) if emails else []
            ids |= {email: lead.id for email, lead in zip(emails, made, strict=True)}
            for email, way in (each for number in batch for each in plan.get(number, [])):
                group.create_task(stopped(email, way))
            await asyncio.sleep(0.05)
    return ids, answers


async def _settled(world: World, stopped: Sequence[str]) -> None:
    """Wait until every lead rests, those of who stopped it elsewhere than at released, and nothing is on its way."""

    def unfinished(connection: Connection) -> int:
        return _unfinished(connection, stopped)

    await eventually(lambda: world.gateway.office.database.read(unfinished), lambda left: left == 0, seconds=180)


def _unfinished(connection: Connection, stopped: Sequence[str]) -> int:
    rests = leads.c.status.in_(["retracted", "rejected"])
    moving = ~rests & ((leads.c.status != "released") | leads.c.id.in_(stopped))
    sending = deliveries.c.status.in_(["pending", "sending"])
    counts = [connection.execute(select(func.count()).where(which)).scalar_one() for which in (moving, sending)]
    return sum(counts)
