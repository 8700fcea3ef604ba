"""`leadgate consent`: why something may or may not be done, and whether a permit says so."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from consent.claims import ChannelClaim
from consent.errors import PermitError
from consent.permit import Permit, key_id_of, verify_permit
from consent.times import parse_time
from gateway.cli import output
from gateway.cli.files import read_text
from gateway.cli.leads import print_explained
from gateway.cli.output import Json
from gateway.cli.session import perform
from gateway.errors import Invalid

_KEY_BYTES: Final = 32

app = typer.Typer(no_args_is_help=True)


@app.callback()
def consent() -> None:
    """Ask why something may or may not be done."""


@app.command()
def explain(lead_id: Annotated[str, typer.Argument(help="The lead's id, ld_…")], *, as_json: Json = False) -> None:
    """Explain every decision on a lead in plain words, with its citation and the call that ends a hold."""
    decisions = perform("consent.explain", lead_id=lead_id)
    if as_json:
        output.print_json(decisions)
    else:
        print_explained(lead_id, decisions)


@app.command("verify-permit")
def prove(
    file: Annotated[Path, typer.Argument(help="The permit, as it came in the header leadgate-permit.")],
    *,
    body: Annotated[Path, typer.Option(help="The body that it came with, byte for byte.")],
    keys: Annotated[Path, typer.Option(help="The gateway's keys, as /.well-known/jwks.json gives them.")],
    audience: Annotated[str | None, typer.Option(help="The destination that it must be for.")] = None,
    at: Annotated[
        str | None, typer.Option(help="The time that it must have held at, RFC 3339; now by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove a permit against its body with the gateway's public key, and say what it allows; no gateway is needed."""
    token = read_text(file).strip()
    try:
        key = _key(json.loads(read_text(keys)), key_id_of(token))
        permit = verify_permit(token, key, _time(at), body.read_bytes(), audience=audience)
    except json.JSONDecodeError:
        raise Invalid(f"{keys} is no JSON: save what /.well-known/jwks.json gives.") from None
    except PermitError as error:
        raise Invalid(str(error)) from None
    found = _told(permit)
    if as_json:
        output.print_json(found)
        return
    output.say(f"It holds: {permit.issuer} let {permit.audience} have {permit.lead}, until {found['expires_at']}.")
    for channel, claim in found["channels"].items():
        output.say(f"  {channel}: {claim['may']} ({claim['why']})")


def _key(document: Any, kid: str) -> bytes:  # noqa: ANN401 - JSON types
    """The key of this name in a JSON Web Key Set (RFC 7517, RFC 8037), as 32 raw bytes; raise Invalid."""
    try:
        named = [each["x"] for each in document["keys"] if each["kid"] == kid]
        raw = [base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in named]
    except (KeyError, TypeError, ValueError):  # binascii's errors are of the last kind
        raw = [b""]
    if any(len(each) != _KEY_BYTES for each in raw):
        raise Invalid("This is no key set: save what /.well-known/jwks.json gives.")
    if not raw:
        raise Invalid("The permit names a key that is not among these: take the key set of the gateway that signed it.")
    return raw[0]


def _time(at: str | None) -> datetime:
    try:
        return datetime.now(UTC) if at is None else parse_time(at)
    except ValueError:
        raise Invalid("--at is a time with its offset, like 2026-01-31T09:30:00Z.") from None


def _told(permit: Permit) -> dict[str, Any]:
    channels: Mapping[Any, ChannelClaim] = permit.summary.channels
    return {
        "issuer": permit.issuer,
        "audience": permit.audience,
        "delivery_id": permit.delivery,
        "lead_id": permit.lead,
        "issued_at": permit.issued_at,
        "expires_at": permit.expires_at,
        "policy": permit.policy,
        "channels": {channel.value: claim.to_mapping() for channel, claim in channels.items()},
        "purposes": {purpose.value: may.value for purpose, may in permit.summary.purposes.items()},
    }
