CREATE TYPE state AS ENUM ('new', 'paid', 'odd');
CREATE TABLE orders (
  id serial PRIMARY KEY,
  status state NOT NULL DEFAULT 'new',
  total integer NOT NULL DEFAULT 0,
  note text
);
CREATE INDEX ix_orders_note ON orders (note);
INSERT INTO orders (status, note) SELECT (ARRAY['new', 'paid']::state[])[1 + g % 2], 'N' || g FROM generate_series(1, 300) g;
