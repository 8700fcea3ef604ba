"""The host and the path of an address as a browser reads it, in one pass and without ever raising."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

import idna

LONGEST: Final = 2_048
"""Characters of an address; longer ones are data, not addresses."""
_LONGEST_HOST: Final = 253
_IGNORED: Final = re.compile(r"[\t\n\r]")
_NETWORK: Final = re.compile(r"(?:https?:)?[/\\]{2,}", re.ASCII | re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_ORIGIN: Final = re.compile(r"https?://[^/?#\\]+", re.ASCII | re.IGNORECASE)
_END: Final = re.compile(r"[/\\?#]")
_NAME: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?", re.ASCII)


class Base:
    """The address against which relative ones are read: the page's, or that of its base element.

    Args:
        address: absolute; the scheme may be left out.
    """

    def __init__(self, address: str) -> None:
        self._address = address if _SCHEME.match(address) else f"https:{address}"
        found = _ORIGIN.match(self._address)
        self._origin = found[0] if found else ""

    def absolute(self, text: str) -> str | None:
        """The http or https address that a browser makes of an attribute; None without one."""
        if len(text) > LONGEST:
            return None
        address = _IGNORED.sub("", text).strip("\0 \t\n\f\r")
        if _NETWORK.match(address):
            return address
        if not address or address.startswith("#") or _SCHEME.match(address):
            return None
        if address.startswith("/") and "/." not in address and self._origin:
            return self._origin + address  # most of them; what follows is several times slower
        try:
            return urljoin(self._address, address)
        except ValueError:
            return None


def split(address: str) -> tuple[str, str]:
    """The host, in lower case and ASCII, and the path of an absolute address; an empty host when it has none.

    The scheme may be left out (`//host/path`). User information, port, query and fragment are left out.
    """
    start = _NETWORK.match(address)
    if start is None:
        return "", ""
    rest = address[start.end() :]
    end = _END.search(rest)
    authority = rest if end is None else rest[: end.start()]
    path = "" if end is None else re.split(r"[?#]", rest[end.start() :], maxsplit=1)[0].replace("\\", "/")
    return host_of(authority), path


def host_of(authority: str) -> str:
    """The host of `user:password@host:port`, in lower case and ASCII (UTS 46); empty when it is none."""
    host = authority.rpartition("@")[2].partition(":")[0].rstrip(".")
    if len(host) > _LONGEST_HOST:
        return ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError, IndexError):
            return ""
    host = host.lower()
    return host if _NAME.fullmatch(host) and ".." not in host else ""


def page_address(url: str) -> str:
    """The page's own address if it can be one; else a name that belongs to nobody (RFC 2606)."""
    try:
        whole = bool(urlsplit(url).hostname) and url.lower().startswith(("http://", "https://"))
    except ValueError:
        whole = False
    return url if whole else "https://page.invalid/"


def within(host: str, site: str) -> bool:
    """Whether a host belongs to the site of another: the same name or one below it; `www` counts for nothing."""
    root = site.removeprefix("www.")
    return host == root or host.endswith("." + root)
