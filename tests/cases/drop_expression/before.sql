CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, cents integer NOT NULL, changed timestamptz);
INSERT INTO accounts SELECT g, 'o' || g % 3, g * 10, NULL FROM generate_series(1, 20) g;
ALTER TABLE accounts ADD COLUMN euros numeric GENERATED ALWAYS AS (cents / 100.0) STORED;
CREATE INDEX accounts_euros ON accounts (euros);
ALTER TABLE accounts ADD CONSTRAINT not_too_much CHECK (euros < 1000);
CREATE VIEW rich AS SELECT id FROM accounts WHERE euros > 1;
