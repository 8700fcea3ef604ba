"""The desk of the audit log: its head, its leaves, and proofs of single entries."""

import base64
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from audit.checkpoint import open_checkpoint
from audit.encoding import event_id_text, parse_leaf, time_text
from audit.gaps import in_place, reads
from audit.proofs import inclusion_proof
from audit.types import by_number
from gateway.desk.office import Office
from gateway.errors import NotFound
from gateway.storage.log.clear import Comparison, Edited
from gateway.storage.log.store import SqlAuditStore

_PROOF: Final = "c2sp.org/tlog-proof@v1"


class LogDesk:
    """The log as auditors meet it: what stands under the published checkpoint, and nothing before."""

    def __init__(self, office: Office, store: SqlAuditStore) -> None:
        self.office = office
        self.store = store

    async def checkpoint(self) -> bytes:
        """The latest signed checkpoint, a C2SP note.

        Raises:
            NotFound: nothing has been sequenced yet.
        """
        note = await self.store.checkpoint()
        if note is None:
            raise NotFound("The log has no signed checkpoint yet.")
        return note

    async def entries(self, after: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        """The leaves behind an index, in the order of the log and as far as they are left; what they hold is sealed."""
        note = await self.store.checkpoint()
        start = 0 if after is None else after + 1
        end = min(start + limit, 0 if note is None else self._size(note))
        if end <= start:
            return []
        leaves = await in_place(self.store.leaves, start, end)
        return [_entry(index, leaf) for index, leaf in enumerate(leaves, start) if leaf is not None and reads(leaf)]

    async def proof(self, event_id: bytes) -> str:
        """The offline proof that one entry is in the log (C2SP tlog-proof).

        Raises:
            NotFound: there is no such entry under the checkpoint yet.
        """
        note = await self.checkpoint()
        size = self._size(note)
        index = await self.store.index_of(event_id)
        if index is None or index >= size:
            raise NotFound("There is no such entry under a checkpoint; a new one takes a moment.")
        hashes = await inclusion_proof(self.store, index, size)
        lines = [_PROOF, f"index {index}", *(base64.b64encode(each).decode() for each in hashes)]
        return "\n".join(lines) + "\n\n" + note.decode()

    async def edited(self, span: tuple[int, int] | None = None) -> Sequence[Edited]:
        """Every clear column of the log's tables that does not say what its leaf or signed note says.

        Exports and proofs read leaves alone; look-ups, filters and `--from` read these columns, and so does the outbox
        to know what is signed. Of a span of leaves [first, end) only what stands there is compared.
        """
        comparison = Comparison(key=self.office.vault.keyring.log_signer().key, span=span)
        found: list[Edited] = []
        for walk in (comparison.entries, comparison.heads, comparison.checkpoints):
            more, place = await self.office.database.read(partial(walk, after=None))
            found += more
            while place is not None:
                more, place = await self.office.database.read(partial(walk, after=place))
                found += more
        return found

    def _size(self, note: bytes) -> int:
        return open_checkpoint(note, self.office.vault.keyring.log_signer().key).size


def _entry(index: int, raw: bytes) -> Mapping[str, Any]:
    leaf = parse_leaf(raw)
    kind = by_number(leaf.type)
    return {
        "index": index,
        "event_id": event_id_text(leaf.event_id),
        "type": kind.name,
        "says": kind.sentence,
        "at": time_text(leaf.time),
        "key_id": leaf.dek_id.hex(),
        "leaf": base64.b64encode(raw).decode(),
    }
