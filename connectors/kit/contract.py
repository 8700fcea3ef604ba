"""The contract of a connector, and the one way to ask it."""

import inspect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Protocol, cast

from connectors.errors import CallError
from connectors.kit.answer import Answer
from connectors.kit.http import VendorHttp
from connectors.kit.manifest import API_VERSION, Manifest
from connectors.kit.ports import Deadline, Dns
from connectors.kit.query import Query
from connectors.kit.schema import check_value
from connectors.kit.settings import Plain
from connectors.kit.site import OwnSite
from connectors.outcome import LookupOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a connector may use while it answers one question.

    Attributes:
        now: the time of the question, aware.
        http: calls to the hosts of its manifest, already authorised.
        dns: look-ups.
        site: pages of the company's own site, for a manifest that says `visits_site`.
        deadline: how much time is left.
    """

    now: datetime
    http: VendorHttp
    dns: Dns
    site: OwnSite
    deadline: Deadline


class Connector(Protocol):
    """One source. A plug-in file holds one class `Plugin` of this shape.

    It has no log, no retry, no storage and no environment: those are the gateway's.
    """

    manifest: ClassVar[Manifest]

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        """Takes its settings, already read against `manifest.spec`, without the secrets."""
        ...

    async def ask(self, query: Query, context: Context) -> Answer:
        """Answers one question; `query` holds at least one of the required field sets.

        Raises:
            CallError: the call failed; the caller makes an answer of it.
        """
        ...


class BatchConnector(Connector, Protocol):
    """A connector that can also ask several questions in one call; its manifest has a `batch`."""

    async def ask_many(self, queries: Sequence[Query], context: Context) -> Sequence[Answer]:
        """Answers several questions, in order.

        Raises:
            CallError: the call failed; the caller makes an answer of it.
        """
        ...


class HostConnector(Connector, Protocol):
    """A connector whose hosts are servers of their own; its manifest says `rate.each_host`."""

    def host_of(self, query: Query) -> str | None:
        """The host that answers a question, from what is known before any call; None: not known yet, or there is none.

        Where it is not known, the question counts for the connector as a whole.
        """
        ...


def check_plugin(found: object) -> None:
    """Refuses what is not a connector class.

    Raises:
        TypeError: the message says what is missing.
    """
    if not inspect.isclass(found):
        raise TypeError("there is no class Plugin")
    manifest = getattr(found, "manifest", None)
    if not isinstance(manifest, Manifest):
        raise TypeError("Plugin has no manifest")
    if manifest.api_version != API_VERSION:
        raise TypeError(f"api_version is not {API_VERSION}")
    if not inspect.iscoroutinefunction(getattr(found, "ask", None)):
        raise TypeError("Plugin has no coroutine method ask")
    if manifest.batch is not None and not inspect.iscoroutinefunction(getattr(found, "ask_many", None)):
        raise TypeError("Plugin has a batch, and no coroutine method ask_many")
    if manifest.rate.each_host and not inspect.isfunction(getattr(found, "host_of", None)):
        raise TypeError("Plugin says rate.each_host, and has no method host_of")


async def ask(connector: Connector, query: Query, context: Context) -> Answer:
    """Asks a connector so that every ending is an answer.

    A question without a required field set is `not_applicable` and makes no call. A failed call becomes the
    outcome its error stands for. A connector that breaks its contract, or trips over a reply, is a vendor
    error that names the kind of error and nothing of its text.

    Args:
        connector: whom to ask.
        query: projected to its manifest.
        context: bound to its manifest.

    Returns:
        An answer whose observations all carry this connector's provenance and lie within `provides`.
    """
    if not query.suffices(connector.manifest):
        return Answer(outcome=LookupOutcome.NOT_APPLICABLE, reason="fields_missing")
    try:
        return _checked(connector, await connector.ask(query, context))
    except Exception as error:  # noqa: BLE001 - a plug-in's mistake must not end the lead's journey
        return failed(error)


async def ask_many(connector: BatchConnector, queries: Sequence[Query], context: Context) -> Sequence[Answer]:
    """Asks several questions in one call, so that every ending is an answer, as `ask` does.

    Args:
        connector: whom to ask.
        queries: projected to its manifest, each sufficient, at most as many as its batch takes.
        context: bound to its manifest.

    Returns:
        An answer per question, in order. Of a call that failed as a whole, all answers say so.
    """
    try:
        answers = await connector.ask_many(queries, context)
    except Exception as error:  # noqa: BLE001 - as above
        return [failed(error)] * len(queries)
    if len(answers) != len(queries):
        wrong = Answer(outcome=LookupOutcome.VENDOR_ERROR, reason="another_number_of_answers", units=None)
        return [wrong] * len(queries)
    return [_checked(connector, answer) for answer in answers]


def host_of(connector: Connector, query: Query, own: Collection[str] = ()) -> str | None:
    """The host that a question is for, where each host of a connector counts by itself.

    Args:
        connector: who is asked.
        query: projected to its manifest.
        own: hosts of the operator's own, as its settings name them.

    Returns:
        One of the hosts that its calls may reach; None where the question counts for the connector as a whole.
    """
    if not connector.manifest.rate.each_host:
        return None
    try:
        host = cast("HostConnector", connector).host_of(query)
    except Exception:  # noqa: BLE001 - as above; asking says what is wrong
        return None
    return host if host in (*connector.manifest.hosts, *own) else None


def failed(error: Exception) -> Answer:
    """What an exception means: the outcome that a failed call stands for, else a mistake of the plug-in."""
    if isinstance(error, CallError):
        return Answer(outcome=error.outcome, reason=error.reason, units=None if error.sent else Decimal(0))
    return Answer(outcome=LookupOutcome.VENDOR_ERROR, reason=f"connector_{type(error).__name__}", units=None)


def _checked(connector: Connector, answer: Answer) -> Answer:
    """The answer, unless it has observations that its manifest does not provide, or a value that is none."""
    provided, source = connector.manifest.provides, connector.manifest.source
    if not all(seen.source == source and seen.field in provided for seen in answer.observations):
        return Answer(outcome=LookupOutcome.VENDOR_ERROR, reason="observation_not_provided", units=answer.units)
    try:
        for seen in answer.observations:
            check_value(seen.field, seen.value)
    except ValueError:
        return Answer(outcome=LookupOutcome.VENDOR_ERROR, reason="observation_malformed", units=answer.units)
    return answer
