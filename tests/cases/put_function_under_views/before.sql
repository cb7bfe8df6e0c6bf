CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, cents integer NOT NULL, changed timestamptz);
INSERT INTO accounts SELECT g, 'o' || g % 3, g * 10, NULL FROM generate_series(1, 20) g;
CREATE FUNCTION fee(cents integer) RETURNS integer LANGUAGE sql STABLE AS 'SELECT cents / 10';
CREATE VIEW fees AS SELECT id, fee(cents) AS fee FROM accounts;
CREATE VIEW high_fees AS SELECT id FROM fees WHERE fee > 5;
COMMENT ON VIEW fees IS 'per account';
COMMENT ON FUNCTION fee(integer) IS 'what we keep';
