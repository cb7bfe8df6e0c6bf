CREATE TYPE state AS ENUM ('new', 'paid', 'odd');
COMMENT ON TYPE state IS 'of an order';
CREATE TABLE orders (id integer PRIMARY KEY, status state NOT NULL DEFAULT 'new', was state[] DEFAULT '{new}');
CREATE INDEX ix_orders_status ON orders (status) WHERE status <> 'new';
INSERT INTO orders SELECT g, (ARRAY['new', 'paid', 'paid']::state[])[1 + g % 3] FROM generate_series(1, 300) g;
