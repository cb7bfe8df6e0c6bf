CREATE TABLE ticket (id serial PRIMARY KEY, number bigint UNIQUE NOT NULL, place integer NOT NULL GENERATED ALWAYS AS IDENTITY, what text);
INSERT INTO ticket (number, what) SELECT g * 3, 't' || g FROM generate_series(1, 300) g;
