"""Every setting once: from `LEADGATE_*` variables, files of secrets or `leadgate.toml`, under the same names."""

import os
import re
import tomllib
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from gateway.countries import CODES
from gateway.enrichment_settings import EnrichmentSettings
from gateway.errors import SetupError
from gateway.smtp_settings import SmtpSettings

FILE: Final = "leadgate.toml"
_PREFIX: Final = "LEADGATE_"
_SECRETS: Final = "/run/secrets"
_MOST_PORT: Final = 65_535
_DATABASES: Final = ("sqlite:", "postgresql:", "postgres:", "postgresql+asyncpg:")


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _server(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host:
        host, port = value, "53"
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        host = ""
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) <= _MOST_PORT:
        raise ValueError("a DNS server is written address:port, like 127.0.0.1:5353, and a port is 1 to 65535")
    return f"{host}:{port}"


def _country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", value):
        raise ValueError("a country is two capital letters, like DE (ISO 3166-1)")
    if value not in CODES:
        raise ValueError("this is no country of ISO 3166-1, like DE or GB")
    return value


def _database(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(_DATABASES):
        raise ValueError(
            "a database is written postgresql://user:password@host:port/name, or sqlite:///path/of/file.db"
        )
    return value


def _unknown_variables(known: frozenset[str]) -> list[str]:
    """Variables and files that look like settings and are none: a slip in a name must not pass as the default."""
    named = [*os.environ, *(file.name for file in _secret_files())]
    given = [name for name in named if name.upper().startswith(_PREFIX) and not name.startswith(f"{_PREFIX}TEST_")]
    return sorted(name for name in given if name[len(_PREFIX) :].partition("__")[0].lower() not in known)


def _secret_files() -> list[Path]:
    """The files under the names of settings: where systemd and container engines put secrets for a process to read."""
    folders = [Path(name) for name in (os.environ.get("CREDENTIALS_DIRECTORY"), _SECRETS) if name]
    found = [file for folder in folders for file in folder.glob("*") if file.name.upper().startswith(_PREFIX)]
    return sorted(file for file in found if file.is_file())


class _SecretFiles(EnvSettingsSource):
    """Reads such files as if each were a variable."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {file.name.lower(): file.read_text("utf-8").rstrip("\r\n") for file in _secret_files()}


_UNNAMED: Final = (
    "Permits name {} as their issuer, and forms are posted there: set LEADGATE_PUBLIC_URL, for every process, "
    "to how the outside reaches this gateway, like https://leads.example.com."
)

Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Servers = Annotated[tuple[Annotated[str, AfterValidator(_server)], ...], NoDecode, BeforeValidator(_split)]


class Limits(BaseModel):
    """What one request or one source may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body_bytes: int = Field(256 * 1024, description="largest request body in bytes; a batch may be 16 times that")
    batch_items: int = Field(1000, le=1000, description="leads in one POST /v1/leads:batch")
    wait_seconds: float = Field(30, le=60, description="longest `Prefer: wait=N`")
    waiters: int = Field(200, ge=0, le=2000, description="requests of a process that wait at once; others get `202`")
    quarantine_days: int = Field(30, description="days until quarantined raw bytes can no longer be opened")
    quarantine_rows: int = Field(10_000, description="quarantined bodies kept per source; over it they are counted")
    form_per_minute: int = Field(30, description="form posts per minute and client address")
    connections: int = Field(1000, ge=10, description="connections at once; over it the slowest client loses its own")
    head_seconds: float = Field(10, gt=0, description="how long the headers of a request may take to arrive")
    body_seconds: float = Field(30, gt=0, description="how long its body may take after them; then 408")
    idempotency_hours: int = Field(24, description="hours an Idempotency-Key is remembered")


class Settings(BaseSettings):
    """How this gateway runs."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        toml_file=FILE,
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Field(Path("leadgate-data"), description="where the database, keys and files live")
    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        None, description="`postgresql://…` for many machines; unset: SQLite in the data directory"
    )
    database_schema: str | None = Field(None, description="PostgreSQL schema; unset: the role's own search path")
    keys_dir: Path | None = Field(None, description="the key store; unset: `keys` in the data directory")
    one_cpu: bool = Field(
        default=True,
        description="on SQLite, keep the server's threads on one CPU at a time: Python runs one of them at a time",
    )
    sequencer_memory: Path | None = Field(
        None, description="the sequencer's memory, one named place; unset: `sequencer` in the data directory"
    )
    public_url: str = Field(
        "http://127.0.0.1:8080",
        min_length=1,
        description="how the outside reaches this gateway; unset, `serve` goes by its `--host` and `--port`",
    )
    country: Annotated[str, AfterValidator(_country)] | None = Field(
        None,
        description="the controller's country, ISO 3166-1 alpha-2; where refusals look for a number that names none",
    )
    controller: str = Field("this company", description="the controller's name, as notices and permits state it")
    dns_servers: Servers = Field((), description="`host:port,…`; unset: the system's")
    dns_control_names: Words = Field(
        ("iana.org", "wikipedia.org"),
        description="two names that exist: while they fail, no negative is believed",
    )
    verification_level: Literal["syntax", "lists", "dns", "smtp", "vendor"] = Field(
        "dns", description="how far e-mail checks go"
    )
    verification_policy: Path | None = Field(
        None, description="a file of one's own in place of the verification policy that comes along"
    )
    mailbox_vendor: str | None = Field(
        None,
        description="the connector that checks mailboxes at level `vendor`, and at `smtp` where we cannot probe",
    )
    trusted_proxies: Words = Field((), description="addresses or networks whose X-Forwarded-For counts")
    allow_private_vendors: Words = Field((), description="`host:port` of vendors inside the own network")
    workers: int = Field(4, ge=1, le=64, description="chunks of work handled at once by one process")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="what is logged")
    limits: Limits = Limits()
    smtp: SmtpSettings = SmtpSettings()
    enrichment: EnrichmentSettings = EnrichmentSettings()
    connectors_folder: Path | None = Field(
        None, description="a folder with manifests of connectors of one's own; no Python is run from there"
    )
    connectors: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        repr=False,
        description="one section per connector: its own settings; of a vendor abroad `transfer`: what carries data; "
        "of one that charges `price`: what a unit costs",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then variables, then secrets in files, then the file."""
        return init_settings, env_settings, _SecretFiles(settings_cls), TomlConfigSettingsSource(settings_cls)

    @property
    def url(self) -> str:
        """The database's address."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'leadgate.db'}"

    @property
    def one_process(self) -> bool:
        """Whether the store is SQLite's file, so that one process does everything."""
        return self.url.startswith("sqlite:")

    @property
    def keys(self) -> Path:
        """Where the key store is."""
        return self.keys_dir or self.data_dir / "keys"

    @property
    def contact(self) -> str:
        """What stands for us where a lead's site is visited: the contact, or where the outside reaches the gateway."""
        return self.enrichment.site_contact or self.public_url

    @property
    def registers_dir(self) -> Path:
        """Where the files of do-not-call registers are."""
        return self.data_dir / "registers"

    @property
    def memory(self) -> Path:
        """Where the sequencer's memory is."""
        return self.sequencer_memory or self.data_dir / "sequencer"

    def served_at(self, url: str) -> tuple[Self, str | None]:
        """These settings for a server that listens at a URL, and what is wrong with its public address, if anything.

        Where no public address was set, the server's own is one for this machine.
        """
        if "public_url" in self.model_fields_set:
            return self, None
        parts = urlsplit(url)
        address = ip_address(parts.hostname or "")
        here = "127.0.0.1" if address.version == 4 else "[::1]"  # noqa: PLR2004 - IPv4
        named = f"http://{here}:{parts.port}" if address.is_unspecified else url
        wrong = None if address.is_loopback and self.one_process else _UNNAMED.format(named)
        return self.model_copy(update={"public_url": named}), wrong

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks whose forwarding headers count."""
        return tuple(ip_network(text, strict=False) for text in self.trusted_proxies)


def load(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        SetupError: naming each setting that cannot be used and why, never its value.
    """
    unknown = _unknown_variables(frozenset(Settings.model_fields))
    if unknown:
        raise SetupError(f"There is no such setting: {', '.join(unknown)}. docs/reference/settings.md lists them.")
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the overrides
    except ValidationError as error:
        lines = [_told(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors()]
        raise SetupError(f"These settings cannot be used: {'; '.join(lines)}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{FILE} is no TOML: {error}.") from None
    except UnicodeDecodeError:
        raise SetupError(f"{FILE}, or a secret in a file, is not in UTF-8: save it so.") from None
    except SettingsError as error:
        field = re.search('field "([a-z_]+)"', str(error))
        name = f"LEADGATE_{field[1].upper()}" if field else "A variable"
        raise SetupError(f"{name} has to be written as JSON, or one value each as {name}__NAME=…") from None
    try:
        settings.proxies  # noqa: B018 - read once here, so that a typo stops the start
    except ValueError:
        raise SetupError("trusted_proxies: addresses or networks like 10.0.0.0/8 are needed") from None
    return settings


def _told(kind: str, place: tuple[int | str, ...], message: str) -> str:
    """Say of one setting what is wrong with it, never what it is."""
    wrong = "there is no such setting" if kind == "extra_forbidden" else message.removeprefix("Value error, ")
    return f"{'.'.join(map(str, place))}: {wrong}"
