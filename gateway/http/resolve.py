"""Names to addresses, once per connection."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Protocol


class Resolver(Protocol):
    """Turns a host name into the addresses it has now.

    It raises OSError when the name has none or cannot be asked; it never returns an empty sequence.
    """

    async def __call__(self, host: str) -> Sequence[str]:
        """Returns every address of the host, IPv4 and IPv6 in text form, best first."""
        ...


async def system_resolver(host: str) -> Sequence[str]:
    """Asks the operating system (getaddrinfo in a thread), in the order of RFC 6724.

    Args:
        host: a name or an address literal.

    Returns:
        The addresses without repeats.

    Raises:
        OSError: the name does not resolve.
    """
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(info[4][0]) for info in infos))
