"""A golden record as an Organization of schema.org, in JSON-LD: a pure function for whoever reads that vocabulary.

What schema.org has no word for (revenue, funding, technologies, mail) is left out, and so is provenance: the
explanation of a lead has both.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectors.kit.schema import Value
from gateway.enrichment.merge import Field

MEDIA_TYPE: Final = "application/ld+json"
CONTEXT: Final = "https://schema.org"

_TEXTS: Final = {
    "name": "company.name",
    "legalName": "company.legal_name",
    "alternateName": "company.other_names",
    "description": "company.description",
    "logo": "company.logo_url",
    "telephone": "company.phone",
    "email": "company.emails",
    "keywords": "company.tags",
    "knowsLanguage": "company.languages",
    "dissolutionDate": "company.dissolved_on",
}
"""Properties that take a field as it is."""
_OWN: Final = {"lei": "leiCode", "duns": "duns", "ein": "taxID", "vat": "vatID"}
"""Identifiers with a property of their own."""
_ICD: Final = {"lei": "0199", "duns": "0060"}
"""International code designators of ISO/IEC 6523, as schema.org names them at `iso6523Code`."""
_CODES: Final = {"naics": "naics", "isic4": "isicV4"}
_PLACE: Final = {
    "street": "streetAddress",
    "locality": "addressLocality",
    "region": "addressRegion",
    "postal_code": "postalCode",
    "country": "addressCountry",
}
_WIKIDATA: Final = "https://www.wikidata.org/entity/"


def organization(record: Mapping[str, Field]) -> dict[str, Any]:
    """The company of a golden record; a property without a value is left out.

    Args:
        record: as `merge` gives it; what is said of a person in it is not looked at.
    """
    values = {name: field.value for name, field in record.items() if name.startswith("company.")}
    found: dict[str, Any] = {"@context": CONTEXT, "@type": "Organization"}
    found |= {name: _plain(values.get(field)) for name, field in _TEXTS.items()}
    found["url"] = _url(values)
    found["foundingDate"] = values.get("company.founded_on") or _text(values.get("company.founded_year"))
    found["numberOfEmployees"] = _employees(values)
    found |= _places(values)
    found |= _identified(values)
    for system, name in _CODES.items():
        codes = (each for each in _objects(values.get("company.industry_codes")) if each.get("system") == system)
        found[name] = _one_or_all(each["code"] for each in codes)
    found["sameAs"] = list(dict.fromkeys(_profiles(values)))
    found["parentOrganization"] = _parent(values.get("company.parent") or values.get("company.ultimate_parent"))
    found |= _listing(values.get("company.listing"))
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


Fields = Mapping[str, Value | tuple[Value, ...] | None]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _objects(value: object) -> Iterable[Mapping[str, Any]]:
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return [each for each in values if isinstance(each, Mapping)]


def _one_or_all(values: Iterable[object]) -> object:
    """One value as itself, several as a list."""
    found = list(dict.fromkeys(values))
    return found[0] if len(found) == 1 else found


def _url(values: Fields) -> str | None:
    site = values.get("company.website") or values.get("company.domain")
    if not isinstance(site, str):
        return None
    return site if "://" in site else f"https://{site}"


def _employees(values: Fields) -> dict[str, Any] | None:
    count, band = values.get("company.employees.count"), values.get("company.employees.range")
    known = {"value": count}
    if isinstance(band, Mapping):
        known |= {"minValue": band.get("min"), "maxValue": band.get("max")}
    told = {name: number for name, number in known.items() if number is not None}
    return {"@type": "QuantitativeValue", **told} if told else None


def _places(values: Fields) -> dict[str, Any]:
    here = next(iter(_objects(values.get("company.headquarters"))), None)
    country = values.get("company.country")
    if here is None and country is not None:
        here = {"country": country}
    return {
        "address": None if here is None else _address(here),
        "location": [_address(each) for each in _objects(values.get("company.locations"))],
    }


def _address(place: Mapping[str, Any]) -> dict[str, Any] | None:
    told = {name: place[part] for part, name in _PLACE.items() if place.get(part)}
    return {"@type": "PostalAddress", **told} if told else None


def _identified(values: Fields) -> dict[str, Any]:
    """Identifiers by the properties that schema.org has for them, and the others as property values."""
    known: dict[str, list[str]] = {}
    others = []
    for each in _objects(values.get("company.identifiers")):
        scheme, value = str(each.get("scheme")), str(each.get("value"))
        known.setdefault(scheme, []).append(value)
        if scheme not in _OWN:
            where = each.get("jurisdiction")
            named = f"{scheme} {where}" if where else scheme
            others.append({"@type": "PropertyValue", "propertyID": named, "value": value})
    vat_id = values.get("company.vat_id")
    if isinstance(vat_id, str):
        known["vat"] = [vat_id, *known.get("vat", ())]
    found: dict[str, Any] = {name: _one_or_all(known.get(scheme, ())) for scheme, name in _OWN.items()}
    codes = [
        f"{icd}:{''.join(filter(str.isalnum, value))}"
        for scheme, icd in _ICD.items()
        for value in known.get(scheme, ())
    ]
    return {**found, "iso6523Code": _one_or_all(codes), "identifier": others}


def _profiles(values: Fields) -> Iterable[str]:
    for name in ("company.linkedin_url", "company.profiles"):
        value = values.get(name)
        yield from (str(each) for each in (value if isinstance(value, tuple) else (value,)) if each)
    for each in _objects(values.get("company.identifiers")):
        if each.get("scheme") == "wikidata":
            yield f"{_WIKIDATA}{each.get('value')}"


def _parent(value: object) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        return None
    domain = value.get("domain")
    told = {"name": value.get("name"), "leiCode": value.get("lei"), "url": f"https://{domain}" if domain else None}
    known = {name: text for name, text in told.items() if text}
    return {"@type": "Organization", **known} if known else None


def _listing(value: object) -> dict[str, Any]:
    """A listed company is a Corporation; its symbol is written as exchange (ISO 10383) and instrument."""
    if not isinstance(value, Mapping):
        return {}
    symbol = " ".join(str(value[part]) for part in ("mic", "ticker") if value.get(part))
    return {"@type": "Corporation", "tickerSymbol": symbol}
