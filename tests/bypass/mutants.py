"""The guard with one check taken out. Checks carry their name in the SQL; what is no IF is listed here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pgwright.gate import guard

CHECK = re.compile(r"\bIF\b((?:(?!\bIF\b).)*?)\bTHEN -- check: ([a-z0-9-]+)$", re.S | re.M)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One file of the guard without one of its checks."""

    name: str
    file: str
    text: str


# name, file, what is there, what stands in its place
OTHERS = (
    ("seal-revokes", "session", "EXECUTE format('REVOKE pgwright_owner FROM %I', NEW.login);", "NULL;"),
    ("came-to-its-end", "session", " AND r.next > cardinality(r.steps))", ")"),
    ("part-once", "session", "split_part(p.line, ' ', 1) = run_of.plan AND r.closed IS NULL", "split_part(p.line, ' ', 1) = run_of.plan"),
    ("ledger-grows", "ledger", "RAISE EXCEPTION 'pgwright: the ledger can only grow' USING ERRCODE = 'insufficient_privilege';", "RETURN NULL;"),
    ("ledger-always", "ledger", "ENABLE ALWAYS TRIGGER only_append", "ENABLE TRIGGER only_append"),
    ("same-backend", "session", " AND s.started = pgwright.backend_start()", ""),
    ("one-person-once", "approval", "IF found.principal <> ALL (people) THEN", "IF true THEN"),
    ("flag-is-read", "sshsig", "touched := holds AND (get_byte(blob, blob_place) & 1) = 1;", "touched := holds;"),
    ("functions-closed", "access", "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pgwright FROM PUBLIC;", "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgwright TO PUBLIC;"),
    ("whole-message", "content", "convert_to(current_query(), 'UTF8')", "convert_to(left(current_query(), 40), 'UTF8')"),
    ("every-step-once", "content", "CASE WHEN run.seen AND NOT (run.redo AND run.steps[run.next] = digest) THEN 1 ELSE 0 END", "0"),
    ("same-message-only", "content", "run.message_at = statement_timestamp() AND ", ""),
    ("invalid-only", "content", "NOT i.indisvalid AND ", ""),
    ("members-are-guarded", "content", "(pg_has_role(caller, 'pgwright_owner', 'MEMBER') OR pg_has_role(caller, 'pgwright_gate', 'MEMBER'))", "caller = 'pgwright_owner'"),
    ("watch-command", "event_triggers", "CREATE EVENT TRIGGER pgwright_command ON ddl_command_start EXECUTE FUNCTION pgwright.on_command();", "CREATE EVENT TRIGGER pgwright_command ON ddl_command_start WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION pgwright.on_command();"),
    ("watch-drop", "event_triggers", "ON sql_drop EXECUTE FUNCTION pgwright.on_drop();", "ON sql_drop WHEN TAG IN ('DROP CAST') EXECUTE FUNCTION pgwright.on_drop();"),
    ("watch-rewrite", "event_triggers", "ON table_rewrite EXECUTE FUNCTION pgwright.on_rewrite();", "ON table_rewrite WHEN TAG IN ('ALTER TYPE') EXECUTE FUNCTION pgwright.on_rewrite();"),
    ("watch-always", "event_triggers", "ALTER EVENT TRIGGER pgwright_command ENABLE ALWAYS;", ""),
)  # fmt: skip
KILLED_BY = {  # where the name of the mutant is not the name of a check that the cases give
    "same-backend": ("session",),
    "flag-is-read": ("touch",),
    "whole-message": ("content",),
    "every-step-once": ("content",),
    "same-message-only": ("content",),
    "invalid-only": ("content",),
    "members-are-guarded": ("session",),
    "watch-command": ("content",),
    "watch-drop": ("drops",),
    "watch-rewrite": ("rewrites",),
}
VECTORS = {"point-canonical", "point-on-curve", "point-minus-zero", "lengths", "no-such-point"}


def mutants() -> list[Mutant]:
    """Every check, taken out one at a time."""
    found = []
    for file in guard.FILES:
        whole = guard.text(file)
        for match in CHECK.finditer(whole):
            changed = f"{whole[: match.start()]}IF false THEN{whole[match.end() :]}"
            found.append(Mutant(match[2], file, changed))
    for name, file, old, new in OTHERS:
        assert guard.text(file).count(old) == 1, f"{name}: the text to change is not there once"
        found.append(Mutant(name, file, guard.text(file).replace(old, new)))
    return found
