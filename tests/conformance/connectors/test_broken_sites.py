"""The certificate fails connectors that visit sites wrongly, each for the right reason."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import ClassVar
from urllib.parse import urljoin

import pytest

from connectors.errors import CallError
from connectors.kit import Answer, Context, LookupOutcome, Manifest, Observer, Page, Plain, Query, classify
from connectors.kit.cases import Case, Fixture
from connectors.kit.fakes import page
from tests.conformance.connectors.test_broken import GOOD
from tests.support.connectors import failed

OWN = {
    **{name: value for name, value in GOOD.items() if name not in ("hosts", "auth", "spec")},
    "visits_site": True,
    "outcomes": [{"status": [404], "outcome": "no_match"}, {"status": [401, 402, 451], "outcome": "refused"}],
    "compliance": {**GOOD["compliance"], "role": "public", "country": None, "transfer": []},
}
FACTS = {"company.domain": "acme.example", "company.website": "https://www.acme.example/"}
LEGAL = "https://acme.example/impressum"


class Sound:
    """A small connector that takes a company's name from the text of its pages, and holds to everything."""

    manifest: ClassVar[Manifest] = Manifest.model_validate(OWN)
    sought: ClassVar[str] = r"Company: (\w+)"

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings

    async def ask(self, query: Query, context: Context) -> Answer:
        front = await context.site.fetch(f"https://{query['company.domain']}/")
        answer = self.judge(front)
        if answer is not None:
            return answer
        texts, failed = [front.body], None
        for url in self.links(front, context)[:1]:
            try:
                texts.append((await context.site.fetch(url)).body)
            except CallError as error:
                failed = error if error.retryable else failed
        return self.read(b" ".join(texts).decode("utf-8", "replace"), context, failed)

    def judge(self, front: Page) -> Answer | None:
        return classify(self.manifest, front.reply)

    def links(self, front: Page, context: Context) -> list[str]:
        return [url for url in self.named(front) if context.site.is_own(url)]

    def named(self, front: Page) -> list[str]:
        found = re.findall(rb'href="([^"\\\[]{1,200})">Imp', front.body)
        return [urljoin(front.url, href.decode("utf-8", "replace")) for href in found]

    def read(self, text: str, context: Context, failed: CallError | None) -> Answer:
        observer = Observer(self.manifest, now=context.now)
        found = re.search(self.sought, text)
        observer.see("company.name", found[1] if found else None, method="page")
        seen = observer.observations()
        if seen:
            return Answer(outcome=LookupOutcome.PARTIAL if failed else LookupOutcome.MATCH, observations=seen)
        return Answer(outcome=failed.outcome if failed else LookupOutcome.NO_MATCH)


class TakesFailureForMiss(Sound):
    """Reads a server error as a site without anything."""

    def judge(self, front: Page) -> Answer | None:
        return None if front.status >= 500 else super().judge(front)


class TakesALawForAnObjection(Sound):
    """Lets the default table read a 451, which no site means as a vendor does."""

    manifest = Manifest.model_validate({**OWN, "outcomes": [{"status": [404], "outcome": "no_match"}]})


class FollowsAnyLink(Sound):
    """Fetches what a page links to without asking whose it is."""

    def links(self, front: Page, context: Context) -> list[str]:
        return self.named(front)

    async def ask(self, query: Query, context: Context) -> Answer:
        front = await context.site.fetch(f"https://{query['company.domain']}/")
        answer = self.judge(front)
        if answer is not None:
            return answer
        for url in self.links(front, context):
            await context.site.fetch(url)
        return self.read(front.body.decode("utf-8", "replace"), context, None)


class TripsOverALink(Sound):
    """Trusts that what stands in a link is an address."""

    def named(self, front: Page) -> list[str]:
        found = re.findall(rb'href="([^"]{1,200})">', front.body)
        return [urljoin(front.url, href.decode("utf-8", "replace")) for href in found]


class ForgetsWhatFailed(Sound):
    """Calls an answer whole although a page is missing."""

    def read(self, text: str, context: Context, failed: CallError | None) -> Answer:
        return super().read(text, context, None)


class NamesPeople(Sound):
    """Takes the managing director for the company."""

    sought = r"(?:Managing Director|Company): (?:Pat )?([\w-]+)"


class TrustsJson(Sound):
    """Reads JSON-LD as if every page had some."""

    def read(self, text: str, context: Context, failed: CallError | None) -> Answer:
        for block in re.findall(r'<script type="application/ld\+json">(.*)', text):
            json.loads(block)
        return super().read(text, context, failed)


class SeesMoreThanItNeeds(Sound):
    """Has the website that the lead wrote sent to it, and visits the domain."""

    manifest = Manifest.model_validate({**OWN, "sends": ["company.domain", "company.website"]})


def case(plugin: type[Sound]) -> Case:
    """The same case for all of them: a front page, and a legal page that it links to."""
    front = page(b'<p>Company: Acme <a href="/impressum">Impressum</a>')
    return Case(
        plugin=plugin,
        fixtures=(
            Fixture(
                name="site",
                facts=FACTS,
                pages={"https://acme.example/": front, LEGAL: page(b"<p>Acme", url=LEGAL)},
                outcome=LookupOutcome.MATCH,
                values={"company.name": ("Acme",)},
            ),
            Fixture(name="no site", facts=FACTS, outcome=LookupOutcome.NO_MATCH),
        ),
    )


async def test_sound_connector_passes_everything() -> None:
    """The connector that the broken ones are made from is certified."""
    assert await failed(partial(case, Sound)) == set()


@pytest.mark.parametrize(
    ("plugin", "check"),
    [
        (TakesFailureForMiss, "site_replies"),
        (TakesALawForAnObjection, "site_replies"),
        (FollowsAnyLink, "site_hosts"),
        (TripsOverALink, "site_hosts"),
        (ForgetsWhatFailed, "site_replies"),
        (NamesPeople, "site_people"),
        (TrustsJson, "site_replies"),
        (SeesMoreThanItNeeds, "sends"),
    ],
)
async def test_broken_connector_fails_the_check_that_is_about_it(plugin: type[Sound], check: str) -> None:
    """Each fault is found by the check that names it."""
    assert check in await failed(partial(case, plugin))
