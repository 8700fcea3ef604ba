"""Settings: read once, and a slip in them stops the start."""

from pathlib import Path

import pytest

from gateway.errors import SetupError
from gateway.settings import load


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are written with commas, nested names with two underscores; a server without a port gets 53."""
    monkeypatch.setenv("LEADGATE_DNS_SERVERS", "127.0.0.1:5353, 192.0.2.1")
    monkeypatch.setenv("LEADGATE_LIMITS__BATCH_ITEMS", "7")
    monkeypatch.setenv("LEADGATE_ENRICHMENT__REQUIRED", "company.industry, company.employees.range")
    settings = load()
    assert settings.enrichment.required == ("company.industry", "company.employees.range")
    assert settings.dns_servers == ("127.0.0.1:5353", "192.0.2.1:53")
    assert settings.limits.batch_items == 7


def test_a_misspelt_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name would otherwise pass as the default; the message names it, not its value."""
    monkeypatch.setenv("LEADGATE_COUNTRI", "hidden")
    with pytest.raises(SetupError, match="LEADGATE_COUNTRI") as caught:
        load()
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "server", ["foo", "dns:53", "127.0.0.1:x", ":53", "127.0.0.1:65536", "127.0.0.1:0", "[::1]:99999", "127.0.0.1:5³"]
)
def test_a_dns_server_is_an_address(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """A name cannot be asked for names."""
    monkeypatch.setenv("LEADGATE_DNS_SERVERS", server)
    with pytest.raises(SetupError, match="dns_servers"):
        load()


def test_a_dns_server_takes_any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first and the last port are ports."""
    monkeypatch.setenv("LEADGATE_DNS_SERVERS", "127.0.0.1:1,[::1]:65535")
    assert load().dns_servers == ("127.0.0.1:1", "[::1]:65535")


def test_a_proxy_is_an_address_or_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in what may forge addresses is no small thing."""
    monkeypatch.setenv("LEADGATE_TRUSTED_PROXIES", "10.0.0.0/8,proxy")
    with pytest.raises(SetupError, match="trusted_proxies"):
        load()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("COUNTRY", "de", "country: a country is two capital letters, like DE"),
        ("COUNTRY", "XX", "country: this is no country of ISO 3166-1"),
        (
            "ENRICHMENT__REQUIRED",
            "company.trade",
            "enrichment.required.0: this is no field that connectors answer with, like company.industry",
        ),
        ("ENRICHMENT__CONFIDENCE", "7", "enrichment.confidence: Input should be less than or equal to 1"),
        ("LOG_LEVEL", "loud", "log_level: Input should be 'debug', 'info', 'warning' or 'error'"),
        (
            "VERIFICATION_LEVEL",
            "mx",
            "verification_level: Input should be 'syntax', 'lists', 'dns', 'smtp' or 'vendor'",
        ),
        ("LIMITS__BATCH_ITEM", "7", "limits.batch_item: there is no such setting"),
        (
            "LIMITS",
            "7 items",
            "LEADGATE_LIMITS has to be written as JSON, or one value each as LEADGATE_LIMITS__NAME=…",
        ),
        ("CONNECTORS", "secret", "LEADGATE_CONNECTORS has to be written as JSON"),
        ("DATABASE_URL", "mysql://u:secret@h/n", "database_url: a database is written postgresql://user:password@host"),
    ],
)
def test_a_value_that_is_none_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    """The message says which setting and how it is written, and repeats no value: it may be a secret."""
    monkeypatch.setenv(f"LEADGATE_{name}", value)
    with pytest.raises(SetupError) as caught:
        load()
    assert says in str(caught.value)
    assert "trusted_proxies" not in str(caught.value)
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"country = DE\n", "leadgate.toml is no TOML: Invalid value (at line 1"),
        (b'controller = "\xff"\n', "leadgate.toml, or a secret in a file, is not in UTF-8"),
        (b'countri = "DE"\n', "countri: there is no such setting"),
    ],
)
def test_a_file_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, says: str
) -> None:
    """A slip in the file is not taken for one in a variable."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leadgate.toml").write_bytes(content)
    with pytest.raises(SetupError) as caught:
        load()
    assert says in str(caught.value)


def test_secrets_are_read_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file under a setting's name is that setting, nested ones too; a variable wins, and other files are nobody's."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "leadgate_database_url").write_text("postgresql://leadgate:secret@db/leadgate\n")
    (tmp_path / "LEADGATE_CONNECTORS__PEOPLE_DATA_LABS__API_KEY").write_text("key\n")
    (tmp_path / "leadgate_country").write_text("FR")
    (tmp_path / "tls.key").write_text("another's")
    monkeypatch.setenv("LEADGATE_COUNTRY", "DE")
    settings = load()
    assert settings.url == "postgresql://leadgate:secret@db/leadgate"
    assert settings.connectors == {"people_data_labs": {"api_key": "key"}}
    assert settings.country == "DE"
    (tmp_path / "leadgate_databse_url").write_text("hidden")
    with pytest.raises(SetupError, match="no such setting: leadgate_databse_url") as caught:
        load()
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("listens", "named", "warns"),
    [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000", False),
        ("http://[::1]:9000", "http://[::1]:9000", False),
        ("http://0.0.0.0:9000", "http://127.0.0.1:9000", True),
        ("http://[::]:9000", "http://[::1]:9000", True),
        ("http://192.0.2.7:9000", "http://192.0.2.7:9000", True),
    ],
)
def test_a_server_without_a_public_address_goes_by_its_own(*, listens: str, named: str, warns: bool) -> None:
    """On loopback that is right; elsewhere nobody knows how the outside reaches it, and that is said."""
    settings, wrong = load().served_at(listens)
    assert settings.public_url == named
    assert (wrong is not None and "LEADGATE_PUBLIC_URL" in wrong and named in wrong) == warns


def test_a_public_address_that_is_set_stands() -> None:
    """Wherever the server listens."""
    said = load(public_url="https://leads.example")
    assert said.served_at("http://0.0.0.0:9000") == (said, None)


def test_several_machines_need_a_public_address() -> None:
    """On PostgreSQL workers sign the permits, and know of no server's port."""
    _, wrong = load(database_url="postgresql://somebody@127.0.0.1/leadgate").served_at("http://127.0.0.1:9000")
    assert wrong is not None


def test_whom_a_sites_owner_can_turn_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact is a URL or an e-mail address that a header can hold; without one it is the public address."""
    assert load(public_url="https://leads.example.com").contact == "https://leads.example.com"
    for contact in ("https://example.com/robots", "data@example.com", "mailto:data@example.com"):
        monkeypatch.setenv("LEADGATE_ENRICHMENT__SITE_CONTACT", contact)
        assert load(public_url="https://leads.example.com").contact == contact
    for wrong in ("us", "call us", "data@example.com)", "data@ex\u00e4mple.com", "https://a.b/\r\nX-Y: 1", "@" * 300):
        monkeypatch.setenv("LEADGATE_ENRICHMENT__SITE_CONTACT", wrong)
        with pytest.raises(SetupError, match="a contact is a URL or an e-mail address"):
            load()
