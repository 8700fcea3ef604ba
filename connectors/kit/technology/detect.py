"""Holds the rules against what was seen of a company: pure, literal, and within a time.

Hosts are looked up by their whole labels, paths by their segments, the other texts by their beginning, so that the cost
is that of the signals and hardly that of the rules.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final

from connectors.kit.shapes import Scalar
from connectors.kit.technology import urls
from connectors.kit.technology.lookup import Heads, Hosts, Literals, Named, Paths, version_behind
from connectors.kit.technology.rules import HOSTS, Record, Rule, rules

CONFIDENCE: Final[Mapping[Record, float]] = MappingProxyType(
    {
        "mx": 0.95,
        "cname": 0.9,
        "ns": 0.9,
        "header": 0.9,
        "generator": 0.9,
        "dkim": 0.85,
        "dmarc": 0.85,
        "cookie": 0.85,
        "script": 0.85,
        "spf": 0.8,
        "path": 0.8,
        "file": 0.75,
        "html": 0.75,
        "meta": 0.7,
        "link": 0.6,
        "txt": 0.5,
    }
)
"""How sure a sign is. A TXT token only says that somebody had the domain verified once, a link that somebody was
linked to."""
MENTIONED: Final = 0.7
"""How sure an address in the text of a script is, which may never be loaded."""
_STEP: Final = 32
"""Signals between two looks at the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What was seen of a company; all of it may be missing, and its order says nothing.

    Attributes:
        dns: hosts or texts per record of the domain: mx, spf, cname, ns, dmarc, dkim, txt.
        site: the host of the page.
        headers: name in lower case and value, one for each line.
        cookies: names.
        scripts: addresses of scripts, absolute or without scheme.
        mentioned: addresses in the text of scripts.
        links: addresses of links, frames and form targets.
        files: addresses of style sheets and images.
        metas: name in lower case and content.
        html: the page as it stands; our rules look only at its tags, scripts, styles and at how comments begin.
    """

    dns: Mapping[Record, Sequence[str]] = field(default_factory=dict)
    site: str = ""
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    cookies: Sequence[str] = ()
    scripts: Sequence[str] = ()
    mentioned: Sequence[str] = ()
    links: Sequence[str] = ()
    files: Sequence[str] = ()
    metas: Sequence[tuple[str, str]] = ()
    html: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A technology that a rule found.

    Attributes:
        slug: its name for programs.
        name: its name.
        category: what it is for; one of CATEGORIES where the rule is ours.
        vendor: who makes it, where that is known.
        version: where the sign says one.
        rule: the id of the rule.
        basis: what the sign was; one of `Record` where the rule is ours.
        confidence: 0 to 1.
    """

    slug: str
    name: str
    category: str
    vendor: str = ""
    version: str = ""
    rule: str
    basis: str
    confidence: float

    def value(self) -> Mapping[str, Scalar]:
        """The technology as the schema has it (`company.technologies`)."""
        whole = {"slug": self.slug, "name": self.name, "category": self.category, "vendor": self.vendor}
        return {name: text for name, text in {**whole, "version": self.version, "rule": self.rule}.items() if text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What was found, in the order of the rules, each rule once; and whether everything was looked at."""

    found: tuple[Found, ...] = ()
    whole: bool = True


Hit = tuple[Rule, float, str]
"""A rule that fits, how sure that makes, and the version that it says."""
Look = Callable[[Signals], Iterator[Iterable[Hit]]]


class Detector:
    """Rules made ready to be looked up.

    Args:
        chosen: the rules; each id once.
    """

    def __init__(self, chosen: Sequence[Rule]) -> None:
        self._order = {rule.id: place for place, rule in enumerate(chosen)}
        by: dict[Record, list[Rule]] = defaultdict(list)
        for rule in chosen:
            by[rule.record].append(rule)
        self._hosts = {record: Hosts(by[record]) for record in (*HOSTS, "script", "link", "file")}
        self._texts = {record: Heads(by[record]) for record in ("txt", "generator", "cookie")}
        self._named = {record: Named(by[record]) for record in ("header", "meta")}
        self._paths = Paths(by["path"])
        self._literals = Literals(by["html"])

    def detect(self, signals: Signals, remaining: Callable[[], float]) -> Detected:
        """Finds the technologies; what is seen first or often makes no difference.

        Args:
            signals: what was seen.
            remaining: how many seconds are left; when none are, what was found so far is the answer.
        """
        best: dict[str, Hit] = {}
        whole = True
        for number, hits in enumerate(self._look(signals)):
            if number % _STEP == 0 and remaining() <= 0:
                whole = False
                break
            for hit in hits:
                known = best.get(hit[0].id)
                if known is None or _rank(hit) > _rank(known):
                    best[hit[0].id] = hit
        ordered = sorted(best.values(), key=lambda hit: self._order[hit[0].id])
        return Detected(found=tuple(map(_found, ordered)), whole=whole)

    def _look(self, signals: Signals) -> Iterator[Iterable[Hit]]:
        """The hits of one signal after another; the cheap ones first."""
        for record, texts in signals.dns.items():
            yield from self._of_dns(record, texts)
        for name, value in signals.headers:
            yield _hits("header", self._named["header"].find(name, value))
        for cookie in signals.cookies:
            yield _hits("cookie", self._texts["cookie"].find(cookie))
        for name, value in signals.metas:
            yield _hits("meta", self._named["meta"].find(name, value))
            if name == "generator":
                yield _hits("generator", self._texts["generator"].find(value.lower()))
        yield from self._of_addresses(signals)
        for rule in self._literals.find(signals.html):
            yield _hits("html", rule)

    def _of_dns(self, record: Record, texts: Sequence[str]) -> Iterator[Iterable[Hit]]:
        for text in texts:
            if record == "txt":
                yield _hits(record, self._texts["txt"].find(text.lower()))
            elif record in HOSTS:
                yield _hits(record, self._hosts[record].find(text, ""))

    def _of_addresses(self, signals: Signals) -> Iterator[Iterable[Hit]]:
        for address in signals.scripts:
            host, path = urls.split(address)
            yield _hits("script", self._hosts["script"].find(host, path))
            yield self._of_path(signals.site, host, path)
        for address in signals.files:
            host, path = urls.split(address)
            yield _hits("file", self._hosts["file"].find(host, path))
            yield self._of_path(signals.site, host, path)
        for address in signals.mentioned:
            host, path = urls.split(address)
            yield ((rule, MENTIONED, "") for rule, _ in self._hosts["script"].find(host, path))
        for address in signals.links:
            yield _hits("link", self._hosts["link"].find(*urls.split(address)))

    def _of_path(self, site: str, host: str, path: str) -> Iterable[Hit]:
        return _hits("path", self._paths.find(path)) if site and urls.within(host, site) else ()


def _hits(record: Record, found: Iterable[tuple[Rule, str]]) -> Iterator[Hit]:
    versions = record in ("generator", "header")
    return ((rule, CONFIDENCE[record], version_behind(rest) if versions else "") for rule, rest in found)


def _rank(hit: Hit) -> tuple[float, bool, tuple[int, ...]]:
    return hit[1], bool(hit[2]), tuple(int(part) for part in hit[2].split(".") if part)


def _found(hit: Hit) -> Found:
    rule, sure, version = hit
    return Found(
        slug=rule.slug,
        name=rule.name,
        category=rule.category,
        vendor=rule.vendor,
        version=version,
        rule=rule.id,
        basis=rule.record,
        confidence=sure,
    )


@cache
def detector() -> Detector:
    """Our own rules, made ready once."""
    return Detector(rules())
