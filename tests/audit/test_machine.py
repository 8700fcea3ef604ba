"""A log that lives: appends, crashes, take-overs, erasures and exports in any order, proved again at every end."""

import asyncio
import json
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from audit.checkpoint import Checkpoint, open_checkpoint
from audit.manifest import ERASED, OPEN
from audit.merkle import verify_consistency
from audit.proofs import consistency_proof
from audit.sequencer import Sequencer
from audit.types import ERASURE_COMPLETED
from tests.audit.rederive import rederive
from tests.audit.world import World, subject


class Log(RuleBasedStateMachine):
    """The model is two counters: entries added, and entries whose subject was erased."""

    @initialize()
    def start(self) -> None:
        self.world = World()
        self.leader: Sequencer | None = None
        self.alive = dict.fromkeys(range(1, 4), 0)
        self.added = self.erased = 0
        self.receipts: list[bytes] = []
        self.seen: Checkpoint | None = None
        self.keys = {1: 1, 2: 2, 3: 3}  # who was erased comes back under a new key

    @rule(of=st.integers(1, 3), count=st.integers(1, 5))
    def add(self, of: int, count: int) -> None:
        self.world.fake.add([self.world.entry(b'{"lead_id":"ld_%d"}' % of, of=self.keys[of]) for _ in range(count)])
        self.alive[of] += count
        self.added += count

    @rule(holder=st.sampled_from("ab"), wait=st.sampled_from([0, 10]))
    def take_over(self, holder: str, wait: int) -> None:
        self.world.now += timedelta(seconds=wait)
        candidate = self.world.sequencer(holder, batch=3)
        if asyncio.run(candidate.take()):
            self.leader = candidate

    @precondition(lambda self: self.leader)
    @rule()
    def sequence(self) -> None:
        assert self.leader is not None
        asyncio.run(self.leader.step())

    @precondition(lambda self: self.leader and not self.world.fake.pending)
    @rule(of=st.integers(1, 3))
    def erase(self, of: int) -> None:
        key = subject(self.keys[of])
        if key.dek_id not in self.world.keys.held:
            return
        payload = json.dumps({"dek_ids": [key.dek_id.hex()]}).encode()
        receipt = self.world.entry(payload, of=9, kind=ERASURE_COMPLETED)
        self.world.fake.add([receipt])
        self.receipts.append(receipt.event_id)
        assert self.leader is not None
        asyncio.run(self.leader.step())
        del self.world.keys.held[key.dek_id]
        self.erased += self.alive[of]
        self.alive[of] = 0
        self.keys[of] += 10

    @precondition(lambda self: self.world.fake.notes)
    @rule()
    def an_outsider_checks_that_history_was_kept(self) -> None:
        note = asyncio.run(self.world.store.checkpoint())
        assert note is not None
        new = open_checkpoint(note, self.world.signer.key)
        if self.seen is not None:
            proof = asyncio.run(consistency_proof(self.world.store, self.seen.size, new.size))
            verify_consistency(self.seen.size, new.size, self.seen.root, new.root, proof=proof)
        self.seen = new

    def teardown(self) -> None:
        world = self.world
        world.now += timedelta(seconds=60)
        last = world.sequencer("last")
        assert asyncio.run(last.take())
        while asyncio.run(last.step()):
            pass
        if not world.fake.log:
            return
        self.an_outsider_checks_that_history_was_kept()
        verdict = asyncio.run(rederive(world.store, signer=world.signer, keys=world.keys, receipts=self.receipts))
        own = sum(1 for leaf in world.fake.log if leaf[41:43] == b"\0\3")  # take-overs are open too
        assert verdict.counts[OPEN] == self.added - self.erased + len(self.receipts) + own
        assert verdict.counts[ERASED] == self.erased


Log.TestCase.settings = settings(max_examples=settings().max_examples // 5, stateful_step_count=15)
TestLog = Log.TestCase
