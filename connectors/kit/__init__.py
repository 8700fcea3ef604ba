"""What the author of a connector needs, and what the program that asks it needs.

An author takes a manifest's class (`declare`) or a base for one's own (`Declared`, `Batched`), what it is asked with
and answers with (`Query`, `Context`, `Request`, `Reply`, `Answer`, `Observer`), and the readers of replies, names and
values. The host takes the ports that it fills, `VendorHttp`, `OwnSite`, `read_settings` and `ask`. What is about one
subject has a module of its own (`technology`, `web`, `products`), and so has the certificate, which no running gateway
loads (`certificate`, `fixtures`).
"""

from connectors.kit.answer import Answer, record_id
from connectors.kit.batching import Batched
from connectors.kit.calling import CallSpec, ReplySpec
from connectors.kit.classify import classify, units_charged
from connectors.kit.contract import BatchConnector, Connector, Context, HostConnector, ask
from connectors.kit.declared import Declared, observe
from connectors.kit.http import VendorHttp, json_body, json_object
from connectors.kit.kept import Kept
from connectors.kit.loading import declare, manifest_beside
from connectors.kit.manifest import Manifest
from connectors.kit.mapping import search
from connectors.kit.names import Name, read_name, without_form
from connectors.kit.observation import Observation
from connectors.kit.observer import Observer
from connectors.kit.ports import (
    Deadline,
    Dns,
    DnsReply,
    DnsStatus,
    Http,
    Page,
    RecordType,
    Reply,
    Request,
    Secrets,
    Site,
)
from connectors.kit.query import Query
from connectors.kit.reading import read, read_country, read_domain
from connectors.kit.schema import Value
from connectors.kit.settings import HeldSecrets, Plain, Settings, read_settings
from connectors.kit.site import NoSite, OwnSite
from connectors.outcome import LookupOutcome

__all__ = [
    "Answer",
    "BatchConnector",
    "Batched",
    "CallSpec",
    "Connector",
    "Context",
    "Deadline",
    "Declared",
    "Dns",
    "DnsReply",
    "DnsStatus",
    "HeldSecrets",
    "HostConnector",
    "Http",
    "Kept",
    "LookupOutcome",
    "Manifest",
    "Name",
    "NoSite",
    "Observation",
    "Observer",
    "OwnSite",
    "Page",
    "Plain",
    "Query",
    "RecordType",
    "Reply",
    "ReplySpec",
    "Request",
    "Secrets",
    "Settings",
    "Site",
    "Value",
    "VendorHttp",
    "ask",
    "classify",
    "declare",
    "json_body",
    "json_object",
    "manifest_beside",
    "observe",
    "read",
    "read_country",
    "read_domain",
    "read_name",
    "read_settings",
    "record_id",
    "search",
    "units_charged",
    "without_form",
]
