"""The demo's table: what is sent and what must come of it, and the comparison with what came."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.errors import SetupError

Status = Literal["released", "rejected", "held", "quarantined"]
May = Literal["allowed", "held", "denied"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expected(_Strict):
    """What must come of one case; `may_email` is None where nothing may be delivered."""

    status: Status
    reasons: tuple[str, ...]
    delivered: bool
    may_email: May | None = None
    suggestion: str | None = None
    same_person_as: str | None = None


class Case(_Strict):
    """One form post; with `script` it carries a solved challenge."""

    case: str
    title: str
    script: bool = False
    form: Mapping[str, str]
    expect: Expected


class Table(_Strict):
    """All cases, who is on the suppression list before, and how many messages must have arrived in all."""

    version: Literal[1]
    suppressed: tuple[str, ...] = ()
    cases: tuple[Case, ...]
    delivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What came of one case.

    Attributes:
        case: its name in the table.
        status: the lead's, or `quarantined`.
        reasons: stable codes; empty when nothing speaks against anything.
        delivered: its message is in the inbox with a signature that holds.
        may_email: what that message says of writing e-mail.
        suggestion: the address that was probably meant.
        same_person_as: the first case that came from the same person.
        says: why, in sentences of verification or policy.
        steps: the statuses it passed.
        fields: how many fields connectors added.
        again_minutes: in how many minutes a held lead is tried again; None when it waits for a person.
        seconds: from the post to its rest.
    """

    case: str
    status: str
    reasons: tuple[str, ...]
    delivered: bool = False
    may_email: str | None = None
    suggestion: str | None = field(default=None, repr=False)
    same_person_as: str | None = None
    says: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    fields: int = 0
    again_minutes: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the public verifier said of the exported log: the tree's size, whether all is proved, and its own words."""

    size: int
    verified: bool
    says: str
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of the whole demo; `delivered` counts messages with a signature that holds, each id once."""

    outcomes: tuple[CaseOutcome, ...]
    delivered: int
    proof: Proof

    def to_json(self) -> dict[str, object]:
        """The result as `leadgate demo --json` prints it."""
        return {
            "leads": [
                {"case": each.case, "status": each.status, "reasons": list(each.reasons)} for each in self.outcomes
            ],
            "delivered": self.delivered,
            "audit": {"size": self.proof.size, "verified": self.proof.verified},
        }


def load_table(path: Path | None = None) -> Table:
    """Read a table; without a path, the one that comes with the demo.

    Raises:
        SetupError: the file cannot be read, or is none.
    """
    source = files("gateway.sandbox") / "demo.yaml" if path is None else path
    try:
        return Table.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SetupError(f"The demo's table {source} cannot be read: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise SetupError(f"The demo's table {source} is not right: {faults}") from None


def deviations(table: Table, result: Result) -> Sequence[str]:
    """Say what came otherwise than expected, one line each; empty when everything holds."""
    return list(_deviations(table, result))


def _deviations(table: Table, result: Result) -> Iterator[str]:
    found = {each.case: each for each in result.outcomes}
    for case in table.cases:
        outcome = found.pop(case.case, None)
        if outcome is None:
            yield f"{case.case}: it was not sent"
            continue
        for name, wanted in case.expect:
            came = getattr(outcome, name)
            if came != wanted:
                yield f"{case.case}: {name} is {_text(came)}, expected {_text(wanted)}"
    for name in found:
        yield f"{name}: nobody expected it"
    if result.delivered != table.delivered:
        yield f"delivered: {result.delivered} messages arrived signed, expected {table.delivered}"
    if not result.proof.verified:
        yield "audit: the exported log is not proved"


def _text(value: object) -> str:
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)
