-- The guard's own state is changed by signed texts too: who may sign, and whether contents are checked at the moment.

-- Raises unless the text is of that format, current, signed by enough people, and not used before.
CREATE OR REPLACE FUNCTION pgwright.require_signed(document text, signatures text[], format text) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    facts jsonb := pgwright.read_text(document);
    people text[];
BEGIN
    PERFORM pgwright.require_current(facts, format);
    people := pgwright.approvers(document, signatures, least(2, (SELECT count(DISTINCT principal)::integer FROM pgwright.signer)));
    INSERT INTO pgwright.used VALUES (facts #>> '{nonce,0}', format) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN -- check: used-twice
        RAISE EXCEPTION 'pgwright: this text was used' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pgwright.note(split_part(format, '/', 1), jsonb_build_object(
        'document', document, 'signatures', to_jsonb(signatures), 'approved_by', to_jsonb(people)));
    RETURN people;
END $$;

-- Change who may sign: lines `add: NAME TYPE KEY [touch]` and `remove: NAME TYPE KEY`. Two people have to agree where
-- there are two. Returns how many keys are listed then.
CREATE OR REPLACE FUNCTION pgwright.change_signers(document text, signatures text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    facts jsonb := pgwright.read_text(document);
    line text;
BEGIN
    PERFORM pgwright.require_signed(document, signatures, 'signers/1');
    FOREACH line IN ARRAY pgwright.said(facts, 'remove') LOOP
        DELETE FROM pgwright.signer WHERE key = decode(split_part(line, ' ', 3), 'base64');
    END LOOP;
    FOREACH line IN ARRAY pgwright.said(facts, 'add') LOOP
        PERFORM pgwright.list_signer(split_part(line, ' ', 1), split_part(line, ' ', 2), split_part(line, ' ', 3),
                                     split_part(line, ' ', 4) = 'touch');
    END LOOP;
    IF NOT EXISTS (SELECT FROM pgwright.signer) THEN -- check: last-signer
        RAISE EXCEPTION 'pgwright: nobody could sign any more' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN (SELECT count(*) FROM pgwright.signer);
END $$;

-- List one key. Only key types that this database can verify.
CREATE OR REPLACE FUNCTION pgwright.list_signer(principal text, kind text, key text, touch boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    blob bytea := decode(key, 'base64');
    person text := lower(principal);
BEGIN
    IF kind NOT IN ('ssh-ed25519', 'sk-ssh-ed25519@openssh.com')
       OR (SELECT content FROM pgwright.ssh_string(blob, 0)) <> convert_to(kind, 'UTF8') THEN -- check: key-kind
        RAISE EXCEPTION 'pgwright: the key of % is %; this database checks ed25519 only', principal, kind
            USING ERRCODE = 'insufficient_privilege', HINT = 'Make one: ssh-keygen -t ed25519 (or -t ed25519-sk for a hardware key)';
    END IF;
    INSERT INTO pgwright.signer AS s VALUES (blob, person, touch)
    ON CONFLICT ON CONSTRAINT signer_pkey DO UPDATE SET touch = EXCLUDED.touch WHERE s.principal = EXCLUDED.principal;
    IF NOT FOUND THEN -- check: one-key-one-person
        RAISE EXCEPTION 'pgwright: the key of % is listed for somebody else', principal USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- Stop checking contents, e.g. for a major upgrade: the roles still hold (T1). Signed; the text is in the ledger.
CREATE OR REPLACE FUNCTION pgwright.suspend(document text, signatures text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pgwright.require_signed(document, signatures, 'suspend/1');
    UPDATE pgwright.guard SET suspended = clock_timestamp();
END $$;

-- Check contents again.
CREATE OR REPLACE FUNCTION pgwright.resume(document text, signatures text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pgwright.require_signed(document, signatures, 'resume/1');
    UPDATE pgwright.guard SET suspended = NULL;
END $$;
