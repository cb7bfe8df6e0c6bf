CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, cents integer NOT NULL, changed timestamptz);
INSERT INTO accounts SELECT g, 'o' || g % 3, g * 10, NULL FROM generate_series(1, 20) g;
CREATE FUNCTION fee(cents integer, share numeric DEFAULT 0.1) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT cents * share';
COMMENT ON FUNCTION fee(integer, numeric) IS 'what we keep';
CREATE VIEW fees AS SELECT id, fee(cents) FROM accounts;
