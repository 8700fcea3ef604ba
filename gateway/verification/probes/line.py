"""One c-ares channel in the event loop: aiodns without the thread that it gives to c-ares."""

import asyncio
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import aiodns
import pycares
from aiodns import error as ares

Ended = Callable[[pycares.DNSResult | None, int | None], None]
"""Told how a question ended: a result, or the code of a failure."""

_TICK: Final = 0.1
"""How often, in seconds, c-ares looks for questions to ask again while any is under way."""


class Line(aiodns.DNSResolver):
    """One c-ares channel, and how many questions are under way on it.

    aiodns lets c-ares read in a thread of its own, where it can. Then every answer waits for Python's lock, and every
    question for the thread's; so here it does what it does where it cannot.

    Raises:
        pycares.AresError: a server is no address with a port.
    """

    def __init__(self, servers: Sequence[str], *, attempt: float, tries: int) -> None:
        self.asked = self.pending = 0
        self._retired = False
        self._replies: deque[tuple[Ended, pycares.DNSResult | None, int | None]] = deque()
        flags = pycares.ARES_FLAG_EDNS
        if len(servers) == 1:
            # With one server, asking it again at once after SERVFAIL or REFUSED only doubles its load.
            flags |= pycares.ARES_FLAG_NOCHECKRESP
        loop = asyncio.get_running_loop()
        super().__init__(nameservers=servers or None, loop=loop, timeout=attempt, tries=tries, flags=flags)
        self._since = loop.time()

    @property
    def age(self) -> float:
        """Seconds since it was made."""
        return self.loop.time() - self._since

    def start(self, name: str, rtype: int, ended: Ended) -> None:
        """Ask one question on this channel; `ended` is called once, later, from the loop."""
        self.asked += 1
        self.pending += 1
        try:
            self._channel.query(name, rtype, callback=partial(self._on_reply, ended))
        except pycares.AresError as error:
            # c-ares may have told it already.
            if not any(reply[0] is ended for reply in self._replies):
                self._on_reply(ended, None, error.args[0])
        except UnicodeError:  # a name out of an answer, as of a mail server, that cannot be written in a question
            self._on_reply(ended, None, ares.ARES_EBADNAME)

    def retire(self) -> None:
        """Close the channel, or have the last question that is under way on it close it."""
        self._retired = True
        if not self.pending:
            self.shut()

    def shut(self) -> None:
        """Close now, if it is open; questions under way end as cancelled."""
        if not self._closed:
            self._channel.cancel()
            self._cleanup()

    def _make_channel(self, **options: Any) -> tuple[bool, pycares.Channel]:  # noqa: ANN401 - c-ares' own
        # A weak reference, or the channel and its resolver would keep each other alive.
        us = weakref.ref(self)

        def watch(socket: int, readable: bool, writable: bool) -> None:  # noqa: FBT001 - the callback's signature
            line = us()
            if line is not None:
                line._sock_state_cb(socket, readable, writable)  # noqa: SLF001 - its own
                line._stop_watching(socket, readable, writable)  # noqa: SLF001 - its own

        return False, pycares.Channel(sock_state_cb=watch, timeout=self._timeout, **options)

    def _stop_watching(self, socket: int, readable: bool, writable: bool) -> None:  # noqa: FBT001 - as above
        """Let go of what c-ares no longer waits for: aiodns waits for a socket's end, and the loop spins until then."""
        if not readable and socket in self._read_fds:
            self._read_fds.discard(socket)
            self.loop.remove_reader(socket)
        if not writable and socket in self._write_fds:
            self._write_fds.discard(socket)
            self.loop.remove_writer(socket)

    def _start_timer(self) -> None:
        # The one of aiodns looks once a second, which is late for a datagram that was lost.
        self._timer = self.loop.call_later(_TICK, self._timer_cb)

    def _on_reply(self, ended: Ended, result: pycares.DNSResult | None, fault: int | None) -> None:
        """Keep a reply until c-ares has returned: it calls from within, also before it has taken the question."""
        if not self._replies:
            self.loop.call_soon(self._tell)
        self._replies.append((ended, result, fault))

    def _tell(self) -> None:
        try:
            while self._replies:
                ended, result, fault = self._replies.popleft()
                self.pending -= 1
                ended(result, fault)
        finally:
            if self._replies:  # one has raised: that is for the loop to say, and harms nobody else
                self.loop.call_soon(self._tell)
        if self._retired and not self.pending:
            self.shut()
