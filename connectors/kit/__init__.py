"""What a connector may use: contract, manifest, values, the HTTP, DNS and site ports, and the certificate."""

from connectors.kit.answer import Answer
from connectors.kit.classify import classify, units_charged
from connectors.kit.contract import Connector, Context, ask
from connectors.kit.http import VendorHttp, json_body, json_object
from connectors.kit.manifest import Manifest
from connectors.kit.observation import Observation
from connectors.kit.observer import Observer
from connectors.kit.ports import Deadline, Dns, DnsReply, DnsStatus, Http, Page, Reply, Request, Secrets, Site
from connectors.kit.query import Query
from connectors.kit.settings import HeldSecrets, Plain, Settings, read_settings
from connectors.kit.site import NoSite, OwnSite
from connectors.outcome import LookupOutcome

__all__ = [
    "Answer",
    "Connector",
    "Context",
    "Deadline",
    "Dns",
    "DnsReply",
    "DnsStatus",
    "HeldSecrets",
    "Http",
    "LookupOutcome",
    "Manifest",
    "NoSite",
    "Observation",
    "Observer",
    "OwnSite",
    "Page",
    "Plain",
    "Query",
    "Reply",
    "Request",
    "Secrets",
    "Settings",
    "Site",
    "VendorHttp",
    "ask",
    "classify",
    "json_body",
    "json_object",
    "read_settings",
    "units_charged",
]
