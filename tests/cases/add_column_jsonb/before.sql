CREATE TABLE person (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
INSERT INTO person (email) SELECT 'p' || g FROM generate_series(1, 100) g;
