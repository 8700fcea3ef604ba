"""A connector's fixtures: a file beside its manifest with questions, the source's replies, and what comes of them."""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, JsonValue, ValidationError, model_validator

from connectors.errors import BadPlugin, CallBroken, CallError, HostRefused, TimedOut, Unreachable
from connectors.kit.cases import BatchFixture, Case, CheckFixture, Expected, Fixture
from connectors.kit.contract import Connector
from connectors.kit.fakes import SiteStep, Zone, page, records, reply
from connectors.kit.loading import in_words, read_yaml
from connectors.kit.ports import DnsReply, DnsStatus, RecordType, Reply
from connectors.kit.strict import Strict
from connectors.outcome import LookupOutcome

FOLDER = "${folder}"
"""In a setting: the folder in which the file's `files` lie while the connector is certified."""


class _Sent(Strict):
    """What the request must have been; what is not named is not looked at."""

    method: str | None = None
    host: str | None = None
    path: str | None = None
    params: Mapping[str, str] = Field(default_factory=dict)
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: JsonValue = None


class _Reply(Strict):
    """One reply of the source, and the request that it answers. The body is `json`, or `text` as it stands."""

    request: _Sent = _Sent()
    status: int = 200
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: JsonValue = Field(default=None, alias="json")
    text: str | None = None
    content_type: str | None = None

    def step(self) -> Reply:
        body = self.text if self.text is not None else json.dumps(self.body if self.body is not None else {})
        kind = self.content_type or ("application/json" if self.text is None else "text/plain")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return reply(self.status, body.encode(), headers=headers, content_type=kind)

    def expected(self) -> Expected:
        return Expected(**dict(self.request))


class _Page(Strict):
    """A page of the company's own site; `url` where a redirect has led elsewhere, `fails` where it cannot be had."""

    status: int = 200
    url: str | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    html: str = ""
    charset: str = "utf-8"
    content_type: str = "text/html"
    fails: Literal["robots", "timeout", "unreachable", "reset"] | None = None

    def step(self, asked: str) -> SiteStep:
        if self.fails is not None:
            return _FAILURES[self.fails]
        headers = {name.lower(): value for name, value in self.headers.items()}
        return page(
            self.html.encode(self.charset),
            status=self.status,
            url=self.url or asked,
            headers=headers,
            content_type=self.content_type,
        )


_FAILURES: Final[Mapping[str, CallError]] = {
    "robots": HostRefused("robots"),
    "timeout": TimedOut("time_is_up", sent=True),
    "unreachable": Unreachable("connection_failed"),
    "reset": CallBroken("reset", sent=True),
}

Raw = str | int | float | bool | Mapping[str, str | int | float | bool]


class _Fixture(Strict):
    name: str = Field(min_length=1)
    facts: Mapping[str, str]
    replies: tuple[_Reply, ...] = ()
    pages: Mapping[str, _Page] = Field(default_factory=dict)
    dns: Mapping[str, tuple[str, ...] | Literal["failed", "timed_out"]] = Field(default_factory=dict)
    outcome: LookupOutcome
    reason: str | None = None
    retry_after: float | None = None
    record: str | None = None
    units: str | None = None
    confidence: Mapping[str, float] = Field(default_factory=dict)
    values: Mapping[str, tuple[Raw, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _values_go_with_the_outcome(self) -> "_Fixture":
        if self.outcome.found != bool(self.values):
            raise ValueError(f"{self.outcome} does not go with {len(self.values)} values")
        return self

    def made(self) -> Fixture:
        return Fixture(
            name=self.name,
            facts=self.facts,
            steps=tuple(each.step() for each in self.replies),
            sent=tuple(each.expected() for each in self.replies),
            zone=self._zone(),
            pages={url: each.step(url) for url, each in self.pages.items()},
            outcome=self.outcome,
            reason=self.reason,
            retry_after=self.retry_after,
            record=self.record,
            units=self.units,
            confidence=self.confidence,
            values={name: tuple(several) for name, several in self.values.items()},
        )

    def _zone(self) -> Zone:
        zone: dict[tuple[str, RecordType], DnsReply] = {}
        for question, found in self.dns.items():
            name, _, kind = question.partition(" ")
            status = DnsStatus(found) if isinstance(found, str) else DnsStatus.FOUND
            zone[name, kind] = records(*found) if status is DnsStatus.FOUND else DnsReply(status=status)  # type: ignore[index] # a wrong type matches nothing
        return zone


class _Batch(Strict):
    """Several questions in one call: each question is a fixture without replies of its own."""

    name: str = Field(min_length=1)
    questions: tuple[_Fixture, ...] = Field(min_length=2)
    replies: tuple[_Reply, ...] = Field(min_length=1, max_length=1)

    def made(self) -> BatchFixture:
        return BatchFixture(
            name=self.name,
            questions=tuple(each.made() for each in self.questions),
            step=self.replies[0].step(),
            sent=self.replies[0].expected(),
        )


class _File(Strict):
    """A fixture file.

    Attributes:
        settings: of the connector while it is certified, without secrets.
        files: name to text; they are written to a folder that `${folder}` in a setting stands for.
        fixtures: one of them is a match.
        batches: of a connector with a batch, at least one.
        check: the reply to the manifest's `check` when all is well.
    """

    settings: Mapping[str, JsonValue] = Field(default_factory=dict)
    files: Mapping[str, str] = Field(default_factory=dict)
    fixtures: tuple[_Fixture, ...] = Field(min_length=1)
    batches: tuple[_Batch, ...] = ()
    check: _Reply | None = None

    @model_validator(mode="after")
    def _one_is_a_match(self) -> "_File":
        if all(each.outcome is not LookupOutcome.MATCH for each in self.fixtures):
            raise ValueError("one of the fixtures must be a match")
        return self


def case_of(plugin: type[Connector], folder: Path) -> Case:
    """Reads what a connector is certified with.

    Args:
        plugin: its manifest names the file, which lies beside the manifest.
        folder: where the fixtures' own files are written.

    Raises:
        BadPlugin: there is no such file, or it is wrong; the message says where.
    """
    file = _beside(plugin)
    try:
        made = _File.model_validate(read_yaml(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadPlugin(file.name, in_words(error)) from None
    except (OSError, ValueError) as error:
        raise BadPlugin(file.name, str(error)) from None
    for name, text in made.files.items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    settings = {name: _placed(value, folder) for name, value in made.settings.items()}
    return Case(
        plugin=plugin,
        settings=settings,
        fixtures=tuple(each.made() for each in made.fixtures),
        batches=tuple(each.made() for each in made.batches),
        check=None if made.check is None else CheckFixture(good=made.check.step(), sent=made.check.expected()),
    )


def _beside(plugin: type[Connector]) -> Path:
    manifest = plugin.manifest
    if manifest.fixtures is None:
        raise BadPlugin(manifest.id, "its manifest names no fixtures")
    home: Path | None = getattr(plugin, "home", None)
    return (home or Path(inspect.getfile(plugin))).with_name(manifest.fixtures)


def _placed(value: JsonValue, folder: Path) -> JsonValue:
    return value.replace(FOLDER, str(folder)) if isinstance(value, str) else value
