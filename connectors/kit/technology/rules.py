"""The technology rules: a strict model, a closed list of categories, and the files beside it.

A rule is one sign of one technology: what the vendor's own public page tells its customers to publish, or says that its
product sends. What a rule matches is literal text, never a pattern, so that all rules together cost a few look-ups.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

HostRecord = Literal["mx", "spf", "cname", "ns", "dmarc", "dkim"]
"""Records that hold a host; a rule's text matches it as a suffix of whole labels."""
Record = Literal[HostRecord, "txt", "header", "cookie", "script", "link", "file", "path", "generator", "meta", "html"]

CATEGORIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "advertising": "Advertising",
        "analytics": "Analytics",
        "cdn": "Content delivery",
        "chat": "Chat and messaging",
        "cms": "Content management",
        "collaboration": "Collaboration",
        "consent": "Consent management",
        "crm": "Customer relations",
        "customer-data": "Customer data platforms",
        "design": "Design",
        "device-management": "Device management",
        "dmarc-reporting": "DMARC reporting",
        "dns": "DNS hosting",
        "e-commerce": "E-commerce",
        "e-signature": "Electronic signatures",
        "experimentation": "Experiments and personalisation",
        "feedback": "Surveys and reviews",
        "forms": "Forms",
        "hosting": "Hosting",
        "identity": "Identity and sign-in",
        "mail": "Mail",
        "mail-security": "Mail security",
        "mail-sending": "Mail sending",
        "marketing-automation": "Marketing automation",
        "monitoring": "Monitoring",
        "payments": "Payments",
        "recruiting": "Recruiting and HR",
        "scheduling": "Scheduling",
        "search": "Search",
        "security": "Security",
        "support": "Customer support",
        "tag-manager": "Tag management",
        "video": "Video",
        "web-framework": "Web frameworks",
        "web-server": "Web servers",
        "website-builder": "Website builders",
    }
)
"""What a technology is for, by slug, in words."""

HOSTS: Final = frozenset(get_args(HostRecord))
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}|[a-z0-9]+-\*)(?:\.{_LABEL})+", re.ASCII)
_SEGMENTS: Final = re.compile(r"[A-Za-z0-9._~@-]+(?:/[A-Za-z0-9._~@-]+)*", re.ASCII)
_COOKIE: Final = re.compile(r"[A-Za-z0-9_.-]{2,}\*?[A-Za-z0-9_.-]*", re.ASCII)
_NAMED: Final = re.compile(r"[a-z0-9_.-]+(?:: [^A-Z]+)?", re.ASCII)
_SHORTEST: Final = 4
"""Characters of a text that has no form of its own, so that none matches by chance."""


class Rule(BaseModel):
    """One sign of one technology.

    Attributes:
        slug: the technology; stable, and the same in every rule about it.
        name: as the vendor writes it.
        category: one of CATEGORIES.
        vendor: who makes it, where the name does not say so.
        record: what is looked at. Of the domain: `mx` hosts, `spf` targets, the target of a `cname`, `ns` hosts, hosts
            that `dmarc` reports go to, targets of `dkim` selectors, `txt` records. Of the website: `header`, `cookie`,
            addresses of a `script`, a `link` or another `file`, the `path` of own files, `generator`, `meta`, `html`.
        match: any of these. A host, as a suffix of whole labels, for the first six (its first label may be `word-*`);
            for addresses also with the beginning of a path; the beginning of a `txt` or `generator`; `name` or
            `name: beginning` of a `header` or `meta`; the name of a `cookie`, with one `*` for what varies; whole
            segments of a `path`. For `html`, literal text in a tag (not of a link or meta) or in what a script or style
            holds; one with `<!--` ahead is how a comment begins, and no other text counts in a comment.
        at: for `cname`, labels before the domain (`www` without any); for `dkim`, the selectors. A `dkim` rule that
            matches `SELECTOR._domainkey` is about that selector having a key.
        page: the vendor's public page that states it.
        confirmed: whether the fact was read in the vendor's own text: that page, or source that the vendor publishes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str = Field(min_length=1)
    category: str
    vendor: str = ""
    record: Record
    match: tuple[str, ...] = Field(min_length=1)
    at: tuple[str, ...] = ()
    page: HttpUrl
    confirmed: bool = True

    @property
    def id(self) -> str:
        """The record and the slug, which name a rule."""
        return f"{self.record}:{self.slug}"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.category not in CATEGORIES:
            raise ValueError(f"{self.id}: {self.category} is not a category")
        if self.page.scheme != "https":
            raise ValueError(f"{self.id}: the page is not https")
        if bool(self.at) is not (self.record == "dkim") and self.record != "cname":
            raise ValueError(f"{self.id}: dkim needs at, and only cname may have it as well")
        if not all(re.fullmatch(_LABEL, label) for label in self.at):
            raise ValueError(f"{self.id}: at holds labels")
        for text in self.match:
            if not _is_literal(self.record, text):
                raise ValueError(f"{self.id}: {text} is not what {self.record} matches")
        if len(set(self.match)) != len(self.match):
            raise ValueError(f"{self.id}: a match stands twice")
        return self


def _is_literal(record: Record, text: str) -> bool:
    """Whether a text has the form that is looked for in such records."""
    if record in HOSTS:
        return _HOST.fullmatch(text) is not None
    if record in ("script", "link", "file"):
        host, slash, path = text.partition("/")
        return _HOST.fullmatch(host) is not None and (not slash or _SEGMENTS.fullmatch(path) is not None)
    if record in ("header", "meta"):
        return _NAMED.fullmatch(text) is not None
    if record == "cookie":
        return _COOKIE.fullmatch(text) is not None
    if record == "path":
        return _SEGMENTS.fullmatch(text) is not None
    lower = text == text.lower() or record == "html"
    return lower and len(text) >= _SHORTEST and text.isprintable()


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Rule, ...]


def read_rules(texts: Mapping[str, str]) -> tuple[Rule, ...]:
    """Reads rules out of YAML texts, by the names of their files.

    Raises:
        ValueError: a text is no file of rules, a rule stands twice, or two rules of one technology disagree.
    """
    found = tuple(rule for name in sorted(texts) for rule in _File.model_validate(yaml.safe_load(texts[name])).rules)
    for problem in _disagreements(found):
        raise ValueError(problem)
    return found


def _disagreements(found: Sequence[Rule]) -> Iterator[str]:
    ids: set[str] = set()
    about: dict[str, Rule] = {}
    taken: dict[tuple[str, str], Rule] = {}
    for rule in found:
        if rule.id in ids:
            yield f"{rule.id} stands twice"
        ids.add(rule.id)
        first = about.setdefault(rule.slug, rule)
        if (first.name, first.category, first.vendor) != (rule.name, rule.category, rule.vendor):
            yield f"{rule.id} and {first.id} disagree about the technology"
        for text in rule.match:
            other = taken.setdefault((rule.record, text), rule)
            if other is not rule:
                yield f"{rule.id} and {other.id} match the same"


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of `rules/*.yaml`, read once."""
    folder = files(__package__).joinpath("rules")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return read_rules({entry.name: entry.read_text(encoding="utf-8") for entry in found})
