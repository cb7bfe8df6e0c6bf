CREATE TABLE customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint REFERENCES customer (id),
  status text NOT NULL DEFAULT 'new',
  note text,
  total numeric(10,2) NOT NULL DEFAULT 0
);
CREATE INDEX ix_orders_note ON orders (lower(note));
CREATE VIEW open_orders AS SELECT id, note FROM orders WHERE status = 'new';
GRANT SELECT, INSERT ON orders TO PUBLIC;
INSERT INTO customer (email) SELECT 'c' || g || '@example.org' FROM generate_series(1, 300) g;
INSERT INTO orders (customer_id, note) SELECT g, 'n' || g FROM generate_series(1, 300) g;
