"""Replies made to cost time."""

from typing import Final

HOSTILE: Final = [
    "5" * 100_000,
    "550 " + "5.1.1 " * 20_000,
    "550-5.1.1 " * 10_000,
    "host " * 20_000,
    "host a.b.c" + "[" * 100_000,
    ": " * 50_000,
    "(in reply to " * 8_000,
    "a@" * 50_000,
    "\r\n" * 50_000,
    "550 5.1.1 " + "ﷺ" * 100_000,
    "550 " + "(" * 100_000,
    "smtp; " * 16_000 + "550 x",
    "503 " * 25_000,
    "https://" * 12_000,
    "a." * 50_000,
    "user " * 20_000,
    "sender " * 14_000,
]
"""About 100 kB each, against the repetitions of the patterns."""
