"""openapi.yaml equals the application; `python -m gateway.api.contract > openapi.yaml` writes it anew."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.api.contract import text
from gateway.desk.keys import SCOPES
from tests.contract import promised

FILE = Path(__file__).parents[2] / "openapi.yaml"
PAGE = FILE.parent / "docs" / "reference" / "http-api.md"
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
OPEN = ("/f/", "/health/", "/metrics", "/.well-known/")


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    """The document, read off the application."""
    return promised.contract()


@pytest.fixture(scope="module")
def written(contract: dict[str, Any]) -> str:
    """The document as YAML: writing it takes longer than all that is asked of it here."""
    return text(contract)


def test_the_file_is_the_application(contract: dict[str, Any], written: str) -> None:
    """Drift between file and code fails here."""
    assert FILE.read_text("utf-8") == written, "run: python -m gateway.api.contract > openapi.yaml"
    assert yaml.load(written, Loader=yaml.CSafeLoader) == contract


def test_every_reference_leads_somewhere(contract: dict[str, Any], written: str) -> None:
    """No schema or response is named that is not there, and none is there that nobody names."""
    named = set(re.findall(r"#/components/(?:schemas|responses)/(\w+)", written))
    there = set(contract["components"]["schemas"]) | set(contract["components"]["responses"])
    assert named == there


def test_every_call_asks_for_a_key_unless_it_is_public(contract: dict[str, Any]) -> None:
    """Security stands at each call, with scopes of the closed list; public calls have none."""
    for path, methods in contract["paths"].items():
        for method in METHODS & methods.keys():
            asked = methods[method].get("security")
            assert (asked is None) == path.startswith(OPEN), path
            for each in asked or ():
                assert set(each["key"]) <= set(SCOPES), path


def test_every_scope_is_explained_and_opens_something_or_says_that_it_does_not(contract: dict[str, Any]) -> None:
    """Who gives a key a scope reads what it lets; one that no call asks for is said to let nothing yet."""
    asked = {
        scope
        for methods in contract["paths"].values()
        for method in METHODS & methods.keys()
        for each in methods[method].get("security", ())
        for scope in each["key"]
    }
    page = PAGE.read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    lets = {scope: row for row in rows for scope in re.findall(r"`([a-z:]+)`", row.split("|")[1])}
    assert set(SCOPES) == lets.keys() | {"admin"}
    assert {scope for scope, row in lets.items() if "nothing yet" in row} == set(SCOPES) - asked - {"admin"}


def test_every_call_says_what_it_does(contract: dict[str, Any]) -> None:
    """A sentence, a tag, a name of its own, and an answer for success."""
    names = []
    for path, methods in contract["paths"].items():
        for method in METHODS & methods.keys():
            operation = methods[method]
            names.append(operation["operationId"])
            assert operation["description"].strip().endswith("."), path
            assert operation["tags"], path
            assert any(status.startswith("2") for status in operation["responses"]), path
    assert len(names) == len(set(names))


def test_the_design_is_covered(contract: dict[str, Any]) -> None:
    """Every call of the first cut is there."""
    wanted = """
        POST /v1/leads
        POST /v1/leads:batch
        GET /v1/leads
        GET /v1/leads/{lead_id}
        GET /v1/leads/{lead_id}/timeline
        GET /v1/leads/{lead_id}/explain
        GET /v1/leads/{lead_id}/organization
        POST /v1/leads/{lead_id}/holds/{reason}:resolve
        POST /v1/leads/{lead_id}/outcomes
        POST /v1/subjects:lookup
        GET /v1/subjects/{subject_id}/consents
        POST /v1/notices
        GET /v1/quarantine
        GET /v1/quarantine/{ident}
        POST /v1/quarantine/{ident}:replay
        GET /f/snippet.js
        GET /f/{form_key}/challenge
        POST /f/{form_key}/check
        POST /f/{form_key}
        POST /v1/verify/email
        POST /v1/verify/phone
        POST /v1/verify/email:batch
        POST /v1/verify/phone:batch
        POST /v1/consents
        POST /v1/withdrawals
        POST /v1/objections
        POST /v1/suppressions
        POST /v1/suppressions:check
        POST /v1/suppressions:lift
        GET /v1/audit/checkpoint
        GET /v1/audit/entries
        GET /v1/audit/proofs/{event_id}
        POST /v1/audit/exports
        GET /v1/connectors
        GET /v1/destinations
        GET /v1/policies
        GET /metrics
        GET /health/live
        GET /health/ready
        GET /.well-known/gpc.json
        GET /.well-known/jwks.json
        GET /.well-known/leadgate-log-key
    """
    there = {
        f"{method.upper()} {path}" for path, methods in contract["paths"].items() for method in METHODS & methods.keys()
    }
    assert there == {line.strip() for line in wanted.strip().splitlines()}
