"""Memories, allowances, addresses behind proxies, and cursors: their rules without a gateway."""

import asyncio
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from gateway.api.addresses import client_address, host_of, network_of
from gateway.api.cursors import BadCursor, Cursors
from gateway.api.memo import Buckets, Memo


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Keys:
    """A keyring that has one HMAC key, as the cursors need it."""

    def hmac(self, purpose: str, data: bytes, generation: int | None = None) -> bytes:
        import hashlib  # noqa: PLC0415 - only here

        return hashlib.sha256(purpose.encode() + data).digest()


def connection(peer: str | None, *forwarded: str) -> HTTPConnection:
    """A request from a peer with forwarding headers."""
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return HTTPConnection({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})


def test_a_memory_fades_and_is_cleared() -> None:
    """A value is good for its seconds, and not after a clearing."""
    clock = Clock()
    memo: Memo[str, int] = Memo(2, clock)
    assert memo.get("a") is None
    assert memo.put("a", 1) == 1
    clock.now = 2.0
    assert memo.get("a") == 1
    clock.now = 2.1
    assert memo.get("a") is None
    memo.put("a", 2)
    memo.clear()
    assert memo.get("a") is None


async def test_what_was_read_before_a_change_is_not_remembered_after_it() -> None:
    """A key that was revoked while it was looked up is looked up again; what began after the change is kept."""
    memo: Memo[str, int] = Memo(60, Clock())
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        begun.set()
        await goes_on.wait()
        return 1

    reading = asyncio.create_task(memo.learn("a", slow()))
    await begun.wait()
    memo.clear()
    goes_on.set()
    assert await reading == 1
    assert memo.get("a") is None
    assert await memo.learn("a", slow()) == 1
    assert memo.get("a") == 1


def test_a_memory_does_not_grow_without_end() -> None:
    """The oldest go first."""
    memo: Memo[int, int] = Memo(60, Clock())
    for number in range(10_001):
        memo.put(number, number)
    assert memo.get(0) is None
    assert memo.get(10_000) == 10_000


def test_an_allowance_flows_back() -> None:
    """So many at once, then as many per minute, each for itself."""
    clock = Clock()
    buckets = Buckets(6, clock)
    assert [buckets.take("a") for _ in range(6)] == [None] * 6
    assert buckets.take("a") == pytest.approx(10)
    assert buckets.take("b") is None
    clock.now = 10
    assert buckets.take("a") is None
    assert buckets.take("a") is not None
    clock.now = 10_000
    assert [buckets.take("a") for _ in range(6)] == [None] * 6
    assert buckets.take("a") is not None


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9:1, 198.51.100.7:4711 , 10.0.0.2:80"], "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["198.51.100.7:http"], "10.0.0.1"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        (None, ["198.51.100.7"], None),
        ("testclient", [], None),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str | None, forwarded: list[str], client: str | None) -> None:
    """From the right, each hop that is trusted vouches for the one before it."""
    assert client_address(connection(peer, *forwarded), (ip_network("10.0.0.0/8"),)) == client


def test_an_address_counts_for_its_network() -> None:
    """Refusals know the /24 or /48, allowances the address or /64."""
    assert network_of("192.0.2.77") == "192.0.2.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of(None) == "unknown"
    assert host_of("192.0.2.77") == "192.0.2.77"
    assert host_of("2001:db8:1:2::3") == "2001:db8:1:2::/64"
    assert host_of("nonsense") == "unknown"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=40))
def test_a_cursor_leads_back_to_its_id(last: str) -> None:
    """What was written is read, in its own list alone."""
    cursors = Cursors(Keys())  # type: ignore[arg-type]  # all that a cursor needs of a keyring
    written = cursors.write("leads", last)
    assert cursors.read("leads", written) == last
    with pytest.raises(BadCursor):
        cursors.read("quarantine", written)


@given(st.text(max_size=60))
def test_no_other_cursor_is_taken(text: str) -> None:
    """Whatever was not written here is refused, never an accident."""
    with pytest.raises(BadCursor):
        Cursors(Keys()).read("leads", text)  # type: ignore[arg-type]  # as above
