"""Where a lead stands: what its entries come to, one after the other, whether report.html shows them or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import Any

_UNKNOWN = "unknown"
_EARLY = {"lead.received": "received", "lead.verified": "verified", "lead.enriched": "enriched"}
_EARLY["lead.enrichment_skipped"] = "enriched"
RESTS = {
    "lead.decided": "decided",
    "lead.held": "held",
    "lead.rejected": "rejected",
    "lead.quarantined": "quarantined",
    "lead.released": "released",
    "lead.retracted": "retracted",
}
_MARKS = {
    "delivery.dead": "a delivery was given up",
    "consent.withdrawn": "consent was withdrawn",
    "objection.recorded": "an objection was recorded",
    "lead.resolved": "a hold was ended with evidence",
}
TELLING = frozenset({"lead.received", *RESTS, *_MARKS})
"""What a page must tell of a lead; of one whose other entries alone are left it says nothing."""
_ORDER = (
    "retracted",
    "rejected",
    "quarantined",
    "held",
    _UNKNOWN,
    *dict.fromkeys(_EARLY.values()),
    "decided",
    "released",
)
"""Where leads stand, in the order a reader wants to see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a lead stands, and what else stands out (``marks``, as they came)."""

    stands: str = _UNKNOWN
    marks: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether an entry has said where it stands."""
        return self.stands != _UNKNOWN

    @property
    def early(self) -> bool:
        """Whether nothing has been decided of it yet."""
        return self.stands in _EARLY.values()

    @property
    def usual(self) -> bool:
        """Whether it was released and nothing else stands out."""
        return self.stands == "released" and not self.marks

    @property
    def rank(self) -> int:
        """Its place among others: what was not released as usual comes first."""
        return len(_ORDER) if self.usual else _ORDER.index(self.stands)

    def after(self, name: str, facts: Mapping[str, Any]) -> "Standing":
        """Return where it stands after an entry of this type; a decision that was made again may leave it released."""
        return _after(self, name, stays="decisions" in facts and facts.get("outcome") == "released")


@lru_cache(maxsize=4096)  # so that leads that stand alike share one object
def _after(before: Standing, name: str, *, stays: bool) -> Standing:
    stands = "released" if stays else RESTS.get(name, before.stands)
    if name in _EARLY and (before.early or (name == "lead.received" and not before.known)):
        stands = _EARLY[name]
    mark = _MARKS.get(name)
    marks = before.marks if mark is None or mark in before.marks else (*before.marks, mark)
    return replace(before, stands=stands, marks=marks)


class Standings:
    """Where the leads stand that a page does not show, as long as there are no more than ``most`` of them.

    Per lead 16 bytes of a hash and a shared object, some 130 bytes with their places: 130 MB for a million.
    Of more, those whose last change lies furthest back are forgotten, a sixteenth at once, and unknown from then on.
    """

    __slots__ = ("_known", "_most")

    def __init__(self, most: int) -> None:
        """Start empty."""
        self._most = most
        self._known: dict[bytes, Standing] = {}  # in the order of their last changes

    def __getitem__(self, lead: str) -> Standing:
        """Return where a lead stands; of one never heard of that is unknown."""
        return self._known.get(_name(lead)) or Standing()

    def __setitem__(self, lead: str, standing: Standing) -> None:
        """Remember where a lead stands."""
        name = _name(lead)
        self._known.pop(name, None)
        self._known[name] = standing
        if len(self._known) > self._most:  # several at once, because a dictionary finds its first key by a search
            for oldest in list(islice(self._known, 1 + self._most // 16)):
                del self._known[oldest]


def _name(lead: str) -> bytes:
    return sha256(lead.encode(errors="surrogatepass")).digest()[:16]
