"""What a browser's form gets back."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class NoticeServed(BaseModel):
    """The notice that was served with the form."""

    id: str
    version: int
    language: str | None = None


class ChallengeOut(BaseModel):
    """A signed time and notice, and a single-use proof of work (ALTCHA v2)."""

    parameters: dict[str, Any]
    signature: str
    served_at: datetime
    expires_at: datetime
    notice: NoticeServed | None


class HintOut(BaseModel):
    """What to show beside an address; a suggestion is shown, never applied."""

    verdict: str
    reasons: list[str]
    suggestion: str | None


class PostedOut(BaseModel):
    """The post was taken: the same answer for everybody."""

    status: Literal["received"]
    redirect: str | None = Field(description="where the form's settings send the browser")
