"""Settings: read once, and a slip in them stops the start."""

import pytest

from gateway.errors import SetupError
from gateway.settings import load


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are written with commas, nested names with two underscores; a server without a port gets 53."""
    monkeypatch.setenv("LEADGATE_DNS_SERVERS", "127.0.0.1:5353, 192.0.2.1")
    monkeypatch.setenv("LEADGATE_LIMITS__BATCH_ITEMS", "7")
    settings = load()
    assert settings.dns_servers == ("127.0.0.1:5353", "192.0.2.1:53")
    assert settings.limits.batch_items == 7


def test_a_misspelt_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name would otherwise pass as the default; the message names it, not its value."""
    monkeypatch.setenv("LEADGATE_COUNTRI", "hidden")
    with pytest.raises(SetupError, match="LEADGATE_COUNTRI") as caught:
        load()
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("server", ["foo", "dns:53", "127.0.0.1:x", ":53"])
def test_a_dns_server_is_an_address(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """A name cannot be asked for names."""
    monkeypatch.setenv("LEADGATE_DNS_SERVERS", server)
    with pytest.raises(SetupError, match="dns_servers"):
        load()


def test_a_proxy_is_an_address_or_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in what may forge addresses is no small thing."""
    monkeypatch.setenv("LEADGATE_TRUSTED_PROXIES", "10.0.0.0/8,proxy")
    with pytest.raises(SetupError, match="trusted_proxies"):
        load()
