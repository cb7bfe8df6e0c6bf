"""While proving, nothing leaves: other sockets and PostgreSQL's own programs are refused, and the refusal is recorded.

Layers besides the redirection: `environment` (libpq's variables lead nowhere), `audit` (Python's own sockets and
processes), `libpq` (psycopg and psycopg2 called directly), `network` (a network namespace, where the kernel allows).
"""

import errno
import os
import re
import socket
import sys

from . import netns

DEAD = "127.255.255.254"
PORT = "1"
NOWHERE = "/dev/null/none"  # below a file that is no directory: no message from libpq, unlike /dev/null itself
PROGRAM = re.compile(
    r"^(psql|pg_\w+|pgbench|createdb|dropdb|createuser|dropuser|vacuumdb|reindexdb|clusterdb|pgcli|pgloader)(\.exe)?$"
)
SHELLS = re.compile(r"^(ba|da|z|k|a)?sh$")
LOOPBACK = re.compile(r"^(localhost|ip6-localhost|127\.\d+\.\d+\.\d+|::1)$")
NUMERIC = re.compile(r"^[0-9.]+$|^[0-9a-fA-F:.]*:[0-9a-fA-F:.%]*$")
LOCAL_SOCKETS = re.compile(r"^/dev/log$|/pymp-[^/]*/")


class Guard:
    """What is allowed at the moment, and what was refused since the last reply."""

    def __init__(self, allow=()):
        self.allow = frozenset(allow)  # "host:port" or "host" on loopback that the configuration lets through
        self.target = None  # (host, port): a socket directory or, outside proofs, a machine
        self.refused = []
        self.layers = []

    def refuse(self, kind, what):
        from .failure import is_users

        frame, where = sys._getframe(1), None
        while frame is not None and where is None:
            if is_users(frame.f_code.co_filename):
                where = "%s:%d" % (frame.f_code.co_filename, frame.f_lineno)
            frame = frame.f_back
        entry = {"kind": kind, "what": what, "where": where}
        if entry not in self.refused:
            self.refused.append(entry)

    def taken(self, error=None):
        """The refusals since the last call. A libpq that ran into the dead address is one as well."""
        if error and DEAD in str(error.get("message")):
            self.refused.append({"kind": "libpq", "what": error["message"].splitlines()[0], "where": None})
        taken, self.refused = self.refused, []
        return taken

    def allows(self, host, port):
        return self.target == (host, port) or host in self.allow or "%s:%s" % (host, port) in self.allow


def up(options):
    """Raises the guard. `{"off": true}` leaves all open: only for runs against a database that the user named."""
    guard = Guard(options.get("allow", ()))
    if options.get("off"):
        return guard
    if options.get("network", True) and not guard.allow and netns.enter():
        guard.layers.append("network")
    close_environment()
    guard.layers.append("environment")
    sys.addaudithook(_hook(guard))
    guard.layers.append("audit")
    return guard


def close_environment():
    """libpq's variables lead to a dead address. What settings classes may insist on stays set, to a harmless value."""
    stays = {"PGUSER", "PGDATABASE"}
    harmless = {"PGHOST": DEAD, "PGPASSWORD": "pgwright"}
    for name in [name for name in os.environ if re.match(r"^PG[A-Z]+$", name) and name not in stays]:
        if name in harmless:
            os.environ[name] = harmless[name]
        else:
            del os.environ[name]
    os.environ.update(PGHOSTADDR=DEAD, PGPORT=PORT, PGSERVICEFILE=NOWHERE, PGPASSFILE=NOWHERE, PGSYSCONFDIR=NOWHERE)


def _hook(guard):
    """The audit hook: one dictionary look-up for every event that is none of ours."""
    watched = {
        "socket.connect": _socket,
        "socket.sendto": _socket,
        "socket.sendmsg": _socket,
        "socket.getaddrinfo": _name,
        "socket.gethostbyname": _name,
        "subprocess.Popen": _program,
        "os.exec": _program,
        "os.posix_spawn": _program,
        "os.system": _program,
    }.get

    def hook(event, args):
        check = watched(event)
        if check is not None:
            check(guard, args)

    return hook


def _socket(guard, args):
    address = args[1] if len(args) > 1 else None
    if address is None:
        return  # sendmsg on a socket that is connected already
    if isinstance(address, (str, bytes)):
        path = os.fsdecode(address)
        directory, _, port = path.rpartition("/.s.PGSQL.")
        if guard.allows(directory, int(port) if port.isdigit() else port) or LOCAL_SOCKETS.search(path):
            return
        name = path.replace("\0", "@")
    elif isinstance(address, tuple) and address and isinstance(address[0], str):
        if guard.allows(address[0], address[1]):
            return
        name = "%s:%s" % (address[0], address[1])
    else:
        return  # netlink and its kin: they stay on this machine
    guard.refuse("socket", name)
    raise ConnectionRefusedError(errno.ECONNREFUSED, "pgwright: refused connection to %s while proving" % name)


def _name(guard, args):
    host = os.fsdecode(args[0]) if args and isinstance(args[0], (str, bytes)) else None
    if not host or NUMERIC.match(host) or LOOPBACK.match(host) or host in guard.allow:
        return
    if host == socket.gethostname():
        return
    guard.refuse("name", host)
    raise socket.gaierror(socket.EAI_FAIL, "pgwright: refused connection to %s while proving" % host)


def _program(guard, args):
    """A PostgreSQL program by itself, behind another program (`env psql`), or in a line for a shell."""
    words = _words(args)
    for word in words:
        if PROGRAM.match(os.path.basename(word)):
            guard.refuse("program", " ".join(words)[:200])
            raise PermissionError(errno.EPERM, "pgwright: refused to start %s while proving" % os.path.basename(word))


def _words(args):
    command = args[0]
    argv = args[1] if len(args) > 1 else None
    if argv is None:
        return re.split(r"[\s;|&()<>'\"`$]+", os.fsdecode(command))
    if isinstance(argv, (str, bytes, os.PathLike)):
        argv = [argv]
    words = [os.fsdecode(word) for word in argv]
    if words and SHELLS.match(os.path.basename(words[0])):
        words = [part for word in words for part in re.split(r"[\s;|&()<>'\"`$]+", word) if part]
    return ([os.fsdecode(command)] if command else []) + words
