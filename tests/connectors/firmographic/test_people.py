"""Vendors of data about people: what leaves, and what may never come in."""

from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from connectors.firmographic import discover
from connectors.kit import Reply
from connectors.kit.cases import run, run_batch
from connectors.kit.fixtures import case_of
from connectors.kit.schema import is_personal

PEOPLE = {name: plugin for name, plugin in discover().items() if plugin.manifest.subject == "person"}
ADDRESS = "Ada.Lovelace+leads@Acme.Example"


def test_they_are_asked_about_people_alone() -> None:
    """Whoever provides a personal field is about people, so that the ENRICH decision comes first; and names a tool."""
    assert len(PEOPLE) > 1
    for plugin in PEOPLE.values():
        assert all(map(is_personal, plugin.manifest.provides))
        assert plugin.manifest.compliance.transfer
        assert "disclosure" not in plugin.manifest.compliance.purposes


@pytest.mark.parametrize("name", sorted(PEOPLE))
async def test_an_address_leaves_only_where_it_must(name: str, tmp_path: Path) -> None:
    """A vendor who takes a hash never gets the address, alone or in a batch, in whole or in part."""
    case = case_of(PEOPLE[name], tmp_path)
    ended = await run(case, {"person.email": ADDRESS}, steps=case.match.steps)
    runs = [ended, *[each for batch in case.batches for each in await run_batch(case, batch)]]
    assert all(each.http.sent for each in runs)
    for each in runs:
        for sent in each.http.sent:
            text = unquote_plus(" ".join((sent.url, *sent.headers.values(), (sent.body or b"").decode()))).lower()
            hashed = "person.email" not in case.manifest.sends
            assert ("@" in text, "lovelace" in text) == ((False, False) if hashed else (True, True))


@pytest.mark.parametrize("name", sorted(PEOPLE))
async def test_nothing_sensitive_comes_in(name: str, tmp_path: Path) -> None:
    """Whatever the vendor sends beside what was asked for is gone before anything is kept."""
    case = case_of(PEOPLE[name], tmp_path)
    step = case.match.steps[0]
    assert isinstance(step, Reply)
    assert b"female" in step.body, "the reply is one that has more than is taken"
    ended = await run(case, case.match.facts, steps=case.match.steps)
    kept = " ".join(str(seen.value) for seen in ended.answer.observations).lower()
    for word in ("female", "1815", "home.example", "london", "james", "github", "looms", "150,000", "5550177", "7774"):
        assert word not in kept
