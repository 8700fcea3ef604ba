"""What an export does where the store has lost a leaf: it goes on, names the place, and proves what is left."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from audit.encoding import LEAF, LEAF_SIZE, NO_ID, check_leaf, event_id_text
from audit.errors import BadLeaf, BadProof, ExportError, UnknownType
from audit.manifest import GONE, UNKNOWN_EVENT
from audit.merkle import TILE_HEIGHT, decompose
from audit.ports import Store
from audit.proofs import subtrees
from audit.types import by_number

T = TypeVar("T")


async def in_place(read: Callable[[int, int], Awaitable[Sequence[T]]], start: int, end: int) -> list[T | None]:
    """Read the rows [start, end), each in its place and None where one is gone: halves are asked until it is known."""
    found = await read(start, end)
    if len(found) == end - start:
        return list(found)
    if not found:
        return [None] * (end - start)
    middle = (start + end) // 2
    return [*await in_place(read, start, middle), *await in_place(read, middle, end)]


def reads(leaf: bytes) -> bool:
    """Whether the bytes are a leaf of a type that the log has; what was written over one is as good as lost."""
    if len(leaf) != LEAF_SIZE:
        return False
    version, _, dek_id, time, number, flags, nonce, commitment, _ = LEAF.unpack(leaf)
    try:
        check_leaf(version, time, flags, dek_id, nonce, commitment)
        by_number(number)
    except (BadLeaf, UnknownType):
        return False
    return True


@dataclass(slots=True, kw_only=True)
class Gaps:
    """The leaves that the store has lost from the range [first, end) of a tree of ``size``.

    A lost leaf cannot be hashed, so the smallest stored subtree around it stands in for it and its neighbours: with
    that the range still gives the signed root.
    """

    store: Store
    first: int
    end: int
    size: int
    gone: list[tuple[int, str]] = field(default_factory=list)

    async def leaves(self, start: int, end: int) -> list[bytes]:
        """Return the leaves [start, end), `GONE` for one that is lost or does not read."""
        stored = await in_place(self.store.leaves, start, end)
        found = [None if leaf is None or not reads(leaf) else leaf for leaf in stored]
        for index, leaf in enumerate(found, start):
            if leaf is None:
                self.gone.append((index, await self._event(index)))
        return [GONE if leaf is None else leaf for leaf in found]

    async def subtrees(self, start: int, end: int) -> list[bytes]:
        """Return the roots of the subtrees outside the range; raise ExportError when a leaf beside it is lost."""
        try:
            return await subtrees(self.store, start, end)
        except BadProof as error:
            raise ExportError(reason=f"beside the range an entry is gone from the log ({error}); {_WHOLE}") from error

    async def cover(self) -> list[tuple[int, int, bytes]]:
        """Return the subtrees (level, index, root) that stand in for what is lost, left to right.

        Raises:
            ExportError: one of them reaches over the range's ends, or is lost too.
        """
        found: dict[int, tuple[int, int, bytes]] = {}
        for index, event in self.gone:
            level, at, root = await self._subtree(index)
            named = f"entry {index} ({event}) is gone from the log"
            if not self.first <= at << level < (at + 1) << level <= self.end:
                raise ExportError(reason=f"{named}, too near to an end of the range to prove the rest; {_WHOLE}")
            if root is None:
                raise ExportError(reason=f"{named}, and so are the hashes above it: restore both from a backup")
            found[at << level] = level, at, root
        return [found[start] for start in sorted(found)]

    async def _subtree(self, index: int) -> tuple[int, int, bytes | None]:
        """The smallest subtree over a leaf whose root the store keeps: a full tile, or a part of the last one."""
        tile = index >> TILE_HEIGHT
        if (tile + 1) << TILE_HEIGHT <= self.size:
            return TILE_HEIGHT, tile, next(iter(await self.store.nodes(TILE_HEIGHT, tile, tile + 1)), None)
        head = await self.store.head_at(self.size)
        roots: Sequence[bytes | None] = () if head is None else head.nodes
        parts = decompose(0, self.size)
        roots = roots if len(roots) == len(parts) else [None] * len(parts)
        pairs = zip(parts, roots, strict=True)
        return next((level, at, root) for (level, at), root in pairs if index >> level == at)

    async def _event(self, index: int) -> str:
        event = await self.store.event_at(index)
        return UNKNOWN_EVENT if event is None or len(event) != len(NO_ID) else event_id_text(event)


_WHOLE = "export the whole log, without --from and --to: that proves what is gone and all the rest"
