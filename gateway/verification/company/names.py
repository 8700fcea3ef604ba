"""Reading what was entered as a company's domain or website, strictly, down to the registered domain."""

import re
from dataclasses import dataclass, field
from typing import Final

import idna

from gateway.verification.addresses import is_address
from gateway.verification.company.codes import CompanyCode
from gateway.verification.domains import SPECIAL_USE, matches_suffix
from gateway.verification.labels import both, check_direction, mapped
from gateway.verification.suffixes import registrable_domain

MAX_INPUT: Final = 2048
"""Longest value that is looked at, in characters."""
_MAX_HOST: Final = 253
_MAX_PORT: Final = 65_535
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_MISTYPED: Final = re.compile(r"\A(?:h{1,2}t{1,2}ps?(?::/{0,3}|;//|//:?)(?=[^/])(?!\d+(?:/|\Z)))+", re.IGNORECASE)
"""A scheme as people write it: `http:/`, `https//:`, twice, or right."""
_AROUND: Final = " \t\r\n\"'`<>;,\u200b\u2018\u2019\u201c\u201d\u201e\ufeff"
"""What comes along when an address is copied out of a text or a table."""
_CALLED: Final = re.compile(
    r"\A(?:web-?\s?site|web|home-?page|url|site|internet)\s{0,4}[:=]\s{0,4}(?=\S)", re.IGNORECASE
)
_COMMA_FOR_DOT: Final = re.compile(r"(www\.[^.,\s]+),\s?([A-Za-z]{2,6})")
_SEVERAL: Final = re.compile(
    r"(?<!\s)(?:\s*+[,;|]"
    r"|(?<![.\-])[^\S\r\n]*+[\r\n](?!\s*+\.)"  # the end of a line, not within a host that is broken there
    r"|\s++(?:(?:[/&+]|und|and|et|y|e|or|ou|o)\s|(?=https?://|www\.)|[(\[\-\u2013]))",
    re.IGNORECASE,
)
"""What stands between an address and a second one, or a remark."""
_LINKED: Final = re.compile(r"\[[^\[\]]*\]\(([^()\s]+)\)")
"""A link in Markdown."""
_AUTHORITY_ENDS: Final = re.compile(r"[/?#]")
_UNSAFE: Final = re.compile(r"[\s\\\x00-\x20\x7f<>\"]")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One web address, read: `host` and its registered domain `name` in A-label form, or the `fault` that it has."""

    host: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    fault: CompanyCode | None = None


def read_site(value: str) -> Site:
    """Read a domain or web address: scheme, port, path and a last dot may be there, user names and IP addresses not.

    What comes along when one is copied falls away: quotes, a label, a link's text. Of several the first is read.
    """
    text = _MISTYPED.sub("", _bare(value), count=1) if len(value) <= MAX_INPUT else ""
    if text[:4].lower() == "www,":
        text = f"www.{text[4:]}"
    scheme = _SCHEME.match(text)
    if scheme is not None:
        if scheme[1].lower() not in {"http", "https"}:
            return Site(fault=CompanyCode.SITE_UNREADABLE)
        text = text[scheme.end() :]
    authority = _AUTHORITY_ENDS.split(text, maxsplit=1)[0]
    if "@" in authority:
        return Site(fault=CompanyCode.SITE_CREDENTIALS)
    if _UNSAFE.search(authority):
        return Site(fault=CompanyCode.SITE_UNREADABLE)
    if authority.startswith("["):
        return Site(fault=CompanyCode.SITE_IP_ADDRESS)
    host, colon, port = authority.partition(":")
    if colon and not _is_port(port):
        # Several colons are an IPv6 address without its brackets.
        return Site(fault=CompanyCode.SITE_IP_ADDRESS if is_address(authority) else CompanyCode.SITE_UNREADABLE)
    return read_host(host)


def _bare(value: str) -> str:
    text = _CALLED.sub("", value.strip(_AROUND), count=1)
    if (link := _LINKED.fullmatch(text)) is not None:
        text = link[1]
    if (dot := _COMMA_FOR_DOT.fullmatch(text)) is not None:
        text = f"{dot[1]}.{dot[2]}"
    first = _SEVERAL.split(text, maxsplit=1)[0]
    text = first if "." in first.lower().removeprefix("www.") else text
    return text.removesuffix("%20").strip(_AROUND).removeprefix("//")


def read_host(host: str) -> Site:
    """Read a host name alone, Unicode or A-labels, in any case."""
    ascii_host = _ascii(host.removesuffix("."))
    if ascii_host is None:
        return Site(fault=CompanyCode.SITE_UNREADABLE)
    if _NUMBER.fullmatch(ascii_host.rpartition(".")[2]):
        # Browsers read any name whose last label is a number as an IPv4 address (WHATWG URL, host parsing).
        return Site(fault=CompanyCode.SITE_IP_ADDRESS)
    if matches_suffix(ascii_host, SPECIAL_USE):
        return Site(fault=CompanyCode.SITE_SPECIAL_USE)
    if "." not in ascii_host:
        return Site(fault=CompanyCode.SITE_UNREADABLE)
    name = registrable_domain(ascii_host)
    if name is None:
        return Site(fault=CompanyCode.SITE_PUBLIC_SUFFIX)
    return Site(host=ascii_host, name=name)


def _ascii(host: str) -> str | None:
    """The host in A-label form and lower case; None where it is no host name (RFC 1123, IDNA 2008, UTS 46)."""
    if not host or len(host) > _MAX_HOST:
        return None
    written = host.lower()
    if not written.isascii():
        try:
            written = ".".join(map(_a_label, mapped(written).split(".")))
        except idna.IDNAError:
            return None
    labels = written.split(".")
    if len(written) > _MAX_HOST or not all(map(_LABEL.fullmatch, labels)):
        return None
    return written


def _a_label(label: str) -> str:
    name, shown = both(label)
    check_direction(shown)
    return name


def _is_port(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and int(text[:6]) <= _MAX_PORT and len(text) <= len("65535"))
