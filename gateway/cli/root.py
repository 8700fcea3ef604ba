"""The command tree, and what becomes of an error in it."""

import os
import sys
from importlib.metadata import version as version_of
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from audit.errors import AuditError
from connectors.errors import ConnectorError
from consent.errors import ConsentError
from gateway import logs
from gateway.cli import (
    audit_log,
    connectors,
    consent,
    db,
    demo,
    destinations,
    keys,
    leads,
    notices,
    plugins,
    policy,
    registers,
    sandbox,
    serve,
    sources,
    suppressions,
    verify,
    work,
)
from gateway.cli.output import complain
from gateway.errors import LeadgateError

_FAILED: Final = 1
_USAGE: Final[type[Exception]] = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")
"""The root of Typer's own errors of usage, which it has no public name for."""


class Root(TyperGroup):
    """The tree; an error of ours ends it with what to do, any other with its class alone."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer has no public name for its base's annotation
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, _USAGE):
            raise
        except BrokenPipeError:
            # Whoever read what we print has enough of it, as `head` has; nothing more can be said there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            complain(_told(error))
        raise typer.Exit(_FAILED)


def _told(error: Exception) -> LeadgateError:
    if isinstance(error, LeadgateError):
        return error
    if isinstance(error, OSError):
        return LeadgateError(f"{error.filename or 'The file'}: {error.strerror or type(error).__name__}.")
    if isinstance(error, AuditError | ConsentError | ConnectorError):
        return LeadgateError(str(error))
    return LeadgateError(
        f"Leadgate met an error that it did not expect ({type(error).__name__}). `leadgate --debug …` shows where; "
        "look before you pass that on, for it may hold personal data."
    )


app = typer.Typer(
    cls=Root,
    name="leadgate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"leadgate {version_of('leadgate')}")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[  # noqa: ARG001 - its callback prints it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 - read from the context
) -> None:
    """Take leads in, verify, enrich, decide, release, and prove it.

    Settings come from LEADGATE_* variables or leadgate.toml. To see it work: leadgate demo.
    """
    logs.configure("warning")


app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("sequencer")(serve.sequencer)
app.command("demo")(demo.demo)
app.command("plugins")(plugins.plugins)
app.add_typer(sources.app, name="sources", help="Where leads come from.")
app.add_typer(notices.app, name="notices", help="The texts that people are shown.")
app.add_typer(keys.app, name="keys", help="API keys.")
app.add_typer(destinations.app, name="destinations", help="Where leads go.")
app.add_typer(leads.app, name="leads", help="Leads, what happened to them and why.")
app.add_typer(policy.app, name="policy", help="The law packs and who has accepted them.")
app.add_typer(consent.app, name="consent", help="Why something may or may not be done.")
app.add_typer(suppressions.app, name="suppressions", help="Who must not be reached.")
app.add_typer(registers.app, name="registers", help="Do-not-call registers, imported and looked up here.")
app.add_typer(verify.app, name="verify", help="Check addresses and numbers; nothing is stored.")
app.add_typer(audit_log.app, name="audit", help="The log, exported and proved.")
app.add_typer(connectors.app, name="connectors", help="Vendors of company data.")
app.add_typer(work.app, name="work", help="What was given up, and trying it again.")
app.add_typer(db.app, name="db", help="The database.")
app.add_typer(sandbox.app, name="sandbox", help="Servers to try things with, on this machine alone.")


def main() -> None:
    """Run the command line."""
    app()
