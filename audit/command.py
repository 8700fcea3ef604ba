"""The command line of the verifier: ``python -m audit verify FILE [--key VKEY] [--json]``."""

import argparse
import json
import mmap
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from audit.checkpoint import NoteKey
from audit.encoding import time_text
from audit.errors import AuditError
from audit.findings import Verdict
from audit.verify import examine

USAGE_ERROR = 64  # sysexits.h: 2 already says "incomplete"
NO_FILE = 66
_EPILOG = (
    "Exit codes: 0 all is proved, 1 something was changed, 2 something is missing, 3 another key, 64 usage, 66 no file."
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Verify a file, print the verdict, return the exit code."""
    parser = _Parser(prog="audit", description="Proves an export of a Leadgate audit log, offline.", epilog=_EPILOG)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    verify = commands.add_parser("verify", help="prove that a file is whole, complete and signed", epilog=_EPILOG)
    verify.add_argument("file", type=Path, help="the ZIP file of `leadgate audit export`")
    verify.add_argument("--key", metavar="VKEY", help="the log's key as you trust it: name+id+base64")
    verify.add_argument("--json", action="store_true", help="print the verdict as JSON")
    options = parser.parse_args(arguments)
    try:
        key = None if options.key is None else NoteKey.parse(options.key)
        with options.file.open("rb") as file:
            verdict = _examined(file.fileno(), key)
    except AuditError as error:
        sys.stderr.write(f"--key: {error}\n")
        return USAGE_ERROR
    except OSError as error:
        sys.stderr.write(f"{options.file}: {error.strerror}\n")
        return NO_FILE
    show = _as_json if options.json else _as_text
    sys.stdout.write(show(verdict, str(options.file)) + "\n")
    return verdict.exit_code


def _examined(descriptor: int, key: NoteKey | None) -> Verdict:
    try:
        mapped = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    except ValueError:  # an empty file cannot be mapped
        return examine(b"", key=key)
    with mapped:
        return examine(mapped, key=key)


def _as_json(verdict: Verdict, file: str) -> str:
    manifest = verdict.manifest
    document = {
        "file": file,
        "verified": not verdict.findings,
        "exit_code": verdict.exit_code,
        "findings": [
            {
                "kind": each.gravity.name.lower(),
                "where": each.where,
                "offset": each.offset,
                "entry": each.entry,
                "message": each.message,
            }
            for each in verdict.findings
        ],
        "warnings": list(verdict.warnings),
        "counts": dict(verdict.counts),
        "origin": manifest and manifest.origin,
        "log_key": manifest and manifest.log_key,
        "tree_size": manifest and manifest.tree_size,
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _as_text(verdict: Verdict, file: str) -> str:
    manifest = verdict.manifest
    lines = [f"{file}: {'proved' if not verdict.findings else 'NOT PROVED'}"]
    lines += [f"  wrong: {each}" for each in verdict.findings]
    lines += [f"  note:  {each}" for each in verdict.warnings]
    if manifest is not None:
        counts = ", ".join(f"{count} {name}" for name, count in verdict.counts.items() if count)
        lines += [
            f"  log:   {manifest.origin}, {manifest.tree_size} entries under the signed checkpoint",
            f"  range: entries {manifest.first} to {manifest.end - 1}: {counts}",
            f"  made:  {time_text(manifest.generated_at)} for {manifest.requester}, purpose: {manifest.purpose}",
            f"  key:   {manifest.log_key}",
        ]
    return "\n".join(lines)
