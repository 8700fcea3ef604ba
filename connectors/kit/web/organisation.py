"""From an organisation of schema.org to the fields of ours: what fits is taken, what is a person's never.

Read are name, legalName, alternateName, url, sameAs, address, telephone, email, foundingDate, dissolutionDate,
numberOfEmployees, leiCode, vatID, taxID, duns, naics, isicV4, iso6523Code, parentOrganization, logo and description.
Founders, employees, members and contact points are not looked at.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from connectors.kit.reading import read, read_country
from connectors.kit.schema import Value
from connectors.kit.web import numbers
from connectors.kit.web.contacts import house_number, role_address
from connectors.kit.web.identifiers import identifiers
from connectors.kit.web.jsonld import Graph, strings
from connectors.kit.web.people import is_in_care_of, is_reachable, speaks_of_people
from connectors.kit.web.plain import registrable
from connectors.kit.web.told import Told

LONGEST_TEXT: Final = 1_000
_COMPANY_PAGE: Final = re.compile(r"/(?:company|school|showcase)/[^/]+/?", re.IGNORECASE)
_PROFILES: Final = frozenset(
    {
        *("facebook.com", "instagram.com", "youtube.com", "x.com", "twitter.com", "github.com", "gitlab.com"),
        *("crunchbase.com", "xing.com", "tiktok.com", "pinterest.com", "vimeo.com", "g2.com", "glassdoor.com"),
        *("kununu.com", "trustpilot.com", "wikipedia.org", "opencorporates.com", "northdata.com", "bsky.app"),
    }
)
"""Networks whose addresses of a company are taken; no others, and on LinkedIn and Xing no person's."""
_XING_COMPANY: Final = re.compile(r"/(?:pages|companies|company)/[^/]+/?", re.IGNORECASE)
_CODES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"naics": ("naics", r"[0-9]{2,6}"), "isicV4": ("isic4", r"[A-U]?[0-9]{2,4}")}
)


class Fact(NamedTuple):
    """One value of one field of the schema."""

    field: str
    value: Value


def facts(graph: Graph, own: Collection[str]) -> tuple[Fact, ...]:
    """What the organisation that the site is about says of itself, each value once, in the order of the fields.

    Args:
        graph: the page's JSON-LD.
        own: the site's registered domains.
    """
    node = graph.organisation(own)
    if node is None:
        return ()
    told = Told(graph, node, own)
    found: list[Fact] = []
    for field, values in _READERS.items():
        for value in values(told):
            fits = None if value is None else read(field, value)
            if fits is not None and Fact(field, fits) not in found:
                found.append(Fact(field, fits))
    return tuple(found)


Values = Iterator[object]


def _name(told: Told) -> Values:
    yield told.first("name")


def _legal_name(told: Told) -> Values:
    yield told.first("legalName")


def _other_names(told: Told) -> Values:
    yield from (text for text in told.texts("alternateName") if not is_reachable(text))


def _website(told: Told) -> Values:
    yield next((text for text in told.texts("url", 300) if registrable(text) in told.own), None)


def _vat_id(told: Told) -> Values:
    found = (numbers.vat(text) for name in ("vatID", "taxID") for text in told.texts(name))
    yield next((each[0] for each in found if each is not None), None)


def _founded(told: Told) -> Values:
    yield from told.raw("foundingDate")[:1]


def _founded_year(told: Told) -> Values:
    day = read("company.founded_on", told.raw("foundingDate")[0])
    yield None if day is None else int(str(day)[:4])


def _dissolved(told: Told) -> Values:
    yield from told.raw("dissolutionDate")[:1]


def _description(told: Told) -> Values:
    """What a company says of itself, unless it names people."""
    texts = told.texts("description", LONGEST_TEXT)
    yield next((text for text in texts if not speaks_of_people(text)), None)


def _codes(told: Told) -> Values:
    for name, (system, form) in _CODES.items():
        for raw in told.raw(name):
            text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
            yield {"system": system, "code": text} if re.fullmatch(form, text) else None


def _employees(told: Told) -> Iterator[Mapping[str, object]]:
    for raw in told.raw("numberOfEmployees")[:1]:
        if isinstance(raw, Mapping):
            yield raw
        elif isinstance(raw, int | float | str):
            yield {"value": raw}


def _count(told: Told) -> Values:
    for each in _employees(told):
        count = read("company.employees.count", each.get("value"))
        yield count if isinstance(count, int) and count > 0 else None


def _range(told: Told) -> Values:
    for each in _employees(told):
        low, high = (read("company.employees.count", each.get(name)) for name in ("minValue", "maxValue"))
        if low is not None or high is not None:
            yield {"min": low, "max": high}
        elif isinstance(each.get("value"), str) and read("company.employees.count", each["value"]) is None:
            yield each["value"]


def _places(told: Told) -> Iterator[Mapping[str, str | None]]:
    for node in told.nodes("address"):
        part = Told(Graph(), node, ())
        street = part.first("streetAddress")
        yield {
            "street": None if street is None or is_in_care_of(street) else street,
            "locality": part.first("addressLocality"),
            "region": part.first("addressRegion"),
            "postal_code": part.first("postalCode") or _number(part.raw("postalCode")[0]),
            "country": part.first("addressCountry") or next(_country_names(part), None),
        }


def _number(raw: object) -> str | None:
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else None


def _country_names(part: Told) -> Iterator[str]:
    """The country as a node of its own."""
    for node in part.nodes("addressCountry"):
        yield from strings(node.get("name"))


def _headquarters(told: Told) -> Values:
    places = list(_places(told))
    yield places[0] if len(places) == 1 else None


def _locations(told: Told) -> Values:
    places = list(_places(told))
    yield from places if len(places) > 1 else ()


def _country(told: Told) -> Values:
    named = {found for place in _places(told) if (found := read_country(place["country"])) is not None}
    yield named.pop() if len(named) == 1 else None


def _parent(told: Told) -> Values:
    for node in told.nodes("parentOrganization")[:1]:
        part = Told(Graph(), node, ())
        lei = next((found for text in part.texts("leiCode") if (found := numbers.lei_code(text)) is not None), None)
        yield {"name": part.first("name"), "domain": next(map(registrable, part.texts("url", 300)), None), "lei": lei}


def _phone(told: Told) -> Values:
    yield next((found for text in told.texts("telephone") if (found := house_number(text)) is not None), None)


def _emails(told: Told) -> Values:
    yield from map(role_address, told.texts("email"))


def _linkedin(told: Told) -> Values:
    for text in told.texts("sameAs", 300):
        if registrable(text) == "linkedin.com" and _COMPANY_PAGE.fullmatch(urlsplit(text).path):
            yield text


def _profiles(told: Told) -> Values:
    for text in told.texts("sameAs", 300):
        site, path = registrable(text), urlsplit(text).path
        if site in _PROFILES and path.strip("/") and (site != "xing.com" or _XING_COMPANY.fullmatch(path)):
            yield text


def _logo(told: Told) -> Values:
    written = [*told.texts("logo", LONGEST_TEXT)]
    written += [
        text for node in told.nodes("logo") for name in ("contentUrl", "url") for text in strings(node.get(name))
    ]
    yield next((text for text in written if text.startswith(("https://", "http://"))), None)


_READERS: Final[Mapping[str, Callable[[Told], Values]]] = MappingProxyType(
    {
        "company.name": _name,
        "company.legal_name": _legal_name,
        "company.other_names": _other_names,
        "company.website": _website,
        "company.identifiers": identifiers,
        "company.vat_id": _vat_id,
        "company.founded_on": _founded,
        "company.founded_year": _founded_year,
        "company.dissolved_on": _dissolved,
        "company.description": _description,
        "company.industry_codes": _codes,
        "company.employees.count": _count,
        "company.employees.range": _range,
        "company.headquarters": _headquarters,
        "company.locations": _locations,
        "company.country": _country,
        "company.parent": _parent,
        "company.phone": _phone,
        "company.emails": _emails,
        "company.linkedin_url": _linkedin,
        "company.profiles": _profiles,
        "company.logo_url": _logo,
    }
)
"""The fields that are read, and how."""
