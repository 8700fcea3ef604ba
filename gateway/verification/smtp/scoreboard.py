"""How well the classifier reads replies whose meaning somebody else has said."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.verification.smtp.classify import classify
from gateway.verification.smtp.meaning import Classified, ReplyMeaning
from gateway.verification.smtp.reply import Stage, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A reply, the meaning that it has, and the line (from 1) on which that was said.

    Attributes:
        line: from 1.
        reply: what the server said.
        expected: what it means.
        host: the name of the server, where the reply itself does not name it.
        stage: what it answers, where the reply itself does not say so.
    """

    line: int
    reply: str = field(repr=False)
    expected: ReplyMeaning
    host: str = ""
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A sample, and what the classifier made of it."""

    sample: Sample
    found: Classified

    @property
    def right(self) -> bool:
        """Whether the classifier agrees."""
        return self.found.meaning is self.sample.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoreboard:
    """What became of all samples, in their order."""

    scored: tuple[Scored, ...]

    def confusion(self) -> Mapping[ReplyMeaning, Counter[ReplyMeaning]]:
        """How often each expected meaning was taken for which; meanings that nobody expected are left out."""
        counts = {meaning: Counter[ReplyMeaning]() for meaning in ReplyMeaning}
        for each in self.scored:
            counts[each.sample.expected][each.found.meaning] += 1
        return {meaning: found for meaning, found in counts.items() if found}

    def called(self, expected: ReplyMeaning, found: ReplyMeaning) -> int:
        """How many replies that mean the one were taken for the other."""
        return self.confusion().get(expected, Counter())[found]

    def expected(self, meaning: ReplyMeaning) -> int:
        """How many replies have a meaning."""
        return sum(each.sample.expected is meaning for each in self.scored)

    def to_json(self) -> dict[str, Any]:
        """Write it with numbers and lines, and without a word of the replies."""
        refused, unknown = ReplyMeaning.REFUSED_US, ReplyMeaning.NO_SUCH_MAILBOX
        return {
            "replies": len(self.scored),
            "right": sum(each.right for each in self.scored),
            "refusals": {"replies": self.expected(refused), "called_no_such_mailbox": self.called(refused, unknown)},
            "unknown": {"replies": self.expected(unknown), "recognised": self.called(unknown, unknown)},
            "confusion": {
                str(meaning): {str(other): count for other, count in sorted(found.items())}
                for meaning, found in self.confusion().items()
            },
            "wrong": [
                {
                    "line": each.sample.line,
                    "expected": str(each.sample.expected),
                    "found": str(each.found.meaning),
                    "by": str(each.found.by),
                    "phrase": each.found.phrase,
                }
                for each in self.scored
                if not each.right
            ],
        }


def score(samples: Iterable[Sample]) -> Scoreboard:
    """Classify every sample."""
    return Scoreboard(scored=tuple(Scored(sample=sample, found=_read(sample)) for sample in samples))


def _read(sample: Sample) -> Classified:
    return classify(parse(sample.reply, stage=sample.stage, host=sample.host))
