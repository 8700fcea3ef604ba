"""Several questions in one call, by the manifest's `batch`: how the call is made up, and which answer is whose."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from connectors.errors import CallError, Unreadable
from connectors.kit.answer import Answer
from connectors.kit.calling import Batch, ReplySpec
from connectors.kit.classify import classify, units_charged, units_told
from connectors.kit.contract import Context, failed
from connectors.kit.declared import Declared
from connectors.kit.http import json_body
from connectors.kit.manifest import Manifest
from connectors.kit.mapping import search
from connectors.kit.ports import Reply, Request
from connectors.kit.query import Query
from connectors.kit.requesting import request_of
from connectors.kit.template import Values, fill, fill_json
from connectors.outcome import LookupOutcome

_OK: Final = 200


class Batched(Declared):
    """A declared connector that also asks several questions in one call."""

    async def ask_many(self, queries: Sequence[Query], context: Context) -> Sequence[Answer]:
        """Asks all questions in one call; raises CallError when no usable reply came.

        Args:
            queries: at most `batch.max`; each suffices.
            context: as for one question.

        Returns:
            An answer per question, in order.
        """
        spec = self._batch()
        keys = self.keys(queries)
        reply = await context.http.send(self._request_many(queries, keys))
        whole = classify(self.manifest, reply)
        if whole is not None and not whole.outcome.cacheable:  # a miss is said of one company, never of a call
            return [whole] * len(queries)
        found = search(spec.answers, json_body(reply))
        if not isinstance(found, list):
            raise Unreadable("not_a_list_of_answers")
        theirs = self._by_key(found, keys)
        units = units_charged(self.manifest, reply, matched=False)
        missing = Answer(outcome=spec.missing, reason="not_in_batch", units=units)
        if not theirs.keys() <= set(keys):
            missing = Answer(outcome=LookupOutcome.VENDOR_ERROR, reason="not_in_batch", units=None)
        answers = [
            missing if theirs.get(key) is None else self._alone(theirs[key], reply, query)
            for key, query in zip(keys, queries, strict=True)
        ]
        return _billed(self.manifest, reply, answers)

    def _alone(self, found: object, reply: Reply, query: Query) -> Answer:
        """One answer; what is wrong with it costs the others nothing."""
        try:
            return self._one(found, reply, query)
        except CallError as error:
            return failed(error)

    def keys(self, queries: Sequence[Query]) -> list[str]:
        """What tells the questions apart, in lower case; without a key in the manifest, their numbers."""
        spec = self._batch()
        named = [fill(spec.key, self.values(query)) if spec.key else None for query in queries]
        return [str(place) if name is None else name.lower() for place, name in enumerate(named)]

    def _batch(self) -> Batch:
        if self.manifest.batch is None:
            raise TypeError(f"{self.manifest.id} has no batch")
        return self.manifest.batch

    def _request_many(self, queries: Sequence[Query], keys: Sequence[str]) -> Request:
        spec, settings = self._batch(), self._set
        items = []
        for query, key in zip(queries, keys, strict=True):
            known = {**self.values(query).known, "item.key": key}
            items.append(fill_json(dict(spec.item), Values(known=known)))
        return request_of(self.manifest, spec, settings, body={spec.items: items})

    def _by_key(self, answers: Sequence[object], keys: Sequence[str]) -> Mapping[str, object]:
        """The vendor's answers by the key of their question.

        Raises:
            Unreadable: answers stand in order, and there are not as many as questions.
        """
        echo = self._batch().echo
        if echo is None:
            if len(answers) != len(keys):
                raise Unreadable("another_number_of_answers")
            return dict(zip(keys, answers, strict=True))
        return {str(key).lower(): each for each in answers if (key := search(echo, each)) is not None}

    def _one(self, found: object, reply: Reply, query: Query) -> Answer:
        """One answer, read as a reply of its own: the manifest's rules, then the record."""
        spec, single = self._batch(), self.manifest.reply
        if single is None:
            raise TypeError(f"{self.manifest.id} has no reply")
        status = search(spec.status, found) if spec.status else _OK
        alone = Reply(
            status=status if isinstance(status, int) and not isinstance(status, bool) else 0,
            headers={"content-type": "application/json"},
            body=json.dumps(found).encode(),
            received_at=reply.received_at,
        )
        answer = classify(self.manifest, alone)
        if answer is not None:
            return answer
        if not search(spec.expect or single.expect, found):
            return Answer(outcome=LookupOutcome.VENDOR_ERROR, reason="not_as_expected", units=None)
        read = ReplySpec(expect=single.expect, record=spec.record or single.record, id=single.id)
        return self.observed(self.record(search(read.record, found), query), alone, read)


def _billed(manifest: Manifest, reply: Reply, answers: Sequence[Answer]) -> Sequence[Answer]:
    """Parts what the vendor says the whole call took among the answers that were found.

    Where it says nothing, each answer has cost what the manifest says of one. Where it says what nobody can read, or
    that it has charged although nothing was found, all may have been charged.
    """
    told = units_told(manifest, reply)
    if told is None:
        return answers
    found = [answer for answer in answers if answer.outcome.found]
    if told.is_nan() or (told and not found):
        return [replace(answer, units=None) for answer in answers]
    share = told / len(found) if found else Decimal(0)
    return [replace(answer, units=share if answer.outcome.found else Decimal(0)) for answer in answers]
