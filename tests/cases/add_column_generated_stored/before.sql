CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL, cents integer NOT NULL, changed timestamptz);
INSERT INTO accounts SELECT g, 'o' || g % 3, g * 10, NULL FROM generate_series(1, 20) g;
