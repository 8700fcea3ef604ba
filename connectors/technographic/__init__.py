"""The technographic plug-ins: what a company uses: mail, hosting, software.

A plug-in is one file here with one class `Plugin` (`connectors.kit.Connector`) whose manifest says
`kind="technographic"` and has the file's name as id, or an entry point in the group
`leadgate.connectors`. Nothing names a plug-in outside its file and its test: adding one is a file and a test,
removing it is `rm` of both.
"""

import sys
from collections.abc import Mapping

from connectors.kit import Connector, discovery


def discover() -> Mapping[str, type[Connector]]:
    """Returns the connectors of this kind by id; raises BadPlugin, naming the plug-in that is wrong."""
    return discovery.discover(sys.modules[__name__], "technographic")
