"""The settings of a throw-away server: nothing is kept, so nothing is made durable."""

from __future__ import annotations

LINE_PREFIX = "@@%p|%c|%l|%x|%e|%m@@ "

FAST = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "checkpoint_timeout": "1h",
    "min_wal_size": "32MB",
    "wal_recycle": "off",  # a stopped cluster keeps no spent WAL: its image is a third smaller
    "wal_init_zero": "off",
    "shared_buffers": "64MB",
    "restart_after_crash": "off",  # what a crash left is no state to prove anything on: the server ends, and that is said
    "max_connections": "40",
    "max_locks_per_transaction": "256",  # one transaction may touch every table of a large schema
    "dynamic_shared_memory_type": "mmap",  # inside the data directory: nothing is left elsewhere after SIGKILL
    "jit": "off",
    "lc_messages": "C",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_line_prefix": LINE_PREFIX,
}

# Every backend writes its own lines to the file, before the client has its answer: without a collector in between,
# what a client has been told is already in the log.
TRACE = {
    "log_statement": "all",
    "log_duration": "on",
    "log_min_messages": "notice",
    "log_checkpoints": "off",
    "log_error_verbosity": "default",
    "log_min_error_statement": "panic",  # the statement of an error has a line of its own already
}

SINCE_18 = {"file_copy_method": "clone", "io_method": "sync"}


def arguments(major: int, trace: bool, more: dict[str, str]) -> list[str]:
    """Command line of `postgres` for these settings; `more` has the last word."""
    chosen = FAST | (SINCE_18 if major >= 18 else {}) | (TRACE if trace else {}) | more
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
