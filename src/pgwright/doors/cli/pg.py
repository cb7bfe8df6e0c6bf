"""pgwright pg: servers for proofs."""

from __future__ import annotations

from typing import Any

import click

from pgwright.doors.cli.call import Call, verb


@click.argument("what", type=click.Choice(["install", "list", "clean"]))
@click.argument("major", type=int, required=False)
def pg(call: Call, what: str, major: int | None) -> int:
    """install MAJOR: binaries of that major into the cache. list: what is there. clean: drop the cached images."""
    from pgwright.shadow import image
    from pgwright.shadow.binaries import NoBinaries, find
    from pgwright.shadow.install import install

    if what == "install":
        if major is None:
            raise click.UsageError("install needs a major: pgwright pg install 16")
        with call.progress() as listen:
            made = install(major, listen)
        call.show(
            {"format": "pg/1", "bin": str(made.bin), "version": made.version},
            lambda: f"PostgreSQL {made.version // 10000}.{made.version % 10000} in {made.bin}",
        )
        return 0
    if what == "clean":
        freed = image.clean()
        call.show({"format": "pg/1", "freed": freed}, lambda: f"freed {freed} bytes")
        return 0
    found: dict[str, str] = {}
    for one in range(14, 19):
        try:
            found[str(one)] = find(one).source
        except NoBinaries:
            found[str(one)] = ""

    def shown() -> Any:
        return "\n".join(
            f"{one}  {source or 'not installed: pgwright pg install ' + one}" for one, source in found.items()
        )

    call.show({"format": "pg/1", "majors": found}, shown)
    return 0


command = verb(pg)
