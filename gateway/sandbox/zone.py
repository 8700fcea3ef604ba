"""The sandbox's DNS names: records and fault scripts, read from a YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gateway.errors import SetupError

ORIGIN: Final = dns.name.root


class Fault(StrEnum):
    """What can go wrong with a question; `ok` is the honest answer."""

    OK = "ok"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    NULL_MX = "null_mx"
    DROP = "drop"
    """No answer at all: the asker runs into its deadline."""
    DELAY = "delay"
    """The honest answer, `delay` seconds late."""
    TRUNCATED = "truncated"
    """TC over UDP, the whole answer over TCP."""
    GARBAGE = "garbage"
    """Bytes that are no DNS message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name: its records by type, and the steps of its fault script, one per question; the last one stays."""

    records: Mapping[dns.rdatatype.RdataType, dns.rdataset.Rdataset]
    script: tuple[Fault, ...] = (Fault.OK,)
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """All names the sandbox answers for; any other name does not exist."""

    names: Mapping[dns.name.Name, Name]

    def exists(self, name: dns.name.Name) -> bool:
        """Whether the name is there, or any name below it (RFC 8020)."""
        return name in self.names or any(each.is_subdomain(name) for each in self.names)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


_Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
_Script = Annotated[tuple[Fault, ...], BeforeValidator(_as_list), Field(min_length=1)]


class _NameFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    A: _Texts = ()
    AAAA: _Texts = ()
    CNAME: _Texts = ()
    MX: _Texts = ()
    NS: _Texts = ()
    SOA: _Texts = ()
    TXT: _Texts = ()
    SRV: _Texts = ()
    CAA: _Texts = ()
    PTR: _Texts = ()
    fault: _Script = (Fault.OK,)
    delay: float = Field(0.0, ge=0, le=60)


class _ZoneFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1, le=1)
    ttl: int = Field(300, ge=0, le=86_400)
    names: dict[str, _NameFile]


def load_zone(path: Path | None = None) -> Zone:
    """Read a zone file; without a path, the one that comes with the sandbox.

    Raises:
        SetupError: the file cannot be read, or holds a name or record that DNS does not know.
    """
    source = files("gateway.sandbox") / "zone.yaml" if path is None else path
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The zone file {source} cannot be read: {error}") from None
    return parse_zone(text)


def parse_zone(text: str) -> Zone:
    """Read the text of a zone file.

    Raises:
        SetupError: it is not YAML, or holds a name or record that DNS does not know.
    """
    try:
        read = _ZoneFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise SetupError(f"The zone file is not YAML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise SetupError(f"The zone file is not right: {faults}") from None
    names = dict(_name(owner, given, read.ttl) for owner, given in read.names.items())
    return Zone(names=MappingProxyType(names))


def _name(owner: str, given: _NameFile, ttl: int) -> tuple[dns.name.Name, Name]:
    fields: dict[str, Any] = given.model_dump(exclude={"fault", "delay"})
    try:
        name = dns.name.from_text(owner, ORIGIN).canonicalize()
        records = {
            dns.rdatatype.from_text(rtype): dns.rdataset.from_text("IN", rtype, ttl, *texts)
            for rtype, texts in fields.items()
            if texts
        }
    except dns.exception.DNSException as error:
        raise SetupError(f"The zone file has a bad record at {owner}: {error}") from None
    return name, Name(records=MappingProxyType(records), script=given.fault, delay=given.delay)
