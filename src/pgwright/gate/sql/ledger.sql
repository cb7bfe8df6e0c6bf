-- The ledger: one line per thing that happened, each with the hash of the line before it.

-- The text whose sha256, after the previous hash, is a line's hash. `pgwright ledger verify` asks for the same expression.
CREATE OR REPLACE FUNCTION pgwright.entry(seq bigint, at timestamptz, who text, event text, body jsonb) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT convert_to(jsonb_build_array(
        seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who, event, body)::text, 'UTF8')
$$;

-- Append a line. One writer at a time until its transaction ends, or two lines would follow the same one.
CREATE OR REPLACE FUNCTION pgwright.note(event text, body jsonb) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last pgwright.ledger;
    line pgwright.ledger;
BEGIN
    LOCK TABLE pgwright.ledger IN EXCLUSIVE MODE;
    SELECT * INTO last FROM pgwright.ledger ORDER BY ledger.seq DESC LIMIT 1;
    line.seq := coalesce(last.seq, 0) + 1;
    line.at := clock_timestamp();
    line.who := session_user;
    line.prev := last.hash;
    line.hash := sha256(coalesce(last.hash, '') || pgwright.entry(line.seq, line.at, line.who, note.event, note.body));
    INSERT INTO pgwright.ledger VALUES (line.seq, line.at, line.who, note.event, note.body, line.prev, line.hash);
    RETURN line.hash;
END $$;

-- Against accidents: the owner of the ledger cannot log in, and a superuser's hand slips too.
CREATE OR REPLACE FUNCTION pgwright.only_append() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'pgwright: the ledger can only grow' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE TRIGGER only_append BEFORE UPDATE OR DELETE OR TRUNCATE ON pgwright.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION pgwright.only_append();
ALTER TABLE pgwright.ledger ENABLE ALWAYS TRIGGER only_append;
