"""The visitor of the demo's web site: loads the form's challenge, solves it as the script does, and posts the form."""

import asyncio
import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import altcha

from gateway import http
from gateway.errors import SetupError

SITE: Final = "https://www.example.com"
"""Where the form stands."""

_BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_TAKEN: Final = range(200, 400)


class Browser:
    """Posts to one form as a browser does."""

    def __init__(self, client: http.HttpClient, form: str) -> None:
        self._client = client
        self._form = form

    async def challenge(self) -> str:
        """Fetch the form's challenge and solve it as the script does; returns the value of the `altcha` field."""
        reply = await self._send("GET", f"{self._form}/challenge")
        given = json.loads(reply.body)
        theirs = altcha.Challenge.from_dict({"parameters": given["parameters"], "signature": given["signature"]})
        solution = await asyncio.to_thread(altcha.solve_challenge, theirs)
        if solution is None:
            raise SetupError("The form's challenge could not be solved")
        return altcha.Payload(theirs, solution).to_base64()

    async def post(self, fields: Mapping[str, str]) -> None:
        """Post the form, urlencoded."""
        await self._send("POST", self._form, urlencode(fields).encode())

    async def _send(self, method: str, url: str, body: bytes | None = None) -> http.Reply:
        headers = {"user-agent": _BROWSER, "origin": SITE, "referer": f"{SITE}/contact", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = _FORM_TYPE
        request = http.Request(method=method, url=url, headers=headers, body=body, trust=http.Trust.PRIVATE)
        reply = await self._client.send(request)
        if reply.status not in _TAKEN:
            raise SetupError(f"The gateway answered {method} {url} with {reply.status}")
        return reply
