-- Ed25519 verification in PL/pgSQL: numeric arithmetic and the core function sha512, no extension.
-- Only public values are handled, so running time need not be constant. Source: RFC 8032, sections 5.1.3 and 5.1.7,
-- without the cofactor, as OpenSSH and OpenSSL verify. The group operations are those of RFC 8032, section 5.1.4.

-- A little-endian number.
CREATE OR REPLACE FUNCTION pgwright.le_number(bytes bytea) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    total numeric := 0;
BEGIN
    FOR i IN REVERSE length(bytes) - 1 .. 0 LOOP
        total := total * 256 + get_byte(bytes, i);
    END LOOP;
    RETURN total;
END $$;

-- z squared that many times, modulo the field's prime 2^255 - 19.
CREATE OR REPLACE FUNCTION pgwright.squared(z numeric, times integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p constant numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
BEGIN
    FOR i IN 1 .. times LOOP
        z := z * z % p;
    END LOOP;
    RETURN z;
END $$;

-- z ^ (2^250 - 1) and z ^ 11: inversion and square root are a few steps from there.
CREATE OR REPLACE FUNCTION pgwright.field_powers(z numeric, OUT high numeric, OUT eleventh numeric)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p constant numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
    z9 constant numeric := pgwright.squared(z, 3) * z % p;
    ones_5 numeric;  -- z ^ (2^5 - 1), and so on
    ones_10 numeric;
    ones_50 numeric;
BEGIN
    eleventh := z9 * (z * z % p) % p;
    ones_5 := eleventh * eleventh % p * z9 % p;
    ones_10 := pgwright.squared(ones_5, 5) * ones_5 % p;
    high := pgwright.squared(ones_10, 10) * ones_10 % p;
    high := pgwright.squared(high, 20) * high % p;
    ones_50 := pgwright.squared(high, 10) * ones_10 % p;
    high := pgwright.squared(ones_50, 50) * ones_50 % p;
    high := pgwright.squared(high, 100) * high % p;
    high := pgwright.squared(high, 50) * ones_50 % p;
END $$;

-- The x coordinate that belongs to an encoded point, or NULL when there is none (RFC 8032, 5.1.3).
CREATE OR REPLACE FUNCTION pgwright.point_x(y numeric, sign integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p constant numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
    d constant numeric := 37095705934669439343138083508754565189542113879843219016388785533085940283555;
    root_of_minus_one constant numeric := 19681161376707505956807079304988542015446066515923890162744021073123829784752;
    u numeric := (y * y - 1 + p) % p;
    v numeric := (d * y % p * y + 1) % p;
    v3 numeric := v * v % p * v % p;
    uv7 numeric;
    x numeric;
    checked numeric;
BEGIN
    IF y >= p THEN -- check: point-canonical
        RETURN NULL;
    END IF;
    uv7 := u * v3 % p * v3 % p * v % p;
    SELECT u * v3 % p * pgwright.squared(q.high, 2) % p * uv7 % p INTO x FROM pgwright.field_powers(uv7) q;
    checked := v * x % p * x % p;
    IF checked <> u THEN
        IF checked <> (p - u) % p THEN -- check: point-on-curve
            RETURN NULL;
        END IF;
        x := x * root_of_minus_one % p;
    END IF;
    IF x = 0 AND sign = 1 THEN -- check: point-minus-zero
        RETURN NULL;
    END IF;
    RETURN CASE WHEN x % 2 = sign THEN x ELSE p - x END;
END $$;

-- The odd multiples -7, -5 .. 7 of an affine point, as what an addition needs: y - x, y + x, 2dt, 2z of each.
CREATE OR REPLACE FUNCTION pgwright.odd_multiples(px numeric, py numeric) RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p constant numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
    d2 constant numeric := 2 * 37095705934669439343138083508754565189542113879843219016388785533085940283555;
    x numeric := px;
    y numeric := py;
    z numeric := 1;
    t numeric := px * py % p;
    minus numeric; plus numeric; t2d numeric; z2 numeric;  -- of the point doubled
    a numeric; b numeric; c numeric; e numeric; f numeric; g numeric; h numeric;
    negative numeric[] := '{}';
    positive numeric[] := '{}';
BEGIN
    a := x * x % p; b := y * y % p; h := a + b; e := h - (x + y) * (x + y) % p; g := a - b; f := 2 + g;
    minus := (g * h - e * f) % p; plus := (g * h + e * f) % p; t2d := e * h % p * d2 % p; z2 := 2 * f * g % p;
    FOR i IN 1 .. 4 LOOP
        positive := positive || ARRAY[(y - x) % p, (y + x) % p, t * d2 % p, 2 * z];
        negative := ARRAY[(y + x) % p, (y - x) % p, -t * d2 % p, 2 * z] || negative;
        a := (y - x) * minus % p; b := (y + x) * plus % p; c := t * t2d % p; f := z * z2 % p;
        e := b - a; g := f + c; f := f - c; h := b + a;
        x := e * f % p; y := g * h % p; z := f * g % p; t := e * h % p;
    END LOOP;
    RETURN negative || positive;
END $$;

-- The digits -7, -5 .. 7 or 0 of a scalar to the base 2, lowest first, at most every fourth of them not 0; 256 in all.
CREATE OR REPLACE FUNCTION pgwright.digits(scalar numeric) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found integer[] := array_fill(0, ARRAY[256]);
    digit integer;
    place integer := 1;
BEGIN
    WHILE scalar > 0 LOOP
        digit := (scalar % 16)::integer;
        IF digit % 2 = 0 THEN
            scalar := div(scalar, 2);
            place := place + 1;
        ELSE
            digit := CASE WHEN digit > 8 THEN digit - 16 ELSE digit END;
            found[place] := digit;
            scalar := div(scalar - digit, 16);
            place := place + 4;
        END IF;
    END LOOP;
    RETURN found;
END $$;

-- True when `signature` is the key's signature of the message: the encoding of [S]B + [k](-A) is R.
-- The loop is long on purpose: a call per group operation would cost more than the operation.
CREATE OR REPLACE FUNCTION pgwright.ed25519_verify(key bytea, message bytea, signature bytea) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p constant numeric := 57896044618658097711785492504343953926634992332820282019728792003956564819949;
    l constant numeric := 7237005577332262213973186563042994240857116359379907606001950938285454250989;
    two_255 constant numeric := p + 19;
    base_x constant numeric := 15112221349535400772501151409588531511454012693041857206046113283949847762202;
    base_y constant numeric := 46316835694926478169428394003475163141307993866256225615783033603165251855960;
    s numeric; k numeric; ax numeric; ay numeric;
    points numeric[];  -- 32 numbers for B, then 32 for -A
    at_b integer[]; at_a integer[]; at integer;
    x numeric := 0; y numeric := 1; z numeric := 1; t numeric;
    a numeric; b numeric; c numeric; e numeric; f numeric; g numeric; h numeric;
BEGIN
    IF length(key) <> 32 OR length(signature) <> 64 THEN -- check: lengths
        RETURN false;
    END IF;
    s := pgwright.le_number(substring(signature FROM 33 FOR 32));
    IF s >= l THEN -- check: malleable
        RETURN false;
    END IF;
    k := pgwright.le_number(sha512(substring(signature FROM 1 FOR 32) || key || message)) % l;
    ay := pgwright.le_number(set_byte(key, 31, get_byte(key, 31) & 127));
    ax := pgwright.point_x(ay, get_byte(key, 31) >> 7);
    IF ax IS NULL THEN -- check: no-such-point
        RETURN false;
    END IF;
    points := pgwright.odd_multiples(base_x, base_y) || pgwright.odd_multiples(p - ax, ay);
    at_b := pgwright.digits(s);
    at_a := pgwright.digits(k);
    FOR i IN REVERSE 254 .. 1 LOOP
        a := x * x % p; b := y * y % p; c := 2 * z * z % p;
        h := a + b; e := h - (x + y) * (x + y) % p; g := a - b; f := c + g;
        x := e * f % p; y := g * h % p; z := f * g % p;
        FOR table_of IN 0 .. 1 LOOP
            at := CASE table_of WHEN 0 THEN at_b[i] ELSE at_a[i] END;
            CONTINUE WHEN at = 0;
            t := e * h % p;
            at := 32 * table_of + 2 * at + 14;
            a := (y - x) * points[at + 1] % p; b := (y + x) * points[at + 2] % p;
            c := t * points[at + 3] % p; f := z * points[at + 4] % p;
            e := b - a; g := f + c; f := f - c; h := b + a;
            x := e * f % p; y := g * h % p; z := f * g % p;
        END LOOP;
    END LOOP;
    SELECT pgwright.squared(q.high, 5) * q.eleventh % p INTO z FROM pgwright.field_powers((z + p) % p) q;
    x := (x * z % p + p) % p;
    y := (y * z % p + p) % p;
    RETURN pgwright.le_number(substring(signature FROM 1 FOR 32)) = y + x % 2 * two_255;
END $$;
