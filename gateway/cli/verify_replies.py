"""`leadgate verify replies`: the scoreboard of the SMTP classifier over replies whose meaning is known."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway.cli import output
from gateway.cli.files import name_of, read_given
from gateway.cli.output import Json
from gateway.errors import Fault, Invalid
from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.reply import Stage
from gateway.verification.smtp.scoreboard import Sample, score

_SHOWN_FAULTS: Final = 10


def replies(
    file: Annotated[Path, typer.Argument(help="JSON lines, each with reply and expected; - reads standard input.")],
    *,
    as_json: Json = False,
) -> None:
    """Score the reading of mail servers' replies against meanings that are known.

    Each line is an object like {"reply": "550 5.1.1 User unknown", "expected": "no_such_mailbox"}. It may
    also say the server's name as host, and what was answered as stage: connect, helo, mail, rcpt or data. Other keys
    are left alone. Nothing is stored, and no reply is printed: --json names the lines that were read wrong.
    """
    board = score(_samples(read_given(file), name_of(file))).to_json()
    if as_json:
        output.print_json(board)
        return
    _show(board)


def _samples(text: str, name: str) -> list[Sample]:
    """Read every line, or complain of those that cannot be read."""
    samples: list[Sample] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        read = _sample(line, number)
        if isinstance(read, Sample):
            samples.append(read)
        else:
            faults.append(Fault(pointer=f"line {number}", detail=read))
    if faults:
        more = f" The first {_SHOWN_FAULTS}:" if len(faults) > _SHOWN_FAULTS else ""
        many = "1 line" if len(faults) == 1 else f"{len(faults)} lines"
        raise Invalid(f"{name}: {many} cannot be read.{more}", faults=faults[:_SHOWN_FAULTS])
    if not samples:
        raise Invalid(f'{name} holds no replies: write lines like {{"reply": "…", "expected": "no_such_mailbox"}}.')
    return samples


def _sample(line: str, number: int) -> Sample | str:
    """Read one line, or say what is wrong with it."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return "it is not JSON."
    if not isinstance(data, dict):
        return "it is not an object."
    reply, expected = data.get("reply"), data.get("expected")
    if not isinstance(reply, str) or not reply.strip():
        return "`reply` must be what the server said."
    if expected not in tuple(ReplyMeaning):
        return f"`expected` must be one of {', '.join(ReplyMeaning)}."
    return _placed(Sample(line=number, reply=reply, expected=ReplyMeaning(expected)), data)


def _placed(sample: Sample, data: dict[str, Any]) -> Sample | str:
    """Add who said it and to what, or say what is wrong with that; both may be left out or be null."""
    host, stage = data.get("host"), data.get("stage")
    if host is not None and not isinstance(host, str):
        return "`host` must be the name of the server."
    if stage is not None and stage not in tuple(Stage):
        return f"`stage` must be one of {', '.join(Stage)}."
    return replace(sample, host=host or "", stage=None if stage is None else Stage(stage))


def _show(board: dict[str, Any]) -> None:
    rows = [
        {
            "expected": expected,
            "replies": sum(found.values()),
            "right": found.get(expected, 0),
            "taken for": [f"{other} {count}" for other, count in found.items() if other != expected],
        }
        for expected, found in board["confusion"].items()
    ]
    output.print_rows(rows, {key: key for key in rows[0]}, empty="")
    refusals, unknown = board["refusals"], board["unknown"]
    screen = output.console()
    screen.print()
    screen.print(
        f"Refusals of us called no_such_mailbox: {refusals['called_no_such_mailbox']} in {refusals['replies']}."
    )
    screen.print(f"Real no_such_mailbox recognised: {unknown['recognised']} in {unknown['replies']}.")
    screen.print(f"Right in all: {board['right']} in {board['replies']}.")
