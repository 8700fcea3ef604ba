"""Connectors in tests: on plans without windows, and held against the certificate."""

from collections.abc import Callable
from typing import Any

from connectors.discovery import discover
from connectors.kit import Connector
from connectors.kit.calling import Rate
from connectors.kit.cases import CANARY, Case, NotCertified
from connectors.kit.certificate import CHECKS


def unlimited(name: str, *, at_once: int, **changes: Any) -> type[Connector]:  # noqa: ANN401 - parts of a manifest
    """A shipped connector on a plan that allows more calls than there are: the vendor's patience is not what is tried.

    Args:
        name: its id.
        at_once: calls in flight.
        changes: to its manifest, beside.
    """
    plugin = discover()[name]
    made: Any = plugin.manifest.model_copy(update={"rate": Rate(concurrency=at_once), **changes})
    return type("Unlimited", (plugin,), {"manifest": made})


async def failed(made: Callable[[], Case]) -> set[str]:
    """The checks that a connector does not pass, each held against a case of its own; no secret is in what they say."""
    found, texts = set(), []
    for check in CHECKS:
        try:
            await check(made())
        except NotCertified as error:
            texts.append(str(error))
            found.add(error.check)
    assert CANARY not in "".join(texts)
    return found
