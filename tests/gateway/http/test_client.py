"""What the client refuses before it connects, and how it pins what it checked; no socket is opened."""

import httpcore
import pytest

from gateway.http import EgressRefused, HttpClient, Request, Trust, Unreachable
from gateway.http.backend import PinnedBackend
from tests.gateway.http.servers import Names


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://acme.com/", "scheme_not_allowed"),
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("https://user:pw@acme.com/", "userinfo_in_url"),
        ("https://acme.com:8443/", "port_not_allowed"),
        ("http://acme.com:22/", "port_not_allowed"),
        ("https:///nothing", "host_missing"),
        ("http://[::ffff:127.0.0.1]/", "host_is_an_address"),
        ("http://2130706433/", "host_is_an_address"),
        ("http://localhost/", "host_is_local"),
        ("http://acme.com:99999/", "port_not_allowed"),
        ("http://acme.com:0/", "port_not_allowed"),
        ("https://acme..com/", "host_unreadable"),
        (f"https://{'a' * 64}.com/", "host_unreadable"),
        ("http://exa mple.com/", "host_unreadable"),
        ("http://acme.com:port/", "url_unreadable"),
    ],
)
async def test_url_from_a_lead_is_checked_before_any_look_up(url: str, reason: str) -> None:
    """A URL that may not be asked is refused with its reason, and nobody is asked for its name."""
    names = Names({})
    async with HttpClient(resolver=names) as client:
        with pytest.raises(EgressRefused) as refused:
            await client.send(Request(method="GET", url=url))
    assert (refused.value.reason, refused.value.sent, names.asked) == (reason, False, [])


class Wire(httpcore.AsyncNetworkBackend):
    """A network that records where it was asked to connect; every address refuses the connection."""

    def __init__(self) -> None:
        self.targets: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.targets.append((host, port))
        raise httpcore.ConnectError


def backend(names: Names) -> tuple[PinnedBackend, Wire]:
    """A checking backend over a recording network."""
    made = PinnedBackend(resolver=names, allow_private=False, addresses={})
    wire = Wire()
    made._tcp = wire  # type: ignore[assignment] # the fake network takes the place of the real one
    return made, wire


async def test_rebinding_name_is_asked_once_and_pinned() -> None:
    """A name that turns private at the second look-up is looked up once; the checked address is used."""
    names = Names({"acme.com": [["93.184.216.34"], ["127.0.0.1"]]})
    made, wire = backend(names)
    with pytest.raises(httpcore.ConnectError):
        await made.connect_tcp("acme.com", 443, 1.0)
    assert (names.asked, wire.targets) == (["acme.com"], [("93.184.216.34", 443)])


@pytest.mark.parametrize("extra", ["10.0.0.1", "::1", "64:ff9b::a00:1", "100.64.1.1"])
async def test_mixed_answer_is_refused_without_a_connection(extra: str) -> None:
    """One address that is not public spoils the whole answer, wherever it stands in it."""
    for answer in (["93.184.216.34", extra], [extra, "93.184.216.34"]):
        made, wire = backend(Names({"acme.com": [answer]}))
        with pytest.raises(EgressRefused):
            await made.connect_tcp("acme.com", 443, 1.0)
        assert wire.targets == []


async def test_every_address_is_tried_before_giving_up() -> None:
    """With several public addresses the next is tried when one refuses, at most four of them."""
    answer = [f"93.184.216.{n}" for n in range(1, 7)]
    made, wire = backend(Names({"acme.com": [answer]}))
    with pytest.raises(httpcore.ConnectError):
        await made.connect_tcp("acme.com", 443, 1.0)
    assert [target for target, _ in wire.targets] == answer[:4]


async def test_connection_to_another_peer_is_closed() -> None:
    """A connection whose other end is not the checked address is closed and refused."""
    closed: list[bool] = []

    class Stream(httpcore.AsyncNetworkStream):
        def get_extra_info(self, info: str) -> tuple[str, int] | None:
            return ("127.0.0.1", 443) if info == "server_addr" else None

        async def aclose(self) -> None:
            closed.append(True)

    class Hijacked(Wire):
        async def connect_tcp(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
            return Stream()

    made, _ = backend(Names({"acme.com": [["93.184.216.34"]]}))
    made._tcp = Hijacked()  # type: ignore[assignment] # as above
    with pytest.raises(EgressRefused):
        await made.connect_tcp("acme.com", 443, 1.0)
    assert closed == [True]


async def test_unknown_name_is_unreachable() -> None:
    """A name that does not resolve is 'unreachable' with nothing sent, never a refusal."""
    async with HttpClient(resolver=Names({})) as client:
        with pytest.raises(Unreachable) as gone:
            await client.send(Request(method="GET", url="https://gone.com/"))
    assert (gone.value.reason, gone.value.sent) == ("name_not_resolved", False)


async def test_header_outside_ascii_is_refused() -> None:
    """A header that cannot be sent as it stands is refused, and its value is not in the error."""
    async with HttpClient(resolver=Names({})) as client:
        with pytest.raises(EgressRefused) as refused:
            await client.send(Request(method="GET", url="https://acme.com/", headers={"x-key": "s\u00e9cret"}))
    assert "cret" not in repr(refused.value)


def test_address_map_leads_to_loopback_only() -> None:
    """The sandbox's map cannot become a way around the egress rules."""
    with pytest.raises(ValueError, match="loopback"):
        HttpClient(addresses={("api.acme.com", 443): ("10.0.0.1", 80)})


def test_request_repr_holds_no_url_header_or_body() -> None:
    """What may carry keys and people is not in the repr of a request."""
    request = Request(method="POST", url="https://acme.com/?key=k1", headers={"authorization": "k2"}, body=b"k3")
    assert not any(text in repr(request) for text in ("k1", "k2", "k3"))


async def test_a_private_destination_is_not_called_in_clear_over_the_internet() -> None:
    """That a destination may be private allows plain http inside the own network alone: leads travel encrypted."""
    public = "93.184.216.34"
    names = Names({"crm.com": [[public]], "mixed.com": [["10.0.0.1", public]], public: [[public]]})
    async with HttpClient(resolver=names) as client:
        for url in ("http://crm.com/hooks", "http://mixed.com:8080/hooks", f"http://{public}/hooks"):
            with pytest.raises(EgressRefused) as refused:
                await client.send(Request(method="POST", url=url, body=b"{}", trust=Trust.PRIVATE, seconds=2))
            assert refused.value.reason == "address_not_private"
            assert not refused.value.sent
