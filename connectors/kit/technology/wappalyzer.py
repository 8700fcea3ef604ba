"""Reads a file of fingerprints in the Wappalyzer format, which the operator supplies, and holds it against signals.

The format is open (`cats, dns, headers, cookies, meta, scriptSrc, html, implies, requires, excludes`). The well-known
sets in it have licences of their own, so none is shipped. Their patterns are the work of strangers: each is compiled by
an engine that can be stopped, each search has a time, and what cannot be used is counted and left out.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from connectors.kit.technology.closure import Relations
from connectors.kit.technology.detect import CONFIDENCE, Detected, Found, Signals
from connectors.kit.technology.patterns import Pattern
from connectors.kit.technology.rules import Record

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a file."""
MOST_PATTERNS: Final = 50_000
LONGEST_SEARCH: Final = 0.05
"""Seconds that one search may take, however many are left."""
_NAMED: Final[Mapping[str, Record]] = MappingProxyType({"headers": "header", "cookies": "cookie", "meta": "meta"})
_DNS: Final[Mapping[str, Record]] = MappingProxyType({"MX": "mx", "TXT": "txt", "NS": "ns", "CNAME": "cname"})
_PLAIN: Final[Mapping[str, Record]] = MappingProxyType({"scriptSrc": "script", "html": "html"})
_NOT_READ: Final = (
    *("js", "dom", "xhr", "css", "text", "url", "scripts", "robots", "certIssuer", "probe", "requiresCategory"),
)
"""Keys that ask for a browser or for more calls, or whose meaning depends on categories; counted, and not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """One technology of the file: each of its patterns with the record and the name that it is looked for under."""

    slug: str
    name: str
    category: str
    patterns: tuple[tuple[Record, str, Pattern], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """What was read of a file.

    Attributes:
        technologies: by name.
        relations: what implies, requires and excludes what.
        skipped: how many things were left out, by reason: `pattern_bad`, `pattern_too_long`, `too_many`, `not_text`,
            `entry_bad`, or `key_…` for entries that also ask for what is not looked at here.
    """

    technologies: Mapping[str, Technology] = field(repr=False)
    relations: Relations = field(repr=False)
    skipped: Mapping[str, int]

    def detect(self, signals: Signals, remaining: Callable[[], float]) -> Detected:
        """Finds technologies within the time left; an implied one is as sure as what implies it, or less.

        Args:
            signals: what was seen.
            remaining: how many seconds are left; no search is given more.
        """
        hits: dict[str, Found] = {}
        texts = _texts(signals)
        whole = True
        for technology in self.technologies.values():
            if remaining() <= 0:
                whole = False
                break
            found, ended = _search(technology, texts, remaining)
            whole = whole and ended
            if found is not None:
                hits[technology.name] = found
        sure = self.relations.close({name: found.confidence for name, found in hits.items()})
        ordered = sorted(sure, key=lambda name: (self.technologies[name].slug, name))
        return Detected(found=tuple(hits.get(name) or self._implied(name, sure[name]) for name in ordered), whole=whole)

    def _implied(self, name: str, confidence: float) -> Found:
        return _found(self.technologies[name], basis="implied", version="", confidence=confidence)


def load(data: bytes, *, largest: int = LARGEST, most_patterns: int = MOST_PATTERNS) -> Fingerprints:
    """Reads a file: `{"technologies": {…}, "categories": {…}}`, the older `apps`, or the technologies alone.

    Args:
        data: the file.
        largest: the most bytes.
        most_patterns: those after so many are counted as `too_many`.

    Raises:
        ValueError: it is too large, is no JSON, or holds no technologies.
    """
    if len(data) > largest:
        raise ValueError(f"the file is larger than {largest} bytes")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("the file is not JSON") from None
    whole = dict(_items(document))
    entries = {name: dict(_items(entry)) for name, entry in _items(whole.get("technologies", whole.get("apps", whole)))}
    if not any(entries.values()):
        raise ValueError("the file has no technologies")
    return _Reader(_categories(whole.get("categories")), most_patterns).read(entries)


class _Reader:
    """Reads entries, and counts what it leaves out."""

    def __init__(self, categories: Mapping[str, str], most_patterns: int) -> None:
        self._categories = categories
        self._skipped: Counter[str] = Counter()
        self._left = most_patterns

    def read(self, entries: Mapping[str, Mapping[str, object]]) -> Fingerprints:
        """Reads all entries."""
        usable = {name: entry for name, entry in entries.items() if entry and slug_of(name)}
        self._skipped["entry_bad"] = len(entries) - len(usable)
        for entry in usable.values():
            self._skipped.update(f"key_{key}" for key in _NOT_READ if key in entry)
        technologies = {name: self._technology(name, entry) for name, entry in usable.items()}
        return Fingerprints(
            technologies=MappingProxyType(technologies),
            relations=Relations.read(usable),
            skipped=MappingProxyType(dict(+self._skipped)),
        )

    def _technology(self, name: str, entry: Mapping[str, object]) -> Technology:
        cats = _listed(entry.get("cats"))
        category = self._categories.get(str(cats[0]), "other") if cats else "other"
        return Technology(slug=slug_of(name), name=name, category=category, patterns=tuple(self._patterns(entry)))

    def _patterns(self, entry: Mapping[str, object]) -> Iterator[tuple[Record, str, Pattern]]:
        for record, name, text in self._written(entry):
            if not isinstance(text, str):
                self._skipped["not_text"] += 1
            elif self._left <= 0:
                self._skipped["too_many"] += 1
            else:
                self._left -= 1
                pattern = Pattern.read(text)
                if isinstance(pattern, str):
                    self._skipped[pattern] += 1
                else:
                    yield record, name, pattern

    def _written(self, entry: Mapping[str, object]) -> Iterator[tuple[Record, str, object]]:
        for key, record in _NAMED.items():
            for name, texts in _items(entry.get(key)):
                known = name if record == "cookie" else name.lower()
                yield from ((record, known, text) for text in _listed(texts))
        for kind, texts in _items(entry.get("dns")):
            if kind.upper() in _DNS:
                yield from ((_DNS[kind.upper()], "", text) for text in _listed(texts))
            else:
                self._skipped["key_dns"] += 1
        for key, record in _PLAIN.items():
            yield from ((record, "", text) for text in _listed(entry.get(key)))


def slug_of(name: str) -> str:
    """A slug of a name: its letters and digits in lower case, with single hyphens for the rest."""
    plain = (letter if letter.isascii() and letter.isalnum() else " " for letter in name.lower())
    return "-".join("".join(plain).split())


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from ((str(name), each) for name, each in value.items())


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, list):
        return value
    return () if value is None else (value,)


def _categories(value: object) -> Mapping[str, str]:
    named = {number: dict(_items(entry)).get("name") for number, entry in _items(value)}
    return {number: slug_of(name) for number, name in named.items() if isinstance(name, str) and slug_of(name)}


Texts = Mapping[tuple[Record, str], Sequence[tuple[str, str]]]
"""What is searched, as it is and in lower case, by the record and by the name where it has one."""


def _texts(signals: Signals) -> Texts:
    texts: dict[tuple[Record, str], list[str]] = {}
    for record, seen in signals.dns.items():
        texts.setdefault((record, ""), []).extend(seen)
    for name, value in signals.headers:
        texts.setdefault(("header", name.lower()), []).append(value)
    for name, content in signals.metas:
        texts.setdefault(("meta", name), []).append(content)
    for cookie in signals.cookies:
        texts["cookie", cookie] = [""]
    texts["script", ""] = list(signals.scripts)
    texts["html", ""] = [signals.html]
    return {key: [(text, text.lower()) for text in seen] for key, seen in texts.items()}


def _search(technology: Technology, texts: Texts, remaining: Callable[[], float]) -> tuple[Found | None, bool]:
    """What one technology's patterns find, and whether every search came to its end."""
    counted, version, ended = 0, "", True
    basis: Record | None = None
    for record, name, pattern in technology.patterns:
        for text, lower in texts.get((record, name), ()):
            try:
                says = pattern.search(text, lower, min(remaining(), LONGEST_SEARCH))
            except TimeoutError:
                ended = False
                continue
            if says is not None:
                counted += pattern.confidence
                version = max(version, says, key=len)
                basis = record if basis is None or CONFIDENCE[record] > CONFIDENCE[basis] else basis
                break
    if basis is None or not counted:
        return None, ended
    sure = CONFIDENCE[basis] * min(counted, 100) / 100
    return _found(technology, basis=basis, version=version, confidence=sure), ended


def _found(technology: Technology, *, basis: str, version: str, confidence: float) -> Found:
    return Found(
        slug=technology.slug,
        name=technology.name,
        category=technology.category,
        version=version,
        rule=f"wappalyzer:{basis}:{technology.slug}",
        basis=basis,
        confidence=confidence,
    )
