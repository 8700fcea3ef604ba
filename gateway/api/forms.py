"""A browser's form: its challenge, hints while typing, the post itself, and the script that does all of it.

Nobody shows a key here, so the answers are the same for known and unknown people, for what is taken and what is kept
aside. Any site's script may read what became of its post: there is nothing in it to hide, and a script that cannot read
it tells the visitor of a failure that was none. Challenge and hints are for scripts of the form's own sites (CORS).
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

from starlette.convertors import Convertor, register_url_convertor  # codespell:ignore convertor,convertors
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from gateway.api.addresses import host_of
from gateway.api.front import Front, front_of
from gateway.api.problems import problem
from gateway.api.routes import KEY, PlainRoute, Responses, binary, problems, resource
from gateway.api.schemas.forms import ChallengeOut, HintOut, PostedOut
from gateway.desk.office import Actor
from gateway.desk.reception import Post
from gateway.errors import Fault, Invalid, LeadgateError, NotFound, TooMany
from gateway.intake import RequestContext
from gateway.intake.kit.bodies import JSON, MULTIPART, URLENCODED, read_pairs
from gateway.intake.kit.challenge import TOKEN, NoticeRef, issue
from gateway.intake.kit.hints import email_hint
from gateway.intake.kit.settings import SourceSettings, allowed_origin, is_strange

SNIPPET: Final = files("gateway.intake.kit").joinpath("snippet.js").read_bytes()

_THANKS: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Thank you</title><p>Thank you. Your message was received.</p></html>"
)
_SORRY: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Not sent</title><p>This could not be sent. {}</p></html>"
)
_BACK: Final = "Please go back, what you wrote is still there, and try again{}."
_ADVICE: Final = {404: "There is no such form.", 413: _BACK.format(" without attached files")}
_SHARED: Final = {"Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "600",
}
_HINT_FIELD: Final = "email"
_HINT_BYTES: Final = 4096


class FormKey(Convertor[str]):  # codespell:ignore convertor - its name in Starlette
    """What may stand as a form's key in a path: nothing else is looked up."""

    regex = KEY.strip("^$")

    def convert(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_string(self, value: str) -> str:
        """Write it as it is."""
        return value


register_url_convertor("form", FormKey())


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request to a form that exists."""

    front: Front
    request: Request
    form: SourceSettings

    def take(self, what: str) -> None:
        """Count the request against the client's allowance for calls of this kind.

        Raises:
            TooMany: it is used up.
        """
        wait = self.front.forms.take((what, host_of(self.front.client(self.request))))
        if wait is not None:
            raise TooMany(retry_after=wait)


async def serve_challenge(visit: Visit) -> Response:
    """Serve a signed time, the form's notice and a single-use proof of work."""
    visit.take("challenge")
    gateway, form = visit.front.gateway, visit.form
    office = gateway.office
    made = issue(
        key=gateway.desks.reception.challenge_key(),
        form=form.key,
        now=office.now(),
        nonce=office.ids.token(TOKEN),
        salt=office.ids.token(TOKEN),
        lifetime=timedelta(seconds=form.challenge_seconds),
        cost=form.challenge_cost,
        notice=await _notice(visit),
    )
    return JSONResponse(made.to_json())


async def give_hint(visit: Visit) -> Response:
    """Say of an address, while it is typed, what its text alone tells; nothing is looked up and nothing kept."""
    visit.take("check")
    pairs = read_pairs(await visit.request.body(), _media(visit.request), max_fields=visit.form.max_fields)
    value = next((pair.value for pair in pairs if pair.name == _HINT_FIELD), "")
    if not 0 < len(value) <= _HINT_BYTES:
        raise Invalid(faults=[Fault(pointer=f"/{_HINT_FIELD}", detail="An e-mail address is needed.")])
    return JSONResponse(email_hint(value, visit.front.gateway.office.now()).to_json())


async def take_post(visit: Visit) -> Response:
    """Take a form post as it is: urlencoded, multipart or JSON, under the names the form has."""
    visit.take("post")
    front, request, form = visit.front, visit.request, visit.form
    context = RequestContext.of(
        request.headers,
        received_at=front.gateway.office.now(),
        ip=front.client(request),
        challenge_key=front.gateway.desks.reception.challenge_key(),
    )
    sent = Post(kind="form", body=await request.body(), content_type=_media(request), context=context)
    actor = Actor(id=f"form:{form.key}", source=form.key)
    taken = await front.gateway.desks.reception.accept(actor, form, sent)
    front.meters.arrived("form", "repeated" if taken.repeated else "accepted" if taken.leads else "quarantined")
    if _wants_json(request):
        return JSONResponse({"status": "received", "redirect": taken.redirect}, 202)
    if taken.redirect is not None:
        return RedirectResponse(taken.redirect, 303)
    return HTMLResponse(_THANKS, 202)


async def preflight(visit: Visit) -> Response:
    """Tell a browser which requests the scripts of the form's own sites may send."""
    listed = allowed_origin(visit.form, visit.request.headers.get("origin")) is not None
    return Response(status_code=204, headers=_PREFLIGHT if listed else None)


async def snippet(_request: Request) -> Response:
    """Serve the script that a web page needs; it has no form of its own, so any page may load it."""
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(SNIPPET, media_type="text/javascript", headers=headers)


def _public(
    handler: Callable[[Visit], Awaitable[Response]], *, anyone: bool = False
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Find the form, and let its own sites read the answer, errors included; or `anyone`."""

    async def endpoint(request: Request) -> Response:
        front, form = front_of(request), None
        try:
            form = await _form(front, request.path_params["form_key"])
            answer = await handler(Visit(front=front, request=request, form=form))
        except LeadgateError as error:
            answer = problem(error, request.url.path)
            if anyone and not _wants_json(request):
                answer = _sorry(error.status, answer.headers.get("retry-after"))
        answer.headers.update(_SHARED)
        reader = _reader(front, form, request.headers.get("origin")) or ("*" if anyone else None)
        if reader is not None:
            answer.headers["Access-Control-Allow-Origin"] = reader
            answer.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return answer

    endpoint.__name__ = handler.__name__
    endpoint.__doc__ = handler.__doc__
    return endpoint


def _reader(front: Front, form: SourceSettings | None, origin: str | None) -> str | None:
    """The origin, if it is one of the form's own; where the form does not list it, that is noted."""
    if form is None:
        return None
    if origin is not None and is_strange(form, origin):
        front.strangers.note(form.key)
    return allowed_origin(form, origin)


async def _form(front: Front, key: str) -> SourceSettings:
    try:
        form = await front.source(key)
    except NotFound:
        form = None
    if form is None or form.kind != "form":
        raise NotFound("There is no such form.")
    return form


async def _notice(visit: Visit) -> NoticeRef | None:
    """The newest version of the form's notice, in the browser's language if it is stored in it."""
    wanted = visit.form.notice_id
    if wanted is None:
        return None
    said = visit.request.headers.get("accept-language", "").partition(",")[0].partition(";")[0].strip().lower()
    notices = visit.front.gateway.desks.notices
    found = await notices.newest(wanted, said.partition("-")[0]) or await notices.newest(wanted)
    return None if found is None else NoticeRef(id=found.id, version=found.version, language=found.lang)


def _sorry(status: int, retry_after: str | None) -> Response:
    """What a visitor reads whose browser has sent the form itself; a problem in JSON says nothing to them."""
    soon = _BACK.format("" if retry_after is None else " in a minute")
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return HTMLResponse(_SORRY.format(_ADVICE.get(status, soon)), status, headers)


def _media(request: Request) -> str:
    return request.headers.get("content-type", "")


def _wants_json(request: Request) -> bool:
    """A script asks for JSON, or sent it; a browser that follows a plain form asks for a page."""
    accept = request.headers.get("accept", "")
    return JSON in accept or "text/html" not in accept


_FORM_KEY: Final = {
    "name": "form_key",
    "in": "path",
    "required": True,
    "description": "the form's source key",
    "schema": {"type": "string", "pattern": KEY},
}
_FIELDS: Final = {"schema": {"type": "object", "additionalProperties": {"type": "string"}}}
_BODY: Final = {"required": True, "content": {URLENCODED: _FIELDS, MULTIPART: _FIELDS, JSON: _FIELDS}}
_POSTED: Final[Responses] = {
    202: {"description": "It was taken", "model": PostedOut, "content": {"text/html": {"schema": {"type": "string"}}}},
    303: {
        "description": "It was taken; on to the page that the form's settings name",
        "headers": {"Location": {"schema": {"type": "string"}, "required": True}},
    },
}

router = resource("forms", "/f")


def _add(path: str, method: str, handler: Callable[[Visit], Awaitable[Response]], **documented: Any) -> None:  # noqa: ANN401 - FastAPI's own
    extra = {"parameters": [_FORM_KEY], **documented.pop("openapi_extra", {})}
    router.add_api_route(
        path,
        _public(handler, anyone=handler is take_post),
        methods=[method],
        openapi_extra=extra,
        route_class_override=PlainRoute,
        **documented,
    )


_ASKED: Final = problems(404, 429, 503)
_SENT: Final = problems(400, 404, 408, 413, 422, 429, 503)
for _path in ("/snippet.js", "/{form_key:form}/snippet.js"):
    router.add_api_route(
        _path,
        snippet,
        methods=["GET"],
        responses=binary("The script", "text/javascript"),
        response_class=Response,
        route_class_override=PlainRoute,
        include_in_schema=_path == "/snippet.js",
    )
_PAGE: Final = {"text/html": {"schema": {"type": "string"}}}
_REFUSED: Final[Responses] = {
    status: {**told, "content": {**told["content"], **_PAGE}} for status, told in _SENT.items()
}
_add("/{form_key:form}/challenge", "GET", serve_challenge, response_model=ChallengeOut, responses=_ASKED)
_add(
    "/{form_key:form}/check",
    "POST",
    give_hint,
    response_model=HintOut,
    responses=_SENT,
    openapi_extra={"requestBody": _BODY},
)
_add(
    "/{form_key:form}",
    "POST",
    take_post,
    status_code=202,
    response_class=Response,
    responses={**_POSTED, **_REFUSED},
    openapi_extra={"requestBody": _BODY},
)
for _path in ("/{form_key:form}", "/{form_key:form}/challenge", "/{form_key:form}/check"):
    _add(_path, "OPTIONS", preflight, include_in_schema=False)
