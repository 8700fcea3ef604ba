"""A phrase of mail servers: an id, a meaning, and words looked for literally or by a bounded pattern."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.verification.smtp.folding import fold
from gateway.verification.smtp.meaning import ReplyMeaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Ways to say one thing.

    Attributes:
        id: what evidence and scoreboard call it, like `unknown.english`.
        meaning: what it says.
        words: folded substrings; one of them is enough.
        pattern: a pattern over folded text with bounded repetitions, beside the words.
    """

    id: str
    meaning: ReplyMeaning
    words: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    def said_in(self, folded: str) -> bool:
        """Whether the folded text says it."""
        return any(word in folded for word in self.words) or bool(self.pattern and self.pattern.search(folded))


def phrase(id_: str, meaning: ReplyMeaning, words: str = "", *, pattern: str = "") -> Phrase:
    """Make a phrase; its words stand between bars and are folded here, as the texts are."""
    return Phrase(
        id=id_,
        meaning=meaning,
        words=tuple(fold(" ".join(word.split())) for word in words.split("|") if word.strip()),
        pattern=re.compile(pattern) if pattern else None,
    )


def first(phrases: Iterable[Phrase], folded: str) -> Phrase | None:
    """Find the first phrase that a folded text says."""
    return next((each for each in phrases if each.said_in(folded)), None)


NO_SENTENCE: Final = r"[^.;|]"
"""What stands between two words of one sentence."""
