"""Asking connectors for what they know, within a budget, a deadline and the vendors' own limits.

    Plan         which connectors in which order, from the settings; free ones first
    Goal         which fields are wanted, and what of it is still open
    Engine       one question through the plan: observations, calls made, connectors skipped and why
    identity     whether an answer is about the lead's company; asked before anything is taken over
    LeadEnricher the journey's port over the engine: a lead in, its look-up out
    VendorMailboxes  verification's mailbox check by a vendor, over the same asker
    merge        the golden record: a pure function of observations and a policy; `jsonld` writes it for others

The engine asks through Protocols (`ports`): rate windows and call records that all workers share, and a cache.
`memory` holds the windows of a gateway in one process, which writes quotas down; `storage` holds the rest. Each passes
the suites in `tests/conformance/enrichment`.
"""

from gateway.enrichment.engine import Engine
from gateway.enrichment.goal import Goal, Want
from gateway.enrichment.leads import LeadEnricher
from gateway.enrichment.mailboxes import VendorMailboxes
from gateway.enrichment.memory import MemoryWindows
from gateway.enrichment.merge import HUMAN, Field, Loser, Lost, merge
from gateway.enrichment.model import Call, Enriched, Question, Skip, Skipped
from gateway.enrichment.plan import Installed, Plan, install, mailbox_vendor
from gateway.enrichment.ports import Cache, Calls, Quotas, Windows
from gateway.enrichment.site import LeadSite
from gateway.enrichment.transport import ClientHttp

__all__ = [
    "HUMAN",
    "Cache",
    "Call",
    "Calls",
    "ClientHttp",
    "Engine",
    "Enriched",
    "Field",
    "Goal",
    "Installed",
    "LeadEnricher",
    "LeadSite",
    "Loser",
    "Lost",
    "MemoryWindows",
    "Plan",
    "Question",
    "Quotas",
    "Skip",
    "Skipped",
    "VendorMailboxes",
    "Want",
    "Windows",
    "install",
    "mailbox_vendor",
    "merge",
]
