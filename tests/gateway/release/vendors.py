"""Form endpoints on loopback that behave as the vendors document theirs: strict about what they accept.

Sources: developers.hubspot.com, "Submit data to a form"; help.salesforce.com, "Web-to-Lead FAQ" and the standard
fields of the lead object. What is only known from practice (Salesforce's Is-Processed header) is marked so.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@asynccontextmanager
async def serve(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on a free loopback port; gives its URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@dataclass
class HubSpotForm:
    """One form of one portal: its fields, which are required, and the contacts it made, by e-mail address."""

    portal: str = "12345678"
    guid: str = "5f0c2a7e-6d1b-4f3a-9c8e-2b7d1e4a9f60"
    fields: frozenset[str] = frozenset(
        {"email", "firstname", "lastname", "phone", "jobtitle", "company", "website", "message"}
    )
    required: frozenset[str] = frozenset({"email"})
    limit: int = 50
    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    consents: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: int = 0

    def app(self) -> Starlette:
        path = "/submissions/v3/integration/submit/{portal}/{guid}"
        return Starlette(routes=[Route(path, self.submit, methods=["POST"])])

    @property
    def path(self) -> str:
        return f"/submissions/v3/integration/submit/{self.portal}/{self.guid}"

    async def submit(self, request: Request) -> Response:
        self.posts += 1
        if self.posts > self.limit:
            return JSONResponse({"status": "error", "message": "rate limit"}, status_code=429)
        if (request.path_params["portal"], request.path_params["guid"]) != (self.portal, self.guid):
            return JSONResponse({"status": "error", "message": "no such form"}, status_code=404)
        if request.headers["content-type"].split(";")[0] != "application/json":
            return JSONResponse({"status": "error"}, status_code=415)
        try:
            sent = json.loads(await request.body())
        except ValueError:
            return JSONResponse({"status": "error", "message": "no JSON"}, status_code=400)
        errors = [*self._shape(sent), *self._fields(sent), *self._consent(sent)]
        if errors:
            shown = [{"message": f"Error in {each}", "errorType": each} for each in errors]
            return JSONResponse({"status": "error", "message": "invalid", "errors": shown}, status_code=400)
        values = {each["name"]: each["value"] for each in sent["fields"]}
        self.contacts.setdefault(values["email"], {}).update(values)
        self.consents[values["email"]] = sent["legalConsentOptions"]["consent"]
        return JSONResponse({"inlineMessage": "<p>Thanks for submitting the form.</p>"})

    def _shape(self, sent: Mapping[str, Any]) -> list[str]:
        unknown = set(sent) - {"submittedAt", "fields", "context", "legalConsentOptions", "skipValidation"}
        submitted = sent.get("submittedAt", 0)
        context = sent.get("context", {})
        found = ["UNKNOWN_KEY"] if unknown else []
        if type(submitted) is not int or not 1_500_000_000_000 < submitted < 4_000_000_000_000:
            found.append("INVALID_SUBMITTED_AT")
        if set(context) - {"hutk", "ipAddress", "pageUri", "pageName", "pageId"}:
            found.append("INVALID_METADATA")
        if not context.get("pageUri", "https://").startswith(("https://", "http://")):
            found.append("INVALID_PAGE_URI")
        return found

    def _fields(self, sent: Mapping[str, Any]) -> list[str]:
        found, names = [], [each.get("name") for each in sent.get("fields", [])]
        for each in sent.get("fields", []):
            if set(each) != {"objectTypeId", "name", "value"} or not isinstance(each["value"], str):
                found.append("INVALID_FIELD")
            elif each["objectTypeId"] != "0-1" or each["name"] not in self.fields:
                found.append("FIELD_NOT_IN_FORM_DEFINITION")
            elif each["name"] == "email" and not EMAIL.fullmatch(each["value"]):
                found.append("INVALID_EMAIL")
        return found + ["REQUIRED_FIELD" for name in self.required if name not in names]

    def _consent(self, sent: Mapping[str, Any]) -> list[str]:
        consent = sent.get("legalConsentOptions", {}).get("consent", {})
        found = []
        if consent.get("consentToProcess") is not True:
            found.append("MISSING_PROCESSING_CONSENT")
        if not consent.get("text"):
            found.append("MISSING_PROCESSING_CONSENT_TEXT")
        for each in consent.get("communications", []):
            if set(each) != {"value", "subscriptionTypeId", "text"} or type(each["subscriptionTypeId"]) is not int:
                found.append("INVALID_LEGAL_OPTION_FORMAT")
            elif type(each["value"]) is not bool or not each["text"]:
                found.append("MISSING_COMMUNICATION_CONSENT_TEXT")
        return found


LENGTHS: Final = {
    "first_name": 40, "last_name": 80, "company": 255, "email": 80, "phone": 40, "title": 128, "URL": 255,
    "description": 32_000, "lead_source": 255, "city": 40, "state": 80, "street": 255, "zip": 20, "country": 80,
}  # fmt: skip
BOXES: Final = frozenset({"emailOptOut", "doNotCall", "faxOptOut"})


@dataclass
class SalesforceWebToLead:
    """One organisation's web-to-lead servlet: it answers 200 whatever comes and makes a record of what is right."""

    oid: str = "00D5g000004abcdEAA"
    daily: int = 500
    """Requests in 24 hours; what comes after waits in a queue, and beyond that is refused."""
    queue: int = 2
    leads: list[dict[str, str]] = field(default_factory=list)
    pending: list[dict[str, str]] = field(default_factory=list)
    dropped: int = 0

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/servlet/servlet.WebToLead", self.post, methods=["POST"])])

    path: str = "/servlet/servlet.WebToLead?encoding=UTF-8"

    async def post(self, request: Request) -> Response:
        if request.query_params.get("encoding") != "UTF-8":
            return HTMLResponse("", status_code=400)
        form = request.headers["content-type"].split(";")[0] == "application/x-www-form-urlencoded"
        sent = dict(parse_qsl((await request.body()).decode("ascii"), strict_parsing=True)) if form else {}
        if not self._good(sent):
            self.dropped += 1
            # Seen in practice, not documented: the page is the same, the header tells.
            said = "true Exception:common.exception.SalesforceGenericException"
            return HTMLResponse("<html></html>", headers={"Is-Processed": said})
        if len(self.leads) < self.daily:
            self.leads.append(sent)
        elif len(self.pending) < self.queue:
            self.pending.append(sent)
        else:
            self.dropped += 1
        return HTMLResponse("<html></html>", headers={"Is-Processed": "true"})

    def _good(self, sent: Mapping[str, str]) -> bool:
        custom = re.compile(r"00N[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
        for name, value in sent.items():
            if name in BOXES and value != "1":
                return False
            if name not in {"oid", *BOXES, *LENGTHS} and not custom.fullmatch(name):
                return False
            if len(value) > LENGTHS.get(name, 255):
                return False
        email = sent.get("email")
        named = bool(sent.get("last_name")) and bool(sent.get("company"))
        return sent.get("oid") == self.oid and named and (email is None or EMAIL.fullmatch(email) is not None)
