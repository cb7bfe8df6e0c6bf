"""Roles above the application: a managed platform's master login that did not make our roles, and superusers."""

from __future__ import annotations

from pgwright.gate.bypass.case import Case

ADD = "ALTER TABLE {s}.users ADD COLUMN c integer"


def master(name: str, *tries: str, **more: object) -> Case:
    """CREATEROLE and CREATEDB, no superuser."""
    return Case(f"master-{name}", "master", tries, anywhere=True, **more)  # type: ignore[arg-type]


def superuser(name: str, *tries: str, **more: object) -> Case:
    """By accident, and on purpose."""
    return Case(f"superuser-{name}", "superuser", tries, **more)  # type: ignore[arg-type]


CASES = (
    master("alter-table", ADD),
    master("create-table", "CREATE TABLE {s}.x (i integer)"),
    master("grant-owner", "GRANT pgwright_owner TO CURRENT_USER"),
    master("grant-gate", "GRANT pgwright_gate TO CURRENT_USER"),
    master("grant-owner-and-alter", "GRANT pgwright_owner TO CURRENT_USER", "SET ROLE pgwright_owner", ADD, checks=("session",)),
    master("grant-gate-and-forge-signer", "GRANT pgwright_gate TO CURRENT_USER", "SET ROLE pgwright_gate",
           "INSERT INTO pgwright.signer VALUES ('x', 'evil')"),
    master("runner-password", "ALTER ROLE pgwright_runner PASSWORD 'x'"),
    master("owner-login", "ALTER ROLE pgwright_owner LOGIN PASSWORD 'x'"),
    master("drop-event-trigger", "DROP EVENT TRIGGER pgwright_command"),
    master("create-event-trigger", "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION pgwright.on_command()"),
    master("drop-owned", "DROP OWNED BY pgwright_owner"),
    master("database-owner", "ALTER DATABASE {db} OWNER TO CURRENT_USER"),
    master("drop-database", "DROP DATABASE {db}", alone=True),
    master("predefined-role", "GRANT pg_execute_server_program TO CURRENT_USER"),
    master("ledger-update", "UPDATE pgwright.ledger SET who = 'x'"),
    superuser("alter-table", ADD, checks=("session",)),
    superuser("drop-table", "DROP TABLE {s}.users CASCADE", checks=("session",)),
    superuser("alembic-stamp", "UPDATE {s}.alembic_version SET version_num = 'x'", checks=("version-table",)),
    superuser("ledger-update", "UPDATE pgwright.ledger SET who = 'x'", checks=("ledger-grows",)),
    superuser("ledger-delete", "DELETE FROM pgwright.ledger", checks=("ledger-grows",)),
    superuser("ledger-truncate", "TRUNCATE pgwright.ledger", checks=("ledger-grows",)),
    superuser("ledger-replica", "SET session_replication_role = replica", "DELETE FROM pgwright.ledger", checks=("ledger-always",)),
    superuser("ddl-replica", "SET session_replication_role = replica", ADD, checks=("watch-always",)),
    superuser("truncate", "TRUNCATE {s}.orders"),
    # on purpose: nothing stops it; `gate doctor` and `ledger verify` show it
    superuser("triggers-off-then-ddl", "SET event_triggers = off", "DROP TABLE {s}.users CASCADE"),
    superuser("disable-then-ddl", "ALTER EVENT TRIGGER pgwright_command DISABLE", "ALTER EVENT TRIGGER pgwright_drop DISABLE",
              "DROP TABLE {s}.users CASCADE"),
    superuser("forge-ledger", "ALTER TABLE pgwright.ledger DISABLE TRIGGER only_append", "DELETE FROM pgwright.ledger",
              anywhere=True, checks=("session",)),
    superuser("exempt-then-ddl", "UPDATE pgwright.guard SET exempt = ARRAY[CURRENT_USER::text]", ADD),
)  # fmt: skip
