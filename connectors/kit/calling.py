"""How a vendor is called, as its manifest says it: authorisation, request, outcomes, rate, free check and batch."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from connectors.kit.strict import Period, Strict
from connectors.outcome import LookupOutcome

LONGEST: Final = timedelta(days=1)
"""No wait reaches further: a vendor that says 10^9 seconds does not put a lead aside for 31 years."""

Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")]
Status = Annotated[int, Field(ge=100, le=599)]


def _expression(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(f"not a JMESPath expression: {error}") from None
    return text


Expression = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_expression)]
"""A JMESPath expression (jmespath.org)."""


class Auth(Strict):
    """How a call is authorised: the kit adds the secret to the request, the connector has no part in it.

    Attributes:
        type: `none`, a header, a query parameter (avoid: URLs end in logs), or HTTP Basic (RFC 7617) with the
            secret as user name and an empty password.
        name: of the header or parameter.
        prefix: put before the secret in a header, for instance `Bearer `.
        secret: the name of the setting that holds it.
    """

    type: Literal["none", "header", "query", "basic"] = "none"
    name: str = ""
    prefix: str = ""
    secret: str = ""


_FRAMING: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"}
)
"""Headers that say whose a request is and where it ends (RFC 9112): the client's own, whatever a connector says."""


def may_be_set(name: str) -> bool:
    """Whether a connector may set a header of this name."""
    return name.lower() not in _FRAMING and re.fullmatch(r"[A-Za-z0-9_-]+", name) is not None


def _headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name in headers:
        if not may_be_set(name):
            raise ValueError(f"the header {name!a} is not a connector's to set")
    return headers


Headers = Annotated[Mapping[str, str], AfterValidator(_headers)]


class CallSpec(Strict):
    """The shape of a call. Its texts may hold `${setting.name}`, a setting without a secret.

    `${setting.a, setting.b}` takes the first that there is. A parameter or header whose placeholder has no value is
    left out; in the host and the path every placeholder must have one.

    Attributes:
        method: in upper case.
        host: one of `hosts`, or a placeholder of a setting; the first of `hosts` when empty.
        path: from the root; what is put in is percent-encoded.
        params: the query.
        headers: beside what the kit adds.
    """

    accept: ClassVar[str] = "application/json"
    """The content type that is asked for where `headers` has no `Accept`."""

    method: Literal["GET", "POST"] = "GET"
    host: str = ""
    path: Annotated[str, StringConstraints(pattern=r"^/[^?#\s]*$")]
    params: Mapping[str, str] = Field(default_factory=dict)
    headers: Headers = Field(default_factory=dict)


class RequestSpec(CallSpec):
    """The call that asks. Its texts may also hold `${company.domain}`, a field in `sends`.

    Attributes:
        method, host, path, params, headers: see `CallSpec`.
        body: sent as JSON; a member whose placeholder has no value is left out.
        safe: asking twice does nothing twice, although the method is POST.
    """

    body: Mapping[str, JsonValue] | None = None
    safe: bool = False


class Wait(Strict):
    """Where a reply says how long to wait, beside what every reply is searched for (`hints`).

    Attributes:
        after_header: holds seconds or an HTTP date (as Retry-After, RFC 9110 10.2.3).
        until_header: holds a point in time: epoch seconds or milliseconds, ISO 8601; or a few seconds.
        after_body: JMESPath of a number of seconds in the body.
    """

    after_header: str = ""
    until_header: str = ""
    after_body: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if len([place for place in (self.after_header, self.until_header, self.after_body) if place]) != 1:
            raise ValueError("a wait names exactly one place")
        if self.after_body:
            _expression(self.after_body)
        return self


Words = str | tuple[str, ...]


class OutcomeRule(Strict):
    """How to read one kind of reply; the first rule that fits wins, then the default table of `classify`.

    Attributes:
        status: the HTTP statuses it is about.
        where: JMESPath expressions over the JSON body and the text each must give, or one of several; numbers and
            truths count as JSON writes them. The reply must be JSON then.
        outcome: what such a reply means.
        wait: further places of waiting hints; the longest counts.
        at_least: how long to wait after such a reply, a day at most, even where it names a shorter time or none.
        units: what such a reply takes, in the vendor's unit; left out, it is as `cost` says of all replies.
    """

    status: tuple[Status, ...] = Field(min_length=1)
    where: Mapping[Expression, Words] = Field(default_factory=dict)
    outcome: LookupOutcome
    wait: tuple[Wait, ...] = ()
    at_least: Period | None = None
    units: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _finds_nothing(self) -> Self:
        if self.outcome.found:
            raise ValueError(f"a rule cannot say {self.outcome}: what is found, reply and map say")
        return self

    @model_validator(mode="after")
    def _waits_for_what_passes(self) -> Self:
        if self.at_least is None:
            return self
        if not self.outcome.retryable:
            raise ValueError(f"at_least goes with an outcome that passes, which {self.outcome} does not")
        if self.at_least > LONGEST:
            raise ValueError("at_least is a day at most")
        return self


class ReplySpec(Strict):
    """What a record looks like in a reply with status 200 that no outcome rule is about.

    Attributes:
        expect: must be true of the body, else it is not what was asked for (an error page, another API).
        record: where the record stands; null there means that the source does not know the subject.
        id: where the record's own id stands, in the record.
    """

    expect: Expression
    record: Expression = "@"
    id: Expression | None = None


class Window(Strict):
    """At most `limit` calls in one window of `per`.

    A window begins with the first question after the one before has ended, and counts the calls of all that begin in
    it. So a stretch of `per` that lies across two of them may see twice as many: with a vendor who looks at the last
    `per` at every moment, and shuts out whoever is above the limit, half of it is safe.
    """

    limit: int = Field(ge=1)
    per: Period


class Rate(Strict):
    """What the vendor lets one credential do; several windows hold at once.

    Attributes:
        windows: all of them hold.
        calls: the most calls that one question makes, of one host where `each_host`; it takes as many places in every
            window before it begins. Visits to leads' own sites are not among them; a batch is one call.
        concurrency: questions, or batches, in flight; each makes one call at a time.
        scope: connectors with the same scope and credential share the windows, and with the same scope the budget of a
            vendor's day; the connector's id when empty.
        each_host: each of the connector's hosts is another server, with windows, calls in flight and a breaker of its
            own; the connector's `host_of` says which one a question is for.
    """

    windows: tuple[Window, ...] = ()
    calls: int = Field(default=1, ge=1, le=64)
    concurrency: int = Field(default=8, ge=1, le=256)
    scope: str = ""
    each_host: bool = False

    @model_validator(mode="after")
    def _every_question_fits(self) -> Self:
        if any(window.limit < self.calls for window in self.windows):
            raise ValueError(f"a window must have room for the {self.calls} calls of one question")
        return self


class Check(CallSpec):
    """A call that tells whether the key works, and costs nothing: `leadgate connectors check` makes it.

    Attributes:
        method, host, path, params, headers: see `CallSpec`.
        expect: must be true of the reply's JSON body, as in `reply`; left out, the body must be JSON that holds
            something. A page with status 200 is no such reply.
    """

    expect: Expression = "@"


class ErasureFeed(CallSpec):
    """A page on which the vendor lists the records of people who had them erased or objected: an id per line, in text.

    The gateway reads it once a day with the connector's key, erases what it holds of these records, and suppresses.

    Attributes:
        method, host, path, params, headers: see `CallSpec`.
        begins: the first line, which is no id; without it the reply is not taken for the list. Empty: there is none.
    """

    accept: ClassVar[str] = "*/*"
    begins: str = ""


class Batch(CallSpec):
    """One call for several questions.

    Attributes:
        max: the most questions in one call.
        method, host, path, params, headers: see `CallSpec`.
        items: the member of the JSON body under which the list of questions stands.
        item: one question; `${item.key}` is its key.
        key: a template of what tells one question from the others; empty: its number. It is compared without case.
        answers: where the list of answers stands in the reply; it must be a list.
        echo: where an answer holds the key of its question; empty: answers stand in the order of the questions.
        status: where an answer holds a status of its own, read as that of a reply; empty: 200.
        missing: what it means that an answer is not there: `vendor_error`, or `no_match` of a vendor who leaves out
            what it does not know. It is a `vendor_error` all the same where an answer has a key that was not asked for:
            that one may be the missing one under another name.
        expect, record: as in `reply`, of one answer; those of `reply` when left out.
    """

    max: int = Field(ge=2, le=1000)
    method: Literal["GET", "POST"] = "POST"
    items: str = Field(min_length=1)
    item: Mapping[str, JsonValue]
    key: str = ""
    answers: Expression = "@"
    echo: Expression | None = None
    status: Expression | None = None
    missing: Literal[LookupOutcome.NO_MATCH, LookupOutcome.VENDOR_ERROR] = LookupOutcome.VENDOR_ERROR
    expect: Expression | None = None
    record: Expression | None = None
