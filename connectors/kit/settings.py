"""Reading a connector's settings against its manifest, with the secrets kept apart."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final, cast

from connectors.errors import BadSettings
from connectors.kit.manifest import Manifest, Setting
from connectors.kit.template import Values

Plain = str | int | bool | Mapping[str, str]
"""A setting's value: `mapping` settings are text to text."""

TRANSFER = "transfer"
"""The setting that every vendor abroad has beside its own: what carries data there (GDPR Art. 44-49)."""
PRICE: Final = "price"
"""The setting of every connector whose manifest names a currency: what one unit costs by the operator's contract."""
_DEAREST: Final = 100_000

_TYPES: Mapping[str, type] = MappingProxyType({"text": str, "path": str, "host": str, "integer": int, "boolean": bool})
_INTEGER: Final = re.compile("-?[0-9]{1,18}")
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")
"""A name of two labels at least, and never an address: the last label begins with a letter (RFC 1123 2.1)."""

_WORDS: Mapping[str, bool] = MappingProxyType(
    {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
)


class HeldSecrets:
    """Secrets in memory; nothing prints them. Implements `kit.Secrets`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def read(self, name: str) -> str:
        """Returns the secret; KeyError when it is not set."""
        return self._values[name]

    def __repr__(self) -> str:
        return f"HeldSecrets({', '.join(sorted(self._values))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A connector's settings: `plain` goes to the connector, `secrets` only to the part that sends.

    `transfer` is what the operator says carries data to the vendor abroad, one of the manifest's; None: not said.
    `price` is what one unit costs by the operator's contract, in the manifest's currency; None: as the manifest says.
    `hosts` are those of the operator's own that calls may reach. `values` is what `${setting.name}` stands for.
    """

    plain: Mapping[str, Plain]
    secrets: HeldSecrets = field(repr=False)
    values: Values
    transfer: str | None = None
    price: Decimal | None = None
    hosts: frozenset[str] = frozenset()


def read_settings(manifest: Manifest, raw: Mapping[str, object]) -> Settings:
    """Checks settings as they came from the environment or a file.

    Args:
        manifest: whose `spec` they must fit.
        raw: name to value; numbers, booleans and tables (as JSON) may be text, as the environment gives them. None
            and an empty text are no value: the setting is not set.

    Raises:
        BadSettings: a setting is unknown, missing or has another type; the message holds no value.
    """
    _check_names(manifest, raw)
    given = {name: value for name, value in raw.items() if value is not None and value != ""}
    plain: dict[str, Plain] = {}
    secrets: dict[str, str] = {}
    for name, setting in manifest.spec.items():
        value = given.get(name, setting.default)
        if value is None or value == "":
            if setting.required:
                raise BadSettings(manifest.id, name, "it is needed")
        elif setting.secret:
            secrets[name] = _secret(manifest.id, name, value)
        else:
            plain[name] = _read(manifest.id, name, setting, value)
    hosts = frozenset(str(plain[name]) for name, each in manifest.spec.items() if each.type == "host" and name in plain)
    return Settings(
        plain=MappingProxyType(plain),
        secrets=HeldSecrets(secrets),
        values=setting_values(plain),
        transfer=_transfer(manifest, given[TRANSFER]) if TRANSFER in given else None,
        price=_price(manifest.id, given[PRICE]) if PRICE in given else None,
        hosts=hosts,
    )


def setting_values(plain: Mapping[str, Plain]) -> Values:
    """What the placeholders of settings stand for: a switch is `true` or `false`, and a table has no text."""
    texts = {name: _text(value) for name, value in plain.items()}
    return Values(known={f"setting.{name}": text for name, text in texts.items() if text is not None})


def _text(value: Plain) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if isinstance(value, Mapping) else str(value)


def _check_names(manifest: Manifest, names: Iterable[str]) -> None:
    """Refuses settings that the connector does not have."""
    known = {*manifest.spec}
    known |= {TRANSFER} if manifest.compliance.transfer else set()
    known |= {PRICE} if manifest.cost.currency else set()
    for name in names:
        if name not in known:
            raise BadSettings(manifest.id, name, "there is no such setting")


def _transfer(manifest: Manifest, value: object) -> str:
    tools = manifest.compliance.transfer
    if value not in tools:
        raise BadSettings(manifest.id, TRANSFER, f"it must be one of {', '.join(tools)}")
    return str(value)


def _secret(connector: str, name: str, value: object) -> str:
    """A key as it is sent in a header or a URL; what a file adds around it, a line's end say, is left off."""
    secret = value.strip() if isinstance(value, str) else ""
    if not secret or not secret.isascii() or not secret.isprintable():
        raise BadSettings(connector, name, "it must be one line of plain text")
    return secret


def _price(connector: str, value: object) -> Decimal:
    try:
        price = Decimal(str(value).strip())
    except InvalidOperation:
        price = Decimal(-1)
    if isinstance(value, bool) or not price.is_finite() or not 0 <= price <= _DEAREST:
        raise BadSettings(connector, PRICE, "it must be an amount of money, like 0.05")
    return price


def _read(connector: str, name: str, setting: Setting, value: object) -> Plain:
    if setting.type == "mapping":
        return _mapping(connector, name, value)
    read = _from_text(setting, value) if isinstance(value, str) else value
    wanted = _TYPES[setting.type]
    if not isinstance(read, wanted) or (wanted is int and isinstance(read, bool)):
        raise BadSettings(connector, name, f"it must be {setting.type}")
    if setting.choices and read not in setting.choices:
        raise BadSettings(connector, name, f"it must be one of {', '.join(setting.choices)}")
    if setting.type == "host" and not _HOST.fullmatch(str(read)):
        raise BadSettings(connector, name, "it must be a host's name in lower case, like checks.example.com")
    if isinstance(read, int) and not isinstance(read, bool):
        low, high = setting.minimum, setting.maximum
        if (low is not None and read < low) or (high is not None and read > high):
            raise BadSettings(connector, name, f"it must lie between {low} and {high}")
    return cast("Plain", read)


def _from_text(setting: Setting, text: str) -> object:
    if setting.type == "integer":
        return int(text) if _INTEGER.fullmatch(text.strip()) else text
    if setting.type == "boolean":
        return _WORDS.get(text.strip().lower(), text)
    return text


def _mapping(connector: str, name: str, value: object) -> Mapping[str, str]:
    """A table: as a file has it, or as JSON in a variable."""
    try:
        read: object = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, Mapping) or not all(isinstance(each, str) for pair in read.items() for each in pair):
        raise BadSettings(
            connector, name, 'it must be a table of text to text, in a variable as JSON: {"text": "text"}'
        )
    return MappingProxyType(dict(read))
