CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  qty integer NOT NULL DEFAULT 1,
  note text,
  CONSTRAINT ck_orders_qty CHECK (qty >= 0)
);
CREATE INDEX ix_orders_qty ON orders (qty, note) WHERE qty > 0;
COMMENT ON COLUMN orders.qty IS 'how many';
INSERT INTO orders (qty, note) SELECT g % 20, 'n' || g FROM generate_series(1, 300) g;
