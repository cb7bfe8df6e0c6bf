CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, cents integer NOT NULL, changed timestamptz);
INSERT INTO accounts SELECT g, 'o' || g % 3, g * 10, NULL FROM generate_series(1, 20) g;
CREATE POLICY writers ON accounts AS RESTRICTIVE FOR UPDATE TO pg_monitor USING (owner = CURRENT_USER) WITH CHECK (cents > 0);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
