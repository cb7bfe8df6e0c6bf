-- What runs keep in this schema beside the guard (their journal) is written by the runner's login and in approved runs.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.oid::regclass::text FROM pg_catalog.pg_class c
                 WHERE c.relnamespace = 'pgwright'::regnamespace AND c.relkind = 'r'
                   AND c.relname NOT IN ('guard', 'signer', 'seat', 'run', 'used', 'ledger', 'moved') LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO pgwright_owner, pgwright_runner', name);
    END LOOP;
END $$;
