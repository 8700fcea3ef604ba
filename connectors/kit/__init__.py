"""What a connector may use: contract, manifest, values, the HTTP and DNS ports, and the certificate."""

from connectors.kit.answer import Answer
from connectors.kit.classify import classify, units_charged
from connectors.kit.contract import Connector, Context, ask
from connectors.kit.http import VendorHttp, json_body, json_object
from connectors.kit.manifest import Manifest
from connectors.kit.observation import Observation
from connectors.kit.observer import Observer
from connectors.kit.ports import Deadline, Dns, DnsReply, DnsStatus, Http, Reply, Request, Secrets
from connectors.kit.query import Query
from connectors.kit.settings import HeldSecrets, Plain, Settings, read_settings
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
    "Observation",
    "Observer",
    "Plain",
    "Query",
    "Reply",
    "Request",
    "Secrets",
    "Settings",
    "VendorHttp",
    "ask",
    "classify",
    "json_body",
    "json_object",
    "read_settings",
    "units_charged",
]
