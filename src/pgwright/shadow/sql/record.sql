-- The recorder inside a shadow database. Everything goes to the server's log, in the order in which it happened and
-- also when the transaction is rolled back; nothing is stored, so no snapshot, no row count and no lock is disturbed.
-- Terse: without a CONTEXT entry beside each RAISE.
-- A database that only is brought along says `pgwright_shadow.quiet` to its sessions: nothing is told there.
-- Source of the firing rules: PostgreSQL documentation, "Event Trigger Firing Matrix".

CREATE SCHEMA pgwright_shadow;
GRANT USAGE ON SCHEMA pgwright_shadow TO PUBLIC;

-- Locks that this transaction holds on relations of the user, and the rows it has read and written so far.
CREATE FUNCTION pgwright_shadow.observe() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET log_error_verbosity = terse AS $$
DECLARE
    seen text;
BEGIN
    -- No join: each session that a revision opens plans this anew.
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
               relation, pg_catalog.pg_identify_object(1259, relation, 0), modes,
               pg_catalog.pg_stat_get_xact_tuples_returned(relation)
               + pg_catalog.pg_stat_get_xact_tuples_fetched(relation),
               pg_catalog.pg_stat_get_xact_tuples_inserted(relation)
               + pg_catalog.pg_stat_get_xact_tuples_updated(relation)
               + pg_catalog.pg_stat_get_xact_tuples_deleted(relation)))
      INTO seen
      FROM (SELECT relation, pg_catalog.array_agg(mode) AS modes
              FROM pg_catalog.pg_lock_status()
             WHERE locktype = 'relation' AND pid = pg_catalog.pg_backend_pid() AND granted AND relation >= 16384
             GROUP BY relation) l;
    RAISE LOG 'pgwright:locks %', coalesce(seen, '[]');
    -- Counters are handed over at the end of this transaction, so that the next one starts from nought.
    PERFORM pg_catalog.pg_stat_force_next_flush(); -- since 15
END $$;

CREATE FUNCTION pgwright_shadow.on_end() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET log_error_verbosity = terse AS $$
BEGIN
    IF pg_catalog.current_setting('pgwright_shadow.quiet', true) = 'on' THEN RETURN; END IF;
    PERFORM pgwright_shadow.observe();
END $$;

CREATE FUNCTION pgwright_shadow.on_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET log_error_verbosity = terse AS $$
DECLARE
    gone text;
BEGIN
    IF pg_catalog.current_setting('pgwright_shadow.quiet', true) = 'on' THEN RETURN; END IF;
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
               objid, object_type, object_identity, original OR normal, objsubid))
      INTO gone FROM pg_catalog.pg_event_trigger_dropped_objects()
     WHERE object_type NOT IN ('type', 'toast table') AND NOT is_temporary;
    RAISE LOG 'pgwright:drops %', coalesce(gone, '[]');
END $$;

CREATE FUNCTION pgwright_shadow.on_rewrite() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET log_error_verbosity = terse AS $$
DECLARE
    which text;
BEGIN
    IF pg_catalog.current_setting('pgwright_shadow.quiet', true) = 'on' THEN RETURN; END IF;
    SELECT pg_catalog.json_build_array(n.nspname || '.' || c.relname, pg_catalog.pg_event_trigger_table_rewrite_reason())
      INTO which
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = pg_catalog.pg_event_trigger_table_rewrite_oid();
    RAISE LOG 'pgwright:rewrite %', which;
END $$;

CREATE EVENT TRIGGER pgwright_end ON ddl_command_end EXECUTE FUNCTION pgwright_shadow.on_end();
CREATE EVENT TRIGGER pgwright_drop ON sql_drop EXECUTE FUNCTION pgwright_shadow.on_drop();
CREATE EVENT TRIGGER pgwright_rewrite ON table_rewrite EXECUTE FUNCTION pgwright_shadow.on_rewrite();
