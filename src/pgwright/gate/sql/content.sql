-- Content: under T2 each change of the schema must be the next step that was signed, byte for byte as this server received it.
-- Source of what fires when: PostgreSQL documentation, "Event Trigger Firing Matrix".

-- True for whoever could change what pgwright_owner owns: members of it (superusers are members of every role).
CREATE OR REPLACE FUNCTION pgwright.is_guarded(caller name) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (pg_has_role(caller, 'pgwright_owner', 'MEMBER') OR pg_has_role(caller, 'pgwright_gate', 'MEMBER'))
       AND g.suspended IS NULL AND caller <> ALL (g.exempt)
      FROM pgwright.guard g
$$;

-- Whether the running message only drops what an interrupted CONCURRENTLY left invalid.
CREATE OR REPLACE FUNCTION pgwright.is_clean_up(message text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE NOT i.indisvalid AND c.relowner = 'pgwright_owner'::regrole
                      AND message = format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I', n.nspname, c.relname))
$$;

-- Let one command of the running message through, or raise. Called for every command, by whoever sent it.
CREATE OR REPLACE FUNCTION pgwright.consume(caller name, path text, tag text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    digest constant text := encode(sha256(convert_to(current_query(), 'UTF8') || '\x00'::bytea), 'hex');  -- no parameters
    run pgwright.run;
    step integer;
BEGIN
    IF NOT pgwright.is_guarded(caller) THEN
        PERFORM pgwright.require_no_alembic(tag);
        RETURN;
    END IF;
    run := pgwright.here();
    IF run.nonce IS NULL THEN  -- only to say so: no message is a step of no run
        RAISE EXCEPTION 'pgwright: % refused: no approved run is open in this session', tag USING ERRCODE = 'insufficient_privilege',
            HINT = 'Ask for an approval (pgwright request), have it signed (pgwright approve), then: pgwright apply';
    END IF;
    IF run.search_path IS NOT NULL AND run.search_path <> path THEN -- check: search-path
        RAISE EXCEPTION 'pgwright: % refused: search_path is %, approved was %', tag, path, run.search_path
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF run.seen AND run.message_at = statement_timestamp() AND run.steps[run.next] = digest THEN
        RETURN;  -- a further command of the same message
    END IF;
    step := run.next + CASE WHEN run.seen AND NOT (run.redo AND run.steps[run.next] = digest) THEN 1 ELSE 0 END;
    IF run.steps[step] IS DISTINCT FROM digest THEN -- check: content
        IF run.redo AND pgwright.is_clean_up(current_query()) THEN
            RETURN;
        END IF;
        RAISE EXCEPTION 'pgwright: % refused: this message is not step % of the approved plan', tag, step
            USING ERRCODE = 'insufficient_privilege',
            HINT = 'The plan changed after it was approved, or something else is running in this session.';
    END IF;
    IF tag = 'DROP INDEX' AND current_query() ~* '\mconcurrently\M' THEN
        RETURN;  -- PostgreSQL refuses it after a write in its transaction, so it is not noted here: the runner declares it
    END IF;
    UPDATE pgwright.run r
       SET next = step, seen = true, redo = current_query() ~* '\mconcurrently\M', message_at = statement_timestamp()
     WHERE r.nonce = run.nonce;
    PERFORM pgwright.note('step', jsonb_build_object('nonce', run.nonce, 'step', step, 'tag', tag, 'digest', digest));
END $$;

-- Alembic under a login that may change nothing fails anyway; said here, the error names what to do instead. Alembic
-- reads its version table in the transaction of its first command, so that transaction holds a lock on it.
CREATE OR REPLACE FUNCTION pgwright.require_no_alembic(tag text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_locks l JOIN pg_trigger t ON t.tgrelid = l.relation AND t.tgname = 'pgwright_version'
                WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid()
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                GROUP BY l.relation HAVING bool_and(l.mode = 'AccessShareLock'))
       AND (SELECT suspended FROM pgwright.guard) IS NULL THEN
        RAISE EXCEPTION 'pgwright: % refused: plain alembic cannot change this database', tag
            USING ERRCODE = 'insufficient_privilege',
            HINT = 'Ask for an approval (pgwright request), have it signed (pgwright approve), then: pgwright apply';
    END IF;
END $$;

-- These three run as whoever sent the command: only so they see who that is. They hold nothing but calls with full names.
CREATE OR REPLACE FUNCTION pgwright.on_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pgwright.consume(current_user, pg_catalog.current_setting('search_path'), tg_tag);
END $$;

-- What is dropped must be named in the approval: tables and all else that holds data, as the proof recorded it.
CREATE OR REPLACE FUNCTION pgwright.on_drop() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone record;
    drops text[];
BEGIN
    IF NOT pgwright.is_guarded(current_user) THEN
        RETURN;
    END IF;
    drops := (pgwright.here()).drops;
    FOR gone IN SELECT object_type || ' ' || object_identity AS named FROM pg_event_trigger_dropped_objects()
                 WHERE (original OR normal) AND NOT is_temporary
                   AND object_type IN ('table', 'table column', 'foreign table', 'foreign table column', 'schema',
                                       'materialized view', 'sequence', 'view', 'extension') LOOP
        IF gone.named = ANY (drops) IS NOT TRUE THEN -- check: drops
            RAISE EXCEPTION 'pgwright: the drop of % was not approved', gone.named USING ERRCODE = 'insufficient_privilege',
                HINT = 'The approval names what it drops. Ask for a new one: pgwright request';
        END IF;
    END LOOP;
END $$;

-- So must a table that is rewritten: its name as the proof recorded it.
CREATE OR REPLACE FUNCTION pgwright.on_rewrite() RETURNS event_trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation text := (SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE c.oid = pg_event_trigger_table_rewrite_oid());
BEGIN
    IF pgwright.is_guarded(current_user) AND relation = ANY ((pgwright.here()).rewrites) IS NOT TRUE THEN -- check: rewrites
        RAISE EXCEPTION 'pgwright: the rewrite of % was not approved', relation USING ERRCODE = 'insufficient_privilege',
            HINT = 'The approval names what it rewrites. Ask for a new one: pgwright request';
    END IF;
END $$;

-- On each alembic_version table, under T1 too: only an approved run writes it.
CREATE OR REPLACE FUNCTION pgwright.on_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (pgwright.here()).nonce IS NULL AND (SELECT suspended FROM pgwright.guard) IS NULL THEN -- check: version-table
        RAISE EXCEPTION 'pgwright: % of % refused: revisions are recorded by approved runs only', tg_op, tg_table_name
            USING ERRCODE = 'insufficient_privilege',
            HINT = 'Ask for an approval (pgwright request), have it signed (pgwright approve), then: pgwright apply';
    END IF;
    RETURN NULL;
END $$;
