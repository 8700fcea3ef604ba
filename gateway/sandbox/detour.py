"""The way to the sandbox's vendor: the hosts of the installed connectors, mapped to loopback inside the process."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from connectors.discovery import discover
from connectors.kit import read_settings
from gateway.errors import SetupError
from gateway.settings import Settings
from gateway.wiring import Sandbox

_HTTPS: Final = 443
_LAST_PORT: Final = 65535
_NOBODYS: Final = ("localhost", "example", "test", "invalid")
"""Last labels of names that are nobody's in public (RFC 6761)."""


def detour(
    address: tuple[str, int],
    sections: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
    *,
    folder: Path | None = None,
) -> Sandbox:
    """Have the sandbox's vendor at a loopback address answer for every host of every installed connector.

    Args:
        address: where it listens.
        sections: the connectors' settings, which may name hosts of the operator's own.
        folder: with manifests of the operator's own.

    Raises:
        BadSettings: a connector's settings are wrong.
    """
    found = discover(folder)
    named = [read_settings(found[name].manifest, section).hosts for name, section in sections.items() if name in found]
    hosts = sorted({host for plugin in found.values() for host in plugin.manifest.hosts}.union(*named))
    return Sandbox(addresses={(host, _HTTPS): address for host in hosts})


def detour_for(settings: Settings, place: str) -> Sandbox:
    """Read where the sandbox's vendor listens, for a gateway that somebody tries by hand.

    Args:
        settings: of the gateway; one that serves the public, or shares its store, keeps asking the real vendors.
        place: `127.0.0.1:7000`, or `[::1]:7000`.

    Raises:
        SetupError: it is no loopback address, or this gateway is none to try things with.
    """
    address = _loopback(place)
    if not settings.one_process:
        raise SetupError(
            "--sandbox-vendors is for trying things by hand with one process on SQLite: on PostgreSQL other "
            "processes would still ask the real vendors. Leave LEADGATE_DATABASE_URL out."
        )
    host = urlsplit(settings.public_url).hostname or ""
    if not _nobodys(host):
        raise SetupError(
            f"--sandbox-vendors would have invented companies in a gateway that serves {host}: use a directory of its "
            "own (LEADGATE_DATA_DIR), and no LEADGATE_PUBLIC_URL."
        )
    return detour(address, settings.connectors, folder=settings.connectors_folder)


def _loopback(place: str) -> tuple[str, int]:
    host, _, port = place.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        fits = ip_address(host).is_loopback and port.isdecimal() and 0 < int(port) <= _LAST_PORT
    except ValueError:
        fits = False
    if not fits:
        raise SetupError("--sandbox-vendors is an address of this machine and a port, like 127.0.0.1:7000.")
    return host, int(port)


def _nobodys(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.rpartition(".")[2] in _NOBODYS
