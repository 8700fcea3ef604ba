"""Cursors of lists: where the last page ended, with a MAC, so that nobody composes one."""

import base64
import binascii
import hmac
from typing import Final

from audit.keyring import CURSOR, Keyring
from gateway.errors import Invalid

_MAC: Final = 16


class BadCursor(Invalid):
    """The cursor was not made here, or for another list."""

    type = "bad-cursor"
    title = "This cursor is none of this list; begin without one"


class Cursors:
    """Writes and reads cursors; one is good for its list alone."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def write(self, of: str, last: str) -> str:
        """Make the cursor behind an id."""
        return base64.urlsafe_b64encode(self._mac(of, last.encode()) + last.encode()).decode().rstrip("=")

    def read(self, of: str, cursor: str | None) -> str | None:
        """The id that a page ended with; None for the beginning.

        Raises:
            BadCursor: it was not made by `write` for this list.
        """
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raise BadCursor from None
        mac, last = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(of, last)):
            raise BadCursor
        return last.decode()

    def _mac(self, of: str, last: bytes) -> bytes:
        return self._keyring.hmac(CURSOR, of.encode() + b"\0" + last)[:_MAC]
