-- What `gate install` leaves an application's login, for the scene that `gate doctor` makes and rolls back.
GRANT USAGE ON SCHEMA {s} TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {s} TO {app};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {s} TO {app};
REVOKE TRUNCATE ON ALL TABLES IN SCHEMA {s} FROM pgwright_owner;
CREATE TRIGGER pgwright_version BEFORE INSERT OR UPDATE OR DELETE ON {s}.alembic_version
    FOR EACH STATEMENT EXECUTE FUNCTION pgwright.on_version();
