"""The HTTP side of a connector: its hosts, its authorisation and its limits, enforced in one place."""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode, urlsplit

from connectors.errors import HostRefused, SecretMissing, TimedOut, Unreadable
from connectors.kit.calling import may_be_set
from connectors.kit.manifest import Manifest
from connectors.kit.ports import Deadline, Http, Reply, Request, Secrets

NO_TIME: Final = "no_time_left"
"""The reason of a call that was not begun, for want of the question's own time."""


class VendorHttp:
    """Sends a connector's requests, and only to the hosts of its manifest and of its settings.

    The secret is added here and nowhere else, so a connector cannot put it anywhere.

    Args:
        manifest: of the connector.
        http: the gateway's client.
        secrets: the connector's secrets.
        deadline: of the question.
        hosts: of the operator's own, as its settings name them (`Settings.hosts`).
    """

    __slots__ = ("_deadline", "_hosts", "_http", "_manifest", "_secrets")

    def __init__(
        self, *, manifest: Manifest, http: Http, secrets: Secrets, deadline: Deadline, hosts: Collection[str] = ()
    ) -> None:
        self._manifest = manifest
        self._hosts = frozenset((*manifest.hosts, *hosts))
        self._http = http
        self._secrets = secrets
        self._deadline = deadline

    async def send(self, request: Request) -> Reply:
        """Sends one request.

        Raises:
            HostRefused: another host, scheme or port, user information in the URL, or a header that is no line of
                plain text (RFC 9110 5.5); nothing was sent.
            SecretMissing: the key is not set; nothing was sent.
            TimedOut: the question's time is up.
            CallError: whatever the client raises.
        """
        seconds = min(self._manifest.timeout, self._deadline.remaining())
        return await self._send(request, seconds=seconds, max_bytes=self._manifest.max_bytes)

    async def receive(self, request: Request, *, max_bytes: int) -> Reply:
        """Sends one request whose reply is long and taken piece by piece (`Request.take`), with all the time there is.

        Raises:
            HostRefused, SecretMissing, TimedOut, CallError: as `send`.
        """
        return await self._send(request, seconds=self._deadline.remaining(), max_bytes=max_bytes)

    async def _send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        self._check_url(request.url)
        if seconds <= 0:
            raise TimedOut(NO_TIME, sent=False)
        return await self._http.send(self._authorised(request), seconds=seconds, max_bytes=max_bytes)

    def _check_url(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise HostRefused("url_unreadable") from None
        if parts.scheme != "https" or port not in (None, 443) or "@" in parts.netloc:
            raise HostRefused("url_not_allowed")
        if parts.query or parts.fragment:
            raise HostRefused("query_belongs_in_params")
        if parts.hostname not in self._hosts:
            raise HostRefused("host_not_in_manifest")

    def _authorised(self, request: Request) -> Request:
        auth = self._manifest.auth
        params, headers = dict(request.params), dict(request.headers)
        if auth.type != "none":
            try:
                secret = self._secrets.read(auth.secret)
            except KeyError:
                raise SecretMissing("secret_not_set") from None
            if auth.type == "header":
                headers[auth.name] = auth.prefix + secret
            elif auth.type == "query":
                params[auth.name] = secret
            else:
                headers["Authorization"] = "Basic " + base64.b64encode(f"{secret}:".encode()).decode()
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise HostRefused("header_unprintable")
        if not all(map(may_be_set, headers)):
            raise HostRefused("header_not_allowed")
        url = f"{request.url}?{urlencode(params)}" if params else request.url
        return replace(request, url=url, params={}, headers=headers)


def json_body(reply: Reply) -> object:
    """Reads a reply as JSON.

    Raises:
        Unreadable: another content type, no JSON, or cut short.
    """
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Unreadable("not_json_content_type")
    try:
        read: object = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    return read


def json_object(reply: Reply) -> Mapping[str, object]:
    """Reads a reply as one JSON object.

    Raises:
        Unreadable: another content type, no JSON, cut short, or not an object.
    """
    read = json_body(reply)
    if not isinstance(read, dict):
        raise Unreadable("not_an_object")
    return read
