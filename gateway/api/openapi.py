"""The contract: OpenAPI, read off the application.

What a route needs (a key with a scope, a body) is known from its dependencies, so that the document cannot forget it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.api.auth import Guard
from gateway.api.bodies import Json
from gateway.api.problems import Problem
from gateway.api.routes import TITLES, problem_response

_REF: Final = "#/components/schemas/{model}"
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "lg_<id>_<secret>",
    "description": "An API key: `leadgate keys create`. The scopes that a call asks for stand at the call.",
}
_DESCRIPTION: Final = """\
A gateway between the places B2B leads come from and the systems that use them: every lead is verified, nothing is
enriched or released without a recorded lawful reason, and everything can be proved to an outsider.

Errors are problem documents (RFC 9457) with stable types. Times are RFC 3339 in UTC. Lists are sorted by id and go on
at `next_cursor`."""


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    found = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=_DESCRIPTION, routes=app.routes
    )
    models: dict[str, type[BaseModel]] = {"Problem": Problem}
    for route, operation in _operations(app.routes, found):
        for dependency in _flat(route.dependant):
            if isinstance(dependency, Guard):
                _ask_for_key(operation, dependency)
            elif isinstance(dependency, Json):
                models[dependency.model.__name__] = dependency.model
                _ask_for_body(operation, dependency.model)
        responses = operation["responses"]
        if "HTTPValidationError" in str(responses.get("422")):
            responses["422"] = problem_response(422)
        operation["responses"] = {status: _shared(status, responses[status]) for status in sorted(responses)}
    components = found.setdefault("components", {})
    _, written = models_json_schema([(model, "validation") for model in models.values()], ref_template=_REF)
    schemas = {**components.get("schemas", {}), **written["$defs"]}
    for left in ("HTTPValidationError", "ValidationError"):
        schemas.pop(left, None)
    components["schemas"] = dict(sorted(schemas.items()))
    components["responses"] = {_name(status): problem_response(status) for status in TITLES}
    components["securitySchemes"] = {"key": _BEARER}
    return found


def _operations(routes: Iterable[Any], found: dict[str, Any]) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in sorted(route.methods or ()):
                yield route, found["paths"][route.path_format][method.lower()]


def _flat(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _flat(each)


def _shared(status: str, response: dict[str, Any]) -> dict[str, Any]:
    """Name a problem that is documented once for all calls."""
    if status.isdigit() and int(status) in TITLES and response == problem_response(int(status)):
        return {"$ref": f"#/components/responses/{_name(int(status))}"}
    return response


def _name(status: int) -> str:
    return f"Problem{status}"


def _ask_for_key(operation: dict[str, Any], guard: Guard) -> None:
    operation["security"] = [{"key": [scope]} for scope in guard.scopes]
    for status in (401, 403, 503):
        operation["responses"].setdefault(str(status), problem_response(status))


def _ask_for_body(operation: dict[str, Any], model: type[BaseModel]) -> None:
    reference = {"$ref": _REF.format(model=model.__name__)}
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    for status in (400, 408, 413, 415, 422):
        operation["responses"].setdefault(str(status), problem_response(status))
