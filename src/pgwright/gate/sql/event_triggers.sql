-- T2: three event triggers, also for sessions that replicate (ENABLE ALWAYS). Who may create them is the server's decision.
DROP EVENT TRIGGER IF EXISTS pgwright_command;
DROP EVENT TRIGGER IF EXISTS pgwright_drop;
DROP EVENT TRIGGER IF EXISTS pgwright_rewrite;
CREATE EVENT TRIGGER pgwright_command ON ddl_command_start EXECUTE FUNCTION pgwright.on_command();
CREATE EVENT TRIGGER pgwright_drop ON sql_drop EXECUTE FUNCTION pgwright.on_drop();
CREATE EVENT TRIGGER pgwright_rewrite ON table_rewrite EXECUTE FUNCTION pgwright.on_rewrite();
ALTER EVENT TRIGGER pgwright_command ENABLE ALWAYS;
ALTER EVENT TRIGGER pgwright_drop ENABLE ALWAYS;
ALTER EVENT TRIGGER pgwright_rewrite ENABLE ALWAYS;
