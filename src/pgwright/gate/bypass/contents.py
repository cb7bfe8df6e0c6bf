"""An approved session that sends something else than what was approved."""

from __future__ import annotations

from pgwright.gate.bypass.case import Case

EMAIL = "ALTER TABLE {s}.users ADD COLUMN email text"
AGE = "ALTER TABLE {s}.users ADD COLUMN age integer"
NEW = "CREATE TABLE IF NOT EXISTS {s}.n (i integer)"
DROP = "DROP TABLE {s}.notes"
COLUMN = "ALTER TABLE {s}.orders DROP COLUMN note"
WIDEN = "ALTER TABLE {s}.users ALTER COLUMN id TYPE numeric"
NARROW = "ALTER TABLE {s}.orders ALTER COLUMN note TYPE varchar(9)"
TWO = "DO $$ BEGIN ALTER TABLE {s}.users ADD COLUMN email text; ALTER TABLE {s}.users ADD COLUMN age integer; END $$"
INDEX = "CREATE INDEX CONCURRENTLY ci ON {s}.users (name)"
LONG = "CREATE TABLE {s}.big (i integer) /* " + "x" * 300_000 + "{last} */"


def other(name: str, *tries: str, checks: tuple[str, ...] = ("content",), **more: object) -> Case:
    """One step is approved; something else is sent."""
    return Case(f"session-{name}", "opened", tries, (EMAIL,), checks=checks, **more)  # type: ignore[arg-type]


def plan(name: str, steps: tuple[str, ...], *tries: str, **more: object) -> Case:
    """These steps are approved."""
    return Case(f"session-{name}", "opened", tries, steps, **more)  # type: ignore[arg-type]


CASES = (
    other("unapproved", AGE),
    plan("out-of-order", (EMAIL, AGE), AGE, checks=("content",)),
    plan("skipped-by-done", (EMAIL, AGE), "SELECT pgwright.done(1)", AGE),  # declared as done, and so in the ledger
    plan("done-out-of-order", (EMAIL, AGE), "SELECT pgwright.done(2)", checks=("done-out-of-order",)),
    plan("done-past-the-end", (EMAIL,), EMAIL, "SELECT pgwright.done(1)", "SELECT pgwright.done(2)", checks=("done-out-of-order",)),
    plan("repeated", (NEW,), NEW, NEW, checks=("content",)),
    plan("after-the-last", (EMAIL,), EMAIL, "SELECT pgwright.done(1)", AGE, checks=("content",)),
    plan("after-close", (EMAIL, AGE), EMAIL, "SELECT pgwright.close('{{}}')", AGE, checks=("session",)),
    plan("close-twice", (EMAIL,), "SELECT pgwright.close('{{}}')", "SELECT pgwright.close('{{}}')"),
    other("comment-appended", EMAIL + " -- x"),
    other("space-appended", EMAIL + " "),
    other("semicolon-appended", EMAIL + ";"),
    other("smuggled-second-command", EMAIL + "; " + AGE),
    other("smuggled-first-command", AGE + "; " + EMAIL),
    other("wrapped-in-do", "DO $$ BEGIN " + EMAIL + "; END $$"),
    other("executed-in-do", "DO $$ BEGIN EXECUTE '" + EMAIL + "'; END $$"),
    other("query-to-xml", "SELECT query_to_xml('CREATE TABLE {s}.w (i integer)', true, false, '')"),
    other("nested-schema-elements", "CREATE SCHEMA z CREATE TABLE w (i integer)"),
    other("ctas", "CREATE TABLE {s}.m AS SELECT 1 AS i"),
    other("select-into", "SELECT 1 AS i INTO {s}.m"),
    other("ctas-execute", "PREPARE p AS SELECT 1 AS i", "CREATE TABLE {s}.m AS EXECUTE p"),
    other("create-view", "CREATE VIEW {s}.v AS SELECT 1 AS one"),
    other("materialized-view", "CREATE MATERIALIZED VIEW {s}.mv AS SELECT 1 AS one"),
    other("refresh-view", "REFRESH MATERIALIZED VIEW {s}.totals"),
    other("definer-function", "CREATE FUNCTION {s}.f() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    other("trigger", "CREATE TRIGGER t BEFORE INSERT ON {s}.users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"),
    other("rule", "CREATE RULE r AS ON DELETE TO {s}.users DO INSTEAD NOTHING"),
    other("policy", "CREATE POLICY p ON {s}.users USING (false)"),
    other("grant", "GRANT ALL ON ALL TABLES IN SCHEMA {s} TO PUBLIC"),
    other("grant-truncate", "GRANT TRUNCATE ON {s}.users TO pgwright_owner"),
    other("revoke-from-application", "REVOKE ALL ON {s}.users FROM {app}"),
    other("default-privileges", "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT ALL ON TABLES TO PUBLIC"),
    other("comment", "COMMENT ON TABLE {s}.users IS 'x'"),
    other("reindex", "REINDEX TABLE {s}.users"),
    other("drop-owned", "DROP OWNED BY pgwright_owner", wide=True),
    other("extension", "CREATE EXTENSION pgcrypto"),
    other("temp-table", "CREATE TEMP TABLE tt (i integer)"),
    other("import-foreign-schema", "IMPORT FOREIGN SCHEMA x FROM SERVER y INTO {s}"),
    other("version-trigger", "DROP TRIGGER pgwright_version ON {s}.alembic_version"),
    other("version-trigger-disabled", "ALTER TABLE {s}.alembic_version DISABLE TRIGGER USER"),
    other("function-that-changes", "SELECT {s}.grow()"),
    other("search-path-changed", "SET search_path = {s}, public", EMAIL, checks=("search-path",),
          approval={"search_path": '"$user", public'}),
    other("rename-database", "ALTER DATABASE {db} RENAME TO gone", checks=()),
    # what no event covers is a matter of privileges
    other("truncate", "TRUNCATE {s}.users CASCADE", checks=()),
    other("table-owner", "ALTER TABLE {s}.users OWNER TO pgwright_runner", checks=()),
    other("reassign-to-runner", "REASSIGN OWNED BY pgwright_owner TO pgwright_runner", checks=()),
    other("reassign-to-application", "REASSIGN OWNED BY pgwright_owner TO {app}", checks=()),
    other("grant-owner", "GRANT pgwright_owner TO {app}", checks=()),
    other("create-role", "CREATE ROLE another", checks=()),
    other("set-role-gate", "SET ROLE pgwright_gate", checks=()),
    other("disable-event-trigger", "ALTER EVENT TRIGGER pgwright_command DISABLE", checks=()),
    other("event-triggers-off", "SET event_triggers = off", checks=()),
    other("replica-role", "SET session_replication_role = replica", checks=()),
    other("forge-run", "UPDATE pgwright.run SET steps = '{{}}'", checks=()),
    other("forge-signer", "INSERT INTO pgwright.signer VALUES ('x', 'evil')", checks=()),
    other("forge-ledger", "UPDATE pgwright.ledger SET who = 'x'", checks=()),
    other("replace-guard", "CREATE OR REPLACE FUNCTION pgwright.seal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", checks=()),
    other("guard-table", "CREATE TABLE pgwright.x (i integer)", checks=()),
    other("set-role-again", "RESET ROLE", "SET ROLE pgwright_owner", checks=("seal-revokes",)),
    other("copy-to-program", "COPY {s}.users TO PROGRAM 'true'", checks=()),
    # inside the transaction that opened, when the membership is not yet taken back
    other("open-transaction-grant-owner", "RESET ROLE", "GRANT pgwright_owner TO {app}", checks=(), sealed=False),
    other("open-transaction-reassign", "RESET ROLE", "REASSIGN OWNED BY pgwright_owner TO pgwright_runner", checks=(), sealed=False),
    other("open-transaction-as-runner", "RESET ROLE", AGE, checks=(), sealed=False),
    # what is destroyed or rewritten must be named
    plan("drop-not-listed", (DROP,), DROP, checks=("drops",)),
    plan("drop-column-not-listed", (COLUMN,), COLUMN, checks=("drops",)),
    plan("drop-other-listed", (DROP,), DROP, drops=("table {s}.users",), checks=("drops",)),
    plan("drop-prefix-listed", (DROP,), DROP, drops=("table {s}.note", "schema {s}", "table {s}.notes_old"), checks=("drops",)),
    plan("drop-schema-hits-more", ("DROP SCHEMA {s} CASCADE",), "DROP SCHEMA {s} CASCADE", drops=("schema {s}",), checks=("drops",)),
    plan("rewrite-not-listed", (NARROW,), NARROW, checks=("rewrites",)),
    plan("rewrite-other-listed", (NARROW,), NARROW, rewrites=("{s}.users",), checks=("rewrites",)),
    plan("long-last-byte", (LONG.replace("{last}", "a"),), LONG.replace("{last}", "b"), checks=("content",)),
    # what was approved works
    plan("approved", (EMAIL,), EMAIL, use=True),
    plan("approved-two", (EMAIL, AGE), EMAIL, "SELECT pgwright.done(1)", AGE, "SELECT pgwright.done(2)",
         "SELECT pgwright.close('{{}}')", use=True),
    plan("approved-without-done", (EMAIL, AGE), EMAIL, AGE, use=True),
    plan("approved-rows-between", (EMAIL, "UPDATE {s}.users SET email = 'x'", AGE), EMAIL, "UPDATE {s}.users SET email = 'x'",
         "SELECT pgwright.done(1)", "SELECT pgwright.done(2)", AGE, use=True),
    plan("approved-do", (TWO,), TWO, use=True),
    plan("approved-two-commands", (EMAIL + "; " + AGE,), EMAIL + "; " + AGE, use=True),
    plan("approved-long", (LONG.replace("{last}", "a"),), LONG.replace("{last}", "a"), use=True),
    plan("approved-drop", (DROP,), DROP, drops=("table {s}.notes",), use=True),
    plan("approved-drop-column", (COLUMN,), COLUMN, drops=("table column {s}.orders.note",), use=True),
    plan("approved-rewrite", (NARROW,), NARROW, rewrites=("{s}.orders",), use=True),
    plan("approved-search-path", (EMAIL,), EMAIL, approval={"search_path": '"$user", public'}, use=True),
    plan("approved-concurrently", (INDEX,), INDEX, "SELECT pgwright.done(1)", alone=True, use=True),
    plan("approved-version-write", ("UPDATE {s}.alembic_version SET version_num = 'b'",),
         "UPDATE {s}.alembic_version SET version_num = 'b'", "SELECT pgwright.done(1)", use=True),
    plan("approved-new-table-no-truncate", ("CREATE TABLE {s}.fresh (i integer)",), "CREATE TABLE {s}.fresh (i integer)",
         "TRUNCATE {s}.fresh"),
    # documented gaps: rows, locks, and commands that fire no event
    other("delete-all-rows", "DELETE FROM {s}.orders", checks=()),
    other("merge-delete", "MERGE INTO {s}.orders o USING {s}.users u ON o.id = u.id WHEN MATCHED THEN DELETE", checks=()),
    other("lock-table", "LOCK TABLE {s}.orders IN ACCESS EXCLUSIVE MODE", checks=()),
    other("cluster", "CLUSTER {s}.users USING users_pkey", checks=()),
    other("vacuum-full", "VACUUM FULL {s}.orders", checks=(), alone=True),
    other("explain-analyze-ctas", "EXPLAIN ANALYZE CREATE TABLE {s}.ghost AS SELECT 1 AS i", checks=()),
    other("setval", "SELECT setval('{s}.users_id_seq', 1)", checks=()),
    other("own-settings", "RESET ROLE", "ALTER ROLE CURRENT_USER SET statement_timeout = 1", checks=()),
)  # fmt: skip
