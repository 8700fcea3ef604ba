"""VIES on loopback: numbers of companies that do not exist, and the Commission's own test numbers with their errors.

`POST /taxation_customs/vies/rest-api/check-vat-number` answers about a few numbers and calls every other one not
registered; `…/check-vat-test-service` answers about 100 to 601 as the service's own description has it. Errors come
with a body and mostly with status 200. The live service writes the time of its answer with milliseconds, the test
service a day with a zone. A consultation number comes only to whom has named a number of its own. A script goes by
country code and number, run together.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.sandbox.vendors.vendor import Played, Script, Scripted

_ROOT: Final = "/taxation_customs/vies/rest-api"


def error(code: str, status: int = 200) -> Scripted:
    """An error in the service's form."""
    return Scripted(status=status, body={"actionSucceed": False, "errorWrappers": [{"error": code}]})


TEST_NUMBERS: Final[Mapping[str, Scripted]] = MappingProxyType(
    {
        "201": error("INVALID_INPUT", 400),
        "202": error("INVALID_REQUESTER_INFO", 400),
        "300": error("SERVICE_UNAVAILABLE", 500),
        "301": error("MS_UNAVAILABLE"),
        "302": error("TIMEOUT"),
        "400": error("VAT_BLOCKED"),
        "401": error("IP_BLOCKED"),
        "500": error("GLOBAL_MAX_CONCURRENT_REQ"),
        "501": error("GLOBAL_MAX_CONCURRENT_REQ_TIME"),
        "600": error("MS_MAX_CONCURRENT_REQ"),
        "601": error("MS_MAX_CONCURRENT_REQ_TIME"),
    }
)
"""Beside 100, which is registered, and 200, which is not."""

Holder = tuple[str, str]
"""Name and address as the member state tells them."""

HOLDERS: Final[Mapping[str, Holder]] = MappingProxyType(
    {
        "FR60815004395": ("SAS ATELIER LUMIERE", "12 RUE DE L'EXEMPLE\n75008 PARIS"),
        "DE123456788": ("---", "---"),
        "IT00159560366": ("ROSSI MARIO", "VIA ROMA 1 \n41100 MODENA MO\n"),
        "EL094259216": ("ΔΙΚΤΥΟ ΕΠΕ||ΔΙΚΤΥΟ", "ΟΔΟΣ 1 \n10431 - ΑΘΗΝΑ"),
        "XI980780684": ("BRIGHTPATH (NI) LIMITED", "1 EXAMPLE ROAD\nBELFAST\nBT1 1AA"),
    }
)


class Vies(Played):
    """The service; it is free."""

    hosts = ("ec.europa.eu",)
    usual: ClassVar[Script] = MappingProxyType(
        {
            "DE129273398": (error("MS_MAX_CONCURRENT_REQ"), error("MS_MAX_CONCURRENT_REQ"), error("MS_UNAVAILABLE")),
            "DK13585628": (Scripted(status=504, raw=b"", media="text/html", wait=16.0),),
        }
    )

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The check, the test of it, and whether the member states answer."""
        return (
            Route(f"{_ROOT}/check-vat-number", self._check, methods=["POST"]),
            Route(f"{_ROOT}/check-vat-test-service", self._test, methods=["POST"]),
            Route(f"{_ROOT}/check-status", self._status),
        )

    async def _check(self, request: Request) -> Response:
        asked = _asked(await request.body())
        number = f"{asked.get('countryCode', '')}{asked.get('vatNumber', '')}"
        if not _readable(asked):
            return await self.send(number, error("INVALID_INPUT", 400))
        now = datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        holder = HOLDERS.get(number)
        return await self.send(number, self.next(number) or _answer(asked, holder, now))

    async def _test(self, request: Request) -> Response:
        asked = _asked(await request.body())
        number = asked.get("vatNumber", "")
        holder = ("John Doe", "123 Main St, Anytown, UK") if number == "100" else None
        told = TEST_NUMBERS.get(number) or _answer(asked, holder, f"{datetime.now(tz=UTC):%Y-%m-%d}+01:00")
        return await self.send(f"{asked.get('countryCode', '')}{number}", told)

    async def _status(self, _: Request) -> Response:
        states = [{"countryCode": code, "availability": "Available"} for code in ("DE", "EL", "FR", "IT", "XI")]
        return await self.send("", Scripted(body={"vow": {"available": True}, "countries": states}))


def _asked(body: bytes) -> Mapping[str, str]:
    try:
        read = orjson.loads(body)
    except ValueError:
        return {}
    return {name: value for name, value in read.items() if isinstance(value, str)} if isinstance(read, dict) else {}


def _readable(asked: Mapping[str, str]) -> bool:
    """Whether there is a country, and a number that does not begin with it."""
    code, number = asked.get("countryCode", ""), asked.get("vatNumber", "")
    return len(code) == len("DE") and code != "GR" and number.isalnum() and not number.startswith(code)


def _answer(asked: Mapping[str, str], holder: Holder | None, at: str) -> Scripted:
    name, address = holder or ("---", "---")
    body = {
        "countryCode": asked.get("countryCode"),
        "vatNumber": asked.get("vatNumber"),
        "requestDate": at,
        "valid": holder is not None,
        "requestIdentifier": "WAPIAAAASANDBOX1" if asked.get("requesterNumber") else "",
        "name": name,
        "address": address,
        **dict.fromkeys(("traderName", "traderStreet", "traderPostalCode", "traderCity", "traderCompanyType"), "---"),
    }
    return Scripted(body=body)
