"""Mailbox checks by ZeroBounce's validation API, in the vendor's own words.

Read from its public documentation (zerobounce.net/docs, `v2-validate-emails`, `v2-status-codes`, `api-rate-limits`):
one GET with the key in the query; `ip_address` may be blank and has to be there; `unknown` is never charged, every
other status takes a credit; a bad key and used-up credits are the same `{"error": "…"}` with status 200, or 400; over
the rate a key is blocked for a minute. With `timeout` the vendor gives up by itself and says `unknown`.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from connectors.errors import Unreadable
from connectors.kit import (
    Answer,
    Context,
    LookupOutcome,
    Manifest,
    Observer,
    Plain,
    Query,
    Reply,
    Request,
    classify,
    json_object,
    manifest_beside,
)

HOSTS: Mapping[str, str] = MappingProxyType(
    {"any": "api.zerobounce.net", "us": "api-us.zerobounce.net", "eu": "api-eu.zerobounce.net"}
)
"""The vendor's hosts by where it works on the question."""

_TELLING = frozenset((200, 400))
"""Statuses under which the vendor says what is wrong in the body."""
_FREE = "unknown"
_SETTLING = frozenset(("valid", "invalid", "catch-all", "spamtrap", "abuse", "do_not_mail"))
"""Statuses that say something of the mailbox; a new one says nothing until it is read about."""
_OWN_RULE = "allowed"
"""A sub-status that tells a rule of the customer's own account instead."""
_GIVE_UP = 20  # seconds, of the 3 to 60 that the vendor allows; on its average 96 to 98% of domains answer within 5


class Plugin:
    """Asks for one address; an answer that settles nothing is `partial`, so that nobody keeps it."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self._host = HOSTS[str(settings.get("region", "any"))]

    async def ask(self, query: Query, context: Context) -> Answer:
        """Makes one GET; raises CallError when no usable reply came."""
        reply = await context.http.send(
            Request(
                method="GET",
                url=f"https://{self._host}/v2/validate",
                params={"email": query["person.email"], "ip_address": "", "timeout": str(_GIVE_UP)},
            )
        )
        refused = _refusal(reply)
        if refused is not None:
            return refused
        answer = classify(self.manifest, reply)
        if answer is not None:
            return answer
        words = _words(json_object(reply))
        observer = Observer(self.manifest, now=reply.received_at)
        observer.see("mailbox.words", words, method="vendor")
        settled = words["status"] in _SETTLING and words.get("sub_status") != _OWN_RULE
        return Answer(
            outcome=LookupOutcome.MATCH if settled else LookupOutcome.PARTIAL,
            observations=observer.observations(),
            reason="" if settled else "not_settled",
            units=self.manifest.cost.units if words["status"] != _FREE else Decimal(0),
        )


def _refusal(reply: Reply) -> Answer | None:
    """The answer to a body that says `error`, whatever the status; the vendor charges nothing for it.

    It has one sentence for a bad key and for used-up credits: either way the operator has to act.
    """
    if reply.status not in _TELLING:
        return None
    try:
        told = json_object(reply).get("error")
    except Unreadable:
        return None
    if told is None:
        return None
    said = str(told).lower()
    if "api key" in said or "credit" in said:
        return Answer(outcome=LookupOutcome.UNAUTHORISED, reason="key_or_credits")
    return Answer(outcome=LookupOutcome.INVALID_REQUEST, reason="said_error")


def _words(body: Mapping[str, object]) -> dict[str, str | bool]:
    """The words that say something of the mailbox; names, gender and place of its owner are left where they are."""
    status, sub = body.get("status"), body.get("sub_status")
    if not isinstance(status, str) or not status.replace("-", "").replace("_", "").isalpha():
        raise Unreadable("no_status")
    words: dict[str, str | bool] = {"status": status.lower()}
    if isinstance(sub, str) and sub.replace("_", "").isalpha():
        words["sub_status"] = sub.lower()
    for name in ("free_email", "catchall_domain"):
        value = body.get(name)
        if isinstance(value, bool):
            words[name] = value
    return words
