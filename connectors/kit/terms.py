"""On which terms a source is asked: its price, how long answers are kept, how sure they are, and who it is in law."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, StringConstraints, model_validator

from connectors.kit.calling import Expression
from connectors.kit.strict import Period, Strict
from connectors.outcome import LookupOutcome

Purpose = Literal["inquiry_response", "marketing", "enrichment", "analytics", "disclosure"]
Transfer = Literal["adequacy", "dpf", "scc", "uk_idta"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Cost(Strict):
    """What a call costs.

    Attributes:
        price: money per unit; 0 is free. What the operator's contract says instead, the setting `price` says.
        currency: ISO 4217; needed when there is a price. With one, there is the setting `price`.
        units: units that one billed call takes.
        billed_on: `match` (the vendor charges for found records only) or `call` (for every answered call).
        header: reply header with the units charged, when the vendor sends one.
        path: JMESPath of the units charged in the body, when they stand there.
    """

    price: Decimal = Field(default=Decimal(0), ge=0)
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    units: Decimal = Field(default=Decimal(1), ge=0)
    billed_on: Literal["match", "call"] = "match"
    header: str = ""
    path: Expression | None = None

    @property
    def per_call(self) -> Decimal:
        """The money that one billed call takes."""
        return self.price * self.units

    @property
    def free(self) -> bool:
        """Whether asking never costs money."""
        return self.per_call == 0


class Cache(Strict):
    """How long an answer may be kept; a manifest without it forbids keeping (some vendors' terms do).

    `partial` is for records of which a part could not be asked: without it they are used once, and asked again.
    """

    match: Period
    no_match: Period
    partial: Period | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.partial is not None and self.partial > self.match:
            raise ValueError("a partial record is kept no longer than a whole one")
        return self

    def period(self, outcome: LookupOutcome) -> timedelta | None:
        """How long an answer with this ending may be kept; None: not at all."""
        kept = {
            LookupOutcome.MATCH: self.match,
            LookupOutcome.NO_MATCH: self.no_match,
            LookupOutcome.PARTIAL: self.partial,
        }
        return kept.get(outcome)


class Confidence(Strict):
    """How sure a value is.

    Attributes:
        default: for values to which the source gives no number.
        path: JMESPath of the source's own number in the record.
        scale: that number's ends, mapped to 0 and 1.
    """

    default: float = Field(ge=0, le=1)
    path: Expression | None = None
    scale: tuple[float, float] = (0.0, 1.0)

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.scale[0] >= self.scale[1]:
            raise ValueError("confidence.scale must rise")
        return self

    def of(self, number: object) -> float:
        """Maps the source's own number to 0..1; the default when it is not a number."""
        if isinstance(number, bool) or not isinstance(number, int | float):
            return self.default
        low, high = self.scale
        return min(1.0, max(0.0, (number - low) / (high - low)))


class Compliance(Strict):
    """Who the source is in law, for the register of processors and transfers (GDPR Art. 30, 44-49).

    Attributes:
        vendor: legal name.
        role: towards the controller; `own` is the controller's own data, `public` an openly published source.
        country: where the vendor processes, ISO 3166-1; None when nothing leaves the controller.
        transfer: the tools under which data may go there; empty when nothing leaves the controller.
        licence: SPDX id, `vendor-terms`, `own-data` or `public-facts`.
        attribution: the words that the licence wants beside the data; empty when it wants none.
        redistribution: whether values may go to others than the controller.
        purposes: what values may be used for.
        retention: how long a value may be held after it was obtained.
        art14_label: how the source is named to the person (GDPR Art. 14(2)(f)).
        public: whether the source is publicly accessible, which the person must be told as well.
        terms: the page with the vendor's terms.
        agreement: the page with its data processing agreement.
        subprocessors: the page that lists its sub-processors.
        reviewed_on: when these entries were last compared with the vendor's pages.
    """

    vendor: str = Field(min_length=1)
    role: Literal["processor", "independent_controller", "own", "public"]
    country: Country | None = None
    transfer: tuple[Transfer, ...] = ()
    licence: str = Field(min_length=1)
    attribution: str = ""
    redistribution: bool
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    retention: Period = timedelta(days=365)
    art14_label: str = Field(min_length=1)
    public: bool = False
    terms: HttpUrl | None = None
    agreement: HttpUrl | None = None
    subprocessors: HttpUrl | None = None
    reviewed_on: date | None = None
