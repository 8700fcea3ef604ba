"""What calls about leads answer of verification beyond the contact points."""

from datetime import datetime

from pydantic import BaseModel, Field


class CompanyReason(BaseModel):
    """One code of a company verdict, and what it means."""

    code: str
    stage: str
    subject: str
    polarity: str
    retryable: bool
    meaning: str
    action: str


class CompanyRefusal(BaseModel):
    """Why what one source names was not taken for the company's domain."""

    source: str = Field(description="`company_domain`, `website` or `email`")
    code: str


class CompanyEvidenceOut(BaseModel):
    """What a company verdict rests on; domains are registered domains in A-label form."""

    domain: str | None = Field(description="the company's domain; null where none can be taken")
    source: str | None = Field(description="who says so: `company_domain`, `website` or `email`")
    given_domain: str | None
    website_domain: str | None
    mail_domain: str | None
    refused: list[CompanyRefusal]
    name_servers: list[str]
    vat_number: str | None = Field(description="normalised; null unless its form is right")
    vat_country: str | None
    lists: list[str]
    libraries: list[str]
    codes_version: str
    checked_at: datetime
    expires_at: datetime


class CompanyVerdictOut(BaseModel):
    """What verification says of the company; docs/reference/company-verdict.md says what each field means."""

    verdict: str = Field(description="`known`, `doubtful`, `none` or `unknown`")
    reasons: list[CompanyReason]
    retry_after: int | None
    facts: dict[str, bool | None]
    evidence: CompanyEvidenceOut


class VerdictsOut(BaseModel):
    """Verdicts on what is no contact point."""

    company: CompanyVerdictOut | None = Field(description="null before verification")


class WithVerdicts(BaseModel):
    """Something that carries such verdicts."""

    verdicts: VerdictsOut
