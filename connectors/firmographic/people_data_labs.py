"""Firmographics from People Data Labs' Company Enrichment API.

Read from the vendor's OpenAPI specification (github.com/peopledatalabs/openAPI-specifications) and its public
documentation: fields stand at the top level beside `likelihood`; 404 means "no record" and is not charged; 402
means that the credits are used up; 429 carries no Retry-After but `x-ratelimit-reset`; plans without a field get
`true` in its place, which says that there is a value and is none.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from connectors.errors import Unreadable
from connectors.kit import (
    Answer,
    Context,
    LookupOutcome,
    Manifest,
    Observer,
    Plain,
    Query,
    Request,
    classify,
    json_object,
    units_charged,
)
from connectors.kit.manifest import (
    Auth,
    Cache,
    Compliance,
    Confidence,
    Cost,
    OutcomeRule,
    Rate,
    Setting,
    Wait,
    Window,
)
from connectors.kit.reading import read, read_range
from connectors.kit.schema import Scalar, Value

LIVE = "api.peopledatalabs.com"
SANDBOX = "sandbox.api.peopledatalabs.com"

TEXTS = {
    "display_name": "company.name",
    "website": "company.website",
    "summary": "company.description",
    "industry": "company.industry",
}
INTEGERS = {"founded": "company.founded_year", "employee_count": "company.employees.count"}
PLACE = {
    "street_address": "street",
    "locality": "locality",
    "region": "region",
    "postal_code": "postal_code",
    "country": "country",
}
REVENUE = {
    "$0-$1M": {"min": 0, "max": 1_000_000},
    "$1M-$10M": {"min": 1_000_000, "max": 10_000_000},
    "$10M-$25M": {"min": 10_000_000, "max": 25_000_000},
    "$25M-$50M": {"min": 25_000_000, "max": 50_000_000},
    "$50M-$100M": {"min": 50_000_000, "max": 100_000_000},
    "$100M-$250M": {"min": 100_000_000, "max": 250_000_000},
    "$250M-$500M": {"min": 250_000_000, "max": 500_000_000},
    "$500M-$1B": {"min": 500_000_000, "max": 1_000_000_000},
    "$1B-$10B": {"min": 1_000_000_000, "max": 10_000_000_000},
    "$10B+": {"min": 10_000_000_000},
}
ASKED = (
    *TEXTS,
    *INTEGERS,
    "type",
    "ticker",
    "linkedin_url",
    "id",
    "name",
    "size",
    "inferred_revenue",
    "location",
    "naics",
    "sic",
    "tags",
)
"""What the vendor is asked to send (`data_include`): nothing else even reaches this machine."""

MANIFEST = Manifest(
    id="people_data_labs",
    version="1.0.0",
    api_version=1,
    kind="firmographic",
    subject="organization",
    hosts=(LIVE, SANDBOX),
    auth=Auth(type="header", name="X-Api-Key", secret="api_key"),  # noqa: S106 - the setting's name
    requires=(("company.domain",), ("company.website",), ("company.name", "company.country")),
    sends=("company.domain", "company.website", "company.name", "company.country"),
    provides=(
        *TEXTS.values(),
        *INTEGERS.values(),
        "company.employees.range",
        "company.revenue.range",
        "company.headquarters",
        "company.type",
        "company.listing",
        "company.linkedin_url",
        "company.industry_codes",
        "company.tags",
    ),
    outcomes=(
        OutcomeRule(status=(404,), where={"error.type": "not_found"}, outcome=LookupOutcome.NO_MATCH),
        OutcomeRule(status=(402,), outcome=LookupOutcome.QUOTA_EXHAUSTED),
        OutcomeRule(status=(429,), outcome=LookupOutcome.THROTTLED, wait=(Wait(until_header="x-ratelimit-reset"),)),
    ),
    rate=Rate(windows=(Window(limit=100, per=timedelta(minutes=1)),), concurrency=8),
    cost=Cost(price=Decimal("0.10"), currency="USD", billed_on="match", header="x-call-credits-spent"),
    cache=Cache(match=timedelta(days=90), no_match=timedelta(days=14)),
    confidence=Confidence(default=0.5, path="likelihood", scale=(0.0, 10.0)),
    compliance=Compliance(
        vendor="People Data Labs, Inc.",
        role="independent_controller",
        country="US",
        transfer=("dpf", "scc"),
        licence="vendor-terms",
        redistribution=False,
        purposes=("inquiry_response", "marketing", "enrichment", "analytics"),
        art14_label="People Data Labs, Inc. (company database)",
    ),
    spec={
        "api_key": Setting(required=True, secret=True, description="the API key"),
        "min_likelihood": Setting(
            type="integer", default=6, minimum=0, maximum=10, description="weaker matches are not returned"
        ),
        "sandbox": Setting(
            type="boolean", default=False, description="ask the vendor's sandbox: synthetic data, no credits"
        ),
    },
)


class Plugin:
    """Asks for one company by its domain, website, or name with country."""

    manifest: ClassVar[Manifest] = MANIFEST

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self._host = SANDBOX if settings.get("sandbox") else LIVE
        self._least = settings.get("min_likelihood", 6)

    async def ask(self, query: Query, context: Context) -> Answer:
        """Makes one GET; raises CallError when no usable reply came."""
        reply = await context.http.send(
            Request(
                method="GET",
                url=f"https://{self._host}/v5/company/enrich",
                params=self._params(query),
                headers={"Accept": "application/json"},
            )
        )
        answer = classify(self.manifest, reply)
        if answer is not None:
            return answer
        body = json_object(reply)
        if body.get("status", 200) != 200 or not isinstance(body.get("likelihood"), int | float):  # noqa: PLR2004 - as HTTP
            raise Unreadable("not_a_company")
        observer = Observer(self.manifest, now=reply.received_at)
        _observe(body, observer, self.manifest.confidence.of(body.get("likelihood")))
        seen = observer.observations()
        record = body.get("id")
        return Answer(
            outcome=LookupOutcome.MATCH if seen else LookupOutcome.NO_MATCH,
            observations=seen,
            units=units_charged(self.manifest, reply, matched=True),
            record=record if isinstance(record, str) else None,
        )

    def _params(self, query: Query) -> Mapping[str, str]:
        named = {
            "website": query.get("company.domain") or query.get("company.website"),
            "name": query.get("company.name"),
            "country": query.get("company.country"),
        }
        params = {name: value for name, value in named.items() if value}
        return params | {"min_likelihood": str(self._least), "data_include": ",".join(ASKED)}


def _observe(body: Mapping[str, object], observer: Observer, sure: float) -> None:
    """Takes over what has the right shape; `true`, null and strange values give nothing."""
    for theirs, ours in TEXTS.items():
        observer.see(ours, _text(body.get(theirs)), method="vendor", confidence=sure)
    if _text(body.get("display_name")) is None:
        observer.see("company.name", _text(body.get("name")), method="vendor", confidence=sure)
    for theirs, ours in INTEGERS.items():
        number = body.get(theirs)
        whole = number if isinstance(number, int) and not isinstance(number, bool) else None
        observer.see(ours, whole, method="vendor", confidence=sure)
    band = read_range(body.get("size"))
    observer.see("company.employees.range", band, method="vendor", confidence=sure)
    revenue: Mapping[str, Scalar] | None = REVENUE.get(_text(body.get("inferred_revenue")) or "")
    if revenue is not None:
        observer.see("company.revenue.range", {**revenue, "currency": "USD"}, method="vendor", confidence=sure)
    observer.see("company.headquarters", _place(body.get("location")), method="vendor", confidence=sure)
    observer.see("company.type", read("company.type", body.get("type")), method="vendor", confidence=sure)
    observer.see("company.linkedin_url", _linkedin(body.get("linkedin_url")), method="vendor", confidence=sure)
    listing = read("company.listing", {"ticker": body.get("ticker")})
    observer.see("company.listing", listing, method="vendor", confidence=sure)
    for system in ("naics", "sic"):
        for item in _items(body.get(system)):
            code = item.get(f"{system}_code") if isinstance(item, Mapping) else None
            known = read("company.industry_codes", {"system": system, "code": code})
            observer.see("company.industry_codes", known, method="vendor", confidence=sure)
    for tag in _items(body.get("tags")):
        observer.see("company.tags", _text(tag), method="vendor", confidence=sure)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _linkedin(value: object) -> str | None:
    found = read("company.linkedin_url", value)
    return found if isinstance(found, str) else None


def _place(value: object) -> Value | None:
    if not isinstance(value, Mapping):
        return None
    return read("company.headquarters", {ours: value.get(theirs) for theirs, ours in PLACE.items()})
