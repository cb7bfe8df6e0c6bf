-- triggers: our event triggers and triggers, and how they are enabled (A: always).
SELECT evtname::text, evtenabled::text FROM pg_event_trigger WHERE evtname LIKE 'pgwright\_%'
UNION ALL
SELECT tgname::text, tgenabled::text FROM pg_trigger WHERE tgrelid IN (to_regclass('pgwright.seat'), to_regclass('pgwright.ledger'))
   AND NOT tgisinternal

-- functions: every function in the schema: its name, body, whether it runs as its owner, and that owner.
SELECT p.oid::regprocedure::text, p.prosrc, p.prosecdef, p.proowner::regrole::text, coalesce(p.proconfig::text, '')
  FROM pg_proc p WHERE p.pronamespace = 'pgwright'::regnamespace ORDER BY 1

-- versions_guarded: Alembic's version tables without our trigger.
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relname LIKE '%alembic_version%' AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'pgwright_version' AND t.tgenabled <> 'D')

-- signers: how many people, with how many keys.
SELECT count(DISTINCT principal), count(*) FROM pgwright.signer

-- open_runs: approved runs that are not closed.
SELECT count(*) FROM pgwright.ledger o WHERE o.event = 'open'
   AND NOT EXISTS (SELECT FROM pgwright.ledger c WHERE c.event = 'close' AND c.body ->> 'nonce' = o.body ->> 'nonce')
