"""The certificate fails connectors that are wrong, each for the right reason."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import pytest

from connectors.errors import Unreadable
from connectors.kit import Answer, Context, DnsStatus, LookupOutcome, Manifest, Observer, Plain, Query, Request
from connectors.kit.cases import Case, Fixture
from connectors.kit.declared import Declared
from connectors.kit.fakes import reply
from connectors.kit.http import json_object
from connectors.kit.reading import read
from tests.support.connectors import failed

GOOD: dict[str, Any] = {
    "id": "example_vendor",
    "version": "1.2.3",
    "api_version": 1,
    "kind": "firmographic",
    "subject": "organization",
    "hosts": ["api.vendor.example"],
    "auth": {"type": "header", "name": "X-Key", "secret": "key"},
    "requires": [["company.domain"]],
    "sends": ["company.domain"],
    "provides": ["company.name"],
    "outcomes": [{"status": [404], "where": {"code": "unknown"}, "outcome": "no_match"}],
    "rate": {"windows": [{"limit": 10, "per": 60}]},
    "confidence": {"default": 0.5},
    "compliance": {
        "vendor": "Vendor Ltd",
        "role": "processor",
        "country": "DE",
        "transfer": ["adequacy"],
        "licence": "vendor-terms",
        "redistribution": False,
        "purposes": ["enrichment"],
        "art14_label": "Vendor Ltd",
    },
    "spec": {"key": {"description": "the key", "x-secret": True, "required": True}},
}


class Sound:
    """A small connector that holds to everything."""

    manifest: ClassVar[Manifest] = Manifest.model_validate(GOOD)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    def url(self, query: Query) -> str:
        return "https://api.vendor.example/v1"

    async def ask(self, query: Query, context: Context) -> Answer:
        reply = await context.http.send(
            Request(method="GET", url=self.url(query), params={"domain": query["company.domain"]})
        )
        return self.read(reply.status, json_object(reply), context)

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        if status == 404 and body.get("code") == "unknown":
            return Answer(outcome=LookupOutcome.NO_MATCH)
        if status != 200:
            return Answer(outcome=LookupOutcome.VENDOR_ERROR, reason=f"status_{status}")
        observer = Observer(self.manifest, now=context.now)
        if not isinstance(body.get("name"), str):
            raise Unreadable("no_name")
        observer.see("company.name", read("company.name", body["name"]), method="vendor")
        return Answer(outcome=LookupOutcome.MATCH, observations=observer.observations())


class TakesAnyValue(Sound):
    """Takes what the vendor writes as it is."""

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        ended = super().read(status, body, context)
        seen = (replace(each, value=str(body["name"])) for each in ended.observations)
        return replace(ended, observations=tuple(seen))


class TakesAnyMiss(Sound):
    """Reads every 404 as a miss."""

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        return Answer(outcome=LookupOutcome.NO_MATCH) if status == 404 else super().read(status, body, context)


class TakesFailureForMiss(Sound):
    """Reads a server error as a miss: the mistake that poisons caches."""

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        return Answer(outcome=LookupOutcome.NO_MATCH) if status >= 500 else super().read(status, body, context)


class PassesVendorText(Sound):
    """Hands the vendor's own words on as its reason."""

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        if status == 401:
            return Answer(outcome=LookupOutcome.UNAUTHORISED, reason=str(body))
        return super().read(status, body, context)


class Trips(Sound):
    """Trusts that a body is what it should be."""

    async def ask(self, query: Query, context: Context) -> Answer:
        reply = await context.http.send(Request(method="GET", url=self.url(query)))
        return self.read(reply.status, {"name": str(reply.body, "utf-8")[2:]}, context)


class Remembers(Sound):
    """Answers the second question differently."""

    asked = 0

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        type(self).asked += 1
        return super().read(status, {**body, "name": f"Acme {self.asked}"}, context)


class RemembersItself(Sound):
    """Answers the second question differently where the same object is asked."""

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        super().__init__(settings)
        self.asked = 0

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        self.asked += 1
        return super().read(status, body if self.asked == 1 else {**body, "name": "Other"}, context)


class AsksMoreTheSecondTime(RemembersItself):
    """Makes a call of another kind once it has been asked."""

    def url(self, query: Query) -> str:
        return super().url(query) + ("/again" if self.asked else "")


class SeesMoreThanItNeeds(Sound):
    """Has the lead's name sent to it, and makes nothing of it."""

    manifest: ClassVar[Manifest] = Manifest.model_validate(GOOD | {"sends": ["company.domain", "company.name"]})


class CallsTwice(Sound):
    """Makes two calls for one question, and says nothing of it."""

    async def ask(self, query: Query, context: Context) -> Answer:
        await super().ask(query, context)
        return await super().ask(query, context)


class SaysThatItCallsTwice(CallsTwice):
    """Makes two calls for one question, and counts them."""

    manifest: ClassVar[Manifest] = Manifest.model_validate(GOOD | {"rate": {**GOOD["rate"], "calls": 2}})


class Elsewhere(Sound):
    """Calls a host that its manifest does not name."""

    def url(self, query: Query) -> str:
        return "https://other.vendor.example/v1"


class ForgedSource(Sound):
    """Claims another connector's provenance."""

    def read(self, status: int, body: Mapping[str, object], context: Context) -> Answer:
        answer = super().read(status, body, context)
        other = Manifest.model_validate({**GOOD, "id": "somebody_else"})
        observer = Observer(other, now=context.now)
        observer.see("company.name", "Acme", method="vendor")
        return (
            answer
            if not answer.outcome.found
            else Answer(outcome=LookupOutcome.MATCH, observations=observer.observations())
        )


class NegativeFromFailedDns(Sound):
    """Reads a failed look-up as an absent record."""

    async def ask(self, query: Query, context: Context) -> Answer:
        found = await context.dns.look_up(query["company.domain"], "TXT")
        if found.status is not DnsStatus.FOUND and found.status is not DnsStatus.NO_NAME:
            return Answer(outcome=LookupOutcome.NO_MATCH)
        return await super().ask(query, context)


class EachHost(Sound):
    """Says that each of its hosts counts by itself, and for whom a question is; `named` are its words in order."""

    manifest: ClassVar[Manifest] = Manifest.model_validate(GOOD | {"rate": {**GOOD["rate"], "each_host": True}})
    named: ClassVar[tuple[str | None, ...]] = ("api.vendor.example",)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        super().__init__(settings)
        self.answered = 0

    async def ask(self, query: Query, context: Context) -> Answer:
        self.answered += 1
        return await super().ask(query, context)

    def host_of(self, query: Query) -> str | None:
        return self.named[min(self.answered, len(self.named) - 1)]


class LearnsTheHost(EachHost):
    """Knows the host once it has asked."""

    named = (None, "api.vendor.example")


class NamesAnotherHost(EachHost):
    """Counts its calls for somebody else."""

    named = ("other.vendor.example",)


class NamesNoHost(EachHost):
    """Never says for whom a question is."""

    named = (None,)


class ChangesTheHost(EachHost):
    """Names one host before the call and another one after it."""

    named = ("other.vendor.example", "api.vendor.example")


class StumblesOverTheHost(EachHost):
    """Raises where it should name a host."""

    named = ()


class WithoutHostOf(Sound):
    """Says that each host counts by itself, and cannot name one."""

    manifest = EachHost.manifest


def case(plugin: type[Sound]) -> Case:
    """The same case for all of them."""
    facts = {"company.domain": "acme.example", "company.name": "Acme", "company.country": "DE"}
    return Case(
        plugin=plugin,
        fixtures=(
            Fixture(
                name="record",
                facts=facts,
                steps=(reply(200, b'{"name": "Acme"}'),),
                outcome=LookupOutcome.MATCH,
                values={"company.name": ("Acme",)},
            ),
            Fixture(
                name="miss",
                facts=facts,
                steps=(reply(404, b'{"code": "unknown"}'),),
                outcome=LookupOutcome.NO_MATCH,
            ),
        ),
    )


async def test_sound_connector_passes_everything() -> None:
    """The connectors that the broken ones are made from are certified."""
    for sound in (Sound, EachHost, LearnsTheHost, SaysThatItCallsTwice):
        assert await failed(partial(case, sound)) == set()


@pytest.mark.parametrize(
    ("plugin", "check"),
    [
        (TakesFailureForMiss, "statuses"),
        (PassesVendorText, "secrets"),
        (Trips, "broken_replies"),
        (TakesAnyValue, "odd_values"),
        (Remembers, "fixtures"),
        (RemembersItself, "fixtures"),
        (AsksMoreTheSecondTime, "fixtures"),
        (SeesMoreThanItNeeds, "sends"),
        (CallsTwice, "calls"),
        (Elsewhere, "fixtures"),
        (ForgedSource, "fixtures"),
        (NegativeFromFailedDns, "dns_failures"),
        (NamesAnotherHost, "each_host"),
        (NamesNoHost, "each_host"),
        (ChangesTheHost, "each_host"),
        (StumblesOverTheHost, "each_host"),
        (WithoutHostOf, "contract"),
    ],
)
async def test_broken_connector_fails_the_check_that_is_about_it(plugin: type[Sound], check: str) -> None:
    """Each fault is found by the check that names it."""
    assert check in await failed(partial(case, plugin))


async def test_any_404_as_a_miss_needs_a_rule_without_condition() -> None:
    """A page of a proxy with status 404 must not count as a miss."""

    class Html(TakesAnyMiss):
        async def ask(self, query: Query, context: Context) -> Answer:
            reply = await context.http.send(Request(method="GET", url=self.url(query)))
            return Answer(outcome=LookupOutcome.NO_MATCH) if reply.status == 404 else await super().ask(query, context)

    assert "statuses" in await failed(partial(case, Html))


class TellsByCountry(Sound):
    """Sends the domain alone, and takes no company of another country than the question's."""

    manifest: ClassVar[Manifest] = Manifest.model_validate(GOOD | {"sends": ["company.domain", "company.country"]})

    async def ask(self, query: Query, context: Context) -> Answer:
        answer = await super().ask(query, context)
        return answer if query.get("company.country") == "DE" else Answer(outcome=LookupOutcome.NO_MATCH)


async def test_a_field_that_only_tells_companies_apart_is_needed() -> None:
    """What is in no request may be what the answer hangs on; without a fixture that shows it, it is refused."""
    assert await failed(partial(case, TellsByCountry)) == set()
    shown = case(TellsByCountry)
    blind = [replace(each, facts={"company.domain": "acme.example"}) for each in shown.fixtures]
    assert "sends" in await failed(lambda: replace(shown, fixtures=tuple(blind)))


def mapped(path: str) -> Case:
    """A connector of a manifest alone that maps other names by a path, asked about a record that holds one."""
    parts = {
        "provides": ["company.name", "company.other_names"],
        "request": {"path": "/v1", "params": {"domain": "${company.domain}"}},
        "reply": {"expect": "name"},
        "map": {"company.name": "name", "company.other_names": path},
    }
    record = Fixture(
        name="record",
        facts={"company.domain": "acme.example"},
        steps=(reply(200, b'{"name": "Acme", "names": ["Acme One"]}'),),
        outcome=LookupOutcome.MATCH,
        values={"company.name": ("Acme",), "company.other_names": ("Acme One",)},
    )
    manifest = Manifest.model_validate({**GOOD, **parts})
    return Case(plugin=type("Mapped", (Declared,), {"manifest": manifest}), fixtures=(record,))


@pytest.mark.parametrize("path", ["names", "names[:500]", "names[]", "names[*].[@][]", "[join(', ', names)]"])
async def test_a_map_that_takes_what_is_there_is_certified(path: str) -> None:
    """Each of a long list once, or its beginning."""
    assert await failed(partial(mapped, path)) == set()


@pytest.mark.parametrize(
    "path",
    [
        "names" + " | [@, @][]" * 4,
        "names[].[[@, @, @], [@, @, @]][][]",
        "[names, names, names, names, names, names, names, names][*][]",
        "[to_string([names, names, names, names, names, names])] && names",
    ],
)
async def test_a_map_that_multiplies_what_it_is_given_is_not_certified(path: str) -> None:
    """It finds what it should in a small record, and makes too much of a large one; nothing else is wrong with it."""
    assert await failed(partial(mapped, path)) == {"large_replies"}
