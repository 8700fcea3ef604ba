"""One lead's story in report.html: where it stands and why in plain words, then each step; decisions as tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from audit.rows import Row, facts_of, plain
from audit.standing import RESTS, Standing

_LONG = 300
_HEAD = 100
_SHOWN = frozenset({"lead_id", "subject_id", "actor", "outcome", "reasons", "says", "decisions", "grounds"})
_OUTCOMES = {"ALLOW": "allowed", "HOLD": "held", "DENY": "denied"}
_PURPOSES = {
    "inquiry_response": "answering the inquiry",
    "enrichment": "looking up more",
    "disclosure": "passing on to another company",
}
_CHANNELS = {"email": "e-mail", "sms": "text message"}


class Story:
    """The steps of one lead that the page shows, as sealed, and what follows from all of them."""

    __slots__ = ("decided", "lead", "rest", "rows", "size", "standing", "unshown", "verified")

    def __init__(self, lead: str) -> None:
        """Begin with nothing known of this lead."""
        self.lead = lead
        self.rows: list[Row] = []
        self.size = 0
        self.unshown = 0
        self.standing = Standing()
        self.rest: Row | None = None
        self.decided: Row | None = None
        self.verified: Row | None = None

    def tell(self, row: Row, facts: Mapping[str, Any], standing: Standing, *, shown: bool) -> None:
        """Take in one step and where the lead stands after it; of one that is not shown nothing else is kept."""
        self.standing = standing
        if shown:
            self.rows.append(row)
            self.size += len(row.payload)
        else:
            self.unshown += 1
        kept = row if shown else None
        if row.type.name in RESTS:
            self.rest = kept
        if "caps" in facts:
            self.verified = kept
        if "decisions" in facts:
            self.decided = kept

    def why(self) -> str:
        """Say in plain words why it stands where it stands."""
        rest, decided = _facts(self.rest), _facts(self.decided)
        told = list(self.standing.marks)
        if self.rest is None and not self.standing.early:
            told.append("its decisive step is not in this page")
        elif self.standing.stands in {"released", "decided"}:
            told += [*_uses(decided), *_limits(_facts(self.verified))]
        else:
            told += _sentences(rest) or [_words(each) for each in _texts(rest.get("reasons"))]
        return "; ".join(told)

    def line(self, number: int) -> str:
        """Return its line of the index, which leads to it."""
        link = f"<a href='#l{number}'>{folded(self.lead)}</a>"
        return f"<tr><td>{link}<td>{self.standing.stands}<td>{_time(self.rows[0])}<td>{folded(self.why())}\n"

    def render(self, number: int) -> Iterator[str]:
        """Yield its chapter."""
        yield f"<section id=l{number}><h3>Lead <code>{folded(self.lead)}</code></h3>\n"
        why = self.why()
        yield f"<p><b>{self.standing.stands.capitalize()}</b>{': ' + folded(why) if why else ''}</p>\n"
        if self.rows[0].type.name != "lead.received":
            yield (
                "<p class=warn>Its earlier steps are not in this page: look in events.csv, or in an export that begins "
                "earlier.</p>\n"
            )
        yield f"<table>{''.join(step(row) for row in self.rows)}</table>\n"
        if self.unshown:
            yield f"<p class=warn>{self.unshown} more of its steps are in events.csv only.</p>\n"
        yield "</section>\n"


def step(row: Row) -> str:
    """Return one entry as a table row: place, time, what happened, and what its payload says."""
    facts = _facts(row)
    said = [_words(plain(facts[each])) for each in ("outcome", "reasons") if facts.get(each)]
    result = f" <b>{folded(': '.join(said))}</b>" if said else ""
    by = f" By {folded(plain(facts['actor']))}." if facts.get("actor") else ""
    told = "".join(f"<br>{folded(each)}" for each in _texts(facts.get("says")))
    more = {name: value for name, value in facts.items() if name not in _SHOWN and value not in (None, [], {}, "")}
    detail = "; ".join(f"{_words(name)}: {_flat(value)}" for name, value in more.items())
    small = f"<br><small>{folded(detail)}</small>" if detail else ""
    head = f"<tr><td class=n>{row.position}<td>{_time(row)}<td>{row.type.sentence}"
    return f"{head}{result}{by}{told}{_decisions(facts)}{small}\n"


def folded(text: str) -> str:
    """Return text for the page; of a long one its beginning, and the whole of it folded beneath."""
    if len(text) <= _LONG:
        return escape(text)
    return f"<details><summary>{escape(text[:_HEAD])}…</summary>{escape(text)}</details>"


def _facts(row: Row | None) -> Mapping[str, Any]:
    return {} if row is None or not row.payload else facts_of(row.payload) or {}


def _time(row: Row) -> str:
    return row.time[:19].replace("T", " ")


def _words(code: str) -> str:
    return code.replace("_", " ")


def _texts(value: object) -> list[str]:
    """The strings of a list; whatever else was sealed there is no text."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _flat(value: object) -> str:
    """A JSON value in words: `verdict deliverable, score 85`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)} {_flat(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, list):
        return ", ".join(_flat(each) for each in value)
    return plain(value)


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _ground(facts: Mapping[str, Any], decision: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ground that a decision names by its rule and code; empty where none was sealed."""
    named = (decision.get("rule"), decision.get("code"))
    found = (each for each in _mappings(facts.get("grounds")) if (each.get("rule"), each.get("code")) == named)
    return next(found, {})


def _sentences(facts: Mapping[str, Any]) -> list[str]:
    """Why, as verification or the decisive rules said it."""
    reasons = _texts(facts.get("reasons"))
    grounds = (each for each in _mappings(facts.get("grounds")) if each.get("code") in reasons)
    told = [plain(each.get("says")) for each in grounds]
    return _texts(facts.get("says")) or list(dict.fromkeys(told))


def _grouped(facts: Mapping[str, Any]) -> Sequence[tuple[Mapping[str, Any], list[str]]]:
    """The decisions that differ in their channel alone, together with their channels; what is not allowed first."""
    found: dict[tuple[str, ...], tuple[Mapping[str, Any], list[str]]] = {}
    for each in _mappings(facts.get("decisions")):
        same = tuple(plain(each.get(name)) for name in ("recipient", "purpose", "outcome", "code", "rule"))
        channel = plain(each.get("channel"))
        found.setdefault(same, (each, []))[1].append(_CHANNELS.get(channel, _words(channel)))
    return sorted(found.values(), key=lambda pair: pair[0].get("outcome") == "ALLOW")


def _purpose(decision: Mapping[str, Any]) -> str:
    name = plain(decision.get("purpose"))
    return _PURPOSES.get(name, _words(name))


def _outcome(decision: Mapping[str, Any]) -> str:
    name = plain(decision.get("outcome"))
    return _OUTCOMES.get(name, name)


def _uses(facts: Mapping[str, Any]) -> list[str]:
    """What was decided, in one sentence per outcome: `allowed: marketing by e-mail, post`."""
    uses: dict[str, dict[str, list[str]]] = {}
    for decision, channels in _grouped(facts):
        told = uses.setdefault(_outcome(decision), {}).setdefault(_purpose(decision), [])
        told += [each for each in channels if each not in told]
    return [
        f"{outcome}: {', and '.join(f'{purpose} by {_listed(channels)}' for purpose, channels in told.items())}"
        for outcome, told in sorted(uses.items())
    ]


def _limits(facts: Mapping[str, Any]) -> list[str]:
    """What verification makes of the contact points, whatever the law allows."""
    caps = facts.get("caps")
    if not isinstance(caps, Mapping) or not caps:
        return []
    told = (f"{_CHANNELS.get(name, name)} is {_words(plain(cap)).replace(':', ', ')}" for name, cap in caps.items())
    return [f"but by verification {_listed(list(told))}"]


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts)


def _decisions(facts: Mapping[str, Any]) -> str:
    rows = "".join(f"<tr>{_cells(_decision(facts, *pair))}\n" for pair in _grouped(facts))
    if not rows:
        return ""
    names = ("Recipient", "Purpose", "Channel", "Outcome", "Rule", "Citation", "Why")
    return f"<table class=d><tr><th>{'<th>'.join(names)}\n{rows}</table>"


def _decision(facts: Mapping[str, Any], decision: Mapping[str, Any], channels: Sequence[str]) -> Iterator[str]:
    ground = _ground(facts, decision)
    yield plain(decision.get("recipient"))
    yield _purpose(decision)
    yield ", ".join(channels)
    yield _outcome(decision)
    yield plain(decision.get("rule")) or "none"
    yield "; ".join(_texts(ground.get("citations")))
    yield plain(ground.get("says")) or _words(plain(decision.get("code")))


def _cells(texts: Iterable[str]) -> str:
    return "".join(f"<td>{folded(each)}" for each in texts)
