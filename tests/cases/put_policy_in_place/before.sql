CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, cents integer NOT NULL, changed timestamptz);
INSERT INTO accounts SELECT g, 'o' || g % 3, g * 10, NULL FROM generate_series(1, 20) g;
CREATE POLICY readers ON accounts FOR SELECT TO PUBLIC USING (owner = CURRENT_USER);
COMMENT ON POLICY readers ON accounts IS 'each their own';
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
