-- An approved run: open, the steps, close. Opening lends pgwright_owner to the login for this one transaction:
--     BEGIN; SELECT pgwright.open(...); SET ROLE pgwright_owner; COMMIT;
-- The role then stays set in this session only, and no other session ever sees the membership.

-- When this backend began: with its number it is unique, also after the number is used again.
CREATE OR REPLACE FUNCTION pgwright.backend_start() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.backend_start FROM pg_stat_get_activity(pg_backend_pid()) a
$$;

-- The run that this backend holds; all NULL when it holds none.
CREATE OR REPLACE FUNCTION pgwright.here() RETURNS pgwright.run
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r FROM pgwright.run r JOIN pgwright.seat s USING (nonce)
     WHERE s.pid = pg_backend_pid() AND s.started = pgwright.backend_start()
$$;

-- Which run a text lets begin with these steps: the key under which it is kept. `approval/1` is for one plan. `run/1` lists
-- several, a line `part: PLAN PROOF REVISION` each: it lets begin, or go on with, the first of them that is not closed,
-- and only when the one before it came to its end. Each part is a run of its own, so each runs once, in their order.
CREATE OR REPLACE FUNCTION pgwright.run_of(facts jsonb, plan text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    signed text := facts #>> '{nonce,0}';
    place bigint;
BEGIN
    IF signed !~ '^[0-9a-f]+$' THEN -- check: nonce-form
        RAISE EXCEPTION 'pgwright: the nonce is not made of hex digits' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF facts #>> '{format,0}' <> 'run/1' THEN
        IF plan IS DISTINCT FROM facts #>> '{plan,0}' THEN -- check: plan
            RAISE EXCEPTION 'pgwright: the approval is for plan %, these steps are plan %', facts #>> '{plan,0}', plan
                USING ERRCODE = 'insufficient_privilege', HINT = 'The revision changed after it was approved. Ask for a new approval: pgwright request';
        END IF;
        RETURN signed;
    END IF;
    SELECT min(p.place) INTO place
      FROM unnest(pgwright.said(facts, 'part')) WITH ORDINALITY p(line, place)
      LEFT JOIN pgwright.run r ON r.nonce = signed || ':' || p.place
     WHERE split_part(p.line, ' ', 1) = run_of.plan AND r.closed IS NULL;
    IF place IS NULL THEN -- check: part
        RAISE EXCEPTION 'pgwright: the approval lists no revision with these steps that has not run yet'
            USING ERRCODE = 'insufficient_privilege', HINT = 'The revision is not listed, changed after it was approved, or was run. Ask for a new approval: pgwright request';
    END IF;
    IF place > 1 AND NOT EXISTS (SELECT FROM pgwright.run r WHERE r.nonce = signed || ':' || (place - 1)
                                    AND r.closed IS NOT NULL AND r.next > cardinality(r.steps)) THEN -- check: turn
        RAISE EXCEPTION 'pgwright: this is revision % of the approval, and the one before it has not come to its end', place
            USING ERRCODE = 'insufficient_privilege', HINT = 'They were signed in this order, each once. Otherwise ask for a new approval: pgwright request';
    END IF;
    RETURN signed || ':' || place;
END $$;

-- Begin, or go on with, an approved run. Returns the number of the step to go on with: one that the server saw commit is
-- behind it, one outside a transaction (CONCURRENTLY) may have to be repeated.
-- `steps` are the digests of the messages (Step.digest), in order; the approval says the sha256 of their lines.
CREATE OR REPLACE FUNCTION pgwright.open(document text, signatures text[], steps text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    facts jsonb := pgwright.read_text(document);
    plan text := encode(sha256(convert_to(array_to_string(steps, E'\n'), 'UTF8')), 'hex');
    this_nonce text;
    people text[];
    run pgwright.run;
BEGIN
    PERFORM pgwright.require_current(facts, CASE facts #>> '{format,0}' WHEN 'run/1' THEN 'run/1' ELSE 'approval/1' END);
    people := pgwright.approvers(document, signatures, 1);
    LOCK TABLE pgwright.seat IN EXCLUSIVE MODE;  -- from here on nobody else opens: what follows sees what they left
    this_nonce := pgwright.run_of(facts, plan);
    INSERT INTO pgwright.run AS r (nonce, plan, steps, drops, rewrites, search_path)
         VALUES (this_nonce, plan, open.steps, pgwright.said(facts, 'drop'), pgwright.said(facts, 'rewrite'),
                 facts #>> '{search_path,0}')
    ON CONFLICT (nonce) DO NOTHING;
    SELECT * INTO run FROM pgwright.run r WHERE r.nonce = this_nonce;
    IF run.closed IS NOT NULL OR run.plan <> plan THEN -- check: replay
        RAISE EXCEPTION 'pgwright: this approval was used' USING ERRCODE = 'insufficient_privilege',
            HINT = 'An approval is for one run. Ask for a new one: pgwright request';
    END IF;
    IF EXISTS (SELECT FROM pgwright.seat s, pg_stat_get_activity(s.pid) a
                WHERE s.nonce = this_nonce AND s.pid <> pg_backend_pid() AND a.backend_start = s.started) THEN -- check: one-seat
        RAISE EXCEPTION 'pgwright: this approval is open in another session' USING ERRCODE = 'insufficient_privilege',
            HINT = 'Wait until that session ends.';
    END IF;
    -- Lent before the seat is taken: whatever SET CONSTRAINTS says, the seal comes after this. It is deferred again here,
    -- so that a transaction that made all constraints immediate can still become the owner.
    EXECUTE format('GRANT pgwright_owner TO %I', session_user)
         || CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN ' WITH INHERIT FALSE, SET TRUE' ELSE '' END;
    SET CONSTRAINTS pgwright.seal DEFERRED;
    DELETE FROM pgwright.seat s WHERE s.nonce = this_nonce OR s.pid = pg_backend_pid();
    INSERT INTO pgwright.seat VALUES (this_nonce, pg_backend_pid(), pgwright.backend_start(), session_user);
    PERFORM pgwright.note('open', jsonb_build_object(
        'nonce', this_nonce, 'plan', plan, 'next', run.next, 'approved_by', to_jsonb(people),
        'approval', document, 'signatures', to_jsonb(signatures), 'application', current_setting('application_name'),
        'address', coalesce(host(inet_client_addr()), 'local')));
    RETURN run.next + (run.seen AND NOT run.redo)::integer;
END $$;

-- Take the membership back at the end of the transaction that opened, however it was opened.
CREATE OR REPLACE FUNCTION pgwright.seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('REVOKE pgwright_owner FROM %I', NEW.login);
    RETURN NULL;
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = 'pgwright.seat'::regclass AND tgname = 'seal') THEN
        CREATE CONSTRAINT TRIGGER seal AFTER INSERT OR UPDATE ON pgwright.seat
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pgwright.seal();
    END IF;
END $$;
ALTER TABLE pgwright.seat ENABLE ALWAYS TRIGGER seal;

-- Say that a step is done. One that changed the schema is known here already; the others the runner declares.
CREATE OR REPLACE FUNCTION pgwright.done(step integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run pgwright.run := pgwright.here();
BEGIN
    IF run.nonce IS NULL THEN -- check: done-without-run
        RAISE EXCEPTION 'pgwright: no approved run is open in this session' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF step < run.next THEN
        RETURN run.next;
    END IF;
    IF step <> run.next OR step > cardinality(run.steps) THEN -- check: done-out-of-order
        RAISE EXCEPTION 'pgwright: step % is not next, % is', step, run.next USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT run.seen THEN
        PERFORM pgwright.note('declared', jsonb_build_object('nonce', run.nonce, 'step', step, 'digest', run.steps[step]));
    END IF;
    UPDATE pgwright.run r SET next = run.next + 1, seen = false, redo = false, message_at = NULL WHERE r.nonce = run.nonce;
    RETURN run.next + 1;
END $$;

-- End the run for good: its approval cannot be used again. `outcome` goes into the ledger. Returns the ledger's head.
CREATE OR REPLACE FUNCTION pgwright.close(outcome jsonb) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    run pgwright.run := pgwright.here();
BEGIN
    IF run.nonce IS NULL THEN
        RAISE EXCEPTION 'pgwright: no approved run is open in this session' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE pgwright.run r SET closed = clock_timestamp() WHERE r.nonce = run.nonce;
    DELETE FROM pgwright.seat s WHERE s.nonce = run.nonce;
    RETURN encode(pgwright.note('close', jsonb_build_object(
        'nonce', run.nonce, 'plan', run.plan, 'next', run.next, 'of', cardinality(run.steps), 'outcome', outcome)), 'hex');
END $$;
