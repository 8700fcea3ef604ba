"""`leadgate suppressions`: who must not be reached."""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from consent.suppression import SuppressionKind
from gateway.cli import output
from gateway.cli.files import read_text
from gateway.cli.output import Json
from gateway.cli.session import perform
from gateway.errors import Invalid
from gateway.verification.addresses import is_address

_SHORT: Final[Mapping[str, SuppressionKind]] = {
    "email": SuppressionKind.EMAIL_CANONICAL,
    "phone": SuppressionKind.PHONE_E164,
}
"""What may be written for short; the kinds themselves are called as over HTTP."""

_FEWEST: Final = 4
"""Digits that a number has at least: 1-800-FLOWERS."""
_ENOUGH: Final = 6
"""Digits that a number has behind words, or before them."""
_HOST: Final = re.compile(r"\S+[.\u3002][^\W\d_]\S*")
"""A domain ends in a label of letters."""
_NUMBER: Final = re.compile(r"[^\w@]*\d[^\s.]*\Z|[^\w@]*\d[\d\W]*\Z")
_WORDS: Final = re.compile(r".*\s|[^\W\d_]+[^\w@]", re.DOTALL)
_CHUNK: Final = 10_000
"""Lines that are handed over at once, so that a file of any size fits through."""
_SHOWN: Final = 20

app = typer.Typer(no_args_is_help=True)

Kind = Annotated[
    str | None,
    typer.Option(
        help="email_canonical (short: email), email_exact, phone_e164 (short: phone), domain; else as the value looks."
    ),
]
Purpose = Annotated[str | None, typer.Option(help="Only for this purpose; every purpose when not given.")]
Channel = Annotated[str | None, typer.Option(help="Only on this channel; every channel when not given.")]
Reason = Annotated[str, typer.Option(help="Why, in one word like legal_hold; it stands in clear.")]

WholeProvider = Annotated[
    bool, typer.Option("--whole-provider", help="A mail provider's domain is meant, with everybody there.")
]


@app.command()
def add(
    value: Annotated[str, typer.Argument(help="An e-mail address, a number with + and country code, or a domain.")],
    *,
    kind: Kind = None,
    purpose: Purpose = None,
    channel: Channel = None,
    reason: Reason = "by_hand",
    whole_provider: WholeProvider = False,
    as_json: Json = False,
) -> None:
    """Put somebody on the suppression list; when this ends, it is in force. Only a keyed hash is kept."""
    against = {"purpose": purpose, "channel": channel, "whole_provider": whole_provider}
    done = perform("suppressions.add", kind=_kind(kind, value), value=value, reason=reason, **against)
    if as_json:
        output.print_json(done)
        return
    output.say("It is on the list.")
    for flying in done["in_flight"]:
        output.say(f"Was already under way: {flying['delivery_id']} to {flying['destination']} ({flying['outcome']}).")


@app.command()
def check(
    value: Annotated[str, typer.Argument(help="An e-mail address, a number with + and country code, or a domain.")],
    *,
    kind: Kind = None,
    as_json: Json = False,
) -> None:
    """Ask whether a contact point stands on the suppression list."""
    rows = perform("suppressions.check", kind=_kind(kind, value), value=value)
    if as_json:
        output.print_json(rows)
        return
    columns = {"id": "entry", "kind": "kind", "purpose": "purpose", "channel": "channel", "reason": "reason"}
    output.print_rows(rows, {**columns, "created_at": "since"}, empty="It is not on the list.")


@app.command()
def lift(
    value: Annotated[str, typer.Argument(help="What stands on the list: an e-mail address, a number, or a domain.")],
    *,
    reason: Reason,
    kind: Kind = None,
    entry: Annotated[str | None, typer.Option(help="Only this entry, su_…, as `check` shows it.")] = None,
    as_json: Json = False,
) -> None:
    """Take somebody off the suppression list; what they said themselves stands in their consent ledger all the same."""
    rows = perform("suppressions.lift", kind=_kind(kind, value), value=value, entry=entry, reason=reason)
    if as_json:
        output.print_json(rows)
        return
    for each in rows:
        output.say(f"{each['id']} ({each['kind']}, {each['reason']}) stands no more.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="One value a line, or CSV with the columns kind and value.")],
    *,
    purpose: Purpose = None,
    channel: Channel = None,
    reason: Reason = "import",
    whole_provider: WholeProvider = False,
    as_json: Json = False,
) -> None:
    """Put a file of contact points on the suppression list. A line that cannot be used is named and stops no other."""
    entries = _entries(read_text(file))
    total: dict[str, Any] = {"added": 0, "standing": 0, "refused": [], "in_flight": []}
    for start in range(0, len(entries), _CHUNK):
        chunk = entries[start : start + _CHUNK]
        against = {"purpose": purpose, "channel": channel, "whole_provider": whole_provider}
        done = perform("suppressions.import", entries=chunk, reason=reason, **against)
        total = {name: said + done[name] for name, said in total.items()}
    if as_json:
        output.print_json(total)
    else:
        known = f"; {total['standing']} were there before" if total["standing"] else ""
        output.say(f"{total['added']} of {len(entries)} lines are new on the list{known}.")
        for each in total["refused"][:_SHOWN]:
            output.say(f"  line {each['line']}: {each['why']}")
    if total["refused"]:
        raise Invalid(f"{len(total['refused'])} lines could not be used; repair them and import the file again.")


def _entries(text: str) -> list[dict[str, Any]]:
    rows = csv.reader(io.StringIO(text), skipinitialspace=True)
    found, columns = [], None
    for line, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if columns is None and "value" in [cell.lower() for cell in cells]:
            columns = [cell.lower() for cell in cells]
            continue
        named = dict(zip(columns or ["value"], cells, strict=False))
        value = named.get("value", "")
        try:
            kind = _kind(named.get("kind") or None, value)
        except Invalid as error:
            raise Invalid(f"Line {line}: {error}") from None
        found.append({"line": line, "kind": kind, "value": value})
    return found


def _like_a_number(value: str) -> bool:
    """Whether a value is a number, with whatever words, and no domain or IP address."""
    text, digits = value.strip(), sum(map(str.isdecimal, value))
    if text.startswith(("+", "\uff0b")):
        return True
    if digits < _FEWEST or _HOST.fullmatch(text) is not None or is_address(text):
        return False
    return _NUMBER.match(text) is not None or (digits >= _ENOUGH and _WORDS.match(text) is not None)


def _kind(given: str | None, value: str) -> str:
    if given is None:
        given = "email" if "@" in value.strip("@ ") else "phone" if _like_a_number(value) else "domain"
    name = given.lower()
    try:
        return (_SHORT.get(name) or SuppressionKind(name)).value
    except ValueError:
        kinds = ", ".join(SuppressionKind)
        raise Invalid(f"There is no kind of this name: it is one of {kinds}, or email or phone for short.") from None
