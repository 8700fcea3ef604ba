"""The mailbox plug-ins: whether there is a mailbox behind an address, by the word of a vendor.

A plug-in is one file here with one class `Plugin` (`connectors.kit.Connector`) whose manifest says `kind="mailbox"`
and has the file's name as id, or an entry point in the group `leadgate.connectors`. It is asked with `person.email`
and answers with `mailbox.finding` where it can tell in our words, or with the vendor's own words in `mailbox.words`.
Enrichment never asks it: verification does, where the setting `mailbox_vendor` names it.
"""

import sys
from collections.abc import Mapping

from connectors.kit import Connector, discovery


def discover() -> Mapping[str, type[Connector]]:
    """Returns the connectors of this kind by id; raises BadPlugin, naming the plug-in that is wrong."""
    return discovery.discover(sys.modules[__name__], "mailbox")
