"""The connector that a manifest describes: it fills the request, reads the reply and follows the map.

A plug-in file beside the manifest may take a step over:

    ask         all of it, say of a question that takes several calls
      request   the call that asks
      answer    from its reply to the answer
        told      where the record stands in the reply, or that it is no reply to the question
        record    whether it is about the one who was asked for, and what is read of it
        observed  from the record to the answer; of a batch too

Batches (`batching.Batched`) go through `record` and `observed` alone. `call` and `values` are there to be used.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from connectors.errors import HostRefused, Unreadable
from connectors.kit.answer import Answer, record_id
from connectors.kit.calling import CallSpec, ReplySpec
from connectors.kit.classify import classify, units_charged
from connectors.kit.contract import Context
from connectors.kit.evaluation import Work
from connectors.kit.http import json_body
from connectors.kit.manifest import Manifest
from connectors.kit.mapping import search, values_of
from connectors.kit.observer import Observer
from connectors.kit.ports import Reply, Request
from connectors.kit.query import Query
from connectors.kit.requesting import request_of
from connectors.kit.settings import Plain, setting_values
from connectors.kit.template import Values, fill_json
from connectors.outcome import LookupOutcome


class Declared:
    """Asks as its manifest says. Implements `contract.Connector`; a subclass names its manifest."""

    manifest: ClassVar[Manifest]

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self.settings = settings
        self._set = setting_values(settings)

    async def ask(self, query: Query, context: Context) -> Answer:
        """Makes the one call; raises CallError when no usable reply came."""
        return self.answer(await context.http.send(self.request(query)), query)

    def request(self, query: Query) -> Request:
        """The call that asks this question.

        Raises:
            HostRefused: a value cannot stand in the path.
        """
        spec = self.manifest.request
        if spec is None:
            raise HostRefused("no_request_in_manifest")
        values = self.values(query)
        body = None if spec.body is None else fill_json(dict(spec.body), values)
        return request_of(self.manifest, spec, values, body=body)

    def call(self, spec: CallSpec, known: Mapping[str, str] | None = None) -> Request:
        """The request of a further call, to one of the manifest's hosts or to a setting's.

        Args:
            spec: the call; what it asks about stands in it as placeholders.
            known: what they stand for, beside those of settings.

        Raises:
            HostRefused: a value cannot stand in the host or the path.
        """
        return request_of(self.manifest, spec, Values(known={**(known or {}), **self._set.known}))

    def answer(self, reply: Reply, query: Query) -> Answer:
        """What a reply says: an outcome, or the record with its observations.

        Raises:
            Unreadable: the reply is not what was asked for.
        """
        answer = classify(self.manifest, reply)
        if answer is not None:
            return answer
        return self.observed(self.record(self.told(reply), query), reply)

    def told(self, reply: Reply) -> object:
        """The record in a reply that no outcome is about; None where the source does not know one.

        Raises:
            Unreadable: the reply is not what was asked for.
        """
        spec, body = self.manifest.reply, json_body(reply)
        if spec is None or not search(spec.expect, body):
            raise Unreadable("not_as_expected")
        return search(spec.record, body)

    def record(self, record: object, query: Query) -> object:  # noqa: ARG002 - for those who take this step over
        """The record to read, or None when it is not about the one who was asked for."""
        return record

    def observed(self, record: object, reply: Reply, spec: ReplySpec | None = None) -> Answer:
        """The answer with what a record says; none, or one that says nothing, is no match.

        Args:
            record: what the manifest's map is read from.
            reply: it came with.
            spec: says where its id stands; the manifest's when left out.
        """
        told = spec or self.manifest.reply
        observer = Observer(self.manifest, now=reply.received_at)
        if record is not None:
            observe(self.manifest, record, observer)
        seen = observer.observations()
        name = search(told.id, record) if told and told.id and record is not None else None
        return Answer(
            outcome=LookupOutcome.MATCH if seen else LookupOutcome.NO_MATCH,
            observations=seen,
            units=units_charged(self.manifest, reply, matched=record is not None),
            record=record_id(name),
        )

    def values(self, query: Query) -> Values:
        """What placeholders stand for: the fields of the question, and the settings."""
        return Values(known={**dict(query), **self._set.known})


def observe(manifest: Manifest, record: object, observer: Observer, at: datetime | None = None) -> None:
    """Takes over what the manifest's map finds in a record and the schema can read.

    Args:
        manifest: whose map.
        record: what the map is read from.
        observer: gets the values.
        at: when the source says that it was so, aware; None: it says nothing.

    Raises:
        Unreadable: the map takes more of this record than a record may take.
    """
    work = Work()
    number = search(manifest.confidence.path, record) if manifest.confidence.path else None
    sure = manifest.confidence.of(number)
    for field, mapped in manifest.map.items():
        for value in values_of(field, mapped, record, work):
            confidence = sure if mapped.confidence is None else mapped.confidence
            observer.see(field, value, method=mapped.method, confidence=confidence, at=at)
