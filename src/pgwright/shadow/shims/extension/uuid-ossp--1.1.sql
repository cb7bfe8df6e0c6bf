-- pgwright stand-in for uuid-ossp: same names and signatures, on core functions. Copyright pgwright contributors, Apache-2.0.
-- v3, v4 and v5 are exact (RFC 9562); v1 has the layout and the clock, with a random node.
-- Bodies are bound when they are made (RETURN ...), so they work under any search_path and after SET SCHEMA.

CREATE FUNCTION pgwright_uuid_sha1(data bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
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

CREATE FUNCTION pgwright_uuid(hash bytea, version int) RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(set_byte(set_byte(substring(hash FROM 1 FOR 16),
  6, (get_byte(hash, 6) & 15) | (version << 4)), 8, (get_byte(hash, 8) & 63) | 128), 'hex')::uuid;

CREATE FUNCTION pgwright_v1(node bytea) RETURNS uuid VOLATILE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
  ticks bytea := int8send((extract(epoch FROM clock_timestamp()) * 10000000)::bigint + 122192928000000000);
  clock bytea := substring(uuid_send(gen_random_uuid()) FROM 1 FOR 2);
  low bytea := substring(ticks FROM 5 FOR 4);
  high bytea := substring(ticks FROM 3 FOR 2) || substring(ticks FROM 1 FOR 2);
BEGIN
  high := set_byte(high, 2, (get_byte(high, 2) & 15) | 16);
  RETURN encode(low || high || set_byte(clock, 0, (get_byte(clock, 0) & 63) | 128) || node, 'hex')::uuid;
END $$;

CREATE FUNCTION uuid_nil() RETURNS uuid IMMUTABLE PARALLEL SAFE RETURN '00000000-0000-0000-0000-000000000000'::uuid;
CREATE FUNCTION uuid_ns_dns() RETURNS uuid IMMUTABLE PARALLEL SAFE RETURN '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_url() RETURNS uuid IMMUTABLE PARALLEL SAFE RETURN '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_oid() RETURNS uuid IMMUTABLE PARALLEL SAFE RETURN '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;
CREATE FUNCTION uuid_ns_x500() RETURNS uuid IMMUTABLE PARALLEL SAFE RETURN '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

CREATE FUNCTION uuid_generate_v1() RETURNS uuid VOLATILE PARALLEL SAFE
RETURN pgwright_v1(substring(uuid_send(gen_random_uuid()) FROM 11 FOR 6));
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid VOLATILE PARALLEL SAFE
RETURN pgwright_v1('\x01'::bytea || substring(uuid_send(gen_random_uuid()) FROM 12 FOR 5));
CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN pgwright_uuid(decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex'), 3);
CREATE FUNCTION uuid_generate_v4() RETURNS uuid VOLATILE PARALLEL SAFE RETURN gen_random_uuid();
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid IMMUTABLE STRICT PARALLEL SAFE
RETURN pgwright_uuid(pgwright_uuid_sha1(uuid_send(namespace) || convert_to(name, 'UTF8')), 5);
