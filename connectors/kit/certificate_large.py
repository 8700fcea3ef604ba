"""The part of the certificate that is about replies as large as they may be."""

import json
from collections.abc import Iterator
from dataclasses import replace

from connectors.kit.cases import Case, Fixture, NotCertified, run
from connectors.kit.evaluation import TOO_MUCH
from connectors.kit.fakes import Step, ZoneDns
from connectors.kit.ports import Reply
from connectors.outcome import LookupOutcome


async def check_large_replies(case: Case) -> None:
    """A reply whose lists fill all the bytes that it may have is read within the bound of `connectors.kit.evaluation`.

    An expression that makes many times as much of what it is given, or looks at a list without end, goes beyond it. A
    list of facts is not that long: `[:500]` takes its beginning.
    """
    if not case.manifest.calls_hosts:
        return
    for fixture in case.fixtures:
        if fixture.outcome is LookupOutcome.MATCH:
            for place, steps in _grown(fixture, case.manifest.max_bytes):
                ended = await run(case, fixture.facts, steps=steps, dns=ZoneDns(fixture.zone))
                reason = ended.answer.reason
                if reason == TOO_MUCH or reason.startswith("connector_"):
                    raise NotCertified("large_replies", f"{fixture.name}: long lists in call {place} ended in {reason}")


def _grown(fixture: Fixture, most: int) -> Iterator[tuple[int, tuple[Step, ...]]]:
    """The steps of a fixture with one reply made as large as it may be, for each that holds lists; and which it is."""
    for place, step in enumerate(fixture.steps):
        body = _large(step.body, most) if isinstance(step, Reply) else None
        if body is not None and isinstance(step, Reply):
            grown = replace(step, body=body)
            yield place + 1, (*fixture.steps[:place], grown, *fixture.steps[place + 1 :])


def _large(body: bytes, most: int) -> bytes | None:
    """A body with its lists repeated until it is nearly as long as it may be; None without JSON, or without a list."""
    try:
        read = json.loads(body)
    except ValueError:
        return None
    once, twice = (len(json.dumps(_repeated(read, times))) for times in (1, 2))
    times = 1 + (most - once) // (twice - once) if twice > once else 1
    return json.dumps(_repeated(read, times)).encode() if times > 1 else None


def _repeated(value: object, times: int) -> object:
    """A value with the items of each list so many times; those of a list in a list stay as they are."""
    if isinstance(value, dict):
        return {name: _repeated(each, times) for name, each in value.items()}
    return value * times if isinstance(value, list) else value
