-- What a signed text says, whether it is for this database and this moment, and who signed it.

-- The lines `key: value` of a signed text: {"key": ["value"]}. What could be read in two ways is refused.
CREATE OR REPLACE FUNCTION pgwright.read_text(document text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line text;
    parts text[];
    facts jsonb := '{}';
BEGIN
    IF strpos(document, E'\r') > 0 THEN  -- only to say so: no line would read as written
        RAISE EXCEPTION 'pgwright: the text has CRLF line ends, so it is not the one that was written'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Check it out with core.autocrlf=false and have it signed again.';
    END IF;
    FOREACH line IN ARRAY string_to_array(rtrim(document, E'\n'), E'\n') LOOP
        parts := regexp_match(line, '^([a-z][a-z_-]*): ?(.*)$');
        IF parts IS NULL THEN -- check: line-form
            RAISE EXCEPTION 'pgwright: the text has a line without a key: %', quote_literal(left(line, 60))
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF facts ? parts[1] AND parts[1] NOT IN ('drop', 'rewrite', 'add', 'remove', 'part', 'wrote') THEN -- check: said-twice
            RAISE EXCEPTION 'pgwright: the text says % twice', parts[1] USING ERRCODE = 'insufficient_privilege';
        END IF;
        facts := facts || jsonb_build_object(parts[1], coalesce(facts -> parts[1], '[]') || to_jsonb(parts[2]));
    END LOOP;
    RETURN facts;
END $$;

-- All values of a key, none when it is not there.
CREATE OR REPLACE FUNCTION pgwright.said(facts jsonb, key text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(v.value ORDER BY v.place), '{}')
      FROM jsonb_array_elements_text(coalesce(facts -> key, '[]')) WITH ORDINALITY v(value, place)
$$;

-- Raises unless the text is of that format, for this cluster and database, and not expired; this server's clock counts.
CREATE OR REPLACE FUNCTION pgwright.require_current(facts jsonb, format text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted text;
    here text := (SELECT system_identifier::text FROM pg_control_system());
BEGIN
    IF facts #>> '{format,0}' IS DISTINCT FROM format THEN -- check: format
        RAISE EXCEPTION 'pgwright: the text is no %', format USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH wanted IN ARRAY ARRAY['cluster', 'database', 'expires', 'nonce'] LOOP
        IF coalesce(facts #>> ARRAY[wanted, '0'], '') = '' THEN -- check: required
            RAISE EXCEPTION 'pgwright: the text does not say %', wanted USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    IF facts #>> '{cluster,0}' <> here THEN -- check: cluster
        RAISE EXCEPTION 'pgwright: the text is for cluster %, this is %', facts #>> '{cluster,0}', here
            USING ERRCODE = 'insufficient_privilege', HINT = 'Ask for an approval of this database: pgwright request';
    END IF;
    IF facts #>> '{database,0}' <> current_database() THEN -- check: database
        RAISE EXCEPTION 'pgwright: the text is for database %, this is %', facts #>> '{database,0}', current_database()
            USING ERRCODE = 'insufficient_privilege', HINT = 'Ask for an approval of this database: pgwright request';
    END IF;
    IF (facts #>> '{expires,0}')::timestamptz <= clock_timestamp() THEN -- check: expiry
        RAISE EXCEPTION 'pgwright: the text expired at %; it is % here', facts #>> '{expires,0}', clock_timestamp()
            USING ERRCODE = 'insufficient_privilege', HINT = 'Ask for a new approval: pgwright request';
    END IF;
END $$;

-- The people who signed, each once; raises when a signature does not count or too few did.
CREATE OR REPLACE FUNCTION pgwright.approvers(document text, signatures text[], at_least integer) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    facts jsonb := pgwright.read_text(document);
    wanted integer := greatest(at_least, (SELECT quorum FROM pgwright.guard), (facts #>> '{quorum,0}')::integer);
    touch boolean := coalesce(facts #>> '{touch,0}', '') = 'required';
    signature text;
    verified record;
    found pgwright.signer;
    people text[] := '{}';
BEGIN
    FOREACH signature IN ARRAY signatures LOOP
        SELECT * INTO verified FROM pgwright.signature_verify(signature, document);
        IF verified.holds IS NOT TRUE THEN -- check: signature
            RAISE EXCEPTION 'pgwright: a signature does not hold for this text'
                USING ERRCODE = 'insufficient_privilege', HINT = 'Every changed byte voids it. Have the text signed again.';
        END IF;
        SELECT * INTO found FROM pgwright.signer s WHERE s.key = verified.key;
        IF found.key IS NULL THEN -- check: listed
            RAISE EXCEPTION 'pgwright: the key SHA256:% is not listed here',
                rtrim(encode(sha256(verified.key), 'base64'), '=')
                USING ERRCODE = 'insufficient_privilege', HINT = 'Signers are listed in pgwright.signer and changed by a quorum.';
        END IF;
        IF (found.touch OR touch) AND NOT verified.touched THEN -- check: touch
            RAISE EXCEPTION 'pgwright: the hardware key of % was not touched', found.principal
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF found.principal = lower(facts #>> '{author,0}') THEN -- check: author
            RAISE EXCEPTION 'pgwright: % is the author and cannot approve', found.principal
                USING ERRCODE = 'insufficient_privilege', HINT = 'Somebody else has to sign.';
        END IF;
        IF found.principal IN (SELECT lower(w) FROM unnest(pgwright.said(facts, 'wrote')) w) THEN -- check: wrote
            RAISE EXCEPTION 'pgwright: % wrote a part of it and cannot approve', found.principal
                USING ERRCODE = 'insufficient_privilege', HINT = 'Somebody else has to sign.';
        END IF;
        IF found.principal <> ALL (people) THEN
            people := people || found.principal;
        END IF;
    END LOOP;
    IF cardinality(people) < wanted THEN -- check: quorum
        RAISE EXCEPTION 'pgwright: % of % approvals are there', cardinality(people), wanted
            USING ERRCODE = 'insufficient_privilege', HINT = 'One person counts once, with however many keys.';
    END IF;
    RETURN people;
END $$;
