"""What came in for one lead, read but not judged: frozen values, with every personal one behind a mask."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NoReturn, Self

from gateway.verification.company.claims import Claims, is_given
from gateway.verification.model import EmailVerdict, RegionHint
from gateway.verification.numbering.hints import region_hints

_MASK: Final = "•••"


class Personal:
    """A personal value in memory: it prints as a mask, and only `reveal` gives it up.

    A house test lists the few places where `reveal` may stand.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    @classmethod
    def of(cls, value: str | None) -> Self | None:
        """Mask a value, keeping nothing as nothing."""
        return None if value is None else cls(value)

    def reveal(self) -> str:
        """Give the value itself up."""
        return self._value

    def __repr__(self) -> str:
        return f"Personal({_MASK})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, _spec: str) -> str:
        return _MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A personal value is never pickled: seal it.")


class Stage(StrEnum):
    """What the record is, in the field's words."""

    PROSPECT = "prospect"
    """A row of a bought list: no contact yet."""
    INQUIRY = "inquiry"
    """A first inbound contact."""
    QUALIFIED = "qualified"
    """Meets the criteria agreed with sales."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wrote, as far as is said. `country` is ISO 3166-1 alpha-2, `region` ISO 3166-2 in it, `locale` BCP 47."""

    given_name: Personal | None = None
    family_name: Personal | None = None
    full_name: Personal | None = None
    email: Personal | None = None
    phone: Personal | None = None
    job_title: Personal | None = None
    country: str | None = None
    region: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Where the person works, as far as is said. `country` is ISO 3166-1 alpha-2."""

    name: str | None = None
    domain: str | None = None
    website: str | None = None
    country: str | None = None
    vat_id: str | None = None

    def written(self) -> dict[str, str | None]:
        """Every field by its name, as it was written."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def given(self) -> dict[str, str]:
        """The fields that say something: not those with `n/a` and its like."""
        return {name: value for name, value in self.written().items() if is_given(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What the person asked, where and when."""

    kind: str | None = None
    message: Personal | None = None
    submitted_at: datetime | None = None
    page_url: Personal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What brought the person: UTM parameters and click ids by their parameter name."""

    name: str | None = None
    source: str | None = None
    medium: str | None = None
    content: str | None = None
    term: str | None = None
    click_ids: Mapping[str, Personal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What shows that a consent was given: kept sealed under the subject's evidence key (GDPR Art. 7(1))."""

    form_url: Personal | None = None
    ip: Personal | None = None
    user_agent: Personal | None = None
    certificate_url: Personal | None = None
    served_at: datetime | None = None
    """When the server signed the challenge that came with the form: the notice was served before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How an inquiry came in over a public form, whether or not a box was ticked: kept as consent evidence is.

    `origin` is the web site as the browser named it; the notice is the one that was served or named, if any was.
    """

    evidence: Evidence
    origin: Personal | None = None
    notice_id: str | None = None
    notice_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentClaim:
    """What the sender says about one purpose and channel; it becomes a ledger event, never a verdict.

    `notice_version` and `notice_sha256` are filled in by the server from the stored notice; both are None
    when the notice is unknown, and marketing consent then holds. `recipients` are the names of the destinations that
    the consent text gave.
    """

    purpose: str
    channel: str
    status: str
    mechanism: str
    occurred_at: datetime
    notice_id: str | None = None
    notice_version: int | None = None
    notice_sha256: str | None = None
    recipients: tuple[str, ...] = ()
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Privacy signals and marks of the way in."""

    gpc: bool | None = None
    """Global Privacy Control as the browser sent it (`Sec-GPC: 1`)."""
    gpp: str | None = None
    tcf: str | None = None
    spam: tuple[str, ...] = ()
    """Spam signals by code; one flags, two quarantine."""
    proof: str | None = None
    """`proved` when the form's challenge was solved, `unproved` when it was posted without script."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What came in for one lead, read but not judged."""

    source: str
    stage: Stage = Stage.INQUIRY
    external_id: str | None = None
    person: Person = Person()
    company: Company = Company()
    inquiry: Inquiry = Inquiry()
    campaign: Campaign = Campaign()
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    consent: tuple[ConsentClaim, ...] = ()
    signals: Signals = Signals()
    circumstances: Circumstances | None = None
    """On the way in alone; then they lie apart, sealed under the evidence key."""

    def regions(self) -> tuple[RegionHint, ...]:
        """Where a phone number in national form may belong, the best clue first."""
        person, company = self.person, self.company
        return region_hints(declared=person.country, company=company.country, locale=person.locale)

    def claims(self, email: EmailVerdict | None) -> Claims:
        """What is said of the company, beside the verdict on the e-mail address."""
        said = self.company
        return Claims(domain=said.domain, website=said.website, country=said.country, vat_id=said.vat_id, email=email)
