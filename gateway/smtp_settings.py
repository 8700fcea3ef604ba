"""The settings of SMTP probing: who we are to a mail server, and how much we ask of it."""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _host(value: str) -> str:
    name = value.rstrip(".").lower()
    if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", name):
        raise ValueError("a host name is written in full, like probe.example.com")
    return name


def _sender(value: str) -> str:
    local, _, domain = value.rpartition("@")
    if not re.fullmatch(r"[A-Za-z0-9._+=-]{1,64}", local):
        raise ValueError("an address is written like probe@example.com")
    return f"{local}@{_host(domain)}"


Host = Annotated[str, AfterValidator(_host)]


class SmtpSettings(BaseModel):
    """Asking mail servers whether they would take mail for an address: off unless switched on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    probe: bool = Field(
        default=False, description="ask the mail servers of domains, once `leadgate verify self-test` passes"
    )
    helo: Host | None = Field(None, description="our name in EHLO; its address resolves back to it")
    mail_from: Annotated[str, AfterValidator(_sender)] | None = Field(
        None, description="the address in MAIL FROM, at a domain of yours that has an MX and an SPF record"
    )
    address: IPv4Address | IPv6Address | None = Field(
        None, description="the address that the Internet sees us from; unset: the machine's own"
    )
    check_host: Host | None = Field(
        None, description="a mail server to try port 25 with; unset: the MX of the domain in `mail_from`"
    )
    per_minute: int = Field(
        6,
        ge=2,
        description="addresses asked per minute and operator of mail servers, the probe for a catch-all among them",
    )
    per_day: int = Field(2000, ge=1, description="addresses asked per day and operator of mail servers")
    per_day_in_all: int = Field(10_000, ge=1, description="addresses asked per day in all")
    per_connection: int = Field(10, ge=1, le=100, description="addresses asked over one connection")
    connect_seconds: float = Field(10, gt=0, description="how long a mail server may take to accept a connection")
    reply_seconds: float = Field(30, gt=0, description="how long it may take for each reply")
    session_seconds: float = Field(90, gt=0, description="how long a whole connection may last")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.probe and (self.helo is None or self.mail_from is None):
            raise ValueError("probing needs `helo` and `mail_from` too")
        return self
