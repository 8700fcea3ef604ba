"""`leadgate serve`, `worker` and `sequencer`: the processes of a gateway, each of which drains before it ends."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import Annotated, Final

import typer

from gateway import logs, longrun
from gateway.cli import output
from gateway.errors import SetupError
from gateway.settings import Settings, load

_REFUSAL_SECONDS: Final = 1.0


class Stop:
    """Set by SIGTERM or SIGINT; a second one hurries."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.hurry: Callable[[], None] | None = None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        if self.asked.is_set() and self.hurry is not None:
            self.hurry()
        self.asked.set()


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    sandbox_vendors: Annotated[
        str | None,
        typer.Option(
            help="To try things by hand: where `leadgate sandbox vendors` listens, asked in place of vendors."
        ),
    ] = None,
) -> None:
    """Serve the HTTP interface; with SQLite also do the work and sign the log. Ctrl-C lets what runs end."""
    # Imported here: worker and sequencer need no HTTP, and every other command none of this.
    from gateway.serving import bind  # noqa: PLC0415 - as above

    with bind(host, port) as bound:
        _run(lambda settings: _serve(settings, bound, sandbox_vendors))


def worker() -> None:
    """Do work: journeys and deliveries. As many as you like, on PostgreSQL."""
    _run(_work)


def sequencer() -> None:
    """Sequence and sign the log. One is active, others stand by, on PostgreSQL."""
    _run(_sequence)


def _run(process: Callable[[Settings], Awaitable[None]]) -> None:
    settings = load()
    logs.configure(settings.log_level)

    async def main() -> None:
        await process(settings)

    longrun.run(main())


async def _serve(settings: Settings, bound: socket.socket, vendors: str | None) -> None:
    from gateway.api.app import create_app  # noqa: PLC0415 - as in serve
    from gateway.cli import acts  # noqa: PLC0415 - as in serve
    from gateway.cli.handing import ActServer  # noqa: PLC0415 - as in serve
    from gateway.release import ATTEMPT_SECONDS  # noqa: PLC0415 - as in serve
    from gateway.sandbox.detour import detour_for  # noqa: PLC0415 - as in serve
    from gateway.serving import Patience, WebServer, url_of  # noqa: PLC0415 - as in serve
    from gateway.wiring import Sandbox, connect  # noqa: PLC0415 - as in serve

    stop = Stop()
    sandbox = Sandbox() if vendors is None else detour_for(settings, vendors)
    settings, misnamed = settings.served_at(url_of(bound))
    gateway = await connect(settings, sandbox)
    gateway.misnamed = misnamed
    for warning in filter(None, (sandbox.warning, misnamed)):
        output.warn(warning)
    limits = settings.limits
    patience = Patience(
        connections=limits.connections, head_seconds=limits.head_seconds, body_seconds=limits.body_seconds
    )
    try:
        app = create_app(gateway)
        drain = int(ATTEMPT_SECONDS) + 2  # a withdrawal is answered when what had begun has landed
        leaving = app.state.front.waiting.end
        server = WebServer(app, bound=bound, drain=drain, patience=patience, leaving=leaving)
        async with server as web:
            stop.hurry = web.hurry
            if settings.one_process:
                await gateway.start_worker()
                await gateway.start_sequencer()
                desk = ActServer(settings.data_dir, partial(acts.perform, gateway))
                async with desk, longrun.on_one_cpu() if settings.one_cpu else nullcontext():
                    await _listen(web.url, stop)
            else:
                output.say(
                    "This process takes leads in: `leadgate worker` carries them on, `leadgate sequencer` signs."
                )
                await _listen(web.url, stop)
    finally:
        await gateway.close()


async def _listen(url: str, stop: Stop) -> None:
    longrun.settle()
    typer.echo(f"Leadgate listens on {url} (Ctrl-C stops it)")
    await stop.asked.wait()
    typer.echo("Leadgate lets what runs come to its end", err=True)


async def _work(settings: Settings) -> None:
    from gateway.wiring import connect  # noqa: PLC0415 - as in _serve

    _check_shared(settings, "worker")
    stop = Stop()
    _, misnamed = settings.served_at(settings.public_url)  # it signs the permits
    if misnamed is not None:
        output.warn(misnamed)
    gateway = await connect(settings)
    try:
        await gateway.start_worker()
        longrun.settle()
        typer.echo("Leadgate works (Ctrl-C stops it)")
        await stop.asked.wait()
    finally:
        await gateway.close()


async def _sequence(settings: Settings) -> None:
    from gateway.wiring import connect  # noqa: PLC0415 - as in _serve

    _check_shared(settings, "sequencer")
    stop = Stop()
    gateway = await connect(settings)
    try:
        await gateway.start_sequencer()
        typer.echo("Leadgate sequences, or stands by (Ctrl-C stops it)")
        while not stop.asked.is_set() and not gateway.gave_up_signing:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.asked.wait(), _REFUSAL_SECONDS)
        if gateway.gave_up_signing:
            raise SetupError(f"The sequencer refuses to sign: {gateway.refused}")
    finally:
        await gateway.close()


def _check_shared(settings: Settings, role: str) -> None:
    """Check that the store may be shared by many processes."""
    if settings.one_process:
        raise SetupError(
            f"On SQLite one process does everything: `leadgate serve` has the {role} in it. "
            "Many processes need PostgreSQL: set LEADGATE_DATABASE_URL."
        )
