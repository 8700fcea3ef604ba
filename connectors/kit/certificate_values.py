"""The part of the certificate that is about values which no store takes, and no reader of JSON."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from connectors.kit.cases import Case, Fixture, NotCertified, run
from connectors.kit.fakes import ScriptedSite, Step, ZoneDns
from connectors.kit.ports import Reply
from connectors.outcome import LookupOutcome

_NUMBERS: Final = (-1, 1e300, 10**30, 1.5)
_TEXTS: Final = ("\x00", "\ud800", "\u202e", "x" * 100_000)


async def check_odd_values(case: Case) -> None:
    """Numbers without measure, texts without end and halves of characters are left out, and never stop anybody.

    Whatever a value is, the question ends as it is declared, with values that fit the schema.
    """
    if not case.manifest.calls_hosts:
        return
    for fixture in case.fixtures:
        if fixture.outcome is LookupOutcome.MATCH:
            for what, steps in _spoilt(fixture):
                site = ScriptedSite(fixture.pages)
                ended = await run(case, fixture.facts, steps=steps, dns=ZoneDns(fixture.zone), site=site)
                reason = ended.answer.reason
                if reason.startswith(("connector_", "observation_")):
                    raise NotCertified("odd_values", f"{fixture.name} with {what} ended in {reason}")


def _spoilt(fixture: Fixture) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """The steps of a fixture in which every number, or the end of every text, is an odd one; and which."""
    for odd in _NUMBERS:
        yield f"numbers like {odd:g}", tuple(_with(step, odd) for step in fixture.steps)
    for text in _TEXTS:
        yield f"texts with {text[:1]!a}", tuple(_with(step, text) for step in fixture.steps)


def _with(step: Step, odd: float | str) -> Step:
    if not isinstance(step, Reply):
        return step
    try:
        read = json.loads(step.body)
    except ValueError:
        return step
    return replace(step, body=json.dumps(_odd(read, odd)).encode())


def _odd(value: object, odd: float | str) -> object:
    """A value with an odd number in the place of each number, or an odd text behind each text."""
    if isinstance(value, dict):
        return {name: _odd(each, odd) for name, each in value.items()}
    if isinstance(value, list):
        return [_odd(each, odd) for each in value]
    if isinstance(value, str):
        return value + odd if isinstance(odd, str) else value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return odd if number and not isinstance(odd, str) else value
