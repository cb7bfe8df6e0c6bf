-- SSH signatures (ssh-keygen -Y sign), read and verified. Source: OpenSSH, PROTOCOL.sshsig and PROTOCOL.u2f.

-- The string at `place` of an SSH message, and where the next one begins.
CREATE OR REPLACE FUNCTION pgwright.ssh_string(message bytea, INOUT place integer, OUT content bytea)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    size bigint;
BEGIN
    -- where the length itself is cut off, it reads as one that is too large
    size := ('x' || lpad(encode(substring(message FROM place + 1 FOR 4), 'hex'), 8, 'f'))::bit(32)::bigint;
    IF size > length(message) - place - 4 THEN -- check: cut-off
        RAISE EXCEPTION 'pgwright: the signature is cut off' USING ERRCODE = 'insufficient_privilege';
    END IF;
    content := substring(message FROM place + 5 FOR size::integer);
    place := place + 4 + size::integer;
END $$;

-- A string as SSH writes it: four bytes of length, then the bytes.
CREATE OR REPLACE FUNCTION pgwright.ssh_packed(content bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT decode(lpad(to_hex(length(content)), 8, '0'), 'hex') || content
$$;

-- The bytes inside the armour. Only what ssh-keygen writes is read: two marker lines, base64 between them.
CREATE OR REPLACE FUNCTION pgwright.unarmoured(armoured text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    body text := substring(armoured FROM '^\s*-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$');
BEGIN
    IF body IS NULL THEN  -- only to say so: nothing would verify
        RAISE EXCEPTION 'pgwright: this is not an SSH signature'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Sign the text with: ssh-keygen -Y sign -n pgwright -f KEY FILE';
    END IF;
    RETURN decode(regexp_replace(body, '\s', '', 'g'), 'base64');
EXCEPTION WHEN invalid_parameter_value THEN
    RAISE EXCEPTION 'pgwright: the signature is not valid base64' USING ERRCODE = 'insufficient_privilege';
END $$;

-- Whether the armoured signature holds for the message in that namespace, by which key, and whether a hardware key
-- says that it was touched: ssh-keygen -Y verify accepts one that was not, so the flag is read here.
CREATE OR REPLACE FUNCTION pgwright.sshsig_verify(
    armoured text, message bytea, namespace text, OUT holds boolean, OUT key bytea, OUT touched boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    raw bytea := pgwright.unarmoured(armoured);
    place integer := 10;
    named bytea; reserved bytea; hash_name bytea; blob bytea;
    key_place integer; key_type bytea; point bytea; application bytea;
    blob_place integer; blob_type bytea; signature bytea;
    signed bytea;
BEGIN
    holds := false;
    touched := false;
    IF substring(raw FROM 1 FOR 10) <> 'SSHSIG'::bytea || '\x00000001'::bytea THEN -- check: preamble
        RETURN;
    END IF;
    SELECT r.place, r.content INTO place, key FROM pgwright.ssh_string(raw, place) r;
    SELECT r.place, r.content INTO place, named FROM pgwright.ssh_string(raw, place) r;
    SELECT r.place, r.content INTO place, reserved FROM pgwright.ssh_string(raw, place) r;
    SELECT r.place, r.content INTO place, hash_name FROM pgwright.ssh_string(raw, place) r;
    SELECT r.place, r.content INTO place, blob FROM pgwright.ssh_string(raw, place) r;
    IF place <> length(raw) THEN -- check: trailing-bytes
        RETURN;
    END IF;
    IF named <> convert_to(namespace, 'UTF8') THEN -- check: namespace
        RETURN;
    END IF;
    IF hash_name NOT IN ('sha512'::bytea, 'sha256'::bytea) THEN
        RETURN;
    END IF;
    signed := 'SSHSIG'::bytea || pgwright.ssh_packed(named) || pgwright.ssh_packed(reserved) || pgwright.ssh_packed(hash_name)
           || pgwright.ssh_packed(CASE hash_name WHEN 'sha512'::bytea THEN sha512(message) ELSE sha256(message) END);
    SELECT r.place, r.content INTO key_place, key_type FROM pgwright.ssh_string(key, 0) r;
    SELECT r.place, r.content INTO blob_place, blob_type FROM pgwright.ssh_string(blob, 0) r;
    IF key_type NOT IN ('ssh-ed25519'::bytea, 'sk-ssh-ed25519@openssh.com'::bytea) THEN
        RAISE EXCEPTION 'pgwright: a key of type % cannot be checked here', encode(key_type, 'escape')
            USING ERRCODE = 'insufficient_privilege', HINT = 'Make an ed25519 key: ssh-keygen -t ed25519';
    END IF;
    IF key_type <> blob_type THEN -- check: key-type
        RETURN;
    END IF;
    SELECT r.place, r.content INTO key_place, point FROM pgwright.ssh_string(key, key_place) r;
    SELECT r.place, r.content INTO blob_place, signature FROM pgwright.ssh_string(blob, blob_place) r;
    IF key_type = 'ssh-ed25519'::bytea THEN
        holds := pgwright.ed25519_verify(point, signed, signature);
        RETURN;
    END IF;
    SELECT r.content INTO application FROM pgwright.ssh_string(key, key_place) r;
    IF length(blob) <> blob_place + 5 THEN -- check: flags-and-counter
        RETURN;
    END IF;
    holds := pgwright.ed25519_verify(
        point, sha256(application) || substring(blob FROM blob_place + 1 FOR 5) || sha256(signed), signature);
    touched := holds AND (get_byte(blob, blob_place) & 1) = 1;
END $$;

-- The same for either form of signature: armoured, or `ed25519 <key> <signature>`, both base64, over the text itself.
CREATE OR REPLACE FUNCTION pgwright.signature_verify(
    signature text, document text, OUT holds boolean, OUT key bytea, OUT touched boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    raw text[] := regexp_match(signature, '^ed25519 ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/]{86}==)\s*$');
BEGIN
    IF raw IS NULL THEN
        SELECT v.holds, v.key, v.touched INTO holds, key, touched
          FROM pgwright.sshsig_verify(signature, convert_to(document, 'UTF8'), 'pgwright') v;
        RETURN;
    END IF;
    touched := false;
    key := pgwright.ssh_packed('ssh-ed25519'::bytea) || pgwright.ssh_packed(decode(raw[1], 'base64'));
    holds := pgwright.ed25519_verify(decode(raw[1], 'base64'), convert_to(document, 'UTF8'), decode(raw[2], 'base64'));
END $$;
