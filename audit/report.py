"""report.html: what happened, lead by lead, for a person; self-contained, no script, written again by the verifier."""

from collections.abc import Mapping
from html import escape
from typing import Any

from audit.encoding import time_text
from audit.manifest import ERASED, MISSING, OPEN, SEALED, STATES, UNREADABLE, Manifest
from audit.rows import Row, plain

MAX_LEADS = 300
MAX_STEPS = 100
_MAX_TEXT = 300
_SHOWN = ("lead_id", "subject_id", "actor", "outcome", "reasons")
_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin-bottom:.3rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;
border-bottom:1px solid #8884}td.n{text-align:right;font-variant-numeric:tabular-nums}
code,pre{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere;white-space:pre-wrap}
.warn{border-left:4px solid #c60;padding:.3rem .8rem}small{opacity:.75}
"""
_STATE_WORDS = {
    OPEN: "opened: the content is shown",
    SEALED: "sealed: the content is proved but not disclosed here",
    ERASED: "erased: a logged receipt says why it cannot be opened any more",
    MISSING: "missing: it cannot be opened and no receipt says why",
    UNREADABLE: "unreadable: it opens, but its content is no JSON object",
}


class Report:
    """Collects rows in one pass: memory for the first leads' steps, and one counter per type and state."""

    def __init__(self) -> None:
        """Start empty."""
        self._types: dict[str, int] = {}
        self._steps: dict[str, list[str]] = {}
        self._unshown_steps = 0
        self._unshown_leads = 0

    def add(self, row: Row, facts: Mapping[str, Any]) -> None:
        """Take in one row and its payload's facts."""
        name = row.type.name
        self._types[name] = self._types.get(name, 0) + 1
        lead = facts.get("lead_id")
        if not isinstance(lead, str):
            return
        steps = self._steps.get(lead)
        if steps is None:
            if len(self._steps) >= MAX_LEADS:
                self._unshown_steps += 1
                self._unshown_leads += name == "lead.received"
                return
            steps = self._steps[lead] = []
        if len(steps) < MAX_STEPS:
            steps.append(_step(row, facts))
        else:
            self._unshown_steps += 1

    def render(self, manifest: Manifest, checkpoint: str) -> bytes:
        """Return the page; it depends on nothing but the rows, the manifest's facts and the checkpoint's text."""
        parts = [
            "<!doctype html>\n<html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width'><title>Audit log export</title>",
            f"<style>{_STYLE}</style>\n<h1>Audit log export</h1>\n",
            _about(manifest),
            _states(manifest),
            self._summary(),
            *self._leads(),
            _proof(manifest, checkpoint),
            "</html>\n",
        ]
        return "".join(parts).encode(errors="backslashreplace")

    def _summary(self) -> str:
        rows = [f"<tr><td>{name}<td class=n>{count}\n" for name, count in sorted(self._types.items())]
        return f"<h2>What happened, by kind</h2>\n<table><tr><th>Event<th>Number\n{''.join(rows)}</table>\n"

    def _leads(self) -> list[str]:
        parts = [f"<h2>What happened, lead by lead ({len(self._steps)} shown)</h2>\n"]
        if self._unshown_steps:
            parts.append(
                f"<p class=warn>{self._unshown_steps} more steps, among them {self._unshown_leads} more received "
                "leads, are in events.csv only.</p>\n"
            )
        for lead, steps in self._steps.items():
            parts.append(f"<h3>Lead <code>{_clip(lead)}</code></h3>\n<table>{''.join(steps)}</table>\n")
        if not self._steps:
            parts.append("<p>No opened entry names a lead.</p>\n")
        return parts


def _step(row: Row, facts: Mapping[str, Any]) -> str:
    said = [plain(facts[each]) for each in ("outcome", "reasons") if facts.get(each)]
    by = f" By {_clip(plain(facts['actor']))}." if facts.get("actor") else ""
    more = "; ".join(f"{name}: {plain(value)}" for name, value in facts.items() if name not in _SHOWN)
    result = f" <b>{_clip(': '.join(said))}</b>" if said else ""
    detail = f"<br><small>{_clip(more)}</small>" if more else ""
    time = row.time[:19].replace("T", " ")
    return f"<tr><td class=n>{row.position}<td>{time}<td>{row.type.sentence}{result}{by}{detail}\n"


def _clip(text: str) -> str:
    return escape(text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…")


def _about(manifest: Manifest) -> str:
    scope = manifest.scope.to_json()
    facts = {
        "Log": manifest.origin,
        "Written": f"{time_text(manifest.generated_at)} by {manifest.generator}",
        "Asked for by": manifest.requester,
        "Purpose": manifest.purpose,
        "Entries": f"{manifest.first} to {manifest.end - 1} of the {manifest.tree_size} in the log",
        "Sequenced from": scope["sequenced_from"] or "the beginning of the log",
        "Sequenced to": scope["sequenced_to"] or "the end of the log",
        "Kinds of event": ", ".join(scope["types"]) or "all",
        "Keys (of subjects)": ", ".join(scope["key_ids"]) or "all",
        "Event time": f"{scope['event_from'] or 'any'} to {scope['event_to'] or 'any'}",
    }
    rows = "".join(f"<tr><th>{name}<td>{escape(value)}\n" for name, value in facts.items())
    return f"<table>{rows}</table>\n"


def _states(manifest: Manifest) -> str:
    counts = [(each, manifest.counts.get(each, 0)) for each in STATES]
    rows = "".join(f"<tr><td>{_STATE_WORDS[name]}<td class=n>{count}\n" for name, count in counts if count)
    return f"<h2>Entries in scope</h2>\n<table>{rows or '<tr><td>none'}</table>\n"


def _proof(manifest: Manifest, checkpoint: str) -> str:
    return (
        "<h2>How to check this export</h2>\n<p>With Python and its <code>cryptography</code> package, offline, and a "
        "verifier and a log key that you got from elsewhere than this file:</p>\n"
        "<pre>python -m audit verify FILE.zip --key '&lt;the log key you trust&gt;'</pre>\n"
        "<p>or, where you trust the file's own copy of the verifier, <code>python verify.py FILE.zip</code>. It checks "
        "that this page says what the log says, that nothing in the range was left out, changed or added, and that the "
        "log's key signed it.</p>\n"
        f"<p>The log's key as this file declares it:</p>\n<pre>{escape(manifest.log_key)}</pre>\n"
        f"<p>The signed checkpoint:</p>\n<pre>{escape(checkpoint)}</pre>\n"
    )


def readme(manifest: Manifest) -> bytes:
    """Return README.txt, written again by the verifier like the report."""
    text = f"""An export of the audit log {manifest.origin}
asked for by {manifest.requester}
for {manifest.purpose}

report.html      what happened, for people: open it in a browser
events.csv       one line per entry in scope, for spreadsheets
events.jsonl     the same with every payload exactly as it was sealed
manifest.json    what this export covers; signed in manifest.sig by the log's key
checkpoint.note  the log's signed state (C2SP checkpoint, RFC 6962 tree)
leaves.bin       every leaf in the range, 121 bytes each, also of entries out of scope
range-proof.txt  proves that these are all the leaves in the range
ciphertexts.bin  what the leaves of the entries in scope hash
openings.jsonl   the keys of the entries disclosed here, one per entry
receipts.jsonl   why erased entries cannot be opened any more, with proofs
verify.py        the verifier in one file

To check it, offline, with Python 3.11 or newer and the package "cryptography":

    python -m audit verify THIS-FILE.zip --key 'LOG KEY'

or "python verify.py THIS-FILE.zip --key 'LOG KEY'". Take the verifier and the key
from somewhere you trust, not from this file. The file must not be unpacked and
packed again: every byte of it is checked. Exit codes: 0 all is proved, 1 something
was changed, 2 something is missing, 3 signed by another key than asked for.
"""
    return text.encode(errors="backslashreplace")
