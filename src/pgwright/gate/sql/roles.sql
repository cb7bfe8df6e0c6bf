-- The three roles. pgwright_owner owns the application's objects and cannot log in. pgwright_gate owns this schema and
-- may hand out pgwright_owner, to nobody for longer than a transaction. pgwright_runner logs in and may do nothing.
-- Source: PostgreSQL documentation, GRANT ON ROLES (WITH INHERIT and SET are new in 16) and "Role Membership".
DO $$
DECLARE
    since_16 constant boolean := current_setting('server_version_num')::integer >= 160000;
BEGIN
    IF to_regrole('pgwright_owner') IS NULL THEN
        CREATE ROLE pgwright_owner NOLOGIN;
    END IF;
    IF to_regrole('pgwright_gate') IS NULL THEN
        CREATE ROLE pgwright_gate NOLOGIN;
    END IF;
    IF to_regrole('pgwright_runner') IS NULL THEN
        CREATE ROLE pgwright_runner LOGIN NOINHERIT;
    END IF;
    IF since_16 THEN
        GRANT pgwright_owner TO pgwright_gate WITH ADMIN OPTION;
        EXECUTE 'GRANT pgwright_owner TO pgwright_gate WITH INHERIT FALSE, SET FALSE';
    ELSE
        GRANT pgwright_owner TO pgwright_gate WITH ADMIN OPTION;
    END IF;
    -- The gate tells two sessions of the runner apart by when they began, which others may not see.
    BEGIN
        GRANT pg_read_all_stats TO pgwright_gate;
    EXCEPTION WHEN insufficient_privilege THEN
        EXECUTE 'GRANT pgwright_runner TO pgwright_gate WITH INHERIT TRUE, SET FALSE';
    END;
END $$;
