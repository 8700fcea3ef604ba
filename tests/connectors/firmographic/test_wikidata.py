"""Wikidata: nothing that a lead says becomes part of a query but a domain, and odd rows give nothing."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.firmographic import discover
from connectors.kit import LookupOutcome, Request
from connectors.kit.cases import run
from connectors.kit.fakes import reply
from connectors.kit.fixtures import case_of

Plugin = discover()["wikidata"]
SITE = re.compile(r"https?://(www\.)?[a-z0-9_.-]+/?", re.ASCII)
EMPTY = reply(200, b'{"results": {"bindings": []}}', content_type="application/sparql-results+json")


def query(request: Request) -> str:
    """The SPARQL of a call."""
    return parse_qs(urlsplit(request.url).query)["query"][0]


def sites(text: str) -> list[str]:
    """What stands in angle brackets in a query; there is nothing else of its kind in it."""
    return re.findall(r"<([^<>]*)>", text)


async def test_eight_forms_of_the_website_are_asked_for(tmp_path: Path) -> None:
    """With and without TLS, www and the last slash; the name is in ASCII and lower case."""
    ended = await run(case_of(Plugin, tmp_path), {"company.domain": "WWW.Müller.example"}, steps=(EMPTY,))
    (sent,) = ended.http.sent
    found = sites(query(sent))
    assert len(set(found)) == 8
    assert {urlsplit(site).hostname for site in found} == {"xn--mller-kva.example", "www.xn--mller-kva.example"}
    assert sent.headers["User-Agent"] == "Leadgate (https://example.com/contact; admin@example.com)"


HOSTILE = [
    "acme.example> } DELETE WHERE { ?s ?p ?o",
    "acme.example>\n} LIMIT 1 #",
    'acme.example"@en',
    "acme.example#>",
    "acme.example\\u003E",
    "acme.example/> ?x <http://x",
    "{acme.example}",
    "acme .example",
    "acme",
    "127.0.0.1",
    "${setting.contact}",
    "acme.example\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_is_no_domain_is_in_no_query(tmp_path: Path, text: str) -> None:
    """Either nothing is asked, or a plain domain that was read out of it."""
    ended = await run(case_of(Plugin, tmp_path), {"company.domain": text}, steps=(EMPTY,))
    for sent in ended.http.sent:
        assert all(SITE.fullmatch(site) for site in sites(query(sent)))
    assert ended.http.sent or ended.answer.outcome is LookupOutcome.INVALID_REQUEST


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.one_of(st.text(max_size=80), st.from_regex(r"[a-z]{1,9}\.[a-z>}{\"\\]{1,9}", fullmatch=True)))
async def test_no_text_changes_the_shape_of_the_query(tmp_path: Path, text: str) -> None:
    """Whatever is asked with, the query is the manifest's with a domain in eight places."""
    ended = await run(case_of(Plugin, tmp_path), {"company.domain": text}, steps=(EMPTY,))
    for sent in ended.http.sent:
        asked = query(sent)
        found = sites(asked)
        assert len(found) == 8
        host = (urlsplit(found[0]).hostname or "").removeprefix("www.")
        assert Plugin.manifest.request is not None
        template = Plugin.manifest.request.params["query"]
        assert asked == template.replace("${company.domain}", host)


ENTITY = "http://www.wikidata.org/entity/"


def rows(*several: Mapping[str, object]) -> bytes:
    """Results with these rows."""
    return json.dumps({"results": {"bindings": list(several)}}).encode()


def term(value: object) -> Mapping[str, object]:
    """A value of SPARQL's results."""
    return {"type": "literal", "value": value}


ITEM = {"item": term(ENTITY + "Q1"), "organisation": term("true"), "itemLabel": term("Acme")}


@pytest.mark.parametrize(
    "more",
    [
        {"prop": term(ENTITY + "P1128"), "value": term("many")},
        {"prop": term(ENTITY + "P1128"), "value": term("-5")},
        {"prop": term(ENTITY + "P1128"), "value": term("9" * 40)},
        {
            "prop": term(ENTITY + "P2139"),
            "value": term("5"),
            "time": term("2025-01-01T00:00:00Z"),
        },
        {"prop": term(ENTITY + "P571"), "value": term("1987-01-01T00:00:00Z")},
        {"prop": term(ENTITY + "P571"), "value": term("t123"), "precision": term("11")},
        {
            "prop": term(ENTITY + "P571"),
            "value": term("1900-01-01T00:00:00Z"),
            "precision": term("7"),
        },
        {"prop": term(ENTITY + "P1278"), "value": term("LEIACMEINDUSTR000100")},
        {"prop": term(ENTITY + "P5531"), "value": term("none")},
        {"prop": term(7), "value": {"type": "literal"}},
        {"prop": "garbage"},
    ],
)
async def test_an_odd_statement_gives_nothing(tmp_path: Path, more: Mapping[str, object]) -> None:
    """The item is still found, with what is plain of it."""
    step = reply(200, rows({**ITEM, **more}), content_type="application/sparql-results+json")
    answer = (await run(case_of(Plugin, tmp_path), {"company.domain": "acme.example"}, steps=(step,))).answer
    assert answer.outcome is LookupOutcome.MATCH
    assert {seen.field for seen in answer.observations} == {"company.name", "company.identifiers"}


async def test_a_result_that_may_have_been_cut_is_none(tmp_path: Path) -> None:
    """As many rows as were asked for may leave out the second organisation."""
    step = reply(200, rows(*[ITEM] * 2000), content_type="application/sparql-results+json")
    answer = (await run(case_of(Plugin, tmp_path), {"company.domain": "acme.example"}, steps=(step,))).answer
    assert (answer.outcome, answer.reason) == (LookupOutcome.VENDOR_ERROR, "too_many_rows")
