"""The manifest says that fewer kinds were asked for than the files hold."""

from audit.scope import ExportScope
from audit.types import LEAD_DECIDED
from tests.audit.faults import Bundle

EXIT = 1
WHERE = "openings.jsonl"
SAYS = "belong to no entry in scope"


def spoil(bundle: Bundle) -> bytes:
    """Break it."""
    bundle.change(scope=ExportScope(types=frozenset({LEAD_DECIDED.number})))
    return bundle.resigned()
