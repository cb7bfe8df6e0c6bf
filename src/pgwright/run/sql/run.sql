-- about: what the server says about itself and about us.
SELECT s.system_identifier::text AS identifier, current_database()::text AS database, current_user::text AS role,
       pg_is_in_recovery() AS recovering, pg_backend_pid() AS pid, current_setting('server_version_num')::int AS version
  FROM pg_control_system() s

-- about_without_control: the same where pg_control_system() may not be called.
SELECT '' AS identifier, current_database()::text AS database, current_user::text AS role,
       pg_is_in_recovery() AS recovering, pg_backend_pid() AS pid, current_setting('server_version_num')::int AS version

-- has_journal: is the journal there.
SELECT to_regclass('pgwright.unit') IS NOT NULL AND to_regclass('pgwright.event') IS NOT NULL

-- guarded: is there a guard in this database.
SELECT to_regclass('pgwright.guard') IS NOT NULL

-- open_run: begin or go on with an approved run; the role that it lends is taken in the same transaction.
SELECT pgwright.open({document}, {signatures}::text[], {steps}::text[])

-- declare_steps: everything up to that message of the plan is done.
SELECT pgwright.done(n) FROM generate_series((pgwright.here()).next, {upto}) n

-- close_run: for good, with what came of it.
SELECT pgwright.close(jsonb_build_object('revision', {revision}::text, 'direction', {direction}::text, 'state', {state}::text,
                                         'line', {line}::text))

-- ledger_head: the last line.
SELECT seq, encode(hash, 'hex') FROM pgwright.ledger ORDER BY seq DESC LIMIT 1

-- unclosed: approvals that were opened and not closed.
SELECT o.body ->> 'nonce' FROM pgwright.ledger o WHERE o.event = 'open'
   AND NOT EXISTS (SELECT FROM pgwright.ledger c WHERE c.event = 'close' AND c.body ->> 'nonce' = o.body ->> 'nonce')
 GROUP BY 1

-- former_owners: whose the objects were before the guard, and who could create where.
SELECT kind, identity, owner FROM pgwright.moved

-- index_name: an index beside its table, named as the guard's own clean-up names it.
SELECT format('%I.%I', n.nspname, {name}::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass({table})

-- try_lock: one runner for this database. The lock goes with the session, however it ends.
SELECT pg_try_advisory_lock({key})

-- lock_holder: who has it.
SELECT a.pid, coalesce(nullif(a.application_name, ''), 'a session') || ' of ' || a.usename || ', process ' || a.pid AS who,
       to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.classid::bigint = {high} AND l.objid::bigint = {low} AND l.objsubid = 1

-- open_unit: the unit that is not finished; there is at most one. A journal of an older version knows no tenants.
SELECT id, revision, direction, parent, digest, kind, steps, state, told, coalesce(to_jsonb(u) ->> 'tenant', '') FROM pgwright.unit u
 WHERE state NOT IN ('done', 'withdrawn')

-- last_unit: the last that was finished.
SELECT id, revision, direction, parent, digest, kind, steps, state, told, coalesce(to_jsonb(u) ->> 'tenant', '') FROM pgwright.unit u
 WHERE state = 'done' ORDER BY id DESC LIMIT 1

-- begin_unit: a new one.
INSERT INTO pgwright.unit (revision, direction, parent, digest, kind, steps, holder, tenant)
VALUES ({revision}, {direction}, {parent}, {digest}, {kind}, {steps}, {holder}, {tenant}) RETURNING id

-- move_unit: into another state, unless it has come to its end: the answer to that commit may have been lost.
UPDATE pgwright.unit SET state = {state}, told = {told}, holder = {holder},
       ended = CASE WHEN {state} IN ('done', 'withdrawn') THEN clock_timestamp() END
 WHERE id = {unit} AND state NOT IN ('done', 'withdrawn')

-- steps: what is known of the steps of a unit.
SELECT no, state, digest FROM pgwright.step WHERE unit = {unit}

-- intend: before something that cannot be in a transaction.
INSERT INTO pgwright.step (unit, no, kind, digest, state) VALUES ({unit}, {no}, {kind}, {digest}, 'intent')
ON CONFLICT (unit, no) DO UPDATE SET attempts = pgwright.step.attempts + 1 WHERE pgwright.step.state = 'intent'

-- did: in the transaction of what was done. A second `done` violates the primary key or changes no row.
INSERT INTO pgwright.step (unit, no, kind, digest, state, ended)
VALUES ({unit}, {no}, {kind}, {digest}, 'done', clock_timestamp())
ON CONFLICT (unit, no) DO UPDATE SET state = 'done', ended = clock_timestamp() WHERE pgwright.step.state = 'intent'

-- tell: one line of the event log.
INSERT INTO pgwright.event (unit, stage, told) VALUES ({unit}, {stage}, {told})

-- control: what a person wants.
SELECT wish, duty, why FROM pgwright.control

-- wish: say it.
UPDATE pgwright.control SET wish = {wish}, why = {why}, changed = clock_timestamp()

-- throttle: the share of time that a backfill may work.
UPDATE pgwright.control SET duty = {duty}, why = {why}, changed = clock_timestamp()

-- holders: sessions whose granted locks conflict with what is wanted, oldest transaction first. Prepared transactions
-- have no session. `wanted` is rows of (relation, modes that conflict).
SELECT DISTINCT ON (age, l.pid) coalesce(a.pid, 0) AS pid, coalesce(nullif(a.application_name, ''), a.backend_type, 'prepared transaction') AS application,
       coalesce(a.state, 'prepared') AS state, coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8 AS age,
       left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 200) AS query, l.mode, w.relation
  FROM (VALUES {wanted}) w(relation, modes)
  JOIN pg_locks l ON l.relation = to_regclass(w.relation) AND l.granted AND l.mode = ANY (w.modes::text[])
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.pid IS DISTINCT FROM {own} AND l.pid IS DISTINCT FROM pg_backend_pid()
 ORDER BY age DESC, l.pid

-- present: which of these relations exist.
SELECT name FROM unnest({names}::text[]) name WHERE to_regclass(name) IS NOT NULL

-- index: is it there, valid, and is somebody building it.
SELECT i.indisvalid AND i.indisready, EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid
       AND p.pid <> pg_backend_pid())
  FROM pg_index i WHERE i.indexrelid = to_regclass({name})

-- detach: is a partition attached, half detached, or detached.
SELECT coalesce((SELECT CASE WHEN inhdetachpending THEN 'pending' ELSE 'attached' END FROM pg_inherits
                  WHERE inhparent = to_regclass({table}) AND inhrelid = to_regclass({partition})), 'detached')

-- orphans: sessions of a runner that died, still busy with what it had sent.
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = {application} AND pid <> pg_backend_pid() AND state <> 'idle'

-- invalid_indexes: left by a build that was interrupted, of this run or of another.
SELECT n.nspname || '.' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND n.nspname !~ '^pg_' AND c.relkind = 'i'
   AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
 ORDER BY 1

-- progress: how far an index build of ours is, and whom it waits for.
SELECT phase || CASE WHEN lockers_total > lockers_done THEN ' (waits for process ' || current_locker_pid || ')' ELSE '' END,
       blocks_done, blocks_total
  FROM pg_stat_progress_create_index WHERE pid = {pid}

-- members: a table with everything that inherits from it, its partitions too; each is walked by itself.
WITH RECURSIVE tree AS (
    SELECT to_regclass({table})::oid AS oid
    UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON i.inhparent = t.oid
)
SELECT c.oid::bigint, format('%I.%I', n.nspname, c.relname), c.relkind::text, c.relpersistence::text,
       coalesce(pg_relation_filenode(c.oid), 0)::bigint, coalesce(pg_relation_size(c.oid) / current_setting('block_size')::int, 0)::bigint,
       coalesce(pg_total_relation_size(c.oid), 0)::bigint, c.relrowsecurity AND (c.relforcerowsecurity
       OR NOT pg_has_role({role}, c.relowner, 'USAGE')) AND NOT (SELECT r.rolbypassrls OR r.rolsuper FROM pg_roles r WHERE r.rolname = {role}), greatest(c.reltuples, 0)::float8,
       (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND a.attname = ANY ({columns}::text[]))
  FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY c.oid

-- whole_key: the primary key where it is one column of whole numbers, and how well the rows lie in its order.
SELECT a.attname::text, coalesce(abs(s.correlation), 0)::float8
  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
 WHERE i.indrelid = {relation} AND i.indisprimary AND i.indnkeyatts = 1
   AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)

-- span: the first and the last key.
SELECT min({key})::bigint, max({key})::bigint FROM ONLY {relation}

-- cursors: where a backfill stands.
SELECT relation::bigint, pass, mode, relfilenode::bigint, low, high, next, rows, batches, seconds, longest
  FROM pgwright.cursor WHERE unit = {unit} ORDER BY pass, relation

-- start_cursor: at the beginning of one relation.
INSERT INTO pgwright.cursor (unit, relation, pass, mode, relfilenode, low, high, next)
VALUES ({unit}, {relation}, {pass}, {mode}, {relfilenode}, {low}, {high}, {low})

-- restart_cursor: the relation was rewritten, so its rows lie elsewhere; what is filled no longer matches.
UPDATE pgwright.cursor SET relfilenode = {relfilenode}, low = 0, high = {high}, next = 0
 WHERE unit = {unit} AND relation = {relation} AND pass = {pass}

-- move_cursor: in the transaction of the batch, and only from where it stood.
UPDATE pgwright.cursor SET next = {next}, rows = rows + {rows}, batches = batches + 1, seconds = seconds + {seconds},
       longest = greatest(longest, {seconds}), moved = clock_timestamp()
 WHERE unit = {unit} AND relation = {relation} AND pass = {pass} AND next = {before}

-- filenode: does the relation still lie where the cursor thinks.
SELECT coalesce(pg_relation_filenode({relation}::oid), 0)::bigint, pg_relation_size({relation}::oid) / current_setting('block_size')::int

-- load: what a backfill does to the server: the worst replica's lag in seconds, and the WAL written so far.
SELECT coalesce((SELECT max(extract(epoch FROM replay_lag)) FROM pg_stat_replication), 0)::float8,
       (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint

-- statements_schema: where pg_stat_statements is installed.
SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'

-- calls_by_statement: calls and seconds of all statements in this database but those of our roles.
SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(total_exec_time), 0)::float8 / 1000 FROM {schema}.pg_stat_statements(false)
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND userid NOT IN (SELECT oid FROM pg_roles WHERE rolname = ANY ({roles}::text[]))

-- calls_by_database: transactions and seconds that sessions were active, ours included.
SELECT xact_commit + xact_rollback, active_time / 1000 FROM pg_stat_database WHERE datname = current_database()

-- hand_in: what this session did, counted at once instead of within a second.
SELECT pg_stat_force_next_flush()

-- size: of a table with its indexes.
SELECT pg_total_relation_size(to_regclass({table}))

-- walked: how far a backfill is.
SELECT coalesce(sum(rows), 0)::bigint, coalesce(sum(batches), 0)::bigint,
       coalesce(sum(next - low)::float8 / nullif(sum(high - low), 0), 0)::float8
  FROM pgwright.cursor WHERE unit = {unit}

-- long_transactions: sessions that have had a transaction open for long, and prepared transactions.
SELECT pid, coalesce(nullif(application_name, ''), backend_type), extract(epoch FROM clock_timestamp() - xact_start)::float8 AS age
  FROM pg_stat_activity WHERE datname = current_database() AND clock_timestamp() - xact_start > make_interval(secs => {longer})
 UNION ALL
SELECT 0, 'prepared transaction ' || gid, extract(epoch FROM clock_timestamp() - prepared)::float8
  FROM pg_prepared_xacts WHERE database = current_database() AND clock_timestamp() - prepared > make_interval(secs => {longer})
 ORDER BY age DESC LIMIT 5

-- not_ours: relations that belong to a role of which we are no member.
SELECT name, pg_get_userbyid(c.relowner)::text
  FROM unnest({names}::text[]) name JOIN pg_class c ON c.oid = to_regclass(name)
 WHERE NOT pg_has_role({role}, c.relowner, 'USAGE')

-- may_not_update: is the right to fill a table missing.
SELECT to_regclass({table}) IS NOT NULL AND NOT has_table_privilege({role}, to_regclass({table}), 'UPDATE')

-- sizes: of several tables with their indexes.
SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::bigint FROM unnest({names}::text[]) name
 WHERE to_regclass(name) IS NOT NULL

-- rows: how many the statistics know of.
SELECT name, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
  FROM unnest({names}::text[]) name JOIN pg_class c ON c.oid = to_regclass(name)

-- clients: sessions of the application's on this database, and whether our role may end them.
SELECT a.pid, coalesce(nullif(a.application_name, ''), 'unnamed, role ' || a.usename) AS application, coalesce(a.state, '') AS state,
       extract(epoch FROM clock_timestamp() - a.backend_start)::float8 AS age,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR (NOT r.rolsuper AND
        (pg_has_role(a.usesysid, 'MEMBER') OR pg_has_role('pg_signal_backend', 'MEMBER'))) AS ours
  FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
 WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid NOT IN ({own}, pg_backend_pid())
 ORDER BY a.backend_start

-- end: sessions that are still idle; they are asked again here, since some time has passed.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY ({pids}::int[]) AND state = 'idle'

-- tenants: the schemas that have a version table of that name.
SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = {table} AND c.relkind = 'r' AND n.nspname !~ '^pg_'
   AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_num') ORDER BY 1

-- version_tables: every table that keeps a revision, by schema and name.
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_num')
 ORDER BY 1, 2

-- has_tenant: does the journal know tenants.
SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('pgwright.unit') AND attname = 'tenant')

-- add_tenant: to a journal that was made before.
ALTER TABLE pgwright.unit ADD COLUMN tenant text NOT NULL DEFAULT ''
