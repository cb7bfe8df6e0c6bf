-- pgwright stand-in for a part of pgcrypto, on core functions. Copyright pgwright contributors, Apache-2.0.
-- Exact: digest, hmac (md5, sha1, sha224, sha256, sha384, sha512), gen_random_bytes, gen_random_uuid.
-- Same shape and same laws, other values, NO SECRECY: crypt and gen_salt (crypt(p, h) = h holds for the right password only),
-- pgp_sym_encrypt and pgp_sym_decrypt (what was encrypted comes back with the right key only; it is not encrypted).
-- Missing: encrypt, decrypt, pgp_pub_*, armor. Shadow databases hold made-up rows only.

CREATE FUNCTION pgwright_sha1(data bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
-- FIPS 180-4, section 6.1. PostgreSQL's core has SHA-2 and MD5, but no SHA-1.
DECLARE
  full32 CONSTANT bigint := 4294967295;
  padding int := ((55 - length(data)) % 64 + 64) % 64;
  message bytea := data || '\x80'::bytea || decode(repeat('00', padding), 'hex') || int8send(length(data) * 8::bigint);
  h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint; x bigint; at int;
BEGIN
  FOR block IN 0 .. length(message) / 64 - 1 LOOP
    FOR i IN 0 .. 15 LOOP
      at := block * 64 + i * 4;  -- shifts and | have one precedence in PostgreSQL: every pair has its parentheses
      w[i] := (get_byte(message, at)::bigint << 24) | (get_byte(message, at + 1)::bigint << 16)
            | (get_byte(message, at + 2)::bigint << 8) | get_byte(message, at + 3)::bigint;
    END LOOP;
    FOR i IN 16 .. 79 LOOP
      x := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
      w[i] := ((x << 1) | (x >> 31)) & full32;
    END LOOP;
    a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
    FOR i IN 0 .. 79 LOOP
      IF i < 20 THEN f := (b & c) | ((~b) & full32 & d); k := 1518500249;
      ELSIF i < 40 THEN f := b # c # d; k := 1859775393;
      ELSIF i < 60 THEN f := (b & c) | (b & d) | (c & d); k := 2400959708;
      ELSE f := b # c # d; k := 3395469782;
      END IF;
      t := ((((a << 5) | (a >> 27)) & full32) + f + e + k + w[i]) & full32;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & full32; b := a; a := t;
    END LOOP;
    h := ARRAY[(h[1] + a) & full32, (h[2] + b) & full32, (h[3] + c) & full32, (h[4] + d) & full32, (h[5] + e) & full32];
  END LOOP;
  RETURN substring(int8send(h[1]) FROM 5) || substring(int8send(h[2]) FROM 5) || substring(int8send(h[3]) FROM 5)
      || substring(int8send(h[4]) FROM 5) || substring(int8send(h[5]) FROM 5);
END $$;

CREATE FUNCTION digest(data bytea, type text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE lower(type)
  WHEN 'md5' THEN decode(md5(data), 'hex') WHEN 'sha1' THEN pgwright_sha1(data) WHEN 'sha224' THEN sha224(data)
  WHEN 'sha256' THEN sha256(data) WHEN 'sha384' THEN sha384(data) WHEN 'sha512' THEN sha512(data)
  ELSE decode('no such hash algorithm: ' || type, 'hex') END;
CREATE FUNCTION digest(data text, type text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN digest(convert_to(data, 'UTF8'), type);

CREATE FUNCTION pgwright_xor(data bytea, mask int) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT decode(string_agg(lpad(to_hex(get_byte(data, i) # mask), 2, '0'), '' ORDER BY i), 'hex')
        FROM generate_series(0, length(data) - 1) i);
CREATE FUNCTION pgwright_key(key bytea, type text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT k || decode(repeat('00', size - length(k)), 'hex')
        FROM (SELECT size, CASE WHEN length(key) > size THEN digest(key, type) ELSE key END AS k
              FROM (SELECT CASE WHEN lower(type) IN ('sha384', 'sha512') THEN 128 ELSE 64 END AS size) s) p);
CREATE FUNCTION hmac(data bytea, key bytea, type text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN digest(pgwright_xor(pgwright_key(key, type), 92)
  || digest(pgwright_xor(pgwright_key(key, type), 54) || data, type), type);
CREATE FUNCTION hmac(data text, key text, type text) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE
RETURN hmac(convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), type);

CREATE FUNCTION gen_random_uuid() RETURNS uuid VOLATILE PARALLEL SAFE RETURN pg_catalog.gen_random_uuid();
CREATE FUNCTION gen_random_bytes(count int) RETURNS bytea VOLATILE STRICT PARALLEL SAFE
RETURN (SELECT substring(decode(string_agg(encode(sha256(uuid_send(pg_catalog.gen_random_uuid())
          || uuid_send(pg_catalog.gen_random_uuid())), 'hex'), ''), 'hex') FROM 1 FOR count)
        FROM generate_series(0, count / 32));

CREATE FUNCTION pgwright_letters(data bytea, count int) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
RETURN left(translate(encode(data, 'base64'), E'+=\n', './'), count);
CREATE FUNCTION gen_salt(type text, rounds int) RETURNS text VOLATILE STRICT PARALLEL SAFE
RETURN CASE lower(type)
  WHEN 'bf' THEN '$2a$' || lpad(rounds::text, 2, '0') || '$' || pgwright_letters(gen_random_bytes(32), 22)
  WHEN 'md5' THEN '$1$' || pgwright_letters(gen_random_bytes(16), 8)
  ELSE '_' || pgwright_letters(gen_random_bytes(16), 8) END;
CREATE FUNCTION gen_salt(type text) RETURNS text VOLATILE STRICT PARALLEL SAFE RETURN gen_salt(type, 6);
CREATE FUNCTION pgwright_salt(salt text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
RETURN coalesce(substring(salt FROM '^\$2[abxy]\$\d\d\$.{22}'), substring(salt FROM '^\$1\$[^$]{1,8}') || '$', left(salt, 9));
CREATE FUNCTION crypt(password text, salt text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
RETURN pgwright_salt(salt) || pgwright_letters(sha256(convert_to(pgwright_salt(salt) || password, 'UTF8')),
  CASE WHEN salt LIKE '$2%' THEN 31 WHEN salt LIKE '$1$%' THEN 22 ELSE 11 END);

CREATE FUNCTION pgp_sym_encrypt_bytea(data bytea, psw text, options text DEFAULT '') RETURNS bytea
VOLATILE STRICT PARALLEL SAFE RETURN '\xc30d'::bytea || sha256(convert_to(psw, 'UTF8')) || data;
CREATE FUNCTION pgp_sym_encrypt(data text, psw text, options text DEFAULT '') RETURNS bytea
VOLATILE STRICT PARALLEL SAFE RETURN pgp_sym_encrypt_bytea(convert_to(data, 'UTF8'), psw, options);
CREATE FUNCTION pgp_sym_decrypt_bytea(msg bytea, psw text, options text DEFAULT '') RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF substring(msg FROM 1 FOR 34) IS DISTINCT FROM '\xc30d'::bytea || sha256(convert_to(psw, 'UTF8')) THEN
    RAISE external_routine_invocation_exception USING MESSAGE = 'Wrong key or corrupt data';
  END IF;
  RETURN substring(msg FROM 35);
END $$;
CREATE FUNCTION pgp_sym_decrypt(msg bytea, psw text, options text DEFAULT '') RETURNS text
IMMUTABLE STRICT PARALLEL SAFE RETURN convert_from(pgp_sym_decrypt_bytea(msg, psw, options), 'UTF8');
