"""Mailbox checks by the operator's own Reacher server (check-if-email-exists).

Read from its OpenAPI document and source (github.com/reacherhq/check-if-email-exists, `backend/openapi.json`): one POST
of `{"to_email": …}`; `smtp` holds five truths or an `error`, `misc` says disposable and role. A wrong or missing secret
ends as 400 without JSON.

`invalid` is no proof here. The server takes a mail server's refusal for "no such mailbox" by its wording, since 0.11.7
also every "permanent: 5.7.1", which is a refusal by policy, and its reply does not show that wording. So an `invalid`
is a doubt; with `trust_invalid` it counts as "no such mailbox" where the mail server was reached, has refused the
address, is neither full nor disabled nor takes everything, and no error text stands beside that.
"""

import json
from collections.abc import Mapping
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

_BAD_REQUEST = 400
_REACHABLE = frozenset({"safe", "risky", "invalid", "unknown"})
_TRUTHS = ("can_connect_smtp", "has_full_inbox", "is_catch_all", "is_deliverable", "is_disabled")
_TEXTS = ("error", "description", "message")
"""Where a text stands when the mail server was not understood."""


class Plugin:
    """Asks for one address; an answer that settles nothing is `partial`, so that nobody keeps it."""

    manifest: ClassVar[Manifest] = manifest_beside(__file__)

    def __init__(self, settings: Mapping[str, Plain]) -> None:
        self._url = f"https://{settings['host']}/{settings.get('endpoint', 'v1')}/check_email"
        self._trusts = settings.get("trust_invalid") is True

    async def ask(self, query: Query, context: Context) -> Answer:
        """Makes one POST; raises CallError when no usable reply came."""
        reply = await context.http.send(
            Request(
                method="POST",
                url=self._url,
                headers={"content-type": "application/json"},
                body=json.dumps({"to_email": query["person.email"]}).encode(),
            )
        )
        if reply.status == _BAD_REQUEST and not _is_json(reply):
            return Answer(outcome=LookupOutcome.UNAUTHORISED, reason="secret_refused")
        answer = classify(self.manifest, reply)
        if answer is not None:
            return answer
        body = json_object(reply)
        reachable = body.get("is_reachable")
        if not isinstance(reachable, str) or reachable not in _REACHABLE:
            raise Unreadable("not_a_check")
        truths = {} if reachable == "unknown" else _truths(body.get("smtp"))
        finding = self._finding(truths)
        observer = Observer(self.manifest, now=reply.received_at)
        observer.see("mailbox.finding", finding, method="vendor")
        observer.see("mailbox.words", {"is_reachable": reachable}, method="vendor")
        # False also stands where it was not tried (its rules skip large providers), so it says nothing.
        observer.see("mailbox.catch_all", True if truths.get("is_catch_all") else None, method="vendor")
        settled = finding != "undecided"
        return Answer(
            outcome=LookupOutcome.MATCH if settled else LookupOutcome.PARTIAL,
            observations=observer.observations(),
            reason="" if settled else "not_settled",
        )

    def _finding(self, truths: Mapping[str, bool]) -> str:
        """What the five truths say; without all of them, or without a connection, nothing was found."""
        if not truths.get("can_connect_smtp"):
            return "undecided"
        if truths["has_full_inbox"]:
            return "full"
        if truths["is_disabled"]:
            return "disabled"
        if truths["is_deliverable"]:
            return "accepted"
        return "not_found" if self._trusts and not truths["is_catch_all"] else "doubted"


def _truths(smtp: object) -> Mapping[str, bool]:
    """The five truths; empty where one is missing or no truth, or where an error text stands beside them."""
    if not isinstance(smtp, Mapping) or any(smtp.get(name) for name in _TEXTS):
        return {}
    found = {name: smtp[name] for name in _TRUTHS if isinstance(smtp.get(name), bool)}
    return found if len(found) == len(_TRUTHS) else {}


def _is_json(reply: Reply) -> bool:
    try:
        json_object(reply)
    except Unreadable:
        return False
    return True
