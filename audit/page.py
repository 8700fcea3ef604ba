"""What report.html is in every format of an export: its frame, what it covers, how to check it; and README.txt."""

from collections.abc import Iterable, Mapping
from html import escape

from audit.encoding import time_text
from audit.manifest import ERASED, MISSING, OPEN, SEALED, STATES, UNREADABLE, Manifest

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


def page(manifest: Manifest, checkpoint: str, body: Iterable[str], *, style: str = "") -> bytes:
    """Return report.html: what the export covers, what the format itself has to say, and how to check it."""
    parts = [
        "<!doctype html>\n<html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'><title>Audit log export</title>",
        f"<style>{_STYLE}{style}</style>\n<h1>Audit log export</h1>\n",
        _about(manifest),
        _states(manifest),
        *body,
        _proof(manifest, checkpoint),
        "</html>\n",
    ]
    return "".join(parts).encode(errors="backslashreplace")


def kinds(numbers: Mapping[str, int]) -> str:
    """Return how many entries of each type there are."""
    rows = [f"<tr><td>{name}<td class=n>{count}\n" for name, count in sorted(numbers.items())]
    return f"<h2>What happened, by kind</h2>\n<table><tr><th>Event<th>Number\n{''.join(rows)}</table>\n"


def _about(manifest: Manifest) -> str:
    """Return the table of who asked for what."""
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
    """Return how many entries in scope are open, sealed, erased or missing."""
    counts = [(each, manifest.counts.get(each, 0)) for each in STATES]
    rows = "".join(f"<tr><td>{_STATE_WORDS[name]}<td class=n>{count}\n" for name, count in counts if count)
    return f"<h2>Entries in scope</h2>\n<table>{rows or '<tr><td>none'}</table>\n"


def _proof(manifest: Manifest, checkpoint: str) -> str:
    """Return how to check the export, with the log's key and checkpoint."""
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
