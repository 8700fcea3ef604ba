"""`leadgate audit`: the log, exported and proved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from audit.command import main as verify_main
from gateway.cli import output
from gateway.cli.files import words_of
from gateway.cli.output import Json
from gateway.cli.session import perform
from gateway.errors import Invalid

app = typer.Typer(no_args_is_help=True)


@app.command()
def export(  # noqa: PLR0913 - one option per thing that an export can be asked for
    *,
    out: Annotated[Path, typer.Option(help="The ZIP file to write.")],
    begin: Annotated[str | None, typer.Option("--from", help="Sequenced at this time or later, RFC 3339.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Sequenced before this time, RFC 3339.")] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help="Only entries of this type.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only one person: a subject's id, or an e-mail address.")] = None,
    opened: Annotated[bool, typer.Option("--open", help="Disclose the sealed content; needs --purpose.")] = False,
    purpose: Annotated[str | None, typer.Option(help="What it is for; it stands in the file and in the log.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write the log, or a part of it, to a file that proves itself. The export itself stands in the log."""
    if out.exists() and not force:
        raise Invalid(f"{out} is there already, and may be somebody's proof: name another file, or add --force.")
    if not out.absolute().parent.is_dir():
        raise Invalid(f"There is no folder {out.absolute().parent}: make it, or name another.")
    made = perform(
        "audit.export",
        out=str(out.absolute()),
        begin=begin,
        end=end,
        types=words_of(types),
        subject=subject,
        opened=opened,
        purpose=purpose,
    )
    if as_json:
        output.print_json(made)
        return
    counts = made["counts"]
    noun = "entry" if counts["in_scope"] == 1 else "entries"
    output.say(f"{out}: {counts['in_scope']} {noun}, under the signed checkpoint of {made['tree_size']}.")
    _warn(made, out)
    output.say(f"The log's key, for whoever checks it: {made['log_key']}")
    output.say(f"Prove it anywhere, without this gateway: python -m audit verify {out}")


def _warn(made: Mapping[str, Any], out: Path) -> None:
    """Say of an export what its reader must know."""
    if not made["signing"]:
        output.warn(
            "Nobody signs the log now: the file ends at its newest signed checkpoint, before this export's own entry. "
            "leadgate serve signs it, on PostgreSQL leadgate sequencer; where these refuse to, their log says why."
        )
    if missing := made["counts"]["missing"]:
        noun = "entry is" if missing == 1 else "entries are"
        output.warn(f"{missing} {noun} destroyed evidence: leadgate audit verify {out} says which.")
    if made["edited"]:
        output.warn("The log's tables were edited beside the leaves, which this file is made of; leadgate audit check.")


@app.command()
def check(*, as_json: Json = False) -> None:
    """Compare what the log's tables say in clear with what is signed, and name each column that was edited.

    Compared are, with the leaf of each entry, audit_entries (leaf, event_id, type, at); with the leaf and payload that
    close a batch and the signed note over it, audit_tree (size, fence, root, range, at); with its note and the leaf of
    its batch, audit_checkpoints (note, size, at). A leaf must read, and a note must be signed by the log's key.

    Not compared are the order of entries, payloads and inner hashes: an export, a proof or the sequencer finds those
    that were changed. Nor is what other tables hold, like the suppression list: an opened export says what was added
    to it and when, for whoever wants to compare. Look-ups, --from and --to go by the columns above, and so does the
    outbox to know what is signed.
    """
    rows = perform("audit.check")
    if as_json:
        output.print_json(rows)
    else:
        columns = {"table": "table", "row": "row", "column": "column"}
        output.print_rows(rows, columns, empty="Every column says what is signed.")
    if rows:
        noun = "1 column was" if len(rows) == 1 else f"{len(rows)} columns were"
        raise Invalid(
            f"{noun} edited in the database: find out who may write its tables, and restore them from a backup."
        )


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The ZIP file of an export.")],
    *,
    key: Annotated[str | None, typer.Option(help="The log's key as you trust it.")] = None,
    as_json: Json = False,
) -> None:
    """Prove an export: the same as python -m audit verify FILE, with its exit codes."""
    arguments = ["verify", str(file)]
    arguments += ["--key", key] if key is not None else []
    arguments += ["--json"] if as_json else []
    raise typer.Exit(verify_main(arguments))
