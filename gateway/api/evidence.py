"""Evidence as those who may read the ledger are shown it: page, address, browser, and what was served."""

from collections.abc import Mapping
from typing import Any

from gateway.lead import Circumstances, Evidence, Personal


def evidence_shown(kept: Evidence) -> Mapping[str, Any]:
    """What stands beside a consent, in clear."""
    return {
        "form_url": _shown(kept.form_url),
        "ip": _shown(kept.ip),
        "user_agent": _shown(kept.user_agent),
        "certificate_url": _shown(kept.certificate_url),
        "served_at": kept.served_at,
    }


def circumstances_shown(came: Circumstances) -> Mapping[str, Any]:
    """How an inquiry came in, in clear."""
    notice = came.notice_id
    if notice is not None and came.notice_version is not None:
        notice = f"{notice}@{came.notice_version}"
    return {**evidence_shown(came.evidence), "origin": _shown(came.origin), "notice": notice}


def _shown(value: Personal | None) -> str | None:
    return None if value is None else value.reveal()
