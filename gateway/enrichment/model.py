"""What is asked of the engine and what it answers: frozen values."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from connectors.kit import LookupOutcome, Manifest, Observation, Query
from gateway.enrichment.goal import Want
from gateway.enrichment.home import COUNTRY, Guess
from gateway.enrichment.identity import Company, Identity, asked_company, told_company
from gateway.lookup import Asked, Lookup, Rejection, spent

MISMATCH: Final = "mismatch"
"""The mark of a connector whose answer is about another company."""


class Skip(enum.StrEnum):
    """Why a connector was not asked."""

    NOT_APPLICABLE = "not_applicable"
    """The question lacks what it needs."""
    NOT_ALLOWED = "not_allowed"
    """It is about the person, and the ENRICH decision does not allow that."""
    NO_COMPANY = "no_company"
    """The domain is a free-mail, disposable or relay domain: what is known of it is not about the employer."""
    GOAL_MET = "goal_met"
    """Everything wanted that it could add is known."""
    NOTHING_WANTED = "nothing_wanted"
    """It adds none of the fields that are wanted."""
    NOT_WORTH_IT = "not_worth_it"
    """It costs money, and could add only fields that are desired, not required."""
    OVER_BUDGET = "over_budget"
    """A budget does not cover one more call."""
    BREAKER_OPEN = "breaker_open"
    """The vendor has failed too often; it gets one probe at a time."""
    RATE_WINDOW = "rate_window"
    """The vendor's limits leave no call in the time there is."""
    ALREADY_CHARGED = "already_charged"
    """The same call was begun before and may have been, or was, charged; it is not repeated blindly."""
    DEADLINE = "deadline"
    """No time was left."""
    SUPPRESSED = "suppressed"
    """A vendor answered that the person objected; no other vendor is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One lead's question to all connectors.

    Attributes:
        lead_id: for the record of paid calls.
        facts: field of `connectors.kit.schema.INPUTS` to value; each connector gets its `sends` of it.
        subject_id: whose erasure takes cached personal answers along.
        list_id: the list that the lead came with, whose budget its calls are paid from too.
        personal_allowed: the ENRICH decision allows sending personal fields and asking about the person.
        company_known: the domain is that of an employer, not of a mail provider.
        guess: the company's country, to ask free registers with where nobody said it; it is compared with nothing.
        given: the fields that the lead itself gives, and those that verification found: nobody is asked for them.
        earlier: what connectors said before, in other look-ups.
        trusted: what sources said that named this company by domain or number, for telling it from others.
        claimed: names in it that nobody but the company's own site says.
        only: the connectors to ask, by id; None is all of the plan.
        spent: what earlier look-ups of the lead cost, in millionths by currency.
        objected: a vendor said earlier that the person has objected to it.
    """

    lead_id: str
    facts: Mapping[str, str] = field(repr=False)
    subject_id: str | None = None
    list_id: str | None = None
    personal_allowed: bool = False
    company_known: bool = True
    guess: Guess | None = None
    given: frozenset[str] = frozenset()
    earlier: tuple[Observation, ...] = field(default=(), repr=False)
    trusted: tuple[Observation, ...] = field(default=(), repr=False)
    claimed: frozenset[str] = field(default=frozenset(), repr=False)
    only: frozenset[str] | None = None
    spent: Mapping[str, int] = field(default_factory=dict)
    objected: bool = False

    def includes(self, connector: str) -> bool:
        """Whether a connector of the plan is asked."""
        return self.only is None or connector in self.only

    def to(self, manifest: Manifest) -> tuple[Query, Guess | None]:
        """What a connector is asked, and the guess in it: one that costs nothing and would not be asked without."""
        query = Query.project(manifest, self.facts)
        if self.guess is None or not manifest.cost.free or self.facts.get(COUNTRY) or query.suffices(manifest):
            return query, None
        wider = Query.project(manifest, {**self.facts, COUNTRY: self.guess.country})
        return (wider, self.guess) if wider.suffices(manifest) else (query, None)

    @property
    def company(self) -> Company:
        """The company that is asked about, as far as it is known."""
        known = asked_company(self.facts).and_also(told_company(self.trusted))
        return replace(known, claimed=self.claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One connector that was asked, or whose answer was at hand.

    Attributes:
        connector: `id@version`.
        outcome: how it ended.
        reason: short code.
        sent: names of the fields it got, never their values.
        attempts: at the question, each of one call or several; 0 when the answer was kept or another lead's.
        cached: the answer was kept from an earlier call.
        shared: the answer came from the same call made for another lead at the same time.
        cost_micros: millionths of `currency`; a call that may have been charged counts as charged.
        currency: ISO 4217, empty when free.
        started_at, ended_at: aware.
        retry_at: when asking again makes sense; set for some outcomes that pass.
        identity: whether what it found is about the lead's company; None where it found nothing.
        sought: the fields that it was asked for, and why; empty where everything is wanted.
        record: see `gateway.lookup.Asked`.
        guess: the country that it was asked with, which nobody said.
    """

    connector: str
    outcome: LookupOutcome
    reason: str
    sent: tuple[str, ...]
    attempts: int
    cached: bool = False
    shared: bool = False
    cost_micros: int = 0
    currency: str = ""
    started_at: datetime
    ended_at: datetime
    retry_at: datetime | None = None
    identity: Identity | None = None
    sought: Mapping[str, Want] = field(default_factory=dict)
    record: str = field(default="", repr=False)
    guess: Guess | None = None

    @property
    def mark(self) -> str:
        """How it ended, in one word: an answer about another company is no match."""
        return self.outcome.value if self.identity is None or self.identity.accepted else MISMATCH

    def asked(self) -> Asked:
        """The call as it is kept with the lead."""
        return Asked(
            connector=self.connector,
            mark=self.mark,
            called=True,
            reason=self.reason,
            identity=None if self.identity is None else self.identity.why.value,
            sought={name: want.value for name, want in self.sought.items()},
            sent=self.sent,
            guessed={} if self.guess is None else {COUNTRY: self.guess.hint.value},
            attempts=self.attempts,
            cached=self.cached,
            shared=self.shared,
            cost_micros=self.cost_micros,
            currency=self.currency,
            at=self.started_at,
            retry_at=self.retry_at,
            record=self.record,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """One connector that was not asked, and why; `retry_at` when it could be later.

    `budget` says which one has no room: `lead`, `list`, `day` or `vendor`.
    """

    connector: str
    reason: Skip
    retry_at: datetime | None = None
    budget: str | None = None
    cost_micros: int = 0
    currency: str = ""

    def asked(self) -> Asked:
        """That it was not asked, as it is kept with the lead."""
        return Asked(
            connector=self.connector,
            mark=self.reason.value,
            called=False,
            budget=self.budget,
            cost_micros=self.cost_micros,
            currency=self.currency,
            retry_at=self.retry_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """The result for one lead: every connector of the plan stands in `calls` or in `skipped`."""

    observations: tuple[Observation, ...] = field(repr=False)
    rejected: tuple[Rejection, ...] = field(default=(), repr=False)
    calls: tuple[Call, ...]
    skipped: tuple[Skipped, ...]

    @property
    def retry_at(self) -> datetime | None:
        """The earliest time at which asking again may bring more; None when nothing speaks for it."""
        times = [call.retry_at for call in self.calls] + [entry.retry_at for entry in self.skipped]
        return min((time for time in times if time is not None), default=None)

    @property
    def costs(self) -> Mapping[str, int]:
        """What all calls took, in millionths by currency; what cost nothing is not there."""
        return spent(self._asked())

    @property
    def marks(self) -> Mapping[str, str]:
        """Connector id to outcome, or to the reason for which it was skipped."""
        return {each.id: each.mark for each in self._asked()}

    def lookup(self, at: datetime) -> Lookup:
        """The result as it is kept with the lead."""
        return Lookup(at=at, asked=self._asked(), observations=self.observations, rejected=self.rejected)

    def _asked(self) -> tuple[Asked, ...]:
        return (*(each.asked() for each in self.calls), *(each.asked() for each in self.skipped))
