CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer NOT NULL,
  place serial,
  status text NOT NULL DEFAULT 'new',
  CONSTRAINT fk_orders_customer FOREIGN KEY (customer_id) REFERENCES customer (id),
  CONSTRAINT uq_orders_place UNIQUE (customer_id, place),
  CONSTRAINT ck_orders_customer CHECK (customer_id > 0 AND status <> 'customer_id')
);
CREATE INDEX ix_orders_customer_id ON orders (customer_id, status) WHERE customer_id > 10;
CREATE INDEX ix_orders_odd ON orders ((customer_id % 10));
COMMENT ON COLUMN orders.customer_id IS 'who pays';
INSERT INTO customer SELECT g, 'c' || g || '@example.org' FROM generate_series(1, 300) g;
INSERT INTO orders (customer_id, status) SELECT g, 's' || g % 3 FROM generate_series(1, 300) g;
