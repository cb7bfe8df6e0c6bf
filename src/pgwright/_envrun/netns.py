"""A network of its own for this process: no interface but a loopback on which nobody listens.

Unix sockets that have a path still work, which is all that a proof needs. Source: namespaces(7), user_namespaces(7),
network_namespaces(7), netdevice(7).
"""

import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def enter():
    """True when the process has left the machine's network. Must be called while there is one thread only."""
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (OSError, AttributeError, TypeError):
        return False
    if os.geteuid() == 0:
        # inside a user namespace root could no longer enter a directory that belongs to the server's user
        left = unshare(CLONE_NEWNET) == 0
    else:
        left = _with_user_namespace(unshare)
    if left:
        _loopback_up()
    return left


def _with_user_namespace(unshare):
    user, group = os.geteuid(), os.getegid()
    if unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    try:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", "%d %d 1" % (user, user)),
            ("gid_map", "%d %d 1" % (group, group)),
        ):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
    except OSError:
        pass  # the network is left all the same; files stay reachable as the unmapped owner
    return True


def _loopback_up():
    """With `lo` up a connection is refused at once, as by a machine where nothing listens."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            request = struct.pack("16sH14s", b"lo", 0, b"")
            flags = struct.unpack("16sH14s", fcntl.ioctl(link, SIOCGIFFLAGS, request))[1]
            fcntl.ioctl(link, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))
    except OSError:
        pass
