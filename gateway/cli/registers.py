"""`leadgate registers`: do-not-call registers, imported from their own downloads and looked up on this machine."""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli import output
from gateway.cli.output import Json
from gateway.cli.session import perform
from gateway.cli.values import country
from gateway.errors import Invalid, SetupError
from gateway.settings import Settings, load
from gateway.verification.model import Validity
from gateway.verification.numbering.hints import region_hints
from gateway.verification.phone import judge
from gateway.verification.probes.register_file import Header
from gateway.verification.probes.register_import import Imported, Source, import_register
from gateway.verification.probes.registers import Entry, Registers
from gateway.verification.registers import RULES, Register, RegisterState

_ANSWERS: Final[Mapping[str, bool]] = {"listed": True, "not_listed": False}

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_(
    register: Annotated[str, typer.Argument(help="us_dnc, uk_tps, uk_ctps or au_dncr.")],
    file: Annotated[Path, typer.Argument(help="The register's own download, unpacked.")],
    *,
    dated: Annotated[str, typer.Option("--date", help="The day on which the register made it, like 2026-10-01.")],
    answer: Annotated[
        str | None,
        typer.Option(help="au_dncr, for a list without flags: what it says of its numbers, listed or not_listed."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a register. Numbers are kept as keyed hashes; a line that cannot be read is named and stops no other."""
    source = Source(register=_register(register), path=file, dated=_date(dated), listed=_answer(register, answer))
    settings = load()
    keys = keys_of(settings)
    generation = max(keys)
    screen = sys.stderr.isatty() and not as_json
    done = import_register(
        source,
        settings.registers_dir,
        generation=generation,
        key=keys[generation],
        tell=lambda lines: print(f"{lines:,} lines", file=sys.stderr) if screen else None,
        note=_note,
    )
    if as_json:
        output.print_json(_imported(done))
    else:
        _say(done)
    if done.unread:
        raise Invalid(f"{done.unread} lines could not be read; all others are imported.")


@app.command("list")
def list_(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Read every file to its end, and find what is damaged.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the register files, the newest of each register first, and whether they are new enough."""
    today = datetime.now(UTC).date()
    entries = _open(load()).entries(thoroughly=check)
    rows = [_row(each, today) for each in entries]
    if as_json:
        output.print_json(rows)
        return
    columns = {"file": "file", "date": "date", "state": "state", "listed": "listed", "areas": "areas", "why": "why"}
    output.print_rows(rows, columns, empty="No register is imported: every number is not_checked.")


@app.command()
def check(
    number: Annotated[str, typer.Argument(help="A phone number.")],
    *,
    region: Annotated[str | None, typer.Option(help="The country whose national form it has, like GB.")] = None,
    as_json: Json = False,
) -> None:
    """Ask the registers of a number's country."""
    now = datetime.now(UTC)
    found = judge(number, regions=region_hints(told=None if region is None else country(region)), now=now)
    read = found.evidence
    if read.e164 is None or found.verdict is Validity.INVALID:  # its registers would say nothing of whoever was meant
        raise Invalid("This is no number that could be read: write it with + and its country code, or give --region.")
    answers = _open(load()).ask(read.e164, read.region, now=now)
    rows = [
        {"register": each.register.value, "date": None if each.dated is None else str(each.dated), "state": each.state}
        for each in answers
    ]
    if as_json:
        output.print_json(rows)
        return
    output.print_rows(
        rows, {"register": "register", "state": "state", "date": "date"}, empty="No register here lists its country."
    )


@app.command()
def remove(
    file: Annotated[str, typer.Argument(help="The file's name, as `list` shows it.")], *, as_json: Json = False
) -> None:
    """Remove a register file, once a newer one replaces it."""
    _open(load()).remove(file, note=lambda: perform("registers.removed", file=file))
    if as_json:
        output.print_json({"file": file})
    else:
        output.say(f"{file} is removed.")


def _note(name: str, header: Header) -> None:
    """Have the audit log say that a file comes in, before it does."""
    facts = {"file": name, "records": header.records, "listed": header.listed, "index_sha256": header.index_sha256}
    perform("registers.imported", facts=facts)


def keys_of(settings: Settings) -> Mapping[int, bytes]:
    """Read the keys of registers from the gateway that is set up here.

    Raises:
        SetupError: there is none.
        KeyStoreError: its key store cannot be read, or others may read it too.
    """
    # Imported here: the wiring is heavy, and help needs none of it.
    from gateway.wiring import register_keys  # noqa: PLC0415 - as above

    _check_founded(settings)
    return register_keys(settings)


def _open(settings: Settings) -> Registers:
    from gateway.wiring import open_registers  # noqa: PLC0415 - as above

    _check_founded(settings)
    return open_registers(settings)


def _check_founded(settings: Settings) -> None:
    """Check that there is a key store; raise SetupError: looking makes none."""
    if not (settings.keys / "keyring.json").exists():
        raise SetupError(
            f"There is no key store in {settings.keys}: name the gateway's directory with LEADGATE_DATA_DIR, "
            "or begin one with `leadgate sources add`."
        )


def _register(name: str) -> Register:
    try:
        return Register(name.lower())
    except ValueError:
        raise Invalid(f"There is no such register: it is one of {', '.join(Register)}.") from None


def _date(text: str) -> date:
    try:
        dated = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Invalid("A date is written like 2026-10-01.") from None
    if dated > datetime.now(UTC).date() + timedelta(days=1):  # it may be tomorrow in Australia
        raise Invalid("The date lies ahead: give the day on which the register made the file.")
    return dated


def _answer(register: str, answer: str | None) -> bool | None:
    if answer is None:
        return None
    if not RULES[_register(register)].asked:
        raise Invalid("Only a list of au_dncr needs an answer: the other registers hand out what they list.")
    if answer not in _ANSWERS:
        raise Invalid(f"An answer is one of {', '.join(_ANSWERS)}.")
    return _ANSWERS[answer]


def _imported(done: Imported) -> dict[str, Any]:
    header = done.header
    return {
        "file": done.name,
        "lines": done.lines,
        "records": 0 if header is None else header.records,
        "listed": 0 if header is None else header.listed,
        "areas": None if header is None or header.areas is None else sorted(header.areas),
        "unread": done.unread,
        "first_unread": done.first_unread,
    }


def _say(done: Imported) -> None:
    told = _imported(done)
    output.say(f"{told['file']}: {told['records']} numbers out of {done.lines} lines, {told['listed']} of them listed.")
    if done.unread:
        output.say(
            f"Lines that could not be read, the first of {done.unread}: {', '.join(map(str, done.first_unread))}."
        )


def _row(entry: Entry, today: date) -> dict[str, Any]:
    header = entry.header
    if header is None:
        return {"file": entry.name, "state": "unusable", "why": entry.why}
    old = (today - header.dated).days > RULES[header.register].days
    return {
        "file": entry.name,
        "register": header.register.value,
        "date": header.dated.isoformat(),
        "state": RegisterState.STALE.value if old else "current",
        "records": header.records,
        "listed": header.listed,
        "areas": None if header.areas is None else len(header.areas),
        "why": f"{header.unread} lines could not be read: numbers not in it are not_checked" if header.unread else None,
    }
