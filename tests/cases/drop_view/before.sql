CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL, note text);
CREATE VIEW big AS SELECT id, customer, customer * 2 AS twice FROM orders WHERE customer > 5;
CREATE VIEW "bigger ones" WITH (security_barrier = true) AS SELECT id, customer FROM big WHERE id > 10;
COMMENT ON VIEW big IS 'not 100% small';
COMMENT ON COLUMN big.twice IS 'two of them';
GRANT SELECT ON "bigger ones" TO PUBLIC;
INSERT INTO orders SELECT g, g, 'n' || g FROM generate_series(1, 300) g;
