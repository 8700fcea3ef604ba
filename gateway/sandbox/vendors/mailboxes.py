"""Loopback vendors of mailbox checks: ZeroBounce and Reacher as they document themselves, with their errors.

`GET /v2/validate` is ZeroBounce: a key in the query, a bad one or none of its credits left is a 200 with `error`.
`POST /v0/check_email` and `/v1/check_email` are Reacher: a secret in a header, a bad one is a 400 without JSON. What is
said of an address goes by what stands before its `@`, as in the vendors' own test modes.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.sandbox.vendors.vendor import KEY, SECOND, OnReply

_OUT: Final = "Invalid API Key or your account ran out of credits"
_REFUSED: Final = "permanent: 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"
_TRUTHS: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "can_connect_smtp": True,
        "has_full_inbox": False,
        "is_catch_all": False,
        "is_deliverable": True,
        "is_disabled": False,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What both vendors say of an address.

    Attributes:
        status, sub: ZeroBounce's words.
        reachable: Reacher's word.
        truths: Reacher's truths that are not as those of a mailbox that takes mail; None: an error in their place.
        trouble: an HTTP status that is answered instead, `times` times.
        wait: seconds before the answer.
        broke: no credits are left; Reacher has none.
    """

    status: str = "valid"
    sub: str = ""
    reachable: str = "safe"
    truths: Mapping[str, bool] | None = field(default_factory=dict)
    trouble: int = 0
    times: int = 0
    wait: float = 0.0
    broke: bool = False


_ALWAYS: Final = 1_000_000
_NO: Final = MappingProxyType({"is_deliverable": False})
SCENES: Final[Mapping[str, Scene]] = MappingProxyType(
    {
        "missing": Scene(status="invalid", sub="mailbox_not_found", reachable="invalid", truths=_NO),
        "full": Scene(
            status="invalid", sub="mailbox_quota_exceeded", reachable="risky", truths={"has_full_inbox": True}
        ),
        "disabled": Scene(status="do_not_mail", sub="toxic", reachable="invalid", truths={**_NO, "is_disabled": True}),
        "anybody": Scene(status="catch-all", reachable="risky", truths={"is_catch_all": True}),
        "info": Scene(status="do_not_mail", sub="role_based", reachable="risky"),
        "trap": Scene(status="spamtrap"),
        "greylisted": Scene(status="unknown", sub="greylisted", reachable="unknown", truths=None),
        "refused": Scene(status="unknown", sub="antispam_system", reachable="unknown", truths=None),
        "busy": Scene(trouble=429, times=1),
        "flaky": Scene(trouble=500, times=1),
        "down": Scene(trouble=500, times=_ALWAYS),
        "slow": Scene(wait=30.0),
        "broke": Scene(broke=True),
    }
)
"""By what stands before the `@`; every other address is that of a mailbox that takes mail."""


class Mailboxes:
    """Both vendors' routes, and what they were asked.

    Args:
        script: what is said, by what stands before the `@`.
        key: the one API key, and secret, that is accepted.
        on_reply: is told of each reply; of an address only its domain.
        throttle: neither vendor says how long to wait.
    """

    hosts: tuple[str, ...] = ("api.zerobounce.net", "api-us.zerobounce.net", "api-eu.zerobounce.net")

    def __init__(
        self,
        *,
        script: Mapping[str, Scene] = SCENES,
        key: str = KEY,
        on_reply: OnReply | None = None,
        throttle: timedelta = SECOND,  # noqa: ARG002 - as every vendor
    ) -> None:
        self._key = key
        self._script = script
        self._on_reply = on_reply
        self._troubled: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.asked: list[str] = []
        """The address of every call with a good key, in order."""
        self.spent = Decimal(0)
        """What ZeroBounce's bill says: one for every answer but `unknown`."""

    @property
    def routes(self) -> Sequence[Route]:
        """What a server answers."""
        return (
            Route("/v2/validate", self._zerobounce),
            Route("/v0/check_email", self._reacher, methods=["POST"]),
            Route("/v1/check_email", self._reacher, methods=["POST"]),
        )

    async def _zerobounce(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("api_key") != self._key:
            return self._say(JSONResponse({"error": _OUT}), "")
        if not asked.get("email") or "ip_address" not in asked:
            return self._say(JSONResponse({"error": "Missing parameter: email."}), "")
        address = asked["email"]
        scene = self._scene(address)
        trouble = await self._trouble(address, scene)
        if trouble is not None:
            return self._say(trouble, address)
        if scene.broke:
            return self._say(JSONResponse({"error": _OUT}), address)
        self.spent += scene.status != "unknown"
        return self._say(JSONResponse(_record(address, scene)), address)

    async def _reacher(self, request: Request) -> Response:
        if request.headers.get("x-reacher-secret") != self._key:
            return self._say(PlainTextResponse('Invalid request header "x-reacher-secret"', status_code=400), "")
        try:
            address = str(orjson.loads(await request.body())["to_email"])
        except (ValueError, KeyError, TypeError):
            address = ""
        if not address:
            return self._say(JSONResponse({"error": "to_email field is required."}, status_code=400), "")
        scene = self._scene(address)
        trouble = await self._trouble(address, scene)
        return self._say(JSONResponse(_check(address, scene)) if trouble is None else trouble, address)

    def _scene(self, address: str) -> Scene:
        return self._script.get(address.rpartition("@")[0].lower(), Scene())

    async def _trouble(self, address: str, scene: Scene) -> Response | None:
        """Wait as the scene says; an answer where it is trouble this time."""
        self.asked.append(address)
        await asyncio.sleep(scene.wait)
        self._troubled[address] += 1
        if not scene.trouble or self._troubled[address] > scene.times:
            return None
        return JSONResponse({"error": "try again"}, status_code=scene.trouble)

    def _say(self, response: Response, address: str) -> Response:
        self.statuses[response.status_code] += 1
        if self._on_reply is not None:
            self._on_reply(type(self).__name__, address.rpartition("@")[2], response.status_code)
        return response


def _record(address: str, scene: Scene) -> dict[str, Any]:
    local, _, domain = address.rpartition("@")
    return {
        "address": address,
        "status": scene.status,
        "sub_status": scene.sub,
        "free_email": False,
        "did_you_mean": None,
        "account": local,
        "domain": domain,
        "domain_age_days": "9692",
        "smtp_provider": None,
        "mx_found": "true",
        "mx_record": f"mx.{domain}",
        "firstname": None,
        "lastname": None,
        "gender": None,
        "country": None,
        "processed_at": "2026-03-02 09:30:00.000",
    }


def _check(address: str, scene: Scene) -> dict[str, Any]:
    local, _, domain = address.rpartition("@")
    error = {"error": {"type": "AsyncSmtpError", "message": _REFUSED}, "description": "IpBlacklisted"}
    return {
        "input": address,
        "is_reachable": scene.reachable,
        "misc": {"is_disposable": False, "is_role_account": local == "info", "gravatar_url": None},
        "mx": {"accepts_mail": True, "records": [f"mx.{domain}."]},
        "smtp": error if scene.truths is None else {**_TRUTHS, **scene.truths},
        "syntax": {"address": address, "domain": domain, "is_valid_syntax": True, "username": local},
    }
