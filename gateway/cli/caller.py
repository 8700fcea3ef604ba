"""Who types a command: the name of the user that this system knows, for the audit log alone.

A command that opens the store itself asks for its own user. One that a server does for it is asked about by the server,
of the kernel (`SO_PEERCRED`, unix(7)): what a client says of itself counts for nothing.
"""

import pwd
import socket
import struct
from asyncio.trsock import TransportSocket
from typing import Final

_CREDENTIALS: Final = struct.Struct("iII")
"""`struct ucred`: process, user and group."""
_NOBODY: Final = 2**32 - 1
"""The user of a socket that no process has connected from."""


def user_behind(connected: socket.socket | TransportSocket) -> int | None:
    """The user at the other end of a Unix socket; None where the system does not say."""
    option: int | None = getattr(socket, "SO_PEERCRED", None)
    if option is None:  # Linux alone has it
        return None
    _process, user, _group = _CREDENTIALS.unpack(connected.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size))
    return None if user == _NOBODY else int(user)


def name_of(user: int) -> str:
    """The name of a user, or the number where there is none, as in some containers; it may come over the network."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
