CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL DEFAULT 7);
CREATE INDEX ix_orders_customer ON orders (customer_id);
CREATE TABLE person (id integer PRIMARY KEY, name text NOT NULL, note text);
CREATE TABLE gone (id integer PRIMARY KEY, person_id integer REFERENCES person (id));
INSERT INTO orders SELECT g, g FROM generate_series(1, 300) g;
INSERT INTO person SELECT g, 'n' || g, 'x' || g FROM generate_series(1, 300) g;
INSERT INTO gone SELECT g, g FROM generate_series(1, 300) g;
