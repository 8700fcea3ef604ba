"""JSON-LD as pages hold it: leniently read, never raising, and the site's own organisation found in it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.web import facts, read_blocks
from connectors.kit.web.jsonld import MOST_NODES, is_organisation, types

OWN = {"acme.example"}
_LEAVES = st.none() | st.booleans() | st.integers() | st.text()
_KEYS = [
    *("@type", "@id", "@graph", "name", "url", "address", "addressCountry", "logo", "numberOfEmployees", "email"),
    *("sameAs", "parentOrganization", "foundingDate", "naics", "telephone", "description", "iso6523Code", "@value"),
]
ACME = {"@type": "Organization", "name": "Acme", "url": "https://www.acme.example/"}


def names(*blocks: object) -> list[object]:
    """The names that the blocks give the company."""
    texts = [block if isinstance(block, str) else json.dumps(block) for block in blocks]
    return [fact.value for fact in facts(read_blocks(texts), OWN) if fact.field == "company.name"]


@pytest.mark.parametrize(
    "block",
    [
        ACME,
        [ACME],
        [[ACME]],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, ACME]},
        {"@graph": ACME},
        {"@type": "WebSite", "publisher": ACME},
        {"@type": "WebPage", "isPartOf": {"@type": "WebSite", "publisher": [ACME]}},
        {"@graph": [{"@type": "WebSite", "publisher": {"@id": "#org"}}, {**ACME, "@id": "#org"}]},
        {**ACME, "@type": ["Thing", "Corporation"]},
        {**ACME, "@type": "http://schema.org/LocalBusiness"},
        {**ACME, "@type": "https://schema.org/Organization"},
        {**ACME, "@type": "schema:Organization"},
        {**ACME, "url": "acme.example"},
        {**ACME, "url": ["https://acme.example/de"]},
        {**ACME, "url": {"@id": "https://other.example"}},
        {**ACME, "url": None},
        {"@type": "Organization", "@id": "https://acme.example/#organization", "name": "Acme"},
        {**ACME, "name": ["Acme", "Other"]},
        {**ACME, "name": {"@language": "en", "@value": "Acme"}},
        {**ACME, "name": " <b>Acme</b>\n"},
        '{"@type": "Organization", "name": "Acme", }',
        '// the company\n{"@type": "Organization", /* its name */ "name": "Acme"}',
        '<!--\n{"@type": "Organization", "name": "Acme"}\n-->',
        '/*<![CDATA[*/{"@type": "Organization", "name": "Acme"}/*]]>*/',
        '{"@type": "Organization", "name": "Acme", "slogan": "a\nb"}',
        '{"@type": "Organization", "name": "Acme", "sameAs": ["https://a.example/*", "*/",],};',
        '{"@type": "Organization", "name": "Acme", "numberOfEmployees": NaN}',
        '{"@type": "Organization", "name": "Acme", "@type": "Organization"}',
    ],
)
def test_forms_that_are_read(block: object) -> None:
    """Lists, graphs, publishers, types in every writing, and what is not quite JSON."""
    assert names(block) == ["Acme"]


@pytest.mark.parametrize(
    "block",
    [
        "",
        "null",
        "7",
        '"Organization"',
        '{"@type": "Organization", "name": "Ac',
        "{'@type': 'Organization', 'name': 'Acme'}",
        {"name": "Acme"},
        {**ACME, "@type": "Product"},
        {**ACME, "@type": 7},
        {**ACME, "@type": "Person"},
        {**ACME, "@type": ["Organization", "Person"]},
        {**ACME, "@type": "Physician"},
        {**ACME, "url": "https://other.example/"},
        {**ACME, "url": "", "@id": "https://other.example/#organization"},
        {**ACME, "name": 7},
        {**ACME, "name": ""},
        {**ACME, "name": "x" * 151},
        {**ACME, "name": "call +49 30 1234567"},
        {**ACME, "name": "jo@acme.example"},
        {"@type": "Article", "author": ACME},
        {"@type": "Product", "brand": ACME, "manufacturer": ACME},
        {"@type": "Event", "organizer": ACME, "sponsor": ACME},
        {"@type": "Person", "worksFor": ACME},
        {"@type": "JobPosting", "hiringOrganization": ACME},
    ],
)
def test_forms_that_are_not(block: object) -> None:
    """What is no JSON, no organisation, another site's, a person's, or what the page merely mentions."""
    assert names(block) == []


def test_organisation_that_names_the_site_comes_first() -> None:
    """One with the site's address wins over one without, whatever their order; among equals the one that says more."""
    bare = {"@type": "Organization", "name": "Client"}
    assert names([bare, ACME]) == names([ACME, bare]) == names(bare, ACME) == ["Acme"]
    more = {**bare, "name": "More", "telephone": "x", "email": "y"}
    assert names([bare, more]) == ["More"]


def test_one_bad_block_does_not_spoil_the_others() -> None:
    """Blocks are read one by one."""
    assert names("{", "[" * 5000, ACME, '{"a": ' + "9" * 5000 + "}") == ["Acme"]


def test_types_lose_their_vocabulary() -> None:
    """Whatever stands before the type is not part of it."""
    named = ["http://schema.org/Hotel", "schema:Store", "Winery ", 7, None]
    assert types({"@type": named}) == {"Hotel", "Store", "Winery"}
    assert is_organisation({"@type": "OnlineStore"})
    assert not is_organisation({"@type": "Thing"})


@pytest.mark.parametrize(
    "block",
    [
        '{"publisher":' * 100_000,
        "[" * 200_000,
        '"\\"' * 100_000,
        "/*" * 200_000,
        '"' * 200_000,
        "," * 200_000,
        "{}," * 200_000,
        "[" + json.dumps(ACME) + ("," + json.dumps(ACME)) * 8_000 + "]",
    ],
    ids=["nested", "lists", "quotes", "comments", "strings", "commas", "pieces", "many"],
)
def test_hostile_block_costs_little(block: str) -> None:
    """Half a megabyte made to be slow is read in no more than a moment."""
    begun = time.monotonic()
    graph = read_blocks([block])
    facts(graph, OWN)
    assert time.monotonic() - begun < 5
    assert len(graph.nodes) <= MOST_NODES


@given(st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_KEYS), inner)))
def test_whatever_stands_in_a_node_is_read_or_left_out(value: object) -> None:
    """No value of any property makes it fail, and what comes fits the schema."""
    node = value if isinstance(value, dict) else {"address": value, "name": value, "sameAs": value, "duns": value}
    facts(read_blocks([json.dumps([{**node, "@type": "Organization"}, value])]), OWN)


@given(st.text())
def test_whatever_stands_in_a_block_is_read_or_left_out(text: str) -> None:
    """No text makes it fail."""
    facts(read_blocks([text, "{" + text, '{"@type": "Organization", "name": "' + text]), OWN)
