"""Which server a verb works on: the one that a URL names, or one started from the first binaries that fit."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent
from pgwright.project import Project
from pgwright.shadow.attached import AttachedServer, OtherMajor, attach
from pgwright.shadow.binaries import Binaries, find

DRIVER = re.compile(r"^(postgres(?:ql)?)\+\w+://")  # SQLAlchemy's way to name a driver


class NoServerUrl(Refusal):
    """
    server_url_env in {source} names the variable {name}, which is not set.
    Set it to the server's URL, or take the line out: pgwright then starts a server of its own.
    """

    code = "PW-VERBS-01"


class IsAnEnvironment(Refusal):
    """
    the server at {host}:{port} is the one of the environment {environment} ({kind}), as {variable} says.
    Proofs belong on no server that holds such data. Name another one, or leave the URL out.
    """

    code = "PW-VERBS-02"


@contextmanager
def server_of(
    project: Project, url: str | None, major: int | None, on_event: OnEvent
) -> Iterator[Binaries | AttachedServer]:
    """--server-url, `server_url_env`, then binaries of the wanted major. What is named is used or refused."""
    url, major = _url(project, url), major or project.settings.major
    if url is None:
        yield find(major)
        return
    _refuse_environments(project, url)
    with attach(url, on_event=on_event) as server:
        if major is not None and server.major != major:
            raise OtherMajor(where=server.source, found=server.major, wanted=major)
        on_event(Event("server", f"{server.source}: throw-away databases {server.prefix}…, dropped at the end"))
        yield server


def _url(project: Project, given: str | None) -> str | None:
    name = project.settings.server_url_env
    if given is None and name is not None:
        given = os.environ.get(name)
        if not given:
            raise NoServerUrl(source=project.settings.source, name=name)
    return _plain(given) if given else None


def _plain(url: str) -> str:
    return DRIVER.sub(r"\1://", url)


def _refuse_environments(project: Project, url: str) -> None:
    """Compared by name alone: no environment is connected to."""
    here = _place(url)
    for one in project.settings.environments:
        theirs = os.environ.get(one.url_env)
        if one.kind != "dev" and theirs and here is not None and _place(_plain(theirs)) == here:
            raise IsAnEnvironment(host=here[0], port=here[1], environment=one.name, kind=one.kind, variable=one.url_env)


def _place(url: str) -> tuple[str, str] | None:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return None
    host = str(parts.get("hostaddr") or parts.get("host") or "localhost").lower()
    return "localhost" if host in ("127.0.0.1", "::1") else host, str(parts.get("port") or 5432)
