"""The webhook: a signed POST (Standard Webhooks 1.0), as it is or rewritten by a map, and what its answer means.

An answer of 2xx is a delivery, unless the map asks for more: its body may be anything, and need not end. 410 means
never again. Everything else, a redirect included, is tried again by the schedule, since most of it is repaired by
somebody sooner or later; what can never work (an address that may not be asked, a message that does not fit the map,
an answer the map calls a refusal) ends the delivery at once.
"""

import asyncio
import re
from http import HTTPStatus
from ipaddress import ip_address
from typing import ClassVar, Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from gateway.errors import Fault, Invalid
from gateway.release import (
    API_VERSION,
    Call,
    DeliveryOutcome,
    EventType,
    NoSettings,
    Parcel,
    Ports,
    Receipt,
    Reply,
    SendFailed,
    Target,
)
from gateway.release.kit.mapping_values import CannotMap
from gateway.release.kit.schedule import read_retry_after
from gateway.release.kit.signing import ID, PERMIT, read_secret, sign

_WANTED: Final = "A webhook needs a URL like https://crm.example/hooks/leads."
_ENCRYPTED: Final = "Leads travel encrypted: use https, or --allow-private for a host in your own network."
_UNSIGNED: Final = "A webhook is signed: --secret new makes a secret, --secret-file FILE brings yours."
_BODY_SECONDS: Final = 1.0
"""How long a body that decides nothing may take: read to its end, the connection can be used again."""
_ID_SECONDS: Final = 5.0
"""How long one may take that has the receiver's own id in it."""
_SHARE: Final = 0.98
"""The part of an attempt's time that the call may take, so that what it met can still be told."""
_PLAIN: Final = re.compile(r"[!-~]+")


class Plugin:
    """Sends a lead to a web address."""

    api_version: ClassVar[int] = API_VERSION
    kind: ClassVar[str] = "webhook"
    settings: ClassVar[type[BaseModel]] = NoSettings

    def check(self, target: Target) -> None:
        """Look at a destination before it is stored.

        Raises:
            Invalid: the URL, a secret, or their absence.
        """
        faults = [*_url_faults(target), *_secret_faults(target)]
        if faults:
            raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)

    async def deliver(self, parcel: Parcel, target: Target, ports: Ports, deadline: float) -> Receipt:
        """Make one attempt and judge its answer, within `deadline` seconds."""
        try:
            call = _call(parcel, target, deadline)
        except CannotMap as error:
            return Receipt(outcome=DeliveryOutcome.FAILED, detail=error.detail)
        except Invalid:
            return Receipt(outcome=DeliveryOutcome.FAILED, detail="secret_unusable")
        try:
            async with asyncio.timeout(deadline):
                reply = await ports.http.send(call)
        except TimeoutError:
            return Receipt(outcome=DeliveryOutcome.RETRY, detail="deadline")
        except SendFailed as error:
            return Receipt(
                outcome=DeliveryOutcome.RETRY if error.retryable else DeliveryOutcome.FAILED, detail=error.detail
            )
        return _judge(reply, parcel, target)


def _url_faults(target: Target) -> list[Fault]:
    detail = _url_fault(target.url or "", allow_private=target.allow_private)
    return [] if detail is None else [Fault(pointer="/url", detail=detail)]


def _url_fault(url: str, *, allow_private: bool) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "This is no URL."
    tests = (
        (parts.scheme not in {"http", "https"} or not host or port == 0, _WANTED),
        (parts.scheme == "http" and (not allow_private or _is_public(host or "")), _ENCRYPTED),
        ("@" in parts.netloc, "Take user and password out of the URL; receivers trust the signature."),
        (bool(parts.fragment), "Take the part after # out of the URL; it is never sent."),
        (not _PLAIN.fullmatch(url), "Write the URL in ASCII without spaces: xn-- names and %-escapes."),
    )
    return next((detail for wrong, detail in tests if wrong), None)


def _is_public(host: str) -> bool:
    """Whether a host is written as a public address; where a name leads is looked at when it is called."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return False


def _secret_faults(target: Target) -> list[Fault]:
    if not _signs(target):
        return []
    if not target.secrets:
        return [Fault(pointer="/secret", detail=_UNSIGNED)]
    try:
        for secret in target.secrets:
            read_secret(secret)
    except Invalid as error:
        return list(error.faults)
    return []


def _signs(target: Target) -> bool:
    return target.map is None or target.map.sign


def _call(parcel: Parcel, target: Target, seconds: float) -> Call:
    body, content_type = parcel.body, "application/json"
    if target.map is not None:
        body = target.map.render(parcel.event, parcel.delivery_id, parcel.body)
        content_type = target.map.content_type
    headers = {"content-type": content_type, ID: parcel.delivery_id, PERMIT: parcel.permit}
    if _signs(target):
        headers |= sign(target.secrets, parcel.delivery_id, parcel.timestamp, body)
    return Call(
        method="POST",
        url=target.url or "",
        headers=headers,
        body=body,
        seconds=seconds * _SHARE,
        body_seconds=_body_seconds(target),
        allow_private=target.allow_private,
    )


def _body_seconds(target: Target) -> float | None:
    if target.map is None:
        return _BODY_SECONDS
    if target.map.judges_bodies:
        return None
    return _BODY_SECONDS if target.map.response_id is None else _ID_SECONDS


_REDIRECTS: Final = range(300, 400)
_GOOD: Final = range(200, 300)


def _judge(reply: Reply, parcel: Parcel, target: Target) -> Receipt:
    outcome, detail = _outcome(reply, target)
    good = outcome is DeliveryOutcome.DELIVERED
    return Receipt(
        outcome=outcome,
        http_status=reply.status,
        detail=detail,
        retry_after=read_retry_after(reply.headers, parcel.timestamp) if outcome is DeliveryOutcome.RETRY else None,
        remote_id=target.map.remote_id(reply) if good and target.map is not None else None,
        acknowledged=good and parcel.event is EventType.RETRACTED,
    )


def _outcome(reply: Reply, target: Target) -> tuple[DeliveryOutcome, str]:
    status, rules = reply.status, target.map
    if rules is not None and rules.refused is not None and rules.refused.holds(reply):
        return DeliveryOutcome.FAILED, f"refused_{status}"
    if status == HTTPStatus.GONE:
        return DeliveryOutcome.GONE, "http_410"
    if status in _REDIRECTS:
        return DeliveryOutcome.RETRY, "redirect_not_followed"
    if status not in _GOOD:
        return DeliveryOutcome.RETRY, f"http_{status}"
    if rules is not None and not rules.success.holds(reply):
        return DeliveryOutcome.FAILED, "not_accepted"
    return DeliveryOutcome.DELIVERED, f"http_{status}"
