"""The SEC's EDGAR on loopback: a list of names, records and figures of companies that do not exist, and its refusals.

`GET /files/company_tickers.json` (www.sec.gov) names the companies; `GET /submissions/CIK##########.json` and `GET
/api/xbrl/companyconcept/CIK##########/us-gaap/{tag}.json` (data.sec.gov) tell of one, and 404 with XML of a number or
a tag that is not there. Whoever names no e-mail address in the User-Agent gets a page with status 403; so does, for
as long as `throttle`, who makes more than ten calls in a second, and no header says how long. Texts are `None` where
nothing stands. A script goes by the last part of the path.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Limit, Played, Script, Scripted

CALLS: Final = 10
"""A second."""


def page(title: str) -> Scripted:
    """A page in place of a document."""
    body = f"<!DOCTYPE html><html><head><title>SEC.gov | {title}</title></head><body>{title}</body></html>"
    return Scripted(status=HTTPStatus.FORBIDDEN, raw=body.encode(), media="text/html")


UNDECLARED: Final = page("Your Request Originates from an Undeclared Automated Tool")
TOO_FAST: Final = page("Request Rate Threshold Exceeded")
MISSING: Final = Scripted(
    status=HTTPStatus.NOT_FOUND,
    raw=b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code></Error>',
    media="application/xml",
)

TICKERS: Final = "company_tickers.json"
NAMES: Final[Sequence[tuple[int, str, str]]] = (
    (1999001, "GGR", "GOLDENGATE ROBOTICS INC /DE/"),
    (1999001, "GGRW", "GOLDENGATE ROBOTICS INC /DE/"),
    (1999002, "ACM", "ACME CORP"),
    (1999003, "TWN", "TWIN TRADING INC"),
    (1999004, "TWNN", "Twin Trading Corp"),
    (1999005, "LATE", "LATE FILER INC"),
    (1999006, "GRBG", "GARBAGE COLLECTORS INC"),
)
"""CIK, ticker and title; a company stands once for each of its tickers."""


def submissions(number: int, name: str, **more: Any) -> Mapping[str, Any]:  # noqa: ANN401 - parts of a record
    """A record; `more` takes the place of what stands in one that says nothing."""
    address = {"street1": None, "street2": "None", "city": None, "stateOrCountry": None, "zipCode": None}
    place = more.pop("business", {})
    return {
        "cik": f"{number:010d}",
        "entityType": "operating",
        "sic": "",
        "sicDescription": "",
        "name": name,
        "tickers": [ticker for cik, ticker, _ in NAMES if cik == number],
        "exchanges": [None],
        "ein": "000000000",
        "lei": None,
        "description": "",
        "website": "",
        "fiscalYearEnd": "1231",
        "stateOfIncorporation": "DE",
        "addresses": {"mailing": address, "business": {**address, **place}},
        "phone": None,
        "formerNames": [],
        "filings": {"recent": {"accessionNumber": [], "form": []}, "files": []},
        **more,
    }


RECORDS: Final[Mapping[int, Mapping[str, Any]]] = MappingProxyType(
    {
        1999001: submissions(
            1999001,
            "GOLDENGATE ROBOTICS INC",
            sic="3569",
            sicDescription="General Industrial Machinery & Equipment, NEC",
            exchanges=["Nasdaq", "Nasdaq"],
            ein="990001999",
            website="https://goldengate-robotics.example",
            business={"street1": "1 EXAMPLE WAY", "city": "OAKLAND", "stateOrCountry": "CA", "zipCode": "94607"},
            phone="510-555-0100",
            formerNames=[{"name": "OAKLAND ARMS CORP", "from": "2001-05-01T00:00:00.000Z", "to": None}],
        ),
        1999002: submissions(
            1999002,
            "ACME CORP",
            website="https://acme-mining.example",
            business={"city": "AUSTIN", "stateOrCountry": "TX", "stateOrCountryDescription": "TX"},
        ),
        1999005: submissions(1999005, "LATE FILER INC", business={"city": "RENO", "stateOrCountry": "NV"}),
    }
)


def annual(year: int, amount: int, **more: object) -> Mapping[str, object]:
    """A year's figure in an annual report."""
    dates = {"start": f"{year}-01-01", "end": f"{year}-12-31", "filed": f"{year + 1}-02-20"}
    return {**dates, "val": amount, "fy": year + 1, "fp": "FY", "form": "10-K", **more}


REVENUES: Final = "Revenues"
CONTRACTS: Final = "RevenueFromContractWithCustomerExcludingAssessedTax"
CONCEPTS: Final[Mapping[tuple[int, str], Sequence[Mapping[str, object]]]] = MappingProxyType(
    {
        (1999001, REVENUES): (annual(2016, 90_000_000), annual(2017, 95_000_000)),
        (1999001, CONTRACTS): (
            annual(2024, 180_000_000),
            annual(2025, 211_000_000),
            annual(2025, 60_000_000, start="2025-10-01"),
            annual(2026, 150_000_000, end="2026-09-30", form="10-Q", fp="Q3"),
        ),
        (1999002, REVENUES): (annual(2025, 12_000_000),),
    }
)


class SecEdgar(Played):
    """The vendor; it is free."""

    hosts = ("www.sec.gov", "data.sec.gov")
    usual: ClassVar[Script] = MappingProxyType(
        {
            "CIK0001999006.json": (Scripted(raw=b'{"cik": "0001999006", "name": "GARB'),),
            "CIK0001999003.json": (Scripted(status=503, raw=b"", media="text/html"),),
        }
    )

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what `Played` takes
        super().__init__(**given)
        self.limit = Limit(CALLS, 1.0)
        self._out = Limit(0, self.throttle.total_seconds())

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The list, a record, and a tag of its statements."""
        return (
            Route("/files/{file}", self._tickers),
            Route("/submissions/{file}", self._submissions),
            Route("/api/xbrl/companyconcept/{cik}/us-gaap/{file}", self._concept),
        )

    async def _tickers(self, request: Request) -> Response:
        rows = [{"cik_str": number, "ticker": ticker, "title": title} for number, ticker, title in NAMES]
        found = {str(place): row for place, row in enumerate(rows)}
        return await self._answer(request, found if request.path_params["file"] == TICKERS else None)

    async def _submissions(self, request: Request) -> Response:
        return await self._answer(request, RECORDS.get(_number(request.path_params["file"])))

    async def _concept(self, request: Request) -> Response:
        number, tag = _number(request.path_params["cik"]), request.path_params["file"].removesuffix(".json")
        facts = CONCEPTS.get((number, tag))
        told = {"cik": number, "taxonomy": "us-gaap", "tag": tag, "units": {"USD": facts}}
        return await self._answer(request, None if facts is None else told)

    async def _answer(self, request: Request, document: Mapping[str, Any] | None) -> Response:
        subject = str(request.path_params["file"])
        reply = self._refusal(request) or self.next(subject)
        return await self.send(subject, reply or (MISSING if document is None else Scripted(body=document)))

    def _refusal(self, request: Request) -> Scripted | None:
        if "@" not in request.headers.get("user-agent", ""):
            return UNDECLARED
        if self._out.left > 0:
            return TOO_FAST
        if self.limit.take():
            return None
        self._out.take()
        return TOO_FAST


def _number(text: str) -> int:
    digits = text.removeprefix("CIK").removesuffix(".json")
    return int(digits) if digits.isdecimal() else 0
