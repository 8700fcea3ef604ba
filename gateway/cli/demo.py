"""`leadgate demo`: nine forms are posted to a whole gateway on this machine, and you see what becomes of each."""

import asyncio
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from audit.durable import write_durably
from gateway import logs
from gateway.cli import output
from gateway.cli.output import Json
from gateway.errors import SetupError
from gateway.sandbox.demo_table import Case, CaseOutcome, Proof, Result, Table, deviations, load_table

if TYPE_CHECKING:
    from gateway.sandbox.inbox import Received
    from gateway.sandbox.loopback import Loopback

_COLOURS: Final = {"released": "green", "held": "yellow", "rejected": "red", "quarantined": "magenta"}
_MAY: Final = {"allowed": "green", "held": "yellow", "denied": "red"}
_TITLE: Final = 36
_WIDE: Final = 92
"""Columns from which on a lead's title and its longest path fit on one line."""
_INDENT: Final = 4
_HANGING: Final = 12


def demo(
    *,
    keep: Annotated[
        Path | None, typer.Option(help="Keep everything in this new folder: the log, the inbox, the data.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="What to send and what to expect, instead of the table that comes along.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Watch nine leads travel through a gateway, offline, on this machine; takes about ten seconds.

    Ends with 0 only if each came out as its table says.
    """
    logs.configure("error")
    wanted = load_table(table)
    screen = Console(quiet=True) if as_json else output.console()
    screen.print(
        "[bold]A web form, a gateway and a CRM[/bold], all on this machine.\n"
        "Everybody in it is invented, and nothing leaves it."
    )
    with ExitStack() as stack:
        folder = _folder(keep, stack)
        story = _Story(screen)
        result = _run(folder, wanted, story)
        wrong = deviations(wanted, result)
        story.compared(str(table or "gateway/sandbox/demo.yaml"), len(wanted.cases), len(wrong))
        if as_json:
            output.print_json(result.to_json())
        if keep is not None:
            _unpack_report(result.proof.file, folder)
        _next(screen, keep)
    for line in wrong:
        output.say(f"Not as expected: {line}")
    if wrong:
        raise typer.Exit(1)


def _run(folder: Path, table: Table, story: "_Story") -> Result:
    from gateway.sandbox.demo import run  # noqa: PLC0415 - the whole gateway; `leadgate --help` needs none of it

    return asyncio.run(run(folder, table, story))


class _Story:
    """Tells the demo as it happens; a `gateway.sandbox.demo.Watcher`."""

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._wide = screen.width >= _WIDE
        self._numbers: dict[str, int] = {}
        self._status: Status | None = None
        self._title = ""

    def ready(self, running: "Loopback") -> None:
        """Everything runs."""
        self._screen.print("\n[bold]Set up[/bold]")
        self._fact("gateway", f"at {running.url}, with a DNS and a vendor of company data of its own")

    def act(self, text: str) -> None:
        """One thing was set up."""
        name, _, rest = text.partition(": ")
        self._fact(name, rest)

    def sent(self, number: int, case: Case) -> None:
        """A form was posted."""
        if number == 1:
            gap = " " * (_TITLE + _INDENT - len("What was sent")) if self._wide else ", and "
            self._screen.print(f"\n[bold]What was sent{gap}{'W' if self._wide else 'w'}hat became of it[/bold]")
        self._numbers[case.case] = number
        self._title = f"{number:2}  {case.title}"
        if self._screen.is_terminal:
            self._status = self._screen.status(self._title, spinner="line")
            self._status.start()

    def moved(self, status: str) -> None:
        """The lead that was sent last has reached a status."""
        if self._status is not None:
            self._status.update(f"{self._title}: {status}")

    def rested(self, number: int, case: Case, outcome: CaseOutcome) -> None:
        """The lead that was sent last has come to rest."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        path = Text(" > ").join(Text(step) for step in outcome.steps)
        path.stylize("dim")
        if outcome.steps:
            path.stylize(f"not dim bold {_COLOURS.get(outcome.status, '')}", len(path) - len(outcome.steps[-1]))
        title = Text.assemble((f"{number:2}  ", "bold"), f"{case.title:{_TITLE}}" if self._wide else case.title)
        if self._wide:
            self._screen.print(title + path)
        else:
            self._screen.print(title)
            output.print_indented(self._screen, path, _INDENT)
        output.print_indented(self._screen, self._why(outcome), _INDENT)

    def received(self, messages: Sequence["Received"]) -> None:
        """All is sent; this is what the inbox holds."""
        signed = sum(message.verified for message in messages)
        different = len({message.id for message in messages})
        self._screen.print("\n[bold]What came of it[/bold]")
        self._fact(
            "CRM",
            f"{len(messages)} messages, {signed} with a signature that holds, {different} with an id of their own. "
            "Each brings its permit: may_email held means to answer what was asked, and send no marketing mail yet",
        )

    def proved(self, proof: Proof) -> None:
        """The log was exported and looked at by the verifier."""
        told = ("everything is proved", "green") if proof.verified else (proof.says, "red")
        self._fact(
            "log",
            f"{proof.size} entries under a signed checkpoint, exported, and read by `python -m audit verify`, "
            "which has neither the database nor its keys: ",
            told,
        )

    def compared(self, table: str, count: int, wrong: int) -> None:
        """What came was compared with the table."""
        told = (f"{wrong} things are otherwise", "red") if wrong else ("all as expected", "green")
        self._fact("table", f"{count} endings, compared with {table}: ", told)

    def _fact(self, name: str, text: str, told: tuple[str, str] = ("", "")) -> None:
        told_text = Text.assemble((f"{name:{_HANGING}}", "bold"), text, told)
        output.print_indented(self._screen, told_text, 2, hanging=_HANGING)

    def _why(self, outcome: CaseOutcome) -> Text:
        text = Text()
        match outcome.status:
            case "released":
                may = outcome.may_email or "not delivered"
                text.append("may_email ").append(may, _MAY.get(may, "red")).append(". ")
            case "held" if outcome.again_minutes is not None:
                text.append(f"Is asked again in {outcome.again_minutes} minutes. ")
            case "quarantined":
                text.append("Kept aside, sealed, and can be replayed. ")
        if outcome.same_person_as is not None:
            text.append(f"The same person as {self._numbers[outcome.same_person_as]}, one more inquiry. ")
        elif outcome.fields:
            text.append(f"{outcome.fields} fields added by connectors. ")
        if outcome.suggestion is not None:
            text.append(f"Did they mean {outcome.suggestion}? ")
        return text.append(" ".join(outcome.says[:2]), "dim")


def _next(screen: Console, keep: Path | None) -> None:
    screen.print("\n[bold]Where to look next[/bold]")
    leadgate = _called()
    places = [
        ("docs/tutorial/first-lead.md", "the same by hand, step by step"),
        (f"{leadgate} serve", "a gateway of your own"),
    ]
    if keep is None:
        places.insert(0, (f"{leadgate} demo --keep DIR", "keeps the log with its report, the inbox and the data"))
    else:
        places = [
            (f"{keep}/report.html", "the log, as an auditor reads it"),
            (f"{keep}/inbox.jsonl", "what the CRM got, permits and signatures included"),
            (f"{leadgate} audit verify {keep}/audit.zip", "the proof; change a byte of the file and try again"),
            (f"LEADGATE_DATA_DIR={keep}/data {leadgate} leads list", "the leads; leads show tells of each why"),
            *places,
        ]
    width = max(len(place) for place, _ in places) + 2
    beside = all(width + len(what) + 2 <= screen.width for _, what in places)
    for place, what in places:
        gap = " " * (width - len(place)) if beside else f"\n{' ' * _INDENT}"
        screen.print(f"  [cyan]{output.words(place)}[/cyan]{gap}{what}", soft_wrap=True)


def _called() -> str:
    """How the command was called, so that the same can be typed again: perhaps it is on no path."""
    called, found = Path(sys.argv[0]), shutil.which("leadgate")
    if called.name != "leadgate" or not called.exists() or (found and Path(found).samefile(called)):
        return "leadgate"
    return str(called)


def _folder(keep: Path | None, stack: ExitStack) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadgate-demo-")))
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise SetupError(f"{keep} is there already and not empty: name a new folder.")
    keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    return keep


def _unpack_report(bundle: Path, folder: Path) -> None:
    with zipfile.ZipFile(bundle) as files:
        name = next(name for name in files.namelist() if name.endswith("report.html"))
        write_durably(folder / "report.html", files.read(name))
