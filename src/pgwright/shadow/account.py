"""Which user the server runs as. PostgreSQL refuses to run as root, so root hands it to another user."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgwright.errors import Refusal


class NoAccount(Refusal):
    """
    PostgreSQL does not run as root, and this system has neither the user `nobody` nor `postgres` to run it as.
    Run pgwright as an ordinary user, or add one: useradd --system postgres
    """

    code = "PW-SHADOW-01"


@dataclass(frozen=True, slots=True)
class Account:
    """A user that the server's processes are started as."""

    name: str
    uid: int
    gid: int

    def popen(self) -> dict[str, Any]:
        """The arguments of Popen that drop every privilege to this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account() -> Account | None:
    """None when the server may run as ourselves, which is so for everybody but root.

    `nobody` comes first on purpose: on a machine with a PostgreSQL of its own the user `postgres` owns real data, and a
    revision is superuser on the shadow and can run programs there (COPY ... TO PROGRAM).
    """
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "postgres"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(name, found.pw_uid, found.pw_gid)
    raise NoAccount()


def dropped(account: Account | None) -> dict[str, Any]:
    """Arguments of Popen for `account`; none at all for None."""
    return account.popen() if account else {}


def reaches(account: Account | None, runs: Path, reads: Path) -> bool:
    """True when the account can execute `runs` and read `reads`. Asked of the kernel, so access lists count as well."""
    if account is None:
        return os.access(runs, os.X_OK) and os.access(reads, os.R_OK)
    asked = ["/bin/sh", "-c", 'test -x "$1" && test -r "$2"', "sh", str(runs), str(reads)]
    return subprocess.run(asked, cwd="/", env={}, check=False, **account.popen()).returncode == 0
