-- Who may call what. Run as pgwright_gate, the owner of all of it: functions are open to everybody by default.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pgwright FROM PUBLIC;
GRANT USAGE ON SCHEMA pgwright TO PUBLIC;
GRANT EXECUTE ON FUNCTION pgwright.open(text, text[], text[]), pgwright.done(integer), pgwright.close(jsonb),
    pgwright.change_signers(text, text[]), pgwright.suspend(text, text[]), pgwright.resume(text, text[]) TO pgwright_runner;
-- In an approved run the caller is pgwright_owner; without one these refuse.
GRANT EXECUTE ON FUNCTION pgwright.done(integer), pgwright.close(jsonb) TO pgwright_owner;
-- The event triggers run as whoever sends a command, and what they call must be callable; none of it gives anything away.
GRANT EXECUTE ON FUNCTION pgwright.on_command(), pgwright.on_drop(), pgwright.on_rewrite(), pgwright.on_version(),
    pgwright.consume(name, text, text), pgwright.is_guarded(name), pgwright.here() TO PUBLIC;
